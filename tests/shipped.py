"""What the shipped layers hold, read from their files: how many records, and the keys that follow theirs."""

import json
from functools import cache
from typing import Any

import pyogrio

from geo.ocop.layers import LAYERS
from tests.conftest import SHIPPED_SEED


@cache
def count_of(layer: str) -> int:
    """The number of records of a shipped layer, as its metadata say; tests/data/test_seed.py compares it with the file."""
    return int(json.loads((SHIPPED_SEED / layer / f"{layer}.json").read_text(encoding="utf-8"))["records"])


def values_of(layer: str, field: str) -> list[Any]:
    """The values of a field of a shipped layer of shapes, in the order of its file."""
    column = LAYERS[layer].field(field).short
    path = SHIPPED_SEED / layer / f"{layer}.shp"
    return list(pyogrio.read_dataframe(path, columns=[column], read_geometry=False)[column])


def next_keys(layer: str, count: int) -> list[str]:
    """The keys that the next `count` new records of a shipped layer of shapes receive."""
    keys = values_of(layer, LAYERS[layer].key)
    letter, last = keys[0][0], max(int(key[1:]) for key in keys)
    return [f"{letter}{number:02}" for number in range(last + 1, last + 1 + count)]

"""What the shipped layers hold, read from their files: how many records, and the keys that follow theirs."""

import json
from functools import cache

import pyogrio

from geo.ocop.layers import LAYERS
from tests.conftest import SHIPPED_SEED


@cache
def count_of(layer: str) -> int:
    """The number of records of a shipped layer, as its metadata say; tests/data/test_seed.py compares it with the file."""
    return int(json.loads((SHIPPED_SEED / layer / f"{layer}.json").read_text(encoding="utf-8"))["records"])


def next_keys(layer: str, count: int) -> list[str]:
    """The keys that the next `count` new records of a shipped layer of shapes receive."""
    spec = LAYERS[layer]
    column = spec.field(spec.key).short
    keys = pyogrio.read_dataframe(SHIPPED_SEED / layer / f"{layer}.shp", columns=[column], read_geometry=False)[column]
    letter, last = keys[0][0], max(int(key[1:]) for key in keys)
    return [f"{letter}{number:02}" for number in range(last + 1, last + 1 + count)]

"""What a tile asks of an atlas: which records may lie in a box, then what some of them look like."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import orjson
import shapely

from geo.atlas.model import Value
from geo.atlas.tables import column_of, rtree_of, table_of
from geo.collections import COLLECTIONS
from geo.crs import LngLatBbox
from geo.schema import Field

Array: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Shapes:
    """Records as columns. `shapes` are their geometries in STORE_CRS, `columns` their values by property."""

    rows: list[int]
    shapes: Array
    columns: dict[str, list[Value]]


def shown_fields(layer: str) -> tuple[Field, ...]:
    """The fields that tiles carry: all but long texts."""
    return tuple(field for field in COLLECTIONS[layer].fields if field.kind != "longtext")


def candidates(db: sqlite3.Connection, layer: str, box: LngLatBbox | None) -> Array:
    """Number, west, south, east and north (degrees) of every placed record whose envelope meets `box`, or of all.

    One record a line, in the order of their numbers.
    """
    text = f"SELECT row, west, south, east, north FROM {table_of(layer)} WHERE west IS NOT NULL"
    values: tuple[float, ...] = ()
    if box is not None:
        text += (
            f" AND row IN (SELECT row FROM {rtree_of(layer)} WHERE west <= ? AND east >= ? AND south <= ?"
            " AND north >= ?)"
        )
        values = (box.east, box.west, box.north, box.south)
    return np.array(_plainly(db, f"{text} ORDER BY row", values), dtype=float).reshape(-1, 5)


def shapes(db: sqlite3.Connection, layer: str, rows: Iterable[int]) -> Shapes:
    """The records with these numbers, in the order of their numbers, with `id`, `title` and their shown fields."""
    fields = shown_fields(layer)
    listed = ", ".join(("row", "geom", "id", "title", *map(column_of, fields)))
    text = f"SELECT {listed} FROM {table_of(layer)} WHERE row IN (SELECT value FROM json_each(?)) ORDER BY row"
    found = _plainly(db, text, (orjson.dumps(list(rows)).decode(),))
    names = ("id", "title", *(field.name for field in fields))
    numbers, drawn, *values = map(list, zip(*found, strict=True)) if found else ([] for _ in range(2 + len(names)))
    return Shapes(numbers, shapely.from_wkb(np.array(drawn, dtype=object)), dict(zip(names, values, strict=True)))


def _plainly(db: sqlite3.Connection, text: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor.execute(text, values).fetchall()

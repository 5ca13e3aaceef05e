"""What tiles ask of an atlas: the geometry of every placed record of a layer, and the values that tiles carry."""

import sqlite3
from collections.abc import Iterator

import numpy as np
import shapely

from geo.atlas.model import Numbers, Shapes, Value
from geo.atlas.sqlite.tables import column_of, table_of, tuples
from geo.ocop.collections import tile_fields

_AT_ONCE = 10_000


def shapes(db: sqlite3.Connection, layer: str) -> Iterator[tuple[Numbers, Shapes]]:
    """Numbers and geometries (STORE_CRS) of the placed records in the order of their numbers, some at a time."""
    text = f"SELECT row, geom FROM {table_of(layer)} WHERE west IS NOT NULL ORDER BY row"
    cursor = tuples(db, text)
    while some := cursor.fetchmany(_AT_ONCE):
        numbers, drawn = zip(*some, strict=True)
        yield np.array(numbers, dtype=np.int64), shapely.from_wkb(np.array(drawn, dtype=object))


def columns(db: sqlite3.Connection, layer: str) -> dict[str, list[Value]]:
    """`id`, `title` and the fields of tiles of the placed records, each as a list in the order of their numbers."""
    fields = tile_fields(layer)
    names = ("id", "title", *(field.name for field in fields))
    listed = ", ".join(("id", "title", *map(column_of, fields)))
    found = tuples(db, f"SELECT {listed} FROM {table_of(layer)} WHERE west IS NOT NULL ORDER BY row").fetchall()
    values = map(list, zip(*found, strict=True)) if found else ([] for _ in names)
    return dict(zip(names, values, strict=True))

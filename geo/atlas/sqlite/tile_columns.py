"""Queries for vector tiles: the geometries of a layer's records, and the attributes that tiles carry."""

import sqlite3
from collections.abc import Iterator

import numpy as np
import shapely

from geo.atlas.model import Numbers, Shapes, Value
from geo.atlas.sqlite.tables import column_of, table_of, tuples
from geo.ocop.collections import tile_fields

_AT_ONCE = 10_000


def shapes(db: sqlite3.Connection, layer: str) -> Iterator[tuple[Numbers, Shapes]]:
    """Row numbers and geometries (STORE_CRS) of the records that have one, in batches ordered by row."""
    text = f"SELECT row, geom FROM {table_of(layer)} WHERE west IS NOT NULL ORDER BY row"
    cursor = tuples(db, text)
    while some := cursor.fetchmany(_AT_ONCE):
        numbers, wkbs = zip(*some, strict=True)
        yield np.array(numbers, dtype=np.int64), shapely.from_wkb(np.array(wkbs, dtype=object))


def columns(db: sqlite3.Connection, layer: str) -> dict[str, list[Value]]:
    """`id`, `title` and the tile fields of the records that have a geometry, each as a list ordered by row."""
    fields = tile_fields(layer)
    names = ("id", "title", *(field.name for field in fields))
    select_list = ", ".join(("id", "title", *map(column_of, fields)))
    rows = tuples(db, f"SELECT {select_list} FROM {table_of(layer)} WHERE west IS NOT NULL ORDER BY row").fetchall()
    values = map(list, zip(*rows, strict=True)) if rows else ([] for _ in names)
    return dict(zip(names, values, strict=True))

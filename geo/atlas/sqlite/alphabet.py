"""The place of each record in the alphabetical order of its names, in a table of each layer.

SQLite compares text by its bytes, in which Chiềng comes before Chà and Đ after Z.
"""

import sqlite3
from functools import lru_cache

from geo.atlas.sqlite.tables import column_of, places_of, table_of
from geo.ocop.collections import COLLECTIONS
from geo.schema import Field
from geo.text import sort_key


@lru_cache(maxsize=64)
def alphabetical_fields(layer: str) -> tuple[Field, ...]:
    """The fields that people read in alphabetical order: names and addresses."""
    return tuple(field for field in COLLECTIONS[layer].fields if field.kind == "text" and field.search)


def write(connection: sqlite3.Connection) -> None:
    """Create and fill the tables, after all records are written; texts with the same key have the same place."""
    for layer in COLLECTIONS:
        fields = alphabetical_fields(layer)
        columns = ", ".join(f"{field.name} INTEGER" for field in fields)
        connection.execute(f"CREATE TABLE {places_of(layer)} (row INTEGER PRIMARY KEY, {columns})")
        texts = connection.execute(
            f"SELECT row, {', '.join(map(column_of, fields))} FROM {table_of(layer)} ORDER BY row"
        ).fetchall()
        rows, *names = zip(*texts, strict=True) if texts else [()] * (len(fields) + 1)
        connection.executemany(
            f"INSERT INTO {places_of(layer)} VALUES ({', '.join('?' * (len(fields) + 1))})",
            zip(rows, *map(_places, names), strict=True),
        )
        for field in fields:
            connection.execute(f"CREATE INDEX a_{layer}_{field.name} ON {places_of(layer)} ({field.name})")


def _places(texts: tuple[str | None, ...]) -> list[int | None]:
    keys = {text: sort_key(text) for text in set(texts) if text is not None}
    places = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    return [None if text is None else places[keys[text]] for text in texts]

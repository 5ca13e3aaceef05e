"""The place of each record in the alphabetical order of its names, in a table of each layer.

SQLite compares text by its bytes, in which Chiềng comes before Chà and Đ after Z.
"""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

from geo.atlas.sqlite.tables import places_of
from geo.ocop.collections import COLLECTIONS
from geo.schema import Field
from geo.text import sort_key

Places = list[list[int | None]]
"""The places of a layer's records by each of its alphabetical fields; None for a record without such a name."""


@lru_cache(maxsize=64)
def alphabetical_fields(layer: str) -> tuple[Field, ...]:
    """The fields that people read in alphabetical order: names and addresses."""
    return tuple(field for field in COLLECTIONS[layer].fields if field.kind == "text" and field.search)


def places_in_order(columns: Sequence[Sequence[str | None]]) -> Places:
    """The places of the texts of each column; those with the same key have the same place."""
    keys: dict[str | None, str] = {}
    places = []
    for texts in columns:
        distinct = {text for text in texts if text is not None}
        keys |= {text: sort_key(text) for text in distinct - keys.keys()}
        order = {key: place for place, key in enumerate(sorted({keys[text] for text in distinct}))}
        places.append([None if text is None else order[keys[text]] for text in texts])
    return places


def create(connection: sqlite3.Connection) -> None:
    """Create the tables of all layers."""
    for layer in COLLECTIONS:
        columns = ", ".join(f"{field.name} INTEGER" for field in alphabetical_fields(layer))
        connection.execute(f"CREATE TABLE {places_of(layer)} (row INTEGER PRIMARY KEY, {columns})")


def write(connection: sqlite3.Connection, layer: str, places: Places) -> None:
    """Fill the table of a layer, whose rows are numbered from 1; texts with the same key have the same place."""
    fields = alphabetical_fields(layer)
    marks = ", ".join("?" * (len(fields) + 1))
    numbered = ((row, *of_record) for row, of_record in enumerate(zip(*places, strict=True), start=1))
    connection.executemany(f"INSERT INTO {places_of(layer)} VALUES ({marks})", numbered)


def create_indexes(connection: sqlite3.Connection) -> None:
    """Create the indexes of all tables, after they are filled."""
    for layer in COLLECTIONS:
        for field in alphabetical_fields(layer):
            connection.execute(f"CREATE INDEX a_{layer}_{field.name} ON {places_of(layer)} ({field.name})")

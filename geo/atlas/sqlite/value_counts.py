"""How complete the records of a layer are: counted by SQLite, as a layer may have a hundred thousand of them."""

import sqlite3

from geo.atlas.model import Completeness
from geo.atlas.sqlite.tables import column_of, table_of
from geo.ocop.collections import COLLECTIONS


def count(db: sqlite3.Connection, layer: str) -> Completeness:
    """The numbers of records, of values in each field, and of placed records by precision."""
    fields, table = COLLECTIONS[layer].fields, table_of(layer)
    columns = ", ".join(f"count({column_of(field)})" for field in fields)
    records, *values = db.execute(f"SELECT count(*), {columns} FROM {table}").fetchone()
    rows = db.execute(f"SELECT precision, count(*) FROM {table} WHERE lng IS NOT NULL GROUP BY precision")
    names = (field.name for field in fields)
    return Completeness(records, dict(zip(names, values, strict=True)), {row[0]: row[1] for row in rows})

"""The R-tree extension of GeoPackage (OGC 12-128r18, annex F.3): the spatial index that QGIS and GDAL use."""

import sqlite3

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.packed_rtree import packed

_EXTENSION = ("gpkg_rtree_index", "http://www.geopackage.org/spec120/#extension_rtree", "write-only")

DDL = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)"""

# Triggers as (event, condition, statement); {r} is the index. Functions such as ST_IsEmpty exist in QGIS and GDAL
# only, so the store fills the index itself and creates the triggers last.
_HAS_GEOMETRY = 'NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")'
_HAS_NO_GEOMETRY = 'NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")'
_INSERT = (
    'INSERT OR REPLACE INTO "{r}" VALUES '
    '(NEW.fid, ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom"));'
)
_DELETE = 'DELETE FROM "{r}" WHERE id = OLD.fid;'
_TRIGGERS = {
    "insert": ("INSERT", f"({_HAS_GEOMETRY})", _INSERT),
    "update1": ('UPDATE OF "geom"', f"OLD.fid = NEW.fid AND ({_HAS_GEOMETRY})", _INSERT),
    "update2": ('UPDATE OF "geom"', f"OLD.fid = NEW.fid AND ({_HAS_NO_GEOMETRY})", _DELETE),
    "update3": ("UPDATE", f"OLD.fid != NEW.fid AND ({_HAS_GEOMETRY})", f"{_DELETE} {_INSERT}"),
    "update4": (
        "UPDATE",
        f"OLD.fid != NEW.fid AND ({_HAS_NO_GEOMETRY})",
        'DELETE FROM "{r}" WHERE id IN (OLD.fid, NEW.fid);',
    ),
    "delete": ("DELETE", 'OLD."geom" NOT NULL', _DELETE),
}


def drop_index(connection: sqlite3.Connection, table: str) -> None:
    """Drop the index of a table, before the table itself; its triggers are dropped with the table."""
    connection.execute(f'DROP TABLE IF EXISTS "{_name(table)}"')
    connection.execute("DELETE FROM gpkg_extensions WHERE table_name = ?", (table,))


def make_index(connection: sqlite3.Connection, table: str, shapes: NDArray[np.object_]) -> None:
    """Index the column `geom` of a table whose rows are numbered from 1 in the order of `shapes`."""
    name = _name(table)
    connection.execute(f'CREATE VIRTUAL TABLE "{name}" USING rtree (id, minx, maxx, miny, maxy)')
    boxes = shapely.bounds(shapes)
    placed = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    for suffix, rows in packed(placed + 1, boxes[placed])._asdict().items():
        connection.executemany(f'REPLACE INTO "{name}_{suffix}" VALUES (?, ?)', rows)
    for event, (when, only, then) in _TRIGGERS.items():
        connection.execute(
            f'CREATE TRIGGER "{name}_{event}" AFTER {when} ON "{table}" WHEN {only} BEGIN {then.format(r=name)} END'
        )
    connection.execute("INSERT INTO gpkg_extensions VALUES (?, 'geom', ?, ?, ?)", (table, *_EXTENSION))


def _name(table: str) -> str:
    return f"rtree_{table}_geom"

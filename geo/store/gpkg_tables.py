"""The tables of the store's GeoPackage (OGC 12-128r18): its metadata, the current layers, versions and log."""

import sqlite3
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import METRIC_CRS
from geo.errors import BadSource
from geo.schema import Field, LayerSpec
from geo.store import rtree
from geo.store.content import Records

_APPLICATION_ID = 0x47504B47  # "GPKG"
_USER_VERSION = 10_300  # GeoPackage 1.3.0
_SRS_ID = 4326
_METRIC_ID = int(METRIC_CRS.partition(":")[2])
_ENVELOPE_XY = 0b0000_0011  # little-endian header with an envelope [minx, maxx, miny, maxy]
_EMPTY = 0b0001_0001
_HEADER, _HEADER_WITH_BOX = struct.Struct("<2sBBi"), struct.Struct("<2sBBi4d")


def _srs(code: int, description: str) -> str:
    crs = CRS.from_epsg(code)
    return f"('{crs.name}', {code}, 'EPSG', {code}, '{crs.to_wkt('WKT1_GDAL')}', '{description}')"


_SCRIPT = f"""
CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
    ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
    {_srs(_SRS_ID, "longitude, latitude in degrees: what the layers are in")},
    {_srs(_METRIC_ID, "metres: what the province measures in")};
CREATE TABLE IF NOT EXISTS gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);{rtree.DDL};
CREATE TABLE IF NOT EXISTS geo_version (
    number INTEGER PRIMARY KEY, published_at TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, digest TEXT NOT NULL,
    metadata TEXT NOT NULL, report TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS geo_log (
    version INTEGER NOT NULL, layer TEXT NOT NULL, id TEXT NOT NULL, op TEXT NOT NULL, properties TEXT, geometry BLOB,
    PRIMARY KEY (layer, id, version)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS geo_log_version ON geo_log (version);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_USER_VERSION};
"""
# executescript of sqlite3 commits first; single statements stay inside the caller's transaction.
DDL = tuple(statement for statement in _SCRIPT.split(";\n") if statement.strip())
_OWN = {"gpkg_contents", "gpkg_extensions", "geo_version", "geo_log"}


def is_ready(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the store's tables exist; BadSource when `path` is a database of another application."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "geo_version" not in tables:
        raise BadSource(
            f"{path} is a database, but not a store of this service. Name another GEO_DATA_DIR.",
            f"{path} là cơ sở dữ liệu khác, không phải kho của dịch vụ này. Hãy đặt GEO_DATA_DIR khác.",
        )
    return tables >= _OWN


def is_as_declared(connection: sqlite3.Connection, spec: LayerSpec) -> bool:
    """Whether the table of a layer's current records exists with exactly the declared columns."""
    columns = [(name, kind) for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{spec.name}")')]
    geometry = [] if spec.geometry is None else [("geom", spec.geometry.upper())]
    return columns == [("fid", "INTEGER"), *geometry, *((field.name, _sql_type(field)) for field in spec.fields)]


def drop_layer(connection: sqlite3.Connection, layer: str) -> None:
    """Drop a layer's table of current records and its rows in the GeoPackage's metadata; the log is kept."""
    rtree.drop_index(connection, layer)
    connection.execute(f'DROP TABLE IF EXISTS "{layer}"')
    for registry in ("gpkg_geometry_columns", "gpkg_contents"):
        connection.execute(f"DELETE FROM {registry} WHERE table_name = ?", (layer,))


def make_layer(connection: sqlite3.Connection, spec: LayerSpec, records: Records, now: str) -> None:
    """Write a layer's current records to a new table and enter it, with its bounding box, in the metadata."""
    drop_layer(connection, spec.name)
    columns = ", ".join(f'"{field.name}" {_sql_type(field)}{_constraint(field, spec)}' for field in spec.fields)
    geometry = "" if spec.geometry is None else f", geom {spec.geometry.upper()}"
    connection.execute(
        f'CREATE TABLE "{spec.name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{geometry}, {columns})'
    )
    shapes = shapely.from_wkb(np.array([shape for _, shape in records.values()], dtype=object))
    _fill(connection, spec, records)
    box = _box(shapes)
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            spec.name, "features" if spec.geometry else "attributes", spec.label.vi, spec.about.vi,
            now.replace("Z", ".000Z"), *box, _SRS_ID if spec.geometry else None,
        ),
    )  # fmt: skip
    if spec.geometry is not None:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (spec.name, spec.geometry.upper(), _SRS_ID),
        )
        rtree.make_index(connection, spec.name, shapes)


def _box(shapes: NDArray[np.object_]) -> list[float | None]:
    """West, south, east and north of all geometries; four None when there are none."""
    if not any(shape is not None and not shape.is_empty for shape in shapes):
        return [None] * 4
    return [float(side) for side in shapely.total_bounds(shapes)]


def _fill(connection: sqlite3.Connection, spec: LayerSpec, records: Records) -> None:
    """Write the rows, numbered from 1 in the order of their keys."""
    columns = _columns(spec)
    marks = ", ".join("?" * len(columns))
    connection.executemany(f'INSERT INTO "{spec.name}" ({_quoted(columns)}) VALUES ({marks})', _rows(spec, records))


def holds(connection: sqlite3.Connection, spec: LayerSpec, records: Records) -> bool:
    """Whether a layer's table, which must be as declared now, has these records and no others."""
    rows = connection.execute(f'SELECT {_quoted(_columns(spec))} FROM "{spec.name}" ORDER BY fid')
    texts = [field.name for field in spec.fields if _sql_type(field) == "TEXT"]
    places = [place for place, column in enumerate(_columns(spec)) if column in texts]

    def comparable(row: Iterable[object]) -> list[object]:
        cells = list(row)
        for place in places:  # SQLite keeps a number in a column of text as text
            cells[place] = None if cells[place] is None else str(cells[place])
        return cells

    return [comparable(row) for row in rows] == [comparable(row) for row in _rows(spec, records)]


def _columns(spec: LayerSpec) -> list[str]:
    return [*(["fid"] if spec.geometry is None else ["fid", "geom"]), *(field.name for field in spec.fields)]


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _rows(spec: LayerSpec, records: Records) -> Iterator[list[Any]]:
    """The cells of each record's row, in the order of _columns."""
    names = [field.name for field in spec.fields]
    geometries = [[]] * len(records) if spec.geometry is None else [[one] for one in _gpkg(records)]
    all_properties = orjson.loads(f"[{','.join(text for text, _ in records.values())}]")
    for fid, (properties, geometry) in enumerate(zip(all_properties, geometries, strict=True), start=1):
        yield [fid, *geometry, *map(properties.get, names)]


def _sql_type(field: Field) -> str:
    return {"integer": "INTEGER", "real": "DOUBLE"}.get(field.kind, "TEXT")


def _constraint(field: Field, spec: LayerSpec) -> str:
    return " NOT NULL UNIQUE" if field.name == spec.key else ""


def _gpkg(records: Records) -> Iterator[bytes | None]:
    """Each geometry in the GeoPackage binary format: magic, version, flags, srs_id, envelope, WKB; None for none."""
    shapes = shapely.from_wkb(np.array([shape for _, shape in records.values()], dtype=object))
    empty = shapely.is_empty(shapes).tolist()
    for (_, wkb), is_empty, (west, south, east, north) in zip(
        records.values(), empty, shapely.bounds(shapes).tolist(), strict=True
    ):
        if wkb is None:
            yield None
        elif is_empty:
            yield _HEADER.pack(b"GP", 0, _EMPTY, _SRS_ID) + wkb
        else:
            yield _HEADER_WITH_BOX.pack(b"GP", 0, _ENVELOPE_XY, _SRS_ID, west, east, south, north) + wkb

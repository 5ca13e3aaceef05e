"""The tables of the store's GeoPackage (OGC 12-128r18): its registry, the current layers, versions and log."""

import json
import sqlite3
import struct
from pathlib import Path

import shapely
from pyproj import CRS

from geo.errors import BadSource
from geo.schema import Field, LayerSpec
from geo.store.content import Records

_APPLICATION_ID = 0x47504B47  # "GPKG"
_USER_VERSION = 10_300  # GeoPackage 1.3.0
_SRS_ID = 4326
_ENVELOPE_XY = 0b0000_0011  # little-endian header with an envelope [minx, maxx, miny, maxy]
_EMPTY = 0b0001_0001
_GEOMETRY_TYPES = {"Point": "POINT", "MultiPolygon": "MULTIPOLYGON"}

_SCRIPT = f"""
CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
    ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
    ('WGS 84', {_SRS_ID}, 'EPSG', {_SRS_ID}, '{CRS.from_epsg(_SRS_ID).to_wkt("WKT1_GDAL")}', 'longitude, latitude');
CREATE TABLE IF NOT EXISTS gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
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
# sqlite3's executescript commits first; one statement at a time stays inside the caller's transaction.
DDL = tuple(statement for statement in _SCRIPT.split(";\n") if statement.strip())


def check_file(connection: sqlite3.Connection, path: Path) -> None:
    """BadSource when `path` is a database of something else."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    ours = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'geo_version'").fetchone()[0]
    if tables and not ours:
        raise BadSource(
            f"{path} is a database, but not a store of this service. Name another GEO_DATA_DIR.",
            f"{path} là cơ sở dữ liệu khác, không phải kho của dịch vụ này. Hãy đặt GEO_DATA_DIR khác.",
        )


def prepare_layer(connection: sqlite3.Connection, spec: LayerSpec, now: str) -> None:
    """Make the table of a layer's current records anew, as declared now, and register it."""
    columns = ", ".join(f'"{field.name}" {_sql_type(field)}' for field in spec.fields)
    geometry = "" if spec.geometry is None else f", geom {_GEOMETRY_TYPES[spec.geometry]}"
    connection.execute(f'DROP TABLE IF EXISTS "{spec.name}"')
    connection.execute(f'CREATE TABLE "{spec.name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT{geometry}, {columns})')
    srs = None if spec.geometry is None else _SRS_ID
    connection.execute(
        "INSERT OR REPLACE INTO gpkg_contents VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, ?)",
        (spec.name, "attributes" if srs is None else "features", spec.label.vi, spec.about.vi, now, srs),
    )
    if spec.geometry is not None:
        connection.execute(
            "INSERT OR REPLACE INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (spec.name, _GEOMETRY_TYPES[spec.geometry], _SRS_ID),
        )


def fill_layer(connection: sqlite3.Connection, spec: LayerSpec, records: Records) -> None:
    """Write a layer's current records and the box around them."""
    names = [field.name for field in spec.fields]
    head = [] if spec.geometry is None else ["geom"]
    quoted = ", ".join(f'"{name}"' for name in head + names)
    marks = ", ".join("?" * (len(head) + len(names)))
    rows = []
    for text, shape in records.values():
        properties = json.loads(text)
        values = [properties[name] for name in names]
        rows.append(values if spec.geometry is None else [_gpkg(shape), *values])
    connection.executemany(f'INSERT INTO "{spec.name}" ({quoted}) VALUES ({marks})', rows)
    shapes = [shapely.from_wkb(shape) for _, shape in records.values() if shape is not None]
    if shapes:
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
            (*map(float, shapely.total_bounds(shapes)), spec.name),
        )


def _sql_type(field: Field) -> str:
    return {"integer": "INTEGER", "real": "DOUBLE"}.get(field.kind, "TEXT")


def _gpkg(wkb: bytes | None) -> bytes | None:
    """A geometry in the GeoPackage binary format: magic, version, flags, srs_id, envelope, WKB."""
    if wkb is None:
        return None
    shape = shapely.from_wkb(wkb)
    if shape.is_empty:
        return struct.pack("<2sBBi", b"GP", 0, _EMPTY, _SRS_ID) + wkb
    west, south, east, north = shape.bounds
    return struct.pack("<2sBBi4d", b"GP", 0, _ENVELOPE_XY, _SRS_ID, west, east, south, north) + wkb

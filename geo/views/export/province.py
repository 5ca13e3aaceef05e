"""The whole province as one GeoPackage: every layer, with the styles that QGIS applies when it opens them."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from geo.atlas import Atlas, Query
from geo.collections import COLLECTIONS
from geo.errors import GeoError
from geo.views.export.geopackage import write_layer
from geo.views.export.job import WGS84, Job
from geo.views.qgis import style_of

NAME = "all"
"""What the whole is called where else a layer is named."""

MEDIA_TYPE = "application/geopackage+sqlite3"
_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
_LANGS = {"vi": "Tiếng Việt", "en": "English"}


def write_province(atlas: Atlas, out: BinaryIO, *, lang: str = "vi", crs: str = WGS84) -> int:
    """Write every collection into one GeoPackage and return how many records it holds.

    Each layer has its declared names, its notice in the file's metadata, and two styles in QGIS's own table
    `layer_styles`, of which the one in `lang` is applied on opening. The same version gives the same file but for
    what GDAL notes of the time. GeoError when a layer would be short of records.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "province.gpkg"
        written = 0
        for layer in COLLECTIONS:
            job = Job(atlas, Query(layer), lang, crs, atlas.count(Query(layer)))
            count = write_layer(job, path)
            if count != job.matched:
                raise GeoError(
                    f"{layer}: {count} of {job.matched} records written; the file is unusable.",
                    f"{layer}: chỉ ghi được {count}/{job.matched} bản ghi; không dùng được tệp.",
                )
            written += count
        _finish(path, atlas.version.published_at, lang)
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)
    return written


def _finish(path: Path, published_at: str, lang: str) -> None:
    """Add the styles, and date everything by the version."""
    moment = published_at.replace("Z", ".000Z")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(_STYLES)
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles', ?)",
            (moment,),
        )
        for name, spec in COLLECTIONS.items():
            for one, words in _LANGS.items():
                db.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
                    " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
                    " VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', NULL, ?)",
                    (
                        name, "geom" if spec.geometry else "", words, style_of(spec, one), int(one == lang),
                        spec.label.of(one), moment,
                    ),
                )  # fmt: skip
        db.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        db.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))

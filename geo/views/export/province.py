"""The whole province as one GeoPackage: every layer, with the styles that QGIS applies when it opens them."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from geo.atlas import Atlas, Query
from geo.collections import COLLECTIONS
from geo.views.export import FORMATS, checked, system_of, write_whole
from geo.views.export.dated import date_geopackage
from geo.views.export.geopackage import write_layer
from geo.views.export.job import Job
from geo.views.qgis import style_of

NAME = "all"
"""What the whole is called where else a layer is named."""
_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
_LANGS = {"vi": "Tiếng Việt", "en": "English"}


def write_province(atlas: Atlas, out: Path | BinaryIO, *, lang: str = "vi", crs: str | None = None) -> int:
    """Write every collection into one GeoPackage and return how many records it holds.

    Each layer has its declared names, its notice in the file's metadata, and two styles in QGIS's own table
    `layer_styles`, of which the one in `lang` is applied on opening. `crs` is one of the systems of a GeoPackage,
    WGS 84 where none is named. A file at the path `out` appears complete or not at all; the same version gives the
    same bytes. GeoError when a layer would be short of records.
    """
    system = system_of(FORMATS["gpkg"], crs)

    def write(stream: BinaryIO) -> int:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "province.gpkg"
            jobs = [Job(atlas, Query(layer), lang, system, atlas.count(Query(layer))) for layer in COLLECTIONS]
            written = sum(checked(job, "gpkg", write_layer(job, path)) for job in jobs)
            _add_styles(path, lang)
            date_geopackage(path, atlas.version.published_at)
            with path.open("rb") as made:
                shutil.copyfileobj(made, stream)
        return written

    return write_whole(out, write)


def _add_styles(path: Path, lang: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(_STYLES)
        db.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS styles')"
        )
        for name, spec in COLLECTIONS.items():
            for one, words in _LANGS.items():
                db.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
                    " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui)"
                    " VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', NULL)",
                    (
                        name,
                        "geom" if spec.geometry else "",
                        words,
                        style_of(spec, one),
                        one == lang,
                        spec.label.of(one),
                    ),
                )

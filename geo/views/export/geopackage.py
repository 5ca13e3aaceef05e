"""GeoPackage: one layer under its declared names, with the notice in the file's own metadata."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from geo.errors import DiskFull
from geo.ocop.collections import COLLECTIONS
from geo.views.dated_files import date_geopackage
from geo.views.export.bounded_file import copy_file
from geo.views.export.job import Job
from geo.views.export.vector import declared_columns, write_file
from geo.views.export.work_folder import work_folder
from geo.views.notice import notice

# Older readers (QGIS 3.22 with GDAL 3.4) warn about version 1.4, none of whose features is used.
_GPKG_VERSION = "1.3"


def write_geopackage(job: Job, out: BinaryIO) -> int:
    """Write a GeoPackage and return the number of records. Columns have the names of the fields."""
    with work_folder() as folder:
        path = folder / f"{job.query.layer}.gpkg"
        count = write_layer(job, path)
        date_geopackage(path, job.notice().published_at)
        copy_file(path, out)
    return count


def write_layer(job: Job, path: Path) -> int:
    """Write the job's layer to the GeoPackage at `path`, created if missing, and return the number of records.

    DiskFull when the spatial index is incomplete.
    """
    options = _options(job)
    if path.exists():
        del options["dataset_options"]
    count = write_file(job, path, declared_columns(job), driver="GPKG", options=options)
    if job.spec.geometry:
        _refuse_without_index(path, job.query.layer)
    return count


def _refuse_without_index(path: Path, layer: str) -> None:
    """Raise DiskFull unless every geometry is in the index: GDAL writes it last and reports no error on a full disk."""
    with closing(sqlite3.connect(path)) as db:
        (places,) = db.execute(f'SELECT count(*) FROM "{layer}" WHERE geom IS NOT NULL').fetchone()
        try:
            (index_entries,) = db.execute(f'SELECT count(*) FROM "rtree_{layer}_geom"').fetchone()
        except sqlite3.DatabaseError:
            index_entries = -1
    if index_entries != places:
        raise DiskFull(
            f"{layer} as gpkg: the spatial index is incomplete; the disk of the server is full. Try again later, or ask"
            " the administrator to make room.",
            f"{layer} dạng gpkg: chỉ mục không gian chưa đầy đủ vì đĩa của máy chủ đã đầy. Hãy thử lại sau, hoặc nhờ"
            " quản trị viên giải phóng chỗ.",
        )


def _identifier(job: Job) -> str:
    """The layer's Vietnamese title, with the layer's name behind it where another layer has the same title.

    Identifiers are unique in a GeoPackage (OGC 12-128r18, table "gpkg_contents").
    """
    titles = [notice(job.atlas, layer).title.vi for layer in COLLECTIONS]
    title = job.notice().title.vi
    return title if titles.count(title) == 1 else f"{title} ({job.query.layer})"


def _options(job: Job) -> dict[str, object]:
    notice = job.notice()
    about = job.spec.about.vi
    return {
        "dataset_options": {"VERSION": _GPKG_VERSION},
        "layer_options": {
            "IDENTIFIER": _identifier(job),
            "DESCRIPTION": " ".join(text for text in (about, notice.attribution.vi) if text),
            "GEOMETRY_NAME": "geom",
        },
        "layer_metadata": {
            "TITLE": notice.title.en,
            "LICENCE": notice.licence,
            "ATTRIBUTION_VI": notice.attribution.vi,
            "ATTRIBUTION_EN": notice.attribution.en,
            "VERSION": str(notice.version),
            "PUBLISHED_AT": notice.published_at,
        },
    }

"""A layer or a selection of it as a file: every format in one table, and one door to all of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias

from geo.atlas import Atlas, Query
from geo.crs import METRIC_CRS
from geo.errors import BadQuery, GeoError, NotFound
from geo.schema import Label
from geo.views.export.geojson import write_geojson
from geo.views.export.geopackage import write_geopackage
from geo.views.export.job import WGS84, Job
from geo.views.export.kml import write_kml
from geo.views.export.shapefile import write_shapefile
from geo.views.export.table import write_csv

__all__ = ["FORMATS", "Format", "file_name", "format_of", "write_export"]

Write: TypeAlias = Callable[[Job, BinaryIO], int]


class Format(NamedTuple):
    """One file format. `crs` are the systems that it can be written in, the default first.

    `write` puts the whole selection into an open binary file and returns the number of records written.
    """

    key: str
    extension: str
    media_type: str
    label: Label
    write: Write
    crs: tuple[str, ...] = (WGS84,)


_FORMATS = (
    Format("geojson", "geojson", "application/geo+json", Label("GeoJSON", "GeoJSON"), write_geojson),
    Format(
        "gpkg",
        "gpkg",
        "application/geopackage+sqlite3",
        Label("GeoPackage (QGIS, ArcGIS)", "GeoPackage (QGIS, ArcGIS)"),
        write_geopackage,
        (WGS84, METRIC_CRS),
    ),
    Format(
        "shp",
        "zip",
        "application/zip",
        Label("Shapefile (tệp nén ZIP)", "Shapefile (zipped)"),
        write_shapefile,
        (WGS84, METRIC_CRS),
    ),
    Format(
        "kml",
        "kml",
        "application/vnd.google-earth.kml+xml",
        Label("KML (Google Earth)", "KML (Google Earth)"),
        write_kml,
    ),
    Format("csv", "csv", "text/csv; charset=utf-8", Label("Bảng tính CSV", "CSV table"), write_csv),
)

FORMATS: dict[str, Format] = {row.key: row for row in _FORMATS}


def format_of(name: str) -> Format:
    """The format with the key or the file extension `name`; NotFound when there is none."""
    for row in _FORMATS:
        if name in {row.key, row.extension}:
            return row
    known = ", ".join(FORMATS)
    raise NotFound(f"No format {name!r}. Formats: {known}.", f"Không có định dạng {name!r}. Các định dạng: {known}.")


def file_name(layer: str, format_key: str, *, version: int) -> str:
    """The name that a download is offered under, in ASCII.

    >>> file_name("products", "shp", version=3)
    'products-v3.zip'
    """
    return f"{layer}-v{version}.{format_of(format_key).extension}"


def write_export(
    atlas: Atlas, query: Query, format_key: str, out: Path | BinaryIO, *, lang: str = "vi", crs: str | None = None
) -> int:
    """Write every record that `query` matches, its page ignored, and return how many were written.

    `crs` is one of the format's systems (coordinates easting before northing), by default WGS 84.
    A file at the path `out` appears complete or not at all. GeoError when the count is not the atlas's own.
    """
    chosen = format_of(format_key)
    if crs is not None and crs not in chosen.crs:
        known = ", ".join(chosen.crs)
        raise BadQuery(
            f"{chosen.key} cannot be written in crs={crs!r}. Possible: {known}.",
            f"Không ghi được {chosen.key} trong crs={crs!r}. Có thể chọn: {known}.",
        )
    job = Job(atlas, replace(query, limit=None, offset=0), lang, crs or chosen.crs[0], atlas.count(query))
    if not isinstance(out, Path):
        return _write(job, chosen, out)
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as stream:
            written = _write(job, chosen, stream)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return written


def _write(job: Job, chosen: Format, out: BinaryIO) -> int:
    written = chosen.write(job, out)
    if written != job.matched:
        raise GeoError(
            f"{job.query.layer} as {chosen.key}: {written} of {job.matched} records written; the file is unusable.",
            f"{job.query.layer} dạng {chosen.key}: chỉ ghi được {written}/{job.matched} bản ghi; không dùng được tệp.",
        )
    return written

"""A layer or a selection of it as a file: every format in one table, and one door to all of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias, cast, get_args

from geo.atlas import Atlas, Query
from geo.crs import STORE_CRS
from geo.encodings import Errors
from geo.errors import BadQuery, GeoError, NotFound
from geo.layers import LAYERS
from geo.schema import Label
from geo.views.export.flatgeobuf import write_flatgeobuf
from geo.views.export.geojson import write_geojson, write_geojsonseq
from geo.views.export.geopackage import write_geopackage
from geo.views.export.job import WGS84, Job
from geo.views.export.jsonfg import write_jsonfg
from geo.views.export.kml import write_kml
from geo.views.export.parquet import write_parquet
from geo.views.export.shapefile import TEXT_IN, write_shapefile
from geo.views.export.table import write_csv
from geo.views.export.workbook import write_xlsx
from geo.vn2000 import systems_of

__all__ = [
    "FORMATS", "Format", "Write", "checked", "file_name", "format_of", "system_of", "write_export", "write_whole",
]  # fmt: skip

Write: TypeAlias = Callable[[BinaryIO], int]
Writer: TypeAlias = Callable[[Job, BinaryIO], int]


class Format(NamedTuple):
    """One file format. `crs` are the systems that it can be written in, the default first; `encodings` are
    what its text can be in, the default first, none where the format itself says UTF-8. What is `for_programs` is
    offered once, not again in the state's system. `label_derived` is the label for a layer that nobody records.

    `write` puts the whole selection into an open binary file and returns the number of records written.
    """

    key: str
    extension: str
    media_type: str
    label: Label
    write: Writer
    crs: tuple[str, ...] = (WGS84,)
    encodings: tuple[str, ...] = ()
    for_programs: bool = False
    label_derived: Label | None = None

    def label_for(self, layer: str) -> Label:
        """What the format is called for a layer: only what is recorded can be sent back.

        >>> FORMATS["xlsx"].label_for("products").en, FORMATS["xlsx"].label_for("links").en
        ('Excel (can be filled in and sent back)', 'Excel')
        """
        return self.label if layer in LAYERS else self.label_derived or self.label


# The province's own system first, then the zones of others; not what EPSG has withdrawn.
_ZONES = tuple(s.code for s in sorted(systems_of("vn2000"), key=lambda s: s.standing) if s.standing < 2)

_FORMATS = (
    Format("geojson", "geojson", "application/geo+json", Label("GeoJSON", "GeoJSON"), write_geojson),
    Format(
        "gpkg",
        "gpkg",
        "application/geopackage+sqlite3",
        Label("GeoPackage (QGIS, ArcGIS)", "GeoPackage (QGIS, ArcGIS)"),
        write_geopackage,
        (WGS84, *_ZONES),
    ),
    Format(
        "shp",
        "zip",
        "application/zip",
        Label("Shapefile (tệp nén ZIP)", "Shapefile (zipped)"),
        write_shapefile,
        (WGS84, *_ZONES),
        TEXT_IN,
    ),
    Format(
        "kml",
        "kml",
        "application/vnd.google-earth.kml+xml",
        Label("KML (Google Earth)", "KML (Google Earth)"),
        write_kml,
    ),
    Format("csv", "csv", "text/csv; charset=utf-8", Label("Bảng tính CSV", "CSV table"), write_csv),
    Format(
        "xlsx",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Label("Excel (điền và gửi lại được)", "Excel (can be filled in and sent back)"),
        write_xlsx,
        label_derived=Label("Excel", "Excel"),
    ),
    Format(
        "parquet",
        "parquet",
        "application/vnd.apache.parquet",
        Label("GeoParquet (phân tích dữ liệu)", "GeoParquet (data analysis)"),
        write_parquet,
        (WGS84, *_ZONES),
        for_programs=True,
    ),
    Format(
        "fgb",
        "fgb",
        "application/flatgeobuf",
        Label("FlatGeobuf (web, QGIS)", "FlatGeobuf (web, QGIS)"),
        write_flatgeobuf,
        (WGS84, *_ZONES),
        for_programs=True,
    ),
    Format(
        "jsonfg",
        "jsonfg",
        "application/vnd.ogc.fg+json",
        Label("JSON-FG (kèm thời gian và VN-2000)", "JSON-FG (with time and VN-2000)"),
        write_jsonfg,
        (WGS84, *_ZONES),
        for_programs=True,
    ),
    Format(
        "geojsonseq",
        "geojsons",
        "application/geo+json-seq",
        Label("GeoJSONSeq (từng bản ghi một)", "GeoJSONSeq (one record at a time)"),
        write_geojsonseq,
        for_programs=True,
    ),
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


def write_export(  # noqa: PLR0913 - each is one choice that a download offers
    atlas: Atlas,
    query: Query,
    format_key: str,
    out: Path | BinaryIO,
    *,
    lang: str = "vi",
    crs: str | None = None,
    encoding: str | None = None,
    letters: str | None = None,
    page: bool = False,
) -> int:
    """Write every record that `query` matches and return how many were written; with `page`, only its own page.

    `crs` is one of the format's systems (coordinates easting before northing), by default WGS 84; `encoding`
    one of its encodings, by default UTF-8. `letters` says what becomes of letters that the encoding lacks:
    "lower" (the default), "plain" or "strict", see geo.encodings.Errors.
    A file at the path `out` appears complete or not at all. GeoError when the count is not the atlas's own.
    """
    chosen = format_of(format_key)
    system = system_of(chosen, crs)
    fate = _letters(chosen, letters)
    if encoding is not None:
        _one_of(chosen, "encoding", encoding, chosen.encodings)
    matched = atlas.count(query)
    if page:
        rest = max(0, matched - query.offset)
        matched = rest if query.limit is None else min(rest, query.limit)
    asked = query if page else replace(query, limit=None, offset=0)
    job = Job(atlas, asked, lang, system, matched, encoding or "utf-8", fate)
    return write_whole(out, lambda stream: checked(job, chosen.key, chosen.write(job, stream)))


def system_of(chosen: Format, crs: str | None) -> str:
    """The system that a file of a format is written in, WGS 84 where none is named; BadQuery for what it cannot be."""
    return chosen.crs[0] if crs in (None, STORE_CRS) else _one_of(chosen, "crs", crs, chosen.crs)


def write_whole(out: Path | BinaryIO, write: Write) -> int:
    """What `write` returns of the stream that it is given; a file at a path appears complete or not at all."""
    if not isinstance(out, Path):
        return write(out)
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as stream:
            written = write(stream)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return written


def checked(job: Job, key: str, written: int) -> int:
    """The number of records written; GeoError when it is not the atlas's own."""
    if written != job.matched:
        raise GeoError(
            f"{job.query.layer} as {key}: {written} of {job.matched} records written; the file is unusable.",
            f"{job.query.layer} dạng {key}: chỉ ghi được {written}/{job.matched} bản ghi; không dùng được tệp.",
        )
    return written


def _one_of(chosen: Format, name: str, given: str, possible: tuple[str, ...]) -> str:
    if given in possible:
        return given
    if not possible:
        able = ", ".join(row.key for row in _FORMATS if row.encodings)
        raise BadQuery(
            f"{chosen.key} is always UTF-8: {name} can be chosen for {able} only.",
            f"{chosen.key} luôn là UTF-8: chỉ chọn được {name} cho {able}.",
        )
    known = ", ".join(possible)
    raise BadQuery(
        f"{chosen.key} cannot be written in {name}={given!r}. Possible: {known}.",
        f"Không ghi được {chosen.key} trong {name}={given!r}. Có thể chọn: {known}.",
    )


def _letters(chosen: Format, given: str | None) -> Errors:
    if given is None:
        return "lower"
    return cast(Errors, _one_of(chosen, "letters", given, get_args(Errors) if chosen.encodings else ()))

"""The file formats of a layer, as rows of one table."""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple, TypeAlias

from geo.errors import NotFound
from geo.ocop.layers import LAYERS
from geo.schema import Label
from geo.views.export.csv_file import write_csv
from geo.views.export.flatgeobuf import write_flatgeobuf
from geo.views.export.geojson import write_geojson, write_geojsonseq
from geo.views.export.geopackage import write_geopackage
from geo.views.export.job import Job
from geo.views.export.jsonfg import write_jsonfg
from geo.views.export.kml import write_kml
from geo.views.export.parquet import write_parquet
from geo.views.export.shapefile import TEXT_IN, write_shapefile
from geo.views.export.workbook import write_xlsx
from geo.views.notice import WGS84
from geo.vn2000.systems import systems_of

Write: TypeAlias = Callable[[BinaryIO], int]


Writer: TypeAlias = Callable[[Job, BinaryIO], int]


class Format(NamedTuple):
    """One file format. `crs` are its coordinate systems and `encodings` its text encodings, the default first;
    a format that is always UTF-8 has no encodings. A format `for_programs` is offered in its default system only.
    `label_derived` is the label for a layer of derived records.

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
        """The label of the format for a layer: only files of recorded layers can be imported again.

        >>> FORMATS["xlsx"].label_for("products").en, FORMATS["xlsx"].label_for("links").en
        ('Excel (can be filled in and sent back)', 'Excel')
        """
        return self.label if layer in LAYERS else self.label_derived or self.label


# The zone of the province first, then the other zones, without deprecated EPSG codes.
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
    """The format with the key or file extension `name`; NotFound for any other name."""
    for row in _FORMATS:
        if name in {row.key, row.extension}:
            return row
    names = ", ".join(FORMATS)
    raise NotFound(f"No format {name!r}. Formats: {names}.", f"Không có định dạng {name!r}. Các định dạng: {names}.")


def file_name(layer: str, format_key: str, *, version: int) -> str:
    """The file name of a download, in ASCII.

    >>> file_name("products", "shp", version=3)
    'products-v3.zip'
    """
    return f"{layer}-v{version}.{format_of(format_key).extension}"

"""What kind of file this is, by its content and never by its name; and what to do about the kinds we cannot read."""

import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal, TypeAlias

from geo.errors import BadSource
from geo.ingest.files.archive import DAMAGED
from geo.ingest.files.delimiters import is_delimited
from geo.ingest.files.foreign import (
    ENCRYPTED,
    Foreign,
    foreign_archive,
    foreign_bytes,
    foreign_json,
    foreign_name,
    foreign_xml,
)
from geo.ingest.files.strict_xml import doctype_refused
from geo.ingest.files.utf16 import utf_16_of

Kind: TypeAlias = Literal[
    "shapefile", "zip", "gpkg", "geojson", "geojsonseq", "kml", "kmz", "gpx", "tab", "mif", "dxf", "dgn", "flatgeobuf",
    "gdb", "topojson", "csv", "xlsx", "xls", "xlsb", "ods",
]  # fmt: skip

_HEAD = 4_096
_PROLOG = 65_536

_WORKBOOK = "Workbook".encode("utf-16-le")
_BOOK = "Book".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_DGN8 = "Dgn~".encode("utf-16-le")
_LAYERS = (
    ".shp",
    ".tab",
    ".mif",
    ".gpkg",
    ".geojson",
    ".gpx",
    ".dxf",
    ".dgn",
    ".fgb",
    ".xlsx",
    ".xls",
    ".csv",
    ".gdbtable",
)
"""With one of these beside it, a .kml does not make a KMZ of an archive."""
_XML: dict[str, Kind] = {"kml": "kml", "gpx": "gpx"}


def sniff(path: Path) -> Kind:
    """The kind of a file; BadSource saying what it is and what to do when nothing here reads it.

    A loose .shp, .dbf or .shx is a "shapefile"; a zip is "xlsx" or "kmz" when its content says so.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
            head += file.read(_PROLOG)  # comments may stand before a DOCTYPE
    if not head.strip():
        raise _unreadable(path, "an empty file", "tệp rỗng", "Copy it again.", "Hãy chép lại tệp.")
    foreign = foreign_bytes(head) or foreign_name(path.name)
    if foreign is not None:
        raise _refused(path, foreign)
    kind = _binary(path, head) or _text(path, head)
    if kind is None:
        raise _unreadable(
            path, "of a kind that is not known here", "loại tệp không nhận ra",
            "Readable are Shapefile and File Geodatabase (zip), GeoPackage, GeoJSON, TopoJSON, KML, GPX, MapInfo, DXF, DGN,"
            " FlatGeobuf, CSV, Excel and OpenDocument sheets.",
            "Đọc được: Shapefile và File Geodatabase (zip), GeoPackage, GeoJSON, TopoJSON, KML, GPX, MapInfo, DXF, DGN,"
            " FlatGeobuf, CSV, Excel và bảng tính OpenDocument.",
        )  # fmt: skip
    return kind


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
            mimetype = _mimetype(archive) if "mimetype" in names else b""
    except DAMAGED as error:
        raise _unreadable(
            path,
            f"a damaged zip archive ({error})",
            "tệp zip bị hỏng",
            "Copy or pack it again.",
            "Hãy chép hoặc nén lại.",
        ) from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if mimetype.startswith(_ODS):
        return "ods"
    with_layers = any(name.endswith(_LAYERS) for name in names)
    foreign = foreign_archive(names, mimetype, with_layers=with_layers)
    if foreign is not None:
        raise _refused(path, foreign)
    with_kml = any(name.endswith(".kml") for name in names)
    return "kmz" if with_kml and not with_layers else "zip"


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    with archive.open("mimetype") as member:
        return member.read(200)


def _sqlite_kind(path: Path) -> Kind:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_contents'").fetchone()
    except (sqlite3.Error, UnicodeError) as error:  # of a damaged file even the message may be no text
        raise _unreadable(
            path, f"a damaged database ({error})", "cơ sở dữ liệu bị hỏng", "Copy it again.", "Hãy chép lại tệp."
        ) from error
    if row is None:
        raise _unreadable(
            path,
            "a SQLite database without layers",
            "cơ sở dữ liệu SQLite không có lớp",
            "Export a GeoPackage.",
            "Hãy xuất thành GeoPackage.",
        )
    return "gpkg"


def _ole_kind(path: Path) -> Kind:
    """Excel 97-2003, or MicroStation V8 in the same container; the directory's names tell."""
    content = path.read_bytes()
    if _DGN8 in content:
        raise _unreadable(
            path,
            "a MicroStation V8 drawing",
            "bản vẽ MicroStation V8",
            "Save it as DXF, or as DGN V7.",
            "Hãy lưu thành DXF hoặc DGN V7.",
        )
    if _WORKBOOK in content or _BOOK in content:
        return "xls"
    if _ENCRYPTED in content:
        raise _refused(path, ENCRYPTED)
    raise _unreadable(
        path,
        "an old Office document without a workbook",
        "tài liệu Office cũ không phải Excel",
        "Save it as Excel (.xlsx).",
        "Hãy lưu thành Excel (.xlsx).",
    )


def _decoded(head: bytes) -> str | None:
    """The beginning as text; None for bytes that no text has. UTF-16 is what Excel calls "Unicode text"."""
    form = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else utf_16_of(head)
    if form is not None:
        return head[: len(head) // 2 * 2].decode(form, errors="replace")
    return None if b"\0" in head else head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _json_kind(start: str) -> Kind | Foreign | None:
    if start.startswith("\x1e"):
        return "geojsonseq"
    first, _, rest = start.partition("\n")
    whole_line = first.rstrip().endswith("}") and '"Feature"' in first and "FeatureCollection" not in first
    if whole_line and rest.lstrip().startswith("{"):
        return "geojsonseq"
    if re.search(r'"type"\s*:\s*"Topology"', start):
        return "topojson"
    foreign = foreign_json(start)
    if foreign is not None:
        return foreign
    return "geojson" if re.search(r'"(type|features|geometry|coordinates)"', start) else None


def _xml_kind(start: str) -> Kind | Foreign | None:
    rest = re.sub(r"\A(?:\s+|<\?.*?\?>|<!--.*?-->)*+", "", start, flags=re.DOTALL)
    foreign = foreign_xml(start, rest)
    if foreign is not None:
        return foreign
    if rest.startswith("<!") and not rest.startswith("<!--"):
        raise doctype_refused()
    root = re.match(r"<(?:[\w.-]+:)?(\w+)", rest)
    return _XML.get(root[1].lower()) if root else None


def _is_dbf(head: bytes) -> bool:
    """Whether the bytes begin a dBASE table: a version, then a date that exists."""
    return head[:1] in b"\x03\x83\x8b\xf5\x30" and len(head) >= 32 and 1 <= head[2] <= 12 and 1 <= head[3] <= 31


_MAGIC: tuple[tuple[bytes, Kind | Callable[[Path], Kind]], ...] = (
    (b"PK\x03\x04", _zip_kind),
    (b"PK\x05\x06", _zip_kind),
    (b"SQLite format 3\0", _sqlite_kind),
    (b"\xd0\xcf\x11\xe0", _ole_kind),
    (b"fgb\x03", "flatgeobuf"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    # MicroStation DGN V7 begins with its file header element: level 8, type 9; 0xc8 says 3D.
    (b"\x08\x09\xfe\x02", "dgn"),
    (b"\xc8\x09\xfe\x02", "dgn"),
)

_STARTS: tuple[tuple[re.Pattern[str], Kind | Callable[[str], Kind | Foreign | None]], ...] = (
    (re.compile(r"[{\x1e]|\[\s*\{"), _json_kind),
    (re.compile(r"<"), _xml_kind),
    (re.compile(r"!table", re.IGNORECASE), "tab"),
    (re.compile(r"version\s+\d+", re.IGNORECASE), "mif"),
    (re.compile(r"(?>999[ \t]*\r?\n[^\n]*\n[ \t]*)*+0[ \t]*\r?\n[ \t]*SECTION"), "dxf"),
)


def _binary(path: Path, head: bytes) -> Kind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind(path) if callable(kind) else kind
    return "shapefile" if _is_dbf(head) else None


def _text(path: Path, head: bytes) -> Kind | None:
    text = _decoded(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")
    for pattern, kind in _STARTS:
        if pattern.match(start):
            recognised = kind(start) if callable(kind) else kind
            if isinstance(recognised, Foreign):
                raise _refused(path, recognised)
            return recognised
    return "csv" if is_delimited(start) else None


def _refused(path: Path, foreign: Foreign) -> BadSource:
    return _unreadable(path, foreign.what.en, foreign.what.vi, foreign.do.en, foreign.do.vi)


def _unreadable(path: Path, en: str, vi: str, do_en: str, do_vi: str) -> BadSource:
    return BadSource(f"{path.name} is {en}. {do_en}", f"{path.name} là {vi}. {do_vi}")

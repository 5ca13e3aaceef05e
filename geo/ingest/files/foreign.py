"""Kinds of files that nothing here reads, by their content: what each is called, and what to do with it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from geo.schema import Label


class Foreign(NamedTuple):
    """A kind of file: what it is, and what to do to bring its data."""

    what: Label
    do: Label


def _kind(en: str, vi: str, do_en: str, do_vi: str) -> Foreign:
    return Foreign(Label(vi, en), Label(do_vi, do_en))


_SAVE_XLSX = (
    "Open it in Excel and save it as an Excel workbook (.xlsx).",
    "Hãy mở bằng Excel rồi lưu thành sổ tính Excel (.xlsx).",
)
_UNPACK = ("Unpack it and pack the files as .zip.", "Hãy bung ra và nén lại thành .zip.")
_TABLE = ("Copy its table into Excel.", "Hãy chép bảng sang Excel.")
_NO_PICTURE = (
    "Images are not layers; draw the outlines in QGIS first.",
    "Ảnh không phải lớp dữ liệu; hãy số hoá trong QGIS trước.",
)
_GPKG = ("Export the layer as GeoPackage or Shapefile.", "Hãy xuất lớp sang GeoPackage hoặc Shapefile.")
_PROJECT = (
    "It only names the layers: send the data files themselves.",
    "Tệp chỉ ghi đường dẫn tới lớp: hãy gửi chính các tệp dữ liệu.",
)
_PHOTOGRAPH = ("Photographs are not layers.", "Ảnh chụp không phải lớp dữ liệu.")

ENCRYPTED = _kind(
    "an Excel workbook with a password",
    "sổ tính Excel có mật khẩu",
    "Save it without a password.",
    "Hãy lưu lại không đặt mật khẩu.",
)
_WEB_PAGE = _kind(
    "a web page (HTML), whatever its name ends in", "trang web (HTML), dù tên tệp có đuôi khác", *_SAVE_XLSX
)
_ACCESS = _kind(
    "an Access database (perhaps a personal geodatabase)",
    "cơ sở dữ liệu Access (có thể là Personal Geodatabase)",
    "Export the table as Excel, or the layer as GeoPackage or Shapefile.",
    "Hãy xuất bảng sang Excel, hoặc lớp sang GeoPackage hay Shapefile.",
)
_TIFF = _kind("a TIFF image", "ảnh TIFF", *_NO_PICTURE)
_GZIP = _kind("an archive of gzip, bzip2, xz or tar", "tệp nén gzip, bzip2, xz hoặc tar", *_UNPACK)

# Offset, magic bytes, what begins so.
_BYTES: tuple[tuple[int, bytes, Foreign], ...] = (
    (0, b"%PDF", _kind("a PDF document", "tài liệu PDF", "Ask for the data behind it (Excel, Shapefile).", "Hãy xin dữ liệu gốc (Excel, Shapefile).")),
    (0, b"Rar!", _kind("a RAR archive", "tệp nén RAR", *_UNPACK)),
    (0, b"7z\xbc\xaf", _kind("a 7z archive", "tệp nén 7z", *_UNPACK)),
    (0, b"\x1f\x8b", _GZIP),
    (0, b"BZh", _GZIP),
    (0, b"\xfd7zXZ\0", _GZIP),
    (257, b"ustar", _GZIP),
    (0, b"AC10", _kind("an AutoCAD DWG drawing", "bản vẽ AutoCAD DWG", "Save it as DXF in AutoCAD.", "Hãy lưu thành DXF trong AutoCAD.")),
    (0, b"AutoCAD Binary DXF", _kind("a binary DXF drawing", "bản vẽ DXF nhị phân", "Save it as ASCII DXF.", "Hãy lưu thành DXF dạng ASCII.")),
    (4, b"Standard Jet DB", _ACCESS),
    (4, b"Standard ACE DB", _ACCESS),
    (0, b"II*\0", _TIFF),
    (0, b"MM\0*", _TIFF),
    (0, b"II+\0", _TIFF),
    (0, b"\xff\xd8\xff", _kind("a JPEG photograph", "ảnh JPEG", *_PHOTOGRAPH)),
    (4, b"ftyphei", _kind("a HEIC photograph", "ảnh HEIC", *_PHOTOGRAPH)),
    (0, b"\x89PNG", _kind("a PNG image", "ảnh PNG", *_NO_PICTURE)),
    (0, b"GIF8", _kind("a GIF image", "ảnh GIF", *_NO_PICTURE)),
    (0, b"PAR1", _kind("a Parquet file", "tệp Parquet", *_GPKG)),
    (0, b"{\\rtf", _kind("a rich text document (RTF)", "văn bản RTF", *_TABLE)),
    (0, b"MIME-Version:", _kind("a web archive (MHTML)", "trang web lưu trữ (MHTML)", *_SAVE_XLSX)),
    (0, b"!Workspace", _kind("a MapInfo workspace", "tệp không gian làm việc MapInfo (.wor)", *_PROJECT)),
    (0, b"!workspace", _kind("a MapInfo workspace", "tệp không gian làm việc MapInfo (.wor)", *_PROJECT)),
    (0, b"EXP  0", _kind("an ArcInfo interchange file (E00)", "tệp trao đổi ArcInfo (E00)", *_GPKG)),
)  # fmt: skip

# What some member of an archive ends in, or its type begins with, and what the archive is.
_MEMBERS: tuple[tuple[str, Foreign], ...] = (
    ("word/document.xml", _kind("a Word document", "tài liệu Word", *_TABLE)),
    ("ppt/presentation.xml", _kind("a PowerPoint presentation", "bài trình chiếu PowerPoint", *_TABLE)),
    ("index/document.iwa", _kind("an Apple Numbers or Pages document", "tài liệu Apple Numbers hoặc Pages", "Export it as Excel (.xlsx).", "Hãy xuất thành Excel (.xlsx).")),
)  # fmt: skip
_PROJECTS: tuple[tuple[str, Foreign], ...] = (
    (".qgs", _kind("a QGIS project", "dự án QGIS", *_PROJECT)),
    (".aprx", _kind("an ArcGIS project", "dự án ArcGIS", *_PROJECT)),
)  # fmt: skip
"""Members that say what an archive is where no layer lies beside them."""
_OPEN_DOCUMENT = _kind(
    "a LibreOffice document that is no spreadsheet",
    "tài liệu LibreOffice không phải bảng tính",
    "Copy its table into a spreadsheet.",
    "Hãy chép bảng sang bảng tính.",
)

# Pattern of the beginning of XML, in small letters, and what it is.
_XML: tuple[tuple[str, Foreign], ...] = (
    (r"<!doctype html|<html|<table|<body|<head|<meta|<style", _WEB_PAGE),
    (r"<!doctype qgis|<qgis", _kind("a QGIS project", "dự án QGIS", *_PROJECT)),
    (r"<(?:\w+:)?workbook\b", _kind("an Excel 2003 workbook in XML", "sổ tính Excel 2003 dạng XML", *_SAVE_XLSX)),
    (r"<office:document\b", _kind("a flat OpenDocument file", "tệp OpenDocument dạng XML", "Save it as .ods or .xlsx.", "Hãy lưu thành .ods hoặc .xlsx.")),
    (r"<(?:\w+:)?(?:featurecollection|gml)\b|<wfs:", _kind("a GML file", "tệp GML", *_GPKG)),
    (r"<svg", _kind("an SVG drawing", "bản vẽ SVG", *_NO_PICTURE)),
    (r"<osm", _kind("an OpenStreetMap extract", "dữ liệu OpenStreetMap", *_GPKG)),
    (r"<(?:\w+:)?landxml", _kind("a LandXML file", "tệp LandXML", "Save it as DXF or Shapefile.", "Hãy lưu thành DXF hoặc Shapefile.")),
)  # fmt: skip

_JSON: tuple[tuple[str, Foreign], ...] = (
    (r'"geometryType"\s*:\s*"esriGeometry|"spatialReference"\s*:\s*\{\s*"(?:wkid|wkt)|"attributes"\s*:.*"(?:rings|paths)"\s*:', _kind("Esri JSON", "Esri JSON", "Export it as GeoJSON (f=geojson) or Shapefile.", "Hãy xuất thành GeoJSON (f=geojson) hoặc Shapefile.")),
    (r"\A\[", _kind("JSON, but not GeoJSON", "JSON không phải GeoJSON", "Export it as GeoJSON or CSV.", "Hãy xuất thành GeoJSON hoặc CSV.")),
)  # fmt: skip

_NAMES: dict[tuple[str, ...], Foreign] = {
    (".gdbtable", ".gdbtablx", ".gdbindexes"): _kind("one file of an Esri File Geodatabase", "một tệp của Esri File Geodatabase", "Pack the whole folder .gdb as .zip.", "Hãy nén cả thư mục .gdb thành .zip."),
}  # fmt: skip
"""Files whose own bytes do not tell what they are a part of."""


def foreign_bytes(head: bytes) -> Foreign | None:
    """What a file is by its first bytes; None for what may be readable."""
    return next((kind for at, magic, kind in _BYTES if head[at : at + len(magic)] == magic), None)


def foreign_name(name: str) -> Foreign | None:
    """What a file is a part of, by its name; None for what is one by itself."""
    return next((kind for endings, kind in _NAMES.items() if name.lower().endswith(endings)), None)


def foreign_archive(names: Sequence[str], mimetype: bytes, *, with_layers: bool) -> Foreign | None:
    """What a zip archive is by its members (in small letters) and the type that it states; None for one of layers."""
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        return _OPEN_DOCUMENT
    telling = _MEMBERS if with_layers else (*_MEMBERS, *_PROJECTS)
    return next((kind for ending, kind in telling if any(name.endswith(ending) for name in names)), None)


def foreign_xml(start: str, root: str) -> Foreign | None:
    """What XML is by its beginning and by what stands at its root; None for what may be readable."""
    if re.search(r'<\?mso-application\s+progid="excel', start[:1_000], re.IGNORECASE):
        return next(kind for pattern, kind in _XML if "workbook" in pattern)
    return next((kind for pattern, kind in _XML if re.match(pattern, root, re.IGNORECASE)), None)


def foreign_json(start: str) -> Foreign | None:
    """What JSON is by its beginning; None for what may be GeoJSON."""
    if '"FeatureCollection"' in start:
        return None
    return next((kind for pattern, kind in _JSON if re.search(pattern, start, re.DOTALL)), None)

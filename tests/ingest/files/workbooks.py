"""Workbooks that no package here writes: OpenDocument and binary Excel, with just what a reader needs."""

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"'
)
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/></manifest:manifest>'
)


def ods_cell(value: object, **attributes: object) -> str:
    """A cell; attributes are of the table namespace, "_" for "-"."""
    more = "".join(f' table:{name.replace("_", "-")}="{escape(str(given))}"' for name, given in attributes.items())
    if value is None:
        return f"<table:table-cell{more}/>"
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"{more}><text:p>{value}</text:p></table:table-cell>'
    return (
        f'<table:table-cell office:value-type="string"{more}><text:p>{escape(str(value))}</text:p></table:table-cell>'
    )


def ods(path: Path, rows: Sequence[Sequence[object]], *, body: str = "") -> Path:
    """A spreadsheet of one sheet; cells may be XML already (by `ods_cell`), `body` takes the place of the rows."""
    cells = ["".join(str(one) if str(one).startswith("<table:") else ods_cell(one) for one in row) for row in rows]
    table = body or "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="Danh sách">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", content)
    return path


def _record(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(data), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return number + length + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A binary workbook of one sheet (MS-XLSB): texts in their cells, numbers as reals."""
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)) + _record(145)
    for number, row in enumerate(rows):
        sheet += _record(0, struct.pack("<2I", number, 0) + bytes(9))
        for column, cell in enumerate(row):
            head = struct.pack("<2I", column, 0)
            if isinstance(cell, int | float):
                sheet += _record(5, head + struct.pack("<d", cell))
            elif cell is not None:
                sheet += _record(6, head + _wide(str(cell)))
    book = _record(131) + _record(143) + _record(156, struct.pack("<2I", 0, 1) + _wide("rId1") + _wide("Danh sách"))
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.bin", book + _record(144) + _record(132))
        archive.writestr("xl/_rels/workbook.bin.rels", relation)
        archive.writestr("xl/worksheets/sheet1.bin", sheet + _record(146) + _record(130))
        archive.writestr("xl/vbaProject.bin", b"macro")
    return path

"""Workbooks of openpyxl and xlwt and plain text as files, and the first sheet of a file as the service reads it."""

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import xlwt

from geo.ingest.files.limits import Limits
from geo.ingest.files.sheets import read_sheet
from geo.ingest.files.table import Table

LIMITS = Limits()

Rows = Sequence[Sequence[object]]

PRODUCTS: Rows = [["Tên", "Kinh độ", "Vĩ độ"], ["Chè Tủa Chùa", 103.35, 21.98], ["Gạo Điện Biên", 103.02, 21.38]]


def xlsx(path: Path, rows: Rows = PRODUCTS, more: Callable[[openpyxl.Workbook], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Sản phẩm"
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell is not None:
                book.active.cell(number, column).value = cell
    if more:
        more(book)
    book.save(path)
    return path


def xls(path: Path, rows: Rows = PRODUCTS) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sản phẩm")
    date = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell, *([date] if isinstance(cell, dt.date) else []))
    book.save(str(path))
    return path


def text(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def edited(path: Path, member: str, edit: Callable[[bytes], bytes]) -> Path:
    """The workbook with one member changed, packed as before."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, edit(content) if name == member else content)
    return path


def first(path: Path, kind: str = "xlsx", limits: Limits = LIMITS) -> Table:
    return read_sheet(path, kind, None, limits)  # type: ignore[arg-type]


def notes(table: Table) -> str:
    return "\n".join(note.en for note in table.notes)


SHEET = "xl/worksheets/sheet1.xml"

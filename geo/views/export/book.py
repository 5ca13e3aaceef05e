"""Excel workbooks: cells that are never formulas, headers, dates, and the version's date in place of all timestamps."""

import re
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from geo.atlas.model import Value
from geo.views.dated_files import DatedZip
from geo.views.export.work_folder import work_folder

WIDE, NARROW = 40, 18
"""Widths of columns of text and of columns of numbers, in characters."""
_PROPERTIES = "docProps/core.xml"
_TIMESTAMPS = re.compile(rb"(<\w+:(?:created|modified)\b[^>]*>)[^<]*(</)")
"""Any namespace prefix: other libraries in the process may register another one for Dublin Core."""
_NO_CELL = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow, and the carriage return, which Excel does not display."""
_OTHER_THAN_TEXT = ("=", "#")
"""Text that openpyxl would write as a formula or an error. Only such text gets a cell object, which is three
times slower."""
_CELL_MOST = 32_767  # characters of one cell (Excel specifications and limits)
_DATE = "yyyy-mm-dd"


def write_book(fill: Callable[[Any], int], published_at: str, out: BinaryIO) -> int:
    """Write the workbook that `fill` adds sheets to, and return what it returns.

    `published_at` replaces all timestamps, so that the same version gives the same bytes.
    """
    book = Workbook(write_only=True)
    with work_folder() as folder:
        path = folder / "book.xlsx"
        try:
            count = fill(book)
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:  # Workbook.save leaves it open on failure
                ExcelWriter(book, archive).save()
        except BaseException:
            _discard(book)
            raise
        _copy_dated(path, published_at, out)
    return count


def _discard(book: Any) -> None:
    """Close unfinished sheets, which print a traceback when they are garbage-collected, and delete their files."""
    for sheet in book.worksheets:
        with suppress(Exception):  # of several libraries: on a full disk a sheet cannot be closed properly
            sheet.close()
        if sheet._writer is not None:
            with suppress(OSError):
                sheet._writer.cleanup()


def _copy_dated(path: Path, published_at: str, out: BinaryIO) -> None:
    with zipfile.ZipFile(path) as book, DatedZip(out, published_at) as archive:
        for name in book.namelist():
            if name == _PROPERTIES:
                archive.add(name, _TIMESTAMPS.sub(rb"\g<1>" + published_at.encode() + rb"\g<2>", book.read(name)))
            else:
                with book.open(name) as content:
                    archive.add(name, cast(BinaryIO, content))


def set_widths(sheet: Any, widths: Sequence[int]) -> None:
    """Set the widths of the columns, from the first on, in characters; before any row is written."""
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def set_filter(sheet: Any, columns: int, rows: int) -> None:
    """Keep the header and the first column in view, and let the reader filter `rows` rows below the header."""
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"


def header_cell(sheet: Any, text: str) -> Any:
    """A cell of the first row: bold on a coloured ground, its text wrapped."""
    header = _as_text(sheet, text)
    header.font = Font(bold=True)
    header.fill = PatternFill("solid", start_color="E1EFEE")
    header.alignment = Alignment(wrap_text=True, vertical="top")
    return header


def cell(sheet: Any, value: Value) -> Any:
    """A value for a row; text is never a formula and has no characters that XML does not allow."""
    if not isinstance(value, str):
        return value
    text = _NO_CELL.sub("", value)[:_CELL_MOST]
    return _as_text(sheet, text) if text.startswith(_OTHER_THAN_TEXT) else text


def date_cell(sheet: Any, iso: str) -> Any:
    """A whole day (ISO 8601) as a date that Excel sorts and filters; a month or a year, which is no date, as text."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return cell(sheet, iso)
    dated = WriteOnlyCell(sheet, day)
    dated.number_format = _DATE
    return dated


def _as_text(sheet: Any, text: str) -> Any:
    as_text = WriteOnlyCell(sheet, text)
    as_text.data_type = "s"
    return as_text

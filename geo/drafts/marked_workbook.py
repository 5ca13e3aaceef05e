"""The uploaded table as a workbook with two columns more, in Vietnamese: findings of each row, and remedies."""

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from geo.drafts.draft import Draft, DraftStore
from geo.errors import BadQuery
from geo.ingest.columns.texts import read_texts
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import SHEETS, choose, look, read
from geo.ingest.files.sniff import sniff
from geo.ingest.files.table import Table

_TITLES = ("Kết quả kiểm tra", "Gợi ý sửa")
_FILLS = {"fatal": "F8C9C4", "error": "F8C9C4", "warning": "FCE8B8", "info": "E1EFEE"}
_WIDTH = 60
_ENDINGS = (".xlsx", ".xls", ".csv", ".tsv", ".txt")


def is_table(files: Sequence[str]) -> bool:
    """Whether an upload is one table, by the file name only; `mark` checks the content."""
    return len(files) == 1 and files[0].lower().endswith(_ENDINGS)


def mark(drafts: DraftStore, draft: Draft) -> bytes:
    """The table as .xlsx with two columns more: the findings of each row, and the suggested corrections.

    An .xlsx keeps its other sheets and its formatting; an .xls or CSV becomes a plain workbook. BadQuery when the
    upload is not a table, NotFound when it was not read yet.
    """
    review: dict[str, Any] = orjson.loads(drafts.file(draft, "review.json").read_bytes())
    path = drafts.uploads(draft)[0]
    kind = sniff(path) if len(draft.files) == 1 else None
    if kind not in SHEETS:
        raise BadQuery(
            "Only an uploaded table (Excel or CSV) can be downloaded with remarks.",
            "Chỉ bảng tính (Excel hoặc CSV) mới tải về kèm ghi chú được.",
        )
    by_row = orjson.loads(drafts.file(draft, "remarks.json").read_bytes())
    remarks = {int(row): lines for row, lines in by_row.items()}
    if kind == "xlsx":
        book = load_workbook(io.BytesIO(path.read_bytes()))  # from bytes: openpyxl refuses other file name endings
        sheet = book[review["part"]] if review["part"] in book.sheetnames else book.worksheets[0]
        _add_columns(sheet, remarks, review["file"]["header_row"] or 1)
    else:
        book = _new_workbook(path, review, remarks)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_columns(sheet: Worksheet, remarks: Mapping[int, Sequence[Sequence[str]]], header_row: int) -> None:
    """Write the remarks into the first two free columns of a sheet."""
    first = _last_column(sheet) + 1
    for offset, title in enumerate(_TITLES):
        sheet.cell(header_row, first + offset, title).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(first + offset)].width = _WIDTH
    for row, lines in remarks.items():
        worst = min(lines, key=lambda line: list(_FILLS).index(line[0]))[0]
        for offset in range(len(_TITLES)):
            cell = sheet.cell(row, first + offset)
            _write_text(cell, "\n".join(dict.fromkeys(line[1 + offset] for line in lines)))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.fill = PatternFill("solid", start_color=_FILLS[worst])


def _last_column(sheet: Worksheet) -> int:
    """The last column with a value; formatted empty cells, which sheet.max_column counts, are ignored."""
    return max((cell.column for row in sheet.iter_rows() for cell in row if cell.value is not None), default=0)


def _write_text(cell: Any, text: str) -> None:
    """Write a string cell; without the data type a text that begins with "=" would become a formula."""
    cell.value = text
    cell.data_type = "s"


def _new_workbook(path: Path, review: Mapping[str, Any], remarks: Mapping[int, Sequence[Sequence[str]]]) -> Workbook:
    """A new workbook with an .xls or CSV table, each row under its row number in the file."""
    table = _table(path, review["part"])
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise RuntimeError("a new workbook has no sheet")
    header = table.header_row or 1
    for column, (name, cells) in enumerate(table.columns.items(), start=1):
        _write_text(sheet.cell(header, column), name)
        for row, value in zip(table.row_numbers, cells, strict=True):
            if isinstance(value, str):
                _write_text(sheet.cell(row, column), value)
            elif isinstance(value, int | float):
                sheet.cell(row, column, value)
    _add_columns(sheet, remarks, header)
    return book


def _table(path: Path, part: str | None) -> Table:
    with tempfile.TemporaryDirectory() as work:
        parts = look([path], Path(work), Limits())
        table = choose(parts, part) or parts[0]
        return read_texts(read(table, Limits()), {}, ())[0]

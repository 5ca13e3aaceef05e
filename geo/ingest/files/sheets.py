"""Sheets as Tables: Excel workbooks and CSV, with the titles, merged headers, number lines and totals of offices.

Text of a CSV is read as Latin-1, so that each str stands for the bytes of the file (see geo.ingest.cells); names and
cells are neither stripped nor composed here. White space is therefore ASCII only: U+00A0 may be half a letter.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.errors import BadSource
from geo.ingest.files.cell_text import BLANK, ERROR, is_blank, tidy
from geo.ingest.files.csv_rows import read_csv_rows
from geo.ingest.files.excel import FORMULA, Merged, Position, column_letters, read_cells, sheets_of
from geo.ingest.files.heading import WITHIN, Heading, find_heading
from geo.ingest.files.limits import Limits
from geo.ingest.files.row_kinds import LEFT_OUT, Row, left_out, notes_on
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Cells, Table, finding, listed
from geo.report import Issue, at_most
from geo.schema import Label


def sheet_names(path: Path, kind: Kind, limits: Limits) -> list[str]:
    """The sheets of a file that hold rows; a CSV is one, called as the file is.

    Hidden sheets are left out unless all that holds rows is hidden. BadSource when the file cannot be read.
    """
    if kind == "csv":
        return [path.stem]
    filled = [sheet for sheet in sheets_of(path, kind, limits) if sheet.holds]
    if not filled:
        raise _empty(path, None)
    return [sheet.name for sheet in filled if sheet.visible] or [sheet.name for sheet in filled]


def read_sheet(path: Path, kind: Kind, sheet: str | None, limits: Limits) -> Table:
    """One sheet of a file as a Table, the first that holds rows unless named, within `limits`.

    `row_numbers` are the sheet's own; of a CSV they are those that a spreadsheet shows (a cell of several lines is in
    one row). BadSource when the file is damaged or empty, has no header, or is over a limit.
    """
    grid = _csv_grid(path, limits) if kind == "csv" else _excel_grid(path, kind, sheet, limits)
    heading = find_heading(grid.rows)
    if heading is None:
        raise _headless(path, grid) if len(grid.rows) > 1 else _empty(path, grid.name if kind != "csv" else None)
    return _table(path, kind, grid, heading, limits)


@dataclass(frozen=True)
class _Grid:
    """The rows of a sheet that are not blank, from column A on."""

    name: str
    rows: list[Row]
    formulas: frozenset[Position] = frozenset()
    merged: tuple[Merged, ...] = ()
    cpg: str | None = None
    notes: tuple[Label, ...] = ()


# --- Excel -------------------------------------------------------------------------------------------

_UNSEEN = {
    kind: Label(
        f"Tệp .{kind} không cho biết ô nào chứa công thức: giá trị đã tính được dùng; ô báo lỗi được đọc là ô trống.",
        f"In an .{kind} formulas cannot be seen: the computed values are used, and cells that show an error are blank.",
    )
    for kind in ("xls", "xlsb")
}


def _excel_grid(path: Path, kind: Kind, sheet: str | None, limits: Limits) -> _Grid:
    sheets = sheets_of(path, kind, limits)
    if sheet is None:
        filled = [candidate for candidate in sheets if candidate.holds]
        if not filled:
            raise _empty(path, None)
        sheet = next((candidate.name for candidate in filled if candidate.visible), filled[0].name)
    elif sheet not in [candidate.name for candidate in sheets]:
        names = ", ".join(candidate.name for candidate in sheets)
        raise BadSource(
            f"{path.name} has no sheet {sheet!r}. Its sheets: {names}.",
            f"{path.name} không có trang tính {sheet!r}. Các trang tính: {names}.",
        )
    cells = read_cells(path, kind, sheet, limits)
    notes = [_UNSEEN[kind]] if kind in _UNSEEN else []
    hidden = [
        candidate.name for candidate in sheets if candidate.holds and not candidate.visible and candidate.name != sheet
    ]
    if hidden:
        names = ", ".join(hidden)
        notes.append(Label(f"Trang tính ẩn, không đọc: {names}.", f"Hidden sheets, not read: {names}."))
    rows = [Row(number, row) for number, row in enumerate(cells.rows, start=1) if not all(map(is_blank, row))]
    return _Grid(sheet, rows, cells.formulas, cells.merged, notes=tuple(notes))


def _csv_grid(path: Path, limits: Limits) -> _Grid:
    rows, cpg = read_csv_rows(path, limits)
    return _Grid(path.stem, rows, cpg=cpg)


def _unique(names: Sequence[str], columns: Sequence[int]) -> dict[int, str]:
    """A name for each of `columns`: its own, its spreadsheet letter where it has none; a second one is " (2)"."""
    unique: dict[int, str] = {}
    taken: set[str] = set()
    for column in columns:
        plain = (names[column] if column < len(names) else "") or f"column {column_letters(column + 1)}"
        name, times = plain, 1
        while name in taken:
            times += 1
            name = f"{plain} ({times})"
        taken.add(name)
        unique[column] = name
    return unique


# --- the table ---------------------------------------------------------------------------------------


def _table(path: Path, kind: Kind, grid: _Grid, heading: Heading, limits: Limits) -> Table:
    below = grid.rows[heading.first :]
    kinds = left_out([row.cells for row in below], heading.names)
    rows = [row for row, kind in zip(below, kinds, strict=True) if kind is None]
    if not rows:
        raise _empty(path, grid.name if kind != "csv" else None)
    merged = _expanded(rows, grid.merged, limits)
    limits.hold("dòng", "rows", len(rows), limits.max_rows)
    used = {column for row in rows for column, cell in enumerate(row.cells) if not is_blank(cell)}
    columns = sorted(used | {column for column, name in enumerate(heading.names) if name})
    limits.hold("cột", "columns", len(columns), limits.max_columns)
    names = _unique(heading.names, columns)
    cells: dict[str, Cells] = {
        name: [row.cells[column] if column < len(row.cells) else None for row in rows] for column, name in names.items()
    }
    longest = max((len(cell) for column in cells.values() for cell in column if isinstance(cell, str)), default=0)
    limits.hold("ký tự trong một ô", "characters in one cell", longest, limits.max_text)
    formulas, computed = _formulas(grid, rows, names, cells)
    issues = [*at_most(_errors(rows, cells)), *(at_most(_ragged(rows, heading.names)) if kind == "csv" else ())]
    return Table(
        kind, kind.upper(), grid.name, cells, [row.number for row in rows], cpg=grid.cpg,
        header_row=grid.rows[heading.at].number, formulas=formulas,
        notes=(*_said(grid, heading), *notes_on(below, kinds), *_expressed(computed, merged), *grid.notes),
        issues=tuple(issues),
    )  # fmt: skip


def _expanded(rows: Sequence[Row], merged: Sequence[Merged], limits: Limits) -> list[str]:
    """Give every row that a merged cell covers its value; returns the ranges that some row got a value from.

    The value belongs to the first column of a range: the others are what the cell lies over.
    """
    numbers = [row.number for row in rows]
    used = []
    room = len(rows) * limits.max_columns  # merged cells do not overlap: all of them together cover no more
    for top, left, bottom, right in merged:
        covered = rows[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
        room -= len(covered)
        if room < 0 or left > limits.max_columns:
            raise ValueError("merged cells overlap")
        value = covered[0].cells[left - 1] if covered and left <= len(covered[0].cells) else None
        filled = [_filled(row, left, value) for row in covered[1:] if not is_blank(value)]
        if any(filled):
            used.append(f"{column_letters(left)}{top}:{column_letters(right)}{bottom}")
    return used


def _filled(row: Row, column: int, value: object) -> bool:
    """Put `value` into a blank cell of a row; whether it was blank."""
    row.cells.extend([None] * (column - len(row.cells)))
    blank = is_blank(row.cells[column - 1])
    if blank:
        row.cells[column - 1] = value
    return blank


def _formulas(
    grid: _Grid, rows: Sequence[Row], names: dict[int, str], cells: dict[str, Cells]
) -> tuple[frozenset[tuple[int, str]], list[str]]:
    """The cells whose formula has no stored result, which are None from here on, and the others by their names."""
    index = {row.number: place for place, row in enumerate(rows)}
    lacking = set()
    computed = []
    for number, column in sorted(grid.formulas):
        if number in index and column - 1 in names:
            name = names[column - 1]
            if cells[name][index[number]] == FORMULA:
                cells[name][index[number]] = None
                lacking.add((number, name))
            else:
                computed.append(f"{column_letters(column)}{number}")
    return frozenset(lacking), computed


def _expressed(computed: Sequence[str], merged: Sequence[str]) -> Iterator[Label]:
    """What was read of cells that are a formula, or are merged."""
    if computed:
        shown = listed(computed)
        yield Label(
            f"{len(computed)} ô chứa công thức, đã dùng kết quả lưu trong tệp: {shown}.",
            f"{len(computed)} cells hold a formula; the results stored in the file are used: {shown}.",
        )
    if merged:
        shown = listed(merged)
        yield Label(
            f"Ô gộp, giá trị dùng cho mọi dòng được gộp: {shown}.",
            f"Merged cells, their value is used for each row: {shown}.",
        )


def _errors(rows: Sequence[Row], cells: dict[str, Cells]) -> Iterator[Issue]:
    """A finding for every cell that shows an error; the cell is None from here on."""
    for name, column in cells.items():
        for place, cell in enumerate(column):
            if isinstance(cell, str) and cell.startswith("#") and ERROR.fullmatch(cell.strip(BLANK)):
                column[place] = None
                words = f"ô báo lỗi {cell}", f"the cell shows the error {cell}"
                yield finding("bad_number", *words, row=rows[place].number, field=name, value=cell)


def _ragged(rows: Sequence[Row], names: Sequence[str]) -> Iterator[Issue]:
    for row in rows:
        extra = [cell for cell in row.cells[len(names) :] if not is_blank(cell)]
        if extra:
            vi = f"dòng có {len(row.cells)} ô, tiêu đề có {len(names)}"
            en = f"the row has {len(row.cells)} cells, the header {len(names)}"
            yield finding("ragged_row", vi, en, row=row.number, value=str(extra[0])[:120])


def _said(grid: _Grid, heading: Heading) -> Iterator[Label]:
    """What was taken for the header, and which rows around it were left out."""
    first, last = grid.rows[heading.at].number, grid.rows[heading.at + heading.lines - 1].number
    if first == last:
        yield Label(f"Dòng {first} được lấy làm tiêu đề cột.", f"Row {first} was taken for the header.")
    else:
        between = (" và ", " and ") if heading.lines == 2 else (" đến ", " to ")
        yield Label(
            f"Các dòng {first}{between[0]}{last} được lấy làm tiêu đề cột.",
            f"Rows {first}{between[1]}{last} were taken for the header.",
        )
    above = [row.number for row in grid.rows[: heading.at]]
    if above:
        yield Label(
            f"Dòng trên tiêu đề, không đọc: {listed(above)}.", f"Rows above the header, left out: {listed(above)}."
        )
    for numbers, label in ((heading.numbers, LEFT_OUT["numbers"]), (heading.units, LEFT_OUT["unit"])):
        if numbers:
            yield Label(f"{label.vi}: {listed(numbers)}.", f"{label.en}: {listed(numbers)}.")


# --- failures ----------------------------------------------------------------------------------------


def _empty(path: Path, sheet: str | None) -> BadSource:
    en, vi = (f", sheet {sheet!r},", f", trang tính {sheet!r},") if sheet else ("", "")
    return BadSource(
        f"{path.name}{en} holds no table: expected is a row of column names with rows of data under it."
        " Fill in the data, or send the file that has it.",
        f"{path.name}{vi} không có bảng dữ liệu: cần một dòng tên cột và các dòng dữ liệu bên dưới."
        " Hãy điền dữ liệu, hoặc gửi đúng tệp có dữ liệu.",
    )


def _headless(path: Path, grid: _Grid) -> BadSource:
    first = grid.rows[0]
    shown = " | ".join(tidy(cell)[:20] for cell in first.cells[:5])
    return BadSource(
        f"{path.name} has no row of column names in its first {WITHIN} rows; row {first.number} is {shown!r}."
        " Put at least two column names in one row right above the data.",
        f"{path.name} không có dòng tên cột trong {WITHIN} dòng đầu; dòng {first.number} bắt đầu {shown!r}."
        " Hãy đặt ít nhất hai tên cột trên một dòng, ngay trên dữ liệu.",
    )

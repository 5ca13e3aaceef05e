"""Sheets as Tables: Excel workbooks and CSV, with the titles, merged headers, number lines and totals of offices.

Text of a CSV is read as Latin-1, so that each str stands for the bytes of the file (see geo.ingest.cells); names and
cells are neither stripped nor composed here. White space is therefore ASCII only: U+00A0 may be half a letter.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from geo.encodings import ENCODINGS, encode
from geo.errors import BadSource, GeoError
from geo.ingest.files.excel import FORMULA, ROOM, Position, column_letters, read_cells, sheets_of
from geo.ingest.files.limits import Limits
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Cells, Table
from geo.report import Issue, at_most
from geo.schema import Label

_HEADER_WITHIN = 30  # the header is looked for in so many rows that are not blank
_BELOW = 50  # so many rows under a header tell which columns are used
_SHOWN = 20  # so many row numbers a note lists
_DELIMITERS = ";\t|,"
_BLANK = " \t\r\n\xa0"

_NUMBER = re.compile(r"[-+(]*\s*\d[\d.,\s\xa0]*%?\)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][\d:.]+)?")
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|N/A!|\?)")
_ORDINAL = re.compile(r"[(\[]?\s*(\d{1,3})\s*[)\]]?(\s*=.*)?")
_TOTALS = ("tổng cộng", "tổng số", "tổng", "cộng", "tong cong", "tong so", "total", "grand total")
_LETTERHEADS = (
    "ubnd", "ủy ban nhân dân", "uỷ ban nhân dân", "uy ban nhan dan",
    "cộng hòa xã hội", "cộng hoà xã hội", "cong hoa xa hoi", "độc lập", "doc lap",
)  # fmt: skip


def sheet_names(path: Path, kind: Kind, limits: Limits) -> list[str]:
    """The sheets of a file that hold rows; a CSV is one, called as the file is.

    Hidden sheets are left out unless all that holds rows is hidden. BadSource when the file cannot be read.
    """
    if kind == "csv":
        return [path.stem]
    held = [sheet for sheet in sheets_of(path, kind, limits) if sheet.holds]
    if not held:
        raise _empty(path, None)
    return [sheet.name for sheet in held if sheet.visible] or [sheet.name for sheet in held]


def read_sheet(path: Path, kind: Kind, sheet: str | None, limits: Limits) -> Table:
    """One sheet of a file as a Table, the first that holds rows unless named, within `limits`.

    `row_numbers` are the sheet's own; of a CSV they are those that a spreadsheet shows (a cell of several lines is in
    one row). BadSource when the file is damaged or empty, has no header, or is over a limit.
    """
    grid = _csv_grid(path, limits) if kind == "csv" else _excel_grid(path, kind, sheet, limits)
    heading = _heading(grid)
    if heading is None:
        raise _headless(path, grid) if len(grid.rows) > 1 else _empty(path, grid.name if kind != "csv" else None)
    return _table(path, kind, grid, heading, limits)


class _Row(NamedTuple):
    number: int
    cells: list[object]


@dataclass(frozen=True)
class _Grid:
    """The rows of a sheet that are not blank, from column A on."""

    name: str
    rows: list[_Row]
    formulas: frozenset[Position] = frozenset()
    cpg: str | None = None
    notes: tuple[Label, ...] = ()


# --- Excel -------------------------------------------------------------------------------------------

_UNSEEN = Label(
    "Tệp .xls không cho biết ô nào chứa công thức: giá trị đã tính được dùng; ô báo lỗi được đọc là ô trống.",
    "In an .xls formulas cannot be seen: the computed values are used, and cells that show an error are read as blank.",
)


def _excel_grid(path: Path, kind: Kind, sheet: str | None, limits: Limits) -> _Grid:
    sheets = sheets_of(path, kind, limits)
    if sheet is None:
        held = [one for one in sheets if one.holds]
        if not held:
            raise _empty(path, None)
        sheet = next((one.name for one in held if one.visible), held[0].name)
    elif sheet not in [one.name for one in sheets]:
        known = ", ".join(one.name for one in sheets)
        raise BadSource(
            f"{path.name} has no sheet {sheet!r}. Its sheets: {known}.",
            f"{path.name} không có trang tính {sheet!r}. Các trang tính: {known}.",
        )
    found = read_cells(path, kind, sheet, limits)
    notes = [_UNSEEN] if kind == "xls" else []
    hidden = [one.name for one in sheets if one.holds and not one.visible and one.name != sheet]
    if hidden:
        names = ", ".join(hidden)
        notes.append(Label(f"Trang tính ẩn, không đọc: {names}.", f"Hidden sheets, not read: {names}."))
    rows = [_Row(number, cells) for number, cells in enumerate(found.rows, start=1) if not all(map(_blank, cells))]
    return _Grid(sheet, rows, found.formulas, notes=tuple(notes))


# --- CSV ---------------------------------------------------------------------------------------------


def _csv_grid(path: Path, limits: Limits) -> _Grid:
    text, cpg = _csv_text(path, limits)
    said = re.match(r'"?sep=([^\r\n])"?[ \t;,]*(\r\n|\r|\n|$)', text, re.IGNORECASE)
    first = 1 if said is None else 2
    if said is not None:
        text = text[said.end() :]
    delimiter = said[1] if said is not None else _delimiter(text)
    rows = []
    for number, cells in enumerate(_records(path, text, delimiter, first), start=first):
        if all(map(_blank, cells)):
            continue
        rows.append(_Row(number, [cell or None for cell in cells]))
        if len(rows) > limits.max_rows + ROOM:
            limits.hold("dòng", "rows", text.count("\n") + 1, limits.max_rows)
            limits.hold("dòng", "rows", len(rows), limits.max_rows)
        if len(cells) > limits.max_columns:
            last = max(column for column, cell in enumerate(cells, start=1) if not _blank(cell))
            limits.hold(f"cột (ở dòng {number})", f"columns (in row {number})", last, limits.max_columns)
    return _Grid(path.stem, rows, cpg=cpg)


def _csv_text(path: Path, limits: Limits) -> tuple[str, str | None]:
    """The text, its bytes as Latin-1 unless it is UTF-16, and what its byte-order mark says about the encoding."""
    limits.hold("byte", "bytes", path.stat().st_size, limits.max_bytes)
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), None
        except UnicodeDecodeError as error:
            raise BadSource(
                f"{path.name} begins as UTF-16 text but is damaged at byte {error.start}. Export or copy it again.",
                f"{path.name} bắt đầu như văn bản UTF-16 nhưng hỏng ở byte {error.start}. Hãy xuất hoặc chép lại tệp.",
            ) from error
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise BadSource(
            f"{path.name} holds a NUL byte in line {line}: it is no text, or damaged. Export it again as CSV UTF-8.",
            f"{path.name} có byte NUL ở dòng {line}: không phải văn bản hoặc bị hỏng. Hãy xuất lại dạng CSV UTF-8.",
        )
    marked = data.startswith(b"\xef\xbb\xbf")
    return data[3 if marked else 0 :].decode("latin-1"), "UTF-8" if marked else None


def _delimiter(text: str) -> str:
    """What most of the first lines have equally often outside quotes."""
    head = re.sub(r'"(?:[^"]|"")*"', "", text[: 1 << 16])
    lines = [line for line in re.split(r"\r\n|\r|\n", head) if line.strip(_BLANK)]
    lines = (lines[:-1] or lines)[:_BELOW]

    def telling(mark: str) -> tuple[int, int]:
        counts = Counter(line.count(mark) for line in lines)
        counts.pop(0, None)
        often, times = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return times, often

    return max(_DELIMITERS, key=telling)


def _records(path: Path, text: str, delimiter: str, first: int) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = first
    try:
        for record in reader:
            yield record
            start = reader.line_num + first
    except csv.Error as error:
        raise BadSource(
            f'{path.name}: the quotes (") do not match in the row of line {start} ({error}).'
            " Close the quote, or write a quote inside a cell twice, and send it again.",
            f'{path.name}: dấu nháy kép (") không khớp ở dòng {start} ({error}).'
            " Hãy đóng dấu nháy, hoặc viết đôi dấu nháy nằm trong ô, rồi gửi lại.",
        ) from error


# --- cells -------------------------------------------------------------------------------------------


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip(_BLANK))


def _wordy(cell: object) -> bool:
    """Whether a cell is text that can name a column: letters, and no number, date, error or formula."""
    if not isinstance(cell, str) or not any(map(str.isalpha, cell)):
        return False
    text = cell.strip(_BLANK)
    return _NUMBER.fullmatch(text) is None and _ERROR.fullmatch(text) is None


def _tidy(cell: object) -> str:
    return "" if _blank(cell) or cell == FORMULA else re.sub(r"[ \t\r\n]+", " ", str(cell)).strip(" ")


@cache
def _forms(words: tuple[str, ...]) -> str:
    """An alternation of the words as every encoding writes them, in small, capital and mixed letters."""
    forms = set()
    for word in words:
        for text in (word, word.upper(), word.capitalize(), word.title()):
            forms |= {text, unicodedata.normalize("NFD", text)}
            forms |= {unicodedata.normalize("NFD", text).encode().decode("latin-1")}
            forms |= {_written(text, key) for key in ENCODINGS}
    return "|".join(re.escape(form) for form in sorted(forms - {""}, key=len, reverse=True))


def _written(text: str, encoding: str) -> str:
    try:
        return encode(text, encoding).decode("latin-1")
    except GeoError:
        return ""


def _is_total(cells: Sequence[object]) -> bool:
    """Whether a row sums up others: its first text says so, and it has hardly any other text."""
    words = [cell for cell in cells if _wordy(cell)]
    if not words or len(words) > 2:
        return False
    pattern = rf"[\s\xa0]*({_forms(_TOTALS)})[\s\xa0]*([:(=.\d].*)?"
    return re.fullmatch(pattern, str(words[0]), re.DOTALL) is not None


def _is_letterhead(cells: Sequence[object]) -> bool:
    pattern = re.compile(rf"\s*({_forms(_LETTERHEADS)})")
    return any(pattern.match(cell) for cell in cells if isinstance(cell, str))


def _is_number_line(cells: Sequence[object], names: Sequence[str]) -> bool:
    """Whether a row counts the columns: (1) (2) (3), perhaps with A B before, as forms of ministries have it."""
    said = [str(cell).strip(_BLANK) for cell in cells if not _blank(cell)]
    while said and re.fullmatch(r"[(\[]?[A-E][)\]]?", said[0]):
        said.pop(0)
    numbers = [int(match[1]) for match in map(_ORDINAL.fullmatch, said) if match]
    if len(numbers) != len(said) or not numbers or numbers[0] > 2:
        return False
    counted = all(after == before + 1 for before, after in pairwise(numbers))
    count = sum(not _blank(cell) for cell in cells)
    if any(one.startswith(("(", "[")) or "=" in one for one in said):
        return counted and count >= 2
    return counted and count >= 3 and count * 5 >= 4 * sum(map(bool, names))


# --- the header --------------------------------------------------------------------------------------


class _Heading(NamedTuple):
    """The names that stand over the columns ("" for none), and where: index of the row, rows in it, first record."""

    names: list[str]
    at: int
    lines: int
    first: int


def _heading(grid: _Grid) -> _Heading | None:
    """The first of the first rows that names most columns which the rows under it use."""
    for at, row in enumerate(grid.rows[:_HEADER_WITHIN]):
        heading = _heading_at(grid.rows, at)
        if heading is not None and not _is_letterhead(row.cells):
            return heading
    return None


def _heading_at(rows: Sequence[_Row], at: int) -> _Heading | None:
    cells = rows[at].cells
    words = [_tidy(cell) for cell in cells if _wordy(cell)]
    present = sum(not _blank(cell) for cell in cells)
    if len(words) < 2 or len(words) * 2 < present or len(set(words)) * 2 <= len(words):
        return None
    names, lines = [_tidy(cell) for cell in cells], 1
    if at + 1 < len(rows) and _is_lower(cells, rows[at + 1].cells):
        names, lines = _merged(cells, rows[at + 1].cells), 2
    first = at + lines
    while first < len(rows) and _is_number_line(rows[first].cells, names):
        first += 1
    below = [row.cells for row in rows[first : first + _BELOW]]
    times = Counter(column for row in below for column, cell in enumerate(row) if not _blank(cell))
    used = {column for column, count in times.items() if count * 4 >= len(below)}
    named = {column for column, name in enumerate(names) if name}
    if not used or len(used & named) * 5 < len(used) * 3:
        return None
    near = [sum(not _blank(cell) for cell in row) for row in below[:10]]
    return _Heading(names, at, lines, first) if max(near) * 2 >= min(len(used), len(named)) else None


def _is_lower(upper: Sequence[object], lower: Sequence[object]) -> bool:
    """Whether a row completes the header above: it names what a merged cell spans, and nothing else.

    Under every other name of the row above it is blank, and there is at least one such: cells merged downwards.
    """
    filled = [column for column, cell in enumerate(lower) if not _blank(cell)]
    over = {column for column, cell in enumerate(upper) if not _blank(cell)}
    added = [column for column in filled if column not in over]
    if not added or not all(_wordy(lower[column]) for column in filled):
        return False
    groups = {max((one for one in over if one < column), default=-1) for column in added}
    return -1 not in groups and groups == over & set(filled) and bool(over - groups)


def _merged(upper: Sequence[object], lower: Sequence[object]) -> list[str]:
    names, group = [], ""
    for column in range(max(len(upper), len(lower))):
        above, below = (_tidy(row[column]) if column < len(row) else "" for row in (upper, lower))
        group = above or group
        names.append(f"{group} / {below}" if below else above)
    return names


def _unique(names: Sequence[str], columns: Sequence[int]) -> dict[int, str]:
    """A name for each of `columns`: its own, its spreadsheet letter where it has none; a second one is " (2)"."""
    found: dict[int, str] = {}
    taken: set[str] = set()
    for column in columns:
        plain = (names[column] if column < len(names) else "") or f"column {column_letters(column + 1)}"
        name, times = plain, 1
        while name in taken:
            times += 1
            name = f"{plain} ({times})"
        taken.add(name)
        found[column] = name
    return found


# --- the table ---------------------------------------------------------------------------------------


def _table(path: Path, kind: Kind, grid: _Grid, heading: _Heading, limits: Limits) -> Table:
    below = grid.rows[heading.first :]
    totals = [row.number for row in below if _is_total(row.cells)]
    left_out = set(totals)
    rows = [row for row in below if row.number not in left_out]
    if not rows:
        raise _empty(path, grid.name if kind != "csv" else None)
    limits.hold("dòng", "rows", len(rows), limits.max_rows)
    used = {column for row in rows for column, cell in enumerate(row.cells) if not _blank(cell)}
    columns = sorted(used | {column for column, name in enumerate(heading.names) if name})
    limits.hold("cột", "columns", len(columns), limits.max_columns)
    names = _unique(heading.names, columns)
    cells: dict[str, Cells] = {
        name: [row.cells[column] if column < len(row.cells) else None for row in rows] for column, name in names.items()
    }
    longest = max((len(cell) for column in cells.values() for cell in column if isinstance(cell, str)), default=0)
    limits.hold("ký tự trong một ô", "characters in one cell", longest, limits.max_text)
    formulas = _without_formulas(grid, rows, names, cells)
    issues = [*at_most(_errors(rows, cells)), *(at_most(_ragged(rows, heading.names)) if kind == "csv" else ())]
    return Table(
        kind, kind.upper(), grid.name, cells, [row.number for row in rows], cpg=grid.cpg,
        header_row=grid.rows[heading.at].number, formulas=formulas,
        notes=(*_said(grid, heading, totals), *grid.notes), issues=tuple(issues),
    )  # fmt: skip


def _without_formulas(
    grid: _Grid, rows: Sequence[_Row], names: dict[int, str], cells: dict[str, Cells]
) -> frozenset[tuple[int, str]]:
    """The cells that hold a formula, which are None from here on."""
    index = {row.number: place for place, row in enumerate(rows)}
    found = set()
    for number, column in grid.formulas:
        if number in index and column - 1 in names:
            name = names[column - 1]
            cells[name][index[number]] = None
            found.add((number, name))
    return frozenset(found)


def _errors(rows: Sequence[_Row], cells: dict[str, Cells]) -> Iterator[Issue]:
    """A finding for every cell that shows an error; the cell is None from here on."""
    for name, column in cells.items():
        for place, cell in enumerate(column):
            if isinstance(cell, str) and cell.startswith("#") and _ERROR.fullmatch(cell.strip(_BLANK)):
                column[place] = None
                said = f"ô báo lỗi {cell}", f"the cell shows the error {cell}"
                yield Issue.of("", "bad_number", *said, row=rows[place].number, field=name, value=cell)


def _ragged(rows: Sequence[_Row], names: Sequence[str]) -> Iterator[Issue]:
    for row in rows:
        extra = [cell for cell in row.cells[len(names) :] if not _blank(cell)]
        if extra:
            vi = f"dòng có {len(row.cells)} ô, tiêu đề có {len(names)}"
            en = f"the row has {len(row.cells)} cells, the header {len(names)}"
            yield Issue.of("", "ragged_row", vi, en, row=row.number, value=str(extra[0])[:120])


def _said(grid: _Grid, heading: _Heading, totals: Sequence[int]) -> Iterator[Label]:
    """What was taken for the header, and which rows were left out."""
    first, last = grid.rows[heading.at].number, grid.rows[heading.at + heading.lines - 1].number
    both_vi = f"Hai dòng {first} và {last} được lấy làm" if last != first else f"Dòng {first} được lấy làm"
    both_en = f"Rows {first} and {last} were" if last != first else f"Row {first} was"
    yield Label(f"{both_vi} tiêu đề cột.", f"{both_en} taken for the header.")
    parts = (
        ("Dòng trên tiêu đề, không đọc", "Rows above the header, left out",
         [row.number for row in grid.rows[: heading.at]]),
        ("Dòng số thứ tự cột, không đọc", "Rows that number the columns, left out",
         [row.number for row in grid.rows[heading.at + heading.lines : heading.first]]),
        ("Dòng tổng cộng, không đọc", "Rows of totals, left out", totals),
    )  # fmt: skip
    for vi, en, numbers in parts:
        if numbers:
            shown = ", ".join(map(str, numbers[:_SHOWN])) + ("…" if len(numbers) > _SHOWN else "")
            yield Label(f"{vi}: {shown}.", f"{en}: {shown}.")


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
    shown = " | ".join(_tidy(cell)[:20] for cell in first.cells[:5])
    return BadSource(
        f"{path.name} has no row of column names in its first {_HEADER_WITHIN} rows; row {first.number} is {shown!r}."
        " Put at least two column names in one row right above the data.",
        f"{path.name} không có dòng tên cột trong {_HEADER_WITHIN} dòng đầu; dòng {first.number} bắt đầu {shown!r}."
        " Hãy đặt ít nhất hai tên cột trên một dòng, ngay trên dữ liệu.",
    )

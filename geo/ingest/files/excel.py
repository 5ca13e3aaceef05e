"""Workbooks of Excel and LibreOffice as plain cells: checked first, then read by calamine in a process of its own.

calamine reserves what a damaged .xls says it holds and ends its process when it cannot have it; here only the
child ends. An .xlsx is unpacked within limits and packed anew, so that what was checked is what is read.
"""

import datetime as dt
import json
import lzma
import math
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

import python_calamine as calamine

from geo.errors import BadSource
from geo.ingest.files.archive import ArchiveLimits, unpack
from geo.ingest.files.limits import Limits
from geo.ingest.files.ods import OdsScan
from geo.ingest.files.sniff import Kind
from geo.ingest.files.strict_xml import strict_parser

FORMULA = "="
"""What stands for a formula that has no computed value."""
ROOM = 1_000
"""So many rows a sheet may have beside its records: titles, headers, totals, blank ones."""

_MOST_CELLS = 20_000_000  # between the outermost cells: calamine reserves all of them
_HEAD = 1 << 16
_SECONDS = 120
_MEMORY = 4 << 30
_ROOT = Path(__file__).resolve().parents[3]
_ARCHIVES = {"xlsx", "xlsb", "ods"}
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

Position = tuple[int, int]
"""Row and column of a cell, both from 1."""
Merged = tuple[int, int, int, int]
"""First row, first column, last row and last column of a merged cell, from 1."""


class SheetOf(NamedTuple):
    """One sheet of a workbook: its name, whether people see it, and whether it holds more than one row."""

    name: str
    visible: bool
    holds: bool


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet from row 1 and column A on; a blank cell is None, every calendar value ISO 8601 text.

    A cell of `formulas` has its computed value, or FORMULA; one that shows an error has its text ("#N/A"). A merged
    cell has its value in its first row and column.
    """

    name: str
    rows: list[list[object]]
    formulas: frozenset[Position] = frozenset()
    merged: tuple[Merged, ...] = ()


def sheets_of(path: Path, kind: Kind, limits: Limits) -> list[SheetOf]:
    """The sheets of a workbook in their order; BadSource when it cannot be read or is over a limit."""
    with _opened(path, kind, limits) as book:
        if kind == "xlsx":
            return [
                SheetOf(entry.name, entry.visible, _scan(book.folder / entry.member, limits, enough=2).filled > 1)
                for entry in _members(book.folder)
            ]
        if kind == "ods":
            _scan_ods(book, None, limits)
        return [SheetOf(*values) for values in _child(book, None)]


def read_cells(path: Path, kind: Kind, sheet: str, limits: Limits) -> Sheet:
    """One sheet of a workbook; BadSource when it cannot be read or is over a limit."""
    with _opened(path, kind, limits) as book:
        seen = _Seen()
        if kind == "xlsx":
            member = next((entry.member for entry in _members(book.folder) if entry.name == sheet), None)
            seen = _scan(book.folder / member, limits) if member else seen
        spans: list[Merged] = []
        if kind == "ods":
            scan = _scan_ods(book, sheet, limits)
            seen.formulas, spans = scan.formulas, scan.merged
        answers = _child(book, sheet)
        merged = tuple((top, left, bottom, right) for top, left, bottom, right in [*next(answers, []), *spans])
        rows: list[list[object]] = list(answers)
    for row, column in (seen.formulas - seen.blank) | set(seen.errors):
        while len(rows) < row:
            rows.append([])
        cells = rows[row - 1]
        cells += [None] * (column - len(cells))
        if cells[column - 1] is None:
            cells[column - 1] = seen.errors.get((row, column), FORMULA)
    return Sheet(sheet, rows, frozenset(seen.formulas), merged)


def _scan_ods(book: "_Book", sheet: str | None, limits: Limits) -> OdsScan:
    return OdsScan(book.folder / "content.xml", sheet, limits, _entities("content.xml"), ROOM)


# --- opening -----------------------------------------------------------------------------------------


class _Book(NamedTuple):
    """The copy that the child reads, and the folder that an .xlsx was unpacked in."""

    path: Path
    folder: Path


@contextmanager
def _opened(path: Path, kind: Kind, limits: Limits) -> Iterator[_Book]:
    with tempfile.TemporaryDirectory(prefix="book-") as work, _told(path, kind):
        book = _Book(Path(work) / f"book.{kind}", Path(work) / "parts")
        if kind in _ARCHIVES:
            book.folder.mkdir()
            _repack(book, unpack(path, book.folder, _archive(limits)), path)
        else:
            shutil.copyfile(path, book.path)
        yield book


def _archive(limits: Limits) -> ArchiveLimits:
    """The limits of a workbook's archive: XML packs well, and every picture is a member."""
    return replace(limits.archive(), max_members=10_000, max_ratio=1_000.0)


def _repack(book: _Book, files: list[Path], path: Path) -> None:
    """The XML of a workbook in a new archive, without pictures and macros; BadSource for XML with a DOCTYPE."""
    with zipfile.ZipFile(book.path, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            if not _is_read(file):
                continue
            with file.open("rb") as source:
                head = source.read(_HEAD).replace(b"\0", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise _entities(path.name)
            archive.write(file, file.relative_to(book.folder).as_posix())


def _is_read(file: Path) -> bool:
    """Whether a member holds cells or says what they are; macros and pictures do not."""
    name = file.name.lower()
    return name.endswith((".xml", ".rels")) or name == "mimetype" or (name.endswith(".bin") and "vba" not in name)


def _entities(name: str) -> BadSource:
    return BadSource(
        f"{name} is refused: its XML defines entities (DOCTYPE), an entity bomb perhaps. No Excel writes that;"
        " open the file in Excel and save it again.",
        f"Không nhận {name}: XML bên trong có khai báo thực thể (DOCTYPE), có thể là bom thực thể. Excel không ghi"
        " như vậy; hãy mở tệp bằng Excel và lưu lại.",
    )


_FAILURES = (
    OSError, ValueError, LookupError, ArithmeticError, RuntimeError, EOFError,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, expat.ExpatError,
)  # fmt: skip


@contextmanager
def _told(path: Path, kind: Kind) -> Iterator[None]:
    """Failures as one error that says what the file is and what to do."""
    try:
        yield
    except _FAILURES as error:
        raise damaged(path, kind.upper(), str(error)) from error


def damaged(path: Path, name: str, reason: str) -> BadSource:
    """The error that a file looks like `name` and cannot be read."""
    reason = " ".join(reason.split())[:200] or "?"
    return BadSource(
        f"{path.name} looks like {name} but is damaged ({reason})."
        " Open it in Excel or LibreOffice and save it as .xlsx.",
        f"{path.name} có dạng {name} nhưng bị hỏng ({reason}). Hãy mở bằng Excel hoặc LibreOffice và lưu thành .xlsx.",
    )


# --- what the XML of an .xlsx says ---------------------------------------------------------------------


class _Member(NamedTuple):
    name: str
    visible: bool
    member: str


def _members(folder: Path) -> list[_Member]:
    """The worksheets of an unpacked workbook and the files that they are in, in the workbook's order."""
    files = {file.relative_to(folder).as_posix().lower(): file for file in folder.rglob("*") if file.is_file()}
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for tag, attributes in _elements(files["xl/_rels/workbook.xml.rels"])
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet")
    }
    members = []
    for tag, attributes in _elements(files["xl/workbook.xml"]):
        link = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
        if tag != "sheet" or link not in targets:
            continue
        target = targets[link].replace("\\", "/").lower()
        target = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
        member = files[target].relative_to(folder).as_posix()
        members.append(_Member(attributes.get("name", ""), attributes.get("state", "visible") == "visible", member))
    return members


def _elements(file: Path) -> list[tuple[str, dict[str, str]]]:
    elements: list[tuple[str, dict[str, str]]] = []
    parser = strict_parser(_entities(file.name))
    parser.StartElementHandler = lambda tag, attributes: elements.append((tag.rpartition(":")[2], attributes))
    with file.open("rb") as source:
        parser.ParseFile(source)
    return elements


@dataclass
class _Seen:
    """What the XML of a sheet holds: rows with content (`filled`), cells with a formula, those
    of them whose result is an empty text, cells that show an error."""

    filled: int = 0
    formulas: set[Position] = field(default_factory=set)
    blank: set[Position] = field(default_factory=set)
    errors: dict[Position, str] = field(default_factory=dict)


class _Enough(Exception):
    """Enough of a sheet was seen."""


class _Scan:
    """The cells of a sheet as a stream: nothing is kept but what `_Seen` has, and the outermost cells."""

    def __init__(self, limits: Limits, enough: int | None) -> None:
        self.seen = _Seen()
        self._limits, self._enough = limits, enough
        self._inside = self._error = self._is_text = False
        self._row, self._column, self._last = 0, 0, 0
        self._top = self._left = 1 << 30
        self._bottom = self._right = 0
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self._inside:
            self._inside = tag == "sheetData"
        elif tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif tag in {"v", "is", "f"} and self._column:
            self._content()
            if tag == "f":
                self.seen.formulas.add((self._row, self._column))
            elif self._is_text:
                self.seen.blank.add((self._row, self._column))

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "sheetData":
            self._inside = False
        elif tag == "c" and self._error:
            self.seen.errors[self._row, self._column] = "".join(self._text).strip() or "#?"
            self._error = False

    def data(self, text: str) -> None:
        if self._error:
            self._text.append(text)

    def _cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            self._row, self._column = max(self._row, 1), self._column + 1
        else:
            parts = _REFERENCE.fullmatch(place)
            if parts is None:
                raise ValueError(f"cell {place!r}")
            self._row, self._column = int(parts[2]), column_number(parts[1])
        if not (1 <= self._row <= 1_048_576 and self._column <= 16_384):
            raise ValueError(f"cell {place!r}")
        self._error, self._is_text = attributes.get("t") == "e", attributes.get("t") == "str"
        self._text = []

    def _content(self) -> None:
        row, column = self._row, self._column
        if row != self._last:
            self._last = row
            self.seen.filled += 1
            if self._enough is not None and self.seen.filled >= self._enough:
                raise _Enough
        if self._top <= row <= self._bottom and self._left <= column <= self._right:
            return
        self._top, self._bottom = min(self._top, row), max(self._bottom, row)
        self._left, self._right = min(self._left, column), max(self._right, column)
        limits, cell = self._limits, f"{column_letters(column)}{row}"
        if self._bottom > limits.max_rows + ROOM:
            limits.hold(f"dòng (đến ô {cell})", f"rows (down to cell {cell})", self._bottom, limits.max_rows)
        limits.hold(f"cột (đến ô {cell})", f"columns (up to cell {cell})", self._right, limits.max_columns)
        area = (self._bottom - self._top + 1) * (self._right - self._left + 1)
        limits.hold("ô", "cells", area, _MOST_CELLS)


def _scan(file: Path, limits: Limits, enough: int | None = None) -> _Seen:
    """What the sheet in `file` holds, within limits; `enough` rows with content end the search."""
    scan = _Scan(limits, enough)
    parser = strict_parser(_entities(file.name))
    parser.buffer_text = True
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.data
    with file.open("rb") as source, suppress(_Enough):
        parser.ParseFile(source)
    return scan.seen


def column_letters(number: int) -> str:
    """The letters of a column in a spreadsheet; `number` counts from 1.

    >>> column_letters(3), column_letters(28), column_letters(16_384)
    ('C', 'AB', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a spreadsheet's column, from 1.

    >>> column_number("C"), column_number("xfd")
    (3, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


# --- the child ---------------------------------------------------------------------------------------


def _child(book: _Book, sheet: str | None) -> Iterator[Any]:
    """What a process of its own reads from the book: its sheets, or the rows of one."""
    command = [sys.executable, "-m", "geo.ingest.files.excel", str(book.path), json.dumps(sheet)]
    with tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and module
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, cwd=_ROOT, check=False,
                timeout=_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"not read within {_SECONDS} seconds") from error
        out.seek(0)
        for line in out:
            answer = json.loads(line)
            if isinstance(answer, dict):
                raise ValueError(answer["error"])
            yield answer
    if done.returncode:
        raise ValueError(f"reader ended with {done.returncode}")


def _answers(path: str, sheet: str | None) -> Iterator[object]:
    with calamine.CalamineWorkbook.from_path(path) as book:
        if sheet is None:
            for entry in book.sheets_metadata:
                if entry.typ == calamine.SheetTypeEnum.WorkSheet:
                    cells = book.get_sheet_by_name(entry.name)
                    yield entry.name, entry.visible == calamine.SheetVisibleEnum.Visible, cells.height > 1
            return
        cells = book.get_sheet_by_name(sheet)
        yield [
            (top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in cells.merged_cell_ranges or ()
            if bottom > top
        ]
        top, left = cells.start or (0, 0)
        for _ in range(top):
            yield []
        for row in cells.to_python():
            while row and row[-1] == "":
                row.pop()
            yield [None] * (left if row else 0) + [_plain(cell) for cell in row]


def _plain(cell: object) -> object:
    """A cell as JSON has it; whole numbers as int, calendar values as ISO 8601, durations as hours:minutes:seconds."""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return "#NUM!"
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, dt.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat().removesuffix("T00:00:00")
    return None if cell == "" else cell


def _bound() -> None:
    """An end to memory and time, also when whoever started this process is gone; lower bounds that hold stay."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _main(path: str, sheet: str) -> None:
    _bound()
    try:
        for answer in _answers(path, json.loads(sheet)):
            print(json.dumps(answer))
    except BaseException as error:  # a panic of Rust is no Exception
        print(json.dumps({"error": str(error) or type(error).__name__}))


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""Workbooks opened without trusting them: sizes, entities and extents looked at before a reader allocates anything."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, TypeAlias
from xml.parsers import expat

import python_calamine as calamine

from geo.errors import BadSource
from geo.ingest.archive import ArchiveLimits, inspect
from geo.ingest.limits import Limits
from geo.ingest.sniff import Kind

_RATIO = 1_000.0  # XML of a table packs far better than other files
_HEAD = 65_536
_CHUNK = 1 << 16
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Position: TypeAlias = tuple[int, int]
"""Row and column, from 1."""
FORMULA = "="
"""What stands in a cell that holds a formula, whose computed value is not used."""
ROOM = 100
"""Titles and totals above and below a table are not rows of it: so many more are read."""


class Sheet(NamedTuple):
    """A sheet: its name, whether people see it, and whether it holds any cell."""

    name: str
    visible: bool
    holds: bool


class Read(NamedTuple):
    """The rows of a sheet from its very first one, each from column A, and where its formulas are."""

    rows: list[list[object]]
    formulas: frozenset[Position]


def sheets_of(path: Path, kind: Kind, limits: Limits) -> list[Sheet]:
    """Every sheet of a workbook; BadSource when it is damaged or dangerous."""
    if kind == "xlsx":
        check_workbook(path, limits)
    with _told(path):
        book = calamine.CalamineWorkbook.from_path(str(path))
        kinds = {one.name: one for one in book.sheets_metadata}
        shown = calamine.SheetVisibleEnum.Visible
        names = [name for name in book.sheet_names if kinds[name].typ == calamine.SheetTypeEnum.WorkSheet]
        if kind == "xlsx":
            extents = {name: extent_of(path, name, limits) for name in names}
            return [Sheet(name, kinds[name].visible == shown, extents[name].rows > 0) for name in names]
        return [Sheet(name, kinds[name].visible == shown, book.get_sheet_by_name(name).height > 0) for name in names]


def read_cells(path: Path, kind: Kind, sheet: str, limits: Limits) -> Read:
    """The cells of one sheet as plain values; FORMULA where a workbook (.xlsx) holds a formula."""
    formulas: frozenset[Position] = frozenset()
    if kind == "xlsx":
        check_workbook(path, limits)
        formulas = extent_of(path, sheet, limits).formulas
    with _told(path):
        book = calamine.CalamineWorkbook.from_path(str(path))
        rows = [
            [_plain(cell) for cell in row] for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        ]
    for row, column in formulas:
        if row <= len(rows):
            rows[row - 1] += [None] * (column - len(rows[row - 1]))
            rows[row - 1][column - 1] = FORMULA
    return Read(rows, formulas)


def _plain(cell: Any) -> object:
    """Whole numbers as int, calendar values as ISO 8601, nothing as None; text as it is."""
    if cell == "" or isinstance(cell, bool):
        return None if cell == "" else cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, dt.datetime):
        return cell.isoformat().removesuffix("T00:00:00")
    return str(cell) if isinstance(cell, dt.date | dt.time | dt.timedelta) else cell


class Extent(NamedTuple):
    """The last row and column with a cell, from 1, and the (row, column) of cells that hold a formula."""

    rows: int
    columns: int
    formulas: frozenset[tuple[int, int]]


def check_workbook(path: Path, limits: Limits) -> None:
    """BadSource for a workbook that is a bomb, leads out of its folder, or defines entities."""
    archive_limits = ArchiveLimits(max_bytes=limits.max_unpacked_bytes, max_ratio=_RATIO)
    inspect(path, archive_limits)
    with _told(path), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if PurePosixPath(member.filename).suffix.lower() in {".xml", ".rels", ".vml"}:
                with archive.open(member) as file:
                    head = file.read(_HEAD)
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise BadSource(
                        f"{path.name} is refused: {member.filename} defines XML entities, which may never end.",
                        f"Không nhận {path.name}: {member.filename} định nghĩa thực thể XML, có thể vô hạn.",
                    )


def extent_of(path: Path, sheet: str, limits: Limits) -> Extent:
    """How far the cells of a sheet reach; BadSource when that is over the limits."""
    with _told(path), zipfile.ZipFile(path) as archive:
        member = _member(archive, sheet)
        if member is None:
            return Extent(0, 0, frozenset())
        scan = _Scan(limits)
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK):
                scan.parser.Parse(chunk, False)
            scan.parser.Parse(b"", True)
    return Extent(scan.last_row, scan.last_column, frozenset(scan.formulas))


class _Scan:
    """Counts cells while the XML goes by."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.row = self.column = self.last_row = self.last_column = 0
        self.formulas: set[tuple[int, int]] = set()
        self._filled = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self.row = _number(attributes.get("r"), self.row + 1)
            self.column = 0
        elif local == "c":
            found = _CELL.fullmatch(attributes.get("r", ""))
            self.column = column_number(found[1]) if found else self.column + 1
            self.row = int(found[2]) if found else self.row
            self._filled = False
        elif local == "f":
            self.formulas.add((self.row, self.column))
            self._filled = True
        elif local in {"v", "is", "t"}:
            self._filled = True

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "c" and self._filled:
            self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
            # The title lines above a table are not rows of it.
            self._limits.hold("dòng", "rows", self.last_row, self._limits.max_rows + ROOM)
            self._limits.hold("cột", "columns", self.last_column, self._limits.max_columns)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def column_number(letters: str) -> int:
    """The number of a column, from 1.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column counted from 1.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file of a sheet in the zip: named by the workbook, found by its relations."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def workbook(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((value for label, value in attributes.items() if label.rpartition(":")[2] == "id"), "")
            ids[attributes.get("name", "")] = key

    def relations(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    names = {name.lower(): name for name in archive.namelist()}
    for member, handler in (("xl/workbook.xml", workbook), ("xl/_rels/workbook.xml.rels", relations)):
        if member not in names:
            return None
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        parser.Parse(archive.read(names[member]), True)
    target = targets.get(ids.get(sheet, ""), "")
    full = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return names.get(full.lower())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as error:
        raise BadSource(
            f"{path.name} is a damaged workbook ({error}). Save it again in Excel.",
            f"{path.name} là bảng tính bị hỏng ({error}). Hãy mở bằng Excel và lưu lại.",
        ) from error


# Last, whatever the reader of workbooks raises: it has no one class for its failures.
_FAILURES = (zipfile.BadZipFile, expat.ExpatError, EOFError, OSError, Exception)

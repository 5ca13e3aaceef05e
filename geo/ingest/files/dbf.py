"""Cells of a dBASE table as they are stored: what GDAL makes nothing of is kept or is a finding."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.ingest.files.table import Cells, finding
from geo.report import Issue

_DESCRIPTOR = 32
_END = 0x0D
_EXACT = 15  # digits of an integer that a float always holds exactly
_NUMERIC = {"N", "F"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NOTHING = {"", "0", "00000000"}


class DbfColumn(NamedTuple):
    """A column: its name and cells as Latin-1, and the letter of its type."""

    name: str
    kind: str
    cells: NDArray[np.bytes_]

    @property
    def is_date(self) -> bool:
        """Whether the cells are dates."""
        return self.kind == "D"


def read_dbf(path: Path) -> list[DbfColumn]:
    """The columns of a table, without the rows that are marked as deleted; none where its parts do not fit."""
    data = path.read_bytes()
    if len(data) < _DESCRIPTOR:
        return []
    count, start, width = (int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    fields = list(_fields(data, start))
    if width != 1 + sum(length for *_, length in fields) or len(data) < start + count * width:
        return []
    rows: NDArray[Any] = np.frombuffer(data, dtype=f"S{width}", count=count, offset=start)
    letters = rows.view(np.uint8).reshape(count, width)
    alive = letters[letters[:, 0] != ord("*")]
    columns, at = [], 1
    for name, kind, length in fields:
        cells = np.ascontiguousarray(alive[:, at : at + length]).view(f"S{length}").reshape(-1)
        columns.append(DbfColumn(name, kind, cells))
        at += length
    return columns


def _fields(data: bytes, end: int) -> Iterator[tuple[str, str, int]]:
    for at in range(_DESCRIPTOR, min(end, len(data) - _DESCRIPTOR + 1), _DESCRIPTOR):
        if data[at] == _END:
            return
        name = data[at : at + 11].partition(b"\0")[0].decode("latin-1").strip()
        length = data[at + 16] + (data[at + 17] << 8 if data[at + 11] == ord("C") else 0)
        if length:
            yield name, chr(data[at + 11]), length


def dates_of(column: DbfColumn) -> Cells:
    """The dates of a column as ISO 8601; one that is not in the calendar as it is stored."""
    return [_date(text) for text in _texts(column)]


def _date(text: str) -> object:
    if text in _NOTHING:
        return None
    with suppress(ValueError):
        return dt.datetime.strptime(text, "%Y%m%d").date().isoformat()
    return text


def complete(column: DbfColumn, cells: Cells) -> Cells:
    """`cells` as GDAL reads them, with the stored text where it is no number, or has more digits than a float."""
    if column.kind not in _NUMERIC:
        return cells
    return [_kept(text, cell) for text, cell in zip(_texts(column), cells, strict=True)]


def _kept(text: str, cell: object) -> object:
    """GDAL reads as far as a number goes: "1,5" as 1, "-" as 0."""
    if not _NUMBER.fullmatch(text):
        return text if text.strip("*") else None
    if len(text) > _EXACT and text.lstrip("+-").isdigit() and int(text) != cell:
        return text
    return cell


def _texts(column: DbfColumn) -> list[str]:
    return [cell.decode("latin-1").strip(" \0\t\r\n") for cell in column.cells.tolist()]


def overflows(columns: list[DbfColumn]) -> Iterator[Issue]:
    """A finding for each number that did not fit the width of its column: dBASE stores asterisks in its place."""
    for column in columns:
        for row, text in enumerate(_texts(column) if column.kind in _NUMERIC else (), start=1):
            if text and not text.strip("*"):
                words = (
                    f"số quá dài so với độ rộng {len(text)} của cột nên đã mất: tệp chỉ còn {text}",
                    f"the number did not fit the {len(text)} digits of the column and is lost: the file holds {text}",
                )
                yield finding("bad_number", *words, row=row, field=column.name, value=text)


def memos(columns: list[DbfColumn]) -> Iterator[Issue]:
    """A finding for each column whose texts stand in a file of their own (.dbt, .fpt), which is not read."""
    for column in columns:
        filled = sum(text not in _NOTHING for text in _texts(column)) if column.kind == "M" else 0
        if filled:
            words = (
                f"{filled} ô của cột {column.name} là văn bản dài nằm trong tệp .dbt hoặc .fpt: không đọc",
                f"{filled} cells of column {column.name} are memos in the .dbt or .fpt: not read",
            )
            yield finding("reader_warning", *words, field=column.name, value=column.name)

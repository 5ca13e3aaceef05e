"""The objects of a MapInfo exchange file (.mif, .mid) compared with the records that GDAL read of them.

GDAL reads a number as far as it goes ("1x3" is 1, "x13" is 0), takes lines that it does not know for the end of an
object, and stops where the two files differ.
"""

import csv
import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import shapely

from geo.ingest.files.table import Cells, Records, finding
from geo.report import Issue

_OBJECTS = {
    "none", "point", "line", "pline", "region", "arc", "text", "rect", "roundrect", "ellipse", "multipoint",
    "collection",
}  # fmt: skip
_STYLES = {"symbol", "pen", "brush", "smooth", "center", "font", "spacing", "justify", "angle", "label"}
_COUNTED = {"region", "pline", "multipoint"}
"""Objects whose vertices stand in lines of their own; the others become curves of GDAL's making."""
_NUMBERS = {"integer", "smallint", "largeint", "decimal", "float"}
_WORD = re.compile(r"\s*([A-Za-z]\w*)")
_COLUMN = re.compile(r"\s*(\S+)\s+(\w+)")


class _Object(NamedTuple):
    """One object: its keyword, how many pairs of coordinates it has, and lines that nobody understands."""

    keyword: str
    vertices: int
    strange: list[str]


def losses_of_mif(path: Path, _: str, records: Records) -> Iterator[Issue]:
    """A finding for each line, vertex and cell that is in no record; numbers and dates that are none stay as text."""
    header, body = _halves(path)
    objects = [_object_of(group) for group in _groups(body)]
    count = len(records.row_numbers)
    if len(objects) != count:
        yield _fewer(len(objects), count)
    for row, one in enumerate(objects[:count]):
        yield from _of_object(row, one, records)
    middle = path.with_suffix(".mid")
    if middle.is_file():
        yield from _of_cells(_columns(header), _rows(middle, _delimiter(header)), records)


def count_objects(path: Path) -> int:
    """How many objects the file holds; GDAL counts the members of a collection as well."""
    return sum(1 for _ in _groups(_halves(path)[1]))


def _halves(path: Path) -> tuple[list[str], list[str]]:
    """The lines before and after the one that says that the objects begin; ValueError without such a line."""
    lines = path.read_bytes().decode("latin-1").splitlines()
    start = next((number for number, line in enumerate(lines) if line.strip().lower() == "data"), None)
    if start is None:
        raise ValueError("Unexpected end of file")
    return lines[:start], lines[start + 1 :]


# --- geometries ----------------------------------------------------------------------------------------


def _groups(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each object; the members of a collection belong to it."""
    group: list[str] = []
    members = 0
    for line in lines:
        if _keyword(line) in _OBJECTS:
            if group and members == 0:
                yield group
                group = []
            members = _whole(line.split()[1:]) or 0 if _keyword(line) == "collection" else max(members - 1, 0)
        if line.strip():
            group.append(line)
    if group:
        yield group


def _object_of(group: Sequence[str]) -> _Object:
    keyword = _keyword(group[0])
    strange = [line.strip() for line in group if not _is_understood(line, keyword)]
    pairs = [line.split() for line in group if not _keyword(line) and line.strip() not in strange]
    return _Object(keyword if keyword in _OBJECTS else "none", sum(len(pair) == 2 for pair in pairs), strange)


def _keyword(line: str) -> str:
    """The word that a line begins with, in small letters; "" for a line of numbers or a text in quotes."""
    match = _WORD.match(line)
    return match[1].lower() if match is not None else ""


def _is_understood(line: str, keyword: str) -> bool:
    words, word = line.replace(",", " ").split(), _keyword(line)
    if word in _STYLES:
        return True
    if word in _OBJECTS:
        return _are_numbers(_rest(word, words))
    return keyword == "text" or (len(words) in {1, 2, 4} and _are_numbers(words))


def _rest(word: str, words: Sequence[str]) -> Sequence[str]:
    """The numbers behind the keyword of an object; a text is no number, and a line may be of several."""
    return () if word == "text" else [one for one in words[1:] if one.lower() != "multiple"]


def _are_numbers(words: Sequence[str]) -> bool:
    return all(_number(word) is not None for word in words)


def _number(word: str) -> float | None:
    with suppress(ValueError):
        number = float(word)
        return number if math.isfinite(number) else None
    return None


def _whole(words: Sequence[str]) -> int | None:
    return int(words[0]) if words and words[0].isdigit() else None


def _of_object(row: int, one: _Object, records: Records) -> Iterator[Issue]:
    for line in one.strange:
        words = f"không hiểu dòng {line!r} của đối tượng", f"the line {line!r} of the object is not understood"
        yield finding("bad_coordinate", *words, row=row + 1, field="geometry", value=line)
    shape = records.shapes[row] if records.shapes is not None else None
    if one.keyword != "none" and (shape is None or shape.is_empty):
        words = f"không đọc được hình học {one.keyword}", f"the {one.keyword} cannot be read"
        yield finding("bad_coordinate", *words, row=row + 1, field="geometry", value=one.keyword)
    elif one.keyword in _COUNTED and shape is not None:
        read = int(shapely.get_num_coordinates(shape))
        if read < one.vertices:
            words = (
                f"có {one.vertices} đỉnh nhưng chỉ đọc được {read}",
                f"has {one.vertices} vertices, of which {read} are read",
            )
            yield finding("bad_coordinate", *words, row=row + 1, field="geometry", value=str(one.vertices))


# --- cells ---------------------------------------------------------------------------------------------


def _columns(header: Sequence[str]) -> list[tuple[str, str]]:
    """Name and type of the columns, in small letters, that the header declares."""
    at = next((number for number, line in enumerate(header) if line.lower().startswith("columns")), None)
    if at is None:
        return []
    count = _whole(header[at].split()[1:]) or 0
    matches = [_COLUMN.match(line) for line in header[at + 1 : at + 1 + count]]
    return [(one[1], one[2].lower()) for one in matches if one is not None]


def _delimiter(header: Sequence[str]) -> str:
    stated = next((line.partition('"')[2][:1] for line in header if line.lower().startswith("delimiter")), "")
    return stated or "\t"


def _rows(path: Path, delimiter: str) -> list[list[str]]:
    """The cells of each line of a .mid; ValueError for what is no table of text."""
    try:
        with path.open(encoding="latin-1", newline="") as file:
            return [row for row in csv.reader(file, delimiter=delimiter) if row]
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _of_cells(columns: Sequence[tuple[str, str]], rows: Sequence[list[str]], records: Records) -> Iterator[Issue]:
    count = len(records.row_numbers)
    if len(rows) != count:
        yield _fewer(len(rows), count)
        return
    for row, cells in enumerate(rows):
        if len(cells) != len(columns):
            words = (
                f"có {len(cells)} ô, cần {len(columns)}", f"has {len(cells)} cells, expected {len(columns)}",
            )  # fmt: skip
            yield finding("ragged_row", *words, row=row + 1, value=" | ".join(cells))
    for at, ((name, kind), read) in enumerate(zip(columns, list(records.columns.items()), strict=False)):
        texts = [cells[at].strip() if at < len(cells) else "" for cells in rows]
        records.columns[read[0]] = [_kept(kind, text, cell) for text, cell in zip(texts, read[1], strict=True)]
        yield from _cut(name, kind, texts, read[1])


def _kept(kind: str, text: str, cell: object) -> object:
    """The cell as GDAL reads it, or the text where it is no number or date of the column's type."""
    if kind in _NUMBERS and text and _number(text) is None:
        return text
    return text if kind == "date" and text and not _is_day(text) else cell


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return bool(dt.datetime.strptime(text, "%Y%m%d"))
    return False


def _cut(name: str, kind: str, texts: Sequence[str], cells: Cells) -> Iterator[Issue]:
    """A finding for each text that GDAL reads otherwise than it stands there."""
    if kind != "char":
        return
    for row, (text, cell) in enumerate(zip(texts, cells, strict=True)):
        if text != str("" if cell is None else cell).strip():
            words = f"đọc được {cell!r} thay vì {text!r}", f"{cell!r} is read in place of {text!r}"
            yield finding("reader_warning", *words, row=row + 1, field=name, value=text)


def _fewer(stored: int, read: int) -> Issue:
    words = (
        f"tệp chứa {stored} đối tượng nhưng chỉ đọc được {read}",
        f"the file holds {stored} objects, but {read} can be read",
    )
    return finding("reader_warning", *words, value=str(stored))

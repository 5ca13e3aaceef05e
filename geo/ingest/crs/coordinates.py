"""Places out of the columns of a table: degrees, degrees-minutes-seconds or metres, in either order.

Which system the metres (or degrees) are in is not decided here: see locate.py.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from geo.ingest.crs.angles import NO_VALUE, Angle, read_angle, read_pair
from geo.report import Issue
from geo.schema import Label
from geo.text import fold

Kind: TypeAlias = Literal["degrees", "metres"]
First: TypeAlias = Literal["north", "east"]
Choice = TypeVar("Choice", bound=str)


class Columns(NamedTuple):
    """The columns that hold the place: two, or one that holds both (`second` is None).

    `declared` is what the names say that the first one is; None for X and Y, which survey tables of Viet Nam and
    everyone else use the other way round.
    """

    first: str
    second: str | None
    declared: First | None


@dataclass(frozen=True)
class Coordinates:
    """The places of a table, row by row: (east, north) in metres or (longitude, latitude), None where there is none.

    `first` is what the first column really holds. `notes` say what was understood, `issues` which rows have no place.
    """

    kind: Kind
    first: First
    points: tuple[tuple[float, float] | None, ...]
    notes: tuple[Label, ...]
    issues: tuple[Issue, ...]


_NAMES: tuple[tuple[str, str], ...] = (
    (r"(lat|latitude|vi do|vd|y lat|toa do vi do)", "lat"),
    (r"(lng|lon|long|longitude|kinh do|kd|x lon|x lng|toa do kinh do)", "lng"),
    (r"(n|north|northing|bac|toa do bac)", "lat"),
    (r"(e|east|easting|dong|toa do dong)", "lng"),
    (r"(toa do |td )?x( vn ?2000)?", "x"),
    (r"(toa do |td )?y( vn ?2000)?", "y"),
    (r"(toa do|toa do gps|gps|coordinates?|location|vi tri|lat ?(lng|lon|long)|google maps?)", "both"),
)
"""Folded column names without signs, and what they stand for."""


def coordinate_columns(headers: Sequence[str]) -> Columns | None:
    """The columns of `headers` whose names say that they hold a place; None when there are none.

    >>> coordinate_columns(["Tên", "Vĩ độ", "Kinh độ"])
    Columns(first='Vĩ độ', second='Kinh độ', declared='north')
    """
    roles: dict[str, str] = {}
    for header in headers:
        bare = " ".join(re.findall(r"[a-z0-9]+", re.sub(r"\([^)]*\)", "", fold(header))))
        role = next((role for pattern, role in _NAMES if re.fullmatch(pattern, bare)), None)
        if role is not None:
            roles.setdefault(role, header)
    if "lat" in roles and "lng" in roles:
        first, second = sorted((roles["lat"], roles["lng"]), key=list(headers).index)
        return Columns(first, second, "north" if first == roles["lat"] else "east")
    if "x" in roles and "y" in roles:
        return Columns(roles["x"], roles["y"], None)
    return Columns(roles["both"], None, None) if "both" in roles else None


def read_coordinates(table: Mapping[str, Sequence[object]], columns: Columns, *, layer: str = "") -> Coordinates:
    """The places in `columns` of `table` (column name to cells). Rows are counted from 1 in the issues.

    The kind and order that most rows have are the table's; a row that contradicts them has no place and an issue.
    """
    cells = list(zip(table[columns.first], table[columns.second or columns.first], strict=True))
    rows = [_row(first, second, paired=columns.second is None) for first, second in cells]
    understood = [row for row in rows if isinstance(row, _Row)]
    kind: Kind = _most((row.kind for row in understood), "degrees")
    orders: list[First] = [row.first for row in understood if row.kind == kind and row.first is not None]
    first: First = _most(orders, columns.declared or "north")
    points: list[tuple[float, float] | None] = []
    issues: list[Issue] = []
    for number, (row, cell) in enumerate(zip(rows, cells, strict=True), start=1):
        placed = _place(row, kind, first)
        points.append(None if isinstance(placed, Label) else placed)
        if isinstance(placed, Label):
            issues.append(_issue(layer, columns, number, cell, placed))
    return Coordinates(kind, first, tuple(points), tuple(_notes(columns, kind, first)), tuple(issues))


class _Row(NamedTuple):
    values: tuple[float, float]
    kind: Kind
    first: First | None  # None: the numbers do not tell


def _row(first: object, second: object, *, paired: bool) -> _Row | Label:
    if paired:
        pair = read_pair(first)
        if isinstance(pair, Label):
            return pair
        one, other = pair
    else:
        read = read_angle(first), read_angle(second)
        wrong = next((part for part in read if isinstance(part, Label) and part != NO_VALUE), None)
        if wrong is not None:
            return wrong
        if isinstance(read[0], Label) or isinstance(read[1], Label):
            return NO_VALUE if read[0] == read[1] else _HALF
        one, other = read[0], read[1]
    return _understood(one, other)


_HALF = Label("thiếu một trong hai toạ độ", "one of the two coordinates is missing")
_MIXED = Label("một số là độ, số kia là mét", "one number is degrees and the other metres")
_SAME_AXIS = Label("hai ô cùng là vĩ độ hoặc cùng là kinh độ", "both cells are latitudes, or both are longitudes")
_OTHER_KIND = Label(
    "khác loại (độ hoặc mét) với các dòng khác", "of another kind (degrees or metres) than the other rows"
)
_SWAPPED = Label(
    "hai toạ độ đổi chỗ so với các dòng khác", "its two coordinates are exchanged, compared with the other rows"
)
_NO_SUCH_PLACE = Label(
    "không có vĩ độ trên 90 hay kinh độ trên 180", "no latitude is above 90 and no longitude above 180"
)


def _understood(one: Angle, other: Angle) -> _Row | Label:
    if one.axis and one.axis == other.axis:
        return _SAME_AXIS
    values = _ungrouped(one, other), _ungrouped(other, one)
    degrees = [abs(value) <= 180 for value in values]
    if not any(degrees):
        return _Row(values, "metres", _named(one, other) or _larger_is_north(*values))
    if not all(degrees):
        return _MIXED if max(map(abs, values)) > 1_000 else _NO_SUCH_PLACE
    if min(map(abs, values)) > 90:
        return _NO_SUCH_PLACE
    over = [abs(value) > 90 for value in values]
    return _Row(values, "degrees", _named(one, other) or ("east" if over[0] else "north" if over[1] else None))


def _ungrouped(one: Angle, other: Angle) -> float:
    """501.877 beside 2.365.683 is 501877: the dot groups thousands in both."""
    return one.grouped if one.grouped is not None and abs(other.value) > 100_000 else one.value


def _named(one: Angle, other: Angle) -> First | None:
    if one.axis == "lat" or other.axis == "lng":
        return "north"
    return "east" if one.axis == "lng" or other.axis == "lat" else None


def _larger_is_north(one: float, other: float) -> First | None:
    # From the equator Điện Biên is 2 300 km north and never 1 000 km east; HN-72 eastings begin with a zone number.
    if max(one, other) > 10_000_000:
        return "north" if other > one else "east"
    if max(one, other) < 1.2 * min(one, other):
        return None
    return "north" if one > other else "east"


def _place(row: _Row | Label, kind: Kind, first: First) -> tuple[float, float] | Label:
    if isinstance(row, Label):
        return row
    if row.kind != kind:
        return _OTHER_KIND
    if row.first is not None and row.first != first:
        return _SWAPPED
    one, other = row.values
    return (other, one) if first == "north" else (one, other)


def _most(values: Iterable[Choice], default: Choice) -> Choice:
    common = Counter(values).most_common(1)
    return common[0][0] if common else default


# --- words -----------------------------------------------------------------------------------------


def _notes(columns: Columns, kind: Kind, first: First) -> Iterable[Label]:
    names = " / ".join(name for name in columns[:2] if name)
    what = _READ_AS[kind, first]
    yield Label(f"Cột {names}: {what.vi}.", f"Columns {names}: {what.en}.")
    if columns.declared is not None and columns.declared != first:
        yield Label(
            f"Tên cột {names} ngược với nội dung: đã đọc theo nội dung.",
            f"The names of columns {names} contradict what they hold: read by what they hold.",
        )


_READ_AS: dict[tuple[Kind, First], Label] = {
    ("degrees", "north"): Label("độ, vĩ độ trước", "degrees, latitude first"),
    ("degrees", "east"): Label("độ, kinh độ trước", "degrees, longitude first"),
    ("metres", "north"): Label("mét, hướng bắc (X) trước", "metres, north (X) first"),
    ("metres", "east"): Label("mét, hướng đông trước", "metres, east first"),
}


def _issue(layer: str, columns: Columns, number: int, cell: tuple[object, object], wrong: Label) -> Issue:
    shown = " | ".join("" if part is None else str(part) for part in (cell if columns.second else cell[:1]))
    field = columns.first if columns.second is None else f"{columns.first}, {columns.second}"
    return Issue(
        layer,
        None,
        number,
        field,
        _ISSUE_KINDS.get(wrong, "bad_coordinate"),
        shown[:200],
        Label(f"dòng {number}: {wrong.vi}", f"row {number}: {wrong.en}"),
    )


_ISSUE_KINDS: dict[Label, str] = {
    NO_VALUE: "null_geometry",
    _SWAPPED: "swapped_coordinates",
}

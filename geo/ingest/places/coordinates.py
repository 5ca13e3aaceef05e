"""The places of a table out of its columns: geometries as written, or pairs of numbers in either order.

Which system the metres (or degrees) are in is not decided here: see geo/ingest/crs/locate.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from geo.ingest.places.angles import NO_VALUE, Angle, First, larger_is_north, read_angle, ungrouped
from geo.ingest.places.header_words import crs_of_names, meaning_of
from geo.ingest.places.map_links import LngLat
from geo.ingest.places.notations import Notation, Pair, Reading, Reference, Shape, read_place
from geo.report import Issue
from geo.schema import Label

Kind: TypeAlias = Literal["degrees", "metres"]
Name = TypeVar("Name", bound=str)


class Columns(NamedTuple):
    """The columns that hold the place: two, or one that holds it whole (`second` is None).

    `declared` is what the names say that the first one is; None for X and Y, which survey tables of Viet Nam and
    everyone else use the other way round.
    """

    first: str
    second: str | None
    declared: First | None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return (self.first,) if self.second is None else (self.first, self.second)


@dataclass(frozen=True)
class Coordinates:
    """The places of a table, row by row: geometries with east before north, None where there is none.

    `first` is what the first number of pairs really is. `crs` is the coordinate system that the notation or the names
    of the columns state. `notations` are how many rows are written in which. `notes` say what was understood, `issues`
    which rows have no place; their rows are counted from 1.
    """

    kind: Kind
    first: First
    shapes: tuple[BaseGeometry | None, ...]
    crs: str | None
    notations: Mapping[Notation, int]
    notes: tuple[Label, ...]
    issues: tuple[Issue, ...]

    @property
    def form(self) -> Label:
        """How most rows are written: the notation, or the unit and order of the numbers."""
        notation = max(self.notations, key=lambda one: self.notations[one], default=None)
        return _READ_AS[self.kind, self.first] if notation is None or notation.plain else notation.label


def columns_of(first: str, second: str | None) -> Columns:
    """Columns that hold places, with what their names say about the order of the numbers.

    >>> columns_of("Vĩ độ", "Kinh độ").declared, columns_of("X", "Y").declared
    ('north', None)
    """
    meanings = [meaning_of(name) if name is not None else None for name in (first, second)]
    axes = [meaning.axis if meaning is not None else None for meaning in meanings]
    declared: First | None = "north" if axes == ["lat", "lng"] else "east" if axes == ["lng", "lat"] else None
    return Columns(first, second, declared)


def nowhere(_: str) -> LngLat | None:
    """The Reference of a table in which names of places are not known."""
    return None


def read_coordinates(
    table: Mapping[str, Sequence[object]], columns: Columns, *, layer: str = "", reference: Reference = nowhere
) -> Coordinates:
    """The places in `columns` of `table` (column name to cells).

    The kind, order and system that most rows have are the table's; a row that contradicts them has no place and an
    issue. `reference` finds the places that short plus codes are near.
    """
    cells = list(zip(*(table[name] for name in columns.names), strict=True))
    readings = _readings(cells, reference)
    rows = [_row(reading) for reading in readings]
    legible = [row for row in rows if not isinstance(row, Label)]
    kind: Kind = _most((row.kind for row in legible), "degrees")
    orders: list[First] = [row.first for row in legible if row.kind == kind and row.first is not None]
    first: First = _most(orders, columns.declared or "north")
    claims = [row.crs for row in legible if row.kind == kind and row.crs is not None]
    crs = _most(claims, "") or None
    shapes: list[BaseGeometry | None] = []
    issues: list[Issue] = []
    for number, (row, cell) in enumerate(zip(rows, cells, strict=True), start=1):
        placed = _place(row, kind, first, crs)
        shapes.append(None if isinstance(placed, Label) else placed)
        if isinstance(placed, Label):
            issues.append(_issue(layer, columns, number, cell, placed))
        elif isinstance(row, _ShapeRow) and row.repair is not None:
            issues.append(_repaired(layer, columns, number, row.repair))
    if len(claims) < len(legible):
        crs = crs_of_names(" ".join(columns.names), in_degrees=kind == "degrees")
    notations = Counter(reading.notation for reading in readings if isinstance(reading, Reading))
    paired = any(isinstance(row, _PairRow) for row in legible)
    notes = tuple(_notes(columns, kind, first if paired else None, notations))
    return Coordinates(kind, first, tuple(shapes), crs, notations, notes, tuple(issues))


# --- one row -----------------------------------------------------------------------------------------


class _PairRow(NamedTuple):
    """Two numbers; `first` is None when they do not tell their order."""

    values: tuple[float, float]
    kind: Kind
    first: First | None
    crs: None = None


class _ShapeRow(NamedTuple):
    """A geometry whose notation states its order."""

    shape: BaseGeometry
    kind: Kind
    crs: str | None
    repair: Label | None
    first: None = None


def _readings(cells: Iterable[tuple[object, ...]], reference: Reference) -> list[Reading | Pair | Label]:
    """What each row holds; cells that occur again are read once."""
    read: dict[tuple[object, ...], Reading | Pair | Label] = {}
    keys = [tuple((type(cell), cell) for cell in row) for row in cells]
    for key in keys:
        if key not in read:
            row = [cell for _, cell in key]
            read[key] = read_place(row[0], reference) if len(row) == 1 else _two(row[0], row[1])
    return [read[key] for key in keys]


def _two(first: object, second: object) -> Pair | Label:
    read = read_angle(first), read_angle(second)
    wrong = next((part for part in read if isinstance(part, Label) and part != NO_VALUE), None)
    if wrong is not None:
        return wrong
    if isinstance(read[0], Label) or isinstance(read[1], Label):
        return NO_VALUE if read[0] == read[1] else _HALF
    return Pair(read[0], read[1])


def _row(reading: Reading | Pair | Label) -> _PairRow | _ShapeRow | Label:
    place = reading.place if isinstance(reading, Reading) else reading
    if isinstance(place, Shape):
        numbers = shapely.get_coordinates(place.shape)
        kind: Kind = "degrees" if (abs(numbers) <= 180).all() else "metres"
        return _ShapeRow(place.shape, kind, place.crs, place.repair)
    return place if isinstance(place, Label) else _understood(place.one, place.other)


_HALF = Label("thiếu một trong hai toạ độ", "one of the two coordinates is missing")
_MIXED = Label("một số là độ, số kia là mét", "one number is degrees and the other metres")
_SAME_AXIS = Label("hai ô cùng là vĩ độ hoặc cùng là kinh độ", "both cells are latitudes, or both are longitudes")
_OTHER_KIND = Label(
    "khác loại (độ hoặc mét) với các dòng khác", "of another kind (degrees or metres) than the other rows"
)
_OTHER_SYSTEM = Label("ghi hệ toạ độ khác với các dòng khác", "it states another coordinate system than the other rows")
_SWAPPED = Label(
    "hai toạ độ đổi chỗ so với các dòng khác", "its two coordinates are exchanged, compared with the other rows"
)
_NO_SUCH_PLACE = Label(
    "không có vĩ độ trên 90 hay kinh độ trên 180", "no latitude is above 90 and no longitude above 180"
)


def _understood(one: Angle, other: Angle) -> _PairRow | Label:
    if one.axis and one.axis == other.axis:
        return _SAME_AXIS
    values = ungrouped(one, other), ungrouped(other, one)
    degrees = [abs(value) <= 180 for value in values]
    if not any(degrees):
        return _PairRow(values, "metres", _named(one, other) or larger_is_north(*values))
    if not all(degrees):
        return _MIXED if max(map(abs, values)) > 1_000 else _NO_SUCH_PLACE
    if min(map(abs, values)) > 90:
        return _NO_SUCH_PLACE
    over = [abs(value) > 90 for value in values]
    return _PairRow(values, "degrees", _named(one, other) or ("east" if over[0] else "north" if over[1] else None))


def _named(one: Angle, other: Angle) -> First | None:
    if one.axis == "lat" or other.axis == "lng":
        return "north"
    return "east" if one.axis == "lng" or other.axis == "lat" else None


def _place(row: _PairRow | _ShapeRow | Label, kind: Kind, first: First, crs: str | None) -> BaseGeometry | Label:
    if isinstance(row, Label):
        return row
    if row.kind != kind:
        return _OTHER_KIND
    if isinstance(row, _ShapeRow):
        return row.shape if row.crs in {None, crs} else _OTHER_SYSTEM
    if row.first is not None and row.first != first:
        return _SWAPPED
    one, other = row.values
    return shapely.Point((other, one) if first == "north" else (one, other))


def _most(values: Iterable[Name], default: Name) -> Name:
    common = Counter(values).most_common(1)
    return common[0][0] if common else default


# --- words -----------------------------------------------------------------------------------------


def _notes(columns: Columns, kind: Kind, first: First | None, notations: Mapping[Notation, int]) -> Iterator[Label]:
    names = " | ".join(columns.names)
    labels = [notation.label for notation in notations if not notation.plain]
    if labels:
        vi, en = ", ".join(label.vi for label in labels), ", ".join(label.en for label in labels)
        yield Label(f"Cột {names}: {vi}.", f"Column {names}: {en}.")
    if first is None:
        return
    what = _READ_AS[kind, first]
    yield Label(f"Cột {names}: {what.vi}.", f"{'Columns' if columns.second else 'Column'} {names}: {what.en}.")
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


def _issue(layer: str, columns: Columns, number: int, cells: tuple[object, ...], wrong: Label) -> Issue:
    shown = " | ".join("" if part is None else str(part) for part in cells)
    kind = _ISSUE_KINDS.get(wrong, "bad_coordinate")
    return Issue(layer, None, number, ", ".join(columns.names), kind, shown[:200], wrong)


def _repaired(layer: str, columns: Columns, number: int, repair: Label) -> Issue:
    return Issue(layer, None, number, ", ".join(columns.names), "invalid_geometry", "", repair)


_ISSUE_KINDS: dict[Label, str] = {
    NO_VALUE: "null_geometry",
    _SWAPPED: "swapped_coordinates",
}

"""GeoJSON read from its own text: every property, every position, and by name whatever cannot be one of them.

GDAL drops what it does not understand without a word: a position written as text, a part of a geometry, members
beside "properties", items that are no Feature. Here each of them arrives or is a finding.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.ingest.files.positions import RING_CLOSED, Positions, UnreadableGeometry, enough, ring
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Cells, Records, finding, listed
from geo.report import Issue, at_most
from geo.schema import Label

_MEMBERS = {"type", "id", "properties", "geometry", "bbox", "crs", "links"}
_NUMBER = re.compile(r"\s*[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s*")
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def read_geojson(path: Path, kind: Kind) -> Records:
    """The records of a GeoJSON or of a sequence of Features, numbered from 1 as they stand in the file.

    A geometry of which a part cannot be read is None, and a finding says why. ValueError for text that is no JSON.
    """
    text = path.read_bytes().decode("utf-8-sig")
    items = _sequence(text) if kind == "geojsonseq" else _items(text)
    reader = _Reader()
    for number, item in enumerate(items, start=1):
        reader.add(number, item)
    return reader.records()


# --- the text ----------------------------------------------------------------------------------------


def _sequence(text: str) -> Iterator[object]:
    """Each text of a sequence (RFC 8142, or one a line); what cannot be decoded is left out, and so is too few."""
    for part in text.split("\x1e" if text.lstrip(" \t\r\n").startswith("\x1e") else "\n"):
        if part.strip():
            try:
                yield json.loads(part)
            except ValueError:
                continue


def _items(text: str) -> Iterator[object]:
    """The Features of a collection one after another, so that the whole of it is never held as Python values."""
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise ValueError("no object")
    members: dict[str, object] = {}
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _expect(text, at, ":"))
        if name == "features" and text[at : at + 1] == "[":
            at = yield from _array(text, at)
            members[name] = None
        else:
            members[str(name)], at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != "}":
            at = _skip(text, _expect(text, at, ","))
    if "features" not in members:
        yield members if members.get("type") == "Feature" else {"type": "Feature", "geometry": members}


def _array(text: str, at: int) -> Generator[object, None, int]:
    """The items of the array that begins at `at`; returns where it ends."""
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        item, at = _DECODER.raw_decode(text, at)
        yield item
        at = _skip(text, at)
        if text[at : at + 1] != "]":
            at = _skip(text, _expect(text, at, ","))
    return at + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _expect(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"no {mark!r} at character {at}")
    return at + 1


# --- records -----------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Features turned into columns, one at a time."""

    columns: dict[str, Cells] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    shapes: list[BaseGeometry | None] = field(default_factory=list)
    ids: list[object] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)
    as_text: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def add(self, number: int, item: object) -> None:
        if not isinstance(item, dict) or item.get("type") != "Feature":
            kind = item.get("type") if isinstance(item, dict) else item
            words = f"mục {number} không phải Feature: {kind!r}", f"item {number} is no Feature: {kind!r}"
            self.issues.append(finding("unreadable_row", *words, row=number, value=kind))
            return
        self.rows.append(number)
        self.foreign.update(item.keys() - _MEMBERS)
        self.ids.append(item.get("id"))
        self._properties(number, item.get("properties"))
        self.shapes.append(self._shape(number, item.get("geometry")))

    def _properties(self, number: int, properties: object) -> None:
        if properties is not None and not isinstance(properties, dict):
            words = "thuộc tính không phải đối tượng JSON", "the properties are no JSON object"
            self.issues.append(finding("unreadable_row", *words, row=number, value=properties))
        before = len(self.rows) - 1
        for name, value in (properties if isinstance(properties, dict) else {}).items():
            self.columns.setdefault(name, [None] * before).append(_cell(value))
        for cells in self.columns.values():
            if len(cells) == before:
                cells.append(None)

    def _shape(self, number: int, geometry: object) -> BaseGeometry | None:
        geometries = _Geometry()
        try:
            shape = geometries.shape(geometry)
        except UnreadableGeometry as error:
            value = json.dumps(geometry, ensure_ascii=False)[:200]
            self.issues.append(finding("bad_coordinate", *error.label, row=number, field="geometry", value=value))
            return None
        if geometries.closed:
            self.issues.append(finding("invalid_geometry", *RING_CLOSED, row=number, field="geometry"))
        if geometries.as_text:
            self.as_text.append(number)
        return shape

    def records(self) -> Records:
        """All of them as columns. An id that is text is a column; one that is a number only counts Features."""
        columns = self.columns
        if "id" not in columns and any(isinstance(feature_id, str) for feature_id in self.ids):
            columns = {"id": list(self.ids), **columns}
        shapes: NDArray[np.object_] = np.array([*self.shapes, None], dtype=object)[:-1]
        by_kind: dict[str, list[Issue]] = {}
        for issue in self.issues:
            by_kind.setdefault(issue.kind, []).append(issue)
        issues = [issue for alike in by_kind.values() for issue in at_most(alike)]
        return Records(columns, self.rows, shapes, tuple(self._notes()), (*self._foreign(), *issues))

    def _notes(self) -> Iterator[Label]:
        if self.as_text:
            yield Label(
                f'Toạ độ viết thành chữ (như "103.0186"), đã đọc thành số ở các bản ghi: {listed(self.as_text)}.',
                f'Coordinates written as text (like "103.0186"), read as numbers in records: {listed(self.as_text)}.',
            )

    def _foreign(self) -> Iterator[Issue]:
        for name, count in self.foreign.items():
            words = (
                f'{count} bản ghi có {name!r} nằm ngoài "properties": không đọc',
                f'{count} records have {name!r} outside "properties": not read',
            )
            yield finding("reader_warning", *words, value=name)


def _cell(value: object) -> object:
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() and abs(value) < 2**53 else value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


# --- geometries --------------------------------------------------------------------------------------


def read_geometry(geometry: object) -> tuple[BaseGeometry | None, bool]:
    """The geometry of a parsed GeoJSON geometry, and whether a ring of it had to be closed.

    UnreadableGeometry when any part of it is not understood; None for null.
    """
    geometries = _Geometry()
    return geometries.shape(geometry), geometries.closed


@dataclass
class _Geometry:
    """One geometry being read: whether a number of it was text, and whether a ring had to be closed."""

    as_text: bool = False
    closed: bool = False

    def shape(self, geometry: object) -> BaseGeometry | None:
        """The geometry in two dimensions; UnreadableGeometry when any part of it is not understood."""
        if geometry is None:
            return None
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        if kind == "GeometryCollection":
            parts = geometry.get("geometries") if isinstance(geometry, dict) else None
            return shapely.GeometryCollection(
                [shape for part in _list(parts) if (shape := self.shape(part)) is not None]
            )
        if not isinstance(geometry, dict) or kind not in _KINDS:
            raise UnreadableGeometry(
                f"loại hình học {kind!r} không có trong GeoJSON", f"GeoJSON has no geometry {kind!r}"
            )
        coordinates = _list(geometry.get("coordinates"))
        if not coordinates:
            return shapely.from_wkt(f"{kind} EMPTY")
        return self._of_kind(str(kind), coordinates)

    def _of_kind(self, kind: str, coordinates: list[Any]) -> BaseGeometry:
        match kind:
            case "Point":
                return shapely.Point(self._position(coordinates))
            case "MultiPoint":
                return shapely.MultiPoint(self._line(coordinates))
            case "LineString":
                return shapely.LineString(self._line(coordinates, 2))
            case "MultiLineString":
                return shapely.MultiLineString([self._line(part, 2) for part in coordinates])
            case "Polygon":
                return self._polygon(coordinates)
            case _:
                return shapely.MultiPolygon([self._polygon(part) for part in coordinates])

    def _polygon(self, rings: object) -> shapely.Polygon:
        lines = [self._ring(ring) for ring in _list(rings)]
        return shapely.Polygon(lines[0], lines[1:]) if lines else shapely.Polygon()

    def _ring(self, positions: object) -> Positions:
        positions, was_open = ring(self._line(positions, 3))
        self.closed |= was_open
        return positions

    def _line(self, line: object, least: int = 1) -> Positions:
        """The positions of a line as longitude, latitude (or whatever the file's system counts)."""
        positions = _list(line)
        try:
            numbers = np.array(positions)
        except ValueError:  # some positions have heights and others none
            numbers = np.array([])
        if numbers.dtype.kind in "if" and numbers.ndim == 2 and numbers.shape[1] >= 2:
            return enough(numbers[:, :2].astype(np.float64), least)
        read = [self._position(position) for position in positions]
        return enough(np.array(read, dtype=np.float64).reshape(-1, 2), least)

    def _position(self, position: object) -> tuple[float, float]:
        numbers = _list(position)
        if len(numbers) < 2:
            raise UnreadableGeometry(
                f"vị trí {position!r} không có đủ hai số", f"the position {position!r} does not have two numbers"
            )
        return self._number(numbers[0]), self._number(numbers[1])

    def _number(self, number: object) -> float:
        if isinstance(number, int | float) and not isinstance(number, bool):
            return float(number)
        if isinstance(number, str) and _NUMBER.fullmatch(number):
            self.as_text = True
            return float(number.replace(",", "."))
        raise UnreadableGeometry(f"toạ độ {number!r} không phải số", f"the coordinate {number!r} is no number")


_KINDS = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        shown = json.dumps(value, ensure_ascii=False)[:60]
        raise UnreadableGeometry(
            f"{shown} nằm ở chỗ của danh sách toạ độ", f"{shown} stands where a list of coordinates is due"
        )
    return value

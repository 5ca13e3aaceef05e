"""Rows with only the names of their commune and district, placed as well as the names allow and no better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.ingest.columns.gazetteer import Candidate, Gazetteer, Resolution, Unit
from geo.ingest.columns.mapping import ADDRESS_ROLES
from geo.schema import Label
from geo.text import fold

UNKNOWN_UNIT = "-"
"""The answer of a person who does not know either: the row stays without a place."""


class Placed(NamedTuple):
    """Where an address puts a record: the unit, its point in STORE_CRS, and the words of the position's source."""

    unit: Unit
    at: Point | None
    precision: str
    source: str


@dataclass(frozen=True)
class Addresses:
    """Every address of a table: the text of each row, and what each different text means.

    `placed` and `open` are by text; `open` are those that need a person, with their candidates.
    """

    texts: tuple[str | None, ...]
    placed: Mapping[str, Placed]
    open: Mapping[str, tuple[Candidate, ...]]


def unit_key(unit: Unit) -> str:
    """A unit in one word, as answers keep it.

    >>> unit_key(Unit("old_communes", "03316", "Nà Tấu", "commune", "094", None))
    'old_communes:03316'
    """
    return f"{unit.frame}:{unit.code}"


def unit_label(unit: Unit, gazetteer: Gazetteer) -> Label:
    """The unit as people tell it from its namesakes: with its former district, or since when it exists."""
    if unit.frame == "communes":
        return Label(f"{unit.name} (từ 1/7/2025)", f"{unit.name} (since 1 July 2025)")
    if unit.frame == "districts":
        return Label(f"{unit.name} (cấp huyện, đến 30/6/2025)", f"{unit.name} (district, until 30 June 2025)")
    district = next((one.name for one in gazetteer.units if one.frame == "districts" and one.code == unit.district), "")
    return Label(f"{unit.name}, {district} (đến 30/6/2025)", f"{unit.name}, {district} (until 30 June 2025)")


def joined(columns: Mapping[str, Sequence[object]], rows: int, *, prefixed: bool) -> list[str | None]:
    """One address for each row out of the columns by role: the whole address, then village, commune, district.

    `prefixed`: with "xã" or "huyện" before a bare name, which the column's own name says; else as the file has it.
    """
    parts = [_with_prefix(columns.get("address"), "", rows)]
    parts += [_with_prefix(columns.get(role), _PREFIXES[role] if prefixed else "", rows) for role in ADDRESS_ROLES]
    return [", ".join(dict.fromkeys(filter(None, row))) or None for row in zip(*parts, strict=True)]


_PREFIXES = {"@village": "bản", "@commune": "xã", "@district": "huyện"}
_WRITTEN_PREFIXES = {
    "@village": ("ban ", "thon ", "doi ", "to ", "khu ", "pho ", "tdp "),
    "@commune": ("xa ", "x.", "phuong ", "p.", "thi tran ", "tt ", "tt."),
    "@district": ("huyen ", "h.", "thanh pho ", "tp ", "tp.", "thi xa ", "tx ", "tx."),
}


def _with_prefix(cells: Sequence[object] | None, prefix: str, rows: int) -> list[str]:
    """The cells as text, with the prefix that the column's name says where the cell does not say one itself."""
    if cells is None:
        return [""] * rows
    prefixes = next((words for role, words in _WRITTEN_PREFIXES.items() if _PREFIXES[role] == prefix), ())
    texts: dict[object, str] = {}
    for cell in cells:
        if cell not in texts:
            text = " ".join(str(cell or "").split())
            bare = not text or not prefix or fold(text).startswith(prefixes)
            texts[cell] = text if bare else f"{prefix} {text}"
    return [texts[cell] for cell in cells]


def resolve(
    texts: Sequence[str | None],
    gazetteer: Gazetteer,
    frames: Mapping[str, gpd.GeoDataFrame],
    answers: Mapping[str, str],
) -> Addresses:
    """What each address means; `answers` maps an address to a `unit_key`, or to UNKNOWN_UNIT.

    `frames` hold the units in STORE_CRS.
    """
    points = _Points(frames)
    units = {unit_key(unit): unit for unit in gazetteer.units}
    placed: dict[str, Placed] = {}
    waiting: dict[str, tuple[Candidate, ...]] = {}
    for text in dict.fromkeys(filter(None, texts)):
        resolution = gazetteer.resolve(text)
        unit = units.get(answers[text]) if text in answers else resolution.unit
        if unit is not None:
            placed[text] = points.of(unit)
        elif text not in answers:
            waiting[text] = _offered(resolution)
    return Addresses(tuple(texts), placed, waiting)


def _offered(resolution: Resolution) -> tuple[Candidate, ...]:
    return resolution.candidates[:8]


class Landmarks:
    """Where the units are that a text names: what short plus codes are counted from."""

    def __init__(self, gazetteer: Gazetteer, frames: Mapping[str, gpd.GeoDataFrame]) -> None:
        self._gazetteer, self._points = gazetteer, _Points(frames)

    def __call__(self, text: str) -> tuple[float, float] | None:
        """Longitude and latitude of the unit that `text` names, or of several that are near each other; else None."""
        units = [candidate.unit for candidate in self._gazetteer.resolve(text).candidates] if text else []
        points = [point for unit in units if (point := self._points.of(unit).at) is not None]
        if not points:
            return None
        first = points[0]
        return (first.x, first.y) if all(first.distance(one) < _NEAR_DEG for one in points) else None


_NEAR_DEG = 0.25
"""A short plus code is one of a grid of one degree: landmarks this near to each other give the same place."""


class _Points:
    """A point inside each unit, made once."""

    def __init__(self, frames: Mapping[str, gpd.GeoDataFrame]) -> None:
        self._shapes: dict[str, BaseGeometry | None] = {}
        for frame in ("communes", "old_communes", "districts"):
            for code, shape in zip(frames[frame]["code"], frames[frame].geometry, strict=True):
                self._shapes[f"{frame}:{code}"] = shape

    def of(self, unit: Unit) -> Placed:
        shape = self._shapes.get(unit_key(unit))
        at = None if shape is None or shape.is_empty else shape.representative_point()
        precision = "district" if unit.frame == "districts" else "commune"
        return Placed(unit, at, precision, _SOURCES[unit.frame].format(unit.name))


_SOURCES = {
    "communes": "điểm bên trong xã, phường {}, theo địa chỉ",
    "old_communes": "điểm của xã cũ {}, theo địa chỉ",
    "districts": "điểm bên trong huyện cũ {}, theo địa chỉ",
}

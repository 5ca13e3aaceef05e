"""Names on a printed map: placed by importance, so that none covers another name or a symbol.

The rule is that of the map of the site (static/js/core/declutter.js): a name takes the first of its spots that is free,
and is left out where none is.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.views.sheets.typefaces import MM_PER_POINT, capital_mm, width_mm

Array: TypeAlias = NDArray[Any]

_LINE_HEIGHT = 1.25
"""Height of a line of text in its size."""
_GAP_MM = 0.35
_STEP_MM = 1.0
_BEND = 0.035
"""Most that a line may leave the chord below a name, as a share of the length of the chord."""
_STEEPEST_DEG = 70.0


class Spot(NamedTuple):
    """Where a name may stand: its centre in millimetres, and degrees by which it is turned clockwise."""

    x: float
    y: float
    turn: float = 0.0


@dataclass(frozen=True)
class Name:
    """A text to be placed. Names of a smaller `priority` are placed first.

    `apart` is the least distance in millimetres of two equal texts. `within` is the area that the whole name should lie
    in. A name with a `plate` stands on a small plate, as the number of a road does.
    """

    text: str
    points: float
    color: str
    priority: float
    spots: tuple[Spot, ...]
    bold: bool = False
    italic: bool = False
    tracking: float = 0.0
    apart: float = 0.0
    plate: bool = False
    halo: bool = True
    within: BaseGeometry | None = None

    @cached_property
    def width(self) -> float:
        """The width of the text in millimetres."""
        return width_mm(self.text, self.points, bold=self.bold, italic=self.italic, tracking=self.tracking)

    @property
    def height(self) -> float:
        """The height of its line in millimetres."""
        return self.points * MM_PER_POINT * _LINE_HEIGHT

    def box(self, spot: Spot, more: float = 0.0) -> BaseGeometry:
        """The rectangle that the name takes at a spot, and `more` millimetres around it."""
        across, along = self.width / 2 + more, self.height / 2 + more
        if not spot.turn:
            return shapely.box(spot.x - across, spot.y - along, spot.x + across, spot.y + along)
        corners = np.array([(-across, -along), (across, -along), (across, along), (-across, along)])
        turn = math.radians(spot.turn)
        cos, sin = math.cos(turn), math.sin(turn)
        return shapely.Polygon(corners @ np.array([[cos, sin], [-sin, cos]]) + (spot.x, spot.y))


class PlacedName(NamedTuple):
    """A name and the spot where it stands."""

    name: Name
    spot: Spot

    @property
    def baseline(self) -> tuple[float, float]:
        """The beginning of the baseline: the middle of the capitals is the middle of the name."""
        turn = math.radians(self.spot.turn)
        dx, dy = -self.name.width / 2, capital_mm(self.name.points) / 2
        x = self.spot.x + dx * math.cos(turn) - dy * math.sin(turn)
        return x, self.spot.y + dx * math.sin(turn) + dy * math.cos(turn)


def place_names(
    names: Iterable[Name], obstacles: Sequence[BaseGeometry], width_mm_: float, height_mm: float
) -> list[PlacedName]:
    """The names that have room on a map of a size in millimetres, without overlap; `obstacles` are kept free."""
    frame = shapely.box(0.6, 0.6, width_mm_ - 0.6, height_mm - 0.6)
    shapely.prepare(frame)
    taken = _Taken(obstacles)
    placed: list[PlacedName] = []
    equal: dict[str, list[Spot]] = {}
    for name in sorted(names, key=lambda name: name.priority):
        others = equal.setdefault(name.text, [])
        for spot in _preferred(name):
            if any(math.hypot(spot.x - other.x, spot.y - other.y) < name.apart for other in others):
                continue
            box = name.box(spot, _GAP_MM)
            if frame.contains(box) and taken.take(box):
                placed.append(PlacedName(name, spot))
                others.append(spot)
                break
    return placed


def _preferred(name: Name) -> Iterable[Spot]:
    """The spots, those first where the whole name lies in its area."""
    if name.within is None:
        return name.spots
    shapely.prepare(name.within)
    lies = [bool(name.within.contains(name.box(spot))) for spot in name.spots]
    order = sorted(range(len(lies)), key=lambda i: not lies[i])
    return [name.spots[i] for i in order]


class _Taken:
    """Areas that are taken, compared by their boxes first."""

    def __init__(self, shapes: Sequence[BaseGeometry]) -> None:
        self._shapes = list(shapes)
        self._bounds = np.empty((max(1024, 2 * len(shapes)), 4))
        self._bounds[: len(shapes)] = shapely.bounds(np.asarray(shapes, dtype=object)).reshape(-1, 4)

    def take(self, shape: BaseGeometry) -> bool:
        """Whether the area was free; it is taken then."""
        west, north, east, south = shape.bounds
        boxes = self._bounds[: len(self._shapes)]
        near = (boxes[:, 0] < east) & (boxes[:, 2] > west) & (boxes[:, 1] < south) & (boxes[:, 3] > north)
        if any(shape.intersects(self._shapes[i]) for i in np.flatnonzero(near)):
            return False
        if len(self._shapes) == len(self._bounds):
            self._bounds = np.vstack([self._bounds, np.empty_like(self._bounds)])
        self._bounds[len(self._shapes)] = shape.bounds
        self._shapes.append(shape)
        return True


# --- spots -------------------------------------------------------------------------------------------


def spots_beside(x: float, y: float, around: float, width: float, height: float) -> tuple[Spot, ...]:
    """Spots right, left, below and above a symbol of the radius `around`, then at its corners."""
    dx, dy = around + width / 2 + 0.5, around + height / 2 + 0.1
    near_x, near_y = around * 0.7 + width / 2 + 0.4, around * 0.7 + height / 2
    sides = ((dx, 0.0), (-dx, 0.0), (0.0, dy), (0.0, -dy))
    corners = ((near_x, -near_y), (near_x, near_y), (-near_x, -near_y), (-near_x, near_y))
    return tuple(Spot(x + right, y + down) for right, down in (*sides, *corners))


_ROUND = ((0.0, 0.0), *(
    (1.6 * far * math.cos(math.radians(turn)), far * math.sin(math.radians(turn)))
    for far in (3.0, 5.5, 8.0, 11.0, 14.0, 18.0)
    for turn in (90, -90, 45, 135, -45, -135, 0, 180)
))  # fmt: skip


def spots_around(x: float, y: float) -> tuple[Spot, ...]:
    """A position, then spots around it at growing distances."""
    return tuple(Spot(x + right, y + down) for right, down in _ROUND)


def spots_in(area: BaseGeometry, spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """The spots whose middle lies in an area or at most a millimetre beside it."""
    distances = shapely.distance(area, shapely.points([(spot.x, spot.y) for spot in spots]))
    return tuple(spot for spot, distance in zip(spots, distances.tolist(), strict=True) if distance <= 1.0)


def spots_along(lines: Iterable[Array], width: float, above: float) -> tuple[Spot, ...]:
    """Spots `above` lines (points in millimetres) where they are nearly straight for a width, the straightest first."""
    spots = sorted(
        (spot for points in lines for spot in _straight_parts(points, width, above)), key=lambda pair: pair[0]
    )
    return tuple(spot for _, spot in spots[:40])


def _straight_parts(points: Array, width: float, above: float) -> Iterator[tuple[float, Spot]]:
    even = _even(points)
    count = math.ceil((width + 1.0) / _STEP_MM)
    for first in range(0, len(even) - count, max(1, count // 3)):
        part = even[first : first + count + 1]
        chord = part[-1] - part[0]
        length = float(np.hypot(*chord))
        if length < width:
            continue
        across = np.abs((part[:, 0] - part[0, 0]) * chord[1] - (part[:, 1] - part[0, 1]) * chord[0]) / length
        turn = math.degrees(math.atan2(chord[1], chord[0]))
        turn = turn - 180 if turn > 90 else turn + 180 if turn <= -90 else turn
        bend = float(across.max()) / length
        if bend <= _BEND and abs(turn) <= _STEEPEST_DEG:
            middle = (part[0] + part[-1]) / 2
            up = above + float(across.max())
            at = Spot(
                float(middle[0]) + up * math.sin(math.radians(turn)),
                float(middle[1]) - up * math.cos(math.radians(turn)), turn,
            )  # fmt: skip
            yield bend + abs(turn) / 900, at


def spots_on(lines: Iterable[Array], every_mm: float = 9.0) -> tuple[Spot, ...]:
    """Spots on lines (points in millimetres), from the middle of each outwards."""
    spots = []
    for points in lines:
        even = _even(points)
        step = max(1, round(every_mm / _STEP_MM))
        middle = len(even) // 2
        order = sorted(range(middle % step, len(even), step), key=lambda i: abs(i - middle))
        spots += [Spot(float(even[i, 0]), float(even[i, 1])) for i in order]
    return tuple(spots)


def _even(points: Array) -> Array:
    """Points of a line that are _STEP_MM apart."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.arange(0.0, lengths[-1], _STEP_MM)
    return np.column_stack([np.interp(at, lengths, points[:, 0]), np.interp(at, lengths, points[:, 1])])

"""A drawing of the province as static SVG: outlines, names, and records as links, shown before and without scripts.

Units of the drawing are whole numbers, x to the right and y downwards. Coordinates after the first of a line are steps,
which compress best.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo import budget
from geo.atlas import Atlas, Query, Record
from geo.errors import NotFound
from geo.ocop.layers import THEMATIC
from geo.ocop.styles import SHAPES, STYLES
from geo.views.map.projection import Projection, projection_of
from geo.views.values import Urls

WIDTH = 800
"""Width of the drawing; the height follows from the province's extent. A phone shows two units in a pixel."""

_TOLERANCE_DEG = 0.003
_LETTER, _LINE = 12, 25
"""Width of a letter and height of a line of the names, as they are on a phone."""
_SYMBOL = 22
"""Half the width of a mark on a phone."""
_CELL = 50
"""Records this close, or closer, share one mark: a target of 24 pixels on a phone."""
_MOST_NAMED = 4


class Name(NamedTuple):
    """The name of a commune and the middle of its text."""

    x: int
    y: int
    text: str


class Mark(NamedTuple):
    """Records at one place: layer and shape of the first, where the mark leads, what it stands for, their number."""

    x: int
    y: int
    layer: str
    shape: str
    url: str
    title: str
    records: int


class Outline(NamedTuple):
    """The province without its records: path data of its area and of the borders between its communes, and names."""

    width: int
    height: int
    land: str
    borders: str
    names: tuple[Name, ...]


_OUTLINES: WeakKeyDictionary[Atlas, dict[str, Outline | None]] = WeakKeyDictionary()
_WHOLE: WeakKeyDictionary[Atlas, list[list[Record]]] = WeakKeyDictionary()
"""What is worked out once for each version."""


class Canvas(Projection):
    """The projection of the drawing, in whole units."""

    @property
    def height(self) -> int:
        """The height of the drawing."""
        return round(self.depth)

    def project(self, positions: NDArray[np.float64]) -> NDArray[np.int64]:
        """Positions (longitude, latitude) as points of the drawing, one a row."""
        return np.rint(np.column_stack([self.x(positions[:, 0]), self.y(positions[:, 1])])).astype(np.int64)

    def at(self, lng: float, lat: float) -> tuple[int, int]:
        """A position as a point of the drawing."""
        [[x, y]] = self.project(np.array([[lng, lat]]))
        return int(x), int(y)

    def path(self, shape: BaseGeometry) -> str:
        """SVG path data of the simplified lines or rings of a shape in degrees."""
        light = shapely.simplify(shape, _TOLERANCE_DEG)
        parts = shapely.get_parts(shape if light.is_empty else light)
        return _path(parts if shapely.get_dimensions(shape) == 1 else shapely.get_rings(parts), self)


def outline(atlas: Atlas, lang: str) -> Outline | None:
    """The province without its records, names in `lang`; None when it has no communes with an area."""
    outlines = _OUTLINES.setdefault(atlas, {})
    if lang not in outlines:
        canvas = canvas_of(atlas)
        with budget.unlimited():
            outlines[lang] = _outline(atlas, lang, canvas) if canvas else None
    return outlines[lang]


def marks(atlas: Atlas, queries: Iterable[Query], lang: str, urls: Urls) -> list[Mark]:
    """The records that the queries match as marks, in the drawing of `outline`; none without a province.

    Records in one cell share a mark, which leads to the commune of the first, or to the first one outside communes.
    """
    canvas = canvas_of(atlas)
    if canvas is None:
        return []
    return [_mark(canvas, members, lang, urls) for members in _groups(atlas, canvas, tuple(queries))]


def canvas_of(atlas: Atlas) -> Canvas | None:
    """The drawing that the province fills; None when it has no outline."""
    projection = projection_of(atlas.bounds(), WIDTH)
    return None if projection is None else Canvas(*projection)


def _outline(atlas: Atlas, lang: str, canvas: Canvas) -> Outline | None:
    try:
        whole = shapely.from_geojson(atlas.overview("communes"))
    except NotFound:
        return None
    parts = [shape for shape in shapely.get_parts(whole) if shapely.get_dimensions(shape) == 2]
    if not parts:
        return None
    units = shapely.coverage_simplify(parts, _TOLERANCE_DEG)
    land = shapely.union_all(units)
    lines = shapely.line_merge(shapely.difference(shapely.union_all(shapely.boundary(units)), land.boundary))
    rings = shapely.get_rings(shapely.get_parts(land))
    area = shapely.transform(land, lambda points: canvas.project(points).astype(np.float64))
    names = tuple(_names(atlas, lang, canvas, area))
    return Outline(WIDTH, canvas.height, _path(rings, canvas), _path(shapely.get_parts(lines), canvas), names)


def _path(lines: Iterable[BaseGeometry], canvas: Canvas) -> str:
    """SVG path data of lines and rings, each a start and the steps from point to point."""
    return "".join(filter(None, (_steps(canvas.project(shapely.get_coordinates(line))) for line in lines)))


def _steps(points: NDArray[np.int64]) -> str:
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    if not len(steps):
        return ""
    numbers = [str(number) for number in steps.ravel().tolist()]
    text = "".join(number if number.startswith("-") else f" {number}" for number in numbers)
    return f"M{points[0][0]} {points[0][1]}l{text.strip()}"


def _names(atlas: Atlas, lang: str, canvas: Canvas, area: BaseGeometry) -> Iterator[Name]:
    """The names with room in the province beside each other and the symbols: wards first, then large communes.

    A ward is named outside the province where there is no room in it. `area` is the province in the drawing.
    """
    queries = tuple(Query(layer) for layer in THEMATIC)
    symbols = [canvas.at(*_place(members[0])) for members in _groups(atlas, canvas, queries)]
    taken: list[tuple[int, int, int, int]] = [(x, y, _SYMBOL, _SYMBOL) for x, y in symbols]
    units = [unit for unit in atlas.find(Query("communes")).records if unit.lng is not None]
    for unit in sorted(units, key=_importance):
        text = unit.title_in(lang)
        half = len(text) * _LETTER // 2
        x, y = canvas.at(*_place(unit))
        spots = [(x + dx, y + dy) for dx, dy in _spots(half)]
        free = [spot for spot in spots if _is_free(spot, half, canvas, taken)]
        inside = (spot for spot in free if _lies_in(spot, half, area))
        spot = next(inside, free[0] if free and _is_ward(unit) else None)
        if spot is not None:
            taken.append((*spot, half, _LINE // 2))
            yield Name(*spot, text)


def _spots(half: int) -> list[tuple[int, int]]:
    """Offsets from the middle of a commune at which its name may stand, the nearest first; `half` its width."""
    aside = half + _SYMBOL
    upright = [(0, 0), *((0, sign * far) for far in (26, 36, 46) for sign in (-1, 1))]
    return [
        *upright,
        *((sign * (aside + far), dy) for far in (0, 45, 90, 135) for dy in (0, -24, 24) for sign in (-1, 1)),
    ]


def _lies_in(spot: tuple[int, int], half: int, area: BaseGeometry) -> bool:
    x, y = spot
    return bool(shapely.contains_xy(area, [x - half, x, x + half], [y, y, y]).all())


def _is_free(spot: tuple[int, int], half: int, canvas: Canvas, taken: Iterable[tuple[int, int, int, int]]) -> bool:
    x, y = spot
    is_inside = half <= x <= WIDTH - half and _LINE <= y <= canvas.height - _LINE
    return is_inside and all(abs(x - a) >= half + w or abs(y - b) >= _LINE // 2 + h for a, b, w, h in taken)


def _place(record: Record) -> tuple[float, float]:
    return record.lng or 0.0, record.lat or 0.0


def _importance(unit: Record) -> tuple[bool, float]:
    box = unit.bbox
    extent = 0.0 if box is None else (box.east - box.west) * (box.north - box.south)
    return not _is_ward(unit), -extent


def _is_ward(unit: Record) -> bool:
    return unit.properties.get("kind") == "ward"


def _groups(atlas: Atlas, canvas: Canvas, queries: tuple[Query, ...]) -> list[list[Record]]:
    """The records of the queries by the cells that they lie in; those of the whole map are kept."""
    if queries != tuple(Query(layer) for layer in THEMATIC):
        return _cells(atlas, canvas, queries)
    if atlas not in _WHOLE:
        with budget.unlimited():
            _WHOLE[atlas] = _cells(atlas, canvas, queries)
    return _WHOLE[atlas]


def _cells(atlas: Atlas, canvas: Canvas, queries: tuple[Query, ...]) -> list[list[Record]]:
    cells: dict[tuple[int, int], list[Record]] = {}
    for query in queries:
        for record in atlas.find(query).records:
            if record.lng is not None and record.lat is not None:
                x, y = canvas.at(record.lng, record.lat)
                cells.setdefault((x // _CELL, y // _CELL), []).append(record)
    return list(cells.values())


def _mark(canvas: Canvas, members: Sequence[Record], lang: str, urls: Urls) -> Mark:
    first = members[0]
    x, y = canvas.at(*_place(first))
    names = [record.title_in(lang) for record in members[:_MOST_NAMED]]
    more = f" … (+{len(members) - _MOST_NAMED})" if len(members) > _MOST_NAMED else ""
    is_alone = len(members) == 1 or first.commune is None
    url = urls.record(first.layer, first.id) if is_alone else urls.record("communes", str(first.commune))
    shape = STYLES[first.layer].shape if STYLES[first.layer].shape in SHAPES else "square"
    return Mark(x, y, first.layer, shape, url, "; ".join(names) + more, len(members))

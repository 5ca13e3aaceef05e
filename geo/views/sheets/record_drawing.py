"""Records on paper: areas, lines, and symbols that do not cover each other."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.atlas import Record
from geo.crs import Shapes, to_metric
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import STYLES, icon_of
from geo.views.qgis.base_layers import PX_MM
from geo.views.sheets.label_placement import Name, PlacedName, Spot, spots_around, spots_beside, spots_in
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.overlay import SIGN_MM, RecordId, sign_svg
from geo.views.sheets.record_symbols import dash_mm, ring_mm, size_mm, symbol
from geo.views.sheets.typefaces import printable
from geo.views.sheets.vector_drawing import PER_MM, Pen, area, element, line
from geo.views.values import precision_of

Array: TypeAlias = NDArray[np.float64]

_NEAR = 0.8
"""Records of a layer nearer than this share of its symbol's width have one symbol with their number."""
_AT_FULL_SIZE, _LEAST_SIZE = 80, 0.66
"""Number of records up to which symbols have their full size, and the least factor of it."""
_ROUNDS = 120
_GAP_MM = 0.15
_LEADER_MM = 1.2
"""A symbol that had to be moved further than this has a line to its place."""
_GOLDEN_RAD = 2.399963
_INK = "#1d2b2c"
_NUMBER_POINTS = 6.2
_SIGN_AWAY = 0.42
"""How far right and up of the middle of a symbol its sign is, as a share of its width."""


@dataclass
class RecordSymbol:
    """A symbol for records of one sign that lie close together: their place and where it is drawn, in millimetres."""

    layer: str
    x: float
    y: float
    size: float
    sign: str = ""
    records: list[Record] = field(default_factory=list)
    drawn: tuple[float, float] = (0.0, 0.0)

    @property
    def approximate(self) -> bool:
        """Whether the position of every record is approximate."""
        return all(_is_approximate(record) for record in self.records)

    @property
    def radius(self) -> float:
        """Millimetres from its middle to its edge."""
        return (ring_mm(self.layer) if self.approximate else size_mm(self.layer)) * self.size / 2

    @property
    def sign_at(self) -> tuple[float, float]:
        """Where its sign is drawn: at its upper right."""
        away = size_mm(self.layer) * self.size * _SIGN_AWAY
        return self.drawn[0] + away, self.drawn[1] - away


class RecordDrawing(NamedTuple):
    """SVG of areas and lines, SVG of symbols, their boxes, the names of records, and the numbers on symbols."""

    shapes: tuple[str, ...]
    symbols: tuple[str, ...]
    obstacles: tuple[BaseGeometry, ...]
    names: tuple[Name, ...]
    numbers: tuple[PlacedName, ...]
    has_clusters: bool
    has_approximate: bool


def draw_records(
    records: Mapping[str, Sequence[Record]],
    window: MapWindow,
    lang: str,
    *,
    text: float = 1.0,
    priority: float = 52.0,
    signs: Mapping[RecordId, str] = MappingProxyType({}),
) -> RecordDrawing:
    """The records of each layer in a window, some with a sign of SIGNS.

    Names of a smaller `priority` are placed before others of the map.
    """
    shapes: list[str] = []
    names: list[Name] = []
    symbols: list[RecordSymbol] = []
    signed: list[tuple[str, float, float]] = []
    size = _factor(records)
    for layer, members in records.items():
        placed = [record for record in members if record.wkb is not None]
        if COLLECTIONS[layer].dimension == 0:
            symbols += _clusters(layer, placed, window, size, signs)
        elif placed:
            drawn = _on_paper(placed, window)
            svg, own = _spread(layer, placed, drawn, lang, text, priority)
            shapes += svg
            names += own
            signed += _signs_in(placed, drawn, signs)
    _push_apart(symbols, window)
    ordered = sorted(symbols, key=lambda one: -size_mm(one.layer))
    signed += [(one.sign, *one.sign_at) for one in ordered if one.sign]
    return RecordDrawing(
        tuple(shapes),
        (*(_leader(one) for one in ordered), *(_svg(one) for one in ordered), *(sign_svg(*one) for one in signed)),
        (*(_box(one) for one in symbols), *(_sign_box(x, y) for _, x, y in signed)),
        (*names, *_names(symbols, lang, text, priority)),
        tuple(_number(one) for one in symbols if len(one.records) > 1),
        any(len(one.records) > 1 for one in symbols),
        any(one.approximate for one in symbols),
    )


# --- areas and lines ---------------------------------------------------------------------------------


def _on_paper(records: Sequence[Record], window: MapWindow) -> Shapes:
    """The shapes of records cut at the edges of the map and simplified for its scale, in millimetres."""
    west, south, east, north = window.box
    reach = window.scale * 0.002
    metric = to_metric(np.array([record.geometry for record in records], dtype=object))
    clipped = shapely.clip_by_rect(metric, west - reach, south - reach, east + reach, north + reach)
    return window.drawn(shapely.simplify(clipped, window.tolerance_m))


def _spread(
    layer: str, records: Sequence[Record], drawn: Shapes, lang: str, text: float, priority: float
) -> tuple[list[str], list[Name]]:
    style = STYLES[layer]
    pen = Pen(style.color, max(style.stroke_width * PX_MM, 0.25), dash_mm(layer), style.stroke_opacity)
    if COLLECTIONS[layer].dimension == 2 and style.fill_opacity:
        svg = [area(drawn, style.color, opacity=style.fill_opacity, edge=pen)]
    else:
        svg = [line(drawn, *pen[:2], dash_mm=pen.dash_mm, opacity=pen.opacity)]
    names = [
        _area_name(record, shape, lang, text, priority + 3)
        for record, shape in zip(records, drawn, strict=True)
        if not shape.is_empty
    ]
    return svg, names if style.names else []


def _signs_in(
    records: Sequence[Record], drawn: Shapes, signs: Mapping[RecordId, str]
) -> Iterator[tuple[str, float, float]]:
    """The signs of records that are lines or areas, each in the middle of its shape."""
    for record, shape in zip(records, drawn, strict=True):
        sign = signs.get((record.layer, record.id))
        if sign and not shape.is_empty:
            at = shapely.point_on_surface(shape)
            yield sign, at.x, at.y


def _area_name(record: Record, shape: BaseGeometry, lang: str, text: float, priority: float) -> Name:
    style = STYLES[record.layer]
    at = shapely.point_on_surface(shape)
    return Name(
        printable(record.title_in(lang)), 6.4 * text, style.ink or style.color, priority,
        spots_in(shape, spots_around(at.x, at.y)), italic=True, within=shape if shape.area else None,
    )  # fmt: skip


# --- symbols -----------------------------------------------------------------------------------------


def _is_approximate(record: Record) -> bool:
    precision = precision_of(record)
    return precision is not None and precision.approximate


def _factor(records: Mapping[str, Sequence[Record]]) -> float:
    """The factor of the size of symbols: the more records there are, the smaller."""
    number = sum(len(members) for layer, members in records.items() if COLLECTIONS[layer].dimension == 0)
    return min(1.0, max(_LEAST_SIZE, math.sqrt(_AT_FULL_SIZE / max(number, 1))))


def _clusters(
    layer: str, records: Sequence[Record], window: MapWindow, size: float, signs: Mapping[RecordId, str]
) -> list[RecordSymbol]:
    """The records of a layer in view; those of one sign that lie close together have one symbol, where the first is."""
    places = window.drawn(to_metric(np.array([record.geometry for record in records], dtype=object)))
    symbols: list[RecordSymbol] = []
    for record, place in zip(records, places, strict=True):
        x, y = float(shapely.get_x(shapely.centroid(place))), float(shapely.get_y(shapely.centroid(place)))
        if not (0 <= x <= window.width_mm and 0 <= y <= window.height_mm):
            continue
        sign = signs.get((layer, record.id), "")
        near = (
            one
            for one in symbols
            if one.sign == sign and math.hypot(one.x - x, one.y - y) < _NEAR * size * size_mm(layer)
        )
        own = next(near, None)
        if own is None:
            own = RecordSymbol(layer, x, y, size, sign, drawn=(x, y))
            symbols.append(own)
        own.records.append(record)
    return symbols


def _push_apart(symbols: Sequence[RecordSymbol], window: MapWindow) -> None:
    """Move the symbols of different places and layers so far that none covers another, and all lie in the map."""
    if len(symbols) < 2:
        _keep_inside(symbols, window)
        return
    turns = np.arange(len(symbols)) * _GOLDEN_RAD
    centres = np.array([one.drawn for one in symbols]) + 0.05 * np.column_stack([np.cos(turns), np.sin(turns)])
    radii = np.array([one.radius for one in symbols])
    apart = radii[:, None] + radii + _GAP_MM
    np.fill_diagonal(apart, 0.0)
    for _ in range(_ROUNDS):
        ways = centres[:, None] - centres
        distances = np.hypot(ways[..., 0], ways[..., 1])
        lack = np.maximum(apart - distances, 0.0)
        if not lack.any():
            break
        share = lack / np.where(distances, distances, 1.0) * 0.5
        centres = centres + (ways * share[..., None]).sum(axis=1)
        centres = np.clip(centres, radii[:, None], (window.width_mm, window.height_mm) - radii[:, None])
    for one, (x, y) in zip(symbols, centres.tolist(), strict=True):
        if math.hypot(x - one.x, y - one.y) > 0.1:
            one.drawn = (x, y)
    _keep_inside(symbols, window)


def _keep_inside(symbols: Iterable[RecordSymbol], window: MapWindow) -> None:
    for one in symbols:
        x, y = one.drawn
        one.drawn = (
            min(max(x, one.radius), window.width_mm - one.radius),
            min(max(y, one.radius), window.height_mm - one.radius),
        )


def _svg(one: RecordSymbol) -> str:
    record = one.records[0]
    number = len(one.records)
    icon = icon_of(one.layer, record.symbol)
    return symbol(one.layer, icon, *one.drawn, size=one.size, approximate=one.approximate, blank=number > 1)


def _leader(one: RecordSymbol) -> str:
    """A thin line from the place of a symbol that was moved, with a dot there."""
    x, y = one.drawn
    if math.hypot(x - one.x, y - one.y) < _LEADER_MM:
        return ""
    dot = element("circle", cx=round(one.x * PER_MM), cy=round(one.y * PER_MM), r=32, fill=STYLES[one.layer].color)
    return line([shapely.LineString([(one.x, one.y), (x, y)])], STYLES[one.layer].color, 0.15) + dot


def _box(one: RecordSymbol) -> BaseGeometry:
    x, y = one.drawn
    return shapely.box(x - one.radius, y - one.radius, x + one.radius, y + one.radius)


def _sign_box(x: float, y: float) -> BaseGeometry:
    return shapely.box(x - SIGN_MM / 2, y - SIGN_MM / 2, x + SIGN_MM / 2, y + SIGN_MM / 2)


def _names(symbols: Iterable[RecordSymbol], lang: str, text: float, priority: float) -> Iterator[Name]:
    """The names beside the symbols of single records, certain places first."""
    for number, one in enumerate(symbols):
        if len(one.records) == 1 and STYLES[one.layer].names:
            values: dict[str, Any] = {
                "text": printable(one.records[0].title_in(lang)), "points": 6.2 * text, "color": _INK,
                "priority": priority + one.approximate + number / 100_000,
            }  # fmt: skip
            name = Name(**values, spots=())
            yield Name(**values, spots=spots_beside(*one.drawn, one.radius, name.width, name.height))


def _number(one: RecordSymbol) -> PlacedName:
    """The number of records on their common symbol."""
    points = _NUMBER_POINTS * one.size * (0.8 if len(one.records) > 99 else 1.0)
    top = 0.5 if STYLES[one.layer].shape == "triangle" else 0.0
    spot = Spot(one.drawn[0], one.drawn[1] + top)
    return PlacedName(Name(str(len(one.records)), points, "#ffffff", 0, (spot,), bold=True, halo=False), spot)

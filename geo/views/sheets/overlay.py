"""What a map shows beside its records: signs at them, lines and rings between them, hatched units; and their legend."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Shapes
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.vector_drawing import line, placed_path

RecordId = tuple[str, str]
"""A layer and the key of a record in it."""

SIGN_MM = 3.0
_SIGN_BOX = 16
_WHITE = "#ffffff"
_HATCH_MM, _HATCH_WIDTH_MM = 1.5, 0.2
_BEYOND_MM = 2.0


class Sign(NamedTuple):
    """A sign at the edge of a symbol: its ground, and the strokes in it; a `hollow` one is white with coloured strokes.

    The grounds and strokes differ, so that signs are told apart without colour.
    """

    color: str
    ground: str
    strokes: str
    hollow: bool = False


_DISC = "M8 .8a7.200 7.200 0 1 1 0 14.400a7.200 7.200 0 1 1 0-14.400z"
SIGNS: dict[str, Sign] = {
    "yes": Sign("#1b6e3c", _DISC, "M4.500 8.300 7 10.900 11.600 5.600"),
    "maybe": Sign(
        "#7a4f00", _DISC, "M5.700 6.200a2.300 2.300 0 1 1 3.600 1.900C8.400 8.700 8 9.100 8 10M8 12.100v.3",
        hollow=True,
    ),
    "no": Sign("#b3261e", "M8 0 16 8 8 16 0 8z", "M5.800 5.800 10.200 10.200M10.200 5.800 5.800 10.200"),
}  # fmt: skip
"""Key -> sign: it holds, it may hold, it does not hold."""


class Stroke(NamedTuple):
    """Lines of one meaning in METRIC_CRS, with their words in the legend; a dashed one is for what is possible only."""

    words: str
    shapes: Sequence[BaseGeometry]
    color: str
    width_mm: float
    dash_mm: tuple[float, ...] = ()


class Hatching(NamedTuple):
    """Areas of one meaning in METRIC_CRS, with their words in the legend; hatched in one direction, or in both."""

    words: str
    shapes: Sequence[BaseGeometry]
    color: str
    crossed: bool


@dataclass(frozen=True)
class Overlay:
    """What a map shows beside its records: `signs` at some of them, by key of SIGNS, with their words, and the rest."""

    title: str = ""
    signs: Mapping[RecordId, str] = field(default_factory=dict)
    sign_words: Mapping[str, str] = field(default_factory=dict)
    strokes: tuple[Stroke, ...] = ()
    hatchings: tuple[Hatching, ...] = ()


def sign_svg(key: str, x: float, y: float) -> str:
    """SVG of a sign around a position in millimetres."""
    sign = SIGNS[key]
    fill, ink = (_WHITE, sign.color) if sign.hollow else (sign.color, _WHITE)
    edge = {"stroke": sign.color, "stroke_width": 1.4} if sign.hollow else {"stroke": _WHITE, "stroke_width": 1.2}
    ground = placed_path(sign.ground, x, y, SIGN_MM, _SIGN_BOX, fill=fill, paint_order="stroke", **edge)
    return ground + placed_path(
        sign.strokes, x, y, SIGN_MM, _SIGN_BOX, fill="none", stroke=ink, stroke_width=2.1, stroke_linecap="round",
        stroke_linejoin="round",
    )  # fmt: skip


def draw_strokes(overlay: Overlay, window: MapWindow) -> Iterator[str]:
    """SVG of the hatched areas and of the lines, those that are possible only below the others."""
    for hatching in overlay.hatchings:
        yield hatching_svg(_clipped(hatching.shapes, window), crossed=hatching.crossed, color=hatching.color)
    for stroke in sorted(overlay.strokes, key=lambda one: not one.dash_mm):
        shapes = _clipped(stroke.shapes, window)
        yield line(shapes, _WHITE, stroke.width_mm + 0.3, opacity=0.55)
        yield line(shapes, stroke.color, stroke.width_mm, dash_mm=stroke.dash_mm)


def hatching_svg(areas: Shapes, *, crossed: bool, color: str) -> str:
    """SVG of parallel lines in areas given in millimetres, and of their outlines."""
    whole = shapely.union_all(areas)
    if whole.is_empty:
        return ""
    turns = (45.0, -45.0) if crossed else (45.0,)
    lines = shapely.intersection(np.concatenate([_parallels(whole, turn) for turn in turns]), whole)
    return line(lines, color, _HATCH_WIDTH_MM, opacity=0.6) + line([whole.boundary], color, 0.5)


def _parallels(area: BaseGeometry, turn_deg: float) -> Shapes:
    """Parallel lines across the box of an area, _HATCH_MM apart at fixed places of the map."""
    west, north, east, south = area.bounds
    reach = math.hypot(east - west, south - north)
    along = np.array([math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))])
    across = np.array([-along[1], along[0]])
    middle = np.array([(west + east) / 2, (north + south) / 2])
    offset = float(middle @ across)
    steps = np.arange(math.floor((offset - reach) / _HATCH_MM), math.ceil((offset + reach) / _HATCH_MM) + 1) * _HATCH_MM
    feet = across * steps[:, None] + along * float(middle @ along)
    ends = np.stack([feet - along * reach, feet + along * reach], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _clipped(shapes: Sequence[BaseGeometry], window: MapWindow) -> Shapes:
    """Geometries in METRIC_CRS as millimetres on the map, simplified for its scale and cut at its edges."""
    reach = _BEYOND_MM / 1000 * window.scale
    west, south, east, north = window.box
    light = shapely.simplify(np.asarray(shapes, dtype=object), window.tolerance_m)
    return window.drawn(shapely.clip_by_rect(light, west - reach, south - reach, east + reach, north + reach))

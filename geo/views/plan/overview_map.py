"""The small map of the overview: the communes and the programme's places as static SVG, without JavaScript."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from geo.atlas import Atlas, Query
from geo.ocop.layers import LAYERS
from geo.schema import Label
from geo.views.map.locator import WIDTH, Frame, frame_of, outlines
from geo.views.values import precision_of

AREAS, POINTS = ("zones",), ("sites", "villages", "producers", "products")
"""The layers that are drawn, from below: those of areas, and those of points."""
_RADIUS, _GROWTH = 2.6, 1.3
"""Radius of a dot, and how much it grows with the square root of further records at the same place."""


class Dot(NamedTuple):
    """The records of a layer at one place: whether it is known exactly, and a radius for how many they are."""

    layer: str
    x: float
    y: float
    radius: float
    approximate: bool


class LegendRow(NamedTuple):
    """A layer of the map: how many records are drawn, and how many have no place."""

    layer: str
    label: Label
    drawn: int
    unplaced: int


class OverviewMap(NamedTuple):
    """The drawing: path data of outlines and areas, dots, and the legend."""

    width: float
    height: float
    province: str
    communes: str
    areas: tuple[tuple[str, str], ...]
    dots: tuple[Dot, ...]
    legend: tuple[LegendRow, ...]


def overview_map(atlas: Atlas) -> OverviewMap | None:
    """The map of a version; None where the province has no outline."""
    frame = frame_of(atlas.bounds())
    if frame is None:
        return None
    areas = tuple((layer, outlines(atlas, layer, frame)) for layer in AREAS)
    dots = tuple(dot for layer in POINTS for dot in _dots(atlas, layer, frame))
    legend = tuple(_legend_row(atlas, layer) for layer in (*POINTS[::-1], *AREAS))
    province, communes = (outlines(atlas, layer, frame) for layer in ("province", "communes"))
    return OverviewMap(WIDTH, frame.height, province, communes, areas, dots, legend)


def _dots(atlas: Atlas, layer: str, frame: Frame) -> Iterator[Dot]:
    places: Counter[tuple[float, float, bool]] = Counter()
    for record in atlas.find(Query(layer, place="placed")).records:
        precision = precision_of(record)
        if record.lng is not None and record.lat is not None:
            x, y = frame.xy(record.lng, record.lat)
            places[x, y, precision is None or precision.approximate] += 1
    for (x, y, is_approximate), number in places.items():
        yield Dot(layer, x, y, round(_RADIUS + _GROWTH * math.sqrt(number - 1), 1), is_approximate)


def _legend_row(atlas: Atlas, layer: str) -> LegendRow:
    placed, unplaced = (atlas.count(Query(layer, place=place)) for place in ("placed", "unplaced"))
    return LegendRow(layer, LAYERS[layer].label, placed, unplaced)

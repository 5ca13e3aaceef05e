"""The small map of the overview: the communes and the programme's places as static SVG, without JavaScript."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely

from geo.atlas import Atlas
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.plan.records import Records
from geo.plan.selections import Mask, Numbers
from geo.schema import Label
from geo.views.map.locator import WIDTH, Frame, frame_of, outlines, path_data

AREAS, POINTS = ("zones",), ("sites", "villages", "producers", "products")
"""The layers that are drawn, from below: those of areas, and those of points."""
_RADIUS, _GROWTH, _WIDEST = 2.6, 1.3, 4.0
"""Radius of a dot, how much it grows with the square root of further records at the same place, and to which root."""
_MOST = 1_000
"""Dots of a layer, or its outlines, that are drawn one by one."""
_FINEST, _SMALL = 1.0, 2.0
"""Width of the cells that dots are joined in at first, and below which an area is drawn as a cell, in SVG units."""
_APPROXIMATE = {precision.key for precision in PRECISIONS if precision.approximate}


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


def overview_map(records: Records, atlas: Atlas) -> OverviewMap | None:
    """The map of a version; None where the province has no outline."""
    frame = frame_of(atlas.bounds())
    if frame is None:
        return None
    areas = tuple((layer, _areas(records, layer, frame)) for layer in AREAS)
    dots = tuple(dot for layer in POINTS for dot in _dots(records, layer, frame))
    legend = tuple(_legend_row(records, layer) for layer in (*POINTS[::-1], *AREAS))
    province, communes = (outlines(atlas, layer, frame) for layer in ("province", "communes"))
    return OverviewMap(WIDTH, frame.height, province, communes, areas, dots, legend)


def _areas(records: Records, layer: str, frame: Frame) -> str:
    """The areas of a layer as path data; of more than _MOST the small ones as the cells of a grid that they lie in."""
    shapes = records.frames[layer].geometry.to_numpy()[records.shape_rows(layer)]
    if len(shapes) <= _MOST:
        return "".join(path_data(shape, frame) for shape in shapes)
    west, south, east, north = shapely.bounds(shapes).T
    is_small = np.maximum((east - west) * frame.squeeze, north - south) * frame.scale < _SMALL
    x, y = frame.positions((west + east)[is_small] / 2, (south + north)[is_small] / 2)
    return _cells_path(x, y) + "".join(path_data(shape, frame) for shape in shapes[~is_small][:_MOST])


def _cells_path(x: Numbers, y: Numbers) -> str:
    """The cells of a grid in which there are positions, cells beside each other in one piece."""
    cells = np.unique(np.column_stack([np.floor(y / _SMALL), np.floor(x / _SMALL)]).astype(int), axis=0)
    begins = np.flatnonzero(
        np.concatenate([[True], (np.diff(cells[:, 0]) != 0) | (np.diff(cells[:, 1]) != 1)])[: len(cells)]
    )
    sizes = np.diff(np.append(begins, len(cells)))
    return "".join(
        f"M{column * _SMALL:g} {row * _SMALL:g}h{size * _SMALL:g}v{_SMALL:g}h{-size * _SMALL:g}Z"
        for (row, column), size in zip(cells[begins].tolist(), sizes.tolist(), strict=True)
    )


def _dots(records: Records, layer: str, frame: Frame) -> Iterator[Dot]:
    """The places of a layer, those of one position in one dot; of more than _MOST those of a cell of a grid."""
    rows = records.shape_rows(layer)
    points = records.frames[layer].geometry.to_numpy()[rows]
    x, y = frame.positions(shapely.get_x(points), shapely.get_y(points))
    is_approximate = records.distinct(layer, "precision").where(lambda key: key in _APPROXIMATE)[rows]
    places, cell = _counted(x, y, is_approximate, 0.0), _FINEST
    while len(places) > _MOST:
        places, cell = _counted(x, y, is_approximate, cell), 2 * cell
    for (left, top, approximate), number in places.items():
        yield Dot(layer, left, top, round(_RADIUS + _GROWTH * min(math.sqrt(number - 1), _WIDEST), 1), approximate)


def _counted(x: Numbers, y: Numbers, is_approximate: Mask, cell: float) -> Counter[tuple[float, float, bool]]:
    """How many places there are at each position, or around the middle of each cell of some width."""
    if cell:
        x, y = ((np.floor(one / cell) + 0.5) * cell for one in (x, y))
    return Counter(zip(x.round(1).tolist(), y.round(1).tolist(), is_approximate.tolist(), strict=True))


def _legend_row(records: Records, layer: str) -> LegendRow:
    placed = len(records.shape_rows(layer))
    return LegendRow(layer, LAYERS[layer].label, placed, records.count(layer) - placed)

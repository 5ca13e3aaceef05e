"""The part of the earth that a map on paper shows: its centre in METRIC_CRS, its scale, and its size in millimetres."""

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.basemap.style import Steps
from geo.crs import METRIC_CRS, STORE_CRS, LngLatBbox, Shapes, to_degrees, transformer
from geo.views.qgis.base_layers import PX_MM, SCALE_AT_ZOOM_0

Points: TypeAlias = NDArray[np.float64]

_NICE = (1.0, 1.2, 1.4, 1.5, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
"""First digits of the scales of maps."""
LEAST_SCALE = 2_500
_SCREEN_PX_MM = 0.28
"""Millimetres of the pixels that SCALE_AT_ZOOM_0 is defined for (OGC Web Map Tile Service)."""
_MARGIN = 1.03
_TOLERANCE_MM = 0.15
"""How far simplification may move a line on paper: less than half the width of a pen."""


class MetricBox(NamedTuple):
    """A box in METRIC_CRS: easting and northing in metres."""

    west: float
    south: float
    east: float
    north: float


class MapWindow(NamedTuple):
    """A map on paper: its centre (easting, northing in metres), its scale denominator, its size in millimetres."""

    x: float
    y: float
    scale: float
    width_mm: float
    height_mm: float

    @property
    def box(self) -> MetricBox:
        """The area that the map shows."""
        across, along = self.width_mm / 2000 * self.scale, self.height_mm / 2000 * self.scale
        return MetricBox(self.x - across, self.y - along, self.x + across, self.y + along)

    @property
    def zoom(self) -> float:
        """The zoom of the style table of the base map at which a pixel of PX_MM shows as much ground as the map."""
        return math.log2(SCALE_AT_ZOOM_0 / self.scale * _SCREEN_PX_MM / PX_MM)

    @property
    def tolerance_m(self) -> float:
        """Metres that a line may be moved by when it is simplified."""
        return _TOLERANCE_MM / 1000 * self.scale

    def steps(self, steps: Steps) -> float:
        """The value of steps of the style table at the zoom of the map."""
        return float(np.interp(self.zoom, [zoom for zoom, _ in steps], [value for _, value in steps]))

    def on_paper(self, points: Points) -> Points:
        """Positions in METRIC_CRS as millimetres from the upper left corner of the map, x to the right, y downwards."""
        box = self.box
        return np.column_stack([points[:, 0] - box.west, box.north - points[:, 1]]) * (1000 / self.scale)

    def drawn(self, shapes: Shapes | Sequence[BaseGeometry]) -> Shapes:
        """Geometries in METRIC_CRS as millimetres on the map, not clipped."""
        drawn: Shapes = shapely.transform(np.asarray(shapes, dtype=object), self.on_paper)
        return drawn

    def degrees(self) -> LngLatBbox:
        """The box in STORE_CRS around the area."""
        edge = shapely.segmentize(shapely.box(*self.box), (self.box.east - self.box.west) / 16)
        return LngLatBbox(*shapely.bounds(to_degrees([edge])[0]).tolist())


def window_around(box: MetricBox, width_mm: float, height_mm: float, *, least_scale: int = LEAST_SCALE) -> MapWindow:
    """The map of a size that shows `box` with a margin, at the largest scale with a round denominator."""
    needed = _MARGIN * max((box.east - box.west) / width_mm, (box.north - box.south) / height_mm) * 1000
    scale = round_scale(max(needed, least_scale))
    return MapWindow((box.west + box.east) / 2, (box.south + box.north) / 2, scale, width_mm, height_mm)


def round_scale(least: float) -> float:
    """The smallest scale denominator of a few digits that is at least `least`.

    >>> round_scale(412_000), round_scale(25_000), round_scale(61_000)
    (450000.0, 25000.0, 70000.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return next(digit * power for digit in _NICE if digit * power >= least * (1 - 1e-9))


def metric_box(shape: BaseGeometry) -> MetricBox:
    """The box around a geometry in METRIC_CRS."""
    return MetricBox(*shape.bounds)


def metric_box_of(bounds: LngLatBbox) -> MetricBox:
    """The box in METRIC_CRS around a box in degrees."""
    edge = shapely.segmentize(shapely.box(*bounds), 0.05)
    points = shapely.get_coordinates(edge)
    east, north = transformer(STORE_CRS, METRIC_CRS).transform(points[:, 0], points[:, 1])
    return MetricBox(float(min(east)), float(min(north)), float(max(east)), float(max(north)))

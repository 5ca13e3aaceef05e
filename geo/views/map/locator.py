"""The locator map: a record's position in the province as static SVG, outlines as path data."""

from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.atlas import Atlas, Query, Record
from geo.atlas.memo import once_per_atlas
from geo.crs import LngLatBbox
from geo.ocop.collections import COLLECTIONS
from geo.views.map.projection import Projection, projection_of
from geo.views.values import precision_of

WIDTH = 320.0
"""Width of the drawing in SVG units; the height follows from the province's extent."""

Numbers: TypeAlias = NDArray[np.float64]

_SIMPLIFY_DEG = 0.004
_MARGIN = 6.0


class Frame(Projection):
    """The projection of the drawing, within a margin."""

    @property
    def height(self) -> float:
        """The height of the drawing."""
        return round(self.depth + 2 * _MARGIN, 1)

    def xy(self, lng: float, lat: float) -> tuple[float, float]:
        """A position in the drawing, x to the right and y downwards."""
        return round(self.x(lng) + _MARGIN, 1), round(self.y(lat) + _MARGIN, 1)

    def positions(self, lng: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
        """The same of many positions, not rounded."""
        return self.x(lng) + _MARGIN, self.y(lat) + _MARGIN


class Locator(NamedTuple):
    """A drawing of the province: path data, and the record as a path or as a point with its radius."""

    width: float
    height: float
    province: str
    districts: str
    shape: str
    point: tuple[float, float] | None
    radius: float


def locator(atlas: Atlas, record: Record) -> Locator | None:
    """The locator map of a record; None when the record has no geometry or the province no outline."""
    frame = frame_of(atlas.bounds())
    if frame is None or record.lng is None or record.lat is None:
        return None
    geometry = record.geometry
    kind = "Point" if geometry is None else geometry.geom_type
    is_area = COLLECTIONS[record.layer].dimension == 2  # a line is short at this scale, so its middle is marked too
    precision = precision_of(record)
    radius_m = precision.uncertainty_m if precision and precision.approximate and kind == "Point" else 0.0
    return Locator(
        WIDTH,
        frame.height,
        outlines(atlas, "province", frame),
        outlines(atlas, "districts", frame),
        path_data(geometry, frame) if kind != "Point" and record.layer != "province" else "",
        None if is_area else frame.xy(record.lng, record.lat),
        round(radius_m * frame.units_per_m, 1),
    )


def frame_of(bounds: LngLatBbox | None) -> Frame | None:
    """The projection in which a box of degrees fills the drawing; None without a box that has a width."""
    projection = projection_of(bounds, WIDTH - 2 * _MARGIN)
    return None if projection is None else Frame(*projection)


@once_per_atlas
def outlines(atlas: Atlas, layer: str, frame: Frame) -> str:
    """The outlines of a layer of polygons as path data."""
    shapes = [record.geometry for record in atlas.find(Query(layer)).records]
    return "".join(path_data(shape, frame) for shape in shapes)


def path_data(shape: BaseGeometry | None, frame: Frame) -> str:
    """SVG path data of simplified polygon rings or lines; "" for an empty shape."""
    if shape is None or shape.is_empty:
        return ""
    if shape.geom_type in {"LineString", "MultiLineString"}:
        return "".join(_line_path(line, frame) for line in shapely.get_parts(shape))
    light = shapely.simplify(shape, _SIMPLIFY_DEG)
    rings = shapely.get_rings(shapely.get_parts(shape if light.is_empty else light))
    return "".join(f"{_line_path(ring, frame)}Z" for ring in rings)


def _line_path(line: BaseGeometry, frame: Frame) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in (frame.xy(*point) for point in shapely.get_coordinates(line)))

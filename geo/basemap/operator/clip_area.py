"""The area that a ground covers: the province and a margin around it, measured in metres."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely import MultiLineString, MultiPoint, MultiPolygon
from shapely.geometry.base import BaseGeometry

from geo.crs import LngLatBbox, Shapes, to_degrees, to_metric
from geo.errors import BadSource

MARGIN_M = 20_000.0
"""How far a ground reaches beyond the province."""
MARGIN_KM = round(MARGIN_M / 1_000)

_EDGE_DEG = 0.02
"""Longest edge of the outline, in degrees, before it is projected: a longer one is a curve in metres."""
_LAYER = "province"
_MULTI: tuple[Callable[[list[Any]], BaseGeometry], ...] = (MultiPoint, MultiLineString, MultiPolygon)


@dataclass(frozen=True)
class ClipArea:
    """The province and its margin: `province_m` and `area_m` in METRIC_CRS, `box` around the area in STORE_CRS."""

    province_m: BaseGeometry
    area_m: BaseGeometry
    box: LngLatBbox

    def is_near(self, shapes: Shapes) -> NDArray[np.bool_]:
        """Which shapes (STORE_CRS) have a box that meets the box of the area; False for a missing one."""
        west, south, east, north = shapely.bounds(shapes).T
        box = self.box
        meets: NDArray[np.bool_] = (west <= box.east) & (east >= box.west) & (south <= box.north) & (north >= box.south)
        return meets

    def clip(self, shapes: Shapes) -> Shapes:
        """The parts of shapes (STORE_CRS) inside the area, of the same dimension; None where nothing is inside.

        A shape that lies inside as a whole stays as it is.
        """
        shapely.prepare(self.area_m)
        shapes_m = to_metric(shapes)
        whole = shapely.contains_properly(self.area_m, shapes_m)
        crossing = shapely.intersects(self.area_m, shapes_m) & ~whole
        clipped: Shapes = shapes.copy()
        clipped[~whole] = None
        pieces = shapely.intersection(shapes_m[crossing], self.area_m)
        clipped[crossing] = to_degrees(_same_dimension(pieces, shapes_m[crossing]))
        return clipped

    def is_beyond(self, shapes: Shapes) -> NDArray[np.bool_]:
        """Which shapes (STORE_CRS) have their middle outside the province."""
        shapely.prepare(self.province_m)
        beyond: NDArray[np.bool_] = ~shapely.intersects(self.province_m, shapely.centroid(to_metric(shapes)))
        return beyond


def read_clip_area(seed_dir: Path) -> ClipArea:
    """The area of the province whose outline lies in the seed folder; BadSource when there is none."""
    path = seed_dir / _LAYER / f"{_LAYER}.shp"
    if not path.is_file():
        raise BadSource(
            f"There is no outline of the province: expected {path}. Set GEO_SEED_DIR to the folder of the layers.",
            f"Không có ranh giới tỉnh: cần tệp {path}. Hãy đặt GEO_SEED_DIR là thư mục chứa các lớp.",
        )
    return clip_area_around(np.asarray(pyogrio.read_dataframe(path).to_crs("OGC:CRS84").geometry, dtype=object))


def clip_area_around(outlines: Shapes) -> ClipArea:
    """The area around a province whose outlines are polygons in STORE_CRS."""
    province = shapely.union_all(to_metric(shapely.segmentize(outlines, _EDGE_DEG)))
    area = shapely.buffer(province, MARGIN_M)
    around = to_degrees([shapely.segmentize(shapely.box(*area.bounds), MARGIN_M)])[0]
    return ClipArea(province, area, LngLatBbox(*around.bounds))


def _same_dimension(parts: Shapes, wholes: Shapes) -> Shapes:
    """Clipped shapes without pieces of a lower dimension, where an edge only touches the area; None without any."""
    pieces, owners = shapely.get_parts(parts, return_index=True)
    is_same = shapely.get_dimensions(pieces) == shapely.get_dimensions(wholes)[owners]
    same: Shapes = np.full(len(parts), None, dtype=object)
    for owner in np.unique(owners[is_same]).tolist():
        own = pieces[is_same & (owners == owner)]
        same[owner] = own[0] if len(own) == 1 else _together(own)
    return same


def _together(pieces: Shapes) -> BaseGeometry:
    """Several pieces of one dimension as one geometry."""
    kind = _MULTI[int(shapely.get_dimensions(pieces[0]))]
    return kind(list(pieces))

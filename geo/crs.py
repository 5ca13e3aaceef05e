"""The storage CRS and the metric CRS, transformations between them, boxes, and geodesic distances."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Self, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

Shapes: TypeAlias = NDArray[np.object_]
"""Shapely geometries; None for a record without one."""

STORE_CRS = "OGC:CRS84"
"""The CRS of every stored geometry: WGS 84, longitude before latitude, in degrees."""

METRIC_CRS = "EPSG:9205"
"""VN-2000 / TM-3 103-00, metres, easting then northing: the projected system of Điện Biên."""

VN2000_TO_WGS84 = "EPSG:6960"
"""Viet Nam's official seven-parameter transformation (coordinate frame rotation), stated accuracy 1 m."""

GEOD = Geod(ellps="WGS84")


class LngLatBbox(NamedTuple):
    """A box in STORE_CRS degrees. `west > east` means that it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def parts(self) -> tuple[Self, ...]:
        """The box as one or two boxes that do not cross the antimeridian."""
        if self.west <= self.east:
            return (self,)
        cls = type(self)
        return (
            cls(self.west, self.south, 180.0, self.north),
            cls(-180.0, self.south, self.east, self.north),
        )


@lru_cache(maxsize=32)
def transformer(source: str, target: str) -> Transformer:
    """A cached transformer; both sides are x (east) before y (north), whatever axis order the authority defines."""
    return Transformer.from_crs(CRS.from_user_input(source), CRS.from_user_input(target), always_xy=True)


def to_metric(geometries: Sequence[BaseGeometry | None] | Shapes) -> Shapes:
    """`geometries` from STORE_CRS to METRIC_CRS, in order; None and empty ones stay as they are.

    Coordinates that the projection cannot hold become infinite.

    >>> east, north = to_metric([shapely.Point(103.0, 21.0), None])[0].coords[0]
    >>> round(east), round(north)
    (499804, 2322950)
    """
    return _transform(geometries, transformer(STORE_CRS, METRIC_CRS))


def to_degrees(geometries: Sequence[BaseGeometry | None] | Shapes) -> Shapes:
    """`geometries` from METRIC_CRS back to STORE_CRS, in order; None and empty ones stay as they are."""
    return _transform(geometries, transformer(METRIC_CRS, STORE_CRS))


def _transform(geometries: Sequence[BaseGeometry | None] | Shapes, to: Transformer) -> Shapes:
    shapes = np.asarray(geometries, dtype=object)
    projected: Shapes = shapely.transform(shapes, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))
    return projected


def geodesic_distance_m(lng1: float, lat1: float, lng2: float, lat2: float) -> float:
    """Metres between two points along the WGS 84 ellipsoid (Karney 2013, through pyproj).

    >>> round(geodesic_distance_m(103.0, 21.0, 103.0, 22.0))
    110724
    """
    return float(GEOD.inv(lng1, lat1, lng2, lat2)[2])

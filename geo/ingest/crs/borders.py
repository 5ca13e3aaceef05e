"""How far data lie from borders that are known, and whether that tells two readings apart."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, STRtree
from shapely.geometry.base import BaseGeometry

from geo.vn2000.systems import HOME, Reading

Floats: TypeAlias = NDArray[np.float64]

FIT_M = 100.0
"""Largest median distance, in metres, at which data count as drawn along the known borders."""

ENOUGH = 30
"""Fewest points whose distances are compared with the borders: with fewer a fit may be chance."""

FINEST_M = 2.0
"""Readings closer together than this, in metres, are not told apart: the transformation is no more accurate."""

EDGE_DEG = 0.01
"""Longest edge of an outline, in degrees, before it is projected: a longer one is cut in pieces."""

PIECE = 64
"""Corners of a piece of border: the boxes in the STRtree stay small, so that few pieces are measured for a point."""


class Borders:
    """The outlines of known units in METRIC_CRS (easting, northing in metres); `units` are polygons in STORE_CRS."""

    def __init__(self, units: Sequence[BaseGeometry]) -> None:
        home = Reading(HOME)
        # An edge that is straight in degrees is bent in metres: 6 m in 40 km, nothing in one.
        outlines = shapely.segmentize(shapely.boundary(np.array(units, dtype=object)), EDGE_DEG)
        outlines = shapely.transform(outlines, lambda xy: np.column_stack(home.from_lnglat(*xy.T)))
        self._tree = STRtree(_pieces(shapely.get_parts(outlines)))

    def residual_m(self, places_m: Floats) -> float:
        """The median distance in metres from the points to the nearest outline.

        `places_m` (n, 2) holds easting, northing in METRIC_CRS, NaN for a point without a place; inf when fewer than
        ENOUGH points have one.
        """
        places = places_m[np.isfinite(places_m).all(axis=1)]
        if len(places) < ENOUGH:
            return float("inf")
        _, distances = self._tree.query_nearest(shapely.points(places), return_distance=True, all_matches=False)
        return float(np.median(distances))


def _pieces(lines: NDArray[np.object_]) -> list[BaseGeometry]:
    pieces: list[BaseGeometry] = []
    for line in lines:
        corners = shapely.get_coordinates(line)
        starts = range(0, max(1, len(corners) - 1), PIECE)
        parts = (corners[start : start + PIECE + 1] for start in starts)
        pieces.extend(LineString(part) for part in parts if len(part) > 1)
    return pieces


def fitting(residuals_m: Mapping[Reading, float], places_m: Mapping[Reading, Floats]) -> Reading | None:
    """The reading under which the data follow the borders clearly better than under the others; None without one.

    `residuals_m` is the median distance to the borders in metres under each reading, `places_m` (n, 2) the points
    under each, easting, northing in METRIC_CRS. Clearly better: at most FIT_M away, at most half as far as under the
    other, and nearer by a quarter of the distance between the two. Readings that differ by less than the accuracy of
    the borders are not told apart: the one without a mistake, of the system most in use, is returned.
    """
    ranked = sorted(residuals_m, key=lambda reading: residuals_m[reading])
    if not ranked or residuals_m[ranked[0]] > FIT_M:
        return None
    best = ranked[0]
    alike = [best]
    for other in (reading for reading in ranked[1:] if np.isfinite(residuals_m[reading])):
        apart = float(np.nanmedian(np.hypot(*(places_m[best] - places_m[other]).T)))
        gain = residuals_m[other] - residuals_m[best]
        if residuals_m[other] < 2 * residuals_m[best] or gain < apart / 4:
            if apart > max(FINEST_M, residuals_m[best]):
                return None
            alike.append(other)
    return min(alike, key=lambda reading: (bool(reading.slip), reading.system.standing))

"""The storage CRS and the metric CRS, transformations between them, boxes, and geodesic distances."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Proj, Transformer
from shapely.geometry.base import BaseGeometry

Shapes: TypeAlias = NDArray[np.object_]
"""Shapely geometries; None for a record without one."""
Numbers: TypeAlias = NDArray[np.float64]

STORE_CRS = "OGC:CRS84"
"""The CRS of every stored geometry: WGS 84, longitude before latitude, in degrees."""

METRIC_CRS = "EPSG:9205"
"""VN-2000 / TM-3 103-00, metres, easting then northing: the projected system of Điện Biên."""

VN2000_TO_WGS84 = "EPSG:6960"
"""Viet Nam's official seven-parameter transformation (coordinate frame rotation), stated accuracy 1 m."""

GEOD = Geod(ellps="WGS84")

HALF_WORLD_M = math.pi * 6_378_137
"""Half the side of the square of EPSG:3857, in metres."""
_STEEPEST = 89.9  # degrees; the poles are at infinity, and no map of EPSG:3857 reaches beyond 85.06°

Points: TypeAlias = NDArray[np.float64]
Convert: TypeAlias = Callable[[Points], Points]
ToLngLat: TypeAlias = Callable[[Any, Any], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""(x, y) of many positions -> their longitudes and latitudes; infinite where there is none."""

CHORD_M = 0.0002
"""Metres that a straight edge of another system may deviate in degrees: less than the rounding of coordinates."""
_MOST_PARTS = 4_096
_TINY = 1e-12
_SHORT_M = 5_000.0
"""An edge whose geodesic is, for areas, described well enough by its ends and the curvature at its middle."""
_DEGREE_M = 111_320.0
"""Metres of a degree at the equator, the most that a degree measures in either direction."""


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


def mercator_shares(lng: Any, lat: Any) -> Points:
    """Positions in STORE_CRS as shares of the square of EPSG:3857: x to the east and y to the south, from its corner.

    >>> mercator_shares([0.0, 180.0], [0.0, 0.0]).tolist()
    [[0.5, 0.5], [1.0, 0.5]]
    """
    east, north = transformer(STORE_CRS, "EPSG:3857").transform(lng, np.clip(lat, -_STEEPEST, _STEEPEST))
    x, y = np.asarray(east) + HALF_WORLD_M, HALF_WORLD_M - np.asarray(north)
    shares: Points = np.column_stack([x, y]) / (2 * HALF_WORLD_M)
    return shares


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


def in_degrees(geometry: BaseGeometry, to_lnglat: ToLngLat) -> BaseGeometry:
    """A geometry of another system in STORE_CRS; `to_lnglat` converts its positions.

    An edge that is straight in its own system is a curve in degrees. All edges are divided, into at most _MOST_PARTS
    parts each, so that every part stays within CHORD_M of its curve.
    """

    def convert(points: Points) -> Points:
        return np.column_stack(to_lnglat(points[:, 0], points[:, 1]))

    starts, ends = _edges(geometry)
    lengths = np.hypot(*(ends - starts).T)
    if lengths.any():
        deviations = [_deviations_m(convert, starts, ends, share) for share in (0.25, 0.5, 0.75)]
        # The distance between a curve and its chord shrinks with the square of the number of chords.
        parts = np.clip(np.ceil(np.sqrt(np.max(deviations, axis=0) / CHORD_M)), 1, _MOST_PARTS)
        geometry = shapely.segmentize(
            geometry, float(np.min(lengths / parts, where=lengths > 0, initial=lengths.max()))
        )
    shape: BaseGeometry = shapely.transform(geometry, convert)
    return shape


def _deviations_m(convert: Convert, starts: Points, ends: Points, share: float) -> Points:
    """The distance in metres of the point at a share of each edge from the chord between its converted ends.

    Zero where a position has no longitude and latitude.
    """
    with np.errstate(invalid="ignore"):
        begins = convert(starts)
        chords, points = convert(ends) - begins, convert(starts + share * (ends - starts)) - begins
        across = np.abs(points[:, 0] * chords[:, 1] - points[:, 1] * chords[:, 0])
        distances: Points = across / np.maximum(np.hypot(*chords.T), _TINY) * _DEGREE_M
    return np.where(np.isfinite(distances), distances, 0.0)


def _edges(geometry: BaseGeometry) -> tuple[Points, Points]:
    """The first and the last point of every edge of the lines and rings of a geometry."""
    parts = shapely.get_parts(shapely.get_parts([geometry]))  # a collection may hold geometries of several parts
    dimensions = shapely.get_dimensions(parts)
    lines = [*shapely.get_rings(parts[dimensions == 2]), *parts[dimensions == 1]]
    points, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    return points[:-1][joined], points[1:][joined]


@lru_cache(maxsize=8)
def widened(outline: BaseGeometry, margin_m: float) -> BaseGeometry:
    """What lies in `outline`, in a system of metres, or within `margin_m` metres of it; prepared for predicates.

    The last ones are kept: an import asks again and again about one province of many vertices.
    """
    wide: BaseGeometry = shapely.buffer(outline, margin_m)
    shapely.prepare(wide)
    return wide


def geodesic_distance_m(lng1: float, lat1: float, lng2: float, lat2: float) -> float:
    """Metres between two points along the WGS 84 ellipsoid (Karney 2013, through pyproj).

    >>> round(geodesic_distance_m(103.0, 21.0, 103.0, 22.0))
    110724
    """
    return float(GEOD.inv(lng1, lat1, lng2, lat2)[2])


def metric_scales(lng: Numbers, lat: Numbers) -> Numbers:
    """The largest scale of METRIC_CRS at each place: how many of its metres a metre is drawn as.

    Infinite for coordinates that the projection cannot hold.

    >>> [round(float(scale), 4) for scale in metric_scales(np.array([103.0, 109.2]), np.array([21.0, 21.0]))]
    [0.9999, 1.0051]
    """
    if not len(lng):  # pyproj refuses empty arrays
        return np.empty(0)
    return np.asarray(Proj(METRIC_CRS).get_factors(lng, lat).tissot_semimajor, dtype=float)


def geodesic_areas_m2(shapes: Shapes) -> Numbers:
    """Square metres of each shape on the WGS 84 ellipsoid, whose sides are geodesics between the corners (STORE_CRS).

    Holes are subtracted, however they are wound. 0 for what is no polygon and for None.

    >>> [round(float(area)) for area in geodesic_areas_m2(np.array([shapely.box(103.0, 21.0, 103.01, 21.01), None]))]
    [1151092, 0]
    """
    parts, owners = shapely.get_parts(shapes, return_index=True)
    polygons = np.flatnonzero(shapely.get_dimensions(parts) == 2)
    rings, parts_of_rings = shapely.get_rings(parts[polygons], return_index=True)
    areas = np.abs(_areas_of_rings(rings))
    is_hole = np.concatenate([[False], parts_of_rings[1:] == parts_of_rings[:-1]])[: len(rings)]  # the outer is first
    signed = np.where(is_hole, -areas, areas)
    return np.asarray(np.bincount(owners[polygons[parts_of_rings]], signed, minlength=len(shapes)), dtype=float)


def _areas_of_rings(rings: Shapes) -> Numbers:
    """Square metres that each ring encloses; their sign depends on its direction.

    In the plane of longitude L and of the land between the equator and a latitude B, which keeps areas, an edge is
    nearly straight: the area below it is a trapezium and a sliver between the chord and the geodesic. The sliver of an
    edge over dL and dB measures dL * sin(B) * ((N * cos(B) * dL)² + 3 * (M * dB)²) / 12, with B and the radii of
    curvature N (prime vertical) and M (meridian) in its middle. That is the first term of its series, which follows
    from Bessel's equations of a geodesic with azimuth A (1825): dB/ds = cos(A) / M, dL/ds = sin(A) / (N * cos(B)) and
    dA/ds = sin(A) * tan(B) / N. Up to _SHORT_M the other terms are less than 10 cm² an edge. Rings with a longer edge
    are computed by pyproj, one at a time.
    """
    (lng, lat), ends = shapely.get_coordinates(rings).T, np.cumsum(shapely.get_num_coordinates(rings))
    if not len(rings):
        return np.empty(0)
    begins = np.concatenate([[0], ends[:-1]])
    longitude, latitude = np.radians(lng), np.radians(lat)
    east, north, middle = np.diff(longitude), np.diff(latitude), (latitude[1:] + latitude[:-1]) / 2
    sine = np.sin(middle)
    bend = 1 - GEOD.es * sine**2
    east_m = GEOD.a / np.sqrt(bend) * np.cos(middle) * east
    north_m = GEOD.a * (1 - GEOD.es) / bend**1.5 * north
    land = _land_m2(latitude)
    # What is north of the first corner only: large numbers would cancel each other.
    land -= np.repeat(land[begins], ends - begins)
    below = east * ((land[1:] + land[:-1]) / 2 + sine * (east_m**2 + 3 * north_m**2) / 12)
    below[ends[:-1] - 1] = east_m[ends[:-1] - 1] = north_m[ends[:-1] - 1] = 0  # from one ring to the next
    areas: Numbers = np.add.reduceat(np.append(below, 0.0), begins)
    longest = np.maximum.reduceat(np.append(np.maximum(np.abs(east_m), np.abs(north_m)), 0.0), begins)
    for ring in np.flatnonzero(~(longest <= _SHORT_M)):
        corners = slice(begins[ring], ends[ring])
        areas[ring] = GEOD.polygon_area_perimeter(lng[corners], lat[corners])[0]
    return areas


def _land_m2(latitude: Numbers) -> Numbers:
    """Square metres between the equator and a latitude, in radians, for each radian of longitude."""
    eccentricity, sine = math.sqrt(GEOD.es), np.sin(latitude)
    land: Numbers = GEOD.b**2 / 2 * (sine / (1 - GEOD.es * sine**2) + np.arctanh(eccentricity * sine) / eccentricity)
    return land


def geodesic_lengths_m(lines: Shapes) -> Numbers:
    """Metres of each line along geodesics between its vertices (STORE_CRS); 0 for what is no line and for None.

    >>> [round(float(length)) for length in geodesic_lengths_m(np.array([shapely.LineString([(103, 21), (103, 22)])]))]
    [110724]
    """
    parts, owners = shapely.get_parts(lines, return_index=True)
    xy, parts_of_vertices = shapely.get_coordinates(parts, return_index=True)
    joined = parts_of_vertices[1:] == parts_of_vertices[:-1]
    begins, ends = xy[:-1][joined], xy[1:][joined]
    metres = GEOD.inv(begins[:, 0], begins[:, 1], ends[:, 0], ends[:, 1])[2]
    return np.asarray(np.bincount(owners[parts_of_vertices[1:][joined]], metres, minlength=len(lines)), dtype=float)

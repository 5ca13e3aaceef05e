"""Points and shapes of a layer, prepared for spatial joins: containment, distance and overlap.

An STRtree finds the candidates of a distance in METRIC_CRS; the geodesic distance decides. Overlaps are intersected in
degrees, and their sizes are geodesic: hectares or lengths on the ellipsoid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Self, TypeAlias

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely import STRtree

from geo.crs import GEOD, geodesic_areas_m2, geodesic_lengths_m, metric_scales, to_metric
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS

Rows: TypeAlias = NDArray[np.intp]
Numbers: TypeAlias = NDArray[np.float64]
_RADII_M = np.array([precision.uncertainty_m for precision in PRECISIONS])
_ORDER = {precision.key: position for position, precision in enumerate(PRECISIONS)}
# Over d metres the scale of a transverse Mercator projection grows at most by the factor exp(d / radius). This radius
# is smaller than any of the ellipsoid, which also covers the datum shift between WGS 84 and METRIC_CRS.
_LEAST_RADIUS_M = 6_300_000.0
_ROUNDING_M = 0.001
_SHAPES_AT_ONCE = 1_000
"""Shapes whose neighbours are looked for at once, because the pairs of those whose boxes meet take memory."""

_OFTEN = 8
"""Pairs of one shape from which it is worth preparing."""


class Joined(NamedTuple):
    """Pairs of rows, ordered by `here` and then by rank (1 first), and what was measured of each."""

    here: Rows
    there: Rows
    measure: Numbers
    rank: Rows


@dataclass(frozen=True)
class Places:
    """The points of a layer, in degrees: `rows` in its frame, ids, and the places of their precisions in PRECISIONS."""

    rows: Rows
    ids: NDArray[np.object_]
    degrees: NDArray[np.object_]
    precision: Rows
    layer: str

    @classmethod
    def of(cls, frame: GeoDataFrame, layer: str) -> Self:
        """The records of `frame` that have a point of known precision; a layer without that field counts as exact."""
        geometry = np.asarray(frame.geometry.array, dtype=object)
        keys = frame["precision"] if "precision" in frame else ["exact"] * len(frame)
        precision = np.array([_ORDER.get(str(key), len(_ORDER)) for key in keys], dtype=np.intp)
        rows = np.flatnonzero(_has_shape(geometry) & (precision < len(_ORDER)))
        return cls(rows, _ids(frame, layer)[rows], geometry[rows], precision[rows], layer)

    def known_to(self, precision: str) -> Self:
        """Those of the places that are known as well as `precision` or better."""
        is_fine = self.precision <= _ORDER[precision]
        return self if is_fine.all() else self.take(np.flatnonzero(is_fine))

    def take(self, places: Rows) -> Self:
        """Some of the places, in the order of `places`."""
        rows, ids, degrees = self.rows[places], self.ids[places], self.degrees[places]
        return replace(self, rows=rows, ids=ids, degrees=degrees, precision=self.precision[places])

    @cached_property
    def lnglat(self) -> tuple[Numbers, Numbers]:
        """Longitudes and latitudes in degrees."""
        return shapely.get_x(self.degrees), shapely.get_y(self.degrees)

    @cached_property
    def metric(self) -> NDArray[np.object_]:
        """The points in METRIC_CRS."""
        return to_metric(self.degrees)

    @cached_property
    def uncertainty_m(self) -> Numbers:
        """The radius in metres around each place within which it truly is."""
        return _RADII_M[self.precision]

    @cached_property
    def scale(self) -> Numbers:
        """Metres in METRIC_CRS that a metre is long at each place; 0 where the projection does not reach."""
        scale = metric_scales(*self.lnglat)
        return np.where(np.isfinite(scale), scale, 0.0)

    def near(self, other: "Places", *, distance_m: float) -> Joined:
        """Every pair at most `distance_m` apart with its geodesic metres, nearest first; a record is not near itself.

        Ties go to the smaller id.
        """
        if len(other.ids) < len(self.ids):  # fewer queries, of the larger tree
            there, here = other._within(self, np.full(len(other.ids), distance_m))
        else:
            here, there = self._within(other, np.full(len(self.ids), distance_m))
        metres = self.distances_m(other, here, there)
        close = metres <= distance_m
        if self.layer == other.layer:
            close &= self.ids[here] != other.ids[there]
        return _ranked(here[close], there[close], metres[close], other.ids)

    def nearest(self, other: "Places") -> Joined:
        """Each record's nearest one in `other` with its geodesic metres; ties go to the smaller id."""
        if not len(other.ids) or not len(self.ids):
            return _ranked(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0), other.ids)
        # What is nearest on the map may not be so on the ellipsoid, but it says how far to look.
        first, guess = STRtree(other.metric).query_nearest(self.metric, all_matches=False)
        at_most_m = np.zeros(len(self.ids))
        at_most_m[first] = self.distances_m(other, first, guess)
        here, there = self._within(other, at_most_m)
        pairs = _ranked(here, there, self.distances_m(other, here, there), other.ids)
        return Joined(*(column[pairs.rank == 1] for column in pairs))

    def nearest_of_each(self, other: "Places", kinds: NDArray[np.object_]) -> Joined:
        """Each record's nearest one in `other` of every kind, nearest first; `kinds` are those of the records there."""
        rows = [np.flatnonzero(kinds == kind) for kind in sorted({kind for kind in kinds if isinstance(kind, str)})]
        nearest = [self.nearest(other.take(some)) for some in rows]
        none = np.empty(0, np.intp)
        return _ranked(
            np.concatenate([none, *(pairs.here for pairs in nearest)]),
            np.concatenate([none, *(some[pairs.there] for some, pairs in zip(rows, nearest, strict=True))]),
            np.concatenate([np.empty(0), *(pairs.measure for pairs in nearest)]),
            other.ids,
        )

    def nearest_two(self, other: "Places") -> Joined:
        """Each record's two nearest ones in `other` with their geodesic metres; ties go to the smaller id."""
        first = self.nearest(other)
        if len(other.ids) < 2 or not len(first.here):
            return first
        # The second is at most as far as any other place but the first: one near the first is a good guess.
        at_most_m = np.zeros(len(self.ids))
        at_most_m[first.here] = self.distances_m(other, first.here, other.neighbours[first.there])
        here, there = self._within(other, at_most_m)
        pairs = _ranked(here, there, self.distances_m(other, here, there), other.ids)
        keep = pairs.rank <= 2
        return Joined(pairs.here[keep], pairs.there[keep], pairs.measure[keep], pairs.rank[keep])

    @cached_property
    def neighbours(self) -> Rows:
        """For each of two or more places another one near it: at the same point if there is one, else the nearest."""
        rows = np.arange(len(self.ids), dtype=np.intp)
        others = np.roll(rows, -1)
        here, there = STRtree(self.metric).query_nearest(self.metric, exclusive=True, all_matches=False)
        others[here] = there
        lng, lat = self.lnglat
        order = np.lexsort((lat, lng))
        one, next_one = order[:-1], order[1:]
        same = (lng[one] == lng[next_one]) & (lat[one] == lat[next_one])
        others[one[same]], others[next_one[same]] = next_one[same], one[same]
        return others

    def _within(self, other: "Places", distance_m: Numbers) -> tuple[Rows, Rows]:
        """Every pair that may be as near as `distance_m` says of the place here, and some that are farther apart."""
        reach = self.scale * distance_m * np.exp(distance_m / _LEAST_RADIUS_M) + _ROUNDING_M
        here, there = STRtree(other.metric).query(self.metric, predicate="dwithin", distance=reach)
        return here, there

    def distances_m(self, other: "Places", here: Rows, there: Rows) -> Numbers:
        """The geodesic metres between pairs of rows."""
        (lng, lat), (other_lng, other_lat) = self.lnglat, other.lnglat
        distances: Numbers = GEOD.inv(lng[here], lat[here], other_lng[there], other_lat[there])[2]
        return distances


@dataclass(frozen=True)
class Shapes:
    """The polygons or lines of a layer with ids, in degrees; `surveyed` says which are the record's own.

    `measure` gives the geodesic size of shapes: square metres, or the metres of lines.
    """

    ids: NDArray[np.object_]
    degrees: NDArray[np.object_]
    surveyed: NDArray[np.bool_]
    measure: Callable[[NDArray[np.object_]], Numbers] = field(repr=False)

    @classmethod
    def of(cls, frame: GeoDataFrame, layer: str) -> Self:
        """The records of `frame` that have a shape; all are surveyed where the layer declares no `outline`."""
        geometry = np.asarray(frame.geometry.array, dtype=object)
        keep = np.flatnonzero(_has_shape(geometry))
        own, values = LAYERS[layer].outline or (None, ())
        surveyed = [True] * len(frame) if own is None else [value in values for value in frame[own]]
        measure = geodesic_lengths_m if LAYERS[layer].dimension == 1 else geodesic_areas_m2
        return cls(_ids(frame, layer)[keep], geometry[keep], np.array(surveyed, dtype=bool)[keep], measure)

    @cached_property
    def size(self) -> Numbers:
        """The size of each shape, as `measure` gives it."""
        return self.measure(self.degrees)

    @cached_property
    def _borders(self) -> NDArray[np.object_]:
        return np.full(len(self.ids), None, dtype=object)

    def borders(self, shape: Rows) -> NDArray[np.object_]:
        """The borders of some shapes in METRIC_CRS, each made when it is first asked for."""
        new = np.unique(shape[shapely.is_missing(self._borders[shape])])
        self._borders[new] = shapely.boundary(to_metric(self.degrees[new]))
        shapely.prepare(self._borders[new])
        return self._borders[shape]

    def holding(self, places: Places) -> tuple[Rows, Rows, Rows]:
        """Every pair of a place and a shape that covers it, and its rank: smaller ids of shapes come first.

        A place on a shared border is covered by the shapes on both sides.
        """
        if len(self.ids) < len(places.ids):  # fewer queries, of the larger tree
            shape, place = STRtree(places.degrees).query(self.degrees, predicate="intersects")
        else:
            place, shape = STRtree(self.degrees).query(places.degrees, predicate="intersects")
        order = np.lexsort((_places_in_order(self.ids)[shape], place))
        place, shape = place[order], shape[order]
        return place, shape, _ranks(place)

    def cover_circles(self, places: Places, place: Rows, shape: Rows) -> NDArray[np.bool_]:
        """For pairs of `holding`: whether the shape covers all points that the uncertainty of the place allows."""
        radius = places.uncertainty_m * places.scale
        # One distance for each pair, which the types of shapely do not tell.
        near_border = shapely.dwithin(self.borders(shape), places.metric[place], radius[place])  # type: ignore[call-overload]
        return np.asarray(~near_border, dtype=bool)

    def overlapping(self, other: "Shapes", *, min_share: float) -> tuple[Joined, Numbers]:
        """Every overlap with its share of the shape here, and its size; the largest first, ties to the smaller row."""
        here, there = self._meeting_themselves() if self is other else self._meeting(other)
        size = self._common(other, here, there)
        if self is other:
            here, there, size = np.concatenate([here, there]), np.concatenate([there, here]), np.tile(size, 2)
        share = size / np.maximum(self.size[here], np.finfo(float).tiny)
        enough = share >= min_share
        here, there, size, share = here[enough], there[enough], size[enough], share[enough]
        order = np.lexsort((there, -size, here))
        here, there = here[order], there[order]
        return Joined(here, there, np.minimum(share[order], 1.0), _ranks(here)), size[order]

    def _meeting(self, other: "Shapes") -> tuple[Rows, Rows]:
        """Every pair of a shape here and one of another layer that meet."""
        there, here = STRtree(self.degrees).query(other.degrees, predicate="intersects")
        return here, there

    def _meeting_themselves(self) -> tuple[Rows, Rows]:
        """Every pair of two shapes of this layer that meet, once; the one with more corners, which may hold it, last.

        The tree compares boxes only: with a predicate it would prepare every shape to find that it meets itself.
        """
        tree, corners = STRtree(self.degrees), shapely.get_num_coordinates(self.degrees)
        pairs = [np.empty((2, 0), dtype=np.intp)]
        for start in range(0, len(self.degrees), _SHAPES_AT_ONCE):
            here, there = tree.query(self.degrees[start : start + _SHAPES_AT_ONCE])
            once = np.stack([here + start, there])[:, here + start < there]
            smaller, larger = np.take_along_axis(once, np.argsort(corners[once], axis=0, kind="stable"), axis=0)
            _prepare_often_used(self.degrees, larger)
            meet = shapely.intersects(self.degrees[larger], self.degrees[smaller])
            pairs.append(np.stack([smaller[meet], larger[meet]]))
        smaller, larger = np.concatenate(pairs, axis=1)
        return smaller, larger

    def _common(self, other: "Shapes", here: Rows, there: Rows) -> Numbers:
        """The size that pairs have in common; a shape that lies wholly in the other need not be intersected."""
        inside = np.flatnonzero(_holds(shapely.bounds(other.degrees)[there], shapely.bounds(self.degrees)[here]))
        _prepare_often_used(other.degrees, there[inside])
        inside = inside[shapely.covers(other.degrees[there[inside]], self.degrees[here[inside]])]
        across = np.ones(len(here), dtype=bool)
        across[inside] = False
        size = np.empty(len(here))
        size[inside] = self.size[here[inside]]
        size[across] = self.measure(shapely.intersection(self.degrees[here[across]], other.degrees[there[across]]))
        return size


class Joins:
    """The places and shapes of the frames of one version, each prepared once for all links that join them."""

    def __init__(self, frames: Mapping[str, GeoDataFrame]) -> None:
        self.frames = frames
        self._all_places: dict[str, Places] = {}
        self._places: dict[tuple[str, str], Places] = {}
        self._shapes: dict[str, Shapes] = {}

    def places(self, layer: str, *, at_least: str) -> Places:
        """The places of a layer that are known as well as `at_least` or better."""
        key = layer, at_least
        if layer not in self._all_places:
            self._all_places[layer] = Places.of(self.frames[layer], layer)
        if key not in self._places:
            self._places[key] = self._all_places[layer].known_to(at_least)
        return self._places[key]

    def shapes(self, layer: str) -> Shapes:
        """The shapes of a layer."""
        if layer not in self._shapes:
            self._shapes[layer] = Shapes.of(self.frames[layer], layer)
        return self._shapes[layer]


def _has_shape(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)), dtype=bool)


def _ids(frame: GeoDataFrame, layer: str) -> NDArray[np.object_]:
    return np.array([str(key) for key in frame[LAYERS[layer].key]], dtype=object)


def _holds(boxes: Numbers, others: Numbers) -> NDArray[np.bool_]:
    """Whether each box (west, south, east, north) holds the other one."""
    return np.asarray((boxes[:, :2] <= others[:, :2]).all(axis=1) & (boxes[:, 2:] >= others[:, 2:]).all(axis=1))


def _prepare_often_used(shapes: NDArray[np.object_], rows: Rows) -> None:
    """Prepare the shapes that occur often in `rows`; for others it takes more time and memory than it saves."""
    unique, times = np.unique(rows, return_counts=True)
    shapely.prepare(shapes[unique[times >= _OFTEN]])


def _places_in_order(ids: NDArray[np.object_]) -> Rows:
    """The place of each id among all of them in their order."""
    places = np.empty(len(ids), np.intp)
    places[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    return places


def _ranked(here: Rows, there: Rows, measure: Numbers, ids: NDArray[np.object_]) -> Joined:
    """Pairs ordered by `here`, then by their measure, then by the id there."""
    order = np.lexsort((_places_in_order(ids)[there], measure, here))
    here = here[order]
    return Joined(here, there[order], measure[order], _ranks(here))


def _ranks(here: Rows) -> Rows:
    """1, 2, … within each run of equal rows."""
    place = np.arange(len(here))
    begins = np.concatenate([[True], here[1:] != here[:-1]])[: len(here)]
    return place - np.maximum.accumulate(np.where(begins, place, 0)) + 1

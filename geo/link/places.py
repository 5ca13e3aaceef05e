"""Points and shapes of a layer, prepared for spatial joins: containment, distance and overlap.

An STRtree in METRIC_CRS finds the candidates. Distances are geodesic. Areas are measured in METRIC_CRS,
within 0.02 % of the ellipsoidal area in the province.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely import STRtree

from geo.crs import GEOD, to_metric
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS

_RADIUS_M = {precision.key: precision.uncertainty_m for precision in PRECISIONS}
_ORDER = {precision.key: position for position, precision in enumerate(PRECISIONS)}
# The metric search is widened by this factor so that no pair is lost to the projection's scale
# (0.9999 at the central meridian, at most 1.0001 in the province); the geodesic distance decides.
_SEARCH_MARGIN = 1.001


@dataclass(frozen=True)
class Places:
    """The points of a layer that are accurate enough, with ids, degrees, metres and uncertainty radii."""

    ids: list[str]
    lng: np.ndarray[Any, Any]
    lat: np.ndarray[Any, Any]
    metric: np.ndarray[Any, Any]
    uncertainty_m: list[float]
    layer: str

    @classmethod
    def of(cls, frame: GeoDataFrame, layer: str, *, at_least: str) -> Self:
        """The records of `frame` that have a point of the precision `at_least` or better.

        A layer without a precision field counts as exact.
        """
        geometry = np.asarray(frame.geometry.array, dtype=object)
        precision = list(frame["precision"]) if "precision" in frame else ["exact"] * len(frame)
        keep = [
            row
            for row, (point, key) in enumerate(zip(geometry, precision, strict=True))
            if point is not None and not point.is_empty and _ORDER.get(str(key), 99) <= _ORDER[at_least]
        ]
        points = geometry[keep]
        keys = frame[LAYERS[layer].key].tolist()
        return cls(
            [str(keys[row]) for row in keep],
            shapely.get_x(points),
            shapely.get_y(points),
            to_metric(points),
            [_RADIUS_M[str(precision[row])] for row in keep],
            layer,
        )

    def near(self, other: "Places", *, distance_m: float) -> Iterator[tuple[int, int, float, int]]:
        """(here, there, geodesic metres, rank) of every pair at most `distance_m` apart, nearest first.

        Ties go to the smaller id. A record is not near itself.
        """
        tree = STRtree(other.metric)
        here, there = tree.query(self.metric, predicate="dwithin", distance=distance_m * _SEARCH_MARGIN)
        metres = self._geodesic(other, here, there)
        rows = sorted(
            (int(h), float(m), other.ids[t], int(t))
            for h, t, m in zip(here, there, metres, strict=True)
            if m <= distance_m and not (self.layer == other.layer and self.ids[h] == other.ids[t])
        )
        last, rank = -1, 0
        for h, m, _, t in rows:
            rank = rank + 1 if h == last else 1
            last = h
            yield h, t, m, rank

    def nearest(self, other: "Places") -> Iterator[tuple[int, int, float]]:
        """(here, there, geodesic metres) of each record's nearest one in `other`; ties go to the smaller id."""
        if not len(other.ids) or not len(self.ids):
            return
        here, there = STRtree(other.metric).query_nearest(self.metric, all_matches=True)
        metres = self._geodesic(other, here, there)
        best: dict[int, tuple[float, str, int]] = {}
        for h, t, m in zip(here, there, metres, strict=True):
            candidate = (float(m), other.ids[t], int(t))
            best[int(h)] = min(best.get(int(h), candidate), candidate)
        for h in sorted(best):
            yield h, best[h][2], best[h][0]

    def _geodesic(self, other: "Places", here: Any, there: Any) -> np.ndarray[Any, Any]:
        if not len(here):
            return np.empty(0)
        metres = GEOD.inv(self.lng[here], self.lat[here], other.lng[there], other.lat[there])[2]
        return np.asarray(metres, dtype=float)


@dataclass(frozen=True)
class Shapes:
    """The polygons or lines of a layer with ids, in degrees and in metres; `surveyed` says which are the record's own.

    `measure` gives the size of shapes in metres: area, or the length of lines.
    """

    ids: list[str]
    degrees: np.ndarray[Any, Any]
    metric: np.ndarray[Any, Any]
    surveyed: list[bool]
    measure: Callable[[Any], np.ndarray[Any, Any]] = field(repr=False)

    @classmethod
    def of(cls, frame: GeoDataFrame, layer: str) -> Self:
        """The records of `frame` that have a shape; all are surveyed where the layer declares no `outline`."""
        geometry = np.asarray(frame.geometry.array, dtype=object)
        keep = [row for row, shape in enumerate(geometry) if shape is not None and not shape.is_empty]
        keys = frame[LAYERS[layer].key].tolist()
        own, values = LAYERS[layer].outline or (None, ())
        surveyed = [True] * len(frame) if own is None else [value in values for value in frame[own]]
        metric = to_metric(geometry[keep])
        return cls(
            [str(keys[row]) for row in keep],
            geometry[keep],
            metric,
            [surveyed[row] for row in keep],
            shapely.length if LAYERS[layer].dimension == 1 else shapely.area,
        )

    def holding(self, places: Places) -> Iterator[tuple[int, list[tuple[int, float]]]]:
        """(place, [(shape, metres to its edge), ...]) of every place that a shape covers, smaller ids first.

        A place on a shared border is covered by the shapes on both sides.
        """
        points = shapely.points(places.lng, places.lat)
        place, shape = STRtree(self.degrees).query(points, predicate="intersects")
        edge_m = shapely.distance(places.metric[place], shapely.boundary(self.metric)[shape])
        holders: dict[int, list[tuple[str, int, float]]] = {}
        for p, s, metres in zip(place, shape, edge_m, strict=True):
            holders.setdefault(int(p), []).append((self.ids[s], int(s), float(metres)))
        for p in sorted(holders):
            yield p, [(s, metres) for _, s, metres in sorted(holders[p])]

    def overlapping(self, other: "Shapes", *, min_share: float) -> Iterator[tuple[int, int, float, float, int]]:
        """(here, there, common size, share of here, rank) of every overlap, largest first; sizes as `measure` gives."""
        here, there = STRtree(other.metric).query(self.metric, predicate="intersects")
        if self is other:
            here, there = here[here != there], there[here != there]
        common = self.measure(shapely.intersection(self.metric[here], other.metric[there]))
        shares = common / np.maximum(self.measure(self.metric)[here], np.finfo(float).tiny)
        rows = [
            (int(h), -float(size), int(t), float(share))
            for h, t, size, share in zip(here, there, common, shares, strict=True)
            if share >= min_share
        ]
        last, rank = -1, 0
        for h, negative, t, share in sorted(rows):
            rank = rank + 1 if h == last else 1
            last = h
            yield h, t, -negative, min(share, 1.0), rank

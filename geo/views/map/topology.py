"""The outlines of adjacent units as TopoJSON: a border between two units once, as whole steps from point to point.

It has half the bytes of the same outlines as GeoJSON, and says which borders lie inside. The format is that of the
TopoJSON specification 1.0 (https://github.com/topojson/topojson-specification).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import orjson

from geo.atlas import Atlas
from geo.atlas.memo import once_per_atlas

_DIGITS = 4
"""Decimals of a degree in the outlines for small scales (geo/atlas), so that no point moves."""

Point: TypeAlias = tuple[int, int]
Arc: TypeAlias = tuple[Point, ...]


@once_per_atlas
def topology(atlas: Atlas, layer: str) -> bytes:
    """The simplified outlines of a layer as TopoJSON: degrees, longitude before latitude; NotFound without polygons."""
    features = orjson.loads(atlas.overview(layer))["features"]
    polygons = [_polygons(feature["geometry"]) for feature in features]
    arcs = _Arcs(ring for parts in polygons for rings in parts for ring in rings)
    units = [
        {**{key: feature[key] for key in ("id", "properties")}, "type": "MultiPolygon", "arcs": _indices(parts, arcs)}
        for feature, parts in zip(features, polygons, strict=True)
    ]
    scale = 10.0**-_DIGITS
    return orjson.dumps(
        {
            "type": "Topology",
            "transform": {"scale": [scale, scale], "translate": [0, 0]},
            "objects": {layer: {"type": "GeometryCollection", "geometries": units}},
            "arcs": [list(_steps(arc)) for arc in arcs.lines],
        }
    )


def _polygons(geometry: dict[str, Any]) -> list[list[Arc]]:
    """The polygons of a GeoJSON geometry, each a list of closed rings of whole units."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[_whole(ring) for ring in rings] for rings in parts]


def _whole(ring: Iterable[Sequence[float]]) -> Arc:
    points = [(round(lng * 10**_DIGITS), round(lat * 10**_DIGITS)) for lng, lat in ring]
    return tuple(point for at, point in enumerate(points) if at == 0 or point != points[at - 1])


def _indices(parts: list[list[Arc]], arcs: "_Arcs") -> list[list[list[int]]]:
    return [[arcs.indices_of(ring) for ring in rings] for rings in parts]


def _steps(arc: Arc) -> Iterator[Point]:
    yield arc[0]
    for (x, y), (next_x, next_y) in pairwise(arc):
        yield next_x - x, next_y - y


class _Arcs:
    """The lines between points at which borders meet, each once, in the direction of the ring that has it first."""

    def __init__(self, rings: Iterable[Arc]) -> None:
        self.lines: list[Arc] = []
        self._numbers: dict[Arc, int] = {}
        beside: dict[Point, set[Point]] = {}
        for ring in rings:
            for one, other in pairwise(ring):
                beside.setdefault(one, set()).add(other)
                beside.setdefault(other, set()).add(one)
        self._nodes = {point for point, neighbours in beside.items() if len(neighbours) != 2}

    def indices_of(self, ring: Arc) -> list[int]:
        """The arcs of a ring in its order; `~number` for one that it takes backwards, as TopoJSON writes it."""
        return [self._number(arc) for arc in self._cut(ring)]

    def _cut(self, ring: Arc) -> Iterator[Arc]:
        points = ring[:-1]
        starts = [at for at, point in enumerate(points) if point in self._nodes]
        first = starts[0] if starts else points.index(min(points))
        turned = (*points[first:], *points[:first], points[first])
        ends = [at for at, point in enumerate(turned) if at and (point in self._nodes or at == len(points))]
        for start, end in pairwise([0, *ends]):
            yield turned[start : end + 1]

    def _number(self, arc: Arc) -> int:
        if arc in self._numbers:
            return self._numbers[arc]
        if arc[::-1] in self._numbers:
            return ~self._numbers[arc[::-1]]
        self._numbers[arc] = len(self.lines)
        self.lines.append(arc)
        return self._numbers[arc]

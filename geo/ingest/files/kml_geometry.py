"""Geometries of KML from their own elements: every ring, part and position, or a reason why there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ingest.files.positions import Positions, UnreadableGeometry, enough, ring
from geo.ingest.files.strict_xml import local

GEOMETRIES = {
    "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "MultiPoint", "MultiLineString", "MultiPolygon",
    "Track", "MultiTrack", "Model", "LatLonQuad",
}  # fmt: skip
"""Elements of a Placemark that are its place; the last two are pictures and models, which are not read."""
_GROUPS = {"MultiGeometry", "MultiPoint", "MultiLineString", "MultiPolygon", "MultiTrack"}
_PRESENTATION = {
    "extrude", "tessellate", "altitudeMode", "altitudeOffset", "drawOrder", "interpolate", "when", "angles",
    "ExtendedData", "coordinates", "coord", "outerBoundaryIs", "innerBoundaryIs",
}  # fmt: skip
_ALIKE: dict[str, Callable[[list[Any]], BaseGeometry]] = {
    "Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon,
}  # fmt: skip


@dataclass
class KmlGeometry:
    """The place of one Placemark being read; `closed` says whether a ring had to be closed."""

    closed: bool = False

    def shape(self, placemark: Element) -> BaseGeometry | None:
        """Longitude and latitude without heights; None without a place. UnreadableGeometry when a part is none."""
        places = [element for element in placemark if local(element.tag) in GEOMETRIES]
        parts = [part for element in places for part in self._parts(element)]
        grouped = len(places) > 1 or any(local(element.tag) in _GROUPS for element in places)
        if not grouped:
            return parts[0] if parts else None
        kinds = {part.geom_type for part in parts}
        return _ALIKE[kinds.pop()](parts) if len(kinds) == 1 else shapely.GeometryCollection(parts)

    def _parts(self, element: Element) -> Iterator[BaseGeometry]:
        kind = local(element.tag)
        _only_known(element)
        if kind in _GROUPS:
            for child in element:
                if local(child.tag) in GEOMETRIES:
                    yield from self._parts(child)
        elif kind == "Polygon":
            yield self._polygon(element)
        elif kind == "Track":
            texts = [",".join((child.text or "").split()) for child in element if local(child.tag) == "coord"]
            yield shapely.LineString(enough(_positions(" ".join(texts)), 2))
        elif kind in {"Point", "LineString", "LinearRing"}:
            yield self._simple(kind, _positions(_coordinates(element)))
        else:
            raise UnreadableGeometry(f"phần tử {kind} không phải là vị trí", f"element {kind} is no place")

    def _simple(self, kind: str, positions: Positions) -> BaseGeometry:
        if kind == "LinearRing":
            return shapely.LineString(self._ring(positions))
        if kind == "LineString":
            return shapely.LineString(enough(positions, 2) if len(positions) else positions)
        if len(positions) > 1:
            raise UnreadableGeometry(f"một điểm có {len(positions)} vị trí", f"a point has {len(positions)} positions")
        return shapely.Point(positions[0]) if len(positions) else shapely.Point()

    def _polygon(self, element: Element) -> shapely.Polygon:
        shells = list(self._rings(element, "outerBoundaryIs"))
        holes = list(self._rings(element, "innerBoundaryIs"))
        if len(shells) != 1:
            raise UnreadableGeometry(
                f"một vùng có {len(shells)} đường bao ngoài, cần đúng một",
                f"a polygon has {len(shells)} outer rings, it needs exactly one",
            )
        return shapely.Polygon(shells[0], holes)

    def _rings(self, polygon: Element, side: str) -> Iterator[Positions]:
        for boundary in polygon:
            if local(boundary.tag) == side:
                _only_known(boundary)
                for line in boundary:
                    if local(line.tag) == "LinearRing":
                        _only_known(line)
                        yield self._ring(_positions(_coordinates(line)))

    def _ring(self, positions: Positions) -> Positions:
        closed, was_open = ring(positions)
        self.closed |= was_open
        return closed


def _only_known(element: Element) -> None:
    """UnreadableGeometry for a child that could be a part of the geometry under a name that KML does not have."""
    for child in element:
        name = local(child.tag)
        if name not in GEOMETRIES and name not in _PRESENTATION:
            raise UnreadableGeometry(
                f"phần tử {name!r} trong {local(element.tag)} không có trong KML",
                f"KML has no element {name!r} in {local(element.tag)}",
            )


def _coordinates(element: Element) -> str:
    return " ".join(child.text or "" for child in element if local(child.tag) == "coordinates")


def _positions(text: str) -> Positions:
    """Longitude and latitude of "lng,lat[,height]" parted by white space, or with spaces behind the commas too."""
    tokens = text.split()
    if "," not in text and len(tokens) in {2, 3}:
        tokens = [",".join(tokens)]
    elif any(token.startswith(",") or token.endswith(",") for token in tokens):
        tokens = ",".join(part.strip() for part in text.split(",")).split()
    return np.array([_position(token) for token in tokens], dtype=np.float64).reshape(-1, 2)


def _position(token: str) -> tuple[float, float]:
    try:
        numbers = [float(number) for number in token.split(",")]
    except ValueError:
        numbers = []
    if not 2 <= len(numbers) <= 3:
        raise UnreadableGeometry(
            f"{token[:60]!r} không phải vị trí (kinh độ,vĩ độ)", f"{token[:60]!r} is no position (longitude,latitude)"
        )
    return numbers[0], numbers[1]

"""The coordinate reference systems of the API: URIs, axis order, and the official transformation."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from pyproj import CRS

from geo.crs import LngLatBbox
from geo.errors import BadQuery
from geo.schema import Label
from geo.vn2000.systems import SYSTEMS, VN2000_DEGREES, WEB_MERCATOR, Reading, systems_of

Array: TypeAlias = np.ndarray[Any, Any]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
WGS84_LAT_LNG = "http://www.opengis.net/def/crs/EPSG/0/4326"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_HALF_MM = 0.0005
_FARTHEST_M = 1e8
"""No coordinate in metres is larger in any of these systems."""
_STEPS = 24
"""Number of segments of each side of a box before the transformation, since a straight side becomes a curve."""
_MILLIMETRES = 3
_DEGREES = 9


class ServedCrs(NamedTuple):
    """One CRS. `north_first` says that its first axis points north; coordinates are rounded to `decimals` digits."""

    uri: str
    label: Label
    reading: Reading
    north_first: bool
    decimals: int

    def out(self, shapes: Array) -> Array:
        """Geometries of STORE_CRS transformed to this CRS, in its axis order; None stays None."""
        if self.uri == CRS84:
            return shapes

        def project(points: Array) -> Array:
            east, north = self.reading.from_lnglat(points[:, 0], points[:, 1])
            pair = (north, east) if self.north_first else (east, north)
            return np.round(np.column_stack(pair), self.decimals)

        projected: Array = shapely.transform(shapes, project)
        return projected

    def box(self, numbers: tuple[float, float, float, float]) -> LngLatBbox | bytes:
        """A box of this CRS in STORE_CRS: a box if the CRS is in degrees, else a polygon with curved sides as WKB.

        `numbers` are the lower corner and the upper corner in the axis order of the CRS. BadQuery for an invalid box.
        """
        first, second, third, fourth = numbers
        west, south, east, north = (second, first, fourth, third) if self.north_first else numbers
        if self.reading.system.in_degrees:
            return self._box_of_degrees(west, south, east, north)
        if not (west <= east and south <= north and max(map(abs, numbers)) <= _FARTHEST_M):
            raise _no_box(numbers, self.uri)
        # A box without width or height may contain records; it gets half a millimetre, the rounding of coordinates.
        wide, high = (_HALF_MM if east == west else 0.0), (_HALF_MM if north == south else 0.0)
        sides = shapely.box(west - wide, south - high, east + wide, north + high).exterior
        ring = shapely.get_coordinates(shapely.segmentize(sides, _side(west, south, east, north)))
        lng, lat = self.reading.to_lnglat(ring[:, 0], ring[:, 1])
        if not (np.isfinite(lng).all() and np.isfinite(lat).all() and (np.abs(lat) <= 90).all()):
            raise _no_box(numbers, self.uri)
        return bytes(shapely.to_wkb(shapely.Polygon(np.column_stack([lng, lat]))))

    def _box_of_degrees(self, west: float, south: float, east: float, north: float) -> LngLatBbox:
        if not (-90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
            raise _no_box((west, south, east, north), self.uri)
        lng, lat = self.reading.to_lnglat(np.array([west, east]), np.array([south, north]))
        return LngLatBbox(float(lng[0]), float(lat[0]), float(lng[1]), float(lat[1]))


def _side(west: float, south: float, east: float, north: float) -> float:
    return max(east - west, north - south, 1e-6) / _STEPS


def _no_box(numbers: Iterable[float], uri: str) -> BadQuery:
    corners = ",".join(f"{number:g}" for number in numbers)
    return BadQuery(
        f"bbox={corners} is not a valid box in {uri}: give the lower, then the upper corner, in its axis order.",
        f"bbox={corners} không phải khung hợp lệ trong {uri}: ghi góc dưới rồi góc trên, theo thứ tự trục của hệ đó.",
    )


def _row(uri: str, code: str, *, north_first: bool) -> ServedCrs:
    system = SYSTEMS[code]
    return ServedCrs(uri, system.label, Reading(system), north_first, _DEGREES if system.in_degrees else _MILLIMETRES)


def _north_first(code: str) -> bool:
    return CRS.from_user_input(code).axis_info[0].direction == "north"


def _table() -> dict[str, ServedCrs]:
    store = "OGC:CRS84"
    zones = [one.code for one in systems_of("vn2000") if one.standing < 2 and one.code != VN2000_DEGREES]
    rows = [
        _row(CRS84, store, north_first=False),
        _row(WGS84_LAT_LNG, store, north_first=True),
        *(
            _row(f"{_EPSG}{code.removeprefix('EPSG:')}", code, north_first=_north_first(code))
            for code in (WEB_MERCATOR, VN2000_DEGREES, *zones)
        ),
    ]
    return {row.uri: row for row in rows}


SERVED_CRS: dict[str, ServedCrs] = _table()
"""URI -> CRS; CRS84 first."""


def find_crs(uri: str, param: str) -> ServedCrs:
    """The CRS of a URI or of a safe CURIE such as [EPSG:9205]; BadQuery that lists the CRSs for any other value."""
    text = uri.strip()
    if text.startswith("[") and text.endswith("]"):
        authority, _, code = text[1:-1].partition(":")
        text = CRS84 if (authority, code) == ("OGC", "CRS84") else f"{_EPSG}{code}" if authority == "EPSG" else text
    system = SERVED_CRS.get(text)
    if system is None:
        uris = ", ".join(SERVED_CRS)
        raise BadQuery(
            f"{param}={uri!r} is not a coordinate system of this service. Systems: {uris}.",
            f"{param}={uri!r} không phải hệ toạ độ của dịch vụ. Các hệ: {uris}.",
        )
    return system

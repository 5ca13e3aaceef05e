"""The coordinate reference systems of the API: URIs, axis order, and the official transformation."""

import re
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.crs import CHORD_M, LngLatBbox, in_degrees
from geo.errors import BadQuery
from geo.schema import Label
from geo.vn2000.systems import SYSTEMS, VN2000_DEGREES, WEB_MERCATOR, Reading, systems_of

Array: TypeAlias = np.ndarray[Any, Any]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
WGS84_LAT_LNG = "http://www.opengis.net/def/crs/EPSG/0/4326"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_PAD_M = 0.0005 + CHORD_M
"""Metres by which a box is enlarged: the rounding of coordinates, and what the curve of a side deviates."""
_PAD_DEGREES = 7e-9
"""The same in degrees, of which one measures 104 to 111 km here."""
_FARTHEST_M = 1e8
"""No coordinate in metres is larger in any of these systems."""
_FARTHEST_LAT = 89.9
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

    def box(self, numbers: tuple[float, float, float, float], text: str) -> LngLatBbox | bytes:
        """A box of this CRS in STORE_CRS: a box for the CRSs of WGS 84, else its outline with curved sides as WKB.

        `numbers` are the lower corner and the upper corner in the axis order of the CRS. The outline is larger than
        the box by the rounding of the coordinates that the service answers with, so that a box made from them holds
        the records that they are of. BadQuery, which quotes `text`, for an invalid box.
        """
        first, second, third, fourth = numbers
        box = LngLatBbox(second, first, fourth, third) if self.north_first else LngLatBbox(*numbers)
        if not self._holds(box):
            raise _no_box(text, self.uri)
        if self.uri in {CRS84, WGS84_LAT_LNG}:
            return box
        outline = self._degrees_outline(box) if self.reading.system.in_degrees else self._metres_outline(box)
        coordinates = shapely.get_coordinates(outline)
        if not (np.isfinite(coordinates).all() and (np.abs(coordinates[:, 1]) <= 90).all()):
            raise _no_box(text, self.uri)
        return bytes(shapely.to_wkb(outline))

    def _holds(self, box: LngLatBbox) -> bool:
        west, south, east, north = box
        if self.reading.system.in_degrees:
            return -90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180
        return west <= east and south <= north and max(map(abs, box)) <= _FARTHEST_M

    def _metres_outline(self, box: LngLatBbox) -> BaseGeometry:
        return in_degrees(_padded(box, _PAD_M), self.reading.to_lnglat)

    def _degrees_outline(self, box: LngLatBbox) -> BaseGeometry:
        """The outline of a box in degrees of another datum; a box across the antimeridian has two parts."""

        def to_lnglat(lng: Array, lat: Array) -> tuple[Array, Array]:
            # A shift of the datum moves positions beyond a pole or the antimeridian, where outlines would turn over.
            shifted, latitude = self.reading.to_lnglat(lng, np.clip(lat, -_FARTHEST_LAT, _FARTHEST_LAT))
            return shifted + 360 * np.round((lng - shifted) / 360), latitude

        parts = [in_degrees(_padded(part, _PAD_DEGREES), to_lnglat) for part in box.parts()]
        return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _padded(box: LngLatBbox, pad: float) -> BaseGeometry:
    west, south, east, north = box
    outline: BaseGeometry = shapely.box(west - pad, south - pad, east + pad, north + pad)
    return outline


def _no_box(text: str, uri: str) -> BadQuery:
    return BadQuery(
        f"bbox={text!r} is not a valid box in {uri}: give the lower, then the upper corner, in its axis order.",
        f"bbox={text!r} không phải khung hợp lệ trong {uri}: ghi góc dưới rồi góc trên, theo thứ tự trục của hệ đó.",
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
        meant = _uri_meant(text)
        hint = Label(f" Có phải {meant}?", f" Did you mean {meant}?") if meant else Label("", "")
        raise BadQuery(
            f"{param}={uri!r} is not a coordinate system of this service.{hint.en} Systems: {uris}.",
            f"{param}={uri!r} không phải hệ toạ độ của dịch vụ.{hint.vi} Các hệ: {uris}.",
        )
    return system


def _uri_meant(text: str) -> str | None:
    """The URI of a served CRS that another notation of it means, such as EPSG:9205, epsg/9205 or 9205; else None.

    >>> _uri_meant("urn:ogc:def:crs:EPSG::4326"), _uri_meant("crs84") == CRS84, _uri_meant("VN-2000")
    ('http://www.opengis.net/def/crs/EPSG/0/4326', True, None)
    """
    code = re.split(r"[:/]", text.upper())[-1]
    uri = CRS84 if code == "CRS84" else f"{_EPSG}{code}"
    return uri if uri in SERVED_CRS else None

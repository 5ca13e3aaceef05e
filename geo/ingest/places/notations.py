"""The text of one cell read as a place: a table of the notations that programs and people write places in."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.ingest.files.geojson import read_geometry
from geo.ingest.files.positions import RING_CLOSED, UnreadableGeometry
from geo.ingest.places.angles import (
    LONGEST,
    NO_VALUE,
    NOT_A_PAIR,
    Angle,
    larger_is_north,
    read_angle,
    read_pair,
    ungrouped,
)
from geo.ingest.places.map_links import LngLat, read_link
from geo.ingest.places.plus_codes import complete, decode, is_plus_code, is_short
from geo.schema import Label
from geo.text import nfc

Reference: TypeAlias = Callable[[str], LngLat | None]
"""The longitude and latitude of a place by its name, for short plus codes; None for a name that is not one place."""


class Pair(NamedTuple):
    """Two numbers in the order written; which of them is north is decided by the whole column."""

    one: Angle
    other: Angle


class Shape(NamedTuple):
    """A geometry, east before north, and the coordinate system that its notation states (None for none).

    `repair` says what had to be corrected in it.
    """

    shape: BaseGeometry
    crs: str | None = None
    repair: Label | None = None


Place: TypeAlias = Pair | Shape


class Notation(NamedTuple):
    """A way to write a place: its name, and a reader of a cell's text that returns None for any other notation.

    `plain` is a pair of numbers, which a cell may hold for another reason; every other notation means a place.
    """

    label: Label
    read: Callable[[str, Reference], Place | Label | None]
    plain: bool = False


class Reading(NamedTuple):
    """What a cell holds, in which notation."""

    place: Place
    notation: Notation


def read_place(cell: object, reference: Reference) -> Reading | Label:
    """The place that a cell holds, or what is wrong with it. Rows of NOTATIONS are tried in order.

    `reference` finds the place that a short plus code is near.
    """
    text = "" if cell is None or (isinstance(cell, float) and np.isnan(cell)) else nfc(str(cell)).strip()
    if not text:
        return NO_VALUE
    for notation in NOTATIONS:
        place = notation.read(text, reference)
        if isinstance(place, Label):
            return place
        if place is not None:
            return Reading(place, notation)
    return NOT_A_PAIR


# --- geometries in the notations of programs -----------------------------------------------------------

_WKT = re.compile(
    r"(?:SRID\s*=\s*(\d+)\s*;\s*)?((?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION|LINEARRING)"
    r"\s*(?:ZM?|M)?\s*(?=\(|EMPTY)",
    re.IGNORECASE,
)
_WKB = re.compile(r"(?:0x|\\x)?((?:00|01)[0-9A-F]{18,})", re.IGNORECASE)
_BAD_WKT = Label("WKT không đúng cú pháp", "the WKT is not well formed")
_BAD_WKB = Label("WKB không đọc được", "the WKB cannot be read")
_BAD_JSON = Label("GeoJSON không đúng cú pháp", "the GeoJSON is not well formed")
_NO_PLACE = Label("hình học rỗng", "the geometry is empty")


def _wkt(text: str, _: Reference) -> Place | Label | None:
    match = _WKT.match(text)
    if match is None:
        return None
    body, repair = text[match.start(2) :].strip(" ;"), None
    if match[2].casefold() == "point":
        body = re.sub(r"(?<=\d),(?=\d)", ".", body)  # a decimal comma: nothing else in a point is a comma
    try:
        shape = shapely.from_wkt(body)
    except GEOSException as error:
        if "closed linestring" not in str(error):
            return _BAD_WKT
        shape, repair = shapely.from_wkt(body, on_invalid="fix"), RING_CLOSED
    return _drawn(shape, _system(match[1]), repair)


def _wkb(text: str, _: Reference) -> Place | Label | None:
    match = _WKB.fullmatch(text)
    if match is None:
        return None
    try:
        shape = shapely.from_wkb(match[1])
    except GEOSException:
        return _BAD_WKB
    return _drawn(shape, _system(str(shapely.get_srid(shape))))


def _system(srid: str | None) -> str | None:
    """The CRS of a SRID; 4326 is longitude before latitude in EWKT and EWKB, and 0 states nothing."""
    return None if not srid or srid == "0" else STORE_CRS if srid == "4326" else f"EPSG:{srid}"


def _drawn(shape: BaseGeometry | None, crs: str | None, repair: Label | None = None) -> Shape | Label:
    return _NO_PLACE if shape is None or shape.is_empty else Shape(shapely.force_2d(shape), crs, repair)


def _geojson(text: str, _: Reference) -> Place | Label | None:
    if not text.startswith("{"):
        return None
    try:
        body = json.loads(text)
        return _by_name(body) or _geometry_of(body)
    except UnreadableGeometry as error:
        return error.label
    except (ValueError, RecursionError):
        return _BAD_JSON


def _geometry_of(body: dict[str, Any]) -> Shape | Label | None:
    """The geometry of a parsed Feature or geometry; None for any other object."""
    geometry = body.get("geometry") if body.get("type") == "Feature" else body
    if not isinstance(geometry, dict) or not {"coordinates", "geometries"} & geometry.keys():
        return None
    shape, closed = read_geometry(geometry)
    return _drawn(shape, _crs_member(geometry), RING_CLOSED if closed else None)


def _crs_member(geometry: dict[str, Any]) -> str:
    """The system that GeoJSON of before RFC 7946 names, as PostGIS writes it."""
    code = re.search(r"EPSG:+(\d+)\W*$", json.dumps(geometry.get("crs")))
    return _system(code[1] if code else None) or STORE_CRS


def _by_name(body: dict[str, Any]) -> Shape | None:
    """An object with the two numbers under their names, as web services write it."""
    numbers: dict[str, float] = {}
    for name, value in body.items():
        axis = _AXIS_NAMES.get(name.casefold())
        if axis is not None and isinstance(value, int | float | str):
            angle = read_angle(value)
            if isinstance(angle, Angle):
                numbers[axis] = angle.value
    return Shape(shapely.Point(numbers["lng"], numbers["lat"]), STORE_CRS) if len(numbers) == 2 else None


_AXIS_NAMES = {"lat": "lat", "latitude": "lat", "_lat": "lat", "lng": "lng", "lon": "lng", "long": "lng",
               "longitude": "lng", "_long": "lng"}  # fmt: skip


# --- web maps and plus codes ---------------------------------------------------------------------------

_CODE = re.compile(r"(?<![\w+])([23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,7})(?![\w+])", re.IGNORECASE)
NO_REFERENCE = Label(
    "mã cộng rút gọn cần tên xã, phường đi kèm (hoặc mã đầy đủ)",
    "a short plus code needs the name of its commune beside it (or the full code)",
)


def _link(text: str, _: Reference) -> Place | Label | None:
    place = read_link(text) if ":" in text or "/" in text else None
    return place if place is None or isinstance(place, Label) else Shape(shapely.Point(place), STORE_CRS)


def _plus_code(text: str, reference: Reference) -> Place | Label | None:
    match = _CODE.search(text) if "+" in text and len(text) <= LONGEST else None
    if match is None or not is_plus_code(match[1]):
        return None
    code = match[1]
    if is_short(code):
        near = reference((text[: match.start()] + text[match.end() :]).strip(" ,;.-()"))
        if near is None:
            return NO_REFERENCE
        code = complete(code, near)
    cell = decode(code)
    return Shape(shapely.Point(round(cell.lng, 7), round(cell.lat, 7)), STORE_CRS)


# --- numbers with words ----------------------------------------------------------------------------------

_AXIS_WORD = re.compile(r"(?<![^\W\d_])([xy])(?![^\W\d_])\s*(?:\([^)]*\))?\s*[:=]?\s*")
_BESIDES = re.compile(
    r"[\s,;|(]*(?<![^\W\d_])(?:alt|altitude|elev|elevation|z|h|cao độ|độ cao|acc|accuracy|sai số)\s*[:=(].*$"
)
_TITLE = re.compile(
    r"^(?:(?:toạ|tọa) độ|vị trí|gps|coordinates?|location|\(?lat\w*\s*[,/]\s*lo?ng?\w*\)?)"
    r"(?:\s*(?:điểm|gps))?\s*[:=]?\s+"
    r"|\(?\b(?:wgs ?-?84|vn ?-?2000)\b\)?:?"
)
_UTM = re.compile(
    r"(?:utm|wgs ?84|zone|múi|[\s:,-])*(4[789])\s*([c-hj-np-x])\s*[,;:]?\s*e?\s*[:=]?\s*(\d{6}(?:[.,]\d+)?)"
    r"\s*m?\s*[eđ]?[\s,;]+n?\s*[:=]?\s*(\d{7}(?:[.,]\d+)?)\s*m?\s*[nb]?"
)


def _utm(text: str, _: Reference) -> Place | Label | None:
    match = _UTM.fullmatch(text.casefold()) if len(text) <= LONGEST else None
    if match is None or match[2] < "n":
        return None
    east, north = (float(number.replace(",", ".")) for number in match.group(3, 4))
    return Shape(shapely.Point(east, north), f"EPSG:326{match[1]}")


def _x_and_y(text: str, _: Reference) -> Place | Label | None:
    """Two numbers called X and Y; which of them is north is left open, since both customs exist in Viet Nam."""
    plain = text.casefold().replace("hoành độ", "x").replace("tung độ", "y") if len(text) <= LONGEST else ""
    if "x" not in plain or "y" not in plain:
        return None
    plain = _BESIDES.sub("", plain)
    words = list(_AXIS_WORD.finditer(plain))
    if len(words) != 2 or words[0][1] == words[1][1]:
        return None
    parts = plain[words[0].end() : words[1].start()], plain[words[1].end() :]
    one, other = (read_angle(part.strip(" ,;|/()[]")) for part in parts)
    return one if isinstance(one, Label) else other if isinstance(other, Label) else Pair(one, other)


_AS_PROGRAMS = re.compile(r"[(\[]?\s*([-+]?\d+\.\d{4,})\s*[,; ]\s*([-+]?\d+\.\d{4,})\s*[)\]]?")
_HEIGHT = re.compile(
    r"([-+]?\d+\.\d{3,}|\d{5,7}(?:\.\d+)?)([\s,;]+)([-+]?\d+\.\d{3,}|\d{5,7}(?:\.\d+)?)[\s,;]+-?\d{1,4}(?:\.\d+)?"
)


def _pair(text: str, _: Reference) -> Place | Label | None:
    """Two numbers; a third one behind them is the height."""
    if len(text) > LONGEST:
        return None
    programs = _AS_PROGRAMS.fullmatch(text)
    if programs is not None:
        return Pair(Angle(float(programs[1])), Angle(float(programs[2])))
    with_height = _HEIGHT.fullmatch(text.strip(" ()[]"))
    plain = (
        f"{with_height[1]};{with_height[3]}"
        if with_height is not None
        else _BESIDES.sub("", _TITLE.sub("", text.casefold()))
    )
    pair = read_pair(plain)
    return None if pair is None or isinstance(pair, Label) else Pair(*pair)


# --- lines of numbers ------------------------------------------------------------------------------------

_COUNT = r"[-+]?\d+(?:[.,]\d+)?"
_ORDINAL = re.compile(r"^(?:(?:điểm|đỉnh|mốc|góc)\s*)?\w{1,3}\s*[.):]\s+", re.IGNORECASE)
CORNERS_JOINED = Label(
    "danh sách đỉnh không khép kín: đã nối đỉnh cuối với đỉnh đầu",
    "the list of corners is not closed: the last one was joined to the first",
)
_GEOPOINT = re.compile(rf"({_COUNT}) +({_COUNT})(?: +{_COUNT}){{0,2}}")


def _geopoint(text: str, _: Reference) -> Place | Label | None:
    """Latitude, longitude, altitude and accuracy, as ODK and KoboToolbox write one place."""
    place = _odk_position(text) if text.count(" ") >= 2 else None
    return None if place is None else Shape(shapely.Point(place), STORE_CRS)


def _odk_position(text: str) -> LngLat | None:
    match = _GEOPOINT.fullmatch(" ".join(text.split()))
    if match is None or _is_angle(text.split()):
        return None
    lat, lng = (float(number.replace(",", ".")) for number in match.group(1, 2))
    return (lng, lat) if abs(lat) <= 90 and abs(lng) <= 180 else None


def _is_angle(parts: list[str]) -> bool:
    """Whether numbers are rather degrees with minutes: 21 23.19, 21 23 11.4, or two such angles."""
    halves = [parts] if len(parts) < 4 else [parts[: len(parts) // 2], parts[len(parts) // 2 :]]
    return all(
        half[0].lstrip("+-").isdigit() and all(0 <= float(part.replace(",", ".")) < 60 for part in half[1:])
        for half in halves
    )


def _vertices(text: str, _: Reference) -> Place | Label | None:
    """Places in one cell, one after the other: geotraces and geoshapes of ODK, and lists of corners in metres."""
    parts = [part.strip() for part in text.split("\n") if part.strip()]
    if len(parts) < 3:
        parts = [part.strip() for part in re.split(r"[;\n|]", text) if part.strip()]
    if len(parts) < 2:
        return None
    by_odk = [_odk_position(part) for part in parts]
    places = [place for place in by_odk if place is not None]
    if len(places) == len(parts):
        return Shape(_line(places), STORE_CRS)
    return _corners(parts) if len(parts) > 2 else None


def _corners(parts: list[str]) -> Shape | None:
    """The outline through places written as pairs; the order of the two numbers is that of most of them."""
    pairs: list[tuple[Angle, Angle]] = []
    for part in (_ORDINAL.sub("", part) for part in parts):
        pair = _x_and_y(part, _nowhere) or _pair(part, _nowhere)
        if not isinstance(pair, Pair):
            return None
        pairs.append((pair.one, pair.other))
    numbers = [(ungrouped(one, other), ungrouped(other, one)) for one, other in pairs]
    orders = [larger_is_north(*pair) for pair in numbers] if max(map(max, numbers)) > 180 else _by_degrees(numbers)
    north_first = orders.count("north") >= orders.count("east")
    places = [(other, one) if north_first else (one, other) for one, other in numbers]
    return Shape(shapely.Polygon(places), repair=None if places[0] == places[-1] else CORNERS_JOINED)


def _by_degrees(numbers: list[tuple[float, float]]) -> list[str | None]:
    return ["east" if abs(one) > 90 else "north" if abs(other) > 90 else None for one, other in numbers]


def _line(places: list[LngLat]) -> BaseGeometry:
    """A polygon of places that end where they begin, a line of any others."""
    closed = len(places) > 3 and places[0] == places[-1]
    return shapely.Polygon(places) if closed else shapely.LineString(places)


def _nowhere(_: str) -> None:
    return None


NOTATIONS: tuple[Notation, ...] = (
    Notation(Label("WKT", "WKT"), _wkt),
    Notation(Label("WKB dạng hexa", "hexadecimal WKB"), _wkb),
    Notation(Label("GeoJSON", "GeoJSON"), _geojson),
    Notation(Label("liên kết bản đồ", "map link"), _link),
    Notation(Label("mã cộng (plus code)", "plus code"), _plus_code),
    Notation(Label("UTM có số múi", "UTM with its zone"), _utm),
    Notation(Label("X và Y kèm chữ", "X and Y in words"), _x_and_y),
    Notation(Label("danh sách toạ độ các đỉnh", "list of corners"), _vertices),
    Notation(Label("geopoint của ODK, KoboToolbox", "geopoint of ODK or KoboToolbox"), _geopoint),
    Notation(Label("cặp toạ độ", "pair of coordinates"), _pair, plain=True),
)
"""The first that reads a cell is its notation."""

"""Places in the addresses of web maps: which parameters of which service hold them, and in which order."""

import re
from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import unquote_plus

from geo.ingest.places.angles import read_pair
from geo.schema import Label

LngLat: TypeAlias = tuple[float, float]

_DECIMAL = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIR = rf"({_DECIMAL})\s*[,~_/ ]\s*({_DECIMAL})(?![\d.])"


class _Service(NamedTuple):
    """A service by its host, and where its addresses hold a place, the surest first."""

    host: str
    places: tuple[str, ...]
    order: Literal["lat_lng", "lng_lat"] = "lat_lng"


_SERVICES = (
    _Service(
        r"google\.[a-z.]+|goo\.gl",
        (
            rf"!3d({_DECIMAL})!4d({_DECIMAL})",
            rf"[?&](?:q|query|ll|destination|daddr|center|viewpoint|sll)=(?:loc:)?{_PAIR}",
            rf"/(?:place|search|dir)/(?:[^@]*/)?{_PAIR}",
            rf"@{_PAIR}",
        ),
    ),
    _Service(r"openstreetmap\.org|osm\.org", (rf"[?&]mlat=({_DECIMAL})&mlon=({_DECIMAL})", rf"#map=[\d.]+/{_PAIR}")),
    _Service(r"apple\.com", (rf"[?&](?:ll|coordinate|q|daddr|center|sll)=(?:loc:)?{_PAIR}",)),
    _Service(r"bing\.com", (rf"[?&]sp=point\.{_PAIR}", rf"[?&]cp={_PAIR}")),
    _Service(r"waze\.com", (rf"[?&](?:ll|latlng|to=ll)[=.]{_PAIR}",)),
    _Service(r"here\.com", (rf"[?&]map={_PAIR}", rf"/l/{_PAIR}")),
    _Service(r"yandex\.[a-z.]+", (rf"[?&](?:pt|ll|whatshere\[point\])={_PAIR}",), "lng_lat"),
)
_ANY_SERVICE = (
    rf"[?&#/](?:m?lat|latitude)=({_DECIMAL})&(?:m?lon|m?lng|long|longitude)=({_DECIMAL})",
    rf"^geo:{_PAIR}",
)
"""What addresses of other services have, and the URI of RFC 5870."""

_URL = re.compile(
    r"(?:geo:|https?://|\b(?:www\.|maps\.|map\.)[\w-]+\.|\bgoo\.gl/)[^\s\"<>]+(?:(?<=,)\s+[-+\d.]+[^\s\"<>]*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:https?://)?([\w.-]+)", re.IGNORECASE)
_ANGLES = re.compile(r"[?&](?:q|query|destination|daddr)=([^&#]+)|/(?:place|search)/([^/@]+)")

NO_COORDINATES = Label(
    "liên kết bản đồ không chứa toạ độ; hãy mở liên kết rồi chép địa chỉ đầy đủ hoặc toạ độ",
    "the map link holds no coordinates; open it and copy the full address or the coordinates",
)


def read_link(text: str) -> LngLat | Label | None:
    """Longitude and latitude in the address of a web map; NO_COORDINATES for a map without; None for anything else.

    >>> read_link("https://www.google.com/maps?q=21.3865,103.0186")
    (103.0186, 21.3865)
    >>> read_link("https://dienbien.gov.vn/?id=7") is None
    True
    """
    match = _URL.search(text)
    if match is None:
        return None
    url = unquote_plus(match[0].rstrip(".,;)"))
    for pattern in _ANY_SERVICE:
        place = re.search(pattern, url)
        if place is not None:
            return float(place[2]), float(place[1])
    service = _service_of(url)
    if service is None:
        return None
    for pattern in service.places:
        place = re.search(pattern, url)
        if place is not None:
            first, second = float(place[1]), float(place[2])
            return (first, second) if service.order == "lng_lat" else (second, first)
    return _angles_in(url) or (NO_COORDINATES if _is_map(url) else None)


def _service_of(url: str) -> _Service | None:
    host = _HOST.match(url)
    if host is None:
        return None
    return next((one for one in _SERVICES if re.search(rf"(?:^|\.)(?:{one.host})$", host[1].casefold())), None)


def _is_map(url: str) -> bool:
    """Whether an address of a service is one of its maps: the services have other pages too."""
    return re.search(r"map|goo\.gl|waze|here|osm\.org", url.casefold()) is not None


def _angles_in(url: str) -> LngLat | None:
    """A place that an address holds as degrees, minutes and seconds."""
    text = _ANGLES.search(url)
    pair = read_pair(text[1] or text[2]) if text is not None else None
    if pair is None or isinstance(pair, Label) or not (pair[0].axis and pair[1].axis):
        return None
    north, east = pair if pair[0].axis == "lat" else pair[::-1]
    return east.value, north.value

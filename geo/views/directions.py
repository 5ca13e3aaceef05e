"""The ways to a record's place: links into map programs, and its coordinates as text to copy."""

import math
from typing import Any, NamedTuple

from geo.atlas import Record
from geo.ocop.layers import POINT_LAYERS
from geo.schema import Label, Precision
from geo.views.values import precision_of
from geo.vn2000.systems import HOME, Reading


class Destination(NamedTuple):
    """A map program, the devices that it is for, and the URL that opens the way to a place in it.

    {lat} and {lng} in `address` stand for degrees in WGS 84.
    """

    name: str
    label: str
    devices: Label
    address: str


DESTINATIONS = (
    Destination(
        "openstreetmap", "OpenStreetMap", Label("mọi trình duyệt", "any browser"),
        "https://www.openstreetmap.org/directions?route=%3B{lat}%2C{lng}",
    ),
    Destination(
        "google", "Google Maps", Label("mọi trình duyệt, điện thoại", "any browser or phone"),
        "https://www.google.com/maps/dir/?api=1&destination={lat}%2C{lng}",
    ),
    Destination(
        "apple", "Apple Maps", Label("iPhone, iPad, máy Mac", "iPhone, iPad, Mac"),
        "https://maps.apple.com/?daddr={lat}%2C{lng}",
    ),
    Destination(
        "geo", "Organic Maps, OsmAnd", Label("ứng dụng trên điện thoại Android", "apps on Android phones"),
        "geo:{lat},{lng}?q={lat},{lng}",
    ),
)  # fmt: skip
"""In the order of the menu. The fourth is the `geo` URI of RFC 5870, with the `q` by which Android apps set a pin.

The other addresses follow the documents of their programs: `route` of openstreetmap.org, Google's Maps URLs, and
Apple's Map Links.
"""

MOST_UNCERTAIN_M = 10_000.0
"""Places that are less certain have no directions: a way of more than 10 km beside the goal leads to another valley."""
_WARNED_FROM_M = 2_000.0
"""From this uncertainty on the menu warns; a village is found by asking."""

_WARNING = Label(
    "Vị trí gần đúng: nơi cần đến có thể cách điểm này khoảng {km} km. Hãy hỏi đường khi đến gần.",
    "Approximate location: the place may be about {km} km from this point. Ask for the way when you are near.",
)
_UNKNOWN = Label(
    "Chưa rõ vị trí này chính xác đến đâu. Hãy hỏi đường khi đến gần.",
    "The accuracy of this location is not known. Ask for the way when you are near.",
)
_DEGREES = Label("Vĩ độ, kinh độ (WGS 84)", "Latitude, longitude (WGS 84)")
_GRID = Reading(HOME, swapped=True)


def directions_of(record: Record, lang: str) -> dict[str, Any] | None:
    """The warning, the ways and the coordinates for a record, as plain values.

    None for areas, for lines, and for places that are less certain than MOST_UNCERTAIN_M. Coordinates are rounded
    to about a metre: latitude before longitude in degrees, northing before easting in VN-2000.
    """
    if record.layer not in POINT_LAYERS or record.lng is None or record.lat is None:
        return None
    precision = precision_of(record)
    if precision is not None and precision.uncertainty_m > MOST_UNCERTAIN_M:
        return None
    lat, lng = f"{record.lat:.5f}", f"{record.lng:.5f}"
    return {
        "warning": _warning(precision, lang),
        "ways": [
            {
                "name": row.name,
                "label": row.label,
                "devices": row.devices.of(lang),
                "url": row.address.format(lat=lat, lng=lng),
            }
            for row in DESTINATIONS
        ],
        "coordinates": [
            {"label": _DEGREES.of(lang), "text": f"{lat}, {lng}"},
            *_in_vn2000(record.lng, record.lat, lang),
        ],
    }


def _warning(precision: Precision | None, lang: str) -> str | None:
    if precision is None:
        return _UNKNOWN.of(lang)
    if precision.uncertainty_m < _WARNED_FROM_M:
        return None
    return _WARNING.of(lang).format(km=round(precision.uncertainty_m / 1000))


def _in_vn2000(lng: float, lat: float, lang: str) -> list[dict[str, str]]:
    """The position in the province's VN-2000 system; nothing where the projection has no value."""
    north, east = (float(number[0]) for number in _GRID.from_lnglat(lng, lat))
    if not (math.isfinite(north) and math.isfinite(east)):
        return []
    return [{"label": _GRID.label.of(lang), "text": f"{north:.0f}, {east:.0f}"}]

"""The ways to a place: which places have them, what they warn of, and the addresses and coordinates that they give."""

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import pyproj
import pytest
from shapely import Point

from geo.atlas import Atlas, Query
from geo.ocop.codes import PRECISIONS
from geo.views.directions import DESTINATIONS, directions_of
from tests.frames import frame, world
from tests.frozen import frozen

LAT, LNG = 21.38287, 103.01722


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """A site of each precision, one whose precision is unknown, and the small province around them."""
    kinds = [*(precision.key for precision in PRECISIONS), None]
    sites = [
        {
            "site_id": str(kind),
            "name": "Nơi",
            "kind": "scenic",
            "precision": kind,
            "at": Point(LNG, LAT),
            "source_ids": "S1",
        }
        for kind in kinds
    ]
    folder = tmp_path_factory.mktemp("directions") / "a"
    with frozen({**world(), "sites": frame("sites", *sites)}, folder) as atlas:
        yield atlas


@pytest.mark.parametrize(
    ("precision", "warning"),
    [
        ("exact", None),
        ("village", None),
        ("commune", "Vị trí gần đúng: nơi cần đến có thể cách điểm này khoảng 8 km. Hãy hỏi đường khi đến gần."),
        ("None", "Chưa rõ vị trí này chính xác đến đâu. Hãy hỏi đường khi đến gần."),
    ],
)
def test_the_menu_warns_where_the_place_may_be_far_from_the_point(
    places: Atlas, precision: str, warning: str | None
) -> None:
    menu = directions_of(places.get("sites", precision), "vi")
    assert menu is not None
    assert menu["warning"] == warning


def test_places_known_to_a_district_areas_and_lines_have_no_directions(places: Atlas) -> None:
    assert directions_of(places.get("sites", "district"), "vi") is None
    assert directions_of(places.get("zones", "Z1"), "vi") is None
    assert directions_of(places.get("communes", "00001"), "vi") is None
    assert directions_of(places.get("old_communes", "00011"), "vi") is None, "its point stands for an area"
    (link,) = places.find(Query("links", place="placed", limit=1)).records
    assert directions_of(link, "vi") is None


def test_every_destination_is_asked_for_the_place_itself(places: Atlas) -> None:
    menu = directions_of(places.get("sites", "exact"), "en")
    assert menu is not None
    urls = {way["name"]: way["url"] for way in menu["ways"]}
    assert list(urls) == [row.name for row in DESTINATIONS]
    queries = {name: parse_qs(urlsplit(url).query) for name, url in urls.items()}
    there = f"{LAT},{LNG}"
    assert queries["openstreetmap"]["route"] == [f";{there}"]
    assert queries["google"] == {"api": ["1"], "destination": [there]}
    assert queries["apple"]["daddr"] == [there]
    assert urls["geo"] == f"geo:{there}?q={there}"
    assert all(unquote(url).startswith(("https://", "geo:")) for url in urls.values())


def test_the_coordinates_lead_back_to_the_point(places: Atlas) -> None:
    menu = directions_of(places.get("sites", "exact"), "vi")
    assert menu is not None
    degrees, grid = menu["coordinates"]
    assert degrees == {"label": "Vĩ độ, kinh độ (WGS 84)", "text": f"{LAT}, {LNG}"}
    assert "kinh tuyến trục 103°00′" in grid["label"] and "EPSG:9205" in grid["label"]
    north, east = (float(number) for number in grid["text"].split(", "))
    # pyproj's own definition of EPSG:9205, with the official parameters of VN-2000 (EPSG:6960)
    to_wgs84 = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84"
        " +step +proj=cart +ellps=WGS84"
        " +step +proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 +ry=0.01975479"
        " +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame"
        " +step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    lng, lat = to_wgs84.transform(east, north)
    assert (lng, lat) == pytest.approx((LNG, LAT), abs=2e-5)

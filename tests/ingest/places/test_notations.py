"""One cell with a place in it: every notation, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import STORE_CRS
from geo.ingest.places.map_links import NO_COORDINATES, read_link
from geo.ingest.places.notations import NO_REFERENCE, NOTATIONS, Pair, Reading, Shape, read_place
from geo.schema import Label

NEAR_THE_CITY = (103.01, 21.38)


def reference(text: str) -> tuple[float, float] | None:
    return NEAR_THE_CITY if "Điện Biên" in text else None


def place_of(cell: object) -> Shape | Pair:
    reading = read_place(cell, reference)
    assert isinstance(reading, Reading), reading
    return reading.place


@pytest.mark.parametrize(
    ("cell", "wkt", "crs"),
    [
        ("POINT (103.0186 21.3865)", "POINT (103.0186 21.3865)", None),
        ("point(103,0186 21,3865)", "POINT (103.0186 21.3865)", None),
        ("SRID=4326;POINT(103.0186 21.3865)", "POINT (103.0186 21.3865)", STORE_CRS),
        ("srid = 9205 ; POINT Z (501927.1 2365683.6 512)", "POINT (501927.1 2365683.6)", "EPSG:9205"),
        ("POINTZ(103 21 5)", "POINT (103 21)", None),
        ("LINESTRING (103 21, 103.1 21.1)", "LINESTRING (103 21, 103.1 21.1)", None),
        ("0101000020E610000000000000000059400000000000003540", "POINT (100 21)", STORE_CRS),
        ('{"type": "Point", "coordinates": [103.0186, 21.3865]}', "POINT (103.0186 21.3865)", STORE_CRS),
        ('{"type": "Point", "coordinates": ["103.0186", "21.3865"]}', "POINT (103.0186 21.3865)", STORE_CRS),
        (
            '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[103,21]}}',
            "POINT (103 21)", STORE_CRS,
        ),
        (
            '{"type":"Point","crs":{"type":"name","properties":{"name":"EPSG:9205"}},"coordinates":[501927,2365683]}',
            "POINT (501927 2365683)", "EPSG:9205",
        ),
        ('{"lat": 21.3865, "lng": "103.0186"}', "POINT (103.0186 21.3865)", STORE_CRS),
        ("21.3865 103.0186 512.3 4.9", "POINT (103.0186 21.3865)", STORE_CRS),
        ("21.3865 103.0186 0 0", "POINT (103.0186 21.3865)", STORE_CRS),
        ("21,3865 103,0186 512,3 4,9", "POINT (103.0186 21.3865)", STORE_CRS),
        (
            "21.45 103.1 0 0; 21.45 103.2 0 0; 21.5 103.2 0 0; 21.45 103.1 0 0",
            "POLYGON ((103.1 21.45, 103.2 21.45, 103.2 21.5, 103.1 21.45))", STORE_CRS,
        ),
        ("21.45 103.1;21.46 103.2;", "LINESTRING (103.1 21.45, 103.2 21.46)", STORE_CRS),
        (
            "X=2365683,6 Y=501877,6; X=2365700 Y=501900; X=2365720 Y=501910",
            "POLYGON ((501877.6 2365683.6, 501900 2365700, 501910 2365720, 501877.6 2365683.6))", None,
        ),
        (
            "Đỉnh 1: X=2365683; Y=501877\nĐỉnh 2: X=2365700; Y=501900\nĐỉnh 3: X=2365720; Y=501910",
            "POLYGON ((501877 2365683, 501900 2365700, 501910 2365720, 501877 2365683))", None,
        ),
        (
            "1. 2365683, 501877\n2. 2365700, 501900\n3. 2365720, 501910\n1. 2365683, 501877",
            "POLYGON ((501877 2365683, 501900 2365700, 501910 2365720, 501877 2365683))", None,
        ),
        ("48Q 293456 2367123", "POINT (293456 2367123)", "EPSG:32648"),
        ("UTM 48Q 293456,5E 2367123,5N", "POINT (293456.5 2367123.5)", "EPSG:32648"),
        ("7PH592P9+JC", "POINT (103.0185625 21.3865625)", STORE_CRS),
        ("92P9+JC Điện Biên Phủ", "POINT (103.0185625 21.3865625)", STORE_CRS),
    ],
)  # fmt: skip
def test_a_notation_that_states_its_order_is_a_geometry(cell: str, wkt: str, crs: str | None) -> None:
    shape = place_of(cell)
    assert isinstance(shape, Shape)
    assert (shape.shape.wkt, shape.crs) == (wkt, crs)


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("X: 2365683.6 Y: 501877.6", (2_365_683.6, 501_877.6)),
        ("Y=501877,6; X=2365683,6", (501_877.6, 2_365_683.6)),
        ("Toạ độ: X = 2.365.683,6 m; Y = 501.877,6 m", (2_365_683.6, 501_877.6)),
        ("X(m): 2365683.6 | Y(m): 501877.6", (2_365_683.6, 501_877.6)),
        ("X: 2365683.6 Y: 501877.6 H: 512.3", (2_365_683.6, 501_877.6)),
        ("Easting: 501877.6 Northing: 2365683.6", (501_877.6, 2_365_683.6)),
        ("Hoành độ: 501877.6; Tung độ: 2365683.6", (501_877.6, 2_365_683.6)),
        ("2 365 683,6 501 877,6", (2_365_683.6, 501_877.6)),
        ("2365683.6, 501877.6, 512.3", (2_365_683.6, 501_877.6)),
        ("103.0186,21.3865,512", (103.0186, 21.3865)),
        ("Lat: 21.3865, Long: 103.0186, Alt: 512", (21.3865, 103.0186)),
        ("KĐ: 103,0186 VĐ: 21,3865", (103.0186, 21.3865)),
        ("lat=21.3865&lon=103.0186", (21.3865, 103.0186)),
        ("21.3865 - 103.0186", (21.3865, 103.0186)),
        ("Tọa độ: 21.3865, 103.0186 (WGS84)", (21.3865, 103.0186)),
        ("(Lat, Long): 21.3865, 103.0186", (21.3865, 103.0186)),
        ("21-23-11.4 103-01-06.96", (21.3865, 103.0186)),
        ("[103.0186, 21.3865]", (103.0186, 21.3865)),
        ("21 23.19 103 1.116", (21.3865, 103.0186)),
        ("21 23 11.4 103 1 6.96", (21.3865, 103.0186)),
    ],
)  # fmt: skip
def test_two_numbers_stay_in_the_order_written(cell: str, numbers: tuple[float, float]) -> None:
    pair = place_of(cell)
    assert isinstance(pair, Pair)
    assert (pair.one.value, pair.other.value) == pytest.approx(numbers, abs=1e-9)


@pytest.mark.parametrize(
    "cell",
    [
        "21o23'11.4''B 103o01'06.96''Đ", "21°23´11.4´´ B, 103°01´06.96´´ Đ", "21°23`11.4`` B 103°01`06.96`` Đ",
        "21°23’11.4’’N,103°01’06.96’’E", "21 độ 23 phút 11,4 giây B, 103 độ 1 phút 6,96 giây Đ",
        "B21°23'11.4\" Đ103°01'06.96\"", "21˚23′11.4″N 103˚01′06.96″E", "21&deg;23'11.4\"N 103&deg;01'06.96\"E",
        "21o23'11,4\"N-103o01'06,96\"E", "Toạ độ: 21°23'11.4\"B - 103°01'06.96\"Đ",
        "Kinh độ Đông: 103°01'06.96\", Vĩ độ Bắc: 21°23'11.4\"", "N 21° 23.19', E 103° 1.116'",
        "21°23'11.4\" vĩ Bắc, 103°01'06.96\" kinh Đông",
    ],
)  # fmt: skip
def test_letters_say_which_angle_is_north(cell: str) -> None:
    pair = place_of(cell)
    assert isinstance(pair, Pair)
    north, east = (pair.one, pair.other) if pair.one.axis == "lat" else (pair.other, pair.one)
    assert (north.axis, east.axis) == ("lat", "lng")
    assert (north.value, east.value) == pytest.approx((21.3865, 103.0186))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/maps?q=21.3865,103.0186",
        "https://www.google.com.vn/maps?q=loc:21.3865,+103.0186&z=15",
        "https://www.google.com/maps/place/21%C2%B023'11.4%22N+103%C2%B001'07.0%22E/@21.3,103.0,17z/data=!8m2!3d21.3865!4d103.0186",
        "https://www.google.com/maps/place/%C4%90%E1%BB%93i+A1/@21.3865,103.0186,17z",
        "https://www.google.com/maps/search/?api=1&query=21.3865%2C103.0186",
        "https://www.google.com/maps/dir/21.1,103.1/21.3865,103.0186/@21.3,103,15z",
        "maps.google.com/?ll=21.3865,103.0186",
        "https://www.openstreetmap.org/?mlat=21.3865&mlon=103.0186#map=17/21.3/103.0",
        "https://www.openstreetmap.org/#map=17/21.3865/103.0186",
        "https://maps.apple.com/?q=A&ll=21.3865,103.0186",
        "https://maps.apple.com/place?coordinate=21.3865,103.0186&name=A",
        "geo:21.3865,103.0186?z=17",
        "https://www.bing.com/maps?cp=21.3865~103.0186&lvl=16",
        "https://waze.com/ul?ll=21.3865,103.0186",
        "https://yandex.com/maps/?ll=103.0186,21.3865&z=12",
        "https://example.org/map?lat=21.3865&lng=103.0186",
        "Bản đồ: https://www.google.com/maps?q=21.3865, 103.0186.",
    ],
)
def test_a_map_link_holds_its_place(url: str) -> None:
    assert read_link(url) == (103.0186, 21.3865)


def test_a_link_whose_place_is_written_as_angles_is_read() -> None:
    place = read_link("https://maps.google.com/?q=21%C2%B023'11.4%22N+103%C2%B001'06.96%22E")
    assert place == pytest.approx((103.0186, 21.3865))


@pytest.mark.parametrize(
    "url", ["https://maps.app.goo.gl/Qx1", "https://goo.gl/maps/Qx1", "https://www.google.com/maps/place/A1"]
)
def test_a_map_link_without_coordinates_says_so(url: str) -> None:
    assert read_link(url) == NO_COORDINATES
    assert read_place(url, reference) == NO_COORDINATES


@pytest.mark.parametrize(
    "cell",
    ["xã Thanh Nưa", "số 12, tổ 3", "Đội 12, bản 5", "0912345678", "12-05-2020", "https://dienbien.gov.vn/?id=7",
     "https://www.google.com/search?q=mat+ong", "htx@example.org", '{"a": 1}', "[]", "21 23 11.4", True, 21.3865],
)  # fmt: skip
def test_what_is_no_place_is_not_read(cell: object) -> None:
    assert isinstance(read_place(cell, reference), Label)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("POINT (103.0186)", "not well formed"),
        ("POLYGON ((103 21, 103.1 21", "not well formed"),
        ("POINT EMPTY", "empty"),
        ('{"type": "Point", "coordinates": [103.0186]}', "does not have two numbers"),
        ('{"type": "Point", "coordinates": [103.0186, 21', "not well formed"),
        ("92P9+JC", "name of its commune"),
    ],
)
def test_a_place_that_is_damaged_says_what_is_wrong(cell: str, words: str) -> None:
    wrong = read_place(cell, reference)
    assert isinstance(wrong, Label) and words in wrong.en and wrong.vi != wrong.en


def test_a_ring_that_is_not_closed_is_closed_and_reported() -> None:
    shape = place_of("POLYGON ((103.1 21.4, 103.2 21.4, 103.2 21.5))")
    assert isinstance(shape, Shape) and shape.shape.is_valid
    assert shape.repair is not None and "closed" in shape.repair.en


def test_a_short_plus_code_needs_a_place_near_it() -> None:
    assert read_place("92P9+JC, Hà Nội", reference) == NO_REFERENCE


def test_every_notation_has_a_name_in_both_languages() -> None:
    assert len({notation.label for notation in NOTATIONS}) == len(NOTATIONS)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_without_failing(text: str) -> None:
    assert isinstance(read_place(text, reference), Reading | Label)


@pytest.mark.parametrize(
    "part", ["21 ", "POINT(", "SRID=4326;", "X: 1 ", "1;", "https://www.google.com/maps?q=", '{"a":', "103.0186,"]
)
def test_long_cells_take_no_time(part: str) -> None:
    assert isinstance(read_place(part * 20_000, reference), Reading | Label)

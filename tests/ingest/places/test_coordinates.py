"""Coordinate columns as people fill them in: every shape read, every mistake an issue with its row."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ingest.places.angles import (
    LONGEST,
    NO_VALUE,
    NOT_A_COORDINATE,
    NOT_FINITE,
    NOT_WHOLE,
    OVER_SIXTY,
    Angle,
    read_angle,
    read_pair,
)
from geo.ingest.places.coordinates import Columns, Coordinates, columns_of, read_coordinates
from geo.report import ISSUE_KINDS
from geo.schema import Label
from geo.vn2000.systems import HOME, Reading

TENTHS = 21 + 23 / 60 + 10.3 / 3600
WHOLE = 21 + 23 / 60 + 10 / 3600


@pytest.mark.parametrize(
    ("cell", "value", "axis"),
    [
        (21.38, 21.38, ""),
        (21, 21.0, ""),
        (np.float32(21.5), 21.5, ""),
        (np.int64(21), 21.0, ""),
        ("21.38", 21.38, ""),
        ("21,38", 21.38, ""),
        (" 21.38° ", 21.38, ""),
        ("-21.38", -21.38, ""),
        ("−21.38", -21.38, ""),
        ("21°23'10.3\"N", TENTHS, "lat"),
        ("21°23′10,3″", TENTHS, ""),
        ("21º 23’ 10.3”", TENTHS, ""),
        ("21°23'10.3''", TENTHS, ""),
        ("21 23 10.3", TENTHS, ""),
        ("21:23:10.3", TENTHS, ""),
        ("21d23m10s", WHOLE, ""),
        ("21d23m10.3sN", TENTHS, "lat"),
        ("21 độ 23 phút 10 giây", WHOLE, ""),
        ("21°23'10\" B", WHOLE, "lat"),
        ("103°01'02\" Đ", 103 + 1 / 60 + 2 / 3600, "lng"),
        ("103°01'02\" Ð", 103 + 1 / 60 + 2 / 3600, "lng"),
        ("103°01'02\" D", 103 + 1 / 60 + 2 / 3600, "lng"),
        ("21°23' Bắc", 21 + 23 / 60, "lat"),
        ("21°23.5'", 21 + 23.5 / 60, ""),
        ("N 21.38", 21.38, "lat"),
        ("Vĩ độ: 21,38", 21.38, "lat"),
        ("Kinh độ 103,01", 103.01, "lng"),
        ("lon=103.01", 103.01, "lng"),
        ("21.38 S", -21.38, "lat"),
        ("2365683.6", 2_365_683.6, ""),
        ("2.365.683,6", 2_365_683.6, ""),
        ("2,365,683.6", 2_365_683.6, ""),
        ("2 365 683,6", 2_365_683.6, ""),
        ("2.365.683", 2_365_683.0, ""),
    ],
)
def test_a_cell_is_read(cell: object, value: float, axis: str) -> None:
    read = read_angle(cell)
    assert isinstance(read, Angle)
    assert read.value == pytest.approx(value, abs=1e-9)
    assert read.axis == axis


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        (None, NO_VALUE),
        ("", NO_VALUE),
        ("   ", NO_VALUE),
        (math.nan, NO_VALUE),
        (math.inf, NOT_FINITE),
        (-math.inf, NOT_FINITE),
        ("nan", NOT_A_COORDINATE),
        ("inf", NOT_A_COORDINATE),
        ("-", NOT_A_COORDINATE),
        ("chưa có", NOT_A_COORDINATE),
        ("#N/A", NOT_A_COORDINATE),
        (True, NOT_A_COORDINATE),
        (datetime.date(2021, 3, 1), NOT_A_COORDINATE),
        ("1e5", NOT_A_COORDINATE),
        ("21.38.5", NOT_A_COORDINATE),
        ("21,3,8", NOT_A_COORDINATE),
        ("=A1+1", NOT_A_COORDINATE),
        ("21°75'", OVER_SIXTY),
        ("21°23'60\"", OVER_SIXTY),
        ("21.5°23'", NOT_WHOLE),
        ("9" * (LONGEST + 1), NOT_A_COORDINATE),
        ("21 " * 50_000, NOT_A_COORDINATE),
        (" °'" * 50_000, NOT_A_COORDINATE),
    ],
)
def test_what_is_no_coordinate_is_refused_with_its_reason(cell: object, wrong: Label) -> None:
    assert read_angle(cell) == wrong


@pytest.mark.parametrize(
    "cell",
    [
        "21.38, 103.01", "21.38,103.01", "(21.38, 103.01)", "21,38; 103,01", "21,38 103,01", "21,38,103,01",
        "21.38 103.01", "21.38/103.01", "21.38\t103.01", "21.38\n103.01", "21.38N,103.01E", "N21.38 E103.01",
        "Vĩ độ: 21,38 Kinh độ: 103,01", "Lat: 21.38 Long: 103.01", "21.38°, 103.01°", "Bắc 21.38 Đông 103.01",
    ],
)  # fmt: skip
def test_two_coordinates_in_one_cell_are_read(cell: str) -> None:
    pair = read_pair(cell)
    assert not isinstance(pair, Label)
    assert (pair[0].value, pair[1].value) == (21.38, 103.01)


@pytest.mark.parametrize(
    "cell",
    [
        "21°23'10\" B; 103°01'02\" Đ", "21°23'10\"N 103°01'02\"E", "21°23'10\" 103°01'02\"", "21 23 10 103 1 2",
        "N21°23'10\" E103°01'02\"", "21d23m10s, 103d1m2s", "21°23′10″B, 103°1′2″Đ",
    ],
)  # fmt: skip
def test_two_angles_in_one_cell_are_read(cell: str) -> None:
    pair = read_pair(cell)
    assert not isinstance(pair, Label)
    assert (pair[0].value, pair[1].value) == pytest.approx((WHOLE, 103 + 1 / 60 + 2 / 3600))


@pytest.mark.parametrize(
    "cell", ["21.38", "21.38, 103.01, 5", "x, y", "21°N 22°N 23°N", "1" * 500, "a" * 100_000, ";;"]
)
def test_a_cell_without_exactly_two_coordinates_is_refused(cell: str) -> None:
    assert isinstance(read_pair(cell), Label)


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59999), st.sampled_from(["°'\"", "dms", "   ", ":: "]))
def test_an_angle_written_in_any_style_is_the_same_angle(deg: int, minute: int, thousandths: int, marks: str) -> None:
    d, m, s = tuple(marks)
    read = read_angle(f"{deg}{d}{minute}{m}{thousandths / 1000:.3f}{s}".strip())
    assert isinstance(read, Angle)
    assert read.value == pytest.approx(deg + minute / 60 + thousandths / 3_600_000, abs=1e-10)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_without_failing(text: str) -> None:
    assert isinstance(read_angle(text), Angle | Label)
    assert isinstance(read_pair(text), tuple)


# --- columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "declared"),
    [
        ("Vĩ độ", "Kinh độ", "north"),
        ("KINH_DO", "VI_DO", "east"),
        ("Longitude", "Latitude", "east"),
        ("Northing", "Easting", "north"),
        ("Toạ độ X (m)", "Toạ độ Y (m)", None),
        ("Y", "X", None),
        ("Toạ độ", None, None),
    ],
)
def test_names_say_the_order_of_degrees_and_never_that_of_x_and_y(
    first: str, second: str | None, declared: str | None
) -> None:
    assert columns_of(first, second) == Columns(first, second, declared)  # type: ignore[arg-type]


def points(read: Coordinates) -> tuple[tuple[float, float] | None, ...]:
    return tuple(None if shape is None else shape.coords[0] for shape in read.shapes)


LAT_LNG = Columns("lat", "lng", "north")
XY = Columns("x", "y", None)


def test_decimal_degrees_become_longitude_and_latitude() -> None:
    read = read_coordinates({"lat": ["21,386", 21.4], "lng": ["103,0165", 103.1]}, LAT_LNG)
    assert points(read) == ((103.0165, 21.386), (103.1, 21.4))
    assert (read.kind, read.first, read.issues) == ("degrees", "north", ())
    assert read.notes[0].en == "Columns lat | lng: degrees, latitude first."


def test_survey_columns_with_x_north_become_east_and_north() -> None:
    east, north = Reading(HOME).from_lnglat(103.0165, 21.386)
    read = read_coordinates({"x": [north[0]], "y": [east[0]]}, XY)
    assert points(read) == ((east[0], north[0]),)
    assert (read.kind, read.first) == ("metres", "north")
    assert "hướng bắc (X) trước" in read.notes[0].vi


def test_columns_with_x_east_are_told_by_their_numbers() -> None:
    read = read_coordinates({"x": [501_877.6], "y": [2_365_683.6]}, XY)
    assert (points(read), read.first) == (((501_877.6, 2_365_683.6),), "east")


def test_hn72_numbers_with_a_zone_in_front_are_east() -> None:
    read = read_coordinates({"x": [2_367_175.4], "y": [18_294_234.5]}, XY)
    assert (points(read), read.first) == (((18_294_234.5, 2_367_175.4),), "north")


def test_dots_that_group_thousands_are_understood_from_the_other_number() -> None:
    read = read_coordinates({"x": ["2.365.683"], "y": ["501.877"]}, XY)
    assert points(read) == ((501_877.0, 2_365_683.0),)


def test_columns_named_the_wrong_way_round_are_read_by_what_they_hold() -> None:
    read = read_coordinates({"lat": [103.01, 103.02], "lng": [21.38, 21.39]}, LAT_LNG)
    assert points(read) == ((103.01, 21.38), (103.02, 21.39))
    assert read.first == "east"
    assert any("contradict" in note.en and "ngược" in read.notes[1].vi for note in read.notes)


def test_one_column_with_both_is_read() -> None:
    read = read_coordinates({"toa do": ["21.38, 103.01", "21°24'B 103°06'Đ", ""]}, Columns("toa do", None, None))
    assert points(read)[0] == (103.01, 21.38)
    assert points(read)[1] == pytest.approx((103.1, 21.4))
    assert points(read)[2] is None
    assert [(issue.record, issue.row) for issue in read.issues] == [(None, 3)]


def test_letters_decide_the_order_where_the_numbers_cannot() -> None:
    columns = Columns("a", "b", None)
    assert points(read_coordinates({"a": ["21.3 Đ"], "b": ["20.1 B"]}, columns)) == ((21.3, 20.1),)
    assert points(read_coordinates({"a": ["21.3 B"], "b": ["20.1 Đ"]}, columns)) == ((20.1, 21.3),)


GOOD = [(21.38, 103.01)] * 5


@pytest.mark.parametrize(
    ("row", "kind", "reason"),
    [
        ((103.01, 21.38), "swapped_coordinates", "exchanged"),
        ((2_365_683.6, 501_877.6), "bad_coordinate", "another kind"),
        ((21.38, 10_301.0), "bad_coordinate", "degrees and the other metres"),
        ((21.38, 1_030.0), "bad_coordinate", "degrees and the other metres"),
        ((21.38, 203.0), "bad_coordinate", "no longitude above 180"),
        ((121.38, 103.0), "bad_coordinate", "no latitude is above 90"),
        (("21.38 N", "103.01 N"), "bad_coordinate", "both are longitudes"),
        ((21.38, None), "bad_coordinate", "one of the two"),
        ((21.38, "abc"), "bad_coordinate", "cannot be read"),
        ((21.38, math.inf), "bad_coordinate", "infinite"),
        ((math.nan, "abc"), "bad_coordinate", "cannot be read"),
        ((None, None), "null_geometry", "empty"),
        ((math.nan, math.nan), "null_geometry", "empty"),
    ],
)
def test_a_bad_row_has_no_place_and_an_issue_with_its_reason(
    row: tuple[object, object], kind: str, reason: str
) -> None:
    rows = [*GOOD, row]
    read = read_coordinates({"lat": [a for a, _ in rows], "lng": [b for _, b in rows]}, LAT_LNG, layer="sites")
    assert points(read) == (*[(103.01, 21.38)] * 5, None)
    (issue,) = read.issues
    assert (issue.layer, issue.record, issue.row, issue.field, issue.kind) == ("sites", None, 6, "lat, lng", kind)
    assert reason in issue.message.en and issue.message.vi != issue.message.en
    assert issue.severity in {"error", "info"}


def test_every_kind_of_issue_is_one_that_the_report_knows() -> None:
    cells = [(1, 2), (None, 3), ("a", 1), (21.3, 2e6), (300, 300), (21.3, 103.1), (103.1, 21.3)]
    read = read_coordinates({"lat": [a for a, _ in cells], "lng": [b for _, b in cells]}, LAT_LNG)
    assert read.issues and all(issue.kind in ISSUE_KINDS for issue in read.issues)


def test_a_long_cell_is_cut_in_the_report() -> None:
    read = read_coordinates({"lat": ["x" * 10_000], "lng": [1]}, LAT_LNG)
    assert len(read.issues[0].value) == 200


def test_an_empty_table_has_no_places() -> None:
    read = read_coordinates({"lat": [], "lng": []}, LAT_LNG)
    assert (points(read), read.issues, read.first) == ((), (), "north")

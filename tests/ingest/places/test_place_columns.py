"""Which columns are taken for the places of a table, from files that people bring and tables that only look alike."""

from pathlib import Path

import pytest
from shapely import MultiPolygon, box

from geo.ingest.decisions import Answers
from geo.ingest.places.header_words import is_amount, meaning_of
from geo.ingest.stage import Staged
from tests.ingest.cases import PLACES, case, new_records, staged
from tests.ingest.import_cases import Columns, sheet
from tests.ingest.places.test_written_places import KINDS, farthest_m, metres_of

SQUARES = [box(103.10, 21.45, 103.104, 21.454), box(103.15, 21.45, 103.154, 21.454)]


def asked(result: Staged) -> set[str]:
    return {question.key for question in result.open}


def sites(**columns: list[object]) -> Columns:
    return {"Tên di tích": ["Đồi thử", "Hang thử", "Suối thử"], "Loại di tích": list(KINDS), **columns}


def roles(result: Staged) -> dict[str, str]:
    return {choice.column: choice.target for choice in result.choices if choice.target.startswith("@")}


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("arcgis_point_x.csv", "OGC:CRS84"), ("qgis_xcoord.csv", "OGC:CRS84"), ("hdr_kinhdodong.xlsx", "OGC:CRS84"),
        ("dms_odd_quotes.csv", "OGC:CRS84"), ("mymaps_export.csv", "OGC:CRS84"), ("formula_cached_all.xlsx", "OGC:CRS84"),
        ("hdr_vn2000_x.xlsx", "EPSG:9205"), ("hdr_diadiem.xlsx", "EPSG:9205"), ("two_row_header_vn2000.xlsx", "EPSG:9205"),
    ],
)  # fmt: skip
def test_places_of_an_unnamed_system_are_proposed_and_asked_about(tmp_path: Path, name: str, crs: str) -> None:
    result = staged(case(tmp_path, name), "sites")
    question = next(question for question in result.open if question.key == "crs")
    assert question.proposed == crs
    assert farthest_m(result) < 0.005
    assert "crs" not in asked(staged(case(tmp_path, name), "sites", Answers(crs=crs)))


@pytest.mark.parametrize("name", ["kobo_xlsform_labels.csv", "google_link.csv"])
def test_places_whose_notation_names_the_system_arrive_without_a_question(tmp_path: Path, name: str) -> None:
    result = staged(case(tmp_path, name), "sites")
    assert not {"crs", "mapping:@places"} & asked(result)
    assert farthest_m(result) < 0.005


@pytest.mark.parametrize("name", ["qgis_as_wkt_zones.csv", "odk_geoshape_zones.csv"])
def test_a_column_holds_the_outlines_of_zones(tmp_path: Path, name: str) -> None:
    shapes = new_records(staged(case(tmp_path, name), "zones")).geometry.tolist()
    assert all(isinstance(shape, MultiPolygon) for shape in shapes)
    assert all(shape.symmetric_difference(square).area < 1e-12 for shape, square in zip(shapes, SQUARES, strict=True))


LAT, LNG = [lat for _, lat in PLACES], [lng for lng, _ in PLACES]
SHORT = "https://maps.app.goo.gl/abc"


@pytest.mark.parametrize(
    "columns",
    [
        {"Toạ độ": ["213865-1030186 x", "213865-1030186 y", "1 2 3 4 5"]},
        {"Link Google Maps": [SHORT] * 3},
        {"Xem thêm": [SHORT, SHORT, None]},
        {"Plus code": ["92P9+JC", "CP9F+FP", "H63C+8G"]},
        {"Ghi chú": ["https://www.google.com/maps?q=21.3865,103.0186", "đẹp", "cũ"]},
        {"Ghi chú": [f"POINT ({lng} {lat})" for lng, lat in PLACES]},
        {"WKT": ["POLYGON ((103 21, 103.1 21"] * 3},
        {"A": [2_345_600, 2_412_300, 2_399_900], "B": [512_300, 498_700, 501_200]},
        {"Vĩ độ / Độ": [21] * 3, "Vĩ độ / Phút": [23, 24, 33], "Kinh độ / Độ": [103] * 3, "Kinh độ / Phút": [1, 3, 13]},
        {"Vĩ độ": [None, 21.38, None], "Kinh độ": ["chưa đo 12", "chưa đo 13", "chưa đo 14"]},
    ],
)
def test_a_table_that_seems_to_hold_places_is_asked_about(columns: Columns) -> None:
    result = staged(sheet(sites(**columns)), "sites")
    question = next(question for question in result.open if question.key == "mapping:@places")
    assert {choice.key for choice in question.choices} <= set(columns)
    assert question.evidence and not result.publishable
    left_out = {choice.column: choice.target for choice in result.choices}
    assert "mapping:@places" not in asked(staged(sheet(sites(**columns)), "sites", Answers(mapping=left_out)))


def test_formulas_without_results_are_findings_and_a_question() -> None:
    formulas = frozenset((row, column) for row in (2, 3, 4) for column in ("Vĩ độ", "Kinh độ"))
    columns = sites(**{"Vĩ độ": [None] * 3, "Kinh độ": [None] * 3})
    result = staged(sheet(columns, formulas=formulas), "sites")
    assert [issue.kind for issue in result.report.issues].count("formula_cell") == 6
    assert "mapping:@places" in asked(result)


def test_points_are_no_outlines_of_zones() -> None:
    columns: Columns = {
        "Tên vùng": ["a", "b", "c"], "Cây trồng": ["tea"] * 3, "Loại ranh giới": ["surveyed"] * 3, "Vĩ độ": LAT, "Kinh độ": LNG,
    }  # fmt: skip
    result = staged(sheet(columns), "zones")
    assert not roles(result)
    question = next(question for question in result.open if question.key == "mapping:@places")
    assert "outline" in question.label.en and "đường bao" in question.label.vi


@pytest.mark.parametrize(
    "columns",
    [
        {"Giá bán (đồng)": [2_345_678, 2_412_345, 2_399_999], "Giá vốn (đồng)": [512_345, 498_765, 501_234]},
        {"Diện tích (ha)": [21.386, 21.401, 21.553], "Số hộ": [103, 103, 103]},
        {"Toạ độ": ["đã đo", "chưa đo", "đã đo"]},
        {"Hệ toạ độ": ["VN-2000", "VN-2000", "VN-2000"]},
        {"Điện thoại": ["0912345678", "0912345679", "0912345670"]},
        {"Trang tin": ["https://dienbien.gov.vn/21.3865/103.0186"] * 3},
        {"Ngày": ["12/05/2020", "13/05/2020", "14/05/2020"]},
        {"Độ cao": [512.3, 498.1, 777.0]},
    ],
)
def test_other_numbers_are_no_places(columns: Columns) -> None:
    result = staged(sheet(sites(**columns)), "sites")
    assert not roles(result) and "mapping:@places" not in asked(result)


def test_the_columns_with_the_right_names_go_before_others_with_the_same_numbers() -> None:
    metres = [metres_of("EPSG:9205", *place) for place in PLACES]
    columns = sites(
        a=LNG,
        b=LAT,
        **{"X": [north for _, north in metres], "Y": [east for east, _ in metres], "Vĩ độ": LAT, "Kinh độ": LNG},
    )
    assert set(roles(staged(sheet(columns), "sites"))) in ({"Vĩ độ", "Kinh độ"}, {"X", "Y"})


def test_places_that_stand_in_the_table_twice_are_compared() -> None:
    metres = [metres_of("EPSG:9205", *place) for place in PLACES]
    columns = sites(**{"Vĩ độ": LAT, "Kinh độ": LNG, "X": [n for _, n in metres], "Y": [e for e, _ in metres]})
    same = staged(sheet(columns), "sites")
    assert "places_differ" not in [issue.kind for issue in same.report.issues]
    assert any("X | Y give the location too" in note.en for note in same.notes)
    columns["X"] = [metres[0][1], metres[1][1] + 500, 9.9e12]
    issues = staged(sheet(columns), "sites").report.issues
    assert [(issue.kind, issue.value) for issue in issues if issue.kind == "places_differ"] == [
        ("places_differ", "500")
    ]


def test_names_of_the_system_settle_it() -> None:
    world = staged(sheet(sites(**{"Vĩ độ (WGS 84)": LAT, "Kinh độ (WGS 84)": LNG})), "sites")
    state = staged(sheet(sites(**{"Vĩ độ (VN-2000)": LAT, "Kinh độ (VN-2000)": LNG})), "sites")
    assert "crs" not in asked(world) | asked(state)
    assert farthest_m(world) < 0.005
    assert 200 < farthest_m(state) < 240  # the datum shift
    utm = [metres_of("EPSG:32648", *place) for place in PLACES]
    columns = sites(**{"X (WGS 84)": [east for east, _ in utm], "Y (WGS 84)": [north for _, north in utm]})
    assert farthest_m(staged(sheet(columns), "sites")) < 0.005


def test_a_row_that_names_another_system_than_the_others_has_no_place_and_a_finding() -> None:
    east, north = metres_of("EPSG:9205", *PLACES[1])
    cells: list[object] = [f"SRID=4326;POINT({lng} {lat})" for lng, lat in PLACES]
    cells[1] = f"SRID=9205;POINT({east} {north})"
    result = staged(sheet(sites(geom=cells)), "sites")
    assert [shape is None for shape in new_records(result).geometry] == [False, True, False]
    assert "bad_coordinate" in [issue.kind for issue in result.report.issues]


def test_a_person_chooses_the_columns_against_the_proposal() -> None:
    columns = sites(**{"Ghi chú": [f"{lat}, {lng}" for lng, lat in PLACES], "Toạ độ": ["21.1, 103.1"] * 3})
    mapping = {"Tên di tích": "name", "Loại di tích": "kind", "Ghi chú": "@both"}
    assert farthest_m(staged(sheet(columns), "sites", Answers(mapping=mapping, crs="OGC:CRS84"))) < 0.005


@pytest.mark.parametrize(
    ("header", "axis", "sure"),
    [
        ("Toạ độ VN-2000 / X (m)", "x", True), ("_Toạ độ_latitude", "lat", True), ("Kinh độ Đông", "lng", True),
        ("POINT_X", "x", True), ("ycoord", "y", True), ("KinhDo", "lng", True), ("KINHDO", "lng", True),
        ("toadox", "x", True), ("ToaDo_Y", "y", True), ("gps-Latitude", "lat", True), ("Toạ độ (X, Y)", "both", True),
        ("Y (vĩ độ)", "lat", True), ("Link Google Maps", "both", True), ("Vị trí", "both", False),
        ("Phía đông", "lng", False), ("utm_e", "lng", True), ("Toạ độ điểm đầu X", "x", True),
    ],
)  # fmt: skip
def test_a_name_says_what_a_column_holds(header: str, axis: str, sure: bool) -> None:
    assert meaning_of(header) == (axis, sure)


@pytest.mark.parametrize(
    "header",
    ["Tên", "Xã", "Mã", "Năm", "_Toạ độ_precision", "_Toạ độ_altitude", "Hệ toạ độ", "Vĩ độ / Phút", "Đơn giá (đồng)",
     "Loại ranh giới", "Độ chính xác toạ độ", "Số hộ phía đông"],
)  # fmt: skip
def test_other_names_say_nothing_of_places(header: str) -> None:
    assert meaning_of(header) is None


def test_amounts_are_told_by_their_names() -> None:
    assert is_amount("Giá bán (đồng)") and is_amount("Diện tích (ha)") and is_amount("Số hộ phía đông")
    assert not is_amount("Toạ độ X (năm 2020)") and not is_amount("Cột 5")

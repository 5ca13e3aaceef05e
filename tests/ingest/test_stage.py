"""A foreign table laid over the published layers: what is understood, asked, found, and what would change."""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely import MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from geo.encodings import encode
from geo.errors import BadQuery, BadSource
from geo.ingest.decisions import Answers
from geo.ingest.files.table import Table
from geo.ingest.stage import Context, Staged, stage
from geo.ocop.layers import LAYERS
from geo.report import Subject
from geo.vn2000.systems import HOME, Reading
from tests.frames import compare, frame, world
from tests.ingest.import_cases import CASES, Columns, drawn, places, sheet

SOURCE = {"source_id": "S2", "publisher": "Sở", "what": "danh sách", "file": "ds.xlsx"}


def run(
    layer: str,
    table: Table,
    answers: Answers | None = None,
    frames: Mapping[str, gpd.GeoDataFrame] | None = None,
    used: frozenset[str] = frozenset(),
) -> Staged:
    context = Context(frames or world(), {layer: used})
    return stage(table, layer, answers or Answers(), context, source=SOURCE, progress=lambda _: None)


def record(staged: Staged, key: str) -> dict[str, object]:
    rows = staged.frame[staged.frame[staged.spec.key] == key]
    assert len(rows) == 1, f"{key} in {list(staged.frame[staged.spec.key])}"
    return {str(name): value for name, value in rows.iloc[0].items()}


def kinds(staged: Staged) -> list[str]:
    return [issue.kind for issue in staged.report.issues]


def merged(staged: Staged, frames: Mapping[str, gpd.GeoDataFrame] | None = None) -> dict[str, gpd.GeoDataFrame]:
    """The layers after the staged one was published."""
    made = dict(frames or world())
    made[staged.spec.name] = staged.frame
    made["sources"] = frame("sources", {"source_id": "S1", "publisher": "Báo"}, {"source_id": "S2", "publisher": "Sở"})
    return made


@pytest.mark.parametrize("kind", CASES)
def test_every_kind_of_finding_of_an_import_is_provoked(kind: str) -> None:
    layer, table, answers = CASES[kind]
    staged = run(layer, table, answers)
    assert kind in kinds(staged)
    for issue in staged.report.issues:
        assert issue.message.vi and issue.message.en


# --- records -----------------------------------------------------------------------------------------

PRODUCERS: Columns = {
    "Tên chủ thể": ["HTX Mới", "Hợp tác xã Ong mật"],
    "Loại hình": ["HTX", "Hợp tác xã"],
    "Số hộ": [7, 12],
}


def test_a_published_record_without_a_name_does_not_stop_an_import() -> None:
    frames = world() | {"producers": frame("producers", {"producer_id": "P1", "kind": "cooperative"})}
    assert set(run("producers", sheet(PRODUCERS), frames=frames).touched) == {"P2", "P3"}


def test_a_new_record_gets_the_next_id_and_a_known_one_keeps_its_own() -> None:
    staged = run("producers", sheet(PRODUCERS), used=frozenset({"P1", "P8"}))
    assert set(staged.touched) == {"P1", "P9"}  # P8 was used once and is never given again
    assert record(staged, "P9")["name"] == "HTX Mới"
    assert record(staged, "P1")["households"] == 12
    assert staged.rows == {"P9": 2, "P1": 3}


def test_reading_the_same_file_again_changes_nothing() -> None:
    first = run("producers", sheet(PRODUCERS))
    again = run("producers", sheet(PRODUCERS), frames=merged(first))
    assert compare(again.spec, first.frame, again.frame) == []


def test_an_empty_cell_leaves_what_is_known() -> None:
    staged = run("producers", sheet({"Mã": ["P1"], "Tên chủ thể": ["Tên khác"], "Số hộ": [None]}))
    made = record(staged, "P1")
    assert (made["name"], made["households"], made["old_commune_code"]) == ("Tên khác", 9, "00011")


def test_the_whole_layer_clears_and_removes() -> None:
    frames = world()
    table = sheet({"Mã": ["R1"], "Tên sản phẩm": ["Mật ong Hoa Ban"], "Nhóm": ["Thực phẩm"], "Số sao": [None]})
    staged = run("products", table, Answers(whole=True), frames)
    assert set(staged.removed) == {"R2", "R3"}
    assert record(staged, "R1")["stars"] is None


def test_a_record_that_others_need_is_not_removed() -> None:
    staged = run("producers", sheet({"Mã": ["P9"], "Tên chủ thể": ["HTX khác"]}), Answers(whole=True))
    assert "still_referenced" in kinds(staged) and not staged.publishable


def test_only_what_changes_cites_the_file() -> None:
    columns: Columns = {"Mã": ["P1", "P2"], "Tên chủ thể": ["Hợp tác xã Ong mật", "HTX Mới"]}
    staged = run("producers", sheet(columns))
    assert record(staged, "P1")["source_ids"] == "S1"
    assert record(staged, "P2")["source_ids"] == "S2"
    changed = run("producers", sheet({"Mã": ["P1"], "Số hộ": [10]}))
    assert record(changed, "P1")["source_ids"] == "S1;S2"


def test_a_value_that_an_office_gives_no_longer_rests_on_a_machine_translation() -> None:
    frames = world()
    frames["products"]["translated_fields"] = ["stars;year", None, None]
    given = run("products", sheet({"Mã": ["R1"], "Tên sản phẩm": ["Mật ong Hoa Ban"], "Số sao": [4]}), frames=frames)
    assert record(given, "R1")["translated_fields"] == "year"
    own: Columns = {"Mã": ["R1"], "Số sao": [4], "translated_fields": ["stars;year"]}
    kept = run("products", sheet(own), Answers(mapping={"translated_fields": "translated_fields"}), frames=frames)
    assert record(kept, "R1")["translated_fields"] == "stars;year"


def test_namesakes_in_other_communes_are_other_records() -> None:
    columns: Columns = {"Tên chủ thể": ["Hợp tác xã Ong mật"], "Mã huyện": ["101"]}
    frames = world()
    frames["districts"] = frame(
        "districts",
        {"code": "100", "name": "Điện Biên", "kind": "district"}, {"code": "101", "name": "Tủa Chùa", "kind": "district"},
    )  # fmt: skip
    staged = run("producers", sheet(columns), frames=frames)
    assert staged.touched == ("P2",)


def test_the_same_record_twice_is_taken_once() -> None:
    staged = run("producers", sheet({"Mã": ["P7", "P7"], "Tên chủ thể": ["a", "b"]}))
    assert staged.left_out == 1
    assert list(staged.frame["producer_id"]) == ["P1", "P7"]
    assert record(staged, "P7")["name"] == "a"


def test_a_row_that_stays_out_is_called_by_its_number_and_one_that_is_taken_by_its_key() -> None:
    columns: Columns = {"Mã": ["P7", "P7"], "Tên chủ thể": ["a", "b"], "Loại hình": ["HTX", "HTX"], "Số hộ": ["x", 5]}
    issues = {issue.kind: issue for issue in run("producers", sheet(columns)).report.issues}
    assert issues["bad_number"].subject == Subject("P7")
    assert issues["unreadable_row"].subject == Subject(row=3)
    assert issues["unreadable_row"].message == ("cùng là bản ghi P7 với dòng 2", "is the record P7, as row 2 is")


def test_a_layer_of_units_needs_ids() -> None:
    with pytest.raises(BadSource, match="needs its own ids"):
        run("communes", drawn({"Tên xã": ["Thanh An"]}, [MultiPolygon([box(103, 21, 103.1, 21.1)])]))


def test_a_refused_value_is_not_also_missing() -> None:
    staged = run("products", sheet({"Mã": ["R9"], "Tên sản phẩm": ["x"], "Nhóm": ["Xe máy"]}))
    found = [(issue.kind, issue.field) for issue in staged.report.issues if issue.field == "group"]
    assert found == [("bad_code", "group")]
    assert record(staged, "R9")["group"] is None


def test_constants_are_values_of_every_row() -> None:
    table = sheet({"Tên sản phẩm": ["x", "y"]})
    staged = run("products", table, Answers(constants={"group": "Đồ uống", "year": "2026"}))
    assert {record(staged, key)["group"] for key in staged.touched} == {"beverage"}
    assert {record(staged, key)["year"] for key in staged.touched} == {2026}


# --- places ------------------------------------------------------------------------------------------


def test_coordinates_win_over_the_address_and_say_how_well_they_are_known() -> None:
    columns = {**places((21.1234, 103.1234)), "Xã": ["Thanh An"]}
    staged = run("sites", sheet(columns))
    made = record(staged, staged.touched[0])
    assert isinstance(made["geometry"], Point)
    assert (made["geometry"].x, made["geometry"].y) == (103.1234, 21.1234)
    assert made["precision"] == "exact"
    assert made["position_source"] == "toạ độ trong ds.xlsx"


def test_rough_coordinates_are_not_called_exact() -> None:
    staged = run("sites", sheet(places((21.1, 103.1))))
    assert record(staged, staged.touched[0])["precision"] == "commune"  # a tenth of a degree is 11 km
    told = run("sites", sheet(places((21.1, 103.1))), Answers(precision="village"))
    assert record(told, told.touched[0])["precision"] == "village"


def test_degrees_without_a_datum_are_asked_about() -> None:
    columns: Columns = {"Tên": ["A"], "Loại": ["historic"], "Vĩ độ": [21.1], "Kinh độ": [103.1]}
    staged = run("sites", sheet(columns))
    assert [question.key for question in staged.open] == ["crs"]
    assert not staged.publishable
    world84 = run("sites", sheet(columns), Answers(crs="OGC:CRS84"))
    state = run("sites", sheet(columns), Answers(crs="EPSG:4756"))
    apart = compare(world84.spec, world84.frame, state.frame)[0].moved_m
    assert apart is not None and 200 < apart < 240  # the datum shift


def test_survey_coordinates_in_metres_with_x_to_the_north() -> None:
    east, north = Reading(HOME).from_lnglat([103.1, 103.2], [21.1, 21.12])
    columns: Columns = {"Tên": ["A", "B"], "X": [round(v, 3) for v in north], "Y": [round(v, 3) for v in east]}
    staged = run("sites", sheet(columns), Answers(crs="EPSG:9205"))
    at = record(staged, staged.touched[0])["geometry"]
    assert isinstance(at, Point)
    assert at.distance(Point(103.1, 21.1)) < 1e-7


def test_a_system_that_is_none_is_refused() -> None:
    with pytest.raises(BadQuery, match="EPSG:99999"):
        run("sites", sheet(places((21.1, 103.1))), Answers(crs="EPSG:99999"))


def test_an_address_places_a_record_and_marks_it_approximate() -> None:
    staged = run("producers", sheet({"Tên chủ thể": ["HTX X"], "Xã": ["Thanh An"]}))
    made = record(staged, staged.touched[0])
    assert made["precision"] == "commune"
    assert made["address"] == "Thanh An"  # as the source gives it
    assert isinstance(made["geometry"], Point)
    district = run("producers", sheet({"Tên chủ thể": ["HTX X"], "Huyện": ["dien bien"]}))
    assert record(district, district.touched[0])["precision"] == "district"
    assert record(district, district.touched[0])["district_code"] == "100"


def test_an_ambiguous_address_is_a_question_with_candidates() -> None:
    table = sheet({"Tên chủ thể": ["HTX X"], "Loại hình": ["HTX"], "Xã": ["Sam Mứn"]})
    staged = run("producers", table)
    question = staged.questions[0]
    assert question.key == "addresses:xã Sam Mứn" and not question.blocking and question.rows == 1
    assert [choice.key for choice in question.choices] == ["communes:00002", "old_communes:00011", "-"]
    assert record(staged, staged.touched[0])["geometry"] is None
    answered = run("producers", table, Answers(addresses={"xã Sam Mứn": "old_communes:00011"}))
    assert answered.questions == []
    assert record(answered, answered.touched[0])["old_commune_code"] == "00011"
    unknown = run("producers", table, Answers(addresses={"xã Sam Mứn": "-"}))
    assert unknown.questions == [] and record(unknown, unknown.touched[0])["geometry"] is None


def test_a_place_known_better_stays() -> None:
    staged = run("producers", sheet({"Mã": ["P1"], "Tên chủ thể": ["x"], "Huyện": ["Điện Biên"]}))
    assert "place_kept" in kinds(staged)
    made = record(staged, "P1")
    assert made["precision"] == "exact" and isinstance(made["geometry"], Point) and made["geometry"].x == 103.1


def test_a_place_a_hair_away_is_the_same_place() -> None:
    moved = Point(103.1 + 4e-9, 21.1)
    columns: Columns = {"prod_id": ["P1"], "name": ["Hợp tác xã Ong mật"]}
    staged = run("producers", drawn(columns, [moved]))
    assert compare(staged.spec, world()["producers"], staged.frame) == []


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        (box(103.05, 21.05, 103.06, 21.06), True),
        (box(103.05, 21.05, 103.06, 21.06).exterior, True),  # a drawing's closed line
        (Point(103.05, 21.05), False),
        (MultiPolygon([box(103.05, 21.05, float("nan"), 21.06)]), False),
    ],
)
def test_shapes_become_what_the_layer_holds(shape: BaseGeometry, kept: bool) -> None:
    columns: Columns = {"name": ["Vùng", "Vùng khác"], "crop": ["tea", "tea"], "extent": ["surveyed", "surveyed"]}
    staged = run("zones", drawn(columns, [shape, box(103.1, 21.1, 103.11, 21.11)]))
    made = record(staged, staged.touched[0])["geometry"]
    assert (made is not None) == kept
    assert made is None or isinstance(made, MultiPolygon)


def test_a_polygon_that_crosses_itself_is_mended_and_listed() -> None:
    from shapely import Polygon

    bow = Polygon([(103.05, 21.05), (103.06, 21.06), (103.06, 21.05), (103.05, 21.06)])
    columns: Columns = {"name": ["Vùng"], "crop": ["tea"], "extent": ["surveyed"]}
    staged = run("zones", drawn(columns, [bow]))
    assert "invalid_geometry" in kinds(staged)
    made = record(staged, staged.touched[0])["geometry"]
    assert isinstance(made, BaseGeometry) and made.is_valid
    assert any(change.field == "geometry" for change in staged.report.changes)


def test_what_lies_outside_the_province_has_no_place() -> None:
    staged = run("sites", sheet(places((21.1, 103.1), (21.1, 105.9))))
    assert "outside_province" in kinds(staged)


# --- text --------------------------------------------------------------------------------------------


def old(text: str, encoding: str) -> str:
    return encode(text, encoding, "lower").decode("latin1")


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258", "utf-8"])
def test_old_text_is_read_column_by_column(encoding: str) -> None:
    names = ["Hợp tác xã nông nghiệp Mường Nhé", "Tổ hợp tác chè Tủa Chùa", "Công ty cà phê Hoa Ban"]
    columns: Columns = {"name": [old(name, encoding) for name in names], "note": ["A1", "B2", "C3"]}
    table = replace(drawn(columns, [Point(103.1 + n / 50, 21.1) for n in range(3)]), kind="shapefile")
    staged = run("producers", table)
    assert [record(staged, key)["name"] for key in staged.touched] == names
    assert [record(staged, key)["note"] for key in staged.touched] == ["A1", "B2", "C3"]
    assert staged.texts[0].read_as == encoding and staged.texts[0].detection.samples


def test_capitals_that_tcvn3_lost_come_back_in_names_of_places() -> None:
    frames = world()
    frames["districts"].loc[0, "name"] = "Mường Ảng"
    names = ["Hợp tác xã cà phê huyện Mường Ảng", "Tổ hợp tác Mường Ảng", "Hộ nông dân giỏi Mường Ảng"]
    table = sheet({"Tên chủ thể": [old(name, "tcvn3") for name in names]})
    staged = run("producers", table, frames=frames)
    assert [record(staged, key)["name"] for key in staged.touched] == names


def test_an_encoding_that_a_person_chose_is_used() -> None:
    table = sheet({"Tên chủ thể": [old("Hộ ông Pó", "tcvn3")]})
    staged = run("producers", table, Answers(encodings={"*": "tcvn3"}, constants={"kind": "HTX"}))
    assert record(staged, staged.touched[0])["name"] == "Hộ ông Pó"
    assert staged.open == []


def test_names_of_columns_are_read_too() -> None:
    table = sheet({old("Tên chủ thể", "tcvn3"): [old("Hợp tác xã Mường", "tcvn3")], old("Số hộ", "tcvn3"): [3]})
    staged = run("producers", table)
    assert {choice.column: choice.target for choice in staged.choices} == {"Tên chủ thể": "name", "Số hộ": "households"}


# --- questions ---------------------------------------------------------------------------------------


def test_a_file_without_names_or_ids_asks_for_the_column() -> None:
    staged = run("producers", sheet({"Cột 1": ["abc"], "Cột 2": [1]}))
    assert [question.key for question in staged.open] == ["mapping"]
    answers = Answers(mapping={"Cột 1": "name"}, constants={"kind": "HTX"})
    answered = run("producers", sheet({"Cột 1": ["abc"], "Cột 2": [1]}), answers)
    assert answered.open == [] and record(answered, answered.touched[0])["name"] == "abc"


def test_the_published_layers_are_not_touched() -> None:
    frames = world()
    before = {name: layer.copy(deep=True) for name, layer in frames.items()}
    run("producers", sheet(PRODUCERS), Answers(whole=True), frames)
    for name, layer in frames.items():
        assert compare(LAYERS[name], before[name], layer) == []
        assert np.array_equal(layer.index, before[name].index)


def test_answers_are_held_against_what_can_be_answered() -> None:
    kept = Answers(crs="EPSG:9205", mapping={"A": "name"}, whole=True, source={"source_id": "S1"})
    assert Answers.from_json(kept.to_json()) == kept
    for wrong in ({"color": "red"}, {"whole": "yes"}, {"mapping": {"A": 1}}, {"crs": 9205}):
        with pytest.raises(BadQuery):
            Answers.from_json(wrong)

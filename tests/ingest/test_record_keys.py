"""Ids of a file are keys of a layer only by their values or by a person's word; running numbers overwrite nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from shapely import MultiPolygon, box

from geo.errors import BadQuery
from geo.ingest.decisions import ADD, REPLACE, Answers
from geo.ingest.files.table import Table
from geo.ingest.stage import Context, Staged, stage
from tests.frames import compare, world
from tests.ingest.cases import case, new_records, shipped, staged
from tests.ingest.import_cases import Columns, drawn, sheet
from tests.shipped import next_keys

SOURCE = {"source_id": "S999", "publisher": "Sở", "date": "2025", "what": "tệp", "file": "tep"}


def over(before: Staged, table: Table, answers: Answers | None = None) -> Staged:
    """The table laid over the layers as they are after `before` was published."""
    frames = {**shipped().frames, before.spec.name: before.frame}
    return stage(table, before.spec.name, answers or Answers(), Context(frames), source=SOURCE, progress=lambda _: None)


def ids_of(*keys: object, names: tuple[str, ...] = ("Mật ong rừng", "Gạo nếp tan", "Bánh khẩu xén")) -> Table:
    rows = len(keys)
    return sheet({"id": list(keys), "Tên sản phẩm": list(names[:rows]), "Nhóm": ["Thực phẩm"] * rows})


def of_world(table: Table, answers: Answers | None = None, layer: str = "products") -> Staged:
    return stage(table, layer, answers or Answers(), Context(world()), source=SOURCE, progress=lambda _: None)


def keys_of_questions(result: Staged) -> list[str]:
    return [question.key for question in result.questions]


def test_two_files_with_the_same_running_numbers_add_their_records(tmp_path: Path) -> None:
    first = staged(case(tmp_path, "generic_id_a.csv"), "sites")
    assert set(first.touched) == set(next_keys("sites", 3))
    assert keys_of_questions(first) == ["mapping:id"] and first.publishable
    second = over(first, case(tmp_path, "generic_id_b.csv"))
    assert set(second.touched) == set(next_keys("sites", 6)[3:])
    assert [one.op for one in compare(second.spec, first.frame, second.frame)] == ["added"] * 3


def test_the_same_file_again_is_known_by_name_and_place(tmp_path: Path) -> None:
    first = staged(case(tmp_path, "generic_id_a.csv"), "sites")
    again = over(first, case(tmp_path, "generic_id_a.csv"))
    assert compare(again.spec, first.frame, again.frame) == []


def test_the_id_of_a_placemark_is_no_permanent_key(tmp_path: Path) -> None:
    result = staged(case(tmp_path, "kml_placemark_ids.kml"), "sites")
    assert set(result.touched) == set(next_keys("sites", 3))
    assert list(new_records(result)["name"]) == list(case(tmp_path, "kml_placemark_ids.kml").columns["Name"])


@pytest.mark.parametrize(
    "values",
    [(1, 2, 3), ("7", "8", "9"), (1.0, 2.0, 3.0), ("kyNTQ", "ID_00001", "x9"),
     ("0b9e7a52-2f3c-4f0e-9d0a-0a4c6f2f4d11", "7c1b6a70-98c4-4c39-8a64-1d2e3f4a5b6c", "11111111-98c4-4c39-8a64-1d2e3f4a5b6c")],
)  # fmt: skip
@pytest.mark.parametrize("heading", ["id", "ID", "_id", "Mã", "Code", "Mã sản phẩm", "product_id"])
def test_foreign_ids_are_asked_about_and_not_used(heading: str, values: tuple[object, ...]) -> None:
    table = ids_of(*values)
    table = replace(
        table, columns={heading: table.columns["id"], **{n: c for n, c in table.columns.items() if n != "id"}}
    )
    result = of_world(table)
    assert set(result.touched) == {"R4", "R5", "R6"}
    [question] = [one for one in result.questions if one.key == f"mapping:{heading}"]
    assert not question.blocking and [choice.key for choice in question.choices] == ["", "product_id"]
    assert str(values[0]).removesuffix(".0") in question.label.en and "R1" in question.label.vi


@pytest.mark.parametrize("heading", ["fid", "OBJECTID", "FID", "gid", "UUID", "_uuid", "GlobalID"])
def test_numbers_of_programs_are_never_keys(heading: str) -> None:
    result = of_world(sheet({heading: [1, 2], "Tên sản phẩm": ["Mật ong rừng", "Gạo nếp"], "Nhóm": ["Thực phẩm"] * 2}))
    assert set(result.touched) == {"R4", "R5"} and result.questions == []


@pytest.mark.parametrize("values", [("R1", "R2", "R77"), ("R1", "R2", "mới"), ("R8", "R9", "R10"), ("R2", None, None)])
def test_values_of_the_layer_make_a_column_the_key(values: tuple[object, ...]) -> None:
    result = of_world(ids_of(*values, names=("Mật ong Hoa Ban", "Chè Shan tuyết", "Bánh khẩu xén")))
    assert {str(value) for value in values if value} <= set(result.touched)
    assert result.questions == []


def test_a_person_may_say_that_numbers_are_the_keys_and_is_not_asked_again() -> None:
    columns = {"id": "product_id", "Tên sản phẩm": "name", "Nhóm": "group"}
    result = of_world(ids_of(1, 2, 3), Answers(mapping=columns))
    assert set(result.touched) == {"1", "2", "3"} and result.questions == []
    refused = of_world(ids_of(1, 2, 3), Answers(mapping={**columns, "id": ""}))
    assert set(refused.touched) == {"R4", "R5", "R6"} and refused.questions == []


def test_a_key_that_another_record_has_elsewhere_blocks_until_a_person_decides(tmp_path: Path) -> None:
    columns = {"id": "site_id", "Tên di tích": "name", "Loại di tích": "kind", "Vĩ độ (WGS84)": "@first",
               "Kinh độ (WGS84)": "@second"}  # fmt: skip
    mapping = Answers(mapping=columns)
    first = staged(case(tmp_path, "generic_id_a.csv"), "sites", mapping)
    assert set(first.touched) == {"1", "2", "3"}
    table = case(tmp_path, "generic_id_b.csv")
    asked = over(first, table, mapping)
    assert [question.key for question in asked.open] == ["reused_keys"] and not asked.publishable
    [question] = asked.open
    assert question.rows == 3 and question.proposed == ADD and "Đồi A1 thử" in question.evidence[0].vi
    added = over(first, table, replace(mapping, reused_keys=ADD))
    assert [one.op for one in compare(added.spec, first.frame, added.frame)] == ["added"] * 3 and added.open == []
    replaced = over(first, table, replace(mapping, reused_keys=REPLACE))
    assert set(replaced.touched) == {"1", "2", "3"} and replaced.open == []


def test_a_record_that_is_renamed_or_moved_keeps_its_key() -> None:
    renamed = of_world(
        sheet({"Mã": ["P1"], "Tên chủ thể": ["Tên khác hẳn"], "Huyện": ["Điện Biên"]}), layer="producers"
    )
    assert renamed.touched == ("P1",) and renamed.open == []
    moved = of_world(
        sheet({"Mã": ["H1"], "Tên": ["Đồi A1"], "Loại": ["historic"], "Vĩ độ (WGS84)": [21.05], "Kinh độ (WGS84)": [103.35]}),
        layer="sites",
    )  # fmt: skip
    assert moved.touched == ("H1",) and moved.open == []


@pytest.mark.parametrize(("west", "keys"), [(103.3, ["reused_keys"]), (103.08, [])])
def test_an_area_with_the_key_of_another_is_told_by_its_place(west: float, keys: list[str]) -> None:
    columns: Columns = {"Mã": ["Z1"], "Tên vùng": ["Vùng chè"], "Loại ranh giới": ["surveyed"], "Cây trồng": ["tea"]}
    table = drawn(columns, [MultiPolygon([box(west, 21.06, west + 0.02, 21.08)])])
    assert [question.key for question in of_world(table, layer="zones").open] == keys


def test_a_running_number_without_a_place_is_no_proof_either() -> None:
    layers = world()
    layers["products"].loc[layers["products"]["product_id"] == "R2", "product_id"] = "2"
    table = sheet({"id": [2], "Tên sản phẩm": ["Mật ong rừng"], "Nhóm": ["Thực phẩm"]})
    answers = Answers(mapping={"id": "product_id", "Tên sản phẩm": "name", "Nhóm": "group"})
    result = stage(table, "products", answers, Context(layers), source=SOURCE, progress=lambda _: None)
    assert [question.key for question in result.open] == ["reused_keys"]


@pytest.mark.parametrize("wrong", ["overwrite", 1, ["add"]])
def test_what_becomes_of_reused_keys_is_one_of_two_answers(wrong: object) -> None:
    assert Answers.from_json({"reused_keys": ADD}).reused_keys == ADD
    with pytest.raises(BadQuery, match="reused_keys"):
        Answers.from_json({"reused_keys": wrong})

"""A reference to a record that nobody published: pick one, have it made on the spot, or leave it empty."""

from dataclasses import replace

import pytest

from geo.errors import BadQuery
from geo.ingest.decisions import Answers
from geo.ingest.new_records import with_rows
from geo.ingest.stage import Context, Staged, stage
from geo.ocop.layers import LAYERS
from tests.frames import frame, world
from tests.ingest.import_cases import sheet

SOURCE = {"source_id": "S2", "publisher": "Sở", "what": "danh sách", "file": "ds.xlsx"}
TABLE = sheet({
    "Tên sản phẩm": ["Mật ong rừng", "Gạo nếp tan", "Bánh khẩu xén", "Mật ong Hoa Ban"],
    "Nhóm": ["Thực phẩm"] * 4,
    "Chủ thể": ["HTX Na Sang", "Công ty TNHH Hoa Ban", "htx  na sang", "Hợp tác xã Ong mật"],
})  # fmt: skip
NA_SANG, HOA_BAN = "references:producer_id:HTX Na Sang", "references:producer_id:Công ty TNHH Hoa Ban"


def run(answers: Answers | None = None, used: frozenset[str] = frozenset(), **more: object) -> Staged:
    table = replace(TABLE, columns={**TABLE.columns, **more})
    context = Context(world(), {"producers": used})
    return stage(table, "products", answers or Answers(), context, source=SOURCE, progress=lambda _: None)


def answered(**references: str) -> Answers:
    return Answers(references={f"producer_id:{name}": answer for name, answer in references.items()})


def producers(result: Staged) -> dict[str, dict[str, object]]:
    rows = result.other_layers["producers"].to_dict("records")
    return {str(row["producer_id"]): row for row in rows}


def producer_of(result: Staged) -> dict[str, object]:
    rows = result.frame.set_index("name")["producer_id"].to_dict()
    return {str(name): rows[name] for name in TABLE.columns["Tên sản phẩm"]}


def test_an_unknown_producer_is_a_question_that_offers_to_make_it() -> None:
    result = run()
    questions = {question.key: question for question in result.questions}
    assert questions.keys() == {NA_SANG, HOA_BAN, "references:producer_id:htx  na sang"}
    assert [choice.key for choice in questions[HOA_BAN].choices] == ["add", "-"]
    assert not questions[HOA_BAN].blocking and questions[HOA_BAN].rows == 1 and questions[HOA_BAN].proposed == ""
    assert producer_of(result)["Gạo nếp tan"] is None and result.other_layers == {}
    assert [issue.kind for issue in result.report.issues].count("unknown_reference") == 3


def test_it_is_made_once_with_what_its_name_says() -> None:
    names = {"HTX Na Sang": "add", "htx  na sang": "add", "Công ty TNHH Hoa Ban": "add"}
    result = run(Answers(references={f"producer_id:{name}": answer for name, answer in names.items()}),
                 used=frozenset({"P1", "P7"}))  # fmt: skip
    assert producer_of(result) == {
        "Mật ong rừng": "P8", "Gạo nếp tan": "P9", "Bánh khẩu xén": "P8", "Mật ong Hoa Ban": "P1",
    }  # fmt: skip
    made = producers(result)
    assert {key: (made[key]["name"], made[key]["kind"], made[key]["source_ids"]) for key in ("P8", "P9")} == {
        "P8": ("HTX Na Sang", "cooperative", "S2"), "P9": ("Công ty TNHH Hoa Ban", "company", "S2"),
    }  # fmt: skip
    assert result.questions == [] and result.publishable
    assert not [issue for issue in result.report.issues if issue.kind in {"unknown_reference", "unknown_source"}]
    assert ("Công ty TNHH Hoa Ban", "P9") in [(one.before, one.after) for one in result.translations]


def test_what_its_name_does_not_say_is_a_finding_of_the_new_record() -> None:
    result = run(answered(**{"Bà Lò Thị Mai": "add"}), **{"Chủ thể": ["Bà Lò Thị Mai", None, None, None]})
    assert producers(result)["P2"]["kind"] is None
    assert ("producers", "P2", "required_missing", "kind") in [
        (issue.layer, issue.record, issue.kind, issue.field) for issue in result.report.issues
    ]


def test_it_can_be_left_empty_and_another_record_can_be_picked() -> None:
    result = run(answered(**{"HTX Na Sang": "P1", "Công ty TNHH Hoa Ban": "-", "htx  na sang": "P1"}))
    assert producer_of(result) == {
        "Mật ong rừng": "P1", "Gạo nếp tan": None, "Bánh khẩu xén": "P1", "Mật ong Hoa Ban": "P1",
    }  # fmt: skip
    assert result.questions == [] and result.other_layers == {}
    assert "unknown_reference" not in [issue.kind for issue in result.report.issues]


def test_one_candidate_is_proposed_and_of_several_none() -> None:
    misspelt = ["Hợp tác xã Ong mậtt", None, None, None]
    [question] = run(**{"Chủ thể": misspelt}).questions
    assert [choice.key for choice in question.choices] == ["P1", "add", "-"] and question.proposed == "P1"
    [question] = run(**{"Chủ thể": ["HTX Ong mật", None, None, None]}).questions
    assert question.proposed == "P1", "an abbreviated kind is the same kind"
    [question] = run(**{"Chủ thể": ["Hợp tác xã Ong Tơ", None, None, None]}).questions
    assert [choice.key for choice in question.choices] == ["P1", "add", "-"]
    assert question.proposed == "", "the same kind of producer is not the same producer"
    frames = world()
    frames["producers"] = frame(
        "producers", *({"producer_id": key, "name": "HTX Chung", "kind": "cooperative"} for key in ("P1", "P2"))
    )
    table = replace(TABLE, columns={**TABLE.columns, "Chủ thể": ["HTX Chung", None, None, None]})
    result = stage(table, "products", Answers(), Context(frames), source=SOURCE, progress=lambda _: None)
    [question] = result.questions
    assert [choice.key for choice in question.choices] == ["P1", "P2", "add", "-"] and question.proposed == ""


def test_an_answer_that_is_no_record_is_refused() -> None:
    with pytest.raises(BadQuery, match="P77"):
        run(answered(**{"HTX Na Sang": "P77"}))


def test_rows_are_added_to_a_layer_without_places() -> None:
    frames = world()
    longer = with_rows(frames["sites"], LAYERS["sites"], [{"site_id": "H9", "name": "Mới"}])
    assert list(longer["site_id"]) == ["H1", "H2", "H9"]
    assert longer.crs == frames["sites"].crs and longer.geometry.iloc[-1] is None
    assert longer.geometry.iloc[0].equals(frames["sites"].geometry.iloc[0])

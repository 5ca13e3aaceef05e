"""Records that lack a required value: nothing is published until a person decides about them."""

from collections.abc import Mapping

import geopandas as gpd
import pytest

from geo.errors import BadQuery
from geo.ingest.decisions import Answers
from geo.ingest.stage import Context, Staged, stage
from geo.report import Subject
from tests.frames import frame, world
from tests.ingest.import_cases import Columns, sheet

PRODUCTS: Columns = {
    "Mã": ["R7", "R8", "R9"],
    "Tên sản phẩm": ["Chè", "Cà phê", "Gạo"],
    "Nhóm": ["Đồ uống", None, None],
}


def read(
    columns: Columns, answers: Answers | None = None, frames: Mapping[str, gpd.GeoDataFrame] | None = None
) -> Staged:
    source = {"source_id": "S2", "publisher": "Sở", "what": "danh sách", "file": "ds.xlsx"}
    context = Context(frames or world())
    return stage(sheet(columns), "products", answers or Answers(), context, source=source, progress=lambda _: None)


def groups(staged: Staged) -> dict[str, object]:
    """Product -> its group."""
    return dict(zip(staged.frame["product_id"], staged.frame["group"], strict=True))


def test_the_question_lists_the_rows_and_blocks_publishing() -> None:
    staged = read(PRODUCTS)
    (question,) = staged.open
    assert question.key == "incomplete" and question.rows == 2 and not staged.publishable
    assert [choice.key for choice in question.choices] == ["publish", "leave_out"]
    assert [line.en for line in question.evidence] == ["Group is missing: rows 3, 4"]
    assert [line.vi for line in question.evidence] == ["Thiếu Nhóm: dòng 3, 4"]


def test_incomplete_records_are_published_when_a_person_says_so() -> None:
    staged = read(PRODUCTS, Answers(incomplete="publish"))
    assert staged.publishable and staged.open == []
    assert {key: groups(staged)[key] for key in staged.touched} == {"R7": "beverage", "R8": None, "R9": None}


def test_rows_that_are_left_out_are_counted_and_keep_their_findings() -> None:
    staged = read(PRODUCTS, Answers(incomplete="leave_out"))
    assert staged.publishable and staged.touched == ("R7",) and staged.left_out == 2
    assert staged.rows == {"R7": 2} and not {"R8", "R9"} & groups(staged).keys()
    missing = [issue for issue in staged.report.issues if issue.kind == "required_missing"]
    assert [issue.subject for issue in missing] == [Subject(row=3), Subject(row=4)]
    assert staged.notes[-1].en == "Rows left out because a required value is missing: 3, 4."


@pytest.mark.parametrize("whole", [False, True])
def test_the_published_record_of_a_row_that_is_left_out_stays_as_it_is(whole: bool) -> None:
    columns: Columns = {"Mã": ["R1", "R2"], "Tên sản phẩm": [None, "Tên khác"], "Nhóm": ["Thực phẩm", "Thực phẩm"]}
    before = world()["products"].set_index("product_id")
    staged = read(columns, Answers(whole=whole, incomplete="leave_out"))
    after = staged.frame.set_index("product_id")
    assert after.loc["R2", "name"] == "Tên khác"
    assert "R1" not in staged.removed and after.loc["R1", "name"] == before.loc["R1", "name"]
    assert staged.touched == (("R2",) if whole else ("R1", "R2"))  # an empty cell clears only in a whole layer


def test_a_value_that_is_refused_is_missing_too() -> None:
    columns: Columns = {**PRODUCTS, "Nhóm": ["Đồ uống", "Xe máy", "Đồ uống"]}
    assert [line.en for line in read(columns).open[0].evidence] == ["Group is missing: rows 3"]
    staged = read(columns, Answers(incomplete="leave_out"))
    assert staged.touched == ("R7", "R9")
    assert [issue.subject for issue in staged.report.issues if issue.kind == "bad_code"] == [Subject(row=3)]


def test_what_was_published_without_the_value_is_not_asked_about_again() -> None:
    frames = {**world(), "products": frame("products", {"product_id": "R1", "name": "Mật ong", "group": None})}
    assert read({"Mã": ["R1"], "Tên sản phẩm": ["Mật ong bạc hà"]}, frames=frames).open == []


def test_an_answer_that_is_none_is_refused() -> None:
    assert Answers.from_json({"incomplete": "publish"}).incomplete == "publish"
    with pytest.raises(BadQuery, match="incomplete"):
        Answers.from_json({"incomplete": "later"})

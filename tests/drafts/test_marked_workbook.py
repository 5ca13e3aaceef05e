"""A table that is given back: the remarks stand beside their rows, and nothing of the table is lost or run."""

import io
import json
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from geo.drafts import Draft, DraftStore
from geo.drafts.marked_workbook import is_table, mark
from geo.ingest.decisions import Answers

REMARKS = {
    "3": [["info", "Tên: lạ", "Xem lại"], ["error", "Số hộ: 'mười' không phải số", "Sửa"], ["info", "=1+1", "Xem lại"]],
    "4": [["warning", '=HYPERLINK("http://evil")', "+Sửa"]],
}


@pytest.fixture
def drafts(tmp_path: Path) -> DraftStore:
    """No drafts yet."""
    return DraftStore(tmp_path / "drafts")


def book() -> Workbook:
    """A title, a header in row 2, two rows; a second sheet with a formula."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "DS"
    for row in (["DANH SÁCH"], ["Tên", "Số hộ"], ["HTX A", "mười"], ["HTX B", 2]):
        sheet.append(row)
    other = workbook.create_sheet("Tổng")
    other["A1"] = "=SUM(DS!B4)"
    return workbook


def upload(drafts: DraftStore, workbook: Workbook, tmp_path: Path, name: str = "ds.xlsx") -> Draft:
    """A draft of the workbook as reading it would leave it."""
    path = tmp_path / "upload"
    workbook.save(path)
    draft = drafts.create("producers", {name: path}, who="A", answers=Answers())
    folder = drafts.folder(draft.id)
    (folder / "review.json").write_text(json.dumps({"part": "DS", "file": {"header_row": 2}}), encoding="utf-8")
    (folder / "remarks.json").write_text(json.dumps(REMARKS), encoding="utf-8")
    return drafts.change(draft, state="ready")


def read_back(drafts: DraftStore, draft: Draft) -> Workbook:
    return load_workbook(io.BytesIO(mark(drafts, draft)))


def cells(cells_by_name: Workbook) -> list[list[object]]:
    return [[cell.value for cell in row[:4]] for row in cells_by_name["DS"].iter_rows()]


def test_remarks_stand_beside_their_rows(drafts: DraftStore, tmp_path: Path) -> None:
    result = read_back(drafts, upload(drafts, book(), tmp_path))
    assert cells(result) == [
        ["DANH SÁCH", None, None, None],
        ["Tên", "Số hộ", "Kết quả kiểm tra", "Gợi ý sửa"],
        ["HTX A", "mười", "Tên: lạ\nSố hộ: 'mười' không phải số\n=1+1", "Xem lại\nSửa"],
        ["HTX B", 2, '=HYPERLINK("http://evil")', "+Sửa"],
    ]
    assert result.sheetnames == ["DS", "Tổng"] and result["Tổng"]["A1"].value == "=SUM(DS!B4)"


def test_no_remark_becomes_a_formula_and_the_worst_one_colours_the_row(drafts: DraftStore, tmp_path: Path) -> None:
    sheet = read_back(drafts, upload(drafts, book(), tmp_path))["DS"]
    assert {sheet.cell(row, column).data_type for row in (3, 4) for column in (3, 4)} == {"s"}
    colours = [sheet.cell(row, 3).fill.start_color.rgb for row in (3, 4)]
    assert [str(colour)[-6:] for colour in colours] == ["F8C9C4", "FCE8B8"]


@pytest.mark.parametrize("edge", ["ZZ1", "XFD1"])
def test_colour_to_the_edge_of_the_sheet_does_not_push_the_remarks_away(
    drafts: DraftStore, tmp_path: Path, edge: str
) -> None:
    workbook = book()
    workbook["DS"][edge].fill = PatternFill("solid", start_color="FF0000")
    assert cells(read_back(drafts, upload(drafts, workbook, tmp_path)))[1][2:] == ["Kết quả kiểm tra", "Gợi ý sửa"]


@pytest.mark.parametrize("name", ["ds.xls", "DS.XLSX", "ds.csv", "ds"])
def test_a_workbook_is_one_by_its_content(drafts: DraftStore, tmp_path: Path, name: str) -> None:
    result = read_back(drafts, upload(drafts, book(), tmp_path, name))
    assert cells(result)[2][2] is not None and result.sheetnames == ["DS", "Tổng"]


@pytest.mark.parametrize(
    ("files", "can"),
    [(["a.XLSX"], True), (["a.csv"], True), (["a.zip"], False), (["a.csv", "b.csv"], False), ([], False)],
)
def test_a_page_offers_it_for_one_table(files: list[str], can: bool) -> None:
    assert is_table(files) is can

"""Rows of a sheet that are no records are left out and listed; what looks like a record stays one."""

from pathlib import Path

import openpyxl
import pytest

from geo.ingest.files.row_kinds import LEFT_OUT, RowKind, left_out
from tests.ingest.cases import case, new_records, staged, table_of, words
from tests.ingest.files.sheet_files import Rows, first, notes, text, xls, xlsx

LIST = ["STT", "Tên chủ thể", "Loại hình", "Xã", "Số hộ"]
ONE: list[object] = [1, "HTX một", "Hợp tác xã", "Thanh Nưa", 12]
TWO: list[object] = [2, "HTX hai", "Hợp tác xã", "Thanh Yên", 15]
PLAIN = LIST[1:]


def kind(row: list[object], names: list[str] = LIST, *, last: bool = False) -> RowKind | None:
    """What a row is between two records, or below them."""
    cut = 0 if names == LIST else 1
    rows = [ONE[cut:], TWO[cut:], row, *([] if last else [ONE[cut:], TWO[cut:]])]
    return left_out(rows, names)[2]


def test_sections_subtotals_and_signatures_of_a_list_are_left_out_and_listed(tmp_path: Path) -> None:
    table = case(tmp_path, "sections_subtotals.xlsx")
    assert table.columns["Tên chủ thể"] == ["HTX thử một", "HTX thử hai", "HTX thử ba"]
    said = words(table)
    assert "head a section, left out: 2 “HUYỆN ĐIỆN BIÊN”, 6 “HUYỆN TUẦN GIÁO”." in said
    assert "totals, left out: 5, 8, 9." in said and "left out: 10 “Người lập biểu”, 11 “(Ký, ghi rõ họ tên)”." in said
    result = staged(table, "producers")
    assert list(new_records(result)["name"]) == ["HTX thử một", "HTX thử hai", "HTX thử ba"]


def test_units_and_numbering_under_a_header_are_left_out(tmp_path: Path) -> None:
    table = case(tmp_path, "bieu_phu_luc.xlsx")
    assert list(table.row_numbers) == [9, 10] and list(table.columns)[4:] == ["Diện tích (ha)", "Số hộ tham gia (hộ)"]
    records = new_records(staged(table, "zones"))
    assert list(records["area_ha"]) == [1250.5, 12.5] and list(records["households"]) == [1234, 57]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["I", "HUYỆN ĐIỆN BIÊN", None, None, None], "section"),
        (["II", "Huyện Tuần Giáo", None, None, 27], "section"),
        (["A", "Cây công nghiệp", None, None, None], "section"),
        ([None, "Huyện Mường Ảng", None, None, None], "section"),
        ([None, "NHÓM THỰC PHẨM", None, None, None], "section"),
        (["I. Huyện Tuần Giáo", None, None, None, None], "section"),
        (["Phần 2. Đồ uống", None, None, None, None], "section"),
        ([None, "Cộng huyện Điện Biên", None, None, 27], "total"),
        ([None, "Tổng số hộ", None, None, 27], "total"),
        (["Tổng cộng", None, None, None, 27], "total"),
        (LIST, "header"),
        ([3, None, None, None, None], "blank_form"),
        ([3, "Huyện Điện Biên", None, None, None], None),
        ([3, "HTX BA", None, None, None], None),
        ([3, "Cộng đồng Mông", None, None, 8], None),
        ([None, "HTX ba", "Hợp tác xã", "Thanh Nưa", 8], None),
        ([None, "HTX ba", None, None, None], None),
        (["I", "HTX ba", "Hợp tác xã", "Thanh Nưa", 8], None),
    ],
)  # fmt: skip
def test_rows_of_a_numbered_list(row: list[object], found: RowKind | None) -> None:
    assert kind(row) == found


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (["HUYỆN ĐIỆN BIÊN", None, None, None], "section"), (["I. Huyện Tuần Giáo", None, None, None], "section"),
        (["Huyện Mường Ảng", None, None, None], "section"), (["Cộng huyện Điện Biên", None, None, 27], "total"),
        (["Cộng I", None, None, 27], "total"), (["HTX ba", None, None, None], None), (["Ba", None, None, None], None),
        (["Cộng Hoà", None, None, 27], None), (["Tổng hợp tác xã", None, None, 27], None),
    ],
)  # fmt: skip
def test_rows_of_a_list_without_numbers(row: list[object], found: RowKind | None) -> None:
    assert kind(row, PLAIN) == found


def test_names_that_look_like_headings_of_sections_are_records() -> None:
    villages = [["Bản Phiêng Ban", "dệt", 3, 1], ["Bản Nà Sự", "rèn", 4, 1], ["Bản Che Căn", None, None, None], ["Bản Noong Bua", "dệt", 1, 1]]  # fmt: skip
    assert left_out(villages, ["Tên bản", "Nghề", "Số hộ", "Năm"]) == [None] * 4
    loud = [["HTX MỘT", "a", 1, 1], ["HTX HAI", "a", 1, 1], ["HTX BA", None, None, None], ["HTX BỐN", "a", 1, 1]]
    assert left_out(loud, ["Tên", "Loại", "Số hộ", "Năm"]) == [None] * 4


def test_a_heading_with_no_record_below_it_is_a_record() -> None:
    assert kind([None, "Huyện Mường Ảng", None, None, None], last=True) is None


@pytest.mark.parametrize(
    "foot",
    [
        [[None, "Người lập biểu", None, "Thủ trưởng đơn vị", None], [None, "Nguyễn Văn A", None, "Trần Thị B", None]],
        [[None, None, None, "Điện Biên, ngày 01 tháng 10 năm 2025", None], [None, None, None, "KT. CHỦ TỊCH", None], [None, None, None, "Lò Văn C", None]],
        [[None, "Ghi chú: số liệu đến 30/9", None, None, None]], [["Nơi nhận:", None, None, None, None], ["- Như trên;", None, None, None, None]],
        [[None, "(Ký, ghi rõ họ tên)", None, None, None]],
    ],
)  # fmt: skip
def test_signatures_and_notes_below_a_table(foot: list[list[object]]) -> None:
    assert left_out([ONE, TWO, *foot], LIST) == [None, None, *["foot"] * len(foot)]
    assert left_out([ONE, *foot, TWO], LIST)[-1] is None


def test_a_header_repeated_on_a_new_page_with_its_numbering(tmp_path: Path) -> None:
    line = ["(1)", "(2)", "(3)", "(4)", "(5)"]
    table = first(xlsx(tmp_path / "a.xlsx", [LIST, line, ONE, LIST, line, TWO]))
    assert list(table.row_numbers) == [3, 6]
    assert "repeat the header, left out: 4." in notes(table) and "number the columns, left out: 5." in notes(table)


def test_a_header_of_three_rows(tmp_path: Path) -> None:
    rows: Rows = [
        ["STT", "Tên", "Toạ độ", None, None, None, "Xã"],
        [None, None, "VN-2000", None, "WGS 84", None, None],
        [None, None, "X", "Y", "Vĩ độ", "Kinh độ", None],
        [1, "Gạo", 2365738.9, 501732.5, 21.3865, 103.0186, "Thanh Nưa"],
        [2, "Chè", 2367367.6, 506346.0, 21.4012, 103.0631, "Thanh Yên"],
    ]
    table = first(xlsx(tmp_path / "a.xlsx", rows))
    assert list(table.columns) == [
        "STT", "Tên", "Toạ độ / VN-2000 / X", "Toạ độ / VN-2000 / Y", "Toạ độ / WGS 84 / Vĩ độ", "Toạ độ / WGS 84 / Kinh độ", "Xã",
    ]  # fmt: skip
    assert "Rows 1 to 3 were taken for the header." in notes(table)


def test_units_become_part_of_the_names(tmp_path: Path) -> None:
    rows: Rows = [["Tên", "Diện tích", "Số hộ (hộ)"], [None, "(ha)", "ĐVT: hộ"], ["a", 1.5, 3], ["b", 2.5, 4]]
    assert list(first(xlsx(tmp_path / "a.xlsx", rows)).columns) == ["Tên", "Diện tích (ha)", "Số hộ (hộ)"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "tcvn3"])
def test_rows_of_a_csv_are_told_in_its_own_encoding(tmp_path: Path, encoding: str) -> None:
    from geo.encodings import encode

    rows = [LIST, ["I", "Huyện Điện Biên", "", "", ""], ONE, TWO, ["", "Cộng huyện Điện Biên", "", "", 27], ["", "Người lập biểu", "", "", ""]]  # fmt: skip
    content = "\n".join(";".join(map(str, row)) for row in rows)
    path = text(tmp_path / "a.csv", encode(content, encoding) if encoding == "tcvn3" else content.encode(encoding))
    assert list(first(path, "csv").row_numbers) == [3, 4]


def test_a_form_that_nobody_filled_in_is_refused(tmp_path: Path) -> None:
    from geo.errors import BadSource

    with pytest.raises(BadSource, match="holds no table"):
        first(xlsx(tmp_path / "a.xlsx", [LIST, *[[number, None, None, None, None] for number in range(1, 9)]]))


def test_every_kind_is_named_in_both_languages() -> None:
    assert all(label.vi.endswith("không đọc") and label.en.endswith("left out") for label in LEFT_OUT.values())


# --- merged cells ------------------------------------------------------------------------------------


def test_a_merged_cell_counts_for_every_row_that_it_covers(tmp_path: Path) -> None:
    table = case(tmp_path, "merged_down_body.xlsx")
    assert table.columns["Xã"] == ["Thanh Xương"] * 3 + ["Quài Nưa", "Quài Cang"]
    assert table.columns["Huyện"] == ["Điện Biên"] * 3 + ["Tuần Giáo"] * 2
    assert "C2:C6" in words(table) and "E5:E6" in words(table)
    assert list(new_records(staged(table, "producers"))["kind"]) == ["cooperative"] * 5


def test_rows_and_columns_that_are_merged_with_others(tmp_path: Path) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        book.active.merge_cells("B2:C3")  # over two columns: the value is the first one's
        book.active.merge_cells("A4:D4")

    rows: Rows = [
        ["STT", "Tên", "Loại", "Xã"],
        [1, "a", None, "x"],
        [2, None, None, "y"],
        ["I. Huyện"],
        [3, "b", "c", "z"],
    ]
    table = first(xlsx(tmp_path / "a.xlsx", rows, merge))
    assert table.columns["Tên"] == ["a", "a", "b"] and table.columns["Loại"] == [None, None, "c"]


def test_rows_of_an_xls_that_are_merged(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for column, name in enumerate(("Tên", "Xã", "Số")):
        sheet.write(0, column, name)
    for row in (1, 2, 3):
        sheet.write(row, 0, f"n{row}")
        sheet.write(row, 2, row)
    sheet.write_merge(1, 3, 1, 1, "Thanh Yên")
    book.save(str(tmp_path / "a.xls"))
    assert first(tmp_path / "a.xls", "xls").columns["Xã"] == ["Thanh Yên"] * 3
    assert len(first(xls(tmp_path / "b.xls"), "xls")) == 2


def test_merged_cells_that_overlap_a_thousand_times_are_refused(tmp_path: Path) -> None:
    from geo.errors import BadSource
    from tests.ingest.files.sheet_files import SHEET, edited

    path = xlsx(tmp_path / "a.xlsx", [["Tên", "Xã"], *[[f"n{row}", None] for row in range(400)]])
    ranges = b'<mergeCells count="1">' + b'<mergeCell ref="A2:A401"/>' * 400 + b"</mergeCells></worksheet>"
    edited(path, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + ranges[:-12]))
    with pytest.raises(BadSource, match="damaged"):
        table_of(tmp_path, path)


# --- formulas ----------------------------------------------------------------------------------------


def test_coordinates_that_formulas_computed_place_the_records(tmp_path: Path) -> None:
    from tests.ingest.cases import PLACES

    table = case(tmp_path, "formula_cached_all.xlsx")
    points = new_records(staged(table, "sites")).geometry
    assert [(round(point.x, 7), round(point.y, 7)) for point in points] == PLACES
    assert "6 cells hold a formula" in words(table)


def test_coordinates_whose_formulas_have_no_result_are_findings(tmp_path: Path) -> None:
    rows: Rows = [
        ["Tên di tích", "Vĩ độ", "Kinh độ"],
        ["a", "=21+0.4", 103.1],
        ["b", 21.5, 103.2],
        ["c", "=21+0.1", 103.3],
    ]
    result = staged(first(xlsx(tmp_path / "a.xlsx", rows)), "sites")
    assert [issue.kind for issue in result.report.issues].count("formula_cell") == 2
    every: Rows = [["Tên di tích", "Vĩ độ", "Kinh độ"], ["a", "=21+0.4", "=103"], ["b", "=1", "=2"]]
    result = staged(first(xlsx(tmp_path / "b.xlsx", every)), "sites")
    assert [issue.kind for issue in result.report.issues].count("formula_cell") == 4

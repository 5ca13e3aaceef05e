"""Sheets as offices send them, and files that are no sheets any more."""

import datetime as dt
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from geo.errors import BadSource
from geo.ingest.files.limits import Limits
from geo.ingest.files.sheets import read_sheet, sheet_names
from geo.ingest.files.table import Table
from tests.effort import Effort
from tests.ingest.files.sheet_files import LIMITS, PRODUCTS, SHEET, Rows, edited, first, notes, text, xls, xlsx

# --- headers -----------------------------------------------------------------------------------------


def test_a_plain_sheet(tmp_path: Path) -> None:
    table = first(xlsx(tmp_path / "a.xlsx"))
    assert (table.kind, table.driver, table.layer, table.header_row) == ("xlsx", "XLSX", "Sản phẩm", 1)
    assert table.columns == {
        "Tên": ["Chè Tủa Chùa", "Gạo Điện Biên"], "Kinh độ": [103.35, 103.02], "Vĩ độ": [21.98, 21.38],
    }  # fmt: skip
    assert list(table.row_numbers) == [2, 3]
    assert (table.shapes, table.crs, table.issues, table.formulas) == (None, None, (), frozenset())


OFFICE: Rows = [
    ["UBND TỈNH ĐIỆN BIÊN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", None, None],
    ["SỞ NÔNG NGHIỆP", None, None, "Độc lập - Tự do - Hạnh phúc", None, None],
    [],
    ["DANH SÁCH SẢN PHẨM OCOP NĂM 2024"],
    ["(Kèm theo Quyết định số 12)"],
    ["STT", "Tên sản phẩm", "Toạ độ", None, "Hạng sao", "Ghi chú"],
    [None, None, "Kinh độ", "Vĩ độ", None, None],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
    [1, "Chè Tủa Chùa", 103.35, 21.98, 4, None],
    [],
    [2, "Gạo Điện Biên", 103.02, 21.38, 3, "x"],
    ["Tổng cộng", None, None, None, 7, None],
]
NAMES = ["STT", "Tên sản phẩm", "Toạ độ / Kinh độ", "Toạ độ / Vĩ độ", "Hạng sao", "Ghi chú"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_a_table_as_an_office_lays_it_out(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        text(path, "\ufeff" + "\r\n".join(";".join("" if c is None else str(c) for c in row) for row in OFFICE))
    else:
        {"xlsx": xlsx, "xls": xls}[kind](path, OFFICE)
    table = first(path, kind)
    decoded = [name.encode("latin-1").decode() for name in table.columns] if kind == "csv" else list(table.columns)
    assert decoded == NAMES
    assert (table.header_row, list(table.row_numbers)) == (6, [9, 11])
    assert next(iter(table.columns.values())) == (["1", "2"] if kind == "csv" else [1, 2])
    said = notes(table)
    assert "Rows 6 and 7 were taken for the header" in said
    assert "number the columns, left out: 8." in said
    assert "Rows of totals, left out: 12." in said
    assert "Rows above the header, left out: 1, 2, 4, 5." in said


def test_a_first_record_that_fills_an_unnamed_column_is_no_second_header(tmp_path: Path) -> None:
    rows = [["Tên", "Xã", None], ["Chè", "Sín Chải", "ghi"], ["Gạo", "Thanh Yên", None]]
    table = first(xlsx(tmp_path / "a.xlsx", rows))
    assert list(table.columns) == ["Tên", "Xã", "column C"]
    assert table.columns["column C"] == ["ghi", None]


def test_names_that_repeat_are_numbered_and_columns_without_anything_dropped(tmp_path: Path) -> None:
    rows = [["Tên\n sản  phẩm", None, "Xã", "Xã"], ["a", None, 1, 2], ["b", None, 3, 4]]
    assert list(first(xlsx(tmp_path / "a.xlsx", rows)).columns) == ["Tên sản phẩm", "Xã", "Xã (2)"]


@pytest.mark.parametrize(
    ("line", "skipped"),
    [
        (["(1)", "(2)", "(3)"], True), (["A", "B", "1"], True), ([1, 2, 3], True), (["1", "2", "3=1+2"], True),
        (["A", "B", "(1)"], True), ([2, 3, 5], False), (["Chè", 2, 3], False),
    ],
)  # fmt: skip
def test_which_rows_number_the_columns(tmp_path: Path, line: list[object], skipped: bool) -> None:
    rows = [["Tên", "Năm", "Số"], line, ["Gạo", 7, 9], ["Ngô", 8, 1]]
    table = first(xlsx(tmp_path / "a.xlsx", rows))
    assert list(table.row_numbers) == ([3, 4] if skipped else [2, 3, 4])


@pytest.mark.parametrize(
    ("label", "left_out"),
    [
        ("Cộng", True), ("TỔNG CỘNG:", True), ("Tổng số", True), ("Tổng (2 hộ)", True), ("Tæng céng", True),
        ("Cộng Hoà", False), ("Cống", False), ("Công", False), ("Tông", False), ("Tổng hợp tác xã", False),
    ],
)  # fmt: skip
def test_which_rows_are_totals(tmp_path: Path, label: str, left_out: bool) -> None:
    rows = [["Tên", "Xã", "Số"], ["Gạo", "Thanh Yên", 9], [label, None, 9]]
    table = first(xlsx(tmp_path / "a.xlsx", rows))
    assert (list(table.row_numbers) == [2]) is left_out
    assert ("totals" in notes(table)) is left_out


def test_years_may_stand_in_a_header(tmp_path: Path) -> None:
    rows = [["Tên", "Xã", 2022, 2023], ["Gạo", "Thanh Yên", 9, 8]]
    assert list(first(xlsx(tmp_path / "a.xlsx", rows)).columns) == ["Tên", "Xã", "2022", "2023"]


# --- cells -------------------------------------------------------------------------------------------


def test_values_are_plain_and_text_is_as_it_stands(tmp_path: Path) -> None:
    values = [
        dt.date(2024, 5, 31), dt.datetime(2024, 5, 31, 7, 30), dt.time(7, 30), dt.timedelta(hours=30), True, 5, 5.5,
        2.0**60, "  a\u0300 \n", "007",
    ]  # fmt: skip
    table = first(xlsx(tmp_path / "a.xlsx", [[f"cột {n}" for n in range(len(values))], values]))
    read = [cells[0] for cells in table.columns.values()]
    expected = ["2024-05-31", "2024-05-31T07:30:00", "07:30:00", "30:00:00", True, 5, 5.5, 2.0**60]
    assert read == [*expected, "  a\u0300 \n", "007"]
    assert [type(one) for one in read[4:8]] == [bool, int, float, float]


def test_results_of_formulas_are_used_and_their_cells_named(tmp_path: Path) -> None:
    rows = [
        ["Danh sách"],
        ["Tên", "Số", "Gấp đôi"],
        ["Gạo", 9, "=B3*2"],
        ["Chè", 8, "=B4*2"],
        ["Cộng", None, "=SUM(C3:C4)"],
    ]
    path = edited(xlsx(tmp_path / "a.xlsx", rows), SHEET, lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>18</v>", xml))
    table = first(path)
    assert table.formulas == frozenset() and table.columns["Gấp đôi"] == [18, 18]
    assert "2 cells hold a formula; the results stored in the file are used: C3, C4." in notes(table)


def test_a_formula_without_a_result_is_named(tmp_path: Path) -> None:
    table = first(xlsx(tmp_path / "a.xlsx", [["Tên", "Số"], ["Gạo", "=1+1"], ["Chè", 8]]))
    assert table.formulas == {(2, "Số")} and table.columns["Số"] == [None, 8]


def test_an_empty_text_is_a_result(tmp_path: Path) -> None:
    rows = [["Tên", "Số"], ["Gạo", '=IF(1=1,"","x")'], ["Chè", 8]]
    as_text = (b'<c r="B2"><f>', b'<c r="B2" t="str"><f>')
    table = first(edited(xlsx(tmp_path / "a.xlsx", rows), SHEET, lambda xml: xml.replace(*as_text)))
    assert table.formulas == frozenset() and table.columns["Số"] == [None, 8]


def test_an_xls_says_that_formulas_cannot_be_seen(tmp_path: Path) -> None:
    rows = [["Tên", "Ngày", "Số"], ["Gạo", dt.date(2024, 5, 31), 9]]
    table = first(xls(tmp_path / "a.xls", rows), "xls")
    assert (table.driver, table.columns) == ("XLS", {"Tên": ["Gạo"], "Ngày": ["2024-05-31"], "Số": [9]})
    assert "formulas cannot be seen" in notes(table)


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "#DIV/0!"])
def test_a_cell_that_shows_an_error_is_a_finding(tmp_path: Path, shown: str) -> None:
    table = first(xlsx(tmp_path / "a.xlsx", [["Tên", "Số"], ["Gạo", 1], ["Chè", shown]]))
    assert table.columns["Số"] == [1, None]
    assert [(i.layer, i.kind, i.record, i.row, i.field, i.value) for i in table.issues] == [
        ("", "bad_number", None, 3, "Số", shown)
    ]


# --- sheets ------------------------------------------------------------------------------------------


def test_sheets_without_rows_and_hidden_ones_are_not_offered(tmp_path: Path) -> None:
    def more(book: openpyxl.Workbook) -> None:
        book.create_sheet("Sheet2")
        for name in ("Danh mục", "Vùng"):
            for row in PRODUCTS:
                book.create_sheet(name).append(row) if name not in book.sheetnames else book[name].append(row)
        book["Danh mục"].sheet_state = "hidden"

    path = xlsx(tmp_path / "a.xlsx", more=more)
    assert sheet_names(path, "xlsx", LIMITS) == ["Sản phẩm", "Vùng"]
    assert read_sheet(path, "xlsx", "Vùng", LIMITS).layer == "Vùng"
    assert "Hidden sheets, not read: Danh mục" in notes(first(path))
    with pytest.raises(BadSource, match=r"no sheet 'Nope'.*Sản phẩm"):
        read_sheet(path, "xlsx", "Nope", LIMITS)


@pytest.mark.parametrize("rows", [[], [["Tên", "Xã"]], [["Chỉ một ô"]], [[1, 2], [3, 4]], [["Tên"], ["Chè"]]])
@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_a_sheet_without_a_table_is_refused_in_both_languages(tmp_path: Path, kind: str, rows: Rows) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        text(path, "\n".join(",".join(map(str, row)) for row in rows))
    else:
        {"xlsx": xlsx, "xls": xls}[kind](path, rows)
    with pytest.raises(BadSource, match=r"a\.\w+.*(holds no table|no row of column names)") as refused:
        first(path, kind)
    assert "a." in refused.value.vi
    assert "không có" in refused.value.vi


# --- limits and bombs --------------------------------------------------------------------------------


def test_a_sheet_that_claims_to_be_huge_is_read_by_its_cells(tmp_path: Path) -> None:
    def more(book: openpyxl.Workbook) -> None:
        book.active["XFD1048576"].font = Font(bold=True)

    path = edited(
        xlsx(tmp_path / "a.xlsx", more=more), SHEET,
        lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml),
    )  # fmt: skip
    assert len(first(path)) == 2


@pytest.mark.parametrize(("cell", "what"), [("A1048576", "rows"), ("XFD2", "columns")])
def test_a_stray_cell_far_away_is_refused_by_its_name(tmp_path: Path, cell: str, what: str) -> None:
    def more(book: openpyxl.Workbook) -> None:
        book.active[cell] = "x"

    with pytest.raises(BadSource, match=f"{what} .*{cell}"):
        first(xlsx(tmp_path / "a.xlsx", more=more))


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("limits", [Limits(max_rows=1), Limits(max_columns=2), Limits(max_text=10)])
def test_limits_hold_for_every_kind(tmp_path: Path, kind: str, limits: Limits) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        text(path, "\n".join(",".join(map(str, row)) for row in PRODUCTS))
    else:
        {"xlsx": xlsx, "xls": xls}[kind](path)
    with pytest.raises(BadSource, match="at most"):
        first(path, kind, limits)


@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, member: str, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'

    def edit(xml: bytes) -> bytes:
        body = re.sub(r"^<\?xml.*?\?>", "", xml.decode())
        return f'<?xml version="1.0" encoding="{encoding}"?>{bomb}{body}'.encode(encoding)

    with pytest.raises(BadSource, match="DOCTYPE"):
        first(edited(xlsx(tmp_path / "a.xlsx"), member, edit))


def test_an_entity_far_behind_the_beginning_is_refused_too(tmp_path: Path) -> None:
    def edit(xml: bytes) -> bytes:
        return b"<!--" + b"x" * 100_000 + b'--><!DOCTYPE x [<!ENTITY a "a">]>' + re.sub(rb"^<\?xml.*?\?>", b"", xml)

    with pytest.raises(BadSource, match="DOCTYPE"):
        first(edited(xlsx(tmp_path / "a.xlsx"), SHEET, edit))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = edited(xlsx(tmp_path / "a.xlsx"), "xl/styles.xml", lambda xml: xml + b" " * 20_000_000)
    with pytest.raises(BadSource, match="at most"):
        first(path, limits=Limits(max_unpacked_bytes=10_000_000))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../evil.xml", "x")
    with pytest.raises(BadSource, match="leads out"):
        first(path)


def test_a_member_that_holds_more_than_it_says_never_reaches_the_reader(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (size // 2).to_bytes(4, "little")))
    with pytest.raises(BadSource):
        first(path)


# --- damage ------------------------------------------------------------------------------------------


def lines(path: Path, rows: Rows = PRODUCTS) -> Path:
    return text(path, "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))


MAKERS: dict[str, Callable[[Path], Path]] = {"xlsx": xlsx, "xls": xls, "csv": lines}


def outcome(path: Path, kind: str) -> None:
    try:
        assert isinstance(first(path, kind), Table)
    except BadSource as error:
        assert path.name in error.en or "The file holds" in error.en
        assert error.vi


@pytest.mark.parametrize("kind", list(MAKERS))
def test_a_file_cut_short_is_refused_or_read(tmp_path: Path, kind: str) -> None:
    path = MAKERS[kind](tmp_path / f"a.{kind}")
    data = path.read_bytes()
    for point in range(50):
        path.write_bytes(data[: len(data) * point // 50])
        outcome(path, kind)


@pytest.mark.parametrize("kind", list(MAKERS))
def test_a_file_with_bytes_changed_is_refused_or_read(tmp_path: Path, kind: str, effort: Effort) -> None:
    path = MAKERS[kind](tmp_path / f"a.{kind}")
    data = path.read_bytes()
    chance = random.Random(7)
    for _ in range(effort.changed):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        outcome(path, kind)


def test_the_xml_of_a_workbook_with_bytes_changed_is_refused_or_read(tmp_path: Path) -> None:
    source = xlsx(tmp_path / "source.xlsx").read_bytes()
    chance = random.Random(7)

    def flip(xml: bytes) -> bytes:
        changed = bytearray(xml)
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)

    for number in range(100):
        path = tmp_path / "a.xlsx"
        path.write_bytes(source)
        outcome(edited(path, [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"][number % 3], flip), "xlsx")


@pytest.mark.parametrize("rows", [b"\xff\xff\xff\xff", b"\xff\xff\x00\xff"])
def test_an_xls_that_claims_more_than_memory_holds_ends_only_its_reader(tmp_path: Path, rows: bytes) -> None:
    path = xls(tmp_path / "a.xls")
    data = bytearray(path.read_bytes())
    at = data.index(b"\x00\x02\x0e\x00")
    data[at + 8 : at + 12] = rows
    data[at + 14 : at + 16] = b"\xff\xff"
    path.write_bytes(data)
    with pytest.raises(BadSource, match="damaged"):
        first(path, "xls")

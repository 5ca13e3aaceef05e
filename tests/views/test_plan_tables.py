"""Tables of the planners' part: their order, their files read back with other programs, and what plots draw."""

import csv
import io
import json
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from geo.atlas import Atlas
from geo.plan.figures import Interval, RecordKey
from geo.schema import Label
from geo.views.plan.plots import Bar, BarPlot, ColumnPlot, Part, Pillar, bar_view, column_view
from geo.views.plan.table import Column, Definition, Link, Table, cell_text, table_view
from geo.views.plan.table_files import Edition, write_table_csv, write_table_geojson, write_table_xlsx
from geo.views.values import Source

EDITION = Edition(7, "2026-01-02T03:04:05Z", date(2026, 12, 1), "https://ocop.example", "https://ocop.example/plan")


def both(text: str) -> Label:
    return Label(text, text)


TABLE = Table(
    "list",
    Label("Bảng [thử]: sản phẩm/chủ thể có tên rất dài", "A table"),
    (
        Column("name", both("Tên"), "link"),
        Column("ends", both("Hết hạn"), "date"),
        Column("count", both("Số"), "integer"),
        Column("area", both("Diện tích"), "number", "ha"),
        Column("near", both("Gần"), "interval"),
        Column("note", both("Ghi chú")),
    ),
    (
        (Link(both("Đồi A1"), "/sites/H1", (("on", "2026-12-01"),)), "2026-12-31", 3, 12.5, Interval(5, 23), "=1+1"),
        (Link(both("Dừa"), "/products/R2"), "2026", None, None, None, None),
        (Link(both("Ẳng Nưa"), "/products/R3"), None, 12, 0.0, Interval(4, 4), Label("có", "yes")),
    ),
    records=(RecordKey("sites", "H1"), RecordKey("products", "R2"), RecordKey("products", "R3")),
    sources=(Source("S1", "Báo Điện Biên Phủ", "https://example.org/a"),),
    definitions=(Definition(both("Gần"), both("trong 10 km")),),
)


class _Urls:
    def page(self, path: str, **params: str) -> str:
        return f"{path}?{params}" if params else path

    def record(self, layer: str, record: str) -> str:
        return f"/{layer}/{record}"

    def layer(self, layer: str, **_: str) -> str:
        return f"/{layer}"

    def export(self, layer: str, extension: str, **_: str) -> str:
        return f"/export/{layer}.{extension}"


@pytest.mark.parametrize(
    ("column", "descending", "names"),
    [
        ("name", False, ["Ẳng Nưa", "Dừa", "Đồi A1"]),
        ("count", False, ["Đồi A1", "Ẳng Nưa", "Dừa"]),
        ("count", True, ["Ẳng Nưa", "Đồi A1", "Dừa"]),
        ("near", False, ["Ẳng Nưa", "Đồi A1", "Dừa"]),
    ],
)
def test_rows_are_in_vietnamese_order_with_unknown_values_last(column: str, descending: bool, names: list[str]) -> None:
    ordered = TABLE.ordered(column, descending=descending)
    assert [row[0].text.vi for row in ordered.rows if isinstance(row[0], Link)] == names
    pairs = dict(zip(TABLE.rows, TABLE.records, strict=True))
    assert [pairs[row] for row in ordered.rows] == list(ordered.records)


def test_a_page_shows_bounds_in_words_and_unknown_values_as_such() -> None:
    view = table_view(TABLE, "vi", _Urls())
    first, second, _ = view["rows"]
    assert first[4] == {"text": "5 chắc chắn, tối đa 23", "url": "", "uncertain": True}
    assert first[0]["url"] == "/sites/H1?{'on': '2026-12-01'}"
    assert [cell["text"] for cell in second[1:]] == ["2026", None, None, None, None]
    assert cell_text(12345.678, TABLE.columns[3], "vi") == "12.345,68\N{NO-BREAK SPACE}ha"


def test_csv_has_a_column_for_each_bound_and_no_formulas() -> None:
    out = io.BytesIO()
    assert write_table_csv(TABLE, EDITION, "vi", out) == 3
    text = out.getvalue()
    assert text.startswith(b"\xef\xbb\xbf") and text.count(b"\r\n") == 4
    first, second, third = csv.DictReader(io.StringIO(text.decode("utf-8-sig")))
    assert first["near_sure"] == "5" and first["near_possible"] == "23" and first["note"] == "'=1+1"
    assert first["name_url"] == "https://ocop.example/sites/H1?on=2026-12-01"
    assert second["near_sure"] == "" and second["count"] == "" and third["note"] == "có" and third["area"] == "0.0"


def test_a_workbook_has_dates_numbers_and_text_and_says_what_it_holds_for() -> None:
    out = io.BytesIO()
    assert write_table_xlsx(TABLE, EDITION, "vi", out) == 3
    book = load_workbook(out)
    assert book.sheetnames == ["Bảng  thử   sản phẩm chủ thể có", "Nguồn", "Định nghĩa"]
    header, first, second, _ = list(book.worksheets[0].iter_rows())
    assert [cell.value for cell in header][5:8] == ["Gần: chắc chắn", "Gần: tối đa", "Ghi chú"]
    assert header[4].value == "Diện tích (ha)"
    values = [cell.value for cell in first]
    assert values == [
        "Đồi A1",
        "https://ocop.example/sites/H1?on=2026-12-01",
        datetime(2026, 12, 31),
        3,
        12.5,
        5,
        23,
        "=1+1",
    ]
    assert first[2].is_date and first[7].data_type == "s"
    assert [cell.value for cell in second] == ["Dừa", "https://ocop.example/products/R2", "2026", *[None] * 5]
    assert [cell.value for cell in book["Nguồn"][2]] == ["S1", "Báo Điện Biên Phủ", "https://example.org/a"]
    definitions = {row[0].value: row[1].value for row in book["Định nghĩa"].iter_rows()}
    assert definitions["Gần"] == "trong 10 km" and definitions["Địa chỉ"] == EDITION.address
    assert (
        definitions["Phiên bản dữ liệu"] == "7 (2026-01-02T03:04:05Z)" and definitions["Tính đến ngày"] == "2026-12-01"
    )
    again = io.BytesIO()
    write_table_xlsx(TABLE, EDITION, "vi", again)
    assert again.getvalue() == out.getvalue()


def test_geojson_says_how_precisely_each_place_is_known(small: Atlas) -> None:
    out = io.BytesIO()
    assert write_table_geojson(small, TABLE, EDITION, "en", out) == 3
    collection = json.loads(out.getvalue())
    assert collection["version"] == 7 and collection["date"] == "2026-12-01"
    site, unplaced, approximate = collection["features"]
    assert site["geometry"]["type"] == "Point" and site["properties"]["title"] == "A1 Hill"
    assert (site["properties"]["precision"], site["properties"]["approximate"]) == ("exact", False)
    assert site["properties"]["near_sure"] == 5 and site["properties"]["near_possible"] == 23
    assert unplaced["geometry"] is None and unplaced["properties"]["precision"] is None
    assert (approximate["properties"]["uncertainty_m"], approximate["properties"]["approximate"]) == (8_000.0, True)


def test_bars_are_shares_of_the_longest_possible_value() -> None:
    bars = (Bar(both("a"), Interval(5, 20)), Bar(both("b"), Interval(10, 10)), Bar(both("c"), None))
    view = bar_view(BarPlot(both("t"), both("h"), both("m"), bars), "en", _Urls())
    assert [(bar["sure"], bar["possible"], bar["text"]) for bar in view["bars"]] == [
        (25.0, 100.0, "5 certain, at most 20"),
        (50.0, 50.0, "10"),
        (0, 0, None),
    ]


def test_columns_stand_on_each_other_below_a_round_number() -> None:
    parts = (Part("dated", both("d")), Part("derived", both("e")))
    pillars = (Pillar(both("1"), both("2026"), (3, 4)), Pillar(both("2"), both("2027"), (0, 0)))
    view = column_view(ColumnPlot(both("Title"), parts, pillars), "en")
    assert [line["text"] for line in view["lines"]] == ["2", "4", "6", "8"]
    first, second = view["pillars"]
    assert first["parts"] == [
        {"key": "dated", "y": 62.5, "height": 37.5},
        {"key": "derived", "y": 12.5, "height": 50.0},
    ]
    assert second["parts"] == [] and second["total"] == ""
    assert view["summary"] == "Title. 2026: 7"

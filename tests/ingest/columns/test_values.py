"""What offices write in cells, understood: numbers, dates, words of code lists, names of records."""

import pytest

from geo.ingest.columns.values import Names, read_column
from geo.ocop.layers import LAYERS
from geo.schema import Field, Label

AREA = LAYERS["zones"].field("area_ha")
HOUSEHOLDS = LAYERS["zones"].field("households")
STARS = LAYERS["products"].field("stars")
FROM = LAYERS["products"].field("certified_from")
GROUP = LAYERS["products"].field("group")
PACKAGING = LAYERS["products"].field("packaging")
CRAFT = LAYERS["villages"].field("craft")
PRODUCER = LAYERS["products"].field("producer_id")
SOURCES = LAYERS["products"].field("source_ids")
NAME = LAYERS["products"].field("name")


def one(field: Field, cell: object, records: dict[str, Names] | None = None) -> object:
    """The value of a cell, or the kind of the finding that keeps it out with its suggestion."""
    column = read_column(field, [cell], records or {})
    if column.refusals:
        return column.refusals[0].kind, column.refusals[0].suggestion
    return column.values[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.234,5", 1234.5), ("2,5", 2.5), ("1.200", 1200.0), ("1 200,75", 1200.75), ("12 ha", 12.0), (3, 3.0),
        (0.25, 0.25), ("-", None), ("", None), (None, None), ("chưa có số liệu", None), ("12 m2", ("bad_number", "12")),
        ("12 km2", ("bad_number", "")), ("khoảng 30", ("bad_number", "30")), ("mười", ("bad_number", "")),
        (True, ("bad_number", "")), ("5.000.000", 5_000_000.0), ("1,234,567", 1_234_567.0),
    ],
)  # fmt: skip
def test_a_number_as_vietnamese_write_it(cell: object, value: object) -> None:
    found = one(AREA, cell)
    assert found == value or (isinstance(found, tuple) and isinstance(value, tuple) and found[0] == value[0])


def test_a_column_with_points_for_decimals_is_read_so() -> None:
    assert read_column(AREA, ["1.25", "3.75", "1.200"], {}).values == [1.25, 3.75, 1.2]
    assert read_column(AREA, ["1,25", "3,75", "1.200"], {}).values == [1.25, 3.75, 1200.0]


@pytest.mark.parametrize(("cell", "value"), [("4 sao", 4), ("★★★", 3), ("5", 5), (3.0, 3)])
def test_stars_are_counted(cell: object, value: int) -> None:
    assert one(STARS, cell) == value


def test_whole_numbers_stay_whole() -> None:
    assert one(HOUSEHOLDS, "25 hộ") == 25
    assert isinstance(one(HOUSEHOLDS, 25.0), int)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("31/12/2020", "2020-12-31"), ("5-3-2021", "2021-03-05"), ("ngày 5 tháng 6 năm 2020", "2020-06-05"),
        ("12/2019", "2019-12"), ("tháng 5/2020", "2020-05"), ("tháng 5 năm 2020", "2020-05"), ("năm 2020", "2020"),
        (2019, "2019"), ("2019", "2019"), ("2020-05-06", "2020-05-06"), ("2020-05-06T00:00:00", "2020-05-06"),
        (43831, "2020-01-01"), ("2014/2015", "2014/2015"), ("05/31/2021", ("bad_date", "2021-05-31")),
        ("31/02/2020", ("bad_date", "")), ("hôm qua", ("bad_date", "")), (7, ("bad_date", "")),
    ],
)  # fmt: skip
def test_a_date_in_every_spelling(cell: object, value: object) -> None:
    assert one(FROM, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Thực phẩm", "food"), ("thuc pham", "food"), ("1. Thực phẩm", "food"), ("ĐỒ UỐNG", "beverage"),
        ("II. Đồ uống", "beverage"), ("food", "food"), ("Thực phâmm", ("bad_code", "Thực phẩm")), ("Xe máy", ("bad_code", "")),
    ],
)  # fmt: skip
def test_a_word_of_a_list_by_its_label(cell: str, value: object) -> None:
    assert one(GROUP, cell) == value


def test_a_word_that_is_not_in_the_list_is_refused_with_the_codes_that_are() -> None:
    (refusal,) = read_column(GROUP, ["Xe máy"], {}).refusals.values()
    assert "food (Thực phẩm), beverage (Đồ uống)" in refusal.why.vi
    assert "food, beverage (Beverages)" in refusal.why.en


@pytest.mark.parametrize(("cell", "value"), [("Chưa có", "none"), ("none", "none"), ("chưa rõ", None), ("-", None)])
def test_a_word_for_nothing_that_a_list_has_is_its_code(cell: str, value: str | None) -> None:
    assert one(PACKAGING, cell) == value
    assert one(GROUP, cell) is None


def test_several_words_of_a_list() -> None:
    assert one(CRAFT, "Dệt thổ cẩm, thêu") == "weaving;embroidery"
    assert one(CRAFT, "dệt thổ cẩm và rèn") == "weaving;forging"


def test_a_record_by_its_id_or_its_name() -> None:
    names = {"producers": Names.of({"P1": "HTX Mật ong", "P2": "HTX Chè", "P3": "HTX Chè"})}
    assert one(PRODUCER, "P1", names) == "P1"
    assert one(PRODUCER, "htx mat ong", names) == "P1"
    assert one(PRODUCER, "HTX Mật oong", names) == ("unknown_reference", "P1")
    assert one(PRODUCER, "HTX Chè", names) == ("unknown_reference", "")  # two of that name: nobody is guessed
    assert one(SOURCES, "S1; S9", {"sources": Names.of({"S1": "UBND"})}) == ("unknown_source", "")


def test_text_is_not_touched_here() -> None:
    assert one(NAME, "  Mật ong\u00a0 ") == "  Mật ong\u00a0 "
    assert one(NAME, "ꪀꪱꪫ") == "ꪀꪱꪫ"  # Thái script has no Latin letter, and says something
    assert one(NAME, "không") == "không"
    assert one(NAME, "—") is None
    assert one(NAME, 12.0) == "12"
    assert one(NAME, "Câu chuyện dài […]") == ("cut_text", "")


def test_what_was_understood_otherwise_is_listed_with_its_rows() -> None:
    column = read_column(GROUP, ["Thực phẩm", "food", "Thực phẩm"], {})
    assert [(t.before, t.after, t.rows) for t in column.translations] == [("Thực phẩm", "food", 2)]
    assert column.translations[0].rule == Label("tên trong danh mục thành mã", "word of the list as its code")


def test_a_date_in_a_column_of_years_suggests_its_year() -> None:
    assert one(LAYERS["products"].field("year"), "13/02/2026") == ("bad_number", "2026")
    assert one(LAYERS["products"].field("year"), "2026-02-13 00:00:00") == ("bad_number", "2026")
    assert one(HOUSEHOLDS, "khoảng 30 đến 40") == ("bad_number", "30")


def test_a_word_is_never_taken_for_its_opposite() -> None:
    assert one(PACKAGING, "Chưa hoàn thiện") == ("bad_code", "")
    assert one(PACKAGING, "Đã hoàn thiênn") == ("bad_code", "Đã hoàn thiện")
    assert [one(PACKAGING, cell) for cell in ("Không", "không có", "Chưa", "Chưa có")] == ["none"] * 4

"""What a dot or a comma in a column of numbers means: decided by the column, else asked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadQuery
from geo.ingest.columns.number_notation import Decision, NumberStyle, Plausible, decide, meanings, read_number
from geo.ingest.columns.values import read_column
from geo.ingest.decisions import Answers
from geo.ingest.stage import Staged
from geo.ocop.layers import LAYERS
from tests.ingest.cases import case, new_records, staged
from tests.ingest.import_cases import Columns, sheet

AREA = LAYERS["zones"].field("area_ha")
HOUSEHOLDS = LAYERS["zones"].field("households")
SQUARE = "POLYGON ((103.1 21.45, 103.104 21.45, 103.104 21.454, 103.1 21.454, 103.1 21.45))"
SQUARE_HA = 18.4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1.234.567", 1_234_567), ("1,234,567", 1_234_567), ("0.512", 0.512),
        ("0,512", 0.512), ("1234.567", 1234.567), ("1234,567", 1234.567), ("1 234,5", 1234.5), ("1 234.567", 1234.567),
        ("1.234,567", 1234.567), ("12.3456", 12.3456), ("2.5", 2.5), ("2,5", 2.5), ("-1.234,5", -1234.5), ("12345", 12345),
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", ["comma", "point"])
def test_a_number_that_has_one_meaning_is_read_so_in_every_column(text: str, value: float, style: NumberStyle) -> None:
    number = read_number(text, style)
    assert number is not None and number.value == value


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["0.512", "12.345", "3.250"], "point"),
        (["0,512", "12,345", "3,250"], "comma"),
        (["12.345", "1.5"], "point"),
        (["12.345", "1,5"], "comma"),
        (["12.345", "1234.567"], "point"),
        (["12.345", "1.234.567"], "comma"),
        (["12,345", "1,234,567"], "point"),
        (["12,345", "1.234,5"], "comma"),
    ],
)
def test_other_cells_of_the_column_decide(cells: list[str], style: NumberStyle) -> None:
    assert decide(cells, Plausible(), whole_numbers=False) == Decision(style)


@pytest.mark.parametrize("cells", [["12.345", "3.250"], ["12,345"], ["0.512", "1.234,5", "2.345"], ["1.200 ha", 7.5]])
def test_a_column_that_leaves_it_open_is_asked_about(cells: list[object]) -> None:
    decision = decide(cells, Plausible(0), whole_numbers=False)
    assert decision.example and {style for style, _ in meanings(decision.example)} == {"comma", "point"}


def test_possible_values_and_measured_areas_decide() -> None:
    assert decide(["999.999", "3.250"], Plausible(0, 954_000), whole_numbers=False).style == "point"
    assert decide(["12.345"], Plausible(1000, None), whole_numbers=False) == Decision(
        "comma", why=decide(["12.345"], Plausible(1000, None), whole_numbers=False).why
    )
    by_area = decide(["12.345", "3.250"], Plausible(0, None, [None, 3.3].__getitem__), whole_numbers=False)
    assert (by_area.style, by_area.example) == ("point", "") and by_area.why is not None
    assert (
        decide(["12.345", "3.250"], Plausible(0, None, [None, 3300.0].__getitem__), whole_numbers=False).style
        == "comma"
    )
    contradicting = decide(["12.345", "3.250"], Plausible(0, None, [12_400.0, 3.3].__getitem__), whole_numbers=False)
    assert contradicting.example == "12.345"


def test_whole_numbers_have_no_decimals() -> None:
    assert read_column(HOUSEHOLDS, ["1.234", "12"], {}).values == [1234, 12]
    assert read_column(HOUSEHOLDS, ["1,234", "12"], {}).values == [1234, 12]


def test_the_meanings_are_shown_in_words() -> None:
    shown = dict(meanings("12.345"))
    assert shown["comma"].vi == "12.345 = 12345 (dấu chấm phân nhóm hàng nghìn)"
    assert shown["point"].vi == "12.345 = 12,345 (dấu chấm là dấu thập phân)"
    assert dict(meanings("12,345"))["point"].en == "12,345 = 12345 (the comma groups thousands)"


@given(st.floats(0, 10_000_000, allow_nan=False).map(lambda value: round(value, 3)), st.sampled_from([1, 2, 3]))
def test_a_number_written_in_either_way_is_never_taken_for_another(value: float, decimals: int) -> None:
    value = round(value, decimals)
    english = f"{value:,.{decimals}f}"
    vietnamese = english.translate(str.maketrans(".,", ",."))
    for text in (english, vietnamese):
        decision = decide([text], Plausible(), whole_numbers=False)
        number = read_number(text, decision.style)
        assert decision.example or (number is not None and number.value == value)


# --- in an import ------------------------------------------------------------------------------------


def zones(areas: list[object], **columns: list[object]) -> Columns:
    count = len(areas)
    return {
        "Tên vùng": [f"Vùng thử {number}" for number in range(count)], "Cây trồng": ["tea"] * count,
        "Loại ranh giới": ["surveyed"] * count, "Diện tích (ha)": areas, **columns,
    }  # fmt: skip


def areas(result: Staged) -> list[object]:
    return new_records(result)["area_ha"].tolist()


def keys(result: Staged) -> list[str]:
    return [question.key for question in result.open]


def test_a_leading_zero_proves_the_point_of_the_whole_column(tmp_path: Path) -> None:
    assert areas(staged(case(tmp_path, "area_three_decimals.csv"), "zones")) == [0.512, 12.345, 3.25]


def test_an_open_column_blocks_until_a_person_names_its_decimal_mark() -> None:
    table = sheet(zones(["12.345", "3.250"]))
    question = next(one for one in staged(table, "zones").open if one.key == "numbers:Diện tích (ha)")
    assert [choice.key for choice in question.choices] == ["comma", "point"]
    for mark, values in (("comma", [12_345.0, 3_250.0]), ("point", [12.345, 3.25])):
        answered = staged(table, "zones", Answers(numbers={"Diện tích (ha)": mark}))
        assert keys(answered) == [] and areas(answered) == values


def test_the_outline_decides_what_its_area_is() -> None:
    result = staged(sheet(zones(["18.374", "3.250"], wkt=[SQUARE, None])), "zones")
    assert areas(result) == [18.374, 3.25]
    assert any("measured on the outlines" in note.en for note in result.notes)
    assert not any(key.startswith("numbers") for key in keys(result))


def test_no_area_is_larger_than_the_province() -> None:
    assert areas(staged(sheet(zones(["999.999", "3.250"])), "zones")) == [999.999, 3.25]


def test_a_decimal_mark_that_is_none_is_refused() -> None:
    assert Answers.from_json(Answers(numbers={"A": "point"}).to_json()).style_of("A") == "point"
    with pytest.raises(BadQuery, match="numbers"):
        Answers.from_json({"numbers": {"A": "semicolon"}})

"""Codes and keys in words, as previews and histories show them."""

import pytest

from geo.drafts.differences import plain_diff
from geo.drafts.value_words import ValueWords
from geo.ocop.layers import LAYERS
from tests.frames import compare, frame, world


@pytest.mark.parametrize(
    ("layer", "field", "value", "vi", "en"),
    [
        ("producers", "kind", "cooperative", "Hợp tác xã", "Co-operative"),
        ("villages", "craft", "weaving;embroidery", "Dệt thổ cẩm; Thêu", "Brocade weaving; Embroidery"),
        ("products", "producer_id", "P1", "Hợp tác xã Ong mật (P1)", "Hợp tác xã Ong mật (P1)"),
        ("products", "producer_id", "P99", "P99", "P99"),
        ("products", "district_code", "100", "Điện Biên (100)", "Điện Biên (100)"),
        ("sites", "geometry", "Point", "có vị trí (điểm)", "located (point)"),
    ],
)
def test_codes_and_references_have_words(layer: str, field: str, value: str, vi: str, en: str) -> None:
    words = ValueWords(world()).of(LAYERS[layer], field, value)
    assert words is not None
    assert (words.vi, words.en) == (vi, en)


@pytest.mark.parametrize(("field", "value"), [("name", "P1"), ("year", 2019), ("producer_id", None), ("note", "food")])
def test_text_numbers_and_nothing_are_shown_as_they_are(field: str, value: object) -> None:
    assert ValueWords(world()).of(LAYERS["products"], field, value) is None


def test_a_record_is_named_as_it_is_called_after_the_change() -> None:
    renamed = world()["producers"]
    renamed.loc[0, "name"] = "HTX Ong rừng"
    words = ValueWords(world(), {"producers": renamed})
    label = words.of(LAYERS["products"], "producer_id", "P1")
    assert label is not None and label.en == "HTX Ong rừng (P1)"


def test_a_difference_has_the_words_beside_the_values() -> None:
    after = frame(
        "producers", {"producer_id": "P1", "name": "Hợp tác xã Ong mật", "kind": "company", "source_ids": "S1"}
    )
    [one] = compare(LAYERS["producers"], world()["producers"], after)
    fields = {change["field"]: change for change in plain_diff(one, ValueWords(world()))["fields"]}
    assert fields["kind"]["before"] == "cooperative"
    assert fields["kind"]["before_words"] == {"vi": "Hợp tác xã", "en": "Co-operative"}
    assert fields["kind"]["after_words"] == {"vi": "Doanh nghiệp", "en": "Company"}
    assert (fields["households"]["before"], fields["households"]["before_words"]) == (9, None)
    assert fields["geometry"]["before_words"]["vi"] == "có vị trí (điểm)"

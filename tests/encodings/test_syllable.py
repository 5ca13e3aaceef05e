"""The grammar of syllables accepts the names of the province and refuses words that only look Vietnamese."""

import pytest

from geo.encodings.syllable import IMPOSSIBLE, foreignness, is_syllable, likelihood, words_of
from tests.encodings.corpus import UNITS, VIETNAMESE


def test_every_syllable_of_every_unit_is_one() -> None:
    assert [word for name in UNITS for word in name.lower().split() if not is_syllable(word)] == []


def test_every_accented_word_of_ordinary_text_is_likely() -> None:
    words = [word for column in VIETNAMESE.values() for text in column for word in words_of(text)]
    assert [word for word in words if likelihood(word) < -3] == []


@pytest.mark.parametrize(
    "word",
    [
        "rộunion",
        "kửln",
        "bìên",
        "đíện",
        "ngè",
        "cê",
        "tàc",
        "tảp",
        "ấấ",
        "qùa",
        "hoạ́",
        "bt",
        "đ",
        "aơ",
        "việtnam",
        "ghà",
    ],
)
def test_what_breaks_a_rule_is_none(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    "word",
    ["quý", "quà", "gì", "giếng", "già", "nghiêng", "khuỷu", "ngoằn", "ẳng", "ưu", "yếu", "thuở", "thủy", "thuỷ"],
)
def test_spellings_with_a_rule_of_their_own_are_known(word: str) -> None:
    assert is_syllable(word)


def test_case_and_rarity_count() -> None:
    assert likelihood("Điện") > likelihood("Ẵm") > likelihood("đIệN") > IMPOSSIBLE
    assert likelihood("QĐ") > IMPOSSIBLE
    assert likelihood("ở") > likelihood("ể")


def test_letters_between_signs_are_garbled_rather_than_foreign() -> None:
    assert foreignness("Biªn") < foreignness("HuyÖn") < foreignness("Müller") < foreignness("km²")

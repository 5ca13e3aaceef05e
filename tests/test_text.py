"""Vietnamese text: kept composed, searched without diacritics."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.text import fold, nfc

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
SPELLINGS = [
    unicodedata.normalize("NFC", v + t)
    for v in "aăâeêioôơuưy"
    for t in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
]


@pytest.mark.parametrize("letter", [*LETTERS, *SPELLINGS, *(c.upper() for c in SPELLINGS), "Đ", "đ", "Ð", "ð"])
def test_every_vietnamese_letter_folds_to_plain_ascii(letter: str) -> None:
    assert fold(letter).isascii() and len(fold(letter)) == 1
    assert fold(unicodedata.normalize("NFD", letter)) == fold(letter)


def test_eth_is_read_as_d_with_stroke() -> None:
    assert nfc("Ðiện Biên") == "Điện Biên"
    assert fold("Ðiện") == fold("Điện") == "dien"


@given(st.text())
def test_folding_and_composing_twice_changes_nothing_more(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)
    assert fold(nfc(text)) == fold(text)

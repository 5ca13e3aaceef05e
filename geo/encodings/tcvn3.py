"""TCVN3, called ABC: the one-byte encoding of the .VnTime fonts (TCVN 5712:1993, character set VN3).

It has no accented capitals. Text in capitals uses the bytes of the small letters in a font whose name
ends in H, and an attribute table does not record the font.
"""

import re

from geo.encodings.letters import LETTERS
from geo.encodings.one_byte import CP1252, ByteTable, overlay
from geo.encodings.syllable import is_syllable

# First byte of each run, and the letters from there on.
VN3 = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
# Capitals of set VN1 of the same standard, at bytes that the ABC fonts do not use: decoded, never encoded.
VN1_CAPITALS = {
    0xAF: "Ằ",
    0xBA: "Ẳ",
    0xBF: "ẴẮẦẨẪẤỀ",
    0xCD: "Ể",
    0xD9: "ỄẾỒ",
    0xE0: "Ổ",
    0xF0: "Ỗ",
    0xFF: "Ố",
}

_LETTERS = overlay(overlay(CP1252, VN1_CAPITALS), VN3)
_DECODE_ONLY = frozenset("".join(VN1_CAPITALS.values()))
TCVN3 = ByteTable(
    _LETTERS, {letter: bytes([byte]) for byte, letter in enumerate(_LETTERS) if letter not in _DECODE_ONLY}
)

# Letters with a capital of their own in TCVN3, whose case in a word is therefore reliable.
_SHOWS_CASE = re.compile(r"[A-Za-zĂÂÊÔƠƯĐăâêôơưđ]")
_INNER_CAPITAL = re.compile(r"[^\W\d_][A-ZĂÂÊÔƠƯĐ]")
_WORD = re.compile(r"[^\W\d_]+")
_NO_CAPITAL = frozenset(letter for letter in LETTERS if letter.islower()) - frozenset("ăâêôơưđ")


def raise_capitals(text: str) -> str:
    """`text` with capitals restored where their words prove them, since TCVN3 does not encode their case.

    A word is in capitals when it has two reliable capitals and no reliable small letter. The whole text is in
    capitals when one Vietnamese word is and no word has a reliable small letter.

    >>> raise_capitals("Xã HUổI Só"), raise_capitals("xã Nà TấU"), raise_capitals("HTX Hà")
    ('XÃ HUỔI SÓ', 'xã Nà TẤU', 'HTX Hà')
    """
    if _NO_CAPITAL.isdisjoint(text) or not _INNER_CAPITAL.search(text):
        return text
    words = _WORD.findall(text)
    if any(_in_capitals(word) and is_syllable(word.lower()) for word in words) and not any(
        _has_small(word) for word in words
    ):
        return text.upper()
    return _WORD.sub(lambda word: word[0].upper() if _in_capitals(word[0]) else word[0], text)


def _in_capitals(word: str) -> bool:
    cased_letters = _SHOWS_CASE.findall(word)
    return len(cased_letters) > 1 and all(letter.isupper() for letter in cased_letters)


def _has_small(word: str) -> bool:
    return any(letter.islower() for letter in _SHOWS_CASE.findall(word))

"""Vietnamese text: the composed form (NFC) that is stored, the folded form that search compares, alphabetical order."""

import re
import unicodedata
from collections.abc import Callable

# Sites of the province write Eth (U+00D0, U+00F0) for the Vietnamese D with stroke; no Unicode
# normalisation repairs that, and no decomposition takes the stroke off either letter.
_ETH = str.maketrans({"\u00d0": "\u0110", "\u00f0": "\u0111"})
_STROKE = str.maketrans({"\u0111": "d", "\u0110": "D", "\u00f0": "d", "\u00d0": "D"})
# The combining marks of Latin letters; U+034F, between them, is none.
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")


def nfc(text: str) -> str:
    """`text` composed (NFC), with Eth read as Đ.

    >>> nfc("Ðie\u0323\u0302n Biên") == "Điện Biên"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_ETH))


def without_marks(text: str) -> str:
    """`text` decomposed (NFD), without combining marks; Đ, which has none, stays.

    >>> without_marks("Đồi Ý")
    'Đoi Y'
    """
    if text.isascii():
        return text
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text))
    if bare.isascii():
        return bare
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """The search key of `text`: no case, no diacritics, đ as d, single spaces.

    >>> fold("Đồi A1"), fold("  ĐIỆN   Biên ")
    ('doi a1', 'dien bien')
    >>> fold("Tỏa Tình") == fold("Toả Tình")
    True
    """
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(without_marks(text.translate(_STROKE).casefold()).split())


# A letter that follows another in the alphabet is that one with a mark that sorts after every letter.
_AFTER = {"ă": "a\x7f", "â": "a\x7f\x7f", "đ": "d\x7f", "ê": "e\x7f", "ô": "o\x7f", "ơ": "o\x7f\x7f", "ư": "u\x7f"}
# ngang, huyền, hỏi, ngã, sắc, nặng
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


class _Translation(dict[int, str]):
    """A table for str.translate that is filled letter by letter as texts need it."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        super().__init__()
        self._translate = translate

    def __missing__(self, ordinal: int) -> str:
        self[ordinal] = result = self._translate(chr(ordinal))
        return result


def _marks(letter: str) -> tuple[str, str]:
    """The letter without its tone, and its tone."""
    decomposed = unicodedata.normalize("NFD", letter.casefold())
    tone = "".join(mark for mark in decomposed if mark in _TONES)
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES)), tone


def _place(letter: str) -> str:
    bare, _ = _marks(letter)
    if bare in _AFTER:
        return _AFTER[bare]
    if unicodedata.category(letter).startswith("P"):
        return "-"  # before digits and letters
    return "".join(part for part in unicodedata.normalize("NFD", bare) if not unicodedata.combining(part))


def _tone(letter: str) -> str:
    return _TONES.get(_marks(letter)[1], "0")


_PLACES, _TONE_DIGITS = _Translation(_place), _Translation(_tone)


def sort_key(text: str) -> str:
    """A text that sorts as `text` (NFC) does in a Vietnamese dictionary: letters first, then tones; case is ignored.

    >>> sorted(["Đà", "Dừa", "Chiềng Sinh", "Ẳng Nưa", "Chà Tở", "Ma", "Mạ", "Má", "Ân", "An 2"], key=sort_key)
    ['An 2', 'Ẳng Nưa', 'Ân', 'Chà Tở', 'Chiềng Sinh', 'Dừa', 'Đà', 'Ma', 'Má', 'Mạ']
    """
    words = " ".join(text.split())
    return f"{words.translate(_PLACES)}\x01{words.translate(_TONE_DIGITS).rstrip('0')}"


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection)."""


def inert(text: str) -> str:
    """`text`, with an apostrophe before it when a spreadsheet would evaluate it as a formula.

    >>> inert("=1+1"), inert("Chè Shan"), inert("03127")
    ("'=1+1", 'Chè Shan', '03127')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text

"""The typefaces of printed documents, shipped in the folder `fonts`: their files, letters, and widths of texts."""

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from fontTools.ttLib import TTFont

from geo.text import nfc

FONTS_DIR = Path(__file__).resolve().parent / "fonts"
MM_PER_POINT = 25.4 / 72
SANS, SERIF = "Be Vietnam Pro", "Liberation Serif"
"""The family of sheets, and that of reports, whose letters are as wide as those of Times New Roman."""


class Face(NamedTuple):
    """One typeface: its family, whether it is bold or italic, and the name of its file."""

    family: str
    bold: bool
    italic: bool
    file: str


FACES = (
    Face(SANS, False, False, "BeVietnamPro-Regular.ttf"),
    Face(SANS, True, False, "BeVietnamPro-SemiBold.ttf"),
    Face(SANS, False, True, "BeVietnamPro-Italic.ttf"),
    Face(SERIF, False, False, "LiberationSerif-Regular.ttf"),
    Face(SERIF, True, False, "LiberationSerif-Bold.ttf"),
    Face(SERIF, False, True, "LiberationSerif-Italic.ttf"),
    Face(SERIF, True, True, "LiberationSerif-BoldItalic.ttf"),
)

_REPLACEMENTS = {"→": "->", "←": "<-", "↔": "<->", "″": '"', "′": "'", "№": "No", "\N{NON-BREAKING HYPHEN}": "-"}
_UNKNOWN = "?"


class _Metrics(NamedTuple):
    """The advance widths of a typeface in ems by code point, and the height of its capitals in ems."""

    advances: Mapping[int, float]
    capital: float


@cache
def _metrics(file: str) -> _Metrics:
    with TTFont(FONTS_DIR / file, lazy=True) as font:
        ems = font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        advances = {code: widths[glyph][0] / ems for code, glyph in font.getBestCmap().items()}
        return _Metrics(advances, font["OS/2"].sCapHeight / ems)


@cache
def _face(family: str, bold: bool, italic: bool) -> Face:
    return next(face for face in FACES if (face.family, face.bold, face.italic) == (family, bold, italic and not bold))


def width_mm(
    text: str, points: float, *, bold: bool = False, italic: bool = False, tracking: float = 0.0, family: str = SANS
) -> float:
    """The width of `text` in millimetres, set without kerning; `tracking` is the room after a letter in points.

    >>> round(width_mm("Điện Biên", 10.0), 2), width_mm("", 10.0)
    (16.17, 0.0)
    """
    advances = _metrics(_face(family, bold, italic).file).advances
    ems = sum(advances.get(ord(letter), 0.6) for letter in text)
    return (ems * points + tracking * len(text)) * MM_PER_POINT


def capital_mm(points: float) -> float:
    """The height of capitals of SANS in millimetres."""
    return _metrics(_face(SANS, False, False).file).capital * points * MM_PER_POINT


@lru_cache(maxsize=8_192)
def printable(text: str) -> str:
    """`text` (NFC) in letters that every shipped typeface has: a file with another letter would be no PDF/A.

    Controls and invisible marks are left out, line breaks are spaces, some symbols have a replacement, any other letter
    is a question mark.

    >>> printable("Mường\\u202e Lay → 東"), printable("a\\nb")
    ('Mường Lay -> ?', 'a b')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_printable_letter(letter) for letter in nfc(text))


def _printable_letter(letter: str) -> str:
    if letter in "\n\r\t\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        return " "
    if unicodedata.category(letter).startswith("C"):
        return ""
    if all(ord(letter) in _metrics(face.file).advances for face in FACES):
        return letter
    return _REPLACEMENTS.get(letter, _UNKNOWN)


def printable_values(value: Any) -> Any:
    """A tree of dictionaries and lists with every text in it made printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: printable_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable_values(item) for item in value]
    return value

"""The operators and functions of CQL2 over Python values; None is NULL: an argument None gives None."""

import math
import operator
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.text import nfc, without_marks

# --- text -------------------------------------------------------------------------------------------


def casei(text: str | None) -> str | None:
    """`text` without case.

    >>> casei("Đồi A1")
    'đồi a1'
    """
    if text is None:
        return None
    return text.casefold() if text.isascii() else nfc(nfc(text).casefold())


def accenti(text: str | None) -> str | None:
    """`text` without diacritics, Đ as D; case and spaces stay.

    >>> accenti("Đồi  Ý")
    'Doi  Y'
    """
    if text is None or text.isascii():
        return text
    return unicodedata.normalize("NFC", without_marks(text.translate(_STROKES)))


_STROKES = str.maketrans("ĐđÐð", "DdDd")
"""Đ and Eth, which sites write for it: Unicode does not decompose their strokes."""


@lru_cache(maxsize=256)
def _pattern(like: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression: % is any text, _ one letter, a backslash escapes both.

    Atomic groups keep the regular expression from backtracking over several %.
    """
    pieces, piece, letters = [], "", iter(like)
    for letter in letters:
        if letter == "%":
            pieces.append(piece)
            piece = ""
        elif letter == "_":
            piece += "."
        else:
            piece += re.escape(next(letters, letter) if letter == "\\" else letter)
    if not pieces:
        return re.compile(piece, re.DOTALL)
    inner = "".join(f"(?>.*?{part})" for part in pieces[1:] if part)
    return re.compile(f"{pieces[0]}{inner}.*{piece}", re.DOTALL)


def like(text: str | None, pattern: str | None) -> bool | None:
    """Whether the whole of `text` matches the pattern; case and diacritics count.

    >>> like("Mật ong", "M_t%"), like("mật ong", "M%"), like("100%", r"100\\%")
    (True, False, True)
    """
    return None if text is None or pattern is None else _pattern(pattern).fullmatch(text) is not None


def between(value: Any, low: Any, high: Any) -> bool | None:
    """Whether low <= value <= high; NULL when any of the three is NULL, where SQL may answer FALSE."""
    return None if value is None or low is None or high is None else low <= value <= high


# --- numbers ----------------------------------------------------------------------------------------

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "%": math.fmod,
    "div": lambda a, b: float(math.trunc(a / b)),
    "^": math.pow,
}


def calculate(op: str, a: float | None, b: float | None) -> float | None:
    """`a op b` as a real number; None where it has none (division by zero, root of a negative number, overflow).

    >>> calculate("div", -7, 2), calculate("%", -7, 2), calculate("^", 2, 3), calculate("%", 1, 0)
    (-3.0, -1.0, 8.0, None)
    """
    if a is None or b is None:
        return None
    try:
        result = _ARITHMETIC[op](float(a), float(b))
    except (ArithmeticError, ValueError):
        return None
    return result if math.isfinite(result) else None


# --- lists ------------------------------------------------------------------------------------------

ARRAYS: dict[str, Callable[[frozenset[object], frozenset[object]], bool]] = {
    "a_equals": operator.eq,
    "a_contains": operator.ge,
    "a_containedby": operator.le,
    "a_overlaps": lambda a, b: not a.isdisjoint(b),
}
"""Array operator -> its test of two arrays, taken as sets."""

# --- places -----------------------------------------------------------------------------------------

SPATIAL: dict[str, Callable[[BaseGeometry, BaseGeometry], object]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
CONVERSE = {"s_within": "s_contains", "s_contains": "s_within"}
"""Spatial relation -> its converse: `a within b` is `b contains a`. The others are symmetric."""

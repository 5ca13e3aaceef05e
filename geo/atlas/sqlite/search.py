"""Full-text search of names: without diacritics and case, by the beginnings of words."""

import re

from geo.text import fold

# Sources write "Na Sang II" and "Na Sang 2" for the same village. I, V, VI and X are left alone: they are
# Vietnamese words or letters of names.
_NUMERALS = {"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8"}
_WORD = re.compile(r"\w+")


def search_words(text: str) -> list[str]:
    """The folded words of `text`, Roman numerals as digits.

    >>> search_words("Dệt thổ cẩm Na Sang II - Đ.1")
    ['det', 'tho', 'cam', 'na', 'sang', '2', 'd', '1']
    """
    return [_NUMERALS.get(word, word) for word in _WORD.findall(fold(text))]


def match_expression(text: str) -> str:
    """An FTS5 expression that matches records with, for every word of `text`, a word that begins so.

    Words are quoted, so that no input is read as an operator. Text without words matches nothing.

    >>> match_expression('đồi "A1"')
    '"doi"* "a1"*'
    """
    return " ".join(f'"{word}"*' for word in search_words(text)) or '""'


def closeness(phrase: str, names: str) -> int:
    """0 when the names are the phrase, 1 when they begin with it, 2 when one of their words does, 3 otherwise."""
    if names == phrase or names.startswith(f"{phrase} "):
        return 0 if names == phrase else 1
    return 2 if f" {phrase}" in f" {names}" else 3

"""Full-text search of names: without diacritics and case, by the beginnings of words."""

import re

from geo.text import fold

# Sources write "Na Sang II" and "Na Sang 2" for the same village. I, V, VI and X are left alone: they are
# Vietnamese words or letters of names.
_NUMERALS = {"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8"}
_WORD = re.compile(r"\w+")
BY_OTHERS = 4
"""The closeness of a record that is found by more than the words of its names."""


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
    """0 when the names are the phrase, 1 when they begin with it, 2 when one of their words does.

    3 when each word of the phrase begins a word of the names, BY_OTHERS when some of them are found elsewhere only.

    >>> closeness("dan so muong ang", "muong ang dan so 2025"), closeness("dan so muong ang", "tra muong ang")
    (3, 4)
    """
    if names == phrase or names.startswith(f"{phrase} "):
        return 0 if names == phrase else 1
    spaced = f" {names}"
    if f" {phrase}" in spaced:
        return 2
    return 3 if all(f" {word}" in spaced for word in phrase.split()) else BY_OTHERS

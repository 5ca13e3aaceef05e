"""Full-text search: the expressions by which FTS5 finds records by words, spellings, and words with a wrong letter."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from geo.ocop.spellings import SPELLINGS
from geo.search.rules import FORGIVEN_FROM, JOINED_FROM, NUMERALS
from geo.search.tokens import alike_in_sound, corrected_readings_of, readings_of
from geo.text import fold

_WORD = re.compile(r"\w+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_LONGEST = 30
_LONGEST_SYLLABLE = 7
_NOTHING = '""'

VOCABULARY = "CREATE VIRTUAL TABLE temp.search_word USING fts5vocab('main', 'search', 'row')"
"""The words of the index, as a table of the connection that FTS5 reads from the index itself."""


def search_words(text: str) -> list[str]:
    """The folded words of `text`, Roman numerals as digits.

    >>> search_words("Dệt thổ cẩm Na Sang II - Đ.1")
    ['det', 'tho', 'cam', 'na', 'sang', '2', 'd', '1']
    """
    return [NUMERALS.get(word, word) for word in _WORD.findall(fold(text))]


def match_expression(text: str) -> str:
    """An FTS5 expression for records that have, for every word of `text`, a word that begins so, or another spelling.

    Words are quoted, so that no input is read as an operator. Text without words matches nothing.

    >>> match_expression('đồi "A1"')
    '("doi"* AND "a1"*) OR (("doi" OR "hill" OR "colline") AND "a1"*)'
    >>> match_expression("HTX")
    '("htx"*) OR (("hop tac xa" OR "htx" OR "cooperative" OR "co operative" OR "cooperatives" OR "co operatives"))'
    """
    return _any(_all(map(_begins, reading.tokens)) for reading in readings_of(text, most=None))


def forgiving_expression(connection: sqlite3.Connection, text: str) -> str:
    """The same, but a word may also have one wrong letter, or be several words of a name written as one."""
    words = search_words(text)
    if not words:
        return _NOTHING
    return _any(
        [
            *(_all(map(_begins, reading.tokens)) for reading in corrected_readings_of(text)),
            _all(f"({_any([_begins(word), *_forgiven(connection, word)])})" for word in words),
        ]
    )


def some_words_expression(connection: sqlite3.Connection, text: str) -> str:
    """An expression for records that have at least one of the words, or one that differs by a letter."""
    words = search_words(text)
    return _any(part for word in words for part in (_begins(word), *_forgiven(connection, word)))


def _begins(token: str) -> str:
    if not token.startswith("="):
        return f'"{token}"*'
    row = SPELLINGS[int(token.strip("="))]
    phrases = dict.fromkeys(" ".join(search_words(spelling)) for spelling in (row.word, *row.others))
    return f"({' OR '.join(f'{chr(34)}{phrase}{chr(34)}' for phrase in phrases)})"


def _all(parts: Iterable[str]) -> str:
    return f"({' AND '.join(parts)})"


def _any(parts: Iterable[str]) -> str:
    return " OR ".join(parts) or _NOTHING


def _forgiven(connection: sqlite3.Connection, word: str) -> Iterator[str]:
    """Expressions for the words of the index that differ by a letter or sound alike, and for those in `word`."""
    if len(word) <= _LONGEST:
        edits: Iterable[str] = _edits(word) if len(word) >= FORGIVEN_FROM else ()
        for near in sorted(_words_among(connection, {*edits, *alike_in_sound(word)})):
            yield f'"{near}"'
    if JOINED_FROM <= len(word) <= _LONGEST:
        parts = _parts(word, _words_among(connection, _pieces(word)))
        if parts:
            yield f'"{" ".join(parts)}"*'


def _words_among(connection: sqlite3.Connection, candidates: Iterable[str]) -> set[str]:
    """Those of the candidates that are words of the index."""
    words = tuple(set(candidates))
    marks = ", ".join("?" * len(words))
    rows = connection.execute(f"SELECT term FROM temp.search_word WHERE term IN ({marks})", words)
    return {str(term) for (term,) in rows}


def _edits(word: str) -> Iterator[str]:
    """The words that differ from `word` by one letter more, less or other, or by two neighbours exchanged."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
            yield before + after[1:2] + after[:1] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]


def _pieces(word: str) -> Iterator[str]:
    """The parts of a word that may be syllables."""
    for start, size in product(range(len(word)), range(1, _LONGEST_SYLLABLE + 1)):
        if start + size <= len(word):
            yield word[start : start + size]


def _parts(word: str, words: set[str]) -> Sequence[str] | None:
    """The fewest of `words`, in order, that make up `word`; None if they do not.

    >>> _parts("hamdocat", {"ham", "do", "cat", "hamd", "o"})
    ['ham', 'do', 'cat']
    """
    best: list[list[str] | None] = [[], *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before = best[start]
            if before is None or word[start:end] not in words:
                continue
            so_far = best[end]
            if so_far is None or len(before) + 1 < len(so_far):
                best[end] = [*before, word[start:end]]
    return best[-1]

"""Words as a search compares them: without diacritics and case, with their marks apart, and the spellings they mean."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from geo.ocop.spellings import FILLERS, SPELLINGS
from geo.search.rules import FORGIVEN_FROM, KEYS, MOST_WORDS, NUMERALS, SOUNDS, TONES
from geo.text import fold, nfc

_WORD = re.compile("[\\w\u0300-\u036f]+")


class Marked(NamedTuple):
    """The letters of a word with all marks but its tone, decomposed (NFD), and its tone wherever it stands."""

    letters: str
    tone: str


class Token(NamedTuple):
    """A word without diacritics and case, and the same word with its marks."""

    folded: str
    marked: Marked


class Reading(NamedTuple):
    """One way to read a query: its tokens, with spaces and without, and the marks of those that have diacritics.

    `uses_spellings` says that phrases of SPELLINGS were replaced by what they mean, `wrong` how many of them only after
    a correction.
    """

    tokens: tuple[str, ...]
    phrase: str
    joined: str
    marks: tuple[Marked, ...]
    uses_spellings: bool
    wrong: int


def tokens_of(text: str) -> list[Token]:
    """The words of `text` in order, Roman numerals as digits.

    >>> [token.folded for token in tokens_of("Dệt thổ cẩm Na Sang II - Đ.1")]
    ['det', 'tho', 'cam', 'na', 'sang', '2', 'd', '1']
    >>> tokens_of("hoà") == tokens_of("hòa")
    True
    """
    return [_token(word) for word in _WORD.findall(nfc(text).lower())]


@lru_cache(maxsize=8_192)
def _token(word: str) -> Token:
    numeral = NUMERALS.get(word)
    if numeral:
        return Token(numeral, Marked(numeral, ""))
    decomposed = unicodedata.normalize("NFD", word)
    letters = "".join(letter for letter in decomposed if letter not in TONES)
    return Token(fold(word), Marked(letters, "".join(letter for letter in decomposed if letter in TONES)))


def without_fillers(text: str) -> str:
    """The words of a query that name something: without FILLERS, the longest first.

    >>> without_fillers("mua cà phê ở đâu")
    'cà phê'
    """
    words = _WORD.findall(nfc(text).lower())
    tokens = [_token(word) for word in words]
    kept: list[str] = []
    at = 0
    while at < len(tokens):
        size = next((len(filler) for filler in _fillers() if tokens[at : at + len(filler)] == filler), 0)
        kept += [] if size else [words[at]]
        at += size or 1
    return " ".join(kept)


@lru_cache(maxsize=1)
def _fillers() -> list[list[Token]]:
    return sorted(map(tokens_of, FILLERS), key=lambda filler: -len(filler))


def agree(query: Marked, word: Marked) -> bool:
    """Whether a word begins with the letters and marks of a word of the query, whose tone may not be typed yet."""
    return word.letters.startswith(query.letters) and query.tone in ("", word.tone)


# --- spellings ---------------------------------------------------------------------------------------------


class Phrase(NamedTuple):
    """A spelling of SPELLINGS: its words, its concept (a token that equals no word), and the row's own word."""

    tokens: tuple[Token, ...]
    concept: str
    word: str

    def begins_at(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether the phrase stands at a place of a text; a single word must agree in its diacritics."""
        if len(self.tokens) == 1:
            return tokens[at].marked == self.tokens[0].marked
        part = tokens[at : at + len(self.tokens)]
        return [token.folded for token in part] == [token.folded for token in self.tokens]


@lru_cache(maxsize=1)
def _all_phrases() -> tuple[Phrase, ...]:
    return tuple(
        Phrase(tuple(tokens_of(spelling)), f"={number}=", row.word)
        for number, row in enumerate(SPELLINGS)
        for spelling in (row.word, *row.others)
    )


@lru_cache(maxsize=1)
def _single_words() -> tuple[Phrase, ...]:
    return tuple(phrase for phrase in _all_phrases() if len(phrase.tokens) == 1)


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[Phrase]]:
    """The spellings by their first word without diacritics, the longest first."""
    by_word: dict[str, list[Phrase]] = {}
    for phrase in sorted(_all_phrases(), key=lambda phrase: -len(phrase.tokens)):
        by_word.setdefault(phrase.tokens[0].folded, []).append(phrase)
    return by_word


def concepts_in(tokens: Sequence[Token]) -> list[Token | Phrase]:
    """The tokens with each phrase of SPELLINGS, the longest first, instead of its words."""
    parts: list[Token | Phrase] = []
    at = 0
    while at < len(tokens):
        phrases = _phrases().get(tokens[at].folded, ())
        phrase = next((one for one in phrases if one.begins_at(tokens, at)), None)
        parts.append(phrase or tokens[at])
        at += len(phrase.tokens) if phrase else 1
    return parts


def meant_by(text: str) -> list[tuple[str, str]]:
    """What the query writes otherwise than the names: the spelling, and the word that it means.

    >>> meant_by("HTX scarf")
    [('htx', 'hợp tác xã'), ('scarf', 'khăn')]
    """
    pairs = []
    for part in concepts_in(tokens_of(text)[:MOST_WORDS]):
        if isinstance(part, Phrase):
            spelling = " ".join(token.folded for token in part.tokens)
            if spelling != " ".join(token.folded for token in tokens_of(part.word)):
                pairs.append((spelling, part.word))
    return pairs


# --- readings of a query -----------------------------------------------------------------------------------


def readings_of(text: str, most: int | None = MOST_WORDS) -> list[Reading]:
    """The query as it is written and, if that differs, with the meaning of its spellings; none without words.

    Words behind the first `most` are left out.
    """
    tokens = tokens_of(text)[:most]
    if not tokens:
        return []
    parts = concepts_in(tokens)
    has_spellings = any(isinstance(part, Phrase) for part in parts)
    return [_reading(tokens), *([_reading(parts, uses_spellings=True)] if has_spellings else [])]


def corrected_readings_of(text: str) -> list[Reading]:
    """The readings with words that begin a spelling, or differ from one by a letter, replaced by what it means.

    A text with the keys of an input method is read without them too.
    """
    parts: list[Token | Phrase] = []
    wrong = 0
    for part in concepts_in(tokens_of(text)[:MOST_WORDS]):
        phrase = _spelling_near(part.folded) if isinstance(part, Token) else None
        parts.append(phrase or part)
        wrong += phrase is not None
    corrected = [_reading(parts, uses_spellings=True, wrong=wrong)] if wrong else []
    return [*readings_of(text), *corrected, *_readings_without_keys(text)]


def _readings_without_keys(text: str) -> list[Reading]:
    words = [token.folded for token in tokens_of(text)[:MOST_WORDS]]
    plain = [without_keys(word) for word in words]
    wrong = sum(word != other for word, other in zip(words, plain, strict=True))
    return [reading._replace(wrong=wrong) for reading in readings_of(" ".join(plain))] if wrong else []


@lru_cache(maxsize=4_096)
def without_keys(word: str) -> str:
    """A folded word without the KEYS by which an input method would have written its diacritics.

    >>> [without_keys(word) for word in ("muwowngf", "die65n", "ddoofi", "xoai", "pass")]
    ['muong', 'dien', 'doi', 'xoai', 'pass']
    """
    for pattern in KEYS:
        word = re.sub(pattern, lambda match: "".join(group or "" for group in match.groups()), word)
    return word


def _reading(parts: Sequence[Token | Phrase], *, uses_spellings: bool = False, wrong: int = 0) -> Reading:
    tokens = tuple(part.folded if isinstance(part, Token) else part.concept for part in parts)
    marks = _marks([part for part in parts if isinstance(part, Token)])
    return Reading(tokens, " ".join(tokens), "".join(tokens), marks, uses_spellings, wrong)


def _marks(tokens: Sequence[Token]) -> tuple[Marked, ...]:
    return tuple(token.marked for token in tokens if token.marked != Marked(token.folded, ""))


def _spelling_near(word: str) -> Phrase | None:
    """The first spelling of one word that `word` begins, or that differs from it by one letter."""
    if len(word) < FORGIVEN_FROM:
        return None
    return next((phrase for phrase in _single_words() if _is_near(word, phrase.tokens[0].folded)), None)


def _is_near(word: str, spelling: str) -> bool:
    return spelling.startswith(word) or (len(spelling) >= FORGIVEN_FROM and differ_by_one(word, spelling))


def differ_by_one(a: str, b: str) -> bool:
    """Whether one letter more, less or other, or two neighbours exchanged, make `a` of `b` (Damerau 1964); or nothing.

    >>> differ_by_one("onng", "ong"), differ_by_one("hagn", "hang"), differ_by_one("hang", "hong")
    (True, True, True)
    >>> differ_by_one("hang", "hogn")
    False
    """
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[at:], b[at:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a == rest_b[1:]
        or rest_a[1:] == rest_b
        or (rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:])
    )


# --- sounds ------------------------------------------------------------------------------------------------

_CLASSES = {initial: row for row in SOUNDS for initial in row}
_INITIALS = sorted(_CLASSES, key=len, reverse=True)


def _parted(word: str) -> tuple[str, str]:
    """The beginning of a word that SOUNDS has, or nothing, and the rest."""
    initial = next((one for one in _INITIALS if word.startswith(one)), "")
    return initial, word[len(initial) :]


@lru_cache(maxsize=16_384)
def sound_of(word: str) -> str:
    """A folded word in one of the spellings that sound alike.

    >>> sound_of("xen") == sound_of("sen"), sound_of("gia") == sound_of("da"), sound_of("sy") == sound_of("si")
    (True, True, True)
    """
    initial, rest = _parted(word)
    return (_CLASSES[initial][0] if initial else "") + rest.replace("y", "i")


def alike_in_sound(word: str) -> set[str]:
    """The spellings that sound as a folded word does.

    >>> sorted(alike_in_sound("rong"))
    ['dong', 'giong']
    """
    initial, rest = _parted(word)
    rests = {rest, rest.replace("y", "i"), rest.replace("i", "y")}
    return {other + end for other in _CLASSES.get(initial, ("",)) for end in rests} - {word}

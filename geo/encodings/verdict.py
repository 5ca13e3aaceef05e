"""The encoding of one kind of rows of a column, from scores of its words."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from geo.encodings import viqr
from geo.encodings.codec import decode
from geo.encodings.mojibake import as_bytes, unwrap
from geo.encodings.syllable import FOREIGN, SIGN, foreignness, is_syllable, reading, words_of
from geo.encodings.tcvn3 import raise_capitals
from geo.text import nfc


class Candidate(NamedTuple):
    """One encoding that the text may be in. `score` is its probability, 0 to 1.

    `good` of the examined `words`, all with letters beyond ASCII, are Vietnamese in this encoding.
    """

    encoding: str
    score: float
    good: int
    words: int


class Verdict(NamedTuple):
    """The most likely encoding, the confidence in it, and every candidate, best first."""

    encoding: str
    confidence: float
    candidates: tuple[Candidate, ...]


# Log prior of each encoding in files of Vietnamese offices, in nats; an estimate.
PRIORS = {"none": 0.0, "unicode": 0.0, "tcvn3": -0.5, "cp1258": -0.7, "vni": -0.7, "viscii": -3.0, "viqr": -2.0}
# The weight in nats of a claim by a .cpg file or by other rows of the column.
CLAIM = 3.0
# The score of a lower-case ASCII word that is no Vietnamese syllable.
_STRANGER = -0.8

_LEGACY = ("unicode", "cp1258", "tcvn3", "vni", "viscii")
_SAME_TEXT = frozenset({"none", "unicode"})  # deciding between these changes nothing
_MOST_ROWS, _MOST_WORDS, _MOST_NAME_ROWS = 3000, 1200, 400
_NAME_WORTH, _MOST_NAMES = 3.0, 4


class _Trial(NamedTuple):
    score: float
    good: int
    names: int


def of_legacy(values: Sequence[str], names: re.Pattern[str] | None, bonus: Mapping[str, float]) -> Verdict:
    """The verdict on rows of bytes that are not UTF-8: a legacy encoding, or Western text."""
    rows = _sample(values, _MOST_ROWS)
    words = _some_words(words_of(row) for row in rows)
    readings: dict[str, list[str]] = {}
    for encoding in _LEGACY:
        decoded = _decode_all(words, encoding)
        if decoded not in readings.values():
            readings[encoding] = decoded
    against = _STRANGER * len(_strangers(rows))
    all_trials = {key: _trial(decoded, _name_count(rows, key, names), against) for key, decoded in readings.items()}
    # An encoding in which few words are Vietnamese is no candidate, even where the unconverted text is garbled.
    trials = {key: trial for key, trial in all_trials.items() if trial.good >= len(words) / 4}
    trials["none"] = _Trial(sum(map(foreignness, words)), 0, 0)
    return _weigh(trials, len(words), bonus)


def of_unicode(values: Sequence[str]) -> Verdict:
    """The verdict on rows that are Unicode already: Vietnamese, or another language."""
    words = _some_words(words_of(nfc(row)) for row in _sample(values, _MOST_ROWS))
    good = sum(FOREIGN < reading(word) != SIGN for word in words)
    latin = sum(_LATIN.search(word) is not None for word in words)
    encoding = "unicode" if good and good >= latin / 4 else "none"
    return _only_candidate(encoding, good, len(words))


_LATIN = re.compile("[A-Za-zÀ-ɏḀ-ỿ]")


def is_vietnamese(values: Sequence[str], names: re.Pattern[str] | None) -> bool:
    """Whether every word of `values` with letters beyond ASCII is Vietnamese as it stands.

    False when no word has such letters, and when another encoding would make more place names of them.
    """
    rows = _sample(values, _MOST_ROWS)
    words = _some_words(words_of(nfc(row)) for row in rows)
    if not words or not all(FOREIGN < reading(word) != SIGN for word in words):
        return False
    bytes_of_rows = [row for row in rows if as_bytes(row) is not None]
    stored_names = _hits("\n".join(_sample(bytes_of_rows, _MOST_NAME_ROWS)), names)
    return all(_name_count(bytes_of_rows, encoding, names) <= stored_names for encoding in _LEGACY[1:])


def of_utf8(values: Sequence[str], layers: int, encoding: str) -> Verdict:
    """The verdict on rows that are all UTF-8, `layers` deep; bytes of other encodings rarely are by chance."""
    texts = (nfc(unwrap(row, layers)) for row in _sample(values, _MOST_ROWS))
    words = _some_words(words_of(text) for text in texts)
    return _only_candidate(encoding, sum(FOREIGN < reading(word) != SIGN for word in words), len(words))


def of_ascii(values: Sequence[str], names: re.Pattern[str] | None, bonus: Mapping[str, float]) -> Verdict:
    """The verdict on rows of ASCII: VIQR where its marks form Vietnamese syllables, else plain ASCII."""
    tokens = dict.fromkeys(token for row in _sample(values, _MOST_ROWS) for token in _tokens(row))
    candidates_by_core = {core: words for core in map(_core, tokens) if (words := _viqr_words(core))}
    if not candidates_by_core:
        return Verdict("ascii", 1.0, (Candidate("ascii", 1.0, 0, 0),))
    worths = [min(map(reading, words)) for words in candidates_by_core.values()]
    plain = [token.lower() for token in tokens if token.isalpha()]
    strangers = sum(not is_syllable(token) for token in plain)
    hits = _hits("\n".join(_viqr(row) for row in _sample(values, _MOST_NAME_ROWS)), names)
    trials = {
        "viqr": _Trial(sum(worths) - strangers, sum(worth > FOREIGN for worth in worths), hits),
        "ascii": _Trial(sum(map(_ascii_worth, candidates_by_core)) - 0.3 * len(plain), 0, 0),
    }
    return _weigh(trials, len(candidates_by_core), bonus)


# Punctuation at the end of a word, quotes, addresses, formulas and blood groups are no evidence of VIQR marks.
_ENDS = '.?!,;:)"+('
_NO_TEXT = re.compile(r"[_\d]")
_BETWEEN = re.compile(r"[\s<>\[\]{}=/|]+")
# Sequences that hardly occur in words outside VIQR.
_TELLING = re.compile(r"[aeo]\^|[ou]\+[a-z'`?~.]|a\([a-z'`?~.]|^dd[aeiouy]", re.IGNORECASE)


def is_address(token: str) -> bool:
    """Whether a word is an e-mail address or a URL, in which full stops are not VIQR marks."""
    return "@" in token or "://" in token


def _tokens(row: str) -> list[str]:
    return _BETWEEN.split(" ".join(token for token in row.split() if not is_address(token)))


def _core(token: str) -> str:
    core = token.rstrip(_ENDS)
    return core.strip("'") if core.startswith("'") else core


def _viqr(text: str) -> str:
    return nfc(viqr.read(text.encode("ascii")))


def _viqr_words(core: str) -> list[str]:
    return [] if _NO_TEXT.search(core) else words_of(_viqr(core))


def _ascii_worth(core: str) -> float:
    return -4.0 if _TELLING.search(core) else -1.5


def _strangers(rows: Iterable[str]) -> list[str]:
    """The lower-case ASCII words that are no Vietnamese syllables; names and abbreviations are not considered."""
    words = _words_up_to((_SMALL_WORD.findall(row) for row in rows), _MOST_WORDS)
    return [word for word in words if not is_syllable(word)]


_SMALL_WORD = re.compile(r"(?<![^\s(\"'])[a-z]{2,}(?![^\s)\"',.;:?!])")


def _sample(values: Sequence[str], most: int) -> Sequence[str]:
    return values[:: math.ceil(len(values) / most)] if len(values) > most else values


def _some_words(rows: Iterable[list[str]]) -> list[str]:
    return _words_up_to(rows, _MOST_WORDS)


def _words_up_to(rows: Iterable[list[str]], most: int) -> list[str]:
    words: dict[str, None] = {}
    for row in rows:
        words.update(dict.fromkeys(row))
        if len(words) >= most:
            break
    return list(words)


def _decode_all(texts: Sequence[str], encoding: str) -> list[str]:
    lines = decode("\n".join(texts), encoding).split("\n")
    return [raise_capitals(text) for text in lines] if encoding == "tcvn3" else lines


def _name_count(rows: Sequence[str], encoding: str, names: re.Pattern[str] | None) -> int:
    return _hits("\n".join(_decode_all(_sample(rows, _MOST_NAME_ROWS), encoding)), names) if names else 0


def _hits(text: str, names: re.Pattern[str] | None) -> int:
    return min(len(set(names.findall(text.lower()))), _MOST_NAMES) if names else 0


def _trial(words: Sequence[str], names: int, against: float) -> _Trial:
    worths = list(map(reading, words))
    return _Trial(sum(worths) + against, sum(FOREIGN < worth != SIGN for worth in worths), names)


def _weigh(trials: Mapping[str, _Trial], words: int, bonus: Mapping[str, float]) -> Verdict:
    def total(key: str) -> float:
        return trials[key].score + PRIORS.get(key, 0.0) + bonus.get(key, 0.0) + _NAME_WORTH * trials[key].names

    keys = sorted(trials, key=total, reverse=True)
    shares = _shares([total(key) for key in keys])
    best = keys[0]
    belief = sum(share for key, share in zip(keys, shares, strict=True) if key == best or {key, best} <= _SAME_TEXT)
    candidates = tuple(
        Candidate(key, round(share, 4), trials[key].good, words) for key, share in zip(keys, shares, strict=True)
    )
    quality = trials[best].good / words if best not in ("none", "ascii") and words else 1.0
    return Verdict(best, round(belief * quality * _evidence(words + 2 * trials[best].names), 3), candidates)


def _shares(totals: Sequence[float]) -> list[float]:
    weights = [math.exp(max(total - totals[0], -700.0)) for total in totals]
    return [weight / sum(weights) for weight in weights]


def _evidence(words: int) -> float:
    # A high score over one word is weak evidence; over twenty it is strong.
    return words / (words + 0.6)


def _only_candidate(encoding: str, good: int, words: int) -> Verdict:
    confidence = round((words + good) / (words + good + 0.1), 3)
    return Verdict(encoding, confidence, (Candidate(encoding, 1.0, good, words),))

"""What a query matches in an index, in order; geo/static/js/core/ranking.js computes the same in the browser."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from geo.budget import spend
from geo.schema import Label
from geo.search.rules import (
    ALIKE_FROM,
    CONCEPT_WEIGHT,
    FORGIVEN_FROM,
    JOINED_FORGIVEN_FROM,
    JOINED_FROM,
    ORDER,
    SUGGESTIONS,
)
from geo.search.tokens import (
    Marked,
    Phrase,
    Reading,
    Token,
    agree,
    concepts_in,
    corrected_readings_of,
    differ_by_one,
    readings_of,
    sound_of,
    tokens_of,
    without_fillers,
)
from geo.text import fold

_WHOLE, _BEGUN, _HEARD, _NEAR = range(4)
"""How a word of a query is in a text: as a word, as the beginning of one, as it sounds, with one wrong letter."""

_SEVERAL_TEXTS = 4
_MANY_WORDS = 99
_YEAR = 4
"""Digits from which a number is a year."""


class _Run(NamedTuple):
    """Words in order: with spaces between them, without, and where each begins and ends in the latter."""

    spaced: str
    joined: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class _Line(NamedTuple):
    """A text prepared for comparison: every word and concept, the words, the words with concepts instead, the marks."""

    bag: str
    raw: _Run
    replaced: _Run
    marked: tuple[Marked, ...]


class _TextMatch(NamedTuple):
    """How the words of a reading are in a text, None for one that is not, and how close the text is to all of them."""

    qualities: tuple[int | None, ...]
    closeness: int | None
    words: int


class _Record(NamedTuple):
    layer: int
    id: int
    title: int
    title_en: int
    icon: int
    place: int
    lng: float | None
    lat: float | None
    texts: tuple[int, ...]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The places of each field and its text."""
        return zip(self.texts[::2], self.texts[1::2], strict=True)


class Reason(NamedTuple):
    """The field by which a record was found, and its value."""

    field: str
    text: str


class Match(NamedTuple):
    """A record that matches: layer and id, whether only with wrong letters or only in part, and why, in each language.

    The reason is None where the name in that language has all words of the query.
    """

    layer: str
    id: str
    is_near: bool
    is_partial: bool
    reason_vi: Reason | None
    reason_en: Reason | None

    def reason(self, lang: str) -> Reason | None:
        """Why it matches, in a language."""
        return self.reason_vi if lang == "vi" else self.reason_en


class _Ranked(NamedTuple):
    key: tuple[int, ...]
    number: int
    matches: Sequence[_TextMatch]


class Index:
    """An index, as geo/search/index_file.py describes it, ready to be searched."""

    def __init__(self, index: Mapping[str, Any]) -> None:
        self._layers = [(name, standing) for name, standing, *_ in index["layers"]]
        self._fields = [(kind, Label(vi, en), is_unit) for _, kind, vi, en, is_unit in index["fields"]]
        self._texts = [(text,) if isinstance(text, str) else tuple(text) for text in index["texts"]]
        self._lines = [tuple(map(_line, text)) for text in self._texts]
        self._records = [_Record._make([*row[:-1], tuple(row[-1])]) for row in index["records"]]

    def search(self, text: str, *, layers: Collection[str] | None = None, limit: int = 20) -> list[Match]:
        """The records that match, best first.

        Where none has all words, the fillers are left out; where none has the others, records with most of them match.
        """
        shorter = without_fillers(text) or text
        best = (
            self._complete(text, layers)
            or (self._complete(shorter, layers) if shorter != text else [])
            or _in_order(self._rank(readings_of(shorter), layers, partial=True).values())
        )
        return [self._match(hit) for hit in best[:limit]]

    def _complete(self, text: str, layers: Collection[str] | None) -> list[_Ranked]:
        """The records with all words; those with wrong letters only where no name has the words without."""
        exact = self._rank(readings_of(text), layers)
        if any(map(self._is_of_names, exact.values())):
            return _in_order(exact.values())
        near = [
            hit for number, hit in self._rank(corrected_readings_of(text), layers, forgiving=True).items()
            if number not in exact and (self._is_of_names(hit) or (not exact and self._is_in_one_text(hit)))
        ]  # fmt: skip
        together = [hit for hit in exact.values() if self._is_in_one_text(hit)]
        scattered = [hit for hit in exact.values() if not self._is_in_one_text(hit)]
        return [*_in_order(together), *_in_order(near), *_in_order(scattered)]

    def has_names(self, text: str, layers: Collection[str] | None = None) -> bool:
        """Whether the names of a record have all words of the query without a wrong letter."""
        return any(map(self._is_of_names, self._rank(readings_of(text), layers).values()))

    def suggest(self, text: str, *, layers: Collection[str] | None = None) -> list[tuple[str, str]]:
        """Layer and id of the records whose names share most pairs of letters with the query, best first.

        The measure is that of Dice (1945); names below ALIKE_FROM are left out, and of equal names all but the first.
        """
        pairs = _pairs("".join(token.folded for token in tokens_of(text)))
        alike = [max((_share(pairs, _pairs(line.raw.joined)) for line in lines), default=0) for lines in self._lines]
        records = [row for row in self._records if layers is None or self._layers[row.layer][0] in layers]
        scores = [(self._score(record, alike), number) for number, record in enumerate(records)]
        titles: dict[str, _Record] = {}
        for _, number in sorted((-score, number) for score, number in scores if score >= ALIKE_FROM):
            titles.setdefault(fold(self._texts[records[number].title][0]), records[number])
        return [(self._layers[row.layer][0], self._texts[row.id][0]) for row in list(titles.values())[:SUGGESTIONS]]

    def _score(self, record: _Record, alike: Sequence[int]) -> int:
        return max((alike[text] for what, text in record.pairs() if self._fields[what][0] == 0), default=0)

    @staticmethod
    def _is_of_names(hit: _Ranked) -> bool:
        return hit.key[ORDER.index("class")] == 0

    @staticmethod
    def _is_in_one_text(hit: _Ranked) -> bool:
        return hit.key[ORDER.index("closeness")] < _SEVERAL_TEXTS

    def _rank(
        self,
        readings: Iterable[Reading],
        layers: Collection[str] | None,
        *,
        forgiving: bool = False,
        partial: bool = False,
    ) -> dict[int, _Ranked]:
        """The records that match a reading, by number, each with the key of its best reading.

        `forgiving` takes words with a wrong letter, `partial` records that lack less than half of the words by weight.
        """
        hits: dict[int, _Ranked] = {}
        columns: dict[str, list[list[int | None]]] = {}
        for reading in readings:
            for token in reading.tokens:
                if token not in columns:
                    spend()
                    columns[token] = [[_quality(token, line, forgiving) for line in lines] for lines in self._lines]
            rows = zip(*(columns[token] for token in reading.tokens), strict=True)
            matches = [_text_match(reading, lines, row) for lines, row in zip(self._lines, rows, strict=True)]
            spend()
            for number, record in enumerate(self._records):
                if layers is not None and self._layers[record.layer][0] not in layers:
                    continue
                key = self._key(record, reading, matches, partial)
                if key is not None and (number not in hits or key < hits[number].key):
                    hits[number] = _Ranked(key, number, matches)
        return hits

    def _key(
        self, record: _Record, reading: Reading, matches: Sequence[_TextMatch], partial: bool
    ) -> tuple[int, ...] | None:
        """The criteria of ORDER; None for a record that does not have all words, or most of them if `partial`."""
        all_best = self._best(record, matches, len(reading.tokens))
        missing = _missing(reading, [one is not None for one in all_best])
        if missing is None or (missing and not partial):
            return None
        best = [one for one in all_best if one is not None]
        worst = max(kind for kind, _ in best)
        close = [
            (matches[text], self._fields[what][2])
            for what, text in record.pairs()
            if self._fields[what][0] <= worst and matches[text].closeness is not None
        ]
        is_named_unit = any(is_unit and match.closeness == 0 for match, is_unit in close)
        closeness = min((match.closeness or 0 for match, _ in close), default=_SEVERAL_TEXTS)
        standing = self._layers[record.layer][1]
        criteria = {
            "missing": missing,
            "wrong": sum({_HEARD: 1, _NEAR: 2}.get(quality, 0) for _, quality in best) + 2 * reading.wrong,
            "class": worst,
            "standing": 0 if is_named_unit else max(0, standing - 1) if closeness == 0 else standing,
            "marks": int(bool(reading.marks) and not self._agrees(record, reading.marks)),
            "closeness": closeness,
            "begun": sum(quality == _BEGUN for _, quality in best),
            "meant": int(reading.uses_spellings),
            "words": self._words_around(record, matches, all_best),
        }
        return tuple(criteria[name] for name in ORDER)

    def _words_around(
        self, record: _Record, matches: Sequence[_TextMatch], best: Sequence[tuple[int, int] | None]
    ) -> int:
        """The length of the shortest text that has every word of a query that the record has at all, as `best` says."""
        worst = max(one[0] for one in best if one is not None)
        lengths = [_MANY_WORDS]
        for what, text in record.pairs():
            qualities = matches[text].qualities
            if self._fields[what][0] <= worst and all(
                one is None or quality is not None for one, quality in zip(best, qualities, strict=True)
            ):
                lengths.append(min(matches[text].words, len(self._lines[text][0].raw.starts)))
        return min(lengths)

    def _best(self, record: _Record, matches: Sequence[_TextMatch], count: int) -> list[tuple[int, int] | None]:
        """For each word of a reading the best class and quality of a text that has it; None where no text has it."""
        best: list[tuple[int, int] | None] = [None] * count
        for what, text in record.pairs():
            kind = self._fields[what][0]
            for at, quality in enumerate(matches[text].qualities):
                if quality is None:
                    continue
                so_far = best[at]
                if so_far is None or (kind, quality) < so_far:
                    best[at] = (kind, quality)
        return best

    def _agrees(self, record: _Record, marks: Sequence[Marked]) -> bool:
        words = [word for _, text in record.pairs() for line in self._lines[text] for word in line.marked]
        return all(any(agree(query, word) for word in words) for query in marks)

    def _match(self, hit: _Ranked) -> Match:
        record = self._records[hit.number]
        is_near, is_partial = (hit.key[ORDER.index(name)] > 0 for name in ("wrong", "missing"))
        reasons = (self._reason(hit, record, lang) for lang in ("vi", "en"))
        return Match(self._layers[record.layer][0], self._texts[record.id][0], is_near, is_partial, *reasons)

    def _reason(self, hit: _Ranked, record: _Record, lang: str) -> Reason | None:
        title = record.title if lang == "vi" or record.title_en < 0 else record.title_en
        lacking = self._lacking(hit, record, hit.matches[title])
        if hit.matches[title].closeness is not None or not lacking:
            return None
        what, text = self._pair_of(hit, record, lacking)
        spellings = self._texts[text]
        return Reason(self._fields[what][1].of(lang), spellings[min(1, len(spellings) - 1) if lang != "vi" else 0])

    def _lacking(self, hit: _Ranked, record: _Record, title: _TextMatch) -> list[int]:
        """The places of the words that the record has, but not in its name."""
        texts = [hit.matches[text] for _, text in record.pairs()]
        lacking = (at for at, quality in enumerate(title.qualities) if quality is None)
        return [at for at in lacking if any(text.qualities[at] is not None for text in texts)]

    def _pair_of(self, hit: _Ranked, record: _Record, lacking: Sequence[int]) -> tuple[int, int]:
        """The field and text with all words that is closest, else the first with most words that the name lacks."""
        worst = hit.key[ORDER.index("class")]
        pairs = list(record.pairs())
        whole = [
            (self._fields[what][0], match.closeness, match.words, at)
            for at, (what, text) in enumerate(pairs)
            if (match := hit.matches[text]).closeness is not None and self._fields[what][0] <= worst
        ]
        if whole:
            return pairs[min(whole)[-1]]
        present = [sum(hit.matches[text].qualities[at] is not None for at in lacking) for _, text in pairs]
        return pairs[present.index(max(present))]


def _missing(reading: Reading, presence: Sequence[bool]) -> int | None:
    """The weight of the words that a record lacks; None if they are half of the query, or one is a small number.

    Who looks for products with 5 stars does not want those with 3.
    """
    weights = [CONCEPT_WEIGHT if token.startswith("=") else 1 for token in reading.tokens]
    lacking = [at for at, is_present in enumerate(presence) if not is_present]
    missing = sum(weights[at] for at in lacking)
    has_number = any(reading.tokens[at].isdigit() and len(reading.tokens[at]) < _YEAR for at in lacking)
    return None if 2 * missing >= sum(weights) or has_number else missing


def _in_order(hits: Iterable[_Ranked]) -> list[_Ranked]:
    return sorted(hits, key=lambda hit: (hit.key, hit.number))


# --- one text ----------------------------------------------------------------------------------------------


def _run(words: Sequence[str]) -> _Run:
    ends: list[int] = []
    for word in words:
        ends.append((ends[-1] if ends else 0) + len(word))
    return _Run(" ".join(words), "".join(words), (0, *ends[:-1]) if ends else (), tuple(ends))


@lru_cache(maxsize=8_192)
def _line(text: str) -> _Line:
    tokens = tokens_of(text)
    parts = concepts_in(tokens)
    words = [token.folded for token in tokens]
    raw = _run(words)
    concepts = [part.concept for part in parts if isinstance(part, Phrase)]
    replaced = _run([part.folded if isinstance(part, Token) else part.concept for part in parts]) if concepts else raw
    return _Line(f" {' '.join([*words, *concepts])} ", raw, replaced, tuple(token.marked for token in tokens))


def _text_match(reading: Reading, lines: Sequence[_Line], qualities: Sequence[Sequence[int | None]]) -> _TextMatch:
    """How a reading matches a text, whose spellings are `lines`; `qualities` are those of each word in each of them."""
    best: tuple[int | None, ...] = (None,) * len(reading.tokens)
    closest: tuple[int, int] | None = None
    for line, row in zip(lines, zip(*qualities, strict=True), strict=True):
        close = _closeness(reading, line, row)
        if close is not None:
            row = tuple(_BEGUN if quality is None else quality for quality in row)  # noqa: PLW2901
            here = (close, len(line.raw.starts))
            closest = here if closest is None else min(closest, here)
        best = tuple(map(_better, best, row))
    return _TextMatch(best, closest[0] if closest else None, closest[1] if closest else _MANY_WORDS)


def _better(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else min(a, b)


def _quality(token: str, line: _Line, forgiving: bool) -> int | None:
    """How a word of a query is in a text; None where it is not."""
    if f" {token} " in line.bag:
        return _WHOLE
    is_digit = len(token) == 1 and token.isdigit()
    if not is_digit and f" {token}" in line.bag:
        return _BEGUN
    if token.startswith("="):
        return None
    joined = _joined_quality(token, line.raw) if len(token) >= JOINED_FROM else None
    if joined is not None or not forgiving:
        return joined
    return _HEARD if _is_heard(token, line.raw) else _NEAR if _is_near(token, line.raw) else None


def _joined_quality(token: str, run: _Run) -> int | None:
    """How a word of a query is in several words without spaces."""
    if token not in run.joined:
        return None
    at = next((start for start in run.starts if run.joined.startswith(token, start)), None)
    if at is None:
        return None
    return _WHOLE if at + len(token) in run.ends else _BEGUN


def _is_heard(token: str, run: _Run) -> bool:
    """Whether a word sounds as that of a query does."""
    sound = sound_of(token)
    return any(sound_of(run.joined[start:end]) == sound for start, end in zip(run.starts, run.ends, strict=True))


def _is_near(token: str, run: _Run) -> bool:
    """Whether a word, or several without spaces, differs from a word of a query by one letter."""
    if len(token) < FORGIVEN_FROM:
        return False
    most = len(run.starts) if len(token) >= JOINED_FORGIVEN_FROM else 1
    for first, start in enumerate(run.starts):
        for end in run.ends[first : first + most]:
            if end - start > len(token) + 1:
                break
            if end - start >= len(token) - 1 and _differ_by_one(token, run.joined[start:end]):
                return True
    return False


_differ_by_one = lru_cache(maxsize=16_384)(differ_by_one)  # the same words stand in many texts


def _closeness(reading: Reading, line: _Line, qualities: Sequence[int | None]) -> int | None:
    """0 to 3, see ORDER in geo/search/rules.py; None for a text that does not have all words."""
    run = line.replaced if reading.uses_spellings else line.raw
    phrase, joined = reading.phrase, reading.joined
    may_join = len(joined) >= JOINED_FROM and joined in run.joined
    if run.spaced == phrase or (may_join and run.joined == joined):
        return 0
    if run.spaced.startswith(phrase) or (may_join and run.joined.startswith(joined)):
        return 1
    if f" {phrase}" in run.spaced or (may_join and any(run.joined.startswith(joined, at) for at in run.starts)):
        return 2
    return None if None in qualities else 3


def _pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _share(a: frozenset[str], b: frozenset[str]) -> int:
    """The letter pairs in common, in per cent of the mean number of both."""
    return 200 * len(a & b) // (len(a) + len(b)) if a and b else 0

"""Detection of a text column's encoding, with a confidence, and conversion of the column to Unicode."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from geo.encodings import notes, verdict
from geo.encodings.codec import ENCODINGS, decode, label_of
from geo.encodings.mojibake import as_bytes, depth, ends_mid_letter, unwrap
from geo.encodings.syllable import reading, words_of
from geo.encodings.tcvn3 import raise_capitals
from geo.encodings.verdict import Candidate, Verdict, is_address
from geo.errors import BadSource
from geo.schema import Label
from geo.text import nfc

# Below this confidence a person should check the samples before the column is converted.
SURE = 0.8


class Sample(NamedTuple):
    """One value before and after the conversion."""

    before: str
    after: str


class Part(NamedTuple):
    """The rows of a column that are of one kind (see `kind_of`), and their encoding."""

    kind: str
    encoding: str
    rows: int
    confidence: float


@dataclass(frozen=True)
class Detection:
    """The encoding of a column: a key of ENCODINGS, or "ascii", "unicode" or "none" where nothing is converted.

    `parts` has one entry for each kind of rows, the largest first. `encoding` and `candidates` are those of
    the first part. `confidence` is 0 to 1 over all the rows.
    """

    encoding: str
    confidence: float
    candidates: tuple[Candidate, ...]
    parts: tuple[Part, ...] = ()
    samples: tuple[Sample, ...] = ()
    notes: tuple[Label, ...] = ()

    @property
    def label(self) -> Label:
        """The display name of the encoding."""
        return label_of(self.encoding)

    @property
    def runner_up(self) -> str | None:
        """The next likely encoding that would give a different text; None when there is no other candidate."""
        same = {"ascii", "none", "unicode"}
        others = (one.encoding for one in self.candidates if one.encoding != self.encoding)
        return next((other for other in others if not {other, self.encoding} <= same), None)

    @property
    def sure(self) -> bool:
        """Whether the confidence is high enough to convert without asking a person."""
        return self.confidence >= SURE

    @property
    def has_several_encodings(self) -> bool:
        """Whether rows of the column are in different encodings."""
        return len({part.encoding.replace("none", "unicode") for part in self.parts if part.kind != "ascii"}) > 1

    def encoding_of(self, kind: str) -> str:
        """The encoding that `convert` reads rows of this kind by."""
        encoding = next((part.encoding for part in self.parts if part.kind == kind), None)
        return encoding or _DEFAULTS.get(kind) or (self.encoding if self.encoding in ENCODINGS else "none")


_DEFAULTS = {"ascii": "ascii", "unicode": "unicode", "utf8:1": "utf-8", "utf8:2": "mojibake", "utf8:3": "mojibake2"}


def is_unicode(values: Iterable[str], *, gazetteer: Sequence[str] = ()) -> bool:
    """Whether the text of a whole file that stores characters, not bytes, is Vietnamese in Unicode.

    It is when each word beyond ASCII is Vietnamese as it stands. Single words of legacy encodings often are, by
    chance ("P\u00f3" is "P\u00fa" in TCVN3): names of `gazetteer` that another encoding would make of them decide then.
    """
    texts = list(dict.fromkeys(value for value in values if value))
    return verdict.is_vietnamese(texts, _pattern(gazetteer))


def detect(
    values: Sequence[str | None],
    *,
    gazetteer: Sequence[str] = (),
    bonus: Mapping[str, float] | None = None,
    in_unicode: bool = False,
) -> Detection:
    """The encoding of the column `values`. Each value is text, or bytes that were read as Latin-1.

    Words are scored by the grammar of Vietnamese syllables and by letter frequency; names of `gazetteer`
    (Unicode, any number) count as further evidence. `bonus` adds nats to the score of an encoding that
    other evidence supports (see `believe`). `in_unicode` says that the text of the file is Unicode (see `is_unicode`),
    so that no value is in a legacy encoding. Empty values and None are ignored.
    """
    rows = Counter(value for value in values if value)
    kinds: dict[str, list[str]] = defaultdict(list)
    for value in rows:
        kinds[kind_of(value)].append(value)
    names = _pattern(gazetteer)
    verdicts = {
        kind: verdict.of_unicode(kinds[kind]) if in_unicode and kind == "legacy"
        else _verdict(kind, kinds, names, bonus or {})
        for kind in kinds
    }  # fmt: skip
    parts = sorted(
        (
            Part(kind, row_verdict.encoding, sum(rows[value] for value in kinds[kind]), row_verdict.confidence)
            for kind, row_verdict in verdicts.items()
        ),
        key=lambda part: (part.encoding != "ascii", part.rows),
        reverse=True,
    )
    if not parts:
        return Detection("ascii", 1.0, (Candidate("ascii", 1.0, 0, 0),))
    telling = [part for part in parts if part.encoding != "ascii"] or parts
    confidence = sum(part.rows * part.confidence for part in telling) / sum(part.rows for part in telling)
    if _has_ambiguous_rows(parts):
        confidence *= _AMBIGUITY_FACTOR
    row_verdict = verdicts[parts[0].kind]
    bare = Detection(row_verdict.encoding, round(confidence, 3), row_verdict.candidates, tuple(parts))
    return _explain(bare, list(rows))


def _has_ambiguous_rows(parts: Sequence[Part]) -> bool:
    """Whether some rows are Unicode and others legacy, so that rows valid in both cannot be told apart."""
    readings = {part.kind: part.encoding for part in parts}
    return readings.get("unicode") == "unicode" and readings.get("legacy") in ENCODINGS


_AMBIGUITY_FACTOR = 0.75


def convert(values: Sequence[str | None], source: Detection | str) -> list[str | None]:
    """The column as Unicode, by a detection or by the key of an encoding that a person chose; None stays None.

    Rows that are not valid in the chosen encoding stay as they are. Capitals, which TCVN3 does not
    distinguish, are restored where the other letters of the word prove them.
    """
    texts: dict[str, str] = {}
    for value in values:
        if value is not None and value not in texts:
            texts[value] = _by_detection(value, source) if isinstance(source, Detection) else _by_choice(value, source)
    return [None if value is None else texts[value] for value in values]


def kind_of(value: str) -> str:
    """The class of a value, by which the possible encodings are limited.

    "ascii", "unicode" (characters that are no bytes), "utf8:N" (UTF-8, N layers deep), or "legacy".

    >>> [kind_of(text) for text in ("A1", "Điện", "Ä\\x90iá»\\x87n", "§iÖn")]
    ['ascii', 'unicode', 'utf8:1', 'legacy']
    """
    if value.isascii() and not _CONTROL.search(value):
        return "ascii"
    if as_bytes(value) is None:
        return "unicode"
    layers = depth(value)
    return f"utf8:{layers}" if layers else "legacy"


_CONTROL = re.compile(r"[\x02\x05\x06\x14\x19\x1e]")  # capitals of VISCII


def _pattern(gazetteer: Sequence[str]) -> re.Pattern[str] | None:
    names = sorted({nfc(name).lower() for name in gazetteer if not name.isascii()}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None


def _verdict(
    kind: str, kinds: Mapping[str, list[str]], names: re.Pattern[str] | None, bonus: Mapping[str, float]
) -> Verdict:
    values = kinds[kind]
    if kind == "ascii":
        return verdict.of_ascii(values, names, bonus)
    if kind == "unicode":
        return verdict.of_unicode(values)
    if kind == "legacy":
        # Where other rows are Unicode already, a short row that is valid in both is probably Unicode too.
        beside = {"unicode": bonus.get("unicode", 0.0) + verdict.CLAIM} if "unicode" in kinds else {}
        return verdict.of_legacy(values, names, {**bonus, **beside})
    layers = int(kind[-1])
    return verdict.of_utf8(values, layers, _NAMES_OF_LAYERS[layers - 1 + _read_as_windows_1252(kinds)])


_NAMES_OF_LAYERS = ("utf-8", "mojibake", "mojibake2", "mojibake2")


def _read_as_windows_1252(kinds: Mapping[str, list[str]]) -> bool:
    """Whether UTF-8 rows hold characters above U+00FF, which only decoding as Windows-1252 can produce."""
    return any(max(value) > "\xff" for kind, values in kinds.items() if kind.startswith("utf8") for value in values)


def _by_detection(value: str, detection: Detection) -> str:
    kind = kind_of(value)
    if kind.startswith("utf8"):
        return nfc(unwrap(value, int(kind[-1])))
    text = _by_choice(value, detection.encoding_of(kind))
    # In a column with Unicode rows, a row with Latin-1 letters only may be Unicode too: the better reading wins.
    if kind == "legacy" and _has_ambiguous_rows(detection.parts):
        return nfc(value) if _sense(nfc(value)) > _sense(text) + _CLEARLY else text
    return text


_CLEARLY = 2.0


def _sense(text: str) -> float:
    return sum(map(reading, words_of(text)))


def _by_choice(value: str, encoding: str) -> str:
    if value.isascii() and encoding != "viqr" and not _CONTROL.search(value):
        return value
    try:
        if encoding == "viqr":
            return "".join(part if is_address(part) else decode(part, "viqr") for part in _SPACES.split(value))
        text = decode(value, encoding)
    except BadSource:
        return value
    return raise_capitals(text) if encoding == "tcvn3" else text


_SPACES = re.compile(r"(\s+)")


def _explain(detection: Detection, values: Sequence[str]) -> Detection:
    """The detection with samples of the changes it would make, and with notes."""
    changes = (Sample(value, after) for value in values if (after := _by_detection(value, detection)) != value)
    return replace(detection, samples=tuple(islice(changes, _MOST_SAMPLES)), notes=tuple(_notes(detection, values)))


_MOST_SAMPLES = 5


def _notes(detection: Detection, values: Sequence[str]) -> Iterator[Label]:
    encodings = {part.encoding for part in detection.parts}
    if _has_ambiguous_rows(detection.parts):
        yield notes.AMBIGUOUS_ROWS
    elif not detection.sure:
        yield (
            notes.uncertainty(detection.encoding, detection.runner_up)
            if detection.runner_up
            else notes.little_text(detection.encoding)
        )
    if detection.has_several_encodings:
        yield notes.several_encodings([(part.encoding, part.rows) for part in detection.parts if part.kind != "ascii"])
    if "tcvn3" in encodings:
        yield notes.CAPITALS
    if "unicode" in encodings:
        yield from _notes_on_unicode(values)
    if "utf-8" in encodings and (
        cut_count := sum(kind_of(value) == "utf8:1" and ends_mid_letter(value) for value in values)
    ):
        yield notes.cut_letters(cut_count)
    if lost_count := sum("\ufffd" in value for value in values):
        yield notes.lost_letters(lost_count)


def _notes_on_unicode(values: Sequence[str]) -> Iterator[Label]:
    if not all(unicodedata.is_normalized("NFC", value) for value in values):
        yield notes.DECOMPOSED
    if any("\u00d0" in value or "\u00f0" in value for value in values):
        yield notes.ETH

"""Answers of a person about a file, and the questions that are still open."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from geo.errors import BadQuery
from geo.ingest.columns.number_notation import NumberStyle
from geo.schema import Label

PUBLISH, LEAVE_OUT = "publish", "leave_out"
"""What may become of a record that lacks a required value."""
REPLACE, ADD = "replace", "add"
"""What may become of a row with the key of a record that has another name and lies elsewhere."""


@dataclass(frozen=True)
class Answers:
    """What a person or a profile says about a file, beyond what the file says itself.

    A profile keeps the coordinate system, the encodings, the mapping, the decimal marks, the constants and the
    precision; the rest is decided for each file anew.

    `part` names the layer of the file. `crs` is a `Reading.key`; with `crs_is_usual` it is that of earlier files of
    the same sender, and is not used where the file states another system in which its places lie where they should.
    `encodings` maps columns, or "*", to keys of ENCODINGS. `mapping` maps columns to fields or roles ("" leaves a
    column out); None takes the proposal. `numbers` maps columns to their decimal mark, "comma" or "point".
    `constants` are values of fields for every row. `addresses` maps an address to a unit. `references` maps
    "field:name" to the key of a record, ADD (make one of that name) or "-" (leave it empty). `precision` is that of
    the coordinates of the file ("" derives it from their decimals). `whole`: the file is the whole layer, and what
    it lacks is removed; else records that it lacks stay. `incomplete` decides on rows whose records lack a required
    value: PUBLISH, LEAVE_OUT, or "" to ask. `reused_keys` decides on rows whose key belongs to a record with
    another name and another place: REPLACE, ADD (as new records), or "" to ask. `source` is the id of a record of
    layer sources, or the fields of a new one.
    """

    part: str | None = None
    crs: str | None = None
    crs_is_usual: bool = False
    encodings: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    precision: str = ""
    whole: bool = False
    incomplete: str = ""
    reused_keys: str = ""
    source: Mapping[str, str] = field(default_factory=dict)

    def style_of(self, column: str | None) -> NumberStyle | None:
        """The decimal mark that a person named for a column; None when nobody did."""
        style = self.numbers.get(column or "")
        return "comma" if style == "comma" else "point" if style == "point" else None

    def to_json(self) -> dict[str, Any]:
        """The answers as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """The answers that `to_json` gave; BadQuery for an unknown name or a wrong type."""
        defaults = cls()
        for name, value in plain.items():
            default = getattr(defaults, name, ...)
            if default is ... or not _fits(name, value):
                raise BadQuery(
                    f"{name!r}: {value!r} is no answer. Answers: {', '.join(asdict(defaults))}.",
                    f"{name!r}: {value!r} không phải câu trả lời. Các mục: {', '.join(asdict(defaults))}.",
                )
        return cls(**plain)


_CHOICES = {"incomplete": (PUBLISH, LEAVE_OUT), "reused_keys": (REPLACE, ADD)}
"""Answers that are one of a few keys."""
_MAPS = {"encodings", "mapping", "numbers", "constants", "addresses", "references", "source"}


def _fits(name: str, value: object) -> bool:
    if name in {"whole", "crs_is_usual"}:
        return isinstance(value, bool)
    if name in _CHOICES:
        return value in ("", *_CHOICES[name])
    if name == "numbers" and isinstance(value, Mapping) and not set(value.values()) <= {"comma", "point"}:
        return False
    if name in _MAPS:
        texts = isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)
        return texts or (name == "mapping" and value is None)
    return isinstance(value, str) or (name in {"part", "crs"} and value is None)


class Choice(NamedTuple):
    """One possible answer."""

    key: str
    label: Label


@dataclass(frozen=True)
class Question:
    """Something that the file leaves open. `key` is the field of Answers, with a column or an address after a colon.

    `blocking`: nothing may be published without an answer. `proposed` is the key of the likeliest choice, "" for none.
    """

    key: str
    label: Label
    choices: tuple[Choice, ...] = ()
    proposed: str = ""
    blocking: bool = True
    evidence: tuple[Label, ...] = ()
    rows: int = 0

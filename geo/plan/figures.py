"""The shapes of a figure: its parameters, the interval that it lies in, the records that it rests on, its indicator."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from geo.plan.records import RecordKey, Records
from geo.schema import Label


class Frame(StrEnum):
    """The administrative units that figures are computed for: the name of their layer."""

    COMMUNES = "communes"
    DISTRICTS = "districts"
    OLD_COMMUNES = "old_communes"


class Interval(NamedTuple):
    """Bounds of a figure: the truth lies between `sure` and `possible`, both included.

    They are equal where the figure depends on no uncertain place, date or membership.
    """

    sure: float
    possible: float

    @property
    def is_exact(self) -> bool:
        """Whether both bounds are the same number."""
        return self.sure == self.possible


@dataclass(frozen=True)
class Parameters:
    """What a figure depends on beside its indicator.

    `version` is the version of the data and `on` the day for which certificates are judged. `km` is a distance, `days`
    a number of days after `on`. `unit` is the code of a unit of `frame`; None stands for the whole province. `cohort`
    limits figures of products to its members, `crop` (a code of the list "material") figures of zones.
    """

    version: int
    on: date
    km: float = 10.0
    days: int = 90
    frame: Frame = Frame.COMMUNES
    unit: str | None = None
    cohort: str | None = None
    crop: str | None = None

    def plain(self, names: tuple[str, ...]) -> dict[str, str | int | float]:
        """The parameters of these names that have a value, as they stand in an address; `version` comes first.

        A unit is given with its frame.
        """
        values: dict[str, str | int | float | None] = {
            "version": self.version,
            "on": self.on.isoformat(),
            "km": self.km,
            "days": self.days,
            "frame": self.frame.value if self.unit is not None else None,
            "unit": self.unit,
            "cohort": self.cohort,
            "crop": self.crop,
        }
        wanted = {"version", *names, *(("frame",) if "unit" in names else ())}
        return {name: value for name, value in values.items() if name in wanted and value is not None}


PARAMETERS = tuple(field.name for field in fields(Parameters))
"""The names of all parameters."""

Reason: TypeAlias = Literal["", "unknown", "empty", "withheld"]
"""Why a figure has no value: nothing is recorded to compute it from, there is no record to take a share of, or it would
tell of single households."""


class Outcome(NamedTuple):
    """What a formula gives: the bounds of the value and the records, by how certain it is that they belong to it.

    `numerator` and `denominator` are given for ratios. `sure`, `possible` and `unknown` share no record: `possible`
    holds those that may belong to the figure, `unknown` those of which nothing is recorded by which to decide.
    """

    value: Interval | None
    sure: tuple[RecordKey, ...] = ()
    possible: tuple[RecordKey, ...] = ()
    unknown: tuple[RecordKey, ...] = ()
    numerator: Interval | None = None
    denominator: Interval | None = None
    reason: Reason = ""


Formula: TypeAlias = Callable[[Records, Parameters], Outcome]


class FormerRule(NamedTuple):
    """A rule by which an indicator was computed until the day `replaced_on`. Addresses of that time still follow it."""

    rule: Label
    formula: Formula
    replaced_on: date


@dataclass(frozen=True)
class Indicator:
    """One row of the table of indicators.

    `clause` is a key of CLAUSES. `rule` says in one sentence how the value comes about. `layer` is the layer whose
    records are counted, `parameters` names those that change the value, `version` aside. `by_unit` says that the
    formula respects `unit`; `missing` what an office should record where the value is unknown. A value is shown with
    `decimals`. Rules are numbered from 1: the `former_rules`, the oldest first, and `rule` as the last.
    """

    key: str
    name: Label
    clause: str
    unit: Label
    rule: Label
    formula: Formula
    layer: str
    parameters: tuple[str, ...] = ()
    missing: Label | None = None
    decimals: int = 0
    former_rules: tuple[FormerRule, ...] = ()

    @property
    def by_unit(self) -> bool:
        """Whether the figure can be had for a single unit."""
        return "unit" in self.parameters

    @property
    def rule_number(self) -> int:
        """The number of the present rule."""
        return len(self.former_rules) + 1

    def former_rule(self, number: int) -> FormerRule | None:
        """The rule of a number if it is a former one; None for the present rule."""
        return self.former_rules[number - 1] if number < self.rule_number else None


@dataclass(frozen=True)
class Figure:
    """The value of an indicator for some parameters, and the records behind it.

    `value` is None for one of the reasons of Reason. `missing` says what an office should record, where the value or a
    record is unknown. `records` surely belong to the figure, `possible_records` may, and of `unknown_records` nothing
    is recorded by which to decide; no record is in two.
    """

    indicator: Indicator
    parameters: Parameters
    value: Interval | None
    numerator: Interval | None
    denominator: Interval | None
    records: tuple[RecordKey, ...]
    possible_records: tuple[RecordKey, ...]
    unknown_records: tuple[RecordKey, ...]
    reason: Reason
    missing: Label | None
    rule_number: int

    @property
    def rule(self) -> Label:
        """The rule by which the value was computed."""
        return (self.indicator.former_rule(self.rule_number) or self.indicator).rule

    @property
    def address(self) -> dict[str, str | int | float]:
        """What the value depends on, as plain values in a fixed order: the parameters, and the rule from the second on.

        An address without a rule is of the first one: it was given before the rule changed.
        """
        rule = {"rule": self.rule_number} if self.rule_number > 1 else {}
        return self.parameters.plain(self.indicator.parameters) | rule

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex of the value and of the records, without the version.

        Two versions whose figure has the same digest agree in the value and in every record that it rests on.
        """
        body = {
            "indicator": self.indicator.key,
            "parameters": {name: value for name, value in self.address.items() if name != "version"},
            "values": [self.value, self.numerator, self.denominator],
            "records": [sorted(keys) for keys in (self.records, self.possible_records, self.unknown_records)],
            "reason": self.reason,
        }
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

"""Before and after: what changed in each clause's figures between two dates or two versions."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from geo.errors import BadQuery
from geo.plan.clauses import CLAUSES, Clause
from geo.plan.figures import Figure, Indicator, Interval, Parameters
from geo.plan.indicators import INDICATORS, compute
from geo.plan.records import RecordKey, Records


class Moment(NamedTuple):
    """The records of a version and the parameters, which name it, of one side of a comparison."""

    records: Records
    parameters: Parameters


@dataclass(frozen=True)
class Change:
    """One indicator before and after. `change` are the bounds of the difference, None where a side has no value.

    The bounds are those of every pair of values that the two figures allow, and exactly 0 where both rest on the same
    records in the same way. `entered` and `left` are the records that surely or possibly belong to the figure on one
    side only.
    """

    before: Figure
    after: Figure
    change: Interval | None
    entered: tuple[RecordKey, ...]
    left: tuple[RecordKey, ...]

    @property
    def is_compared(self) -> bool:
        """Whether the sides are two figures: an indicator that does not depend on the day has one for each version."""
        return self.before.address != self.after.address


class ClauseChanges(NamedTuple):
    """The changes of the indicators of one clause, in the order of the table."""

    clause: Clause
    changes: tuple[Change, ...]


def change(key: str, before: Moment, after: Moment) -> Change:
    """An indicator before and after; BadQuery where the two sides differ in more than the version and the day."""
    _check(before.parameters, after.parameters)
    first, second = (compute(moment.records, key, moment.parameters) for moment in (before, after))
    was, now = ({*figure.records, *figure.possible_records} for figure in (first, second))
    return Change(first, second, _difference(first, second), tuple(sorted(now - was)), tuple(sorted(was - now)))


def changes_by_clause(before: Moment, after: Moment) -> list[ClauseChanges]:
    """Every indicator before and after, by clause; with a unit only those that can be had for one."""
    rows = [row for row in INDICATORS.values() if before.parameters.unit is None or row.by_unit]
    return [
        ClauseChanges(clause, tuple(change(row.key, before, after) for row in rows if row.clause == clause.key))
        for clause in CLAUSES.values()
    ]


def _difference(before: Figure, after: Figure) -> Interval | None:
    if before.value is None or after.value is None:
        return None
    if _basis(before) == _basis(after):
        return Interval(0.0, 0.0)
    return Interval(after.value.sure - before.value.possible, after.value.possible - before.value.sure)


def _basis(figure: Figure) -> tuple[Indicator, object, object, object, object]:
    """What a figure says and rests on, whatever the day and the version."""
    return figure.indicator, figure.value, figure.records, figure.possible_records, figure.unknown_records


def _check(before: Parameters, after: Parameters) -> None:
    if replace(before, version=after.version, on=after.on) != after:
        raise BadQuery(
            "The two sides of a comparison may differ in version and day only; give both the same other parameters.",
            "Hai phía so sánh chỉ được khác phiên bản và ngày; hãy dùng các tham số khác như nhau.",
        )

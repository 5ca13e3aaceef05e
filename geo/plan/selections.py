"""Selections: which records of a layer belong to a figure, surely, possibly, or not to be decided."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.ocop.layers import LAYERS
from geo.ocop.tasks import is_called_for
from geo.plan.figures import Interval, Outcome, Parameters
from geo.plan.records import RecordKey, Records

Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Selection:
    """A condition on each record of `layer`: it surely holds, it holds or not within what is stated, or is undecided.

    `sure` is a part of `possible`; `unknown`, of which nothing is recorded by which to decide, shares no record with
    it. The rest surely does not belong. The operators are those of a logic of these four values.
    """

    layer: str
    sure: Mask
    possible: Mask
    unknown: Mask

    @classmethod
    def of(cls, layer: str, holds: Mask, unknown: Mask | None = None) -> "Selection":
        """A condition that is certain wherever it is not `unknown`."""
        undecided = np.zeros(len(holds), bool) if unknown is None else unknown
        certain = holds & ~undecided
        return cls(layer, certain, certain, undecided)

    def __and__(self, other: "Selection") -> "Selection":
        """Both conditions; undecided where one is and the other does not surely exclude the record."""
        mine, others = self.possible | self.unknown, other.possible | other.unknown
        unknown = (self.unknown & others) | (other.unknown & mine)
        return Selection(self.layer, self.sure & other.sure, self.possible & other.possible, unknown)

    def __invert__(self) -> "Selection":
        """The opposite condition."""
        return Selection(self.layer, ~(self.possible | self.unknown), ~(self.sure | self.unknown), self.unknown)

    def __or__(self, other: "Selection") -> "Selection":
        """At least one of the conditions."""
        return ~(~self & ~other)

    @property
    def interval(self) -> Interval:
        """How many records: those that surely belong, and those that may."""
        return Interval(int(self.sure.sum()), int(self.possible.sum()))


Condition: TypeAlias = Callable[[Records, Parameters], Selection]


def everything(records: Records, layer: str) -> Selection:
    """Every record of the layer."""
    return Selection.of(layer, np.ones(records.count(layer), bool))


def one_of(records: Records, layer: str, field: str, values: Collection[object]) -> Selection:
    """The records whose `field` has one of `values`; undecided where it has no value although it should have one."""

    def select() -> Selection:
        column = records.distinct(layer, field)
        is_null = column.place < 0
        holds = column.where(lambda value: value is not None and value in values)
        return Selection.of(layer, holds, is_null & due(records, layer, field))

    return records.once(("one of", layer, field, frozenset(values)), select)


def due(records: Records, layer: str, field: str) -> Mask:
    """The records that the field applies to, as its task says: households in the craft only where there is a craft."""

    def select() -> Mask:
        task = LAYERS[layer].field(field).task
        if task is None or task.where is None:
            return np.ones(records.count(layer), bool)
        return records.distinct(layer, task.where[0]).where(lambda value: is_called_for(task, value))

    return records.once(("due", layer, field), select)


def filled(records: Records, layer: str, field: str) -> Selection:
    """The records whose `field` has a value."""
    return records.once(
        ("filled", layer, field), lambda: Selection.of(layer, records.distinct(layer, field).place >= 0)
    )


def numbers(records: Records, layer: str, field: str) -> Numbers:
    """The values of a field of numbers; NaN where unknown."""

    def read() -> Numbers:
        values, place = records.distinct(layer, field)
        column: Numbers = np.array([*values, np.nan], np.float64)[place]  # the last for records without a value
        return column

    return records.once(("numbers", layer, field), read)


def counted(records: Records, condition: Selection, scope: Selection) -> Outcome:
    """The number of records of `scope` that meet a condition; unknown where it cannot be decided for any of them."""
    selection = condition & scope
    keys = _keys(records, selection)
    if scope.possible.any() and condition.unknown[scope.possible].all():
        return Outcome(None, *keys, reason="unknown")
    return Outcome(selection.interval, *keys)


def shared(records: Records, condition: Selection, scope: Selection) -> Outcome:
    """The percentage of the records of `scope` that meet a condition, among those for which it can be decided.

    The bounds are those of all ways in which the possible members of `scope` may belong to it or not.
    """
    undecided = scope.unknown | (scope.possible & condition.unknown)
    keys = *_keys(records, condition & scope)[:2], records.keys(scope.layer, undecided)
    sure, perhaps = scope.sure & ~condition.unknown, scope.possible & ~scope.sure & ~condition.unknown
    if not (sure | perhaps).any():
        return Outcome(None, *keys, reason="unknown" if (scope.possible | scope.unknown).any() else "empty")
    lowering, raising = perhaps & ~condition.sure, perhaps & condition.possible
    # Without a sure member the share is that of the possible ones, which are then all alike.
    low = percent(_size(sure & condition.sure), _size(sure | lowering)) if (sure | lowering).any() else 100.0
    high = (
        percent(_size((sure & condition.possible) | raising), _size(sure | raising)) if (sure | raising).any() else 0.0
    )
    numerator, denominator = (condition & scope).interval, Interval(_size(sure), _size(sure | perhaps))
    return Outcome(Interval(low, high), *keys, numerator=numerator, denominator=denominator)


def _size(mask: Mask) -> int:
    return int(mask.sum())


def percent(part: int, whole: int) -> float:
    """Of `whole`, the percentage that `part` is.

    >>> percent(1, 4)
    25.0
    """
    return 100.0 * part / whole


def summed(
    records: Records, values: Numbers, selection: Selection, whole: Mask | None = None, expected: Mask | None = None
) -> Outcome:
    """The sum of `values`, none of them negative, over a selection; unknown where none of them is known.

    `whole` are the records whose value belongs to the sum as a whole, where others may belong to it in part, and
    `expected` those that should have a value; None stands for all of them.
    """
    is_null = np.isnan(values)
    is_lacking = is_null if expected is None else is_null & expected
    possible, sure = selection.possible & ~is_null, selection.sure & ~is_null
    if whole is not None:
        sure &= whole
    unknown = selection.unknown | (selection.possible & is_lacking)
    addends = Selection(selection.layer, sure, possible, unknown)
    if not possible.any() and (selection.possible & is_lacking).any():
        return Outcome(None, *_keys(records, addends), reason="unknown")
    return Outcome(Interval(float(values[sure].sum()), float(values[possible].sum())), *_keys(records, addends))


def _keys(
    records: Records, selection: Selection
) -> tuple[tuple[RecordKey, ...], tuple[RecordKey, ...], tuple[RecordKey, ...]]:
    layer, doubtful = selection.layer, selection.possible & ~selection.sure
    return records.keys(layer, selection.sure), records.keys(layer, doubtful), records.keys(layer, selection.unknown)

"""Conditions on records of two layers that lie in the same unit, and on units that hold records."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.link.places import Rows
from geo.plan.figures import Frame, Parameters
from geo.plan.memberships import Memberships, Pairs, memberships
from geo.plan.records import Records
from geo.plan.selections import Condition, Mask, Selection

Grid = NDArray[np.bool_]
"""Whether there is a record of a value (row) in a unit (column)."""


_AT_ONCE = 256
"""Kinds of records that are compared with all others at a time."""


class Ends(NamedTuple):
    """The layer of a condition, and the other layer, each with the field whose values must be equal, if any.

    `is_proposal` says that the pairs are only proposed, because no source states which records belong together: they
    are possible ones, wherever the records surely lie.
    """

    layer: str
    other: str
    field: str | None = None
    other_field: str | None = None
    is_proposal: bool = False


class Side(NamedTuple):
    """The records of one end: the value of each as a number that both ends share, -1 for none, and their units."""

    value: Rows
    members: Memberships

    def in_grid(self, grid: Grid, pairs: Pairs) -> Mask:
        """The records of which one of `pairs` is in the grid."""
        mask: Mask = np.zeros(self.members.count, bool)
        value = self.value[pairs.rows]
        mask[pairs.rows[grid[value, pairs.units] & (value >= 0)]] = True
        return mask

    def grid(self, shape: tuple[int, int], pairs: Pairs) -> Grid:
        """Which values the records of `pairs` have in which units."""
        grid = np.zeros(shape, bool)
        has_value = self.value[pairs.rows] >= 0
        grid[self.value[pairs.rows[has_value]], pairs.units[has_value]] = True
        return grid


class SameUnit:
    """The records of two layers that lie in the same unit of a frame and agree in the fields of `ends`."""

    def __init__(self, records: Records, ends: Ends, frame: Frame) -> None:
        self.ends = ends
        values, others, count = _shared_values(records, ends)
        self.here = Side(values, memberships(records, ends.layer, frame))
        self.there = Side(others, memberships(records, ends.other, frame))
        self._units = _shared_places(self.here.members, self.there.members)
        self.shape = count, max(len(self.here.members.places), int(self._units.max(initial=-1)) + 1)

    @cached_property
    def sides(self) -> tuple[tuple[Pairs, Pairs], tuple[Pairs, Pairs]]:
        """The records and units of both layers, the sure ones and then the possible ones, the units numbered alike."""
        here, there = self.here.members, self.there.members
        sure, possible = there.sure_pairs, there.pairs
        return (
            (here.sure_pairs, Pairs(sure.rows, self._units[sure.units])),
            (here.pairs, Pairs(possible.rows, self._units[possible.units])),
        )

    def condition(self, only: int | None = None) -> Selection:
        """The records that share a unit with one of the other layer, or with the one at row `only` of it.

        Sure where both surely lie in the unit. Undecided for a record without a unit or a value, and where only
        records without a unit could be meant.
        """
        sure, possible = (
            self.here.in_grid(self.there.grid(self.shape, _of_row(others, only)), own) for own, others in self.sides
        )
        is_open = self.here.members.unknown | (self._may_lie_anywhere(only) & ~possible)
        unknown = (self.here.value < 0) | is_open
        possible &= ~unknown
        sure &= possible
        return Selection(self.ends.layer, np.zeros_like(sure) if self.ends.is_proposal else sure, possible, unknown)

    def partners(self, row: int, most: int) -> list[tuple[int, bool]]:
        """The first `most` rows of the other layer that share a unit with the record at `row`, and which surely do."""
        value = int(self.here.value[row])
        if value < 0:
            return []
        units, is_sure = self.here.members.units_of(row)
        sure, none = set(units[is_sure].tolist()), np.empty(0, np.intp)
        # The first of all are among the first of each unit.
        first = [self._by_place.get((value, unit), none)[:most] for unit in units.tolist()]
        numbers = np.unique(np.concatenate([none, *first]))[:most].tolist()
        return [(number, self._surely_in(number, sure)) for number in numbers]

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], Rows]:
        """Value and unit -> the rows of the other layer that may be there, in order."""
        (_, pairs), width = self.sides[1], self.shape[1]
        keys = self.there.value[pairs.rows] * width + pairs.units
        order = np.argsort(keys, kind="stable")
        begins = np.flatnonzero(np.concatenate([[True], keys[order][1:] != keys[order][:-1]])[: len(order)])
        groups = np.split(pairs.rows[order], begins[1:])
        places = (divmod(int(key), width) for key in keys[order][begins])
        return dict(zip(places, groups, strict=False))

    def _surely_in(self, number: int, units: set[int]) -> bool:
        """Whether a record of the other layer surely lies in one of some units."""
        own, is_sure = self.there.members.units_of(number)
        return not self.ends.is_proposal and not units.isdisjoint(self._units[own[is_sure]].tolist())

    def share(self, here: Rows, there: Rows) -> "Shares":
        """For pairs of a row here and a row there: whether they surely, and whether they possibly share a unit."""
        is_equal = (self.here.value[here] == self.there.value[there]) & (self.here.value[here] >= 0)
        sure, possible = (
            is_equal & (_table(self.here, own, self.shape)[here] & _table(self.there, others, self.shape)[there]).any(1)
            for own, others in self.sides
        )
        return Shares(np.zeros_like(sure) if self.ends.is_proposal else sure, possible)

    def counts(self) -> tuple[Rows, Rows]:
        """For each row of the other layer with how many rows here it shares a unit: surely, and possibly."""
        sure, possible = (self._count(own, others) for own, others in self.sides)
        return np.zeros_like(sure) if self.ends.is_proposal else sure, possible

    def _count(self, here: Pairs, there: Pairs) -> Rows:
        """The same for some pairs of record and unit: records of equal values and units are counted together."""
        one, other = (
            _kinds(side, _table(side, pairs, self.shape)) for side, pairs in ((self.here, here), (self.there, there))
        )
        weights = np.bincount(one.kind, minlength=len(one.value)) * (one.value >= 0)
        totals = np.zeros(len(other.value), np.intp)
        for begin in range(0, len(totals), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            is_shared = (other.units[some].astype(np.float32) @ one.units.T.astype(np.float32)) > 0
            is_shared &= other.value[some, None] == one.value
            totals[some] = is_shared @ weights
        return totals[other.kind]

    def _may_lie_anywhere(self, only: int | None) -> Mask:
        """The records here whose value a record there has of which no unit is known."""
        placeless = self.there.members.unknown & (self.there.value >= 0)
        if only is not None:
            placeless &= np.arange(len(placeless)) == only
        values = np.zeros(self.shape[0] + 1, bool)  # the last for records without a value
        values[self.there.value[placeless]] = True
        is_among: Mask = values[self.here.value]
        return is_among


class Shares(NamedTuple):
    """Masks of pairs: those that surely share a unit, and those that may."""

    sure: Mask
    possible: Mask


def _table(side: Side, pairs: Pairs, shape: tuple[int, int]) -> Grid:
    """The pairs of a side as a table: a row for each record, a column for each unit."""
    table = np.zeros((side.members.count, shape[1]), bool)
    table[pairs.rows, pairs.units] = True
    return table


class _Kinds(NamedTuple):
    """The different combinations of value and units: the value and the units of each, and the kind of each record."""

    value: Rows
    units: Grid
    kind: Rows


def _kinds(side: Side, table: Grid) -> _Kinds:
    packed = np.packbits(table, axis=1)
    value = side.value.astype("<i4")
    labels = np.column_stack([value.view(np.uint8).reshape(-1, value.itemsize), packed])
    _, first, kind = np.unique(labels, axis=0, return_index=True, return_inverse=True)
    return _Kinds(side.value[first], table[first], kind.reshape(-1))


def _of_row(pairs: Pairs, only: int | None) -> Pairs:
    return pairs if only is None else pairs.only(pairs.rows == only)


def _shared_values(records: Records, ends: Ends) -> tuple[Rows, Rows, int]:
    """The value of each record of both ends as a number, equal for equal values; and how many values there are."""
    if ends.field is None or ends.other_field is None:
        return np.zeros(records.count(ends.layer), np.intp), np.zeros(records.count(ends.other), np.intp), 1
    here, there = records.distinct(ends.layer, ends.field), records.distinct(ends.other, ends.other_field)
    number = {value: place for place, value in enumerate(here.values)}
    others = np.array([*(number.get(value, -1) for value in there.values), -1], np.intp)
    return here.place, others[there.place], len(here.values)


def _shared_places(here: Memberships, there: Memberships) -> Rows:
    """For each place of a unit there its place here; units that no record here names come after all of those."""
    numbers = dict(here.places)
    return np.array([numbers.setdefault(code, len(numbers)) for code in there.places], np.intp)


def same_unit_of(records: Records, ends: Ends, frame: Frame) -> SameUnit:
    """The pairs of two layers in the same unit, prepared once for a version."""
    return records.once(("same unit", ends, frame), lambda: SameUnit(records, ends, frame))


def same_unit(ends: Ends, frame: Frame) -> Condition:
    """A record of the other layer lies in the same unit of a frame, and agrees in the fields."""

    def condition(records: Records, _: Parameters) -> Selection:
        return records.once(("in same unit", ends, frame), lambda: same_unit_of(records, ends, frame).condition())

    return condition


def holding(records: Records, layer: str, frame: Frame) -> Selection:
    """The units of a frame that hold a record of a layer; never undecided: records without a unit are left out."""
    return records.once(("holding", layer, frame), lambda: _holding(records, layer, frame))


def _holding(records: Records, layer: str, frame: Frame) -> Selection:
    codes, members = records.ids(frame.value), memberships(records, layer, frame)
    sure, possible = (set(np.unique(pairs.units).tolist()) for pairs in (members.sure_pairs, members.pairs))
    places = [members.places[str(code)] for code in codes]
    is_sure, is_possible = (np.array([place in some for place in places], bool) for some in (sure, possible))
    return Selection(frame.value, is_sure, is_possible, np.zeros(len(codes), bool))

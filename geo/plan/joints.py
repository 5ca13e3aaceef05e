"""What a step of a value chain joins a product to: a record on file, the nearest place, or records of the same unit.

Each kind of joint answers four questions: which products have the step, which would have it because of one record
alone, which records are at its end, and in how many chains each record is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from geo.link.places import Rows
from geo.ocop.layers import LAYERS
from geo.plan.figures import Frame, Parameters
from geo.plan.proximity import neighbours_of, proximity
from geo.plan.reaches import places_of, reach, reach_to, reached
from geo.plan.records import RecordKey, Records
from geo.plan.selections import Mask, Selection
from geo.plan.shared_units import Ends, SameUnit, same_unit, same_unit_of

PRODUCTS = "products"
MOST_ENDS = 10
"""Ends of one step that a chain lists; the counts are of all."""


class End(NamedTuple):
    """A record at the end of a step. `distance_m` and `unsure_m` are given where the step is a distance."""

    record: RecordKey
    is_sure: bool
    distance_m: float | None = None
    unsure_m: float | None = None


class Counts(NamedTuple):
    """In how many chains of products each record of a layer surely is, and may be, in the order of the records.

    Where `is_complete` is False, pairs beyond the nearest MOST_PAIRS were left out: `sure` then is a lower bound, and
    `possible` says nothing.
    """

    sure: Rows
    possible: Rows
    is_complete: bool = True


class Joint(Protocol):
    """How products are joined to the records of a layer."""

    def condition(self, records: Records, parameters: Parameters) -> Selection:
        """The products that have the step."""

    def alone(self, records: Records, parameters: Parameters, row: int) -> Selection:
        """The products that would have the step if its layer had the record at `row` only."""

    def ends(self, records: Records, parameters: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        """The records at the end, at most MOST_ENDS, for the products at some rows."""

    def counts(self, records: Records, parameters: Parameters) -> Counts:
        """In how many chains each record of the layer is."""


@dataclass(frozen=True)
class OnRecord:
    """The record that a field of the product refers to."""

    field: str

    @property
    def _target(self) -> str:
        return LAYERS[PRODUCTS].field(self.field).target or ""

    def _rows(self, records: Records) -> Rows:
        """The row of the record that each product refers to; -1 where there is none."""

        def look_up() -> Rows:
            rows = {key: row for row, key in enumerate(records.ids(self._target))}
            values, place = records.distinct(PRODUCTS, self.field)
            return np.array([*(rows.get(value, -1) for value in values), -1], np.intp)[place]

        return records.once(("rows on record", self.field), look_up)

    def condition(self, records: Records, _: Parameters) -> Selection:
        """The products whose field refers to an existing record."""
        return Selection.of(PRODUCTS, self._rows(records) >= 0)

    def alone(self, records: Records, _: Parameters, row: int) -> Selection:
        """The products whose field refers to the record."""
        return Selection.of(PRODUCTS, self._rows(records) == row)

    def ends(self, records: Records, _: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        """The record, if there is one."""
        ids, others = records.ids(self._target), self._rows(records)[list(rows)].tolist()
        return [
            (End(RecordKey(self._target, str(ids[other])), is_sure=True),) if other >= 0 else () for other in others
        ]

    def counts(self, records: Records, _: Parameters) -> Counts:
        """How many products refer to each record."""
        others = self._rows(records)
        sizes = np.bincount(others[others >= 0], minlength=records.count(self._target))
        return Counts(sizes, sizes)


@dataclass(frozen=True)
class InSameUnit:
    """The records that lie in the same unit of a frame as the product and agree in the fields of `pair`."""

    pair: Ends
    frame: Frame

    def condition(self, records: Records, parameters: Parameters) -> Selection:
        """The products that share a unit with such a record."""
        return same_unit(self.pair, self.frame)(records, parameters)

    def alone(self, records: Records, _: Parameters, row: int) -> Selection:
        """The products that share a unit with the record, and agree with it."""
        return self.pairs(records).condition(row)

    def ends(self, records: Records, _: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        """The first of the records in the order of their keys."""
        same, ids = self.pairs(records), records.ids(self.pair.other)
        return [
            tuple(
                End(RecordKey(self.pair.other, str(ids[number])), is_sure)
                for number, is_sure in same.partners(row, MOST_ENDS)
            )
            for row in rows
        ]

    def counts(self, records: Records, _: Parameters) -> Counts:
        """With how many products each record shares a unit."""
        key = "chains of the same unit", self.pair, self.frame
        return records.once(key, lambda: Counts(*self.pairs(records).counts()))

    def pairs(self, records: Records) -> SameUnit:
        """The pairs of products and records."""
        return same_unit_of(records, self.pair, self.frame)


@dataclass(frozen=True)
class Nearest:
    """The nearest record of a layer of points, which counts for the step within the kilometres of the parameters."""

    layer: str

    def condition(self, records: Records, parameters: Parameters) -> Selection:
        """The products with a record of the layer within the distance."""
        return reached(PRODUCTS, reach(records, PRODUCTS, self.layer), parameters)

    def alone(self, records: Records, parameters: Parameters, row: int) -> Selection:
        """The products that have the record within the distance."""
        return reached(PRODUCTS, reach_to(records, PRODUCTS, self.layer, row), parameters)

    def ends(self, records: Records, parameters: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        """The nearest record, however far; none for a product without a place."""
        here, there = places_of(records, PRODUCTS), places_of(records, self.layer)
        neighbours, at_most_m = neighbours_of(records, PRODUCTS, self.layer), parameters.km * 1_000
        place_of = np.full(records.count(PRODUCTS), -1)
        place_of[here.rows] = np.arange(len(here.rows))

        def end(place: int) -> End:
            other = neighbours.first[place]
            metres, unsure_m = float(neighbours.first_m[place]), here.uncertainty_m[place] + there.uncertainty_m[other]
            key = RecordKey(self.layer, str(there.ids[other]))
            return End(key, bool(metres + unsure_m <= at_most_m), metres, float(unsure_m))

        places = place_of[list(rows)].tolist()
        return [(end(place),) if place >= 0 and len(there.ids) else () for place in places]

    def counts(self, records: Records, parameters: Parameters) -> Counts:
        """How many products lie within the distance of each record, of the pairs that are kept."""
        _, others, is_sure, is_complete = self.pairs(records, parameters)
        size = records.count(self.layer)
        return Counts(np.bincount(others[is_sure], minlength=size), np.bincount(others, minlength=size), is_complete)

    def pairs(self, records: Records, parameters: Parameters) -> "NearPairs":
        """The pairs within the distance; see Pairs.is_complete for the most that are kept."""
        answer, at_most_m = proximity(records, PRODUCTS, self.layer), parameters.km * 1_000
        chosen = np.flatnonzero(answer.pairs.least_m <= at_most_m)
        here, there = answer.here.rows[answer.pairs.here[chosen]], answer.there.rows[answer.pairs.there[chosen]]
        is_sure = answer.pairs.most_m[chosen] <= at_most_m
        return NearPairs(here, there, is_sure, answer.pairs.is_complete(at_most_m))


class NearPairs(NamedTuple):
    """Pairs of a product and a place that may be within a distance: their rows, which are sure, and whether all are."""

    products: Rows
    others: Rows
    is_sure: Mask
    is_complete: bool


@dataclass(frozen=True)
class NearOrSameUnit:
    """The records that are near, and those in the same unit; one that is both is one."""

    near: Nearest
    same: InSameUnit

    def condition(self, records: Records, parameters: Parameters) -> Selection:
        """The products that are joined in either way."""
        return _either(*(joint.condition(records, parameters) for joint in (self.near, self.same)))

    def alone(self, records: Records, parameters: Parameters, row: int) -> Selection:
        """The products that are joined to the record in either way."""
        return _either(*(joint.alone(records, parameters, row) for joint in (self.near, self.same)))

    def ends(self, records: Records, parameters: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        """The nearest record first, then the others of the unit."""
        columns = (joint.ends(records, parameters, rows) for joint in (self.near, self.same))
        return [_each_once((*near, *same)) for near, same in zip(*columns, strict=True)]

    def counts(self, records: Records, parameters: Parameters) -> Counts:
        """Those that are near and those in the same unit, less those that are both."""
        near, same = self.near.counts(records, parameters), self.same.counts(records, parameters)
        products, others, is_sure, is_complete = self.near.pairs(records, parameters)
        in_both = self.same.pairs(records).share(products, others)
        size = len(near.sure)
        sure, possible = (
            np.bincount(others[mask], minlength=size) for mask in (in_both.sure & is_sure, in_both.possible)
        )
        return Counts(near.sure + same.sure - sure, near.possible + same.possible - possible, is_complete)


def _either(one: Selection, other: Selection) -> Selection:
    """The products that are joined in one of two ways: undecided only where neither way is possible."""
    possible = one.possible | other.possible
    return Selection(PRODUCTS, one.sure | other.sure, possible, (one.unknown | other.unknown) & ~possible)


def _each_once(ends: Iterable[End]) -> tuple[End, ...]:
    """The ends, one for each record: with the distance of the first, and sure if one of them is."""
    by_record: dict[RecordKey, End] = {}
    for end in ends:
        first = by_record.setdefault(end.record, end)
        by_record[end.record] = first._replace(is_sure=first.is_sure or end.is_sure)
    return tuple(by_record.values())

"""Pairs of places of two layers with their distances and uncertainties, and the two nearest to each place.

The true distance of a pair lies between its distance minus and plus the radii of both places (see geo/link). A pair is
surely within N metres when the greatest of these is at most N, and possibly so when the least of these is; both are
kept, so that a changed N is a search.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.link.places import Joined, Numbers, Places, Rows
from geo.plan.figures import Interval
from geo.plan.reaches import places_of, reach
from geo.plan.records import Records

MOST_M = 200_000.0
"""The largest distance that is asked about, in metres: the province is about as long."""
MOST_PAIRS = 100_000
"""The most pairs that are kept: of more, the nearest. What is stated of each single place rests on all pairs."""

_DECIMALS = 1  # of metres: no position is more accurate
_SAMPLE = 50
_NONE = -1


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of places, nearest first: their rows, metres apart, and by how many metres that may be wrong.

    `cut_m` is the distance from which on pairs are left out; None where all up to MOST_M are there.
    """

    here: Rows
    there: Rows
    distance_m: Numbers
    unsure_m: Numbers
    cut_m: float | None

    @cached_property
    def most_m(self) -> Numbers:
        """The greatest distance that each pair may have."""
        return self.distance_m + self.unsure_m

    @cached_property
    def least_m(self) -> Numbers:
        """The least distance that each pair may have."""
        return np.maximum(self.distance_m - self.unsure_m, 0.0)

    @cached_property
    def _in_order(self) -> tuple[Numbers, Numbers]:
        return np.sort(self.most_m), np.sort(self.least_m)

    def within(self, distance_m: float) -> Interval:
        """How many of the pairs are within a distance; see `is_complete`."""
        return Interval(*(int(np.searchsorted(bounds, distance_m, side="right")) for bounds in self._in_order))

    def is_complete(self, distance_m: float) -> bool:
        """Whether no pair that is possibly within a distance was left out."""
        limit_m = np.inf if self.cut_m is None else self.cut_m
        return distance_m <= MOST_M and distance_m + float(self.unsure_m.max(initial=0.0)) < limit_m


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What each place has near it in another layer: the rows there of the nearest two and the metres to them.

    The row is -1 and the distance infinite where there is none. One surely is within `most_m`, and one may be within
    `least_m`.
    """

    first: Rows
    first_m: Numbers
    second: Rows
    second_m: Numbers
    most_m: Numbers
    least_m: Numbers


@dataclass(frozen=True, eq=False)
class Proximity:
    """Two layers' places with the pairs between them, and what each place has near it in the other layer."""

    here: Places
    there: Places
    pairs: Pairs
    of_here: Neighbours
    of_there: Neighbours


def proximity(records: Records, layer: str, other: str) -> Proximity:
    """The distances between the places of two different layers; computed once for a version."""

    def compute() -> Proximity:
        here, there = places_of(records, layer), places_of(records, other)
        neighbours = neighbours_of(records, layer, other), neighbours_of(records, other, layer)
        return Proximity(here, there, pairs_between(here, there), *neighbours)

    return records.once(("proximity", layer, other), compute)


def neighbours_of(records: Records, layer: str, other: str) -> Neighbours:
    """What each place of a layer has near it in a different layer; computed once for a version."""

    def compute() -> Neighbours:
        here, there = places_of(records, layer), places_of(records, other)
        two, bounds = here.nearest_two(there), reach(records, layer, other)
        first, second = (_column(two, rank, len(here.ids)) for rank in (1, 2))
        return Neighbours(*first, *second, bounds.sure_m[here.rows], bounds.possible_m[here.rows])

    return records.once(("neighbours", layer, other), compute)


def _column(pairs: Joined, rank: int, count: int) -> tuple[Rows, Numbers]:
    """The rows there and the metres of the pairs of one rank, one for each of `count` places here."""
    rows, metres = np.full(count, _NONE, np.intp), np.full(count, np.inf)
    chosen = pairs.rank == rank
    rows[pairs.here[chosen]] = pairs.there[chosen]
    metres[pairs.here[chosen]] = np.round(pairs.measure[chosen], _DECIMALS)
    return rows, metres


def pairs_between(here: Places, there: Places) -> Pairs:
    """The pairs up to MOST_M apart and the radii beyond it; of more than MOST_PAIRS the nearest."""
    whole_m = MOST_M + sum(float(places.uncertainty_m.max(initial=0.0)) for places in (here, there))
    reach_m = _reach_m(here, there, whole_m)
    one, other, metres, _ = here.near(there, distance_m=reach_m)
    order = np.argsort(metres, kind="stable")
    distance_m = np.round(metres[order], _DECIMALS)
    cut_m = None if reach_m >= whole_m else reach_m
    if len(order) > MOST_PAIRS:
        cut_m = float(distance_m[MOST_PAIRS])
        order, distance_m = order[:MOST_PAIRS], distance_m[:MOST_PAIRS]
    one, other = one[order], other[order]
    return Pairs(one, other, distance_m, here.uncertainty_m[one] + there.uncertainty_m[other], cut_m)


def _reach_m(here: Places, there: Places, whole_m: float) -> float:
    """A distance within which some MOST_PAIRS pairs are, by the distances of a few places; at most `whole_m`."""
    count = len(here.ids)
    if count * len(there.ids) <= MOST_PAIRS:
        return whole_m
    rows = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.intp))
    distances_m = np.sort(here.take(rows).near(there, distance_m=whole_m).measure)
    place = int(MOST_PAIRS * len(rows) / count)
    return float(distances_m[place]) if place < len(distances_m) else whole_m

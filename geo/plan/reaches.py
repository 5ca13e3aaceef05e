"""How near the nearest place of another layer surely and possibly is, for each record; computed once for a version.

Two places d metres apart, whose circles of uncertainty have the radii r and s, truly are from d - r - s to d + r + s
apart. Of the targets of one radius the nearest therefore gives both bounds, and a distance can be changed without
computing anything anew.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from geo.link.places import Places
from geo.ocop.codes import PRECISIONS
from geo.plan.figures import Parameters
from geo.plan.records import Records
from geo.plan.selections import Condition, Numbers, Selection


class Reach(NamedTuple):
    """Metres within which a target surely lies, and within which one may, for each record of a layer.

    Infinite where there is no target, NaN for a record without a place of known precision.
    """

    sure_m: Numbers
    possible_m: Numbers


def reach(records: Records, layer: str, target: str, kinds: Collection[str] = ()) -> Reach:
    """The bounds for every record of `layer` to the places of `target`, of some values of its field `kind` only.

    Geodesic metres; the targets without a place are left out.
    """
    key = "reach", layer, target, tuple(sorted(kinds))
    return records.once(key, lambda: _reach(records, layer, target, kinds))


def places_of(records: Records, layer: str) -> Places:
    """The places of a layer of points, also those that are only known to lie in a district."""
    return records.joins.places(layer, at_least=PRECISIONS[-1].key)


def reach_to(records: Records, layer: str, target: str, row: int) -> Reach:
    """The bounds for every record of `layer` to the one record of `target` at a row."""
    there = places_of(records, target)
    return _bounds(records, layer, there.take(np.flatnonzero(there.rows == row)))


def within(layer: str, target: str, kinds: Collection[str] = ()) -> Condition:
    """A target lies within the kilometres of the parameters; undecided for a record without a place."""

    def condition(records: Records, parameters: Parameters) -> Selection:
        return reached(layer, reach(records, layer, target, kinds), parameters)

    return condition


def reached(layer: str, bounds: Reach, parameters: Parameters) -> Selection:
    """The records of a layer whose bounds are within the kilometres of the parameters."""
    at_most_m = parameters.km * 1_000
    return Selection(layer, bounds.sure_m <= at_most_m, bounds.possible_m <= at_most_m, np.isnan(bounds.sure_m))


def _reach(records: Records, layer: str, target: str, kinds: Collection[str]) -> Reach:
    there = places_of(records, target)
    if kinds:
        is_chosen = records.distinct(target, "kind").where(lambda kind: kind in kinds)
        there = there.take(np.flatnonzero(is_chosen[there.rows]))
    return _bounds(records, layer, there)


def _bounds(records: Records, layer: str, there: Places) -> Reach:
    here = places_of(records, layer)
    sure_m, possible_m = np.full(len(here.ids), np.inf), np.full(len(here.ids), np.inf)
    for radius_m in np.unique(there.uncertainty_m):
        nearest = here.nearest(_apart(there.take(np.flatnonzero(there.uncertainty_m == radius_m))))
        radii_m = here.uncertainty_m[nearest.here] + radius_m
        sure_m[nearest.here] = np.minimum(sure_m[nearest.here], nearest.measure + radii_m)
        possible_m[nearest.here] = np.minimum(possible_m[nearest.here], nearest.measure - radii_m)
    columns = [np.full(records.count(layer), np.nan) for _ in range(2)]
    for column, metres in zip(columns, (sure_m, np.maximum(possible_m, 0.0)), strict=True):
        column[here.rows] = metres
    return Reach(*columns)


def _apart(places: Places) -> Places:
    """One place of each position: many records stand at the same point inside a former commune or district."""
    _, first = np.unique(np.column_stack(places.lnglat), axis=0, return_index=True)
    return places.take(np.sort(first))

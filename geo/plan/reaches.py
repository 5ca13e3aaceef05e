"""How near the nearest place of another layer surely and possibly is, for each record; computed once for a version.

Two places d metres apart, whose circles of uncertainty have the radii r and s, truly are from d - r - s to d + r + s
apart. Of the targets of one radius the nearest therefore gives both bounds, and a distance can be changed without
computing anything anew.
"""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from geo.link.places import Places
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
    if key not in records.derived:
        records.derived[key] = _reach(records, layer, target, kinds)
    derived = records.derived[key]
    assert isinstance(derived, Reach)  # noqa: S101 - the key names what is kept under it
    return derived


def within(layer: str, target: str, kinds: Collection[str] = ()) -> Condition:
    """A target lies within the kilometres of the parameters; undecided for a record without a place."""

    def condition(records: Records, parameters: Parameters) -> Selection:
        sure_m, possible_m = reach(records, layer, target, kinds)
        at_most_m = parameters.km * 1_000
        return Selection(layer, sure_m <= at_most_m, possible_m <= at_most_m, np.isnan(sure_m))

    return condition


def _reach(records: Records, layer: str, target: str, kinds: Collection[str]) -> Reach:
    here, there = (records.joins.places(name, at_least="district") for name in (layer, target))
    if kinds:
        chosen = np.isin(records.column(target, "kind").astype(str)[there.rows], list(kinds))
        there = there.take(np.flatnonzero(chosen))
    sure_m, possible_m = np.full(len(here.ids), np.inf), np.full(len(here.ids), np.inf)
    for radius_m in np.unique(there.uncertainty_m):
        some: Places = there.take(np.flatnonzero(there.uncertainty_m == radius_m))
        nearest = here.nearest(some)
        radii_m = here.uncertainty_m[nearest.here] + radius_m
        sure_m[nearest.here] = np.minimum(sure_m[nearest.here], nearest.measure + radii_m)
        possible_m[nearest.here] = np.minimum(possible_m[nearest.here], nearest.measure - radii_m)
    columns = [np.full(records.count(layer), np.nan) for _ in range(2)]
    for column, metres in zip(columns, (sure_m, np.maximum(possible_m, 0.0)), strict=True):
        column[here.rows] = metres
    return Reach(*columns)

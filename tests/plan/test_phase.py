"""Before and after: the bounds of a change, and the records that entered or left."""

from dataclasses import replace
from datetime import date

import pytest

from geo.errors import BadQuery
from geo.plan import Interval, Records
from geo.plan.clauses import CLAUSES
from geo.plan.phase import Moment, change, changes_by_clause
from tests.plan.hand_world import AT, frames, hand_world

FIRST, LAST = replace(AT, on=date(2020, 1, 1)), replace(AT, on=date(2022, 6, 1))


def ids(keys: tuple[tuple[str, str], ...]) -> list[str]:
    return [key for _, key in keys]


def test_a_change_between_two_days_is_bounded_by_both_figures() -> None:
    """On 1 January 2020 R1 to R3 and R6 are surely valid, in June 2022 R1 is and R2, R3 and R5 may be."""
    records = hand_world()
    one = change("products_valid", Moment(records, FIRST), Moment(records, LAST))
    assert (one.before.value, one.after.value) == (Interval(4, 4), Interval(1, 4))
    assert one.change == Interval(-3, 0)
    assert (ids(one.entered), ids(one.left)) == (["R5"], ["R6"])


def test_a_change_between_two_versions_names_the_records() -> None:
    later = frames()
    later["products"] = later["products"].iloc[1:]
    after = Moment(Records(2, later), replace(AT, version=2))
    one = change("products_total", Moment(hand_world(), AT), after)
    assert (one.change, ids(one.left), ids(one.entered)) == (Interval(-1, -1), ["R1"], [])


def test_what_rests_on_the_same_records_has_not_changed() -> None:
    """The bounds of villages near a site are wide, but nothing about them differs."""
    one = change("villages_near_site", Moment(hand_world(), AT), Moment(Records(2, frames()), replace(AT, version=2)))
    assert one.before.value == Interval(1, 3)
    assert one.change == Interval(0, 0)


def test_a_change_has_no_bounds_where_a_side_is_unknown() -> None:
    records = hand_world()
    assert change("products_with_contracts", Moment(records, FIRST), Moment(records, LAST)).change is None


def test_the_clauses_come_in_order_with_all_their_indicators() -> None:
    records = hand_world()
    rows = changes_by_clause(
        Moment(records, replace(FIRST, unit="00001")), Moment(records, replace(LAST, unit="00001"))
    )
    assert [row.clause.key for row in rows] == list(CLAUSES)
    assert all(one.after.indicator.by_unit for row in rows for one in row.changes)


def test_sides_that_differ_in_anything_else_are_refused() -> None:
    records = hand_world()
    with pytest.raises(BadQuery):
        change("villages_near_site", Moment(records, AT), Moment(records, replace(AT, km=3.0)))

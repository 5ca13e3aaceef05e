"""Figures: what they depend on, what they give for a unit, and their digest."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from shapely import Point

from geo.errors import BadQuery, NotFound
from geo.plan import INDICATORS, Frame, Interval, Parameters, RecordKey, Records, compute
from geo.plan.clauses import CLAUSES
from geo.plan.memberships import memberships
from geo.plan.selections import Selection
from tests.frames import frame, world

AT = Parameters(version=1, on=date(2021, 6, 1))


@pytest.fixture(scope="module")
def records() -> Records:
    return Records(1, world())


def keys(*ids: str) -> tuple[RecordKey, ...]:
    return tuple(RecordKey("products", one) for one in ids)


@pytest.mark.parametrize(
    ("frame_of_units", "unit", "sure", "possible", "unknown"),
    [
        (Frame.COMMUNES, "00001", keys("R1"), (), keys("R2")),
        (Frame.COMMUNES, "00002", keys("R3"), (), keys("R2")),
        (Frame.DISTRICTS, "100", keys("R1", "R3"), (), keys("R2")),
        (Frame.OLD_COMMUNES, "00011", keys("R1"), (), keys("R2", "R3")),
    ],
)
def test_a_unit_has_the_records_that_name_it_or_whose_circle_it_holds(
    records: Records, frame_of_units: Frame, unit: str, sure: object, possible: object, unknown: object
) -> None:
    figure = compute(records, "products_total", replace(AT, frame=frame_of_units, unit=unit))
    assert (figure.records, figure.possible_records, figure.unknown_records) == (sure, possible, unknown)
    assert figure.value == Interval(len(figure.records), len(figure.records) + len(figure.possible_records))


def test_a_place_that_contradicts_the_recorded_unit_makes_it_possible_only() -> None:
    """In the other commune, or beyond the province."""
    sites = frame(
        "sites",
        *(
            {"site_id": key, "name": "Đồi", "kind": "historic", "old_commune_code": "00011", "precision": "village", "at": at}
            for key, at in (("H1", Point(103.3, 21.1)), ("H2", Point(110.0, 15.0)), ("H3", None))
        ),
    )  # fmt: skip
    members = memberships(Records(1, world() | {"sites": sites}), "sites", Frame.COMMUNES)
    west, east = (members.in_unit(code) for code in ("00001", "00002"))
    assert (west.sure.tolist(), west.possible.tolist()) == ([False, False, True], [True, True, True])
    assert (east.sure.tolist(), east.possible.tolist()) == ([False, False, False], [True, False, False])


def test_candidates_of_a_cohort_are_possible_members(records: Records) -> None:
    figure = compute(records, "products_total", replace(AT, cohort="G1"))
    assert (figure.records, figure.possible_records) == (keys("R1"), keys("R3"))
    assert figure.address == {"version": 1, "cohort": "G1"}
    with pytest.raises(NotFound):
        compute(records, "products_total", replace(AT, cohort="G2"))


def test_the_digest_names_the_value_and_the_records_and_not_the_version(records: Records) -> None:
    figure = compute(records, "products_total", AT)
    later = compute(Records(2, world()), "products_total", replace(AT, version=2))
    fewer = compute(Records(2, world() | {"products": frame("products")}), "products_total", replace(AT, version=2))
    assert figure.digest == later.digest != fewer.digest
    assert replace(AT, km=3.0).plain(figure.indicator.parameters) == figure.address  # no distance in its address


def test_what_is_not_recorded_is_unknown_and_says_what_to_record(records: Records) -> None:
    figure = compute(records, "products_with_contracts", AT)
    assert (figure.value, figure.reason, len(figure.unknown_records)) == (None, "unknown", 3)
    assert figure.missing is not None and figure.missing.en.startswith("Sales contracts")


@pytest.mark.parametrize(
    ("key", "parameters", "error"),
    [
        ("no_such", AT, NotFound),
        ("products_total", replace(AT, version=2), BadQuery),
        ("products_total", replace(AT, unit="99999"), BadQuery),
    ],
)
def test_what_cannot_be_computed_is_refused(
    records: Records, key: str, parameters: Parameters, error: type[Exception]
) -> None:
    with pytest.raises(error):
        compute(records, key, parameters)


def test_conditions_combine_as_every_completion_of_them_does() -> None:
    """Each of sure, possible, unknown and no stands for the truths that it allows; so do their combinations."""
    marks = [(True, True, False), (False, True, False), (False, False, True), (False, False, False)]
    allowed = [{True}, {True, False}, {True, False}, {False}]
    pairs = [(a, b) for a in range(4) for b in range(4)]
    first, second = (
        Selection("products", *(np.array([marks[pair[side]][part] for pair in pairs]) for part in range(3)))
        for side in (0, 1)
    )
    for joined, truth in ((first & second, all), (first | second, any), (~first, lambda pair: not pair[0])):
        assert not (joined.possible & joined.unknown).any()
        assert (joined.sure <= joined.possible).all()
        for row, (a, b) in enumerate(pairs):
            truths = {truth((x, y)) for x in allowed[a] for y in allowed[b]}
            assert bool(joined.sure[row]) == (truths == {True}), (row, truths)
            assert bool(joined.possible[row] | joined.unknown[row]) == (True in truths), (row, truths)


def test_indicators_have_keys_of_their_own_and_words_in_both_languages() -> None:
    for key, row in INDICATORS.items():
        assert key == row.key
        assert row.clause in CLAUSES
        assert all(text.vi and text.en for text in (row.name, row.unit, row.rule))
        assert set(row.parameters) <= {"on", "km", "days", "unit", "cohort", "crop"}
    assert len({row.name for row in INDICATORS.values()}) == len(INDICATORS)
    assert {row.clause for row in INDICATORS.values()} == set(CLAUSES)


def test_a_clause_names_no_field_as_lacking_that_one_of_its_indicators_counts() -> None:
    lacking = CLAUSES["P14"].no_field
    counted = [row.name for row in INDICATORS.values() if row.clause == "P14"]
    for vi, en in (("bao bì", "packaging"), ("nhãn mác", "label")):
        assert any(vi in name.vi and en in name.en for name in counted)
        assert lacking is None or (vi not in lacking.vi.lower() and en not in lacking.en.lower())

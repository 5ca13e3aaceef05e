"""The value chains of a small province whose answers were worked out by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.crs import geodesic_distance_m
from geo.plan import compute
from geo.plan.chains import STEPS, chains, products_by_record, products_of, states
from geo.plan.figures import Parameters
from geo.plan.records import RecordKey, Records
from tests.frames import frame, world

ON = Parameters(version=7, on=date(2026, 12, 1), km=10)


@pytest.fixture(scope="module")
def records() -> Records:
    return Records(7, world())


def test_each_step_is_sure_possible_missing_or_undecided(records: Records) -> None:
    by_layer = states(records, ON)
    assert by_layer["zones"] == [
        "sure",
        "unknown",
        "unknown",
    ]  # equal material and district; R2 has no unit, R3 no material
    assert by_layer["producers"] == ["sure", "none", "none"]
    assert by_layer["villages"][0] == "sure"
    assert by_layer["sites"] == ["sure", "unknown", "possible"]  # R3 is known to 8 km and lies 14 km from H2
    assert states(records, replace(ON, km=5))["sites"] == ["none", "unknown", "none"]


def test_the_states_are_those_that_the_indicators_count(records: Records) -> None:
    by_layer = states(records, ON)
    for layer, indicator in (("zones", "products_with_zone"), ("producers", "products_with_producer")):
        figure = compute(records, indicator, ON)
        keys = [key for key, state in zip(records.ids("products"), by_layer[layer], strict=True) if state == "sure"]
        assert keys == [record.id for record in figure.records]


def test_a_chain_names_the_records_at_its_ends_and_its_gaps(records: Records) -> None:
    one, two, three = chains(records, replace(ON, km=5), [0, 1, 2])
    assert one.product == RecordKey("products", "R1")
    assert {layer: [end.record.id for end in ends] for layer, ends in one.ends.items()} == {
        "zones": ["Z1"], "producers": ["P1"], "villages": ["V1"], "sites": ["H1"],
    }  # fmt: skip
    (site,) = one.ends["sites"]
    assert site.distance_m == pytest.approx(geodesic_distance_m(103.1, 21.1, 103.15, 21.1), abs=0.06)
    assert (site.unsure_m, site.is_sure) == (100, False)
    assert one.gaps == ("sites",)
    assert all(not ends for ends in two.ends.values())
    assert [end.record.id for end in three.ends["sites"]] == ["H2"]
    assert list(one.states) == [step.layer for step in STEPS]


@pytest.mark.parametrize("km", [3, 60])
def test_seen_from_the_other_end_the_chain_is_the_same(km: float) -> None:
    """A product has a step, surely or possibly, when it is in the chain of one of that layer's records."""
    frames, parameters = world(), replace(ON, km=km)
    frames["producers"] = frame("producers", {"producer_id": "P1"}, {"producer_id": "P2"})
    frames["products"].loc[2, "producer_id"] = "P2"
    records = Records(7, frames)
    for step in STEPS:
        whole = step.condition(records, parameters)
        parts = [products_of(records, parameters, RecordKey(step.layer, key)) for key in records.ids(step.layer)]
        assert np.array_equal(whole.sure, np.logical_or.reduce([part.sure for part in parts]))
        assert np.array_equal(whole.possible, np.logical_or.reduce([part.possible for part in parts]))
        assert products_by_record(records, parameters, step.layer) == [part.interval for part in parts]
    assert products_of(records, parameters, RecordKey("producers", "P2")).sure.tolist() == [False, False, True]


@pytest.mark.parametrize("key", [("zones", "Z9"), ("markets", "M1")])
def test_a_record_that_is_at_no_end_has_no_products(records: Records, key: tuple[str, str]) -> None:
    with pytest.raises(KeyError):
        products_of(records, ON, RecordKey(*key))

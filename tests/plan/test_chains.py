"""The value chains of a small province whose answers were worked out by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.crs import geodesic_distance_m
from geo.plan import compute, proximity
from geo.plan.chains import STATES, STEPS, chains, products_by_record, products_of, states
from geo.plan.figures import Parameters
from geo.plan.joints import InSameUnit
from geo.plan.records import RecordKey, Records
from tests.frames import frame, world
from tests.plan.random_worlds import World

ON = Parameters(version=7, on=date(2026, 12, 1), km=10)


@pytest.fixture(scope="module")
def records() -> Records:
    return Records(7, world())


def named(records: Records, parameters: Parameters) -> dict[str, list[str]]:
    return {layer: [STATES[place] for place in column] for layer, column in states(records, parameters).items()}


def test_each_step_is_sure_possible_missing_or_undecided(records: Records) -> None:
    by_layer = named(records, ON)
    # Equal material and district only propose a zone; R2 has no unit, R3 no material.
    assert by_layer["zones"] == ["possible", "unknown", "unknown"]
    assert by_layer["producers"] == ["sure", "none", "none"]
    assert by_layer["villages"][0] == "sure"
    assert by_layer["sites"] == ["sure", "unknown", "possible"]  # R3 is known to 8 km and lies 14 km from H2
    assert named(records, replace(ON, km=5))["sites"] == ["none", "unknown", "none"]


def test_the_states_are_those_that_the_indicators_count(records: Records) -> None:
    by_layer = named(records, ON)
    for layer, indicator in (("zones", "products_with_zone"), ("producers", "products_with_producer")):
        figure = compute(records, indicator, ON)
        for state, group in (("sure", figure.records), ("possible", figure.possible_records)):
            keys = [key for key, one in zip(records.ids("products"), by_layer[layer], strict=True) if one == state]
            assert keys == [record.id for record in group]


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
    check_both_ends(Records(7, frames), parameters)
    parts = products_of(Records(7, frames), parameters, RecordKey("producers", "P2"))
    assert parts.sure.tolist() == [False, False, True]


@pytest.mark.parametrize("seed", range(12))
def test_seen_from_the_other_end_the_chain_is_the_same_in_any_province(seed: int) -> None:
    world = World(seed)
    check_both_ends(world.records, Parameters(version=1, on=date(2022, 6, 1), km=4 + seed))


def check_both_ends(records: Records, parameters: Parameters) -> None:
    """The condition of each step, its records one by one, their counts and the ends of the chains agree."""
    rows = range(records.count("products"))
    for step in STEPS:
        joint, ids = step.joint, records.ids(step.layer)
        whole = joint.condition(records, parameters)
        parts = [products_of(records, parameters, RecordKey(step.layer, key)) for key in ids]
        assert np.array_equal(whole.sure, np.logical_or.reduce([part.sure for part in parts]))
        assert np.array_equal(whole.possible, np.logical_or.reduce([part.possible for part in parts]))
        counts = products_by_record(records, parameters, step.layer)
        assert counts.is_complete
        intervals = list(zip(counts.sure.tolist(), counts.possible.tolist(), strict=True))
        assert intervals == [part.interval for part in parts], step.layer
        if isinstance(joint, InSameUnit):
            ends = joint.ends(records, parameters, rows)
            for row, own in zip(rows, ends, strict=True):
                assert [end.record.id for end in own] == [
                    key for key, part in zip(ids, parts, strict=True) if part.possible[row]
                ]
                assert {end.record.id for end in own if end.is_sure} == {
                    key for key, part in zip(ids, parts, strict=True) if part.sure[row]
                }


def test_counts_from_some_of_the_pairs_say_that_they_are_not_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proximity, "MOST_PAIRS", 1)
    counts = products_by_record(Records(7, world()), replace(ON, km=60), "sites")
    assert not counts.is_complete and counts.sure.sum() <= 1


@pytest.mark.parametrize("key", [("zones", "Z9"), ("markets", "M1")])
def test_a_record_that_is_at_no_end_has_no_products(records: Records, key: tuple[str, str]) -> None:
    with pytest.raises(KeyError):
        products_of(records, ON, RecordKey(*key))

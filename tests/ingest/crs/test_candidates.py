"""The detective without a .prj: every mistake of the trade made on purpose and named."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely import Point

from geo.crs import LngLatBbox
from geo.ingest.crs.candidates import Candidate, candidates, decide, sample
from geo.vn2000.systems import HOME, SLIPS, SYSTEMS, Reading, System, systems_of
from tests.ingest.province import PROVINCE, UNITS, WIDE, along_the_borders, well_inside

OLD_ON_105 = [s for s in SYSTEMS.values() if s.grid and s.grid.meridian == 105 and s.standing == 2 and not s.successor]


def written(reading: Reading, places: NDArray[np.float64] = WIDE) -> NDArray[np.float64]:
    """The numbers that a file holds for `places` (longitude, latitude)."""
    return np.column_stack(reading.from_lnglat(*places.T))


def explained(reading: Reading, candidate: Candidate | None) -> bool:
    """Whether `reading` is the candidate's own or one of its twins; a slip may be another system's plain reading."""
    if candidate is None:
        return False
    known = {(one.pipeline, one.swapped) for one in (candidate.reading, *(twin.reading for twin in candidate.twins))}
    return (reading.pipeline, reading.swapped) in known


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    "system",
    [s for s in systems_of("vn2000") if s.grid and s.grid.scale == 0.9999 and s.grid.meridian != 105],
    ids=lambda s: s.code,
)
def test_every_zone_and_axis_order_is_found_from_the_numbers_alone(system: System, swapped: bool) -> None:
    decision = decide(candidates(written(Reading(system, swapped)), PROVINCE))
    assert decision.answer == "sure"
    assert decision.candidate is not None
    assert decision.candidate.reading == Reading(system, swapped)
    assert decision.candidate.inside == 1.0


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("code", ["EPSG:5897", "EPSG:3405", "EPSG:32648"])
def test_the_three_systems_on_105_degrees_are_asked_about(code: str, swapped: bool) -> None:
    decision = decide(candidates(written(Reading(SYSTEMS[code], swapped)), PROVINCE))
    assert decision.answer == "ask"
    assert decision.candidate is not None
    offered = {decision.candidate.reading, *(twin.reading for twin in decision.candidate.rivals)}
    assert offered == {Reading(SYSTEMS[each], swapped) for each in ("EPSG:5897", "EPSG:3405", "EPSG:32648")}


@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_are_found_and_the_223_metres_of_vn2000_degrees_named(swapped: bool) -> None:
    decision = decide(candidates(written(Reading(SYSTEMS["OGC:CRS84"], swapped)), PROVINCE))
    assert decision.answer == "sure" and decision.candidate is not None
    assert decision.candidate.reading == Reading(SYSTEMS["OGC:CRS84"], swapped)
    twin = next(twin for twin in decision.candidate.twins if twin.reading.system.code == "EPSG:4756")
    assert twin.distance_m == pytest.approx(222.7, abs=0.5)


@pytest.mark.parametrize("code", ["EPSG:3857", "EPSG:2044", "EPSG:2045", "EPSG:6956", "EPSG:6957", "EPSG:6958"])
def test_systems_with_numbers_of_their_own_are_found(code: str) -> None:
    for swapped in (False, True):
        decision = decide(candidates(written(Reading(SYSTEMS[code], swapped)), PROVINCE))
        assert decision.answer == "sure" and decision.candidate is not None
        assert decision.candidate.reading == Reading(SYSTEMS[code], swapped)


@pytest.mark.parametrize("system", OLD_ON_105, ids=lambda s: s.label.en)
def test_indian_1960_and_hn72_on_105_degrees_are_named_in_the_question(system: System) -> None:
    decision = decide(candidates(written(Reading(system)), PROVINCE))
    assert decision.answer == "ask" or system.code == "EPSG:2044"
    assert explained(Reading(system), decision.candidate)
    assert any(system.label.en in line.en for line in decision.evidence)


@pytest.mark.parametrize(
    ("slip", "metres"),
    [("null_shift", "222."), ("wrong_sign", "0.7"), ("mekong", "0.69"), ("scale", "72"), ("scale_null", "84")],
)
def test_what_position_cannot_tell_is_named_with_its_size(slip: str, metres: str) -> None:
    decision = decide(candidates(written(Reading(HOME)), PROVINCE))
    line = next(line for line in decision.evidence if SLIPS[slip].label.en in line.en)
    assert line.en.startswith("Position alone cannot tell")
    assert f"; {metres}" in line.en
    assert SLIPS[slip].label.vi in line.vi


@pytest.mark.parametrize("slip", SLIPS)
def test_coordinates_made_with_a_mistake_are_explained_by_it(slip: str) -> None:
    decision = decide(candidates(written(Reading(HOME, slip=slip)), PROVINCE))
    assert decision.candidate is not None and decision.candidate.reading == Reading(HOME)
    assert explained(Reading(HOME, slip=slip), decision.candidate)


@pytest.mark.parametrize("slip", ["", *SLIPS])
def test_known_borders_tell_the_mistakes_apart(slip: str) -> None:
    points = written(Reading(HOME, slip=slip), along_the_borders())
    decision = decide(candidates(points, PROVINCE, reference=UNITS))
    assert decision.answer == "sure" and decision.candidate is not None
    assert decision.candidate.reading == Reading(HOME, slip=slip)
    assert decision.candidate.fits_borders
    assert any("Median distance to the known borders" in line.en for line in decision.evidence)


@pytest.mark.parametrize("code", ["EPSG:4756", "OGC:CRS84", "EPSG:5897", "EPSG:3405", "EPSG:32648", "EPSG:3148"])
def test_known_borders_answer_what_position_must_ask(code: str) -> None:
    points = written(Reading(SYSTEMS[code]), along_the_borders())
    decision = decide(candidates(points, PROVINCE, reference=UNITS))
    assert decision.answer == "sure" and decision.candidate is not None
    assert decision.candidate.reading.pipeline == Reading(SYSTEMS[code]).pipeline


@pytest.mark.parametrize(("made", "read"), [("null_shift", "null_shift"), ("", ""), ("wrong_sign", "")])
def test_borders_drawn_twenty_metres_off_tell_223_metres_but_not_the_signs(made: str, read: str) -> None:
    rough = along_the_borders(60) + np.random.default_rng(7).normal(0, 20 / 111_000, (240, 2))
    decision = decide(candidates(written(Reading(HOME, slip=made), rough), PROVINCE, reference=UNITS))
    assert decision.answer == "sure" and decision.candidate is not None
    assert decision.candidate.reading.slip == read
    assert 5 < (decision.candidate.residual_m or 0) < 30
    assert explained(Reading(HOME, slip=made), decision.candidate)


def test_points_that_do_not_follow_borders_are_not_judged_by_them() -> None:
    decision = decide(candidates(written(Reading(HOME, slip="null_shift")), PROVINCE, reference=UNITS))
    assert decision.candidate is not None
    assert not decision.candidate.fits_borders


def test_a_handful_of_points_on_borders_may_be_chance() -> None:
    points = written(Reading(HOME, slip="null_shift"), along_the_borders())[:10]
    decision = decide(candidates(points, PROVINCE, reference=UNITS))
    assert decision.candidate is not None
    assert not decision.candidate.fits_borders and decision.candidate.reading == Reading(HOME)


def test_a_small_file_that_fits_in_under_two_zones_is_asked_about() -> None:
    # Read with the meridian of 104°45′ these places move 26 km and are still inside the province.
    few = np.array([(103.05, 21.80), (103.10, 21.85), (103.00, 21.82)])
    decision = decide(candidates(written(Reading(SYSTEMS["EPSG:9207"]), few), PROVINCE))
    assert decision.answer == "ask"
    assert "EPSG:9207" in decision.evidence[0].en and "EPSG:9208" in decision.evidence[0].en
    assert "cần người chọn" in decision.evidence[0].vi


def test_a_zone_of_another_province_is_named_by_its_province() -> None:
    decision = decide(candidates(written(Reading(SYSTEMS["EPSG:9206"])), PROVINCE))
    assert any("Sơn La" in line.vi and "Sơn La" in line.en for line in decision.evidence)


def test_a_small_file_in_the_provinces_own_system_fits_in_under_no_other() -> None:
    decision = decide(candidates(written(Reading(HOME), np.array([(103.0165, 21.386)])), PROVINCE))
    assert decision.answer == "sure" and decision.candidate is not None
    assert decision.candidate.reading == Reading(HOME)


def test_a_reading_that_explains_nearly_as_many_points_is_still_a_rival() -> None:
    few = np.array([(103.0 + step / 100, 21.8) for step in range(9)] + [(103.5, 21.7)])
    found = candidates(written(Reading(SYSTEMS["EPSG:9207"]), few), PROVINCE)
    assert [one.inside for one in found[:2]] == [1.0, 0.9]
    assert decide(found).answer == "ask"


def test_half_a_file_in_another_order_is_asked_about() -> None:
    mixed = np.vstack([written(Reading(HOME)), written(Reading(HOME, swapped=True))[:4]])
    decision = decide(candidates(mixed, PROVINCE))
    assert decision.answer == "ask"
    assert "25% of the points are still outside" in decision.evidence[0].en


@pytest.mark.parametrize(
    "points", [[], [(0.0, 0.0)], [(106.7, 10.8)], [(np.nan, 21.0)], [(np.inf, np.inf)], [(1e300, -1e300)]]
)
def test_numbers_that_nothing_explains_are_asked_about(points: list[tuple[float, float]]) -> None:
    decision = decide(candidates(np.array(points).reshape(-1, 2), PROVINCE))
    assert decision.answer == "ask"
    assert decision.candidate is None or decision.candidate.inside == 0


def test_points_near_the_province_are_placed_in_the_region_but_not_taken() -> None:
    found = candidates(written(Reading(HOME), np.array([(103.9, 22.4), (104.0, 22.5)])), PROVINCE)
    assert found[0].inside == 0 and found[0].in_region == 1
    assert decide(found).answer == "ask"
    assert candidates(written(Reading(HOME)), PROVINCE, region=LngLatBbox(0, 0, 1, 1)) == []


def test_a_point_on_the_border_is_inside() -> None:
    corners = np.array(PROVINCE.exterior.coords)
    assert candidates(written(Reading(HOME), corners), PROVINCE)[0].inside == 1.0


def test_a_large_file_is_thinned() -> None:
    shapes = [Point(x, 21.5) for x in np.linspace(102.8, 103.2, 5_000)] + [None]
    assert 1_000 < len(sample(shapes)) <= 2_000
    many = np.tile(written(Reading(HOME)), (100_000, 1))
    start = time.perf_counter()
    assert decide(candidates(many, PROVINCE)).answer == "sure"
    assert time.perf_counter() - start < 5


VARIANTS = [
    *(Reading(system, swapped) for system in SYSTEMS.values() for swapped in (False, True)),
    *(Reading(HOME, swapped, slip) for slip in SLIPS for swapped in (False, True)),
    *(Reading(SYSTEMS["EPSG:5896"], slip=slip) for slip in SLIPS),
]
INSIDE = well_inside()


@st.composite
def places(draw: st.DrawFn) -> NDArray[np.float64]:
    west, south, east, north = INSIDE.bounds
    point = st.tuples(st.floats(west, east), st.floats(south, north)).filter(lambda xy: INSIDE.contains(Point(xy)))
    return np.array(draw(st.lists(point, min_size=1, max_size=8)))


@given(places(), st.sampled_from(VARIANTS))
def test_whatever_the_file_was_made_with_is_recognised_or_asked_about(
    at: NDArray[np.float64], variant: Reading
) -> None:
    decision = decide(candidates(written(variant, at), PROVINCE))
    assert decision.answer == "ask" or explained(variant, decision.candidate)
    assert decision.candidate is not None
    assert decision.candidate.inside > 0.99

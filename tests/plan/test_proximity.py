"""Distances between two layers, against all pairs one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo.crs import geodesic_distance_m
from geo.ocop.codes import PRECISIONS
from geo.plan import proximity as module
from geo.plan.proximity import pairs_between, places_of, proximity
from geo.plan.records import Records
from tests.frames import frame, world

At = tuple[float, float]
ROWS = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda at: (102.8 + at[0] / 15, 21.2 + at[1] / 15)),
        st.sampled_from([precision.key for precision in PRECISIONS]),
    ),
    max_size=9,
)
RADII = {precision.key: precision.uncertainty_m for precision in PRECISIONS}
WORLD = world()


def records(villages: list[tuple[At, str]], sites: list[tuple[At, str]]) -> Records:
    """A version whose villages and sites lie at these positions, known to these precisions."""
    layers = (("villages", "village_id", villages), ("sites", "site_id", sites))
    frames = {
        layer: frame(
            layer,
            *(
                {key: f"{layer}{n:03d}", "at": Point(at), "precision": precision}
                for n, (at, precision) in enumerate(rows)
            ),
        )
        for layer, key, rows in layers
    }
    return Records(7, WORLD | frames)


@given(villages=ROWS, sites=ROWS, km=st.integers(0, 60))
def test_pairs_are_counted_as_one_by_one(villages: list[tuple[At, str]], sites: list[tuple[At, str]], km: int) -> None:
    answer, reach = proximity(records(villages, sites), "villages", "sites"), km * 1_000
    spans = []
    for at, precision in villages:
        for other, other_precision in sites:
            metres, unsure = round(geodesic_distance_m(*at, *other), 1), RADII[precision] + RADII[other_precision]
            spans.append((max(0.0, metres - unsure), metres + unsure))
    expected = sum(most <= reach for _, most in spans), sum(least <= reach for least, _ in spans)
    assert answer.pairs.within(reach) == expected
    assert answer.pairs.is_complete(reach)
    assert answer.pairs.distance_m.tolist() == sorted(answer.pairs.distance_m.tolist())


@given(villages=ROWS, sites=ROWS)
def test_the_nearest_two_are_those_of_a_sorted_list(
    villages: list[tuple[At, str]], sites: list[tuple[At, str]]
) -> None:
    neighbours = proximity(records(villages, sites), "villages", "sites").of_here
    for row, (at, _) in enumerate(villages):
        metres = [geodesic_distance_m(*at, *other) for other, _ in sites]
        expected = [*sorted(metres), math.inf, math.inf]
        assert (neighbours.first_m[row], neighbours.second_m[row]) == (
            pytest.approx(expected[0], abs=0.06), pytest.approx(expected[1], abs=0.06),
        )  # fmt: skip
        assert len({neighbours.first[row], neighbours.second[row]} - {-1}) == min(2, len(sites))
        for other, distance in (
            (neighbours.first[row], neighbours.first_m[row]),
            (neighbours.second[row], neighbours.second_m[row]),
        ):
            assert other == -1 or metres[other] == pytest.approx(distance, abs=0.06)


def test_of_too_many_pairs_the_nearest_are_kept_and_the_rest_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAIRS", 40)
    random = np.random.default_rng(5)
    rows = [
        [((x, y), "exact") for x, y in random.uniform((102.5, 21), (103.5, 22), (30, 2)).round(5).tolist()]
        for _ in range(2)
    ]
    version = records(*rows)
    pairs = pairs_between(places_of(version, "villages"), places_of(version, "sites"))
    distances = sorted(round(geodesic_distance_m(*a, *b), 1) for a, _ in rows[0] for b, _ in rows[1])
    assert pairs.distance_m.tolist() == distances[: len(pairs.here)]
    assert 20 <= len(pairs.here) <= 40
    assert pairs.cut_m is not None
    assert not pairs.is_complete(pairs.cut_m)
    assert pairs.is_complete(pairs.cut_m - 200)

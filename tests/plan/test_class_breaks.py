"""Classes of a choropleth's values, against every partition there is."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.plan.class_breaks import METHODS, Method, classes

VALUES = st.lists(st.none() | st.integers(0, 40).map(lambda tenths: tenths / 4), max_size=14)


def deviation(groups: list[list[float]]) -> float:
    return sum(float(np.sum((np.array(group) - np.mean(group)) ** 2)) for group in groups)


def least_deviation(numbers: list[float], count: int) -> float:
    """The least deviation of all partitions of sorted numbers into `count` runs that part no equal numbers."""
    distinct = sorted(set(numbers))
    partitions = [(0, *cuts, len(distinct)) for cuts in combinations(range(1, len(distinct)), count - 1)]
    return min(
        deviation([[v for v in numbers if v in distinct[a:b]] for a, b in pairwise(cuts)]) for cuts in partitions
    )


@given(VALUES, st.integers(1, 5))
def test_natural_breaks_are_the_best_partition_that_exists(values: list[float | None], count: int) -> None:
    breaks = classes(values, "natural", count)
    numbers = sorted(value for value in values if value)
    if not numbers:
        assert breaks.upper == ()
        return
    groups = [[v for v in numbers if breaks.class_of(v) == place] for place in range(len(breaks.upper))]
    assert len(groups) == min(count, len(set(numbers)))
    assert deviation(groups) == pytest.approx(least_deviation(numbers, len(groups)), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
@given(values=VALUES, count=st.integers(1, 5))
def test_every_value_has_one_class_and_zero_and_unknown_have_their_own(
    method: Method, values: list[float | None], count: int
) -> None:
    breaks = classes(values, method, count)
    assert breaks.zeros == sum(value == 0 for value in values)
    assert breaks.unknown == values.count(None)
    assert breaks.class_of(0.0) is None
    assert breaks.class_of(None) is None
    sizes = [0] * len(breaks.upper)
    for value in filter(None, values):
        place = breaks.class_of(value)
        assert place is not None
        low, high = breaks.ranges[place]
        assert low <= value <= high
        sizes[place] += 1
    assert tuple(sizes) == breaks.sizes
    assert list(breaks.upper) == sorted(set(breaks.upper))
    assert len(breaks.upper) <= count


def test_the_methods_differ_as_they_should() -> None:
    values = [1, 2, 3, 4, 50, 52, 100, None, 0]
    assert classes(values, "natural", 3).upper == (4, 52, 100)
    assert classes(values, "quantile", 3).upper == (3, 50, 100)
    assert classes(values, "equal", 3).upper == (34, 67, 100)


def test_values_below_zero_are_classed_like_others() -> None:
    breaks = classes([-3, -2, 0, 5, 6], "natural", 2)
    assert [breaks.class_of(value) for value in (-3, -2, 0, 5, 6)] == [0, 0, None, 1, 1]


def test_natural_breaks_of_large_numbers_keep_their_precision() -> None:
    base = 1e9
    assert classes([base + 1, base + 2, base + 11, base + 12], "natural", 2).upper == (base + 2, base + 12)

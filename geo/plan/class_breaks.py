"""Classes of the values of a choropleth: equal intervals, quantiles or natural breaks; zero and unknown stand apart."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.schema import Label

Method: TypeAlias = Literal["natural", "quantile", "equal"]
Numbers: TypeAlias = NDArray[np.float64]

METHODS: dict[Method, Label] = {
    "natural": Label("ngắt tự nhiên (Fisher-Jenks)", "natural breaks (Fisher-Jenks)"),
    "quantile": Label("phân vị: mỗi nhóm có số đơn vị gần bằng nhau", "quantiles: about as many units in each class"),
    "equal": Label("khoảng bằng nhau", "equal intervals"),
}
MOST_CLASSES = 5
"""More shades of one colour are not told apart on a map."""


@dataclass(frozen=True)
class Classes:
    """The classes of some values by one method.

    Class i holds the values v with upper[i - 1] < v <= upper[i]; the first one begins at `least`. Zero is in none of
    them, whatever the bounds. `sizes` are the numbers of values in each; with equal intervals some may be 0.
    """

    method: Method
    least: float
    upper: tuple[float, ...]
    sizes: tuple[int, ...]
    zeros: int
    unknown: int

    def class_of(self, value: float | None) -> int | None:
        """The place of the class of one of the values; None for zero and for an unknown value (None)."""
        return None if not value else min(bisect_left(self.upper, value), len(self.upper) - 1)

    @property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The lower and the upper bound of each class."""
        return tuple(zip((self.least, *self.upper[:-1]), self.upper, strict=True)) if self.upper else ()


def classes(values: Sequence[float | None], method: Method, count: int = MOST_CLASSES) -> Classes:
    """At most `count` classes of the values that are known and not zero; fewer where fewer values differ.

    Equal values are always in the same class. None is an unknown value.
    """
    numbers = np.sort(np.array([value for value in values if value], dtype=float))
    distinct, weights = np.unique(numbers, return_counts=True)
    upper = _upper_bounds(method, distinct, weights, min(count, MOST_CLASSES, len(distinct)))
    places = np.searchsorted(upper, numbers)
    return Classes(
        method,
        least=float(distinct[0]) if len(distinct) else 0.0,
        upper=tuple(upper.tolist()),
        sizes=tuple(np.bincount(places, minlength=len(upper)).tolist()) if len(upper) else (),
        zeros=sum(1 for value in values if value == 0),
        unknown=sum(1 for value in values if value is None),
    )


def _upper_bounds(method: Method, distinct: Numbers, weights: NDArray[np.int64], count: int) -> Numbers:
    if count == 0:
        return np.empty(0)
    if method == "natural":
        return distinct[_natural_ends(distinct, weights, count)]
    if method == "quantile":
        ranks = np.ceil(np.arange(1, count + 1) * weights.sum() / count)
        return np.unique(distinct[np.searchsorted(np.cumsum(weights), ranks)])
    if len(distinct) == 1:
        return distinct
    least, most = distinct[0], distinct[-1]
    inner = least + (most - least) * np.arange(1, count) / count
    return np.array([*inner, most], dtype=float)


def _natural_ends(distinct: Numbers, weights: NDArray[np.int64], count: int) -> list[int]:
    """The places of the last value of each of `count` classes whose squared deviations from their means sum to least.

    The partition is exact: dynamic programming over the sorted values (Fisher 1958, "On grouping for maximum
    homogeneity", Journal of the American Statistical Association 53; Jenks 1977 uses the same criterion). Of equally
    good partitions the one whose last classes begin first is chosen.
    """
    size = len(distinct)
    centred = distinct - np.average(distinct, weights=weights)  # keeps the squares small
    mass, sums, squares = (
        np.concatenate([[0.0], np.cumsum(weights * power)]) for power in (np.ones(size), centred, centred**2)
    )

    def deviation(end: int, starts: NDArray[np.intp]) -> Numbers:
        """The deviation of a class that ends before `end` and begins at each of `starts`."""
        total: Numbers = sums[end] - sums[starts]
        deviations: Numbers = squares[end] - squares[starts] - total**2 / (mass[end] - mass[starts])
        return np.maximum(deviations, 0.0)

    none = np.zeros(1, np.intp)
    best = np.array([np.inf, *(float(deviation(end, none)[0]) for end in range(1, size + 1))])
    begins: list[NDArray[np.intp]] = []
    for groups in range(2, count + 1):
        following, begin = np.full(size + 1, np.inf), np.zeros(size + 1, np.intp)
        for end in range(groups, size + 1):
            starts = np.arange(groups - 1, end)
            costs = best[starts] + deviation(end, starts)
            place = int(np.argmin(costs))
            following[end], begin[end] = costs[place], starts[place]
        best = following
        begins.append(begin)
    ends = [size]
    for begin in reversed(begins):
        ends.append(int(begin[ends[-1]]))
    return [end - 1 for end in reversed(ends)]

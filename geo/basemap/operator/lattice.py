"""Numbers on a regular grid: values between its points, means of blocks, coordinates interpolated from a few points."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Heights: TypeAlias = NDArray[np.float32]
Transform: TypeAlias = Callable[[Any, Any], tuple[Any, Any]]

_EVERY = 16
"""Points of a grid between two whose coordinates are transformed exactly."""


def sample(numbers: NDArray[Any], across: Numbers, down: Numbers) -> Heights:
    """The values at fractional columns and rows inside a grid, by bilinear interpolation.

    >>> grid = np.array([[0, 10], [20, 30]], dtype=np.float32)
    >>> sample(grid, np.array([0.5, 1.0]), np.array([0.5, 1.0])).tolist()
    [15.0, 30.0]
    """
    left = np.minimum(across.astype(np.int64), numbers.shape[1] - 2)
    top = np.minimum(down.astype(np.int64), numbers.shape[0] - 2)
    east, south = (across - left).astype(np.float32), (down - top).astype(np.float32)
    upper = numbers[top, left] * (1 - east) + numbers[top, left + 1] * east
    lower = numbers[top + 1, left] * (1 - east) + numbers[top + 1, left + 1] * east
    values: Heights = upper * (1 - south) + lower * south
    return values


def block_means(numbers: Heights, side: int) -> Heights:
    """The mean of the known numbers in each block of `side` times `side`; NaN for a block without any.

    Rows and columns that fill no block are left out.

    >>> block_means(np.array([[1, 3, 9], [np.nan, 5, 9]], dtype=np.float32), 2).tolist()
    [[3.0]]
    """
    rows, columns = (length // side for length in numbers.shape)
    blocks = numbers[: rows * side, : columns * side].reshape(rows, side, columns, side)
    is_known = ~np.isnan(blocks)
    counts = is_known.sum(axis=(1, 3), dtype=np.float32)
    sums = np.where(is_known, blocks, np.float32(0)).sum(axis=(1, 3), dtype=np.float32)
    means: Heights = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return means


def interpolate(transform: Transform, xs: Numbers, ys: Numbers) -> tuple[Numbers, Numbers]:
    """The transformed coordinates of the points of a grid with columns `xs` and rows `ys`, both in even steps.

    Every sixteenth column and row is transformed exactly, the points between them are interpolated linearly. A map
    projection bends so little over sixteen pixels that the error is far below a hundredth of one.
    """
    columns, rows = _nodes(len(xs)), _nodes(len(ys))
    nodes_x, nodes_y = np.meshgrid(xs[columns], ys[rows])
    coarse = transform(nodes_x.ravel(), nodes_y.ravel())
    first, second = (_spread(np.reshape(one, nodes_x.shape), columns, rows) for one in coarse)
    return first, second


def _nodes(count: int) -> NDArray[np.int64]:
    """Every sixteenth of `count` indexes, and the last one."""
    return np.unique(np.append(np.arange(0, count, _EVERY), count - 1))


def _spread(coarse: Numbers, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> Numbers:
    """Values at some columns and rows spread over all of them."""
    every_column, every_row = np.arange(columns[-1] + 1), np.arange(rows[-1] + 1)
    wide = np.array([np.interp(every_column, columns, line) for line in coarse])
    above = np.clip(np.searchsorted(rows, every_row, side="right") - 1, 0, max(len(rows) - 2, 0))
    below = np.minimum(above + 1, len(rows) - 1)
    share = ((every_row - rows[above]) / np.maximum(rows[below] - rows[above], 1))[:, None]
    spread: Numbers = wide[above] * (1 - share) + wide[below] * share
    return spread

"""The content of an R*Tree table of SQLite that is filled at once: boxes packed into nodes side by side.

SQLite inserts one box at a time and reinserts boxes of full nodes, some 20 microseconds for each. The store and the
atlas know all boxes beforehand. Their tree is packed by Sort-Tile-Recursive (Leutenegger, Lopez and Edgington 1997) and
written to the tables of which SQLite makes an R*Tree: NAME_node, NAME_rowid and NAME_parent. Their format is described
in rtree.c of SQLite ("Database Format of R-Tree Tables") and part of its file format; rtreecheck() checks it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_CELL = np.dtype([("id", ">i8"), ("sides", ">f4", 4)])
"""An entry of a node: a row or a node below, and its box as 32-bit numbers: west, east, south, north."""
_HEADER_BYTES = 4
"""Depth of the tree (in the root, else 0) and number of entries, two bytes each."""
_MOST = 51
"""Entries of a node, whose size SQLite chooses when it makes the table: this many where a page has at least 2 kB."""
_NODE_BYTES = _HEADER_BYTES + _MOST * _CELL.itemsize
_ROOT = 1

_Sides = NDArray[np.float32]


class PackedRTree(NamedTuple):
    """The rows of the three tables, whose names end in `_` and the name of the field; an empty tree has one node."""

    node: list[tuple[int, bytes]]
    rowid: list[tuple[int, int]]
    parent: list[tuple[int, int]]


class _Level(NamedTuple):
    """The nodes of a level: the number and the entries of each, and the box around them."""

    numbers: NDArray[np.int64]
    cells: Sequence[NDArray[Any]]
    sides: _Sides


def packed(ids: NDArray[np.int64], boxes: NDArray[np.float64]) -> PackedRTree:
    """The tree over `boxes` (west, south, east, north) of the rows `ids`, whose box no number lacks.

    A box is stored in 32 bits, rounded outwards, so that no query misses a row. The row of node 1 replaces the empty
    root that SQLite makes.
    """
    tree = PackedRTree([], [], [])
    numbers, sides = np.asarray(ids, dtype=np.int64), _outwards(boxes)
    depth, next_number, below = 0, _ROOT + 1, tree.rowid
    while True:
        is_root = len(numbers) <= _MOST
        level = _pack(numbers, sides, _ROOT if is_root else next_number)
        for number, cells in zip(level.numbers.tolist(), level.cells, strict=True):
            header = (depth if is_root else 0).to_bytes(2, "big") + len(cells).to_bytes(2, "big")
            tree.node.append((number, (header + cells.tobytes()).ljust(_NODE_BYTES, b"\0")))
            below += [(row, number) for row in cells["id"].tolist()]
        if is_root:
            return tree
        next_number += len(level.numbers)
        depth, below, numbers, sides = depth + 1, tree.parent, level.numbers, level.sides


def _outwards(boxes: NDArray[np.float64]) -> _Sides:
    """West, east, south and north of each box in 32 bits: the nearest numbers that are not inside it."""
    west, south, east, north = np.asarray(boxes, dtype=np.float64).reshape(-1, 4).T
    low = [_rounded(side, np.less, -np.inf) for side in (west, south)]
    high = [_rounded(side, np.greater, np.inf) for side in (east, north)]
    return np.column_stack([low[0], high[0], low[1], high[1]])


def _rounded(side: NDArray[np.float64], reaches: np.ufunc, towards: float) -> _Sides:
    nearest = side.astype(np.float32)
    inside = ~(reaches(nearest, side) | (nearest == side))
    return np.where(inside, np.nextafter(nearest, np.float32(towards)), nearest)


def _pack(numbers: NDArray[np.int64], sides: _Sides, first: int) -> _Level:
    """One level of nodes over entries, numbered from `first`: strips from west to east, in each from south to north."""
    count = max(1, -(-len(numbers) // _MOST))
    strips = np.ceil(np.sqrt(count))
    x, y = sides[:, 0] + sides[:, 1], sides[:, 2] + sides[:, 3]
    strip = np.empty(len(numbers))
    strip[np.argsort(x, kind="stable")] = np.arange(len(numbers)) * strips // max(1, len(numbers))
    order = np.lexsort((y, strip))
    cells = np.empty(len(numbers), dtype=_CELL)
    cells["id"], cells["sides"] = numbers[order], sides[order]
    nodes = np.array_split(cells, count)
    around = [
        side.reduceat(sides[order, column], np.cumsum([0, *map(len, nodes[:-1])]))
        for column, side in enumerate((np.minimum, np.maximum, np.minimum, np.maximum))
    ] if len(numbers) else [np.zeros(1)] * 4  # fmt: skip
    return _Level(np.arange(first, first + count), nodes, np.column_stack(around))

"""An R*Tree that was packed at once answers as one that SQLite filled, and SQLite finds no fault in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.packed_rtree import packed

_FIND = "SELECT row FROM boxes WHERE west <= ? AND east >= ? AND south <= ? AND north >= ? ORDER BY row"


@pytest.fixture
def table() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE boxes USING rtree (row, west, east, south, north)")
        yield connection


def fill(table: sqlite3.Connection, rows: NDArray[np.int64], boxes: NDArray[np.float64]) -> None:
    for suffix, values in packed(rows, boxes)._asdict().items():
        table.executemany(f"REPLACE INTO boxes_{suffix} VALUES (?, ?)", values)


@pytest.mark.parametrize("count", [0, 1, 51, 52, 51 * 51, 51 * 51 + 1, 6_000])  # one, two and three levels
def test_a_query_finds_every_box_and_rows_are_added_and_deleted_as_always(
    table: sqlite3.Connection, count: int
) -> None:
    chance = np.random.default_rng(count)
    corners = np.column_stack([chance.uniform(-180, 180, count), chance.uniform(-90, 90, count)])
    boxes = np.hstack([corners, corners + chance.uniform(0, 0.5, (count, 2))])
    rows = chance.permutation(np.arange(10, count + 10))
    fill(table, rows, boxes)
    assert table.execute("SELECT rtreecheck('boxes')").fetchone() == ("ok",)
    for west, south, east, north in [*boxes[:20], (-180, -90, 180, 90), (10, 20, 40, 50)]:
        meets = (boxes[:, :2] <= (east, north)).all(axis=1) & (boxes[:, 2:] >= (west, south)).all(axis=1)
        answer = {row for (row,) in table.execute(_FIND, (east, west, north, south))}
        assert answer >= set(rows[meets].tolist())
        assert len(answer) <= meets.sum() + 2  # a box in 32 bits may reach a few metres farther
    table.execute("INSERT INTO boxes VALUES (1, 103, 104, 21, 22)")
    table.execute("DELETE FROM boxes WHERE row % 3 = 0")
    left = [1, *sorted(row for row in rows.tolist() if row % 3)]
    assert [row for (row,) in table.execute("SELECT row FROM boxes ORDER BY row")] == left
    assert table.execute("SELECT rtreecheck('boxes')").fetchone() == ("ok",)


def test_a_box_is_rounded_outwards(table: sqlite3.Connection) -> None:
    box = np.array([[103.1234567, -21.7654321, 103.1234568, -21.7654320]])
    fill(table, np.array([5]), box)
    ((west, east, south, north),) = table.execute("SELECT west, east, south, north FROM boxes")
    assert west <= box[0, 0] and south <= box[0, 1] and east >= box[0, 2] and north >= box[0, 3]
    assert np.allclose([west, south, east, north], box[0], atol=1e-5)

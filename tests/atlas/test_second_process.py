"""What a second process computes is what this one would compute, and its end is noticed."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from geo.atlas.sqlite import frozen_file
from geo.atlas.sqlite.second_process import computed_beside
from tests.frames import world
from tests.frozen import frozen


def test_items_come_in_their_order_from_another_process() -> None:
    items = list(computed_beside((number, os.getpid()) for number in range(50)))
    assert [number for number, _ in items] == list(range(50))
    assert {process for _, process in items} != {os.getpid()}


def test_an_error_of_the_other_process_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    received = computed_beside(items())
    assert next(received) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(received)


def test_a_process_that_is_killed_is_an_error() -> None:
    def items() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(MemoryError, match="killed"):
        list(computed_beside(items()))


def test_a_process_whose_items_are_not_wanted_ends() -> None:
    def items() -> Iterator[bytes]:
        yield os.getpid().to_bytes(8, "big")
        while True:
            yield bytes(1_000_000)

    received = computed_beside(items())
    process = int.from_bytes(next(received), "big")
    received.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_an_atlas_is_the_same_by_two_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen(world(), tmp_path / "one").close()
    monkeypatch.setattr(frozen_file, "_MANY", 0)
    frozen(world(), tmp_path / "two").close()
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def _content(folder: Path) -> list[str]:
    (path,) = (folder / "atlas").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())

"""What a second process computes is what this one would compute, and its end is noticed."""

import multiprocessing
import os
import pickle
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from geo.atlas.sqlite import frozen_file
from geo.atlas.sqlite.second_process import computed_beside
from geo.errors import DiskFull, Unprepared
from tests.frames import world
from tests.frozen import frozen

T = TypeVar("T")


def alone(function: Callable[..., T], *values: object) -> T:
    """What a function returns in a process with one thread, as the jobs are: here other tests may have left some."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *values).result()


def numbers_and_processes() -> tuple[int, list[tuple[int, int]]]:
    return os.getpid(), list(computed_beside((number, os.getpid()) for number in range(50)))


def test_items_come_in_their_order_from_another_process() -> None:
    own, items = alone(numbers_and_processes)
    assert [number for number, _ in items] == list(range(50))
    (other,) = {process for _, process in items}
    assert other != own


def until_an_error() -> tuple[int, str]:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    received = computed_beside(items())
    first = next(received)
    with pytest.raises(ValueError, match="damaged") as error:
        next(received)
    return first, str(error.value)


def test_an_error_of_the_other_process_is_raised_after_the_items_before_it() -> None:
    assert alone(until_an_error) == (1, "damaged")


def until_a_full_disk() -> tuple[str, str]:
    def items() -> Iterator[int]:
        yield 1
        raise DiskFull("The disk is full.", "Đĩa đã đầy.")

    with pytest.raises(DiskFull) as error:
        list(computed_beside(items()))
    return error.value.en, error.value.vi


def test_an_error_of_the_service_keeps_its_message_in_both_languages() -> None:
    assert alone(until_a_full_disk) == ("The disk is full.", "Đĩa đã đầy.")


def test_an_error_of_the_service_keeps_what_it_holds_beside_its_message() -> None:
    error = pickle.loads(pickle.dumps(Unprepared("Later.", "Để sau.", 3, number=4)))
    assert (error.vi, error.retry_s, error.number) == ("Để sau.", 3, 4)


def until_a_death() -> list[int]:
    own = os.getpid()

    def items() -> Iterator[int]:
        yield 1
        assert os.getpid() != own
        os.kill(os.getpid(), signal.SIGKILL)

    return list(computed_beside(items()))


def test_a_process_that_is_killed_is_an_error() -> None:
    with pytest.raises(MemoryError, match="killed"):
        alone(until_a_death)


def closed_early() -> int:
    def items() -> Iterator[bytes]:
        yield os.getpid().to_bytes(8, "big")
        while True:
            yield bytes(1_000_000)

    received = computed_beside(items())
    process = int.from_bytes(next(received), "big")
    received.close()  # type: ignore[attr-defined]
    assert process != os.getpid()
    return process


def test_a_process_whose_items_are_not_wanted_ends() -> None:
    process = alone(closed_early)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def freeze_by_two(folder: Path) -> None:
    frozen_file._MANY = 0
    frozen(world(), folder).close()


def test_an_atlas_is_the_same_by_two_processes(tmp_path: Path) -> None:
    frozen(world(), tmp_path / "one").close()
    alone(freeze_by_two, tmp_path / "two")
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def _content(folder: Path) -> list[str]:
    (path,) = (folder / "atlas").glob("*.sqlite")
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())

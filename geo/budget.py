"""The processor time and the rows that a request may use, and the places for requests that take long.

A request is short until it has used `free_s` of processor time; then it needs a place: one of those of its process
(LongRequests), or another process that begins it again (Elsewhere). TooCostly ends it when its time is used up. Work
of large exports and of first tiles is counted for the whole machine (JobSlots). The budget is that of the thread: code
that loops over records or parses what a caller sent calls `spend()`, the engine of the atlas asks `refusal()` while it
runs a statement and `count_rows()` for what the statement returns. Without a budget (the command line, jobs) nothing is
limited.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from geo.errors import Busy, TooCostly

_RETRY_S = 2
_RETRY_JOB_S = 10
_POLL_S = 0.05
_MOMENT_S = 0.04
"""Seconds that any request may wait for a lock."""


class HandOver(BaseException):
    """The request takes too long for this thread: what answers it must stop, and another process begins it again."""


class Places(Protocol):
    """Where long requests are worked on."""

    wait_s: float
    """Seconds that a request may wait for others to end."""

    def enter(self) -> BaseException | None:
        """Take a place; otherwise the exception that the request must end with."""

    def leave(self) -> None:
        """Give a place back."""


class Elsewhere:
    """No places: long requests belong into other processes."""

    wait_s = 0.0

    def enter(self) -> BaseException | None:
        """HandOver, always."""
        return HandOver()

    def leave(self) -> None:
        """Nothing was taken."""


class Unshared:
    """The places of a process that answers one long request at a time; it waits for a slot of the machine."""

    wait_s = 5.0

    def enter(self) -> BaseException | None:
        """None: there is always a place."""
        return None

    def leave(self) -> None:
        """Nothing is counted."""


class LongRequests:
    """The places of one process: `places` long requests at a time, `waiting` more that wait `wait_s` seconds for one.

    Both together must be fewer than the threads of the process, so that short requests find a thread.
    """

    def __init__(self, places: int, waiting: int, wait_s: float) -> None:
        self.wait_s = wait_s
        self._places = threading.Semaphore(places)
        self._waiting = threading.Semaphore(waiting)

    def enter(self) -> BaseException | None:
        """Take a place; Busy when none becomes free in time."""
        if self._places.acquire(blocking=False):
            return None
        if not self._waiting.acquire(blocking=False):
            return busy()
        try:
            return None if self._places.acquire(timeout=self.wait_s) else busy()
        finally:
            self._waiting.release()

    def leave(self) -> None:
        """Give a place back."""
        self._places.release()


def busy() -> Busy:
    """The error of a request that takes long and finds no place."""
    return Busy(
        "The server is answering as many long requests as it can. Try again in a few seconds.",
        "Máy chủ đang xử lý quá nhiều yêu cầu nặng. Hãy thử lại sau vài giây.",
        _RETRY_S,
    )


class JobSlots:
    """Large exports and first tiles: `count` at a time on the machine, counted by locked files in `folder`.

    The system unlocks the files of a process that dies.
    """

    def __init__(self, folder: Path, count: int, seconds: float) -> None:
        self._folder, self._count, self._seconds = folder, count, seconds

    @contextmanager
    def job(self) -> Iterator[None]:
        """Work as a job, with the processor time of one; Busy when no slot becomes free in time.

        Nothing is counted and nothing limited without a budget.
        """
        budget = _current()
        if budget is None:
            yield
            return
        budget.take_place()
        with suppress(OSError):  # a data folder that may be read only
            self._folder.mkdir(parents=True, exist_ok=True)
        lock = self._lock(budget.wait_s)
        try:
            with budget.extended(self._seconds):
                yield
        finally:
            if lock is not None:
                lock.release()

    def _lock(self, wait_s: float) -> FileLock | None:
        """A locked file; None where locks cannot be written: the places of the process are then the only bound."""
        deadline = time.monotonic() + wait_s
        while True:
            for number in range(self._count):
                lock = FileLock(self._folder / f"job-{number}.lock", is_singleton=False)
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    continue
                except OSError:
                    return None
                return lock
            if time.monotonic() >= deadline:
                raise Busy(
                    "The server is preparing other large files. Try again in a few seconds.",
                    "Máy chủ đang chuẩn bị các tệp lớn khác. Hãy thử lại sau vài giây.",
                    _RETRY_JOB_S,
                )
            time.sleep(_POLL_S)


class Budget:
    """What is left for one request, used by the thread that answers it.

    `seconds` of processor time, of which the first `free_s` need no place, and `rows` read from the database.
    """

    def __init__(self, seconds: float, free_s: float, places: Places, rows: int = sys.maxsize) -> None:
        self._begin, self._seconds, self._free_s, self._places = time.thread_time(), seconds, free_s, places
        self._rows, self._rows_left = rows, rows
        self._has_place = False
        self._refusal: BaseException | None = None

    @property
    def wait_s(self) -> float:
        """Seconds that a long request waits for others to end."""
        return self._places.wait_s

    def refusal(self) -> BaseException | None:
        """The exception that this request must end with now, once it has one always the same; None to go on."""
        used = time.thread_time() - self._begin
        if self._refusal is None and used > self._seconds:
            self._refusal = TooCostly(
                f"The request needs more than {self._seconds:g} s of processor time. Ask for less: a smaller box, a"
                " simpler filter, fewer records; or download the whole layer.",
                f"Yêu cầu cần hơn {self._seconds:g} giây tính toán. Hãy thu hẹp: khung nhỏ hơn, bộ lọc đơn giản hơn,"
                " ít bản ghi hơn; hoặc tải xuống cả lớp.",
            )
        elif self._refusal is None and used > self._free_s and not self._has_place:
            self._enter()
        return self._refusal

    def _enter(self) -> None:
        self._refusal = self._places.enter()
        self._has_place = self._refusal is None

    def take_place(self) -> None:
        """Take a place before the work begins; Busy or HandOver when there is none."""
        if self._refusal is None and not self._has_place:
            self._enter()
        if self._refusal is not None:
            raise self._refusal

    def count_rows(self, number: int) -> None:
        """Count rows that were read; TooCostly for more than the request may read."""
        self._rows_left -= number
        if self._rows_left < 0:
            self._refusal = self._refusal or TooCostly(
                f"The request reads more than {self._rows:,} rows. Ask for less: a smaller box, a narrower filter, a"
                " smaller page; or download the whole layer.",
                f"Yêu cầu đọc hơn {f'{self._rows:,}'.replace(',', '.')} dòng dữ liệu. Hãy thu hẹp: khung nhỏ hơn, bộ"
                " lọc hẹp hơn, trang ngắn hơn; hoặc tải xuống cả lớp.",
            )
            raise self._refusal

    @contextmanager
    def extended(self, seconds: float) -> Iterator[None]:
        """Allow `seconds` more and any number of rows inside; what is used there is not counted afterwards."""
        before, begin, rows = self._seconds, time.thread_time(), self._rows_left
        self._seconds += seconds
        self._rows_left = sys.maxsize
        try:
            yield
        finally:
            self._seconds, self._rows_left = before, rows
            self.forget(time.thread_time() - begin)

    def forget(self, seconds: float) -> None:
        """Do not count some of the processor time that was used."""
        self._begin += seconds

    def end(self) -> None:
        """Give the place back."""
        if self._has_place:
            self._has_place = False
            self._places.leave()


_THREAD = threading.local()


def _current() -> Budget | None:
    budget: Budget | None = getattr(_THREAD, "budget", None)
    return budget


@contextmanager
def limited(budget: Budget) -> Iterator[None]:
    """Work of this thread counts against `budget` inside."""
    before = _current()
    _THREAD.budget = budget
    try:
        yield
    finally:
        _THREAD.budget = before
        budget.end()


def refusal() -> BaseException | None:
    """The exception that the request of this thread must end with now; None to go on, and where there is no budget."""
    budget = _current()
    return None if budget is None else budget.refusal()


def count_rows(number: int) -> None:
    """Count rows that this thread read from a database; TooCostly when its request has read more than it may."""
    budget = _current()
    if budget is not None:
        budget.count_rows(number)


def spend() -> None:
    """Raise TooCostly, Busy or HandOver when the request of this thread may not go on."""
    error = refusal()
    if error is not None:
        raise error


@contextmanager
def extended(seconds: float = 0.0) -> Iterator[None]:
    """Allow the request of this thread `seconds` more and any number of rows inside; see Budget.extended."""
    budget = _current()
    with nullcontext() if budget is None else budget.extended(seconds):
        yield


@contextmanager
def unlimited() -> Iterator[None]:
    """Nothing is limited or counted inside: for work that is done once for each version, whoever asks for it first."""
    before, begin = _current(), time.thread_time()
    _THREAD.budget = None
    try:
        yield
    finally:
        _THREAD.budget = before
        if before is not None:
            before.forget(time.thread_time() - begin)


@contextmanager
def hold(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock inside; Busy when it is not free in time, so that few threads wait for what one of them makes."""
    budget = _current()
    if budget is None:
        lock.acquire()
    elif not lock.acquire(timeout=_MOMENT_S):
        budget.take_place()
        if not lock.acquire(timeout=budget.wait_s):
            raise Busy(
                "What you ask for is being prepared. Try again in a few seconds.",
                "Nội dung bạn yêu cầu đang được chuẩn bị. Hãy thử lại sau vài giây.",
                _RETRY_S,
            )
    try:
        yield
    finally:
        lock.release()


def take_place() -> None:
    """Say before the work begins that this request takes long; Busy or HandOver when there is no place for it."""
    budget = _current()
    if budget is not None:
        budget.take_place()

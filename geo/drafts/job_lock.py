"""The lock of one job: its process holds it from the start of the job to its end, and the system releases it when the
process dies. So whether a job is at work is known at once, also after a kill and a restart.
"""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from filelock import FileLock, Timeout

from geo.errors import Conflict

T = TypeVar("T")
_TAKE_S, _LOOK_S, _POLL_S = 0.5, 0.05, 0.01
"""Seconds to wait for a lock: others hold it for an instant while they look whether it is held."""


class JobLock:
    """A lock file beside the record of a job. It may be taken in one thread and released in another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path, thread_local=False, is_singleton=False)

    def take(self) -> Self:
        """Hold the lock until `release`; Conflict while another job holds it."""
        try:
            self._lock.acquire(timeout=_TAKE_S, poll_interval=_POLL_S)
        except Timeout:
            raise Conflict(
                "This is being processed already; wait until it is done.",
                "Mục này đang được xử lý; hãy chờ đến khi xong.",
            ) from None
        return self

    def release(self) -> None:
        """Let another job take the lock."""
        self._lock.release()

    def is_held(self) -> bool:
        """Whether a living process holds the lock."""
        if not self._path.is_file():
            return False
        try:
            with self._lock.acquire(timeout=_LOOK_S, poll_interval=_POLL_S):
                return False
        except Timeout:
            return True
        except OSError:  # a folder that is read-only: no job can be at work in it
            return False

    __enter__ = take

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Activity(NamedTuple):
    """Whether a job is at work on its subject, or began and was killed."""

    busy: bool = False
    interrupted: bool = False


IDLE = Activity()


def with_activity(read: Callable[[], T], is_working: Callable[[T], bool], lock: JobLock) -> tuple[T, Activity]:
    """The saved record of a job, and its activity by the record and the lock.

    When nobody holds the lock the record is read again: the job may have saved its end after the first reading.
    """
    record = read()
    if not is_working(record):
        return record, IDLE
    if lock.is_held():
        return record, Activity(busy=True)
    record = read()
    return record, Activity(interrupted=is_working(record))

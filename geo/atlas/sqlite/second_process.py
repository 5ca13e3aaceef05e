"""Results computed by a second process, so that preparing records and writing them use two processor cores."""

import multiprocessing
import threading
from collections.abc import Generator, Iterable
from multiprocessing.connection import Connection
from typing import Generic, Self, TypeVar, cast

T = TypeVar("T")


def computed_beside(items: Generator[T]) -> "Generator[T] | Beside[T]":
    """The items, computed by a forked process that begins at once and is one item ahead; its errors are raised here.

    MemoryError when that process is killed. Where processes cannot be forked (Windows), and in a process with several
    threads, which must not be, the items are computed in this process. `close` ends what is not wanted any more.
    """
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return items
    return Beside(items)


class Beside(Generic[T]):
    """Items that come from a forked process."""

    def __init__(self, items: Iterable[T]) -> None:
        context = multiprocessing.get_context("fork")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_send, args=(items, self._receiver, sender), daemon=True)
        self._process.start()
        sender.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        try:
            message = self._receiver.recv()
        except EOFError:
            self.close()
            raise MemoryError("the process that prepares records was killed") from None
        item, error = message or (None, StopIteration())
        if error is not None:
            self.close()
            raise error
        return cast(T, item)

    def close(self) -> None:
        """End the process, which gets BrokenPipeError while it is still sending."""
        self._receiver.close()
        self._process.join()


def _send(items: Iterable[object], receiver: Connection, sender: Connection) -> None:
    receiver.close()  # else a sender would wait for ever when the other process has ended
    try:
        try:
            for item in items:
                sender.send((item, None))
        except Exception as error:
            sender.send((None, error))
        else:
            sender.send(None)
    except BrokenPipeError:
        return

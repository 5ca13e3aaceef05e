"""Results computed by a second process, so that preparing records and writing them use two processor cores."""

import multiprocessing
import threading
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

T = TypeVar("T")


def computed_beside(items: Iterable[T]) -> Iterator[T]:
    """The items, computed by a forked process that begins at once and is one item ahead; its errors are raised here.

    MemoryError when that process is killed. Where processes cannot be forked (Windows), and in a process with several
    threads, which must not be, the items are computed in this process.
    """
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return iter(items)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(items, receiver, sender), daemon=True)
    process.start()
    sender.close()
    return _received(receiver, process)


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


def _received(receiver: Connection, process: BaseProcess) -> Iterator[T]:
    try:
        while (message := receiver.recv()) is not None:
            item, error = message
            if error is not None:
                raise error
            yield item
    except EOFError:
        raise MemoryError("the process that prepares records was killed") from None
    finally:
        receiver.close()  # a process that is still sending gets BrokenPipeError, and ends
        process.join()

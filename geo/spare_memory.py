"""Memory that a process can spare: what it keeps only to be faster, and drops when nobody has used it for a while.

Whatever keeps such data registers itself. A thread of each process has it drop what was not used for IDLE_S, and
returns the memory that was freed to the system when the process has little to do. Python and glibc keep freed memory
otherwise: a process would stay as large as its busiest moment made it.
"""

import ctypes
import gc
import platform
import threading
import time
from typing import Protocol
from weakref import WeakSet

IDLE_S = 15.0
"""Seconds after which what nobody has used is dropped."""
_LOOK_S = 5.0
"""Seconds between two looks at what can be dropped."""
_LITTLE = 0.05
"""Share of one processor below which a process has little to do."""


class Spare(Protocol):
    """Something that keeps data only to be faster. Safe for several threads."""

    def drop_unused(self, idle_s: float) -> bool:
        """Drop what was not used for `idle_s` seconds and can be had again; whether there was anything."""


_REGISTERED: WeakSet[Spare] = WeakSet()
_LOCK = threading.Lock()


def register(spare: Spare) -> None:
    """Have something drop what it does not need from now on, as long as it lives."""
    with _LOCK:
        _REGISTERED.add(spare)


def watch() -> None:
    """Begin to drop what is not used, in a thread that ends with the process."""
    threading.Thread(target=_watch, name="spare memory", daemon=True).start()


def _watch() -> None:
    is_due = False
    while True:
        begin = time.process_time()
        time.sleep(_LOOK_S)
        has_dropped = drop_unused(IDLE_S)
        is_busy = time.process_time() - begin > _LITTLE * _LOOK_S
        is_due = is_due or is_busy or has_dropped
        if is_due and not is_busy:
            return_freed()
            is_due = False


def drop_unused(idle_s: float) -> bool:
    """Have everything that is registered drop what was not used for `idle_s` seconds; whether anything was dropped."""
    with _LOCK:
        registered = list(_REGISTERED)
    dropped = [spare.drop_unused(idle_s) for spare in registered]  # each of them, not up to the first
    return any(dropped)


def return_freed() -> None:
    """Return freed memory to the system; other allocators than glibc's do so by themselves."""
    gc.collect()
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)

"""The HTTP server: granian, with one worker process or several over the same data folder, on every system."""

import ctypes
import gc
import multiprocessing
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Literal
from wsgiref.types import WSGIApplication

from geo import ending_signals, spare_memory
from geo.errors import BadSource
from geo.settings import Settings
from geo.web.transfers import Transfers, threads_for

START: Literal["fork", "spawn"] = "fork" if sys.platform == "linux" else "spawn"
"""How worker processes are started. Forking is fast, but unsafe on macOS and impossible on Windows."""

THREAD_IDLE_S = 15
"""Seconds after which a thread without work ends, and with it its connection to the atlas."""
_IDLE_MS = 75_000
"""Milliseconds that an idle connection stays open: longer than the 60 s after which proxies close theirs."""
_LARGEST_HEAD = 64 * 1024
"""Most bytes of request line and headers, more than MAX_ADDRESS of the application needs."""
_M_ARENA_MAX = -8
"""The parameter of mallopt (malloc.h of glibc) for the number of heaps."""
_ARENAS = 2
_OTHER_FILES = 2_048
"""File descriptors of a process beside its connections: an atlas for each thread, mapped arrays of tiles, caches."""


def refuse_impossible(settings: Settings) -> None:
    """Raise BadSource for several processes on a system without fork, before anything is built."""
    if settings.workers > 1 and not hasattr(os, "fork"):
        raise BadSource(
            f"--workers {settings.workers} (GEO_WORKERS): this system (Windows) serves with one process only."
            " Leave it out, or serve on Linux or macOS.",
            f"--workers {settings.workers} (GEO_WORKERS): hệ điều hành này (Windows) chỉ chạy được một tiến trình."
            " Hãy bỏ tham số này, hoặc chạy trên Linux hay macOS.",
        )


def serve(make: Callable[[], WSGIApplication], settings: Settings) -> None:
    """Serve requests until the process is stopped by a signal; requests in progress are finished first.

    `make` is called in each worker process after its start, so that workers do not share open files. Where workers are
    spawned, `make` is pickled: a function of a module, or a partial of one.
    """
    from granian import Granian  # noqa: PLC0415 - other commands do not need it
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    multiprocessing.set_start_method(START, force=True)
    _leave_to_all_processes()
    connections = _room_for(settings.connections)
    server = Granian(
        "site",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=threads_for(settings),
        blocking_threads_idle_timeout=THREAD_IDLE_S,
        backlog=max(1_024, connections),
        backpressure=connections,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=_IDLE_MS, max_buffer_size=_LARGEST_HEAD),
        respawn_failed_workers=True,
        workers_kill_timeout=settings.stop_seconds,
        log_level=LogLevels.error,
    )
    stopping = (lambda: server.interrupt_signal) if START == "fork" else None
    server.serve(target_loader=partial(_load_worker, make, settings, stopping), wrap_loader=False)


def _load_worker(
    make: Callable[[], WSGIApplication], settings: Settings, is_stopping: Callable[[], bool] | None
) -> WSGIApplication:
    """The application of a worker process, which ends on SIGTERM and SIGINT."""
    # A forked worker inherits its parent's handlers, which have no effect in it; without a handler it ends.
    ending_signals.receive_in_a_thread()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if is_stopping is not None and is_stopping():
        sys.exit(0)
    _limit_memory_arenas()
    application = Transfers(make(), settings)
    _tune_interpreter()
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    spare_memory.watch()
    return application


def _end_with_parent() -> None:
    """End this worker when its parent has ended, for example by SIGKILL: the worker would keep the port occupied."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _leave_to_all_processes() -> None:
    """Exclude all objects from garbage collection, which writes to each and so copies what forked processes share."""
    gc.collect()
    gc.freeze()


def _tune_interpreter() -> None:
    """Exclude the objects of the application from garbage collection, and let short requests interrupt long ones.

    Full collections over these permanent objects delayed requests by 0.1 to 0.2 s, mostly in the first seconds. Threads
    hand the interpreter on every 1 ms instead of every 5 ms.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)


def _limit_memory_arenas() -> None:
    """Have all threads allocate from _ARENAS heaps of glibc's allocator; other allocators are left as they are.

    glibc gives each thread a heap of its own, and freed memory in the middle of one is not returned to the system.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def _room_for(connections: int) -> int:
    """The number of connections that the limit of open files (RLIMIT_NOFILE) allows, raised as far as permitted.

    Worker processes inherit the limit. Windows has none.
    """
    try:
        import resource  # noqa: PLC0415 - not there on Windows
    except ImportError:
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - _OTHER_FILES))

"""The site on a port: one process (waitress), or several over the same files (granian)."""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from wsgiref.types import WSGIApplication

from geo.errors import BadSource
from geo.settings import Settings

_IDLE_MS = 75_000
"""Milliseconds that a connection may stay open unused: longer than the minute for which proxies keep theirs."""
_LAST_REQUESTS_S = 30
_LARGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers, far more than the longest address that we answer."""


def refuse_impossible(settings: Settings) -> None:
    """Raise BadSource for several processes on a system that cannot fork, before anything is built."""
    if settings.workers > 1 and not hasattr(os, "fork"):
        raise BadSource(
            f"--workers {settings.workers} (GEO_WORKERS): this system (Windows) serves with one process only."
            " Leave it out, or serve on Linux or macOS.",
            f"--workers {settings.workers} (GEO_WORKERS): hệ điều hành này (Windows) chỉ chạy được một tiến trình."
            " Hãy bỏ tham số này, hoặc chạy trên Linux hay macOS.",
        )


def serve(make: Callable[[], WSGIApplication], settings: Settings) -> None:
    """Answer requests until the process is told to stop.

    `make` is called once in each process that serves, after it was forked: what it opens is shared with no other.
    """
    if settings.workers > 1:
        _serve_with_several(make, settings)
    else:
        _serve_alone(_settled(make), settings)


def _settled(make: Callable[[], WSGIApplication]) -> WSGIApplication:
    """The application, with all that lives as long as the process taken out of what Python looks through for garbage.

    A collection of everything held up the requests of a process for 0.1 to 0.2 s, most of all in its first seconds.
    """
    application = make()
    gc.collect()
    gc.freeze()
    return application


def _serve_alone(application: WSGIApplication, settings: Settings) -> None:
    import waitress  # noqa: PLC0415 - only one of the two servers is needed

    waitress.serve(
        application,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident=None,
        max_request_body_size=settings.largest_request,
        # Who may manage depends on whether a proxy handed the request on: waitress would hide it.
        clear_untrusted_proxy_headers=False,
        # select() takes no descriptor over 1,023; the arrays that tiles are made of are mapped files, hundreds of them.
        asyncore_use_poll=True,
    )


def _serve_with_several(make: Callable[[], WSGIApplication], settings: Settings) -> None:
    from granian import Granian  # noqa: PLC0415 - only one of the two servers is needed
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    # Only what is forked can be handed a function that was made here.
    multiprocessing.set_start_method("fork", force=True)
    server = Granian(
        "site",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=_IDLE_MS, max_buffer_size=_LARGEST_HEAD),
        respawn_failed_workers=True,
        workers_kill_timeout=_LAST_REQUESTS_S,
        log_level=LogLevels.error,
    )

    def loaded() -> WSGIApplication:
        # A new process has the handlers of its parent, which would do nothing here: told to stop, it stops.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if server.interrupt_signal:
            sys.exit(0)
        application = _settled(make)
        hear_signals_in_any_thread()
        return application

    server.serve(target_loader=loaded, wrap_loader=False)


def hear_signals_in_any_thread() -> None:
    """Run a signal's handler also when another thread than the main one received it.

    The kernel hands a signal to any thread when the main one was just held still and let go on. Python runs handlers
    in the main thread, which waits for a lock in a granian process and is not woken: it would not stop until killed.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)

    def hear() -> None:
        while number := heard.recv(1):
            handler = signal.getsignal(number[0])
            if callable(handler):
                handler(number[0], None)

    # What writes to it lives as long as the process.
    signal.set_wakeup_fd(told.detach(), warn_on_full_buffer=False)
    threading.Thread(target=hear, name="signals", daemon=True).start()

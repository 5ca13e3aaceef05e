"""The HTTP server: one process (waitress), or several over the same data folder (granian)."""

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
"""Milliseconds that an idle connection stays open: longer than the 60 s after which proxies close theirs."""
_LAST_REQUESTS_S = 30
_LARGEST_HEAD = 64 * 1024
"""Most bytes of request line and headers, more than MAX_ADDRESS of the application needs."""


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
    """Serve requests until the process is stopped by a signal.

    `make` is called in each worker process after the fork, so that workers do not share open files.
    """
    if settings.workers > 1:
        _serve_with_several(make, settings)
    else:
        _serve_alone(_load(make), settings)


def _load(make: Callable[[], WSGIApplication]) -> WSGIApplication:
    """The application; its objects are excluded from garbage collection (gc.freeze).

    Full collections over these permanent objects delayed requests by 0.1 to 0.2 s, mostly in the first seconds.
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
        # access.py must see whether a proxy forwarded the request; waitress would remove the headers.
        clear_untrusted_proxy_headers=False,
        # select() takes no descriptor over 1,023; the arrays that tiles are made of are mapped files, hundreds of them.
        asyncore_use_poll=True,
    )


def _serve_with_several(make: Callable[[], WSGIApplication], settings: Settings) -> None:
    from granian import Granian  # noqa: PLC0415 - only one of the two servers is needed
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415
    from granian.http import HTTP1Settings  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    # Only forked workers can receive the local function load_worker, which cannot be pickled.
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

    def load_worker() -> WSGIApplication:
        # A worker inherits its parent's handlers, which have no effect in it; the default ones end it.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if server.interrupt_signal:
            sys.exit(0)
        application = _load(make)
        handle_signals_of_any_thread()
        return application

    server.serve(target_loader=load_worker, wrap_loader=False)


def handle_signals_of_any_thread() -> None:
    """Run a signal's handler in a thread of its own.

    The kernel may deliver a signal to any thread, for example after SIGSTOP and SIGCONT. Python runs handlers in the
    main thread only, which in a granian worker waits for a lock without waking: the worker could only be killed.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)

    def handle_signals() -> None:
        while number := receiver.recv(1):
            handler = signal.getsignal(number[0])
            if callable(handler):
                handler(number[0], None)

    # Python writes signal numbers to this socket as long as the process lives, so it is never closed.
    signal.set_wakeup_fd(sender.detach(), warn_on_full_buffer=False)
    threading.Thread(target=handle_signals, name="signals", daemon=True).start()

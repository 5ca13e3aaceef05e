"""The site on a port: one process (waitress), or several over the same files (granian)."""

import multiprocessing
import os
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
        _serve_alone(make(), settings)


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
    server.serve(target_loader=make, wrap_loader=False)

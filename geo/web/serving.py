"""The site on a port: one process (waitress), or several over the same files (gunicorn)."""

import os
import time
from collections.abc import Callable
from socket import socket
from typing import Any
from wsgiref.types import WSGIApplication

from geo.errors import BadSource
from geo.settings import Settings

_IDLE_S = 75
"""Seconds that a connection may stay open unused: longer than the 60 for which proxies keep theirs."""
_STUCK_S = 120
_LAST_REQUESTS_S = 30
_STEP_S, _LATEST = 0.0002, 5
"""How much later each connection that a process has lets it take the next, and after how many it waits no longer."""
_LONGEST_LINE = 8_190
"""The most that gunicorn reads of a request's first line, and more than the longest address that we answer."""


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
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - there is none on Windows
    from gunicorn.workers.gthread import ThreadWorker  # noqa: PLC0415

    class Fair(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
        def accept(self, listener: socket) -> None:
            """Take a connection, the later the more there are: a process with fewer comes first."""
            time.sleep(min(self.nr_conns, _LATEST) * _STEP_S)
            super().accept(listener)

    class Site(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in {**_gunicorn(settings), "worker_class": Fair}.items():
                self.cfg.set(name, value)

        def load(self) -> WSGIApplication:
            return make()

    Site().run()


def _gunicorn(settings: Settings) -> dict[str, Any]:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "workers": settings.workers,
        "threads": settings.threads,
        "keepalive": _IDLE_S,
        "timeout": _STUCK_S,
        "graceful_timeout": _LAST_REQUESTS_S,
        "limit_request_line": _LONGEST_LINE,
        "forwarded_allow_ips": "",  # nobody changes the scheme or the path of a request by a header, as with waitress
        "control_socket_disable": True,  # it would lie in the home folder, which a service may not have
        "loglevel": "warning",
    }

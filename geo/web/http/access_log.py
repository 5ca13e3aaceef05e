"""The access log: one line of JSON for each request, for operators who switch it on."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from geo.acts import json_line

log = logging.getLogger("geo.access")


class AccessLog:
    """WSGI middleware in front of everything, caches too. Queries of /manage are left out: they may hold a secret."""

    def __init__(self, app: Flask) -> None:
        self._inner: WSGIApplication = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request and log it with the milliseconds until its response began."""
        started = time.perf_counter()
        fields: dict[str, object] = {"from": environ.get("REMOTE_ADDR", "-"), "method": environ["REQUEST_METHOD"]}

        def record(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            values = {name.lower(): value for name, value in headers}
            fields.update(status=int(status[:3]), bytes=values.get("content-length", "-"))
            fields.update(request=values.get("x-request-id", "-"))
            return start_response(status, headers, *failure)

        parts = self._inner(environ, record)
        path, query = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        secret = "/manage" in environ["PATH_INFO"]
        fields.update(
            path=path.encode("latin-1", "replace").decode("utf-8", "replace"),
            query=query if query and not secret else None, ms=round(1_000 * (time.perf_counter() - started), 1),
        )  # fmt: skip
        log.info("%s", json_line({name: value for name, value in fields.items() if value is not None}))
        return parts

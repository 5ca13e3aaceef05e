"""Responses of this process kept in memory and sent again before Flask looks at the request.

A response that depends on the version of the data, its address and the caller's Accept headers, and on nothing else, is
the same for every caller until the version changes: tiles, documents, single features, pages of the catalogue.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.wsgi import ClosingIterator

from geo.atlas import Atlas
from geo.errors import NotFound
from geo.web.http.headers import request_id

MAX_BYTES = 32 * 1024 * 1024
"""Most that the responses of one process take."""

_LARGEST = 1024 * 1024
_LONGEST_KEY = 2_000  # letters of an address and its headers; a longer request is unlikely to come twice
_OVERHEAD = 1_500  # bytes that the headers of a response take beside its body and its key
_OWN = "X-Request-ID"
_ATLAS = "geo.response_cache.atlas"
"""Key of the WSGI environment under which the application leaves the atlas that a cacheable response is of."""
_KEY_PARTS = (
    "wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
)  # fmt: skip
"""What of a request a cacheable response may depend on."""
CONDITIONS = (
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)
"""Headers of a request that make its response another than the whole 200."""

_Key = tuple[str, ...]


class _Entry(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class ResponseCache:
    """WSGI middleware with the responses of one process to the current atlas. Safe for several threads.

    Requests that it has no response for go on to the application, whose responses it keeps where they are marked by
    `mark_cacheable`. When they take more than `max_bytes`, the least recently used are evicted.
    """

    def __init__(self, app: Flask, atlas_source: Callable[[], Atlas], *, max_bytes: int = MAX_BYTES) -> None:
        self._source, self._max_bytes = atlas_source, max_bytes
        self._inner: WSGIApplication = app.wsgi_app
        self._lock = threading.Lock()
        self._atlas: Atlas | None = None
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()
        self._bytes = 0
        app.wsgi_app = self  # type: ignore[method-assign]
        app.after_request(_leave_atlas)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, from memory where its response is there."""
        key = _key(environ)
        if key is None:
            return self._inner(environ, start_response)
        entry = self._get(key)
        if entry is not None:
            own = (_OWN, request_id(environ.get("HTTP_X_REQUEST_ID", "")))
            start_response(entry.status, [*entry.headers, own])
            return [entry.body]
        return self._forward(key, environ, start_response)

    def _get(self, key: _Key) -> _Entry | None:
        if key not in self._entries:
            return None
        try:
            atlas = self._source()
        except NotFound:
            return None
        with self._lock:
            if atlas is not self._atlas:
                return None
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def _forward(self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's response, kept where it is cacheable."""
        start: list[Any] = []

        def record(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            start[:] = status, headers
            return start_response(status, headers, *failure)

        parts = self._inner(environ, record)
        atlas: Atlas | None = environ.get(_ATLAS)
        if atlas is None:
            return parts
        body = b"".join(parts)
        if isinstance(parts, ClosingIterator):
            parts.close()
        if len(body) <= min(_LARGEST, self._max_bytes):
            status, headers = start
            self._put(atlas, key, _Entry(status, [header for header in headers if header[0] != _OWN], body))
        return [body]

    def _put(self, atlas: Atlas, key: _Key, entry: _Entry) -> None:
        with self._lock:
            if atlas is not self._atlas:
                self._entries.clear()
                self._atlas, self._bytes = atlas, 0
            self._evict(key)
            self._entries[key] = entry
            self._bytes += _size(key, entry.body)
            while self._bytes > self._max_bytes:
                self._evict(next(iter(self._entries)))

    def _evict(self, key: _Key) -> None:
        if (entry := self._entries.pop(key, None)) is not None:
            self._bytes -= _size(key, entry.body)


def _leave_atlas(response: Response) -> Response:
    """Leave the atlas of a cacheable response with its request: of a whole response, and of the current version."""
    if (
        g.get("cacheable")
        and response.status_code in {200, 204}
        and g.atlas is g.current_atlas  # not an earlier version that was asked for
        # A file in the server's own wrapper may have a length all the same.
        and not (response.is_streamed or response.direct_passthrough)
    ):
        request.environ[_ATLAS] = g.atlas
    return response


def mark_cacheable() -> None:
    """Say that the response to this request is the same for every caller that sends the same _KEY_PARTS."""
    g.cacheable = True


def _key(environ: WSGIEnvironment) -> _Key | None:
    """The key of a request's response; None for a request that only the application can answer."""
    if environ["REQUEST_METHOD"] != "GET" or not environ.keys().isdisjoint(CONDITIONS):
        return None
    values: list[str] = [environ.get(name, "") for name in _KEY_PARTS]
    return tuple(values) if sum(map(len, values)) <= _LONGEST_KEY else None


def _size(key: _Key, body: bytes) -> int:
    return len(body) + sum(map(len, key)) + _OVERHEAD

"""An in-memory cache of responses, as WSGI middleware before Flask.

It stores responses that depend only on the data version, the URL and the Accept headers (_KEY_PARTS) and are therefore
equal for all clients until the next version: tiles, documents, single features, pages of the catalogue.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.wsgi import ClosingIterator

from geo import spare_memory
from geo.atlas import Atlas
from geo.errors import NotFound, Unprepared
from geo.web.http.headers import request_id

MAX_BYTES = 32 * 1024 * 1024
"""Most memory for the responses of one process."""

_LARGEST = 1024 * 1024
_LONGEST_KEY = 2_000  # characters of URL and headers; longer requests are rarely repeated
_OVERHEAD = 1_500  # bytes of memory that an entry takes beside its body and its key
_OWN = "X-Request-ID"
ATLAS = "geo.response_cache.atlas"
"""Key of the WSGI environment in which the application stores the atlas of a cacheable response."""
_KEY_PARTS = (
    "wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
)  # fmt: skip
"""The parts of a request that a cacheable response may depend on."""
CONDITIONS = (
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)
"""Request headers that may change the response to a 304, 206 or 412."""

_Key = tuple[str, ...]


class _Entry(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class ResponseCache:
    """WSGI middleware that caches the responses of the current atlas in this process. Thread-safe.

    Other requests go to the application; its responses are stored if `mark_cacheable` was called. Above `max_bytes` the
    least recently used responses are evicted; those that nobody asks for a second time are dropped before.
    """

    def __init__(self, app: Flask, atlas_source: Callable[[], Atlas], *, max_bytes: int = MAX_BYTES) -> None:
        self._source, self._max_bytes = atlas_source, max_bytes
        self._inner: WSGIApplication = app.wsgi_app
        self._lock = threading.Lock()
        self._atlas: Atlas | None = None
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()
        self._asked_once: dict[_Key, float] = {}
        self._bytes = 0
        spare_memory.register(self)
        app.wsgi_app = self  # type: ignore[method-assign]
        app.after_request(_leave_atlas)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request from the cache or by the application."""
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
        atlas: Atlas | None
        try:
            atlas = self._source()
        except Unprepared:
            atlas = self._atlas  # what was answered from it is right, though its file is not there any more
        except NotFound:
            return None
        with self._lock:
            if atlas is not self._atlas:
                return None
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                self._asked_once.pop(key, None)
            return entry

    def _forward(self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's response, which is stored if it is cacheable."""
        start: list[Any] = []

        def record(status: str, headers: list[tuple[str, str]], *failure: Any) -> Callable[[bytes], object]:
            start[:] = status, headers
            return start_response(status, headers, *failure)

        parts = self._inner(environ, record)
        atlas: Atlas | None = environ.get(ATLAS)
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
                self._asked_once.clear()
                self._atlas, self._bytes = atlas, 0
            self._evict(key)
            self._entries[key], self._asked_once[key] = entry, time.monotonic()
            self._bytes += _size(key, entry.body)
            while self._bytes > self._max_bytes:
                self._evict(next(iter(self._entries)))

    def drop_unused(self, idle_s: float) -> bool:
        """Drop the responses that nobody has asked for a second time within `idle_s` seconds."""
        earliest = time.monotonic() - idle_s
        with self._lock:
            unused = [key for key, stored in self._asked_once.items() if stored <= earliest]
            for key in unused:
                self._evict(key)
        return bool(unused)

    def _evict(self, key: _Key) -> None:
        self._asked_once.pop(key, None)
        if (entry := self._entries.pop(key, None)) is not None:
            self._bytes -= _size(key, entry.body)


def _leave_atlas(response: Response) -> Response:
    """Store the atlas of a response in the WSGI environment if the response can be cached."""
    if (
        g.get("cacheable")
        and response.status_code in {200, 204}
        and g.atlas is g.current_atlas  # not an earlier version
        # A file in the server's file wrapper is not streamed for Flask, yet must not be read into memory.
        and not (response.is_streamed or response.direct_passthrough)
    ):
        request.environ[ATLAS] = g.atlas
    return response


def mark_cacheable() -> None:
    """Mark the response to this request as equal for all requests with the same _KEY_PARTS.

    It has no effect where the language is that of the browser, which is none of them.
    """
    g.cacheable = not g.get("is_in_browser_language")


def _key(environ: WSGIEnvironment) -> _Key | None:
    """The cache key of a request; None for a request that is never cached."""
    if environ["REQUEST_METHOD"] != "GET" or not environ.keys().isdisjoint(CONDITIONS):
        return None
    values: list[str] = [environ.get(name, "") for name in _KEY_PARTS]
    return tuple(values) if sum(map(len, values)) <= _LONGEST_KEY else None


def _size(key: _Key, body: bytes) -> int:
    return len(body) + sum(map(len, key)) + _OVERHEAD

"""Answers that were given before, given again from memory before anything else looks at the request.

An answer that depends on the version of the data, its address and what the caller accepts, and on nothing else, is the
same for everybody until the version changes: tiles, documents, single features, pages of the catalogue.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request

from geo.atlas import Atlas
from geo.errors import NotFound
from geo.web.headers import request_id

MAX_BYTES = 32 * 1024 * 1024
"""Most that the answers of one process take."""

_LARGEST = 1024 * 1024
_LONGEST_KEY = 2_000  # letters of an address and headers; what is longer is not asked twice
_PER_ANSWER = 1_500  # what its headers take beside the body and the key
_OWN = "X-Request-ID"
_ASKED_BY = (
    "wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
)  # fmt: skip
"""What of a request an answer may depend on."""
_CONDITIONS = (
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)

_Key = tuple[str, ...]


class _Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Remembered:
    """The answers of one process to the atlas that is current. Safe for several threads.

    It is the application in front of the application: what it does not know goes on to that one, whose answers it
    keeps where they are marked by `may_be_remembered`. Of too many those not asked for the longest go.
    """

    def __init__(self, app: Flask, atlas_source: Callable[[], Atlas], *, max_bytes: int = MAX_BYTES) -> None:
        self._source, self._max_bytes = atlas_source, max_bytes
        self._inner: WSGIApplication = app.wsgi_app
        self._lock = threading.Lock()
        self._atlas: Atlas | None = None
        self._answers: OrderedDict[_Key, _Answer] = OrderedDict()
        self._bytes = 0
        app.wsgi_app = self  # type: ignore[method-assign]
        app.after_request(self._remember)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, from memory where that has the answer."""
        found = self._known(environ)
        if found is None:
            return self._inner(environ, start_response)
        own = (_OWN, request_id(environ.get("HTTP_X_REQUEST_ID", "")))
        start_response(found.status, [*found.headers, own])
        return [found.body]

    def _known(self, environ: WSGIEnvironment) -> _Answer | None:
        key = _key(environ)
        if key is None or key not in self._answers:
            return None
        try:
            atlas = self._source()
        except NotFound:
            return None
        with self._lock:
            if atlas is not self._atlas:
                return None
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def _remember(self, response: Response) -> Response:
        key = _key(request.environ) if g.get("may_be_remembered") else None
        if key is None or response.status_code not in {200, 204} or _is_sent_in_parts(response):
            return response
        if g.atlas is not self._source():  # an earlier version that was asked for, or one that has just become it
            return response
        body = response.get_data()
        if len(body) > min(_LARGEST, self._max_bytes):
            return response
        headers = [one for one in response.get_wsgi_headers(request.environ).to_wsgi_list() if one[0] != _OWN]
        with self._lock:
            if g.atlas is not self._atlas:
                self._answers.clear()
                self._atlas, self._bytes = g.atlas, 0
            self._drop(key)
            self._answers[key] = _Answer(response.status, headers, body)
            self._bytes += _size(key, body)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._answers)))
        return response

    def _drop(self, key: _Key) -> None:
        if (gone := self._answers.pop(key, None)) is not None:
            self._bytes -= _size(key, gone.body)


def may_be_remembered() -> None:
    """Mark the answer to this request as the same for everybody who asks the same of this version."""
    g.may_be_remembered = True


def _key(environ: WSGIEnvironment) -> _Key | None:
    """What is asked; None for what only the application can answer."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _CONDITIONS):
        return None
    values: list[str] = [environ.get(name, "") for name in _ASKED_BY]
    return tuple(values) if sum(map(len, values)) <= _LONGEST_KEY else None


def _size(key: _Key, body: bytes) -> int:
    return len(body) + sum(map(len, key)) + _PER_ANSWER


def _is_sent_in_parts(response: Response) -> bool:
    """Whether the body is read while it is sent. A server's own way to send a file may have a length all the same."""
    return response.is_streamed or response.direct_passthrough

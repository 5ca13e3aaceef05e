"""Answers that were given before, given again from memory before anything else looks at the request.

An answer that depends on the version of the data, its address and what the caller accepts, and on nothing else, is the
same for everybody until the version changes: tiles, documents, single features, pages of the catalogue.
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
"""Most that the answers of one process take."""

_LARGEST = 1024 * 1024
_LONGEST_KEY = 2_000  # letters of an address and headers; what is longer is not asked twice
_PER_ANSWER = 1_500  # what its headers take beside the body and the key
_OWN = "X-Request-ID"
_WHOSE = "geo.remembered.atlas"
_ASKED_BY = (
    "wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
)  # fmt: skip
"""What of a request an answer may depend on."""
CONDITIONS = (
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)
"""What of a request makes its answer another than the whole 200."""

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
        app.after_request(_say_whose)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, from memory where that has the answer."""
        key = _key(environ)
        if key is None:
            return self._inner(environ, start_response)
        found = self._known(key)
        if found is not None:
            own = (_OWN, request_id(environ.get("HTTP_X_REQUEST_ID", "")))
            start_response(found.status, [*found.headers, own])
            return [found.body]
        return self._asked(key, environ, start_response)

    def _known(self, key: _Key) -> _Answer | None:
        if key not in self._answers:
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

    def _asked(self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, kept where it may be."""
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            said[:] = status, headers
            return start_response(status, headers, *failed)

        parts = self._inner(environ, listen)
        atlas: Atlas | None = environ.get(_WHOSE)
        if atlas is None:
            return parts
        body = b"".join(parts)
        if isinstance(parts, ClosingIterator):
            parts.close()
        if len(body) <= min(_LARGEST, self._max_bytes):
            status, headers = said
            self._keep(atlas, key, _Answer(status, [one for one in headers if one[0] != _OWN], body))
        return [body]

    def _keep(self, atlas: Atlas, key: _Key, answer: _Answer) -> None:
        with self._lock:
            if atlas is not self._atlas:
                self._answers.clear()
                self._atlas, self._bytes = atlas, 0
            self._drop(key)
            self._answers[key] = answer
            self._bytes += _size(key, answer.body)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._answers)))

    def _drop(self, key: _Key) -> None:
        if (gone := self._answers.pop(key, None)) is not None:
            self._bytes -= _size(key, gone.body)


def _say_whose(response: Response) -> Response:
    """Leave with the request which atlas an answer is of that may be remembered: the current one's, and whole."""
    if (
        g.get("may_be_remembered")
        and response.status_code in {200, 204}
        and g.atlas is g.current_atlas  # not an earlier version that was asked for
        # A server's own way to send a file may have a length all the same.
        and not (response.is_streamed or response.direct_passthrough)
    ):
        request.environ[_WHOSE] = g.atlas
    return response


def may_be_remembered() -> None:
    """Mark the answer to this request as the same for everybody who asks the same of this version."""
    g.may_be_remembered = True


def _key(environ: WSGIEnvironment) -> _Key | None:
    """What is asked; None for what only the application can answer."""
    if environ["REQUEST_METHOD"] != "GET" or not environ.keys().isdisjoint(CONDITIONS):
        return None
    values: list[str] = [environ.get(name, "") for name in _ASKED_BY]
    return tuple(values) if sum(map(len, values)) <= _LONGEST_KEY else None


def _size(key: _Key, body: bytes) -> int:
    return len(body) + sum(map(len, key)) + _PER_ANSWER

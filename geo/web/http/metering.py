"""WSGI middleware that gives each request its budget (see geo/budget.py), around all that answers it.

Where the server has processes for long requests, a request that turns out to be long is stopped here and begun again in
one of them. Python's global lock is then never held for long in the process that answers short requests, and the system
can give those processes less of the processor.
"""

import io
from collections.abc import Iterable
from contextlib import nullcontext
from typing import IO, Any, NamedTuple, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.wsgi import FileWrapper

from geo.atlas import AtlasSource
from geo.budget import Budget, Elsewhere, HandOver, LongRequests, Places, Unshared, limited
from geo.errors import Busy
from geo.settings import Settings
from geo.web.http.first_answers import is_of_map
from geo.web.http.response_cache import ATLAS

METERING = "geo.metering"
"""Key of app.extensions for the Metering."""
REFUSAL = "geo.refusal"
"""Key of the WSGI environment for the error that the application must answer with at once."""
WAIT = "geo.wait"
"""Key of the WSGI environment for a function: inside the context that it returns, the thread only waits."""

_MANAGE = "/manage"
"""Where requests change something: they are not begun twice."""
_BLOCK = 1 << 16


class Reply(NamedTuple):
    """The response of another process; `atlas_key` names the atlas of one that the response cache may store."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes | IO[bytes]
    atlas_key: str | None


class LongAnswers(Protocol):
    """The processes that answer long requests."""

    def answer(self, environ: WSGIEnvironment, *, of_map: bool) -> Reply:
        """The response to a request; Busy when no process becomes free in time."""


class _Recorded(io.RawIOBase):
    """The body of a request, which can be read once more from its beginning."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self._stream = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH", "")
        self._length = int(length) if length.isdigit() else None
        self._data = bytearray()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end of the body."""
        data = self._stream.read(len(buffer))
        self._data += data
        buffer[: len(data)] = data
        return len(data)

    def whole(self) -> bytes:
        """All of the body; what was not read yet is read now."""
        while self._length is None or len(self._data) < self._length:
            if not self.read(_BLOCK):
                break
        return bytes(self._data)


class Metering:
    """The application whose requests end when their processor time or their rows are used up. Safe for several threads.

    What is sent while a response is iterated (a file) is not counted: a slow caller holds no place. `refusing` is the
    application that answers with the error REFUSAL of a request.
    """

    def __init__(self, app: Flask, settings: Settings, atlas_source: AtlasSource, *, refusing: WSGIApplication) -> None:
        self._seconds, self._free_s = settings.request_seconds, settings.long_ms / 1000
        self._rows = settings.request_rows
        self._map_places, self._places = _places(settings), _places(settings)
        self._source, self._refusing = atlas_source, refusing
        self._long_answers: LongAnswers | None = None
        self._inner: WSGIApplication = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]
        app.extensions[METERING] = self

    def hand_over_to(self, long_answers: LongAnswers) -> None:
        """Have long requests answered by other processes from now on."""
        self._long_answers = long_answers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request within its budget."""
        if environ.get("CONTENT_LENGTH"):
            # Some servers (granian) end the body where the connection ended: with the length alone, Werkzeug notices a
            # body that was cut off, and answers 400.
            environ.pop("wsgi.input_terminated", None)
        path = environ["PATH_INFO"]
        if self._long_answers is None or path.startswith(_MANAGE):
            places = self._map_places if is_of_map(path) else self._places
            return self._answer(environ, start_response, places)
        body = environ["wsgi.input"] = _Recorded(environ)
        again = environ.copy()
        try:
            return self._answer(environ, start_response, Elsewhere())
        except HandOver:
            again["wsgi.input"] = io.BytesIO(body.whole())
        try:
            reply = self._answer_elsewhere(self._long_answers, again)
        except Busy as error:
            return self._refusing({**again, REFUSAL: error}, start_response)
        atlas = self._source()
        if reply.atlas_key == atlas.key:
            environ[ATLAS] = atlas
        start_response(reply.status, reply.headers)
        return [reply.body] if isinstance(reply.body, bytes) else FileWrapper(reply.body, _BLOCK)

    def _answer_elsewhere(self, long_answers: LongAnswers, environ: WSGIEnvironment) -> Reply:
        """The response of another process, for which this thread waits without holding a turn."""
        wait = environ.get(WAIT, nullcontext)
        with wait():
            return long_answers.answer(environ, of_map=is_of_map(environ["PATH_INFO"]))

    def answer_long(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request that was handed over to this process, which works on no other one meanwhile."""
        return self._answer(environ, start_response, Unshared())

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse, places: Places) -> Iterable[bytes]:
        with limited(Budget(self._seconds, self._free_s, places, self._rows)):
            return self._inner(environ, start_response)


def refuse(environ: WSGIEnvironment) -> None:
    """Raise the error with which a request must be answered at once, if there is one."""
    error: Exception | None = environ.get(REFUSAL)
    if error is not None:
        raise error


def _places(settings: Settings) -> LongRequests:
    """Places of one of two kinds, for a server without processes for long requests."""
    return LongRequests(settings.long_at_once, settings.long_waiting, settings.long_wait_ms / 1000)

"""WSGI middleware that keeps slow connections and long requests from holding up quick ones.

One thread carries a request from its headers to the last byte of its response. While it waits for the network, to read
a body or to send a large response, or for another process, the processor is free for others. So a process has many
threads: a few of them work at the same time (GEO_THREADS, and as many for what must be answered first), and the others
wait for the network (GEO_TRANSFERS) or for a process that answers long requests (GEO_LONG_WAITING).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, Self
from urllib.parse import urlsplit
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

from geo.settings import Settings
from geo.web.http.first_answers import is_first
from geo.web.http.gateway import TOO_MANY_TRANSFERS
from geo.web.http.metering import WAIT

_LARGEST_AT_ONCE = 1024 * 1024
"""Bytes up to which a response is handed to the server whole: its thread is then free, however slow the reader is."""
_OF_MAP = 16
"""Threads that may wait for the process that answers the map's long requests."""


class _Permits:
    """A number of permits, each of which one thread holds at a time."""

    def __init__(self, number: int) -> None:
        # Taking from a SimpleQueue costs a tenth of what threading.Semaphore costs, which counts for every request.
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(number):
            self._free.put(None)

    def __enter__(self) -> Self:
        self._free.get()
        return self

    def __exit__(self, *_: object) -> None:
        self._free.put(None)

    def take(self) -> bool:
        """Take a permit where one is free."""
        try:
            self._free.get_nowait()
        except Empty:
            return False
        return True

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let another thread have the permit inside."""
        self.give_back()
        try:
            yield
        finally:
            self.wait()

    wait = __enter__

    def give_back(self) -> None:
        """Let another thread have the permit."""
        self._free.put(None)


def threads_for(settings: Settings) -> int:
    """The threads of a process: those that work, and those that wait for the network or another process."""
    return 2 * settings.threads + settings.transfers + settings.long_at_once + settings.long_waiting + _OF_MAP


class Transfers:
    """The application, worked on by few threads at a time while others wait; see threads_for."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._application = application
        self._turns, self._first_turns = _Permits(settings.threads), _Permits(settings.threads)
        self._places = _Permits(settings.transfers)
        self._root = urlsplit(settings.public_url).path

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; with 503 where it has a body or a large response and no place for one more is free."""
        turns = self._first_turns if is_first(environ["PATH_INFO"].removeprefix(self._root)) else self._turns
        environ[WAIT] = turns.aside
        if not _has_body(environ):
            return self._send(environ, start_response, turns)
        if not self._places.take():
            return self._refuse(environ, start_response)
        try:
            environ["wsgi.input"] = _Input(environ, turns)
            return self._send(environ, start_response, turns)
        finally:
            self._places.give_back()

    def _send(self, environ: WSGIEnvironment, start_response: StartResponse, turns: _Permits) -> Iterable[bytes]:
        start: list[Any] = []
        original = environ.copy()  # what answers a request may change its environment

        def keep(*given: Any) -> Callable[[bytes], object]:
            start[:] = given
            return refuse_to_write

        with turns:
            parts = self._application(environ, keep)
            if not isinstance(parts, list) and _is_small(start[1]):
                parts = _read(parts)
        if not isinstance(parts, list):
            if not self._places.take():
                _close(parts)
                return self._refuse(original, start_response)
            parts = _Sent(parts, self._places)
        start_response(*start)
        return parts

    def _refuse(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the application refuse the request in the words of its caller, before its body is read."""
        environ[TOO_MANY_TRANSFERS] = True
        with self._turns:
            return _read(self._application(environ, start_response))


class _Input:
    """The body of a request, which is waited for without holding a turn.

    granian's own stream ends without an error where the caller is gone: here that is an OSError, which Werkzeug turns
    into the status 400. Otherwise half a body would be taken for the whole.
    """

    def __init__(self, environ: WSGIEnvironment, turns: _Permits) -> None:
        self._stream: InputStream = environ["wsgi.input"]
        self._turns = turns
        length = environ.get("CONTENT_LENGTH", "")
        self._missing = int(length) if length.isdigit() else 0

    def _wait(self, read: Callable[..., bytes], *size: int) -> bytes:
        self._turns.give_back()
        try:
            part = read(*size)
        finally:
            self._turns.wait()
        if not part and self._missing > 0 and size != (0,):
            raise OSError(f"The body of the request ended {self._missing} bytes early.")
        self._missing -= len(part)
        return part

    def read(self, *size: int) -> bytes:
        """As the server's own."""
        return self._wait(self._stream.read, *size)

    def readline(self, *size: int) -> bytes:
        """As the server's own."""
        return self._wait(self._stream.readline, *size)

    def readlines(self, *_: int) -> list[bytes]:
        """Every line."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        while line := self.readline():
            yield line


class _Sent:
    """The parts of a large response, which holds a place until the last of them is sent or the reader is gone."""

    def __init__(self, parts: Iterable[bytes], places: _Permits) -> None:
        self._parts, self._places, self._next = parts, places, iter(parts).__next__
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._next()

    def close(self) -> None:
        """Give the place back."""
        if self._is_open:
            self._is_open = False
            self._places.give_back()
            _close(self._parts)


def _has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def _is_small(headers: list[tuple[str, str]]) -> bool:
    """Whether the Content-Length of a response is small enough to send it at once."""
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    return length.isdigit() and int(length) <= _LARGEST_AT_ONCE


def _read(parts: Iterable[bytes]) -> list[bytes]:
    try:
        return [b"".join(parts)]
    finally:
        _close(parts)


def _close(parts: Iterable[bytes]) -> None:
    close = getattr(parts, "close", None)
    if close is not None:
        close()


def refuse_to_write(_: bytes) -> object:
    """The function `write` of WSGI, which nothing here calls."""
    raise RuntimeError("The responses of this service are returned, not written.")

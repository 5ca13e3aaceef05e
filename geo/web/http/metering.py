"""WSGI middleware that gives each request its budget (see geo/budget.py), around all that answers it."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from geo.budget import Budget, LongRequests, limited
from geo.settings import Settings

_SHORT = 2
"""Threads that are left for short requests, whatever the settings say."""
_MAP = {"/", "/embed", "/map.json"}
_MAP_DATA = "/base/"
"""What the map shows first: it has places of its own and never waits for filters, exports or tiles."""


class Metering:
    """The application whose requests end when their processor time is used up. Safe for several threads.

    What is sent while a response is iterated (a file) is not counted: a slow caller holds no place.
    """

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._seconds, self._free_s = settings.request_seconds, settings.long_ms / 1000
        self._map_places, self._places = _places(settings), _places(settings)
        self._inner: WSGIApplication = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request within its budget."""
        if environ.get("CONTENT_LENGTH"):
            # Some servers (granian) end the body where the connection ended: with the length alone, Werkzeug notices a
            # body that was cut off, and answers 400.
            environ.pop("wsgi.input_terminated", None)
        path = environ["PATH_INFO"]
        places = self._map_places if path in _MAP or path.startswith(_MAP_DATA) else self._places
        with limited(Budget(self._seconds, self._free_s, places)):
            return self._inner(environ, start_response)


def _places(settings: Settings) -> LongRequests:
    """Places of one of two kinds, whose requests together never take the last threads."""
    free = settings.threads - 2 * settings.long_at_once - _SHORT
    waiting = max(0, min(settings.long_waiting, free // 2))
    return LongRequests(settings.long_at_once, waiting, settings.long_wait_ms / 1000)

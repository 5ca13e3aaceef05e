"""Features and pages of features made without asking the application, once it has answered an address of their kind.

What an answer says beside its body and its tag is the same for all records of a layer and for all boxes, filters and
pages of one, as long as the caller, the form, the system and the version are the same. The first is the application's;
whoever asks for another gets what is the same and a body of its own.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, g, request
from werkzeug.datastructures import MultiDict

from geo.atlas import Atlas
from geo.web.headers import request_id
from geo.web.params import Args
from geo.web.remembered import CONDITIONS

_MOST = 256
"""Kinds that are known at a time; a caller can make up as many as it likes."""
_LONGEST = 2_000
_PATH = re.compile(r"/collections/(\w+)/items(?:/([\w.~-]+))?", re.ASCII)
"""A page, and a record whose key needs no quoting."""
_OWN = {"etag", "content-length", "x-request-id"}
_FIXED = {"f", "lang", "crs"}
"""Parameters that more than the body depends on."""
_CALLER = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME", "HTTP_ACCEPT")
_MADE_BY = "geo.siblings.made_by"

Make = Callable[[str, str, Args], tuple[bytes, str]]
"""(record or nothing, address, parameters) -> body and ETag; any error means that the application must answer."""

_Kind = tuple[object, ...]


class _Asked(NamedTuple):
    kind: _Kind
    record: str
    address: str
    args: Args


class _Known(NamedTuple):
    atlas: Atlas
    make: Make
    headers: list[tuple[str, str]]


class Siblings:
    """An application in front of the application, of one process. Safe for several threads."""

    def __init__(self, app: Flask, atlas_source: Callable[[], Atlas]) -> None:
        self._source = atlas_source
        self._inner: WSGIApplication = app.wsgi_app
        self._known: dict[_Kind, _Known] = {}
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request for a feature or a page, by itself where a sibling was answered."""
        asked = _asked(environ)
        if asked is None:
            return self._inner(environ, start_response)
        known = self._known.get(asked.kind)
        if known is None:
            return self._first(asked, environ, start_response)
        try:
            if self._source() is not known.atlas:
                self._known.clear()  # no earlier version is to be held open
                return self._first(asked, environ, start_response)
            body, tag = known.make(asked.record, asked.address, asked.args)
        except Exception:
            return self._inner(environ, start_response)
        own = [
            ("ETag", tag),
            ("Content-Length", str(len(body))),
            ("X-Request-ID", request_id(environ.get("HTTP_X_REQUEST_ID", ""))),
        ]
        start_response("200 OK", known.headers + own)
        return [body]

    def _first(self, asked: _Asked, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, from which those to its siblings are learnt."""

        def listen(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            made_by: tuple[Atlas, Make] | None = environ.get(_MADE_BY)
            if made_by is not None and status == "200 OK":
                if len(self._known) >= _MOST:
                    self._known.clear()
                shared = [one for one in headers if one[0].lower() not in _OWN]
                self._known[asked.kind] = _Known(*made_by, shared)
            return start_response(status, headers, *failed)

        return self._inner(environ, listen)


def made_by(make: Make) -> None:
    """Say how the answers to the siblings of this request are made from the same version."""
    request.environ[_MADE_BY] = (g.atlas, make)


def _asked(environ: WSGIEnvironment) -> _Asked | None:
    """What is asked; None for what only the application can answer: other addresses, and all but a plain whole GET."""
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] != "GET" or not path.startswith("/collections/") or len(query) > _LONGEST:
        return None
    found = _PATH.fullmatch(path)
    packed = environ.get("HTTP_ACCEPT_ENCODING", "") not in {"", "identity"}
    if found is None or packed or not query.isascii() or any(name in environ for name in CONDITIONS):
        return None
    collection, record = found[1], found[2] or ""
    args = MultiDict(parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote") if query else ())
    caller = [environ.get(name, "") for name in _CALLER]
    if "version" in args or sum(map(len, caller)) > _LONGEST:
        return None
    fixed = tuple((name, *args.getlist(name)) for name in sorted(_FIXED & args.keys()))
    return _Asked((collection, bool(record), *caller, fixed), record, f"{path}?{query}", args)

"""Features and pages of features made without asking the application, once it has answered an address of their kind.

What an answer says beside its body and its tag is the same for all records of a layer and for all boxes, filters and
pages of one, as long as the caller, the form, the system and the version are the same. The first is the application's;
whoever asks for another gets what is the same and a body of its own. Of pages that differ by their box alone, which is
what maps ask for, not even the other parameters are read again.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from werkzeug.datastructures import MultiDict

from geo.atlas import Atlas
from geo.web.http.headers import request_id
from geo.web.http.params import Args
from geo.web.http.response_cache import CONDITIONS

_MOST = 256
"""Kinds that are known at a time; a caller can make up as many as it likes."""
_LONGEST = 2_000
_PATH = re.compile(r"/collections/(\w+)/items(?:/([\w.~-]+))?", re.ASCII)
"""A page, and a record whose key needs no quoting."""
_NUMBER = r"-?\d{1,3}(?:\.\d{1,20})?"
_BOX = re.compile(rf"(?<![^&])bbox=({_NUMBER}(?:(?:,|%2C){_NUMBER}){{3}})(?![^&])", re.ASCII)
"""A box in degrees as programs write it."""
_OWN = {"etag", "content-length", "x-request-id"}
_FIXED = {"f", "lang", "crs", "version"}
"""Parameters that more than the body depends on."""
_CALLER = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT", "SCRIPT_NAME", "HTTP_ACCEPT")
_MADE_BY = "geo.siblings.made_by"

Made = tuple[bytes, str]
"""Body and ETag."""

MakeBox = Callable[[str, str], Made]
"""(box, address) -> the page; any error means that the application must answer."""


class Siblings(ABC):
    """How answers of one kind are made. Any error means that the application must answer."""

    atlas: Atlas

    @abstractmethod
    def one(self, name: str, address: str, args: Args) -> Made:
        """The record called `name`, or the page of the parameters."""

    def boxes(self, args: Args) -> MakeBox | None:
        """How pages are made whose parameters are these but for the box; None where more than the box would differ."""
        return None


class _Asked(NamedTuple):
    collection: str
    record: str
    query: str
    address: str
    caller: tuple[str, ...]


_Kind = tuple[object, ...]
_Headers = list[tuple[str, str]]


class _Known(NamedTuple):
    headers: _Headers
    siblings: Siblings


class Front:
    """An application in front of the application, of one process. Safe for several threads."""

    def __init__(self, app: Flask, atlas_source: Callable[[], Atlas]) -> None:
        self._source = atlas_source
        self._inner: WSGIApplication = app.wsgi_app
        self._known: dict[_Kind, _Known] = {}
        self._boxes: dict[_Kind, tuple[_Known, MakeBox]] = {}
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request for a feature or a page, by itself where a sibling was answered."""
        asked = _asked(environ)
        if asked is None:
            return self._inner(environ, start_response)
        try:
            found = self._made(asked)
        except Exception:
            return self._inner(environ, start_response)
        if found is None:
            return self._first(asked, environ, start_response)
        (body, tag), headers = found
        own = [
            ("ETag", tag),
            ("Content-Length", str(len(body))),
            ("X-Request-ID", request_id(environ.get("HTTP_X_REQUEST_ID", ""))),
        ]
        start_response("200 OK", headers + own)
        return [body]

    def _made(self, asked: _Asked) -> tuple[Made, _Headers] | None:
        """The answer of a known kind and its headers; None where none of the kind is known."""
        box, others = _box(asked)
        atlas = self._source()
        known, make = self._boxes.get(others, (None, None))
        if known and make and known.siblings.atlas is atlas:
            return make(box, asked.address), known.headers
        args = _args(asked)
        known = self._known.get(_kind(asked, args))
        if known is None:
            return None
        if known.siblings.atlas is not atlas:
            self._known.clear()  # no earlier version is to be held open
            self._boxes.clear()
            return None
        made = known.siblings.one(asked.record, asked.address, args)
        if box and (make := known.siblings.boxes(args)):
            _keep(self._boxes, others, (known, make))
        return made, known.headers

    def _first(self, asked: _Asked, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, from which those to its siblings are learnt."""

        def listen(status: str, headers: _Headers, *failed: Any) -> Callable[[bytes], object]:
            siblings: Siblings | None = environ.get(_MADE_BY)
            if siblings is not None and status == "200 OK":
                shared = [one for one in headers if one[0].lower() not in _OWN]
                _keep(self._known, _kind(asked, _args(asked)), _Known(shared, siblings))
            return start_response(status, headers, *failed)

        return self._inner(environ, listen)


def made_by(siblings: Siblings) -> None:
    """Say how the answers to the siblings of this request are made from the same version."""
    request.environ[_MADE_BY] = siblings


def _asked(environ: WSGIEnvironment) -> _Asked | None:
    """What is asked; None for what only the application can answer: other addresses, and all but a plain whole GET."""
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] != "GET" or not path.startswith("/collections/") or len(query) > _LONGEST:
        return None
    found = _PATH.fullmatch(path)
    packed = environ.get("HTTP_ACCEPT_ENCODING", "") not in {"", "identity"}
    if found is None or packed or not query.isascii() or not environ.keys().isdisjoint(CONDITIONS):
        return None
    caller = tuple([environ.get(name, "") for name in _CALLER])
    if sum(map(len, caller)) > _LONGEST:
        return None
    return _Asked(found[1], found[2] or "", query, f"{path}?{query}", caller)


def _args(asked: _Asked) -> Args:
    pairs = parse_qsl(asked.query, keep_blank_values=True, errors="werkzeug.url_quote") if asked.query else ()
    return MultiDict(pairs)


def _kind(asked: _Asked, args: Args) -> _Kind:
    """What the kind of an answer depends on."""
    fixed = tuple((name, *args.getlist(name)) for name in sorted(_FIXED & args.keys()))
    return (asked.collection, bool(asked.record), *asked.caller, fixed)


def _box(asked: _Asked) -> tuple[str, _Kind]:
    """The first box that is asked for, and all else that is; nothing where there is none."""
    found = _BOX.search(asked.query)
    if found is None:
        return "", ()
    before, after = asked.query[: found.start(1)], asked.query[found.end(1) :]
    return found[1].replace("%2C", ","), (asked.collection, asked.record, *asked.caller, before, after)


def _keep(known: dict[_Kind, Any], kind: _Kind, what: object) -> None:
    if len(known) >= _MOST:
        known.clear()
    known[kind] = what

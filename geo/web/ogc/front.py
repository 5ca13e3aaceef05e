"""WSGI middleware that answers plain GETs of items without Flask, which takes five times as long for one record.

It calls the same function as the Flask views (answer.py) and adds the headers that Flask's hooks add.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from geo.atlas import Atlas
from geo.settings import Settings
from geo.web.http import params
from geo.web.http.headers import everywhere, request_id, varying
from geo.web.http.list_request import ListRequest
from geo.web.http.negotiate import choose
from geo.web.http.response_cache import CONDITIONS
from geo.web.http.urls import Site, host_url_of
from geo.web.ogc.answer import FEATURE_FORMS, JSON_FORMS, PAGE_FORMS, Answer, ItemsRequest, answer, version_of

_LONGEST = 2_000
"""Most characters of the query, Host and Accept together."""
_PATH = re.compile(r"/collections/(\w+)/items(?:/([\w.~-]+))?", re.ASCII)
"""The path of a page, or of a record whose key needs no percent-encoding."""


class Front:
    """The middleware around the Flask application. Thread-safe."""

    def __init__(self, app: Flask, settings: Settings, atlas_source: Callable[[], Atlas]) -> None:
        self._public_url, self._source = settings.public_url, atlas_source
        self._limits, self._most_bytes = (settings.max_page, settings.filter_functions), settings.largest_answer
        self._everywhere, self._vary = everywhere(settings), varying(settings)
        self._inner: WSGIApplication = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a plain GET of GeoJSON items; the application answers other requests and every error.

        It also refuses an answer that is too large, in the words of its caller.
        """
        path = _PATH.fullmatch(environ["PATH_INFO"])
        if path is None or not _is_plain(environ) or (environ.get("SCRIPT_NAME") and not self._public_url):
            return self._inner(environ, start_response)
        try:
            reply = self._answer(environ, path[1], path[2] or "")
        except Exception:  # the application raises it again, and has status, page and log for it
            reply = None
        if reply is None or len(reply.body) > self._most_bytes:
            return self._inner(environ, start_response)
        own = {"X-Request-ID": request_id(environ.get("HTTP_X_REQUEST_ID", "")), "Content-Length": str(len(reply.body))}
        headers = {**reply.headers, "Vary": ", ".join((reply.headers["Vary"], *self._vary)), **self._everywhere, **own}
        start_response("200 OK", list(headers.items()))
        return [reply.body]

    def _answer(self, environ: WSGIEnvironment, layer: str, record: str) -> Answer | None:
        """The response; None for another format, another version than the current one, or an invalid Host header."""
        request, atlas = ListRequest(environ, populate_request=False), self._source()
        args, host_url = request.args, host_url_of(environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""))
        form = _form(args.get("f", ""), environ.get("HTTP_ACCEPT", ""), page=not record)
        if form not in JSON_FORMS or version_of(args) not in {None, atlas.version.number} or not host_url:
            return None
        site = Site(self._public_url or host_url, params.language(args))
        return answer(ItemsRequest(layer, record, args, request.full_path, site, *self._limits), atlas)


def _is_plain(environ: WSGIEnvironment) -> bool:
    """Whether a request is an unconditional GET without compression, with short headers."""
    texts = (environ.get("QUERY_STRING", ""), environ.get("HTTP_HOST", ""), environ.get("HTTP_ACCEPT", ""))
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ.keys().isdisjoint(CONDITIONS)
        and environ.get("HTTP_ACCEPT_ENCODING", "") in {"", "identity"}
        and texts[0].isascii()
        and sum(map(len, texts)) <= _LONGEST
    )


@lru_cache(maxsize=64)
def _form(f: str, accept: str, *, page: bool) -> str:
    """The key of the format for a parameter `f` and an Accept header; cached, as few combinations are in use."""
    return choose(PAGE_FORMS if page else FEATURE_FORMS, f, parse_accept_header(accept, MIMEAccept))

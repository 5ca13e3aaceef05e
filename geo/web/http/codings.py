"""WSGI middleware that reads Accept-Encoding once: behind it the header names only codings that the client accepts.

It removes what Flask-Compress 1.25 misreads: it compresses with gzip for a client that sends `gzip;q=0`. As few forms
of the header are left, the response cache holds one copy of a response for each of them and not for each browser.
"""

from collections.abc import Iterable
from functools import lru_cache
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

CODINGS = ("br", "gzip")
"""The content codings of the service; of two that a client likes equally, the first is used, as it is the smaller."""
_HEADER = "HTTP_ACCEPT_ENCODING"
_LONGEST = 200


class AcceptedCodings:
    """The application behind a header Accept-Encoding that is reduced to `accepted`."""

    def __init__(self, app: Flask) -> None:
        self._inner: WSGIApplication = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if header := environ.get(_HEADER):
            # A long header is not worth the memory that its caller could fill with others.
            environ[_HEADER] = _remembered(header) if len(header) <= _LONGEST else accepted(header)
        return self._inner(environ, start_response)


def accepted(header: str) -> str:
    """The codings of CODINGS that a client accepts and likes at least as well as none (RFC 9110, 12.5.3), best first.

    >>> accepted("gzip, deflate, br, zstd"), accepted("gzip;q=0"), accepted("br;q=0.5, *;q=0.8")
    ('br, gzip', '', 'gzip, br;q=0.5')
    """
    qualities = parse_accept_header(header, Accept)
    # Without a quality of its own, identity is accepted as the last resort, whatever `*` says.
    plain = next((quality for name, quality in qualities if name.lower() == "identity"), 0.0)
    best = sorted(
        (name for name in CODINGS if qualities[name] and qualities[name] >= plain), key=lambda n: -qualities[n]
    )
    if len(best) < 2 or qualities[best[0]] == qualities[best[1]]:
        return ", ".join(best)
    return f"{best[0]}, {best[1]};q=0.5"


_remembered = lru_cache(maxsize=256)(accepted)

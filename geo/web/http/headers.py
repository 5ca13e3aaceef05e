"""Headers of every response: content security policy, framing, CORS preflight, request id, default caching."""

import hashlib
import random
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import partial

from flask import Flask, Response, g, request

from geo.code_digest import code_digest
from geo.settings import Settings

CORS_PATHS = (
    "/collections", "/conformance", "/api", "/changes", "/export/", "/catalogue", "/catalog.", "/metadata/", "/tiles",
    "/tileMatrixSets", "/map.json", "/search.json", "/base/",
)  # fmt: skip
"""Path prefixes that allow CORS, beside `/`, `*.json` and `*.png`: public data, and nothing under /manage."""

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    # Tile servers require a Referer; other sites get the origin only, without a path.
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_HSTS = "max-age=31536000"
_OWN = ("geolocation", "fullscreen", "clipboard-write")
_NOBODY = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "gyroscope", "hid", "magnetometer",
    "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
_PAGES = {
    "Permissions-Policy": ", ".join([*(f"{name}=(self)" for name in _OWN), *(f"{name}=()" for name in _NOBODY)]),
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every page: the browser features that it may use, and isolation from windows of other sites."""

_CORS_HEADERS = (
    "Accept, Accept-Language, Cache-Control, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range,"
    " If-Unmodified-Since, Pragma, Range, X-Request-ID, X-Requested-With, *"
)
"""Request headers that scripts of other sites may send: all of them, as no data here depend on credentials.

The names are for browsers older than 2019 to 2022, which do not know the asterisk.
"""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def allows_cors(path: str) -> bool:
    """Whether scripts of other sites may read the responses of a path."""
    data = path == "/" or path.startswith(CORS_PATHS) or path.endswith((".json", ".png"))
    return data and not path.startswith(("/manage", "/static/"))


def everywhere(settings: Settings) -> dict[str, str]:
    """Headers of every response; with an https public URL, browsers must use https only (HSTS)."""
    strict = {"Strict-Transport-Security": _HSTS} if settings.public_url.startswith("https://") else {}
    return _EVERYWHERE | strict


def varying(settings: Settings) -> tuple[str, ...]:
    """Request headers that the links in a response depend on: none where a public URL is set."""
    if settings.public_url:
        return ()
    return ("Host", "X-Forwarded-Host", "X-Forwarded-Proto") if settings.proxies else ("Host",)


def policy(settings: Settings, nonce: str, *, embeddable: bool) -> str:
    """The Content-Security-Policy: this host, the nonce of the response, and the tile servers of the settings."""
    tiles = " ".join(sorted({layer.origin for layer in settings.tile_layers}))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src 'self' data: {tiles}".strip(),
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {'*' if embeddable else chr(39) + 'self' + chr(39)}",
        )
    )


def etag_of(*parts: object) -> str:
    """An ETag of the code and of `parts`; the same in every process that runs the same code."""
    return hashlib.sha256("\x1f".join(map(str, (code_digest(), *parts))).encode()).hexdigest()[:24]


def request_id(header: str) -> str:
    """The request id: the client's X-Request-ID if it is valid, otherwise a new one."""
    # It grants no access, so it need not be cryptographically random.
    return header if header and _REQUEST_ID.fullmatch(header) else f"{random.getrandbits(64):016x}"


def nonce() -> str:
    """The nonce of this response for its Content-Security-Policy, created at the first call."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def register(app: Flask, settings: Settings) -> None:
    """Set the id of every request and the headers of every response; answer CORS preflights."""

    @app.before_request
    def begin() -> None:
        g.request_id = request_id(request.headers.get("X-Request-ID", ""))

    @app.before_request
    def preflight() -> Response | None:
        """Answer a CORS preflight; None for any other request."""
        method = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or not method or not allows_cors(request.path):
            return None
        adapter = app.create_url_adapter(request)
        methods = adapter.allowed_methods() if adapter else []
        response = Response(status=204)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(methods))
        response.headers["Access-Control-Allow-Headers"] = _CORS_HEADERS
        response.headers["Access-Control-Max-Age"] = "86400"
        response.vary.update(("Origin", "Access-Control-Request-Method"))
        return response

    app.after_request(partial(_finish, settings, everywhere(settings), varying(settings)))


def _finish(settings: Settings, always: Mapping[str, str], links_vary: Sequence[str], response: Response) -> Response:
    headers = response.headers
    for name, value in always.items():
        headers.setdefault(name, value)
    if links_vary and not request.path.startswith("/static/"):
        response.vary.update(links_vary)
    headers.setdefault("X-Request-ID", g.request_id)
    # A 304 must not carry a new policy: the cache would store it with a page that has another nonce.
    if response.mimetype == "text/html" and response.status_code != 304:
        headers.setdefault("Content-Security-Policy", policy(settings, nonce(), embeddable=request.path == "/embed"))
        # Without it, caches would keep pages for a time that they guess (heuristic freshness, RFC 9111).
        headers.setdefault("Cache-Control", "no-cache")
        for name, value in _PAGES.items():
            headers.setdefault(name, value)
    if response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    return response

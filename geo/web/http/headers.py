"""Headers of every answer: what a page may load, who may frame it, how long it may be kept."""

import hashlib
import random
import re
import secrets
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, g, request

from geo.settings import Settings

OPEN = (
    "/collections", "/conformance", "/api", "/changes", "/export/", "/catalogue", "/catalog.", "/metadata/", "/tiles",
    "/tileMatrixSets", "/map.json", "/search.json", "/base/",
)  # fmt: skip
"""What pages of other sites may ask beside the landing page and `.json`: data, and nothing that manages it."""

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    # Tile servers ask which site sends people to them; no path of ours goes with it.
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
"""Headers of every response."""

_CORS_HEADERS = "Accept, Accept-Language, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range, X-Request-ID"
"""Request headers that pages of other sites may send."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def is_open(path: str) -> bool:
    """Whether pages of other sites may ask this address."""
    data = path == "/" or path.startswith(OPEN) or path.endswith(".json")
    return data and not path.startswith(("/manage", "/static/", "/vendor/"))


def policy(settings: Settings, nonce: str, *, framed: bool) -> str:
    """The Content-Security-Policy: our own host, the nonce of this answer, and the operator's tile hosts."""
    tiles = " ".join(sorted({layer.origin for layer in settings.tile_layers}))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src 'self' data: {tiles}".strip(),
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {'*' if framed else chr(39) + 'self' + chr(39)}",
        )
    )


def etag_of(*parts: object) -> str:
    """A stable tag of what an answer depends on; the same in every process that runs the same code."""
    return hashlib.sha256("\x1f".join(map(str, (_code_digest(), *parts))).encode()).hexdigest()[:24]


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """A digest of our own code: words and shapes of answers change with it while the data stays."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).resolve().parents[2].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def request_id(header: str) -> str:
    """The id by which a request is known: the caller's own where it is one, else a new one."""
    # Nobody gains by guessing one, so it need not be cryptographic.
    return header if header and _REQUEST_ID.fullmatch(header) else f"{random.getrandbits(64):016x}"


def nonce() -> str:
    """What marks the scripts of this answer as ours; made when a page first needs it."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def register(app: Flask, settings: Settings) -> None:
    """Give every request an id, and every answer its headers."""

    @app.before_request
    def begin() -> None:
        g.request_id = request_id(request.headers.get("X-Request-ID", ""))

    @app.before_request
    def preflight() -> Response | None:
        """What a browser asks before a page of another site may send anything but a plain GET."""
        method = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or not method or not is_open(request.path):
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

    @app.after_request
    def finish(response: Response) -> Response:
        headers = response.headers
        for name, value in EVERYWHERE.items():
            headers.setdefault(name, value)
        headers.setdefault("X-Request-ID", g.request_id)
        # A 304 has no page, and what it says would be written over what the caller keeps.
        if response.mimetype == "text/html" and response.status_code != 304:
            headers.setdefault("Content-Security-Policy", policy(settings, nonce(), framed=request.path == "/embed"))
            # A page is of one version and may be the caller's own: without this a cache would guess how long it holds.
            headers.setdefault("Cache-Control", "no-cache")
        if response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
        return response

"""Static files and the bundles made of them, with addresses that name their content and are cached for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from geo.views.map.assets import static_dir
from geo.views.map.bundles import NAMES, bundle_text
from geo.web.http.packing import densely

_YEAR_S = 31_536_000
_DAY_S = 86_400
_BUNDLES = "bundles/"
_TEXTS = {".js", ".css", ".svg", ".json"}

# mimetypes.guess_type depends on the operating system, and browsers refuse modules of another media type.
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".ico": "image/vnd.microsoft.icon",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Assets:
    """The static files and their versioned URLs."""

    def url(self, name: str) -> str:
        """The URL of a static file or bundle ("bundles/map.js"), with a digest of its content."""
        return f"{request.script_root}/static/{name}?v={_digest(_body(name))}"

    def register(self, app: Flask) -> None:
        """Serve /static."""

        @app.get("/static/<path:name>")
        def static(name: str) -> Response:
            return _answer(name, _body(name))

        @app.get("/offline.js")
        def offline() -> Response:
            """The service worker: it acts on the pages below its address, and browsers ask whether it has changed."""
            response = _answer("js/pages/offline.js", _body("js/pages/offline.js"))
            response.headers["Cache-Control"] = "no-cache"
            return response

        @app.get("/favicon.ico")
        def favicon() -> Response:
            """The icon for programs that look for it at this address only."""
            return _answer("img/favicon.ico", _body("img/favicon.ico"))


def _body(name: str) -> bytes:
    """The content of a static file or bundle; NotFound (404) outside the folder and for file types not in _TYPES."""
    if name.startswith(_BUNDLES):
        bundle = name.removeprefix(_BUNDLES)
        if bundle not in NAMES:
            raise NotFound
        return _encoded(bundle_text(bundle))
    file = safe_join(str(static_dir()), name)
    path = Path(file) if file else static_dir()
    if path.suffix not in _TYPES or not path.is_file():
        raise NotFound
    return _content(path, path.stat().st_mtime_ns)


def _answer(name: str, body: bytes) -> Response:
    """The response with a file, cached for a year if its URL names its content; 304 if the client's copy is valid."""
    tag, ending = _digest(body), Path(name).suffix
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(body, mimetype=_TYPES[ending])
    response.set_etag(tag, weak=True)
    for_ever = request.args.get("v") == tag
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR_S}, immutable" if for_ever else f"public, max-age={_DAY_S}"
    )
    return densely(response) if ending in _TEXTS else response


@lru_cache(maxsize=256)
def _content(path: Path, stamp: int) -> bytes:
    return path.read_bytes()


@lru_cache(maxsize=32)
def _encoded(text: str) -> bytes:
    return text.encode()


@lru_cache(maxsize=256)
def _digest(body: bytes) -> str:
    """The digest of a body, which is its version and its ETag."""
    return hashlib.sha256(body).hexdigest()[:10]

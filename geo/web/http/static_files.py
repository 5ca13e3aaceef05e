"""Static files, the style sheet of the layers and front-end libraries from Python packages, with versioned URLs."""

import hashlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from geo.views.map import layer_symbols
from geo.views.map.assets import VENDOR, static_dir, vendor_dir, vendor_version

_YEAR_S = 31_536_000
_DAY_S = 86_400

# mimetypes.guess_type depends on the operating system, and browsers refuse modules of another media type.
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".ico": "image/vnd.microsoft.icon",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Assets:
    """The static files and their versioned URLs."""

    def url(self, name: str) -> str:
        """The URL of a static file with a digest of its content, so that browsers can cache it for a year."""
        return f"{request.script_root}/static/{name}?v={_tag(name)}"

    def module_map(self) -> dict[str, str]:
        """Import map of the JavaScript modules: plain URL -> versioned URL."""
        root = static_dir()
        names = sorted(path.relative_to(root).as_posix() for path in (root / "js").rglob("*.js"))
        return {f"{request.script_root}/static/{name}": self.url(name) for name in names}

    def register(self, app: Flask) -> None:
        """Serve /static and /vendor."""

        @app.get("/static/<path:name>")
        def static(name: str) -> Response:
            if name == layer_symbols.FILE:
                return _answer(_layers_css, _tag(name), ".css")
            return _file(static_dir(), name)

        @app.get("/vendor/<library>/<version>/<path:name>")
        def vendor(library: str, version: str, name: str) -> Response:
            if library not in VENDOR or version != vendor_version(library):
                raise NotFound
            return _file(vendor_dir(library), name, is_versioned=True)

        @app.get("/favicon.ico")
        def favicon() -> Response:
            """The icon for programs that look for it at this address only."""
            return _file(static_dir() / "img", "favicon.ico")


def _file(folder: Path, name: str, *, is_versioned: bool = False) -> Response:
    """A file of a folder; NotFound (404) outside it and for file types not in _TYPES."""
    file = safe_join(str(folder), name)
    path = Path(file) if file else folder
    if path.suffix not in _TYPES or not path.is_file():
        raise NotFound
    return _answer(path.read_bytes, _digest(path), path.suffix, is_versioned=is_versioned)


def _answer(body: Callable[[], bytes], tag: str, ending: str, *, is_versioned: bool = False) -> Response:
    """A file with its ETag, cached for a year if its URL names its version; 304 if the client's copy is valid."""
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(body(), mimetype=_TYPES[ending])
    response.set_etag(tag, weak=True)
    for_ever = is_versioned or request.args.get("v") == tag
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR_S}, immutable" if for_ever else f"public, max-age={_DAY_S}"
    )
    return response


def _layers_css() -> bytes:
    return layer_symbols.style_sheet().encode()


@cache
def _layers_tag() -> str:
    return hashlib.sha256(_layers_css()).hexdigest()[:10]


def _tag(name: str) -> str:
    """The digest of a static file, which is its version and its ETag."""
    return _layers_tag() if name == layer_symbols.FILE else _digest(static_dir() / name)


@lru_cache(maxsize=256)
def _digest_at(path: Path, stamp: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _digest(path: Path) -> str:
    return _digest_at(path, path.stat().st_mtime_ns)

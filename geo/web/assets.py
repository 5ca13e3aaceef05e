"""Our own files and the libraries that pip brought, served with addresses that change when they do."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory

from geo.views.assets import VENDOR, static_dir, vendor_dir

_YEAR_S = 31_536_000
_DAY_S = 86_400


class Assets:
    """The static files and their versioned addresses."""

    def url(self, name: str) -> str:
        """The address of one of our files, with a digest of its content so that it can be kept for ever."""
        return f"{request.script_root}/static/{name}?v={_digest(static_dir() / name)}"

    def module_map(self) -> dict[str, str]:
        """Every browser module's plain address -> its versioned one, for an import map."""
        root = static_dir()
        names = sorted(path.relative_to(root).as_posix() for path in (root / "js").rglob("*.js"))
        return {f"{request.script_root}/static/{name}": self.url(name) for name in names}

    def register(self, app: Flask) -> None:
        """Serve /static and /vendor."""

        @app.get("/static/<path:name>")
        def static(name: str) -> Response:
            return _kept(send_from_directory(static_dir(), name), for_ever="v" in request.args)

        @app.get("/vendor/<library>/<path:name>")
        def vendor(library: str, name: str) -> Response:
            folder = vendor_dir(library) if library in VENDOR else static_dir() / "none"
            return _kept(send_from_directory(folder, name), for_ever=False)


def _kept(response: Response, *, for_ever: bool) -> Response:
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR_S}, immutable" if for_ever else f"public, max-age={_DAY_S}"
    )
    response.direct_passthrough = False
    return response


@lru_cache(maxsize=256)
def _digest_at(path: Path, stamp: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _digest(path: Path) -> str:
    return _digest_at(path, path.stat().st_mtime_ns)

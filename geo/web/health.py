"""For programs that watch the service: whether it is alive (/healthz), and serves what was published (/readyz)."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, Response, current_app

from geo.atlas import AtlasSource, VersionInfo
from geo.errors import DiskFull, GeoError
from geo.schema import Label
from geo.settings import Settings
from geo.store import Version, open_store
from geo.web.http.errors import PREPARE

PATHS = ("/healthz", "/readyz")
"""Addresses that are answered whatever state the data are in."""
_DAMAGED = Label(
    "Không đọc được kho dữ liệu. Người vận hành: hãy chạy python app.py doctor.",
    "The store cannot be read. Operator: run python app.py doctor.",
)
_NO_ATLAS = Label(
    "Không đọc được dữ liệu đang phục vụ. Người vận hành: hãy chạy python app.py doctor.",
    "The data that are served cannot be read. Operator: run python app.py doctor.",
)
_OTHER = Label(
    "Phiên bản đang phục vụ không phải phiên bản đã công bố; hệ thống đang tự chuẩn bị lại. Nếu kéo dài, người vận hành"
    " hãy khởi động lại, rồi chạy python app.py doctor.",
    "The version that is served is not the one that was published; that one is being prepared. If this lasts:"
    " operator, restart, then run python app.py doctor.",
)
_FULL = Label(
    "Phiên bản mới chưa được chuẩn bị vì đĩa đã đầy. Người vận hành: hãy giải phóng chỗ; hệ thống sẽ tự làm tiếp.",
    "The new version is not prepared, because the disk is full. Operator: make room; the service then goes on.",
)
_PREPARING = Label("Phiên bản mới đang được chuẩn bị.", "The new version is being prepared.")


class Readiness(NamedTuple):
    """The version that was published last, the one that is served, and what is the matter when they differ."""

    published: Version | None
    served: VersionInfo | None
    reason: Label | None
    ready: bool

    def to_json(self) -> dict[str, Any]:
        """The readiness as plain values."""
        return {
            "status": "ready" if self.ready else "not ready",
            "published": _plain(self.published),
            "served": _plain(self.served),
            "agree": self.published is not None and _plain(self.published) == _plain(self.served),
            "reason": None if self.reason is None else {"vi": self.reason.vi, "en": self.reason.en},
        }


class Health:
    """The routes of health and readiness."""

    def __init__(
        self, settings: Settings, source: AtlasSource, failure: Callable[[], GeoError | None] = lambda: None
    ) -> None:
        self._settings, self._source, self._failure = settings, source, failure

    def register(self, app: Flask) -> None:
        """Answer /healthz and /readyz."""
        app.add_url_rule("/healthz", view_func=self.health, endpoint="health")
        app.add_url_rule("/readyz", view_func=self.ready, endpoint="ready")

    def health(self) -> Response:
        """Whether data can be answered, and from which version; 503 when there is none or it cannot be read."""
        served = self._served()
        body = {
            "status": "ok" if served is not None else "no data",
            "version": None if served is None else served.number,
            "published_at": None if served is None else served.published_at,
        }
        return _uncached(body, 200 if served is not None else 503)

    def ready(self) -> Response:
        """Whether what is served can be read and is what was published; 503 when not."""
        readiness = self._readiness()
        return _uncached(readiness.to_json(), 200 if readiness.ready else 503)

    def _served(self) -> VersionInfo | None:
        try:
            return self._source().version
        except GeoError:
            _ask()
            return None

    def _readiness(self) -> Readiness:
        served = self._served()
        try:
            published = open_store(self._settings).current()
        except GeoError:
            return Readiness(None, served, _DAMAGED, ready=False)
        if served is None or not self._is_readable():
            return Readiness(published, served, _NO_ATLAS, ready=False)
        if published is not None and (published.number, published.digest) == (served.number, served.digest):
            return Readiness(published, served, None, ready=True)
        if published is not None and isinstance(self._failure(), DiskFull):
            return Readiness(published, served, _FULL, ready=False)
        if published is not None and served.number < published.number and self._is_fresh(published):
            return Readiness(published, served, _PREPARING, ready=True)
        return Readiness(published, served, _OTHER, ready=False)

    def _is_readable(self) -> bool:
        """Whether the current atlas answers a question that needs its tables."""
        try:
            self._source().metadata("province")
        except GeoError:
            _ask()
            return False
        return True

    def _is_fresh(self, published: Version) -> bool:
        """Whether the job that published a version may still be freezing its atlas."""
        age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(published.published_at)
        return age.total_seconds() <= self._settings.import_seconds


def _ask() -> None:
    """Have the version that is served verified and prepared again."""
    if PREPARE in current_app.extensions:
        current_app.extensions[PREPARE](None)


def _plain(version: Version | VersionInfo | None) -> dict[str, object] | None:
    if version is None:
        return None
    return {"number": version.number, "published_at": version.published_at, "digest": version.digest}


def _uncached(body: dict[str, Any], status: int) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status != 200:
        response.headers["Retry-After"] = "30"
    return response

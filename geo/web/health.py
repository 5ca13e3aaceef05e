"""For programs that watch the service: whether it is alive (/healthz), and serves what was published (/readyz)."""

import datetime as dt
import json
from typing import Any, NamedTuple

from flask import Flask, Response

from geo.atlas import AtlasSource, Query, VersionInfo
from geo.errors import GeoError
from geo.schema import Label
from geo.settings import Settings
from geo.store import Version, open_store

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
    "Phiên bản đang phục vụ không phải phiên bản đã công bố. Người vận hành: hãy khởi động lại, rồi chạy python app.py"
    " doctor.",
    "The version that is served is not the one that was published. Operator: restart, then run python app.py doctor.",
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

    def __init__(self, settings: Settings, source: AtlasSource) -> None:
        self._settings, self._source = settings, source

    def register(self, app: Flask) -> None:
        """Answer /healthz and /readyz."""
        app.add_url_rule("/healthz", view_func=self.health, endpoint="health")
        app.add_url_rule("/readyz", view_func=self.ready, endpoint="ready")

    def health(self) -> Response:
        """That the service answers, and from which version; its number is null when there is none."""
        served = self._served()
        body = {
            "status": "ok",
            "version": None if served is None else served.number,
            "published_at": None if served is None else served.published_at,
        }
        return _uncached(body, 200)

    def ready(self) -> Response:
        """Whether what is served can be read and is what was published; 503 when not."""
        readiness = self._readiness()
        response = _uncached(readiness.to_json(), 200 if readiness.ready else 503)
        if not readiness.ready:
            response.headers["Retry-After"] = "30"
        return response

    def _served(self) -> VersionInfo | None:
        try:
            return self._source().version
        except GeoError:
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
        if published is not None and served.number < published.number and self._is_fresh(published):
            return Readiness(published, served, _PREPARING, ready=True)
        return Readiness(published, served, _OTHER, ready=False)

    def _is_readable(self) -> bool:
        """Whether the current atlas answers a question that needs its tables."""
        try:
            self._source().count(Query("province"))
        except GeoError:
            return False
        return True

    def _is_fresh(self, published: Version) -> bool:
        """Whether the job that published a version may still be freezing its atlas."""
        age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(published.published_at)
        return age.total_seconds() <= self._settings.import_seconds


def _plain(version: Version | VersionInfo | None) -> dict[str, object] | None:
    if version is None:
        return None
    return {"number": version.number, "published_at": version.published_at, "digest": version.digest}


def _uncached(body: dict[str, Any], status: int) -> Response:
    response = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response

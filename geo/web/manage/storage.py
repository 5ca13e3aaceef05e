"""The page /manage/storage: what takes room on the disk of the service."""

from flask import Flask, Response, g, request

from geo.disk_usage import free_bytes, usage_of
from geo.settings import Settings
from geo.web.http import params
from geo.web.manage.imports import page

_MB = 1_000_000


class Storage:
    """The route of the page."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def register(self, app: Flask) -> None:
        """Add the route."""
        app.add_url_rule("/manage/storage", "storage", self.show)

    def show(self) -> Response:
        """The page with the room that each kind of files takes, and that is free."""
        params.only(request.args)
        usages = usage_of(self.settings)
        rows = [
            (usage.kind.label.of(g.lang), _megabytes(usage.size), usage.files, usage.kind.bound.of(g.lang))
            for usage in usages
        ]
        return page(
            "manage/storage.html", rows=rows, total=_megabytes(sum(usage.size for usage in usages)),
            free=_megabytes(free_bytes(self.settings)),
        )  # fmt: skip


def _megabytes(size: int) -> str:
    """Megabytes with one decimal and the separators of the language of the request."""
    text = f"{size / _MB:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if g.lang == "vi" else text

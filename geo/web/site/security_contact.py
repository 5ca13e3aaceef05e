"""Whom to tell of a fault in the service's safety: /.well-known/security.txt (RFC 9116)."""

import datetime as dt

from flask import Flask, Response
from werkzeug.exceptions import NotFound

from geo.settings import Settings
from geo.web.http.urls import SiteUrls

PATH = "/.well-known/security.txt"
_VALID = dt.timedelta(days=180)


def register(app: Flask, settings: Settings) -> None:
    """Answer the address; not found where no contact is set."""

    @app.get(PATH)
    def security_txt() -> Response:
        if not settings.security_contact:
            raise NotFound
        lines = [
            f"Contact: {settings.security_contact}",
            f"Expires: {(dt.datetime.now(dt.UTC) + _VALID):%Y-%m-%dT00:00:00Z}",
            "Preferred-Languages: vi, en",
        ]
        if settings.public_url:
            lines.append(f"Canonical: {SiteUrls().host()}{PATH}")
        return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

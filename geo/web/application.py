"""The Flask application: routes, request hooks, compression and template helpers, put together by create_app."""

from pathlib import Path

from flask import Flask, g, redirect, request
from flask import Response as Answer
from flask_compress import Compress
from werkzeug.exceptions import RequestURITooLarge
from werkzeug.wrappers import Response

from geo.atlas import Atlas, AtlasSource
from geo.errors import BadQuery, BadSource, NotFound
from geo.schema import LANGS
from geo.settings import Settings
from geo.views.values import format_date, format_moment
from geo.web.http import errors, headers, params
from geo.web.http.response_cache import ResponseCache
from geo.web.http.static_files import Assets
from geo.web.http.urls import PUBLIC_URL, SiteUrls
from geo.web.manage import access
from geo.web.manage.imports import Manage
from geo.web.manage.restorations import Restorations
from geo.web.manage.versions import Versions
from geo.web.ogc import catalogue, changes, core, items, tiles
from geo.web.ogc.front import Front
from geo.web.site import downloads, map_data, pages, robots
from geo.web.words.site import word

MAX_ADDRESS = 8_000
"""Most characters of path and query; the message of 414 in errors.py names POST for longer filters."""

_GZIP_TIME = slice(4, 8)
"""Bytes of the gzip header that hold the time (MTIME, RFC 1952): set to zero, as a strong ETag means equal bytes."""

_COMPRESSION = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_ALGORITHM_STREAMING": ["br", "gzip"],
    "COMPRESS_BR_LEVEL": 5,
    "COMPRESS_LEVEL": 4,  # of gzip, which programs accept (browsers: brotli): half the time of level 6, 7 % more bytes
    "COMPRESS_MIMETYPES": [
        "text/html", "text/css", "text/csv", "text/javascript", "application/json", "application/geo+json",
        "application/manifest+json", "application/xml", "application/ld+json", "application/rdf+xml",
        "application/schema+json",
        "application/vnd.oai.openapi+json", "text/plain", "image/svg+xml",
        "application/vnd.google-earth.kml+xml", "application/vnd.ogc.fg+json", "application/geo+json-seq",
    ],
}  # fmt: skip


def create_app(settings: Settings, atlas_source: AtlasSource, *, templates: Path) -> Flask:
    """The WSGI application; each request is answered from the atlas that is current when it arrives."""
    app = Flask(__name__, template_folder=str(templates.resolve()), static_folder=None)
    app.config.update(_COMPRESSION, **{PUBLIC_URL: settings.public_url, "MAX_CONTENT_LENGTH": settings.largest_request})
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[items.ATLAS_SOURCE] = atlas_source
    assets = Assets()
    Front(app, settings, atlas_source)
    ResponseCache(app, atlas_source)
    headers.register(app, settings)
    _begin_requests(app, atlas_source)
    _help_templates(app, assets)
    access.register(app, settings)
    assets.register(app)
    Manage(settings, assets).register(app)
    Versions(settings, assets).register(app)
    Restorations(settings).register(app)
    map_data.register(app)
    files = downloads.Downloads(settings, atlas_source.keys)
    files.register(app)
    files.register_province(app)
    core.register(app, settings)
    items.register(app, settings)
    changes.register(app)
    tiles.register(app, settings)
    catalogue.register(app)
    pages.register(app, settings, assets)
    robots.register(app)
    errors.register(app)
    _compress(app)
    return app


def _compress(app: Flask) -> None:
    """Compress responses that are generated for each request; downloads are cached compressed."""
    app.config["COMPRESS_REGISTER"] = False
    compress = Compress(app)

    @app.after_request
    def compress_response(response: Answer) -> Answer:
        if g.get("skip_compression") or "Content-Encoding" in response.headers:
            return response
        compressed: Answer = compress.after_request(response)
        if compressed.headers.get("Content-Encoding") == "gzip" and not compressed.is_streamed:
            body = compressed.get_data()
            compressed.set_data(body[: _GZIP_TIME.start] + bytes(4) + body[_GZIP_TIME.stop :])
        return compressed


def _begin_requests(app: Flask, atlas_source: AtlasSource) -> None:
    """Set language and atlas of every request; redirect paths that end with a slash, refuse long addresses."""

    @app.before_request
    def begin() -> Response | None:
        g.lang = "vi"
        g.lang = params.language(request.args)
        _refuse_no_host()
        if request.path.endswith("/") and request.path.strip("/"):
            return redirect(SiteUrls().without_slash(), 308)
        if len(request.path) + len(request.query_string) > MAX_ADDRESS:
            raise RequestURITooLarge
        if not request.path.startswith(("/static/", "/vendor/")):
            g.atlas = g.current_atlas = _current(atlas_source)
        return None


def _refuse_no_host() -> None:
    """Raise BadQuery for an invalid Host header (RFC 9112, 3.2): the links of responses begin with it."""
    if not request.host and request.path != "/healthz":  # monitoring may send no host name
        header = request.headers.get("Host", "")
        raise BadQuery(
            f"Host: {header!r} is not a valid host. Expected a name or an address such as ocop.example.vn:5000.",
            f"Host: {header!r} không phải tên máy hợp lệ. Cần tên hoặc địa chỉ như ocop.example.vn:5000.",
        )


def _current(atlas_source: AtlasSource) -> Atlas:
    try:
        return atlas_source()
    except NotFound as error:
        # A fault of the server, whose paths must not reach the client.
        raise BadSource(
            "The service has no data yet. Please inform the administrator.",
            "Dịch vụ chưa có dữ liệu. Hãy báo cho quản trị viên.",
        ) from error


def _help_templates(app: Flask, assets: Assets) -> None:
    """Register the template filters for dates and moments, and the functions for words and URLs."""
    app.jinja_env.filters["date"] = lambda iso: format_date(iso, g.lang)
    app.jinja_env.filters["moment"] = lambda iso: format_moment(iso, g.lang)
    app.jinja_env.filters["day"] = lambda iso: format_moment(iso, g.lang).partition(" ")[0]

    @app.context_processor
    def helpers() -> dict[str, object]:
        urls = SiteUrls()
        return {
            "t": lambda key: word(key, g.lang),
            "lang": g.lang,
            "nonce": headers.nonce(),
            "url": urls.page,
            "urls": urls,
            "static": assets.url,
            "request_id": g.request_id,
            "may_manage": g.get("may_manage", False),
            "lang_urls": {lang: urls.in_language(lang) for lang in LANGS},
        }

"""The Flask application: routes, request hooks, compression and template helpers, put together by create_app."""

from functools import cache
from pathlib import Path
from wsgiref.types import WSGIApplication

from flask import Flask, g, redirect, request
from flask import Response as Answer
from flask_compress import Compress
from werkzeug.exceptions import RequestURITooLarge
from werkzeug.wrappers import Response

from geo.atlas import Atlas, AtlasSource
from geo.basemap.ground import GroundSource
from geo.budget import JobSlots
from geo.drafts import Jobs
from geo.errors import BadQuery, Busy, NotFound, Unprepared
from geo.schema import LANGS
from geo.settings import Settings
from geo.views.map.bundles import bundle_text
from geo.views.values import format_count, format_date, format_moment
from geo.web import health
from geo.web.http import bodies, errors, headers
from geo.web.http.access_log import AccessLog
from geo.web.http.codings import CODINGS, AcceptedCodings
from geo.web.http.gateway import FOREIGN_HOST, TOO_MANY_TRANSFERS, Gateway, served_hosts
from geo.web.http.list_request import ListRequest
from geo.web.http.metering import Metering, refuse
from geo.web.http.page_language import choose_language, describe_language, keeps_language
from geo.web.http.response_cache import ResponseCache
from geo.web.http.static_files import Assets
from geo.web.http.urls import PUBLIC_URL, SiteUrls
from geo.web.manage.access import Access
from geo.web.manage.cohort_form import CohortForm
from geo.web.manage.imports import Manage
from geo.web.manage.preparing import Preparing
from geo.web.manage.restorations import Restorations
from geo.web.manage.storage import Storage
from geo.web.manage.versions import Versions
from geo.web.ogc import catalogue, changes, core, items, tiles
from geo.web.ogc.front import Front
from geo.web.plan import certificate_files, report_files, sheet_files
from geo.web.plan.figure_pages import FigurePages
from geo.web.plan.phase_values import PhaseValues
from geo.web.plan.plan_map import WITH_MAP, plan_map
from geo.web.plan.proximity_data import ProximityData
from geo.web.plan.workbench import Workbench
from geo.web.site import base_map, downloads, map_data, pages, previews, printing, robots, security_contact
from geo.web.words.site import word

MAX_ADDRESS = 8_000
"""Most characters of path and query; the message of 414 in errors.py names POST for longer filters."""

_TRANSFERS_RETRY_S = 10
"""Seconds after which a caller may ask again when too many bodies and large downloads are being transferred."""

_GZIP_TIME = slice(4, 8)
"""Bytes of the gzip header that hold the time (MTIME, RFC 1952): set to zero, as a strong ETag means equal bytes."""

_COMPRESSION = {
    "COMPRESS_ALGORITHM": CODINGS,
    "COMPRESS_ALGORITHM_STREAMING": CODINGS,
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


def create_app(
    settings: Settings, atlas_source: AtlasSource, *, templates: Path, prepares: bool = False, jobs: Jobs | None = None
) -> Flask:
    """The WSGI application; each request is answered from the atlas that is current when it arrives.

    With `prepares`, a thread builds the atlas of a version that is published and not served yet. `jobs` carries out
    imports and restorations; without it, child processes do.
    """
    app = Flask(__name__, template_folder=str(templates.resolve()), static_folder=None)
    app.request_class = ListRequest
    app.config.update(_COMPRESSION, **{PUBLIC_URL: settings.public_url, "MAX_CONTENT_LENGTH": settings.body_kb * 1024})
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[errors.ATLAS_SOURCE] = atlas_source
    app.url_map.merge_slashes = False  # Werkzeug would redirect to an address of its own making; see `begin`
    assets = Assets()
    application = app.wsgi_app
    _shorten(app, settings, atlas_source, application)
    headers.register(app, settings)
    _begin_requests(app, settings, atlas_source)
    _help_templates(app, assets)
    Access(settings).register(app)
    bodies.register(app, settings)
    assets.register(app)
    jobs = jobs or Jobs(settings)
    preparing = _register_management(app, settings, atlas_source, assets, jobs)
    if prepares:
        preparing.start()
    health.Health(settings, atlas_source, preparing.failure).register(app)
    files = _register_site(app, settings, atlas_source, assets)
    _register_plan(app, settings, atlas_source, files, jobs, assets)
    errors.register(app)
    _compress(app)
    _guard(app, settings, application)
    return app


def _register_site(app: Flask, settings: Settings, atlas_source: AtlasSource, assets: Assets) -> downloads.Downloads:
    """Add the pages, the map's data, the downloads and the OGC API; return what sends files."""
    slots = JobSlots(settings.locks_dir, settings.jobs_at_once, settings.job_seconds)
    grounds = GroundSource(settings.basemap_dir)
    base_map.register(app, grounds)
    map_data.register(app, slots, grounds)
    files = downloads.Downloads(settings, atlas_source.keys, slots)
    files.register(app)
    files.register_province(app)
    files.register_worklist(app)
    previews.register(app, files)
    printing.register(app, files, grounds)
    core.register(app, settings)
    items.register(app, settings)
    changes.register(app)
    tiles.register(app, settings, slots)
    catalogue.register(app, settings)
    pages.register(app, settings, assets, grounds)
    robots.register(app)
    security_contact.register(app, settings)
    return files


def _register_plan(
    app: Flask, settings: Settings, atlas_source: AtlasSource, files: downloads.Downloads, jobs: Jobs, assets: Assets
) -> None:
    """Add the pages for planners and the addresses of figures."""
    workbench, grounds = Workbench(atlas_source, files), GroundSource(settings.basemap_dir)
    workbench.more_values["phase"] = PhaseValues(settings, jobs)
    workbench.more_values |= dict.fromkeys(WITH_MAP, plan_map(settings, assets, grounds))
    workbench.register(app)
    ProximityData(workbench).register(app)
    FigurePages(workbench).register(app)
    certificate_files.register(app, workbench)
    report_files.register(app, workbench, files, grounds, settings)
    sheet_files.register(app, workbench, files, grounds)


def _register_management(
    app: Flask, settings: Settings, atlas_source: AtlasSource, assets: Assets, jobs: Jobs
) -> Preparing:
    """Add the pages under /manage; return what prepares versions."""
    preparing = Preparing(settings, atlas_source, jobs)
    preparing.register(app)
    Manage(settings, assets, jobs).register(app)
    Versions(settings, assets).register(app)
    Restorations(jobs).register(app)
    Storage(settings).register(app)
    CohortForm(jobs).register(app)
    return preparing


def _shorten(app: Flask, settings: Settings, atlas_source: AtlasSource, application: WSGIApplication) -> None:
    """Put the answers that need no Flask in front of the application, and before them what they depend on."""
    Front(app, settings, atlas_source)
    Metering(app, settings, atlas_source, refusing=application)
    ResponseCache(app, atlas_source)
    AcceptedCodings(app)


def _guard(app: Flask, settings: Settings, application: WSGIApplication) -> None:
    """Put the log of requests and the check of hosts and proxies in front of the application and its caches."""
    if settings.access_log:
        AccessLog(app)
    Gateway(app, settings, refusing=application)  # outermost: what lies behind it sees the caller's own address


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


def _begin_requests(app: Flask, settings: Settings, atlas_source: AtlasSource) -> None:
    """Set language and atlas of every request; redirect paths with empty parts, refuse foreign hosts and long URLs."""

    app.after_request(describe_language)

    @app.before_request
    def begin() -> Response | None:
        choose_language()
        refuse(request.environ)
        _refuse_no_host()
        _refuse_foreign_host(settings)
        _refuse_transfer()
        # Werkzeug's request.path has one slash at its beginning, however many were sent.
        if "//" in request.environ["PATH_INFO"] or (request.path.endswith("/") and request.path != "/"):
            return redirect(SiteUrls().with_single_slashes(), 308)
        if len(request.path) + len(request.query_string) > MAX_ADDRESS:
            raise RequestURITooLarge
        if not request.path.startswith(("/static/", "/favicon.ico", *health.PATHS)):
            g.atlas = g.current_atlas = _current(atlas_source)
        return None


def _refuse_no_host() -> None:
    """Raise BadQuery for an invalid Host header (RFC 9112, 3.2): the links of responses begin with it."""
    if not request.host and request.path not in health.PATHS:  # monitoring may send no host name
        header = request.headers.get("Host", "")
        raise BadQuery(
            f"Host: {header!r} is not a valid host. Expected a name or an address such as ocop.example.vn:5000.",
            f"Host: {header!r} không phải tên máy hợp lệ. Cần tên hoặc địa chỉ như ocop.example.vn:5000.",
        )


def _refuse_foreign_host(settings: Settings) -> None:
    """Raise BadQuery for a Host header that GEO_HOSTS does not hold: nobody's links lead to a name of a stranger."""
    if FOREIGN_HOST in request.environ:
        names = ", ".join(served_hosts(settings))
        raise BadQuery(
            f"Host: {request.host!r} is not a name of this service. Its names: {names}. A proxy must pass the Host"
            " header on; the administrator sets the names with GEO_HOSTS.",
            f"Host: {request.host!r} không phải tên của dịch vụ này. Các tên: {names}. Máy chủ trung gian cần chuyển"
            " tiếp tiêu đề Host; quản trị viên đặt các tên bằng GEO_HOSTS.",
        )


def _refuse_transfer() -> None:
    """Raise Busy for a request whose body or response the server has no place for (GEO_TRANSFERS)."""
    if TOO_MANY_TRANSFERS in request.environ:
        raise Busy(
            f"The server is transferring too many files at once. Try again in {_TRANSFERS_RETRY_S} seconds.",
            f"Máy chủ đang nhận và gửi quá nhiều tệp cùng lúc. Hãy thử lại sau {_TRANSFERS_RETRY_S} giây.",
            retry_s=_TRANSFERS_RETRY_S,
        )


@cache
def _theme_script() -> str:
    """The script that applies the chosen theme before a page is drawn."""
    return bundle_text("theme.js")


def _current(atlas_source: AtlasSource) -> Atlas:
    try:
        return atlas_source()
    except NotFound as error:
        # A fault of the server, whose paths must not reach the client. The store has data: serve has built an atlas.
        raise Unprepared(
            "The service has no data yet; they are being prepared. If this lasts, please inform the administrator.",
            "Dịch vụ chưa có dữ liệu; dữ liệu đang được chuẩn bị. Nếu kéo dài, hãy báo cho quản trị viên.",
        ) from error


def _help_templates(app: Flask, assets: Assets) -> None:
    """Register the template filters for dates and moments, and the functions for words and URLs."""
    app.jinja_env.filters["grouped"] = lambda count: format_count(count, g.lang)
    app.jinja_env.filters["date"] = lambda iso: format_date(iso, g.lang)
    app.jinja_env.filters["moment"] = lambda iso: format_moment(iso, g.lang)
    app.jinja_env.filters["day"] = lambda iso: format_moment(iso, g.lang).partition(" ")[0]

    @app.context_processor
    def helpers() -> dict[str, object]:
        urls = SiteUrls()
        return {
            "t": lambda key, count=None: word(key, g.lang, count),
            "lang": g.lang,
            "keeps_lang": keeps_language(),
            "unknown_lang": g.get("unknown_lang", ""),
            "nonce": headers.nonce(),
            "url": urls.page,
            "urls": urls,
            "static": assets.url,
            "theme_script": _theme_script(),
            "request_id": g.request_id,
            "may_manage": g.get("may_manage", False),
            "lang_urls": {lang: urls.in_language(lang) for lang in LANGS},
        }

"""The Flask views of features: a page by GET or POST, as GeoJSON or as a file, and a single feature."""

import hashlib
import io
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import UnsupportedMediaType

from geo import budget
from geo.errors import BadQuery
from geo.ocop.parameters import SELECTION
from geo.settings import Settings
from geo.views.export.download import write_export
from geo.views.formats import FORMATS, file_name
from geo.views.ogc import features
from geo.web.http import params
from geo.web.http.caching import conditional_response, conditions
from geo.web.http.errors import ATLAS_SOURCE
from geo.web.http.list_request import parse_query
from geo.web.http.negotiate import negotiate
from geo.web.http.params import Args
from geo.web.http.response_cache import mark_cacheable
from geo.web.http.urls import SiteUrls
from geo.web.ogc import query
from geo.web.ogc.answer import (
    FEATURE_FORMS,
    JSON_FORMS,
    PAGE_FORMS,
    Answer,
    ItemsRequest,
    Page,
    answer,
    check,
    links_to_page,
    system_of,
    version_of,
)
from geo.web.ogc.core import see_page

_FORM = "application/x-www-form-urlencoded"
_BODIES = {"", _FORM, "application/json", "text/json"}
"""Media types of the body of a search; a body without a type is read as JSON."""


def register(app: Flask, settings: Settings) -> None:
    """Add the routes of features."""
    app.add_url_rule("/collections/<layer>/items", view_func=partial(items, settings), endpoint="items")
    app.add_url_rule("/collections/<layer>/items/<record>", view_func=partial(item, settings), endpoint="item")
    app.add_url_rule(
        "/collections/<layer>/search", view_func=partial(search, settings), endpoint="search_items", methods=["POST"]
    )


def items(settings: Settings, layer: str) -> Response:
    """A page of a layer's records as GeoJSON or as a file, or a redirect to the HTML page."""
    page_request = _request(settings, layer, "", request.args)
    check(page_request)
    _open_version(request.args)
    form = negotiate(PAGE_FORMS)
    if form in JSON_FORMS:
        return _response(answer(page_request, g.atlas))
    page = Page(page_request, g.atlas, links_to_page(page_request))
    if form == "html":
        parameters = params.join_values(request.args)
        selection = {name: parameters[name] for name in SELECTION if name in parameters}
        return see_page(f"/{layer}", **selection)
    return _file(page, form)


def item(settings: Settings, layer: str, record: str) -> Response:
    """One record as a GeoJSON Feature with its links, or a redirect to its HTML page."""
    record_request = _request(settings, layer, record, request.args)
    check(record_request)
    system_of(request.args)
    if negotiate(FEATURE_FORMS) == "html":
        g.atlas.feature(layer, record)
        return see_page(f"/{layer}/{quote(record, safe='')}")
    mark_cacheable()
    return _response(answer(record_request, g.atlas))


def search(settings: Settings, layer: str) -> Response:
    """A page of records by POST, with the parameters in the body, for filters that are too long for a URL."""
    params.only(request.args, "f")
    negotiate({"json": features.GEOJSON})
    if request.mimetype not in _BODIES:
        raise UnsupportedMediaType
    body = request.get_data()
    args = parse_query(body) if request.mimetype == _FORM else query.body_parameters(body)
    if "lang" in args:
        g.lang = params.language(args)
    if "f" in args:
        raise BadQuery("f belongs in the URL, not in the body.", "Hãy đặt f trong địa chỉ, không đặt trong nội dung.")
    page_request = _request(settings, layer, "", args)
    check(page_request)
    _open_version(args)
    page = Page(page_request, g.atlas, partial(_link_to_search, page_request))
    response = Response(page.body(), mimetype=features.GEOJSON)
    response.headers["Content-Crs"] = f"<{page.system.uri}>"
    response.headers["Cache-Control"] = "no-store"
    return response


def _request(settings: Settings, layer: str, record: str, args: Args) -> ItemsRequest:
    return ItemsRequest(
        layer,
        record,
        args,
        request.full_path,
        SiteUrls().site(),
        settings.max_page,
        settings.filter_functions,
        conditions(),
    )


def _response(reply: Answer) -> Response:
    return Response(reply.body, reply.status, reply.headers)


def _open_version(args: Args) -> None:
    """Use the atlas of the version in `args` for this request; NotFound for one that is not available."""
    number = version_of(args)
    if number is not None and number != g.atlas.version.number:
        g.atlas = current_app.extensions[ATLAS_SOURCE].at(number)


def _link_to_search(page_request: ItemsRequest, rel: str, media_type: str, **changes: str) -> dict[str, Any]:
    """A link to a page of a search by POST, with some parameters of its body changed."""
    site, layer = page_request.site, page_request.layer
    if media_type == features.HTML:
        return site.link(rel, f"/{layer}", media_type)
    body = params.join_values(page_request.args) | changes
    return {**site.link(rel, f"/collections/{layer}/search", media_type), "method": "POST", "body": body}


def _file(page: Page, form: str) -> Response:
    """The records of a page as a file; numberMatched, numberReturned, CRS and links are in headers."""
    if page.fields:
        raise BadQuery(
            f"properties cannot be combined with f={form}: files contain every property.",
            f"Không dùng properties cùng f={form} được: tệp luôn có mọi thuộc tính.",
        )
    budget.take_place()
    matched, kind = page.atlas.count(page.query), FORMATS[form]
    response = conditional_response(partial(_file_bytes, page, form), mimetype=kind.media_type, cors=True)
    name = file_name(page.layer, form, version=page.atlas.version.number)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Crs"] = f"<{page.system.uri}>"
    response.headers["OGC-NumberMatched"] = str(matched)
    returned = str(max(0, min(page.limit, matched - page.offset)))
    response.headers["OGC-NumberReturned"] = response.headers["X-Feature-Count"] = returned
    if response.status_code == 200:
        response.headers["X-File-SHA256"] = hashlib.sha256(response.get_data()).hexdigest()
    for link in page.links(matched):
        if link["rel"] in {"next", "prev"}:
            response.headers.add("Link", f'<{link["href"]}&f={form}>; rel="{link["rel"]}"; type="{kind.media_type}"')
    return response


def _file_bytes(page: Page, form: str) -> bytes:
    # The limit keeps a page small enough for memory; whole layers are downloaded from /export, through a disk cache.
    out = io.BytesIO()
    write_export(page.atlas, page.query, form, out, lang=g.lang, crs=page.crs, page=True, **page.options)
    return out.getvalue()

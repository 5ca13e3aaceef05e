"""The features of a collection in Flask: a page of them asked by GET or by POST, as GeoJSON or as a file, and one."""

import hashlib
import io
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import UnsupportedMediaType

from geo.errors import BadQuery
from geo.ocop.parameters import SELECTION
from geo.settings import Settings
from geo.views.export.download import write_export
from geo.views.formats import FORMATS, file_name
from geo.views.ogc import features
from geo.web.http import params
from geo.web.http.caching import answered, conditions
from geo.web.http.negotiate import chosen
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
from geo.web.ogc.core import elsewhere

ATLAS_SOURCE = "geo.atlas_source"
"""Where the application keeps what gives the current atlas and those of earlier versions."""

_FORM = "application/x-www-form-urlencoded"
_BODIES = {"", _FORM, "application/json", "text/json"}
"""Media types of the body of a search; one without a type is read as JSON."""


def register(app: Flask, settings: Settings) -> None:
    """Answer the addresses of features."""
    app.add_url_rule("/collections/<layer>/items", view_func=partial(items, settings), endpoint="items")
    app.add_url_rule("/collections/<layer>/items/<record>", view_func=partial(item, settings), endpoint="item")
    app.add_url_rule(
        "/collections/<layer>/search", view_func=partial(search, settings), endpoint="search_items", methods=["POST"]
    )


def items(settings: Settings, layer: str) -> Response:
    """A page of a layer's records as GeoJSON in the system asked for, or as a file."""
    page_request = _request(settings, layer, "", request.args)
    check(page_request)
    _open_version(request.args)
    form = chosen(PAGE_FORMS)
    if form in JSON_FORMS:
        return _response(answer(page_request, g.atlas))
    page = Page(page_request, g.atlas, links_to_page(page_request))
    if form == "html":
        selection = {name: ",".join(request.args.getlist(name)) for name in SELECTION if request.args.get(name)}
        return elsewhere(f"/{layer}", **selection)
    return _file(page, form)


def item(settings: Settings, layer: str, record: str) -> Response:
    """One record as a GeoJSON Feature with its links."""
    record_request = _request(settings, layer, record, request.args)
    check(record_request)
    system_of(request.args)
    if chosen(FEATURE_FORMS) == "html":
        g.atlas.feature(layer, record)
        return elsewhere(f"/{layer}/{record}")
    mark_cacheable()
    return _response(answer(record_request, g.atlas))


def search(settings: Settings, layer: str) -> Response:
    """The same page for parameters in the body, where a filter is too long for an address."""
    params.only(request.args, "f")
    chosen({"json": features.GEOJSON})
    if request.mimetype not in _BODIES:
        raise UnsupportedMediaType
    args = request.form if request.mimetype == _FORM else query.posted(request.get_data())
    if "lang" in args:
        g.lang = params.language(args)
    if "f" in args:
        raise BadQuery("f belongs to the address, not into the body.", "f thuộc về địa chỉ, không phải nội dung.")
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
    """Take the atlas of the version that the caller pages through; NotFound for one that is not kept."""
    number = version_of(args)
    if number is not None and number != g.atlas.version.number:
        g.atlas = current_app.extensions[ATLAS_SOURCE].at(number)


def _link_to_search(page_request: ItemsRequest, rel: str, media_type: str, **changes: str) -> dict[str, Any]:
    """A link to the page by POST with some parameters of its body changed."""
    site, layer = page_request.site, page_request.layer
    if media_type == features.HTML:
        return site.link(rel, f"/{layer}", media_type)
    body = params.joined(page_request.args) | changes
    return {**site.link(rel, f"/collections/{layer}/search", media_type), "method": "POST", "body": body}


def _file(page: Page, form: str) -> Response:
    """The records of a page as a file, with what a FeatureCollection says about itself in headers."""
    if page.fields:
        raise BadQuery(
            f"properties cannot be chosen for f={form}: files hold every property.",
            f"Không chọn properties cho f={form} được: tệp có mọi thuộc tính.",
        )
    matched, kind = page.atlas.count(page.query), FORMATS[form]
    response = answered(partial(_written, page, form), mimetype=kind.media_type, shared=True)
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


def _written(page: Page, form: str) -> bytes:
    # A page is small by its limit; whole layers go through /export, which keeps them on disk.
    out = io.BytesIO()
    write_export(page.atlas, page.query, form, out, lang=g.lang, crs=page.crs, page=True, **page.options)
    return out.getvalue()

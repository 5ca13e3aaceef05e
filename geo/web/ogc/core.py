"""OGC API - Features: landing page, conformance, API description, collections, queryables."""

from functools import partial
from typing import Any

import orjson
from flask import Flask, Response, g, render_template, request
from werkzeug.utils import redirect as _redirect

from geo.ocop.parameters import MAP_STATE
from geo.settings import Settings
from geo.views.catalogue import Site, records
from geo.views.ogc import features
from geo.views.ogc.queryables import queryables as queryables_of
from geo.views.openapi import document
from geo.views.tiles import tilesets
from geo.web.http import params
from geo.web.http.caching import conditional_response
from geo.web.http.negotiate import negotiate
from geo.web.http.params import Values
from geo.web.http.urls import SiteUrls
from geo.web.words.site import WORDS

FORMS = {"json": features.JSON, "html": features.HTML}
_SCHEMA = "application/schema+json"
_NEGOTIATED_PATHS = ("/collections", "/conformance", "/api", "/catalogue")
"""Path prefixes of resources with content negotiation."""


def register(app: Flask, settings: Settings) -> None:
    """Add the routes of the standard."""
    app.add_url_rule("/conformance", view_func=conformance)
    app.add_url_rule("/api", view_func=partial(api, settings), endpoint="api_description")
    app.add_url_rule("/collections", view_func=collections)
    app.add_url_rule("/collections/<layer>", view_func=collection)
    app.add_url_rule("/collections/<layer>/queryables", view_func=queryables)

    @app.before_request
    def landing_for_programs() -> Response | None:
        """Answer `/` with the JSON landing page, unless the client prefers text/html and gets the map page.

        Programs send `Accept: */*`; browsers and services that preview links name text/html.
        """
        if request.path != "/" or request.method not in {"GET", "HEAD"}:
            return None
        is_map = not request.args.keys().isdisjoint(MAP_STATE)  # a link to the map that somebody shares
        form = negotiate({"html": FORMS["html"], **FORMS} if is_map else FORMS)
        if form == "html":
            return None
        params.only(request.args, "f")
        return _document(features.landing(g.atlas, link, g.lang))

    @app.after_request
    def add_vary(response: Response) -> Response:
        if request.path == "/" or request.path.startswith(_NEGOTIATED_PATHS):
            response.vary.add("Accept")
            response.headers.setdefault("Access-Control-Allow-Origin", "*")
        return response


def link(rel: str, path: str, media_type: str = features.JSON, **query: Values) -> dict[str, str]:
    """A link object with its absolute URL."""
    return SiteUrls().site().link(rel, path, media_type, **query)


def _document(body: Any, media_type: str = features.JSON) -> Response:
    return conditional_response(lambda: orjson.dumps(body), mimetype=media_type, cors=True)


def see_page(path: str, **query: Values) -> Response:
    """303 See Other to the HTML page of the same resource."""
    response = _redirect(SiteUrls().page(path, **query), 303)
    return Response("", 303, {"Location": response.headers["Location"]})


def conformance() -> Response:
    """The conformance classes of the service."""
    params.only(request.args, "f")
    body = features.conformance(link, (*tilesets.CONFORMANCE, *records.CONFORMANCE))
    if negotiate(FORMS) == "html":
        return Response(
            render_template("conformance.html", classes=body["conformsTo"], version=g.atlas.version, active="connect"),
            mimetype=features.HTML,
        )
    return _document(body)


def api(settings: Settings) -> Response:
    """The OpenAPI document, as JSON or as an HTML page."""
    params.only(request.args, "f")
    form = negotiate({"json": features.OPENAPI, "html": features.HTML})
    server = SiteUrls().in_public("", "vi")
    site = Site(server, WORDS["site.title"], WORDS["site.about"], settings.contact)
    contact = {"name": site.title.of(g.lang), "url": site.contact_page(g.lang)}
    if site.email:
        contact["email"] = site.email
    body = document.document(server, settings.max_page, g.lang, contact)
    if form == "html":
        return Response(
            render_template("api.html", api=body, version=g.atlas.version, active="connect"), mimetype=features.HTML
        )
    return _document(body, features.OPENAPI)


def collections() -> Response:
    """The layers as collections."""
    params.only(request.args, "f")
    if negotiate(FORMS) == "html":
        return see_page("/layers")
    return _document(features.collections(g.atlas, link, g.lang))


def collection(layer: str) -> Response:
    """One layer as a collection."""
    params.only(request.args, "f")
    params.layer_name(layer)
    if negotiate(FORMS) == "html":
        return see_page(f"/{layer}")
    return _document(features.collection(g.atlas, layer, link, g.lang))


def queryables(layer: str) -> Response:
    """The queryables of a layer as a JSON Schema."""
    params.only(request.args, "f")
    params.layer_name(layer)
    negotiate({"json": _SCHEMA})
    address = SiteUrls().absolute(f"/collections/{layer}/queryables").partition("?")[0]
    return _document({"$id": address, **queryables_of(layer, g.lang)}, _SCHEMA)

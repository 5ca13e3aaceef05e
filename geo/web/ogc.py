"""OGC API - Features over HTTP: landing page, conformance, API description, collections, items."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from flask import Flask, Response, g, render_template, request
from werkzeug.utils import redirect as _redirect

from geo.atlas import Query, cql2
from geo.atlas.model import Where
from geo.errors import BadQuery
from geo.layers import LAYERS
from geo.settings import Settings
from geo.views import ogc, openapi, tilesets
from geo.views.catalogue import records
from geo.views.queryables import queryables as queryables_of
from geo.views.systems import CRS84, Served, served
from geo.web import params
from geo.web.api import answered
from geo.web.negotiate import chosen
from geo.web.urls import SiteUrls

FORMS = {"json": ogc.JSON, "html": ogc.HTML}
ITEM_FORMS = {"json": ogc.GEOJSON, "html": ogc.HTML}
_SCHEMA = "application/schema+json"
_DESCRIBED = (
    "f",
    "filter",
    "filter-lang",
    "filter-crs",
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "properties",
    "sortby",
)


def register(app: Flask, settings: Settings) -> None:
    """Answer the standard's addresses."""
    app.add_url_rule("/conformance", view_func=conformance)
    app.add_url_rule("/api", view_func=partial(api, settings), endpoint="api_description")
    app.add_url_rule("/collections", view_func=collections)
    app.add_url_rule("/collections/<layer>", view_func=collection)
    app.add_url_rule("/collections/<layer>/queryables", view_func=queryables)
    app.add_url_rule("/collections/<layer>/items", view_func=items, defaults={"most": settings.max_page})
    app.add_url_rule("/collections/<layer>/items/<record>", view_func=item)

    @app.before_request
    def landing_for_programs() -> Response | None:
        """The landing page is the map for people; a program that asks for JSON gets the document."""
        if request.path != "/" or request.method not in {"GET", "HEAD"}:
            return None
        accepts_html = request.accept_mimetypes.best_match([ogc.HTML, ogc.JSON]) != ogc.JSON
        if request.args.get("f") is None and (accepts_html or "text/html" in request.accept_mimetypes.values()):
            return None
        params.only(request.args, "f")
        if chosen({"html": ogc.HTML, "json": ogc.JSON}) == "html":
            return _elsewhere("/")
        return _document(ogc.landing(link, g.lang))

    @app.after_request
    def varies(response: Response) -> Response:
        if request.path == "/" or request.path.startswith(("/collections", "/conformance", "/api")):
            response.vary.add("Accept")
            response.headers.setdefault("Access-Control-Allow-Origin", "*")
        return response


def link(rel: str, path: str, media_type: str = ogc.JSON, **query: str) -> dict[str, str]:
    """A link with its absolute address."""
    return {"rel": rel, "type": media_type, "href": SiteUrls().absolute(path, **query)}


def _document(body: Any, media_type: str = ogc.JSON) -> Response:
    return answered(lambda: orjson.dumps(body), mimetype=media_type, shared=True)


def _elsewhere(path: str, **query: str) -> Response:
    """The page for people that shows the same thing."""
    response = _redirect(SiteUrls().page(path, **query), 303)
    return Response("", 303, {"Location": response.headers["Location"]})


def conformance() -> Response:
    """The conformance classes that hold."""
    params.only(request.args, "f")
    body = ogc.conformance(link, (*tilesets.CONFORMANCE, *records.CONFORMANCE))
    if chosen(FORMS) == "html":
        return Response(
            render_template("conformance.html", classes=body["conformsTo"], version=g.atlas.version, active=""),
            mimetype=ogc.HTML,
        )
    return _document(body)


def api(settings: Settings) -> Response:
    """What the service can be asked, for programs and to browse."""
    params.only(request.args, "f")
    form = chosen({"json": ogc.OPENAPI, "html": ogc.HTML})
    server = SiteUrls().in_public("", "vi")
    body = openapi.document(server, settings.max_page, g.lang)
    if form == "html":
        return Response(render_template("api.html", api=body, version=g.atlas.version, active=""), mimetype=ogc.HTML)
    return _document(body, ogc.OPENAPI)


def collections() -> Response:
    """The layers as collections."""
    params.only(request.args, "f")
    if chosen(FORMS) == "html":
        return _elsewhere("/layers")
    return _document(ogc.collections(g.atlas, link, g.lang))


def collection(layer: str) -> Response:
    """One layer as a collection."""
    params.only(request.args, "f")
    params.layer_name(layer)
    if chosen(FORMS) == "html":
        return _elsewhere(f"/{layer}")
    return _document(ogc.collection(g.atlas, layer, link, g.lang))


def items(layer: str, most: int) -> Response:
    """A page of a layer's records as GeoJSON, in the system asked for."""
    args, atlas = request.args, g.atlas
    params.layer_name(layer)
    params.only(args, *_DESCRIBED, *params.SELECTION)
    limit = params.whole_number(args, "limit", min(100, most), least=1, most=most)
    offset = params.whole_number(args, "offset", 0)
    system = served(args["crs"], "crs") if args.get("crs") else served(CRS84, "crs")
    query = replace(asked(layer), limit=limit, offset=offset)
    fields = _fields(layer)
    matched = atlas.count(query)
    if chosen(ITEM_FORMS) == "html":
        kept = {name: ",".join(args.getlist(name)) for name in params.SELECTION if args.get(name)}
        return _elsewhere(f"/{layer}", **kept)

    def body() -> bytes:
        found = list(ogc.features(atlas, query, system, fields))
        head = {
            "type": "FeatureCollection",
            "timeStamp": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "numberMatched": matched,
            "numberReturned": len(found),
            "links": list(_page_links(layer, limit, offset, matched)),
        }
        return orjson.dumps({**head, "features": [orjson.Fragment(feature) for feature in found]})

    response = answered(body, mimetype=ogc.GEOJSON, shared=True)
    response.headers["Content-Crs"] = f"<{system.uri}>"
    return response


def asked(layer: str) -> Query:
    """What part of a layer the address asks for: our own selection and the standard's parameters."""
    args = request.args
    system = served(args["bbox-crs"], "bbox-crs") if args.get("bbox-crs") else None
    if system is None or system.uri == CRS84 or not args.get("bbox"):
        query = params.selection(layer, args)
    else:
        query = _in_box(params.selection(layer, params.without(args, "bbox")), params.corners(args), system)
    return replace(query, time=params.period(args), sort=_sort(layer) or query.sort, where=_where(layer))


def _where(layer: str) -> Where | None:
    """The CQL2 filter of the address; BadQuery for its language or system without a filter."""
    args = request.args
    text = args.get("filter")
    language = args.get("filter-lang", "cql2-text")
    if language not in {"cql2-text", "cql2-json"}:
        raise BadQuery(
            f"filter-lang={language!r}: expected cql2-text or cql2-json.",
            f"filter-lang={language!r}: cần cql2-text hoặc cql2-json.",
        )
    system = served(args["filter-crs"], "filter-crs") if args.get("filter-crs") else None
    if not text:
        return None
    reading = None if system is None else replace(system.reading, swapped=system.north_first)
    return cql2.parse(text, "cql2-json" if language == "cql2-json" else "cql2-text", layer, reading)


def queryables(layer: str) -> Response:
    """What a filter may ask of a layer, as a JSON Schema."""
    params.only(request.args, "f")
    params.layer_name(layer)
    chosen({"json": _SCHEMA})
    address = SiteUrls().absolute(f"/collections/{layer}/queryables").partition("?")[0]
    return _document({"$id": address, **queryables_of(layer, g.lang)}, _SCHEMA)


def _in_box(query: Query, corners: tuple[float, float, float, float], system: Served) -> Query:
    box = system.box(corners)
    return replace(query, area=box) if isinstance(box, bytes) else replace(query, bbox=box)


def _sort(layer: str) -> str:
    """`sortby=-stars,+name` as the atlas sorts; BadQuery for what is no field."""
    names = params.many(request.args, "sortby")
    for name in names:
        if not re.fullmatch(r"[+-]?\w+", name) or not LAYERS[layer].has(name.lstrip("+- ")):
            known = ", ".join(field.name for field in LAYERS[layer].fields)
            raise BadQuery(
                f"sortby={name!r}: expected field names, with + or - before them. Fields: {known}.",
                f"sortby={name!r}: cần tên trường, có dấu + hoặc - phía trước. Các trường: {known}.",
            )
    return ",".join(name.removeprefix("+") for name in names)


def _fields(layer: str) -> tuple[str, ...]:
    """The properties asked for; none means all of them."""
    names = params.many(request.args, "properties")
    known = [*(field.name for field in LAYERS[layer].fields), "commune_code", "commune_name", "measured_area_ha"]
    for name in names:
        if name not in known:
            listed = ", ".join(known)
            raise BadQuery(
                f"properties={name!r} is no property of {layer}. Properties: {listed}.",
                f"properties={name!r} không phải thuộc tính của {layer}. Các thuộc tính: {listed}.",
            )
    return names


def _page_links(layer: str, limit: int, offset: int, matched: int) -> Iterator[dict[str, str]]:
    path = f"/collections/{layer}/items"

    def page(rel: str, start: int, media_type: str = ogc.GEOJSON, **more: str) -> dict[str, str]:
        kept = {name: ",".join(values) for name, values in request.args.lists() if name != "f"}
        return link(rel, path, media_type, **kept | {"limit": str(limit), "offset": str(start)} | more)

    yield page("self", offset)
    yield page("alternate", offset, ogc.HTML, f="html")
    if offset + limit < matched:
        yield page("next", offset + limit)
    if offset:
        yield page("prev", max(0, offset - limit))
    yield link("collection", f"/collections/{layer}")


def item(layer: str, record: str) -> Response:
    """One record as a GeoJSON Feature with its links."""
    params.only(request.args, "f", "crs")
    params.layer_name(layer)
    g.atlas.get(layer, record)
    system = served(request.args["crs"], "crs") if request.args.get("crs") else served(CRS84, "crs")
    if chosen(ITEM_FORMS) == "html":
        return _elsewhere(f"/{layer}/{record}")
    body = ogc.feature(g.atlas, layer, record, system, link)
    response = answered(lambda: body, mimetype=ogc.GEOJSON, shared=True)
    response.headers["Content-Crs"] = f"<{system.uri}>"
    return response

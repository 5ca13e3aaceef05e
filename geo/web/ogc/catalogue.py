"""The metadata catalogue: DCAT-AP, ISO 19139 and 19115-3, OGC API - Records, and schema.org in the pages."""

from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geo.errors import BadQuery
from geo.ocop.parameters import RECORDS, RECORDS_LIMIT
from geo.schema import LANGS
from geo.settings import Settings
from geo.text import fold
from geo.views.catalogue import STANDARDS, Site, dcat, records, schema_org
from geo.views.catalogue.iso19139 import XML
from geo.views.ogc.features import GEOJSON, HTML, JSON
from geo.web.http import params
from geo.web.http.caching import conditional_response
from geo.web.http.negotiate import negotiate
from geo.web.http.paging import NEIGHBOURS
from geo.web.http.urls import SiteUrls
from geo.web.ogc.core import see_page
from geo.web.words.site import WORDS

_CONTACT = "geo.contact"
"""Key in the extensions of the application: the address for questions about the service."""


def register(app: Flask, settings: Settings) -> None:
    """Add the routes of the catalogue, and the template functions for schema.org."""
    app.extensions[_CONTACT] = settings.contact
    app.add_url_rule("/catalog.jsonld", view_func=dcat_json, endpoint="catalogue_json_ld")
    app.add_url_rule("/catalog.rdf", view_func=dcat_xml, endpoint="catalogue_rdf")
    app.add_url_rule("/metadata/<layer>.xml", view_func=iso, endpoint="catalogue_iso")
    app.add_url_rule("/catalogue", view_func=collection, endpoint="catalogue")
    app.add_url_rule("/catalogue/items", view_func=items, endpoint="catalogue_items")
    app.add_url_rule("/catalogue/items/<layer>", view_func=item, endpoint="catalogue_item")
    for path in ("", "/items", "/items/<layer>"):
        rule = f"/collections/catalogue{path}"
        app.add_url_rule(rule, rule, redirect_to_catalogue)

    @app.context_processor
    def helpers() -> dict[str, object]:
        return {
            "standards": {key: standard.label for key, standard in STANDARDS.items()},
            "service_contact": settings.contact,
            "catalogue_data": lambda: schema_org.catalogue(g.atlas, site(), g.lang),
            "layer_data": lambda layer: schema_org.dataset(g.atlas, layer, site(), g.lang),
            "record_data": lambda layer, record: schema_org.record_page(g.atlas, layer, record, site(), g.lang),
        }


def redirect_to_catalogue(layer: str = "") -> BaseResponse:
    """To the catalogue's own address, for programs that look for every catalogue among the collections (OWSLib)."""
    query = request.query_string.decode("ascii", "replace")
    path = quote(request.path.removeprefix("/collections"))
    return redirect(f"{SiteUrls().plain(path)}{'?' + query if query else ''}", 308)


def site() -> Site:
    """Root URL, title, description and contact of the site in the catalogue."""
    root, contact = SiteUrls().in_public("", "vi"), current_app.extensions[_CONTACT]
    return Site(root, WORDS["site.title"], WORDS["site.about"], contact)


def dcat_json() -> Response:
    """The catalogue as JSON-LD."""
    params.only(request.args)
    atlas, here = g.atlas, site()
    return _in_both(conditional_response(lambda: dcat.catalogue_json(atlas, here), mimetype=dcat.JSON_LD, cors=True))


def dcat_xml() -> Response:
    """The catalogue as RDF/XML."""
    params.only(request.args)
    atlas, here = g.atlas, site()
    return _in_both(conditional_response(lambda: dcat.catalogue_xml(atlas, here), mimetype=dcat.RDF_XML, cors=True))


def _in_both(response: Response) -> Response:
    """The response for a document that holds every text in both languages."""
    response.content_language.update(LANGS)
    return response


def iso(layer: str) -> Response:
    """The metadata of a layer as ISO 19139, or in the standard that the parameter names."""
    params.only(request.args, "standard")
    params.layer_name(layer)
    name = request.args.get("standard") or next(iter(STANDARDS))
    if name not in STANDARDS:
        names = ", ".join(STANDARDS)
        raise BadQuery(
            f"standard={name!r} is not available for this metadata. Standards: {names}.",
            f"standard={name!r} không phải chuẩn của siêu dữ liệu này. Các chuẩn: {names}.",
        )
    atlas, here, write = g.atlas, site(), STANDARDS[name].document
    return _in_both(conditional_response(lambda: write(atlas, layer, here), mimetype=XML, cors=True))


def collection() -> Response:
    """The catalogue as a collection of records."""
    params.only(request.args, "f")
    form = negotiate({"catalog": records.CATALOG, "json": JSON, "html": HTML})
    if form == "html":
        return see_page("/layers")
    body = records.collection(g.atlas, site(), g.lang)
    media_type = records.CATALOG if form == "catalog" else JSON
    return conditional_response(lambda: orjson.dumps(body), mimetype=media_type, cors=True)


def items() -> Response:
    """A page of the records that the parameters select."""
    args, here = request.args, site()
    params.only(args, *RECORDS)
    negotiate({"json": GEOJSON})
    limit = params.limit(args, RECORDS_LIMIT)
    offset = params.offset(args)
    matches = records.matching(g.atlas, _search(), here)
    page = records.page(matches, limit, offset, here, g.lang)
    body = {
        "type": "FeatureCollection",
        "timeStamp": g.atlas.version.published_at,
        "numberMatched": len(matches),
        "numberReturned": len(page),
        "links": _page_links(here, limit, offset, len(matches)),
        "features": page,
    }
    return conditional_response(lambda: orjson.dumps(body), mimetype=GEOJSON, cors=True)


def _search() -> records.RecordQuery:
    """The search in the parameters. `q` is terms joined by commas; a term of several words is a phrase."""
    args = request.args
    terms = tuple(term for term in params.words(args).split(",") if fold(term))
    return records.RecordQuery(
        terms=terms,
        bbox=params.bbox(args),
        time=params.period(args),
        types=params.many(args, "type"),
        ids=params.many(args, "ids"),
        external=params.many(args, "externalIds"),
    )


def _page_links(here: Site, limit: int, offset: int, matched: int) -> list[dict[str, str]]:
    parameters = {name: ",".join(values) for name, values in request.args.lists() if name in RECORDS}

    def page(rel: str, start: int) -> dict[str, str]:
        query: dict[str, str] = parameters | {"limit": str(limit), "offset": str(start)}
        return {"rel": rel, "type": GEOJSON, "href": here.at("/catalogue/items", g.lang, **query)}

    links = [page("self", offset)]
    for rel, find_offset in NEIGHBOURS.items():
        start = find_offset(offset, limit, matched)
        links += [] if start is None else [page(rel, start)]
    return [*links, {"rel": "collection", "type": records.CATALOG, "href": here.at("/catalogue", g.lang)}]


def item(layer: str) -> Response:
    """The record of a layer."""
    params.only(request.args, "f")
    negotiate({"json": GEOJSON})
    params.layer_name(layer)
    body: dict[str, Any] = records.record(g.atlas, layer, site(), g.lang)
    return conditional_response(lambda: orjson.dumps(body), mimetype=GEOJSON, cors=True)

"""Data of the map page as JSON: records in view, base layers, search, single records; the saved map."""

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from flask import Flask, Response, g, request

from geo.atlas import Query
from geo.atlas.ties import tied
from geo.basemap.ground import GroundSource
from geo.budget import JobSlots
from geo.errors import NotFound
from geo.ocop.parameters import FILTER_PARAMS, MAP_STATE, SEARCH_LIMIT
from geo.views.map.folium_map import saved_map
from geo.views.map.map_page import BASES, in_view
from geo.views.map.saved_map import PLAIN, SavedBase
from geo.views.map.topology import topology
from geo.views.record import record_view
from geo.views.search_answer import search_answer
from geo.web.http import params
from geo.web.http.caching import YEAR_S, conditional_response
from geo.web.http.headers import etag_of
from geo.web.http.packing import densely
from geo.web.http.urls import SiteUrls
from geo.web.words.site import word, words_of

GEOJSON = "application/geo+json"


def register(app: Flask, slots: JobSlots, grounds: GroundSource) -> None:
    """Add the routes of the data."""
    app.add_url_rule("/map.json", view_func=map_data)
    app.add_url_rule("/base/<layer>.json", view_func=base)
    app.add_url_rule("/base/<layer>.topojson", view_func=base_topology)
    app.add_url_rule("/search.json", view_func=search)
    app.add_url_rule("/search-index.json", view_func=search_index)
    app.add_url_rule("/<layer>/<record>.json", view_func=record)
    app.add_url_rule("/save-map", view_func=partial(save_map, slots, grounds), endpoint="save_map")


def _json(make: Callable[[], Any], *, mimetype: str = "application/json", max_age_s: int = 60) -> Response:
    return conditional_response(lambda: orjson.dumps(make()), mimetype=mimetype, max_age_s=max_age_s, cors=True)


def map_data() -> Response:
    """The records of the map and of its list in one view."""
    args, atlas = request.args, g.atlas
    params.only(args, "bbox", "layers", "q", "others", *FILTER_PARAMS)
    layers, box, others = params.thematic(args), params.bbox(args), params.others(args)
    filters, text = params.filters(args), params.words(args)
    response = conditional_response(
        lambda: in_view(atlas, layers, box, filters, text, g.lang, others=others),
        mimetype="application/json",
        cors=True,
    )
    return response if box or filters or text else densely(response)  # what every map shows first


def base(layer: str) -> Response:
    """A whole polygon layer, simplified, as GeoJSON; cached for a year if the URL has the current version."""
    return _base(layer, partial(g.atlas.overview, layer), GEOJSON)


def base_topology(layer: str) -> Response:
    """The same as TopoJSON, which the base map of the pages is drawn from."""
    return _base(layer, partial(topology, g.atlas, layer), "application/json")


def _base(layer: str, outlines: Callable[[], bytes], mimetype: str) -> Response:
    params.only(request.args, "v")
    params.layer_name(layer)
    body = outlines()
    current = request.args.get("v") == str(g.atlas.version.number)
    max_age_s = YEAR_S if current else 60
    return densely(conditional_response(lambda: body, mimetype=mimetype, max_age_s=max_age_s, cors=True))


def search() -> Response:
    """The results of a search by name, best first."""
    args, atlas, urls = request.args, g.atlas, SiteUrls()
    params.only(args, "q", "layers", "limit")
    layers = [params.layer_name(name) for name in params.many(args, "layers")] or None
    limit = params.limit(args, SEARCH_LIMIT)
    text = params.words(args)
    return _json(lambda: search_answer(atlas, text, g.lang, urls, layers=layers, limit=limit))


def search_index() -> Response:
    """The index that the browser searches; cached for a year if the URL has the current stamp."""
    params.only(request.args, "v")
    body = g.atlas.search_index()
    if body is None:
        raise NotFound(
            "This version has too many records for an index file. Search with /search.json?q=.",
            "Phiên bản này có quá nhiều bản ghi nên không có tệp chỉ mục. Hãy tìm bằng /search.json?q=.",
        )
    is_current = request.args.get("v") == index_stamp()
    return conditional_response(
        lambda: body, mimetype="application/json", max_age_s=YEAR_S if is_current else 60, cors=True
    )


def index_stamp() -> str:
    """The stamp of the index file: it changes with the data and with the code."""
    return f"{g.atlas.version.number}-{etag_of(g.atlas.version.digest)[:8]}"


def record(layer: str, record: str) -> Response:
    """The view-model of one record, for the panel of the map."""
    params.only(request.args)
    params.layer_name(layer)
    atlas, urls = g.atlas, SiteUrls()
    view = record_view(atlas, layer, record, g.lang, urls)
    return _json(lambda: view)


def save_map(slots: JobSlots, grounds: GroundSource) -> Response:
    """The map in the state of the URL, as one HTML file that works offline; written as a job of the machine."""
    params.only(request.args, *MAP_STATE)
    state = params.map_state(request.args)
    queries = [Query(layer, filters=state.filters, text=state.text) for layer in state.layers]
    queries = [tied(query) for query in queries] if state.others == "hide" else queries
    units = state.base if state.base in {*BASES, PLAIN} else BASES[0]
    with slots.job():
        page = saved_map(
            g.atlas, queries, words=words_of(g.lang), lang=g.lang, title=word("site.title", g.lang),
            center=state.center, zoom=state.zoom, base=SavedBase(units, grounds(), state.terrain),
        )  # fmt: skip
    response = Response(page, mimetype="text/html")
    # The file contains its own policy with the digests of its scripts.
    response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    response.headers["Content-Disposition"] = f'attachment; filename="ban-do-v{g.atlas.version.number}.html"'
    response.headers["Cache-Control"] = "no-cache"
    return response

"""Addresses that programs ask: the map's own data, search, the saved map."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response, g, request

from geo.atlas import Query
from geo.ocop.parameters import FILTER_PARAMS, MAP_STATE, SEARCH_LIMIT
from geo.views.map.folium_map import saved_map
from geo.views.map.map_page import BASES, hit_view, in_view
from geo.views.map.saved_map import PLAIN
from geo.views.record import record_view
from geo.web.http import params
from geo.web.http.caching import YEAR_S, answered
from geo.web.http.urls import SiteUrls
from geo.web.words.site import word, words_of

GEOJSON = "application/geo+json"


def register(app: Flask) -> None:
    """Answer the data addresses."""
    app.add_url_rule("/map.json", view_func=map_data)
    app.add_url_rule("/base/<layer>.json", view_func=base)
    app.add_url_rule("/search.json", view_func=search)
    app.add_url_rule("/<layer>/<record>.json", view_func=record)
    app.add_url_rule("/save-map", view_func=save_map)


def _json(make: Callable[[], Any], *, mimetype: str = "application/json", max_age_s: int = 60) -> Response:
    return answered(lambda: orjson.dumps(make()), mimetype=mimetype, max_age_s=max_age_s, shared=True)


def map_data() -> Response:
    """What the map and its list show for one view."""
    args, atlas = request.args, g.atlas
    params.only(args, "bbox", "layers", "q", *FILTER_PARAMS)
    layers, box = params.thematic(args), params.bbox(args)
    chosen, text = params.filters(args), params.words(args)
    return _json(lambda: in_view(atlas, layers, box, chosen, text, g.lang))


def base(layer: str) -> Response:
    """A whole layer of polygons, light, for the base map; kept for ever under its version."""
    params.only(request.args, "v")
    params.layer_name(layer)
    body = g.atlas.overview(layer)
    current = request.args.get("v") == str(g.atlas.version.number)
    return answered(lambda: body, mimetype=GEOJSON, max_age_s=YEAR_S if current else 60, shared=True)


def search() -> Response:
    """Records by name, best first."""
    args, atlas, urls = request.args, g.atlas, SiteUrls()
    params.only(args, "q", "layers", "limit")
    wanted = [params.layer_name(name) for name in params.many(args, "layers")] or None
    limit = params.limit(args, SEARCH_LIMIT)
    text = params.words(args)
    return _json(lambda: {"hits": [hit_view(h, g.lang, urls) for h in atlas.search(text, layers=wanted, limit=limit)]})


def record(layer: str, record: str) -> Response:
    """Everything about one record, for the panel."""
    params.only(request.args)
    params.layer_name(layer)
    atlas, urls = g.atlas, SiteUrls()
    view = record_view(atlas, layer, record, g.lang, urls)
    return _json(lambda: view)


def save_map() -> Response:
    """The map as the address describes it, in one HTML file that opens without a network."""
    params.only(request.args, *MAP_STATE)
    state = params.map_state(request.args)
    queries = [Query(layer, filters=state.filters, text=state.text) for layer in state.layers]
    page = saved_map(
        g.atlas, queries, words=words_of(g.lang), lang=g.lang, title=word("site.title", g.lang),
        center=state.center, zoom=state.zoom, base=state.base if state.base in {*BASES, PLAIN} else BASES[0],
    )  # fmt: skip
    response = Response(page, mimetype="text/html")
    # The page brings its own policy, made of digests of its own scripts.
    response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    response.headers["Content-Disposition"] = f'attachment; filename="ban-do-v{g.atlas.version.number}.html"'
    response.headers["Cache-Control"] = "no-cache"
    return response

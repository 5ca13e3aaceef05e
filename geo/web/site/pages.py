"""The HTML pages: map, layers, records, quality, worklist and about. All of them work without JavaScript."""

from dataclasses import replace
from typing import Any

from flask import Flask, Response, g, render_template, request

from geo.atlas import Query
from geo.basemap.ground import Ground, GroundSource
from geo.errors import NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import ON_MAP
from geo.ocop.parameters import MAP_STATE, SEARCH_LIMIT, SELECTION
from geo.report import ISSUE_KINDS
from geo.settings import Settings
from geo.views.connect import ways
from geo.views.map.bundles import bundle_text, words_in
from geo.views.map.credits import credits_of
from geo.views.map.folium_map import shell
from geo.views.map.layer_symbols import shapes
from geo.views.map.locator import locator
from geo.views.map.map_page import BASES, map_view
from geo.views.map.terrain_view import terrain_credits, terrain_view
from geo.views.pages import PAGE_ROWS, layer_head, layer_view, layers_view, links_view, neighbour_view, quality_view
from geo.views.reasons import METHOD, METHOD_IN_FULL
from geo.views.record import record_view
from geo.views.search_answer import helpful_changes, hit_view, search_answer
from geo.views.worklist import worklist_view
from geo.web.http import params
from geo.web.http.gateway import HIDDEN_TLS
from geo.web.http.headers import etag_of
from geo.web.http.page_language import keeps_language
from geo.web.http.static_files import Assets
from geo.web.http.urls import SiteUrls
from geo.web.site.first_view import first_data, opened, sketch
from geo.web.site.gaps import GAPS, gaps
from geo.web.site.map_data import index_stamp
from geo.web.words.site import word, words_of

_KINDS = {key: kind.label for key, kind in ISSUE_KINDS.items()}


def register(app: Flask, settings: Settings, assets: Assets, grounds: GroundSource) -> None:
    """Add the routes of the pages."""

    def show_map(entry: str, *more_params: str) -> Response:
        # The browser reads the state from the URL; an invalid one is refused here with an error page.
        params.only(request.args, *MAP_STATE, *more_params)
        state = params.map_state(request.args)
        view, ground = map_page(settings, assets), grounds()
        view["words"] = words_in(f"{entry}.js", view["words"])
        if ground is not None:
            view["terrain"] = terrain_view(ground, g.lang, SiteUrls().plain(""))
        return render_page(
            f"{entry}.html", entry=entry, view=view, shell=shell(view), sketch=sketch(state), shapes=shapes(),
            opened=opened(), first_styles=bundle_text("first.css"), first_data=first_data(view),
            credits=credits_of(g.atlas, [*ON_MAP, *BASES], g.lang), terrain=terrain_credits(ground, g.lang),
            active="map",
        )  # fmt: skip

    app.add_url_rule("/", "map", lambda: show_map("map", "f"))
    app.add_url_rule("/embed", "embed", lambda: show_map("embed"))
    app.add_url_rule("/layers", view_func=layers)
    app.add_url_rule("/quality", view_func=quality)
    app.add_url_rule("/worklist", view_func=worklist)
    app.add_url_rule("/about", "about", lambda: about(grounds()))
    app.add_url_rule("/connect", view_func=connect)
    app.add_url_rule("/search", view_func=search_page)
    app.add_url_rule("/<layer>", view_func=layer_page)
    app.add_url_rule("/<layer>/<record>", view_func=record_page)


def render_page(template: str, **values: Any) -> Response:
    """A page of the site for the version that the request is answered from."""
    response = Response(render_template(template, version=g.atlas.version, **values), mimetype="text/html")
    # No ETag: every response has another nonce.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Data-Version"] = etag_of(g.atlas.version.digest)
    return response


def map_page(settings: Settings, assets: Assets) -> dict[str, Any]:
    """The view-model of a page with a map, which its JavaScript modules read."""
    urls = SiteUrls()
    view = map_view(g.atlas, settings, g.lang, urls)
    version = g.atlas.version.number
    view["urls"] = {
        "map": urls.plain("/map.json"),
        "search": urls.plain("/search.json"),
        "index": urls.plain(f"/search-index.json?v={index_stamp()}") if g.atlas.search_index() else None,
        "ranking": assets.url("bundles/ranking.js"),
        "base": urls.plain(f"/base/{{layer}}.topojson?v={version}"),
        "items": urls.plain("/collections/{layer}/items"),
        "record": urls.plain("/{layer}/{id}.json"),
        "page": urls.plain("/{layer}/{id}"),
        "layer": urls.plain("/{layer}"),
        "export": urls.plain("/export/{layer}.{ext}"),
        "save": urls.plain("/save-map"),
        "embed": urls.plain("/embed"),
        "full": urls.plain("/"),
        "offline": urls.plain("/offline.js"),
        "icons": assets.url("img/icons.svg"),
    }
    view["keeps_lang"] = keeps_language()
    view["public_url"] = urls.host()
    view["langs"] = {lang: urls.in_language(lang) for lang in ("vi", "en")}
    view["map_id"] = "map_shell"
    view["words"] = words_of(g.lang)
    view["method"] = METHOD.of(g.lang)
    return view


def layers() -> Response:
    """The page of all layers with their downloads."""
    params.only(request.args)
    return render_page("layers.html", groups=layers_view(g.atlas, g.lang, SiteUrls()), active="layers")


def layer_page(layer: str) -> Response:
    """The page of a layer: a table that is filtered, sorted and paged by the parameters of the URL."""
    params.layer_name(layer)
    params.only(request.args, "page", *SELECTION)
    number = params.whole_number(request.args, "page", 1, least=1, most=1_000_000)
    query = replace(params.selection(layer, request.args), limit=PAGE_ROWS, offset=(number - 1) * PAGE_ROWS)
    urls = SiteUrls()
    view = layer_view(g.atlas, query, g.lang, urls)
    pages = max(1, -(-view["matched"] // PAGE_ROWS))
    if number > pages:
        raise NotFound(f"No page {number}; the last is {pages}.", f"Không có trang {number}; trang cuối là {pages}.")
    parameters = params.join_values(request.args)
    selection = {name: parameters[name] for name in SELECTION if parameters.get(name)}
    selection.pop("sort", None)
    map_params = {name: value for name, value in selection.items() if name in MAP_STATE}
    help_with = _help_with(query, urls) if not view["matched"] else {}
    return render_page(
        "layer.html", view=view, number=number, pages=pages, selection=selection, sort=query.sort, text=query.text,
        help_with=help_with,
        map_url=urls.page("/", layers=layer, **map_params) if layer in ON_MAP else None, active="layers",
    )  # fmt: skip


def _help_with(query: Query, urls: SiteUrls) -> dict[str, Any]:
    """What may help where nothing matches: parameters to leave out, and names that are spelled alike."""
    text = query.text.strip()
    hits = g.atlas.search(text, layers=[query.layer], limit=3) or g.atlas.suggest(text, layers=[query.layer])
    return {
        "changes": helpful_changes(g.atlas, query, g.lang),
        "alike": [hit_view(hit, g.lang, urls) for hit in hits],
    }


def search_page() -> Response:
    """The page of a search in all layers, which needs no JavaScript."""
    params.only(request.args, "q")
    text, limit = params.words(request.args), SEARCH_LIMIT.most or 0
    answer = search_answer(g.atlas, text, g.lang, SiteUrls(), layers=None, limit=limit)
    return render_page("search.html", answer=answer, text=text.strip(), most=limit, active="map")


def record_page(layer: str, record: str) -> Response:
    """The page of one record."""
    params.layer_name(layer)
    params.only(request.args)
    urls = SiteUrls()
    view = record_view(g.atlas, layer, record, g.lang, urls)
    before, after = (neighbour_view(g.atlas, layer, key, g.lang, urls) for key in g.atlas.neighbours(layer, record))
    return render_page(
        "record.html", view=view, layer=layer_head(g.atlas, layer, g.lang, urls), before=before, after=after,
        locator=locator(g.atlas, g.atlas.get(layer, record)), method=METHOD.of(g.lang), active="layers",
    )  # fmt: skip


def quality() -> Response:
    """The page of findings, repairs and conflicts."""
    params.only(request.args, "layer")
    layer = request.args.get("layer") or None
    if layer is not None:
        params.layer_name(layer)
    view = quality_view(g.atlas, layer, g.lang, SiteUrls(), kinds=_KINDS)
    names = {name: spec.label.of(g.lang) for name, spec in COLLECTIONS.items()}
    hidden_tls = HIDDEN_TLS in request.environ
    return render_page("quality.html", view=view, chosen=layer, names=names, hidden_tls=hidden_tls, active="quality")


def worklist() -> Response:
    """The page of what an office has to look up."""
    view = worklist_view(g.atlas, gaps(request.args, g.atlas), g.lang, SiteUrls())
    selection = {name: value for name, value in params.join_values(request.args).items() if name in GAPS and value}
    return render_page("worklist.html", view=view, selection=selection, active="quality")


def connect() -> Response:
    """The page about access from other programs, with commands to copy."""
    params.only(request.args)
    base = SiteUrls().host()
    return render_page("connect.html", base=base, tools=ways(base, g.lang), active="connect")


def about(ground: Ground | None) -> Response:
    """The page about the map, the sources of its data, and how links are computed."""
    params.only(request.args)
    return render_page(
        "about.html", links=links_view(g.atlas, g.lang), groups=layers_view(g.atlas, g.lang, SiteUrls()),
        method=METHOD_IN_FULL.of(g.lang), title=word("nav.about", g.lang), active="about",
        terrain=terrain_credits(ground, g.lang),
    )  # fmt: skip

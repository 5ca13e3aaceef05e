"""Addresses that programs ask: the map's own data, GeoJSON items, downloads, the saved map."""

import io
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import orjson
from flask import Flask, Response, g, request

from geo.atlas import Atlas, Query
from geo.views.export import Format, file_name, format_of, write_export
from geo.views.maps import saved_map
from geo.views.mapview import BASES, hit_view, in_view
from geo.views.record import record_view
from geo.web import params
from geo.web.headers import etag_of
from geo.web.urls import SiteUrls
from geo.web.words import word

GEOJSON = "application/geo+json"
_SPOOL_BYTES = 8_000_000
_CHUNK_BYTES = 65_536
_MOST_HITS = 50
_DAY_S = 86_400
_YEAR_S = 365 * _DAY_S


def register(app: Flask) -> None:
    """Answer the data addresses."""
    app.add_url_rule("/map.json", view_func=map_data)
    app.add_url_rule("/base/<layer>.json", view_func=base)
    app.add_url_rule("/search.json", view_func=search)
    app.add_url_rule("/<layer>/<record>.json", view_func=record)
    app.add_url_rule("/export/<layer>.<extension>", view_func=export)
    app.add_url_rule("/save-map", view_func=save_map)
    app.add_url_rule("/healthz", view_func=health)


def answered(make: Callable[[], bytes | str], *, mimetype: str, max_age_s: int = 60, shared: bool = False) -> Response:
    """A cacheable answer that depends on the version, the address and nothing else; 304 where it is known."""
    response = _known(mimetype) or Response(make(), mimetype=mimetype)
    return _cached(response, mimetype, max_age_s=max_age_s, shared=shared)


def _tag(mimetype: str) -> str:
    version = g.atlas.version
    return etag_of(version.number, version.digest, request.full_path, mimetype)


def _known(mimetype: str) -> Response | None:
    """A 304 when the caller holds this very answer; None otherwise."""
    return Response(status=304) if request.if_none_match.contains_weak(_tag(mimetype)) else None


def _cached(response: Response, mimetype: str, *, max_age_s: int, shared: bool) -> Response:
    # Weak, because the same answer is sent compressed and plain, and items carry the time they were made.
    response.set_etag(_tag(mimetype), weak=True)
    response.headers["Cache-Control"] = f"public, max-age={max_age_s}{', immutable' if max_age_s > _DAY_S else ''}"
    if shared:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "X-Feature-Count, ETag, Content-Crs, Link"
    return response


def _json(make: Callable[[], Any], *, mimetype: str = "application/json", max_age_s: int = 60) -> Response:
    return answered(lambda: orjson.dumps(make()), mimetype=mimetype, max_age_s=max_age_s, shared=True)


def map_data() -> Response:
    """What the map and its list show for one view."""
    args, atlas = request.args, g.atlas
    params.only(args, "bbox", "layers", "q", *params.FILTER_PARAMS)
    layers, box = params.thematic(args), params.bbox(args)
    chosen, text = params.filters(args), params.words(args)
    return _json(lambda: in_view(atlas, layers, box, chosen, text, g.lang))


def base(layer: str) -> Response:
    """A whole layer of polygons, light, for the base map; kept for ever under its version."""
    params.only(request.args, "v")
    params.layer_name(layer)
    body = g.atlas.overview(layer)
    current = request.args.get("v") == str(g.atlas.version.number)
    return answered(lambda: body, mimetype=GEOJSON, max_age_s=_YEAR_S if current else 60, shared=True)


def search() -> Response:
    """Records by name, best first."""
    args, atlas, urls = request.args, g.atlas, SiteUrls()
    params.only(args, "q", "layers", "limit")
    wanted = [params.layer_name(name) for name in params.many(args, "layers")] or None
    limit = params.whole_number(args, "limit", 12, least=1, most=_MOST_HITS)
    text = params.words(args)
    return _json(lambda: {"hits": [hit_view(h, g.lang, urls) for h in atlas.search(text, layers=wanted, limit=limit)]})


def record(layer: str, record: str) -> Response:
    """Everything about one record, for the panel."""
    params.only(request.args)
    params.layer_name(layer)
    atlas, urls = g.atlas, SiteUrls()
    view = record_view(atlas, layer, record, g.lang, urls)
    return _json(lambda: view)


def export(layer: str, extension: str) -> Response:
    """A layer, or what the parameters keep of it, as a file."""
    params.only(request.args, *params.FILE, *params.SELECTION)
    query = params.selection(layer, request.args)
    chosen = format_of(extension)
    response = _known(chosen.media_type) or _file(g.atlas, query, chosen)
    return _cached(response, chosen.media_type, max_age_s=60, shared=True)


def _file(atlas: Atlas, query: Query, chosen: Format) -> Response:
    # In memory while it is small, on disk when it is not; whole before the first byte is sent, so that a
    # failure is an error page and never half a file.
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 (closed with the response)
    try:
        options = params.file_options(request.args)
        written = write_export(atlas, query, chosen.key, cast(BinaryIO, spool), lang=g.lang, **options)
    except BaseException:
        spool.close()
        raise
    size = spool.seek(0, io.SEEK_END)
    spool.seek(0)
    response = Response(_chunks(cast(BinaryIO, spool)), content_type=chosen.media_type)
    response.call_on_close(spool.close)
    response.content_length = size
    name = file_name(query.layer, chosen.key, version=atlas.version.number)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Feature-Count"] = str(written)
    return response


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def save_map() -> Response:
    """The map as the address describes it, in one HTML file that opens without a network."""
    params.only(request.args, *params.MAP_STATE)
    state = params.map_state(request.args)
    queries = [Query(layer, filters=state.filters, text=state.text) for layer in state.layers]
    page = saved_map(
        g.atlas, queries, lang=g.lang, title=word("site.title", g.lang), center=state.center, zoom=state.zoom,
        base=state.base if state.base in BASES else BASES[0],
    )  # fmt: skip
    response = Response(page, mimetype="text/html")
    # The page brings its own policy, made of digests of its own scripts.
    response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    response.headers["Content-Disposition"] = f'attachment; filename="ban-do-v{g.atlas.version.number}.html"'
    response.headers["Cache-Control"] = "no-cache"
    return response


def health() -> Response:
    """Whether the service answers, and from which version."""
    version = g.atlas.version
    response = Response(
        orjson.dumps({"status": "ok", "version": version.number, "published_at": version.published_at}),
        mimetype="application/json",
    )
    response.headers["Cache-Control"] = "no-store"
    return response

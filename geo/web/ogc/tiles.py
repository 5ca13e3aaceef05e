"""OGC API - Tiles: vector tiles of one layer or of all, cached on disk, with their tilesets and TileJSON."""

import gzip
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request

from geo.atlas import Atlas
from geo.budget import JobSlots
from geo.crs import LngLatBbox
from geo.errors import GeoError
from geo.settings import Settings
from geo.views.ogc.features import JSON
from geo.views.tiles import mvt, tile, tilesets
from geo.views.tiles.cache import CachedTile, TileCache
from geo.views.tiles.zoom_layers import PreparedLayers, folder_for
from geo.web.http import params
from geo.web.http.caching import YEAR_S, add_cache_headers, conditional_response, is_not_modified
from geo.web.http.errors import CORS, PROBLEM, failure_of, headers_of, log_failure, problem
from geo.web.http.headers import etag_of
from geo.web.http.negotiate import negotiate
from geo.web.ogc.core import link

_ALL = "*"
_GZIP_LEVEL = 5


class _Cache:
    """The cached tiles on disk, and the generalised layers of each atlas from which tiles are made."""

    def __init__(self, settings: Settings, slots: JobSlots) -> None:
        self._slots, self._max_bytes = slots, settings.tiles_bytes
        self.tiles = TileCache(settings.data_dir / "tiles", max_bytes=settings.tiles_bytes)
        self._folder = settings.zoom_layers_dir
        self._layers: WeakKeyDictionary[Atlas, PreparedLayers] = WeakKeyDictionary()
        self._boxes: WeakKeyDictionary[Atlas, dict[str, LngLatBbox | None]] = WeakKeyDictionary()

    def layers_of(self, atlas: Atlas) -> PreparedLayers:
        """The generalised layers of an atlas."""
        layers = self._layers.get(atlas)
        if layers is None:
            layers = self._layers[atlas] = PreparedLayers(
                atlas, folder_for(atlas, self._folder), self._slots.job, max_bytes=self._max_bytes
            )
        return layers

    def box_of(self, atlas: Atlas, layer: str, layers: Sequence[str]) -> LngLatBbox | None:
        """The bounding box of the tileset `layer`, which consists of `layers`."""
        boxes = self._boxes.setdefault(atlas, {})
        if layer not in boxes:
            boxes[layer] = tilesets.bounds(atlas, layers)
        return boxes[layer]


def register(app: Flask, settings: Settings, slots: JobSlots) -> None:
    """Add the routes of the standard for tiles."""
    routes = Blueprint("tiles", __name__)
    cache = _Cache(settings, slots)

    def answer(matrix_set: str, z: str, row: str, col: str, layer: str = _ALL) -> Response:
        return _tile(cache, matrix_set, tile.address(z, row, col), layer)

    for prefix in ("", "/collections/<layer>"):
        routes.add_url_rule(f"{prefix}/tiles", view_func=tileset_list)
        routes.add_url_rule(f"{prefix}/tiles/<matrix_set>", view_func=tileset)
        routes.add_url_rule(f"{prefix}/tiles/<matrix_set>/<z>/<row>/<col>", view_func=answer, endpoint="tile")
    routes.add_url_rule("/tileMatrixSets", view_func=matrix_sets)
    routes.add_url_rule("/tileMatrixSets/<matrix_set>", view_func=matrices)
    routes.register_error_handler(GeoError, _problem)
    app.register_blueprint(routes)


def _problem(error: GeoError) -> tuple[Response, int]:
    """An error as problem JSON, whatever the Accept header says: tiles are for programs only."""
    failure = failure_of(error)
    log_failure(error, failure)
    response = Response(current_app.json.dumps(problem(failure, g.lang)), mimetype=PROBLEM)
    response.headers.update(CORS | headers_of(error))
    return response, failure.status


def _layers(layer: str) -> Sequence[str]:
    """The layers of a tileset: those of the combined one, or one layer; NotFound for a layer without geometries."""
    return tile.TOGETHER if layer == _ALL else (tilesets.require_places(params.layer_name(layer)),)


def _path(layer: str) -> str:
    return "/tiles" if layer == _ALL else f"/collections/{layer}/tiles"


def _document(make: Callable[[], Any]) -> Response:
    negotiate({"json": JSON})
    return conditional_response(lambda: orjson.dumps(make()), mimetype=JSON, cors=True)


# --- documents ---------------------------------------------------------------------------------------


def matrix_sets() -> Response:
    """The tile matrix sets."""
    params.only(request.args, "f")
    return _document(lambda: tilesets.matrix_sets(link))


def matrices(matrix_set: str) -> Response:
    """The definition of a tile matrix set."""
    params.only(request.args, "f")
    tilesets.matrix_set(matrix_set)
    return _document(tilesets.matrices)


def tileset_list(layer: str = _ALL) -> Response:
    """The tilesets of a layer, or of all layers."""
    params.only(request.args, "f")
    layers, atlas = _layers(layer), g.atlas
    return _document(lambda: tilesets.tileset_list(atlas, layers, _path(layer), link, g.lang))


def tileset(matrix_set: str, layer: str = _ALL) -> Response:
    """A tileset's metadata, or its TileJSON."""
    params.only(request.args, "f")
    layers = _layers(layer)
    tilesets.matrix_set(matrix_set)
    atlas, path, form = g.atlas, _path(layer), negotiate({"json": JSON, "tilejson": JSON})

    def body() -> bytes:
        if form == "tilejson":
            return orjson.dumps(tilesets.tilejson(atlas, layers, path, link, g.lang, _stamp()))
        return orjson.dumps(tilesets.tileset(atlas, layers, path, link, g.lang))

    return conditional_response(body, mimetype=JSON, cors=True)


# --- tiles -------------------------------------------------------------------------------------------


def _stamp() -> str:
    """A digest of the version and of the code, on which every tile depends beside its URL."""
    return etag_of("tiles", g.atlas.version.number, g.atlas.version.digest)[:12]


def _tile(cache: _Cache, matrix_set: str, at: tile.Address, layer: str) -> Response:
    params.only(request.args, "f", "v")
    layers = _layers(layer)
    tilesets.matrix_set(matrix_set)
    if request.args.get("f"):
        negotiate({"mvt": mvt.MEDIA_TYPE})
    tilesets.require_within(cache.box_of(g.atlas, layer, layers), at)
    is_gzip = bool(request.accept_encodings["gzip"])
    # A strong ETag must differ between the compressed and the uncompressed tile.
    tag = etag_of("tile", _stamp(), layer, *at, "gzip" if is_gzip else "")
    tags = request.if_none_match
    if tags.contains_weak(tag) if tags else is_not_modified():
        return _with_headers(Response(status=304), tag)
    entry = _cached_tile(cache, layers, at, layer)
    if not entry.drawn_count:
        response = Response(status=204, mimetype=mvt.MEDIA_TYPE)
    else:
        response = Response(entry.body if is_gzip else gzip.decompress(entry.body), mimetype=mvt.MEDIA_TYPE)
        if is_gzip:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["X-Tile-Features"] = f"{entry.drawn_count}/{entry.total_count}"
    return _with_headers(response, tag)


def _cached_tile(cache: _Cache, layers: Sequence[str], at: tile.Address, layer: str) -> CachedTile:
    atlas, stamp, key = g.atlas, _stamp(), (layer, *at)
    entry = cache.tiles.get(atlas.key, stamp, key)
    if entry is None:
        content = tile.make(cache.layers_of(atlas), layers, at)
        entry = CachedTile(gzip.compress(content.body, _GZIP_LEVEL, mtime=0), content.drawn_count, content.total_count)
        # Empty tiles are not cached: making them is as fast as reading them, and their number is unlimited.
        if content.total_count:
            cache.tiles.put(atlas.key, stamp, key, entry)
    return entry


def _with_headers(response: Response, tag: str) -> Response:
    for_ever = request.args.get("v") == _stamp()
    response.vary.add("Accept-Encoding")
    return add_cache_headers(response, tag, max_age_s=YEAR_S if for_ever else 60, cors=True)

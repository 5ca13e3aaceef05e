"""OGC API - Tiles over HTTP: vector tiles of one layer or of all, kept once made, and what describes them."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request

from geo import budget
from geo.atlas import Atlas
from geo.budget import JobSlots
from geo.errors import GeoError
from geo.settings import Settings
from geo.views.ogc.features import JSON
from geo.views.tiles import mvt, tile, tilesets
from geo.views.tiles.cache import Kept, TileCache
from geo.views.tiles.zoom_layers import Prepared, folder_for
from geo.web.http import params
from geo.web.http.caching import YEAR_S, answered, cached, is_not_modified
from geo.web.http.errors import PROBLEM, failure_of, headers_of, log_failure, problem
from geo.web.http.headers import etag_of
from geo.web.http.negotiate import chosen
from geo.web.ogc.core import link

_ALL = "*"
_GZIP_LEVEL = 5


class _Cache:
    """What is kept of tiles: those that were made, and the layers that are ready to make others from."""

    def __init__(self, folder: Path, slots: JobSlots) -> None:
        self._slots = slots
        self.made = TileCache(folder)
        self._folder = folder / "layers"
        self._prepared: WeakKeyDictionary[Atlas, Prepared] = WeakKeyDictionary()

    def prepared(self, atlas: Atlas, stamp: str) -> Prepared:
        """The layers of an atlas. `stamp` names what beside it they are made from."""
        found = self._prepared.get(atlas)
        if found is None:
            found = self._prepared[atlas] = Prepared(atlas, folder_for(atlas, stamp, self._folder), self._slots.job)
        return found


def register(app: Flask, settings: Settings, slots: JobSlots) -> None:
    """Answer the standard's addresses for tiles."""
    routes = Blueprint("tiles", __name__)
    cache = _Cache(settings.data_dir / "tiles", slots)

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
    """A failure as programs read it: nobody looks at tiles by hand."""
    failure = failure_of(error)
    log_failure(error, failure)
    response = Response(current_app.json.dumps(problem(failure, g.lang)), mimetype=PROBLEM)
    response.headers.update({"Access-Control-Allow-Origin": "*", **headers_of(error)})
    return response, failure.status


def _layers(layer: str) -> Sequence[str]:
    """The layers of a tileset: those shown together, or the one that is named and has places."""
    return tile.TOGETHER if layer == _ALL else (tilesets.tiled(params.layer_name(layer)),)


def _path(layer: str) -> str:
    return "/tiles" if layer == _ALL else f"/collections/{layer}/tiles"


def _document(make: Callable[[], Any]) -> Response:
    chosen({"json": JSON})
    return answered(lambda: orjson.dumps(make()), mimetype=JSON, shared=True)


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
    """The tilesets of a layer, or of all together."""
    params.only(request.args, "f")
    layers = _layers(layer)
    return _document(lambda: tilesets.tileset_list(layers, _path(layer), link, g.lang))


def tileset(matrix_set: str, layer: str = _ALL) -> Response:
    """A tileset's metadata, or its TileJSON."""
    params.only(request.args, "f")
    layers = _layers(layer)
    tilesets.matrix_set(matrix_set)
    atlas, path, form = g.atlas, _path(layer), chosen({"json": JSON, "tilejson": JSON})

    def body() -> bytes:
        if form == "tilejson":
            return orjson.dumps(tilesets.tilejson(atlas, layers, path, link, g.lang, _stamp()))
        return orjson.dumps(tilesets.tileset(atlas, layers, path, link, g.lang))

    return answered(body, mimetype=JSON, shared=True)


# --- tiles -------------------------------------------------------------------------------------------


def _stamp() -> str:
    """What every tile depends on beside its address: the version and the code that makes tiles."""
    return etag_of("tiles", g.atlas.version.number, g.atlas.version.digest)[:12]


def _tile(cache: _Cache, matrix_set: str, at: tile.Address, layer: str) -> Response:
    params.only(request.args, "f", "v")
    layers = _layers(layer)
    tilesets.matrix_set(matrix_set)
    if request.args.get("f"):
        chosen({"mvt": mvt.MEDIA_TYPE})
    packed = bool(request.accept_encodings["gzip"])
    # Strong, so the same tile as it is and compressed are two.
    tag = etag_of("tile", _stamp(), layer, *at, "gzip" if packed else "")
    held = request.if_none_match
    if held.contains_weak(tag) if held else is_not_modified():
        return _headed(Response(status=304), tag)
    kept = _kept(cache, layers, at, layer)
    if not kept.shown:
        response = Response(status=204, mimetype=mvt.MEDIA_TYPE)
    else:
        response = Response(kept.body if packed else gzip.decompress(kept.body), mimetype=mvt.MEDIA_TYPE)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["X-Tile-Features"] = f"{kept.shown}/{kept.matched}"
    return _headed(response, tag)


def _kept(cache: _Cache, layers: Sequence[str], at: tile.Address, layer: str) -> Kept:
    atlas, stamp, key = g.atlas, _stamp(), (layer, *at)
    found = cache.made.get(atlas.key, stamp, key)
    if found is None:
        budget.take_place()
        made = tile.make(cache.prepared(atlas, stamp), layers, at)
        found = Kept(gzip.compress(made.body, _GZIP_LEVEL, mtime=0), made.shown, made.matched)
        # Where nothing lies is told as fast as it is looked up, and there is no end of such tiles.
        if made.matched:
            cache.made.put(atlas.key, stamp, key, found)
    return found


def _headed(response: Response, tag: str) -> Response:
    for_ever = request.args.get("v") == _stamp()
    response.vary.add("Accept-Encoding")
    return cached(response, tag, max_age_s=YEAR_S if for_ever else 60, shared=True)

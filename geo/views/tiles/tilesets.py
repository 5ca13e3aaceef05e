"""OGC API - Tiles as documents: the tile matrix set, lists of tilesets, a tileset's metadata and its TileJSON."""

import html
import re
from collections.abc import Sequence
from typing import Any

from geo.atlas import Atlas
from geo.crs import HALF_WORLD_M, LngLatBbox
from geo.errors import NotFound
from geo.ocop.collections import COLLECTIONS, tile_fields
from geo.schema import Field, Label
from geo.views.ogc.features import JSON, Link, Plain
from geo.views.ogc.served_crs import CRS84
from geo.views.tiles import mvt
from geo.views.tiles.tile import Address, tile_at
from geo.views.tiles.zoom_layers import MAX_ZOOM

MATRIX_SET = "WebMercatorQuad"
MATRIX_ZOOMS = 25
"""The tile matrix set is defined for zooms 0 to 24."""

CONFORMANCE: tuple[str, ...] = tuple(
    f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "dataset-tilesets", "mvt", "oas30")
)
"""The implemented conformance classes of OGC API - Tiles - Part 1."""

_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{MATRIX_SET}"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_PIXEL_M = 0.00028  # the pixel size by which the standard defines scale denominators
_TILE_PX = 256
_TITLE = Label("Bản đồ OCOP Điện Biên", "OCOP map of Điện Biên")
_TYPES = {"integer": "integer", "real": "number"}


def matrix_set(name: str) -> str:
    """Return `name` if it is the tile matrix set of the service; NotFound otherwise."""
    if name != MATRIX_SET:
        raise NotFound(
            f"No tile matrix set {name!r}. There is {MATRIX_SET}.", f"Không có bộ ô {name!r}. Chỉ có {MATRIX_SET}."
        )
    return name


def require_places(layer: str) -> str:
    """Return `layer` if it has geometry; NotFound otherwise."""
    if COLLECTIONS[layer].geometry is None:
        raise NotFound(
            f"Layer {layer!r} has no geometry and therefore no tiles.",
            f"Lớp {layer!r} không có vị trí nên không có ô bản đồ.",
        )
    return layer


# --- the tile matrix set -----------------------------------------------------------------------------


def matrix_sets(link: Link) -> Plain:
    """The list of tile matrix sets."""
    one = {
        "id": MATRIX_SET, "title": "Google Maps Compatible for the World", "uri": _URI, "crs": _CRS,
        "links": [link("self", f"/tileMatrixSets/{MATRIX_SET}")],
    }  # fmt: skip
    return {"links": [link("self", "/tileMatrixSets")], "tileMatrixSets": [one]}


def matrices() -> Plain:
    """The definition of WebMercatorQuad (OGC 17-083r4, annex D)."""
    return {
        "id": MATRIX_SET,
        "title": "Google Maps Compatible for the World",
        "uri": _URI,
        "crs": _CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom) for zoom in range(MATRIX_ZOOMS)],
    }


def _matrix(zoom: int) -> Plain:
    cell = 2 * HALF_WORLD_M / _TILE_PX / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / _PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": _TILE_PX,
        "tileHeight": _TILE_PX,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


# --- tilesets ----------------------------------------------------------------------------------------


def tileset_list(atlas: Atlas, layers: Sequence[str], path: str, link: Link, lang: str) -> Plain:
    """The list of tilesets at `path`: one, since there is one tile matrix set."""
    item = {
        "title": _title(layers, lang), "dataType": "vector", "crs": _CRS, "tileMatrixSetId": MATRIX_SET,
        "tileMatrixSetURI": _URI, **_all_limits(bounds(atlas, layers)), "links": _links(path, link),
    }  # fmt: skip
    return {"links": [link("self", path)], "tilesets": [item]}


def tileset(atlas: Atlas, layers: Sequence[str], path: str, link: Link, lang: str) -> Plain:
    """A tileset's metadata (OGC 17-083r4): layers, extent and links to its tiles."""
    box = bounds(atlas, layers)
    body: Plain = {
        "title": _title(layers, lang),
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetId": MATRIX_SET,
        "tileMatrixSetURI": _URI,
        "version": str(atlas.version.number),
        "links": _links(path, link),
        "layers": [_layer(name, lang) for name in layers],
    }
    if credit := _attribution(atlas, layers, lang):
        body["attribution"] = credit
    if box is not None:
        body["boundingBox"] = {"crs": CRS84, "lowerLeft": list(box[:2]), "upperRight": list(box[2:])}
        body["centerPoint"] = {"crs": CRS84, "coordinates": _middle(box), "tileMatrix": "9"}
    return body | _all_limits(box)


def tilejson(atlas: Atlas, layers: Sequence[str], path: str, link: Link, lang: str, stamp: str) -> Plain:
    """A tileset as TileJSON 3.0.0. `stamp` is part of the tiles' URLs, so that clients may cache them for ever."""
    at = link("item", f"{path}/{MATRIX_SET}/{{z}}/{{y}}/{{x}}", mvt.MEDIA_TYPE, v=stamp)["href"]
    box = bounds(atlas, layers)
    body: Plain = {
        "tilejson": "3.0.0",
        "name": _title(layers, lang),
        "version": f"{atlas.version.number}.0.0",
        "scheme": "xyz",
        "tiles": [at],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "vector_layers": [_vector_layer(name, lang) for name in layers],
    }
    if credit := _attribution(atlas, layers, lang):
        body["attribution"] = html.escape(credit)
    if box is not None:
        body |= {"bounds": list(box), "center": [*_middle(box), 9]}
    return body


def _links(path: str, link: Link) -> list[dict[str, Any]]:
    at = f"{path}/{MATRIX_SET}"
    item: dict[str, Any] = link("item", f"{at}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", mvt.MEDIA_TYPE)
    return [
        link("self", at),
        link("describedby", at, JSON, f="tilejson"),
        link(f"{_REL}tiling-scheme", f"/tileMatrixSets/{MATRIX_SET}"),
        item | {"templated": True},
    ]


def _title(layers: Sequence[str], lang: str) -> str:
    return COLLECTIONS[layers[0]].label.of(lang) if len(layers) == 1 else _TITLE.of(lang)


_CLAUSE_ENDS = re.compile(r"[.:;]\s")
"""Separators of the clauses of an attribution: 'Data: a; b. Compiled by c.'"""


def _attribution(atlas: Atlas, layers: Sequence[str], lang: str) -> str:
    """The attributions of the layers, for display in full; a text is left out when another has all its clauses."""
    texts = (atlas.metadata(name).get("attribution") for name in layers)
    words = (one.get(lang) or one.get("vi") if isinstance(one, dict) else one for one in texts)
    clauses = {text: set(_CLAUSE_ENDS.split(f"{text} ")) for text in dict.fromkeys(str(one) for one in words if one)}
    return "; ".join(text for text, own in clauses.items() if not any(own < other for other in clauses.values()))


def bounds(atlas: Atlas, layers: Sequence[str]) -> LngLatBbox | None:
    """The bounding box of the layers in degrees; None when they have no geometry."""
    boxes = [box for name in layers if (box := atlas.bounds(name)) is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return LngLatBbox(min(west), min(south), max(east), max(north))


def _middle(box: LngLatBbox) -> list[float]:
    return [round((box.west + box.east) / 2, 5), round((box.south + box.north) / 2, 5)]


def require_within(box: LngLatBbox | None, at: Address) -> None:
    """NotFound for a tile outside the limits of a tileset whose records lie in `box`."""
    if box is None:
        return
    limits = _limits(box, at.z)
    rows, cols = (limits["minTileRow"], limits["maxTileRow"]), (limits["minTileCol"], limits["maxTileCol"])
    if not (rows[0] <= at.row <= rows[1] and cols[0] <= at.col <= cols[1]):
        raise NotFound(
            f"Tile {at.z}/{at.row}/{at.col} is outside the limits of this tileset: rows {rows[0]} to {rows[1]}, columns"
            f" {cols[0]} to {cols[1]} at zoom {at.z}.",
            f"Ô {at.z}/{at.row}/{at.col} nằm ngoài phạm vi của bộ ô: hàng {rows[0]} đến {rows[1]}, cột {cols[0]} đến"
            f" {cols[1]} ở mức phóng {at.z}.",
        )


def _all_limits(box: LngLatBbox | None) -> Plain:
    return {} if box is None else {"tileMatrixSetLimits": [_limits(box, zoom) for zoom in range(MAX_ZOOM + 1)]}


def _limits(box: LngLatBbox, zoom: int) -> Plain:
    """The rows and columns of the tiles of a zoom that the box covers."""
    north_west, south_east = tile_at(box.west, box.north, zoom), tile_at(box.east, box.south, zoom)
    return {
        "tileMatrix": str(zoom),
        "minTileRow": north_west.row,
        "maxTileRow": south_east.row,
        "minTileCol": north_west.col,
        "maxTileCol": south_east.col,
    }


def _layer(name: str, lang: str) -> Plain:
    spec = COLLECTIONS[name]
    schemas = {"id": {"type": "string"}, "title": {"type": "string"}}
    return {
        "id": name,
        "title": spec.label.of(lang),
        "description": spec.about.of(lang),
        "dataType": "vector",
        "geometryDimension": spec.dimension,
        "crs": _CRS,
        "minTileMatrix": "0",
        "maxTileMatrix": str(MAX_ZOOM),
        "propertiesSchema": {
            "type": "object",
            "properties": schemas | {field.name: _schema(field, lang) for field in tile_fields(name)},
        },
    }


def _schema(field: Field, lang: str) -> Plain:
    return {"title": field.label.of(lang), "type": _TYPES.get(field.kind, "string")}


def _vector_layer(name: str, lang: str) -> Plain:
    fields = {field.name: "Number" if field.kind in _TYPES else "String" for field in tile_fields(name)}
    return {
        "id": name,
        "description": COLLECTIONS[name].label.of(lang),
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "fields": {"id": "String", "title": "String"} | fields,
    }

"""Vector tiles of an atlas: the features of its layers in a tile, clipped and simplified for the zoom.

From prepared layers of 100,000 features, on two cores, a tile of 4,900, 300 or 23 polygons takes 18, 4 or 1.4 ms, and
a tile of as many points 10, 1.1 or 0.6 ms. tests/bench/ogc_api.py measures the whole service.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from geo import budget
from geo.crs import LngLatBbox
from geo.errors import NotFound
from geo.ocop.layers import LAYERS
from geo.views.tiles import mvt
from geo.views.tiles.mvt import EXTENT, POINT, Paths
from geo.views.tiles.varint_rows import starts_of
from geo.views.tiles.zoom_layers import MAX_ZOOM, PIXEL, PreparedLayers, ZoomLayer, clip, world_units

Array: TypeAlias = np.ndarray[Any, Any]

BUFFER = 64
"""Width in tile units of the margin around a tile, so that outlines and symbols are not cut at its edge."""

MAX_FEATURES = 5_000
"""Maximum number of features of a layer in a tile. Of more, small features are thinned on a grid, and the counts of
the tile say so."""

TOGETHER = tuple(name for name, spec in LAYERS.items() if spec.geometry is not None)
"""The layers of the tiles with all layers: every recorded layer with geometry."""

_SMALL = 2 * PIXEL
_MANY = 1_000
"""Features from which on a layer in a tile takes long: some 5 ms."""


class Address(NamedTuple):
    """The address of a tile of WebMercatorQuad: zoom, row from the north, column from the west."""

    z: int
    row: int
    col: int

    def box(self) -> LngLatBbox:
        """The tile with its buffer in degrees, clipped at the antimeridian."""
        side = 360 / 2**self.z
        margin = BUFFER / EXTENT
        west, east = ((self.col + edge) * side - 180 for edge in (-margin, 1 + margin))
        south, north = (_latitude((self.row + edge) / 2**self.z) for edge in (1 + margin, -margin))
        return LngLatBbox(max(west, -180.0), south, min(east, 180.0), north)

    def origin(self) -> Array:
        """The tile's north-west corner in units from the world's north-west corner."""
        return np.array([self.col * EXTENT, self.row * EXTENT])

    def units(self, lng: Array, lat: Array) -> Array:
        """Positions in degrees as x (east) and y (south) in units of this tile."""
        xy: Array = world_units(self.z, lng, lat) - self.origin()
        return xy


def tile_at(lng: float, lat: float, zoom: int) -> Address:
    """The tile of a zoom that contains a position in degrees; the nearest tile for a position off the square."""
    x, y = Address(0, 0, 0).units(np.array([lng]), np.array([lat]))[0] / EXTENT
    row, col = (min(max(int(share * 2**zoom), 0), 2**zoom - 1) for share in (y, x))
    return Address(zoom, row, col)


def _latitude(share: float) -> float:
    """Latitude in degrees at a share of the height of the Mercator square, measured from its top."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def address(z: str, row: str, col: str) -> Address:
    """The tile of three path segments; NotFound when it does not exist or its zoom is above MAX_ZOOM."""
    numbers = [int(word) if word.isascii() and word.isdigit() and len(word) < 10 else -1 for word in (z, row, col)]
    tile = Address(*numbers)
    if not 0 <= tile.z <= MAX_ZOOM or not all(0 <= number < 2**tile.z for number in numbers[1:]):
        raise NotFound(
            f"No tile {z}/{row}/{col}: expected zoom 0..{MAX_ZOOM}, then row and column from 0 to 2^zoom - 1.",
            f"Không có ô {z}/{row}/{col}: cần mức phóng 0..{MAX_ZOOM}, rồi hàng và cột từ 0 đến 2^mức - 1.",
        )
    return tile


class Tile(NamedTuple):
    """A tile in MVT, the number of features drawn in it, and the number of features in its area."""

    body: bytes
    drawn_count: int
    total_count: int


class _Crowd(NamedTuple):
    """Rows of prepared records: those inside a tile, those to be clipped, and the number of those left out."""

    inside: Array
    crossing: Array
    others: int


def make(layers: PreparedLayers, names: Iterable[str], at: Address) -> Tile:
    """The tile `at` of the layers `names`; its body is empty when no layer has features there."""
    parts = [_layer(layers, name, at) for name in names]
    return Tile(
        b"".join(one.body for one in parts),
        sum(one.drawn_count for one in parts),
        sum(one.total_count for one in parts),
    )


def _layer(layers: PreparedLayers, layer: str, at: Address) -> Tile:
    zoom_layer = layers.zoom_layer(layer, at.z)
    crowd = _crowd(zoom_layer, at)
    if len(crowd.inside) + len(crowd.crossing) > _MANY:
        budget.take_place()
    rows, paths = crowd.inside, zoom_layer.paths[crowd.inside]
    if len(crowd.crossing):
        west, north = at.origin().tolist()
        window = (west - BUFFER, north - BUFFER, west + EXTENT + BUFFER, north + EXTENT + BUFFER)
        pieces = clip(zoom_layer.paths[crowd.crossing], window)
        nonempty = np.flatnonzero(pieces.sizes)
        rows, paths = _together((rows, paths), (crowd.crossing[nonempty], pieces[nonempty]))
    in_tile = replace(paths, heads=paths.heads - at.origin())
    body = mvt.layer(layer, zoom_layer.numbers[rows], in_tile, layers.properties(layer), rows) if len(rows) else b""
    return Tile(body, len(rows), len(rows) + crowd.others)


def _crowd(zoom_layer: ZoomLayer, at: Address) -> _Crowd:
    """The records in a tile with its buffer that are large enough to be drawn, at most MAX_FEATURES."""
    west, north = at.origin() - BUFFER
    east, south = at.origin() + EXTENT + BUFFER
    candidates = np.flatnonzero(
        (zoom_layer.west <= east)
        & (zoom_layer.east >= west)
        & (zoom_layer.north <= south)
        & (zoom_layer.south >= north)
    )
    rows = candidates if zoom_layer.paths.kind == POINT else candidates[zoom_layer.paths.sizes[candidates] > 0]
    if len(rows) > MAX_FEATURES:
        rows = rows[_with_room(zoom_layer, rows, at)]
    inside = (zoom_layer.west[rows] >= west) & (zoom_layer.east[rows] <= east)
    inside &= (zoom_layer.north[rows] >= north) & (zoom_layer.south[rows] <= south)
    return _Crowd(rows[inside], rows[~inside], len(candidates) - len(rows))


def _with_room(zoom_layer: ZoomLayer, rows: Array, at: Address) -> Array:
    """Indexes into `rows` to draw when there are too many: all large records, and thinned small ones in the rest."""
    wide, high = zoom_layer.east[rows] - zoom_layer.west[rows], zoom_layer.south[rows] - zoom_layer.north[rows]
    small = np.flatnonzero((wide < _SMALL) & (high < _SMALL))
    room = max(MAX_FEATURES - (len(rows) - len(small)), MAX_FEATURES // 4)
    keep = np.ones(len(rows), dtype=bool)
    keep[small] = False
    keep[small[_thin(zoom_layer.paths.heads[rows[small]] - at.origin(), room)]] = True
    return np.flatnonzero(keep)


def _thin(places: Array, most: int) -> Array:
    """Indexes of at most `most` places, ascending: all, or the first in each cell of the finest grid that suffices."""
    cell, first = PIXEL, np.arange(len(places))
    while len(first) > most:
        cells = np.floor(places / cell).astype(np.int64)
        first = np.sort(np.unique(cells[:, 0] * EXTENT + cells[:, 1], return_index=True)[1])
        cell *= 2
    return first


def _together(*parts: tuple[Array, Paths]) -> tuple[Array, Paths]:
    """Several sets of rows and paths, merged in ascending order of the rows."""
    rows = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(rows, kind="stable")
    heads, steps, sizes = (
        np.concatenate([getattr(paths, name) for _, paths in parts]) for name in ("heads", "steps", "sizes")
    )
    return rows[order], Paths(parts[0][1].kind, heads, steps, starts_of(sizes), sizes)[order]

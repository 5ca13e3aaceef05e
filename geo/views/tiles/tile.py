"""Vector tiles of an atlas: what of its layers lies in a tile, as light as its zoom allows.

From layers that are prepared, a tile of 4,900 polygons takes 18 ms to its bytes, one of 300 takes 4 and one of 23 takes
1.4; of points 10, 1.1 and 0.6 (100,000 of each in the layer, two cores; tests/bench/ogc_api.py has the service's).
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from geo.crs import LngLatBbox
from geo.errors import NotFound
from geo.ocop.layers import LAYERS
from geo.views.tiles import mvt
from geo.views.tiles.mvt import EXTENT, POINT, Paths
from geo.views.tiles.varint_rows import starts_of
from geo.views.tiles.zoom_layers import MAX_ZOOM, PIXEL, Drawn, Prepared, clipped, world_units

Array: TypeAlias = np.ndarray[Any, Any]

BUFFER = 64
"""Units around a tile that are drawn too, so that outlines and symbols do not end at its edge."""

MAX_FEATURES = 5_000
"""Most features of a layer in a tile; of more, the small ones are thinned on a grid and the answer says so."""

TOGETHER = tuple(name for name, spec in LAYERS.items() if spec.geometry is not None)
"""The layers of the tiles that hold several: every recorded layer with places."""

_SMALL = 2 * PIXEL


class Address(NamedTuple):
    """A tile of WebMercatorQuad: zoom, row from the north, column from the west."""

    z: int
    row: int
    col: int

    def box(self) -> LngLatBbox:
        """The tile and its buffer in degrees, not past the antimeridian."""
        side = 360 / 2**self.z
        margin = BUFFER / EXTENT
        west, east = ((self.col + edge) * side - 180 for edge in (-margin, 1 + margin))
        south, north = (_latitude((self.row + edge) / 2**self.z) for edge in (1 + margin, -margin))
        return LngLatBbox(max(west, -180.0), south, min(east, 180.0), north)

    def origin(self) -> Array:
        """The tile's north-west corner in units from the world's."""
        return np.array([self.col * EXTENT, self.row * EXTENT])

    def units(self, lng: Array, lat: Array) -> Array:
        """Places in degrees as x (east) and y (south) in units of this tile."""
        made: Array = world_units(self.z, lng, lat) - self.origin()
        return made


def tile_at(lng: float, lat: float, zoom: int) -> Address:
    """The tile of a zoom that a place in degrees lies in; the nearest one for a place past the square's edge."""
    x, y = Address(0, 0, 0).units(np.array([lng]), np.array([lat]))[0] / EXTENT
    row, col = (min(max(int(share * 2**zoom), 0), 2**zoom - 1) for share in (y, x))
    return Address(zoom, row, col)


def _latitude(share: float) -> float:
    """Degrees north of what lies at a share of the square's height from its top."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def address(z: str, row: str, col: str) -> Address:
    """The tile that three words of a path name; NotFound when there is none or it is not served."""
    numbers = [int(word) if word.isascii() and word.isdigit() and len(word) < 10 else -1 for word in (z, row, col)]
    found = Address(*numbers)
    if not 0 <= found.z <= MAX_ZOOM or not all(0 <= number < 2**found.z for number in numbers[1:]):
        raise NotFound(
            f"No tile {z}/{row}/{col}: expected zoom 0..{MAX_ZOOM}, then row and column from 0 to 2^zoom - 1.",
            f"Không có ô {z}/{row}/{col}: cần mức phóng 0..{MAX_ZOOM}, rồi hàng và cột từ 0 đến 2^mức - 1.",
        )
    return found


class Tile(NamedTuple):
    """A tile as bytes (MVT), how many features it shows, and how many lie in it."""

    body: bytes
    shown: int
    matched: int


class _Crowd(NamedTuple):
    """Which of the prepared records a tile draws whole and which cut, and how many others lie in it."""

    inside: Array
    crossing: Array
    others: int


def make(prepared: Prepared, layers: Iterable[str], at: Address) -> Tile:
    """The tile of some layers, one after the other; no bytes where none of them has anything."""
    made = [_layer(prepared, name, at) for name in layers]
    return Tile(b"".join(one.body for one in made), sum(one.shown for one in made), sum(one.matched for one in made))


def _layer(prepared: Prepared, layer: str, at: Address) -> Tile:
    drawn = prepared.drawn(layer, at.z)
    found = _crowd(drawn, at)
    rows, paths = found.inside, drawn.paths[found.inside]
    if len(found.crossing):
        west, north = at.origin().tolist()
        window = (west - BUFFER, north - BUFFER, west + EXTENT + BUFFER, north + EXTENT + BUFFER)
        cut = clipped(drawn.paths[found.crossing], window)
        left = np.flatnonzero(cut.sizes)
        rows, paths = _together((rows, paths), (found.crossing[left], cut[left]))
    moved = replace(paths, heads=paths.heads - at.origin())
    body = mvt.layer(layer, drawn.numbers[rows], moved, prepared.properties(layer), rows) if len(rows) else b""
    return Tile(body, len(rows), len(rows) + found.others)


def _crowd(drawn: Drawn, at: Address) -> _Crowd:
    """What lies in a tile and its buffer; of it, what is large enough is drawn, as much as there is room for."""
    west, north = at.origin() - BUFFER
    east, south = at.origin() + EXTENT + BUFFER
    met = np.flatnonzero((drawn.west <= east) & (drawn.east >= west) & (drawn.north <= south) & (drawn.south >= north))
    shown = met if drawn.paths.kind == POINT else met[drawn.paths.sizes[met] > 0]
    if len(shown) > MAX_FEATURES:
        shown = shown[_with_room(drawn, shown, at)]
    inside = (drawn.west[shown] >= west) & (drawn.east[shown] <= east)
    inside &= (drawn.north[shown] >= north) & (drawn.south[shown] <= south)
    return _Crowd(shown[inside], shown[~inside], len(met) - len(shown))


def _with_room(drawn: Drawn, rows: Array, at: Address) -> Array:
    """Which of too many to draw, in order: every one that is not small, and of the small ones as many as leave room."""
    wide, high = drawn.east[rows] - drawn.west[rows], drawn.south[rows] - drawn.north[rows]
    small = np.flatnonzero((wide < _SMALL) & (high < _SMALL))
    room = max(MAX_FEATURES - (len(rows) - len(small)), MAX_FEATURES // 4)
    kept = np.ones(len(rows), dtype=bool)
    kept[small] = False
    kept[small[_thinned(drawn.paths.heads[rows[small]] - at.origin(), room)]] = True
    return np.flatnonzero(kept)


def _thinned(places: Array, most: int) -> Array:
    """Which places to show, in order: all, or the first in each cell of the finest grid that leaves few enough."""
    cell, kept = PIXEL, np.arange(len(places))
    while len(kept) > most:
        cells = np.floor(places / cell).astype(np.int64)
        kept = np.sort(np.unique(cells[:, 0] * EXTENT + cells[:, 1], return_index=True)[1])
        cell *= 2
    return kept


def _together(*parts: tuple[Array, Paths]) -> tuple[Array, Paths]:
    """Records from several places and their paths, in the order of the records."""
    rows = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(rows, kind="stable")
    heads, steps, sizes = (
        np.concatenate([getattr(paths, name) for _, paths in parts]) for name in ("heads", "steps", "sizes")
    )
    return rows[order], Paths(parts[0][1].kind, heads, steps, starts_of(sizes), sizes)[order]

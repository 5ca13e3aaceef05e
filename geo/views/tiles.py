"""Vector tiles of an atlas: what of a layer lies in a tile, made as light as its zoom allows, and written.

A tile of 2,000 polygons of 24 corners takes 84 to 90 ms from the atlas file to its bytes at best, 117 to 139 ms as the
median of nine on a busy machine of two cores: at best 10 to ask for, 45 to shape, 25 to write (see mvt.py).
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely

from geo.atlas import Atlas
from geo.collections import COLLECTIONS
from geo.crs import STORE_CRS, LngLatBbox, transformer
from geo.errors import NotFound
from geo.layers import ON_MAP
from geo.views import mvt
from geo.views.mvt import EXTENT

Array: TypeAlias = np.ndarray[Any, Any]

MAX_ZOOM = 16
"""The deepest zoom that is served, unsimplified: a unit is 15 cm there, and maps enlarge these tiles for more."""

BUFFER = 64
"""Units around a tile that are drawn too, so that outlines and symbols do not end at its edge."""

MAX_POINTS = 5_000
"""Most points of a layer in a tile; more are thinned on a grid and the answer says so."""

TOGETHER = (*ON_MAP, "communes", "districts", "province")
"""The layers of the tiles that hold several."""

HALF_WORLD_M = math.pi * 6_378_137
"""Metres from the middle of the square of EPSG:3857 to its sides."""

_PIXEL = EXTENT / 256
_TOLERANCE = _PIXEL / 2
_LEAST = _PIXEL / 4
_STEEPEST = 89.9  # degrees; the poles lie infinitely far off, and nothing past 85.06° is in any tile
_POLYGONAL = (3, 6)


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

    def units(self, lng: Array, lat: Array) -> Array:
        """Places in degrees as x (east) and y (south) in units of this tile."""
        east, north = transformer(STORE_CRS, "EPSG:3857").transform(lng, np.clip(lat, -_STEEPEST, _STEEPEST))
        scale = EXTENT * 2**self.z / (2 * HALF_WORLD_M)
        x = (np.asarray(east) + HALF_WORLD_M) * scale - self.col * EXTENT
        y = (HALF_WORLD_M - np.asarray(north)) * scale - self.row * EXTENT
        return np.column_stack([x, y])


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


def make(atlas: Atlas, layers: Iterable[str], at: Address) -> Tile:
    """The tile of some layers, one after the other; no bytes where none of them has anything."""
    made = [(_points if COLLECTIONS[name].geometry == "Point" else _areas)(atlas, name, at) for name in layers]
    return Tile(b"".join(one.body for one in made), sum(one.shown for one in made), sum(one.matched for one in made))


# --- points ------------------------------------------------------------------------------------------


def _points(atlas: Atlas, layer: str, at: Address) -> Tile:
    found = atlas.candidates(layer, at.box())
    places = np.rint(at.units(found[:, 1], found[:, 2]))
    inside = ((places >= -BUFFER) & (places <= EXTENT + BUFFER)).all(axis=1)
    found, places = found[inside], places[inside]
    kept = _thinned(places)
    part = atlas.shapes(layer, found[kept, 0].astype(int).tolist())
    shapes = np.asarray(shapely.points(places[kept]), dtype=object)
    return Tile(mvt.layer(layer, shapes, part.rows, part.columns), len(kept), len(found))


def _thinned(places: Array) -> Array:
    """Which points to show, in order: all, or the first in each cell of the finest grid that leaves few enough."""
    cell, kept = _PIXEL, np.arange(len(places))
    while len(kept) > MAX_POINTS:
        cells = np.floor(places / cell).astype(np.int64)
        kept = np.sort(np.unique(cells[:, 0] * EXTENT + cells[:, 1], return_index=True)[1])
        cell *= 2
    return kept


# --- polygons ----------------------------------------------------------------------------------------


def _areas(atlas: Atlas, layer: str, at: Address) -> Tile:
    found = atlas.candidates(layer, at.box())
    sides = at.units(found[:, 3], found[:, 2]) - at.units(found[:, 1], found[:, 4])
    large = (sides >= _LEAST).any(axis=1)
    tiny = int(len(found) - large.sum())
    if not large.any():
        return Tile(b"", 0, tiny)
    tiling = COLLECTIONS[layer].tiling and at.z < MAX_ZOOM
    # A layer without gaps is simplified as a whole, so that shared borders stay shared and tiles fit each other.
    rows = atlas.candidates(layer, None)[:, 0] if tiling else found[large, 0]
    part = atlas.shapes(layer, rows.astype(int).tolist())
    shapes = shapely.transform(part.shapes, lambda points: at.units(points[:, 0], points[:, 1]))
    if tiling:
        shapes = shapely.coverage_simplify(shapes, _TOLERANCE)
        shapes[~np.isin(rows, found[large, 0])] = None
    elif at.z < MAX_ZOOM:
        shapes = shapely.simplify(shapes, _TOLERANCE)
    clipped = shapely.clip_by_rect(shapes, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    drawn = _on_grid(clipped)
    shown = np.flatnonzero(~shapely.is_empty(drawn) & ~shapely.is_missing(drawn))
    columns = {name: [values[index] for index in shown] for name, values in part.columns.items()}
    body = mvt.layer(layer, drawn[shown], [part.rows[index] for index in shown], columns)
    met = ~shapely.is_empty(clipped) & ~shapely.is_missing(clipped)
    return Tile(body, len(shown), int(met.sum()) + tiny)


def _on_grid(shapes: Array) -> Array:
    """Polygons in whole units, valid and wound as tiles want them; what collapses is empty."""
    snapped = shapely.transform(shapes, np.rint)
    whole = np.isin(shapely.get_type_id(snapped), _POLYGONAL)
    broken = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & ~(whole & shapely.is_valid(snapped))
    if broken.any():
        valid = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
        mended = shapely.set_precision(valid, 1.0)
        mended[~np.isin(shapely.get_type_id(mended), _POLYGONAL)] = shapely.Polygon()
        snapped[broken] = mended
    made: Array = shapely.orient_polygons(snapped, exterior_cw=False)
    return made

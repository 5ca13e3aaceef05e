"""Tiles of an atlas made, decoded by mapbox-vector-tile, and set beside its geometry in EPSG:3857."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import mapbox_vector_tile
import numpy as np
import shapely
from shapely import box
from shapely.geometry import shape as to_shape

from geo.atlas import Atlas, Query
from geo.crs import HALF_WORLD_M, STORE_CRS, transformer
from geo.views.tiles import mvt, tile
from geo.views.tiles.mvt import EXTENT
from geo.views.tiles.tile import Address, Tile, tile_at
from geo.views.tiles.zoom_layers import PreparedLayers
from tests.frames import world
from tests.frozen import publish_atlas

PREPARED: WeakKeyDictionary[Atlas, PreparedLayers] = WeakKeyDictionary()


def make(atlas: Atlas, layers: Sequence[str], at: Address) -> Tile:
    """A tile from the prepared layers of the atlas, which are cached for all tests."""
    prepared = PREPARED.get(atlas)
    if prepared is None:
        prepared = PREPARED[atlas] = PreparedLayers(atlas)
    return tile.make(prepared, layers, at)


def encode(name: str, kind: int, shapes: Any, numbers: Sequence[int], columns: dict[str, list[Any]]) -> bytes:
    """An encoded tile with one layer of shapes and columns."""
    return mvt.layer(
        name, np.array(numbers), mvt.paths_of(kind, shapes), mvt.properties_of(columns), np.arange(len(shapes))
    )


def decode(body: bytes, layer: str) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The features of a layer by id, geometry in tile units with y to the south, as mapbox-vector-tile reads them."""
    content = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}).get(layer, {"features": []})
    return {one["id"]: (to_shape(one["geometry"]), one["properties"]) for one in content["features"]}


def metres_of(shape: Any, at: Address) -> Any:
    """A geometry of tile units in EPSG:3857."""
    unit = 2 * HALF_WORLD_M / 2**at.z / EXTENT

    def to_metres(points: Any) -> Any:
        x = (points[:, 0] + at.col * EXTENT) * unit - HALF_WORLD_M
        return np.column_stack([x, HALF_WORLD_M - (points[:, 1] + at.row * EXTENT) * unit])

    return shapely.transform(shape, to_metres)


def mercator(shapes: Any) -> Any:
    """Geometries of STORE_CRS in EPSG:3857."""
    return shapely.transform(shapes, lambda p: np.column_stack(transformer(STORE_CRS, "EPSG:3857").transform(*p.T)))


def frame_of(at: Address, buffer: float = 0.0) -> Any:
    """The square of a tile in EPSG:3857, wider by `buffer` units."""
    return metres_of(box(-buffer, -buffer, EXTENT + buffer, EXTENT + buffer), at)


def pixel_m(zoom: int) -> float:
    return 2 * HALF_WORLD_M / 2**zoom / 256


def shapes_of(atlas: Atlas, layer: str) -> dict[str, Any]:
    """The geometry of every placed record in EPSG:3857."""
    return {r.id: mercator(r.geometry) for r in atlas.find(Query(layer, place="placed")).records}


def around(atlas: Atlas, zoom: int) -> list[Address]:
    """Every tile of a zoom that intersects the province's box."""
    west, south, east, north = atlas.bounds()  # type: ignore[misc]
    first, last = tile_at(west, north, zoom), tile_at(east, south, zoom)
    return [Address(zoom, *at) for at in product(range(first.row, last.row + 1), range(first.col, last.col + 1))]


def make_atlas(folder: Path, **layers: Any) -> Atlas:
    return publish_atlas(world() | layers, folder)

"""The hillshade as tiles: heights on one grid in metres, shaded once for each zoom, and drawn in Web Mercator.

The cells of the finest zoom's grid are about as wide as a pixel; a cell of each smaller zoom has the mean of four.
Tiles take the shade of their pixels from the grid of their zoom. Slopes of averaged heights are gentler than those of
the terrain, so heights are exaggerated at small scales.
"""

import io
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from geo.basemap.declaration import MIN_ZOOM
from geo.basemap.ground import ShadeTile
from geo.basemap.operator.clip_area import ClipArea
from geo.basemap.operator.extras import extra
from geo.basemap.operator.heights import Raster, fill
from geo.basemap.operator.hillshade import ALTITUDE_DEG, UNKNOWN, Levels, MetricGrid, levels_of
from geo.basemap.operator.lattice import Numbers, interpolate, sample
from geo.crs import METRIC_CRS, STORE_CRS, LngLatBbox, mercator_shares, transformer

Read: TypeAlias = Callable[[], Raster]

FINEST_ZOOM = 13
SIDE = 256
"""Pixels along a side of a tile."""

EXAGGERATIONS = {8: 3.0, 9: 2.4, 10: 1.9, 11: 1.5, 12: 1.2}
"""Zoom -> by how much heights are multiplied; 1 where nothing stands."""

_EQUATOR_M = 2 * math.pi * 6_378_137
_FINER = 0.7
"""Least width of a pixel of the finest zoom, as a share of the distance between two heights of the files."""
_LIGHT = 0.6
"""Opacity of full light; that of full shadow is 1."""


def ground_m(zoom: int, latitude: float) -> float:
    """The width of a pixel of a zoom in metres on the ground, at a latitude in degrees."""
    return _EQUATOR_M * math.cos(math.radians(latitude)) / SIDE / 2.0**zoom


def shade_tiles(reads: Sequence[Read], area: ClipArea) -> Iterator[ShadeTile]:
    """The tiles of the hillshade in an area, of every zoom that the heights suffice for; none without heights there.

    The tiles of a zoom fill a rectangle, so that browsers find every tile that they request inside its box. `reads`
    return the rasters of heights; each is read twice, so that only one is in memory. Of two rasters that cover a place,
    the first counts.
    """
    grid = _grid(reads, area)
    if grid is None:
        return
    for read in reads:
        fill(grid, read())
    box = _box_of(grid, area)
    zoom = round(math.log2(ground_m(0, (area.box.south + area.box.north) / 2) / grid.cell_m))
    for z in range(zoom, MIN_ZOOM - 1, -1):
        levels = levels_of(grid, area.area_m, exaggeration=EXAGGERATIONS.get(z, 1.0))
        if levels.any():
            yield from _tiles(grid, levels, z, box)
        grid = grid.halved()


def _grid(reads: Sequence[Read], area: ClipArea) -> MetricGrid | None:
    """The empty grid of the finest zoom over what the rasters cover of the area; None when that is nothing."""
    if not reads:
        return None
    cells, boxes = [], []
    for read in reads:
        raster = read()
        east, north = raster.outline()
        cells.append(raster.cell_m())
        boxes.append((east.min(), north.min(), east.max(), north.max()))
    west, south, east_end, north_end = area.area_m.bounds
    whole = np.array(boxes)
    west, south = max(west, whole[:, 0].min()), max(south, whole[:, 1].min())
    east_end, north_end = min(east_end, whole[:, 2].max()), min(north_end, whole[:, 3].max())
    if west >= east_end or south >= north_end:
        return None
    latitude = (area.box.south + area.box.north) / 2
    zooms = range(FINEST_ZOOM, MIN_ZOOM, -1)
    zoom = next((zoom for zoom in zooms if ground_m(zoom, latitude) >= _FINER * min(cells)), MIN_ZOOM)
    cell_m, block = ground_m(zoom, latitude), 2 ** (zoom - MIN_ZOOM)
    rows, columns = (math.ceil(length / cell_m / block + 2) * block for length in (north_end - south, east_end - west))
    heights = np.full((rows, columns), np.nan, dtype=np.float32)
    return MetricGrid(west - block * cell_m / 2, north_end + block * cell_m / 2, cell_m, heights)


def _box_of(grid: MetricGrid, area: ClipArea) -> LngLatBbox:
    """The part of the box of an area that a grid covers."""
    east, north = grid.eastings()[[0, -1]], grid.northings()[[0, -1]]
    lng, lat = transformer(METRIC_CRS, STORE_CRS).transform(east[[0, 1, 0, 1]], north[[0, 0, 1, 1]])
    west, south, east_end, north_end = area.box
    return LngLatBbox(max(west, min(lng)), max(south, min(lat)), min(east_end, max(lng)), min(north_end, max(lat)))


def _tiles(grid: MetricGrid, levels: Levels, z: int, box: LngLatBbox) -> Iterator[ShadeTile]:
    """The tiles of a zoom that meet a box in STORE_CRS."""
    first, last = _pixel(z, box.west, box.north), _pixel(z, box.east, box.south)
    for x in range(first[0] // SIDE, last[0] // SIDE + 1):
        for y in range(first[1] // SIDE, last[1] // SIDE + 1):
            yield ShadeTile(z, x, y, png(_warped(grid, levels, z, x, y)))


def _pixel(z: int, lng: float, lat: float) -> tuple[int, int]:
    """Column and row of the pixel of a zoom at a position in degrees, from the north-west corner of EPSG:3857."""
    column, row = mercator_shares([lng], [lat])[0] * SIDE * 2**z
    return int(column), int(row)


def _warped(grid: MetricGrid, levels: Levels, z: int, x: int, y: int) -> Levels:
    """The levels of the pixels of a tile; UNKNOWN outside the grid and beside an unknown cell."""
    to_metric = transformer(STORE_CRS, METRIC_CRS)

    def place(columns: Numbers, rows: Numbers) -> tuple[Any, Any]:
        lng = (columns + 0.5) / (SIDE * 2**z) * 360 - 180
        lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * (rows + 0.5) / (SIDE * 2**z)))))
        return to_metric.transform(lng, lat)

    pixels_of = np.arange(SIDE, dtype=np.float64)
    east, north = interpolate(place, pixels_of + x * SIDE, pixels_of + y * SIDE)
    across, down = (east - grid.west) / grid.cell_m, (grid.north - north) / grid.cell_m
    height, width = levels.shape
    outside = (across < 0) | (across > width - 1) | (down < 0) | (down > height - 1)
    across, down = np.clip(across, 0, width - 1), np.clip(down, 0, height - 1)
    pixels = np.rint(sample(levels, across, down)).astype(np.uint8)
    unknown = sample(levels == UNKNOWN, across, down) > 0
    pixels[outside | unknown] = UNKNOWN
    return pixels


def png(levels: Levels) -> bytes:
    """A PNG whose pixels are levels: black for shadow, white for light, the more opaque the stronger either is."""
    pictures = extra("PIL.Image")
    picture = pictures.fromarray(levels).convert("L")
    picture.putpalette(_PALETTE)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True, transparency=_ALPHAS)
    return out.getvalue()


def _palette() -> tuple[bytes, bytes]:
    """Red, green and blue of each level, and its alpha: horizontal land is transparent."""
    shades = np.maximum(np.arange(256) - 1, 0) / 254
    flat = math.sin(math.radians(ALTITUDE_DEG))
    shadow, light = np.clip((flat - shades) / flat, 0, 1), np.clip((shades - flat) / (1 - flat), 0, 1) * _LIGHT
    alphas = np.rint(np.maximum(shadow, light) * 255).astype(np.uint8)
    alphas[UNKNOWN] = 0
    greys = np.where(light > shadow, 255, 0).astype(np.uint8)
    return np.repeat(greys, 3).tobytes(), alphas.tobytes()


_PALETTE, _ALPHAS = _palette()

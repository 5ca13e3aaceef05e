"""The shade of the terrain: heights on a grid in metres of VN-2000, lit from the north-west, by the formula of Horn.

A slope is metres of height over metres of distance, so it is computed on a grid in METRIC_CRS: a degree to the east is
shorter than one to the north, and a metre of Web Mercator is 0.93 m on the ground at the province's latitude.

The slope of a cell comes from its eight neighbours, of which those beside it count twice (B. K. P. Horn: Hill shading
and the reflectance map, Proceedings of the IEEE 69 (1), 1981, pages 14-47). Its shade is the cosine of the angle
between the light and the normal of the slope.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.basemap.operator.lattice import Heights, Numbers, block_means

Levels: TypeAlias = NDArray[np.uint8]

AZIMUTH_DEG = 315.0
"""The direction that the light comes from, clockwise from north: from the north-west, as readers of maps expect it."""

ALTITUDE_DEG = 45.0
"""The height of the light above the horizon, in degrees."""

UNKNOWN = 0
"""The level of a cell whose shade is unknown."""

_STEPS = 254
_BLOCK = 512
"""Rows that are computed at a time, so that the intermediate results stay small."""


class MetricGrid(NamedTuple):
    """Heights in metres at the centres of square cells in METRIC_CRS, the first row in the north; NaN: unknown.

    `west` and `north` are the easting and the northing of the centre of the first cell.
    """

    west: float
    north: float
    cell_m: float
    heights: Heights

    def eastings(self) -> Numbers:
        """The eastings of the columns, in metres."""
        return self.west + self.cell_m * np.arange(self.heights.shape[1], dtype=np.float64)

    def northings(self) -> Numbers:
        """The northings of the rows, in metres."""
        return self.north - self.cell_m * np.arange(self.heights.shape[0], dtype=np.float64)

    def halved(self) -> "MetricGrid":
        """The grid with cells twice as wide, each with the mean of the known heights of four."""
        half = self.cell_m / 2
        return MetricGrid(self.west + half, self.north - half, self.cell_m * 2, block_means(self.heights, 2))


def shade(heights: Heights, cell_m: float, *, exaggeration: float = 1.0) -> Heights:
    """The shade of each cell that has eight neighbours: from 0 (dark) to 1 (lit at a right angle).

    `heights` are metres, to be multiplied by `exaggeration`, on square cells of `cell_m` metres, the first row in the
    north. The result is two rows and two columns smaller; it is NaN beside an unknown height.

    >>> round(float(shade(np.zeros((3, 3), dtype=np.float32), 30.0)[0, 0]), 4)
    0.7071
    """
    to_east, to_north = _slopes(heights, cell_m / exaggeration)
    azimuth, altitude = math.radians(AZIMUTH_DEG), math.radians(ALTITUDE_DEG)
    east, north, up = math.cos(altitude) * math.sin(azimuth), math.cos(altitude) * math.cos(azimuth), math.sin(altitude)
    towards = np.float32(up) - np.float32(east) * to_east - np.float32(north) * to_north
    lit: Heights = np.maximum(towards / np.sqrt(1 + to_east * to_east + to_north * to_north), np.float32(0))
    return lit


def _slopes(heights: Heights, cell_m: float) -> tuple[Heights, Heights]:
    """The rise towards the east and towards the north, in metres per metre, of every cell that has eight neighbours."""
    north, middle, south = heights[:-2], heights[1:-1], heights[2:]
    west_side = north[:, :-2] + 2 * middle[:, :-2] + south[:, :-2]
    east_side = north[:, 2:] + 2 * middle[:, 2:] + south[:, 2:]
    north_side = north[:, :-2] + 2 * north[:, 1:-1] + north[:, 2:]
    south_side = south[:, :-2] + 2 * south[:, 1:-1] + south[:, 2:]
    scale = np.float32(1 / (8 * cell_m))
    return (east_side - west_side) * scale, (north_side - south_side) * scale


def level(shades: Heights) -> Levels:
    """Shades as whole numbers from 1 (dark) to 255 (lit); UNKNOWN for NaN.

    >>> level(np.array([0, 1, np.nan], dtype=np.float32)).tolist()
    [1, 255, 0]
    """
    is_known = ~np.isnan(shades)
    levels = np.full(shades.shape, UNKNOWN, dtype=np.uint8)
    levels[is_known] = 1 + np.rint(shades[is_known] * _STEPS).astype(np.uint8)
    return levels


def levels_of(grid: MetricGrid, area: BaseGeometry, *, exaggeration: float = 1.0) -> Levels:
    """The level of every cell of a grid whose centre lies in `area` (METRIC_CRS); UNKNOWN for the others."""
    levels = np.full(grid.heights.shape, UNKNOWN, dtype=np.uint8)
    for first, last in _blocks(len(levels)):
        block = shade(grid.heights[first - 1 : last + 1], grid.cell_m, exaggeration=exaggeration)
        levels[first:last, 1:-1] = level(block)
    levels[~_is_inside(grid, area)] = UNKNOWN
    return levels


def _blocks(rows: int) -> Iterator[tuple[int, int]]:
    """The first and the last row, exclusive, of blocks of rows that have a row above and one below."""
    for first in range(1, rows - 1, _BLOCK):
        yield first, min(first + _BLOCK, rows - 1)


def _is_inside(grid: MetricGrid, area: BaseGeometry) -> NDArray[np.bool_]:
    """Which cells of a grid have their centre in `area`: each row is a line, which the area cuts into pieces."""
    eastings, northings = grid.eastings(), grid.northings()
    ends = np.array([eastings[0] - grid.cell_m, eastings[-1] + grid.cell_m])
    lines = shapely.linestrings(np.tile(ends, (len(northings), 1)), np.repeat(northings[:, None], 2, axis=1))
    pieces, rows = shapely.get_parts(shapely.intersection(lines, area), return_index=True)
    west, _, east, _ = shapely.bounds(pieces).T
    firsts, lasts = np.searchsorted(eastings, west), np.searchsorted(eastings, east, side="right")
    inside = np.zeros(grid.heights.shape, dtype=bool)
    for row, first, last in zip(rows.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
        inside[row, first:last] = True
    return inside

"""The grid of a map in the province's VN-2000 system, and the coordinates that stand at its four edges."""

import math
from typing import NamedTuple

from pyproj import CRS, Proj

from geo.crs import METRIC_CRS, STORE_CRS, transformer
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.typefaces import width_mm

LABEL_POINTS = 5.6
_APART_MM = 42.0
"""Least distance of two lines of the grid on paper."""
_AT_CORNER_MM = 1.0
_STEPS = (1, 2, 5, 10)
NO_BREAK = "\N{NO-BREAK SPACE}"


class GridLine(NamedTuple):
    """A line of the grid: its coordinate in metres, its distance from the left or upper edge of the map, its label."""

    value: int
    at_mm: float
    text: str


class Grid(NamedTuple):
    """The lines of equal easting, from left to right, and those of equal northing, from top to bottom."""

    interval_m: int
    eastings: tuple[GridLine, ...]
    northings: tuple[GridLine, ...]


def grid_of(window: MapWindow) -> Grid:
    """The grid of a map, its lines at least _APART_MM apart; one whose label has no room at a corner is left out."""
    interval = _interval(window.scale)
    box = window.box
    eastings = tuple(
        _line(value, (value - box.west) * 1000 / window.scale) for value in _multiples(interval, box.west, box.east)
    )
    northings = tuple(
        _line(value, (box.north - value) * 1000 / window.scale)
        for value in reversed(_multiples(interval, box.south, box.north))
    )
    return Grid(interval, _with_room(eastings, window.width_mm), _with_room(northings, window.height_mm))


def _interval(scale: float) -> int:
    least = _APART_MM / 1000 * scale
    power = 10 ** math.floor(math.log10(least))
    return int(next(step * power for step in _STEPS if step * power >= least))


def _multiples(interval: int, low: float, high: float) -> list[int]:
    return list(range(math.ceil(low / interval) * interval, math.floor(high) + 1, interval))


def _line(value: int, at_mm: float) -> GridLine:
    return GridLine(value, at_mm, f"{value:,}".replace(",", NO_BREAK))


def _with_room(lines: tuple[GridLine, ...], length_mm: float) -> tuple[GridLine, ...]:
    def has_room(line: GridLine) -> bool:
        half = width_mm(line.text, LABEL_POINTS) / 2 + _AT_CORNER_MM
        return half < line.at_mm < length_mm - half

    return tuple(line for line in lines if has_room(line))


def system_name() -> str:
    """The name of METRIC_CRS with its code, as the EPSG registry writes it."""
    return f"{CRS.from_user_input(METRIC_CRS).name} ({METRIC_CRS})"


def convergence_deg(window: MapWindow) -> float:
    """Degrees by which the north of the grid lies clockwise of true north at the centre of the map.

    Source: the meridian convergence of PROJ (`Proj.get_factors`).
    """
    lng, lat = transformer(METRIC_CRS, STORE_CRS).transform(window.x, window.y)
    return float(Proj(METRIC_CRS).get_factors(lng, lat).meridian_convergence)

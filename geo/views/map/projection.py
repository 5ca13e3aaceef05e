"""The projection of small drawings of the province: equirectangular, with the middle parallel at true scale."""

import math
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.crs import LngLatBbox

Degrees = TypeVar("Degrees", float, NDArray[np.float64])

_M_PER_DEG = 111_320.0


class Projection(NamedTuple):
    """From degrees to units of a drawing whose upper left corner is that of `bounds`."""

    bounds: LngLatBbox
    scale: float
    squeeze: float

    @property
    def units_per_m(self) -> float:
        """Units of the drawing for a metre on the ground, along a meridian; for circles of uncertainty only."""
        return self.scale / _M_PER_DEG

    @property
    def depth(self) -> float:
        """The height of the bounds in units."""
        return (self.bounds.north - self.bounds.south) * self.scale

    def x(self, lng: Degrees) -> Degrees:
        """Units to the right of the western edge."""
        return (lng - self.bounds.west) * self.squeeze * self.scale

    def y(self, lat: Degrees) -> Degrees:
        """Units below the northern edge."""
        return (self.bounds.north - lat) * self.scale


def projection_of(bounds: LngLatBbox | None, width: float) -> Projection | None:
    """The projection in which a box of degrees is `width` units wide; None without a box that has a width.

    >>> drawing = projection_of(LngLatBbox(102.0, 21.0, 103.0, 22.0), 100.0)
    >>> drawing.x(102.5), drawing.y(22.0), round(drawing.depth, 1)
    (50.0, 0.0, 107.5)
    >>> projection_of(None, 100.0)
    """
    if bounds is None or bounds.east <= bounds.west:
        return None
    squeeze = math.cos(math.radians((bounds.south + bounds.north) / 2))
    return Projection(bounds, width / ((bounds.east - bounds.west) * squeeze), squeeze)

"""A rough outline of Điện Biên and places in it, for tests that need the real size and position of the province."""

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

PROVINCE = Polygon(
    [
        (102.15, 22.40), (102.45, 22.55), (102.75, 22.30), (103.05, 22.20), (103.30, 22.10), (103.58, 21.85),
        (103.55, 21.55), (103.30, 21.40), (103.20, 21.10), (103.05, 20.90), (102.95, 21.20), (102.85, 21.55),
        (102.65, 21.65), (102.60, 21.95), (102.35, 22.05),
    ]
)  # fmt: skip
"""In STORE_CRS; within the province's box of 102.14 to 103.61 east, 20.88 to 22.56 north."""

UNITS = [
    MultiPolygon([Polygon(ring)])
    for ring in (
        [(102.15, 22.40), (102.45, 22.55), (102.75, 22.30), (102.65, 21.65), (102.60, 21.95), (102.35, 22.05)],
        [(102.75, 22.30), (103.05, 22.20), (103.30, 22.10), (103.00, 21.70), (102.65, 21.65)],
        [(103.30, 22.10), (103.58, 21.85), (103.55, 21.55), (103.30, 21.40), (103.00, 21.70)],
        [(103.30, 21.40), (103.20, 21.10), (103.05, 20.90), (102.95, 21.20), (102.85, 21.55), (103.00, 21.70)],
    )
]
"""Four made-up districts whose borders are known."""

WIDE: NDArray[np.float64] = np.array(
    [
        (102.20, 22.40), (102.45, 22.50), (103.50, 21.80), (103.50, 21.60), (103.05, 20.95), (103.10, 21.10),
        (103.0165, 21.386), (102.95, 21.60), (103.25, 22.05), (102.70, 22.20), (102.66, 21.75), (103.30, 21.70),
    ]
)  # fmt: skip
"""Longitude and latitude of places over the whole province: too wide to fit in under a neighbouring zone."""


def along_the_borders(count: int = 40) -> NDArray[np.float64]:
    """Points on the borders of UNITS, as the corners of a well drawn layer of units lie."""
    rings = [part.exterior for unit in UNITS for part in unit.geoms]
    return np.array(
        [ring.interpolate(step / count, normalized=True).coords[0] for ring in rings for step in range(count)]
    )


def well_inside() -> BaseGeometry:
    """The province without a rim of a kilometre, so that every point of it is clearly inside."""
    return PROVINCE.buffer(-0.01)

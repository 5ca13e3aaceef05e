"""Features of the map with as little geometry as a screen can show when all of their layer is in view."""

import math
from typing import Any

import orjson
import shapely

from geo.crs import LngLatBbox

_STEPS = 1_000
"""Parts of the width of a layer: one is about a pixel of a screen that shows all of it."""


def lighten(feature: dict[str, Any], bounds: LngLatBbox) -> dict[str, Any]:
    """A GeoJSON feature, lines and outlines simplified and marked `light`; a point as it is.

    `bounds` is the box of the whole layer in degrees.
    """
    geometry, width = feature["geometry"], bounds.east - bounds.west
    if geometry is None or geometry["type"] == "Point" or not width:
        return feature
    shape = shapely.simplify(shapely.from_geojson(orjson.dumps(geometry)), width / _STEPS)
    light = shapely.set_precision(shape, 10.0 ** math.floor(math.log10(width / _STEPS)))
    return (
        feature if light.is_empty else {**feature, "geometry": orjson.loads(shapely.to_geojson(light)), "light": True}
    )

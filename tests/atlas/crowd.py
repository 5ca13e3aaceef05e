"""Three hundred sites and zones all over the province, for tests that look at every geometry."""

import random

from geopandas import GeoDataFrame
from shapely import MultiPolygon, Point, Polygon

from tests.frames import frame


def crowd() -> dict[str, GeoDataFrame]:
    """The frames of both layers; zones are polygons of five corners, each around a site."""
    chance = random.Random(1)
    points = [Point(round(chance.uniform(102.1, 103.6), 6), round(chance.uniform(20.9, 22.5), 6)) for _ in range(300)]
    around = [p.buffer(chance.uniform(0.001, 0.2), quad_segs=4).exterior.coords for p in points]
    shapes = [Polygon([ring[at] for at in sorted(chance.sample(range(16), 5))]) for ring in around]
    return {
        "sites": frame("sites", *({"site_id": f"{i:03}", "name": "x", "at": p} for i, p in enumerate(points))),
        "zones": frame(
            "zones", *({"zone_id": f"{i:03}", "name": "x", "at": MultiPolygon([s])} for i, s in enumerate(shapes))
        ),
    }

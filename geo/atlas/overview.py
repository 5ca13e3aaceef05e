"""Simplified GeoJSON of a whole polygon layer for small scales; shared borders are simplified alike."""

from typing import Any

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame

from geo.atlas.model import plain
from geo.schema import LayerSpec

TOLERANCE_DEG = 0.002
"""About 200 m, less than a screen pixel at zooms 8 to 10, at which the overview is drawn."""

_DECIMALS = 4
# A label is placed at the centre of the largest inscribed circle; this is the tolerance of its search.
_LABEL_TOLERANCE_DEG = 0.001
_LABEL_LIMIT = 1_000


def overview(frame: GeoDataFrame, spec: LayerSpec) -> bytes:
    """`frame` as a GeoJSON FeatureCollection with simplified geometry in STORE_CRS and 4 decimals.

    Properties are `id`, `title`, `title_en`, and `lng`, `lat` of the label point. Records without a geometry are left
    out.
    """
    shapes = np.asarray(frame.geometry.array, dtype=object)
    is_placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    records, shapes = frame[is_placed], shapes[is_placed]
    light = shapely.coverage_simplify(shapes, TOLERANCE_DEG) if spec.tiling else _simplify(shapes)
    labels = _labels(shapes)
    lngs, lats = shapely.get_x(labels).tolist(), shapely.get_y(labels).tolist()
    titles_en = records[spec.title_en] if spec.title_en else [None] * len(records)
    geometries = shapely.to_geojson(shapely.transform(light, _round))
    features = [
        {
            "type": "Feature",
            "id": key,
            "properties": {
                "id": plain(key),
                "title": plain(title),
                "title_en": plain(title_en),
                "lng": round(lng, _DECIMALS),
                "lat": round(lat, _DECIMALS),
            },
            "geometry": orjson.Fragment(geometry),
        }
        for key, title, title_en, lng, lat, geometry in zip(
            records[spec.key], records[spec.title], titles_en, lngs, lats, geometries, strict=True
        )
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _simplify(shapes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(shapely.simplify(shapes, TOLERANCE_DEG, preserve_topology=True), dtype=object)


def _round(coordinates: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.round(coordinates, _DECIMALS)


def _labels(shapes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if len(shapes) > _LABEL_LIMIT:
        return np.asarray(shapely.point_on_surface(shapes), dtype=object)
    circles = shapely.maximum_inscribed_circle(shapes, tolerance=_LABEL_TOLERANCE_DEG)
    return np.asarray(shapely.get_point(circles, 0), dtype=object)

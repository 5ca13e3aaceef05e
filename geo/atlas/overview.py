"""Simplified GeoJSON of a whole polygon layer for small scales; shared borders are simplified alike."""

from typing import Any

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame

from geo.atlas.model import Value, plain
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
    records = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    shapes = np.asarray(records.geometry.array, dtype=object)
    light = shapely.coverage_simplify(shapes, TOLERANCE_DEG) if spec.tiling else _simplify(shapes)
    labels = _labels(shapes)
    titles_en = records[spec.title_en] if spec.title_en else [None] * len(records)
    features = [
        {
            "type": "Feature",
            "id": key,
            "properties": _properties(key, title, title_en, label),
            "geometry": orjson.Fragment(shapely.to_geojson(shape)),
        }
        for key, title, title_en, label, shape in zip(
            records[spec.key], records[spec.title], titles_en, labels, shapely.transform(light, _round), strict=True
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


def _properties(key: object, title: object, title_en: object, label: Any) -> dict[str, Value]:
    return {
        "id": plain(key),
        "title": plain(title),
        "title_en": plain(title_en),
        "lng": round(float(shapely.get_x(label)), _DECIMALS),
        "lat": round(float(shapely.get_y(label)), _DECIMALS),
    }

"""The zoom bands of the base map, and a layer generalised for one: selected, joined, projected and simplified."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from geo.basemap.declaration import MAX_ZOOM, BaseLayer
from geo.basemap.generalisation import simplify_areas
from geo.crs import mercator_shares

Array: TypeAlias = np.ndarray[Any, Any]

UNITS = 4096
"""Units of a band's grid along each side of a tile of the band's zoom: 16 to a pixel at that zoom, 4 two zooms on."""

ATTRIBUTES = ("kind", "name", "name_en", "ref", "rank", "height_m", "min_zoom")
_TOLERANCE = 2.0
"""Units that a simplified line may deviate: half a pixel at the highest zoom of a band."""
_COARSER = {"neighbours": 64.0, "heights": 8.0}
"""Layers whose tolerance is larger: outlines of neighbours only say on which side of the border a name belongs, those
of heights are accurate to some km. Their areas are simplified one by one: borders of neighbours are not drawn, and
heights lie one over the other."""
_LEAST_AREA = 64.0
"""Square units of the smallest polygon: two by two pixels at the highest zoom of a band."""


class Band(NamedTuple):
    """A range of zooms that are drawn from the same files: from `zoom`, below `end`."""

    zoom: int
    end: int


BANDS = (Band(8, 10), Band(10, 12), Band(12, 14), Band(14, MAX_ZOOM + 1))


def to_units(shapes: Array, band: Band) -> Array:
    """Geometries in STORE_CRS in units of a band: x to the east, y to the south, from the corner of EPSG:3857."""
    scale = UNITS * 2**band.zoom
    projected: Array = shapely.transform(shapes, lambda points: mercator_shares(points[:, 0], points[:, 1]) * scale)
    return projected


def generalise(features: GeoDataFrame, layer: BaseLayer, band: Band) -> GeoDataFrame:
    """The features of a layer (STORE_CRS) that a band draws, in units of the band, the most important first.

    Lines that agree in every attribute and continue each other become one, so that names have room along them.
    Polygons that touch keep a common border. Polygons that are too small to be seen, and lines of no length, are left
    out.
    The index is not kept.
    """
    drawn = _in_order(features, layer, band)
    if layer.geometry == "Point":
        return _frame(drawn, to_units(_shapes(drawn), band))
    is_line = layer.geometry == "MultiLineString"
    drawn = _join(drawn) if is_line else drawn
    projected = to_units(_shapes(drawn), band)
    tolerance = _COARSER.get(layer.key, _TOLERANCE)
    is_alone = is_line or layer.key in _COARSER
    simplified = shapely.simplify(projected, tolerance) if is_alone else simplify_areas(projected, tolerance)
    simple = shapely.set_precision(simplified, 1.0)
    size = shapely.length(simple) if is_line else shapely.area(simple) - _LEAST_AREA
    is_visible = size > 0
    return _frame(drawn[is_visible], simple[is_visible])


def _in_order(features: GeoDataFrame, layer: BaseLayer, band: Band) -> GeoDataFrame:
    classes = {one.key: (number, one.from_zoom) for number, one in enumerate(layer.classes)}
    begins = features["min_zoom"].fillna(features["kind"].map(lambda kind: classes[kind][1]))
    drawn = features[begins < band.end]
    order = drawn["kind"].map(lambda kind: classes[kind][0])
    return drawn.assign(_order=order).sort_values(["_order", "rank"], kind="stable", na_position="last")


def _join(lines: GeoDataFrame) -> GeoDataFrame:
    """Lines as single parts, joined where they agree in every attribute and continue each other."""
    rows: list[dict[str, Any]] = []
    for values, members in lines.groupby(list(ATTRIBUTES), dropna=False, sort=False):
        parts = shapely.get_parts(_shapes(members))
        whole = shapely.line_merge(shapely.multilinestrings(parts))
        attributes = dict(zip(ATTRIBUTES, values, strict=True))
        rows.extend({**attributes, "geometry": line} for line in shapely.get_parts(whole))
    return GeoDataFrame(pd.DataFrame(rows, columns=[*ATTRIBUTES, "geometry"]), geometry="geometry")


def _frame(features: GeoDataFrame, shapes: Array) -> GeoDataFrame:
    frame = pd.DataFrame(features[list(ATTRIBUTES)]).reset_index(drop=True)
    return GeoDataFrame(frame, geometry=list(shapes))


def _shapes(features: GeoDataFrame) -> Array:
    shapes: Array = np.asarray(features.geometry.array, dtype=object)
    return shapes

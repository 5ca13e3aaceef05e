"""The layers of an operator's files together with those that the project ships.

A layer of the files replaces the shipped one. Three things that no extract says are kept from the shipped layers: which
places are seats of communes, the summits that the project names, and which rivers are great ones.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from shapely import STRtree

from geo.basemap.declaration import BASE_LAYERS, Origin
from geo.basemap.shipped_files import ShippedFiles
from geo.crs import to_metric
from geo.text import fold

_BOTH = ("places", "summits")
"""Layers in which the shipped points stay beside those of the files."""
_SAME_M = 3_000.0
"""Metres within which two points of one name are the same place."""
_GREAT = "great_river"


def with_shipped(
    layers: Mapping[str, GeoDataFrame], origins: Mapping[str, Sequence[Origin]], shipped: ShippedFiles
) -> tuple[dict[str, GeoDataFrame], dict[str, tuple[Origin, ...]]]:
    """The layers of a ground, with the sources of each, from those of the files and the shipped ones."""
    together = {**shipped.layers, **layers}
    sources = {**shipped.origins, **{layer: tuple(rows) for layer, rows in origins.items()}}
    for layer in _BOTH:
        if layer in layers and layer in shipped.layers:
            together[layer] = _stacked(shipped.layers[layer], _new(layers[layer], shipped.layers[layer]))
            sources[layer] = tuple(dict.fromkeys((*shipped.origins[layer], *origins[layer])))
    if "rivers" in layers and "rivers" in shipped.layers:
        together["rivers"] = _with_great(layers["rivers"], shipped.layers["rivers"])
    return {layer: together[layer] for layer in BASE_LAYERS if layer in together}, sources


def _new(points: GeoDataFrame, shipped: GeoDataFrame) -> GeoDataFrame:
    """The points without those that a shipped point of the same name stands for."""
    names, shipped_names = (frame["name"].fillna("").map(fold).to_numpy() for frame in (points, shipped))
    tree = STRtree(to_metric(np.asarray(shipped.geometry.array, dtype=object)))
    at = to_metric(np.asarray(points.geometry.array, dtype=object))
    own, other = tree.query(at, predicate="dwithin", distance=_SAME_M)
    same = (names[own] == shipped_names[other]) & (names[own] != "")
    return points.drop(index=points.index[np.unique(own[same])])


def _stacked(first: GeoDataFrame, second: GeoDataFrame) -> GeoDataFrame:
    rows = pd.DataFrame(
        [*first.drop(columns="geometry").to_dict("records"), *second.drop(columns="geometry").to_dict("records")]
    )
    shapes = [*first.geometry, *second.geometry]
    return GeoDataFrame(rows, geometry=shapes, crs=4326)


def _with_great(rivers: GeoDataFrame, shipped: GeoDataFrame) -> GeoDataFrame:
    """The rivers; one with the name of a shipped great river is of that class."""
    great = set(shipped.loc[shipped["kind"] == _GREAT, "name"].dropna().map(fold))
    is_great = (rivers["kind"] == "river") & rivers["name"].fillna("").map(fold).isin(great)
    return rivers.assign(kind=rivers["kind"].where(~is_great, _GREAT))

"""What the readers hand over: the features of the base map's layers, and what was left out and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from geopandas import GeoDataFrame

from geo.basemap.declaration import BASE_LAYERS
from geo.basemap.operator.classes import BEYOND, Rule, kind_of_road
from geo.basemap.operator.clip_area import MARGIN_KM, ClipArea
from geo.crs import Shapes
from geo.schema import Label
from geo.text import nfc

REASONS: Mapping[str, Label] = {
    "outside": Label(f"ngoài tỉnh quá {MARGIN_KM} km", f"more than {MARGIN_KM} km from the province"),
    "incomplete": Label("thiếu điểm hoặc đường bao không khép kín", "points missing, or a ring that does not close"),
    "unclassified": Label("không thuộc loại nào mà bản đồ nền vẽ", "no class that the base map draws"),
    "empty": Label("không có toạ độ", "no coordinates"),
}
"""Why an object of a file is not in the ground."""


class Feature(NamedTuple):
    """The attributes of one object of a file that the base map draws, as the file has them; `height_m` in metres."""

    rule: Rule
    name: str | None = None
    name_en: str | None = None
    ref: str | None = None
    height_m: float | None = None


class Reading(NamedTuple):
    """The layers that a file holds, and the number of objects left out by reason (see REASONS)."""

    layers: dict[str, GeoDataFrame]
    left_out: Counter[str]


def clean(text: str | None) -> str | None:
    """Text of a file as the map writes it: NFC, single spaces; None for an empty text."""
    return " ".join(nfc(text).split()) or None if text else None


def clip_features(features: list[Feature], shapes: Shapes, area: ClipArea, left_out: Counter[str]) -> Reading:
    """Features with their shapes (STORE_CRS) as layers, clipped to the area; those outside are added to `left_out`.

    A polygon that is drawn as a symbol becomes a point inside it.
    """
    is_symbol = np.array([0 in feature.rule.dimensions for feature in features], dtype=bool)
    places = shapes.copy()
    places[is_symbol] = shapely.point_on_surface(shapes[is_symbol])
    clipped = area.clip(places)
    is_inside = ~shapely.is_missing(clipped)
    left_out["outside"] += int((~is_inside).sum())
    insiders = [features[row] for row in np.flatnonzero(is_inside).tolist()]
    is_beyond = area.is_beyond(clipped[is_inside]).tolist()
    rows = [_row(feature, beyond) for feature, beyond in zip(insiders, is_beyond, strict=True)]
    return Reading(dict(_by_layer([feature.rule.layer for feature in insiders], rows, clipped[is_inside])), left_out)


def _row(feature: Feature, is_beyond: bool) -> dict[str, Any]:
    rule = feature.rule
    kind = kind_of_road(rule, feature.ref) if rule.layer == "roads" else rule.kind
    name, name_en = clean(feature.name), clean(feature.name_en)
    return {
        "kind": BEYOND.get(kind, kind) if is_beyond and rule.layer == "places" else kind,
        "name": name,
        "name_en": name_en if name_en != name else None,
        "ref": clean(feature.ref),
        "rank": rule.rank,
        "height_m": feature.height_m,
        "min_zoom": rule.min_zoom,
    }


def _by_layer(layers: list[str], rows: list[dict[str, Any]], shapes: Shapes) -> Iterable[tuple[str, GeoDataFrame]]:
    """The rows as a frame for each layer, in an order that does not depend on the order of the file."""
    of_rows = np.array(layers)
    for layer in BASE_LAYERS:
        of_layer = np.flatnonzero(of_rows == layer)
        if len(of_layer):
            yield layer, GeoDataFrame([rows[row] for row in of_layer], geometry=list(shapes[of_layer]), crs="EPSG:4326")


def merge(readings: Iterable[Reading]) -> Reading:
    """Several readings as one, the features of a layer in the order of the readings."""
    layers: dict[str, list[GeoDataFrame]] = {}
    left_out: Counter[str] = Counter()
    for reading in readings:
        left_out.update(reading.left_out)
        for layer, features in reading.layers.items():
            layers.setdefault(layer, []).append(features)
    together = {layer: _stacked(frames) for layer, frames in layers.items()}
    return Reading(together, left_out)


def _stacked(frames: list[GeoDataFrame]) -> GeoDataFrame:
    rows = [row for frame in frames for row in frame.drop(columns="geometry").to_dict("records")]
    shapes = np.concatenate([np.asarray(frame.geometry.array, dtype=object) for frame in frames])
    return GeoDataFrame(rows, geometry=list(shapes), crs="EPSG:4326")

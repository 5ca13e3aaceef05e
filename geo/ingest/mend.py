"""Repairs that lose nothing, each one listed: text composed and trimmed, rings turned, polygons made valid."""

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.ingest.report import Change
from geo.layers import code_list
from geo.schema import Field, Label, LayerSpec
from geo.text import nfc

_COMPOSED = Label("chữ tổ hợp sẵn (NFC), Đ thay cho Ð", "composed Unicode (NFC), Đ for Eth")
_TRIMMED = Label("bỏ khoảng trắng thừa", "surplus spaces removed")
_CASED = Label("mã viết đúng chữ thường, hoa", "code in its proper case")
_VALID = Label("hình học được làm hợp lệ", "geometry made valid")


def mend(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Change]]:
    """`frame` with safe repairs made, and the list of them.

    Polygons become MultiPolygons with counter-clockwise outer rings (RFC 7946, 3.1.6); that changes no
    shape and is not listed.
    """
    changes: list[Change] = []
    keys = [None if key is None else str(key) for key in frame[spec.key]]
    data: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        cells = [_text(value, field, spec, key, changes) for key, value in zip(keys, frame[field.name], strict=True)]
        data[field.name] = pd.Series(cells, dtype=object)
    shapes = [_shape(shape, spec, key, changes) for key, shape in zip(keys, frame.geometry, strict=True)]
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=STORE_CRS), crs=STORE_CRS), changes


def _text(value: object, field: Field, spec: LayerSpec, key: str | None, changes: list[Change]) -> object:
    if not isinstance(value, str):
        return value
    steps = [(_COMPOSED, nfc(value))]
    trimmed = steps[-1][1].strip() if field.kind == "longtext" else " ".join(steps[-1][1].split())
    steps.append((_TRIMMED, trimmed))
    if field.codes and field.kind == "code":
        by_lower = {code.lower(): code for code in code_list(field.codes)}
        steps.append((_CASED, by_lower.get(trimmed.lower(), trimmed)))
    before = value
    for rule, after in steps:
        if after != before:
            changes.append(Change(spec.name, key, field.name, before, after, rule))
        before = after
    return before or None


def _shape(shape: BaseGeometry | None, spec: LayerSpec, key: str | None, changes: list[Change]) -> BaseGeometry | None:
    if shape is None or shape.is_empty or spec.geometry != "MultiPolygon":
        return shape
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        shape = _polygons(shapely.make_valid(shape, method="structure", keep_collapsed=False))
        changes.append(Change(spec.name, key, "geometry", why, shapely.is_valid_reason(shape), _VALID))
    return shapely.orient_polygons(_polygons(shape), exterior_cw=False)


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape as one MultiPolygon; lines and points that mending left are dropped."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)])

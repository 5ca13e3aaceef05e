"""Frames in a canonical form, in which equal records are equal bytes: it is compared, logged and digested."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.errors import Conflict
from geo.schema import LayerSpec

Content: TypeAlias = tuple[str, bytes | None]
"""One record: its properties as JSON, its geometry as WKB."""
Records: TypeAlias = dict[str, Content]
State: TypeAlias = dict[str, Records]

_DECIMALS = 9  # a tenth of a millimetre: far below any survey, above the noise of reading and writing a file
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False)


def state_of(spec: LayerSpec, frame: gpd.GeoDataFrame) -> Records:
    """The records of a frame in STORE_CRS by key, in the order of the keys.

    Conflict when the frame breaks a rule of the store: its coordinate system, a column that is missing, a key
    that is missing or used twice, a geometry of another kind than the layer's.
    """
    _require_columns(spec, frame)
    names = [field.name for field in spec.fields]
    shapes = np.array(frame.geometry, dtype=object)
    broken = _broken_shapes(spec, shapes)
    wkbs = _wkbs(shapes, broken)
    records: Records = {}
    for row, cells in enumerate(zip(*(frame[name] for name in names), strict=True)):
        properties = {name: _plain(cell) for name, cell in zip(names, cells, strict=True)}
        key = properties[spec.key]
        if key is None or str(key) in records:
            raise _broken(spec, f"khoá {key!r} thiếu hoặc dùng hai lần", f"key {key!r} is missing or used twice")
        if broken[row]:
            raise _broken(
                spec,
                f"{key}: cần {spec.geometry} hai chiều, có {shapes[row].wkt[:60]}",
                f"{key}: expected a {spec.geometry} of two dimensions, got {shapes[row].wkt[:60]}",
            )
        records[str(key)] = _JSON.encode(properties), wkbs[row]
    return dict(sorted(records.items()))


def _require_columns(spec: LayerSpec, frame: gpd.GeoDataFrame) -> None:
    if frame.crs is None or not frame.crs.equals(STORE_CRS, ignore_axis_order=True):
        raise _broken(spec, f"hệ toạ độ phải là {STORE_CRS}", f"the coordinate system must be {STORE_CRS}")
    lacking = [field.name for field in spec.fields if field.name not in frame.columns]
    if lacking:
        raise _broken(spec, f"thiếu cột {', '.join(lacking)}", f"columns missing: {', '.join(lacking)}")


def _plain(value: Any) -> str | int | float | None:
    """The value as JSON has it: numpy's numbers as Python's, NaN and its kin as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)


def _broken_shapes(spec: LayerSpec, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which geometries the layer cannot hold: of another kind, of three dimensions, or not finite."""
    kind = -1 if spec.geometry is None else shapely.GeometryType[spec.geometry.upper()]
    broken = ~shapely.is_missing(shapes) & ((shapely.get_type_id(shapes) != kind) | shapely.has_z(shapes))
    xy, rows = shapely.get_coordinates(shapes, return_index=True)
    broken[rows[~np.isfinite(xy).all(axis=1)]] = True
    return np.asarray(broken, dtype=np.bool_)


def _wkbs(shapes: NDArray[np.object_], broken: NDArray[np.bool_]) -> list[bytes | None]:
    """Each geometry as little-endian WKB, rounded, all in one go; None for the broken ones."""
    whole = shapes.copy()
    whole[broken] = None
    # Adding zero makes -0.0 the zero that it is.
    rounded = shapely.transform(whole, lambda xy: np.round(xy, _DECIMALS) + 0.0)
    return list(shapely.to_wkb(rounded, byte_order=1))


def _broken(spec: LayerSpec, vi: str, en: str) -> Conflict:
    return Conflict(f"Layer {spec.name} cannot be published: {en}.", f"Không thể công bố lớp {spec.name}: {vi}.")


def frame_of(spec: LayerSpec, records: Mapping[str, Content]) -> gpd.GeoDataFrame:
    """The frame of some records, in STORE_CRS, ordered by key; fields that a record lacks are None."""
    rows = [(json.loads(text), shape) for _, (text, shape) in sorted(records.items())]
    data: dict[str, Any] = {
        field.name: pd.Series([row.get(field.name) for row, _ in rows], dtype=object) for field in spec.fields
    }
    shapes = [None if shape is None else shapely.from_wkb(shape) for _, shape in rows]
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=STORE_CRS), crs=STORE_CRS)


def digest_of(state: State, described: str) -> str:
    """SHA-256 of everything in a state and its metadata, in hex."""
    digest = hashlib.sha256(described.encode())
    for layer in sorted(state):
        for key, (text, shape) in state[layer].items():
            for part in (layer.encode(), key.encode(), text.encode(), shape or b""):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
    return digest.hexdigest()

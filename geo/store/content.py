"""The canonical form of frames, in which equal records are equal bytes, for comparison, log and digest."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.errors import Conflict
from geo.ocop.layers import LAYERS
from geo.schema import LayerSpec

Content: TypeAlias = tuple[str, bytes | None]
"""One record: its properties as JSON, its geometry as WKB."""
Records: TypeAlias = dict[str, Content]
State: TypeAlias = dict[str, Records]
Value: TypeAlias = str | int | float | None

_DECIMALS = 9  # a tenth of a millimetre: finer than any survey, coarser than the rounding errors of file formats
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False)


def state_of(spec: LayerSpec, frame: gpd.GeoDataFrame) -> Records:
    """The records of a frame in STORE_CRS by key, in the order of the keys.

    Conflict when the frame breaks a rule of the store: another CRS, a missing column, a missing or duplicate key, a
    geometry of another type than the layer's.
    """
    _require_columns(spec, frame)
    shapes = np.array(frame.geometry, dtype=object)
    invalid = _invalid_shapes(spec, shapes)
    wkbs = _wkbs(shapes, invalid)
    records: Records = {}
    columns = {field.name: _plain_cells(frame[field.name].tolist()) for field in spec.fields}
    for row, (key, text) in enumerate(zip(columns[spec.key], _texts(columns), strict=True)):
        if key is None or str(key) in records:
            raise _invalid_layer(spec, f"khoá {key!r} thiếu hoặc dùng hai lần", f"key {key!r} is missing or used twice")
        if invalid[row]:
            raise _invalid_layer(
                spec,
                f"{key}: cần {spec.geometry} hai chiều, có {shapes[row].wkt[:60]}",
                f"{key}: expected a {spec.geometry} of two dimensions, got {shapes[row].wkt[:60]}",
            )
        records[str(key)] = text, wkbs[row]
    return dict(sorted(records.items()))


def _require_columns(spec: LayerSpec, frame: gpd.GeoDataFrame) -> None:
    if frame.crs is None or not frame.crs.equals(STORE_CRS, ignore_axis_order=True):
        raise _invalid_layer(spec, f"hệ toạ độ phải là {STORE_CRS}", f"the coordinate system must be {STORE_CRS}")
    lacking = [field.name for field in spec.fields if field.name not in frame.columns]
    if lacking:
        raise _invalid_layer(spec, f"thiếu cột {', '.join(lacking)}", f"columns missing: {', '.join(lacking)}")


def _plain_cells(cells: list[Any]) -> list[Value]:
    return [cell if cell is None or type(cell) is str or type(cell) is int else _plain(cell) for cell in cells]


def _plain(value: Any) -> Value:
    """The value as JSON can hold it: numpy numbers as Python numbers, NaN, NA and NaT as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)


def _texts(columns: Mapping[str, Sequence[Value]]) -> Iterator[str]:
    """The properties of each record as JSON, its members in the order of their names, as _JSON encodes them.

    Members are encoded column by column, because most texts of a column recur.
    """
    members = (_members(name, columns[name]) for name in sorted(columns))
    return (f"{{{', '.join(row)}}}" for row in zip(*members, strict=True))


def _members(name: str, cells: Sequence[Value]) -> list[str]:
    """The member `name` of each record's JSON object."""
    begin = f"{_JSON.encode(name)}: "
    texts = {cell: begin + _JSON.encode(cell) for cell in set(cells) if cell is None or isinstance(cell, str)}
    numbers = [cell for cell in cells if cell is not None and not isinstance(cell, str)]
    encoded_numbers = iter(_JSON.encode(numbers)[1:-1].split(", "))
    return [texts[cell] if cell is None or isinstance(cell, str) else begin + next(encoded_numbers) for cell in cells]


def _invalid_shapes(spec: LayerSpec, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Mask of the geometries that the layer cannot hold: of another type, with Z, or with non-finite coordinates."""
    kind = -1 if spec.geometry is None else shapely.GeometryType[spec.geometry.upper()]
    invalid = ~shapely.is_missing(shapes) & ((shapely.get_type_id(shapes) != kind) | shapely.has_z(shapes))
    xy, rows = shapely.get_coordinates(shapes, return_index=True)
    invalid[rows[~np.isfinite(xy).all(axis=1)]] = True
    return np.asarray(invalid, dtype=np.bool_)


def _wkbs(shapes: NDArray[np.object_], invalid: NDArray[np.bool_]) -> list[bytes | None]:
    """Each geometry as little-endian WKB with rounded coordinates; None for invalid ones."""
    valid = shapes.copy()
    valid[invalid] = None
    # Adding zero turns -0.0 into 0.0, whose bytes differ.
    shapes_to_write = shapely.transform(valid, lambda xy: np.round(xy, _DECIMALS) + 0.0)
    return list(shapely.to_wkb(shapes_to_write, byte_order=1))


def _invalid_layer(spec: LayerSpec, vi: str, en: str) -> Conflict:
    return Conflict(f"Layer {spec.name} cannot be published: {en}.", f"Không thể công bố lớp {spec.name}: {vi}.")


def frames_of(state: Mapping[str, Mapping[str, Content]]) -> dict[str, gpd.GeoDataFrame]:
    """The frame of every layer, in STORE_CRS, ordered by key."""
    return {name: frame_of(spec, state.get(name, {})) for name, spec in LAYERS.items()}


def frame_of(spec: LayerSpec, records: Mapping[str, Content]) -> gpd.GeoDataFrame:
    """The frame of `records` in STORE_CRS, ordered by key; fields that a record lacks are None."""
    contents = [records[key] for key in sorted(records)]
    rows = orjson.loads(f"[{','.join(text for text, _ in contents)}]")
    data: dict[str, Any] = {
        field.name: pd.Series([row.get(field.name) for row in rows], dtype=object) for field in spec.fields
    }
    shapes = shapely.from_wkb(np.array([shape for _, shape in contents], dtype=object))
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=STORE_CRS), crs=STORE_CRS)


def digest_of(state: State, metadata: str) -> str:
    """SHA-256 of a state and its metadata (as JSON text), in hex."""
    digest = hashlib.sha256(metadata.encode())
    for layer in sorted(state):
        name = _with_length(layer.encode())
        for key, (text, shape) in state[layer].items():
            digest.update(
                b"".join([name, _with_length(key.encode()), _with_length(text.encode()), _with_length(shape or b"")])
            )
    return digest.hexdigest()


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big") + part

"""Frames as canonical text and bytes, so that equal content is equal: what is compared, logged and digested."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORE_CRS
from geo.schema import LayerSpec

Records = dict[str, tuple[str, bytes | None]]
"""key -> (properties as JSON, geometry as WKB)."""
State = dict[str, Records]

_DECIMALS = 9  # a tenth of a millimetre: far below any survey, above the noise of reading and writing a file


def state_of(spec: LayerSpec, frame: gpd.GeoDataFrame) -> Records:
    """The records of a frame in STORE_CRS by key, in the order of the keys."""
    shapes = shapely.to_wkb(
        shapely.transform(np.asarray(frame.geometry.array, dtype=object), lambda xy: np.round(xy, _DECIMALS))
    )
    columns = [frame[field.name] for field in spec.fields]
    names = [field.name for field in spec.fields]
    records: Records = {}
    for shape, *values in zip(shapes, *columns, strict=True):
        properties = dict(zip(names, values, strict=True))
        text = json.dumps(properties, ensure_ascii=False, sort_keys=True, allow_nan=False)
        records[str(properties[spec.key])] = (text, None if shape is None else bytes(shape))
    return dict(sorted(records.items()))


def frame_of(spec: LayerSpec, records: Mapping[str, tuple[str, bytes | None]]) -> gpd.GeoDataFrame:
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

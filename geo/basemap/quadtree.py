"""A band of the base map as files of limited size: an area is divided into quarters until its file is small enough."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import orjson
import pandas as pd
import shapely
from geopandas import GeoDataFrame

Array: TypeAlias = np.ndarray[Any, Any]

MAX_BYTES = 240_000
"""Most bytes of one file before compression, unless it cannot be divided further."""

_BUFFER = 64.0
"""Units that a line or polygon reaches over the edge of its file, so that strokes are not cut there: four pixels."""
_SMALLEST = 512
"""Side in units of the smallest area, an eighth of a tile: it is not divided, however large its file is."""
_SHORT = {"name": "n", "name_en": "e", "ref": "r", "rank": "a", "height_m": "h", "min_zoom": "z"}
_VERTEX_BYTES, _FEATURE_BYTES = 6, 40
"""Bytes that a vertex and a feature take in a file, estimated."""


class Area(NamedTuple):
    """A square in units of a band."""

    west: int
    north: int
    side: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """West, north, east and south in units."""
        return self.west, self.north, self.west + self.side, self.north + self.side

    def quarters(self) -> Iterator["Area"]:
        """The quarters, the northern ones first."""
        half = self.side // 2
        for north in (self.north, self.north + half):
            for west in (self.west, self.west + half):
                yield Area(west, north, half)


class MapFile(NamedTuple):
    """One file: its name (the path of quarters from the whole area, r), its area and its JSON."""

    name: str
    area: Area
    body: bytes


def divide(layers: Mapping[str, GeoDataFrame]) -> Iterator[MapFile]:
    """The files of a band. `layers` are generalised features in units of the band, in the order of drawing."""
    present = {key: features for key, features in layers.items() if len(features)}
    if present:
        yield from _files("r", _whole(present), present)


def _whole(layers: Mapping[str, GeoDataFrame]) -> Area:
    boxes = np.array([features.total_bounds for features in layers.values()])
    west, north = np.floor(boxes[:, :2].min(axis=0)).astype(int)
    east, south = np.ceil(boxes[:, 2:].max(axis=0)).astype(int) + 1
    side = 2 ** int(np.ceil(np.log2(max(east - west, south - north, _SMALLEST))))
    return Area(int(west), int(north), side)


def _files(name: str, area: Area, layers: Mapping[str, GeoDataFrame]) -> Iterator[MapFile]:
    pieces = {key: piece for key, features in layers.items() if len(piece := _clip(features, area))}
    if not pieces:
        return
    is_smallest = area.side <= _SMALLEST
    if is_smallest or _estimate(pieces) <= MAX_BYTES * 2:
        body = _body(area, pieces)
        if is_smallest or len(body) <= MAX_BYTES:
            yield MapFile(name, area, body)
            return
    for number, quarter in enumerate(area.quarters()):
        yield from _files(f"{name}{number}", quarter, pieces)


def _clip(features: GeoDataFrame, area: Area) -> GeoDataFrame:
    """The features in an area: points inside it, lines and polygons cut _BUFFER units beyond its edge."""
    west, north, east, south = area.box
    shapes = np.asarray(features.geometry.array, dtype=object)
    if (shapely.get_type_id(shapes) == 0).all():
        x, y = shapely.get_x(shapes), shapely.get_y(shapes)
        inside = (x >= west) & (x < east) & (y >= north) & (y < south)
        return features[inside]
    window = west - _BUFFER, north - _BUFFER, east + _BUFFER, south + _BUFFER
    boxes = shapely.bounds(shapes)
    near = (boxes[:, 0] < window[2]) & (boxes[:, 2] > window[0]) & (boxes[:, 1] < window[3]) & (boxes[:, 3] > window[1])
    rows = features[near]
    cut = shapely.clip_by_rect(shapes[near], *window)
    has_shape = ~shapely.is_empty(cut)
    return rows[has_shape].set_geometry(list(cut[has_shape]))


def _estimate(layers: Mapping[str, GeoDataFrame]) -> int:
    return sum(
        _VERTEX_BYTES * int(shapely.get_num_coordinates(features.geometry.array).sum()) + _FEATURE_BYTES * len(features)
        for features in layers.values()
    )


def _body(area: Area, layers: Mapping[str, GeoDataFrame]) -> bytes:
    """The JSON of a file.

    `o` is [west, north, side] of the area in units of the band. Each layer is a list of features: `k` is the class, `n`
    the name, `e` the English name, `r` the number of a road, `a` the rank, `h` the height in metres, `z` the zoom where
    it is not that of the class. `g` is a list of parts, each x (east), y (south) of its first vertex from the corner,
    then the differences from vertex to vertex. The parts of a polygon are its rings.
    """
    content: dict[str, Any] = {"o": [*area]}
    for key, features in layers.items():
        rows: list[Any] = pd.DataFrame(features.drop(columns="geometry")).to_dict("records")
        shapes = np.asarray(features.geometry.array, dtype=object)
        content[key] = [{**_attributes(row), "g": steps} for row, steps in zip(rows, _steps(area, shapes), strict=True)]
    return orjson.dumps(content)


def _attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {short: row[name] for name, short in _SHORT.items()}
    return {"k": row["kind"]} | {short: _plain(value) for short, value in values.items() if not pd.isna(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _steps(area: Area, shapes: Array) -> list[list[list[int]]]:
    """The parts of each geometry: x, y of the first vertex from the corner of the area, then steps."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    if (shapely.get_type_id(parts) == 3).all():
        parts, rings = shapely.get_rings(parts, return_index=True)
        owners = owners[rings]
    points, part = shapely.get_coordinates(parts, return_index=True)
    whole = np.rint(points).astype(np.int64) - [area.west, area.north]
    first = np.diff(part, prepend=-1) > 0
    steps = np.where(first[:, None], whole, np.diff(whole, axis=0, prepend=0))
    begins = np.flatnonzero(first)
    lists: list[list[list[int]]] = [[] for _ in shapes]
    for owner, vertices in zip(owners.tolist(), np.split(steps, begins[1:]), strict=True):
        lists[owner].append(vertices.ravel().tolist())
    return lists

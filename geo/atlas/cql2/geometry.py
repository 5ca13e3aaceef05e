"""The geometries of a filter: GeoJSON or a bbox, in the coordinates of the asker, made into shapes of STORE_CRS."""

import math
from typing import Any, Protocol

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.crs import LngLatBbox

SHAPES = (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_EDGE_PARTS = 32
"""A box of another system has bent edges in degrees: each is cut in so many parts."""


class Crs(Protocol):
    """What turns the first and the second number of a filter into longitude and latitude (geo.vn2000.Reading)."""

    def to_lnglat(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitudes and latitudes in degrees; not finite where there are none."""
        ...


class BadShape(ValueError):
    """A geometry that cannot be used; `en` and `vi` say why."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en, self.vi = en, vi


def shape_of(node: dict[str, Any], crs: Crs | None) -> BaseGeometry:
    """The geometry of a GeoJSON object or {"bbox": [...]}; BadShape when it is none."""
    geometry = _box(node["bbox"], crs) if "bbox" in node and "type" not in node else _geojson(node)
    placed = shapely.force_2d(geometry)
    if crs is not None:
        placed = shapely.transform(placed, lambda points: np.column_stack(crs.to_lnglat(points[:, 0], points[:, 1])))
    west, south, east, north = placed.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadShape(
            "its coordinates are not longitudes and latitudes in degrees; give filter-crs for other systems",
            "toạ độ không phải kinh độ, vĩ độ tính bằng độ; hãy cho filter-crs nếu dùng hệ khác",
        )
    if not shapely.is_valid(placed):
        reason = shapely.is_valid_reason(placed)
        raise BadShape(f"it is not a valid geometry: {reason}", f"hình không hợp lệ: {reason}")
    return placed


def _geojson(node: dict[str, Any]) -> BaseGeometry:
    if node.get("type") not in SHAPES:
        known = ", ".join(SHAPES)
        raise BadShape(f"its type must be one of {known}", f"loại hình phải là một trong {known}")
    try:
        geometry: BaseGeometry = shapely.from_geojson(orjson.dumps(node))
    except (GEOSException, orjson.JSONEncodeError) as error:
        reason = str(error).partition(":")[2].strip() or str(error)
        raise BadShape(f"it is not a geometry: {reason}", f"không đọc được thành hình: {reason}") from None
    if geometry.is_empty or not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise BadShape("it has no place", "hình không có vị trí nào")
    return geometry


def _box(numbers: Any, crs: Crs | None) -> BaseGeometry:
    if (
        not isinstance(numbers, list)
        or len(numbers) not in {4, 6}
        or not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in numbers)
    ):
        raise BadShape("BBOX takes 4 or 6 numbers", "BBOX cần 4 hoặc 6 số")
    half = len(numbers) // 2
    west, south, east, north = *numbers[:2], *numbers[half : half + 2]
    if south > north or (crs is not None and west > east):
        raise BadShape("BBOX gives the lower corner first", "BBOX cho góc nhỏ trước, góc lớn sau")
    if crs is not None:
        box = _rectangle(LngLatBbox(west, south, east, north))
        return shapely.segmentize(box, (max(east - west, north - south) or 1.0) / _EDGE_PARTS)
    parts = [_rectangle(part) for part in LngLatBbox(west, south, east, north).parts()]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _rectangle(box: LngLatBbox) -> BaseGeometry:
    """A box as a polygon, or as the line or the point that it comes down to."""
    west, south, east, north = box
    if west == east and south == north:
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (east, north)]) if west == east or south == north else shapely.box(*box)

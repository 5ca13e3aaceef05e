"""The geometries of a filter: GeoJSON or a bbox in the CRS of the request, converted to shapely in STORE_CRS."""

import math
from typing import Any, Protocol

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.crs import LngLatBbox, in_degrees

SHAPES = (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
)  # fmt: skip


class Crs(Protocol):
    """A coordinate reference system that converts positions of a filter to degrees (geo.vn2000.Reading is one)."""

    def to_lnglat(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitudes and latitudes in degrees; NaN or infinity where the position cannot be converted."""
        ...


class BadShape(ValueError):
    """A geometry that a filter cannot use; `en` and `vi` are the reason in English and Vietnamese."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.en, self.vi = en, vi


def shape_of(node: dict[str, Any], crs: Crs | None) -> BaseGeometry:
    """The 2D geometry in STORE_CRS of a GeoJSON object or {"bbox": [...]}; BadShape when it is invalid."""
    geometry = _box(node["bbox"], crs) if "bbox" in node and "type" not in node else _geojson(node)
    shape = shapely.force_2d(geometry)
    if crs is not None:
        shape = in_degrees(shape, crs.to_lnglat)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadShape(
            "its coordinates are not longitudes and latitudes in degrees; give filter-crs for other systems",
            "toạ độ không phải kinh độ, vĩ độ tính bằng độ; hãy cho filter-crs nếu dùng hệ khác",
        )
    if not shapely.is_valid(shape):
        reason = shapely.is_valid_reason(shape)
        raise BadShape(f"it is not a valid geometry: {reason}", f"hình không hợp lệ: {reason}")
    return shape


def _geojson(node: dict[str, Any]) -> BaseGeometry:
    if node.get("type") not in SHAPES:
        names = ", ".join(SHAPES)
        raise BadShape(f"its type must be one of {names}", f"loại hình phải là một trong {names}")
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
        return _rectangle(LngLatBbox(west, south, east, north))
    parts = [_rectangle(part) for part in LngLatBbox(west, south, east, north).parts()]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _rectangle(box: LngLatBbox) -> BaseGeometry:
    """A box as a polygon; as a line or a point when its width or height is zero."""
    west, south, east, north = box
    if west == east and south == north:
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (east, north)]) if west == east or south == north else shapely.box(*box)

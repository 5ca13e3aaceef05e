"""A province of 100,000 polygons and 100,000 points, made up, the same every time: what benchmarks run over."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORE_CRS
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from tests.frames import frame

BOX = (102.1, 20.9, 103.6, 22.6)
"""West, south, east, north of the province in degrees."""
COUNT = 100_000
CORNERS = (17, 30)
"""Fewest and most corners of a polygon; with the closing one a ring has 24.5 positions on average."""
RADIUS = (0.0012, 0.003)
"""Nearest and farthest that a corner lies from the middle, degrees: polygons are about 0.005 degrees wide."""

_CROPS = {
    "shan_tea": "Chè Shan tuyết", "tea": "Chè", "arabica_coffee": "Cà phê Arabica", "rice": "Lúa gạo",
    "honey": "Mật ong", "peanut": "Lạc", "taro": "Khoai sọ", "pomelo": "Bưởi",
}  # fmt: skip
_KINDS = {
    "cooperative": "Hợp tác xã", "cooperative_group": "Tổ hợp tác", "company": "Công ty TNHH",
    "household_business": "Cơ sở sản xuất", "farm": "Trang trại",
}  # fmt: skip
_PLACES = (
    "Tủa Chùa", "Mường Ảng", "Nậm Pồ", "Điện Biên Đông", "Mường Chà", "Tuần Giáo", "Mường Nhé", "Thanh Nưa",
    "Sín Chải", "Tả Sìn Thàng", "Búng Lao", "Mường Phăng",
)  # fmt: skip
_NOTES = (
    None,
    "Trồng xen dưới tán rừng, thu hái từ tháng ba đến tháng mười một.",
    "Số liệu do hợp tác xã cung cấp, chưa đo đạc lại.",
)


def zones(count: int = COUNT) -> gpd.GeoDataFrame:
    """Zones all over the box as the store keeps them (STORE_CRS): star-shaped, valid, of one part each."""
    chance = np.random.default_rng(20260102)
    crops = chance.choice(list(_CROPS), count)
    places = chance.choice(_PLACES, count)
    number = np.arange(count)
    return _frame(
        "zones",
        _shapes(count, chance),
        zone_id=[f"Z{n:06d}" for n in number],
        name=[f"Vùng {_CROPS[crop]} {place} số {n}" for crop, place, n in zip(crops, places, number, strict=True)],
        crop=crops,
        area_ha=np.round(chance.gamma(2.0, 12.0, count) + 0.1, 2),
        area_year=chance.integers(2018, 2027, count),
        households=chance.integers(1, 400, count),
        growing_area_code=[f"VN-ĐBOR-{n:04d}" for n in chance.integers(0, 10_000, count)],
        extent_kind=["surveyed"] * count,
        note=chance.choice(np.array(_NOTES, dtype=object), count),
        source_ids=["S1"] * count,
    )


def producers(count: int = COUNT) -> gpd.GeoDataFrame:
    """Producers all over the box as the store keeps them (STORE_CRS)."""
    chance = np.random.default_rng(20260103)
    kinds = chance.choice(list(_KINDS), count)
    places = chance.choice(_PLACES, count)
    number = np.arange(count)
    return _frame(
        "producers",
        shapely.points(np.round(chance.uniform(BOX[:2], BOX[2:], (count, 2)), 7)),
        producer_id=[f"P{n:06d}" for n in number],
        name=[f"{_KINDS[kind]} {place} {n}" for kind, place, n in zip(kinds, places, number, strict=True)],
        kind=kinds,
        founded=[
            f"{year}-{month:02d}-01"
            for year, month in zip(chance.integers(1998, 2027, count), chance.integers(1, 13, count), strict=True)
        ],
        households=chance.integers(1, 300, count),
        address=[f"Bản {n % 900}, xã {place}" for place, n in zip(places, number, strict=True)],
        precision=["exact"] * count,
        note=chance.choice(np.array(_NOTES, dtype=object), count),
        source_ids=["S1"] * count,
    )


def frames(polygons: int = COUNT, points: int = COUNT) -> dict[str, gpd.GeoDataFrame]:
    """Every layer of the province: zones and producers large, one source, the outline of the box, the rest empty."""
    source = {"source_id": "S1", "publisher": "Báo Điện Biên Phủ", "address": "https://example.org/a"}
    outline = {
        "code": "11",
        "name": "Điện Biên",
        "kind": "province",
        "source_ids": "S1",
        "at": shapely.MultiPolygon([shapely.box(*BOX)]),
    }
    return {
        **{name: frame(name) for name in LAYERS},
        "sources": frame("sources", source),
        "province": frame("province", outline),
        "zones": zones(polygons),
        "producers": producers(points),
    }


def _shapes(count: int, chance: np.random.Generator) -> np.ndarray[Any, Any]:
    """Star-shaped polygons, wound as RFC 7946 wants; corners have 7 decimals, as everything that is frozen."""
    corners = chance.integers(CORNERS[0], CORNERS[1] + 1, count)
    at = np.repeat(np.arange(count), corners)
    place = np.arange(len(at)) - np.repeat(np.cumsum(corners) - corners, corners)
    # A jittered share of the full turn keeps the corners in order, so that no ring crosses itself.
    turn = 2 * np.pi * (place + chance.uniform(0, 0.6, len(at))) / corners[at]
    far = chance.uniform(*RADIUS, len(at))
    middle = chance.uniform(np.add(BOX[:2], RADIUS[1]), np.subtract(BOX[2:], RADIUS[1]), (count, 2))
    ring = np.round(middle[at] + far[:, None] * np.column_stack([np.cos(turn), np.sin(turn)]), 7)
    geometry = shapely.polygons(shapely.linearrings(ring, indices=at))
    return np.asarray(shapely.multipolygons(geometry, indices=np.arange(count)), dtype=object)


def _frame(layer: str, shapes: np.ndarray[Any, Any], **columns: Any) -> gpd.GeoDataFrame:
    count, fields = len(shapes), LAYERS[layer].fields
    unknown = [None] * count
    data = {
        field.name: pd.Series(np.asarray(columns.get(field.name, unknown)).tolist(), dtype=object) for field in fields
    }
    assert set(columns) <= set(data), "a column that the layer does not have"
    for field in fields:
        if field.codes and field.name in columns:
            assert set(data[field.name]) <= {code.key for code in CODE_LISTS[field.codes].codes}, field.name
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(list(shapes), crs=STORE_CRS), crs=STORE_CRS)

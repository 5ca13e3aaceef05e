"""A small made-up province as frames: two communes side by side, one district, and a few records in them."""

from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.link import Lines
from geo.ocop.layers import LAYERS
from geo.schema import LayerSpec
from geo.store.content import state_of
from geo.store.diff import RecordDiff, differences

WEST, EAST = box(103.0, 21.0, 103.2, 21.2), box(103.2, 21.0, 103.4, 21.2)


def frame(layer: str, *records: dict[str, Any]) -> gpd.GeoDataFrame:
    """The records as a frame of the layer; fields left out are None, `at` is the geometry."""
    spec = LAYERS[layer]
    rows = [{field.name: record.get(field.name) for field in spec.fields} for record in records]
    shapes: list[BaseGeometry | None] = [record.get("at") for record in records]
    return gpd.GeoDataFrame(
        {field.name: gpd.pd.Series([row[field.name] for row in rows], dtype=object) for field in spec.fields},
        geometry=gpd.GeoSeries(shapes, crs=STORE_CRS),
        crs=STORE_CRS,
    )


def world() -> dict[str, gpd.GeoDataFrame]:
    """Every layer of the small province, as frames that the caller may change."""
    return {name: rows.copy() for name, rows in _world().items()}


@cache
def _world() -> dict[str, gpd.GeoDataFrame]:
    """The same, made once: making frames of records takes much longer than copying them."""
    citation = {"source_ids": "S1"}
    place = {"old_commune_code": "00011", "district_code": "100", "precision": "exact", **citation}
    return {
        "products": frame(
            "products",
            {"product_id": "R1", "name": "Mật ong Hoa Ban", "group": "food", "stars": 4, "year": 2019,
             "producer_id": "P1", "raw_material": "honey", "at": Point(103.1, 21.1), **place},
            {"product_id": "R2", "name": "Chè Shan tuyết", "group": "beverage", "stars": 3, "raw_material": "shan_tea",
             "at": None, **citation},
            {"product_id": "R3", "name": "Cà phê <script>alert(1)</script>", "group": "beverage", "stars": 3,
             "at": Point(103.3, 21.1), **citation, "precision": "commune"},
        ),
        "producers": frame(
            "producers",
            {"producer_id": "P1", "name": "Hợp tác xã Ong mật", "kind": "cooperative", "households": 9,
             "at": Point(103.1, 21.1), **place},
        ),
        "zones": frame(
            "zones",
            {"zone_id": "Z1", "name": "Vùng nuôi ong", "crop": "honey", "extent_kind": "administrative", "area_ha": 15.0,
             "old_commune_codes": "00011", "district_code": "100",
             "at": MultiPolygon([box(103.05, 21.05, 103.15, 21.15)]), **citation},
        ),
        "villages": frame(
            "villages",
            {"village_id": "V1", "name": "Bản Na Sang II", "kind": "traditional_craft", "craft": "weaving;embroidery",
             "recognised": "2022", "at": Point(103.12, 21.1), **place},
        ),
        "sites": frame(
            "sites",
            {"site_id": "H1", "name": "Đồi A1", "name_en": "A1 Hill", "kind": "historic", "rank": "national_special",
             "at": Point(103.15, 21.1), **place},
            {"site_id": "H2", "name": "Động xa", "kind": "scenic", "at": Point(103.39, 21.19), **citation,
             "precision": "exact", "old_commune_code": "00011"},
        ),
        "markets": frame(
            "markets",
            {"market_id": "M1", "name": "Chợ phiên Sam Mứn", "kind": "market", "days": "weekday:7", "days_words": "Chủ nhật",
             "district_code": "100", "at": Point(103.35, 21.02), **citation, "precision": "village"},
        ),
        "communes": frame(
            "communes",
            {"code": "00001", "name": "Thanh An", "name_en": "Thanh An", "kind": "commune", "at": MultiPolygon([WEST]), **citation},
            {"code": "00002", "name": "Sam Mứn", "name_en": "Sam Mun", "kind": "commune", "at": MultiPolygon([EAST]), **citation},
        ),
        "districts": frame(
            "districts",
            {"code": "100", "name": "Điện Biên", "kind": "district", "at": MultiPolygon([box(103.0, 21.0, 103.4, 21.2)]), **citation},
        ),
        "old_communes": frame(
            "old_communes",
            {"code": "00011", "name": "Sam Mứn", "kind": "commune", "district_code": "100", "commune_code": "00001",
             "precision": "commune", "at": Point(103.3, 21.05), **citation},
        ),
        "outlines_2009": frame("outlines_2009"),
        "province": frame(
            "province",
            {"code": "11", "name": "Điện Biên", "kind": "province", "at": MultiPolygon([box(103.0, 21.0, 103.4, 21.2)]), **citation},
        ),
        "figures": frame(
            "figures",
            {"figure_id": "F1", "name": "Thanh An: Dân số 2025", "name_en": "Thanh An: Population 2025", "figure": "population",
             "level": "commune_2025", "commune_code": "00001", "year": 2025, "value": 13497.0, "unit": "people", **citation},
        ),
        "cohorts": frame(
            "cohorts",
            {"cohort_id": "G1", "name": "Nhóm hỗ trợ", "name_en": "Supported group", "stated_size": 2, "members": "R1",
             "candidates": "R3", **citation},
        ),
        "sources": frame("sources", {"source_id": "S1", "publisher": "Báo Điện Biên Phủ", "address": "https://example.org/a"}),
    }  # fmt: skip


def compare(spec: LayerSpec, before: gpd.GeoDataFrame | None, after: gpd.GeoDataFrame | None) -> list[RecordDiff]:
    """The records that differ between two frames in STORE_CRS, ordered by key; None is a layer without records."""
    old = state_of(spec, before) if before is not None else {}
    new = state_of(spec, after) if after is not None else {}
    return list(differences(spec, old, new))


def line_records(lines: Lines) -> gpd.GeoDataFrame:
    """All links as records in STORE_CRS."""
    cells, shapes = lines.records(np.arange(len(lines.keys)))
    table = {name: pd.Series(list(values), dtype=object) for name, values in cells.items()}
    return gpd.GeoDataFrame(table, geometry=shapes, crs=STORE_CRS)

"""A small province for figures that were worked out by hand: two communes, three former ones, two former districts.

The western commune 00001 was made of the former communes 00011 (district 100) and 00012 (district 101), the eastern one
00002 of 00021 (district 101); nothing is in the northern one 00003. A tenth of a degree is some 10.4 km to the east and 11.1 km to the north.
"""

from datetime import date
from typing import Any

import geopandas as gpd
from shapely import MultiPolygon, Point, box

from geo.plan import Parameters, Records
from tests.frames import EAST, WEST, frame

AT = Parameters(version=1, on=date(2022, 6, 1), km=5.0, days=90, cohort=None)
"""The second quarter of 2022; ninety days later it is 30 August."""


def areas(*shapes: Any) -> MultiPolygon:
    return MultiPolygon(list(shapes))


def hand_world() -> Records:
    """The records; what is said of each stands beside it."""
    return Records(1, frames())


def frames() -> dict[str, gpd.GeoDataFrame]:
    first = {"old_commune_code": "00011", "district_code": "100"}
    second = {"old_commune_code": "00012", "district_code": "101"}
    third = {"old_commune_code": "00021", "district_code": "101"}
    return {
        "products": frame(
            "products",
            # Valid until 15 August 2022 by its date; everything is known of it.
            {"product_id": "R1", "name": "Mật ong", "group": "food", "stars": 4, "year": 2019, "certified_from": "2019-08-15",
             "status": "certified", "decision": "1/QĐ", "producer_id": "P1", "raw_material": "honey", "story_vi": "Ong",
             "story_en": "Bees", "packaging": "complete", "labelling": "complete", "phase_status": "supported", "precision": "exact", "at": Point(103.05, 21.1), **first},
            # Ends on some day of 2022.
            {"product_id": "R2", "name": "Chè", "group": "beverage", "stars": 3, "year": 2019, "status": "certified",
             "producer_id": "P1", "raw_material": "tea", "story_vi": "Chè", "packaging": "complete", "phase_status": "not_supported",
             "precision": "village", "at": Point(103.15, 21.1), **second},
            # Ended on some day of 2021, again from some day of 2022.
            {"product_id": "R3", "name": "Mật ong rừng", "group": "food", "stars": 3, "year": 2018, "reassessed": 2022,
             "status": "reassessed", "producer_id": "P2", "raw_material": "honey", "precision": "commune",
             "packaging": "none", "labelling": "in_progress",
             "at": Point(103.3, 21.1), **third},
            # Nothing is known but its name and group.
            {"product_id": "R4", "name": "Thảo quả", "group": "herbal", "status": "listed"},
            # Perhaps not recognised; anywhere within 25 km, in the eastern district.
            {"product_id": "R5", "name": "Trà", "group": "food", "stars": 3, "year": 2021, "status": "assessed",
             "raw_material": "tea", "precision": "district", "at": Point(103.25, 21.1), "district_code": "101"},
            # Ended in 2021; in the east by its coordinates alone.
            {"product_id": "R6", "name": "Cà phê", "group": "beverage", "stars": 4, "year": 2018, "status": "not_renewed",
             "producer_id": "P3", "raw_material": "coffee", "precision": "exact", "at": Point(103.39, 21.02)},
        ),
        "producers": frame(
            "producers",
            {"producer_id": "P1", "name": "HTX Ong", "kind": "cooperative", "households": 9, "founded": "2019",
             "precision": "exact", "at": Point(103.05, 21.1), **first},
            {"producer_id": "P2", "name": "Công ty Rừng", "kind": "company", "precision": "commune", "at": Point(103.3, 21.1), **third},
            {"producer_id": "P3", "name": "Hộ Cà phê", "kind": "household_business", "households": 1, "precision": "exact",
             "at": Point(103.39, 21.02)},
            {"producer_id": "P4", "name": "Trang trại", "kind": "farm"},
        ),
        "zones": frame(
            "zones",
            # 4.15 by 4.43 km are some 1,840 ha, against 100 declared.
            {"zone_id": "Z1", "name": "Vùng ong", "crop": "honey", "area_ha": 100.0, "area_year": 2021, "households": 40,
             "growing_area_code": "VN-1", "extent_kind": "surveyed", "old_commune_codes": "00011", "district_code": "100",
             "at": areas(box(103.02, 21.05, 103.06, 21.09))},
            {"zone_id": "Z2", "name": "Vùng chè", "crop": "tea", "area_ha": 50.0, "extent_kind": "administrative",
             "old_commune_codes": "00012", "district_code": "101", "at": areas(box(103.1, 21.0, 103.2, 21.2))},
            {"zone_id": "Z3", "name": "Vùng cà phê", "crop": "coffee", "households": 2, "extent_kind": "administrative",
             "commune_codes_since_2025": "00001;00002", "at": areas(box(103.0, 21.0, 103.4, 21.2))},
        ),
        "villages": frame(
            "villages",
            {"village_id": "V1", "name": "Bản Bánh", "kind": "craft_village", "craft": "food_making", "people": "thai",
             "recognised": "2022", "decision": "5/QĐ", "households": 50, "households_in_craft": 20, "visitors": 100,
             "precision": "exact", "at": Point(103.05, 21.12), **first},
            {"village_id": "V2", "name": "Bản Dệt", "kind": "community_tourism", "craft": "weaving", "precision": "commune",
             "at": Point(103.3, 21.1), **third},
            {"village_id": "V3", "name": "Bản Rèn", "kind": "craft_place", "craft": "forging"},
            {"village_id": "V4", "name": "Bản Suối", "kind": "community_tourism", "recognised": "2024", "households": 30,
             "precision": "exact", "at": Point(103.39, 21.18)},
        ),
        "sites": frame(
            "sites",
            {"site_id": "H1", "name": "Đồi", "kind": "historic", "rank": "national", "decision": "7/QĐ", "decided": "2000-01-01",
             "opening": "7-17", "precision": "exact", "at": Point(103.06, 21.12), **first},
            {"site_id": "H2", "name": "Thác", "kind": "scenic", "precision": "village", "at": Point(103.35, 21.18)},
            {"site_id": "H3", "name": "Bảo tàng", "kind": "museum", "rank": "provincial"},
            {"site_id": "H4", "name": "Động", "kind": "scenic", "rank": "provincial", "precision": "commune",
             "at": Point(103.15, 21.05), **second},
        ),
        "markets": frame(
            "markets",
            {"market_id": "M1", "name": "Chợ", "kind": "market", "days_words": "Chủ nhật", "precision": "exact",
             "at": Point(103.05, 21.09), **first},
            {"market_id": "M2", "name": "Hội", "kind": "festival"},
        ),
        "communes": frame(
            "communes",
            {"code": "00001", "name": "Tây", "kind": "commune", "at": areas(WEST)},
            {"code": "00002", "name": "Đông", "kind": "commune", "at": areas(EAST)},
            {"code": "00003", "name": "Bắc", "kind": "commune", "at": areas(box(103.0, 21.2, 103.4, 21.4))},
        ),
        "districts": frame(
            "districts",
            {"code": "100", "name": "Huyện Tây", "kind": "district", "at": areas(box(103.0, 21.0, 103.1, 21.2))},
            {"code": "101", "name": "Huyện Đông", "kind": "district", "at": areas(box(103.1, 21.0, 103.4, 21.2))},
        ),
        "old_communes": frame(
            "old_communes",
            *(
                {"code": code, "name": code, "district_code": district, "commune_code": commune, "precision": "commune",
                 "at": Point(lng, 21.1)}
                for code, district, commune, lng in (
                    ("00011", "100", "00001", 103.05), ("00012", "101", "00001", 103.15), ("00021", "101", "00002", 103.3),
                )
            ),
        ),
        "figures": frame(
            "figures",
            # Two sources give the province of 2025, and a year before counts no more.
            {"figure_id": "F1", "figure": "population", "level": "province", "year": 2025, "value": 20_000.0},
            {"figure_id": "F2", "figure": "population", "level": "province", "year": 2025, "value": 24_000.0},
            {"figure_id": "F3", "figure": "population", "level": "province", "year": 2020, "value": 10_000.0},
            {"figure_id": "F4", "figure": "population", "level": "commune_2025", "commune_code": "00001", "year": 2025, "value": 10_000.0},
            {"figure_id": "F5", "figure": "difficulty_zone", "level": "commune_2025", "commune_code": "00001", "year": 2026, "value": 1.0},
            {"figure_id": "F6", "figure": "difficulty_zone", "level": "commune_2025", "commune_code": "00002", "year": 2026, "value": 3.0},
        ),
        "cohorts": frame(
            "cohorts",
            {"cohort_id": "G1", "name": "Nhóm", "stated_size": 2, "members": "R1", "candidates": "R2;R3"},
        ),
    }  # fmt: skip

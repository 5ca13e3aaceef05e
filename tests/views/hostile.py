"""A small province with markup, formulas and other hostile text in its records, frozen into an atlas."""

from pathlib import Path

from shapely import MultiPolygon, Point, Polygon

from geo.atlas import Atlas, Notes, VersionInfo
from geo.link import disagreements, link_all
from geo.ocop.layers import LAYERS
from geo.ocop.links import DISAGREEMENTS, LINKS
from tests.frames import frame, world
from tests.frozen import publish_atlas

VERSION = VersionInfo(3, "2026-11-23T08:30:00+00:00", "an editor", "first", "ab" * 32)
IMG = "<img src=x onerror=alert(1)>"
SCRIPT = "]]></name><script>alert('x')</script>&amp;"
TEMPLATE = "{{ 7*7 }}{% raw %}{# no #}"
STORY = "Chuyện kể: Điện Biên Phủ, mật ong rừng. " * 12
ADDRESS = "Đường Đ, số " + "ữ" * 130
RING = [(103.0, 21.0), (103.2, 21.0), (103.2, 21.2), (103.0, 21.2), (103.0, 21.0)]
HOLE = [(103.05, 21.05), (103.05, 21.1), (103.1, 21.1), (103.1, 21.05), (103.05, 21.05)]
PART = [(103.3, 21.0), (103.4, 21.0), (103.4, 21.1), (103.3, 21.0)]

_SOURCES = {"source_ids": "S1;S2"}
_NOTICE = {
    "title": {"vi": "Sản phẩm OCOP của tỉnh", "en": "OCOP products of the province"},
    "licence": "CC BY 4.0",
    "attribution": {"vi": "Nguồn: Sở Nông nghiệp & Môi trường", "en": "Source: the department"},
    "source": [{"name": "Cổng tỉnh", "address": "https://example.org/tinh", "licence": "CC BY 4.0"}],
}


def hostile_atlas(folder: Path) -> Atlas:
    """The small province of tests/frames.py with other products, zones, communes and sources, as an open atlas."""
    frames = world() | {
        "products": frame(
            "products",
            {"product_id": "R01", "name": IMG, "group": "food", "stars": 4, "year": 2019, "producer_id": "P1",
             "raw_material": "honey", "story_vi": STORY, "note": "=HYPERLINK(\"http://x\")", "address": ADDRESS,
             "precision": "commune", "old_commune_code": "00011", "at": Point(103.1234567, 21.1), **_SOURCES},
            {"product_id": "R02", "name": SCRIPT, "group": "beverage", "stars": 3, "note": "\x0bmột\x00hai",
             "precision": "exact", "at": Point(103.3, 21.05), "decision": "-1+1", "source_ids": "S1"},
            {"product_id": "R03", "name": TEMPLATE, "group": "food", "address": "@SUM(A1)", **_SOURCES},
            {"product_id": "R04", "name": "Chè Shan tuyết\r\nTủa Chùa, \"loại 1\"", "group": "beverage", "year": 2021,
             "certified_from": "2021-12", "precision": "exact", "at": Point(103.35, 21.15), "source_ids": "S9"},
        ),
        "zones": frame(
            "zones",
            {"zone_id": "Z1", "name": "Vùng nuôi ong", "crop": "honey", "extent_kind": "administrative",
             "area_ha": 1234.5, "households": 12, "old_commune_codes": "00011", "district_code": "100",
             "at": MultiPolygon([Polygon(RING, [HOLE]), Polygon(PART)]), **_SOURCES},
            {"zone_id": "Z2", "name": "Vùng chưa có ranh giới", "crop": "tea", "extent_kind": "surveyed", **_SOURCES},
        ),
        "sources": frame(
            "sources",
            {"source_id": "S1", "publisher": "Báo Điện Biên Phủ", "address": "https://example.org/a?b=1&c=2"},
            {"source_id": "S2", "publisher": "UBND tỉnh", "address": "javascript:alert(1)"},
        ),
    }  # fmt: skip
    pairs = link_all(frames, LINKS)
    notes = Notes(conflicts=disagreements(pairs, DISAGREEMENTS), metadata=dict.fromkeys(LAYERS, _NOTICE))
    return publish_atlas(frames, folder, pairs, notes, version=VERSION)

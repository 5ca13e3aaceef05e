"""Outlines as drawn: slivers, overlaps, areas; and that nothing is said of outlines that are somebody else's."""

from itertools import pairwise
from typing import Any

import pytest
from geopandas import GeoDataFrame
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

import geo.report
from geo.crs import METRIC_CRS, STORE_CRS, transformer
from geo.ingest.checks.check import check
from geo.ocop.layers import LAYERS
from geo.report import Issue
from tests.frames import frame

KINDS = {"sliver", "overlap", "area_differs"}
EAST, NORTH = 510_000.0, 2_360_000.0


def metres(west: float, south: float, width: float, height: float) -> Polygon:
    """A box given in metres of the metric CRS, as a polygon in degrees: its measured size is the size given."""
    to = transformer(METRIC_CRS, STORE_CRS)
    corners = box(EAST + west, NORTH + south, EAST + west + width, NORTH + south + height).exterior.coords
    return Polygon([to.transform(x, y) for x, y in corners])


def zone(key: str, *parts: Polygon, **values: Any) -> dict[str, Any]:
    said = {"name": f"Vùng {key}", "crop": "tea", "extent_kind": "surveyed", "source_ids": "S1"}
    return {"zone_id": key, **said, "at": MultiPolygon(parts), **values}


def found(*zones: dict[str, Any], **frames: GeoDataFrame) -> list[Issue]:
    issues = check({**({"zones": frame("zones", *zones)} if zones else {}), **frames})
    return [issue for issue in issues if issue.kind in KINDS]


FIELD = metres(0, 0, 400, 400)


@pytest.mark.parametrize(
    ("part", "reported"),
    [
        (metres(500, 0, 4, 100), True),
        (metres(500, 0, 4.9, 400), True),
        (metres(500, 0, 5.5, 400), False),  # wide enough
        (metres(500, 0, 4, 2_600), False),  # more than a hectare
        (metres(500, 0, 100, 100), False),
    ],
)
def test_a_narrow_part_is_a_sliver(part: Polygon, reported: bool) -> None:
    issues = found(zone("Z1", FIELD, part))
    assert [(issue.kind, issue.record, issue.field) for issue in issues] == [("sliver", "Z1", "geometry")] * reported


def test_a_sliver_is_named_by_its_place_and_size() -> None:
    part = metres(500, 0, 2, 100)
    [issue] = found(zone("Z1", FIELD, part))
    assert "mảnh rộng trung bình 2.0 m, diện tích 200 m²" in issue.message.vi
    lng, lat = map(float, issue.value.split(", "))
    assert part.buffer(1e-5).contains(Point(lng, lat)) and f"({issue.value})" in issue.message.en


def test_a_narrow_hole_is_a_gap_and_a_wide_one_is_not() -> None:
    holes = [metres(50, 50, 3, 100), metres(200, 50, 100, 100)]
    [issue] = found(zone("Z1", Polygon(FIELD.exterior, [hole.exterior for hole in holes])))
    assert issue.kind == "sliver" and issue.message.en.startswith("narrow gap with a mean width of 2.9 m")


def test_slivers_are_named_record_by_record() -> None:
    first = Polygon(FIELD.exterior, [metres(50, 50, 3, 100).exterior])
    issues = found(zone("Z1", first), zone("Z2", metres(900, 0, 200, 200), metres(1_200, 0, 3, 50), crop="honey"))
    assert [issue.record for issue in issues] == ["Z1", "Z2"]


def test_outlines_of_one_crop_that_overlap_are_named_with_their_hectares() -> None:
    [issue] = found(zone("Z1", FIELD), zone("Z2", metres(300, 0, 400, 400)))
    assert (issue.kind, issue.record, issue.value) == ("overlap", "Z1", "Z2")
    assert issue.message.vi == "chồng lên Z2 4.0 ha" and issue.message.en == "overlaps Z2 by 4.0 ha"


@pytest.mark.parametrize(
    "other",
    [
        zone("Z2", metres(300, 0, 400, 400), crop="honey"),
        zone("Z2", metres(300, 0, 400, 400), crop=None),
        zone("Z2", metres(300, 0, 400, 400), extent_kind="administrative"),
        zone("Z2", metres(398, 0, 400, 400)),  # 0.08 ha: one border drawn twice
        zone("Z2", metres(400, 0, 400, 400)),
        zone("Z2", metres(100, 100, 30, 30)),  # inside, and smaller than what counts
    ],
)
def test_outlines_that_may_overlap_or_hardly_do_are_left(other: dict[str, Any]) -> None:
    assert found(zone("Z1", FIELD), other) == []


def test_every_pair_is_named_once_in_the_order_of_the_records() -> None:
    row = [zone(f"Z{step}", translate(FIELD, step * 0.002)) for step in range(40)]
    issues = found(*row)
    assert [(issue.record, issue.value) for issue in issues] == [(a["zone_id"], b["zone_id"]) for a, b in pairwise(row)]


def test_a_file_of_overlaps_is_cut_short_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo.report, "MOST", 5)
    issues = found(*(zone(f"Z{step}", FIELD) for step in range(30)))
    assert [issue.value for issue in issues] == ["Z1", "Z2", "Z3", "Z4", "Z5", ""]
    assert issues[-1].record is None and "5" in issues[-1].message.vi


@pytest.mark.parametrize(
    ("declared", "reported"),
    [(16.0, False), (17.5, False), (14.6, False), (20.0, True), (1.6, True), ("1.6", True), (160.0, True), (0, True)],
)
def test_a_surveyed_outline_has_the_area_that_is_published(declared: object, reported: bool) -> None:
    issues = found(zone("Z1", FIELD, area_ha=declared))
    assert [(issue.kind, issue.field) for issue in issues] == [("area_differs", "area_ha")] * reported


def test_both_figures_are_told() -> None:
    [issue] = found(zone("Z1", FIELD, area_ha=20.0))
    assert issue.message.vi == "công bố 20.0 ha, đo trên ranh giới 16.0 ha"
    assert issue.message.en == "published as 20.0 ha, the outline measures 16.0 ha"


@pytest.mark.parametrize(
    "values",
    [
        {"area_ha": 15.0, "extent_kind": "administrative"},
        {"area_ha": None},
        {"area_ha": "nhiều"},
        {"area_ha": float("nan")},
        {"area_ha": -5.0},
    ],
)
def test_an_area_is_compared_only_with_the_records_own_outline_and_only_where_it_is_one(values: dict[str, Any]) -> None:
    assert found(zone("Z1", FIELD, **values)) == []


def test_less_than_a_hectare_is_no_difference() -> None:
    assert found(zone("Z1", metres(0, 0, 100, 50), area_ha=1.2)) == []


def test_units_are_measured_in_the_unit_of_their_figure() -> None:
    unit = {"code": "100", "name": "Mường Chà", "at": MultiPolygon([metres(0, 0, 10_000, 10_000)]), "source_ids": "S1"}
    assert found(districts=frame("districts", unit | {"area_km2": 100.0})) == []
    [issue] = found(districts=frame("districts", unit | {"area_km2": 10_000.0}))
    assert issue.message.en == "published as 10000.0 km², the outline measures 100.0 km²"


def test_the_figures_of_2009_are_of_other_outlines_and_not_compared() -> None:
    outline = {"outline_id": "1", "name": "Mường Chà", "area_ha": 5.0, "source_ids": "S1", "at": MultiPolygon([FIELD])}
    assert found(outlines_2009=frame("outlines_2009", outline)) == []
    assert not any(field.measures for field in LAYERS["outlines_2009"].fields)


@pytest.mark.parametrize(
    "shape", [None, MultiPolygon(), MultiPolygon([Polygon([(103, 21), (104, 22), (104, 21), (103, 22)])])]
)
def test_a_shape_that_cannot_be_measured_is_left_to_the_other_checks(shape: MultiPolygon | None) -> None:
    assert found(zone("Z1", FIELD), zone("Z2", area_ha=500.0, at=shape)) == []


@pytest.mark.parametrize("spec", LAYERS.values(), ids=lambda spec: spec.name)
def test_what_is_declared_of_outlines_names_fields_that_exist(spec: Any) -> None:
    assert all(spec.has(name) for name in (spec.apart, spec.distinct, spec.outline and spec.outline[0]) if name)
    for field in spec.fields:
        assert not field.measures or (field.kind == "real" and field.unit in {"ha", "km²"} and field.tolerance > 0)

"""The pairs of every row of LINKS."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from geo.crs import geodesic_distance_m
from geo.errors import BadSource
from geo.link import disagreements, link_all, on_borders
from geo.link.pairs import Pair
from geo.ocop.codes import PRECISIONS
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.schema import Label, LinkSpec, Near, Within
from tests.frames import frame, world

WORDS = Label("", "")


def pairs(name: str) -> list[Pair]:
    return [pair for pair in link_all(world(), LINKS) if pair.link == name]


def ends(name: str) -> list[tuple[str, str]]:
    return [(pair.source_id, pair.target_id) for pair in pairs(name)]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("made_by", [("R1", "P1")]),
        ("zone_of_material", [("R1", "Z1")]),
        ("producer_in_zone", [("P1", "Z1")]),
        ("producer_village", [("P1", "V1")]),
        ("product_village", [("R1", "V1")]),
        ("village_near_site", [("V1", "H1")]),
        ("products_in_commune", [("R1", "00001"), ("R3", "00002")]),
        ("products_by_crosswalk", [("R1", "00001")]),
        ("sites_by_crosswalk", [("H1", "00001"), ("H2", "00001")]),
        ("zone_covers_commune", [("Z1", "00001")]),
        ("zone_by_crosswalk", [("Z1", "00001")]),
        ("old_commune_in_commune", [("00011", "00002")]),
        ("village_nearest_site", [("V1", "H1"), ("V1", "H2")]),
        ("products_cites", [("R1", "S1"), ("R2", "S1"), ("R3", "S1")]),
    ],
)
def test_a_row_of_links_joins_what_it_says(link: str, expected: list[tuple[str, str]]) -> None:
    assert ends(link) == expected


def test_a_distance_is_the_geodesic_one() -> None:
    (near,) = pairs("village_near_site")
    assert near.distance_m == pytest.approx(geodesic_distance_m(103.12, 21.1, 103.15, 21.1))
    assert near.reason == "near"


def test_a_matched_link_is_to_be_checked_and_a_recorded_one_is_not() -> None:
    assert [pair.certain for pair in pairs("zone_of_material")] == [False]
    assert [pair.certain for pair in pairs("made_by")] == [True]


def test_a_recorded_link_names_what_its_record_cites() -> None:
    assert [pair.source_ids for pair in pairs("made_by")] == ["S1"]


def test_a_link_to_a_record_that_does_not_exist_is_left_out() -> None:
    frames = world()
    frames["products"].loc[0, "producer_id"] = "P9"
    assert not [pair for pair in link_all(frames, LINKS) if pair.link == "made_by"]


def test_a_zone_overlap_carries_hectares_and_share() -> None:
    (overlap,) = pairs("zone_covers_commune")
    assert overlap.share == pytest.approx(1.0)
    assert overlap.area_ha == pytest.approx(11_496, rel=0.01)
    assert not overlap.certain  # an administrative outline is not a surveyed border


def test_a_place_known_to_the_commune_is_not_certainly_within_ten_kilometres() -> None:
    frames = world()
    frames["villages"]["precision"] = "commune"
    (near,) = (pair for pair in link_all(frames, LINKS) if pair.link == "village_near_site")
    assert not near.certain
    assert near.uncertainty_m == 8_050


def test_a_place_known_to_the_district_takes_no_part_in_distances() -> None:
    frames = world()
    frames["villages"]["precision"] = "district"
    assert not [pair for pair in link_all(frames, LINKS) if pair.link == "village_near_site"]


def test_record_and_geometry_that_disagree_are_both_reported() -> None:
    conflicts = disagreements(link_all(world(), LINKS), DISAGREEMENTS)
    assert ("sites_commune", "sites", "H2", "communes", "00001", "00002") in conflicts
    assert ("old_commune_commune", "old_communes", "00011", "communes", "00001", "00002") in conflicts
    assert not [row for row in conflicts if row.record == "H1"]


def test_a_point_on_a_shared_border_is_a_conflict_and_one_row() -> None:
    frames = world()
    frames["sites"] = frame("sites", {"site_id": "H1", "name": "x", "precision": "exact", "at": Point(103.2, 21.1)})
    spec = next(link for link in LINKS if link.name == "sites_in_commune")
    assert [pair.target_id for pair in link_all(frames, [spec])] == ["00001"]
    assert [(row.record, row.derived) for row in on_borders(frames, [spec])] == [("H1", "00001;00002")]


def test_frames_in_another_system_are_refused() -> None:
    frames = world()
    frames["sites"] = frames["sites"].to_crs(9205)
    with pytest.raises(BadSource, match="VN-2000"):
        link_all(frames, LINKS)


def test_linking_twice_gives_the_same_rows_in_the_same_order() -> None:
    assert link_all(world(), LINKS) == link_all(world(), LINKS)


points = st.tuples(st.floats(102.2, 103.6), st.floats(20.9, 22.5)).map(lambda xy: Point(*xy))


@given(st.lists(points, max_size=12), st.lists(points, max_size=12), st.sampled_from([1_000.0, 10_000.0, 60_000.0]))
def test_near_agrees_with_measuring_every_pair(here: list[Point], there: list[Point], distance_m: float) -> None:
    spec = Near("n", "villages", "sites", distance_m, WORDS, WORDS)
    frames = {"villages": _places("villages", here), "sites": _places("sites", there)}
    expected = {
        (f"{i:03}", f"{j:03}")
        for i, a in enumerate(here)
        for j, b in enumerate(there)
        if geodesic_distance_m(a.x, a.y, b.x, b.y) <= distance_m
    }
    pairs = link_all(frames, [spec])
    assert {(pair.source_id, pair.target_id) for pair in pairs} == expected
    assert [pair for pair in pairs if pair.rank > 1 and pair.distance_m is None] == []


@given(st.lists(points, min_size=1, max_size=12))
def test_within_agrees_with_testing_every_polygon(here: list[Point]) -> None:
    spec: LinkSpec = Within("w", "sites", "communes", WORDS, WORDS, each="any")
    communes = world()["communes"]
    pairs = {
        (p.source_id, p.target_id) for p in link_all({"sites": _places("sites", here), "communes": communes}, [spec])
    }
    expected = {
        (f"{i:03}", code)
        for i, point in enumerate(here)
        for code, shape in zip(communes["code"], communes.geometry, strict=True)
        if shape.covers(point)
    }
    assert pairs == expected


def _places(layer: str, at: list[Point]) -> gpd.GeoDataFrame:
    key = {"villages": "village_id", "sites": "site_id"}[layer]
    return frame(layer, *({key: f"{i:03}", "name": "x", "precision": "exact", "at": p} for i, p in enumerate(at)))


def test_radii_grow_as_places_are_known_less_well() -> None:
    radii = [precision.uncertainty_m for precision in PRECISIONS]
    assert radii == sorted(radii)

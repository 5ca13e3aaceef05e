"""When a link is certain, what it measures, and what an unknown place or value is linked to."""

from typing import Any

import geopandas as gpd
import pytest
from shapely import MultiPolygon, Point, box

from geo.crs import GEOD, geodesic_distance_m
from geo.link import disagreements, link_all
from geo.link.pairs import Pair
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.schema import Label, LinkSpec, Near, NearestOfKind, ThroughLink, Within
from tests.frames import frame, world

WORDS = Label("", "")
HERE = Point(103.1, 21.4)


def east_of(distance_m: float) -> Point:
    """The point that lies so many metres east of HERE along the ellipsoid."""
    lng, lat, _ = GEOD.fwd(HERE.x, HERE.y, 90.0, distance_m)
    return Point(lng, lat)


def sites(*places: tuple[str, Point | None, str | None], kind: str = "historic") -> gpd.GeoDataFrame:
    """Sites by id, place and precision."""
    rows = (
        {"site_id": key, "name": key, "kind": kind, "at": at, "precision": precision} for key, at, precision in places
    )
    return frame("sites", *rows)


def village(precision: str = "exact") -> gpd.GeoDataFrame:
    """One village at HERE."""
    return frame("villages", {"village_id": "V1", "name": "x", "at": HERE, "precision": precision})


def pairs_of(spec: LinkSpec, **frames: gpd.GeoDataFrame) -> list[Pair]:
    return link_all(frames, [spec])


NEAR = Near("near", "villages", "sites", 10_000.0, WORDS, WORDS)
NEAREST = NearestOfKind("nearest", "villages", "sites", "kind", WORDS, WORDS)


@pytest.mark.parametrize(
    ("east_m", "precision", "certain"),
    [(2_000, "exact", True), (2_000, "commune", False), (15_000, "commune", True), (20, "exact", False)],
)
def test_a_place_is_certainly_inside_where_its_inaccuracy_does_not_reach_the_edge(
    east_m: float, precision: str, certain: bool
) -> None:
    unit = MultiPolygon([box(HERE.x, 21.0, 103.6, 21.8)])
    spec = Within("inside", "sites", "communes", WORDS, WORDS)
    communes = frame("communes", {"code": "00001", "name": "x", "kind": "commune", "at": unit})
    (pair,) = pairs_of(spec, sites=sites(("H1", east_of(east_m), precision)), communes=communes)
    assert (pair.certain, pair.uncertainty_m) == (certain, {"exact": 50.0, "commune": 8_000.0}[precision])


@pytest.mark.parametrize(("extent_kind", "certain"), [("surveyed", True), ("administrative", False)])
def test_only_a_surveyed_outline_certainly_holds_a_place(extent_kind: str, certain: bool) -> None:
    zone: dict[str, Any] = {
        "zone_id": "Z1",
        "name": "x",
        "extent_kind": extent_kind,
        "at": MultiPolygon([box(103, 21.3, 103.2, 21.5)]),
    }
    spec = Within("inside", "sites", "zones", WORDS, WORDS, each="any")
    (pair,) = pairs_of(spec, sites=sites(("H1", HERE, "exact")), zones=frame("zones", zone))
    assert pair.certain == certain


@pytest.mark.parametrize("each", ["one", "any"])
def test_a_place_on_a_border_is_in_the_first_unit_or_in_each(each: Any) -> None:
    spec = Within("inside", "sites", "communes", WORDS, WORDS, each=each)
    on_border = sites(("H1", Point(103.2, 21.1), "exact"))
    pairs = pairs_of(spec, sites=on_border, communes=world()["communes"])
    assert [pair.target_id for pair in pairs] == ["00001", "00002"][: 1 if each == "one" else 2]


@pytest.mark.parametrize(
    ("metres", "pairs", "certain"), [(9_899, 1, True), (9_901, 1, False), (9_999, 1, False), (10_001, 0, None)]
)
def test_both_inaccuracies_count_where_places_are_near(metres: float, pairs: int, certain: bool | None) -> None:
    links = pairs_of(NEAR, villages=village(), sites=sites(("H1", east_of(metres), "exact")))
    assert len(links) == pairs
    assert [(one.certain, one.uncertainty_m) for one in links] == ([] if certain is None else [(certain, 100.0)])


def test_the_nearest_come_first_and_of_two_as_near_the_smaller_id() -> None:
    places = [("H3", east_of(900), "exact"), ("H2", east_of(300), "exact"), ("H1", east_of(300), "exact")]
    near = pairs_of(NEAR, villages=village(), sites=sites(*places))
    assert [(pair.target_id, pair.rank) for pair in near] == [("H1", 1), ("H2", 2), ("H3", 3)]
    for order in (places, places[::-1]):
        (nearest,) = pairs_of(NEAREST, villages=village(), sites=sites(*order))
        assert nearest.target_id == "H1"
        assert nearest.distance_m == pytest.approx(geodesic_distance_m(HERE.x, HERE.y, *east_of(300).coords[0]))


@pytest.mark.parametrize(("metres", "certain"), [(190, False), (210, True)])
def test_the_nearest_is_certain_where_it_is_twice_as_far_as_both_inaccuracies(metres: float, certain: bool) -> None:
    (nearest,) = pairs_of(NEAREST, villages=village(), sites=sites(("H1", east_of(metres), "exact")))
    assert (nearest.certain, nearest.uncertainty_m) == (certain, 100.0)


def test_a_record_is_not_near_itself() -> None:
    spec = Near("near", "sites", "sites", 1_000.0, WORDS, WORDS)
    pairs = pairs_of(spec, sites=sites(("H1", HERE, "exact"), ("H2", HERE, "exact")))
    assert [(pair.source_id, pair.target_id) for pair in pairs] == [("H1", "H2"), ("H2", "H1")]


@pytest.mark.parametrize("precision", [None, "guessed", "district"])
def test_a_place_of_unknown_or_coarse_precision_takes_no_part(precision: str | None) -> None:
    assert pairs_of(NEAR, villages=village(), sites=sites(("H1", HERE, precision))) == []
    assert pairs_of(NEAREST, villages=village(), sites=sites(("H1", HERE, precision))) == []


def test_two_former_communes_of_one_present_commune_are_one_link_that_cites_the_first() -> None:
    spec = ThroughLink("across", "zones", "communes", "old_commune_codes", "old_communes", "commune_code", WORDS, WORDS)
    old = frame(
        "old_communes",
        {"code": "00011", "name": "a", "commune_code": "00001", "source_ids": "S1"},
        {"code": "00012", "name": "b", "commune_code": "00001", "source_ids": "S2"},
        {"code": "00013", "name": "c", "commune_code": "99999", "source_ids": "S3"},
    )
    zone = frame("zones", {"zone_id": "Z1", "name": "x", "old_commune_codes": "00011;00012;00013"})
    (pair,) = pairs_of(spec, zones=zone, old_communes=old, communes=world()["communes"])
    assert (pair.target_id, pair.source_ids, pair.reason, pair.rank) == ("00001", "S1", "crosswalk", 1)


def test_what_is_not_known_is_equal_to_nothing() -> None:
    frames = world()
    frames["products"].loc[0, "district_code"] = None
    frames["zones"].loc[0, "district_code"] = None
    assert not [pair for pair in link_all(frames, LINKS) if pair.link == "zone_of_material"]


def test_a_record_without_a_place_is_in_no_conflict() -> None:
    frames = world()
    frames["sites"].loc[1, "geometry"] = None
    assert not [row for row in disagreements(link_all(frames, LINKS), DISAGREEMENTS) if row.record == "H2"]


def test_the_distance_of_a_link_is_the_one_in_its_words() -> None:
    rows = [spec for spec in LINKS if isinstance(spec, Near)]
    assert rows
    for spec in rows:
        words = f"{spec.distance_m / 1_000:g} km"
        assert all(text.endswith(words) for label in (spec.label, spec.inverse) for text in label)

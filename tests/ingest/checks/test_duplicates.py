"""One thing recorded twice is found by its name with its unit or its place, and two things are left alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo.crs import GEOD
from geo.ingest.checks.check import check
from geo.report import Issue
from tests.frames import frame

HERE = Point(103.1, 21.1)


def away(metres: float, bearing: float = 90.0) -> Point:
    lng, lat, _ = GEOD.fwd(HERE.x, HERE.y, bearing, metres)
    return Point(lng, lat)


def twins(layer: str, *records: dict[str, Any]) -> list[Issue]:
    issues = check({layer: frame(layer, *({"name": "Mật ong Hoa Ban", **record} for record in records))})
    return [issue for issue in issues if issue.kind == "duplicate_record"]


def product(key: str, at: Point | None = None, **values: Any) -> dict[str, Any]:
    return {"product_id": key, "at": at, **values}


def test_the_later_record_names_the_first_and_why() -> None:
    [issue] = twins("products", product("R1", HERE), product("R2", away(40)))
    assert (issue.record, issue.field, issue.value) == ("R2", "name", "R1")
    assert issue.message.vi == "trùng tên với R1, cách 40 m"
    assert issue.message.en == "has the name of R1, 40 m away"


@pytest.mark.parametrize("bearing", [0, 45, 90, 180, 270])
@pytest.mark.parametrize(("metres", "expected"), [(0, 1), (99.9, 1), (100.1, 0), (5_000, 0)])
def test_a_hundred_metres_are_measured_on_the_ellipsoid(metres: float, expected: int, bearing: float) -> None:
    assert len(twins("products", product("R1", HERE), product("R2", away(metres, bearing)))) == expected


@pytest.mark.parametrize("name", ["MẬT ONG HOA BAN", "mat ong hoa ban", "Mật ong “Hoa Ban”", "Mật ong - Hoa Ban."])
def test_names_are_compared_by_their_words(name: str) -> None:
    assert len(twins("products", product("R1", HERE), product("R2", HERE, name=name))) == 1


@pytest.mark.parametrize("name", ["Mật ong Hoa Ban 2", "Mật", None, "…"])
def test_other_names_are_other_things(name: str | None) -> None:
    assert twins("products", product("R1", HERE), product("R2", HERE, name=name)) == []


def test_records_without_a_name_are_not_alike() -> None:
    assert twins("products", product("R1", HERE, name="…"), product("R2", HERE, name="–")) == []


C1, C2, D1, D2 = ({"old_commune_code": "1"}, {"old_commune_code": "2"}, {"district_code": "1"}, {"district_code": "2"})


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (C1, C1, True),
        (C1, C2, False),
        (C1, C1 | D1, True),
        (C1, {}, False),
        (C1, D1, False),
        (D1, D1, True),
        (D1, D2, False),
        (C1 | D1, D1, True),
        (D1, C1 | D1, True),
        (C1 | D1, C2 | D1, False),  # two villages of one district
        ({}, {}, False),
    ],
)
def test_units_are_compared_as_far_as_both_are_known(one: dict[str, str], other: dict[str, str], alike: bool) -> None:
    assert len(twins("producers", {"producer_id": "P1", **one}, {"producer_id": "P2", **other})) == alike


@pytest.mark.parametrize("place", [D1, {"at": HERE}])
@pytest.mark.parametrize(
    ("one", "other", "alike"), [("P1", "P2", 0), ("P1", "P1", 1), ("P1", None, 1), (None, "P1", 1)]
)
def test_products_of_two_producers_are_two_products(
    place: dict[str, Any], one: str | None, other: str | None, alike: int
) -> None:
    assert (
        len(twins("products", product("R1", **place, producer_id=one), product("R2", **place, producer_id=other)))
        == alike
    )


def test_zones_stand_at_their_centroids_and_crops_tell_them_apart() -> None:
    near, far = (MultiPolygon([box(103.1 + step, 21.1, 103.2 + step, 21.2)]) for step in (0.0005, 0.5))
    first = {"zone_id": "Z1", "crop": "tea", "at": MultiPolygon([box(103.1, 21.1, 103.2, 21.2)])}
    assert [i.record for i in twins("zones", first, {"zone_id": "Z2", "crop": "tea", "at": near})] == ["Z2"]
    assert twins("zones", first, {"zone_id": "Z2", "crop": "tea", "at": far}) == []
    assert twins("zones", first, {"zone_id": "Z2", "crop": "honey", "at": near}) == []
    named = {"crop": "tea", "old_commune_codes": "1;2", "district_code": "1"}
    assert len(twins("zones", {"zone_id": "Z1", **named}, {"zone_id": "Z2", **named})) == 1


def test_a_thing_recorded_many_times_is_named_once_a_record() -> None:
    issues = twins("products", *(product(f"R{step}", HERE) for step in range(50)))
    assert [(issue.record, issue.value) for issue in issues] == [(f"R{step}", "R0") for step in range(1, 50)]


def test_units_are_not_compared_for_two_may_have_one_name() -> None:
    units = [{"code": code, "name": "Mường Chà", "district_code": "1", "at": HERE} for code in ("1", "2")]
    assert twins("old_communes", *units) == []


RECORD = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Mật ong", "mật ong", "Chè"]),
        "old_commune_code": st.sampled_from([None, "1", "2"]),
        "district_code": st.sampled_from([None, "1", "2"]),
        "producer_id": st.sampled_from([None, "P1", "P2"]),
        "at": st.sampled_from([None, HERE, away(60), away(120)]),
    }
)


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    def same(field: str) -> bool:
        return one[field] is not None and one[field] == other[field]

    def open_(field: str) -> bool:
        return one[field] is None or other[field] is None

    if one["name"].lower() != other["name"].lower() or not (same("producer_id") or open_("producer_id")):
        return False
    near = one["at"] is not None and other["at"] is not None and one["at"].distance(other["at"]) < 0.0008
    return same("old_commune_code") or (open_("old_commune_code") and same("district_code")) or near


@given(st.lists(RECORD, max_size=12))
def test_the_records_that_are_found_are_those_that_comparing_all_pairs_finds(records: list[dict[str, Any]]) -> None:
    expected = [
        f"R{row}" for row, record in enumerate(records) if any(alike(record, earlier) for earlier in records[:row])
    ]
    found = twins("products", *({"product_id": f"R{row}", **record} for row, record in enumerate(records)))
    assert [issue.record for issue in found] == expected

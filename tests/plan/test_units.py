"""Indicators by unit, and areas split between units, worked out by hand on the small province."""

from dataclasses import replace
from datetime import date

import pytest
from shapely import MultiPolygon, box

from geo.plan.figures import Frame, Interval, Parameters
from geo.plan.records import Records
from geo.plan.units import by_unit, split_by_area
from tests.frames import frame, world

ON = Parameters(version=7, on=date(2026, 12, 1))


@pytest.fixture(scope="module")
def records() -> Records:
    """Zone Z1 lies with three quarters of its width in the west and one in the east; Z2 names its commune only."""
    frames = world()
    frames["zones"] = frame(
        "zones",
        {"zone_id": "Z1", "crop": "honey", "extent_kind": "surveyed", "area_ha": 100.0, "at": MultiPolygon([box(103.05, 21.0, 103.25, 21.1)])},
        {"zone_id": "Z2", "crop": "rice", "extent_kind": "administrative", "area_ha": 7.0, "commune_codes_since_2025": "00002"},
        {"zone_id": "Z3", "crop": "rice", "extent_kind": "administrative", "commune_codes_since_2025": "00001", "at": MultiPolygon([box(103.0, 21.0, 103.1, 21.1)])},
    )  # fmt: skip
    return Records(7, frames)


def test_hectares_are_split_by_the_share_of_the_area(records: Records) -> None:
    totals = split_by_area(records, "area_ha", Frame.COMMUNES, ON)
    assert totals["00001"] == pytest.approx(75, rel=1e-3)
    assert totals["00002"] == pytest.approx(25 + 7, rel=1e-3)
    assert split_by_area(records, "area_ha", Frame.DISTRICTS, ON)["100"] == pytest.approx(100, rel=1e-3)
    assert split_by_area(records, "area_ha", Frame.COMMUNES, replace(ON, crop="rice")) == {"00001": 0.0, "00002": 7.0}


def test_the_estimate_stands_beside_the_interval_that_holds_however_the_area_is_spread(records: Records) -> None:
    west, east = by_unit(records, "zones_area", ON)
    assert (west.code, east.code) == ("00001", "00002")
    assert west.figure.value == Interval(0, 100)
    assert east.figure.value == Interval(7, 107)
    assert west.estimate == pytest.approx(75, rel=1e-3)


@pytest.mark.parametrize(
    ("frame_", "codes"),
    [(Frame.COMMUNES, ["00001", "00002"]), (Frame.DISTRICTS, ["100"]), (Frame.OLD_COMMUNES, ["00011"])],
)
def test_every_unit_of_a_frame_has_its_figure(records: Records, frame_: Frame, codes: list[str]) -> None:
    rows = by_unit(records, "products_total", replace(ON, frame=frame_))
    assert [row.code for row in rows] == codes
    assert all(row.figure.parameters.unit == row.code and row.estimate is None for row in rows)


def test_former_communes_have_no_outline_and_so_no_estimate(records: Records) -> None:
    assert [row.estimate for row in by_unit(records, "zones_area", replace(ON, frame=Frame.OLD_COMMUNES))] == [None]

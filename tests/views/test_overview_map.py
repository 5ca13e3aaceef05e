"""The small map of the overview: a dot for each place, and a drawing that stays small over many records."""

import re
from pathlib import Path

import pytest
from shapely import MultiPolygon, Point, box

from geo.plan.records import records_of
from geo.views.map.locator import frame_of
from geo.views.plan import overview_map as module
from geo.views.plan.overview_map import OverviewMap, overview_map
from tests.frames import frame, world
from tests.frozen import frozen

PLACES = [(103.1 + 0.00001 * number, 21.1) for number in range(4)]
"""A metre apart, and so one position in a drawing of the province."""


@pytest.fixture(params=[1_000, 2], ids=["one by one", "in cells"])
def drawing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OverviewMap:
    monkeypatch.setattr(module, "_MOST", request.param)
    sites = [
        {"site_id": f"H{n}", "name": "Đồi", "kind": "historic", "precision": "exact", "at": Point(*at)}
        for n, at in enumerate(PLACES)
    ]
    far = {"site_id": "H8", "name": "Động", "kind": "scenic", "precision": "commune", "at": Point(103.35, 21.15)}
    none = {"site_id": "H9", "name": "Bảo tàng", "kind": "museum"}
    zones = [
        {"zone_id": f"Z{n}", "crop": "tea", "at": MultiPolygon([box(x, y, x + 0.001, y + 0.001)])}
        for n, (x, y) in enumerate(PLACES)
    ]
    frames = world() | {"sites": frame("sites", *sites, far, none), "zones": frame("zones", *zones)}
    with frozen(frames, tmp_path / "atlas") as atlas:
        made = overview_map(records_of(atlas), atlas)
        assert made is not None and frame_of(atlas.bounds()) is not None
        return made


def test_records_at_one_place_are_one_dot_that_is_larger(drawing: OverviewMap) -> None:
    dots = [dot for dot in drawing.dots if dot.layer == "sites"]
    assert len(dots) == 2
    many, single = sorted(dots, key=lambda dot: -dot.radius)
    assert many.radius > single.radius and (many.approximate, single.approximate) == (False, True)
    assert abs(many.x - single.x) > 100 and many.y > single.y


def test_the_legend_counts_what_is_drawn_and_what_has_no_place(drawing: OverviewMap) -> None:
    (row,) = [one for one in drawing.legend if one.layer == "sites"]
    assert (row.drawn, row.unplaced) == (5, 1)


def test_areas_are_drawn_where_they_lie(drawing: OverviewMap) -> None:
    ((_, path),) = drawing.areas
    dot = max((one for one in drawing.dots if one.layer == "sites"), key=lambda one: one.radius)
    assert path.startswith("M")
    for x, y in re.findall(r"M([\d.]+) ([\d.]+)", path):
        assert abs(float(x) - dot.x) <= 2 and abs(float(y) - dot.y) <= 2

"""The planners' pages of units, chains, gaps and distances: what they show is what the formulas give."""

import re

import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.plan.class_breaks import METHODS
from geo.plan.figures import Frame, Interval
from geo.views.plan.choropleth import choropleth
from tests.web.conftest import BROWSER, Document, read

DAY = "on=2026-12-01"


def opened(client: FlaskClient, path: str) -> Document:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, (path, answer.text[-400:])
    return read(answer.text)


# --- by unit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", Frame)
def test_every_unit_of_a_frame_is_in_the_table_with_a_figure_that_opens(client: FlaskClient, frame: Frame) -> None:
    document = opened(client, f"/plan/units?{DAY}&frame={frame.value}&indicator=products_total")
    codes = {"communes": ["00001", "00002"], "districts": ["100"], "old_communes": ["00011"]}[frame.value]
    figures = [value for value in document.values("href") if value.startswith("/plan/figures/") and "unit=" in value]
    assert {re.search(r"unit=(\d+)", address)[1] for address in figures} == set(codes)  # type: ignore[index]
    assert all(f"frame={frame.value}" in address for address in figures)


def test_two_maps_share_their_classes_where_the_bounds_differ(small_atlas: Atlas) -> None:
    values = {"00001": Interval(1, 3), "00002": None}
    drawing = choropleth(small_atlas, Frame.COMMUNES, values, "natural")
    assert drawing is not None
    (_, sure), (_, possible) = drawing.maps
    assert [mark.kind for mark in sure] == ["1", "unknown"]
    assert [mark.kind for mark in possible] == ["2", "unknown"]
    assert [(row.kind, row.least, row.greatest, row.units) for row in drawing.legend] == [
        ("1", 1, 1, 1), ("2", 3, 3, 0), ("unknown", None, None, 1),
    ]  # fmt: skip
    exact = choropleth(small_atlas, Frame.COMMUNES, {"00001": Interval(0, 0), "00002": Interval(2, 2)}, "natural")
    assert exact is not None and len(exact.maps) == 1
    assert [row.kind for row in exact.legend] == ["zero", "1"]


def test_former_communes_are_drawn_as_points(small_atlas: Atlas) -> None:
    drawing = choropleth(small_atlas, Frame.OLD_COMMUNES, {"00011": Interval(1, 1)}, "quantile")
    assert drawing is not None
    assert [(mark.unit.code, mark.unit.path) for mark in drawing.maps[0][1]] == [("00011", "")]


@pytest.mark.parametrize("method", METHODS)
def test_the_legend_says_by_which_method_the_classes_were_made(client: FlaskClient, method: str) -> None:
    text = client.get(f"/plan/units?{DAY}&lang=en&method={method}", headers=BROWSER).text
    assert METHODS[method].en in text.partition("choropleth__legend")[2]  # type: ignore[index]


def test_hectares_split_by_area_stand_in_a_column_that_says_so(client: FlaskClient) -> None:
    csv = client.get(f"/plan/units/units.csv?{DAY}&indicator=zones_area").text
    assert csv.splitlines()[0].split(",")[3:6] == ["figure_sure", "figure_possible", "estimate"]
    assert "estimate" not in client.get(f"/plan/units/units.csv?{DAY}&indicator=products_total").text


@pytest.mark.parametrize("query", ["indicator=communes_without_anything", "method=guess"])
def test_what_cannot_be_shown_by_unit_is_refused_with_what_can(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/plan/units?{query}", headers=BROWSER)
    assert answer.status_code == 400
    assert "products_total" in answer.text or "natural" in answer.text

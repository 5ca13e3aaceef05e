"""Sheets of chains, gaps and distances: what they show is what their pages show, with signs, rings and bounds."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from geo.atlas import Atlas
from geo.crs import GEOD, METRIC_CRS, STORE_CRS, transformer
from geo.errors import BadQuery
from geo.plan.figures import Parameters
from geo.plan.gaps import GAPS
from geo.plan.reaches import places_of
from geo.plan.records import records_of
from geo.views.plan.desk import Content, Desk
from geo.views.plan.proximity_page import NEAR
from geo.views.plan_sheets.plan_sheet import SHEET_PAGES, draw_plan_sheet
from geo.views.plan_sheets.proximity_sheet import near_overlay
from geo.views.sheets.overlay import SIGNS
from geo.views.sheets.page_layout import PAPERS, Form
from geo.views.sheets.sheet_document import Sheet
from tests.views.archival import assert_archival
from tests.views.printed_sheets import printed_sheet

DAY = date(2026, 12, 1)
PAGES = {page.key: page for page in SHEET_PAGES}


def desk_of(atlas: Atlas, choices: dict[str, str], **parameters: Any) -> Desk:
    return Desk(atlas, Parameters(atlas.version.number, DAY, **parameters), choices, None, lambda _: atlas)


def drawn(atlas: Atlas, page: str, *, lang: str = "vi", paper: str = "a4", **more: Any) -> tuple[Content, Sheet]:
    choices = {name: more.pop(name) for name in PAGES[page].choices if name in more}
    desk = desk_of(atlas, choices, **more)
    content = PAGES[page].compose(desk)
    form = Form(PAPERS[paper], "landscape")
    return content, draw_plan_sheet(page, desk, content, None, form, lang, "https://ocop.example/plan")


def legend_of(sheet: Sheet) -> list[str]:
    return [row["text"] for column in sheet.values["legend"]["columns"] for row in column]


def rows_of(grid: dict[str, Any]) -> list[Sequence[str]]:
    return [row for group in grid["groups"] for row in group["rows"]]


def test_a_sheet_of_distances_has_both_layers_with_their_state_and_the_bounds_of_the_page(small: Atlas) -> None:
    content, sheet = drawn(small, "proximity", km=7.5, lang="en")
    sides = content.values["sides"]
    summary = rows_of(sheet.values["table"])
    for side, row in zip(sides, summary, strict=False):
        assert row == (
            side.label.en, *(f"{bound:g}" for bound in (*side.within, *side.beyond)), str(side.unplaced),
        )  # fmt: skip
    assert "7.5 km" in sheet.values["subtitle"] and "2026-12-01" in sheet.values["subtitle"]
    placed = sum(side.placed for side in sides)
    listed = rows_of(sheet.values["list"])
    assert len(listed) == sum(side.placed + side.unplaced for side in sides)
    assert len(sheet.drawing.overlay.signs) == placed
    assert {"surely near", "possibly near", "far"} >= {
        words for key, words in sheet.drawing.overlay.sign_words.items() if key in sheet.drawing.overlay.signs.values()
    }
    assert any("surely within 7.5 km" in words for words in legend_of(sheet))


def test_rings_are_as_wide_as_the_distance_less_and_more_the_uncertainty(small: Atlas) -> None:
    """Measured on the ellipsoid from each place to the nearest point of each outline."""
    desk = desk_of(small, {}, km=12.0)
    rings = near_overlay(desk, NEAR["village_near_site"], (), "sites", "vi").strokes
    places = places_of(records_of(small), "sites")
    assert len(places.ids) >= 1 and len(rings) == 2
    points = np.column_stack(places.lnglat)
    for ring, sign in zip(rings, (-1, 1), strict=True):
        (outline,) = ring.shapes
        corners = shapely.get_coordinates(outline)
        lng, lat = transformer(METRIC_CRS, STORE_CRS).transform(corners[:, 0], corners[:, 1])
        for corner in zip(lng.tolist(), lat.tolist(), strict=True):
            beyond = [
                GEOD.line_length([corner[0], x], [corner[1], y]) - (12_000 + sign * radius)
                for (x, y), radius in zip(points.tolist(), places.uncertainty_m.tolist(), strict=True)
            ]
            assert abs(min(beyond, key=abs)) < 12_000 * 3e-4 + 5
    assert rings[0].dash_mm == () and rings[1].dash_mm != ()


def test_a_chosen_state_limits_the_list_and_not_the_map(small: Atlas) -> None:
    _, every = drawn(small, "proximity", km=10.0)
    content, some = drawn(small, "proximity", km=10.0, show="unplaced")
    listed = rows_of(some.values["list"])
    assert 0 < len(listed) < len(rows_of(every.values["list"]))
    assert {row[1] for row in listed} <= {"chưa có vị trí", ""}
    assert some.drawing.overlay.signs == every.drawing.overlay.signs and content.values["show"] == "unplaced"


@pytest.mark.parametrize("gap", GAPS)
def test_a_sheet_of_a_gap_marks_its_records_and_lists_them_in_the_order_of_the_page(small: Atlas, gap: str) -> None:
    content, sheet = drawn(small, "gaps", gap=gap, lang="en")
    figure, table, overlay = content.values["figure"], content.tables["records"], sheet.drawing.overlay
    summary = rows_of(sheet.values["table"])
    assert summary[0] == (figure.indicator.name.en, f"{figure.value.sure:g}", f"{figure.value.possible:g}")
    assert len(summary) == len(GAPS)
    listed = [row[0] for row in rows_of(sheet.values["list"])]
    assert listed == ([row[0].text.en for row in table.rows] or [table.empty.en])
    if GAPS[gap].link is None and overlay.signs:
        assert overlay.signs == {
            **{(key.layer, key.id): "no" for key in figure.records},
            **{(key.layer, key.id): "maybe" for key in figure.possible_records},
        }
    if figure.indicator.layer == "communes":
        assert sum(len(one.shapes) for one in overlay.hatchings) == len(figure.records) + len(figure.possible_records)


def test_a_sheet_of_chains_joins_each_product_to_the_ends_that_its_chain_has(small: Atlas) -> None:
    content, sheet = drawn(small, "chains", km=10.0)
    board = content.values["rows"]
    listed = rows_of(sheet.values["list"])
    assert [row[0] for row in listed] == [row.product.title.vi for row in board] and board
    gaps = {row.product.id: [layer for layer, state, _ in row.cells if state == "none"] for row in board}
    signs = sheet.drawing.overlay.signs
    assert {key: sign == "no" for (_, key), sign in signs.items()} == {key: bool(gaps[key]) for key in gaps}
    assert [bool(row[-1]) for row in listed] == [bool(gaps[row.product.id]) for row in board]
    steps = {row[0]: [int(cell) for cell in row[1:]] for row in rows_of(sheet.values["table"])}
    assert all(sum(counts) == len(board) for counts in steps.values()) and len(steps) == 4
    assert_archival(printed_sheet(sheet, small, "vi").data, "vi", {"BeVietnamPro"})


def test_the_selection_and_the_order_of_the_board_are_those_of_the_sheet(small: Atlas) -> None:
    _, whole = drawn(small, "chains")
    content, sheet = drawn(small, "chains", order="stars", unit="00001")
    board = content.values["rows"]
    assert [row[0] for row in rows_of(sheet.values["list"])] == [row.product.title.vi for row in board] and board
    assert "Thanh An" in sheet.values["subtitle"]
    assert sheet.drawing.window.scale < whole.drawing.window.scale, "the unit, not the province"
    content, sheet = drawn(small, "chains", gap="any")
    board = content.values["rows"]
    assert [row[0] for row in rows_of(sheet.values["list"])] == [row.product.title.vi for row in board] and board
    assert "có khoảng trống" in sheet.values["subtitle"] and set(sheet.drawing.overlay.signs.values()) == {"no"}


def test_a_board_without_a_map_has_no_sheet(small: Atlas) -> None:
    with pytest.raises(BadQuery, match="no map"):
        drawn(small, "chains", by="zones")


def test_signs_differ_in_shape_and_not_only_in_colour() -> None:
    grounds = [(sign.ground, sign.hollow) for sign in SIGNS.values()]
    assert len(set(grounds)) == len(grounds) == len({sign.strokes for sign in SIGNS.values()})


def test_hostile_text_stays_text_on_every_sheet(hostile: Atlas) -> None:
    names = {"chains": "<img src=x onerror=alert(1)>", "gaps": "]]></name><script>alert('x')</script>&amp;"}
    for page, choices in (("chains", {}), ("gaps", {"gap": "products_without_producer"})):
        _, sheet = drawn(hostile, page, **choices)
        one = printed_sheet(sheet, hostile, "vi")
        text = " ".join("".join(page.get_textpage().get_text_range() for page in one.document).split())
        assert names[page] in text, page
        assert math.isclose(one.document[0].get_width() / 72 * 25.4, 297, abs_tol=0.1)

"""Repairs that lose nothing, and the list of them."""

from typing import Any

import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from geo.ingest.checks.mend import mend
from geo.ocop.layers import LAYERS
from geo.report import Change
from tests.frames import frame
from tests.worlds import records

BOWTIE = Polygon([(103.0, 21.0), (103.2, 21.2), (103.2, 21.0), (103.0, 21.2)])


def mended(layer: str, **values: Any) -> tuple[dict[str, Any], list[Change]]:
    """The first record of a layer after its repairs, and what they were."""
    rows, changes = mend(frame(layer, *records(layer, **values)), LAYERS[layer])
    return {str(name): value for name, value in rows.iloc[0].items()}, changes


@pytest.mark.parametrize(
    ("layer", "field", "before", "after", "rule"),
    [
        ("sites", "name", "\u0110o\u0302\u0300i A1", "Đồi A1", "composed Unicode"),
        ("sites", "name", "\u00d0ồi A1", "Đồi A1", "composed Unicode"),
        ("sites", "name", "  Đồi   A1 ", "Đồi A1", "surplus spaces"),
        ("sites", "name", "Đồi\u00a0A1", "Đồi A1", "surplus spaces"),
        ("sites", "name", "Đồi A1\x00\x1b", "Đồi A1", "control characters"),
        ("sites", "kind", "Historic", "historic", "proper case"),
        ("villages", "craft", "Weaving; FORGING;", "weaving;forging", "proper case"),
        ("sites", "source_ids", "S1 ; S2", "S1;S2", "surplus spaces"),
        ("products", "story_vi", "dòng một\r\ndòng hai\n", "dòng một\ndòng hai", "surplus spaces"),
    ],
)
def test_text_is_put_right_and_the_rule_is_told(layer: str, field: str, before: str, after: str, rule: str) -> None:
    record, changes = mended(layer, **{field: before})
    assert record[field] == after
    assert any(rule in change.rule.en for change in changes if change.field == field)
    assert changes[0].before == before and changes[-1].after == after


def test_each_repair_begins_where_the_one_before_ended() -> None:
    _, changes = mended("sites", name=" \u00d0ồi  A1\x00")
    assert [change.after for change in changes[:-1]] == [change.before for change in changes[1:]]
    assert len(changes) == 3


def test_text_of_spaces_only_is_unknown() -> None:
    record, changes = mended("sites", name_en="   ")
    assert record["name_en"] is None and [change.after for change in changes] == [""]


def test_right_text_is_left_alone_and_nothing_is_listed() -> None:
    record, changes = mended("sites")
    assert record["name"] == "Đồi A1" and changes == []


def test_a_code_that_is_not_in_the_list_is_left_for_the_check() -> None:
    record, changes = mended("sites", kind="hill")
    assert record["kind"] == "hill" and changes == []


def test_text_encoded_twice_is_left_whole_so_that_it_can_still_be_put_right() -> None:
    twice = "Đồi cà phê".encode().decode("latin-1")
    record, changes = mended("sites", name=twice)
    assert record["name"].encode("latin-1").decode() == "Đồi cà phê" and changes == []


def test_a_bowtie_becomes_valid_and_the_reason_is_listed() -> None:
    record, [change] = mended("zones", at=MultiPolygon([BOWTIE]))
    assert record["geometry"].is_valid and record["geometry"].area > 0
    assert (change.record, change.field) == ("Z1", "geometry") and "Self-intersection" in change.before


@pytest.mark.parametrize("shape", [box(0, 0, 1, 1, ccw=False), box(0, 0, 1, 1).difference(box(0.2, 0.2, 0.4, 0.4))])
def test_polygons_become_multipolygons_with_outer_rings_counter_clockwise(shape: Polygon) -> None:
    record, changes = mended("zones", at=shape)
    assert record["geometry"].geom_type == "MultiPolygon" and changes == []
    for part in record["geometry"].geoms:
        assert part.exterior.is_ccw and not any(hole.is_ccw for hole in part.interiors)
    assert record["geometry"].equals(shape)


def test_heights_are_dropped_and_listed() -> None:
    record, [change] = mended("sites", at=Point(103.1, 21.1, 480.0))
    assert not shapely.has_z(record["geometry"]) and "480" in change.before


def test_a_place_that_nobody_knows_stays_unknown() -> None:
    record, changes = mended("sites", at=None)
    assert record["geometry"] is None and changes == []


def test_what_was_given_is_not_changed() -> None:
    rows = frame("sites", *records("sites", name=" Đồi A1 "))
    mend(rows, LAYERS["sites"])
    assert rows["name"][0] == " Đồi A1 "


def test_html_is_taken_out_of_foreign_text_and_the_change_listed() -> None:
    sites = frame("sites", *records("sites", note="Ảnh:<br><b>Đồi A1</b>", name="số hộ < 5"))
    same, _ = mend(sites, LAYERS["sites"])
    assert same["note"].iloc[0] == "Ảnh:<br><b>Đồi A1</b>"
    shown, changes = mend(sites, LAYERS["sites"], foreign=True)
    assert (shown["note"].iloc[0], shown["name"].iloc[0]) == ("Ảnh:\nĐồi A1", "số hộ < 5")
    assert [(one.field, one.rule.en) for one in changes] == [("note", "HTML tags removed, their text kept")]

"""The layer of links: one line a link, from one record to the other, as well known as the end that is known less well."""

import pytest
from shapely import Point

from geo.link import Lines, link_all
from geo.ocop.links import LINKS
from tests.frames import line_records, world


def test_a_line_leads_from_one_record_to_the_other() -> None:
    frames = world()
    lines = line_records(Lines.of(frames, link_all(frames, LINKS))).set_index("link_id")
    near = lines.loc["village_near_site.V1.H1"]
    assert list(near.geometry.coords) == [(103.12, 21.1), (103.15, 21.1)]
    assert (near["name"], near["name_en"]) == ("Bản Na Sang II → Đồi A1", "Bản Na Sang II → A1 Hill")
    assert near["distance_m"] == round(near["distance_m"], 1)


def test_two_records_at_one_point_and_a_record_without_a_place_have_no_line() -> None:
    frames = world()
    lines = line_records(Lines.of(frames, link_all(frames, LINKS))).set_index("link_id")
    assert frames["products"].geometry[0] == frames["producers"].geometry[0] == Point(103.1, 21.1)
    assert lines.loc["made_by.R1.P1"].geometry is None
    frames["producers"].loc[0, "geometry"] = None
    lines = line_records(Lines.of(frames, link_all(frames, LINKS))).set_index("link_id")
    assert lines.loc["made_by.R1.P1"].geometry is None


@pytest.mark.parametrize(("village", "site"), [("commune", "exact"), ("exact", "commune"), ("commune", "commune")])
def test_a_line_is_as_well_known_as_its_coarser_end(village: str, site: str) -> None:
    frames = world()
    frames["villages"].loc[0, "precision"], frames["sites"].loc[0, "precision"] = village, site
    lines = line_records(Lines.of(frames, link_all(frames, LINKS))).set_index("link_id")
    assert lines.loc["village_near_site.V1.H1", "precision"] == "commune"


def test_a_link_that_two_rules_give_and_a_citation_are_not_drawn_twice_or_at_all() -> None:
    frames = world()
    pairs = link_all(frames, LINKS)
    lines = line_records(Lines.of(frames, [*pairs, *pairs]))
    assert lines["link_id"].is_unique
    hidden = {spec.name for spec in LINKS if not spec.visible}
    assert "products_cites" in hidden and not hidden & set(lines["link"])

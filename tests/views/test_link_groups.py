"""Links on a record's page: neighbours that are certain and possible, one reason for a group, and nothing far away."""

import math

from geo.atlas import Atlas, LinkRow
from geo.ocop.links import LINKS, NEAREST_SHOWN_M
from geo.schema import NearestOfKind
from geo.views.link_groups import link_groups
from geo.views.reasons import rule_of
from tests.views.test_pages import URLS


def neighbour(link: str, key: str, distance_m: float, *, certain: bool, sources: str = "") -> LinkRow:
    return LinkRow(
        link, True, "sites", key, f"Nơi {key}", None, None, 103.1, 21.1, None, "near", distance_m, 8_050.0, None, None,
        certain, 1, sources,
    )  # fmt: skip


def test_certain_neighbours_come_first_and_are_counted_apart(small: Atlas) -> None:
    rows = [
        neighbour("village_near_site", "H1", 1_000, certain=False),
        neighbour("village_near_site", "H2", 9_000, certain=True),
        neighbour("village_near_site", "H3", 500, certain=False),
        neighbour("village_near_site", "H4", 300, certain=True),
    ]
    (group,) = link_groups(small, rows, "vi", URLS)
    assert [item["id"] for item in group["items"]] == ["H4", "H2", "H3", "H1"]
    assert (group["count"], group["certain"]) == (4, 2)
    assert group["within"] == {"certain": "Trong vòng 10 km", "possible": "Có thể trong vòng 10 km"}
    assert group["items"][3]["distance"] == "khoảng 1 km (± 8 km)"
    (english,) = link_groups(small, rows, "en", URLS)
    assert english["within"] == {"certain": "Within 10 km", "possible": "Possibly within 10 km"}


def test_the_reason_stands_once_and_what_differs_stands_beside_the_record(small: Atlas) -> None:
    (near,) = link_groups(small, [neighbour("village_near_site", f"H{n}", n, certain=True) for n in (1, 2)], "vi", URLS)
    assert near["why"].startswith("Khoảng cách đường chim bay, dữ liệu phiên bản ")
    assert [item["why"] for item in near["items"]] == [None, None]
    made = [
        LinkRow("made_by", False, "products", key, key, None, None, None, None, None, "recorded", None, None, None, None,
                True, 1, source)
        for key, source in (("R1", "S1"), ("R2", ""))
    ]  # fmt: skip
    (recorded,) = link_groups(small, made, "en", URLS)
    assert recorded["why"] == "On record" and recorded["within"] is None
    assert near["measured"] and not recorded["measured"], "only distances need the sentence about straight lines"
    assert [item["why"] for item in recorded["items"]] == ["source: Báo Điện Biên Phủ", ""]


def test_a_link_by_the_list_of_former_communes_names_its_sources_in_footnotes(small: Atlas) -> None:
    rows = [
        LinkRow("products_by_crosswalk", True, "communes", key, key, None, None, None, None, None, "crosswalk", None, None,
                None, None, True, 1, source)
        for key, source in (("C1", "S1;B3"), ("C2", "B3"))
    ]  # fmt: skip
    (group,) = link_groups(small, rows, "en", URLS)
    assert group["cites"] == ["S1", "B3"]
    assert group["why"] == "On record, by the list of former and present communes"
    assert [item["why"] for item in group["items"]] == [None, None]
    (holds,) = link_groups(small, [row._replace(forward=False) for row in rows[:1]], "en", URLS)
    assert holds["cites"] == [] and "Báo Điện Biên Phủ" in holds["why"]


def test_the_nearest_of_a_type_is_shown_only_while_it_is_near(small: Atlas) -> None:
    rows = [
        neighbour("village_nearest_site", "H1", NEAREST_SHOWN_M, certain=True)._replace(reason="nearest"),
        neighbour("village_nearest_site", "H2", NEAREST_SHOWN_M + 1, certain=True)._replace(reason="nearest"),
    ]
    (group,) = link_groups(small, rows, "vi", URLS)
    assert [item["id"] for item in group["items"]] == ["H1"] and group["count"] == 1


def test_every_nearest_link_has_a_limit_and_its_rule_names_it() -> None:
    specs = [spec for spec in LINKS if isinstance(spec, NearestOfKind)]
    assert specs
    for spec in specs:
        assert math.isfinite(spec.shown_m or math.inf)
        assert "trong vòng 20 km" in rule_of(spec, "vi") and "within 20 km" in rule_of(spec, "en")

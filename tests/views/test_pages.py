"""The data of pages and of the record panel: facts, reasons, distances, gaps and conflicts, in both languages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shapely import Point

from geo.atlas import Atlas, LinkRow, Notes, Query
from geo.errors import NotFound
from geo.ocop.codes import PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.ocop.layers import ON_MAP, THEMATIC
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.report import Issue
from geo.schema import Label, MatchLink, Near
from geo.settings import Settings, TileLayer
from geo.views.map.locator import locator
from geo.views.map.map_page import in_view, layers_of, map_view
from geo.views.pages import downloads, layer_view, layers_view, links_view, quality_view
from geo.views.reasons import REASONS, SPECS, reason_of, rule_of
from geo.views.record import link_groups, record_view
from geo.views.values import Reader, format_distance
from tests.frames import frame, world
from tests.frozen import frozen, publish_atlas

LANGS = ["vi", "en"]


class Addresses:
    """A URL builder whose URLs contain its arguments."""

    def page(self, path: str, **params: str) -> str:
        return f"{path}?{params}"

    def record(self, layer: str, record: str) -> str:
        return f"/{layer}/{record}"

    def layer(self, layer: str, **params: str) -> str:
        return f"/{layer}"

    def export(self, layer: str, extension: str, **params: str) -> str:
        return f"/export/{layer}.{extension}?{params}"


URLS = Addresses()


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    frames = world()
    place = {"old_commune_code": "00011", "district_code": "100", "source_ids": "S1"}
    frames["products"] = frame(
        "products",
        {"product_id": "R1", "name": "Mật ong", "group": "food", "stars": 4, "year": 2019, "producer_id": "P1",
         "raw_material": "honey", "at": Point(103.1, 21.1), "precision": "exact", "decided": None,
         "story_vi": "Chuyện", "certified_from": "2019-02", **place},
        {"product_id": "R2", "name": "Chè", "group": "beverage", "source_ids": "S1", "at": None},
        {"product_id": "R3", "name": "Rượu", "group": "beverage", "precision": "commune", "at": Point(103.19, 21.1),
         "year": 2021, "certified_until": "2024-05-06", **place},
    )  # fmt: skip
    with frozen(frames, tmp_path_factory.mktemp("views") / "a") as small:
        yield small


def view(atlas: Atlas, layer: str, key: str, lang: str = "vi") -> dict[str, Any]:
    return record_view(atlas, layer, key, lang, URLS)


def facts(atlas: Atlas, key: str, lang: str = "vi") -> dict[str, Any]:
    return {fact["name"]: fact["value"] for fact in view(atlas, "products", key, lang)["facts"]}


def items(page: dict[str, Any], link: str) -> list[dict[str, Any]]:
    return [item for group in page["links"] if group["link"] == link for item in group["items"]]


# --- a record ------------------------------------------------------------------------------------------


def test_a_record_that_does_not_exist_is_not_found(atlas: Atlas) -> None:
    with pytest.raises(NotFound, match="R99"):
        view(atlas, "products", "R99")


def test_facts_follow_the_declaration_and_gaps_are_none(atlas: Atlas) -> None:
    by_name = facts(atlas, "R2")
    names = [field.name for field in COLLECTIONS["products"].fields if field.name != "product_id"]
    assert [name for name in by_name if name in names] == [name for name in names if name in by_name]
    assert list(by_name)[-1] == "product_id", "what people call it comes before what it is filed under"
    assert by_name["stars"] is None
    assert by_name["producer_id"] is None


def test_dates_are_written_as_precisely_as_they_are_known(atlas: Atlas) -> None:
    assert facts(atlas, "R1")["certified_from"] == "02/2019"
    assert facts(atlas, "R1", "en")["certified_from"] == "2019-02"
    assert facts(atlas, "R3")["certified_until"] == "06/05/2024"


def test_a_certificate_without_its_day_is_explained_and_nothing_is_invented(atlas: Atlas) -> None:
    assert facts(atlas, "R1")["expected_until"] == "02/2022" and "36 tháng" in facts(atlas, "R1")["validity_basis"]
    assert facts(atlas, "R1")["certified_until"] is None
    assert "expected_until" not in facts(atlas, "R2"), "no year, nothing to derive it from"
    assert "expected_until" not in facts(atlas, "R3"), "the source gives the day"


def test_english_readers_get_the_vietnamese_story_where_there_is_no_other(atlas: Atlas) -> None:
    page = view(atlas, "products", "R1", "en")
    assert (page["story"], page["story_lang"]) == ("Chuyện", "vi")


def test_a_place_is_never_told_more_precisely_than_it_is_known(atlas: Atlas) -> None:
    precision = view(atlas, "products", "R3", "en")["precision"]
    assert (precision["approximate"], precision["uncertainty_m"]) == (True, 8000.0)
    assert precision["caution"] == "Approximate location, within about 8 km"
    assert view(atlas, "products", "R1")["precision"]["caution"] is None


def test_a_record_without_a_place_has_no_directions(atlas: Atlas) -> None:
    page = view(atlas, "products", "R2")
    assert (page["geometry"], page["point"], page["directions"], page["precision"]) == (None, None, None, None)


# --- links ---------------------------------------------------------------------------------------------


def test_links_stand_in_the_order_of_their_declaration_with_those_of_the_record_first(atlas: Atlas) -> None:
    order = [spec.name for spec in LINKS]
    for layer, key in (("products", "R1"), ("producers", "P1"), ("sites", "H1"), ("communes", "00001")):
        groups = view(atlas, layer, key)["links"]
        forward = [order.index(g["link"]) for g in groups if g["label"] == SPECS[g["link"]].label.vi]
        assert forward == sorted(forward)


def test_a_link_that_is_not_to_be_shown_is_not_shown(atlas: Atlas) -> None:
    invisible = {spec.name for spec in LINKS if not spec.visible}
    assert invisible
    for layer in THEMATIC:
        for record in atlas.find(Query(layer)).records:
            assert not invisible & {group["link"] for group in view(atlas, layer, record.id)["links"]}


def test_a_source_shows_what_cites_it(atlas: Atlas) -> None:
    assert items(view(atlas, "sources", "S1"), "products_cites")


def test_a_recorded_link_says_so_in_both_directions(atlas: Atlas) -> None:
    (link,) = items(view(atlas, "products", "R1"), "made_by")
    assert (link["title"], link["reason"], link["check"]) == ("Hợp tác xã Ong mật", "Ghi trong hồ sơ", None)
    (makes,) = items(view(atlas, "producers", "P1", "en"), "made_by")
    assert (makes["id"], makes["reason"]) == ("R1", "On record")


def test_a_recorded_link_names_its_sources_and_a_derived_one_the_version_it_was_worked_out_from(atlas: Atlas) -> None:
    (link,) = items(view(atlas, "products", "R1"), "made_by")
    (near,) = items(view(atlas, "products", "R1"), "product_near_site")
    assert link["basis"] == "nguồn: Báo Điện Biên Phủ"
    assert near["basis"] == "dữ liệu phiên bản 7, 02/01/2026"


def test_a_match_names_what_is_the_same_and_is_to_be_checked(atlas: Atlas) -> None:
    (zone,) = items(view(atlas, "products", "R1"), "zone_of_material")
    assert zone["reason"] == "Cùng nguyên liệu và cùng huyện cũ; không hồ sơ nào ghi liên kết này"
    (village,) = items(view(atlas, "products", "R1", "en"), "product_village")
    assert village["reason"] == "Same former commune; no record states this link"


def test_a_distance_between_exact_places_is_exact(atlas: Atlas) -> None:
    (site,) = items(view(atlas, "products", "R1"), "product_near_site")
    assert (site["distance"], site["certain"], site["check"]) == ("5,2 km", True, None)
    assert site["reason"] == "Khoảng cách đường chim bay"
    (site,) = items(view(atlas, "products", "R1", "en"), "product_near_site")
    assert site["distance"] == "5.2 km"


def test_a_distance_from_a_rough_place_says_how_rough_it_is_and_is_to_be_checked(atlas: Atlas) -> None:
    (site,) = items(view(atlas, "products", "R3"), "product_near_site")
    assert site["distance"] == "khoảng 4 km (± 8 km)"
    assert (site["certain"], site["check"]) == (False, "cần kiểm tra")


@pytest.mark.parametrize(
    ("distance_m", "uncertainty_m", "vi", "en"),
    [
        (0, 100, "0 m", "0 m"),
        (949, 100, "949 m", "949 m"),
        (3215, 100, "3,2 km", "3.2 km"),
        (12_000, 8_050, "khoảng 12 km (± 8 km)", "about 12 km (± 8 km)"),
        (5_400, 16_000, "khoảng 5 km (± 16 km)", "about 5 km (± 16 km)"),
        (0, 16_000, "dưới 1 km (± 16 km)", "less than 1 km (± 16 km)"),
        (900, 300, "khoảng 1 km (± 1 km)", "about 1 km (± 1 km)"),
    ],
)
def test_a_distance_is_written_no_finer_than_its_places(
    distance_m: float, uncertainty_m: float, vi: str, en: str
) -> None:
    assert format_distance(distance_m, uncertainty_m, "vi") == vi
    assert format_distance(distance_m, uncertainty_m, "en") == en


def test_a_list_of_links_writes_a_distance_no_finer_than_its_ends(atlas: Atlas) -> None:
    field = COLLECTIONS["links"].field("distance_m")
    records = atlas.find(Query("links", limit=100)).records
    texts = {row.properties["uncertainty_m"]: Reader(atlas, "en").text_of(field, row) for row in records}
    rough = [text for metres, text in texts.items() if isinstance(metres, float) and metres > 1000 and text]
    assert rough and all("± " in text for text in rough)


def test_a_derived_link_that_only_repeats_a_recorded_one_is_left_out_and_a_contradiction_is_not(atlas: Atlas) -> None:
    agreeing = {group["link"] for group in view(atlas, "products", "R1")["links"]}
    assert "products_by_crosswalk" in agreeing
    assert "products_in_commune" not in agreeing
    contrary = view(atlas, "sites", "H2")
    assert {"sites_in_commune", "sites_by_crosswalk"} <= {group["link"] for group in contrary["links"]}
    (conflict,) = contrary["conflicts"]
    assert (conflict["recorded"], conflict["derived"]) == ("Thanh An (00001)", "Sam Mứn (00002)")


def test_an_area_of_overlap_comes_with_its_share(atlas: Atlas) -> None:
    (commune,) = items(view(atlas, "zones", "Z1"), "zone_covers_commune")
    assert commune["distance"].replace("\N{NO-BREAK SPACE}", " ") == "11.504 ha (100 % diện tích)"


def test_a_long_group_says_how_many_it_leaves_out(atlas: Atlas) -> None:
    rows = [
        LinkRow("made_by", False, "products", f"R{n}", f"Sản phẩm {n}", None, "food", None, None, None, "recorded", None,
                None, None, None, True, 0, "")
        for n in range(150)
    ]  # fmt: skip
    (group,) = link_groups(atlas, rows, "vi", URLS)
    assert (group["count"], len(group["items"])) == (150, 100)


@pytest.mark.parametrize("spec", LINKS, ids=lambda spec: spec.name)
def test_every_kind_of_link_has_a_rule_in_both_languages(spec: Any) -> None:
    vi, en = rule_of(spec, "vi"), rule_of(spec, "en")
    assert vi != en
    assert not {"{", "}"} & set(vi + en)


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_words(reason: str, lang: str) -> None:
    kinds = {"matched": MatchLink, "near": Near}
    spec = next(s for s in LINKS if isinstance(s, kinds.get(reason, type(LINKS[0]))))
    row = LinkRow(
        spec.name, True, "sites", "H1", "A1", None, None, None, None, None, reason, 1.0, 1.0, None, None, True, 1, ""
    )
    assert "{" not in reason_of(row, lang)


# --- lists ---------------------------------------------------------------------------------------------


def test_a_table_counts_the_values_of_each_filter_over_the_other_filters(atlas: Atlas) -> None:
    table = layer_view(atlas, Query("products", filters=(("group", ("food",)),)), "vi", URLS)
    groups = next(row for row in table["filters"] if row["param"] == "group")
    assert {option["value"]: (option["count"], option["chosen"]) for option in groups["options"]} == {
        "food": (1, True), "beverage": (2, False),
    }  # fmt: skip
    years = next(row for row in table["filters"] if row["param"] == "year")
    assert [option["value"] for option in years["options"]] == ["2019"]


def test_a_chosen_value_stays_on_offer_when_nothing_matches_it(atlas: Atlas) -> None:
    query = Query("products", filters=(("group", ("tourism",)), ("year", ("2021",))))
    groups = next(row for row in layer_view(atlas, query, "vi", URLS)["filters"] if row["param"] == "group")
    assert {"tourism", "beverage"} == {option["value"] for option in groups["options"]}


def test_state_coordinates_are_offered_where_the_format_can_hold_them() -> None:
    zones = downloads(COLLECTIONS["zones"], "en")
    assert [row["short"] for row in zones if row["params"]] == [".gpkg VN-2000", ".zip VN-2000"]
    assert not [row for row in downloads(COLLECTIONS["sources"], "en") if row["params"]]  # nothing there has a place


def test_only_what_can_be_sent_back_says_so() -> None:
    """Links are derived records, and an import of them is refused."""
    (products, links) = (
        next(row["label"] for row in downloads(COLLECTIONS[layer], "en") if row["extension"] == "xlsx")
        for layer in ("products", "links")
    )
    assert (products, links) == ("Excel (can be filled in and sent back)", "Excel")


def test_every_layer_is_listed_once_under_its_group(atlas: Atlas) -> None:
    names = [layer["name"] for group in layers_view(atlas, "vi", URLS) for layer in group["layers"]]
    assert sorted(names) == sorted(COLLECTIONS)


def test_links_are_counted_in_all_and_certain(atlas: Atlas) -> None:
    row = next(row for row in links_view(atlas, "en") if row["name"] == "made_by")
    assert (row["label"], row["pairs"], row["certain"]) == ("Made by", 1, 1)


def test_findings_of_one_kind_stand_together_under_their_name(atlas: Atlas) -> None:
    kinds = {"null_geometry": Label("chưa có vị trí", "no place yet")}
    (group,) = quality_view(atlas, None, "en", URLS, kinds=kinds)["issues"]
    assert (group["kind"], group["count"], group["severity"]) == ("no place yet", 1, "info")
    assert group["rows"][0]["url"] == "/products/R2"


@pytest.mark.parametrize(("lang", "row"), [("vi", "dòng 12"), ("en", "row 12")])
def test_a_finding_of_a_row_names_the_row_and_leads_to_the_layer(tmp_path: Path, lang: str, row: str) -> None:
    notes = Notes(issues=[Issue.of("sites", "ragged_row", "thừa ô", "too many cells", row=12)])
    with publish_atlas(world(), tmp_path / "atlas", notes=notes) as atlas:
        (group,) = quality_view(atlas, None, lang, URLS, kinds={})["issues"]
    assert (group["rows"][0]["record"], group["rows"][0]["url"]) == (row, "/sites")


def test_completeness_counts_places_by_how_well_they_are_known(atlas: Atlas) -> None:
    row = quality_view(atlas, None, "en", URLS, kinds={})["layers"][0]
    assert (row["records"], row["placed"]) == (3, 2)
    assert row["precision"] == {"exact": 1, "village": 0, "commune": 1, "district": 0}
    assert {"label": "Stars", "count": 2} in row["missing"]


def test_conflicts_name_the_rule_and_both_sides(atlas: Atlas) -> None:
    rules = {rule.label.en for rule in DISAGREEMENTS}
    conflicts = quality_view(atlas, None, "en", URLS, kinds={})["conflicts"]
    assert conflicts
    assert {row["label"] for row in conflicts} <= rules
    assert all(row["recorded"] != row["derived"] for row in conflicts)


# --- the map -------------------------------------------------------------------------------------------


def test_the_map_is_told_everything_that_it_draws_and_says(atlas: Atlas) -> None:
    tiles = TileLayer("Nền", "https://t.example.vn/{z}/{x}/{y}.png", "© Sở")
    settings = map_view(atlas, Settings(tile_layers=(tiles,)), "en", URLS)
    names = [layer["name"] for group in settings["groups"] for layer in group["layers"]]
    assert sorted(names) == sorted(ON_MAP)
    assert settings["bounds"] == [103.0, 21.0, 103.4, 21.2]
    assert settings["tile_layers"] == [{"name": "Nền", "url": tiles.url, "attribution": "© Sở"}]
    assert set(settings["precisions"]) == {row.key for row in PRECISIONS}


def test_a_filter_by_unit_speaks_of_every_layer_whose_links_it_reads(atlas: Atlas) -> None:
    layers_by_param = {row["param"]: row["layers"] for row in map_view(atlas, Settings(), "vi", URLS)["filters"]}
    assert layers_by_param["commune"] == sorted(THEMATIC)
    assert layers_by_param["district"] == sorted([*THEMATIC, "old_communes"])
    assert layers_by_param["material"] == ["products", "zones"]
    assert all(set(layers) <= set(ON_MAP) for layers in layers_by_param.values())


def test_a_record_in_view_is_told_with_its_commune_else_its_district(atlas: Atlas) -> None:
    features = json.loads(in_view(atlas, ("products",), None, (), "", "en"))["layers"]["products"]["features"]
    assert {row["id"]: row["properties"]["place"] for row in features} == {
        "products/R1": "Thanh An", "products/R3": "Thanh An", "products/R2": None,
    }  # fmt: skip


def test_the_drawing_puts_a_place_where_it_lies_in_the_province(atlas: Atlas) -> None:
    drawing = locator(atlas, atlas.get("products", "R1"))
    assert drawing is not None
    assert drawing.point is not None
    assert drawing.point[0] == pytest.approx(6 + 308 * 0.25, abs=0.2)
    assert drawing.point[1] == pytest.approx(drawing.height / 2, abs=0.2)
    assert drawing.radius == 0
    assert drawing.province.count("Z") == 1


def test_the_drawing_shows_how_far_an_approximate_place_may_be_off(atlas: Atlas) -> None:
    drawing = locator(atlas, atlas.get("products", "R3"))
    assert drawing is not None
    metres_per_unit = 111_320 * 0.2 / (drawing.height - 12)
    assert drawing.radius * metres_per_unit == pytest.approx(8_000, rel=0.02)


def test_an_area_is_drawn_as_an_area_and_a_record_without_a_place_not_at_all(atlas: Atlas) -> None:
    zone = locator(atlas, atlas.get("zones", "Z1"))
    assert zone is not None
    assert zone.shape.startswith("M")
    assert zone.point is None
    assert locator(atlas, atlas.get("products", "R2")) is None
    line = locator(atlas, atlas.find(Query("links", place="placed", limit=1)).records[0])
    assert (
        line is not None
        and line.point is not None
        and line.radius == 0
        and re.fullmatch(r"M[\d.]+ [\d.]+L[\d.]+ [\d.]+", line.shape)
    )


def test_filters_say_something_about_layers_of_the_map_only() -> None:
    assert all(layers_of(row) <= set(ON_MAP) for row in FILTERS)


# --- links as records --------------------------------------------------------------------------------------


def test_the_ends_of_a_link_are_named_in_the_language_of_the_page(real_atlas: Atlas) -> None:
    """In the facts of the record's page and in the table of the layer, as in its title."""
    (link,) = real_atlas.find(Query("links", ids=("part_of.H01.H00",))).records
    names = {"vi": "Chiến trường Điện Biên Phủ", "en": "Điện Biên Phủ battlefield"}
    for lang, name in names.items():
        facts = {one["name"]: one for one in view(real_atlas, "links", link.id, lang)["facts"]}
        assert facts["target_name"]["value"] == name
        assert facts["target_name"]["url"] == "/sites/H00"
        (row,) = layer_view(real_atlas, Query("links", ids=(link.id,)), lang, URLS)["rows"]
        assert row["title"].endswith(f"→ {name}") and not ({*names.values()} - {name}) & set(row["cells"])


MEASURES = {"distance_m", "uncertainty_m", "area_ha", "share"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_a_link_does_not_measure_is_left_out_and_never_called_unknown(atlas: Atlas, lang: str) -> None:
    for record in atlas.find(Query("links")).records:
        names = {fact["name"] for fact in view(atlas, "links", record.id, lang)["facts"]}
        assert names & MEASURES == {name for name in MEASURES if record.properties[name] is not None}
    table = layer_view(atlas, Query("links", limit=200), lang, URLS)
    at = [column["name"] for column in table["columns"]].index("distance_m")
    distances = {record.id: record.properties["distance_m"] for record in atlas.find(Query("links")).records}
    assert {row["cells"][at] == "–" for row in table["rows"]} == {True, False}
    for row in table["rows"]:
        assert (row["cells"][at] == "–") == (distances[row["id"]] is None)
        assert row["cells"][at] is not None
    assert all("km" in row["cells"][at] for row in table["rows"] if (distances[row["id"]] or 0) >= 1000)

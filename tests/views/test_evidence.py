"""What a reader must see of a record: doubts, units beside numbers, and certificates that were given up."""

import json

import pytest

from geo.atlas import Atlas, Query
from geo.crs import LngLatBbox
from geo.ocop.filters import FILTERS
from geo.ocop.layers import LAYERS
from geo.settings import Settings
from geo.views.evidence import caveat_of
from geo.views.map.map_page import in_view, map_view
from geo.views.pages import layer_view
from geo.views.record import record_view
from tests.views.test_pages import URLS

WORDS = {"vi": "Chỉ dựa vào bản dịch máy", "en": "Rests on a machine translation alone"}
PROVINCE = LngLatBbox(102.0, 20.8, 103.7, 22.6)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_record_of_machine_translations_alone_says_so_wherever_it_is_listed(real_atlas: Atlas, lang: str) -> None:
    kinds = {source.id: source.properties["kind"] for source in real_atlas.find(Query("sources")).records}
    for layer, spec in LAYERS.items():
        if not spec.has("source_ids"):
            continue
        marked = {row["id"]: row["caveat"] for row in layer_view(real_atlas, Query(layer), lang, URLS)["rows"]}
        for record in real_atlas.find(Query(layer)).records:
            facts = {kinds[key] for key in str(record.properties["source_ids"]).split(";")} - {"data_set"}
            expected = WORDS[lang] if facts == {"machine_translation"} else None
            assert caveat_of(real_atlas, record, lang) == marked[record.id] == expected, record.id
    assert record_view(real_atlas, "villages", "V15", lang, URLS)["caveat"] == WORDS[lang]
    features = json.loads(in_view(real_atlas, ["villages"], PROVINCE, (), "", lang))["layers"]["villages"]["features"]
    (detail,) = [one["properties"]["detail"] for one in features if one["properties"]["id"] == "V15"]
    assert detail.endswith(f" · {WORDS[lang]}")


def test_a_source_is_cited_with_what_it_is(real_atlas: Atlas) -> None:
    sources = {row["id"]: row["marks"] for row in record_view(real_atlas, "products", "R47", "en", URLS)["sources"]}
    assert sources == {"S42": ["machine translation"], "S40": []}
    (closed,) = [
        row["marks"] for row in record_view(real_atlas, "markets", "M06", "vi", URLS)["sources"] if row["id"] == "S236"
    ]
    assert closed == ["trang có thể đã đóng"]


@pytest.mark.parametrize(("lang", "people"), [("vi", "13.497\xa0người"), ("en", "13,497\xa0people")])
def test_a_unit_shows_its_figures_with_their_values(small: Atlas, lang: str, people: str) -> None:
    groups = {group["link"]: group["items"] for group in record_view(small, "communes", "00001", lang, URLS)["links"]}
    (figure,) = groups["figure_of_commune"]
    assert (figure["id"], figure["summary"], figure["caveat"]) == ("F1", people, None)
    assert all(item["summary"] is None for items in groups.values() for item in items if item["layer"] != "figures")
    (fact,) = [fact for fact in record_view(small, "figures", "F1", lang, URLS)["facts"] if fact["name"] == "value"]
    assert fact["value"] == people


def test_figures_that_disagree_stand_side_by_side(real_atlas: Atlas) -> None:
    rows = real_atlas.find(Query("figures", filters=(("figure", ("ocop_products",)),))).records
    of_2025 = {row.properties["value"] for row in rows if row.title == "Điện Biên: Số sản phẩm OCOP 2025"}
    assert of_2025 == {54, 138}


def test_figures_are_found_and_come_after_places_of_the_same_name(real_atlas: Atlas) -> None:
    hits = [(hit.layer, hit.title) for hit in real_atlas.search("Mường Ảng", limit=50)]
    layers = [layer for layer, title in hits if "Mường Ảng" in title]
    assert layers[0] == "communes" and {"zones", "figures"} < set(layers)
    assert set(layers[layers.index("figures") :]) == {"figures"}
    assert "sources" not in {layer for layer, _ in hits}
    assert real_atlas.search("dân số Mường Ảng")[0].title.startswith("Mường Ảng: Dân số")


@pytest.mark.parametrize(("lang", "words"), [("vi", "không làm hồ sơ công nhận lại"), ("en", "not certified again")])
def test_a_certificate_that_was_given_up_is_seen_beside_the_stars(real_atlas: Atlas, lang: str, words: str) -> None:
    view = record_view(real_atlas, "products", "R53", lang, URLS)
    assert "★" in view["subtitle"] and words in view["subtitle"]
    assert words not in record_view(real_atlas, "products", "R01", lang, URLS)["subtitle"]


def test_the_map_offers_only_filters_of_layers_that_it_draws(real_atlas: Atlas) -> None:
    offered = {row["param"] for row in map_view(real_atlas, Settings(), "vi", URLS)["filters"]}
    assert {"market_kind", "commune"} <= offered and "figure" not in offered
    assert "figure" in {row.param for row in FILTERS}
    figures = {row["param"]: row["options"] for row in layer_view(real_atlas, Query("figures"), "vi", URLS)["filters"]}
    assert set(figures) == {"figure", "commune", "district", "old_commune"} and all(figures.values())

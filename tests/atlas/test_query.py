"""What an atlas answers."""

import json
import random
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from geo.atlas import Atlas, Notes, Query, UrlAffixes
from geo.atlas.ties import tied
from geo.crs import LngLatBbox
from geo.errors import BadQuery, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.report import Change, Issue
from geo.schema import Label
from geo.text import sort_key
from tests.atlas.crowd import crowd
from tests.effort import Effort
from tests.engines import OpenAtlases
from tests.frames import frame, world
from tests.frozen import ISSUE, VERSION, frozen, publish_atlas


def ids(atlas: Atlas, query: Query) -> list[str]:
    return [record.id for record in atlas.find(query).records]


def test_an_atlas_knows_its_version_and_counts(atlas: Atlas) -> None:
    assert atlas.version == VERSION
    assert atlas.counts() == {**dict.fromkeys(COLLECTIONS, 0), "products": 3, "producers": 1, "zones": 1, "villages": 1,
                              "sites": 2, "markets": 1, "communes": 2, "districts": 1, "old_communes": 1, "province": 1, "figures": 1, "cohorts": 1,
                              "sources": 1, "links": 52}  # fmt: skip


def test_a_record_comes_back_with_everything_it_had(atlas: Atlas) -> None:
    product = atlas.get("products", "R1")
    assert (product.title, product.symbol, product.precision, product.commune, product.district) == (
        "Mật ong Hoa Ban", "food", "exact", "00001", "100")  # fmt: skip
    assert product.properties["stars"] == 4 and product.properties["decision"] is None
    assert product.properties["commune_name"] == "Thanh An"
    assert product.geometry == Point(103.1, 21.1)
    feature = json.loads(product.feature)
    assert feature["id"] == "R1" and feature["geometry"] == {"type": "Point", "coordinates": [103.1, 21.1]}


def test_a_record_without_a_place_has_a_null_geometry(atlas: Atlas) -> None:
    product = atlas.get("products", "R2")
    assert product.geometry is None and product.bbox is None and product.lng is None
    assert json.loads(product.feature)["geometry"] is None


@pytest.mark.parametrize(("placed", "order"), [(4, range(13)), (11, [11, *range(11), 12]), (None, range(13))])
def test_the_first_records_show_that_a_layer_is_a_map(
    atlases: OpenAtlases, tmp_path: Path, placed: int | None, order: Any
) -> None:
    """QGIS takes the kind of geometry of a collection from its first ten features."""
    products = frame(
        "products",
        *(
            {"product_id": f"R{n:02}", "name": f"Mật ong {n}", "at": Point(103.1, 21.1) if n == placed else None}
            for n in range(13)
        ),
    )
    with frozen({**world(), "products": products}, tmp_path, atlases=atlases) as atlas:
        assert ids(atlas, Query("products")) == [f"R{n:02}" for n in order]


def test_an_english_title_is_used_where_there_is_one(atlas: Atlas) -> None:
    assert [atlas.get("sites", key).title_in("en") for key in ("H1", "H2")] == ["A1 Hill", "Động xa"]


def test_a_record_or_layer_that_does_not_exist_is_not_found(atlas: Atlas) -> None:
    with pytest.raises(NotFound, match="R9"):
        atlas.get("products", "R9")
    with pytest.raises(NotFound, match="Layers: products"):
        atlas.get("nothing", "R1")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((("group", ("beverage",)),), ["R2", "R3"]),
        ((("group", ("beverage", "food")), ("stars", ("4",))), ["R1"]),
        ((("commune", ("00002",)),), ["R3"]),
        ((("district", ("100",)),), ["R1"]),
        ((("site_kind", ("spring",)),), ["R1", "R2", "R3"]),
        ((("group", ()),), ["R1", "R2", "R3"]),
        ((("old_commune", ("00011",)),), ["R1"]),
        ((("zone", ("yes",)),), ["R1"]),
        ((("zone", ("no",)),), ["R2", "R3"]),
        ((("valid_until", ("2022",)), ("validity", ("year",))), ["R1"]),
        ((("validity", ("recorded",)),), []),
    ],
)
def test_filters_keep_what_they_say(
    atlas: Atlas, filters: tuple[tuple[str, tuple[str, ...]], ...], expected: list[str]
) -> None:
    assert ids(atlas, Query("products", filters=filters)) == expected


@pytest.mark.parametrize(
    "filters",
    [
        {"link": ("made_by",)}, {"certain": ("no",)}, {"distance": ("3",)}, {"end": ("zones",)}, {"end": ("sites", "zones")},
        {"record": ("products/R1",)}, {"record": ("sites/H1", "zones/Z1"), "end": ("products",), "certain": ("yes",)},
    ],
)  # fmt: skip
def test_links_are_filtered_as_by_brute_force(atlas: Atlas, filters: dict[str, tuple[str, ...]]) -> None:
    def matches(link: dict[str, Any]) -> bool:
        layers = {link["source_layer"], link["target_layer"]}
        ends = {f"{link[f'{end}_layer']}/{link[f'{end}_id']}" for end in ("source", "target")}
        tests = {
            "link": lambda values: link["link"] in values,
            "certain": lambda values: link["certain"] in values,
            "distance": lambda values: link["distance_m"] is not None and link["distance_m"] <= 1000 * float(values[0]),
            "end": lambda values: bool(layers & set(values)),
            "record": lambda values: bool(ends & set(values)),
        }
        return all(tests[param](values) for param, values in filters.items())

    links = atlas.find(Query("links")).records
    expected = [link.id for link in links if matches(link.properties)]
    query = Query("links", filters=tuple(filters.items()))
    assert ids(atlas, query) == expected and 0 < len(expected) < len(links)
    assert sum(atlas.facets(query)["certain"].values()) >= len(expected)


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("distance", "far"),
        ("distance", "-1"),
        ("record", "R1"),
        ("record", "houses/1"),
        ("valid_until", "soon"),
        ("year", "abcd"),
        ("year", "2022.5"),
        ("distance", "٣"),
    ],
)
def test_a_value_that_a_filter_cannot_compare_is_refused_with_an_example(atlas: Atlas, param: str, value: str) -> None:
    with pytest.raises(BadQuery, match=f"{param}='{value}': expected .* example"):
        atlas.count(Query("links", filters=((param, (value,)),)))


@pytest.mark.parametrize("layer", ["producers", "zones", "villages", "sites", "markets", "communes"])
def test_records_belong_to_what_a_filter_chooses_when_a_link_joins_them(atlas: Atlas, layer: str) -> None:
    query = Query(layer, filters=(("group", ("beverage",)),))
    chosen = {("products", key) for key in ids(atlas, Query("products", filters=query.filters))}
    visible = {row.name for row in LINKS if row.visible}
    expected = [
        key for key in ids(atlas, Query(layer))
        if any((row.layer, row.id) in chosen for row in atlas.links(layer, key) if row.link in visible)
    ]  # fmt: skip
    assert ids(atlas, tied(query)) == expected


def test_every_record_belongs_where_no_filter_chooses_in_another_layer(atlas: Atlas) -> None:
    by_unit, own = (
        Query("sites", filters=(("commune", ("00001",)),)),
        Query("sites", filters=(("site_kind", ("scenic",)),)),
    )
    assert tied(by_unit) is by_unit and tied(own) is own


def test_a_field_of_several_codes_is_found_by_each(atlas: Atlas) -> None:
    for craft in ("weaving", "embroidery"):
        assert ids(atlas, Query("villages", filters=(("craft", (craft,)),))) == ["V1"]


def test_an_unknown_filter_or_sort_field_is_refused_with_the_known_ones(atlas: Atlas) -> None:
    with pytest.raises(BadQuery, match="Filters: group"):
        atlas.find(Query("products", filters=(("colour", ("red",)),)))
    with pytest.raises(BadQuery, match="Fields: product_id"):
        atlas.find(Query("products", sort="colour"))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("id", ["R1", "R2", "R3"]),
        ("-id", ["R3", "R2", "R1"]),
        ("commune_code,-id", ["R1", "R3", "R2"]),
        ("-district_code", ["R1", "R2", "R3"]),
        ("stars", ["R2", "R3", "R1"]),
        ("-stars", ["R1", "R2", "R3"]),
        ("year", ["R1", "R2", "R3"]),
    ],
)
def test_sorting_puts_missing_values_last(atlas: Atlas, sort: str, expected: list[str]) -> None:
    assert ids(atlas, Query("products", sort=sort)) == expected
    assert ids(atlas, Query("products", sort=sort, limit=2)) == expected[:2]
    assert ids(atlas, Query("products", sort=sort, limit=2, offset=2)) == expected[2:]


def test_pages_of_any_size_tile_the_answer(atlas: Atlas) -> None:
    for size in (1, 2, 3, 5):
        pages = [atlas.find(Query("products", limit=size, offset=start)) for start in range(0, 3, size)]
        assert [record.id for page in pages for record in page.records] == ["R1", "R2", "R3"]
        assert {page.matched for page in pages} == {3}


def test_a_box_keeps_what_it_meets_and_unplaced_records_as_asked(atlas: Atlas) -> None:
    west = LngLatBbox(103.0, 21.0, 103.2, 21.2)
    assert ids(atlas, Query("products", bbox=west)) == ["R1", "R2"]
    assert ids(atlas, Query("products", bbox=west, place="placed")) == ["R1"]
    assert ids(atlas, Query("products", place="unplaced")) == ["R2"]
    assert ids(atlas, Query("communes", bbox=LngLatBbox(103.2, 21.1, 103.2, 21.1))) == ["00001", "00002"]


def test_a_box_across_the_antimeridian_is_two_boxes(atlas: Atlas) -> None:
    assert ids(atlas, Query("products", bbox=LngLatBbox(103.2, 21.0, -179.0, 22.0), place="placed")) == ["R3"]
    assert ids(atlas, Query("products", bbox=LngLatBbox(177.0, 21.0, -177.0, 22.0), place="placed")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("mat ong", ["R1"]), ("MẬT", ["R1"]), ("che shan", ["R2"]), ("zzz", []), ('" OR *', []), ("thanh an", ["R1"])],
)
def test_text_is_found_with_or_without_diacritics(atlas: Atlas, text: str, expected: list[str]) -> None:
    assert ids(atlas, Query("products", text=text)) == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("doi a1", "H1"),
        ("Đồi A1", "H1"),
        ("a1 hill", "H1"),
        ("na sang 2", "V1"),
        ("Na Sang II", "V1"),
        ("sam mun", "00002"),
    ],
)
def test_search_finds_names_best_first(atlas: Atlas, text: str, first: str) -> None:
    assert atlas.search(text)[0].id == first


def test_search_of_nothing_finds_nothing(atlas: Atlas) -> None:
    assert atlas.search("  ") == [] and atlas.search('"*') == []


def test_facets_count_over_the_other_filters(atlas: Atlas) -> None:
    facets = atlas.facets(Query("products", filters=(("group", ("food",)),)))
    assert facets["group"] == {"food": 1, "beverage": 2}
    assert facets["stars"] == {"4": 1}
    assert "site_kind" not in facets


def test_links_are_seen_from_both_ends(atlas: Atlas) -> None:
    assert ("made_by", True, "P1") in [(row.link, row.forward, row.id) for row in atlas.links("products", "R1")]
    assert ("made_by", False, "R1") in [(row.link, row.forward, row.id) for row in atlas.links("producers", "P1")]


def test_conflicts_and_issues_are_kept_with_their_record(atlas: Atlas) -> None:
    assert [row.rule for row in atlas.conflicts("sites", "H2")] == ["sites_commune"]
    assert atlas.conflicts("sites", "H1") == []
    assert atlas.issues("products") == atlas.issues("products", "R2") == [ISSUE]
    assert atlas.issues("products", "R1") == atlas.issues("sites") == []


def test_findings_and_repairs_of_rows_are_frozen_as_they_are(tmp_path: Path, atlases: OpenAtlases) -> None:
    ragged = Issue.of("sites", "ragged_row", "thừa ô", "too many cells", row=12, value="x")
    repair = Change("sites", None, 3, "name", " Đồi", "Đồi", Label("bỏ khoảng trắng", "spaces removed"))
    notes = Notes(issues=[ragged], changes=[repair])
    with publish_atlas(world(), tmp_path, notes=notes, atlases=atlases) as atlas:
        assert (atlas.issues(), atlas.changes()) == ([ragged], [repair])


def test_an_overview_has_labels_and_only_layers_of_polygons_have_one(atlas: Atlas) -> None:
    overview = json.loads(atlas.overview("communes"))
    assert [f["properties"]["title"] for f in overview["features"]] == ["Thanh An", "Sam Mứn"]
    assert overview["features"][0]["properties"]["lng"] == pytest.approx(103.1, abs=0.01)
    with pytest.raises(NotFound):
        atlas.overview("sites")


def test_ready_features_equal_the_records(atlas: Atlas) -> None:
    query = Query("products", filters=(("group", ("beverage",)),))
    assert list(atlas.features(query)) == [record.feature for record in atlas.find(query).records]


def test_neighbours_follow_the_keys(atlas: Atlas) -> None:
    assert atlas.neighbours("products", "R2") == ("R1", "R3")
    assert atlas.neighbours("products", "R1") == (None, "R2")


def test_many_threads_can_ask_at_once(atlas: Atlas) -> None:
    answers: list[list[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(ids(atlas, Query("products")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [["R1", "R2", "R3"]] * 8


@pytest.fixture(scope="module")
def crowded(atlases: OpenAtlases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    with frozen(crowd(), tmp_path_factory.mktemp("crowded"), atlases=atlases) as opened:
        yield opened


degrees = st.tuples(st.floats(102, 104), st.floats(20, 23))


@given(degrees, degrees)
@pytest.mark.parametrize("layer", ["sites", "zones"])
def test_a_box_answers_as_testing_every_geometry_does(
    crowded: Atlas, layer: str, a: tuple[float, float], b: tuple[float, float]
) -> None:
    bbox = LngLatBbox(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
    area = box(*bbox)
    everything = crowded.find(Query(layer)).records
    expected = [record.id for record in everything if record.geometry is not None and record.geometry.intersects(area)]
    assert ids(crowded, Query(layer, bbox=bbox)) == expected
    assert crowded.count(replace(Query(layer), bbox=bbox)) == len(expected)


@pytest.mark.parametrize("seed", range(20))
def test_boxes_at_the_sides_and_corners_of_envelopes_are_answered_exactly(crowded: Atlas, seed: int) -> None:
    """Each side of a box lies on or beside a side of an envelope: where comparing envelopes alone would be wrong."""
    chance, records = random.Random(seed), crowded.find(Query("zones")).records
    envelopes = [record.geometry.bounds for record in records if record.geometry is not None]
    for _ in range(20):
        lngs, lats = (
            sorted(chance.choice(envelopes)[chance.choice(sides)] + chance.choice((-1e-7, 0, 1e-7)) for _ in "12")
            for sides in ((0, 2), (1, 3))
        )
        area = box(lngs[0], lats[0], lngs[1], lats[1])
        expected = [record.id for record in records if record.geometry is not None and record.geometry.intersects(area)]
        assert ids(crowded, Query("zones", bbox=LngLatBbox(lngs[0], lats[0], lngs[1], lats[1]))) == expected


def test_parts_on_both_sides_of_a_box_do_not_meet_it(tmp_path: Path, atlases: OpenAtlases) -> None:
    """Only the envelopes overlap: the box lies between the parts, as wide as both of them."""
    parts = MultiPolygon([box(103.0, 21.0, 103.1, 21.1), box(103.0, 21.4, 103.1, 21.5)])
    zones = frame("zones", {"zone_id": "Z1", "name": "x", "at": parts})
    with frozen({"zones": zones}, tmp_path, atlases=atlases) as atlas:
        for south, north, meets in (
            (21.2, 21.3, []),
            (21.05, 21.3, ["Z1"]),
            (21.2, 21.4, ["Z1"]),
            (20.0, 22.0, ["Z1"]),
        ):
            assert ids(atlas, Query("zones", bbox=LngLatBbox(102.9, south, 103.2, north))) == meets


@pytest.mark.parametrize("layer", ["sites", "zones"])
def test_a_label_point_lies_on_its_geometry_but_for_rounding(crowded: Atlas, layer: str) -> None:
    """A box that holds the label point is answered without reading the geometry."""
    records = crowded.find(Query(layer)).records
    assert len(records) == 300
    for record in records:
        assert record.geometry is not None
        assert record.geometry.distance(Point(record.lng, record.lat)) <= 0.5e-7 * 2**0.5 + 1e-15


def test_a_box_beside_a_geometry_does_not_meet_it_where_the_rounded_label_point_does(
    tmp_path: Path, atlases: OpenAtlases
) -> None:
    """Of two slivers one digit high, at least one has its label rounded to a place that it does not cover."""
    south, north = 21.0, 21.0000001
    slivers = [
        Polygon([(103.0, base), (103.2, base), (103.01, apex)]) for base, apex in ((south, north), (north, south))
    ]
    rows = ({"zone_id": f"Z{n}", "name": "x", "at": MultiPolygon([one])} for n, one in enumerate(slivers))
    with frozen({"zones": frame("zones", *rows)}, tmp_path, atlases=atlases) as atlas:
        records = atlas.find(Query("zones")).records
        labels = [LngLatBbox(one.lng or 0, one.lat or 0, one.lng or 0, one.lat or 0) for one in records]
        matches = [
            [one.id for one in records if one.geometry and one.geometry.intersects(box(*label))] for label in labels
        ]
        assert [ids(atlas, Query("zones", bbox=label)) for label in labels] == matches
    assert any(one.id not in matches[n] for n, one in enumerate(records))


@pytest.mark.parametrize("layer", LAYERS)
def test_completeness_is_what_counting_record_by_record_gives(atlas: Atlas, layer: str) -> None:
    records = atlas.find(Query(layer)).records
    count, values, placed = atlas.completeness(layer)
    assert count == len(records)
    for field in LAYERS[layer].fields:
        assert values[field.name] == sum(record.properties[field.name] is not None for record in records), field.name
    assert placed == Counter(record.precision for record in records if record.lng is not None)


@pytest.mark.parametrize(("layer", "sort"), [("zones", ""), ("zones", "-zone_id"), ("sites", "name,-site_id")])
def test_a_page_in_one_piece_is_the_features_in_their_order(crowded: Atlas, layer: str, sort: str) -> None:
    query = Query(layer, sort=sort, limit=70, offset=30)
    returned, features = crowded.linked_features(query, UrlAffixes.of("", ""))
    assert returned == 70
    body = json.loads(b"[%b]" % features)
    assert [
        {**json.loads(one), "links": two["links"]} for one, two in zip(crowded.features(query), body, strict=True)
    ] == body
    assert crowded.linked_features(replace(query, ids=("none",)), UrlAffixes.of("", "")) == (0, b"")


def test_freezing_twice_gives_the_same_answers(atlases: OpenAtlases, tmp_path: Path, atlas: Atlas) -> None:
    with frozen(world(), tmp_path, atlases=atlases) as again:
        for layer in COLLECTIONS:
            assert list(again.features(Query(layer))) == list(atlas.features(Query(layer)))


NAMES = (
    "Ma", "Mà", "Mả", "Mã", "Má", "Mạ", "Man", "Mân", "Măn", "Chà Tở", "Chiềng Sinh", "Cơm", "Con", "Côn", "Dừa", "Đà", "Du",
    "Đu", "Zip", "Ẳng Nưa", "Ân", "An 2", "An 10", "an toàn", "ANH", "Ư", "U", "Ủ", "Ốc", "Ớt", "Óc", "Mường Ảng", "Mường Áng",
    "Điện Biên Đông", "Điện Biên", "Điện", "Ê-đê", "Ê đê", "Café", "Caf", "Quý", "Quỳ", "Quyên", "Y", "Ỷ", "Yên",
)  # fmt: skip


def in_order_of_others(names: Sequence[str]) -> list[str]:
    """The names as the collation of ICU orders them, which node holds."""
    script = (
        "const names = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify(names.sort(new Intl.Collator('vi').compare)))"
    )
    words = ["node", "-e", script]
    done = subprocess.run(words, input=json.dumps(names), capture_output=True, text=True, check=True, timeout=60)
    ordered: list[str] = json.loads(done.stdout)
    return ordered


def test_names_are_sorted_as_a_vietnamese_dictionary_does(tmp_path: Path, effort: Effort) -> None:
    chance = random.Random(21)
    names = [*NAMES, *(" ".join(chance.choices(NAMES, k=2)) for _ in range(effort.examples * 5))]
    products = [{"product_id": f"K{n:05}", "name": name, "group": "food"} for n, name in enumerate(names)]
    frames = {**world(), "products": frame("products", *products, {"product_id": "none", "group": "food"})}
    with frozen(frames, tmp_path) as opened:
        ordered = opened.find(Query("products", sort="name")).records
        reverse = opened.find(Query("products", sort="-name")).records
        paged = [
            one.id for at in range(0, len(ordered), 7)
            for one in opened.find(Query("products", sort="name", limit=7, offset=at)).records
        ]  # fmt: skip
    assert ordered[-1].id == reverse[-1].id == "none"
    assert list(map(sort_key, in_order_of_others(names))) == [sort_key(one.title) for one in ordered[:-1]]
    assert [one.title for one in reverse[:-1]] == sorted(names, key=sort_key, reverse=True)
    assert paged == [one.id for one in ordered]

"""The declaration of the layers is consistent, and one row in it adds a field everywhere."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from geo.atlas import Query
from geo.atlas.cql2.properties import queryables_of, sortables_of
from geo.atlas.sqlite import sql
from geo.atlas.sqlite.alphabet import alphabetical_fields
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.derived import derived_fields
from geo.ocop.filters import BY_PARAM, FILTERS
from geo.ocop.layers import LAYERS, POINT_LAYERS, THEMATIC
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.ocop.styles import STYLES
from geo.schema import Field, KeyLink, Label, LayerSpec, MatchLink, NearestOfKind, ThroughLink
from geo.search.record_texts import plan_of
from geo.views.ogc.queryables import in_address
from tests.frames import frame, world
from tests.frozen import frozen

FIELDS = [(layer, field) for layer in COLLECTIONS.values() for field in layer.fields]


@pytest.mark.parametrize(("layer", "field"), FIELDS, ids=lambda part: part.name)
def test_a_field_fits_a_shapefile_and_points_at_things_that_exist(layer: LayerSpec, field: Field) -> None:
    assert field.short.isascii() and 0 < len(field.short) <= 10
    assert sum(other.short == field.short for other in layer.fields) == 1
    assert (field.kind in {"code", "codes"}) <= (field.codes in CODE_LISTS)
    assert (field.kind in {"ref", "refs"}) == (field.target in LAYERS)
    assert all(field.label)


@pytest.mark.parametrize("layer", COLLECTIONS.values(), ids=lambda layer: layer.name)
def test_a_layer_has_its_key_its_title_and_a_style(layer: LayerSpec) -> None:
    assert layer.field(layer.key).required and layer.field(layer.title)
    assert layer.symbol is None or layer.has(layer.symbol)
    assert layer.name in STYLES and all(layer.label) and all(layer.article) and all(layer.about)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.name)
def test_recorded_lines_and_areas_may_have_several_parts(layer: LayerSpec) -> None:
    assert layer.geometry in {None, "Point", "MultiLineString", "MultiPolygon"}


@pytest.mark.parametrize("spec", LINKS, ids=lambda spec: spec.name)
def test_a_link_joins_layers_and_fields_that_exist(spec: object) -> None:
    assert spec.source in LAYERS and spec.target in LAYERS  # type: ignore[attr-defined]
    if isinstance(spec, KeyLink | ThroughLink):
        assert LAYERS[spec.source].field(spec.field).target in {spec.target, getattr(spec, "via", None)}
    if isinstance(spec, MatchLink):
        assert all(LAYERS[spec.source].has(a) and LAYERS[spec.target].has(b) for a, b in spec.on)
    if isinstance(spec, NearestOfKind):
        assert LAYERS[spec.target].has(spec.by)


def test_names_of_links_filters_and_rules_are_unique() -> None:
    for names in ([s.name for s in LINKS], [f.param for f in FILTERS], [d.name for d in DISAGREEMENTS]):
        assert len(names) == len(set(names))


def test_filters_and_rules_name_links_and_fields_that_exist() -> None:
    links = {spec.name for spec in LINKS}
    for row in FILTERS:
        assert set(row.links) <= links
        for layer in row.fields:
            spec = COLLECTIONS[layer]
            names = {field.name for field in (*spec.fields, *derived_fields(spec))}
            assert row.fields_of(layer) and set(row.fields_of(layer)) <= names
        assert row.derived is None or set(row.derived[1]) <= set(
            CODE_LISTS[BY_PARAM[row.derived[0]].codes or ""].keys()
        )
    for rule in DISAGREEMENTS:
        assert {rule.recorded, rule.derived} <= links


def test_every_code_has_words_in_both_languages() -> None:
    for codes in CODE_LISTS.values():
        assert len(set(codes.keys())) == len(codes.codes)
        assert all(all(code.label) for code in codes.codes)


def test_layers_of_places_say_how_well_they_are_known() -> None:
    for name in POINT_LAYERS:
        assert {"precision", "position_source", "source_ids", "address"} <= {
            field.name for field in LAYERS[name].fields
        }
    assert set(POINT_LAYERS) < set(THEMATIC)
    assert [p.key for p in PRECISIONS] == list(CODE_LISTS["precision"].keys())


@pytest.fixture
def changed_declaration(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """To change the declaration for one test: what is derived from it once a process is derived again."""
    derived = (queryables_of, sortables_of, alphabetical_fields, sql._alphabetical_names, in_address, plan_of)
    for function in derived:
        function.cache_clear()
    yield monkeypatch
    for function in derived:
        function.cache_clear()


def test_one_row_adds_a_field_everywhere(tmp_path: Path, changed_declaration: pytest.MonkeyPatch) -> None:
    """A field added to LAYERS is read, kept, searched, sorted, exported and shown with no other change."""
    new_field = Field("flavour", "flavour", Label("Hương vị", "Flavour"), search=True, table=True)
    products = LAYERS["products"]
    for table in (LAYERS, COLLECTIONS):
        changed_declaration.setitem(table, "products", replace(products, fields=(*products.fields, new_field)))
    frames = world()
    frames["products"] = frame(
        "products", {"product_id": "R1", "name": "Mật ong", "flavour": "Hoa nhãn", "source_ids": "S1"}
    )
    with frozen(frames, tmp_path / "a") as atlas:
        record = atlas.get("products", "R1")
        assert record.properties["flavour"] == "Hoa nhãn"
        assert b"Hoa nh\xc3\xa3n" in record.feature
        assert [hit.id for hit in atlas.search("hoa nhan")] == ["R1"]
        assert [r.id for r in atlas.find(Query("products", sort="flavour")).records] == ["R1"]

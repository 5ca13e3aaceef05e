"""CQL2 filters: the examples of the standard with our names, joined filters, and the queryables."""

import pytest

from geo.atlas import Atlas, Query
from geo.atlas.cql2.parse import parse
from geo.atlas.cql2.tree import join_filters
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS
from geo.views.ogc.queryables import queryables
from geo.vn2000.systems import HOME, Reading
from tests.atlas.plain_cql2 import find_ids
from tests.ogc.requirement import requirement

# --- the examples of the standard, with our names ------------------------------------------------------


@requirement("cql2/cql2-text", "cql2/basic-cql2", "cql2/basic-spatial-functions-plus")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stars = 4", ["R1"]),
        ("NAME = 'x'", None),
        ("name='Chè Shan tuyết'", ["R2"]),
        ("name = 'Che\u0300 Shan tuyê\u0301t'", ["R2"]),
        ('"name" = \'Chè Shan tuyết\'', ["R2"]),
        ("year IS NOT NULL", ["R1"]),
        ("geometry IS NOT NULL", ["R1", "R3"]),
        ("name LIKE 'Chè%'", ["R2"]),
        ("name NOT LIKE 'Chè%'", ["R1", "R3"]),
        ("name LIKE 'chè%'", []),
        ("casei(name) LIKE casei('CHÈ%')", ["R2"]),
        ("CASEI(ACCENTI(name)) LIKE CASEI(ACCENTI('%MẬT ONG%'))", ["R1"]),
        ("accenti(name) = accenti('Che Shan tuyet')", ["R2"]),
        ("group IN ('food','herbal')", ["R1"]),
        ("stars NOT IN (4, 5)", ["R2", "R3"]),
        ("stars BETWEEN 3.5 AND 4.5", ["R1"]),
        ("stars not between 3.5 and 4.5", ["R2", "R3"]),
        ("year = 2019 AND stars > 3 OR group = 'beverage'", ["R1", "R2", "R3"]),
        ("year = 2019 AND (stars > 4 OR group = 'beverage')", []),
        ("NOT (stars = 4 OR year = 2020)", []),
        ("NOT year = 2020", ["R1"]),
        ("stars > (year - 2016)", ["R1"]),
        ("2 < stars AND 4 = stars", ["R1"]),
        ("stars * 2 - 1 = 7 AND stars div 3 = 1 AND stars % 3 = 1 AND stars ^ 2 = 16 AND stars / 8 = 0.5", ["R1"]),
        ("2 ^ 3 ^ 2 = 512 AND -2 ^ 2 = 4 AND 8 - 4 - 2 = 2", ["R1", "R2", "R3"]),
        ("stars / 0 = 1 OR NOT stars / 0 = 1", []),
        ("(stars > 3) = TRUE", ["R1"]),
        ("id IN ('R1', 'R3')", ["R1", "R3"]),
        ("commune_code = '00002'", ["R3"]),
        ("district_code = '100'", ["R1"]),
        ("name = 'O''Hara' OR name = 'O\\'Hara'", []),
        ("S_INTERSECTS(geometry,POINT(103.1 21.1))", ["R1"]),
        ("s_within(geometry, Polygon((103 21, 103.2 21, 103.2 21.2, 103 21.2, 103 21)))", ["R1"]),
        ("S_INTERSECTS(geometry, MULTIPOINT(103.1 21.1, (103.3 21.1)))", ["R1", "R3"]),
        ("S_INTERSECTS(geometry, POINT Z (103.1 21.1 500))", ["R1"]),
        ("S_INTERSECTS(geometry, BBOX(103, 21, 0, 103.2, 21.2, 900))", ["R1"]),
        ("S_INTERSECTS(geometry, BBOX(103.2, 21, -170, 22))", ["R3"]),
        ("S_EQUALS(geometry, BBOX(103.1, 21.1, 103.1, 21.1))", ["R1"]),
        ("S_CROSSES(LINESTRING(0 0, 2 2), POLYGON((1 -1, 3 -1, 3 3, 1 3, 1 -1)))", ["R1", "R2", "R3"]),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(103.1 21.1), GEOMETRYCOLLECTION(POINT(0 0))))", ["R1"]),
        ("A_CONTAINS(source_ids, ('S1'))", ["R1", "R2", "R3"]),
        ("A_OVERLAPS(('R1', 'x'), (product_id, 'y'))", ["R1"]),
        ("source_ids = 'S1'", ["R1", "R2", "R3"]),
    ],
)  # fmt: skip
def test_examples_of_the_standard_with_our_names(atlas: Atlas, text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(BadQuery):
            parse(text, "cql2-text", "products")
    else:
        assert find_ids(atlas, "products", text) == expected


@requirement("cql2/temporal-functions", "cql2/array-functions")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recognised = '2022'", True),
        ("recognised = DATE('2022-01-01')", False),
        ("recognised >= DATE('2022-01-01') AND recognised <= DATE('2022-12-31')", True),
        ("recognised BETWEEN '2022' AND '2022-12'", True),
        ("recognised IN ('2021', '2022-01-01/2022-12-31')", True),
        ("recognised < TIMESTAMP('2023-01-01T00:00:00Z')", True),
        ("recognised < TIMESTAMP('2022-12-31T12:00:00.5Z')", False),
        ("T_DURING(recognised, INTERVAL('2021-12-31', '..'))", True),
        ("T_EQUALS(recognised, INTERVAL('2022-01-01', '2022-12-31'))", True),
        ("T_EQUALS(recognised, INTERVAL('2022-01-01T00:00:00Z', '2022-12-31T23:59:59.999999Z'))", True),
        ("T_INTERSECTS(INTERVAL(recognised, recognised), DATE('2022-06-01'))", True),
        ("T_INTERSECTS(INTERVAL('..', recognised), DATE('1999-06-01'))", True),
        ("T_AFTER(recognised, DATE('2021-12-31'))", True),
        ("T_MEETS(INTERVAL('2021-01-01', '2022-01-01'), recognised)", True),
        ("craft = 'weaving;embroidery'", True),
        ("A_EQUALS(craft, ('embroidery', 'weaving'))", True),
        ("A_CONTAINEDBY(craft, ('weaving'))", False),
    ],
)  # fmt: skip
def test_dates_are_spans_and_fields_of_keys_are_arrays(atlas: Atlas, text: str, expected: bool) -> None:
    assert find_ids(atlas, "villages", text) == (["V1"] if expected else [])


def test_coordinates_are_read_in_the_system_of_the_asker(atlas: Atlas) -> None:
    from geo.crs import METRIC_CRS, transformer

    east, north = transformer("OGC:CRS84", METRIC_CRS).transform(103.1, 21.1)
    box_text = f"BBOX({east - 200}, {north - 200}, {east + 200}, {north + 200})"
    assert find_ids(atlas, "products", f"S_INTERSECTS(geometry, {box_text})", crs=Reading(HOME)) == ["R1"]
    swapped = f"BBOX({north - 200}, {east - 200}, {north + 200}, {east + 200})"
    assert find_ids(atlas, "products", f"S_INTERSECTS(geometry, {swapped})", crs=Reading(HOME, swapped=True)) == ["R1"]


def test_a_filter_adds_to_the_other_filters_and_counts_facets(atlas: Atlas) -> None:
    where = parse("stars = 3", "cql2-text", "products")
    query = Query("products", filters=(("group", ("beverage",)),), text="ca phe", where=where)
    assert [record.id for record in atlas.find(query).records] == ["R3"]
    assert atlas.facets(Query("products", where=where))["group"] == {"beverage": 2}
    assert hash(query) == hash(Query("products", filters=(("group", ("beverage",)),), text="ca phe", where=where))
    with pytest.raises(BadQuery, match="for layer products"):
        atlas.find(Query("sites", where=where))


def test_filters_of_one_layer_are_joined_and_those_of_two_are_not(atlas: Atlas) -> None:
    """Each of the two is an OR, which binds less than the AND between them."""
    texts = ("stars = 3 OR year IS NULL", "name LIKE 'Chè%' OR \"group\" = 'food'")
    filters = [parse(text, "cql2-text", "products") for text in texts]
    both = join_filters(filters)
    headers = [{record.id for record in atlas.find(Query("products", where=one)).records} for one in filters]
    assert both is not None
    assert (
        {record.id for record in atlas.find(Query("products", where=both)).records}
        == headers[0] & headers[1]
        != headers[0]
    )
    assert both == parse(" AND ".join(f"({text})" for text in texts), "cql2-text", "products")
    assert join_filters([]) is None and join_filters(filters[:1]) == filters[0]
    with pytest.raises(ValueError, match="products, sites"):
        join_filters([filters[0], parse("TRUE", "cql2-text", "sites")])


# --- queryables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_queryables_are_what_filters_may_name(atlas: Atlas, layer: str, lang: str) -> None:
    schema = queryables(layer, lang)
    assert (
        schema["$schema"] == "https://json-schema.org/draft/2020-12/schema" and schema["additionalProperties"] is False
    )
    assert {field.name for field in LAYERS[layer].fields} < set(schema["properties"])
    for name, row in schema["properties"].items():
        assert row["title"] and ("type" in row) != row.get("format", "").startswith("geometry-")
        find_ids(atlas, layer, f'"{name}" IS NULL')
        if "enum" in row:
            assert len(row["enum"]) == len(row["x-enumNames"])
    assert schema["properties"].get("geometry", {}).get("format") == {
        "Point": "geometry-point", "MultiPolygon": "geometry-multipolygon", None: None,
    }[LAYERS[layer].geometry]  # fmt: skip

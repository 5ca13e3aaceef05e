"""OGC API - Features, Part 3: CQL2 filters over HTTP equal a filter made by hand; queryables say what may be asked."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from geo.ocop.collections import COLLECTIONS
from geo.text import fold
from geo.vn2000.systems import HOME, Reading
from tests.ogc.conftest import Service
from tests.ogc.requirement import requirement

AREA = shapely.box(102.93, 21.33, 103.07, 21.47)
FILTERS: tuple[tuple[str, str, Callable[[dict[str, Any], Any], bool | None]], ...] = (
    ("products", "stars = 4", lambda p, _: p["stars"] == 4),
    ("products", "stars >= 3 AND \"group\" = 'food'", lambda p, _: (p["stars"] or 0) >= 3 and p["group"] == "food"),
    ("products", "reassessed IS NULL", lambda p, _: p["reassessed"] is None),
    ("products", "NOT (reassessed IS NULL)", lambda p, _: p["reassessed"] is not None),
    ("products", "name LIKE 'Mật ong%'", lambda p, _: p["name"].startswith("Mật ong")),
    ("products", "CASEI(name) LIKE CASEI('MẬT%')", lambda p, _: p["name"].casefold().startswith("mật")),
    ("products", "ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('%che%'))", lambda p, _: "che" in fold(p["name"])),
    ("products", "\"group\" IN ('food', 'herbal')", lambda p, _: p["group"] in {"food", "herbal"}),
    ("products", "stars BETWEEN 4 AND 5", lambda p, _: p["stars"] in {4, 5}),
    ("villages", "A_CONTAINS(craft, ('weaving'))", lambda p, _: "weaving" in (p["craft"] or "").split(";")),
    ("sites", "S_INTERSECTS(geometry, BBOX(102.93, 21.33, 103.07, 21.47))", lambda _, g: g is not None and g.intersects(AREA)),
    ("communes", "S_WITHIN(geometry, BBOX(102.5, 21.0, 103.5, 22.0))",
     lambda _, g: g.within(shapely.box(102.5, 21.0, 103.5, 22.0))),
    ("communes", "area_km2 > 2 * 100", lambda p, _: p["area_km2"] > 200),
)  # fmt: skip


@requirement("filter/filter-param", "filter/response", "filter/features-filter", "filter/filter-lang-param",
             "filter/mixing-expressions")  # fmt: skip
@pytest.mark.parametrize(("layer", "text", "keeps"), FILTERS, ids=[text for _, text, _ in FILTERS])
def test_a_filter_keeps_what_a_filter_by_hand_keeps(
    service: Service, layer: str, text: str, keeps: Callable[[dict[str, Any], Any], bool | None]
) -> None:
    whole = service.get(f"/collections/{layer}/items", limit="1000")["features"]
    expected = [
        one["id"] for one in whole
        if keeps(one["properties"], None if one["geometry"] is None else shape(one["geometry"]))
    ]  # fmt: skip
    page = service.get(f"/collections/{layer}/items", limit="1000", filter=text)
    assert [one["id"] for one in page["features"]] == expected
    assert page["numberMatched"] == len(expected) and 0 < len(expected) < len(whole)
    boxed = service.get(f"/collections/{layer}/items", limit="1000", filter=text, bbox="102.93,21.33,103.07,21.47")
    assert {one["id"] for one in boxed["features"]} <= set(expected)


@requirement("cql2/cql2-json")
@requirement("filter/filter-lang-param")
def test_the_same_filter_as_json(service: Service) -> None:
    body = json.dumps({"op": "=", "args": [{"property": "stars"}, 4]})
    as_json = service.get("/collections/products/items", filter=body, **{"filter-lang": "cql2-json"})
    assert as_json["features"] == service.get("/collections/products/items", filter="stars = 4")["features"]


@requirement("filter/filter-crs-param", "filter/filter-crs-wgs84")
def test_geometries_of_a_filter_may_be_in_the_state_system(service: Service) -> None:
    ring = np.array(AREA.exterior.coords)
    east, north = Reading(HOME).from_lnglat(ring[:, 0], ring[:, 1])
    corners = ", ".join(f"{x:.4f} {y:.4f}" for x, y in zip(east, north, strict=True))
    uri = "http://www.opengis.net/def/crs/EPSG/0/9205"
    state = service.get(
        "/collections/sites/items",
        limit="1000",
        filter=f"S_INTERSECTS(geometry, POLYGON(({corners})))",
        **{"filter-crs": uri},
    )
    plain = service.get("/collections/sites/items", limit="1000", filter=f"S_INTERSECTS(geometry, {AREA.wkt})")
    assert state["numberMatched"] == plain["numberMatched"] > 0
    turned = ", ".join(f"{lat} {lng}" for lng, lat in ring)
    degrees = service.get(
        "/collections/sites/items", limit="1000", filter=f"S_INTERSECTS(geometry, POLYGON(({turned})))",
        **{"filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326"},
    )  # fmt: skip
    assert degrees["numberMatched"] == plain["numberMatched"]


@pytest.mark.parametrize(
    "query",
    [{"filter": "nothing = 1"}, {"filter": "stars = 'four'"}, {"filter": "stars ="}, {"filter": "x" * 7_000},
     {"filter": "stars = 4", "filter-lang": "cql-text"}, {"filter": "stars = 4", "filter-crs": "EPSG:0"},
     {"filter": "stars = 4; DROP TABLE f_products"}, {"filter": "(" * 2_000}],
    ids=lambda query: str(query)[:40],
)  # fmt: skip
def test_a_filter_that_cannot_be_asked_is_refused(service: Service, query: dict[str, str]) -> None:
    answer = service.client.get("/collections/products/items", query_string=query, headers=service.headers)
    assert answer.status_code == 400, answer.text[:200]
    assert json.loads(answer.data)["description"]


@requirement("filter/queryables-get-op", "filter/queryables-get-response", "filter/queryables-link")
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_queryables_are_a_schema_of_what_may_be_asked(service: Service, layer: str) -> None:
    link = next(one for one in service.get(f"/collections/{layer}")["links"] if one["rel"].endswith("/queryables"))
    answer = service.client.get(link["href"], headers={"Accept": link["type"]})
    assert answer.headers["Content-Type"] == "application/schema+json"
    schema = json.loads(answer.data)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == link["href"]
    values = service.get(f"/collections/{layer}/items", limit="1000")["features"]
    for field in COLLECTIONS[layer].fields:
        assert field.name in schema["properties"]
        if field.kind == "date":
            own = schema["properties"][field.name]
            assert "format" not in own  # which would say that all of them are days
            validator = jsonschema.Draft202012Validator(own)
            days = [one["properties"][field.name] for one in values if one["properties"].get(field.name)]
            assert [
                day for day in ("2019", "2019-02", "2019-02-14", "2014/2015", *days) if not validator.is_valid(day)
            ] == []
            assert not any(
                validator.is_valid(text) for text in ("19", "2019-2", "2019-02-14T00:00:00Z", "2014/", "x2019")
            )
        quoted = f'"{field.name}" IS NULL'
        service.get(f"/collections/{layer}/items", filter=quoted, limit="1")

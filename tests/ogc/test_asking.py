"""Ways of asking beside the standard's core: name=value, searches by POST, pages as files, links as a collection."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape

from geo.access.private_database import PrivateDatabase
from geo.access.sign_in_links import SignInLinks
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.links import LINKS
from geo.settings import Settings
from geo.text import sort_key
from geo.views.formats import FORMATS
from geo.views.ogc.queryables import in_address
from tests.ogc.conftest import Service
from tests.ogc.requirement import requirement
from tests.shipped import count_of
from tests.web.conftest import read


def whole(service: Service, layer: str, **asked: str) -> list[Any]:
    features: list[Any] = service.get(f"/collections/{layer}/items", limit="1000", **asked)["features"]
    return features


# --- name=value ----------------------------------------------------------------------------------------


@requirement("queryables-query-parameters/parameters")
@pytest.mark.parametrize("layer", [name for name in COLLECTIONS if name != "links"])
def test_every_queryable_of_one_value_selects_what_equals_it(service: Service, layer: str) -> None:
    features = whole(service, layer)
    for name, row in in_address(layer).items():
        values = {one["properties"].get(name) for one in features} - {None, ""}
        if row.several or row.kind == "time" or not values:
            continue
        value = max(values, key=str)
        result = whole(service, layer, **{name: str(value)})
        assert [one["id"] for one in result] == [one["id"] for one in features if one["properties"].get(name) == value]


@pytest.mark.parametrize(
    ("layer", "name", "value"),
    [
        ("links", "certain", "true"),
        ("links", "certain", "yes,1"),
        ("products", "precision", "Exact"),
        ("links", "reason", "none"),
    ],
)
def test_a_code_that_does_not_exist_is_refused_with_those_that_do(
    service: Service, layer: str, name: str, value: str
) -> None:
    detail = service.get(f"/collections/{layer}/items", 400, lang="en", **{name: value})["detail"]
    codes = CODE_LISTS[COLLECTIONS[layer].field(name).codes or ""].keys()
    assert f"{name}=" in detail and all(code in detail for code in codes)
    assert service.get(f"/collections/{layer}/items", **{name: ",".join(codes)})["numberMatched"] > 0


@pytest.mark.parametrize("layer", ["products", "communes", "sites"])
def test_everything_that_may_be_asked_for_is_an_order(service: Service, layer: str) -> None:
    schema = service.get(f"/collections/{layer}/queryables")["properties"]
    names = [name for name, row in schema.items() if row.get("x-ogc-role") != "primary-geometry"]
    assert "id" in names and (layer != "products" or "commune_code" in names)
    for name in names:
        ordered = [
            one["id"] for one in service.get(f"/collections/{layer}/items", limit="1000", sortby=name)["features"]
        ]
        reverse = [
            one["id"] for one in service.get(f"/collections/{layer}/items", limit="1000", sortby=f"-{name}")["features"]
        ]
        assert sorted(ordered) == sorted(reverse), name
    ids = [one["id"] for one in service.get(f"/collections/{layer}/items", limit="1000", sortby="-id")["features"]]
    assert ids == sorted(ids, reverse=True)
    detail = service.get(f"/collections/{layer}/items", 400, lang="en", sortby="geometry")["detail"]
    assert all(name in detail for name in names)


def test_names_come_in_the_order_of_the_vietnamese_alphabet(service: Service) -> None:
    query = {"sortby": "name", "limit": "1000", "properties": "name"}
    features = service.get("/collections/old_communes/items", **query)["features"]
    names = [one["properties"]["name"] for one in features]
    assert names.index("Chà Tở") < names.index("Chiềng Sinh") and names == sorted(names, key=sort_key)
    page = read(service.client.get("/old_communes?sort=name").text)
    assert [element.text for element in page.all("a", **{"class": "named"})][:10] == names[:10]


def test_several_codes_and_numbers_are_alternatives(service: Service) -> None:
    features = whole(service, "products")
    query = whole(service, "products", scheme="QD1048,QD148", raw_material="honey,rice")
    expected = [
        one["id"] for one in features
        if one["properties"]["scheme"] in {"QD1048", "QD148"}
        and {"honey", "rice"} & set((one["properties"]["raw_material"] or "").split(";"))
    ]  # fmt: skip
    assert [one["id"] for one in query] == expected
    households = {one["properties"]["area_km2"] for one in whole(service, "communes")}
    some = sorted(households)[:3]
    assert len(whole(service, "communes", area_km2=",".join(map(str, some)))) == 3


def test_a_name_with_a_comma_is_one_value(service: Service) -> None:
    named = [one for one in whole(service, "sources") if "," in one["properties"]["publisher"]]
    assert named
    features = whole(service, "sources", publisher=named[0]["properties"]["publisher"])
    assert named[0]["id"] in {one["id"] for one in features}


def test_values_add_up_with_filters_and_say_what_is_wrong(service: Service) -> None:
    both = whole(service, "products", filter="stars = 4", phase_status="supported")
    assert all(one["properties"]["stars"] == 4 for one in both)
    text = service.get("/collections/communes/items", 400, area_km2="large", lang="en")["description"]
    assert "area_km2='large': expected a number" in text
    answer = service.client.get("/collections/products/items?name=a&name=b&lang=en", headers=service.headers)
    assert answer.status_code == 400 and "IN" in answer.get_json()["description"]
    service.get("/collections/products/items", 400, households="9")


# --- POST ------------------------------------------------------------------------------------------------


def posted(service: Service, layer: str, status: int = 200, **how: Any) -> Any:
    answer = service.client.post(f"/collections/{layer}/search", headers=service.headers, **how)
    assert answer.status_code == status, answer.text
    return answer.get_json(force=True)


def test_a_search_by_post_is_the_same_question(service: Service) -> None:
    query = {"filter": "stars = 4", "bbox": "102,20,104,23", "sortby": "-name", "limit": "3"}
    as_address = service.get("/collections/products/items", **query)
    bodies: tuple[dict[str, Any], ...] = (
        {"json": query},
        {"json": {**query, "bbox": [102, 20, 104, 23], "sortby": ["-name"], "limit": 3,
                  "filter": {"op": "=", "args": [{"property": "stars"}, 4]}}},
        {"data": query},
    )  # fmt: skip
    for body in bodies:
        result = posted(service, "products", **body)
        assert result["features"] == as_address["features"]
        assert result["numberMatched"] == as_address["numberMatched"]


def test_a_filter_too_long_for_an_address_can_be_posted(service: Service) -> None:
    names = [one["properties"]["name"] for one in whole(service, "products")]
    columns = ", ".join(
        "'{}'".format(name.replace("'", "''")) for name in [*names, *(f"không có {n}" for n in range(500))]
    )
    features = posted(service, "products", json={"filter": f"name IN ({columns})", "limit": 1000})
    assert features["numberMatched"] == len(names)


def test_the_next_page_of_a_search_is_posted_too(service: Service) -> None:
    body: dict[str, Any] | None = {"filter": "stars >= 3", "limit": 7}
    ids: list[str] = []
    while body:
        page = posted(service, "products", json=body)
        ids += [one["id"] for one in page["features"]]
        following = [link for link in page["links"] if link["rel"] == "next"]
        assert all(link["method"] == "POST" for link in following)
        body = following[0]["body"] if following else None
    assert ids == [one["id"] for one in whole(service, "products", filter="stars >= 3")]


@pytest.mark.parametrize("body", [b"[]", b"{", b'"text"', b'{"filter": [[1]]}', b'{"nothing": 1}', b"\xff"])
def test_a_body_that_is_no_question_is_refused(service: Service, body: bytes) -> None:
    assert posted(service, "products", 400, data=body, content_type="application/json")["description"]


def test_a_search_says_in_its_own_language_what_it_does_not_take(service: Service) -> None:
    assert "not in the body" in posted(service, "sites", 400, json={"lang": "en", "f": "csv"})["description"]
    assert "Unknown parameter" in posted(service, "sites", 400, json={"x": 1, "lang": "en"})["description"]
    large = service.client.post("/collections/sites/search", data=b"[" * 1_100_000, content_type="application/json")
    assert large.status_code == 413


@pytest.mark.parametrize("media", ["text/csv", "application/xml", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_of_another_kind_is_refused_with_those_that_are_read(service: Service, media: str) -> None:
    body = posted(service, "sites", 415, data=b"{}", content_type=media)
    assert body["status"] == 415 and "application/json" in body["description"]
    assert posted(service, "sites", data=b"{}", content_type="application/json; charset=utf-8")[
        "numberMatched"
    ] == count_of("sites")
    assert posted(service, "sites", data=b"{}")["numberMatched"] == count_of("sites")  # it says nothing of itself


def test_a_search_of_nothing_asks_for_everything_and_get_is_refused(service: Service) -> None:
    assert posted(service, "sites", data=b"", content_type="application/json")["numberMatched"] == count_of("sites")
    answer = service.client.get("/collections/sites/search", headers=service.headers)
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]
    posted(service, "nothing", 404, json={})
    assert service.client.post("/collections/sites/items", json={}).status_code == 405


# --- pages as files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key in FORMATS if key != "geojson"])
def test_a_page_comes_in_every_format_by_f_and_by_accept(service: Service, key: str) -> None:
    path, media = "/collections/sites/items?limit=5&offset=10", FORMATS[key].media_type
    by_f = service.client.get(f"{path}&f={key}")
    by_accept = service.client.get(path, headers={"Accept": media.partition(";")[0]})
    for answer in (by_f, by_accept):
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == media
        assert (answer.headers["OGC-NumberReturned"], answer.headers["OGC-NumberMatched"]) == (
            "5",
            str(count_of("sites")),
        )
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Feature-Count"] == "5"
        assert answer.headers["X-File-SHA256"] == hashlib.sha256(answer.data).hexdigest()
    following = [line for line in by_f.headers.getlist("Link") if 'rel="next"' in line]
    assert len(following) == 1 and "offset=15" in following[0] and f"f={key}" in following[0]
    last = service.client.get(f"/collections/sites/items?limit=5&offset={count_of('sites') - 2}&f={key}")
    assert last.headers["OGC-NumberReturned"] == "2"
    assert not [line for line in last.headers.getlist("Link") if 'rel="next"' in line]


def test_a_page_as_a_table_holds_the_records_of_the_page(service: Service) -> None:
    page = service.get("/collections/sites/items", limit="5", offset="10", sortby="-name")
    answer = service.client.get("/collections/sites/items?limit=5&offset=10&sortby=-name&f=csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["site_id"] for row in rows] == [one["id"] for one in page["features"]]


def test_a_page_as_a_shapefile_is_in_the_system_asked_for(service: Service, tmp_path: Path) -> None:
    uri = "http://www.opengis.net/def/crs/EPSG/0/9205"
    answer = service.client.get("/collections/sites/items", query_string={"f": "shp", "crs": uri, "limit": "3"})
    assert answer.headers["Content-Crs"] == f"<{uri}>"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path)
    (path,) = tmp_path.glob("*.shp")
    output = subprocess.run(["ogrinfo", "-so", "-al", str(path)], check=True, capture_output=True, text=True).stdout
    assert "Feature Count: 3" in output and "Extent: (" in output
    east = float(output.split("Extent: (")[1].split(",")[0])
    assert 400_000 < east < 600_000


def test_what_a_file_cannot_hold_is_refused_with_a_reason(service: Service) -> None:
    refused: tuple[dict[str, str], ...] = (
        {"f": "csv", "properties": "name"},
        {"f": "gpkg", "crs": "http://www.opengis.net/def/crs/EPSG/0/3857"},
        {"f": "csv", "encoding": "tcvn3"},
        {"f": "dwg"},
    )
    for query in refused:
        assert service.get("/collections/sites/items", 400, **query)["description"]


# --- links -------------------------------------------------------------------------------------------------


def test_links_are_a_collection_with_both_ends_and_a_reason(service: Service) -> None:
    links = whole(service, "links", link="made_by")
    products = {one["id"]: one for one in whole(service, "products")}
    expected = {
        (key, one["properties"]["producer_id"]) for key, one in products.items() if one["properties"]["producer_id"]
    }
    assert {(one["properties"]["source_id"], one["properties"]["target_id"]) for one in links} == expected
    for one in links:
        assert one["properties"]["source_name"] == products[one["properties"]["source_id"]]["properties"]["name"]
        assert (one["properties"]["reason"], one["properties"]["certain"]) == ("recorded", "yes")


def test_every_shown_link_of_every_record_is_in_the_collection(service: Service) -> None:
    """The collection holds what single features link to, no more and no less."""
    visible = {spec.name for spec in LINKS if spec.visible}
    answer = {(p["link"], p["source_id"], p["target_id"]) for p in (one["properties"] for one in every(service))}
    for layer in ("products", "producers", "zones", "villages", "sites"):
        for one in whole(service, layer)[:12]:
            feature = service.get(f"/collections/{layer}/items/{one['id']}")
            for link in feature["links"]:
                if link["rel"] == "related" and link["link"] in visible:
                    other = link["href"].rpartition("/")[2]
                    assert {(link["link"], one["id"], other), (link["link"], other, one["id"])} & answer


def every(service: Service) -> list[Any]:
    page = service.get("/collections/links/items", limit="1000")
    results: list[Any] = page["features"]
    while len(results) < page["numberMatched"]:
        results += service.get("/collections/links/items", limit="1000", offset=str(len(results)))["features"]
    assert len(results) == page["numberMatched"]
    return results


def test_a_line_leads_from_one_end_to_the_other(service: Service) -> None:
    sites = {one["id"]: shape(one["geometry"]) for one in whole(service, "sites") if one["geometry"]}
    products = {one["id"]: shape(one["geometry"]) for one in whole(service, "products") if one["geometry"]}
    lines = whole(service, "links", link="product_near_site")
    assert lines
    for one in lines:
        values = one["properties"]
        begin, end = products[values["source_id"]], sites[values["target_id"]]
        if one["geometry"] is None:
            assert begin == end and values["distance_m"] == 0
        else:
            assert shape(one["geometry"]).coords[:] == [begin.coords[0], end.coords[0]]
        assert 0 <= values["distance_m"] <= 10_000 and values["precision"] in {"exact", "village", "commune"}


def test_a_link_leads_to_the_records_that_it_ties(service: Service) -> None:
    one = service.get("/collections/links/items", limit="1", link="made_by")["features"][0]
    feature = service.get(f"/collections/links/items/{one['id']}")
    ends = [link["href"] for link in feature["links"] if link["rel"] == "related"]
    assert [href.rpartition("/collections/")[2] for href in ends] == [
        f"products/items/{one['properties']['source_id']}", f"producers/items/{one['properties']['target_id']}",
    ]  # fmt: skip


def test_filters_know_links(service: Service) -> None:
    near = whole(service, "links", filter="link = 'village_near_site' AND distance_m < 5000 AND certain = 'no'")
    by_hand = [
        one["id"] for one in whole(service, "links", link="village_near_site")
        if one["properties"]["distance_m"] < 5000 and one["properties"]["certain"] == "no"
    ]  # fmt: skip
    assert [one["id"] for one in near] == by_hand


def test_a_link_has_a_page_that_leads_to_both_ends(service: Service, built: Settings) -> None:
    one = service.get("/collections/links/items", limit="1", link="made_by")["features"][0]
    for lang in ("vi", "en"):
        page = service.client.get(f"/links/{one['id']}?lang={lang}").text
        assert f"/products/{one['properties']['source_id']}" in page
        assert f"/producers/{one['properties']['target_id']}" in page
        # What is worked out is no place to travel to and has no history of its own.
        assert "geo:" not in page and "/manage/history/" not in page
        manager = service.client.application.test_client()
        manager.get("/manage/sign-in?code=" + SignInLinks(PrivateDatabase(built.access_path)).make_code())
        assert "/manage/history/" in manager.get(f"/products/{one['properties']['source_id']}").text
        assert service.client.get(f"/links?lang={lang}").status_code == 200


def test_the_api_description_names_every_parameter_of_its_own(service: Service) -> None:
    document = json.loads(service.client.get("/api?f=json").data)
    for layer in COLLECTIONS:
        described = document["paths"][f"/collections/{layer}/items"]["get"]["parameters"]
        assert {one["name"] for one in described if "name" in one} >= set(in_address(layer))

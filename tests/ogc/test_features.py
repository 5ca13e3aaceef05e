"""OGC API - Features, Part 1: requirement by requirement."""

import itertools
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import shapely
from shapely.geometry import shape

from geo.ocop.collections import COLLECTIONS
from geo.text import sort_key
from geo.views.formats import FORMATS
from tests.ogc.conftest import BROWSER, Service, links
from tests.ogc.requirement import requirement
from tests.shipped import count_of

SITES = count_of("sites")

OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0"
ENCODINGS = {"application/geo+json", "text/html", *(row.media_type for row in FORMATS.values())}
"""What a page of features comes in; the API document lists the same."""
PLACED = [name for name, spec in COLLECTIONS.items() if spec.geometry]


@requirement("core/root-op", "core/root-success", "core/http", "tiles/dataset-tilesets/landingpage")
def test_the_landing_page_leads_everywhere(service: Service) -> None:
    page = service.get("/")
    for rel in (
        "self",
        "alternate",
        "service-desc",
        "service-doc",
        "conformance",
        "data",
        f"{OGC_REL}/tilesets-vector",
    ):
        assert links(page, rel), rel
    assert service.get("/", f="json") == page | {"links": page["links"]}
    for accept in (BROWSER, "text/html", "application/xhtml+xml, text/html;q=0.9"):  # people get the map
        assert service.client.get("/", headers={"Accept": accept}).mimetype == "text/html"
    for query in ("map=9/21.6/103", "layers=products&group=food", "at=products/R01"):  # whoever follows a shared map
        assert service.client.get(f"/?{query}", headers={"Accept": "*/*"}).mimetype == "text/html"
    for accept in ("*/*", "", "application/*, */*;q=0.1", "text/html;q=0, */*"):  # as programs send it
        assert service.client.get("/", headers={"Accept": accept}).get_json() == page


@requirement("core/conformance-op", "core/conformance-success", "tiles/core/conformance-success",
             "tiles/tileset/conformance-success", "tiles/tilesets-list/conformance-success",
             "tiles/dataset-tilesets/conformance-success", "tiles/geodata-tilesets/conformance-success")  # fmt: skip
def test_conformance_names_what_holds(service: Service) -> None:
    body = service.get("/conformance")["conformsTo"]
    for name in ("core", "geojson", "html", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in body
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in body
    for name in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" in body
    assert len(body) == len(set(body))


@requirement("core/api-definition-op", "core/api-definition-success")
def test_the_description_is_where_the_landing_page_says(service: Service) -> None:
    link = links(service.get("/"), "service-desc")[0]
    answer = service.client.get(link["href"])
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == link["type"] == "application/vnd.oai.openapi+json;version=3.0"


@requirement("core/fc-md-op", "core/fc-md-success", "core/fc-md-links", "core/fc-md-items", "core/fc-md-items-links",
             "tiles/geodata-tilesets/desc-links")  # fmt: skip
def test_every_layer_is_a_collection_with_links_to_its_items(service: Service) -> None:
    page = service.get("/collections")
    assert links(page, "self") and links(page, "alternate")
    assert [one["id"] for one in page["collections"]] == list(COLLECTIONS)
    for one in page["collections"]:
        assert {link["type"] for link in links(one, "items")} == ENCODINGS
        for link in one["links"]:
            assert link["rel"] and link["type"]
        assert bool(links(one, f"{OGC_REL}/tilesets-vector")) == (one["id"] in PLACED)


def test_every_collection_says_its_licence_in_one_language_whom_to_name_and_of_when_it_is(service: Service) -> None:
    published = service.get("/catalogue/items/products")["properties"]["updated"]
    for one in service.get("/collections", lang="en")["collections"]:
        (licence,) = links(one, "license")
        assert licence["href"].startswith("https://") or licence["href"].endswith(f"/{one['id']}?lang=en#licence")
        assert one["license"] and one["attribution"] and one["updated"] == published
        assert "/ " not in one["license"], "both languages at once"
    (licence,) = links(service.get("/collections/products"), "license")
    assert licence["title"] == "CC-BY-4.0" and licence["href"] == "https://creativecommons.org/licenses/by/4.0/"


@requirement("core/fc-md-extent", "core/fc-md-extent-multi")
def test_extents_hold_every_feature(service: Service) -> None:
    for one in service.get("/collections")["collections"]:
        if one["id"] not in PLACED:
            assert "spatial" not in one.get("extent", {})
            continue
        (box,) = one["extent"]["spatial"]["bbox"]
        for feature in service.get(f"/collections/{one['id']}/items", limit="1000")["features"]:
            if feature["geometry"] is not None:
                west, south, east, north = shape(feature["geometry"]).bounds
                assert box[0] <= west and box[1] <= south and east <= box[2] and north <= box[3]


@requirement("core/sfc-md-op", "core/sfc-md-success")
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_one_collection_says_what_the_list_says(service: Service, layer: str) -> None:
    entry = next(one for one in service.get("/collections")["collections"] if one["id"] == layer)
    single = service.get(f"/collections/{layer}")
    assert {**single, "crs": None} == {**entry, "crs": None}
    assert service.get("/collections/none", 404)["code"] == "NotFound"


# --- items -------------------------------------------------------------------------------------------


@requirement("core/fc-op", "core/fc-response", "core/fc-timeStamp", "core/fc-numberMatched", "core/fc-numberReturned",
             "core/crs84", "geojson/definition", "geojson/content")  # fmt: skip
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_items_are_geojson(service: Service, layer: str) -> None:
    page = service.get(f"/collections/{layer}/items", limit="1000")
    assert page["type"] == "FeatureCollection"
    assert page["numberReturned"] == len(page["features"]) == min(page["numberMatched"], 1000)
    assert datetime.fromisoformat(page["timeStamp"].replace("Z", "+00:00"))
    head = service.head_of(f"/collections/{layer}/items")
    assert head["Content-Type"] == "application/geo+json"
    for feature in page["features"]:
        assert feature["type"] == "Feature" and isinstance(feature["id"], str) and "properties" in feature
        if feature["geometry"] is not None:
            geometry = shape(feature["geometry"])
            assert geometry.is_valid and 102 < geometry.bounds[0] < 104 and 20 < geometry.bounds[1] < 23


@requirement("core/fc-links", "core/fc-rel-type")
def test_pages_lead_to_one_another_and_to_their_twins(service: Service) -> None:
    page = service.get("/collections/sites/items", limit="10", offset="10")
    assert {link["rel"] for link in page["links"]} == {"self", "alternate", "next", "prev", "collection"}
    assert all(link["rel"] and link["type"] and link["href"].startswith("http") for link in page["links"])
    assert "offset=20" in links(page, "next")[0]["href"]
    last = service.get("/collections/sites/items", limit="10", offset=str(SITES - 2))
    assert not links(last, "next")


@requirement("core/fc-links", "core/fc-rel-type")
@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ({}, set()),
        ({"q": "f=html", "lang": "en", "sortby": "-name"}, set()),
        ({"crs": "http://www.opengis.net/def/crs/EPSG/0/9205"}, {"kml", "csv", "xlsx", "geojsonseq"}),
        ({"encoding": "tcvn3"}, {*FORMATS} - {"geojson", "shp"}),
        ({"properties": "name"}, {*FORMATS} - {"geojson"}),
    ],
)
def test_a_page_names_every_form_that_it_comes_in_and_comes_in_it(
    service: Service, query: dict[str, str], missing: set[str]
) -> None:
    page = service.get("/collections/sites/items", limit="3", offset="2", **query)
    twins = links(page, "alternate")
    assert {link["type"] for link in twins} | {"application/geo+json"} == ENCODINGS - {
        FORMATS[key].media_type for key in missing
    }
    for link in twins:
        answer = service.client.get(link["href"])
        if link["type"] == "text/html":
            assert answer.status_code == 303
            continue
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, link["type"]), link
        assert answer.headers["OGC-NumberMatched"] == str(page["numberMatched"]), link
        assert answer.headers["OGC-NumberReturned"] == str(page["numberReturned"]), link


@pytest.mark.parametrize(
    ("limit", "offset", "before"),
    [
        ("10", "1000000", (SITES - 1) // 10 * 10),
        ("10", str(SITES), SITES - 10),
        ("7", "9" * 30, (SITES - 1) // 7 * 7),
        (str(SITES), str(2 * SITES), 0),
        ("10", "5", 0),
    ],
)
@pytest.mark.parametrize("path", ["/collections/sites/items", "/catalogue/items"])
def test_behind_the_last_page_the_way_back_leads_to_records(
    service: Service, path: str, limit: str, offset: str, before: int
) -> None:
    page = service.get(path, limit=limit, offset=offset)
    matched = page["numberMatched"]
    (back,) = links(page, "prev")
    query = dict(parse_qsl(urlsplit(back["href"]).query))
    if path.startswith("/collections"):
        assert (matched, query["offset"]) == (SITES, str(before))
    previous = service.get(back["href"])
    assert previous["features"] and int(query["offset"]) + previous["numberReturned"] <= matched


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_the_link_to_the_search_says_its_method(service: Service, layer: str) -> None:
    (link,) = [one for one in service.get(f"/collections/{layer}")["links"] if one["rel"].endswith("/search")]
    assert link["method"] == "POST"
    assert service.client.open(link["href"], method=link["method"], json={"limit": 1}).status_code == 200
    for one in service.get(f"/collections/{layer}")["links"]:
        is_page = "method" not in one and one["rel"] != "license"
        if is_page and "/export/" not in one["href"] and "f=" not in one["href"]:
            assert service.client.get(one["href"]).status_code in {200, 303}, one["href"]


def test_an_empty_result_has_no_page_before(service: Service) -> None:
    assert not links(service.get("/collections/sites/items", offset="10", q="xyzzy"), "prev")


@requirement("core/fc-limit-response-1", "core/fc-limit-definition")
@pytest.mark.parametrize("limit", [1, 7, SITES - 1, SITES, 1000, 5_000_000])
def test_any_page_size_tiles_the_same_set(service: Service, limit: int) -> None:
    keys: list[str] = []
    address = f"/collections/sites/items?limit={limit}"
    while address:
        page = service.get(address)
        assert page["numberReturned"] <= min(limit, 1000)
        keys += [feature["id"] for feature in page["features"]]
        following = links(page, "next")
        address = following[0]["href"] if following else ""
    assert keys == sorted(set(keys)) and len(keys) == SITES


@requirement("core/query-param-unknown", "core/query-param-invalid", "common/core/query-param-name-unknown",
             "common/core/query-param-value-invalid")  # fmt: skip
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/collections/sites/items", {"unknownQueryParameter": "1"}), ("/collections", {"x": "1"}), ("/conformance", {"x": "1"}),
        ("/api", {"x": "1"}), ("/", {"f": "json", "x": "1"}), ("/collections/sites", {"x": "1"}),
        ("/collections/sites/items/H01", {"x": "1"}), ("/collections/sites/items", {"limit": "unlimited"}),
        ("/collections/sites/items", {"limit": "0"}), ("/collections/sites/items", {"limit": "-1"}),
        ("/collections/sites/items", {"bbox": "1,2,3"}), ("/collections/sites/items", {"bbox": "a,b,c,d"}),
        ("/collections/sites/items", {"bbox": "103,22,104,21"}), ("/collections/sites/items", {"bbox": "1,2,3,nan"}),
        ("/collections/sites/items", {"datetime": "bogus"}), ("/collections/sites/items", {"datetime": "2021-02-30"}),
        ("/collections/sites/items", {"datetime": "2022-01-01/2021-01-01"}),
        ("/collections/sites/items", {"datetime": "../.."}), ("/collections/sites/items", {"datetime": "2021-01-01/2022-01-01/2023-01-01"}),
        ("/collections/sites/items", {"datetime": "2021-01-01T05:00:00Z/2021-01-01T04:00:00Z"}),
        ("/collections/sites/items", {"datetime": "9999-12-31T23:59:59-12:00"}),
        ("/collections/sites/items", {"datetime": "0001-01-01T00:00:00+12:00"}),
        ("/catalogue/items", {"datetime": "9999-12-31T23:59:59-12:00"}),
        ("/changes", {"since": "9999-12-31T23:59:59-12:00"}), ("/changes", {"since": "0001-01-01T00:00:00+14:00"}),
        ("/collections/sites/items", {"f": "xml"}), ("/collections/sites/items", {"properties": "nothing"}),
        ("/collections/sites/items", {"sortby": "nothing"}),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_what_would_be_right(
    service: Service, path: str, query: dict[str, str]
) -> None:
    body = service.get(path, 400, **query, lang="en")
    assert body["code"] == "BadQuery" and len(body["description"]) > 20


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [("limit", "5", "6"), ("bbox", "102,21,104,23", "0,0,1,1"), ("datetime", "2018-01-01", "2019-01-01"), ("q", "a", "b"),
     ("filter", "name = 'a'", "name = 'b'"), ("offset", "0", "5"), ("f", "json", "html")],
)  # fmt: skip
def test_two_values_for_one_are_refused_and_the_same_twice_is_one(
    service: Service, name: str, one: str, two: str
) -> None:
    """Where only the first was heard, the links to other pages held both, joined."""
    path = "/collections/products/items"
    answer = service.client.get(path, query_string=[(name, one), (name, two), ("lang", "en")], headers=service.headers)
    assert answer.status_code == 400 and name in answer.get_json()["description"]
    once = service.get(path, **{"limit": "1", name: one})
    requests = [("limit", "1"), (name, one)] if name != "limit" else [(name, one)]
    twice = service.client.get(path, query_string=[*requests, (name, one)], headers=service.headers).get_json(
        force=True
    )
    assert twice["links"] == once["links"]


@requirement("common/core/query-param-list-delimiter", "common/core/query-param-list-escape")
def test_lists_may_be_given_in_parts(service: Service) -> None:
    path = (
        "/collections/products/items?ids=R01&ids=R02&properties=name&properties=stars&sortby=-stars&sortby=name&limit=1"
    )
    page = service.get(path)
    assert page["numberMatched"] == 2 and set(page["features"][0]["properties"]) == {"name", "stars"}
    assert service.get(links(page, "next")[0]["href"])["numberMatched"] == 2


@requirement("common/core/query-param-list-delimiter", "common/core/query-param-list-empty",
             "common/core/query-param-value-integer", "common/core/query-param-value-double")  # fmt: skip
@pytest.mark.parametrize(
    ("query", "matched"),
    [("ids=H01,H02", 2), ("ids=H01,,H02", 2), ("ids=H01%2CH02", 2), ("limit=007", SITES), ("limit=100000000000", SITES),
     ("limit=000000000000010", SITES), ("limit=" + "9" * 5_000, SITES), ("offset=000000000000010", SITES), ("bbox=1.02e2,+21,104.0,2.3E1", SITES),
     ("bbox=-1.8E%2B2,-9.0e1,180,90", SITES)],
)  # fmt: skip
def test_lists_and_numbers_are_read_as_they_are_written_everywhere(service: Service, query: str, matched: int) -> None:
    assert service.get(f"/collections/sites/items?{query}")["numberMatched"] == matched


def box_of(feature: dict[str, Any]) -> Any:
    return shape(feature["geometry"])


@requirement("core/fc-bbox-definition", "core/fc-bbox-response")
@pytest.mark.parametrize("layer", ["sites", "communes", "products"])
@pytest.mark.parametrize(
    "box",
    [(102.9, 21.3, 103.1, 21.5), (103.0, 21.0, 103.0, 23.0), (-180, -90, 180, 90), (0, 0, 1, 1), (103.5, 20.0, -170.0, 23.0),
     (102.9, 21.3, 0.0, 103.1, 21.5, 100.0)],
)  # fmt: skip
def test_a_box_keeps_what_meets_it_and_what_has_no_place(service: Service, layer: str, box: tuple[float, ...]) -> None:
    whole = service.get(f"/collections/{layer}/items", limit="1000")["features"]
    flat = box if len(box) == 4 else (*box[:2], *box[3:5])
    west, south, east, north = flat
    area = shapely.box(west, south, east, north) if west <= east else shapely.union_all(
        [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    )  # fmt: skip
    expected = [one["id"] for one in whole if one["geometry"] is None or box_of(one).intersects(area)]
    page = service.get(f"/collections/{layer}/items", bbox=",".join(map(str, box)), limit="1000")
    assert [one["id"] for one in page["features"]] == expected
    assert page["numberMatched"] == len(expected)


SPANS = {"D1": ("2019-03-01", "2022-02-28"), "D2": ("2019-01-01", "9999"), "D3": ("0000", "2020-06-30"),
         "D4": ("0000", "9999"), "D5": ("2021-05-31", "2021-05-31"), "D6": ("2024-01-01", "2027-01-01"),
         "D7": ("2027-01-01", "2027-12-31")}  # fmt: skip


@requirement("core/fc-time-definition", "core/fc-time-response")
@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("2021-05-31", "2021-05-31", "2021-05-31"), ("2021-05-31T00:00:00Z", "2021-05-31", "2021-05-31"),
        ("2018-01-01/2018-12-31", "2018-01-01", "2018-12-31"), ("../2019-02-28", "0000", "2019-02-28"),
        ("2022-03-01/..", "2022-03-01", "9999"), ("/2018-06-01", "0000", "2018-06-01"), ("2026-01-01/", "2026-01-01", "9999"),
        ("2020-06-30T23:00:00+07:00", "2020-06-30", "2020-06-30"), ("2020-07-01/2020-12-31", "2020-07-01", "2020-12-31"),
    ],
)  # fmt: skip
def test_a_time_keeps_what_it_meets_and_what_has_no_date(dated: Service, header: str, first: str, last: str) -> None:
    expected = {key for key, (begin, end) in SPANS.items() if begin <= last and end >= first}
    result: set[str] = set()
    address = "/collections/products/items"
    query = {"datetime": header}
    while address:
        page = dated.get(address, **query)
        result |= {feature["id"] for feature in page["features"]}
        following = links(page, "next")
        address, query = (following[0]["href"], {}) if following else ("", {})
    assert result == expected
    assert (
        dated.get("/collections/communes/items", datetime=header)["numberMatched"] == 2
    )  # records without dates match every datetime


def test_the_period_of_a_collection_is_that_of_its_records(dated: Service) -> None:
    (interval,) = dated.get("/collections/products")["extent"]["temporal"]["interval"]
    assert interval == ["2019-01-01T00:00:00Z", "2027-12-31T23:59:59Z"]  # 2027 is all of it


def test_records_are_ordered_and_cut_down_as_asked(service: Service) -> None:
    page = service.get("/collections/products/items", sortby="-stars,+name", properties="name,stars", limit="1000")
    assert all(set(one["properties"]) == {"name", "stars"} for one in page["features"])
    stars = [one["properties"]["stars"] for one in page["features"]]
    keys = [star for star in stars if star is not None]
    assert keys == sorted(keys, reverse=True) and None not in stars[: len(keys)]
    for _, group in itertools.groupby(page["features"], key=lambda one: one["properties"]["stars"]):
        names = [one["properties"]["name"] for one in group]
        assert names == sorted(names, key=sort_key)


# --- one item ----------------------------------------------------------------------------------------


@requirement("core/f-op", "core/f-success", "core/f-links")
def test_one_feature_has_links_to_itself_and_to_what_it_is_tied_to(service: Service) -> None:
    item = service.get("/collections/products/items/R01")
    entry = service.get("/collections/products/items", ids="R01")["features"][0]
    assert item | {"links": links(item, "related")} == entry
    assert links(item, "self") and links(item, "alternate") and links(item, "collection")
    related = links(item, "related")
    assert any("/collections/producers/items/" in link["href"] for link in related)
    for link in related[:20]:
        assert service.get(link["href"])["type"] == "Feature"
    assert service.get("/collections/products/items/none", 404)["code"] == "NotFound"

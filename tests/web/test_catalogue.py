"""The catalogue's addresses: answers, refusals, caching, and the data blocks of the pages."""

import json
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from tests.ogc.requirement import requirement
from tests.views.hostile import IMG, SCRIPT, TEMPLATE
from tests.web.conftest import application, read

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated.*:DeprecationWarning:rdflib")

DOCUMENTS = {
    "/catalog.jsonld": "application/ld+json",
    "/catalog.rdf": "application/rdf+xml",
    "/metadata/products.xml": "application/xml",
    "/metadata/products.xml?standard=19115-3": "application/xml",
    "/catalogue": "application/ogc-catalog+json",
    "/catalogue/items": "application/geo+json",
    "/catalogue/items/products": "application/geo+json",
}
DCAT = Namespace("http://www.w3.org/ns/dcat#")


def here(address: str) -> str:
    """The path and query of an address of the site."""
    parts = urlsplit(address)
    assert parts.netloc == "localhost", address
    return f"{parts.path}?{parts.query}"


def blocks(client: FlaskClient, path: str, lang: str = "vi") -> list[Any]:
    """The data blocks of a page, read as JSON."""
    page = read(client.get(path, query_string={"lang": lang}).text)
    return [json.loads("".join(e.parts)) for e in page.all("script", type="application/ld+json")]


# --- answers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "mimetype"), DOCUMENTS.items())
def test_a_document_is_cached_and_open_to_all(client: FlaskClient, path: str, mimetype: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in answer.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(path).status_code == 200


@pytest.mark.parametrize(
    ("contact", "words"),
    [("mailto:ocop@dienbien.example", "ocop@dienbien.example"), ("tel:+84-215-3825-111", "+84-215-3825-111"),
     ("https://dienbien.example/hoi-dap", "https://dienbien.example/hoi-dap")],
)  # fmt: skip
def test_the_configured_contact_is_in_every_document_and_on_the_page(
    small_atlas: Atlas, contact: str, words: str
) -> None:
    caller = application(small_atlas, contact=contact).test_client()
    paths = [path for path in DOCUMENTS if path not in {"/catalogue", "/catalogue/items"}]
    assert not [path for path in (*paths, "/about") if words not in caller.get(path).text]
    stated = caller.get("/api?f=json").get_json()["info"]["contact"]
    assert {"name", "url"} <= set(stated)
    assert (words in stated.values()) is not contact.startswith("tel:")
    ET.fromstring(caller.get("/metadata/products.xml").data)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_unknown_parameters_are_refused(client: FlaskClient, path: str) -> None:
    address = f"{path}{'&' if '?' in path else '?'}lang=en&nonsense=1"
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "nonsense" in answer.get_json()["description"]


@pytest.mark.parametrize("path", ["/metadata/nothing.xml", "/catalogue/items/nothing", "/metadata/products.json"])
def test_unknown_layers_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_both_writings_served_are_one_graph(client: FlaskClient) -> None:
    read_json = Graph().parse(data=client.get("/catalog.jsonld").text, format="json-ld")
    assert isomorphic(read_json, Graph().parse(data=client.get("/catalog.rdf").text, format="xml"))


def test_the_catalogue_says_the_same_in_every_language(client: FlaskClient) -> None:
    assert client.get("/catalog.jsonld").data == client.get("/catalog.jsonld?lang=en").data


def test_everything_that_the_catalogue_links_to_answers(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get("/catalog.rdf").text, format="xml")
    places = {
        place
        for kind in (DCAT.downloadURL, DCAT.accessURL, DCAT.landingPage, DCAT.endpointURL, DCAT.endpointDescription)
        for place in graph.objects(None, kind)
    }
    places |= set(graph.objects(None, URIRef("http://xmlns.com/foaf/0.1/page")))
    assert len(places) > 8 * (len(COLLECTIONS) - 1)
    for place in places:
        with client.get(here(str(place))) as answer:
            assert answer.status_code == 200, place


def test_addresses_are_those_that_people_use(small_atlas: Atlas) -> None:
    public = application(small_atlas, public_url="https://ban-do.example.vn/ocop").test_client()
    for path in DOCUMENTS:
        text = public.get(path).text
        assert "https://ban-do.example.vn/ocop/" in text, path
        assert "localhost" not in text, path


@pytest.mark.parametrize("layer", COLLECTIONS)
@pytest.mark.parametrize("which", ["client", "hostile"])
def test_metadata_is_well_formed(which: str, layer: str, request: pytest.FixtureRequest) -> None:
    caller: FlaskClient = request.getfixturevalue(which)
    root = ET.fromstring(caller.get(f"/metadata/{layer}.xml").data)
    assert root.tag == "{http://www.isotc211.org/2005/gmd}MD_Metadata"


# --- records -----------------------------------------------------------------------------------------


def items(client: FlaskClient, **query: str) -> Any:
    answer = client.get("/catalogue/items", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def test_a_catalogue_is_answered_in_the_type_that_the_caller_takes(client: FlaskClient) -> None:
    for accept, media_type in (("application/json", "application/json"), ("*/*", "application/ogc-catalog+json")):
        answer = client.get("/catalogue", headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        assert "Accept" in answer.headers["Vary"]
        assert answer.get_json(force=True)["type"] == "Collection"
    assert client.get("/catalogue?f=json").mimetype == "application/json"
    assert client.get("/catalogue?f=html").status_code == 303
    assert client.get("/catalogue/items?f=json").mimetype == "application/geo+json"
    assert client.get("/catalogue/items/zones?f=kml").status_code == 400


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_a_layer_page_words_the_licence_where_its_record_points_to(client: FlaskClient, layer: str) -> None:
    assert len(read(client.get(f"/{layer}").text).all("div", id="licence")) == 1


def test_a_standard_that_is_not_written_is_refused(client: FlaskClient) -> None:
    answer = client.get("/metadata/products.xml?standard=fgdc&lang=en", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "19139, 19115-3" in answer.get_json()["description"]


@requirement("records/record-collection", "records/json")
def test_every_layer_is_a_record(client: FlaskClient) -> None:
    body = items(client)
    assert [feature["id"] for feature in body["features"]] == list(COLLECTIONS)
    assert (body["numberMatched"], body["numberReturned"]) == (len(COLLECTIONS), len(COLLECTIONS))


def test_pages_of_records_follow_each_other(client: FlaskClient) -> None:
    ids, path = [], "/catalogue/items?limit=4&lang=en"
    while path:
        body = client.get(path).get_json(force=True)
        ids += [feature["id"] for feature in body["features"]]
        path = next((here(link["href"]) for link in body["links"] if link["rel"] == "next"), "")
    assert ids == list(COLLECTIONS)


@requirement("records/record-core-query-parameters")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "vung nguyen lieu"}, ["zones", "links"]),
        ({"q": "nothing,Raw-material zones"}, ["zones"]),
        ({"q": "nothing"}, []),
        ({"type": "service"}, []),
        ({"ids": "zones,sites"}, ["zones", "sites"]),
        ({"externalIds": "http://localhost/zones#dataset"}, ["zones"]),
        ({"bbox": "0,0,1,1"}, []),
        ({"bbox": "103.1,21.1,103.1,21.1", "ids": "products,sources"}, ["products"]),
        ({"datetime": "../1900-01-01", "ids": "villages,communes"}, ["communes"]),
        ({"offset": "100"}, []),
        ({"q": ","}, list(COLLECTIONS)),
    ],
)
def test_records_are_selected(client: FlaskClient, query: dict[str, str], expected: list[str]) -> None:
    assert [feature["id"] for feature in items(client, **query)["features"]] == expected


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "offset=-1", "bbox=1,2,3", "datetime=yesterday", "q=" + "x" * 201]
)
def test_values_that_mean_nothing_are_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/catalogue/items?{query}").status_code == 400


def test_every_link_of_a_record_leads_somewhere(client: FlaskClient) -> None:
    for lang in ("vi", "en"):
        body = client.get(f"/catalogue/items/products?lang={lang}").get_json(force=True)
        catalogue = client.get(f"/catalogue?lang={lang}").get_json()
        for link in (*body["links"], *catalogue["links"]):
            if link["href"].startswith("http://localhost/") and "#" not in link["href"]:
                with client.get(here(link["href"])) as answer:
                    assert (answer.status_code, answer.mimetype) == (200, link["type"]), link


# --- the pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_say_what_they_are_about(client: FlaskClient, lang: str) -> None:
    (catalogue,) = blocks(client, "/layers", lang)
    (dataset,) = blocks(client, "/products", lang)
    (page,) = blocks(client, "/products/R1", lang)
    assert (catalogue["@type"], dataset["@type"], page["@type"]) == ("DataCatalog", "Dataset", "WebPage")
    assert {row["@id"] for row in catalogue["dataset"]} >= {dataset["@id"], page["isPartOf"]["@id"]}
    assert page["mainEntity"]["award"] == {"vi": "OCOP 4 sao", "en": "OCOP 4 stars"}[lang]
    assert dataset["inLanguage"] == page["inLanguage"] == lang


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_every_record_of_every_layer_is_described(client: FlaskClient, small_atlas: Atlas, layer: str) -> None:
    from geo.atlas import Query

    for record in small_atlas.find(Query(layer)).records:
        (page,) = blocks(client, f"/{layer}/{record.id}")
        assert page["mainEntity"]["name"] == record.title


@pytest.mark.parametrize(("key", "name"), [("R01", IMG), ("R02", SCRIPT), ("R03", TEMPLATE)])
def test_no_name_ends_the_data_block(hostile: FlaskClient, key: str, name: str) -> None:
    text = hostile.get(f"/products/{key}").text
    page = read(text)
    (block,) = page.all("script", type="application/ld+json")
    inside = "".join(block.parts)
    assert json.loads(inside)["mainEntity"]["name"] == name
    assert not set("<>&'") & set(inside)
    assert not page.all("img")
    assert len(page.all("script")) == text.count("<script")


def test_a_layer_page_points_to_its_metadata(client: FlaskClient) -> None:
    for path in ("/products", "/layers"):
        described = read(client.get(path).text).all("link", rel="describedby")
        assert described
        for link in described:
            answer = client.get(link.attrs["href"] or "")
            assert (answer.status_code, answer.mimetype) == (200, link.attrs["type"])

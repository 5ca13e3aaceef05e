"""The description of the service: valid, complete, free of foreign references, and true of every answer."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from openapi_spec_validator import validate

from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS
from geo.views.openapi.download_paths import files
from tests.ogc.conftest import Service
from tests.ogc.requirement import requirement


@pytest.fixture(scope="module")
def document(service: Service) -> Any:
    return service.get("/api")


@requirement("oas30/oas-definition-1", "oas30/oas-definition-2")
def test_the_description_is_openapi_3_0(document: Any, service: Service) -> None:
    validate(document)
    assert document["openapi"].startswith("3.0")
    assert service.head_of("/api")["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    references = re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(document))
    assert references and all(one.startswith("#/") for one in references)


def test_every_operation_says_what_is_too_large_too_costly_and_when_the_server_is_busy(document: Any) -> None:
    operations = [(path, method, one) for path, item in document["paths"].items() for method, one in item.items()]
    assert len(operations) > 50
    missing = [(path, method) for path, method, one in operations if {"413", "422", "503"} - one["responses"].keys()]
    assert missing == []
    busy = [resolved(document, one["responses"]["503"]) for _, _, one in operations]
    assert [answer["description"] for answer in busy if "Retry-After" not in answer["headers"]] == []


def test_readiness_is_described_for_both_of_its_answers(document: Any, service: Service) -> None:
    answers = document["paths"]["/readyz"]["get"]["responses"]
    assert set(answers["200"]["content"]) == set(answers["503"]["content"]) == {"application/json"}
    assert service.get("/readyz")["status"] == "ready"


@requirement("oas30/security")
def test_nothing_asks_for_credentials(document: Any) -> None:
    assert "security" not in document and "securitySchemes" not in document["components"]


@requirement("core/fc-bbox-definition", "core/fc-limit-definition", "core/fc-time-definition", "crs/fc-crs-definition",
             "crs/fc-bbox-crs-definition")  # fmt: skip
def test_parameters_are_as_the_standard_wants_them(document: Any) -> None:
    names = document["components"]["parameters"]
    box = names["bbox"]
    assert (box["in"], box["required"], box["style"], box["explode"]) == ("query", False, "form", False)
    assert box["schema"] == {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    limit = names["limit"]["schema"]
    assert limit["type"] == "integer" and limit["minimum"] == 1 and limit["default"] <= limit["maximum"]
    assert names["datetime"]["schema"]["type"] == "string"
    for name in ("crs", "bbox-crs"):
        assert names[name]["schema"]["format"] == "uri" and names[name]["schema"]["default"].endswith("CRS84")


def resolved(document: Any, node: Any) -> Any:
    """A schema with its references filled in."""
    if isinstance(node, dict):
        if "$ref" in node:
            target = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            return resolved(document, target)
        result = {key: resolved(document, value) for key, value in node.items()}
        if result.pop("nullable", False) and "type" in result:
            result["type"] = [result["type"], "null"]
        return result
    return [resolved(document, one) for one in node] if isinstance(node, list) else node


@requirement("oas30/oas-impl", "oas30/completeness")
def test_every_path_answers_what_it_describes(document: Any, service: Service) -> None:
    for path, operations in document["paths"].items():
        if path in files("vi"):
            continue  # test_openapi_files.py
        (method,) = operations
        assert method == ("post" if path.endswith("/search") else "get")
        operation = operations[method]
        match = re.fullmatch(r"/collections/(\w+)/items/\{featureId\}", path)
        address = path
        if match:
            page = service.get(f"/collections/{match[1]}/items", limit="1")
            address = path.replace("{featureId}", page["features"][0]["id"])
        else:
            address = path.format(collectionId="communes", tileMatrixSetId="WebMercatorQuad", tileMatrix=8, tileRow=112,
                                  tileCol=201, recordId="sites", indicator="products_total")  # fmt: skip
        needed = {one["name"] for one in operation["parameters"] if one.get("in") == "query" and one["required"]}
        (media, *_) = operation["responses"]["200"]["content"]
        answer = service.client.open(
            address, method=method.upper(), query_string=dict.fromkeys(needed, "0"),
            headers={"Accept": media.split(";")[0]}, json={"limit": 1} if method == "post" else None,
            follow_redirects=True,
        )  # fmt: skip
        assert answer.status_code == 200, path
        assert answer.headers["Content-Type"] == media
        schema = resolved(document, operation["responses"]["200"]["content"][media]["schema"])
        if "json" not in media:
            continue
        jsonschema.validate(json.loads(answer.data), schema)


@requirement("oas30/completeness")
def test_every_parameter_that_is_accepted_is_described(document: Any) -> None:
    for layer in COLLECTIONS:
        operation = document["paths"][f"/collections/{layer}/items"]["get"]
        named = {resolved(document, one)["name"] for one in operation["parameters"]}
        assert named >= {"limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "properties", "sortby", "q", "ids", "f",
                         "lang", *(row.param for row in FILTERS)}  # fmt: skip


def test_every_parameter_that_is_described_is_accepted_and_an_empty_one_is_none(
    document: Any, service: Service
) -> None:
    names = {"layer": "sites", "featureId": "H1", "recordId": "sites", "tileMatrixSetId": "WebMercatorQuad"} | {
        "tileMatrix": "8", "tileRow": "112", "tileCol": "201", "indicator": "products_total",
    }  # fmt: skip
    for path, operations in document["paths"].items():
        takes = [resolved(document, one) for one in operations.get("get", {}).get("parameters", ())]
        queries = [one for one in takes if one["in"] == "query"]
        needed = {one["name"]: "0" for one in queries if one["required"]}
        address = path.format_map(names | {"collectionId": "sites"})
        with service.client.get(address, query_string=needed, headers=service.headers) as plain:
            status = plain.status_code
        for one in queries:
            if one["name"] not in needed:
                takes_none = needed | {one["name"]: ""}
                with service.client.get(address, query_string=takes_none, headers=service.headers) as empty:
                    assert empty.status_code == status, (path, one["name"])


def test_bounds_that_are_described_are_those_that_hold(document: Any, service: Service) -> None:
    names = {name: one["schema"] for name, one in document["components"]["parameters"].items()}
    path = "/collections/sites/items"
    within = {
        "q": "a" * names["q"]["maxLength"],
        "ids": ",".join(f"H{n}" for n in range(names["ids"]["maxItems"])),
        "filter": "name='x'".ljust(names["filter"]["maxLength"]),
        "offset": str(names["offset"]["maximum"]),
    }
    for name, value in within.items():
        posted = service.client.post("/collections/sites/search", json={name: value}, headers=service.headers)
        assert posted.status_code == 200, name
    beyond = {"q": within["q"] + "a", "ids": within["ids"] + ",more", "filter": within["filter"] + " "}
    for name, value in beyond.items():
        posted = service.client.post("/collections/sites/search", json={name: value}, headers=service.headers)
        assert posted.status_code == 400, name
    for name in ("lang", "filter-lang", "crs", "bbox-crs", "filter-crs"):
        for value in names[name]["enum"]:
            service.get(path, **{name: value, "limit": "1"})
        service.get(path, 400, **{name: "another"})


@pytest.mark.parametrize("path", ["/collections/communes/items", "/catalogue/items", "/search.json"])
def test_a_limit_over_the_described_one_is_reduced_to_it(document: Any, service: Service, path: str) -> None:
    rows = [resolved(document, one) for one in document["paths"][path]["get"]["parameters"]]
    (limit,) = [one["schema"] for one in rows if one["name"] == "limit"]
    service.get(path, 400, q="x", limit=str(limit["minimum"] - 1))
    pages = [
        service.get(path, q="xa", **values) for values in ({"limit": str(limit["maximum"])}, {"limit": "999999"}, {})
    ]
    if path == "/search.json":
        assert len(pages[0]["hits"]) == len(pages[1]["hits"]) == limit["maximum"]
        assert len(pages[2]["hits"]) == limit["default"]
    else:
        colours = [next(link["href"] for link in page["links"] if link["rel"] == "self") for page in pages]
        assert [re.search(r"limit=(\d+)", href)[1] for href in colours] == [  # type: ignore[index]
            str(limit["maximum"]), str(limit["maximum"]), str(limit["default"]),
        ]  # fmt: skip


TILE = "{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"


@requirement("tiles/oas30/completeness", "tiles/oas30/operation-id", "tiles/core/tc-tilematrix-definition",
             "tiles/core/tc-tilerow-definition", "tiles/core/tc-tilecol-definition")  # fmt: skip
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tileMatrixSets", "getTileMatrixSetsList"), ("/tileMatrixSets/{tileMatrixSetId}", "getTileMatrixSet"),
        ("/tiles", ".dataset.vector.getTileSetsList"), ("/tiles/{tileMatrixSetId}", ".dataset.vector.getTileSet"),
        (f"/tiles/{TILE}", ".dataset.vector.getTile"),
        ("/collections/{collectionId}/tiles", ".collection.vector.getTileSetsList"),
        ("/collections/{collectionId}/tiles/{tileMatrixSetId}", ".collection.vector.getTileSet"),
        (f"/collections/{{collectionId}}/tiles/{TILE}", ".collection.vector.getTile"),
    ],
)  # fmt: skip
def test_tiles_are_described_under_the_names_of_the_standard(document: Any, path: str, name: str) -> None:
    operation = document["paths"][path]["get"]
    assert operation["operationId"] == name
    described = {one["name"]: one for one in operation["parameters"] if one.get("in") == "path"}
    assert set(described) == set(re.findall(r"\{(\w+)\}", path))
    for key in {"tileMatrix", "tileRow", "tileCol"} & set(described):
        assert described[key]["required"] and described[key]["schema"] == {"type": "integer", "minimum": 0}


@requirement("oas30/exception-codes")
def test_failures_are_described_and_have_the_described_form(document: Any, service: Service) -> None:
    schema = resolved(document, document["components"]["schemas"]["exception"])
    for path, status in (("/collections/sites/items?x=1", 400), ("/collections/sites/items/none", 404)):
        body = service.get(path, status)
        jsonschema.validate(body, schema)
    one = document["paths"]["/collections/sites/items/{featureId}"]["get"]["responses"]
    assert {"400", "404", "406", "500"} <= set(one)


def test_the_description_is_in_the_language_that_is_asked_for(service: Service) -> None:
    answer = {lang: service.get("/api", lang=lang)["paths"] for lang in ("vi", "en")}
    for path, operations in answer["en"].items():
        for method, one in operations.items():
            assert answer["vi"][path][method]["summary"] != one["summary"], path
            assert answer["vi"][path][method]["operationId"] == one["operationId"]


def test_every_catalogue_is_described(document: Any, service: Service) -> None:
    assert {"/catalog.rdf", "/catalog.jsonld", "/catalogue", "/catalogue/items", "/catalogue/items/{recordId}",
            "/metadata/{recordId}.xml"} <= set(document["paths"])  # fmt: skip
    named = {resolved(document, one)["name"] for one in document["paths"]["/catalogue/items"]["get"]["parameters"]}
    assert named == {"q", "bbox", "datetime", "ids", "limit", "offset", "type", "externalIds", "f", "lang"}
    links = {
        (link["rel"].rpartition("/")[2], urlsplit(link["href"]).path) for link in service.get("/", f="json")["links"]
    }
    assert links >= {("ogc-catalog", "/catalogue/items"), ("describedby", "/catalog.rdf"), ("help", "/connect")}


def test_the_description_can_be_browsed_without_a_network(service: Service) -> None:
    page = service.client.get("/api?f=html&lang=en").text
    assert "/collections/sites/items" in page and "bbox" in page
    assert not re.findall(r'(?:src|href)="https?://(?!localhost)', page)

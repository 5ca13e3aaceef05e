"""Downloads, search and health are what the API document says of them."""

from typing import Any

import jsonschema
import pytest

from geo.ocop.parameters import SELECTION
from geo.plan.figures import PARAMETERS
from geo.plan.indicators import INDICATORS
from geo.views import whole_province
from geo.views.formats import FORMATS
from geo.views.openapi.download_paths import files
from tests.ogc.conftest import Service
from tests.ogc.test_openapi import resolved


@pytest.fixture(scope="module")
def document(service: Service) -> Any:
    return service.get("/api")


@pytest.mark.parametrize("path", files("vi"))
def test_a_path_answers_what_it_describes(document: Any, service: Service, path: str) -> None:
    operation = document["paths"][path]["get"]
    address = path.format(layer="sites", featureId="H01")
    ((media, content),) = operation["responses"]["200"]["content"].items()
    with service.client.get(address) as answer:
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, media)
        schema = resolved(document, content["schema"])
        if schema["type"] == "object":
            jsonschema.validate(answer.get_json(force=True), schema)
        else:
            assert {name for name in operation["responses"]["200"]["headers"] if name not in answer.headers} == set()
    if not path.startswith("/export/"):
        return
    with service.client.get(address, headers={"Range": "bytes=1-3"}) as part:
        assert part.status_code == 206 and "206" in operation["responses"]
    with service.client.get(address, headers={"Range": "bytes=99999999-"}) as beyond:
        assert beyond.status_code == 416 and "416" in operation["responses"]


def test_every_download_is_described_with_all_that_it_may_be_asked(document: Any) -> None:
    for row in FORMATS.values():
        operation = document["paths"][f"/export/{{layer}}.{row.extension}"]["get"]
        named = {one["name"] for one in resolved(document, operation["parameters"])}
        options = {*(["crs"] if len(row.crs) > 1 else []), *(["encoding", "letters"] if row.encodings else [])}
        assert named == {"layer", "lang", *SELECTION, *options}, row.key
    for kind in whole_province.KINDS.values():
        assert f"/export/all.{kind.extension}" in document["paths"]


def test_a_figure_answers_what_the_document_describes(document: Any, service: Service) -> None:
    operation = document["paths"]["/plan/figures/{indicator}.json"]["get"]
    named = {one["name"]: one for one in resolved(document, operation["parameters"])}
    assert set(named) == {"indicator", "lang", "rule", *PARAMETERS}
    assert named["indicator"]["schema"]["enum"] == [*INDICATORS]
    schema = resolved(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    with service.client.get("/plan/figures/villages_near_site.json?km=5") as moved:
        assert moved.status_code == 302 and "302" in operation["responses"]
        address = moved.headers["Location"]
    with service.client.get(address) as answer:
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
        jsonschema.validate(answer.get_json(), schema)
    for query, status in (("km=0", "400"), ("frame=none", "400")):
        assert service.client.get(f"/plan/figures/villages_near_site.json?{query}").status_code == int(status)
        assert status in operation["responses"]

"""The OpenAPI document and the service agree, as schemathesis finds out by asking what the document allows."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.effort import Effort
from tests.ogc.conftest import Service

# What a CQL2 filter or a time must look like no schema says, so that some of what it allows is refused, with 400.
REFUSED = positive_data_acceptance


def unlike(operation: APIOperation, requests: int) -> tuple[int, list[str]]:
    """How many requests of one operation were made, and what each answer was that is not as documented."""
    queries, failures = [], []

    files = operation.path.startswith("/export/")  # they take long to write

    @settings(
        max_examples=requests // 3 if files else requests, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        case.headers = {**(case.headers or {}), "Accept-Encoding": "identity"}
        queries.append(case)
        try:
            case.call_and_validate(excluded_checks=[REFUSED])
        except (AssertionError, BaseExceptionGroup) as error:
            failures.append(f"{operation.label}: {error} {getattr(error, 'exceptions', '')}")

    ask()
    return len(queries), failures


def test_everything_that_the_document_allows_is_answered_as_it_says(service: Service, effort: Effort) -> None:
    """No failure of the server, no status, media type or body that is not documented."""
    schema = schemathesis.openapi.from_wsgi("/api?f=json", service.client.application)
    results = [unlike(result.ok(), effort.requests) for result in schema.get_all_operations()]
    assert len(results) > 60 and sum(count for count, _ in results) > 35 * effort.requests
    failures = [failure for _, several in results for failure in several]
    assert not failures, "\n".join(failures[:5])


@pytest.mark.parametrize(
    "query",
    [
        "area_km2=9e300", "area_km2=123456789012345678901234567890",
        "bbox=0,0,0,0&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
        "bbox=1e300,0,1e301,1&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/9205",
        "bbox=0,0,1e-300,1e-300&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    ],
)  # fmt: skip
def test_numbers_beyond_all_measure_are_an_answer_and_no_failure(service: Service, query: str) -> None:
    answer = service.client.get(f"/collections/communes/items?{query}", headers=service.headers)
    assert answer.status_code in {200, 400}, answer.text


def test_a_box_of_one_point_in_metres_finds_what_lies_there(service: Service) -> None:
    uri = "http://www.opengis.net/def/crs/EPSG/0/3857"
    (site,) = service.get("/collections/sites/items", limit="1", crs=uri)["features"]
    east, north = site["geometry"]["coordinates"]
    body = service.get("/collections/sites/items", bbox=f"{east},{north},{east},{north}", **{"bbox-crs": uri})
    assert site["id"] in {one["id"] for one in body["features"] if one["geometry"]}

"""The forms and headers of responses: pages, negotiation, caching, callers of other sites."""

import pytest

from tests.ogc.conftest import BROWSER, Service, links
from tests.ogc.requirement import requirement
from tests.web.conftest import read


@requirement("html/definition", "html/content")
@pytest.mark.parametrize(
    "path", ["/", "/conformance", "/api", "/collections", "/collections/sites", "/collections/sites/items",
             "/collections/sites/items/H01"],
)  # fmt: skip
def test_every_resource_has_a_page(service: Service, path: str) -> None:
    for query, headers in (({"f": "html"}, {}), ({}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})):
        answer = service.client.get(path, query_string=query, headers=headers, follow_redirects=True)
        assert answer.status_code == 200 and answer.mimetype == "text/html", path
        assert read(answer.text).all("h1")
        assert read(answer.text).all("a")


def test_pages_of_items_keep_what_was_asked(service: Service) -> None:
    answer = service.client.get("/collections/products/items?f=html&group=food&q=mat&limit=5")
    assert answer.status_code == 303 and answer.location == "/products?q=mat&group=food"


@pytest.mark.parametrize(
    ("accept", "status"), [("image/png", 406), ("application/geo+json", 200), ("*/*", 200), ("", 200)]
)
@pytest.mark.parametrize("path", ["/collections/sites/items", "/catalogue/items", "/catalogue/items/sites"])
def test_what_cannot_be_given_is_said(service: Service, path: str, accept: str, status: int) -> None:
    answer = service.client.get(path, headers={"Accept": accept})
    assert answer.status_code == status
    assert "Accept" in answer.headers["Vary"]


GEOJSON, JSON, HTML = "application/geo+json", "application/json", "text/html"


@pytest.mark.parametrize(
    ("path", "accept", "media"),
    [
        ("/", BROWSER, HTML), ("/", "*/*", JSON), ("/", "text/*, */*;q=0.1", HTML), ("/", JSON, JSON), ("/", "text/html;q=0.1, application/json", JSON),
        ("/", "application/json;q=0.1, text/html", HTML), ("/", "application/json, text/plain, */*", JSON),
        ("/", "application/json;q=0, */*", HTML), ("/", "application/*", JSON),
        ("/conformance", "text/*;q=0.5, */*;q=0.1", HTML), ("/conformance", "application/json;q=0, */*", HTML),
        ("/conformance", "text/html, application/json", HTML), ("/conformance", "application/json, text/html", JSON),
        ("/collections/sites/items", "application/*", GEOJSON), ("/collections/sites/items", BROWSER, HTML),
        ("/collections/sites/items", "text/csv, application/json;q=0.9", "text/csv"),
        ("/collections/sites/items", "text/csv;q=0.2, application/json;q=0.9", GEOJSON),
        ("/collections/sites/items", "application/geo+json;q=0, text/csv;q=0.1", "text/csv"),
    ],
)  # fmt: skip
def test_the_form_is_the_one_that_the_caller_wants_most(service: Service, path: str, accept: str, media: str) -> None:
    answer = service.client.get(path, headers={"Accept": accept})
    assert answer.status_code in {200, 303} and answer.mimetype == media


def test_a_landing_page_that_cannot_be_given_is_said(service: Service) -> None:
    for accept in ("image/png", "application/geo+json"):
        refused = service.client.get("/", headers={"Accept": accept})
        assert (refused.status_code, refused.mimetype) == (406, "application/problem+json")
    assert service.client.get("/?x=1", headers={"Accept": BROWSER}).mimetype == "text/html"
    wrong = service.client.get("/?f=json&x=1", headers={"Accept": "*/*"})
    assert (wrong.status_code, wrong.mimetype) == (400, "application/problem+json")


def test_who_asked_by_f_is_led_on_by_f(service: Service) -> None:
    """A browser accepts HTML first: the next page of the JSON that it was shown is JSON too."""
    page = service.client.get("/collections/sites/items?f=json&limit=10", headers={"Accept": BROWSER}).get_json(
        force=True
    )
    (following,) = links(page, "next")
    assert service.client.get(following["href"], headers={"Accept": BROWSER}).mimetype == GEOJSON
    assert "f=html" in links(page, "alternate")[0]["href"]


@requirement("core/http", "common/core/http")
def test_answers_can_be_kept_asked_again_and_shared(service: Service) -> None:
    first = service.client.get("/collections/sites/items?limit=2", headers={"Accept": "application/geo+json"})
    again = service.client.get(
        "/collections/sites/items?limit=2", headers={"If-None-Match": first.headers["ETag"], "Accept": "application/geo+json"}
    )  # fmt: skip
    assert again.status_code == 304 and not again.data
    head = service.client.head("/collections/sites/items?limit=2")
    assert head.status_code == 200 and not head.data
    options = service.client.options("/collections/sites/items")
    assert "GET" in options.headers["Allow"]
    for answer in (first, again, head, options):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert service.client.post("/collections/sites/items").status_code == 405

"""Names that are attacks stay text: in pages, in JSON blocks, in data and in downloads' names."""

import json

import orjson
import pytest
from flask.testing import FlaskClient

from tests.views.hostile import IMG, SCRIPT, TEMPLATE
from tests.web.conftest import BROWSER, read

PAGES = [
    "/products",
    "/products/R01",
    "/products/R02",
    "/products/R03",
    "/producers/P1",
    "/quality",
    "/worklist",
    "/sources",
    "/layers",
    "/about",
    "/connect",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_name_becomes_an_element(hostile: FlaskClient, path: str, lang: str) -> None:
    answer = hostile.get(path, query_string={"lang": lang})
    page = read(answer.text)
    assert answer.status_code == 200
    assert not page.all("img")
    assert not [e for e in page.all("script") if "alert" in e.text and e.attrs.get("type") != "application/ld+json"]
    assert not [e for e in page.elements if any(name.startswith("on") for name in e.attrs)]


def test_names_are_read_as_they_were_written(hostile: FlaskClient) -> None:
    page = read(hostile.get("/products").text)
    names = {e.text for e in page.all("a", **{"class": "named"})}
    assert {IMG, SCRIPT, TEMPLATE, 'Chè Shan tuyết Tủa Chùa, "loại 1"'} <= names


@pytest.mark.parametrize("path", ["/", "/embed"])
@pytest.mark.parametrize(
    "text", [SCRIPT, "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
)
def test_no_address_becomes_an_element(hostile: FlaskClient, path: str, text: str) -> None:
    page = read(hostile.get(path, query_string={"q": text, "at": text}, headers=BROWSER).text)
    assert not page.all("img")
    assert not [e for e in page.all("script") if "alert" in e.text and e.attrs.get("type") != "application/json"]
    view = next(e for e in page.all("script") if e.attrs.get("id") == "view")
    assert json.loads("".join(view.parts))["lang"] == "vi"


@pytest.mark.parametrize(
    "text", [SCRIPT, '"><img src=x onerror=alert(1)>', "' autofocus onfocus=alert(1) x='", "{{ 7*7 }}"]
)
@pytest.mark.parametrize("name", ["q", "ids", "year", "commune"])
def test_a_form_shows_what_was_typed_and_nothing_more(hostile: FlaskClient, name: str, text: str) -> None:
    page = read(hostile.get("/products", query_string={name: text}, headers=BROWSER).text)
    assert not page.all("img")
    assert not [e for e in page.elements if "onfocus" in e.attrs or "onerror" in e.attrs]
    if name == "q":
        assert page.all("input", type="search")[0].attrs["value"] == text


@pytest.mark.parametrize("path", [f"/?year={SCRIPT}", f"/embed?commune={SCRIPT}", f"/products?year={SCRIPT}"])
def test_a_refused_value_is_repeated_as_text(hostile: FlaskClient, path: str) -> None:
    answer = hostile.get(path, headers=BROWSER)
    assert answer.status_code == 400 and "text/html" in answer.content_type
    assert not [e for e in read(answer.text).all("script") if "alert" in e.text]


@pytest.mark.parametrize("path", [f"/{SCRIPT}", "/<img src=x onerror=alert(1)>", "/products/<script>alert(1)</script>"])
def test_an_error_page_repeats_an_attack_as_text(hostile: FlaskClient, path: str) -> None:
    answer = hostile.get(path, headers={"Accept": "text/html"})
    page = read(answer.text)
    assert answer.status_code == 404
    assert not page.all("img")
    (script,) = page.all("script")  # the page's own, which applies the theme
    assert f"'nonce-{script.attrs['nonce']}'" in answer.headers["Content-Security-Policy"]
    assert "alert" not in script.text


def test_data_carries_names_as_they_are_and_as_data(hostile: FlaskClient) -> None:
    answer = hostile.get("/map.json?layers=products")
    names = {row["properties"]["title"] for row in orjson.loads(answer.data)["layers"]["products"]["features"]}
    assert {IMG, TEMPLATE} <= names
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_only_addresses_of_the_web_are_followed(hostile: FlaskClient) -> None:
    for path in ("/products/R01", "/sources", "/sources/S2"):
        page = read(hostile.get(path).text)
        assert not [value for value in page.values("href", "src") if value.lower().startswith("javascript")], path
    sources = orjson.loads(hostile.get("/products/R01.json").data)["sources"]
    assert [source["address"] for source in sources] == ["https://example.org/a?b=1&c=2", None]


@pytest.mark.parametrize("header", ["a\r\nSet-Cookie: x=1", "<b>"])
def test_no_parameter_reaches_a_header(hostile: FlaskClient, header: str) -> None:
    with hostile.get("/export/products.csv", query_string={"q": header}) as answer:
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Content-Disposition"] == 'attachment; filename="products-v3.csv"'

"""What a page may load and run, and who may show it inside another."""

import re

import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.views.map.assets import static_dir
from tests.web.conftest import BROWSER, TILES, Document, application, read

PAGES = [
    "/",
    "/embed",
    "/layers",
    "/products",
    "/products/R1",
    "/zones/Z1",
    "/sources/S1",
    "/quality",
    "/worklist",
    "/plan",
    "/plan/certificates",
    "/plan/phase",
    "/plan/figures/products_total?version=7",
    "/about",
    "/connect",
    "/none",
]


def policy(text: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in text.split(";"))}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_runs_only_what_its_policy_allows(client: FlaskClient, path: str, lang: str) -> None:
    answer = client.get(path, query_string={"lang": lang}, headers=BROWSER)
    rules = policy(answer.headers["Content-Security-Policy"])
    rules.pop("frame-ancestors")
    nonce = next(word for word in rules["script-src"] if word.startswith("'nonce-"))[7:-1]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & {word for words in rules.values() for word in words}
    for script in read(answer.text).all("script"):
        runs = script.attrs.get("type") != "application/json"
        inline = "src" not in script.attrs
        assert not (runs and inline) or script.attrs.get("nonce") == nonce


def test_no_two_answers_share_a_nonce(client: FlaskClient) -> None:
    rules = {client.get("/", headers=BROWSER).headers["Content-Security-Policy"] for _ in range(5)}
    assert len(rules) == 5


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_style_or_handler(client: FlaskClient, path: str) -> None:
    page = read(client.get(path, headers=BROWSER).text)
    names = {name for element in page.elements for name in element.attrs}
    assert not page.all("style")
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]
    assert not [value for value in page.values("href", "src", "action") if value.startswith("javascript:")]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_loads_nothing_from_another_host(client: FlaskClient, path: str, lang: str) -> None:
    page = read(client.get(path, query_string={"lang": lang}, headers=BROWSER).text)
    assert [url for url in loaded(page) if not re.match(r"/(?!/)", url)] == []
    outside = [e for e in page.elements if (e.attrs.get("href") or "").startswith("http")]
    assert {e.tag for e in outside} <= {"a", "link"}
    assert {e.attrs["rel"] for e in outside if e.tag == "link"} <= {"canonical", "alternate"}
    assert all("noopener" in (e.attrs["rel"] or "") for e in outside if e.tag == "a")


def loaded(page: Document) -> list[str]:
    """Every address that a browser fetches by itself."""
    links = [e.attrs["href"] or "" for e in page.all("link") if e.attrs.get("rel") not in {"canonical", "alternate"}]
    uses = [e.attrs["href"] or "" for e in page.all("use")]
    return [*links, *uses, *page.values("src", "srcset", "data", "poster")]


@pytest.mark.parametrize("path", PAGES[:-1])
def test_everything_that_a_page_loads_is_there(client: FlaskClient, path: str) -> None:
    for url in loaded(read(client.get(path, headers=BROWSER).text)):
        with client.get(url.split("#")[0]) as answer:
            assert answer.status_code == 200, url


@pytest.mark.parametrize("path", PAGES[:-1])
def test_every_icon_that_a_page_shows_is_drawn(client: FlaskClient, path: str) -> None:
    drawings = {e.attrs["id"] for e in read((static_dir() / "img" / "icons.svg").read_text("utf-8")).all("symbol")}
    named = {(e.attrs["href"] or "").split("#")[1] for e in read(client.get(path, headers=BROWSER).text).all("use")}
    assert named <= drawings


def test_only_the_embedded_map_may_stand_in_pages_of_others(client: FlaskClient) -> None:
    assert policy(client.get("/embed").headers["Content-Security-Policy"])["frame-ancestors"] == ["*"]
    assert policy(client.get("/", headers=BROWSER).headers["Content-Security-Policy"])["frame-ancestors"] == ["'self'"]


def test_the_operators_tile_hosts_may_be_asked_for_images_and_nothing_else(small_atlas: Atlas) -> None:
    answer = application(small_atlas, tile_layers=(TILES,)).test_client().get("/", headers=BROWSER)
    rules = policy(answer.headers["Content-Security-Policy"])
    assert "https://*.tiles.example.vn" in rules.pop("img-src")
    assert not [name for name, words in rules.items() if any("example.vn" in word for word in words)]


@pytest.mark.parametrize("path", ["/", "/map.json", "/static/css/base.css", "/export/products.csv", "/none"])
def test_every_answer_carries_its_id_and_is_never_sniffed(client: FlaskClient, path: str) -> None:
    with client.get(path) as first, client.get(path) as second:
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        assert first.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/", "/none", "/robots.txt", "/static/css/base.css", "/export/products.csv"])
def test_text_says_its_encoding(client: FlaskClient, path: str) -> None:
    with client.get(path, headers={"Accept": "text/html, */*"}) as answer:
        kind = answer.headers["Content-Type"]
        assert kind.startswith("text/") and kind.endswith("; charset=utf-8")


@pytest.mark.parametrize("path", ["/export/products.kml", "/catalog.rdf", "/metadata/products.xml", "/sitemap.xml"])
def test_xml_says_its_encoding_in_its_first_line(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert "xml" in answer.headers["Content-Type"]
        first = answer.get_data().partition(b"?>")[0].lower()
        assert first.startswith(b"<?xml ") and re.search(rb"encoding=['\"]utf-8['\"]", first)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_no_plugin_and_moves_no_base(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    rules = policy(answer.headers["Content-Security-Policy"])
    assert (rules["object-src"], rules["base-uri"]) == (["'none'"], ["'none'"])
    assert not read(answer.text).all("base")

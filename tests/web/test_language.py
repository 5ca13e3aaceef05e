"""In which language a caller is answered: the address says it, or the browser does, and the response says which it is."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import BROWSER, read

HTML = BROWSER["Accept"]
PAGES = ("/", "/layers", "/products", "/products/R1", "/quality", "/worklist", "/about", "/connect")
ALSO = ("/api", "/conformance")


def page(client: FlaskClient, path: str, accept_language: str = "") -> tuple[str, str]:
    """The language of a page, and its markup."""
    headers = {"Accept": HTML} | ({"Accept-Language": accept_language} if accept_language else {})
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
    (root,) = read(answer.text).all("html")
    assert answer.headers["Content-Language"] == root.attrs["lang"]
    return str(root.attrs["lang"]), answer.text


@pytest.mark.parametrize("path", [*PAGES, *ALSO])
@pytest.mark.parametrize(
    ("accept_language", "lang"),
    [("", "vi"), ("en", "en"), ("en-GB,en;q=0.9,vi;q=0.8", "en"), ("vi-VN,vi;q=0.9,en;q=0.8", "vi"), ("fr", "vi"),
     ("fr-CH, fr;q=0.9, en;q=0.8", "en"), ("*", "vi"), ("en;q=0", "vi"), ("not a header;;", "vi")],
)  # fmt: skip
def test_a_first_visit_is_in_the_language_of_the_browser(
    client: FlaskClient, path: str, accept_language: str, lang: str
) -> None:
    assert page(client, path, accept_language)[0] == lang
    answer = client.get(path, headers={"Accept": HTML, "Accept-Language": accept_language})
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("path", [*PAGES, *ALSO])
def test_the_address_says_the_language_and_the_browser_does_not(client: FlaskClient, path: str) -> None:
    for lang, other in (("vi", "en"), ("en", "vi")):
        assert page(client, f"{path}?lang={lang}", other)[0] == lang
    answer = client.get(f"{path}?lang=en", headers={"Accept": HTML})
    assert "Accept-Language" not in answer.headers["Vary"]


@pytest.mark.parametrize("accept_language", ["en", "vi"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_link_of_a_page_stays_in_its_language(client: FlaskClient, lang: str, accept_language: str) -> None:
    """In each browser: a chosen language is not lost by the next click."""
    pages = {
        path: read(page(client, f"{path}?lang={lang}", accept_language)[1]) for path in ("/layers", "/products/R1")
    }
    for path, document in pages.items():
        links = [
            str(link.attrs["href"]) for link in document.all("a")
            if re.fullmatch(r"/(|layers|about|products|products/\w+|sites)(\?.*)?", str(link.attrs.get("href")))
            and "data-lang" not in link.attrs
        ]  # fmt: skip
        assert len(links) > 3, path
        for href in links:
            assert page(client, href, accept_language)[0] == lang, href


@pytest.mark.parametrize("path", [*PAGES, "/embed"])
@pytest.mark.parametrize(("accept_language", "shown"), [("", "vi"), ("en", "en"), ("vi", "vi")])
def test_an_unknown_language_of_a_page_is_said_and_another_shown(
    client: FlaskClient, path: str, accept_language: str, shown: str
) -> None:
    lang, markup = page(client, f"{path}?lang=fr", accept_language)
    assert lang == ("vi" if path == "/embed" else shown)
    (notice,) = read(markup).all("p", role="status", **{"class": "banner"})
    assert "fr" in notice.text
    assert page(client, f"{path}?lang=", accept_language)[0] == lang
    hostile = page(client, f"{path}?lang=<script>alert(1)</script>")[1]
    assert "<script>alert(1)" not in hostile


def test_an_embedded_map_keeps_the_language_of_its_address(client: FlaskClient) -> None:
    """It is a part of another page, whose author chose it."""
    assert page(client, "/embed", "en")[0] == "vi"
    assert page(client, "/embed?lang=en", "vi")[0] == "en"


@pytest.mark.parametrize(
    "path",
    ["/collections", "/collections/products", "/collections/products/items", "/collections/products/items/R1",
     "/collections/products/queryables", "/map.json?bbox=103,21,104,22", "/search.json?q=che", "/tiles", "/catalogue/items",
     "/products/R1.json", "/?f=json"],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["application/json, application/geo+json", "*/*"])
def test_documents_for_programs_do_not_depend_on_the_browser(client: FlaskClient, path: str, accept: str) -> None:
    """And none that was made for one browser is handed to another."""
    bodies = set()
    for accept_language in ("en", "", "vi"):
        headers = {"Accept": accept, "Accept-Language": accept_language}
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200 and answer.headers["Content-Language"] == "vi"
        assert "Accept-Language" not in answer.headers["Vary"]
        bodies.add(re.sub(rb'"timeStamp":"[^"]+"', b"", answer.data))
    assert len(bodies) == 1
    separator = "&" if "?" in path else "?"
    english = client.get(f"{path}{separator}lang=en", headers={"Accept": accept})
    assert english.headers["Content-Language"] == "en"
    assert client.get(f"{path}{separator}lang=fr", headers={"Accept": accept}).status_code == 400


@pytest.mark.parametrize("path", ["/collections/products/queryables", "/map.json?bbox=103,21,104,22", "/tiles", "/"])
def test_what_a_browser_was_answered_is_not_kept_for_the_next(client: FlaskClient, path: str) -> None:
    accept = f"{HTML}, application/json;q=0.9"
    texts = [
        client.get(path, headers={"Accept": accept, "Accept-Language": lang}).headers.get("Content-Language")
        for lang in ("en", "vi", "en")
    ]
    assert texts in ([["en", "vi", "en"]] if path == "/" else [["vi", "vi", "vi"]])


def test_documents_in_both_languages_say_so(client: FlaskClient) -> None:
    for path in ("/catalog.rdf", "/catalog.jsonld", "/metadata/products.xml"):
        assert client.get(path).headers["Content-Language"] == "vi, en"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", ["/?f=json", "/collections", "/collections/products"])
def test_links_say_their_language_and_lead_to_the_other(client: FlaskClient, path: str, lang: str) -> None:
    separator = "&" if "?" in path else "?"
    body = client.get(f"{path}{separator}lang={lang}").get_json()
    ours = [link for link in body["links"] if link["rel"] != "license"]  # the page of a licence is somebody else's
    assert {link["hreflang"] for link in ours} == {"vi", "en"}
    (other,) = [link for link in body["links"] if link["rel"] == "alternate" and link["hreflang"] != lang]
    followed = client.get(other["href"].removeprefix("http://localhost"))
    assert followed.headers["Content-Language"] == other["hreflang"] != lang
    assert followed.get_json()["title" if "title" in body else "links"] != body["title" if "title" in body else "links"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_name_their_other_languages(client: FlaskClient, path: str) -> None:
    links = {
        str(link.attrs["hreflang"]): str(link.attrs["href"])
        for link in read(client.get(path, headers={"Accept": HTML}).text).all("link", rel="alternate")
        if "hreflang" in link.attrs
    }
    assert links == {
        "vi": f"http://localhost{path}", "en": f"http://localhost{path}?lang=en", "x-default": f"http://localhost{path}",
    }  # fmt: skip

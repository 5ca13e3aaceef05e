"""Search over HTTP: the page without JavaScript, the answer with its reasons, the index file of the map."""

import json

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import BROWSER, Document, read


def opened(client: FlaskClient, path: str) -> Document:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, path
    return read(answer.text)


def test_an_answer_has_reasons_spellings_and_suggestions(client: FlaskClient) -> None:
    answer = client.get("/search.json?q=honey&lang=en").json
    assert answer["meant"] == [{"spelling": "honey", "word": "mật ong"}]
    assert [(hit["id"], hit["near"], hit["reason"]) for hit in answer["hits"][:1]] == [("R1", False, None)]
    near = client.get("/search.json?q=mat+onng").json
    assert [(hit["id"], hit["near"]) for hit in near["hits"]] == [("R1", True), ("P1", True), ("Z1", True)]
    part = client.get("/search.json?q=mat+ong+hoa+bia").json
    assert [(hit["id"], hit["partial"]) for hit in part["hits"]] == [("R1", True)]
    nothing = client.get("/search.json?q=matonghoabia").json
    assert nothing["hits"] == [] and [hit["title"] for hit in nothing["suggestions"]] == ["Mật ong Hoa Ban"]


def test_the_index_file_is_cached_for_a_year_at_its_versioned_address(client: FlaskClient) -> None:
    page = opened(client, "/")
    address = json.loads(page.all("script", id="view")[0].text)["urls"]["index"]
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "max-age=60" in client.get("/search-index.json?v=other").headers["Cache-Control"]
    assert {"products", "communes", "figures"} <= {row[0] for row in answer.json["layers"]}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_searches_all_layers_without_javascript(client: FlaskClient, lang: str) -> None:
    map_page = opened(client, f"/?lang={lang}")
    assert map_page.all("form", role="search")[0].attrs["action"] == "/search"
    hidden = {field.attrs["name"]: field.attrs["value"] for field in map_page.all("input", type="hidden")}
    assert hidden == ({} if lang == "vi" else {"lang": "en"})
    page = opened(client, f"/search?q=sam+mun&lang={lang}")
    tail = "" if lang == "vi" else "?lang=en"
    results = [link.attrs["href"] for link in page.all("a", **{"class": "results__row"})]
    assert results[:2] == [f"/communes/00002{tail}", f"/markets/M1{tail}"]
    page = opened(client, f"/search?q=ocop+4+sao&lang={lang}")
    assert ("Hạng sao: 4 sao" if lang == "vi" else "Stars: 4 stars") in page.text


@pytest.mark.parametrize(("lang", "words"), [("vi", "Có phải bạn tìm"), ("en", "Did you mean")])
def test_a_page_without_results_helps(client: FlaskClient, lang: str, words: str) -> None:
    page = opened(client, f"/search?q=matonghoabia&lang={lang}")
    assert words in page.text
    tail = "" if lang == "vi" else "?lang=en"
    assert f"/products/R1{tail}" in [link.attrs.get("href") for link in page.all("a")]


def test_a_list_that_nothing_matches_offers_what_to_leave_out(client: FlaskClient) -> None:
    page = opened(client, "/products?q=mat+onng&stars=4&group=beverage")
    links = {link.text.strip(): link.attrs.get("href") for link in page.all("a")}
    assert links["Mật ong Hoa Ban"] == "/products/R1"
    assert links["Tìm “mat onng” trong mọi lớp"] == "/search?q=mat+onng"
    page = opened(client, "/products?q=mat+ong&stars=4&group=beverage")
    links = {link.text.strip(): link.attrs.get("href") for link in page.all("a")}
    assert links["Bỏ Nhóm sản phẩm: Đồ uống (1)"] == "/products?q=mat+ong&stars=4"
    assert not any(text.startswith("Bỏ Hạng sao") for text in links)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "***", "\x00", "a" * 200, "=1= =2=", '" OR *'])
def test_a_page_of_anything_at_all_is_a_page(client: FlaskClient, text: str) -> None:
    answer = client.get("/search", query_string={"q": text}, headers=BROWSER)
    assert answer.status_code == 200 and "<script>alert" not in answer.text


def test_a_filter_by_text_knows_spellings(client: FlaskClient) -> None:
    items = client.get("/collections/producers/items?q=HTX").json["features"]
    assert [feature["id"] for feature in items] == ["P1"]

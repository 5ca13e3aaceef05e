"""Every failure is told in the caller's language and form, and nothing of its cause gets out."""

import logging
from pathlib import Path
from typing import NoReturn

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoSuchPath

from geo.atlas import Atlas, open_atlases
from geo.errors import Busy, GeoError
from geo.settings import Settings
from geo.web.application import create_app
from geo.web.http.errors import STATUS, failure_of
from tests.conftest import ROOT
from tests.frozen import FixedSource
from tests.web.conftest import read

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def kinds(kind: type[GeoError]) -> list[type[GeoError]]:
    return [kind, *(row for child in kind.__subclasses__() for row in kinds(child))]


def test_every_kind_of_failure_has_a_status_of_its_own() -> None:
    assert set(STATUS) == set(kinds(GeoError))


@pytest.mark.parametrize("kind", kinds(GeoError), ids=lambda kind: kind.__name__)
def test_a_failure_is_answered_with_its_status_code_and_words(kind: type[GeoError]) -> None:
    more = {"retry_s": 5} if kind is Busy else {}
    failure = failure_of(kind("said in English", "nói tiếng Việt", **more))
    assert failure == (STATUS[kind], kind.__name__, ("nói tiếng Việt", "said in English"))
    assert 400 <= failure.status < 600


@pytest.mark.parametrize("error", [NoSuchPath(), MethodNotAllowed(), RequestEntityTooLarge(), KeyError("secret")])
def test_every_other_failure_is_told_in_our_own_words(error: Exception) -> None:
    failure = failure_of(error)
    assert failure.text.vi
    assert failure.text.en != failure.text.vi
    assert "secret" not in failure.text.en


WRONG = [
    ("/nothing-here", 404),
    ("/no/such/path", 404),
    ("/products/none", 404),
    ("/products/none.json", 404),
    ("/collections/none", 404),
    ("/collections/products/items/none", 404),
    ("/export/products.exe", 404),
    ("/export/none.csv", 404),
    ("/base/products.json", 404),
    ("/static/none.css", 404),
    ("/static/bundles/none.js", 404),
    ("/none/R1.png", 404),
    ("/products/none.png", 404),
    ("/map.png?zoom=9", 400),
    ("/static/../words.py", 404),
    ("/products?page=99", 404),
    ("/products?colour=red", 400),
    ("/products?sort=colour", 400),
    ("/products?group=none", 400),
    ("/?bbox=1,2,3,4", 400),
    ("/?map=9", 400),
    ("/?layers=sources", 400),
    ("/embed?x=1", 400),
    ("/layers?x=1", 400),
    ("/about?x=1", 400),
    ("/quality?layer=none", 404),
    ("/map.json?bbox=1,2,3", 400),
    ("/search.json?limit=x", 400),
    ("/collections/products/items?limit=0", 400),
    ("/collections/products/items?offset=-1", 400),
    ("/export/products.csv?crs=EPSG:1", 400),
    ("/save-map?map=1", 400),
    ("/map.json?lang=fr", 400),
    (f"/products?q={'a' * 300}", 400),
    (f"/products?q={'a' * 9000}", 414),
]


@pytest.mark.parametrize(("path", "status"), WRONG, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_wrong_address_gets_a_page_or_json_in_its_language(
    client: FlaskClient, path: str, status: int, lang: str
) -> None:
    address = path if "lang=" in path else f"{path}{'&' if '?' in path else '?'}lang={lang}"
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    if path.startswith(("/export", "/collections", "/base")) or ".json" in path:
        body = answer.get_json()
        assert answer.content_type == "application/problem+json"
        assert set(body) == {"type", "title", "status", "detail", "code", "description", "request"}
        assert (body["status"], body["detail"]) == (status, body["description"])
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert body["request"] == answer.headers["X-Request-ID"]
    else:
        page = read(answer.text)
        assert page.all("html")[0].attrs["lang"] == (lang if "lang=" not in path else "vi")
        assert page.all("meta", name="robots", content="noindex")
        assert answer.headers["X-Request-ID"] in page.text


@pytest.mark.parametrize("accept", [{"Accept": "application/json"}, {"Accept": "*/*"}, {}])
def test_a_program_gets_its_errors_as_json_anywhere(client: FlaskClient, accept: dict[str, str]) -> None:
    answer = client.get("/nothing/at/all?lang=en", headers=accept)
    assert answer.get_json()["description"] == "This page does not exist."


def test_a_layer_that_is_nearly_right_is_suggested(client: FlaskClient) -> None:
    page = read(client.get("/product?lang=en", headers=BROWSER).text)
    assert "/products?lang=en" in page.values("href")


@pytest.mark.parametrize("path", ["/products", "/map.json", "/"])
def test_the_site_can_only_be_read(client: FlaskClient, path: str) -> None:
    answer = client.post(path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", ["/products", "/map.json"])
def test_an_unforeseen_failure_is_logged_and_says_nothing_of_itself(
    path: str, small_atlas: Atlas, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    class Broken(FixedSource):
        def __call__(self) -> NoReturn:
            raise RuntimeError(f"secret of {tmp_path}")

    client = create_app(Settings(), Broken(small_atlas), templates=ROOT / "templates").test_client()
    with caplog.at_level(logging.ERROR, logger="geo.web"):
        answer = client.get(f"{path}?lang=en", headers=BROWSER)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["X-Request-ID"] in caplog.text
    assert "secret" in caplog.text


def test_a_service_without_data_says_so_without_saying_where_it_looked(tmp_path: Path) -> None:
    source = open_atlases(Settings(data_dir=tmp_path / "none"))
    answer = create_app(Settings(), source, templates=ROOT / "templates").test_client().get("/about?lang=en")
    assert answer.status_code == 503
    assert "no data yet" in answer.text
    assert str(tmp_path) not in answer.text

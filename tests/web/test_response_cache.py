"""Responses from memory are those that the application gave to the same request for the same version."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo import spare_memory
from geo.atlas import Atlas
from geo.settings import Settings
from geo.web.application import create_app
from geo.web.http import response_cache
from tests.conftest import ROOT
from tests.frozen import FixedSource
from tests.web.conftest import RequestCounter
from tests.web.test_tiles import versioned

SAME = (
    "/?f=json", "/conformance", "/api?f=json", "/collections", "/collections/products",
    "/collections/products/items/R1", "/collections/products/queryables", "/collections/zones/items?f=csv",
    "/tiles/WebMercatorQuad/9/225/402", "/collections/products/tiles/WebMercatorQuad?f=tilejson", "/tileMatrixSets",
    "/catalogue", "/metadata/products.xml", "/map.json", "/search.json?q=mat",
)  # fmt: skip
TILE = "/tiles/WebMercatorQuad/9/225/402"


def comparable(client: FlaskClient, path: str, headers: dict[str, str]) -> tuple[object, ...]:
    answer = client.get(path, headers=headers)
    fields = {name: value for name, value in answer.headers if name != "X-Request-ID" and "nonce" not in value}
    return answer.status, fields, answer.data if "text/html" not in answer.content_type else None


@pytest.mark.parametrize("coding", ["", "gzip", "br", "gzip, deflate, br"])
@pytest.mark.parametrize("path", SAME)
def test_the_second_answer_is_the_first(counter: RequestCounter, path: str, coding: str) -> None:
    headers = {"Accept-Encoding": coding} if coding else {}
    assert comparable(counter.client, path, headers) == comparable(counter.client, path, headers)


def test_what_is_the_same_for_everybody_is_asked_once(counter: RequestCounter) -> None:
    paths = ["/collections", "/collections/products", TILE, "/conformance"]
    for path in paths:
        assert counter.client.get(path).status_code == 200
    assert counter.count == len(paths)
    for path in paths * 3:
        assert counter.client.get(path).status_code == 200
    assert counter.count == len(paths)


def test_an_answer_that_nobody_asks_for_again_in_time_is_dropped(counter: RequestCounter) -> None:
    for path in ("/conformance", "/collections", "/collections", "/catalogue"):
        counter.client.get(path)
    spare_memory.drop_unused(60)
    counter.client.get("/catalogue")
    assert counter.count == 3
    spare_memory.drop_unused(0)
    for path in ("/collections", "/catalogue"):
        counter.client.get(path)
    assert counter.count == 3
    counter.client.get("/conformance")
    assert counter.count == 4


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/geo+json"},
        {"Accept-Encoding": "gzip"},
        {"Host": "ocop.example.vn"},
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"Range": "bytes=0-9"},
    ],
)
def test_who_asks_otherwise_is_answered_by_the_application(counter: RequestCounter, headers: dict[str, str]) -> None:
    counter.client.get("/collections/products")
    counter.client.get("/collections/products", headers=headers)
    assert counter.count == 2


def test_addresses_in_an_answer_name_the_host_that_was_asked(counter: RequestCounter) -> None:
    hosts = ["one.example.vn", "two.example.vn", "one.example.vn"]
    answers = [counter.client.get("/collections", headers={"Host": host}).get_json() for host in hosts]
    assert [answer["links"][0]["href"].split("/")[2] for answer in answers] == hosts
    assert counter.count == 2


@pytest.mark.parametrize(
    "path",
    ["/products", "/collections/products/items?f=html", "/collections/products/items/none", "/collections?x=1",
     "/manage"],
)  # fmt: skip
def test_pages_pages_of_items_and_failures_are_made_each_time(counter: RequestCounter, path: str) -> None:
    for _ in range(3):
        counter.client.get(path)
    assert counter.count == 3


def test_a_page_of_items_is_made_each_time_as_it_says_when_it_was_made(counter: RequestCounter) -> None:
    for number in (1, 2, 3):
        counter.client.get("/collections/products/items", headers={"Accept-Encoding": "gzip"})
        assert counter.count == number


def test_other_methods_are_answered_by_the_application(counter: RequestCounter) -> None:
    counter.client.get("/collections")
    head, options = counter.client.head("/collections"), counter.client.options("/collections")
    assert (head.status_code, head.data, options.data) == (200, b"", b"")
    assert counter.count == 3


def test_every_answer_has_an_id_of_its_own_or_the_callers(counter: RequestCounter) -> None:
    ids = [counter.client.get("/collections").headers["X-Request-ID"] for _ in range(3)]
    assert len(set(ids)) == 3
    responses = [counter.client.get("/collections", headers={"X-Request-ID": one}) for one in ("mine-1", "no id\t<b>")]
    assert responses[0].headers["X-Request-ID"] == "mine-1"
    assert responses[1].headers["X-Request-ID"] != "no id\t<b>"
    assert counter.count == 1


def test_a_tag_from_memory_is_known_to_the_application(counter: RequestCounter) -> None:
    counter.client.get(TILE)
    tag = counter.client.get(TILE).headers["ETag"]
    assert counter.client.get(TILE, headers={"If-None-Match": tag}).status_code == 304


def test_a_new_version_is_answered_at_once(tmp_path: Path) -> None:
    path = "/collections/products/items/R1"
    with versioned(tmp_path, 1, "a") as old, versioned(tmp_path, 2, "b") as new:
        source = FixedSource(old)
        app = create_app(Settings(data_dir=tmp_path), source, templates=ROOT / "templates")
        client = app.test_client()
        before = [client.get(path) for _ in range(2)]
        source.current = new
        after = [client.get(path) for _ in range(2)]
    assert [one.get_json()["properties"]["name"] for one in (*before, *after)] == ["Mật ong 1"] * 2 + ["Mật ong 2"] * 2
    assert before[1].headers["ETag"] != after[1].headers["ETag"]


@pytest.fixture
def little(small_atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RequestCounter]:
    """An application with room for few answers."""
    monkeypatch.setattr(response_cache.ResponseCache.__init__, "__kwdefaults__", {"max_bytes": 12_000})
    yield RequestCounter(
        create_app(Settings(data_dir=tmp_path), FixedSource(small_atlas), templates=ROOT / "templates")
    )


def test_of_too_many_answers_the_oldest_go(little: RequestCounter) -> None:
    paths = [f"{TILE}?v={n}" for n in range(40)]
    for path in paths:
        little.client.get(path)
        little.client.get(paths[0])  # asked for again and again, so it stays
    assert little.count == 40
    little.client.get(paths[0])
    assert little.count == 40
    little.client.get(paths[1])
    assert little.count == 41


@pytest.mark.parametrize("name", ["Accept", "Host"])
def test_what_is_asked_at_great_length_is_not_kept(counter: RequestCounter, name: str) -> None:
    """Each asker could fill the memory with headers, which are no part of an answer's bytes."""
    for _ in range(2):
        answer = counter.client.get("/conformance?f=json", headers={name: f"x{'.x' * 2_000}"})
        assert answer.status_code == 200
    assert counter.count == 2


def test_all_ways_to_accept_the_same_codings_share_one_answer(counter: RequestCounter) -> None:
    headers = ("gzip, br", "br;q=1.0, gzip", "gzip, deflate, br, zstd", "*", f"br, gzip, {', '.join(['x' * 90] * 20)}")
    answers = [counter.client.get("/conformance?f=json", headers={"Accept-Encoding": header}) for header in headers]
    assert {(answer.headers["Content-Encoding"], answer.data) for answer in answers} == {("br", answers[0].data)}
    assert counter.count == 1


def test_what_depends_on_more_than_the_memory_knows_is_not_remembered(counter: RequestCounter) -> None:
    for path in SAME:
        answer = counter.client.get(path)
        count = counter.count
        counter.client.get(path)
        if counter.count == count:  # it came from memory
            assert {word.strip() for word in answer.headers.get("Vary", "").split(",")} <= {
                "",
                "Accept",
                "Accept-Encoding",
                "Host",
            }
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Cache-Control"].startswith("public") and answer.headers["ETag"].startswith('"')

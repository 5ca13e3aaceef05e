"""What is answered without the application is what the application answers, for every record, page and caller."""

import gzip
import itertools
import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.atlas import Atlas
from geo.settings import Settings
from geo.web.application import create_app
from geo.web.ogc import fast_items, items
from tests.conftest import ROOT
from tests.frozen import FixedSource
from tests.web.conftest import Asked
from tests.web.test_tiles import versioned

VN2000 = "http://www.opengis.net/def/crs/EPSG/0/9205"
PAGE = "/collections/products/items"
SAME = {
    "f": ("json", "geojson", "html", "csv", "png", ""),
    "lang": ("vi", "en", "fr"),
    "crs": (VN2000, "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://x", ""),
    "bbox": ("103,21,103.2,21.9", "103,21,0,104,22,9", "1,2", "170,-90,-170,90", "", "103,21,102.5,22"),
    "bbox-crs": (VN2000, "http://x"),
    "limit": ("1", "2", "10000000", "0", "-1", "x", ""),
    "offset": ("0", "1", "50", "x"),
    "filter": ("stars>3", "name LIKE 'M%'", "S_INTERSECTS(geometry,POINT(103.1 21.1))", "stars>>", "Đ", "%zz"),
    "filter-lang": ("cql2-text", "cql2-json"),
    "q": ("mat ong", "mật ong", "🍯", "x" * 300),
    "ids": ("R1", "R1,R2", "none"),
    "sortby": ("-stars,+name", "none"),
    "properties": ("name", "name,stars", "none"),
    "stars": ("4", "3,4", "x"),
    "district": ("100", "999"),
    "datetime": ("2019-01-01/..", "x"),
    "utm_source": ("zalo",),
    "nothing": ("1",),
    "version": ("7", "8", "x"),
}  # fmt: skip


@pytest.fixture
def plain(small_atlas: Atlas, tmp_path: Path) -> FlaskClient:
    """The application alone."""
    app = create_app(Settings(data_dir=tmp_path), FixedSource(small_atlas), templates=ROOT / "templates")
    for front in fronts(app):
        if isinstance(front, fast_items.Front):
            app.wsgi_app = front._inner  # type: ignore[method-assign]
    return app.test_client()


def fronts(app: Flask) -> Iterator[object]:
    """What stands before the application, the outermost first."""
    front: Any = app.wsgi_app
    while front is not None:
        yield front
        front = getattr(front, "_inner", None)


VARYING = re.compile(rb'"timeStamp":"[^"]+"|nonce="[^"]+"')


def seen(answer: TestResponse) -> tuple[object, ...]:
    """All that a caller sees but for the time, and the nonce of a page."""
    coding = answer.headers.get("Content-Encoding", "")
    body = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[coding](answer.data)
    passing = {"Content-Security-Policy"} | ({"Content-Length"} if coding else set())
    headers = sorted((name, value) for name, value in answer.headers if name not in passing)
    return answer.status, headers, VARYING.sub(b"", body)


def same(asked: Asked, plain: FlaskClient, path: str, **headers: str) -> None:
    headers = {"X-Request-ID": "one", **headers}
    assert seen(asked.client.get(path, headers=headers)) == seen(plain.get(path, headers=headers)), path


def test_records_and_pages_are_answered_without_the_application_after_the_first(asked: Asked) -> None:
    for number, path in enumerate(
        [f"{PAGE}/R1", f"{PAGE}/R1?lang=en", f"{PAGE}/R1?crs={VN2000}", PAGE, f"{PAGE}?lang=en", f"{PAGE}?crs={VN2000}"]
    ):
        assert asked.client.get(path).status_code == 200
        assert asked.count == number + 1
    for path in (f"{PAGE}/R2", f"{PAGE}/R3?lang=en", f"{PAGE}?limit=1", f"{PAGE}?bbox=103,21,103.2,21.9&stars=4"):
        assert asked.client.get(path).status_code == 200
    assert asked.count == 6


def test_they_are_what_the_application_answers(asked: Asked, plain: FlaskClient) -> None:
    """Each sort of caller first asks for something else, so that its own answer is a sibling's."""
    for layer, lang, crs in itertools.product(("products", "communes", "sources", "links"), ("", "en"), ("", VN2000)):
        kept = "&".join(f"{name}={value}" for name, value in (("lang", lang), ("crs", crs)) if value)
        records = [one["id"] for one in plain.get(f"/collections/{layer}/items").get_json()["features"]]
        for path in [
            f"/collections/{layer}/items?{kept}&limit=2",
            *(f"/collections/{layer}/items/{one}?{kept}" for one in records),
        ]:
            same(asked, plain, path)
        for query in ("limit=1", "limit=1&offset=1", "bbox=103,21,103.2,21.9", "q=a", "properties=title", "f=json"):
            same(asked, plain, f"/collections/{layer}/items?{kept}&{query}")


def test_whatever_is_asked_the_application_would_say_the_same(asked: Asked, plain: FlaskClient) -> None:
    chance = random.Random(4)
    asked.client.get(PAGE)
    reached, tried = asked.count, 600
    for _ in range(tried):
        names = chance.sample(sorted(SAME), chance.choice((1, 1, 2, 2, 3, 4)))
        parts = [f"{name}={quote(chance.choice(SAME[name]), safe=',/:')}" for name in names]
        same(asked, plain, f"{PAGE}?{'&'.join(parts * chance.choice((1, 1, 1, 2)))}")
    assert 0.1 < (asked.count - reached) / tried < 0.9, "nearly all were answered by one of the two"


BOXES = (
    "103,21,103.2,21.9", "103.0%2C21%2C103.2%2C21.9", "102.9,20.95,103.15,21.05", "170,-90,-170,90", "-180,-90,180,90",
    "0,0,1,1", "103,22,103.2,21", "181,0,182,1", "103,95,104,96", "103.00000,21.00000,104.00000,22.00000", "1,2,3",
    "103,21,0,104,22,9", "+103,21,104,22", "1e2,21,104,22", " 103,21,104,22", "103,21,104,22x", "nan,0,1,1", "103,21,104,",
    "%31,2,3,4", "",
)  # fmt: skip


@pytest.mark.parametrize(
    "rest",
    ["", "&limit=1", "&limit=1&offset=1", "&lang=en", f"&crs={VN2000}", "&stars=4", "&properties=name", "&utm_source=zalo",
     "&filter=stars%3E3", "&q=m%E1%BA%ADt", "&q=%01", "&f=json", "&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
     "&datetime=2019-01-01/..", "&sortby=-name", "&ids=R1,R2", "&%62box=103,21,104,22", "&bbox-cr%73=http://x"],
)  # fmt: skip
def test_every_box_is_what_the_application_answers(asked: Asked, plain: FlaskClient, rest: str) -> None:
    for _ in range(2):
        asked.client.get(f"{PAGE}?bbox=103,21,104,22{rest}")
    for box in BOXES:
        same(asked, plain, f"{PAGE}?bbox={box}{rest}")
        same(asked, plain, f"{PAGE}?{rest.lstrip('&')}{'&' if rest else ''}bbox={box}")


@pytest.mark.parametrize("mark", ["%01", "\1"])
def test_what_stands_for_the_box_in_links_is_in_no_address_that_is_learnt(
    asked: Asked, plain: FlaskClient, mark: str
) -> None:
    for box in ("103,21,104,22", "103,21,104,23", "102,20,104,22"):
        query = f"bbox={box}&q={mark}"
        found = [
            seen(client.get(PAGE, environ_overrides={"QUERY_STRING": query}, headers={"X-Request-ID": "one"}))
            for client in (asked.client, plain)
        ]
        assert found[0] == found[1]


def test_of_pages_that_differ_by_their_box_nothing_else_is_read_again(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        asked.client.get(f"{PAGE}?bbox=103,21,104,22&limit=2")

    def read_again(*_: object) -> None:
        raise AssertionError("the parameters were read again")

    monkeypatch.setattr(items.query, "query_of", read_again)
    before = asked.count
    answer = asked.client.get(f"{PAGE}?bbox=102%2C20%2C105%2C23&limit=2").get_json()
    assert asked.count == before and answer["numberReturned"] == 2
    assert any("bbox=102,20,105,23" in link["href"] for link in answer["links"])


@pytest.mark.parametrize(
    "path",
    ["/collections/products", "/collections/products/", "/collections/products/items/", "/collections/products/itemsX",
     "/collections/products/items/R1/", "/collections/products/items/none", "/collections/none/items",
     "/collections/products/items/R%31", "/collections/products/items/%C4%90", "/collections/products/queryables",
     "/collections/products/items?q=%ff", "/collections/products/items?q=Đ", "/collections/products/items/R1?x=1",
     "/collections/products/items?bbox=1", "/collections/products/items?version=7&limit=1",
     "/collections/products/items/R2?f=json", "/collections/products/items?crs=http://x",
     "/collections/products/items/R1?bbox=1,2,3,4", "/collections/products/items?bbox=1,2,3,4&bbox=1,2,3,4",
     "/collections/producers/items?bbox=1,2,3,4", "/collections/products/items?utm_bbox=1,2,3,4"],
)  # fmt: skip
def test_addresses_that_look_alike_are_told_apart(asked: Asked, plain: FlaskClient, path: str) -> None:
    for known in (PAGE, f"{PAGE}/R1", f"{PAGE}?f=json", f"{PAGE}/R1?f=json", *[f"{PAGE}?bbox=103,21,104,22"] * 2,
                  *[f"{PAGE}?utm_bbox=103,21,104,22"] * 2):  # fmt: skip
        asked.client.get(known)
    same(asked, plain, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/geo+json"}, {"Accept": "text/html"}, {"Accept": "text/csv"}, {"Accept": "image/png"},
        {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br"}, {"Accept-Encoding": "identity"},
        {"Host": "ocop.example.vn"}, {"If-None-Match": "*"}, {"If-Modified-Since": "Mon, 01 Jan 2029 00:00:00 GMT"},
        {"Range": "bytes=0-9"}, {"Origin": "https://example.org"}, {"Cookie": "geo_manage=x"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [f"{PAGE}?limit=2", f"{PAGE}/R2", f"{PAGE}?bbox=102,20,104,22"])
def test_each_caller_gets_its_own_answer(asked: Asked, plain: FlaskClient, path: str, headers: dict[str, str]) -> None:
    for known in (PAGE, f"{PAGE}/R1", *[f"{PAGE}?bbox=103,21,104,22"] * 2):
        asked.client.get(known)
        asked.client.get(known, headers=headers)
    same(asked, plain, path, **headers)


def test_other_methods_are_the_applications(asked: Asked) -> None:
    asked.client.get(PAGE)
    before = asked.count
    head, options = asked.client.head(f"{PAGE}?limit=1"), asked.client.options(f"{PAGE}?limit=1")
    assert (head.status_code, head.data) == (200, b"") and "GET" in options.headers["Allow"]
    assert asked.client.post(f"{PAGE}?limit=1").status_code == 405
    assert asked.count == before + 3


def test_a_tag_given_without_the_application_is_known_to_it(asked: Asked) -> None:
    for first, second in ((f"{PAGE}/R1", f"{PAGE}/R2"), (PAGE, f"{PAGE}?limit=1")):
        asked.client.get(first)
        tag = asked.client.get(second).headers["ETag"]
        assert asked.client.get(second, headers={"If-None-Match": tag}).status_code == 304


def test_every_answer_has_an_id_of_its_own_or_the_callers(asked: Asked) -> None:
    ids = {asked.client.get(f"{PAGE}?limit={n}").headers["X-Request-ID"] for n in range(1, 6)}
    assert len(ids) == 5
    assert asked.client.get(PAGE, headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] == "mine"


def test_a_new_version_is_answered_at_once_and_the_old_one_is_let_go(tmp_path: Path) -> None:
    with versioned(tmp_path, 1, "a") as old, versioned(tmp_path, 2, "b") as new:
        source = FixedSource(old)
        app = create_app(Settings(data_dir=tmp_path), source, templates=ROOT / "templates")
        client, found = app.test_client(), []
        for atlas in (old, new):
            source.current = atlas
            boxes = [f"{PAGE}?limit=1&bbox=102,20,104,{north}" for north in (26, 27, 28)]
            for path in (*boxes, f"{PAGE}/R2", f"{PAGE}/R1", f"{PAGE}?limit=2", f"{PAGE}?limit=1"):
                answer = client.get(path).get_json()
                feature = answer if "properties" in answer else answer["features"][0]
                found += [feature["properties"]["name"]] if feature["id"] == "R1" else []
        old.close()
        assert client.get(f"{PAGE}?limit=3").status_code == 200
    assert found == ["Mật ong 1"] * 6 + ["Mật ong 2"] * 6


def test_an_earlier_version_teaches_nothing(tmp_path: Path) -> None:
    with versioned(tmp_path, 1, "a") as old, versioned(tmp_path, 2, "b") as new:
        client = create_app(
            Settings(data_dir=tmp_path), FixedSource(new, old), templates=ROOT / "templates"
        ).test_client()
        names = [
            client.get(f"{PAGE}?limit=1{version}").get_json()["features"][0]["properties"]["name"]
            for version in ("&version=1", "", "&version=1", "&version=2", "")
        ]
    assert names == ["Mật ong 1", "Mật ong 2", "Mật ong 1", "Mật ong 2", "Mật ong 2"]


def test_callers_cannot_fill_the_memory(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_items, "_MOST", 8)
    for number in range(40):
        for path in (PAGE, f"{PAGE}?bbox=1,2,3,4", f"{PAGE}?bbox=1,2,3,5"):
            assert asked.client.get(path, headers={"Host": f"h{number}.example.vn"}).status_code == 200
    (front,) = [one for one in fronts(asked.client.application) if isinstance(one, fast_items.Front)]
    assert 0 < len(front._known) <= 8 and 0 < len(front._boxes) <= 8
    asked.client.get(PAGE, headers={"Host": "x" * 3_000})
    assert not any("x" * 3_000 in map(str, kind) for kind in front._known)


def test_what_breaks_on_the_way_is_the_applications_to_tell(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.client.get(PAGE)
    before = asked.count

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(items.features, "features", broken)
    asked.client.application.testing = False
    asked.client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = asked.client.get(f"{PAGE}?limit=1", headers={"Accept": "application/json"})
    assert asked.count == before + 1 and answer.status_code == 500 and "disk" not in answer.text

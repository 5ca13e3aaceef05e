"""The front answers items as the Flask application does: status, headers and body, for every page, record and caller."""

import gzip
import itertools
import random
import re
import sqlite3
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.atlas import Atlas
from geo.settings import Settings
from geo.web import application
from geo.web.application import create_app
from geo.web.ogc import answer
from tests.conftest import ROOT
from tests.frozen import FixedSource
from tests.web.conftest import RequestCounter
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
    "ids": ("R1", "R1,R2", "none", "R1%2CR2,R3"),
    "sortby": ("-stars,+name", "none"),
    "properties": ("name", "name,stars", "none"),
    "stars": ("4", "3,4", "x"),
    "district": ("100", "999"),
    "datetime": ("2019-01-01/..", "x"),
    "utm_source": ("zalo",),
    "nothing": ("1",),
    "version": ("7", "8", "x"),
}  # fmt: skip


@pytest.fixture(scope="module")
def plain(small_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The application without the front; every other part of it as it is served."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "Front", lambda *_: None)
        app = create_app(
            Settings(data_dir=tmp_path_factory.mktemp("plain")), FixedSource(small_atlas), templates=ROOT / "templates"
        )
    return app.test_client()


VARYING = re.compile(rb'"timeStamp":"[^"]+"|nonce="[^"]+"')


def comparable(response: TestResponse) -> tuple[object, ...]:
    """All that a caller sees but for the time, and the nonce of a page."""
    coding = response.headers.get("Content-Encoding", "")
    body = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}[coding](response.data)
    passing = {"Content-Security-Policy"} | ({"Content-Length"} if coding else set())
    headers = sorted((name, value) for name, value in response.headers if name not in passing)
    return response.status, headers, VARYING.sub(b"", body)


def same(front_counter: RequestCounter, plain: FlaskClient, path: str, **headers: str) -> None:
    headers = {"X-Request-ID": "one", **headers}
    assert comparable(front_counter.client.get(path, headers=headers)) == comparable(
        plain.get(path, headers=headers)
    ), path


def test_plain_gets_of_items_do_not_reach_flask(front_counter: RequestCounter) -> None:
    for path in (f"{PAGE}/R1", f"{PAGE}/R1?lang=en", f"{PAGE}/R1?crs={VN2000}", PAGE, f"{PAGE}?lang=en", f"{PAGE}?f=json",
                 f"{PAGE}?crs={VN2000}", f"{PAGE}?limit=1", f"{PAGE}?bbox=103,21,103.2,21.9&stars=4", f"{PAGE}?version=7"):  # fmt: skip
        assert front_counter.client.get(path).status_code == 200
    for accept in ("*/*", "application/geo+json", "application/json", "text/html;q=0.5, application/geo+json"):
        assert front_counter.client.get(PAGE, headers={"Accept": accept}).mimetype == "application/geo+json"
    assert front_counter.count == 0


def test_every_other_request_reaches_flask(front_counter: RequestCounter) -> None:
    others = (
        (f"{PAGE}/none", {}), (f"{PAGE}?limit=x", {}), (f"{PAGE}?f=csv", {}), (f"{PAGE}?f=html", {}), (f"{PAGE}?version=8", {}),
        ("/collections/products?x=1", {}), (PAGE, {"Accept": "text/html"}), (PAGE, {"Accept": "image/png"}),
        (PAGE, {"Accept-Encoding": "gzip"}), (PAGE, {"If-None-Match": '"x"'}), (PAGE, {"Range": "bytes=0-9"}),
        (PAGE, {"Host": "a b"}), (f"{PAGE}?q=" + "x" * 2_000, {}), (PAGE, {"Accept": "*/*, " + "a/b, " * 500}),
    )  # fmt: skip
    for number, (path, headers) in enumerate(others):
        front_counter.client.get(path, headers=headers)
        assert front_counter.count == number + 1, (path, headers)


def test_every_record_and_page_is_what_the_application_answers(
    front_counter: RequestCounter, plain: FlaskClient
) -> None:
    for layer, lang, crs in itertools.product(("products", "communes", "sources", "links"), ("", "en"), ("", VN2000)):
        headers = "&".join(f"{name}={value}" for name, value in (("lang", lang), ("crs", crs)) if value)
        records = [one["id"] for one in plain.get(f"/collections/{layer}/items").get_json()["features"]]
        for path in [
            f"/collections/{layer}/items?{headers}&limit=2",
            *(f"/collections/{layer}/items/{one}?{headers}" for one in records),
        ]:
            same(front_counter, plain, path)
        for query in ("limit=1", "limit=1&offset=1", "bbox=103,21,103.2,21.9", "q=a", "properties=title", "f=json"):
            same(front_counter, plain, f"/collections/{layer}/items?{headers}&{query}")


@pytest.mark.parametrize(
    ("query", "ids"), [("", ["R1", "R2", "R3"]), ("bbox=103,21,103.2,21.2&", ["R1", "R2"]), ("stars=5&", [])]
)
@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_say_how_many_match_and_lead_to_their_neighbours_in_the_same_version(
    front_counter: RequestCounter, query: str, ids: list[str], limit: int
) -> None:
    for offset in range(5):
        page = front_counter.client.get(f"{PAGE}?{query}limit={limit}&offset={offset}").get_json()
        assert (page["numberMatched"], [one["id"] for one in page["features"]]) == (
            len(ids),
            ids[offset : offset + limit],
        )
        assert page["numberReturned"] == len(page["features"])
        links = {link["rel"]: dict(parse_qsl(urlsplit(link["href"]).query)) for link in page["links"]}
        records = dict(parse_qsl(query))
        before = max(0, min(offset - limit, (len(ids) - 1) // limit * limit))
        pinned = {**records, "limit": str(limit), "version": "7"}
        assert links["self"] == {**records, "limit": str(limit), "offset": str(offset)}
        assert links.get("next") == ({**pinned, "offset": str(offset + limit)} if offset + limit < len(ids) else None)
        assert links.get("prev") == ({**pinned, "offset": str(before)} if offset and ids else None)
    assert front_counter.count == 0


def test_whatever_is_asked_the_application_would_say_the_same(
    front_counter: RequestCounter, plain: FlaskClient
) -> None:
    chance, tried = random.Random(4), 600
    for _ in range(tried):
        names = chance.sample(sorted(SAME), chance.choice((1, 1, 2, 2, 3, 4)))
        parts = [f"{name}={quote(chance.choice(SAME[name]), safe=',/:')}" for name in names]
        same(front_counter, plain, f"{PAGE}?{'&'.join(parts * chance.choice((1, 1, 1, 2)))}")
    assert 0.1 < front_counter.count / tried < 0.9, "nearly all were answered by one of the two"


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
def test_every_box_is_what_the_application_answers(
    front_counter: RequestCounter, plain: FlaskClient, rest: str
) -> None:
    for box in BOXES:
        same(front_counter, plain, f"{PAGE}?bbox={box}{rest}")
        same(front_counter, plain, f"{PAGE}?{rest.lstrip('&')}{'&' if rest else ''}bbox={box}")


@pytest.mark.parametrize(
    "text", ["%01", "\1", "?", "%3F&f=html", "f=html", "%26f=json", "&", "=", "%00", "+", "%2B", "a;b"]
)
def test_marks_of_addresses_inside_values_stay_values(
    front_counter: RequestCounter, plain: FlaskClient, text: str
) -> None:
    for query in (
        f"bbox=103,21,104,22&q={text}",
        f"q={text}&limit=1&offset=1",
        f"lang=en&q={text}",
        f"lang=vi&q={text}",
    ):
        answers = [
            comparable(client.get(PAGE, environ_overrides={"QUERY_STRING": query}, headers={"X-Request-ID": "one"}))
            for client in (front_counter.client, plain)
        ]
        assert answers[0] == answers[1], query


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
def test_addresses_that_look_alike_are_told_apart(front_counter: RequestCounter, plain: FlaskClient, path: str) -> None:
    same(front_counter, plain, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/geo+json"}, {"Accept": "text/html"}, {"Accept": "text/csv"}, {"Accept": "image/png"},
        {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br"}, {"Accept-Encoding": "identity"},
        {"Accept": "application/json;q=0.1, text/html;q=0.2"}, {"Accept": "*/*;q=0"}, {"Accept": "x" * 3_000},
        {"Host": "ocop.example.vn"}, {"Host": "ocop.example.vn:80"}, {"Host": "OCOP.example.vn:8080"}, {"Host": ""},
        {"Host": "a b"}, {"Host": "[::1]:5000"}, {"Host": "x" * 3_000}, {"If-None-Match": "*"}, {"If-Modified-Since": "Mon, 01 Jan 2029 00:00:00 GMT"},
        {"Range": "bytes=0-9"}, {"Origin": "https://example.org"}, {"Cookie": "geo_manage=x"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [f"{PAGE}?limit=2", f"{PAGE}/R2", f"{PAGE}?bbox=102,20,104,22"])
def test_each_caller_gets_its_own_answer(
    front_counter: RequestCounter, plain: FlaskClient, path: str, headers: dict[str, str]
) -> None:
    same(front_counter, plain, path, **headers)


def test_other_methods_are_the_applications(front_counter: RequestCounter) -> None:
    head, options = front_counter.client.head(f"{PAGE}?limit=1"), front_counter.client.options(f"{PAGE}?limit=1")
    assert (head.status_code, head.data) == (200, b"") and "GET" in options.headers["Allow"]
    assert front_counter.client.post(f"{PAGE}?limit=1").status_code == 405
    assert front_counter.count == 3


def test_a_tag_given_without_the_application_is_known_to_it(front_counter: RequestCounter) -> None:
    for path in (f"{PAGE}/R2", f"{PAGE}?limit=1"):
        tag = front_counter.client.get(path).headers["ETag"]
        assert front_counter.count == 0
        assert front_counter.client.get(path, headers={"If-None-Match": tag}).status_code == 304
        front_counter.count = 0


def test_every_answer_has_an_id_of_its_own_or_the_callers(front_counter: RequestCounter) -> None:
    ids = {front_counter.client.get(f"{PAGE}?limit={n}").headers["X-Request-ID"] for n in range(1, 6)}
    assert len(ids) == 5
    assert front_counter.client.get(PAGE, headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] == "mine"


def test_a_new_version_is_answered_at_once_and_the_old_one_is_let_go(tmp_path: Path) -> None:
    with versioned(tmp_path, 1, "a") as old, versioned(tmp_path, 2, "b") as new:
        source = FixedSource(old)
        app = create_app(Settings(data_dir=tmp_path), source, templates=ROOT / "templates")
        client, results = app.test_client(), []
        for atlas in (old, new):
            source.current = atlas
            boxes = [f"{PAGE}?limit=1&bbox=102,20,104,{north}" for north in (26, 27, 28)]
            for path in (*boxes, f"{PAGE}/R2", f"{PAGE}/R1", f"{PAGE}?limit=2", f"{PAGE}?limit=1"):
                body = client.get(path).get_json()
                feature = body if "properties" in body else body["features"][0]
                results += [feature["properties"]["name"]] if feature["id"] == "R1" else []
        old.close()
        assert client.get(f"{PAGE}?limit=3").status_code == 200
    assert results == ["Mật ong 1"] * 6 + ["Mật ong 2"] * 6


def test_an_earlier_version_is_answered_from_that_version(tmp_path: Path) -> None:
    with versioned(tmp_path, 1, "a") as old, versioned(tmp_path, 2, "b") as new:
        client = create_app(
            Settings(data_dir=tmp_path), FixedSource(new, old), templates=ROOT / "templates"
        ).test_client()
        names = [
            client.get(f"{PAGE}?limit=1{version}").get_json()["features"][0]["properties"]["name"]
            for version in ("&version=1", "", "&version=1", "&version=2", "")
        ]
    assert names == ["Mật ong 1", "Mật ong 2", "Mật ong 1", "Mật ong 2", "Mật ong 2"]


def test_what_breaks_on_the_way_is_the_applications_to_tell(
    front_counter: RequestCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(answer.features, "features", broken)
    monkeypatch.setitem(front_counter.client.application.config, "TESTING", False)
    monkeypatch.setitem(front_counter.client.application.config, "PROPAGATE_EXCEPTIONS", False)
    response = front_counter.client.get(f"{PAGE}?limit=1", headers={"Accept": "application/json"})
    assert front_counter.count == 1 and response.status_code == 500 and "disk" not in response.text


def test_the_front_names_the_address_that_people_use(small_atlas: Atlas, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_url="https://ocop.example.vn/map")
    client = create_app(settings, FixedSource(small_atlas), templates=ROOT / "templates").test_client()
    for path in (f"{PAGE}?limit=1", f"{PAGE}/R1"):
        # A condition sends the second request to Flask.
        fast, flask = (client.get(path, headers=headers) for headers in ({}, {"If-None-Match": '"x"'}))
        links = [[link["href"] for link in one.get_json()["links"]] for one in (fast, flask)]
        assert links[0] == links[1] and all(one.startswith("https://ocop.example.vn/map/") for one in links[0])
        assert fast.headers["ETag"] == flask.headers["ETag"]


def test_a_service_below_a_path_of_its_host_is_the_applications(front_counter: RequestCounter) -> None:
    body = front_counter.client.get(PAGE, environ_overrides={"SCRIPT_NAME": "/map"}).get_json()
    assert front_counter.count == 1
    assert all(link["href"].startswith("http://localhost/map/") for link in body["links"])

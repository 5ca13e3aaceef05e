"""HTTP done right on every address of data: tags, dates, preflight, methods, request ids."""

import gzip

import pytest
from flask.testing import FlaskClient

DOCUMENTS = (
    "/?f=json", "/conformance", "/api?f=json", "/collections", "/collections/products", "/collections/products/queryables",
    "/collections/products/items/R1", "/catalogue", "/catalogue/items", "/catalogue/items/products", "/catalog.jsonld",
    "/catalog.rdf", "/metadata/products.xml", "/tiles", "/tileMatrixSets", "/map.json", "/search.json?q=che",
    "/products/R1.json", "/base/communes.json", "/tiles/WebMercatorQuad/8/112/201", "/robots.txt", "/sitemap.xml",
)  # fmt: skip
JSON = {"Accept": "application/json, application/geo+json, application/ld+json, */*;q=0.1"}


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_documents_have_strong_tags_that_spare_the_next_transfer(client: FlaskClient, path: str, coding: str) -> None:
    request_headers = {**JSON, "Accept-Encoding": coding}
    first, second = client.get(path, headers=request_headers), client.get(path, headers=request_headers)
    tag = first.headers["ETag"]
    assert first.status_code == 200 and not tag.startswith("W/")
    assert (second.headers["ETag"], second.data) == (tag, first.data)  # strong: the same tag, the same bytes
    again = client.get(path, headers={**request_headers, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    # RFC 9110, 15.4.5: what a 200 would have said; and nothing of a page, which a cache would keep with it.
    for name in ("Cache-Control", "Vary", "Access-Control-Allow-Origin"):
        assert again.headers.get(name) == first.headers.get(name), name
    assert "Content-Security-Policy" not in again.headers
    dated = client.get(path, headers={**request_headers, "If-Modified-Since": first.headers["Last-Modified"]})
    assert dated.status_code == 304
    assert client.get(path, headers={**request_headers, "If-None-Match": '"other"'}).status_code == 200


def test_a_coded_answer_has_another_tag(client: FlaskClient) -> None:
    tags = {
        client.get("/collections", headers={**JSON, "Accept-Encoding": coding}).headers["ETag"]
        for coding in ("identity", "gzip", "br")
    }
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("accept", "coding"),
    [("gzip;q=0", None), ("br;q=0, gzip;q=0", None), ("*;q=0", None), ("GZIP;Q=0", None), ("gzip;q=0, *", "br"),
     ("br;q=0, *", "gzip"), ("identity, gzip;q=0.5", None), ("gzip, br;q=0.5", "gzip"), ("gzip, deflate, br, zstd", "br"),
     ("deflate, zstd", None), ("gzip;q=nonsense", None), ("gzip;q=1.0, identity;q=0.5, *;q=0", "gzip"), ("*", "br"), ("", None)],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/collections", "/layers", "/collections/products/items", "/export/products.csv"])
def test_an_answer_is_coded_as_its_caller_accepts(
    client: FlaskClient, path: str, accept: str, coding: str | None
) -> None:
    answer = client.get(path, headers={**JSON, "Accept-Encoding": accept})
    assert answer.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize(("accept", "coding"), [("gzip;q=0", None), ("br, gzip", "gzip"), ("br", None), ("*", "gzip")])
def test_a_tile_is_coded_as_its_caller_accepts(client: FlaskClient, accept: str, coding: str | None) -> None:
    answer = client.get("/tiles/WebMercatorQuad/8/112/201", headers={"Accept-Encoding": accept})
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, coding)


def test_a_gzip_answer_does_not_tell_the_time(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same strong tag must stand for the same bytes at any time; gzip would write the time into its head."""
    request_headers = {**JSON, "Accept-Encoding": "gzip"}
    first = client.get("/collections", headers=request_headers)
    monkeypatch.setattr("gzip.time.time", lambda: 2_000_000_000.0)
    later = client.get("/collections", headers=request_headers)
    assert first.headers["Content-Encoding"] == "gzip" and gzip.decompress(later.data)
    assert (later.headers["ETag"], later.data) == (first.headers["ETag"], first.data)


def test_a_coded_answer_is_not_taken_to_be_held_by_who_cannot_read_it(client: FlaskClient) -> None:
    """A cache asks for one that takes no brotli, with the tags of all that it keeps: `tag:br` must not be chosen."""
    packed = client.get("/collections", headers={**JSON, "Accept-Encoding": "br"}).headers["ETag"]
    for coding, status in (("identity", 200), ("gzip", 200), ("gzip, br", 304)):
        request_headers = {**JSON, "Accept-Encoding": coding, "If-None-Match": packed}
        assert client.get("/collections", headers=request_headers).status_code == status


@pytest.mark.parametrize("form", ["csv", "gpkg", "fgb", "xlsx", "shp"])
def test_a_page_as_a_file_has_a_strong_tag_and_the_same_bytes(client: FlaskClient, form: str) -> None:
    path = f"/collections/products/items?f={form}"
    answer = client.get(path)
    assert not answer.headers["ETag"].startswith("W/")
    assert client.get(path).data == answer.data
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_pages_of_items_say_when_they_were_made_and_so_have_weak_tags(client: FlaskClient) -> None:
    answer = client.get("/collections/products/items", headers=JSON)
    assert answer.headers["ETag"].startswith("W/") and "timeStamp" in answer.get_json(force=True)
    conditional = {**JSON, "If-None-Match": answer.headers["ETag"]}
    assert client.get("/collections/products/items", headers=conditional).status_code == 304


def test_another_host_is_another_answer(client: FlaskClient) -> None:
    """Documents hold absolute links, so a tag of one host must not stand for those of another."""
    one, other = (client.get("/collections", headers={**JSON, "Host": host}) for host in ("a.example", "b.example"))
    assert one.headers["ETag"] != other.headers["ETag"] and b"a.example" in one.data and b"a.example" not in other.data


@pytest.mark.parametrize(
    "path", ["/collections/products/items", "/export/products.csv", "/tiles/WebMercatorQuad/8/112/201"]
)
def test_what_can_be_kept_says_for_how_long_and_errors_never(client: FlaskClient, path: str) -> None:
    assert "public, max-age=" in client.get(path, headers=JSON).headers["Cache-Control"]
    assert client.get(f"{path}?nonsense=1", headers=JSON).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/products", "/api?f=html", "/conformance?f=html", "/collections?f=html", "/collections/products/items?f=html"],
)
def test_pages_and_the_ways_to_them_are_asked_for_anew(client: FlaskClient, path: str) -> None:
    """A cache that is told nothing makes up how long it keeps them (RFC 9111, 4.2.2)."""
    answer = client.get(path)
    assert answer.status_code in {200, 303} and answer.headers["Cache-Control"] == "no-cache"


SHARED = {
    "/": "GET, HEAD, OPTIONS", "/collections/products/items": "GET, HEAD, OPTIONS",
    "/collections/products/search": "OPTIONS, POST", "/export/products.csv": "GET, HEAD, OPTIONS",
    "/export/all.gpkg": "GET, HEAD, OPTIONS", "/changes": "GET, HEAD, OPTIONS", "/tiles": "GET, HEAD, OPTIONS",
    "/catalogue": "GET, HEAD, OPTIONS", "/map.json": "GET, HEAD, OPTIONS", "/products/R1.json": "GET, HEAD, OPTIONS",
}  # fmt: skip


@pytest.mark.parametrize("path", SHARED)
def test_pages_of_other_sites_may_ask_first(client: FlaskClient, path: str) -> None:
    request_headers = {"Origin": "https://so.example.vn", "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "if-none-match"}  # fmt: skip
    answer = client.options(path, headers=request_headers)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == SHARED[path]
    allowed = set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert {"If-None-Match", "Range", "Cache-Control", "Pragma", "X-Requested-With", "*"} <= allowed
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize(
    "path", ["/manage", "/manage/imports", "/manage/sign-in", "/manage/versions", "/manage/imports/x/state.json"]
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_pages_of_other_sites_may_not_manage(client: FlaskClient, path: str, accept: str) -> None:
    request_headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST", "Accept": accept}
    here = {"Origin": "https://evil.example", "Accept": accept}
    response = client.post(path, headers=here)
    assert response.status_code in {403, 405}
    for answer in (client.options(path, headers=request_headers), client.get(path, headers=here), response):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_a_page_of_another_site_reads_errors_of_data_with_their_id(client: FlaskClient) -> None:
    answer = client.get("/collections/nonsense", headers=JSON)
    assert answer.status_code == 404 and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]


def test_every_address_knows_head_and_options(client: FlaskClient) -> None:
    """Whatever can be got can be asked for its head alone, and says what it knows."""
    places = {"layer": "products", "record": "R1", "matrix_set": "WebMercatorQuad", "z": 8, "row": 112, "col": 201,
              "extension": "csv", "name": "css/base.css", "draft_id": "x", "restoration_id": "x",
              "version": "1", "number": 1, "ground": "ground-0", "band": 8, "part": "0", "x": 201, "y": 112,
              "indicator": "products_total", "page": "overview", "table": "decisions", "key": "G1", "link": "village_near_site"}  # fmt: skip
    rules = [rule for rule in client.application.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert len(rules) > 40
    for rule in rules:
        _, path = rule.build({name: places[name] for name in rule.arguments}) or ("", "")
        with client.get(path) as response, client.head(path) as head:
            assert (head.status_code, head.data) == (response.status_code, b""), path
            assert head.content_length == response.content_length, path
        assert {"GET", "HEAD", "OPTIONS"} <= set(client.options(path).headers["Allow"].split(", ")), path


def test_what_a_page_of_another_site_may_read(client: FlaskClient) -> None:
    exposed = client.get("/export/products.csv").headers["Access-Control-Expose-Headers"]
    assert {
        "Content-Range",
        "Content-Encoding",
        "ETag",
        "Repr-Digest",
        "X-Feature-Count",
        "Content-Crs",
        "Link",
    } <= set(exposed.split(", "))


@pytest.mark.parametrize("path", ["/collections", "/collections/products/items", "/export/products.csv", "/products"])
def test_other_methods_are_refused_with_those_that_are_known(client: FlaskClient, path: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        answer = client.open(path, method=method, headers=JSON)
        assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert {"GET", "HEAD", "OPTIONS"} <= set(client.options(path).headers["Allow"].split(", "))


def test_a_request_keeps_the_id_that_a_proxy_gave_it(client: FlaskClient) -> None:
    assert client.get("/collections", headers={"X-Request-ID": "so-nn_42.a"}).headers["X-Request-ID"] == "so-nn_42.a"
    for bad in ("a" * 65, "a b", "<script>", ""):
        assert client.get("/collections", headers={"X-Request-ID": bad}).headers["X-Request-ID"] != bad


@pytest.mark.parametrize("host", ["", "a b", 'x"><b>', "a/b", "me@ocop.vn", "ocop.vn, evil.example"])
@pytest.mark.parametrize("path", ["/collections", "/products", "/sitemap.xml", "/products/"])
def test_what_names_no_host_is_refused(client: FlaskClient, host: str, path: str) -> None:
    """Addresses in the answer would lead nowhere, and a cache might give it to others."""
    answer = client.get(path, headers={"Host": host})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_too_long_an_address_is_told_the_way_that_takes_it(client: FlaskClient) -> None:
    answer = client.get(f"/collections/products/items?lang=en&filter=name='{'a' * 9_000}'", headers=JSON)
    assert (answer.status_code, answer.content_type) == (414, "application/problem+json")
    assert "POST" in answer.get_json()["detail"]
    response = client.post("/collections/products/search", json={"filter": f"name='{'a' * 9_000}'"})
    assert response.status_code == 200

"""The address that people use: its path, its host and what proxies say of it."""

import logging
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import request
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.errors import BadSource
from geo.settings import Settings
from tests.web.conftest import BROWSER, application, read

PUBLIC = "https://h.example.vn/ocop"
HTTPS = {"X-Forwarded-Proto": "https"}


def caller(atlas: Atlas, folder: Path, **settings: object) -> FlaskClient:
    return application(atlas, data_dir=folder, **settings).test_client()


@pytest.mark.parametrize("kept", ["/ocop", ""], ids=["the proxy keeps the path", "the proxy takes it off"])
@pytest.mark.parametrize(
    "path", ["/", "/embed", "/layers", "/products", "/products/R1", "/quality", "/connect", "/api", "/none"]
)
def test_every_address_of_a_page_lies_below_the_public_path(
    small_atlas: Atlas, tmp_path: Path, kept: str, path: str
) -> None:
    answer = caller(small_atlas, tmp_path, public_url=PUBLIC).get(f"{kept}{path}", headers={"Accept": "text/html"})
    assert answer.status_code == (404 if path == "/none" else 200)
    page = read(answer.text)
    addresses = [urljoin(f"{PUBLIC}{path}", one) for one in page.values("href", "src", "action", "data-state")]
    ours = [one for one in addresses if urlsplit(one).hostname == "h.example.vn"]
    assert len(ours) > 5
    assert [one for one in ours if not one.startswith(f"{PUBLIC}/")] == []
    # In JSON blocks: import maps and views.
    blocks = " ".join(element.text for element in page.all("script"))
    assert [one for one in re.findall(r'"(/[^"/][^"]*)"', blocks) if not one.startswith("/ocop/")] == []


@pytest.mark.parametrize(
    "path", ["/collections/products/items?limit=1", "/collections/products/items/R1", "/collections"]
)
@pytest.mark.parametrize("kept", ["/ocop", ""])
def test_links_of_data_lie_below_the_public_path(small_atlas: Atlas, tmp_path: Path, path: str, kept: str) -> None:
    text = caller(small_atlas, tmp_path, public_url=PUBLIC).get(f"{kept}{path}").text
    links = re.findall(r'"href":\s*"([^"]+)"', text)
    assert (
        links
        and [one for one in links if not one.startswith((f"{PUBLIC}/", "https://creativecommons", "http://www"))] == []
    )


def test_the_path_itself_is_the_map_and_nothing_but_the_path_is_taken_off(small_atlas: Atlas, tmp_path: Path) -> None:
    open_here = caller(small_atlas, tmp_path, public_url=PUBLIC)
    assert open_here.get("/ocop").status_code == open_here.get("/ocop/").status_code == 200
    assert open_here.get("/ocopper").status_code == 404


@pytest.mark.parametrize("first", ["collections", "products", "static", "healthz", "manage"])
def test_a_path_that_begins_like_an_address_of_the_service_is_refused(
    small_atlas: Atlas, tmp_path: Path, first: str
) -> None:
    with pytest.raises(BadSource, match="GEO_PUBLIC_URL"):
        caller(small_atlas, tmp_path, public_url=f"https://h.example.vn/{first}/x")


# --- slashes (A5) -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "to"),
    [("/collections//sites", "/collections/sites"), ("//evil.example/x", "/evil.example/x"), ("///", "/"),
     ("//evil.example/", "/evil.example"), ("/layers/", "/layers"), ("/collections//sites/?limit=1", "/collections/sites?limit=1"),
     ("/\\evil.example/", "/%5Cevil.example"), ("/%2F%2Fevil.example/", "/evil.example"), ("/manage//imports", "/manage/imports")],
)  # fmt: skip
@pytest.mark.parametrize("root", ["", "/ocop"])
def test_empty_parts_of_a_path_lead_to_the_same_host_and_scheme(
    small_atlas: Atlas, tmp_path: Path, path: str, to: str, root: str
) -> None:
    public = f"https://h.example.vn{root}" if root else ""
    answer = caller(small_atlas, tmp_path, public_url=public).get("/", environ_overrides=_environ(root + path))
    assert (answer.status_code, answer.headers["Location"]) == (308, root + to)


def _environ(address: str) -> dict[str, str]:
    path, _, query = address.partition("?")
    return {"PATH_INFO": path.replace("%2F", "/"), "QUERY_STRING": query}


# --- hosts and proxies (A15) --------------------------------------------------------------------------------


def test_only_named_hosts_are_answered_and_the_refusal_says_what_to_do(small_atlas: Atlas, tmp_path: Path) -> None:
    open_here = caller(small_atlas, tmp_path, hosts=("ocop.example.vn", ".office.vn"), public_url=PUBLIC)
    for host in ("ocop.example.vn", "OCOP.example.vn:8443", "a.office.vn", "h.example.vn"):
        assert open_here.get("/collections", headers={"Host": host}).status_code == 200, host
    for path in ("/collections/products/items?limit=1", "/collections", "/", "/static/css/base.css", "/layers/"):
        answer = open_here.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400, path
    answer = open_here.get("/collections", headers={"Host": "evil.example"})
    assert "GEO_HOSTS" in answer.get_json()["detail"] and "ocop.example.vn" in answer.get_json()["detail"]
    assert open_here.get("/healthz", headers={"Host": "10.0.0.9"}).status_code == 200


def test_a_refused_host_stays_refused_when_the_answer_is_in_memory(small_atlas: Atlas, tmp_path: Path) -> None:
    open_here = caller(small_atlas, tmp_path, hosts=("localhost",))
    for _ in range(2):
        assert open_here.get("/collections").status_code == 200
        assert open_here.get("/collections", headers={"Host": "evil.example"}).status_code == 400


def test_forwarded_headers_count_only_from_named_proxies(small_atlas: Atlas, tmp_path: Path) -> None:
    open_here = caller(small_atlas, tmp_path, proxies=("10.0.0.0/8", "::1"))
    said = {**HTTPS, "X-Forwarded-Host": "ban-do.example.vn"}
    for address, root in (("10.1.2.3", "https://ban-do.example.vn"), ("::ffff:10.0.0.1", "https://ban-do.example.vn"),
                          ("192.168.0.1", "http://localhost"), ("not an address", "http://localhost")):  # fmt: skip
        for path in ("/collections", "/collections/products/items?limit=1"):
            links = open_here.get(path, headers=said, environ_overrides={"REMOTE_ADDR": address}).get_json()["links"]
            assert all(link["href"].startswith(f"{root}/") for link in links), (address, path)


@pytest.mark.parametrize("proto", ["javascript", "https, gopher", "", "https\t,x"])
def test_a_scheme_that_is_none_is_ignored(small_atlas: Atlas, tmp_path: Path, proto: str) -> None:
    open_here = caller(small_atlas, tmp_path, proxies=("127.0.0.1",))
    links = open_here.get("/collections", headers={"X-Forwarded-Proto": proto}).get_json()["links"]
    assert links[0]["href"].startswith("http://localhost/")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [("203.0.113.7", "203.0.113.7"), ("6.6.6.6, 203.0.113.7", "203.0.113.7"), ("203.0.113.7, 10.0.0.5", "203.0.113.7"),
     ("6.6.6.6, junk, 10.0.0.5", "10.0.0.5"), ("", "127.0.0.1"), ("2001:db8::1", "2001:db8::1")],
)  # fmt: skip
def test_the_caller_is_the_last_address_that_is_no_proxy(
    small_atlas: Atlas, tmp_path: Path, forwarded: str, address: str
) -> None:
    app = application(small_atlas, data_dir=tmp_path, proxies=("127.0.0.1", "10.0.0.0/8"))
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/about", headers={"X-Forwarded-For": forwarded})
    assert seen == [address]


def test_links_of_one_host_are_not_the_next_callers(small_atlas: Atlas, tmp_path: Path) -> None:
    open_here = caller(small_atlas, tmp_path)
    for path in (
        "/collections",
        "/collections/products/items?limit=1",
        "/collections/products/items/R1",
        "/catalog.jsonld",
    ):
        for host in ("evil.example", "localhost", "evil.example", "localhost"):
            answer = open_here.get(path, headers={"Host": host})
            assert f"http://{host}/" in answer.text, path
            assert "Host" in [name.strip() for name in answer.headers["Vary"].split(",")], path
    public = caller(small_atlas, tmp_path, public_url=PUBLIC)
    for path in ("/collections", "/collections/products/items?limit=1", "/catalog.jsonld"):
        answer = public.get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.text and "Host" not in answer.headers.get("Vary", "")


def test_tls_that_links_do_not_know_of_is_told_in_the_log_and_on_the_page(
    small_atlas: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = ("GEO_PUBLIC_URL", "GEO_PROXIES")
    open_here = caller(small_atlas, tmp_path)
    with caplog.at_level(logging.WARNING):
        for lang in ("vi", "en"):
            assert all(word in open_here.get(f"/quality?lang={lang}", headers=HTTPS).text for word in words)
        assert "GEO_PUBLIC_URL" not in open_here.get("/quality").text
    assert len([one for one in caplog.messages if all(word in one for word in words)]) == 1
    for settings in ({"public_url": PUBLIC}, {"proxies": ("127.0.0.1",)}):
        caplog.clear()
        assert "GEO_PUBLIC_URL" not in caller(small_atlas, tmp_path, **settings).get("/quality", headers=HTTPS).text
        assert not caplog.messages


# --- headers (S8) ---------------------------------------------------------------------------------------


def test_pages_give_nothing_of_the_machine_away_and_are_held_by_no_other_window(client: FlaskClient) -> None:
    for path in ("/", "/about", "/none", "/embed"):
        headers = client.get(path, headers=BROWSER).headers
        assert {"geolocation=(self)", "camera=()", "microphone=()"} <= set(headers["Permissions-Policy"].split(", "))
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_tls_is_demanded_where_the_public_address_has_it(
    small_atlas: Atlas, tmp_path: Path, client: FlaskClient
) -> None:
    paths = ("/", "/none", "/collections", "/collections/products/items?limit=1", "/static/css/base.css")
    for path in paths:
        answer = caller(small_atlas, tmp_path, public_url=PUBLIC).get(path)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in client.get(path).headers
    plain = caller(small_atlas, tmp_path, public_url="http://h.example.vn")
    assert "Strict-Transport-Security" not in plain.get("/").headers


def test_whom_to_tell_of_a_fault_is_said_where_it_is_set(
    small_atlas: Atlas, tmp_path: Path, client: FlaskClient
) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    set_so = {"security_contact": "mailto:an-ninh@example.vn", "public_url": PUBLIC}
    answer = caller(small_atlas, tmp_path, **set_so).get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Contact: mailto:an-ninh@example.vn\n")
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", answer.text, flags=re.MULTILINE)
    assert f"Canonical: {PUBLIC}/.well-known/security.txt" in answer.text


@pytest.mark.parametrize(
    "env",
    [{"GEO_PUBLIC_URL": "h.example.vn"}, {"GEO_PUBLIC_URL": "ftp://h.vn"}, {"GEO_PUBLIC_URL": "https://h.vn/?x=1"},
     {"GEO_PUBLIC_URL": "https://h.vn/../x"}, {"GEO_PUBLIC_URL": "https://h.vn//x"}, {"GEO_PUBLIC_URL": "https://u:p@h.vn"},
     {"GEO_PROXIES": "nginx"}, {"GEO_PROXIES": "10.0.0.1/8"}, {"GEO_SECURITY_CONTACT": "javascript:x"},
     {"GEO_SECURITY_CONTACT": "phòng an ninh"}, {"GEO_STOP_SECONDS": "0"}, {"GEO_CONNECTIONS": "x"}],
)  # fmt: skip
def test_settings_of_the_public_address_are_checked_at_start(env: dict[str, str]) -> None:
    with pytest.raises(BadSource) as caught:
        Settings.from_env(env)
    name = next(iter(env))
    assert name in caught.value.en and name in caught.value.vi


def test_settings_of_the_public_address_are_read() -> None:
    chosen = Settings.from_env({
        "GEO_HOSTS": "a.vn, .b.vn", "GEO_PROXIES": "127.0.0.1 10.0.0.0/8", "GEO_SECURITY_CONTACT": "an-ninh@example.vn",
        "GEO_PUBLIC_URL": "https://[2001:db8::1]:8443/ocop/",
    })  # fmt: skip
    assert (chosen.hosts, chosen.proxies) == (("a.vn", ".b.vn"), ("127.0.0.1", "10.0.0.0/8"))
    assert chosen.security_contact == "mailto:an-ninh@example.vn"
    assert chosen.public_url == "https://[2001:db8::1]:8443/ocop"
    assert Settings.from_json(chosen.to_json()) == chosen

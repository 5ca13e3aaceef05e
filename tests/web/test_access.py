"""Who may manage, and who may not even ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.web.manage.access import COOKIE
from tests.web.conftest import application

TOKEN = "một mã dài và khó đoán 123"


@pytest.fixture
def open_here(small_atlas: Atlas, tmp_path: Path) -> FlaskClient:
    """A caller on the server's own machine; no token is set."""
    return application(small_atlas, data_dir=tmp_path).test_client()


@pytest.fixture
def guarded(small_atlas: Atlas, tmp_path: Path) -> Iterator[Flask]:
    """The application with a token, served over TLS."""
    yield application(small_atlas, data_dir=tmp_path, manage_token=TOKEN, public_url="https://ban-do.example.vn")


def test_this_machine_may_manage(open_here: FlaskClient) -> None:
    assert open_here.get("/manage").status_code == 200
    assert "Quản lý" in open_here.get("/about").text


@pytest.mark.parametrize(
    ("base", "environ", "headers"),
    [
        ("http://localhost", {"REMOTE_ADDR": "10.0.0.7"}, {}),
        ("http://localhost", {"REMOTE_ADDR": "203.113.131.1"}, {}),
        ("http://localhost", {"REMOTE_ADDR": "not an address"}, {}),
        ("http://ban-do.example.vn", {"REMOTE_ADDR": "127.0.0.1"}, {}),  # a name that was made to point here
        ("http://localhost", {"REMOTE_ADDR": "127.0.0.1"}, {"X-Forwarded-For": "203.113.131.1"}),
        ("http://localhost", {"REMOTE_ADDR": "127.0.0.1"}, {"Forwarded": "for=203.113.131.1"}),
    ],
)
def test_nobody_else_may(open_here: FlaskClient, base: str, environ: dict[str, str], headers: dict[str, str]) -> None:
    for path in ("/manage", "/manage/versions", "/manage/imports/x/preview.geojson"):
        answer = open_here.get(path, base_url=base, environ_overrides=environ, headers=headers)
        assert answer.status_code == 403, path
    page = open_here.get("/about", base_url=base, environ_overrides=environ, headers=headers)
    assert 'href="/manage"' not in page.text


def test_a_public_address_without_a_token_closes_the_pages(small_atlas: Atlas, tmp_path: Path) -> None:
    caller = application(small_atlas, data_dir=tmp_path, public_url="https://ban-do.example.vn").test_client()
    assert caller.get("/manage").status_code == 403
    assert "GEO_MANAGE_TOKEN" in caller.get("/manage?lang=en").text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 400),  # reaches the form, which is empty
        ({"Origin": "http://localhost"}, 400),
        ({}, 400),
    ],
)
def test_forms_of_other_sites_are_refused(open_here: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert open_here.post("/manage/imports", headers=headers).status_code == status


def test_the_token_opens_and_the_cookie_is_kept_safe(guarded: Flask) -> None:
    caller = guarded.test_client()
    answer = caller.get("/manage")
    assert (answer.status_code, answer.location) == (303, "/manage/sign-in")
    assert caller.get("/manage/imports/x/changes.csv").status_code == 403
    assert caller.post("/manage/imports").status_code == 403
    wrong = caller.post("/manage/sign-in", data={"token": "sai"})
    assert wrong.status_code == 403 and "không đúng" in wrong.text
    right = caller.post("/manage/sign-in", data={"token": TOKEN}, base_url="https://localhost")
    cookie = right.headers["Set-Cookie"]
    assert right.status_code == 303
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Secure", COOKIE))
    assert TOKEN not in cookie
    assert caller.get("/manage", base_url="https://localhost").status_code == 200
    caller.post("/manage/sign-out", base_url="https://localhost")
    assert caller.get("/manage", base_url="https://localhost").status_code == 303


def test_programs_send_the_token_as_bearer(small_atlas: Atlas, tmp_path: Path) -> None:
    caller = application(small_atlas, data_dir=tmp_path, manage_token="abc").test_client()
    assert caller.get("/manage", headers={"Authorization": "Bearer abd"}).status_code == 303
    assert caller.get("/manage", headers={"Authorization": "Basic abc"}).status_code == 303
    assert caller.get("/manage", headers={"Authorization": "Bearer abc"}).status_code == 200


def test_nothing_of_it_is_kept_or_found(open_here: FlaskClient) -> None:
    for path in ("/manage", "/manage/versions", "/manage/imports/none", "/manage/sign-in"):
        answer = open_here.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Robots-Tag"] == "noindex", path
    assert "Disallow: /manage" in open_here.get("/robots.txt").text


@pytest.mark.parametrize("origin", ["", "null", "http://[::1", "http://localhost.evil.example", "localhost"])
def test_an_origin_that_is_none_of_ours_is_refused_whatever_it_looks_like(open_here: FlaskClient, origin: str) -> None:
    assert open_here.post("/manage/imports", headers={"Origin": origin}).status_code == 403


def test_a_proxy_may_ask_under_a_name_of_its_own(small_atlas: Atlas, tmp_path: Path) -> None:
    settings = {"manage_token": "abc", "public_url": "http://ban-do.example.vn/ocop"}
    caller = application(small_atlas, data_dir=tmp_path, **settings).test_client()
    headers = {"Host": "127.0.0.1:5000", "Authorization": "Bearer abc"}
    for origin, status in (("http://ban-do.example.vn", 400), ("http://evil.example", 403)):
        assert caller.post("/manage/imports", headers={**headers, "Origin": origin}).status_code == status


def test_a_token_of_any_letters_is_sent_as_bearer(guarded: Flask) -> None:
    caller = guarded.test_client()
    for header, status in ((TOKEN.encode().decode("latin-1"), 200), (f"{TOKEN}4".encode().decode("latin-1"), 303)):
        assert caller.get("/manage", headers={"Authorization": f"Bearer {header}"}).status_code == status


def test_a_cookie_is_not_guessed_and_is_plain_only_without_tls(small_atlas: Atlas, tmp_path: Path) -> None:
    caller = application(small_atlas, data_dir=tmp_path, manage_token="abc").test_client()
    for value in ("", "abc", "0" * 64):
        assert caller.get("/manage", headers={"Cookie": f"{COOKIE}={value}"}).status_code == 303
    cookie = caller.post("/manage/sign-in", data={"token": "abc"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
    assert 'href="/manage"' in caller.get("/about").text
    forged = {"Sec-Fetch-Site": "cross-site"}
    assert caller.post("/manage/imports", headers=forged).status_code == 403
    assert caller.post("/manage/sign-in", data={"token": "abc"}, headers=forged).status_code == 403
    assert 'href="/manage"' not in application(small_atlas, manage_token="abc").test_client().get("/about").text


def test_no_token_opens_nothing_from_afar(open_here: FlaskClient) -> None:
    far = {"REMOTE_ADDR": "10.0.0.7"}
    answer = open_here.post("/manage/sign-in", data={"token": ""}, environ_overrides=far)
    assert "Set-Cookie" not in answer.headers
    assert open_here.get("/manage", headers={"Authorization": "Bearer "}, environ_overrides=far).status_code == 403
    assert "password" not in open_here.get("/manage/sign-in", environ_overrides=far).text

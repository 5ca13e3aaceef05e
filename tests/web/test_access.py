"""Who may manage, and who may not even ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.web.access import COOKIE
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

"""Who may manage, and who may not even ask."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geo.access.private_database import PrivateDatabase
from geo.access.sign_in_links import SignInLinks
from geo.atlas import Atlas
from geo.errors import BadSource
from geo.web.manage.access import COOKIE
from tests.web.conftest import TOKEN, application, read

FORM = {"Sec-Fetch-Site": "same-origin"}
OURS = "https://ban-do.example.vn"


@pytest.fixture
def without_token(small_atlas: Atlas, tmp_path: Path) -> FlaskClient:
    """Somebody on the server's own machine; the operator has set no token."""
    return application(small_atlas, data_dir=tmp_path).test_client()


@pytest.fixture
def guarded(small_atlas: Atlas, tmp_path: Path) -> Flask:
    """The application with a token."""
    return application(small_atlas, data_dir=tmp_path, manage_token=TOKEN)


@pytest.fixture
def signed_in(guarded: Flask) -> Iterator[FlaskClient]:
    """Somebody who signed in with the token."""
    caller = guarded.test_client()
    assert caller.post("/manage/sign-in", data={"token": TOKEN}).status_code == 303
    yield caller


def code_in(data_dir: Path) -> str:
    return SignInLinks(PrivateDatabase(data_dir / "access.sqlite")).make_code()


def form_token_of(caller: FlaskClient) -> str:
    (field, *_) = read(caller.get("/manage").text).all("input", name="form_token")
    return field.attrs["value"] or ""


# --- who -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "environ", "headers"),
    [
        ("http://localhost", {"REMOTE_ADDR": "127.0.0.1"}, {}),  # also what the plainest proxy sends
        ("http://127.0.0.1:5000", {"REMOTE_ADDR": "::1"}, {}),
        ("http://localhost", {"REMOTE_ADDR": "10.0.0.7"}, {}),
        ("http://ban-do.example.vn", {"REMOTE_ADDR": "127.0.0.1"}, {}),
        ("http://localhost", {"REMOTE_ADDR": "127.0.0.1"}, {"X-Forwarded-For": "127.0.0.1"}),
        ("http://localhost", {"REMOTE_ADDR": "127.0.0.1"}, {"Authorization": "Bearer "}),
        ("http://localhost", {"REMOTE_ADDR": "127.0.0.1"}, {"Cookie": f"{COOKIE}="}),
    ],
)
@pytest.mark.parametrize("token", ["", TOKEN])
def test_nobody_may_without_a_secret(
    small_atlas: Atlas, tmp_path: Path, token: str, base: str, environ: dict[str, str], headers: dict[str, str]
) -> None:
    caller = application(small_atlas, data_dir=tmp_path, manage_token=token).test_client()
    how = {"base_url": base, "environ_overrides": environ, "headers": headers}
    for path in ("/manage", "/manage/versions", "/manage/imports/x"):
        answer = caller.get(path, **how)  # type: ignore[arg-type]
        assert (answer.status_code, answer.location) == (303, "/manage/sign-in"), path
    for path in ("/manage/imports/x/preview.geojson", "/manage/imports/x/changes.csv", "/manage/imports/x/state.json"):
        assert caller.get(path, **how).status_code == 403, path  # type: ignore[arg-type]
    for path in ("/manage/imports", "/manage/versions/1/restore", "/manage/imports/x/publish"):
        assert caller.post(path, **how).status_code == 403, path  # type: ignore[arg-type]
    assert 'href="/manage"' not in caller.get("/about", **how).text  # type: ignore[arg-type]


@pytest.mark.parametrize("token", ["abc", "matkhau", "a" * 80])
def test_a_weak_token_is_refused_at_start(small_atlas: Atlas, tmp_path: Path, token: str) -> None:
    with pytest.raises(BadSource, match=r"app\.py token"):
        application(small_atlas, data_dir=tmp_path, manage_token=token)


@pytest.mark.parametrize(("lang", "wrong"), [("vi", "không đúng"), ("en", "Incorrect")])
def test_the_token_opens_and_signing_out_ends_the_session(guarded: Flask, lang: str, wrong: str) -> None:
    caller = guarded.test_client()
    refused = caller.post(f"/manage/sign-in?lang={lang}", data={"token": "sai"})
    assert refused.status_code == 403 and wrong in read(refused.text).text and "Set-Cookie" not in refused.headers
    right = caller.post("/manage/sign-in", data={"token": TOKEN})
    assert (right.status_code, right.location) == (303, "/manage")
    assert caller.get("/manage").status_code == 200 and 'href="/manage"' in caller.get("/about").text

    stolen = right.headers["Set-Cookie"].partition(";")[0]
    assert TOKEN not in stolen
    assert caller.post("/manage/sign-out", headers=FORM).status_code == 303
    thief = guarded.test_client(use_cookies=False)
    assert thief.get("/manage", headers={"Cookie": stolen}).status_code == 303
    assert caller.get("/manage").status_code == 303


@pytest.mark.parametrize(
    ("public", "path", "secure", "name"),
    [("", "/", False, COOKIE), ("http://ban-do.example.vn", "/", False, COOKIE),
     ("https://ban-do.example.vn", "/", True, f"__Host-{COOKIE}"),
     ("https://so.example.vn/ocop", "/ocop", True, f"__Secure-{COOKIE}")],
)  # fmt: skip
def test_the_cookie_is_kept_safe(
    small_atlas: Atlas, tmp_path: Path, public: str, path: str, secure: bool, name: str
) -> None:
    caller = application(small_atlas, data_dir=tmp_path, manage_token=TOKEN, public_url=public).test_client()
    cookie = caller.post("/manage/sign-in", data={"token": TOKEN}).headers["Set-Cookie"]
    parts = set(cookie.split("; ")[1:])
    assert cookie.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Strict", f"Path={path}", "Max-Age=43200"} <= parts
    assert ("Secure" in parts) == secure
    again = application(small_atlas, data_dir=tmp_path / "b", manage_token=TOKEN).test_client()
    over_tls = again.post("/manage/sign-in", data={"token": TOKEN}, base_url="https://localhost")
    assert "Secure" in over_tls.headers["Set-Cookie"]


def test_signing_in_again_ends_the_session_before(guarded: Flask, signed_in: FlaskClient) -> None:
    first = signed_in.get_cookie(COOKIE)
    assert first is not None
    signed_in.post("/manage/sign-in", data={"token": TOKEN}, headers=FORM)
    assert (
        guarded.test_client(use_cookies=False).get("/manage", headers={"Cookie": f"{COOKIE}={first.value}"}).status_code
        == 303
    )
    assert signed_in.get("/manage").status_code == 200


@pytest.mark.parametrize("token", ["", TOKEN])
def test_a_link_of_the_machine_opens_once(small_atlas: Atlas, tmp_path: Path, token: str) -> None:
    app = application(small_atlas, data_dir=tmp_path, manage_token=token)
    path = f"/manage/sign-in?code={code_in(tmp_path)}"
    caller = app.test_client()
    assert caller.head(path).status_code == 200  # looks, and uses nothing up
    answer = caller.get(path)
    assert (answer.status_code, answer.location) == (303, "/manage")
    assert caller.get("/manage").status_code == 200
    for lang, words in (("vi", "đã được dùng"), ("en", "used already")):
        again = app.test_client().get(f"{path}&lang={lang}")
        assert again.status_code == 403 and words in read(again.text).text and "Set-Cookie" not in again.headers


@pytest.mark.parametrize(
    ("lang", "words", "title"), [("vi", "dùng được một lần", "Đăng nhập"), ("en", "works once", "Sign in")]
)
def test_without_a_token_the_page_says_how_to_sign_in(
    without_token: FlaskClient, lang: str, words: str, title: str
) -> None:
    page = read(without_token.get(f"/manage/sign-in?lang={lang}").text)
    assert words in page.text and title in page.text and "python app.py sign-in-link" in page.text
    assert not page.all("input", type="password")
    answer = without_token.post("/manage/sign-in", data={"token": ""})
    assert "Set-Cookie" not in answer.headers


def test_programs_send_the_token_as_bearer(guarded: Flask) -> None:
    caller = guarded.test_client()
    for sent, status in ((f"Bearer {TOKEN}", 200), (f"bearer {TOKEN}", 200), (f"Basic {TOKEN}", 303)):
        assert caller.get("/manage", headers={"Authorization": sent}).status_code == status, sent
    assert caller.post("/manage/imports", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 400
    # Elsewhere the header may be for somebody else: it is not looked at.
    for _ in range(10):
        assert caller.get("/about", headers={"Authorization": "Bearer x"}).status_code == 200


def test_a_token_of_any_letters_is_sent_as_bearer(small_atlas: Atlas, tmp_path: Path) -> None:
    token = "Đ9ạ-x7Ở_kK2ề4qWư8mZ3ỗ-aB6ị5nTv1Rễ0pLụ7cHẫ"
    caller = application(small_atlas, data_dir=tmp_path, manage_token=token).test_client()
    for sent, status in ((token.encode().decode("latin-1"), 200), (f"{token}4".encode().decode("latin-1"), 303)):
        assert caller.get("/manage", headers={"Authorization": f"Bearer {sent}"}).status_code == status


def test_nothing_of_it_is_kept_or_found(signed_in: FlaskClient) -> None:
    for path in ("/manage", "/manage/versions", "/manage/imports/none", "/manage/sign-in"):
        answer = signed_in.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Robots-Tag"] == "noindex", path
    assert "Disallow: /manage" in signed_in.get("/robots.txt").text


def test_a_guessed_cookie_opens_nothing(guarded: Flask) -> None:
    for value in ("", "abc", "0" * 64, TOKEN):
        answer = guarded.test_client(use_cookies=False).get("/manage", headers={"Cookie": f"{COOKIE}={value}"})
        assert answer.status_code == 303


def test_a_damaged_file_of_sessions_leaves_the_public_pages_alone(tmp_path: Path, signed_in: FlaskClient) -> None:
    path = tmp_path / "access.sqlite"
    head = path.read_bytes()[:4096]
    path.write_bytes(head + b"\xff" * (path.stat().st_size - 4096))
    assert signed_in.get("/about").status_code == 200
    path.write_bytes(head + b"\xff" * 40_000)
    failed = signed_in.get("/manage")
    assert failed.status_code == 503 and "access.sqlite" in failed.text
    assert signed_in.get("/manage").status_code == 303  # replaced: everybody signs in again
    assert signed_in.post("/manage/sign-in", data={"token": TOKEN}).status_code == 303
    assert signed_in.get("/manage").status_code == 200


# --- how often -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["form", "bearer", "link"])
def test_wrong_secrets_are_slowed_down(guarded: Flask, caplog: pytest.LogCaptureFixture, way: str) -> None:
    caller = guarded.test_client()

    def offer(secret: str) -> int:
        if way == "form":
            return caller.post("/manage/sign-in", data={"token": secret}).status_code
        if way == "bearer":
            return caller.get("/manage", headers={"Authorization": f"Bearer {secret}"}).status_code
        return caller.get(f"/manage/sign-in?code={secret}").status_code

    with caplog.at_level(logging.INFO, "geo.acts"):
        statuses = [offer(f"wrong-{number}") for number in range(60)]
    assert statuses[:3] == [303 if way == "bearer" else 403] * 3
    assert statuses.count(429) >= 55
    lines = [json.loads(record.message) for record in caplog.records if record.name == "geo.acts"]
    assert 4 <= len(lines) <= 10  # not one for each
    assert lines[0] | {"request": ""} == {
        "act": "sign_in", "outcome": "failed", "from": "127.0.0.1", "way": "token" if way == "form" else way,
        "request": "",
    }  # fmt: skip
    assert lines[3]["outcome"] == "delayed" and lines[3]["wait_s"] == 1
    assert "wrong-" not in caplog.text


@pytest.mark.parametrize(("lang", "words"), [("vi", "Hãy thử lại sau"), ("en", "Try again in")])
def test_who_must_wait_reads_how_long_even_with_the_right_token(guarded: Flask, lang: str, words: str) -> None:
    caller = guarded.test_client()
    for _ in range(3):
        caller.post("/manage/sign-in", data={"token": "x"})
    answer = caller.post(f"/manage/sign-in?lang={lang}", data={"token": TOKEN})
    assert answer.status_code == 429 and words in read(answer.text).text
    assert int(answer.headers["Retry-After"]) == 1
    # Others are not kept waiting, nor is who has signed in.
    there = {"REMOTE_ADDR": "10.0.0.9"}
    assert caller.post("/manage/sign-in", data={"token": TOKEN}, environ_overrides=there).status_code == 303
    assert caller.get("/manage").status_code == 200


# --- whose form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "localhost"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 400),  # reaches the form, which is empty
        ({"Origin": "http://localhost"}, 400),
    ],
)
def test_forms_of_other_sites_are_refused(signed_in: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert signed_in.post("/manage/imports", headers=headers).status_code == status
    if status == 403 and headers:  # a page of another site that knew the token would not be let in either
        form = {"form_token": form_token_of(signed_in)}
        assert signed_in.post("/manage/imports", data=form, headers=headers).status_code == 403
        assert signed_in.post("/manage/sign-in", data={"token": TOKEN}, headers=headers).status_code == 403


def test_a_browser_that_says_nothing_sends_the_token_of_its_session(guarded: Flask, signed_in: FlaskClient) -> None:
    own = form_token_of(signed_in)
    other = guarded.test_client()
    other.post("/manage/sign-in", data={"token": TOKEN})
    for value, status in ((own, 400), (form_token_of(other), 403), ("", 403), (own[:-1], 403)):
        assert signed_in.post("/manage/imports", data={"form_token": value}).status_code == status
    assert signed_in.post("/manage/sign-out").status_code == 403
    assert signed_in.get("/manage").status_code == 200
    assert signed_in.post("/manage/sign-out", data={"form_token": own}).status_code == 303
    assert signed_in.get("/manage").status_code == 303


def test_every_form_of_manage_holds_the_token() -> None:
    templates = Path(__file__).resolve().parents[2] / "templates" / "manage"
    forms = [
        (path.name, form)
        for path in sorted(templates.glob("*.html"))
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL)
    ]
    assert len(forms) > 8
    assert [name for name, form in forms if "{{ form_token }}" not in form] == []


def test_a_proxy_may_ask_under_a_name_of_its_own(small_atlas: Atlas, tmp_path: Path) -> None:
    caller = application(small_atlas, data_dir=tmp_path, manage_token=TOKEN, public_url=f"{OURS}/ocop").test_client()
    headers = {"Host": "127.0.0.1:5000", "Authorization": f"Bearer {TOKEN}"}
    for origin, status in ((OURS, 400), ("http://evil.example", 403)):
        assert caller.post("/manage/imports", headers={**headers, "Origin": origin}).status_code == status


# --- what the log says ---------------------------------------------------------------------------------


def test_each_act_is_a_line(signed_in: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "geo.acts")
    headers = FORM | {"X-Request-ID": "r-1"}
    signed_in.post("/manage/versions/1/restore", data={"who": "Sở\nNN \u2028\u202e", "why": "bí mật"}, headers=headers)
    signed_in.post("/manage/imports", headers={"Origin": "https://evil.example"})
    signed_in.post("/manage/sign-out", headers=FORM)
    signed_in.post("/manage/imports", headers=FORM)  # by nobody: no act
    signed_in.post("/manage/sign-in", data={"token": TOKEN})
    lines = [record.message for record in caplog.records if record.name == "geo.acts"]
    acts = [json.loads(line) for line in lines]
    assert [(act["act"], act["outcome"]) for act in acts] == [
        ("restore", "refused"), ("upload", "refused"), ("sign_out", "done"), ("sign_in", "done"),
    ]  # fmt: skip
    assert acts[0] == {
        "act": "restore", "outcome": "refused", "from": "127.0.0.1", "request": "r-1", "session": acts[1]["session"],
        "who": "Sở\nNN \u2028\u202e", "path": "/manage/versions/1/restore", "status": acts[0]["status"],
    }  # fmt: skip
    assert acts[3]["session"] != acts[1]["session"] == acts[2]["session"]
    assert all(len(line.splitlines()) == 1 and "\u202e" not in line for line in lines)
    assert "Sở" in lines[0] and TOKEN not in caplog.text and "bí mật" not in "".join(lines)
    cookie = signed_in.get_cookie(COOKIE)
    assert cookie is not None and cookie.value not in caplog.text


def test_the_access_log_is_a_switch_and_keeps_secrets_out(
    small_atlas: Atlas, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "geo.access")
    application(small_atlas, data_dir=tmp_path).test_client().get("/about")
    assert not [record for record in caplog.records if record.name == "geo.access"]
    caller = application(small_atlas, data_dir=tmp_path, access_log=True).test_client()
    paths = ("/collections/products/items?limit=1", "/collections", "/collections", "/none", "/manage/sign-in?code=abc",
             "/manage//sign-in?code=abc", "/x%0Ay")  # fmt: skip
    for path in paths:
        caller.get(path, headers={"X-Request-ID": "r-1"})
    lines = [json.loads(record.message) for record in caplog.records if record.name == "geo.access"]
    assert [line["status"] for line in lines] == [200, 200, 200, 404, 403, 308, 404]
    assert lines[0] | {"ms": 0, "bytes": ""} == {
        "from": "127.0.0.1", "method": "GET", "path": "/collections/products/items", "query": "limit=1", "status": 200,
        "request": "r-1", "ms": 0, "bytes": "",
    }  # fmt: skip
    assert lines[6]["path"] == "/x\ny" and "abc" not in caplog.text

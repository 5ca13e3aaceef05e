"""The pages of /manage without a browser: every step, every refusal, both languages."""

import io
import json
import shutil
import time

import pytest
from filelock import FileLock
from flask.testing import FlaskClient
from openpyxl import load_workbook

from geo.disk_usage import usage_of
from geo.drafts import DraftStore, RestorationStore
from geo.ingest.decisions import Answers
from geo.settings import Settings
from geo.store import open_store
from tests.web.conftest import BROWSER, read
from tests.web.manage_pages import HOSTILE, upload, waited, workbook


@pytest.mark.parametrize(("lang", "words"), [("vi", "Vấn đề phát hiện khi kiểm tra"), ("en", "Findings")])
def test_an_import_is_shown_in_both_languages(caller: FlaskClient, lang: str, words: str) -> None:
    path = upload(caller)
    answer = caller.get(f"{path}?lang={lang}")
    page = read(answer.text)
    assert answer.status_code == 200 and words in page.text
    assert HOSTILE in page.text and "<script>alert(1)" not in answer.text
    assert "sáu" in page.text
    listing = read(caller.get(f"/manage?lang={lang}").text)
    assert "Danh sách.xlsx" in listing.text


def test_what_is_decided_is_kept_published_compared_and_undone(caller: FlaskClient, office: Settings) -> None:
    path = upload(caller)
    query = {"address:xã Sam Mứn": "old_communes:00011", "map:Tên chủ thể": "name", "map:Loại hình": "kind", "map:Xã": "@commune",
             "map:Số hộ": "", "whole-shown": "yes", "source:publisher": "Sở Nông nghiệp"}  # fmt: skip
    waited(caller, caller.post(f"{path}/answers", data=query).location)
    review = json.loads((office.drafts_dir / path.rpartition("/")[2] / "review.json").read_bytes())
    assert review["questions"] == [] and review["source"]["publisher"] == "Sở Nông nghiệp"
    assert next(c["target"] for c in review["columns"] if c["column"] == "Số hộ") == ""

    for form, status in (
        ({"who": "A", "digest": review["digest"]}, 400),
        ({"who": "A", "why": "b", "digest": "0"}, 303),
    ):
        assert caller.post(f"{path}/publish", data=form).status_code == status
    waited(caller, path)
    assert "thay đổi từ khi bạn xem trước" in read(caller.get(path).text).text
    assert len(open_store(office).versions()) == 1

    caller.post(f"{path}/publish", data={"who": "A", "why": "Danh sách", "digest": review["digest"]})
    waited(caller, path)
    assert "Đã công bố" in read(caller.get(path).text).text
    assert "HTX Hai" in caller.get("/producers/P3").text  # the site serves the new version at once
    for page, words in (("/manage/versions", "Danh sách"), ("/manage/versions/2", "HTX Hai"),
                        ("/manage/versions/2?with=0", "P3"), ("/manage/versions/1?layer=sites", "Di tích"),
                        ("/manage/history/producers/P3?lang=en", "Added")):  # fmt: skip
        answer = caller.get(page)
        assert answer.status_code == 200 and words in read(answer.text).text, page
    changes = json.loads(caller.get("/manage/versions/2/changes.geojson").data)
    assert {one["id"] if "id" in one else one["properties"]["id"] for one in changes["features"]} == {"P2", "P3"}
    was = json.loads(caller.get("/manage/versions/1/producers.geojson").data)
    assert [one["id"] for one in was["features"]] == ["P1"]

    assert caller.post("/manage/versions/1/restore", data={"who": "A"}).status_code == 400
    restored = caller.post("/manage/versions/1/restore", data={"who": "A", "why": "nhầm"})
    assert restored.status_code == 303 and restored.location.startswith("/manage/restorations/")
    assert caller.get(waited(caller, restored.location)).location == "/manage/versions/3"
    assert caller.get("/producers/P3").status_code == 404
    history = read(caller.get("/manage/history/producers/P3").text)
    assert "Xoá" in history.text and "nhầm" in history.text


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", ("Đang chờ đến lượt", "Tải lại trang")), ("en", ("Waiting for its turn", "Reload"))]
)
def test_a_restoration_is_answered_at_once_and_its_page_waits_for_it(
    caller: FlaskClient, office: Settings, lang: str, words: tuple[str, str]
) -> None:
    with FileLock(office.data_dir / "imports.lock"):  # held as by a job of another process
        answer = caller.post(f"/manage/versions/1/restore?lang={lang}", data={"who": "A", "why": "b"})
        assert answer.status_code == 303 and answer.location.startswith("/manage/restorations/")
        rows = caller.get(answer.location)
        page = read(rows.text)
        assert rows.status_code == 200 and all(text in page.text for text in words)
        assert '<noscript><meta http-equiv="refresh"' in rows.text
        path = answer.location.partition("?")[0]
        state = json.loads(caller.get(f"{path}/state.json?lang={lang}").data)
        assert state == {"state": "waiting", "busy": True, "progress": ""}
        listing = read(caller.get(f"/manage/versions?lang={lang}").text)
        assert words[0] in listing.text and answer.location in [link.attrs["href"] for link in listing.all("a")]
    waited(caller, path)
    # The first version is the current one: nothing differs, so nothing new is published.
    assert caller.get(answer.location).location == caller.get(path + f"?lang={lang}").location
    assert caller.get(answer.location).location.startswith("/manage/versions/1")
    assert words[0] not in read(caller.get(f"/manage/versions?lang={lang}").text).text


@pytest.mark.parametrize(
    ("lang", "failed", "interrupted"),
    [("vi", "hỏng", "bị ngắt giữa chừng"), ("en", "broken", "was interrupted")],
)
def test_a_restoration_that_failed_says_why_and_can_be_tried_again(
    caller: FlaskClient, office: Settings, lang: str, failed: str, interrupted: str
) -> None:
    restorations = RestorationStore(office.restorations_dir)
    one = restorations.create(1, who=HOSTILE, why="nhầm")
    for values, words in (
        ({"state": "failed", "error": ("hỏng", "broken")}, failed),
        ({"state": "working", "error": None}, interrupted),
    ):
        one = restorations.change(one, **values)
        answer = caller.get(f"/manage/restorations/{one.id}?lang={lang}")
        page = read(answer.text)
        assert words in page.text and HOSTILE in page.text and "<script>alert(1)" not in answer.text
        assert '<meta http-equiv="refresh"' not in answer.text
        (form,) = [form for form in page.all("form") if form.attrs["action"].startswith("/manage/versions/1/restore")]
        assert form.attrs["method"] == "post"
        assert [field.attrs["value"] for field in page.all("input", type="hidden", name="who")] == [HOSTILE]


def test_what_reading_leaves_can_be_downloaded(caller: FlaskClient) -> None:
    path = upload(caller)
    for name, kind in (("preview.geojson", "application/geo+json"), ("changes.csv", "text/csv; charset=utf-8"),
                       ("findings.csv", "text/csv; charset=utf-8")):  # fmt: skip
        answer = caller.get(f"{path}/{name}")
        assert (answer.status_code, answer.content_type) == (200, kind)
    preview = json.loads(caller.get(f"{path}/preview.geojson").data)
    assert preview["features"][0]["properties"]["status"] == "added"


def test_the_workbook_with_remarks_is_written_by_a_job_and_nobody_waits_in_a_request(
    caller: FlaskClient, office: Settings
) -> None:
    path = upload(caller)
    assert caller.get(f"{path}/returned.xlsx").status_code == 404
    (form,) = read(caller.get(path).text).all("form", action=f"{path}/returned")
    assert form.attrs["method"] == "post"
    with FileLock(office.data_dir / "imports.lock"):  # held as by a job of another process
        answers = [caller.post(f"{path}/returned") for _ in range(9)]
        assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{path}/returned.xlsx")}
        page = caller.get(f"{path}/returned.xlsx", headers={"Accept": "text/html"})
        assert page.status_code == 503 and int(page.headers["Retry-After"]) > 0 and 'http-equiv="refresh"' in page.text
    for _ in range(300):
        answer = caller.get(f"{path}/returned.xlsx")
        if answer.status_code != 503:
            break
        time.sleep(0.2)
    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None and "Kết quả kiểm tra" in [cell.value for row in sheet.iter_rows() for cell in row]


def test_a_workbook_that_cannot_be_written_says_why(caller: FlaskClient, office: Settings) -> None:
    path = upload(caller)
    folder = office.drafts_dir / path.rpartition("/")[2]
    next((folder / "files").iterdir()).write_bytes(b"no table")
    assert caller.post(f"{path}/returned").status_code == 303
    for _ in range(300):
        answer = caller.get(f"{path}/returned.xlsx?lang=en")
        if answer.status_code != 503:
            break
        time.sleep(0.2)
    assert answer.status_code == 400 and "is of a kind that is not known here" in answer.text


def test_a_profile_is_kept_used_and_forgotten(caller: FlaskClient) -> None:
    path = upload(caller)
    assert caller.post(f"{path}/profile", data={"name": "Xã gửi"}).status_code == 303
    assert "Xã gửi" in caller.get("/manage").text
    assert "Mẫu nhập: Xã gửi" in read(caller.get(upload(caller, profile="Xã gửi")).text).text
    refused = caller.post("/manage/imports", data={"layer": "sites", "who": "A", "profile": "Xã gửi"})
    assert refused.status_code == 400
    assert caller.post("/manage/profiles/delete", data={"name": "Xã gửi"}).status_code == 303
    assert caller.post("/manage/profiles/delete", data={"name": "Xã gửi"}).status_code == 404


def test_a_draft_is_deleted(caller: FlaskClient) -> None:
    path = upload(caller)
    assert caller.post(f"{path}/delete").status_code == 303
    assert caller.get(path).status_code == 404
    assert caller.post(f"{path}/delete").status_code == 404


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({}, 400, {"vi": "lớp dữ liệu", "en": "the layer"}),
        ({"layer": "producers"}, 400, {"vi": "người hoặc cơ quan", "en": "who sends"}),
        ({"layer": "producers", "who": "A"}, 400, {"vi": "Chưa chọn tệp", "en": "No file"}),
        ({"layer": "none", "who": "A", "files": (io.BytesIO(b"a,b\n1,2"), "a.csv")}, 404, {"vi": "Không có lớp", "en": "No layer"}),
        ({"layer": "sites", "who": "A" * 600}, 400, {"vi": "tối đa 500", "en": "at most 500"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for(
    caller: FlaskClient, form: dict[str, object], status: int, words: dict[str, str], lang: str
) -> None:
    fresh = {name: (io.BytesIO(b"a,b\n1,2"), "a.csv") if name == "files" else value for name, value in form.items()}
    answer = caller.post(f"/manage/imports?lang={lang}", data=fresh, content_type="multipart/form-data")
    assert answer.status_code == status
    assert words[lang] in read(answer.text).text


def test_too_large_an_upload_is_refused(caller: FlaskClient) -> None:
    longer = {"CONTENT_LENGTH": str(3 * 1024 * 1024)}
    answer = caller.post("/manage/imports", data={"layer": "sites", "who": "A"}, environ_overrides=longer)
    assert answer.status_code == 413
    assert "quá lớn" in answer.text


@pytest.mark.parametrize("path", ["/manage/imports/x", "/manage/imports/20200101-000000-aaaaaa", "/manage/versions/99",
                                  "/manage/versions/0", "/manage/versions/1/none.geojson", "/manage/history/sites/H999",
                                  "/manage/history/none/1",
                                  "/manage/history/links/made_by.R01.P01", "/manage/versions/1/links.geojson",
                                  "/manage/versions/1?layer=links", "/manage/restorations/x",
                                  "/manage/restorations/20200101-000000-aaaaaa/state.json", "/manage/imports/20200101-000000-aaaaaa/state.json"])  # fmt: skip
def test_what_is_not_there_is_not_found(caller: FlaskClient, path: str) -> None:
    assert caller.get(path).status_code == 404


def test_unknown_parameters_are_refused(caller: FlaskClient) -> None:
    for path in ("/manage?x=1", "/manage/versions?x=1", "/manage/versions/1?wiht=1"):
        assert caller.get(path).status_code == 400


@pytest.mark.parametrize(("lang", "words"), [("vi", "quá lớn"), ("en", "too large")])
def test_too_large_a_file_leaves_nothing(caller: FlaskClient, office: Settings, lang: str, words: str) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
    body = head + b"x" * 3_000_000 + b"\r\n--b--\r\n"
    answer = caller.post(f"/manage/imports?lang={lang}", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413 and words in read(answer.text).text
    assert answer.headers["Cache-Control"] == "no-store"
    assert not office.drafts_dir.exists() or not list(office.drafts_dir.iterdir())


def test_a_hostile_file_name_stays_text(caller: FlaskClient) -> None:
    path = upload(caller, files=(workbook("HTX Một"), '<img src=x onerror="alert(1)">.xlsx'))
    for page in (path, "/manage"):
        document = read(caller.get(page).text)
        assert not [image for image in document.all("img") if "onerror" in image.attrs], page
        assert "onerror=" in document.text


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_refusals_speak_the_language_of_the_form(caller: FlaskClient, office: Settings, lang: str) -> None:
    drafts = DraftStore(office.drafts_dir)
    source = office.data_dir / "a.csv"
    source.write_text("a\n1\n")
    draft = drafts.create("zones", {"a.csv": source}, who="A", answers=Answers())
    drafts.change(draft, state="failed", error=("hỏng", "broken"))
    path, none = f"/manage/imports/{draft.id}", "/manage/imports/20200101-000000-aaaaaa"
    publish = {"who": "A", "why": "b", "digest": "0"}
    for address, form, status, words in (
        (f"{path}/publish", {"who": "A", "digest": "0"}, 400, {"vi": "lý do", "en": "why"}),
        (f"{path}/publish", {"why": "b", "digest": "0"}, 400, {"vi": "người công bố", "en": "who publishes"}),
        (f"{path}/publish", {"who": "A", "why": "b"}, 400, {"vi": "bản xem trước", "en": "the preview"}),
        (f"{path}/publish", publish, 409, {"vi": "chưa sẵn sàng", "en": "not ready"}),
        (f"{path}/profile", {"name": "x"}, 409, {"vi": "chưa được đọc", "en": "not been read"}),
        (f"{none}/publish", publish, 404, {"vi": "Không có lần nhập", "en": "No import"}),
        (f"{none}/answers", {}, 404, {"vi": "Không có lần nhập", "en": "No import"}),
        ("/manage/versions/1/restore", {"why": "b"}, 400, {"vi": "người khôi phục", "en": "who restores"}),
        ("/manage/versions/9/restore", {"who": "A", "why": "b"}, 404, {"vi": "Không có phiên bản", "en": "No version"}),
    ):
        answer = caller.post(f"{address}?lang={lang}", data=form, headers=BROWSER)
        document = read(answer.text)
        assert answer.status_code == status and words[lang] in document.text, address
        assert document.all("html")[0].attrs["lang"] == lang
    texts = read(caller.get(f"{path}?lang={lang}").text).text
    assert {"vi": "hỏng", "en": "broken"}[lang] in texts
    for name in ("preview.geojson", "changes.csv", "returned.xlsx"):
        assert caller.get(f"{path}/{name}").status_code == 404, name


def test_an_import_that_was_cut_off_offers_to_read_the_file_again(caller: FlaskClient, office: Settings) -> None:
    drafts = DraftStore(office.drafts_dir)
    source = office.data_dir / "a.csv"
    source.write_text("a\n1\n")
    draft = drafts.create("zones", {"a.csv": source}, who="A", answers=Answers())
    path = f"/manage/imports/{draft.id}"
    with drafts.lock(draft.id):
        drafts.change(draft, state="publishing")
        page = read(caller.get(f"{path}?lang=en").text)
        assert page.all("div", id="working") and not page.all("form", action=f"{path}/delete?lang=en")
        assert caller.post(f"{path}/delete").status_code == 409
    page = read(caller.get(f"{path}?lang=en").text)
    assert "interrupted" in page.text and page.all("form", action=f"{path}/answers?lang=en")
    assert "Interrupted" in read(caller.get("/manage?lang=en").text).text


@pytest.mark.parametrize(("lang", "words"), [("vi", "Ô bản đồ đã tạo"), ("en", "Finished tiles")])
def test_the_page_of_disk_space_shows_every_kind_of_file(
    caller: FlaskClient, office: Settings, lang: str, words: str
) -> None:
    upload(caller)
    shutil.rmtree(office.data_dir / "exports", ignore_errors=True)
    (office.data_dir / "exports").mkdir()
    (office.data_dir / "exports" / "a").write_bytes(b"x" * 1_240_000)
    page = read(caller.get(f"/manage/storage?lang={lang}").text)
    assert words in page.text and {"vi": "1,2", "en": "1.2"}[lang] in [cell.text for cell in page.all("td")]
    assert f"{office.atlases}" in page.text and "GEO_ATLASES" in page.text and "GEO_DRAFT_DAYS" in page.text
    total = sum(usage.size for usage in usage_of(office))
    assert total == sum(path.stat().st_size for path in office.data_dir.rglob("*") if path.is_file())
    assert caller.get("/manage/storage?x=1").status_code == 400


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/manage/imports", "/manage"),
        ("/manage/imports/20260101-abc/answers", "/manage/imports/20260101-abc"),
        ("/manage/imports/20260101-abc/returned", "/manage/imports/20260101-abc"),
        ("/manage/profiles/delete", "/manage"),
        ("/manage/versions/1/restore", "/manage/versions/1"),
        ("/manage/cohorts/G1", "/plan/phase"),
        ("/manage/sign-out", "/manage"),
    ],
)
def test_who_opens_the_address_of_a_form_is_led_to_the_page_with_the_form(
    caller: FlaskClient, path: str, page: str
) -> None:
    answer = caller.get(f"{path}?lang=en")
    assert (answer.status_code, answer.location) == (303, f"{page}?lang=en")


@pytest.mark.parametrize(
    ("lang", "author", "reason"),
    [
        ("vi", "dữ liệu gốc của chương trình", "đọc từ thư mục data/shapefiles"),
        ("en", "data that came with the program", "read from the folder data/shapefiles"),
    ],
)
def test_the_first_version_says_in_words_where_it_comes_from(
    caller: FlaskClient, lang: str, author: str, reason: str
) -> None:
    for path in ("/manage/versions", "/manage/versions/1"):
        text = read(caller.get(f"{path}?lang={lang}").text).text
        assert author in text and reason in text, path

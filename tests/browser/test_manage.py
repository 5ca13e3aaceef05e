"""The pages of /manage in a real browser: upload, decide, look, publish, compare, restore; both sizes, both languages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page, expect

from geo.access.private_database import PrivateDatabase
from geo.access.sign_in_links import SignInLinks, link_to
from geo.atlas import open_atlases
from geo.drafts import Jobs, RestorationStore
from geo.drafts.child import carry_out
from geo.settings import Settings
from geo.store import open_store
from tests.browser.accessibility import broken_rules
from tests.browser.conftest import WatchedPage, serve, watch
from tests.office import write_vn2000_zones
from tests.web.conftest import TOKEN

WAIT_MS = 60_000


def sign_in(watched: WatchedPage, office: Settings) -> WatchedPage:
    """Somebody who opened the sign-in link of the machine."""
    code = SignInLinks(PrivateDatabase(office.access_path)).make_code()
    watched.page.goto(link_to(watched.site, code))
    assert watched.page.url == f"{watched.site}/manage"
    return watched


@pytest.fixture
def managed(browser: Browser, office: Settings, size: str) -> Iterator[WatchedPage]:
    """A watched page of a site of its own, in each of the two sizes; jobs are carried out in this process."""
    for site in serve(office, open_atlases(office), Jobs(office, work=carry_out)):
        for watched in watch(browser, site, size):
            yield sign_in(watched, office)


@pytest.fixture
def managed_without_scripts(browser: Browser, office: Settings) -> Iterator[WatchedPage]:
    """The same in a browser without JavaScript; jobs are carried out in processes of their own."""
    for site in serve(office, open_atlases(office)):
        for watched in watch(browser, site, "desktop", scripts=False):
            yield sign_in(watched, office)


def workbook(path: Path) -> Path:
    """A list as a commune sends it: titles above, one mistake, one hostile name."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["DANH SÁCH CHỦ THỂ OCOP"],
        [],
        ["STT", "Tên chủ thể", "Loại hình", "Số hộ", "Xã", "Huyện"],
        [1, "HTX Dược liệu <img src=x onerror=alert(1)>", "HTX", 25, "Mường Ảng", "Điện Biên"],
        [2, "HTX Mật ong Sam Mứn", "Hợp tác xã", "mười", "Sam Mứn", None],
    ):
        sheet.append(row)
    book.save(path)
    return path


def upload(watched: WatchedPage, files: list[Path], layer: str, lang: str = "vi") -> Page:
    page = watched.open(f"/manage?lang={lang}")
    page.set_input_files("[name=files]", [str(file) for file in files])
    page.select_option("[name=layer]", layer)
    page.fill("[name=who]", "Chi cục Phát triển nông thôn")
    page.click("form.upload [type=submit]")
    page.wait_for_selector("#findings", timeout=WAIT_MS)
    return page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_list_is_uploaded_looked_at_and_published(
    managed: WatchedPage, office: Settings, tmp_path: Path, lang: str
) -> None:
    page = upload(managed, [workbook(tmp_path / "Danh sách.xlsx")], "producers", lang)
    expect(page.locator("h1")).to_have_text("Danh sách.xlsx")
    expect(page.locator("#findings")).to_contain_text("mười")
    expect(page.locator("#addresses")).to_contain_text("Sam Mứn")
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator("path.mark--added")).to_have_count(1)
    assert page.locator("#preview img[src=x]").count() == 0

    page.select_option("#addresses select", index=2)
    page.click(".decide [type=submit]")
    page.wait_for_selector("#addresses", state="detached", timeout=WAIT_MS)
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator("path.mark--added")).to_have_count(2)
    expect(page.locator("path.mark--approximate")).to_have_count(2)

    page.locator("[data-show]").first.click()
    expect(page.locator(".leaflet-tooltip")).to_contain_text("<img src=x")
    page.fill("#publish [name=why]", "Danh sách tháng 11")
    page.click("#publish [type=submit]")
    page.wait_for_selector(".alert--ok", timeout=WAIT_MS)
    versions = open_store(office).versions()
    assert [(one.number, one.why) for one in versions][1:] == [(2, "Danh sách tháng 11")]

    page.click(".alert--ok a")
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator("tr", has_text="HTX Mật ong Sam Mứn")).to_have_count(1)
    page.get_by_role("link", name="P2", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("HTX Dược liệu")


def test_a_shapefile_of_files_sent_together_asks_for_its_system_and_can_be_undone(
    managed: WatchedPage, office: Settings, tmp_path: Path
) -> None:
    shapes = write_vn2000_zones(tmp_path / "vung.shp", prj=False)
    page = upload(managed, sorted(tmp_path.glob("vung.*")), "zones")
    assert shapes.exists()
    expect(page.locator(".alert--warn").first).to_be_visible()
    expect(page.locator("#mapping")).to_contain_text("Vùng chè")
    assert page.locator("#publish form").count() == 0
    page.locator("#crs [name=crs]").first.check()
    page.click(".decide [type=submit]")
    page.wait_for_selector("#publish form", timeout=WAIT_MS)
    page.fill("#publish [name=why]", "Bản đồ vùng trồng")
    page.click("#publish [type=submit]")
    page.wait_for_selector(".alert--ok", timeout=WAIT_MS)

    managed.open("/manage/versions/1")
    page.fill("[name=who]", "Chi cục")
    page.fill("[name=why]", "công bố nhầm")
    page.locator("form[action*=restore] [type=submit]").click()
    page.wait_for_url("**/manage/versions/3*", timeout=WAIT_MS)
    store = open_store(office)
    assert store.compare(1, 3) == []
    managed.open("/manage/versions/3?with=1")
    expect(page.locator("main")).to_contain_text("Không có thay đổi")


def test_everything_works_without_javascript(
    managed_without_scripts: WatchedPage, office: Settings, tmp_path: Path
) -> None:
    page = upload(managed_without_scripts, [workbook(tmp_path / "ds.xlsx")], "producers")
    page.fill("#publish [name=why]", "không có JavaScript")
    page.click("#publish [type=submit]")
    page.wait_for_selector(".alert--ok", timeout=WAIT_MS)
    assert len(open_store(office).versions()) == 2

    managed_without_scripts.open("/manage/versions/1")
    page.fill("[name=who]", "Chi cục")
    page.fill("[name=why]", "công bố nhầm")
    page.locator("form[action*=restore] [type=submit]").click()
    page.wait_for_url("**/manage/versions/3*", timeout=WAIT_MS)
    assert open_store(office).compare(1, 3) == []


def test_a_list_comes_back_with_remarks_beside_its_rows(managed: WatchedPage, tmp_path: Path) -> None:
    page = upload(managed, [workbook(tmp_path / "ds.xlsx")], "producers")
    with page.expect_download() as waiting:
        page.click("form[action$='/returned'] [type=submit]")
    path = tmp_path / "returned.xlsx"
    waiting.value.save_as(path)
    # The page that waits for the workbook is a 503 with Retry-After, which the browser reports as a failed load.
    assert all("returned.xlsx" in fault or "status of 503" in fault for fault in managed.faults), managed.faults
    managed.faults.clear()
    sheet = load_workbook(path).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "Kết quả kiểm tra" in rows[2]
    assert any("mười" in str(cell) and "Số hộ" in str(cell) for cell in rows[4])


def test_files_are_dropped_and_a_bad_file_says_why(managed: WatchedPage, tmp_path: Path) -> None:
    page = managed.open("/manage")
    page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["%PDF-1.4 hello"], "báo cáo.pdf"));
          const drop = document.getElementById("drop");
          drop.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
          drop.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#chosen")).to_contain_text("báo cáo.pdf")
    page.select_option("[name=layer]", "zones")
    page.fill("[name=who]", "A")
    page.click("form.upload [type=submit]")
    alert = page.locator(".alert--error")
    alert.wait_for(timeout=WAIT_MS)
    expect(alert).to_contain_text("tài liệu PDF")
    page.click("form[action*=delete] [type=submit]")
    expect(page.locator(".empty")).to_be_visible()


def test_a_profile_is_kept_and_used_again(managed: WatchedPage, tmp_path: Path) -> None:
    page = upload(managed, [workbook(tmp_path / "ds.xlsx")], "producers")
    page.locator("[name='map:Số hộ']").select_option("")
    page.click(".decide [type=submit]")
    page.wait_for_selector("text=mười", state="detached", timeout=WAIT_MS)
    page.locator("summary", has_text="Lưu thiết lập").click()
    page.fill("form[action*=profile] [name=name]", "Danh sách xã gửi")
    page.click("form[action*=profile] [type=submit]")
    managed.open("/manage")
    page.set_input_files("[name=files]", str(tmp_path / "ds.xlsx"))
    page.select_option("[name=layer]", "producers")
    page.select_option("[name=profile]", "Danh sách xã gửi")
    page.fill("[name=who]", "A")
    page.click("form.upload [type=submit]")
    page.wait_for_selector("#findings", timeout=WAIT_MS)
    assert page.locator("[name='map:Số hộ']").input_value() == ""


def test_no_page_of_manage_breaks_a_rule_of_accessibility(
    managed: WatchedPage, office: Settings, tmp_path: Path
) -> None:
    page = upload(managed, [workbook(tmp_path / "ds.xlsx")], "producers")
    ready = page.url.removeprefix(managed.site)
    shapes = write_vn2000_zones(tmp_path / "vung.shp", prj=False)
    page = upload(managed, sorted(tmp_path.glob(f"{shapes.stem}.*")), "zones")
    address = page.url.removeprefix(managed.site).partition("?")[0]
    for path in ("/manage", ready, f"{address}?lang=en", "/manage/versions", "/manage/versions/1?layer=sites",
                 "/manage/history/products/R1", "/manage/storage", "/manage/sign-in", failed_restoration(office)):  # fmt: skip
        assert broken_rules(managed.open(path)) == [], path


def failed_restoration(office: Settings) -> str:
    """The page of a restoration that failed."""
    restorations = RestorationStore(office.restorations_dir)
    one = restorations.create(1, who="Chi cục", why="công bố nhầm")
    restorations.change(one, state="failed", error=("Khôi phục thất bại: " + "x" * 200, "Restoring failed"))
    return f"/manage/restorations/{one.id}"


def test_nothing_is_wider_than_a_phone(managed: WatchedPage, office: Settings, tmp_path: Path) -> None:
    page = upload(managed, [workbook(tmp_path / "ds.xlsx")], "producers")
    for path in (
        page.url.removeprefix(managed.site), "/manage", "/manage/versions", "/manage/versions/1",
        "/manage/storage", failed_restoration(office),
    ):  # fmt: skip
        managed.open(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_signing_in_and_out(browser: Browser, office: Settings, size: str, lang: str, token: str) -> None:
    settings = replace(office, manage_token=token)
    for site in serve(settings, open_atlases(settings)):
        for watched in watch(browser, site, size):
            page = watched.open(f"/manage?lang={lang}")
            expect(page).to_have_url(re.compile("/manage/sign-in"))
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            expect(page.locator("code")).to_have_text("python app.py sign-in-link")
            assert page.locator("[type=password]").count() == bool(token)
            if token:
                page.fill("[name=token]", token)
                page.click("main [type=submit]")
                expect(page).to_have_url(f"{site}/manage" + ("?lang=en" if lang == "en" else ""))
            else:
                sign_in(watched, settings)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            page.click(".tabs__end [type=submit]")
            page.wait_for_url(re.compile(f"{site}/([?]|$)"))
            watched.open("/manage")
            expect(page).to_have_url(f"{site}/manage/sign-in")

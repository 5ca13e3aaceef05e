"""The map page as people use it: look, search, filter, walk the links, share, on a desktop and on a phone."""

import json
import re
from itertools import combinations
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from playwright.sync_api import Page, expect

from tests.browser.conftest import WatchedPage
from tests.shipped import values_of

FOUR_STARS = values_of("products", "stars").count(4)


def ready(page: Page) -> Page:
    expect(page.locator("html[data-ready=yes]")).to_be_attached()
    page.wait_for_timeout(250)
    return page


def opened(watched: WatchedPage, path: str = "/") -> Page:
    return ready(watched.open(path))


def params(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def show_tab(page: Page, name: str) -> None:
    page.locator(f"#tab-{name}").click()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_map_opens_whole_and_quiet(watched: WatchedPage, lang: str) -> None:
    page = opened(watched, f"/?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator(".pin, .cluster").count() > 3
    assert page.locator(".maplabel").count() > 0
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("doi a1", "Đồi A1"), ("Đồi A1", "Đồi A1"), ("ca phe ha chung", "Hà Chung"), ("sam mun", "Sam Mứn")],
)
def test_search_finds_with_or_without_diacritics_by_keyboard(desktop: WatchedPage, typed: str, expected: str) -> None:
    page = opened(desktop)
    box = page.get_by_role("combobox")
    box.fill(typed)
    expect(page.locator("#search-hits [role=option]").first).to_contain_text(expected)
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("hit"))
    box.press("Enter")
    expect(page.locator("#record h2")).to_contain_text(expected)
    assert "at" in params(page)


def test_search_for_nothing_says_so_and_helps(watched: WatchedPage) -> None:
    page = opened(watched, "/?stars=4&map=11/21.4/103.1")
    box, hits, status = page.get_by_role("combobox"), page.locator("#search-hits"), page.locator("#search-status")
    box.fill("hoatoatinh")
    expect(hits).to_contain_text("Không tìm thấy “hoatoatinh”")
    expect(status).to_contain_text("Có phải bạn tìm: Tỏa Tình")
    expect(hits.get_by_role("option").first).to_contain_text("Tỏa Tình")
    expect(hits.get_by_role("option").last).to_have_text("Bỏ mọi bộ lọc, xem cả tỉnh")
    box.press("Enter")  # takes nothing that is only offered
    assert params(page)["stars"] == "4"
    box.press("ArrowUp")
    expect(hits.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(page.locator("#active")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\bmap=(\d|10)(\.\d+)?/"))  # farther away than before
    assert "stars" not in params(page)


def test_search_works_without_a_network_once_the_map_is_there(desktop: WatchedPage) -> None:
    page = opened(desktop)
    expect(page.locator("#search[data-index=loaded]")).to_be_attached()
    page.context.set_offline(True)
    box, hits = page.get_by_role("combobox"), page.locator("#search-hits")
    for typed, first, note in (
        ("hamdocat", "Hầm Đờ Cát", ""),
        ("scarf", "Khăn thổ cẩm Na Sang", "“scarf” là khăn"),
        ("mat onng", "Mật ong Bánh Tổ", "Cách viết gần giống"),
        ("ocop 4 sao", "Hạng sao: 4 sao", ""),
        ("huyện Tủa Chùa", "Tên đầy đủ: Huyện Tủa Chùa", ""),
    ):
        box.fill(typed)
        expect(hits.get_by_role("option").first).to_contain_text(first)
        expect(hits).to_contain_text(note)
    expect(page.locator("#search-status")).to_have_text("12 kết quả")
    box.press("Escape")
    expect(hits).to_be_hidden()
    assert not [address for address in desktop.requests if "/search.json" in address]


def test_an_empty_list_offers_names_filters_and_the_whole_province(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?layers=products&q=mat+onng&stars=4&group=beverage")
    pane = page.locator("#pane-list")
    expect(pane.locator(".hit").first).to_contain_text("Mật ong")
    page = opened(desktop, "/?layers=products&stars=4&group=handicraft")
    pane.get_by_role("button", name="Bỏ Hạng sao: 4 sao (1)").click()
    expect(pane.locator(".hit").first).to_contain_text("Khăn thổ cẩm")
    page = opened(desktop, "/?layers=markets&market_kind=market&map=13/21.0/103.3")
    pane.get_by_role("button", name="Xem cả tỉnh").click()
    expect(pane.locator(".hit").first).to_be_visible()
    assert params(page)["market_kind"] == "market"


def test_a_filter_acts_on_the_map_the_list_and_the_address(watched: WatchedPage) -> None:
    page = opened(watched)
    show_tab(page, "filters")
    page.locator("#pane-filters label", has_text="4 sao").first.click()
    expect(page.locator("#active")).to_contain_text("4 sao")
    page.wait_for_timeout(500)
    assert params(page)["stars"] == "4"
    show_tab(page, "list")
    expect(page.locator("#pane-list")).to_contain_text("Cà phê Hồng Kỳ HK13")  # above the sheet of a phone too
    assert "Khẩu xén" not in page.locator("#pane-list").inner_text()
    answer = page.request.get(f"{watched.site}/map.json?stars=4&layers=products").json()
    assert answer["layers"]["products"]["matched"] == FOUR_STARS


def test_a_record_opens_with_its_links_and_they_can_be_walked_and_walked_back(watched: WatchedPage) -> None:
    page = opened(watched, "/?at=products/R03")
    record = page.locator("#record")
    expect(record.locator("h2")).to_have_text("Khẩu xén Mường Lay")
    expect(record).to_contain_text("Vị trí gần đúng")
    expect(record).to_contain_text("hưa có số liệu")
    record.locator("button.hit", has_text="Tổ hợp tác").first.click()
    expect(record.locator("h2")).to_contain_text("Tổ hợp tác")
    expect(record).to_contain_text("Ghi trong hồ sơ")
    page.go_back()
    expect(record.locator("h2")).to_have_text("Khẩu xén Mường Lay")


def test_a_link_that_is_not_certain_says_so(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?at=products/R18")
    expect(page.locator("#record")).to_contain_text("cần kiểm tra")


def test_layers_can_be_switched_off_and_the_address_keeps_it(watched: WatchedPage) -> None:
    page = opened(watched)
    show_tab(page, "layers")
    page.locator("#pane-layers label", has_text="Sản phẩm OCOP").first.click()
    page.wait_for_timeout(500)
    assert "products" not in params(page)["layers"].split(",")
    again = opened(watched, page.url.removeprefix(watched.site))
    show_tab(again, "list")
    assert "Mật ong" not in again.locator("#pane-list").inner_text()


def test_the_base_map_can_be_changed(desktop: WatchedPage) -> None:
    page = opened(desktop)
    show_tab(page, "layers")
    page.locator("#pane-layers").get_by_label("Huyện cũ").check()
    expect(page.locator(".maplabel", has_text="Tủa Chùa").first).to_be_attached()
    assert params(page)["base"] == "districts"


def test_an_address_reproduces_the_view(watched: WatchedPage) -> None:
    page = opened(watched, "/?map=11/21.3829/103.0172&stars=3&group=food")
    state = params(page)
    assert state["map"].startswith("11/21.38") and state["stars"] == "3" and state["group"] == "food"
    expect(page.locator("#active")).to_contain_text("Thực phẩm")


def test_the_language_switch_keeps_the_state(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?map=11/21.3829/103.0172&stars=3")
    page.locator('[data-lang="en"]').first.click()
    ready(page)
    state = params(page)
    assert state["lang"] == "en" and state["stars"] == "3" and state["map"].startswith("11/21.38")


def test_measuring_gives_a_geodesic_length_and_escape_ends_it(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?map=10/21.4/103.0")
    page.get_by_role("button", name="Đo khoảng cách, diện tích").click()
    frame = page.locator("#mapframe")
    box = frame.bounding_box()
    assert box is not None
    for x, y in ((300, 500), (420, 500)):
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(350)
    expect(page.locator("#toast")).to_contain_text("Chiều dài")
    # 120 px at zoom 10, latitude about 21.2: 120 * 156543.03 * cos(lat) / 2**10, within 1 %.
    km = float(re.search(r"([\d,]+) km", page.locator("#toast").inner_text())[1].replace(",", "."))  # type: ignore[index]
    assert km == pytest.approx(17.1, rel=0.03)
    page.keyboard.press("Escape")
    expect(page.locator("#toast")).to_be_hidden()


def test_location_that_is_refused_is_explained(desktop: WatchedPage) -> None:
    page = opened(desktop)
    page.context.clear_permissions()
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator("#toast")).to_contain_text("chưa được phép dùng vị trí")


def test_location_is_shown_with_its_accuracy(desktop: WatchedPage) -> None:
    page = opened(desktop)
    page.context.grant_permissions(["geolocation"], origin=desktop.site)
    page.context.set_geolocation({"latitude": 21.386, "longitude": 103.017, "accuracy": 40})
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator("#toast")).to_contain_text("40 m")
    page.wait_for_url(re.compile(r"map=[\d.]+(/|%2F)21\.38"))


def test_the_panel_of_a_phone_moves_between_its_heights(phone: WatchedPage) -> None:
    page = opened(phone)
    panel = page.locator("#panel")
    heights = [panel.bounding_box()["height"]]  # type: ignore[index]
    for _ in range(2):
        page.locator("#handle").click()
        page.wait_for_timeout(400)
        heights.append(panel.bounding_box()["height"])  # type: ignore[index]
    assert heights[0] < heights[1] < heights[2]


def test_touch_targets_are_large_enough(phone: WatchedPage) -> None:
    page = opened(phone)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.tools button, .tabs__tab, .search__input, .site__menu, .panel__handle')].filter(e => e.offsetParent).map(e => [e.className, e.offsetWidth, e.offsetHeight])"
    )
    assert sizes and all(width >= 44 and height >= 44 for _, width, height in sizes), sizes


def test_everything_can_be_reached_by_keyboard(desktop: WatchedPage) -> None:
    page = opened(desktop)
    names = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        names.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
            )
        )
    assert "search-input" in names
    assert any("tabs__tab" in name or name.startswith("tab-") for name in names)
    assert any("hit" in name for name in names)


def test_a_lost_network_is_said_and_mended(browser_offline: WatchedPage) -> None:
    page = opened(browser_offline)
    browser_offline.page.context.set_offline(True)
    page.get_by_role("button", name="Phóng to", exact=True).click()
    expect(page.locator("#toast")).to_contain_text(re.compile("mất mạng|Không tải được"))
    browser_offline.page.context.set_offline(False)  # the page asks again by itself
    expect(page.locator("#toast")).to_be_hidden()
    browser_offline.faults.clear()  # the failures were the point of this test


def test_downloads_of_the_selection_hold_the_selection(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?stars=4")
    show_tab(page, "share")
    href = page.locator("#pane-share a", has_text=".geojson").first.get_attribute("href")
    body = page.request.get(f"{desktop.site}{href}").body()
    assert len(json.loads(body)["features"]) == FOUR_STARS


def test_the_saved_map_is_one_file_with_the_selection(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?stars=4&layers=products")
    show_tab(page, "share")
    href = page.locator("#pane-share a", has_text="Lưu bản đồ").get_attribute("href")
    answer = page.request.get(f"{desktop.site}{href}")
    assert answer.ok and "attachment" in answer.headers["content-disposition"]
    text = answer.text()
    assert "Mật ong Hoa Ban" in text and "Khẩu xén" not in text
    assert not re.search(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?https?://""", text)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_embedded_map_shows_a_record_and_leads_to_the_whole(watched: WatchedPage, lang: str) -> None:
    page = opened(watched, f"/embed?lang={lang}&at=sites/H01")
    expect(page.locator("#record h2")).to_have_text("Đồi A1" if lang == "vi" else "A1 Hill (Eliane 2)")
    assert page.locator("#full").is_visible()


def test_hostile_names_are_text_in_the_list_and_the_panel(hostile: WatchedPage) -> None:
    page = opened(hostile, "/?at=products/R3")
    expect(page.locator("#record h2")).to_have_text("Cà phê <script>alert(1)</script>")
    assert page.locator("#record script").count() == 0


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("products/R2", "Chưa có vị trí trên bản đồ."),
        ("links/made_by.R1.P1", "hai đầu ở cùng một điểm."),
        ("sources/S1", ""),
    ],
)
def test_the_panel_says_why_a_record_is_not_on_the_map(hostile: WatchedPage, record: str, expected: str) -> None:
    page = opened(hostile, f"/?at={record}")
    expect(page.locator("#record h2")).to_be_visible()
    if expected:
        expect(page.locator("#record .place")).to_contain_text(expected)
    else:
        expect(page.locator("#record .place")).to_have_count(0)


def test_pages_work_without_javascript(no_script: WatchedPage) -> None:
    page = no_script.open("/products")
    page.locator("select[name=stars]").select_option("4")
    page.get_by_role("button", name="Áp dụng").click()
    expect(page.locator("tbody tr")).to_have_count(FOUR_STARS)
    page.get_by_role("link", name="Mật ong Hoa Ban Điện Biên").click()
    expect(page.locator("h1")).to_have_text("Mật ong Hoa Ban Điện Biên")
    page.get_by_role("link", name="Hợp tác xã Ong mật Điện Biên").first.click()
    expect(page.locator("h1")).to_have_text("Hợp tác xã Ong mật Điện Biên")


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_scale_sources_and_note_do_not_cover_each_other(watched: WatchedPage, path: str) -> None:
    page = watched.open(path)
    page.wait_for_selector(".leaflet-control-scale-line")
    boxes = [
        shapely.box(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
        for selector in (".leaflet-control-scale-line", ".credits summary", ".legalnote")
        if (box := page.locator(selector).first.bounding_box()) is not None
    ]
    assert len(boxes) == 3
    assert [one.intersection(other).area for one, other in combinations(boxes, 2)] == [0, 0, 0]

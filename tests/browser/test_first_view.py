"""The first view: how little it loads, what is seen before the scripts and without them, and in unusual displays."""

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WatchedPage, watch

DRAWN = "html[data-ready=yes]"


def test_the_first_view_is_few_files_and_few_bytes(phone: WatchedPage) -> None:
    page = phone.open("/?lang=vi")
    expect(page.locator(DRAWN)).to_be_attached()
    assert len(phone.requests) <= 12, phone.requests
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).map(e => e.transferSize)"
    )
    assert sum(sizes) <= 200_000
    assert len(set(phone.requests)) == len(phone.requests)  # what is named in the head is not asked for again
    assert page.locator(".sketch").count() == 0  # the map has taken the place of the drawing
    # A closer look at a part asks for what that part shows, in full detail.
    page.goto(f"{phone.site}/?lang=vi&map=12/21.7/103.3", wait_until="networkidle")
    assert [url for url in phone.requests if "/map.json?bbox=" in url]


def test_outlines_gain_their_detail_when_the_map_comes_near(desktop: WatchedPage) -> None:
    page = desktop.open("/?lang=vi&layers=zones")
    expect(page.locator(DRAWN)).to_be_attached()

    def outlines() -> list[bool]:
        """Whether each outline on the map is one of little detail."""
        shown = "const shown = []; window.atlasShell.map.eachLayer(one => one.feature?.id?.startsWith('zones/') && shown.push(Boolean(one.feature.light)))"
        return list(page.evaluate(f"() => {{ {shown}; return shown; }}"))

    assert outlines() and all(outlines())
    with page.expect_response(lambda response: "/map.json?bbox=" in response.url):
        page.evaluate("window.atlasShell.map.setView([21.9, 103.35], 12, {animate: false})")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)
    assert outlines() and not any(outlines())


def test_the_title_is_that_of_the_open_record(desktop: WatchedPage) -> None:
    page = desktop.open("/?lang=vi&at=sites/H01")
    expect(page).to_have_title("Đồi A1 · Bản đồ OCOP Điện Biên")
    page.get_by_role("button", name="Đóng").first.click()
    expect(page).to_have_title("Bản đồ OCOP Điện Biên")
    page.go_back()
    expect(page).to_have_title("Đồi A1 · Bản đồ OCOP Điện Biên")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_without_scripts_the_drawn_province_leads_to_the_records(browser: Browser, site: str, size: str) -> None:
    for watched in watch(browser, site, size, scripts=False):
        page = watched.open("/?lang=vi")
        expect(page.locator(".sketch__land")).to_be_visible()
        expect(page.locator(".sketch text", has_text="Điện Biên Phủ")).to_be_visible()
        expect(page.locator(".tabs")).to_be_hidden()  # nothing that needs scripts
        expect(page.get_by_role("link", name="Sản phẩm OCOP")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        land, marks = (page.locator(one).first.bounding_box() for one in (".sketch", ".sketch--marks"))
        assert land == marks  # the symbols lie on the drawing
        page.locator(".sketch__mark", has_text="Cực Tây A Pa Chải").click()
        expect(page.locator("h1")).to_have_text("Cực Tây A Pa Chải")
        page.go_back()
        page.get_by_role("combobox").fill("mật ong")
        page.get_by_role("combobox").press("Enter")
        expect(page.locator("main")).to_contain_text("Mật ong")


def test_colours_that_the_system_forces_mark_what_is_chosen(browser: Browser, site: str) -> None:
    page = browser.new_page(forced_colors="active")
    page.goto(f"{site}/?lang=vi", wait_until="networkidle")
    marks = page.evaluate(
        "[...document.querySelectorAll('.tabs__tab')].map(e => [e.ariaSelected, getComputedStyle(e).borderBottomWidth])"
    )
    assert {width for chosen, width in marks if chosen == "true"} == {"4px"}
    assert {width for chosen, width in marks if chosen == "false"} == {"0px"}
    page.get_by_role("button", name="Đo khoảng cách").click()
    assert outline_of(page, ".tools__button[aria-pressed=true]") != outline_of(
        page, ".tools__button[aria-pressed=false]"
    )
    page.close()


def outline_of(page: Page, selector: str) -> str:
    """How an element is set off from what is around it."""
    return str(
        page.locator(selector).first.evaluate(
            "e => ['backgroundColor', 'color', 'outlineStyle'].map(name => getComputedStyle(e)[name]).join()"
        )
    )


def test_on_a_narrow_phone_the_tools_do_not_cover_the_province(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 568}, is_mobile=True, has_touch=True)
    page.goto(f"{site}/?lang=vi", wait_until="networkidle")
    province = page.locator(".border--province").bounding_box()
    tools = page.locator("#tools").bounding_box()
    assert province and tools
    assert province["x"] >= 0 and province["x"] + province["width"] <= tools["x"]
    sizes = page.evaluate(
        "[...document.querySelectorAll('.pin, .cluster')].map(e => parseFloat(getComputedStyle(e, '::before').width))"
    )
    assert sizes and min(sizes) >= 24
    page.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize(("width", "height"), [(720, 450), (390, 844), (320, 568), (360, 225), (320, 256)], ids=str)
def test_at_every_zoom_the_note_on_boundaries_and_the_credits_stand_free(
    browser: Browser, site: str, width: int, height: int, scripts: bool
) -> None:
    """720x450 and 360x225 are a screen of 1440x900 at 200 % and 400 %, 320x256 one of 1280x1024 at 400 %."""
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
    page = context.new_page()
    for lang in ("vi", "en"):
        page.goto(f"{site}/?lang={lang}", wait_until="networkidle")
        shapes = {}
        for selector in (".legalnote", ".credits summary", "#tools", "#panel", ".search"):
            if frame := page.locator(selector).first.bounding_box():
                x, y = frame["x"], frame["y"]
                shapes[selector] = shapely.box(x, y, x + frame["width"], y + frame["height"])
        for text in (".legalnote", ".credits summary"):
            covers = [key for key, shape in shapes.items() if key != text and shape.intersection(shapes[text]).area > 1]
            assert covers == [], (lang, text)
    context.close()


def test_a_raised_sheet_lists_the_same_records_and_no_message_lies_over_it(phone: WatchedPage) -> None:
    page = phone.open("/?lang=vi&map=11/21.4/103.02&layers=sites,products")
    expect(page.locator(DRAWN)).to_be_attached()
    pane, toast, panel = page.locator("#pane-list"), page.locator("#toast"), page.locator("#panel")
    low = pane.text_content()
    page.locator("#handle").click()
    expect(panel).to_have_attribute("data-height", "half")
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(toast).to_be_visible()
    page.wait_for_timeout(400)  # the sheet moves for a quarter of a second
    assert pane.text_content() == low
    below, over = panel.bounding_box(), toast.bounding_box()
    assert below and over and over["y"] + over["height"] <= below["y"]
    page.locator("#handle").click()
    page.wait_for_timeout(400)
    records, over = pane.bounding_box(), toast.bounding_box()
    assert records and over and over["y"] + over["height"] <= records["y"]


BOXES = """
selector => [...document.querySelectorAll(selector)].map(part => {
  const range = document.createRange();
  range.selectNodeContents(part.classList.contains("maplabel") ? part.firstChild : part);
  const { left, top, right, bottom } = range.getBoundingClientRect();
  return [part.textContent, left, top, right, bottom];
})
"""
"""The texts of labels and the drawings of symbols, with their boxes on the screen."""


def test_the_seat_and_the_wards_are_named_at_first_and_no_name_lies_on_a_symbol(watched: WatchedPage) -> None:
    page = watched.open("/?lang=vi")
    for name in ("Điện Biên Phủ", "Mường Lay", "Mường Thanh"):
        expect(page.locator(".maplabel--bold", has_text=name).first).to_be_visible()
    names, symbols = page.evaluate(BOXES, ".maplabel"), page.evaluate(BOXES, ".pin, .cluster")
    assert len(names) > 3 and symbols
    for name, left, top, right, bottom in names:
        for _, west, north, east, south in symbols:
            assert min(right, east) - max(left, west) <= 2 or min(bottom, south) - max(top, north) <= 2, name

"""The pages that need no JavaScript, in a real browser: nothing fails, nothing overflows, and scripts are not missed."""

import pytest
from playwright.sync_api import Browser

from tests.browser.accessibility import broken_rules
from tests.browser.conftest import SIZES, WatchedPage

PAGES = {
    "/layers": "vi",
    "/products": "vi",
    "/products/R01": "vi",
    "/products/R03": "en",
    "/sites/H01": "en",
    "/zones": "en",
    "/zones/Z01": "en",
    "/zones/Z02": "vi",
    "/sources": "en",
    "/sources/S3": "vi",
    "/communes": "en",
    "/communes/03352": "vi",
    "/quality": "vi",
    "/worklist": "vi",
    "/search": "en",
    "/search?q=HTX": "vi",
    "/plan": "vi",
    "/plan/certificates": "en",
    "/plan/phase": "vi",
    "/plan/units?indicator=zones_area": "vi",
    "/plan/chains": "en",
    "/plan/chains?of=producers/P01": "vi",
    "/plan/gaps": "en",
    "/plan/proximity": "vi",
    "/plan/figures/products_valid": "en",
    "/plan/figures/villages_near_site": "vi",
    "/about": "en",
    "/connect": "en",
    "/nothing": "vi",
}
"""The pages, each with the language in which its elements are examined: they are the same in the other."""


CUT_TABLES = """[...document.querySelectorAll(".table-wrap")].filter((box) => box.scrollWidth > box.clientWidth + 1)
.map((box) => box.innerText.slice(0, 80))"""
"""The tables of a page whose last columns are out of sight."""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_its_screen_in_both_languages_and_breaks_no_rule(watched: WatchedPage, path: str) -> None:
    for lang in ("vi", "en"):
        page = watched.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        if path == "/nothing":
            watched.faults.clear()  # the 404 is the point
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, lang
        assert page.evaluate(CUT_TABLES) == [], lang
        assert page.locator("h1").count() == 1, lang
        if lang == PAGES[path]:
            assert broken_rules(page) == []


def test_everything_that_is_pressed_on_a_phone_is_large_enough(phone: WatchedPage) -> None:
    for path in ("/products", "/products/R01", "/quality", "/plan", "/plan/certificates", "/plan/proximity"):
        page = phone.open(path)
        small = page.eval_on_selector_all(
            ".button, .chip, select, input:not([type=hidden]):not(.visually-hidden)",
            "(all) => all.map((e) => e.getBoundingClientRect()).filter((r) => r.height && r.height < 44).length",
        )
        assert small == 0, path


def test_a_table_is_filtered_sorted_and_read_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["desktop"])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/products?lang=en")
    page.select_option("select[name=stars]", "4")
    page.click("form.filterbar button[type=submit]")
    assert "stars=4" in page.url
    assert "lang=en" in page.url
    page.click("thead a >> nth=0")
    assert "sort=name" in page.url
    rows = page.locator("tbody tr").count()
    assert 0 < rows < 10
    stars = page.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert set(stars) <= {"4 stars", "4 stars machine translation"} and "4 stars" in stars
    page.click("tbody a[href^='/products/R01?']")
    assert page.locator("h1").inner_text() == "Mật ong Hoa Ban Điện Biên"
    page.click(".chain a[href^='/producers/']")
    assert "/producers/" in page.url
    context.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_map_leads_to_the_ways_to_connect_by_keyboard(watched: WatchedPage, lang: str) -> None:
    page = watched.open(f"/?lang={lang}")
    if page.locator(".site__menu").is_visible():
        page.focus("#menu")
        page.keyboard.press("Space")
    page.focus('.site__nav a[href*="/connect"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('QGIS, ArcGIS, Excel')")
    assert page.locator("html").get_attribute("lang") == lang


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_bar_of_pages_is_one_line_at_every_width(browser: Browser, site: str, lang: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/about?lang={lang}")
    for width in (720, 800, 979, 980, 1100, 1129, 1130):
        page.set_viewport_size({"width": width, "height": 700})
        heights = page.eval_on_selector_all(
            ".site, .site__brand span", "(all) => all.map((e) => e.getBoundingClientRect().height)"
        )
        assert heights[0] == 56 and heights[1] < 40, width
    page.close()

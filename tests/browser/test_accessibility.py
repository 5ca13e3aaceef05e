"""The map in every state, and pages in other themes, against the rules of accessibility; test_pages.py has every page."""

import pytest
from playwright.sync_api import Browser

from tests.browser.accessibility import broken_rules
from tests.browser.conftest import SIZES, WatchedPage


@pytest.mark.parametrize("path", ["/?at=products/R03&lang=en", "/embed"])
def test_a_map_breaks_no_rule(watched: WatchedPage, path: str) -> None:
    assert broken_rules(watched.open(path)) == []


def test_the_map_breaks_no_rule_with_any_tab_or_answer(watched: WatchedPage) -> None:
    page = watched.open("/")
    assert broken_rules(page) == []
    for tab in ("filters", "layers", "share"):
        page.locator(f"#tab-{tab}").click()
        page.wait_for_timeout(100)
        assert broken_rules(page) == [], tab
    for text in ("mat onng", "hoatoatinh"):
        page.locator("#search-input").fill(text)
        page.locator("#search-hits [role=option]").first.wait_for()
        page.wait_for_timeout(300)
        assert broken_rules(page) == [], text


@pytest.mark.parametrize("system", [{"color_scheme": "dark"}, {"contrast": "more"}], ids=["dark", "contrast"])
def test_no_page_breaks_a_rule_in_another_theme(browser: Browser, site: str, system: dict[str, str]) -> None:
    context = browser.new_context(viewport=SIZES["desktop"], **system)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("/", "/?at=products/R03", "/products", "/products/R03", "/plan", "/plan/certificates", "/plan/units", "/plan/proximity", "/about"):  # fmt: skip
        page.goto(f"{site}{path}", wait_until="networkidle")
        assert broken_rules(page) == [], path
    context.close()

"""The first visit with a browser of another language, and the way from one language to the other."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import SIZES


@pytest.mark.parametrize(("locale", "lang"), [("en-GB", "en"), ("vi-VN", "vi"), ("fr-FR", "vi")])
def test_the_map_is_in_the_language_of_the_browser_until_another_is_chosen(
    browser: Browser, site: str, locale: str, lang: str
) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    try:
        page.goto(site, wait_until="networkidle")
        assert page.get_attribute("html", "lang") == lang
        other = "vi" if lang == "en" else "en"
        page.click(f"[data-lang={other}]")
        page.wait_for_load_state("networkidle")
        assert page.get_attribute("html", "lang") == other
        page.fill("#search-input", "chè")  # the map writes its state into the address
        page.reload(wait_until="networkidle")
        assert page.get_attribute("html", "lang") == other
        page.click("nav a[href*='/layers']")
        page.wait_for_load_state("networkidle")
        assert page.get_attribute("html", "lang") == other
    finally:
        context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["/", "/about"])
def test_nothing_covers_what_a_page_says_of_a_language_that_it_lacks(
    browser: Browser, site: str, size: str, path: str
) -> None:
    page = browser.new_page(viewport=SIZES[size])
    try:
        page.goto(f"{site}{path}?lang=fr", wait_until="networkidle")
        assert page.evaluate(
            """() => {
              const range = document.createRange();
              range.selectNodeContents(document.querySelector(".banner"));
              return [...range.getClientRects()].every(({x, y, width, height}) =>
                document.elementFromPoint(x + width / 2, y + height / 2)?.className === "banner");
            }"""
        )
    finally:
        page.close()

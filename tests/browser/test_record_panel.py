"""What a record's page and panel offer: ways to the place, coordinates to copy, neighbours, footnotes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WatchedPage

POSSIBLE = re.compile(r"^(about \d+|less than 1) km \(± \d+ km\)$")
COORDINATES = "21.38287, 103.01722"
NO_CLIPBOARD = "navigator.clipboard.writeText = () => Promise.reject(new Error('no permission'));"
NO_COPYING = f"{NO_CLIPBOARD} document.execCommand = () => false;"


def pasted(page: Page) -> str:
    """What is on the clipboard, as a field receives it."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'target'}))")
    page.locator("#target").focus()
    page.keyboard.press("Control+V")
    text = page.locator("#target").input_value()
    page.evaluate("document.getElementById('target').remove()")
    return text


def test_the_ways_to_a_place_open_without_javascript(no_script: WatchedPage) -> None:
    page = no_script.open("/sites/H01")
    menu = page.locator("details.directions")
    expect(menu.get_by_role("link", name="Google Maps")).to_be_hidden()
    menu.locator("summary").click()
    names = menu.locator(".directions__ways a").evaluate_all("links => links.map((one) => [one.hostname, one.rel])")
    assert [host for host, _ in names] == ["www.openstreetmap.org", "www.google.com", "maps.apple.com", ""]
    assert all("noopener" in rel for _, rel in names)
    expect(menu.locator("code").first).to_have_text(COORDINATES)
    expect(menu.locator("[data-copy]").first).to_be_hidden()


def test_the_menu_of_a_page_is_used_by_keyboard_and_copies(watched: WatchedPage) -> None:
    page = watched.open("/sites/H01")
    page.locator("details.directions summary").focus()
    page.keyboard.press("Enter")
    button = page.locator("[data-copy]").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#copied")).to_have_text("Đã sao chép.")
    expect(button).to_be_focused()
    assert pasted(page) == COORDINATES
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("fault", "words"), [(NO_CLIPBOARD, "Copied."), (NO_COPYING, "press Ctrl+C")])
def test_copying_works_or_says_what_to_do_where_the_clipboard_is_closed(
    desktop: WatchedPage, fault: str, words: str
) -> None:
    page = desktop.open("/connect?lang=en")
    page.evaluate(f"() => {{ {fault} }}")
    button = page.locator(".copied--code [data-copy]").first
    button.click()
    expect(page.locator("#copied")).to_contain_text(words)
    command = button.get_attribute("data-copy") or ""
    if fault == NO_COPYING:
        assert page.evaluate("getSelection().toString()").strip() == command
    else:
        assert pasted(page) == command


def test_the_panel_offers_the_same_and_folds_what_is_only_possible(desktop: WatchedPage) -> None:
    page = desktop.open("/?at=sites/H01&lang=en")
    panel = page.locator("#record")
    panel.locator("details.directions summary").click()
    expect(panel.locator(".directions__ways a")).to_have_count(4)
    panel.locator(".directions__numbers button").first.click()
    expect(page.locator("#toast")).to_contain_text("Copied.")
    assert pasted(page) == COORDINATES
    possible = panel.locator("details.nearby")
    expect(possible.locator("summary")).to_contain_text("Possibly within 10 km")
    expect(possible.locator("button.hit").first).to_be_hidden()
    possible.locator("summary").click()
    expect(possible.locator("button.hit .hit__end").first).to_have_text(POSSIBLE)
    mark = panel.locator("button.footnote").first
    mark.click()
    number = int(mark.inner_text().strip("[]"))
    expect(panel.locator(".sources li").nth(number - 1)).to_be_focused()

"""The planners' maps in a browser: the slider answers without asking, a chain is lit, and nothing goes missing."""

import re

from tests.browser.conftest import WatchedPage


def count(page, key: str) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    """The two numbers of a card."""
    texts = [page.locator(f'[data-{name}="{key}"]').first.inner_text() for name in ("count", "most")]
    sure, possible = (int(re.sub(r"\D", "", text)) for text in texts)
    return sure, possible


def asked(watched: WatchedPage) -> list[str]:
    """What the page asked the server for; Chromium asks for the icon again when the address changes."""
    return [address for address in watched.requests if "favicon" not in address]


def test_the_slider_changes_counts_tables_and_address_without_a_request(desktop: WatchedPage) -> None:
    page = desktop.open("/plan/proximity?km=10&lang=en")
    page.wait_for_selector("html[data-ready=yes]")
    before, requests = count(page, "villages-near"), asked(desktop)
    page.locator("#km-slider").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")  # half a kilometre each
    page.wait_for_url(re.compile(r"km=20\b"))
    after = count(page, "villages-near")
    assert after[0] > before[0] and after[1] >= before[1]
    assert asked(desktop) == requests
    assert all(
        "km=20" in link
        for link in page.eval_on_selector_all("a[data-file], a[data-figure]", "(all) => all.map((a) => a.href)")
    )
    badges = page.locator('[data-table="villages"] .reachbadge--near').count()
    assert badges == after[0]
    page.select_option("#show", "far")
    assert "show=far" in page.url
    assert (
        page.locator('[data-table="villages"] .reachbadge--near, [data-table="villages"] .reachbadge--maybe').count()
        == 0
    )
    page.select_option("#show", "")
    page.locator('[data-table="villages"] .showplace').first.click()
    assert page.locator("path.reach__ring").count() >= 1
    page.reload(wait_until="networkidle")
    assert count(page, "villages-near") == after  # the server counts the same


def test_a_gap_of_distance_follows_the_slider_and_a_list_leads_from_the_map(desktop: WatchedPage) -> None:
    page = desktop.open("/plan/gaps?gap=villages_without_site&km=200&lang=en")
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator('[data-table="villages"] tbody tr').count() == 1  # the one without a location
    page.fill("#km", "1")
    page.wait_for_url(re.compile(r"km=1\b"))
    near = page.locator('[data-table="villages"] .reachbadge--near').count()
    assert near == 0 and page.locator('[data-table="villages"] .reachbadge--far').count() > 0
    page = desktop.open("/plan/gaps?gap=communes_without_anything&lang=en")
    page.wait_for_selector("path.gapunit--sure")


def test_a_chain_is_lit_on_the_map_by_keyboard(desktop: WatchedPage) -> None:
    page = desktop.open("/plan/chains?lang=en&of=producers/P01")
    page.wait_for_selector("html[data-ready=yes]")
    button = page.locator(".lightchain").first
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    page.wait_for_selector(".pin--chosen")
    button.press("Enter")
    assert page.locator(".pin--chosen").count() == 0


def test_on_a_phone_the_bar_begins_with_the_page_that_is_open(phone: WatchedPage) -> None:
    page = phone.open("/plan/units?lang=vi")
    box = page.locator(".planbar [aria-current]").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollLeft") == 0

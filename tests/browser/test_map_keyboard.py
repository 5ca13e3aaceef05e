"""The map page without a mouse and with a screen reader: stops of the Tab key, focus, Escape, languages, announcements."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import WatchedPage
from tests.browser.test_map import opened, params, ready, show_tab

MOST_STOPS = 10
FOCUSED = """() => {
  const { activeElement: one } = document;
  const { width, height, right, bottom, x, y } = one.getBoundingClientRect();
  const inFrame = right > 0 && bottom > 0 && x < innerWidth && y < innerHeight;
  const style = getComputedStyle(one);
  return { name: one.id || one.getAttribute("aria-label") || one.className || one.localName, tag: one.localName,
    isVisible: width > 4 && height > 4 && inFrame && style.visibility === "visible", isRow: one.matches("#pane-list .hit"), isMap: one === window.atlasShell.map.getContainer() };
}"""


def press_until(page: Page, found: str, *, name: str | None = None) -> int:
    """How often Tab is pressed until the focus is on what is looked for; every stop on the way must be visible."""
    for presses in range(1, MOST_STOPS + 1):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        assert stop["isVisible"], stop
        if stop[found] == name if name else stop[found]:
            return presses
        if stop["name"] == {"isRow": "skip-list"}.get(found, "skip-map"):
            page.keyboard.press("Enter")
            if page.evaluate(FOCUSED)[found] is True:
                return presses
    raise AssertionError(f"{found} {name} is not reached in {MOST_STOPS} stops")


def test_list_map_and_tools_are_few_stops_away_and_the_map_moves_by_keys(desktop: WatchedPage) -> None:
    page = opened(desktop)
    assert press_until(page, "isRow") <= 3
    page.goto(desktop.site)
    ready(page)
    assert press_until(page, "isMap") <= 3
    before = params(page)["map"].split("/")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    page.wait_for_function(
        """([zoom, lng]) => {
          const view = new URLSearchParams(location.search).get("map").split("/").map(Number);
          return view[0] > zoom && view[2] > lng;
        }""",
        arg=[float(before[0]), float(before[2])],
    )
    assert press_until(page, "name", name="Phóng to") == 1
    assert page.locator(".leaflet-marker-pane [tabindex='0']").count() == 0
    assert page.locator(".pin, .cluster").first.get_attribute("role") == "button"
    assert page.locator(".labels").get_attribute("aria-hidden") == "true"


def test_no_stop_of_a_page_is_invisible(desktop: WatchedPage) -> None:
    for path in ("/?lang=en", "/products"):
        page = desktop.open(path)
        for _ in range(14):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED.replace("window.atlasShell.map.getContainer()", "null"))
            assert stop["isVisible"], (path, stop)


def test_closing_gives_the_focus_back_and_escape_closes_one_thing_after_the_other(phone: WatchedPage) -> None:
    page = opened(phone, "/?map=12/21.39/103.02")
    panel = page.locator("#panel")
    page.locator("#handle").click()
    expect(panel).to_have_attribute("data-height", "half")
    row = page.locator("#pane-list .hit").nth(2)
    row_id = row.get_attribute("id")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#record h2")).to_be_focused()
    page.locator(".site__menu").click()
    for _ in range(2):
        page.keyboard.press("Escape")
        if page.locator("#record").is_visible():
            assert not page.locator("#menu").is_checked()
    expect(page.locator("#record")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == row_id
    assert "at" not in params(page)
    page.keyboard.press("Escape")
    expect(panel).to_have_attribute("data-height", "low")
    expect(page.locator("#handle")).to_be_focused()


def test_a_search_gets_the_focus_back_and_the_list_follows_a_record_from_an_address(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?at=sites/H01&map=12/21.39/103.02")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "hit-sites/H01"
    box = page.get_by_role("combobox")
    box.fill("doi a1")
    expect(page.locator("#search-hits [role=option]").first).to_be_visible()
    box.press("Enter")
    expect(page.locator("#record h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    page.locator(".credits summary").click()
    page.keyboard.press("Escape")
    expect(page.locator(".credits")).not_to_have_attribute("open", "")


def test_vietnamese_names_are_marked_on_english_pages_and_counts_are_announced(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?lang=en")
    unmarked = """(box) => {
      const walker = document.createTreeWalker(document.querySelector(box), NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) if (/[ăđơưảạãẩậẫ]/i.test(walker.currentNode.data) && walker.currentNode.parentElement.closest("[lang]") === document.documentElement) texts.push(walker.currentNode.data);
      return texts;
    }"""
    assert page.evaluate(unmarked, "#pane-list") == []
    assert page.locator("#pane-list [lang=vi]").count() > 20
    assert page.locator("#pane-list .hit__sub", has_text="Food").first.get_attribute("lang") is None
    show_tab(page, "filters")
    assert page.evaluate(unmarked, "#pane-filters") == []
    expect(page.locator("#list-status")).to_be_empty()
    page.locator("#pane-filters label", has_text="4 stars").first.click()
    expect(page.locator("#list-status")).to_contain_text("match the filters")
    show_tab(page, "list")
    page.locator("#pane-list .hit").first.click()
    expect(page.locator("#record h2")).to_be_focused()
    assert page.evaluate(unmarked, "#record") == []

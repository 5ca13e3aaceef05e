"""Filters, units and the position of the device on the map: what is shown, where the map goes, what the list says."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WatchedPage
from tests.browser.test_map import opened, params, show_tab

ROUNDING_M = 550  # approximate distances are whole kilometres

BOXES = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
  const { x, y, right, bottom } = one.getBoundingClientRect();
  return { x, y, right, bottom };
})"""


def frame(page: Page) -> dict[str, float]:
    """The part of the map that no panel covers, in pixels of the page."""
    return page.evaluate("""() => {
      const map = document.getElementById("mapframe").getBoundingClientRect();
      const panel = document.getElementById("panel")?.getBoundingClientRect();
      const bottom = panel && panel.width > innerWidth - 2 ? panel.y : map.bottom;
      return { x: map.x, y: map.y, right: map.right, bottom };
    }""")  # type: ignore[no-any-return]


def test_a_filter_on_products_dims_or_hides_what_is_not_linked_to_them(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?stars=4&map=13/21.39/103.02")
    dimmed = "[...document.querySelectorAll('.pin')].filter((one) => one.style.opacity === '0.3').length + document.querySelectorAll('.cluster--dim').length"
    assert page.evaluate(dimmed) > 0
    show_tab(page, "filters")
    page.locator("#others-hide").check()
    page.wait_for_url(re.compile("others=hide"))
    page.wait_for_timeout(500)
    assert page.evaluate(dimmed) == 0
    hidden = page.request.get(f"{desktop.site}/map.json?stars=4&others=hide").json()["layers"]
    every = page.request.get(f"{desktop.site}/map.json?stars=4").json()
    assert 0 < hidden["sites"]["matched"] < every["layers"]["sites"]["matched"]
    assert {row["properties"]["id"] for row in hidden["producers"]["features"]} == set(every["tied"]["producers"])
    page.locator("#others-show").check()
    page.wait_for_url(re.compile("others=show"))
    page.wait_for_timeout(500)
    assert page.evaluate(dimmed) == 0
    page.locator("#active .active__clear").click()
    expect(page.locator("#pane-filters input[name=others]")).to_have_count(0)


@pytest.mark.parametrize(
    "path", ["/?district=098", "/?commune=03352,03355&lang=en", "/?old_commune=03196", "/embed?commune=03352"]
)
def test_the_map_goes_to_the_units_of_a_filter_and_marks_them(watched: WatchedPage, path: str) -> None:
    page = opened(watched, path)
    expect(page.locator(".unitmark--line").first).to_be_attached()
    page.wait_for_timeout(700)
    visible = frame(page)
    boxes = page.evaluate(BOXES, ".unitmark--line")
    assert boxes
    for box in boxes:
        assert box["x"] >= visible["x"] and box["y"] >= visible["y"], (box, visible)
        assert box["right"] <= visible["right"] and box["bottom"] <= visible["bottom"], (box, visible)
    size = max(
        max(box["right"] for box in boxes) - min(box["x"] for box in boxes),
        max(box["bottom"] for box in boxes) - min(box["y"] for box in boxes),
    )
    assert size > 0.4 * min(visible["right"] - visible["x"], visible["bottom"] - visible["y"])


def test_an_address_with_a_view_stays_there_and_the_mark_goes_with_the_filter(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?district=098&map=11/21.39/103.02")
    expect(page.locator(".unitmark--line")).to_have_count(1)
    assert params(page)["map"].startswith("11/21.3")
    page.locator("#active .active__clear").click()
    expect(page.locator(".unitmark--line")).to_have_count(0)
    assert params(page)["map"].startswith("11/21.3")


def test_near_me_lists_what_is_in_sight_by_distance_and_keeps_the_zoom(watched: WatchedPage) -> None:
    page = opened(watched)
    page.context.grant_permissions(["geolocation"], origin=watched.site)
    page.context.set_geolocation({"latitude": 21.386, "longitude": 103.017, "accuracy": 40})
    page.get_by_role("button", name="Vị trí của tôi").click()
    expect(page.locator("#pane-list h2").first).to_contain_text("Gần bạn nhất")
    page.wait_for_timeout(900)
    visible, dot = frame(page), page.evaluate(BOXES, ".here--dot")[0]
    assert abs((dot["y"] + dot["bottom"]) / 2 - (visible["y"] + visible["bottom"]) / 2) < 40
    assert abs((dot["x"] + dot["right"]) / 2 - (visible["x"] + visible["right"]) / 2) < 40
    while page.locator("#pane-list .listgroup:first-child .more").count():
        page.locator("#pane-list .listgroup:first-child .more").click()
    rows = page.locator("#pane-list .listgroup:first-child .hit")
    away = rows.locator("strong").all_inner_texts()
    assert all(metres(one) <= metres(other) + ROUNDING_M for one, other in pairwise(away)), away
    assert all(
        re.fullmatch(r"khoảng [\d.,]+ k?m \(±\s\d+\sk?m\)|[\d.,]+ k?m|bạn đang ở trong vùng này", text) for text in away
    ), away
    assert any("±" in text for text in away) and sum("±" not in text for text in away) > 3
    points = """() => {
      const map = window.atlasShell.map;
      const panel = document.getElementById("panel").getBoundingClientRect();
      const bottom = panel.width > innerWidth - 2 ? innerHeight - 118 : innerHeight; // a low sheet: a raised one takes no record from the list
      const top = panel.width > innerWidth - 2 ? 60 : 0;
      const frame = map.getContainer().getBoundingClientRect();
      return fetch("/map.json").then((answer) => answer.json()).then(({ layers }) => Object.values(layers).flatMap((layer) => layer.features)
        .filter(({ geometry }) => geometry?.type === "Point").filter(({ geometry: { coordinates: [lng, lat] } }) => {
          const { x, y } = map.latLngToContainerPoint([lat, lng]);
          return x >= EDGE && x <= frame.width - EDGE && y >= top + EDGE && y + frame.y <= bottom - EDGE;
        }).map(({ id }) => `hit-${id}`));
    }"""
    inside, around = (set(page.evaluate(points.replace("EDGE", str(edge)))) for edge in (2, -2))
    listed = rows.evaluate_all("(rows) => rows.map((row) => row.id)")
    assert inside <= {row for row in listed if not row.startswith("hit-zones/")} <= around
    assert page.locator("#pane-list .listgroup:first-child .count").first.inner_text() == str(len(listed))
    zoom = params(page)["map"].split("/")[0]
    rows.nth(3).click()
    expect(page.locator("#record h2")).to_be_focused()
    page.wait_for_timeout(500)
    assert params(page)["map"].split("/")[0] == zoom
    page.keyboard.press("Escape")
    page.locator("#by-layer").click()
    expect(page.locator("#pane-list h2").first).to_contain_text("Sản phẩm")


def metres(text: str) -> float:
    """The metres of "1,2 km" or "350 m"; 0 for a record that the device is in."""
    number = re.search(r"([\d.,]+) (k?)m", text)
    return float(number[1].replace(".", "").replace(",", ".")) * (1000 if number[2] else 1) if number else 0.0


def test_a_position_that_is_not_found_is_explained(desktop: WatchedPage) -> None:
    page = opened(desktop, "/?lang=en")
    page.context.grant_permissions(["geolocation"], origin=desktop.site)
    page.context.set_geolocation(None)
    page.get_by_role("button", name="My location").click()
    expect(page.locator("#toast")).to_have_text(
        "Your location could not be found. Try again outdoors, or type the name of your commune in the search box."
    )


def test_links_are_filtered_paged_and_downloaded_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{site}/links")
    page.get_by_label("Mức chắc chắn").select_option("no")
    page.get_by_label("Khoảng cách tối đa (km)").fill("5")
    page.get_by_label("Lớp ở một đầu").select_option("sites")
    page.get_by_role("button", name="Áp dụng").click()
    matched = int(re.match(r"(\d+) / \d+", page.locator(".tablehead strong").inner_text())[1])  # type: ignore[index]
    whole = page.request.get(f"{site}/collections/links/items?certain=no&distance=5&end=sites&limit=1000").json()[
        "features"
    ]
    assert 50 < matched == len(whole) < 2_000
    assert all(row["properties"]["distance_m"] <= 5000 and row["properties"]["certain"] == "no" for row in whole)
    page.get_by_role("link", name="Trang sau").click()
    assert page.locator("tbody tr").count() == min(50, matched - 50)
    for extension, count in (
        ("geojson", lambda body: len(body.json()["features"])),
        ("csv", lambda body: body.text().count("\n") - 1),
    ):
        href = page.locator(f".downloads a[href*='.{extension}']").first.get_attribute("href")
        assert count(page.request.get(f"{site}{href}")) == matched
    page.goto(f"{site}/links?link=village_near_site&record=villages/V01")
    assert page.get_by_label("Bản ghi ở một đầu").input_value() == "villages/V01"
    context.close()

"""A visitor on a phone: what is near, how to send it to a friend, and the way back by the link without a network."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import WatchedPage, watch
from tests.browser.test_map import opened, params

CENTRE = {"latitude": 21.386, "longitude": 103.017, "accuracy": 20}


def test_what_is_near_is_limited_to_a_type_looked_for_farther_away_and_sent(phone: WatchedPage) -> None:
    page = phone.page
    page.context.grant_permissions(["geolocation"], origin=phone.site)
    page.context.set_geolocation(CENTRE)
    page.add_init_script("navigator.share = async (link) => { window.sent = link; }")
    opened(phone)
    page.get_by_role("button", name="Vị trí của tôi").tap()
    toast, panel = page.locator("#toast"), page.locator("#panel")
    expect(toast).to_contain_text("sai số khoảng 20 m")
    page.wait_for_timeout(600)  # the sheet rises
    message, sheet = toast.bounding_box(), panel.bounding_box()
    assert message and sheet and message["y"] + message["height"] <= sheet["y"]  # the list stays legible
    dot = page.evaluate(
        "Number(getComputedStyle(document.querySelector('.here--dot').closest('.leaflet-pane')).zIndex)"
    )
    assert dot > 600  # above the symbols

    nearest = page.locator("#pane-list .listing").first
    expect(nearest.locator(".symbol--sites").first).to_be_visible()
    page.locator("#pane-list label", has_text="Làng nghề").tap()
    expect(nearest.locator(".symbol--sites")).to_have_count(0)
    villages = nearest.locator(".symbol--villages")
    few = villages.count()
    page.get_by_role("button", name="Xem xa hơn").tap()
    expect(villages.nth(few)).to_be_attached()
    expect(nearest.locator(".symbol:not(.symbol--villages)")).to_have_count(0)

    page.get_by_role("button", name="Phóng to", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list-status")).to_contain_text("trong khung nhìn")

    nearest.locator(".hit").first.tap()
    page.locator("#record").get_by_role("button", name="Gửi liên kết").tap()
    page.wait_for_function("window.sent")
    assert re.search(r"[?&]at=villages/", page.evaluate("window.sent.url"))


def test_a_link_opens_again_without_a_network(browser: Browser, site: str) -> None:
    for visitor in watch(browser, site, "phone", keeps_visits=True):
        page = opened(visitor)
        page.wait_for_selector("html[data-kept=yes]")
        page.wait_for_function("navigator.serviceWorker.controller")
        page.goto(f"{site}/?at=sites/H01", wait_until="networkidle")
        expect(page.locator("#record h2")).to_have_text("Đồi A1")
        page.context.set_offline(True)
        page.goto(f"{site}/?at=sites/H01&map=13/21.383/103.017")  # never opened with this view
        expect(page.locator("#record h2")).to_have_text("Đồi A1")
        page.get_by_role("button", name="Đóng").first.tap()
        expect(page.locator("#pane-list .hit", has_text="Hầm Đờ Cát")).to_be_attached()
        assert "at" not in params(page)
        visitor.faults.clear()  # what was never seen is not there

"""The worklist and the planners' pages on paper, A4 or A3, without what cannot be used there."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZES, WatchedPage

MM = 25.4 / 72
"""Millimetres of a point."""


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_printed_list_is_a4_with_room_for_answers(desktop: WatchedPage, lang: str) -> None:
    page = desktop.open(f"/worklist?lang={lang}&commune=03352")
    answers = page.locator(".worklist__table .worklist__answer")
    expect(answers.first).to_be_hidden()
    page.emulate_media(media="print")
    expect(answers.first).to_be_visible()
    for gone in ("header.site", ".filterbar", ".downloads"):
        expect(page.locator(gone).first).to_be_hidden()
    assert paper_sizes(page, 210, 297) == {(210, 297)}


def paper_sizes(page: Page, width_mm: int, height_mm: int) -> set[tuple[int, int]]:
    """Width and height of the printed sheets in whole millimetres, when paper of this size is chosen."""
    paper = page.pdf(width=f"{width_mm}mm", height=f"{height_mm}mm", prefer_css_page_size=True)
    sizes = {tuple(float(n) for n in box.split()) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", paper)}
    return {(round((box[2] - box[0]) * MM), round((box[3] - box[1]) * MM)) for box in sizes}


def test_a_page_for_planners_prints_its_figures_and_plots_and_nothing_to_press(desktop: WatchedPage) -> None:
    page = desktop.open("/plan/certificates?on=2026-12-01")
    page.emulate_media(media="print")
    for gone in ("header.site", ".planbar", ".plan__form", ".downloads"):
        expect(page.locator(gone).first).to_be_hidden()
    for printed in (".keyfigure", ".columnplot__drawing", ".table"):
        expect(page.locator(printed).first).to_be_visible()
    assert paper_sizes(page, 210, 297) == {(210, 297)}
    assert paper_sizes(page, 420, 297) == {(420, 297)}


def test_the_list_is_filtered_and_its_records_opened_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["phone"])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/quality?lang=en")
    page.click("a.button[href^='/worklist']")
    page.select_option("select[name=commune]", "03352")
    page.select_option("select[name=layer]", "products")
    page.click("form.filterbar button[type=submit]")
    assert "commune=03352" in page.url and "layer=products" in page.url and "lang=en" in page.url
    page.click(".worklist__table a >> nth=0")
    expect(page.locator("h1")).to_be_visible()
    assert "/products/" in page.url
    context.close()

"""A saved map opened from disk in a real browser, with no network at all."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from geo.atlas import Query
from geo.views.map.folium_map import saved_map
from tests.views.hostile import IMG, SCRIPT, hostile_atlas

LAYERS = ("products", "producers", "zones", "villages", "sites")
WIDE, PHONE = (1280, 800), (390, 780)


class Opened(NamedTuple):
    """A page, what it complained of, and what it asked the network for."""

    page: Page
    complaints: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    with hostile_atlas(folder) as atlas:
        page = saved_map(atlas, [Query(layer) for layer in LAYERS], lang="vi", title=f"Điện Biên {IMG}")
        (folder / "map.html").write_text(page, encoding="utf-8")
        near = saved_map(atlas, [Query("products")], lang="en", title="Near", center=(103.1234567, 21.1), zoom=14)
        (folder / "near.html").write_text(near, encoding="utf-8")
    return folder / "map.html"


Visit: TypeAlias = Callable[..., Opened]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a file in a browser without a network, and closes it after the test."""
    contexts: list[BrowserContext] = []

    def visited(path: Path, size: tuple[int, int] = WIDE) -> Opened:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, locale="vi-VN")
        contexts.append(context)
        opened = Opened(context.new_page(), [], [])
        listen(opened)
        opened.page.goto(path.as_uri())
        opened.page.wait_for_selector(".panel")
        return opened

    yield visited
    for context in contexts:
        context.close()


def listen(opened: Opened) -> None:
    opened.page.on("console", lambda message: opened.complaints.append(message.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_it_opens_from_disk_without_a_request_or_an_error(visit: Visit, file: Path, size: tuple[int, int]) -> None:
    opened = visit(file, size)
    assert opened.complaints == []
    assert opened.requests == [file.as_uri()]
    assert opened.page.locator(".place, .cluster").count() > 3
    assert opened.page.locator("h1").inner_text() == f"Điện Biên {IMG}"


def test_a_hostile_name_is_shown_as_text_in_the_popup(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"))
    opened.page.locator(".place").first.click()
    popup = opened.page.locator(".leaflet-popup-content")
    assert popup.locator("h2").inner_text() == IMG
    assert popup.locator("img").count() == 0
    assert popup.locator(".caution").inner_text() == "Approximate location, within about 8 km"
    assert popup.locator("dd", has_text="4 stars").count() == 1
    assert opened.complaints == []


def test_sources_are_links_only_when_they_lead_to_the_web(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"))
    opened.page.locator(".place").first.click()
    sources = opened.page.locator(".sources li")
    assert sources.nth(0).locator("a").get_attribute("href") == "https://example.org/a?b=1&c=2"
    assert sources.nth(1).locator("a").count() == 0
    assert "javascript:alert(1)" in sources.nth(1).inner_text()


def test_a_phone_reads_a_record_in_a_sheet_over_the_lower_edge(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"), PHONE)
    opened.page.locator(".place").first.click()
    sheet = opened.page.locator(".sheet")
    assert sheet.locator("h2").inner_text() == IMG
    sheet.locator("button.close").click()
    assert sheet.is_hidden()
    assert opened.complaints == []


def test_switching_a_layer_off_and_on_takes_its_symbols_away_and_back(visit: Visit, file: Path) -> None:
    opened = visit(file)
    shapes = opened.page.locator(".leaflet-overlay-pane path")
    box = opened.page.get_by_label("Vùng nguyên liệu")
    assert shapes.count() == 1
    box.uncheck()
    assert shapes.count() == 0
    box.check()
    assert shapes.count() == 1
    names = opened.page.locator(".name.districts")
    assert names.count() == 0
    opened.page.get_by_label("Huyện, thị xã").check()
    assert names.count() == 1


def test_records_without_a_place_are_listed_and_not_lost(visit: Visit, file: Path) -> None:
    opened = visit(file)
    missing = opened.page.locator(".layer", has_text="Sản phẩm OCOP").locator(".unplaced")
    missing.locator("summary").first.click()
    missing.locator(".one summary").click()
    assert missing.locator(".one summary").inner_text().startswith("{{ 7*7 }}")
    assert missing.locator(".one dd").first.is_visible()


def test_the_legend_names_the_classes_in_use_and_the_attribution_is_plain(visit: Visit, file: Path) -> None:
    opened = visit(file)
    classes = opened.page.locator(".layer", has_text="Sản phẩm OCOP").locator(".classes li")
    assert classes.all_inner_texts() == ["Thực phẩm", "Đồ uống"]
    rights = opened.page.locator(".leaflet-control-attribution")
    assert rights.inner_text() == "Nguồn: Sở Nông nghiệp & Môi trường · CC BY 4.0"
    assert rights.locator("a, svg").count() == 0


def test_it_opens_where_it_was_saved(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"))
    lat, lng, zoom = opened.page.evaluate(
        "() => { const m = window.atlasShell.map; const c = m.getCenter(); return [c.lat, c.lng, m.getZoom()]; }"
    )
    assert (lat, lng, zoom) == (pytest.approx(21.1, abs=1e-4), pytest.approx(103.1234567, abs=1e-4), 14)


def test_nothing_written_into_the_page_runs(visit: Visit, file: Path) -> None:
    opened = visit(file)
    assert SCRIPT not in opened.page.content()
    opened.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s); }"
    )
    assert opened.page.evaluate("() => window.broken") is None

"""A saved map opened from disk in a real browser, with no network at all."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from geo.atlas import Query
from geo.views.map.folium_map import saved_map
from geo.web.words.site import words_of
from tests.views.hostile import IMG, SCRIPT, hostile_atlas

LAYERS = ("products", "producers", "zones", "villages", "sites")
WIDE, PHONE = (1440, 900), (390, 844)
VI, EN = ({"words": words_of(lang), "lang": lang} for lang in ("vi", "en"))


class Opened(NamedTuple):
    """A page, what it complained of, and what it asked the network for."""

    page: Page
    complaints: list[str]
    requests: list[str]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    with hostile_atlas(folder) as atlas:
        page = saved_map(atlas, [Query(layer) for layer in LAYERS], **VI, title=f"Điện Biên {IMG}")
        (folder / "map.html").write_text(page, encoding="utf-8")
        near = saved_map(atlas, [Query("products")], **EN, title="Near", center=(103.1234567, 21.1), zoom=14)
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
        opened.page.wait_for_selector("html[data-ready]")
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
@pytest.mark.parametrize("name", ["map.html", "near.html"])
def test_it_opens_from_disk_without_a_request_or_an_error(
    visit: Visit, file: Path, size: tuple[int, int], name: str
) -> None:
    opened = visit(file.with_name(name), size)
    assert opened.complaints == []
    assert opened.requests == [file.with_name(name).as_uri()]
    assert opened.page.locator(".pin, .cluster").count() > 0


def test_it_shows_what_it_holds_under_its_title(visit: Visit, file: Path) -> None:
    page = visit(file).page
    assert page.locator(".pin, .cluster").count() > 3
    assert page.locator("h1").inner_text() == f"Điện Biên {IMG}"
    assert page.locator("h1 img").count() == 0


def test_a_hostile_name_is_shown_as_text_in_the_record(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"))
    opened.page.locator(".pin").first.click()
    record = opened.page.locator("#record")
    assert record.locator("h2").inner_text() == IMG
    assert record.locator("img").count() == 0
    assert record.locator(".place--approximate").inner_text() == "Approximate location, within about 8 km."
    assert record.locator("dd", has_text="4 stars").count() == 1
    assert opened.page.locator(".pin--chosen").count() == 1
    assert opened.complaints == []


def test_a_record_is_opened_and_left_by_keyboard(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"))
    record = opened.page.locator("#record")
    for way in (".pin", "#pane-list .hit"):
        opened.page.locator(way).first.focus()
        opened.page.keyboard.press("Enter")
        assert record.locator("h2").inner_text() == IMG
        opened.page.keyboard.press("Escape")
        assert record.is_hidden()
        assert opened.page.evaluate("(way) => document.activeElement.matches(way)", way)
    assert opened.complaints == []


def test_sources_are_links_only_when_they_lead_to_the_web(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"))
    opened.page.locator(".pin").first.click()
    sources = opened.page.locator(".sources li")
    assert sources.nth(0).locator("a").get_attribute("href") == "https://example.org/a?b=1&c=2"
    assert sources.nth(1).inner_text() == "UBND tỉnh"
    assert sources.nth(1).locator("a").count() == 0
    assert opened.page.locator("#record a").count() == 5  # the source, and four ways there
    assert opened.page.locator("#record a[href^='geo:']").count() == 1


def test_a_phone_reads_a_record_in_a_sheet_over_the_lower_edge(visit: Visit, file: Path) -> None:
    opened = visit(file.with_name("near.html"), PHONE)
    opened.page.locator(".pin").first.click()
    record = opened.page.locator("#record")
    assert record.locator("h2").inner_text() == IMG
    assert opened.page.locator("#panel").get_attribute("data-height") == "half"
    record.get_by_role("button", name="Close").click()
    assert record.is_hidden()
    assert opened.complaints == []


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_whole_province_is_in_sight(visit: Visit, file: Path, size: tuple[int, int]) -> None:
    page = visit(file, size).page
    page.wait_for_timeout(400)
    land = page.locator(".ground--land").first.bounding_box()
    frame, panel = page.locator("#mapframe").bounding_box(), page.locator("#panel").bounding_box()
    assert land and frame and panel
    assert frame["x"] <= land["x"] and land["x"] + land["width"] <= frame["x"] + frame["width"]
    bottom = panel["y"] if size == PHONE else frame["y"] + frame["height"]
    title = page.locator(".saved").bounding_box()
    assert title
    assert land["y"] >= (title["y"] + title["height"] if size == PHONE else 0)
    assert land["y"] + land["height"] <= bottom


def test_switching_a_layer_off_and_on_takes_its_symbols_away_and_back(visit: Visit, file: Path) -> None:
    page = visit(file).page
    page.get_by_role("tab", name="Lớp").click()
    shapes = page.locator(".leaflet-areas-pane path")
    box = page.get_by_label("Vùng nguyên liệu")
    assert shapes.count() == 1
    box.uncheck()
    assert shapes.count() == 0
    page.get_by_role("tab", name="Danh sách").click()
    assert page.locator("#pane-list", has_text="Vùng nuôi ong").count() == 0
    page.get_by_role("tab", name="Lớp").click()
    box.check()
    assert shapes.count() == 1


def test_the_base_map_has_communes_districts_or_neither(visit: Visit, file: Path) -> None:
    page = visit(file).page
    page.get_by_role("tab", name="Lớp").click()
    names = page.locator(".maplabel--districts")
    assert (page.locator(".border--communes").count(), names.count()) == (1, 0)
    page.get_by_label("Huyện cũ").check()
    names.first.wait_for()
    assert (page.locator(".border--communes").count(), names.count()) == (0, 1)
    page.get_by_label("Chỉ đường bao tỉnh").check()
    names.first.wait_for(state="detached")
    assert page.locator(".border--province").count() == 1


def test_records_without_a_place_are_listed_and_not_lost(visit: Visit, file: Path) -> None:
    page = visit(file).page
    products = page.locator(".listgroup", has_text="Sản phẩm OCOP")
    assert products.locator(".listgroup__unplaced").inner_text() == "Chưa có vị trí (1)"
    products.locator(".hit", has_text="{{ 7*7 }}").click()
    assert page.locator("#record h2").inner_text().startswith("{{ 7*7 }}")
    assert page.locator("#record dd").first.is_visible()


def test_the_list_holds_what_is_in_view(visit: Visit, file: Path) -> None:
    page = visit(file).page
    products = page.locator(".listgroup", has_text="Sản phẩm OCOP")
    assert products.locator(".count").inner_text() == "3 / 4"
    page.evaluate("() => window.atlasShell.map.setView([21.15, 103.35], 15, { animate: false })")
    assert products.locator(".count").inner_text() == "1 / 4"
    assert products.locator(".hit__title").all_inner_texts()[0].startswith("Chè Shan tuyết")


def test_the_legend_names_the_classes_in_use(visit: Visit, file: Path) -> None:
    page = visit(file).page
    page.get_by_role("tab", name="Lớp").click()
    classes = page.locator(".layer", has_text="Sản phẩm OCOP").locator(".classes li")
    assert classes.all_inner_texts() == ["Thực phẩm", "Đồ uống"]
    assert page.locator("#pane-layers", has_text="Đường nối").count() == 0


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_credits_are_folded_and_said_once(visit: Visit, file: Path, size: tuple[int, int]) -> None:
    page = visit(file, size).page
    rights = page.locator(".credits__text")
    assert rights.is_hidden()
    page.get_by_text("Nguồn và giấy phép").click()
    text = rights.inner_text()
    assert text.count("Nguồn: Sở Nông nghiệp & Môi trường") == text.count("CC BY 4.0") == 1
    assert rights.locator("a, svg").count() == 0
    box = rights.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= size[0] and box["y"] >= 0


def test_names_keep_clear_of_symbols(visit: Visit, file: Path) -> None:
    page = visit(file).page
    page.wait_for_timeout(400)
    covered = page.evaluate("""() => {
      const boxes = (selector) => [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect());
      const meet = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
      const symbols = boxes(".pin > svg, .cluster > svg");
      return boxes(".maplabel").filter((name) => symbols.some((symbol) => meet(name, symbol))).length;
    }""")
    assert page.locator(".maplabel").count() > 0
    assert covered == 0


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

"""The base map in a browser: names that keep clear of each other, themes, paper, and a saved map without a network."""

import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import shapely
from playwright.sync_api import Browser, Page

from geo.atlas import Atlas, Query
from geo.basemap.ground import GroundSource, ShadeTile, write_ground
from geo.basemap.shipped_files import FOLDER, read_shipped
from geo.ocop.layers import LAYERS
from geo.settings import Settings
from geo.views.map.assets import static_dir
from geo.views.map.themes import TOKENS
from geo.web.application import create_app
from tests.basemap.test_ground import ORIGIN, small_world
from tests.browser.conftest import SIZES, WatchedPage
from tests.conftest import ROOT, SHIPPED_SEED
from tests.frozen import FixedSource
from tests.server import serving

VIEWS = {8: "8/21.6/102.9", 10: "10/21.5/103.1", 12: "12/21.42/103.08", 14: "14/21.39/103.02"}

LABELS = """() => {
  const map = window.atlasShell.map;
  const shown = (one) => one.width > 0 && one.height > 0;
  const spans = [...document.querySelectorAll(".maplabel")].map((span) => {
    const { x, y, width, height } = span.getBoundingClientRect();
    return { text: span.textContent, kind: span.className, boxes: [{ x, y, width, height }].filter(shown) };
  });
  const frame = map.getContainer().getBoundingClientRect();
  const lines = [...document.querySelectorAll(".linelabels g")].map((group) => {
    const text = group.querySelector("text");
    const side = 0.7 * parseFloat(getComputedStyle(text).fontSize);
    const matrix = text.getScreenCTM();
    const boxes = Array.from({ length: text.getNumberOfChars() }, (_, i) => {
      const { x, y, width, height } = text.getExtentOfChar(i);
      const middle = new DOMPoint(x + width / 2, y + height / 2).matrixTransform(matrix);
      return { x: middle.x - side / 2, y: middle.y - side / 2, width: side, height: side };
    });
    const places = boxes.map((box) => map.containerPointToLatLng([box.x + side / 2 - frame.x, box.y + side / 2 - frame.y]));
    return { text: text.textContent, kind: text.getAttribute("class"), boxes, at: places.map(({ lng, lat }) => [lng, lat]) };
  });
  const symbols = [...document.querySelectorAll(".pin > svg, .cluster > svg")].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return { x: x + 3, y: y + 3, width: width - 6, height: height - 6 };
  });
  return { labels: [...spans, ...lines], symbols };
}"""


def opened(watched: WatchedPage, address: str) -> Page:
    page = watched.open(address)
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_selector(".has-terrain .maplabel--bold")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until two frames in a row have the same labels."""
    page.wait_for_function(
        """async () => {
          const now = () => [...document.querySelectorAll(".maplabel, .linelabel")].map((one) => one.textContent + (one.style.transform ?? "")).join();
          const before = now();
          await new Promise((resolve) => setTimeout(resolve, 300));
          return before === now();
        }"""
    )


def meet(one: dict[str, float], other: dict[str, float]) -> bool:
    slack = 1.0
    return (
        one["x"] + slack < other["x"] + other["width"]
        and other["x"] + slack < one["x"] + one["width"]
        and one["y"] + slack < other["y"] + other["height"]
        and other["y"] + slack < one["y"] + one["height"]
    )


@pytest.mark.parametrize("zoom", VIEWS)
def test_labels_overlap_neither_each_other_nor_symbols(watched: WatchedPage, zoom: int) -> None:
    drawn = opened(watched, f"/?map={VIEWS[zoom]}").evaluate(LABELS)
    labels = [label for label in drawn["labels"] if label["boxes"]]
    assert len(labels) >= 3
    for number, one in enumerate(labels):
        for other in labels[number + 1 :]:
            crossing = [(a, b) for a in one["boxes"] for b in other["boxes"] if meet(a, b)]
            assert not crossing, (one["text"], other["text"])
        assert not [box for box in one["boxes"] for symbol in drawn["symbols"] if meet(box, symbol)], one["text"]


FRAME = """() => {
  const { x, y, width, height } = document.getElementById("mapframe").getBoundingClientRect();
  return { x, y, width, height };
}"""


def test_no_name_is_cut_by_the_edge_of_the_map(desktop: WatchedPage) -> None:
    """The map is moved in steps of fewer pixels than a name is high, so that in some view a name would meet each edge."""
    page = opened(desktop, f"/?map={VIEWS[10]}")
    for step in range(6):
        if step:
            page.evaluate("window.atlasShell.map.panBy([7, 7], { animate: false })")
            settle(page)
        frame, labels = page.evaluate(FRAME), page.evaluate(LABELS)["labels"]
        boxes = [(label["text"], box) for label in labels if "maplabel" in label["kind"] for box in label["boxes"]]
        assert len(boxes) > 10
        for text, box in boxes:
            assert frame["x"] - 1 <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"] + 1, text
            assert frame["y"] - 1 <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"] + 1, text


BESIDE = """(points) => {
  const frame = window.atlasShell.map.getContainer().getBoundingClientRect();
  const box = ({ x, y, width, height }) => ({ x, y, width, height });
  const dams = points.map(([lng, lat]) => window.atlasShell.map.latLngToContainerPoint([lat, lng])).map(({ x, y }) => ({ x: frame.x + x - 3, y: frame.y + y - 3, width: 6, height: 6 }));
  return { scale: box(document.querySelector(".leaflet-control-scale").getBoundingClientRect()), dams };
}"""


def test_the_scale_bar_covers_no_symbol_and_names_cover_no_dam(watched: WatchedPage) -> None:
    page = opened(watched, f"/?map={VIEWS[12]}")
    dams = shapely.get_coordinates(read_shipped(SHIPPED_SEED / FOLDER).layers["dams"].geometry.array).tolist()
    drawn, beside = page.evaluate(LABELS), page.evaluate(BESIDE, dams)
    assert not [symbol for symbol in drawn["symbols"] if meet(symbol, beside["scale"])]
    boxes = [box for label in drawn["labels"] for box in label["boxes"]]
    assert len(beside["dams"]) == 4 and not [dam for dam in beside["dams"] for box in boxes if meet(box, dam)]


@pytest.mark.parametrize("zoom", [8, 10, 12])
def test_names_along_lines_keep_to_what_they_name(desktop: WatchedPage, real_atlas: Atlas, zoom: int) -> None:
    layers = read_shipped(SHIPPED_SEED / FOLDER).layers
    province = shapely.union_all([record.geometry for record in real_atlas.find(Query("province")).records])
    degrees_of_a_pixel = 360 / 256 / 2**zoom
    labels = [one for one in opened(desktop, f"/?map={VIEWS[zoom]}").evaluate(LABELS)["labels"] if "at" in one]
    assert labels
    for label in labels:
        points = shapely.points(label["at"])
        if "linelabel--neighbours" in label["kind"]:
            distances = shapely.distance(points, province.boundary) / degrees_of_a_pixel
            assert not shapely.contains(province, points).any() and distances.max() < 60, label["text"]
        else:
            river = shapely.union_all(layers["rivers"][layers["rivers"]["name"] == label["text"]].geometry.array)
            assert (shapely.distance(points, river) / degrees_of_a_pixel).max() < 45, label["text"]


def test_the_first_view_names_the_seat_of_the_province_and_its_neighbours(watched: WatchedPage) -> None:
    texts = {label["text"] for label in opened(watched, "/").evaluate(LABELS)["labels"]}
    assert {"Điện Biên Phủ", "LÀO", "LAI CHÂU"} <= texts


def test_a_name_of_a_commune_lies_inside_it(desktop: WatchedPage, real_atlas: Atlas) -> None:
    page = opened(desktop, f"/?map={VIEWS[12]}&layers=")
    corners = page.evaluate(
        """() => {
          const map = window.atlasShell.map;
          const frame = map.getContainer().getBoundingClientRect();
          return [...document.querySelectorAll(".maplabel--communes")].map((span) => {
            const { left, right, top, bottom } = span.getBoundingClientRect();
            const places = [[left, top], [right, top], [left, bottom], [right, bottom]];
            return { text: span.textContent, at: places.map(([x, y]) => map.containerPointToLatLng([x - frame.x, y - frame.y])).map(({ lng, lat }) => [lng, lat]) };
          });
        }"""
    )
    assert corners
    units: dict[str, Any] = {record.title: record.geometry for record in real_atlas.find(Query("communes")).records}
    outlines_differ_by = 0.004  # degrees that the outline drawn for names is simplified by, twice
    for one in corners:
        assert shapely.contains(units[one["text"]].buffer(outlines_differ_by), shapely.points(one["at"])).all(), one


def test_the_base_map_is_switched_off_in_the_list_of_layers_and_by_the_address(desktop: WatchedPage) -> None:
    page = opened(desktop, "/")
    page.click("#tab-layers")
    assert page.locator("[data-of=terrain]").evaluate("(one) => one.hidden") is False
    page.uncheck("#b-terrain")
    page.wait_for_selector(".terrain", state="detached")
    page.wait_for_selector(".maplabel--shield", state="detached")
    assert "terrain=off" in page.url
    assert page.locator("[data-of=terrain]").evaluate("(one) => one.hidden") is True
    page.reload(wait_until="networkidle")
    assert page.locator(".terrain").count() == 0
    page.click("#tab-layers")
    page.check("#b-terrain")
    page.wait_for_selector(".terrain")
    assert "terrain" not in page.url


def test_the_sources_are_one_click_away(watched: WatchedPage) -> None:
    page = opened(watched, "/")
    page.click(".credits > summary")
    text = page.inner_text(".credits__text")
    assert "CTU-SematX/LegoCity (CC BY-SA 4.0)" in text and "GeoNames (CC BY 4.0)" in text


def test_the_first_view_asks_for_one_file_of_the_base_map(desktop: WatchedPage) -> None:
    opened(desktop, "/")
    assert len([url for url in desktop.requests if "/base-map/" in url]) == 1


def test_places_that_are_far_apart_are_drawn_from_the_same_file_without_another_request(desktop: WatchedPage) -> None:
    page = opened(desktop, f"/?map={VIEWS[10]}")
    page.evaluate("() => window.atlasShell.map.panBy([400, 200], { animate: false })")
    page.wait_for_load_state("networkidle")
    assert len([url for url in desktop.requests if "/base-map/" in url]) == 1


def choose(page: Page, theme: str) -> None:
    """Go on to the next theme until the wanted one is chosen; "" follows the system."""
    for _ in range(4):
        if page.evaluate("() => document.documentElement.dataset.theme ?? ''") == theme:
            return
        page.click("#theme")
    raise AssertionError(f"no theme {theme!r}")


def color_of(page: Page, selector: str, name: str = "background-color") -> str:
    return str(page.evaluate("([one, name]) => getComputedStyle(document.querySelector(one))[name]", [selector, name]))


def rgb(color: str) -> str:
    return f"rgb({', '.join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))})"


@pytest.mark.parametrize(
    ("system", "place"),
    [({"color_scheme": "light"}, 0), ({"color_scheme": "dark"}, 1), ({"color_scheme": "light", "contrast": "more"}, 2)],
)
@pytest.mark.parametrize("path", ["/", "/about"])
def test_pages_follow_the_system_until_somebody_chooses(
    browser: Browser, site: str, path: str, system: dict[str, Any], place: int
) -> None:
    context = browser.new_context(viewport=SIZES["desktop"], locale="vi-VN", **system)
    try:
        page = context.new_page()
        page.goto(f"{site}{path}", wait_until="networkidle")
        assert color_of(page, "body") == rgb(TOKENS["paper"][place])
        for other, chosen in ((1, "dark"), (2, "contrast"), (0, "light")):
            choose(page, chosen)
            assert color_of(page, "body") == rgb(TOKENS["paper"][other])
            page.reload(wait_until="networkidle")
            assert color_of(page, "body") == rgb(TOKENS["paper"][other])
        choose(page, "")
        assert color_of(page, "body") == rgb(TOKENS["paper"][place])
    finally:
        context.close()


PICTURE = """() => {
  const canvas = document.querySelector("canvas.terrain");
  const [side, columns] = [60, Math.floor(canvas.width / 60)];
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return Array.from({ length: columns * Math.floor(canvas.height / side) }, (_, i) => {
    const { data } = context.getImageData((i % columns) * side, Math.floor(i / columns) * side, side, side);
    let sum = 0;
    for (let k = 0; k < data.length; k += 4) sum += data[k] + data[k + 1] + data[k + 2];
    return sum / side ** 2 / 3;
  });
}"""


def picture(page: Page) -> list[float]:
    """The mean lightness of each square of 60 pixels of the canvas, once it is drawn."""
    page.wait_for_selector(".has-terrain:not(.is-drawing)")
    return list(page.evaluate(PICTURE))


def test_the_canvas_is_drawn_again_when_the_theme_changes_and_completed_when_the_map_moves(
    desktop: WatchedPage,
) -> None:
    page = opened(desktop, f"/?map={VIEWS[10]}")
    before = picture(page)
    page.evaluate("() => window.atlasShell.map.panBy([500, 130], { animate: false })")
    moved = picture(page)
    choose(page, "dark")
    dark = picture(page)
    choose(page, "light")
    assert picture(page) == pytest.approx(moved, abs=0.1), "what stayed and what was added are as if drawn at once"
    assert before[: len(moved)] != moved[: len(before)] and min(moved) > 150 and max(dark) < 120


def test_land_that_comes_into_view_is_drawn_before_the_hand_lets_go(desktop: WatchedPage) -> None:
    page = opened(desktop, f"/?map={VIEWS[12]}")
    page.mouse.move(1300, 300)
    page.mouse.down()
    page.mouse.move(600, 700, steps=4)
    page.wait_for_selector(".has-terrain:not(.is-drawing)")
    covers = """() => {
      const [canvas, frame] = ["canvas.terrain", ".leaflet-container"].map((one) => document.querySelector(one).getBoundingClientRect());
      return canvas.left <= frame.left && canvas.top <= frame.top && canvas.right >= frame.right && canvas.bottom >= frame.bottom;
    }"""
    assert page.evaluate(covers)
    page.mouse.up()


LOOKS = """() => Object.fromEntries([".pin__shape", ".cluster__arc", ".ground--glow", ".ground--veil", ".paperkey .swatch", ".leader"].map((selector) => {
  const { fill, fillOpacity, position, strokeOpacity } = getComputedStyle(document.querySelector(selector));
  return [selector, { fill, fillOpacity, position, strokeOpacity }];
}))"""


def test_symbols_the_border_and_the_legend_look_on_paper_as_on_the_screen(desktop: WatchedPage) -> None:
    page = opened(desktop, "/")
    page.wait_for_selector(".leader")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")  # writes the legend
    page.wait_for_selector(".pin__shape, .cluster__arc", state="attached")
    on_screen = page.evaluate(LOOKS)
    page.emulate_media(media="print")
    assert page.evaluate(LOOKS) == on_screen
    colours = "() => getComputedStyle(document.querySelector('.ground--veil')).printColorAdjust"
    assert page.evaluate(colours) == "exact"


@pytest.mark.parametrize(("paper", "view"), [("A4", f"/?map={VIEWS[10]}&lang=en"), ("A3", "/")])
def test_paper_has_one_light_sheet_with_title_legend_and_sources(
    browser: Browser, site: str, tmp_path: Path, paper: str, view: str
) -> None:
    """Of the view of the A4 sheet the browser has no file for the zoom of paper: it draws those that it has."""
    context = browser.new_context(viewport=SIZES["desktop"], locale="vi-VN", color_scheme="dark")
    try:
        page = context.new_page()
        page.goto(f"{site}{view}", wait_until="networkidle")
        page.wait_for_selector(".has-terrain:not(.is-drawing) .maplabel--bold")
        before = page.evaluate("() => window.atlasShell.map.getZoom()")
        page.evaluate(
            """() => window.addEventListener("beforeprint", () => {
              const canvas = document.querySelector("canvas.terrain");
              const frame = document.getElementById("mapframe");
              window.sheet = { key: frame.querySelectorAll(".paperkey li").length, open: frame.querySelector(".credits").open, width: frame.offsetWidth, ratio: canvas.width / canvas.offsetWidth, drawn: !document.querySelector(".is-drawing") };
            })"""
        )
        document = page.pdf(path=tmp_path / "map.pdf", format=paper, landscape=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
        words = "".join(pypdfium2.PdfDocument(document)[0].get_textpage().get_text_range().split())
        last = page.evaluate("() => document.querySelector('.credits__text > :last-child').textContent")
        assert "".join(last.split())[-40:] in words, "the last of the sources is cut by the end of the sheet"
        drawn = sum(spec.thematic and bool(spec.geometry) for spec in LAYERS.values())
        assert page.evaluate("() => window.sheet") == {
            "key": drawn,
            "open": True,
            "width": 1040,
            "ratio": 3,
            "drawn": True,
        }
        page.wait_for_function("(zoom) => window.atlasShell.map.getZoom() === zoom", arg=before)
        assert page.evaluate("() => document.querySelector('.credits').open") is False
    finally:
        context.close()


def test_a_hillshade_lies_over_the_land_and_below_roads(browser: Browser, real_atlas: Atlas, tmp_path: Path) -> None:
    source = GroundSource(tmp_path / "basemap")
    origins = dict.fromkeys([*small_world(), "hillshade"], (ORIGIN,))
    png = (static_dir() / "img" / "favicon.ico").read_bytes()  # any picture that a browser can draw
    shades = [ShadeTile(8, x, y, png) for x in (200, 201) for y in (112, 113)]
    source.publish(write_ground(source.folder, small_world(), origins, maker="test", hillshade=shades))
    context = browser.new_context(viewport=SIZES["desktop"])
    try:
        site = create_app(Settings(data_dir=tmp_path), FixedSource(real_atlas), templates=ROOT / "templates")
        with serving(site) as address:
            page = context.new_page()
            page.goto(f"{address}/?map=10/21.42/103.1", wait_until="networkidle")
            page.wait_for_selector(".hillshade img.leaflet-tile-loaded")
            orders = page.eval_on_selector_all(
                ".leaflet-terrain-pane > *",
                "(all) => all.map((one) => [one.tagName, Number(getComputedStyle(one).zIndex)])",
            )
            assert [tag for tag, _ in sorted(orders, key=lambda row: row[1])] == ["CANVAS", "DIV", "CANVAS"]
            page.evaluate("() => window.atlasShell.map.setZoom(12, { animate: false })")
            page.wait_for_selector(".hillshade img.leaflet-tile-loaded")  # tiles of the largest zoom are enlarged
    finally:
        context.close()


def test_a_saved_map_draws_the_base_map_without_a_network(browser: Browser, site: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport=SIZES["desktop"], locale="vi-VN")
    try:
        page = context.new_page()
        saved = tmp_path / "map.html"
        saved.write_bytes(page.request.get(f"{site}/save-map?map={VIEWS[12]}").body())
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: line.type == "error" and faults.append(line.text))
        context.set_offline(True)
        page.goto(saved.as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        page.wait_for_selector(".maplabel--shield")
        settle(page)
        assert "QL279" in {label["text"] for label in page.evaluate(LABELS)["labels"]}
        assert "CC BY-SA 4.0" in page.locator(".credits__text").text_content()
        page.evaluate("() => window.atlasShell.map.setZoom(10, { animate: false })")
        page.wait_for_selector(".maplabel--places")
        page.click("#tab-layers")
        page.uncheck("#b-terrain")
        page.wait_for_selector(".terrain", state="detached")
        assert faults == []
    finally:
        context.close()

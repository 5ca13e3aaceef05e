"""The vector tiles drawn by MapLibre GL JS, the real one from npm, in a page of another site."""

import functools
import http.server
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from geo.atlas import Atlas, Query
from geo.views.tiles import tile
from tests.browser.conftest import chromium
from tests.conftest import ROOT
from tests.server import serving_elsewhere

MAPLIBRE = ROOT / "tests" / "node" / "node_modules" / "maplibre-gl"
PAGE = Path(__file__).parent / "maplibre"
PROVINCE = "7.5/21.7165/102.87135"
WHOLE_BY_ZOOM = 8
"""Where nothing of the shipped data is thinned."""


class Elsewhere(http.server.SimpleHTTPRequestHandler):
    """Another site: MapLibre, and a page that draws with it."""

    def translate_path(self, path: str) -> str:
        self.directory = str(MAPLIBRE if path.startswith("/dist/") else PAGE)
        return super().translate_path(path)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    assert MAPLIBRE.is_dir(), "MapLibre is not here: run `make test-setup`"
    with serving_elsewhere(functools.partial(Elsewhere, directory=str(PAGE))) as address:
        yield address


@pytest.fixture(scope="module")
def painter(browser: Browser) -> Iterator[Browser]:
    """The same browser with WebGL, in software."""
    words = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    launched = browser.browser_type.launch(executable_path=chromium(), args=words)
    yield launched
    launched.close()


def draw(painter: Browser, other_site: str, tileset: str, at: str) -> dict[str, Any]:
    """What MapLibre found and drew of a tileset, with every fault of the page and its requests as an error."""
    page = painter.new_page(viewport={"width": 900, "height": 700})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: line.type == "error" and faults.append(line.text))
    page.on("requestfailed", lambda request: faults.append(f"{request.url} {request.failure}"))
    try:
        page.goto(f"{other_site}/index.html?{urlencode({'tileset': tileset, 'at': at})}")
        page.wait_for_function("window.result", timeout=180_000)  # drawn by the processor, which may be busy
        result: dict[str, Any] = page.evaluate("window.result")
    except Exception as error:
        raise AssertionError(f"nothing was drawn: {faults}") from error
    finally:
        page.close()
    return {**result, "errors": [*result["errors"], *faults]}


def titles(atlas: Atlas, layer: str) -> dict[str, str]:
    """The records of a layer that have a place, by id, and how people know them."""
    return {one.id: one.title for one in atlas.find(Query(layer, place="placed")).records}


def test_the_tileset_of_all_layers_is_drawn(painter: Browser, other_site: str, site: str, real_atlas: Atlas) -> None:
    results = draw(painter, other_site, f"{site}/tiles/WebMercatorQuad", PROVINCE)
    assert results["errors"] == []
    assert set(results["drawn"]) == set(tile.TOGETHER)
    for layer, records in results["drawn"].items():
        truth = titles(real_atlas, layer)
        assert records and records.items() <= truth.items(), layer
    assert set(results["drawn"]["communes"]) == set(titles(real_atlas, "communes"))
    assert "Mường Phăng" in " ".join(results["drawn"]["communes"].values())
    assert results["painted"] > 0.1 and results["colours"] > 10, results
    # Who made the data is named on the map, and named once.
    assert results["attribution"].count("communesVN") == 1, results["attribution"]


@pytest.mark.parametrize("layer", ["sites", "links", "communes"])
def test_the_tileset_of_one_layer_is_drawn(
    painter: Browser, other_site: str, site: str, real_atlas: Atlas, layer: str
) -> None:
    tileset = f"{site}/collections/{layer}/tiles/WebMercatorQuad"
    results = draw(painter, other_site, tileset, f"{WHOLE_BY_ZOOM + 1}/21.39/103.02")
    assert results["errors"] == [] and set(results["drawn"]) == {layer}
    assert results["drawn"][layer].items() <= titles(real_atlas, layer).items()
    assert results["painted"] > 0 and results["colours"] > 2

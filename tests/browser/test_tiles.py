"""A base map that an operator named: its tiles are asked for, drawn, credited, and nothing else is let in."""

import base64
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from geo.atlas import open_atlases
from geo.settings import Settings, TileLayer
from tests.browser.conftest import WatchedPage, serve, watch

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


class Tiles(http.server.BaseHTTPRequestHandler):
    """Answers every address with one grey pixel."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def tile_host() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def tiled_site(built: Settings, tile_host: str) -> Iterator[str]:
    layer = TileLayer("Nền của tỉnh", f"{tile_host}/{{z}}/{{x}}/{{y}}.png", "© Sở Nông nghiệp <b>và</b> Môi trường")
    yield from serve(replace(built, tile_layers=(layer,)), open_atlases(built))


@pytest.fixture
def tiled(browser: Browser, tiled_site: str, tile_host: str) -> Iterator[WatchedPage]:
    for watched in watch(browser, tiled_site, "desktop"):
        yield watched
        watched.requests[:] = [url for url in watched.requests if not url.startswith(tile_host)]


def test_no_tile_is_asked_for_until_the_layer_is_chosen(tiled: WatchedPage, tile_host: str) -> None:
    tiled.open("/")
    assert not [url for url in tiled.requests if url.startswith(tile_host)]


def test_the_chosen_layer_is_drawn_and_credited_as_text(tiled: WatchedPage, tile_host: str) -> None:
    page = tiled.open("/")
    page.locator("#tab-layers").click()
    page.get_by_label("Nền của tỉnh").check()
    expect(page.locator(".leaflet-tile-loaded").first).to_be_attached()
    assert [url for url in tiled.requests if url.startswith(tile_host)]
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("© Sở Nông nghiệp <b>và</b> Môi trường")
    assert quote("Nền của tỉnh") in page.url or "N%E1%BB%81n" in page.url

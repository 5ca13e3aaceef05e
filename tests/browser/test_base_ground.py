"""The base map that `app.py base` makes, in a browser: drawn without a fault, with its hillshade and its credit."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from geo.atlas import open_atlases
from geo.basemap.operator.new_ground import Order, make_ground
from geo.settings import Settings
from tests.basemap.extracts import ExtractWriter, square
from tests.basemap.height_files import cone, write_hgt
from tests.browser.conftest import WatchedPage, serve, watch
from tests.service import quiet


@pytest.fixture(scope="module")
def own_ground(built_office: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site whose ground was made of an extract and of heights."""
    folder = tmp_path_factory.mktemp("ground")
    data_dir = shutil.copytree(built_office.data_dir, folder / "var")
    settings = Settings(seed_dir=built_office.seed_dir, data_dir=data_dir)
    writer = ExtractWriter()
    writer.line([(103.0, 21.3), (103.2, 21.4), (103.4, 21.35)], highway="primary", ref="QL6")
    writer.line(square(103.2, 21.5, 0.05), natural="water", name="Hồ Pá Khoang")
    writer.point(103.1, 21.45, place="town", name="Tuần Giáo")
    files = (writer.write(folder / "tinh.osm.pbf"), write_hgt(folder, cone(103.2, 21.4)))
    make_ground(settings, Order(files, "NASA SRTM"), quiet)
    yield from serve(settings, open_atlases(settings))


@pytest.fixture
def watched_ground(browser: Browser, own_ground: str) -> Iterator[WatchedPage]:
    yield from watch(browser, own_ground, "desktop")


def test_the_ground_is_drawn_with_its_hillshade_and_its_credit(watched_ground: WatchedPage) -> None:
    page = watched_ground.open("/?lang=en")
    page.wait_for_selector(".hillshade img.leaflet-tile-loaded")
    assert any("/hillshade/" in url for url in watched_ground.requests)
    files = [url for url in watched_ground.requests if "/base-map/" in url and url.endswith(".json")]
    assert files
    assert "© OpenStreetMap contributors" in page.content() and "NASA SRTM" in page.content()


def test_the_shadows_are_seen_over_the_land_and_below_the_roads(watched_ground: WatchedPage) -> None:
    page = watched_ground.open("/?lang=en")
    page.wait_for_selector(".hillshade img.leaflet-tile-loaded")
    layers = page.locator(".leaflet-terrain-pane > *").evaluate_all(
        "parts => parts.map(part => [Number(getComputedStyle(part).zIndex), part.classList.contains('hillshade')])"
    )
    assert [is_shade for _, is_shade in sorted(layers)] == [False, True, False]
    with_shadows = page.locator(".leaflet-container").screenshot()
    page.locator(".hillshade").evaluate("layer => { layer.style.display = 'none'; }")
    assert page.locator(".leaflet-container").screenshot() != with_shadows


def test_zooming_far_in_and_out_requests_no_tile_that_does_not_exist(watched_ground: WatchedPage) -> None:
    page = watched_ground.open("/?lang=en")
    page.wait_for_selector(".hillshade img.leaflet-tile-loaded")
    for key in ("+", "+", "+", "+", "-", "-", "-", "-", "-", "-"):
        page.locator(".leaflet-container").press(key)
        page.wait_for_load_state("networkidle")
    zooms = {url.split("/hillshade/")[1].split("/")[0] for url in watched_ground.requests if "/hillshade/" in url}
    assert len(zooms) > 1  # every answer of 400 and more fails the test

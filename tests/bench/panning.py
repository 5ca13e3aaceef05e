"""Measure how fluid the map is over a base map of 200,000 road segments: the time of each frame while a hand moves it.

    python -m tests.bench.panning [--segments 200000] [--runs 3] [--address http://127.0.0.1:5000 ...]

Chromium draws in software (no GPU) on a screen of 1440 by 900 pixels. At each zoom the map is dragged eight times by 380
pixels, each time in a quarter of a second, and left alone for three quarters of a second; that is a run. Counted are all
frames from the first press to the end: their median, and the longest, which is a pause that one sees. With several addresses, for example of two states of
the code over the same data, the runs go round by turns.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from geo.basemap.operator.new_ground import Order, make_ground
from geo.settings import Settings
from tests.bench.base_ground import EXTRACT, SEGMENTS, write_province
from tests.browser.conftest import SIZES, chromium
from tests.conftest import SHIPPED_SEED, build
from tests.service import quiet, running

ZOOMS = (9, 10, 12, 13, 14, 16)
MIDDLE = "21.5/103.1"
STEPS, STEP_MS, REST_MS = 15, 16, 750
REACH_PX = 380
DIRECTIONS = ((-1, 0), (-1, 0), (0, -1), (0, -1), (1, 0), (1, 0), (0, 1), (0, 1))

WATCH = """
(() => {
  window.frames = [];
  let before = 0;
  const tick = (now) => {
    if (before) window.frames.push(now - before);
    before = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})();
"""


class Pan(NamedTuple):
    """Milliseconds of the frames of a run: the median, the longest, and how many took more than 50."""

    median_ms: float
    worst_ms: float
    slow: int


def pan(page: Page) -> Pan:
    """Drag the map to and fro."""
    page.evaluate("window.frames.length = 0")
    for right, down in DIRECTIONS:
        x, y = 900 - right * REACH_PX / 2, 450 - down * REACH_PX / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, STEPS + 1):
            page.mouse.move(x + right * REACH_PX * step / STEPS, y + down * REACH_PX * step / STEPS)
            page.wait_for_timeout(STEP_MS)
        page.mouse.up()
        page.wait_for_timeout(REST_MS)
    frames: list[float] = page.evaluate("window.frames")
    return Pan(statistics.median(frames), max(frames), sum(frame > 50 for frame in frames))


def open_map(browser: Browser, address: str, zoom: int) -> Page:
    """The map at a zoom, once everything of it is drawn."""
    page = browser.new_context(viewport=SIZES["desktop"]).new_page()
    page.add_init_script(WATCH)
    page.goto(f"{address}/?map={zoom}/{MIDDLE}", wait_until="networkidle")
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_timeout(3_000)
    return page


def measure(addresses: list[str], runs: int) -> dict[tuple[str, int], list[Pan]]:
    """The runs at each address and zoom; the first, which reads the files, is left out."""
    pans: dict[tuple[str, int], list[Pan]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for zoom in ZOOMS:
            pages = {address: open_map(browser, address, zoom) for address in addresses}
            for turn in range(runs + 1):
                for address, page in pages.items():
                    page.bring_to_front()
                    one = pan(page)
                    if turn:
                        pans.setdefault((address, zoom), []).append(one)
            for page in pages.values():
                page.context.close()
        browser.close()
    return pans


@contextmanager
def made_up(segments: int) -> Iterator[str]:
    """The address of a service over the shipped records and a made-up base map."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(seed_dir=SHIPPED_SEED, data_dir=folder / "var")
        build(settings.seed_dir, settings.data_dir)
        write_province(folder / EXTRACT, segments)
        make_ground(settings, Order([folder / EXTRACT]), quiet)
        with running(settings, folder / "log") as service:
            yield service.address


def show(pans: dict[tuple[str, int], list[Pan]]) -> None:
    """Print the table."""
    print(f"load {os.getloadavg()[0]:.1f}")
    print("| service | zoom | median frame, ms | longest frame, ms | frames over 50 ms in a run |")
    print("|---|---|---|---|---|")
    for (address, zoom), runs in pans.items():
        median, slow = statistics.median(run.median_ms for run in runs), statistics.median(run.slow for run in runs)
        print(f"| {address} | {zoom} | {median:.0f} | {max(run.worst_ms for run in runs):.0f} | {slow:.0f} |")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=SEGMENTS)
    parser.add_argument("--runs", type=int, default=3, help="runs at each zoom that are counted")
    parser.add_argument("--address", action="append", help="a service that runs already")
    options = parser.parse_args()
    if options.address:
        show(measure(options.address, options.runs))
        return
    with made_up(options.segments) as address:
        show(measure([address], options.runs))


if __name__ == "__main__":
    main()

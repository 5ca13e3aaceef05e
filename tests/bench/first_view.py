"""Measure the first view of the map on a slow network: when something is seen, when the map can be used, what is loaded.

    python -m tests.bench.first_view [--runs 3] [--page /?lang=vi] [--address http://127.0.0.1:5000 ...]

Chromium with an empty cache, a screen of 390 by 844 pixels, 400 kbit/s each way, a delay of 400 ms for each request, and a
processor four times slower. Without `--address` the shipped data are built and served; with several addresses, for example
of two states of the code, the runs go round by turns, so that a busy machine slows all of them alike.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from geo.settings import Settings
from tests.browser.conftest import SIZES, chromium
from tests.conftest import SHIPPED_SEED, build
from tests.service import running

BYTES_PER_S = 400_000 / 8
NETWORK = {"offline": False, "latency": 400, "downloadThroughput": BYTES_PER_S, "uploadThroughput": BYTES_PER_S}
SLOWER = 4
LONGEST_MS, POLL_MS = 60_000, 100
TARGETS = ("1.5", "4.0", "12", "200")

WATCH = """
(() => {
  const isUsable = () => document.documentElement?.dataset.ready === "yes" && document.querySelector(".border--province");
  const look = () => (isUsable() ? (window.usable = performance.now()) : requestAnimationFrame(look));
  look();
})();
"""
"""The map can be used when its base is drawn and its records and list are there."""


class View(NamedTuple):
    """One cold start: seconds to the first paint of content and until the map can be used, requests, kilobytes."""

    painted_s: float
    usable_s: float
    requests: int
    kilobytes: float


def cold_start(browser: Browser, address: str) -> View:
    """Open a page with an empty cache and wait until nothing more is loaded."""
    context = browser.new_context(viewport=SIZES["phone"], is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    answer = page.goto(address, wait_until="commit", timeout=LONGEST_MS)
    assert answer and answer.ok, f"{address} does not answer"
    end = time.monotonic() + LONGEST_MS / 1000
    while not (usable := page.evaluate("window.usable ?? null")):  # the policy of the page lets no text be run in it
        assert time.monotonic() < end, f"the map of {address} cannot be used after {LONGEST_MS} ms"
        page.wait_for_timeout(POLL_MS)
    page.wait_for_load_state("networkidle", timeout=LONGEST_MS)
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    context.close()
    loaded = [size for size in sizes if size]  # an address of data: has no size
    return View(painted / 1000, usable / 1000, len(loaded), sum(loaded) / 1000)


@contextmanager
def shipped() -> Iterator[str]:
    """The address of a service over the shipped data."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(seed_dir=SHIPPED_SEED, data_dir=Path(folder) / "var")
        build(settings.seed_dir, settings.data_dir)
        with running(settings, Path(folder) / "log") as service:
            yield service.address


def table(views: dict[str, list[View]]) -> str:
    """The medians of each address, with the least and the most of the times."""
    lines = ["| service | first paint, s | usable, s | requests | kB |", "|---|---|---|---|---|"]
    for name, runs in views.items():
        painted, usable, requests, kilobytes = zip(*runs, strict=True)
        times = (f"{statistics.median(one):.1f} ({min(one):.1f}-{max(one):.1f})" for one in (painted, usable))
        counts = (f"{statistics.median(one):.0f}" for one in (requests, kilobytes))
        lines.append(f"| {name} | {' | '.join((*times, *counts))} |")
    return "\n".join([*lines, f"| target | {' | '.join(TARGETS)} |"])


def measure(addresses: list[str], page: str, runs: int) -> dict[str, list[View]]:
    """The cold starts of a page at each address, by turns; the first of each, which fills the server's caches, is left out."""
    views: dict[str, list[View]] = {address: [] for address in addresses}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for turn in range(runs + 1):
            for address in addresses:
                view = cold_start(browser, f"{address}{page}")
                if turn:
                    views[address].append(view)
        browser.close()
    return views


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="cold starts of each service that are counted")
    parser.add_argument("--page", default="/?lang=vi", help="path and query of the page")
    parser.add_argument("--address", action="append", help="a service that runs already")
    options = parser.parse_args()
    if options.address:
        print(table(measure(options.address, options.page, options.runs)))
        return
    with shipped() as address:
        print(table({"this service": measure([address], options.page, options.runs)[address]}))


if __name__ == "__main__":
    main()

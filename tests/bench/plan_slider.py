"""Time from a changed slider to the new picture on the page of distances, and of the file behind it.

    python -m tests.bench.plan_slider [places]

The pages are those of the shipped data, and of a province with `places` villages and as many sites (10,000 without it)
and 100,000 zones. Prints a Markdown table: milliseconds from the event of the slider to the next frame that the browser
has drawn, the median and the worst of forty distances; the seconds that the server computes for the first page and for
the first file, and the file's size.
"""

import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Browser, sync_playwright

from geo.atlas import Atlas
from geo.crs import STORE_CRS
from geo.ingest.seed.folder import load_seed
from geo.ocop.layers import LAYERS
from geo.settings import Settings
from geo.web.application import create_app
from tests.bench.large import BOX, zones
from tests.browser.conftest import SIZES, chromium
from tests.frozen import FixedSource, publish_atlas
from tests.server import serving

ROOT = Path(__file__).resolve().parents[2]
PLACES, ZONES = 10_000, 100_000
PRECISIONS, SHARES = ["exact", "village", "commune", "district"], [0.1, 0.3, 0.5, 0.1]
STEPS = 40
_MEASURE = """async (steps) => {
  const slider = document.getElementById("km-slider");
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const times = [];
  for (let step = 0; step < steps; step++) {
    slider.value = String(1 + ((step * 7) % 49));
    const begin = performance.now();
    slider.dispatchEvent(new Event("input"));
    await drawn();
    times.push(performance.now() - begin);
    await new Promise((done) => setTimeout(done, 20));
  }
  return times;
}"""


def places(layer: str, count: int, seed: int) -> gpd.GeoDataFrame:
    """Places all over the province, known to different precisions."""
    chance = np.random.default_rng(seed)
    spec = LAYERS[layer]
    data = {field.name: pd.Series([None] * count, dtype=object) for field in spec.fields}
    data[spec.key] = pd.Series([f"{layer[0].upper()}{number:06d}" for number in range(count)], dtype=object)
    data[spec.title] = pd.Series([f"{spec.article.vi} {number}" for number in range(count)], dtype=object)
    data["precision"] = pd.Series(chance.choice(PRECISIONS, count, p=SHARES), dtype=object)
    points = shapely.points(np.round(chance.uniform(BOX[:2], BOX[2:], (count, 2)), 7))
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(points, crs=STORE_CRS), crs=STORE_CRS)


def provinces(count: int) -> dict[str, dict[str, gpd.GeoDataFrame]]:
    """The shipped data, and the same with many places and zones; links are left out, no page of distances reads them."""
    shipped = load_seed(ROOT / "data" / "shapefiles", lambda _: None)[0]
    many = {"villages": places("villages", count, 1), "sites": places("sites", count, 2), "zones": zones(ZONES)}
    return {"shipped data": shipped, f"{count:,} villages and sites": shipped | many}


@contextmanager
def site(atlas: Atlas, folder: Path) -> Iterator[str]:
    """The address of a service over an atlas."""
    settings = Settings(data_dir=folder / "var", long_wait_ms=600_000)
    with serving(create_app(settings, FixedSource(atlas), templates=ROOT / "templates")) as address:
        yield address


def seconds_for(address: str) -> tuple[float, int]:
    """Seconds until a response is there, and its bytes."""
    begin = time.perf_counter()
    with urllib.request.urlopen(address, timeout=900) as answer:
        size = len(answer.read())
    return time.perf_counter() - begin, size


def slide(browser: Browser, address: str) -> list[float]:
    """Milliseconds from each change of the slider to the frame that shows it."""
    page = browser.new_page(viewport=SIZES["desktop"])  # type: ignore[arg-type]
    page.goto(f"{address}/plan/proximity", timeout=900_000)
    page.wait_for_selector("html[data-ready=yes]", timeout=900_000)
    times: list[float] = page.evaluate(_MEASURE, STEPS)
    page.close()
    return times


def measure(browser: Browser, name: str, frames: dict[str, Any], folder: Path) -> None:
    """Print the row of a province."""
    with publish_atlas(frames, folder / "atlas") as atlas, site(atlas, folder) as address:
        page_s, _ = seconds_for(f"{address}/plan/proximity")
        file_s, size = seconds_for(f"{address}/plan/proximity/village_near_site.json?version={atlas.version.number}")
        times = slide(browser, address)
    print(
        f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} | {page_s:.1f} | {file_s:.1f} | {size / 1e6:.1f} |"
    )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PLACES
    print("| data | slider to picture, median ms | worst ms | first page s | first file s | file MB |")
    print("|---|---|---|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for number, (name, frames) in enumerate(provinces(count).items()):
            measure(browser, name, frames, Path(folder) / str(number))
        browser.close()


if __name__ == "__main__":
    main()

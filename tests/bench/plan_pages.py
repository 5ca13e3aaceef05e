"""The planners' pages over many records: seconds of each answer, its bytes, and the browser's picture.

    python -m tests.bench.plan_pages [products]

The pages are those of the shipped data, and of a province with 10,000 products and as many sites, 100,000 zones, 2,000
villages and 3,000 producers (another number of products scales all of them). Prints two Markdown tables: the seconds
for all indicators at first and again, and for each page the seconds of the first answer, of one with another
parameter, and of the same once more, its bytes, and the seconds until the browser shows it with its map.
"""

import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Browser, sync_playwright

from geo.atlas import Atlas
from geo.crs import STORE_CRS
from geo.ingest.seed.folder import load_seed
from geo.ocop.layers import LAYERS
from geo.plan import INDICATORS, Parameters, Records, compute
from tests.bench.large import BOX, zones
from tests.bench.plan_slider import PRECISIONS, ROOT, SHARES, site
from tests.browser.conftest import SIZES, chromium
from tests.frozen import publish_atlas

PRODUCTS = 10_000
PER_PRODUCT = {"products": 1.0, "sites": 1.0, "villages": 0.2, "producers": 0.3, "zones": 10.0}
ON = date(2026, 12, 1)
_IN_UNIT = 0.4
"""Share of the places that are known by their former commune."""
_JITTER_DEG = 0.03
_UNITS = ("old_commune_code", "district_code")


class Page(NamedTuple):
    """A page: its path, the parameters of the first request, and those of one that changes a choice.

    `{site}` and `{zone}` stand for the first record of these layers.
    """

    path: str
    first: str
    changed: str


PAGES = (
    Page("/plan", "", "from_on=2025-06-01"),
    Page("/plan/chains", "", "km=12&order=gaps"),
    Page("/plan/chains", "by=zones", "by=zones&km=12"),
    Page("/plan/chains", "by=communes", "by=old_communes"),
    Page("/plan/chains", "of=sites/{site}", "of=zones/{zone}"),
    Page("/plan/gaps", "", "gap=sites_without_village&km=12"),
    Page("/plan/gaps", "gap=zones_without_product", "gap=products_without_producer"),
    Page("/plan/certificates", "", "days=200"),
    Page("/plan/phase", "", "from_on=2022-06-01"),
    Page("/plan/units", "", "indicator=products_per_10000_people"),
    Page("/plan/units", "indicator=zones_area", "indicator=zones_area&frame=districts"),
    Page("/plan/units", "indicator=zones_total&frame=old_communes", "indicator=villages_near_site&km=7&frame=old_communes"),
    Page("/plan/proximity", "", "km=12"),
    Page("/plan/figures/zones_total", "", "unit=03127"),
)  # fmt: skip


def many(shipped: Mapping[str, gpd.GeoDataFrame], layer: str, count: int, seed: int) -> gpd.GeoDataFrame:
    """Records of a layer of points with the values of shipped ones, at other places all over the province.

    A share of them is known by its former commune, near whose point they lie.
    """
    chance, spec = np.random.default_rng(seed), LAYERS[layer]
    rows = shipped[layer].iloc[chance.integers(0, len(shipped[layer]), count)].reset_index(drop=True)
    communes = shipped["old_communes"].iloc[chance.integers(0, len(shipped["old_communes"]), count)]
    points = chance.uniform(BOX[:2], BOX[2:], (count, 2))
    in_unit = chance.random(count) < _IN_UNIT
    middles = np.column_stack([communes.geometry.x, communes.geometry.y])
    points[in_unit] = middles[in_unit] + chance.uniform(-_JITTER_DEG, _JITTER_DEG, (int(in_unit.sum()), 2))
    columns: dict[str, object] = {
        spec.key: [f"{layer[0].upper()}{number:06d}" for number in range(count)],
        spec.title: [f"{spec.article.vi} {number}" for number in range(count)],
        "precision": np.where(in_unit, "commune", chance.choice(PRECISIONS, count, p=SHARES)),
        "old_commune_code": np.where(in_unit, communes["code"], None),
        "district_code": np.where(in_unit, communes["district_code"], None),
    }
    for name, values in columns.items():
        rows[name] = pd.Series(np.asarray(values), dtype=object)
    return rows.set_geometry(gpd.GeoSeries(shapely.points(np.round(points, 7)), crs=STORE_CRS))


def province(products: int) -> dict[str, gpd.GeoDataFrame]:
    """The shipped data with many products, sites, villages, producers and zones."""
    shipped = load_seed(ROOT / "data" / "shapefiles", lambda _: None)[0]
    sizes = {layer: max(1, int(products * share)) for layer, share in PER_PRODUCT.items()}
    points = {layer: many(shipped, layer, size, 7) for layer, size in sizes.items() if layer != "zones"}
    makers = np.random.default_rng(8).integers(0, sizes["producers"], sizes["products"])
    points["products"]["producer_id"] = pd.Series([f"P{number:06d}" for number in makers], dtype=object)
    for frame in points.values():
        if "part_of" in frame:
            frame["part_of"] = pd.Series([None] * len(frame), dtype=object)
    points["cohorts"] = shipped["cohorts"].iloc[:0]
    return shipped | points | {"zones": zones(sizes["zones"])}


def seconds_for(address: str) -> tuple[float, int]:
    """Seconds until a response is there, and its bytes as they were sent."""
    request = urllib.request.Request(address, headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
    begin = time.perf_counter()
    with urllib.request.urlopen(request, timeout=900) as answer:
        size = len(answer.read())
    return time.perf_counter() - begin, size


def picture(browser: Browser, address: str) -> float:
    """Seconds until the browser shows a page: with its map where it has one."""
    page = browser.new_page(viewport=SIZES["desktop"])  # type: ignore[arg-type]
    begin = time.perf_counter()
    page.goto(address, timeout=900_000)
    if page.locator("#view").count():
        page.wait_for_selector("html[data-ready=yes]", timeout=900_000)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    took = time.perf_counter() - begin
    page.close()
    return took


def compute_all(records: Records) -> tuple[float, float, float]:
    """Seconds for all indicators: at first, again, and for each commune."""
    at, times = Parameters(records.version, ON), []
    for _ in range(2):
        begin = time.perf_counter()
        for key in INDICATORS:
            compute(records, key, at)
        times.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    for unit in map(str, records.ids("communes")):
        for key, indicator in INDICATORS.items():
            if indicator.by_unit:
                compute(records, key, replace(at, unit=unit))
    return times[0], times[1], time.perf_counter() - begin


def measure_figures(name: str, atlas: Atlas) -> None:
    """Print the row of a province: reading its records, and computing all figures."""
    begin = time.perf_counter()
    records = Records.of(atlas)
    read_s = time.perf_counter() - begin
    print(f"| {name} | {read_s:.2f} | " + " | ".join(f"{seconds:.2f}" for seconds in compute_all(records)) + " |")


def measure_pages(browser: Browser, name: str, atlas: Atlas, address: str) -> None:
    """Print a row for each page."""
    records = Records.of(atlas)
    keys = {"site": records.ids("sites")[0], "zone": records.ids("zones")[0]}
    for page in PAGES:
        queries = (query.format(**keys) for query in (page.first, page.changed))
        first, changed = (f"{address}{page.path}?on={ON}&{query}" for query in queries)
        (first_s, size), (changed_s, _), (again_s, _) = (seconds_for(one) for one in (first, changed, changed))
        shown_s = picture(browser, first)
        label = f"{page.path}?{page.first}".removesuffix("?")
        print(
            f"| {name} | `{label}` | {first_s:.2f} | {changed_s:.2f} | {again_s:.2f} | {size / 1e3:.0f} | {shown_s:.1f} |"
        )


def main() -> None:
    """Print the tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS
    shipped = load_seed(ROOT / "data" / "shapefiles", lambda _: None)[0]
    provinces = {"shipped": shipped, f"{count:,} products": province(count)}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for number, (name, frames) in enumerate(provinces.items()):
            with publish_atlas(frames, Path(folder) / str(number)) as atlas:
                print("| data | records read s | all figures s | again s | for each commune s |\n|---|---|---|---|---|")
                measure_figures(name, atlas)
                print(
                    "\n| data | page | first s | changed s | again s | kB | picture s |\n|---|---|---|---|---|---|---|"
                )
                with site(atlas, Path(folder) / f"site-{number}") as address:
                    measure_pages(browser, name, atlas, address)
        browser.close()


if __name__ == "__main__":
    main()

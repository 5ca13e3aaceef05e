"""Time of the links of 100,000 products to places and units, beside the bare tree queries of shapely that they need.

    python -m tests.bench.link_speed [products]

The sites, communes and districts are those of data/shapefiles. Both jobs begin with frames in degrees. Prints a
Markdown table of the processor time, the least of three runs.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import STORE_CRS, to_metric
from geo.ingest.seed.folder import load_seed
from geo.link import link_all
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.schema import LinkSpec, Near, Within
from tests.bench.large import BOX

ROOT = Path(__file__).resolve().parents[2]
COUNT = 100_000


def products(count: int) -> gpd.GeoDataFrame:
    """Products all over the province, as the store keeps them."""
    chance = np.random.default_rng(20260104)
    data = {field.name: pd.Series([None] * count, dtype=object) for field in LAYERS["products"].fields}
    data["product_id"] = pd.Series([f"R{number:06d}" for number in range(count)], dtype=object)
    data["precision"] = pd.Series(["exact"] * count, dtype=object)
    points = shapely.points(np.round(chance.uniform(BOX[:2], BOX[2:], (count, 2)), 7))
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(points, crs=STORE_CRS), crs=STORE_CRS)


def query_trees(specs: list[LinkSpec], frames: dict[str, gpd.GeoDataFrame]) -> int:
    """The pairs by bare queries, each of the smaller layer's shapes in a tree of the larger's points.

    They answer what a link is: which points are within a distance, which lie in a polygon, and which of these so near
    its border that they may lie outside. The distance is that of the projection.
    """
    layers = {layer for spec in specs for layer in (spec.source, spec.target)}
    degrees = {layer: np.asarray(frames[layer].geometry.dropna().array, dtype=object) for layer in layers}
    metric = {layer: to_metric(shapes) for layer, shapes in degrees.items()}
    trees = {layer: shapely.STRtree(metric[layer]) for layer in layers}
    count = 0
    for spec in specs:
        tree, there = trees[spec.source], metric[spec.target]
        if isinstance(spec, Near):
            count += tree.query(there, predicate="dwithin", distance=spec.distance_m).shape[1]
        else:
            inside = shapely.STRtree(degrees[spec.source]).query(degrees[spec.target], predicate="intersects")
            count += inside.shape[1]
            tree.query(shapely.boundary(there), predicate="dwithin", distance=PRECISIONS[0].uncertainty_m)
    return count


def least(job: Callable[[], int]) -> tuple[float, int]:
    """The least processor time of three runs in seconds, and the number of pairs."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        pairs = job()
        seconds.append(time.process_time() - start)
    return min(seconds), pairs


def main() -> None:
    """Make the products, run both, print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    frames = {**load_seed(ROOT / "data/shapefiles", lambda _: None)[0], "products": products(count)}
    specs: list[LinkSpec] = [
        spec for spec in LINKS if isinstance(spec, Near | Within) and "products" in {spec.source, spec.target}
    ]
    print("| job | seconds | pairs | ratio |\n|---|---|---|---|")
    bare, bare_pairs = least(lambda: query_trees(specs, frames))
    linked, pairs = least(lambda: len(link_all(frames, specs)))
    print(f"| tree queries of shapely | {bare:.2f} | {bare_pairs:,} | 1.0 |")
    print(f"| link_all: {', '.join(spec.name for spec in specs)} | {linked:.2f} | {pairs:,} | {linked / bare:.2f} |")


if __name__ == "__main__":
    main()

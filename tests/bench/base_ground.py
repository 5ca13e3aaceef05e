"""Seconds and memory of `app.py base` over a made-up province with 200,000 road segments, and the sizes of its answers.

    python -m tests.bench.base_ground [segments]
    python -m tests.bench.base_ground --country [ways]

Prints a Markdown table: the command over the extract alone, and with six tiles of heights of 30 m. It runs in a process
of its own; seconds by the clock and of the processor and the peak of memory are what the system says of it. The last
columns are the files that browsers are sent: how many, and the largest, as it is sent and after decompression.
`--country` makes an extract with 2,000,000 ways all over Viet Nam instead, of which the command needs those of the province.
"""

import argparse
import gzip
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

from geo.basemap.ground import GroundSource
from geo.settings import Settings
from tests.basemap.extracts import ExtractWriter
from tests.basemap.height_files import write_hgt
from tests.bench.large import BOX

ROOT = Path(__file__).resolve().parents[2]
SEGMENTS = 200_000
EXTRACT = "province.osm.pbf"
CHAIN = 10
"""Segments of a road from crossing to crossing, one after the other."""
VERTICES = 12
STEP_DEG = 0.0004
"""Some 40 m from vertex to vertex."""
CLASSES = {
    "trunk": 0.01, "primary": 0.01, "secondary": 0.03, "tertiary": 0.05, "unclassified": 0.15, "residential": 0.25,
    "service": 0.1, "track": 0.2, "path": 0.2,
}  # fmt: skip
"""Class of a road -> its share; those of small roads are as in mapped provinces."""

WAYS = 2_000_000
VERTICES_OF_A_WAY = 6
COUNTRY = (102.1, 8.5, 109.5, 23.4)
"""West, south, east and north of Viet Nam; one way in forty lies in the box of the province."""


class Cost(NamedTuple):
    """Seconds by the clock and of the processor, and megabytes at the peak."""

    seconds: float
    processor_s: float
    megabytes: float


def write_province(path: Path, segments: int) -> None:
    """Crooked roads all over the box of the province, rivers and villages among them."""
    chance, writer = np.random.default_rng(20261130), ExtractWriter()
    kinds = chance.choice(list(CLASSES), segments // CHAIN, p=list(CLASSES.values()))
    for number, kind in enumerate(kinds.tolist()):
        turns = np.cumsum(chance.normal(0, 0.35, CHAIN * VERTICES)) + chance.uniform(0, 2 * np.pi)
        steps = STEP_DEG * np.column_stack([np.cos(turns), np.sin(turns)])
        points = chance.uniform(BOX[:2], BOX[2:]) + np.cumsum(steps, axis=0)
        ids = [writer.point(lng, lat) for lng, lat in points.tolist()]
        tags = {"highway": kind} | ({"name": f"Đường số {number}"} if number % 3 == 0 else {})
        for start in range(0, len(ids), VERTICES):
            writer.way(ids[max(start - 1, 0) : start + VERTICES], **tags)
    for number, (lng, lat) in enumerate(chance.uniform(BOX[:2], BOX[2:], (2_000, 2)).tolist()):
        writer.point(lng, lat, place="village", name=f"Bản {number}")
    writer.write(path)


def write_country(path: Path, ways: int) -> None:
    """Roads all over the country, written as a stream: such an extract does not fit into memory as objects."""
    chance = np.random.default_rng(20261201)
    kinds = chance.choice(list(CLASSES), ways, p=list(CLASSES.values())).tolist()
    turns = np.cumsum(chance.normal(0, 0.35, (ways, VERTICES_OF_A_WAY)), axis=1) + chance.uniform(
        0, 2 * np.pi, (ways, 1)
    )
    steps = STEP_DEG * np.stack([np.cos(turns), np.sin(turns)], axis=2)
    points = chance.uniform(COUNTRY[:2], COUNTRY[2:], (ways, 1, 2)) + np.cumsum(steps, axis=1)
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, location in enumerate(points.reshape(-1, 2).tolist(), start=1):
            writer.add_node(Node(id=number, location=location))
        for number, kind in enumerate(kinds):
            first = number * VERTICES_OF_A_WAY + 1
            nodes = list(range(first, first + VERTICES_OF_A_WAY))
            writer.add_way(Way(id=number + 1, nodes=nodes, tags={"highway": kind}))


def write_files(folder: Path, segments: int) -> None:
    """Write the extract and the tiles of heights."""
    write_province(folder / EXTRACT, segments)
    write_heights(folder)


def write_heights(folder: Path) -> list[Path]:
    """Six tiles of 30 m over the province: hills on hills."""

    def hills(east: np.ndarray, north: np.ndarray) -> np.ndarray:
        return np.asarray(
            900 + 500 * np.sin(east / 9_000) * np.cos(north / 7_000) + 120 * np.sin(east / 800 + north / 600)
        )

    return [write_hgt(folder, hills, west, south, 3601) for west in (102, 103) for south in (20, 21, 22)]


def measure(settings: Settings, files: list[Path]) -> Cost:
    """Run the command; BadSource and the like end the benchmark."""
    command = [sys.executable, "app.py", "base", *map(str, files), "--credit", "made up"]
    env = os.environ | {"GEO_SEED_DIR": str(settings.seed_dir), "GEO_DATA_DIR": str(settings.data_dir)}
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def row(label: str, settings: Settings, files: list[Path]) -> str:
    """The row of the table for a command."""
    cost = measure(settings, files)
    ground = GroundSource(settings.basemap_dir)()
    assert ground is not None
    paths = [*ground.folder.glob("files/*/*.gz"), *ground.folder.glob("hillshade/*/*/*.png")]
    sent = max(path.stat().st_size for path in paths)
    unpacked = max(len(gzip.decompress(path.read_bytes())) for path in paths if path.suffix == ".gz")
    return (
        f"| {label} | {cost.seconds:.0f} | {cost.processor_s:.0f} | {cost.megabytes:.0f} | {len(paths):,} |"
        f" {sent / 1000:.0f} | {unpacked / 1000:.0f} |"
    )


def write_apart(write: Callable[[Path, int], None], path: Path, count: int) -> None:
    """Write files in a process of its own: the system counts the memory of a parent as that of the commands it starts."""
    writer = multiprocessing.get_context("spawn").Process(target=write, args=(path, count))
    writer.start()
    writer.join()
    assert writer.exitcode == 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", help="segments of the province, or ways of the country")
    parser.add_argument("--country", action="store_true", help="an extract of the whole country")
    options = parser.parse_args()
    count = options.count or (WAYS if options.country else SEGMENTS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(seed_dir=ROOT / "data" / "shapefiles", data_dir=folder / "var")
        extract = folder / EXTRACT
        if options.country:
            write_apart(write_country, extract, count)
        else:
            write_apart(write_files, folder, count)
        print(f"{count:,} roads, {extract.stat().st_size / 1e6:.1f} MB, load {os.getloadavg()[0]:.1f}")
        print("| files | seconds | of the processor | peak MB | files for browsers | largest, kB | unpacked, kB |")
        print("|---|---|---|---|---|---|---|")
        print(row("extract", settings, [extract]), flush=True)
        if heights := sorted(folder.glob("*.hgt")):
            print(row("extract and six tiles of heights", settings, [extract, *heights]))


if __name__ == "__main__":
    main()

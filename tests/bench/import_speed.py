"""Time and peak memory of importing and restoring 100,000 records, beside ogr2ogr and geopandas over the same files.

    python -m tests.bench.import_speed [records] [.shp | .xlsx]

Prints a Markdown table. Every job runs in a process of its own; its processor time and peak memory are what the system
says of it and of its children (of memory, the largest). The ratios are of processor time, which other work on the
machine disturbs least; the load is printed.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from openpyxl import Workbook

from geo.encodings import encode
from geo.vn2000.systems import HOME, Reading

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 100_000
CORNERS = 24


class Cost(NamedTuple):
    """Seconds by the clock and of the processor, and megabytes at the peak."""

    seconds: float
    processor_s: float
    megabytes: float


def places(count: int) -> np.ndarray:
    """Longitude and latitude of places on a grid inside the province's heart, far enough apart not to overlap."""
    side = int(np.ceil(np.sqrt(count)))
    rows, columns = np.divmod(np.arange(count), side)
    return np.column_stack([102.95 + columns * 0.30 / side, 21.35 + rows * 0.35 / side])


def write_shapefile(path: Path, count: int) -> None:
    """Zones in VN-2000 103° with attributes in TCVN3 and a .prj."""
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    at = places(count)
    east, north = Reading(HOME).from_lnglat(at[:, 0], at[:, 1])
    rings = np.stack([east[:, None] + 30 * np.cos(angles), north[:, None] + 30 * np.sin(angles)], axis=-1)
    names = [encode(f"Vùng chè số {number}", "tcvn3").decode("latin1") for number in range(count)]
    frame = gpd.GeoDataFrame(
        {
            "MA_VUNG": [f"X{number:06d}" for number in range(count)],
            "TEN_VUNG": names,
            "CAY_TRONG": [encode("Chè Shan tuyết", "tcvn3").decode("latin1")] * count,
            "DIEN_TICH": np.round(np.full(count, 0.28), 2),
            "LOAI": [encode("đo đạc", "tcvn3").decode("latin1")] * count,
        },
        geometry=shapely.polygons(rings),
        crs=HOME.code,
    )
    pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink(missing_ok=True)


def write_excel(path: Path, count: int) -> None:
    """Producers with latitude and longitude."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DS")
    sheet.append(["STT", "Mã chủ thể", "Tên chủ thể", "Loại hình", "Số hộ", "Vĩ độ", "Kinh độ"])
    for number, (lng, lat) in enumerate(places(count).round(6).tolist()):
        sheet.append([number + 1, f"X{number:06d}", f"Hợp tác xã số {number}", "Hợp tác xã", number % 50, lat, lng])
    book.save(path)


_FILES = {".shp": (write_shapefile, "zones"), ".xlsx": (write_excel, "producers")}
"""Ending of a file -> the function that writes it, and the layer that it is imported into."""


def run(command: list[str], env: dict[str, str] | None = None) -> tuple[Cost, str]:
    """What a command costs, and what it prints."""
    wrapper = (
        "import json, resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)\n"
        "seconds = time.perf_counter() - start\n"
        "usage = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "cost = [seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]\n"
        "print(json.dumps([cost, done.returncode, done.stdout.decode()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", wrapper, *command], check=True, capture_output=True, text=True, cwd=ROOT, env=env
    )
    cost, code, output = json.loads(done.stdout)
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}: {output[-2000:]}{done.stderr[-2000:]}")
    return Cost(*cost), output


def geopandas_job(source: Path, target: Path) -> list[str]:
    """Plain geopandas: read, write."""
    if source.suffix == ".xlsx":
        code = (
            "import sys, geopandas, pandas\n"
            "table = pandas.read_excel(sys.argv[1])\n"
            "frame = geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(table['Kinh độ'], table['Vĩ độ']), crs=4326)\n"
            "frame.to_file(sys.argv[2], driver='GPKG')\n"
        )
    else:
        code = "import sys, geopandas\ngeopandas.read_file(sys.argv[1]).to_file(sys.argv[2], driver='GPKG')\n"
    return [sys.executable, "-c", code, str(source), str(target)]


def main() -> None:
    """Make the files, run the jobs, print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kinds = sys.argv[2:] or list(_FILES)
        print(f"{count:,} records; polygons of {CORNERS} corners; {pd.Timestamp.now():%Y-%m-%d}\n")
        print("| file | job | seconds | of the processor | peak MB | × ogr2ogr | × geopandas |")
        print("|---|---|---|---|---|---|---|")
        for kind in kinds:
            write, layer = _FILES[kind]
            source = folder / f"{layer}{kind}"
            write(source, count)
            rows = measure(source, layer, folder)
            for job, cost in rows.items():
                ratios = [f"{cost.processor_s / rows[peer].processor_s:.1f}" for peer in ("ogr2ogr", "geopandas")]
                figures = f"{cost.seconds:.1f} | {cost.processor_s:.1f} | {cost.megabytes:.0f}"
                print(f"| {source.suffix} | {job} | {figures} | {' | '.join(ratios)} |", flush=True)
        print(f"\nload of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} (1, 5, 15 minutes)")


def measure(source: Path, layer: str, folder: Path) -> dict[str, Cost]:
    """Every job over one file."""
    var = folder / f"var-{layer}"
    env = {**os.environ, "GEO_DATA_DIR": str(var), "GEO_IMPORT_SECONDS": "3600", "GEO_IMPORT_MEMORY_MB": "16384"}
    app = [sys.executable, "app.py"]
    run([*app, "build"], env)
    options = ["--layer", layer, "--who", "bench", "--why", "bench", "--json"]
    if source.suffix == ".xlsx":
        options += ["--crs", "OGC:CRS84"]
    costs = {}
    costs["ogr2ogr"], _ = run(["ogr2ogr", "-q", str(folder / f"{layer}-ogr.gpkg"), str(source)])
    costs["geopandas"], _ = run(geopandas_job(source, folder / f"{layer}-gpd.gpkg"))
    costs["import --dry-run (read, interpret, check, compare)"], _ = run(
        [*app, "import", str(source), *options, "--dry-run"], env
    )
    costs["import --publish (the same, store, link, freeze)"], _ = run(
        [*app, "import", str(source), *options, "--publish"], env
    )
    reason = ["--who", "bench", "--why", "bench"]
    run([*app, "restore", "1", *reason], env)
    costs["restore (store, link, freeze)"], _ = run([*app, "restore", "2", *reason], env)
    return costs


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    started = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - started:.0f} s in all", file=sys.stderr)

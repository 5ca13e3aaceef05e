"""Seconds and bytes of printed sheets, beside the A3 layout of the QGIS project that the service offers.

    python -m tests.bench.sheets

Prints a Markdown table. The sheets are of the shipped data, written in this process, the first one apart, since it
reads outlines and typefaces; the QGIS layout shows the same province with the same layers and is exported as PDF by the
system's QGIS, whose start is counted apart. Seconds are by the clock, the median of RUNS runs.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from geo.atlas import Atlas, open_atlases
from geo.basemap.ground import Ground, GroundSource
from geo.settings import Settings
from geo.views.sheets.atlas_book import write_book
from geo.views.sheets.map_sheet import write_sheet
from geo.views.sheets.subject import SheetOrder
from geo.views.whole_province import KINDS, Whole
from tests.conftest import SHIPPED_SEED, build

RUNS = 5
ADDRESS = "https://ocop.example/sheet"
ORDERS = {
    "A3, the province, with its list of records": SheetOrder(),
    "A3, the province, products only": SheetOrder(layers=("products",)),
    "A4, a ward": SheetOrder(area="communes/03127", paper="a4"),
}
IN_QGIS = """
import json, os, sys, time
begin = time.perf_counter()
from qgis.core import QgsApplication, QgsLayoutExporter, QgsProject
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
assert project.read(sys.argv[1])
(layout,) = project.layoutManager().layouts()
started, seconds = time.perf_counter() - begin, []
for _ in range(int(sys.argv[3])):
    begin = time.perf_counter()
    assert QgsLayoutExporter(layout).exportToPdf(sys.argv[2], QgsLayoutExporter.PdfExportSettings()) == 0
    seconds.append(time.perf_counter() - begin)
print(json.dumps([started, seconds]), flush=True)
os._exit(0)
"""


class Measured(NamedTuple):
    """What was measured of a document: its name, the seconds of the first and of a later run, and its bytes."""

    name: str
    first_s: float
    later_s: float
    size: int


def measured(name: str, write: Callable[[io.BytesIO], object], runs: int = RUNS) -> Measured:
    """Write a document several times."""
    seconds = []
    for _ in range(runs + 1):
        out, begin = io.BytesIO(), time.perf_counter()
        write(out)
        seconds.append(time.perf_counter() - begin)
    return Measured(name, seconds[0], statistics.median(seconds[1:]), len(out.getvalue()))


def in_qgis(atlas: Atlas, ground: Ground | None, folder: Path) -> Measured:
    """The layout of the QGIS project; the first run is the start of QGIS with the project and one export."""
    packed = io.BytesIO()
    KINDS["qgis.zip"].write(Whole(atlas, ground=ground), packed)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    (project,) = folder.rglob("*.qgs")
    out, home = folder / "layout.pdf", folder / "home"
    home.mkdir(mode=0o700)
    env = {"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    process = subprocess.run(
        ["/usr/bin/python3", "-c", IN_QGIS, str(project), str(out), str(RUNS + 1)],
        check=True, capture_output=True, text=True, env=env,
    )  # fmt: skip
    started, seconds = json.loads(process.stdout.strip().splitlines()[-1])
    name = "QGIS, A3 layout of the province"
    return Measured(name, started + seconds[0], statistics.median(seconds[1:]), out.stat().st_size)


def rows(folder: Path) -> list[Measured]:
    """Every measurement, in one run."""
    build(SHIPPED_SEED, folder / "var")
    settings = Settings(seed_dir=SHIPPED_SEED, data_dir=folder / "var")
    source = open_atlases(settings)
    atlas, ground = source(), GroundSource(settings.basemap_dir)()
    table = [
        measured(name, lambda out, order=order: write_sheet(atlas, ground, order, ADDRESS, out))
        for name, order in ORDERS.items()
    ]
    table.append(
        measured(
            "A4, the atlas of all communes", lambda out: write_book(atlas, ground, "vi", lambda _: ADDRESS, out), 1
        )
    )
    table.append(in_qgis(atlas, ground, folder / "qgis"))
    source.close()
    return table


if __name__ == "__main__":
    sys.stdout.write("| document | first, s | later, s | kB |\n|---|---|---|---|\n")
    with tempfile.TemporaryDirectory() as temporary:
        for row in rows(Path(temporary)):
            sys.stdout.write(f"| {row.name} | {row.first_s:.2f} | {row.later_s:.2f} | {row.size / 1000:,.0f} |\n")

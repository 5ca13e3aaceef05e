"""The tiles of a running server, read by QGIS and by GDAL over HTTP."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from shapely.geometry import shape

from geo.atlas import Atlas, Query
from geo.views.tiles.tile import tile_at
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frozen import FixedSource
from tests.server import serving
from tests.views.tile_geometry import pixel_m, shapes_of

SYSTEM_PYTHON = Path("/usr/bin/python3")

# A script for QGIS's own Python that reads the tileset and prints its result as the last line.
IN_QGIS = """
import json, sys
from qgis.core import QgsApplication, QgsVectorTileLayer

host, z, row, col = sys.argv[1], *map(int, sys.argv[2:])
app = QgsApplication([], False)
app.initQgis()
uri = "type=xyz&url=" + host + "/tiles/WebMercatorQuad/{z}/{y}/{x}&zmin=0&zmax=16"
layer = QgsVectorTileLayer(uri, "tiles")
found = {"valid": layer.isValid(), "zmax": layer.sourceMaxZoom()}

from qgis.core import QgsCoordinateReferenceSystem, QgsMapRendererParallelJob, QgsMapSettings, QgsRectangle
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
side = 2 * 20037508.342789244 / 2 ** z
west, north = col * side - 20037508.342789244, 20037508.342789244 - row * side
settings.setExtent(QgsRectangle(west, north - side, west + side, north))
settings.setOutputSize(QSize(256, 256))
settings.setBackgroundColor(QColor("white"))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
found["colours"] = len({image.pixel(x, y) for x in range(0, 256, 2) for y in range(0, 256, 2)})
found["painted"] = sum(image.pixelColor(x, y) != QColor("white") for x in range(0, 256, 2) for y in range(0, 256, 2))
found["errors"] = [error.message for error in job.errors()]
print(json.dumps(found), flush=True)
import os
os._exit(0)
"""


@pytest.fixture(scope="module")
def site(real_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the shipped data."""
    from geo.settings import Settings

    settings = Settings(data_dir=tmp_path_factory.mktemp("served"))
    app = create_app(settings, FixedSource(real_atlas), templates=ROOT / "templates")
    with serving(app) as address:
        yield address


def test_qgis_takes_the_tileset_as_a_layer_and_draws_it(site: str, tmp_path: Path) -> None:
    assert SYSTEM_PYTHON.exists(), "QGIS and its Python are needed: apt-get install python3-qgis"
    at = tile_at(103.02, 21.39, 9)
    run = subprocess.run(
        [SYSTEM_PYTHON, "-c", IN_QGIS, site, *map(str, at)], check=False, capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    layer = json.loads(run.stdout.strip().splitlines()[-1])
    assert layer["valid"] and layer["errors"] == [] and layer["zmax"] == 16, layer
    # The province fills much of this tile; points, polygons and outlines come in several colours.
    assert layer["painted"] > 128 * 128 / 3 and layer["colours"] > 3, layer


def test_the_gdal_of_the_system_reads_a_downloaded_tile(site: str, real_atlas: Atlas, tmp_path: Path) -> None:
    at = tile_at(103.02, 21.39, 10)
    path = tmp_path / "tile.mvt"
    with urlopen(f"{site}/tiles/WebMercatorQuad/{at.z}/{at.row}/{at.col}") as answer:
        path.write_bytes(answer.read())
    options = [
        word for name, value in zip("XYZ", (at.col, at.row, at.z), strict=True) for word in ("-oo", f"{name}={value}")
    ]
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", path, "communes", "-oo", "CLIP=NO", *options]
    run = subprocess.run(
        [*command, "-lco", "RFC7946=NO", "-t_srs", "EPSG:3857"], check=True, capture_output=True, timeout=60
    )
    truth, features = shapes_of(real_atlas, "communes"), json.loads(run.stdout)["features"]
    assert len(features) > 5
    for feature in features:
        outline = truth[feature["properties"]["id"]]
        assert shape(feature["geometry"]).difference(outline.buffer(1.5 * pixel_m(at.z))).area == pytest.approx(
            0, abs=1e-3
        )


def test_every_record_with_a_place_reaches_a_caller(site: str, real_atlas: Atlas) -> None:
    import mapbox_vector_tile

    with urlopen(f"{site}/tiles/WebMercatorQuad?f=tilejson") as answer:
        tilejson = json.load(answer)
    (template,) = tilejson["tiles"]
    ids_by_layer: dict[str, set[str]] = {}
    # Zoom 8: nothing is thinned or left out there in the shipped data.
    west, south, east, north = tilejson["bounds"]
    first, last = tile_at(west, north, 8), tile_at(east, south, 8)
    for row in range(first.row, last.row + 1):
        for col in range(first.col, last.col + 1):
            address = template.replace("{z}", "8").replace("{y}", str(row)).replace("{x}", str(col))
            with urlopen(Request(address)) as answer:
                if answer.status == 204:
                    continue
                drawn, total = answer.headers["X-Tile-Features"].split("/")
                assert drawn == total
                for name, layer in mapbox_vector_tile.decode(answer.read()).items():
                    ids_by_layer.setdefault(name, set()).update(f["properties"]["id"] for f in layer["features"])
    for layer in (one["id"] for one in tilejson["vector_layers"]):
        assert ids_by_layer.get(layer, set()) == {
            record.id for record in real_atlas.find(Query(layer, place="placed")).records
        }

"""Other people's clients against a running server: GDAL's OAPIF driver, OWSLib, and what they make of the answers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import geopandas as gpd
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features

from geo.atlas import AtlasSource
from geo.collections import COLLECTIONS
from geo.settings import Settings
from geo.vn2000 import HOME, Reading
from geo.web import create_app
from tests.conftest import ROOT
from tests.server import serving

PLACED = [name for name, spec in COLLECTIONS.items() if spec.geometry]


@pytest.fixture(scope="module")
def server(built: Settings) -> Iterator[str]:
    """The production server over the shipped seed, at an address."""
    source = AtlasSource(built.atlas_dir)
    with serving(create_app(built, source, templates=ROOT / "templates")) as address:
        yield address
    source.close()


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0 and "ERROR" not in done.stderr, f"{words}: {done.stderr}"
    return done.stdout


def count(built: Settings, layer: str) -> int:
    source = AtlasSource(built.atlas_dir)
    found = source().counts()[layer]
    source.close()
    return found


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_gdal_reads_every_collection_whole(server: str, built: Settings, layer: str) -> None:
    found = run("ogrinfo", "-ro", "-so", f"OAPIF:{server}", layer)
    assert f"Feature Count: {count(built, layer)}" in found


def read(server: str, layer: str, target: Path, *options: str) -> gpd.GeoDataFrame:
    """A collection as the bundled GDAL reads it, in a process of its own: it holds the lock that the server needs."""
    code = (
        "import sys, pyogrio\n"
        "options = dict(word.split('=', 1) for word in sys.argv[4:])\n"
        "frame = pyogrio.read_dataframe(sys.argv[1], layer=sys.argv[2], **options)\n"
        "pyogrio.write_dataframe(frame, sys.argv[3])\n"
    )
    run(sys.executable, "-c", code, f"OAPIF:{server}", layer, str(target), *options)
    return pyogrio.read_dataframe(target)


@pytest.mark.parametrize("layer", PLACED)
def test_the_bundled_gdal_pages_through_a_collection(server: str, built: Settings, layer: str, tmp_path: Path) -> None:
    frame = read(server, layer, tmp_path / "a.gpkg", "PAGE_SIZE=7")
    assert len(frame) == count(built, layer)
    assert frame.crs is not None and frame.crs.equals("OGC:CRS84", ignore_axis_order=True)


def test_gdal_asks_for_a_box(server: str, tmp_path: Path) -> None:
    found = run("ogrinfo", "-ro", "-so", "-spat", "102.93", "21.33", "103.07", "21.47", f"OAPIF:{server}", "sites")
    frame = read(server, "sites", tmp_path / "a.gpkg")
    inside = frame[frame.intersects(shapely.box(102.93, 21.33, 103.07, 21.47))]
    assert f"Feature Count: {len(inside)}" in found and 0 < len(inside) < len(frame)


def test_gdal_hands_filters_over(server: str) -> None:
    found = run("ogrinfo", "-ro", "-so", "-where", "stars = 4", f"OAPIF:{server}", "products")
    with urlopen(f"{server}/collections/products/items?filter=stars%20%3D%204") as answer:
        matched = json.load(answer)["numberMatched"]
    assert f"Feature Count: {matched}" in found and matched > 0


def test_gdal_reads_the_state_system(server: str, tmp_path: Path) -> None:
    # The bundled GDAL knows Part 2; it asks for the system by the collection's list.
    frame = read(server, "sites", tmp_path / "state.gpkg", "CRS=EPSG:9205")
    plain = read(server, "sites", tmp_path / "plain.gpkg")
    assert frame.crs is not None and frame.crs.to_epsg() == 9205
    east, north = Reading(HOME).from_lnglat(plain.geometry.x, plain.geometry.y)
    assert max(abs(frame.geometry.x - east).max(), abs(frame.geometry.y - north).max()) < 0.002


def test_ogr2ogr_copies_a_collection(server: str, built: Settings, tmp_path: Path) -> None:
    target = tmp_path / "communes.gpkg"
    run("ogr2ogr", "-f", "GPKG", str(target), f"OAPIF:{server}", "communes")
    frame = pyogrio.read_dataframe(target)
    assert len(frame) == count(built, "communes") and "Mường Phăng" in set(frame["name"])


def test_owslib_understands_everything(server: str) -> None:
    client = Features(f"{server}/", headers={"Accept": "application/json"})
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in client.conformance()["conformsTo"]
    assert set(client.feature_collections()) == set(COLLECTIONS)
    assert client.collection("sites")["id"] == "sites"
    page = client.collection_items("sites", limit=3)
    assert page["numberReturned"] == 3
    boxed = client.collection_items("sites", bbox=[102.93, 21.33, 103.07, 21.47])
    assert 0 < boxed["numberMatched"] < 32
    one = client.collection_item("sites", page["features"][0]["id"])
    assert one["type"] == "Feature"
    assert json.dumps(client.api())

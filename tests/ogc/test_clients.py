"""Other people's clients against a running server: GDAL's OAPIF driver, OWSLib, and what they make of the answers."""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from threading import Timer
from typing import IO
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import geopandas as gpd
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features
from owslib.ogcapi.records import Records

from geo.atlas import Query, open_atlases
from geo.atlas.cql2.parse import parse
from geo.ocop.collections import COLLECTIONS
from geo.ocop.derived import derived_fields
from geo.settings import Settings
from geo.vn2000.systems import HOME, Reading
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.server import serving
from tests.shipped import count_of

DERIVED = {field.name for spec in COLLECTIONS.values() for field in derived_fields(spec)}
"""What an answer holds beside the recorded fields."""
PLACED = [name for name, spec in COLLECTIONS.items() if spec.geometry]


class Recorder:
    """The application, and every address that it was asked."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self.requests: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.requests.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        return self._application(environ, start_response)

    def pages(self, layer: str) -> list[dict[str, str]]:
        """The parameters of every page of a collection that was asked for, oldest first."""
        path = f"/collections/{layer}/items"
        results = [urlsplit(one) for one in self.requests]
        return [dict(parse_qsl(one.query)) for one in results if one.path == path]


@pytest.fixture(scope="module")
def recording(built: Settings) -> Iterator[tuple[str, Recorder]]:
    """The production server over the shipped seed, at an address, and what it is asked."""
    source = open_atlases(built)
    recording = Recorder(create_app(built, source, templates=ROOT / "templates"))
    with serving(recording) as address:
        yield address, recording
    source.close()


@pytest.fixture
def server(recording: tuple[str, Recorder]) -> str:
    recording[1].requests.clear()
    return recording[0]


@pytest.fixture
def recorder(recording: tuple[str, Recorder]) -> Recorder:
    return recording[1]


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0 and "ERROR" not in done.stderr, f"{words}: {done.stderr}"
    return done.stdout


def count(built: Settings, layer: str) -> int:
    source = open_atlases(built)
    result = source().counts()[layer]
    source.close()
    return result


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_gdal_reads_every_collection_whole(server: str, built: Settings, layer: str) -> None:
    results = run("ogrinfo", "-ro", "-so", f"OAPIF:{server}", layer)
    assert f"Feature Count: {count(built, layer)}" in results


READER = """
import json, sys, pyogrio
for line in sys.stdin:
    address, layer, target, options = json.loads(line)
    try:
        pyogrio.write_dataframe(pyogrio.read_dataframe(address, layer=layer, **options), target)
        print("written", flush=True)
    except Exception as error:
        print(repr(error), flush=True)
"""


class BundledGdal:
    """The GDAL of pyogrio in a process of its own, since it holds the lock that the server needs; one for all reads."""

    def __init__(self, folder: Path, log: IO[bytes]) -> None:
        self._log = Path(log.name)
        self._targets = (folder / f"{number}.gpkg" for number in itertools.count())
        words = [sys.executable, "-c", READER]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def read(self, server: str, layer: str, **options: str) -> gpd.GeoDataFrame:
        """A collection as it is read; a read of two minutes is ended and fails."""
        assert self.process.stdin and self.process.stdout
        target = next(self._targets)
        limit = Timer(120, self.process.kill)
        limit.start()
        try:
            self.process.stdin.write(json.dumps([f"OAPIF:{server}", layer, str(target), options]) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        finally:
            limit.cancel()
        errors = self._log.read_text(encoding="utf-8")
        assert answer == "written\n" and "ERROR" not in errors, f"{layer} {options}: {answer}{errors}"
        return pyogrio.read_dataframe(target)


@pytest.fixture(scope="module")
def bundled_gdal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BundledGdal]:
    folder = tmp_path_factory.mktemp("bundled")
    with (folder / "errors.txt").open("wb") as log:
        gdal = BundledGdal(folder, log)
        with gdal.process:
            yield gdal
            gdal.process.kill()


@pytest.fixture(scope="module")
def plain(recording: tuple[str, Recorder], bundled_gdal: BundledGdal) -> Callable[[str], gpd.GeoDataFrame]:
    """Each collection as the bundled GDAL reads it without options, once."""

    @cache
    def read_plain(layer: str) -> gpd.GeoDataFrame:
        return bundled_gdal.read(recording[0], layer)

    return read_plain


@pytest.mark.parametrize("layer", PLACED)
def test_the_bundled_gdal_pages_through_a_collection(
    server: str, recorder: Recorder, built: Settings, layer: str, bundled_gdal: BundledGdal
) -> None:
    frame = bundled_gdal.read(server, layer, PAGE_SIZE="7")
    assert len(frame) == count(built, layer)
    offsets = [int(page["offset"]) for page in recorder.pages(layer) if "offset" in page and page.get("limit") == "7"]
    assert set(offsets) >= set(range(7, len(frame), 7)), "the pages were not walked by their links"
    assert frame.crs is not None and frame.crs.equals("OGC:CRS84", ignore_axis_order=True)


@pytest.mark.parametrize("layer", PLACED)
def test_gdal_asks_for_a_box(
    server: str, recorder: Recorder, layer: str, plain: Callable[[str], gpd.GeoDataFrame], tmp_path: Path
) -> None:
    box = (102.93, 21.33, 103.07, 21.47)
    frame = plain(layer)
    inside = frame[frame.intersects(shapely.box(*box))]
    recorder.requests.clear()
    target = tmp_path / "b.geojson"
    run("ogr2ogr", "-spat", *map(str, box), str(target), f"OAPIF:{server}", layer)
    # What has no place meets every box (OGC 17-069r4, 7.15.3), and GDAL keeps it out again.
    assert len(json.loads(target.read_text(encoding="utf-8"))["features"]) == len(inside)
    boxes = {page["bbox"] for page in recorder.pages(layer) if "bbox" in page}
    assert boxes and all([float(side) for side in one.split(",")] == pytest.approx(box) for one in boxes)


@pytest.mark.parametrize(
    ("layer", "where", "parameter"),
    [
        ("products", "stars = 4", "stars"),
        ("communes", "name = 'Mường Phăng'", "name"),
        ("products", "stars >= 4", ""),
        ("communes", "name LIKE 'M%'", ""),
    ],
)
def test_gdal_filters_and_lets_the_service_do_it_where_it_can(
    server: str, recorder: Recorder, built: Settings, layer: str, where: str, parameter: str, tmp_path: Path
) -> None:
    """Debian's GDAL 3.6 hands over what is a parameter of the API document, equality, and does the rest itself."""
    target = tmp_path / "found.geojson"
    source = open_atlases(built)
    truth = {one.id for one in source().find(Query(layer, where=parse(where, "cql2-text", layer))).records}
    source.close()
    run("ogr2ogr", "-where", where, str(target), f"OAPIF:{server}", layer)
    body = {one["properties"]["id"] for one in json.loads(target.read_text(encoding="utf-8"))["features"]}
    assert body == truth and 0 < len(truth) < count(built, layer)
    assert bool([page for page in recorder.pages(layer) if parameter in page]) == bool(parameter), recorder.pages(layer)


def test_gdal_hands_filters_over(server: str) -> None:
    results = run("ogrinfo", "-ro", "-so", "-where", "stars = 4", f"OAPIF:{server}", "products")
    with urlopen(f"{server}/collections/products/items?filter=stars%20%3D%204") as answer:
        matched = json.load(answer)["numberMatched"]
    assert f"Feature Count: {matched}" in results and matched > 0


@pytest.mark.parametrize("layer", PLACED)
def test_gdal_reads_the_state_system(
    server: str,
    recorder: Recorder,
    layer: str,
    plain: Callable[[str], gpd.GeoDataFrame],
    bundled_gdal: BundledGdal,
) -> None:
    # The bundled GDAL knows Part 2; it asks for the system by the collection's list.
    frame = bundled_gdal.read(server, layer, CRS="EPSG:9205")
    assert any(page.get("crs", "").endswith("/9205") for page in recorder.pages(layer))
    assert frame.crs is not None and frame.crs.to_epsg() == 9205
    frames = frame, plain(layer)
    state, world = (shapely.get_coordinates(one.set_index("id").sort_index().geometry.array) for one in frames)
    east, north = Reading(HOME).from_lnglat(world[:, 0], world[:, 1])
    # A position of 7 decimals is up to 8 mm off in the plane: the systems are reached from the same coordinates.
    assert abs(state[:, 0] - east).max() < 0.002 and abs(state[:, 1] - north).max() < 0.002


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_ogr2ogr_copies_a_collection(server: str, built: Settings, layer: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.gpkg"
    run("ogr2ogr", "-f", "GPKG", str(target), f"OAPIF:{server}", layer)
    frame = pyogrio.read_dataframe(target)
    assert len(frame) == count(built, layer)
    if layer == "communes":
        assert "Mường Phăng" in set(frame["name"])


@pytest.mark.parametrize("slash", ["", "/"])
def test_owslib_understands_everything(server: str, slash: str) -> None:
    client = Features(f"{server}{slash}")  # as its users call it, with the Accept header of requests: */*
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in client.conformance()["conformsTo"]
    assert set(client.feature_collections()) == set(COLLECTIONS)
    for layer in COLLECTIONS:
        assert client.collection(layer)["id"] == layer
        first = client.collection_items(layer, limit=1)["features"][0]
        assert client.collection_item(layer, first["id"])["properties"] == first["properties"]
        assert set(client.collection_queryables(layer)["properties"]) >= set(first["properties"]) - DERIVED
    page = client.collection_items("sites", limit=3)
    assert page["numberReturned"] == 3
    boxed = client.collection_items("sites", bbox=[102.93, 21.33, 103.07, 21.47])
    assert 0 < boxed["numberMatched"] < count_of("sites")
    one = client.collection_item("sites", page["features"][0]["id"])
    assert one["type"] == "Feature"
    assert json.dumps(client.api())


@pytest.mark.parametrize("slash", ["", "/"])
def test_owslib_reads_the_catalogue(server: str, slash: str) -> None:
    client = Records(f"{server}{slash}")
    assert client.collection("catalogue")["itemType"] == "record"
    page = client.collection_items("catalogue", limit=2)
    assert (page["numberMatched"], page["numberReturned"]) == (len(COLLECTIONS), 2)
    ids = [record["id"] for record in client.collection_items("catalogue", q="làng nghề")["features"]]
    assert "villages" in ids and len(ids) < len(COLLECTIONS)
    assert client.collection_item("catalogue", "sites")["id"] == "sites"
    with pytest.raises(RuntimeError, match="404"):
        client.collection_item("catalogue", "làng/?#")

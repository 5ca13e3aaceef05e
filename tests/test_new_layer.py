"""Following docs/adding-a-layer.md, and nothing else, brings points, lines and areas to every part of the service."""

import csv
import io
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import mapbox_vector_tile
import openpyxl
import pyogrio
import pytest
import shapely

from geo.views.tiles.tile import tile_at
from tests import new_layers
from tests.browser.conftest import WatchedPage, size, watched  # noqa: F401 (fixtures)
from tests.new_layers import LAYERS

KINDS = {"lodgings": "Point", "trails": "MultiLineString", "reserves": "MultiPolygon"}
RECORDS = {"lodgings": "him-lam", "trails": "pha-luong", "reserves": "muong-phang"}
SYSTEM_PYTHON = "/usr/bin/python3"
IN_QGIS = """
import json, os, sys
from qgis.core import QgsApplication, QgsProject, QgsWkbTypes
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
read = project.read(sys.argv[1])
inner = lambda renderer: getattr(renderer, "embeddedRenderer", lambda: None)() or renderer
print(json.dumps({"read": read, "layers": {
    key.removeprefix("ocop_layer_"): [
        layer.isValid(), layer.featureCount(), QgsWkbTypes.displayString(layer.wkbType()),
        [item.symbol().color().name() for item in inner(layer.renderer()).legendSymbolItems() if item.symbol()],
        layer.labelsEnabled(),
    ]
    for key, layer in project.mapLayers().items() if layer.renderer() is not None
}}), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service with the document's layers, built."""
    folder = new_layers.make(tmp_path_factory.mktemp("copy"))
    process = run(folder, "app.py", "build")
    assert process.returncode == 0, process.stderr
    return folder


@pytest.fixture(scope="module")
def site(copy: Path) -> Iterator[str]:
    """The address at which the copy is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "app.py", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=copy, env=new_layers.environment(copy), stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                assert process.poll() is None, f"serve ended with {process.returncode}"
                try:
                    get(address, "/healthz")
                    break
                except OSError:
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The result of a command that is run in the copy."""
    return subprocess.run(
        [sys.executable, *words], check=False, cwd=folder, env=new_layers.environment(folder), capture_output=True,
        text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip


def get(site: str, path: str, *, accept: str = "*/*") -> bytes:
    """The body of a URL; HTTPError for an error status."""
    address = f"{site}{urllib.parse.quote(path, safe='/?&=,:')}"
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": accept}), timeout=60) as answer:
        body: bytes = answer.read()
        return body


def get_json(site: str, path: str) -> Any:
    return json.loads(get(site, path))


def test_the_document_says_what_to_write_where() -> None:
    instructions = [(block.path, block.table) for block in new_layers.blocks()]
    assert instructions == [
        ("geo/ocop/layers.py", "_LAYERS"), ("geo/ocop/styles.py", "_STYLES"), ("geo/ocop/styles.py", "SHAPES"),
        ("geo/static/img/icons.svg", "svg"), ("geo/ocop/codes.py", "CODE_LISTS"), ("geo/ocop/links.py", "LINKS"),
        ("geo/ocop/filters.py", "FILTERS"), ("data/shapefiles/lodgings/lodgings.json", ""),
    ]  # fmt: skip


def test_the_data_are_read_without_a_finding(copy: Path) -> None:
    issues = json.loads(run(copy, "app.py", "check", "--json").stdout)["issues"]
    assert [issue for issue in issues if issue["layer"] in LAYERS] == []


def test_the_declaration_passes_its_own_tests(copy: Path) -> None:
    words = ("-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "tests/ocop", "tests/test_schema.py")
    process = run(copy, *words)
    assert process.returncode == 0, process.stdout[-3000:]


def test_the_map_lists_the_layers_and_draws_them(site: str) -> None:
    page = get(site, "/?lang=en", accept="text/html").decode()
    view = json.loads(page.partition('<script type="application/json" id="view">')[2].partition("</script>")[0])
    by_name = {layer["name"]: layer for group in view["groups"] for layer in group["layers"]}
    assert {name: by_name[name]["on"] for name in LAYERS} == {"lodgings": True, "trails": False, "reserves": False}
    assert [row["icon"] for row in by_name["lodgings"]["classes"]] == ["homestay", "bed"]
    assert set(view["shapes"]) >= {"circle", "hexagon"}
    layers = get_json(site, "/map.json?layers=lodgings,trails,reserves")["layers"]
    for name, kind in KINDS.items():
        features = layers[name]["features"]
        assert len(features) == len(LAYERS[name]) and {
            one["geometry"]["type"].removeprefix("Multi") for one in features
        } == {kind.removeprefix("Multi")}
    at = next(one["properties"]["point"] for one in layers["trails"]["features"] if one["id"] == "trails/him-lam")
    assert LAYERS["trails"].geometry[1].distance(shapely.Point(at)) < 1e-6
    assert set(get_json(site, "/map.json?lodging_kind=homestay")["layers"]["lodgings"]["features"][0]) >= {"geometry"}


def test_the_style_sheet_has_the_layers(site: str) -> None:
    sheet = get(site, "/static/bundles/site.css").decode()
    assert ".symbol--lodgings { background: var(--layer-lodgings); border-radius: 0; clip-path: polygon(25% 6%" in sheet
    assert "--layer-trails: #00695c;" in sheet and ".swatch.swatch--trails { height: 0; border-top: 3px dashed" in sheet
    assert (
        ".swatch.swatch--reserves { background: color-mix(in srgb, var(--layer-reserves) 18%, var(--paper));" in sheet
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_search_finds_a_record(site: str, layer: str) -> None:
    name = LAYERS[layer]["name"].iloc[0]
    assert (layer, RECORDS[layer]) in [
        (hit["layer"], hit["id"]) for hit in get_json(site, f"/search.json?q={name}")["hits"]
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_layer_and_its_records_have_pages(site: str, layer: str, lang: str) -> None:
    page = get(site, f"/{layer}?lang={lang}").decode()
    record = get(site, f"/{layer}/{RECORDS[layer]}?lang={lang}").decode()
    label = {
        "lodgings": ("Cơ sở lưu trú", "Lodgings"),
        "trails": ("Đường mòn", "Trails"),
        "reserves": ("Khu bảo tồn", "Nature reserves"),
    }
    assert label[layer][lang == "en"] in page and LAYERS[layer]["name"].iloc[0] in page
    assert f"layers={layer}" in page and 'class="locator"' in record and f"locator--{layer}" in record
    assert f"/{layer}" in get(site, "/sitemap.xml").decode()


def test_records_are_linked_to_the_units_and_filtered_by_them(site: str) -> None:
    for layer, link in (
        ("lodgings", "lodgings_in_commune"),
        ("trails", "trail_in_commune"),
        ("reserves", "reserve_covers_commune"),
    ):
        items = get_json(site, f"/collections/links/items?link={link}")["features"]
        assert {one["properties"]["source_layer"] for one in items} == {layer}
        commune = items[0]["properties"]
        features = get_json(site, f"/collections/{layer}/items?commune={commune['target_id']}")["features"]
        assert commune["source_id"] in [one["id"] for one in features]
    shares = [
        one["properties"]["share"]
        for one in get_json(site, "/collections/links/items?link=trail_in_commune")["features"]
    ]
    assert all(0 < share <= 1 for share in shares)
    assert "% chiều dài" in get(site, "/trails/pha-luong").decode()


@pytest.mark.parametrize("layer", LAYERS)
def test_the_api_serves_the_layer(site: str, layer: str) -> None:
    assert layer in [one["id"] for one in get_json(site, "/collections")["collections"]]
    items = get_json(site, f"/collections/{layer}/items")
    assert items["numberMatched"] == len(LAYERS[layer])
    assert {one["geometry"]["type"] for one in items["features"]} == {KINDS[layer]}
    schema = get_json(site, f"/collections/{layer}/queryables")
    assert f"geometry-{KINDS[layer].lower()}" in json.dumps(schema)
    assert get_json(site, f"/catalogue/items/{layer}")["id"] == layer
    assert b"MD_Metadata" in get(site, f"/metadata/{layer}.xml")


@pytest.mark.parametrize("layer", LAYERS)
def test_the_layer_has_vector_tiles_of_its_own_and_with_the_others(site: str, layer: str) -> None:
    at = tile_at(*LAYERS[layer].geometry.iloc[0].representative_point().coords[0], 9)
    for path in (f"/collections/{layer}/tiles", "/tiles"):
        body = get(site, f"{path}/WebMercatorQuad/{at.z}/{at.row}/{at.col}")
        features = mapbox_vector_tile.decode(body)[layer]["features"]
        assert RECORDS[layer] in [one["properties"]["id"] for one in features]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_download_opens(site: str, layer: str, tmp_path: Path) -> None:
    names = set(LAYERS[layer]["name"])
    for extension in ("geojson", "gpkg", "zip", "kml", "fgb", "geojsons", "jsonfg"):
        path = tmp_path / f"{layer}.{extension}"
        path.write_bytes(get(site, f"/export/{layer}.{extension}"))
        address = f"/vsizip/{path}/{layer}.shp" if extension == "zip" else str(path)
        if extension in {"geojson", "gpkg", "zip", "fgb", "geojsons"}:
            with fiona.open(address) as source:
                assert {one["properties"]["name"] for one in source} == names, extension
        frame = pyogrio.read_dataframe(address)
        assert set(frame["Name" if extension == "kml" else "name"]) == names, extension
        assert {kind.removeprefix("Multi") for kind in frame.geom_type} == {KINDS[layer].removeprefix("Multi")}
    (tmp_path / "a.parquet").write_bytes(get(site, f"/export/{layer}.parquet"))
    assert set(gpd.read_parquet(tmp_path / "a.parquet")["name"]) == names
    table = list(csv.DictReader(io.StringIO(get(site, f"/export/{layer}.csv").decode("utf-8-sig"))))
    assert {row["name"] for row in table} == names and all(row["lon"] and row["lat"] for row in table)


def test_qgis_opens_the_project_with_the_layers(site: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(get(site, "/export/all.qgis.zip"))) as archive:
        archive.extractall(tmp_path)
    (path,) = tmp_path.rglob("*.qgs")
    environment = {
        "PATH": "/usr/bin:/bin",
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    process = subprocess.run(
        [SYSTEM_PYTHON, "-c", IN_QGIS, str(path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )
    assert process.returncode == 0, process.stderr
    project = json.loads(process.stdout.strip().splitlines()[-1])
    assert project["read"]
    colours = {"lodgings": "#301080", "trails": "#00695c", "reserves": "#3d5a1e"}
    for layer, kind in KINDS.items():
        valid, count, renderer, symbols, has_labels = project["layers"][layer]
        assert (valid, count, renderer, has_labels) == (True, len(LAYERS[layer]), kind, True)
        assert colours[layer] in symbols


@pytest.mark.parametrize("layer", LAYERS)
def test_its_excel_form_is_filled_in_and_read(site: str, copy: Path, tmp_path: Path, layer: str) -> None:
    path = tmp_path / f"{layer}.xlsx"
    path.write_bytes(get(site, f"/export/{layer}.xlsx"))
    book = openpyxl.load_workbook(path)
    rows = book.worksheets[0]
    head = next(row for row in rows.iter_rows() if any(cell.value in {"Tên", "Tên cơ sở"} for cell in row))
    name = next(cell for cell in head if cell.value in {"Tên", "Tên cơ sở"})
    rows.cell(name.row + 1, name.column).value = "Tên mới"
    book.save(path)
    review = dry_run(copy, path, layer)
    assert review["counts"]["changed"] == 1 and review["counts"]["added"] == 0 and review["publishable"], review


@pytest.mark.parametrize("layer", LAYERS)
def test_a_foreign_file_is_mapped_and_placed(copy: Path, tmp_path: Path, layer: str) -> None:
    """Names of columns as offices write them, geometry in VN-2000: with the key named, every record is new, and none is refused."""
    path, key = tmp_path / f"{layer}.gpkg", LAYERS[layer].columns[0]
    foreign_columns = LAYERS[layer].rename(
        columns={"name": {"lodgings": "Tên cơ sở", "trails": "Tên đường"}.get(layer, "Tên")}
    )
    fresh = foreign_columns.assign(**{key: [f"moi-{row}" for row in range(len(foreign_columns))]})
    fresh.geometry = fresh.geometry.translate(0.02, 0.02)
    fresh.to_crs("EPSG:9205").to_file(path)
    review = dry_run(copy, path, layer, "--map", f"{key}={key}")
    assert review["counts"]["added"] == len(fresh) and review["publishable"], review


def dry_run(copy: Path, path: Path, layer: str, *more: str) -> Any:
    """The review of a file by `import --dry-run`."""
    process = run(copy, "app.py", "import", str(path), "--layer", layer, "--dry-run", "--json", "--why", "thử", *more)
    assert process.stdout, process.stderr
    return json.loads(process.stdout)


def test_the_saved_map_holds_the_layers(site: str) -> None:
    page = get(site, "/save-map?layers=lodgings,trails,reserves").decode()
    assert all(name in page for frame in LAYERS.values() for name in frame["name"])


def test_the_map_draws_points_lines_and_areas(watched: WatchedPage) -> None:  # noqa: F811
    page = watched.open("/?layers=lodgings,trails,reserves&map=11/21.43/103.12&lang=en")
    page.wait_for_function("document.documentElement.dataset.ready === 'yes'")
    panes = {"leaflet-marker-pane .pin": 2, "leaflet-lines-pane path": 2, "leaflet-areas-pane path": 1}
    for pane, count in panes.items():
        assert page.locator(f".{pane}").count() == count, pane
    assert all(page.locator(".leaflet-lines-pane path").nth(at).get_attribute("fill") == "none" for at in (0, 1))

"""The QGIS projects of the whole province, opened and drawn by QGIS itself: in a folder, in the GeoPackage, live."""

import io
import json
import os
import re
import subprocess
import zipfile
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from geo.atlas import Atlas
from geo.basemap.declaration import BASE_LAYERS, SHIPPED
from geo.basemap.ground import GroundSource
from geo.basemap.shipped_files import FOLDER, read_shipped
from geo.basemap.style import BASE_STYLES, LAND
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import GROUPS, POINT_LAYERS, THEMATIC
from geo.ocop.styles import STYLES
from geo.settings import Settings
from geo.views.notice import in_language
from geo.views.qgis import layer_id
from geo.views.whole_province import KINDS, Whole, project_name
from geo.vn2000.systems import HOME, Reading
from tests.conftest import SHIPPED_SEED
from tests.shipped import count_of

SYSTEM_PYTHON = "/usr/bin/python3"
IN_QGIS = """
import json, os, sys
from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsExpression, QgsExpressionContext,
    QgsExpressionContextUtils, QgsLayoutExporter, QgsLayoutItem, QgsMapRendererParallelJob, QgsMapSettings, QgsPointXY, QgsProject,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

path, picture, lands = sys.argv[1:]
lands = json.loads(lands)
app = QgsApplication([], False)
app.initQgis()
said = []
app.messageLog().messageReceived.connect(lambda text, tag, level: said.append(f"{tag}: {text}"))
project = QgsProject.instance()
found = {"read": project.read(path), "error": project.error()}
root = project.layerTreeRoot()
found |= {
    "crs": project.crs().authid(), "title": project.title(), "abstract": project.metadata().abstract(),
    "groups": [[group.name(), [node.layerId() for node in group.findLayers()]] for group in root.findGroups()],
    "shown": [node.layerId() for node in root.findLayers() if node.isVisible()],
    "relations": {name: one.isValid() for name, one in project.relationManager().relations().items()},
    "layers": {},
}
for key, layer in project.mapLayers().items():
    one = {"valid": layer.isValid(), "name": layer.name(), "provider": layer.providerType() if layer.dataProvider() else ""}
    found["layers"][key] = one
    one["source"] = layer.source()
    if layer.type() != 0:
        one["styles"] = {s.layerName(): s.symbol().color().name() for s in layer.renderer().styles()}
        continue
    about = layer.metadata()
    one |= {
        "count": layer.featureCount(), "crs": layer.crs().authid(), "kind": QgsWkbTypes.displayString(layer.wkbType()),
        "title": about.title(), "abstract": about.abstract(), "licences": about.licenses(), "rights": about.rights(),
        "history": about.history(), "aliases": {f.name(): f.alias() for f in layer.fields()},
        "widgets": {f.name(): f.editorWidgetSetup().type() for f in layer.fields()},
    }
    renderer = layer.renderer()
    inner = renderer.embeddedRenderer() if renderer and hasattr(renderer, "embeddedRenderer") else None
    renderer = inner or renderer
    if renderer is not None and renderer.type() == "categorizedSymbol":
        one["classes"] = [[c.value(), c.label(), c.symbol().color().name()] for c in renderer.categories()]
        one["gathered"] = inner is not None
    if renderer is not None and renderer.type() == "RuleRenderer":
        rules = renderer.rootRule().children()
        one["rules"] = [[r.label(), r.filterExpression(), r.symbol().symbolLayers()[-1].color().name(), r.minimumScale()] for r in rules]
        one["named"] = [r.filterExpression() for r in layer.labeling().rootRule().children()]

products = project.mapLayer("ocop_layer_products")
feature = next(f for f in products.getFeatures() if f["product_id"] == "R01")
context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(products))
context.setFeature(feature)
found["tip"] = QgsExpression.replaceExpressionText(products.mapTipTemplate(), context)
expression = QgsExpression("represent_value(producer_id)")
found["producer"] = expression.evaluate(context)

place = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), project.crs(), project)
moved = place.transform(QgsPointXY(103.0, 21.4))
found["moved"] = [moved.x(), moved.y()]
found["operation"] = place.coordinateOperation()


def painted(layers):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setTransformContext(project.transformContext())
    settings.setOutputSize(QSize(300, 300))
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setBackgroundColor(QColor("#010203"))
    of_map = QgsExpressionContext()
    of_map.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(of_map)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    found.setdefault("failures", []).extend(error.message for error in job.errors())
    image = job.renderedImage()
    points = [image.pixelColor(x, y).name() for x in range(0, 300, 2) for y in range(0, 300, 2)]
    return points


order = [layer for layer in root.layerOrder() if root.findLayer(layer.id()).isVisible()]
pixels = painted(order)
found["order"] = [layer.id() for layer in order]
found["drawn"] = sum(pixel != "#010203" for pixel in pixels) / len(pixels)
found["land"] = sum(pixel in lands for pixel in pixels) / len(pixels)
tiles = project.mapLayer("ocop_layer_tiles")
if tiles is not None:
    pixels = painted([tiles])
    found["tiles"] = len(set(pixels))
(sheet,) = project.layoutManager().layouts()
found["sheet"] = [sheet.name(), round(sheet.referenceMap().scale())]
settings = QgsLayoutExporter.ImageExportSettings()
settings.dpi = 60
settings.exportMetadata = False
found["exported"] = QgsLayoutExporter(sheet).exportToImage(picture, settings)
image = QImage(picture)
found["sheet_colours"] = len({image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)})
items = {item.id(): item for item in sheet.items() if isinstance(item, QgsLayoutItem) and item.id() not in ("", "page")}
found["items"] = {
    key: [item.pos().x(), item.pos().y(), item.pos().x() + item.rect().width(), item.pos().y() + item.rect().height()]
    for key, item in items.items()
}
found["notes"] = [items["notes"].text(), items["notes"].sizeForText().height()]
grid = items["map"].grids().grid(0)
found["grid"] = [grid.enabled(), grid.intervalX(), grid.intervalY()]
found["north"] = [items["north"].linkedMap() is items["map"], items["north"].isMissingImage()]
box = items["inset"].extent()
found["inset"] = [round(items["inset"].scale()), [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]]
found["overview"] = items["map"].overviews().overview(0).linkedMap() is items["inset"]
# The legend stands left of the map: the colours of the layers occur there.
left = range(0, int(image.width() * 0.3))
found["legend"] = sorted({QColor(image.pixel(x, y)).name() for x in left for y in range(image.height())})
found["said"] = said
print(json.dumps(found), flush=True)
os._exit(0)
"""
LANDS = [
    "#fdfbf6",
    LAND.light,
    *(style.fill.light for style in BASE_STYLES.values() if style.layer == "heights" and style.fill),
]
"""Colours of land without records: of the province without a base map, and of heights."""
WITH_GEOMETRY = [name for name, spec in COLLECTIONS.items() if spec.geometry]


def in_qgis(path: str, folder: Path) -> Any:
    """A project as read by the system's QGIS."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    process = subprocess.run(
        [SYSTEM_PYTHON, "-c", IN_QGIS, path, str(folder / "sheet.png"), json.dumps(LANDS)], check=False, capture_output=True, text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout.strip().splitlines()[-1])


def download(atlas: Atlas, extension: str, **options: str) -> bytes:
    out = io.BytesIO()
    KINDS[extension].write(Whole(atlas, **options), out)
    return out.getvalue()


@pytest.fixture(scope="module")
def folder_of_project(real_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked download."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(io.BytesIO(download(real_atlas, "qgis.zip"))) as archive:
        archive.extractall(folder)
    return folder / "ocop-v1"


@pytest.fixture(scope="module")
def project(folder_of_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return in_qgis(str(folder_of_project / "ocop-v1.qgs"), tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def live(server: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The live project as it is downloaded, opened while the service runs."""
    folder = tmp_path_factory.mktemp("live")
    path = folder / "ocop.qgz"
    subprocess.run(["curl", "-sf", "-o", str(path), f"{server}/export/all.qgz?lang=en"], check=True, timeout=60)
    return in_qgis(str(path), folder)


def test_the_folder_holds_project_data_and_notice(folder_of_project: Path) -> None:
    assert sorted(path.name for path in folder_of_project.iterdir()) == ["README.txt", "ocop-v1.gpkg", "ocop-v1.qgs"]
    text = (folder_of_project / "README.txt").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text and "Ranh giới minh hoạ" in text and "Unpack the folder" in text
    assert all(f"{layer}: " in text for layer in COLLECTIONS)


def test_the_project_opens_with_every_layer_whole(project: Any, real_atlas: Atlas) -> None:
    assert project["read"] and not project["error"] and not project["said"] and not project["failures"]
    assert (project["crs"], project["title"]) == ("EPSG:9205", "Bản đồ OCOP Điện Biên")
    assert set(project["layers"]) == {layer_id(name) for name in COLLECTIONS}
    for name, count in real_atlas.counts().items():
        layer = project["layers"][layer_id(name)]
        assert (layer["valid"], layer["count"]) == (True, count), name
        assert layer["name"] == COLLECTIONS[name].label.vi


def test_layers_stand_in_the_groups_of_the_site_and_are_shown_as_on_its_map(project: Any) -> None:
    assert project["groups"] == [
        [label.vi, [layer_id(name) for name, spec in COLLECTIONS.items() if spec.group == group]]
        for group, label in GROUPS.items()
    ]
    assert set(project["shown"]) == {layer_id(name) for name in (*THEMATIC, "communes", "province")}


def test_points_are_drawn_over_areas_and_the_land_below_all(project: Any) -> None:
    kinds = [COLLECTIONS[key.removeprefix("ocop_layer_")].geometry for key in project["order"]]
    assert kinds == sorted(kinds, key=["Point", "LineString", "MultiPolygon"].index)
    assert project["order"][-2:] == [layer_id("communes"), layer_id("province")]


@pytest.mark.parametrize("layer", [name for name in THEMATIC if name != "zones"])
def test_the_project_draws_what_the_map_draws(project: Any, layer: str) -> None:
    layer_in_qgis, spec = project["layers"][layer_id(layer)], COLLECTIONS[layer]
    codes = CODE_LISTS[spec.field(spec.symbol or "").codes or ""].codes
    assert layer_in_qgis["gathered"]
    assert [row[:2] for row in layer_in_qgis["classes"][: len(codes)]] == [[code.key, code.label.vi] for code in codes]
    assert {row[2] for row in layer_in_qgis["classes"]} == {STYLES[layer].color}


def test_forms_show_words_and_names_for_codes_and_ids(project: Any) -> None:
    for name, spec in COLLECTIONS.items():
        layer_in_qgis = project["layers"][layer_id(name)]
        for field in spec.fields:
            assert layer_in_qgis["aliases"][field.name] == field.label.vi
            expected = {"code": "ValueMap", "ref": "ValueRelation"}.get(field.kind)
            assert expected is None or layer_in_qgis["widgets"][field.name] == expected
    assert project["producer"] == "Hợp tác xã Ong mật Điện Biên"
    assert project["tip"].startswith("<b>Mật ong Hoa Ban Điện Biên</b><br>Nhóm: Thực phẩm<br>Hạng sao: 4 sao")
    references = {
        f"{name}_{field.name}" for name, spec in COLLECTIONS.items() for field in spec.fields if field.kind == "ref"
    }
    assert project["relations"] == dict.fromkeys(references, True)


def test_each_layer_says_whose_it_is(project: Any, real_atlas: Atlas) -> None:
    for name in COLLECTIONS:
        layer_in_qgis, metadata = project["layers"][layer_id(name)], real_atlas.metadata(name)
        assert layer_in_qgis["licences"] == [metadata["licence"]] and layer_in_qgis["rights"] == [
            metadata["attribution"]["vi"]
        ]
        assert (
            layer_in_qgis["history"] == [metadata["lineage"]["vi"]]
            and layer_in_qgis["abstract"] == COLLECTIONS[name].about.vi
        )
    assert f"Sản phẩm OCOP: {count_of('products')}" in project["abstract"]


def test_qgis_moves_places_by_the_states_parameters(project: Any) -> None:
    assert project["moved"] == pytest.approx(
        [float(n[0]) for n in Reading(HOME).from_lnglat([103.0], [21.4])], abs=0.002
    )
    assert "-191.90441429" in project["operation"]


def test_the_province_is_drawn_and_so_is_its_sheet(project: Any) -> None:
    assert project["drawn"] > 0.2 and project["land"] > 0.01
    name, scale = project["sheet"]
    assert name == "Bản đồ A3" and scale % 50_000 == 0 and 500_000 < scale < 1_000_000
    assert project["exported"] == 0 and project["sheet_colours"] > 50
    for layer in POINT_LAYERS:
        assert STYLES[layer].color in project["legend"], layer


def test_nothing_on_the_sheet_covers_anything_else(project: Any, over_base: Any) -> None:
    for sheet in (project, over_base):
        items = {key: box for key, box in sheet["items"].items() if key not in {"inset", "inset-title"}}
        assert {"title", "state", "legend", "signs", "scale", "north", "notes", "map"} <= set(items)
        for (a, one), (b, other) in combinations(items.items(), 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (a, one, b, other)
        text, height = sheet["notes"]
        assert height <= items["notes"][3] - items["notes"][1], "the credits fit their box"
        parts = [part for line in text.splitlines() for part in re.split(r"[;.] ", line.removesuffix("."))]
        assert len(parts) == len(set(parts)), "each credit once"


def test_the_sheet_has_a_grid_an_arrow_and_an_inset_of_the_crowded_place(project: Any, real_atlas: Atlas) -> None:
    assert project["grid"] == [True, 20_000, 20_000]
    assert project["north"] == [True, False]
    assert "VN-2000 / TM-3 103-00" in project["notes"][0] and "20 km" in project["notes"][0]
    scale, (west, south, east, north) = project["inset"]
    assert scale == 120_000 and project["overview"]
    hill = real_atlas.get("sites", "H01")
    x, y = (float(number[0]) for number in Reading(HOME).from_lnglat(hill.lng, hill.lat))
    assert west < x < east and south < y < north, "most sites lie in the city"


@pytest.fixture(scope="module")
def over_base(real_atlas: Atlas, built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The project of a folder with the base map, as QGIS reads it, and the names of the files of the folder."""
    folder = tmp_path_factory.mktemp("over_base")
    out = io.BytesIO()
    KINDS["qgis.zip"].write(Whole(real_atlas, ground=GroundSource(built.basemap_dir)()), out)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    unpacked = folder / "ocop-v1"
    project = in_qgis(str(unpacked / "ocop-v1.qgs"), folder)
    return project | {
        "files": sorted(path.name for path in unpacked.iterdir()),
        "readme": (unpacked / "README.txt").read_text(encoding="utf-8"),
    }


def test_the_base_map_lies_below_all_records_in_a_file_of_its_own(over_base: Any) -> None:
    assert over_base["read"] and not over_base["said"] and not over_base["failures"]
    assert over_base["files"] == ["README.txt", "base-map.gpkg", "ocop-v1.gpkg", "ocop-v1.qgs"]
    base = [key for key in reversed(BASE_LAYERS) if key in SHIPPED]
    assert over_base["order"][-len(base) :] == [f"ocop_base_{key}" for key in base]
    assert over_base["groups"][-1] == ["Bản đồ nền", [f"ocop_base_{key}" for key in base]]
    assert over_base["drawn"] > 0.9 and over_base["land"] > 0.01
    assert over_base["exported"] == 0 and over_base["sheet_colours"] > 100


@pytest.mark.parametrize("key", SHIPPED)
def test_a_base_layer_is_drawn_by_the_style_table(over_base: Any, key: str) -> None:
    layer = over_base["layers"][f"ocop_base_{key}"]
    assert layer["valid"] and layer["count"] > 0 and layer["name"] == BASE_LAYERS[key].label.vi
    styles = [style for style in reversed(BASE_STYLES.values()) if style.layer == key]
    expected = [(BASE_LAYERS[key].base_class(style.kind).label.vi, f"\"kind\" = '{style.kind}'") for style in styles]
    assert [(label, rule) for label, rule, _, _ in layer["rules"]] == expected
    for style, (_, _, color, scale) in zip(styles, layer["rules"], strict=True):
        tint = style.line or style.fill
        assert tint is None or color == tint.light
        from_zoom = BASE_LAYERS[key].base_class(style.kind).from_zoom
        assert scale == (0 if from_zoom <= 8 else pytest.approx(559_082_264 / 2**from_zoom, abs=1))
    assert sorted(layer["named"]) == sorted(f"\"kind\" = '{style.kind}'" for style in styles if style.names)


def test_base_layers_say_whose_they_are(over_base: Any) -> None:
    for key, origins in read_shipped(SHIPPED_SEED / FOLDER).origins.items():
        layer = over_base["layers"][f"ocop_base_{key}"]
        assert layer["rights"] == [origin.attribution.vi for origin in origins]
        assert layer["licences"] == list(dict.fromkeys(in_language(origin.licence, "vi") for origin in origins))
        for origin in origins:
            assert origin.attribution.vi in over_base["readme"] and origin.attribution.en in over_base["readme"]


def test_the_geopackage_opens_as_a_project_in_each_language(
    folder_of_project: Path, real_atlas: Atlas, tmp_path: Path
) -> None:
    for lang, word in (("vi", "Bản đồ OCOP Điện Biên"), ("en", "OCOP map of Điện Biên")):
        folder = tmp_path / lang
        folder.mkdir()
        project = in_qgis(f"geopackage:{folder_of_project / 'ocop-v1.gpkg'}?projectName={project_name(lang)}", folder)
        assert project["read"] and project["title"] == word and not project["said"]
        assert all(layer["valid"] for layer in project["layers"].values())
        assert project["layers"][layer_id("zones")]["name"] == COLLECTIONS["zones"].label.of(lang)


def test_a_project_in_the_states_system_reads_the_states_numbers(real_atlas: Atlas, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(download(real_atlas, "qgis.zip", lang="en", crs="EPSG:9206"))) as archive:
        archive.extractall(tmp_path)
    project = in_qgis(str(tmp_path / "ocop-v1" / "ocop-v1.qgs"), tmp_path)
    assert {project["layers"][layer_id(name)]["crs"] for name in WITH_GEOMETRY} == {"EPSG:9206"}
    assert project["crs"] == "EPSG:9205" and project["drawn"] > 0.2 and project["land"] > 0.01


def test_the_live_project_reads_the_service(live: Any, server: str, real_atlas: Atlas) -> None:
    assert live["read"] and not live["error"] and not live["failures"]
    assert live["title"] == "OCOP map of Điện Biên"
    for name, count in real_atlas.counts().items():
        layer = live["layers"][layer_id(name)]
        assert (layer["valid"], layer["count"], layer["provider"]) == (True, count, "OAPIF"), name
        assert f"url='{server}/'" in layer["source"]
        assert layer["kind"] == (COLLECTIONS[name].geometry or "NoGeometry"), name
    assert live["drawn"] > 0.2 and live["land"] > 0.01
    for key in SHIPPED:
        layer = live["layers"][f"ocop_base_{key}"]
        assert layer["valid"] and layer["count"] > 0 and layer["name"] == BASE_LAYERS[key].label.en, key
    assert live["producer"] == "Hợp tác xã Ong mật Điện Biên"


def test_the_live_project_has_the_vector_tiles_in_the_colours_of_the_map(live: Any) -> None:
    tiles = live["layers"][layer_id("tiles")]
    assert tiles["valid"] and layer_id("tiles") not in live["shown"]
    assert {name: tiles["styles"][name] for name in ("products", "sites")} == {
        name: STYLES[name].color for name in ("products", "sites")
    }
    assert live["tiles"] > 3

"""The GeoPackage of the whole province, read by GDAL, SQLite and QGIS, and its download."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from geo.atlas import Atlas, Notes, Query
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import STYLES, icon_of
from geo.schema import Precision
from geo.settings import Settings
from geo.views.qgis.icons import embed
from geo.views.whole_province import KINDS, Kind, Whole, write_province
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import FixedSource, publish_atlas

SYSTEM_PYTHON = "/usr/bin/python3"
IN_QGIS = """
import json, math, os, sys, tempfile
from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsMapRendererParallelJob, QgsMapSettings,
    QgsPointXY, QgsRectangle, QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

path, names = sys.argv[1], sys.argv[2].split(",")
app = QgsApplication([], False)
app.initQgis()
found = {}
for name in names:
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    one = {"valid": layer.isValid(), "count": layer.featureCount(), "labels": layer.labelsEnabled(), "tip": layer.mapTipTemplate()}
    one["aliases"] = {field.name(): layer.attributeAlias(number) for number, field in enumerate(layer.fields())}
    one["codes"] = {
        field.name(): [list(row.items())[0] for row in layer.editorWidgetSetup(number).config().get("map", [])]
        for number, field in enumerate(layer.fields()) if layer.editorWidgetSetup(number).type() == "ValueMap"
    }
    renderer = layer.renderer()
    if renderer is not None:
        one["renderer"] = renderer.type()
        if renderer.type() == "categorizedSymbol":
            classes = renderer.categories()
            one["classes"] = [(c.value(), c.label(), c.symbol().color().name()) for c in classes]
            symbol = classes[0].symbol().clone()
        else:
            symbol = renderer.symbol().clone()
        parts = [symbol.symbolLayer(n) for n in range(symbol.symbolLayerCount())]
        one["parts"] = [part.layerType() for part in parts]
        if layer.geometryType() == 2:
            one["colour"] = parts[0].strokeColor().name()
            one["opacity"] = round(parts[0].fillColor().alphaF(), 2) if parts[0].brushStyle() else 0
            one["dashed"] = parts[-1].useCustomDashPattern()
        if layer.geometryType() == 0:
            drawn = [part for part in parts if part.layerType() == "SimpleMarker"][-1]
            one["shape"], one["fill"] = drawn.properties()["name"], drawn.fillColor().name()
        with tempfile.NamedTemporaryFile("w", suffix=".sld", encoding="utf-8") as sld:
            sld.write(json.loads(sys.argv[3])[name])
            sld.flush()
            message, read = layer.loadSldStyle(sld.name)
            rules = layer.renderer().rootRule().children() if layer.renderer().type() == "RuleRenderer" else []
            one["sld"] = [(rule.label(), rule.filterExpression()) for rule in rules] if read else message
    found[name] = one


def drawn(layer, west, south, east, north):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(QgsRectangle(west, south, east, north))
    settings.setOutputSize(QSize(200, 200))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def painted(layer, *box):
    image = drawn(layer, *box)
    return sum(image.pixelColor(x, y) != QColor("white") for x in range(200) for y in range(200))


def ringed(renderer, precision):
    # Only the ring reaches this far: 3.3 to 4.1 mm from the place.
    layer = QgsVectorLayer("Point?crs=EPSG:4326&field=kind:string&field=precision:string", "one", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["historic", precision])
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(103, 21)))
    layer.dataProvider().addFeatures([feature])
    layer.setRenderer(renderer.clone())
    image = drawn(layer, 102.99, 20.99, 103.01, 21.01)
    at = [(x, y) for x in range(200) for y in range(200) if 12.5 < math.hypot(x - 99.5, y - 99.5) < 15.5]
    return sum(image.pixelColor(x, y) != QColor("white") for x, y in at)


for name in ("products", "zones", "communes"):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    found[name]["painted"] = painted(layer, 102.0, 20.9, 103.7, 22.6)
sites = QgsVectorLayer(f"{path}|layername=sites", "sites", "ogr")
found["ringed"] = {precision: ringed(sites.renderer(), precision) for precision in sys.argv[4].split(",")}
print(json.dumps(found), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def file(real_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("province") / "province.gpkg"
    with path.open("wb") as out:
        assert write_province(Whole(real_atlas), out) == sum(real_atlas.counts().values())
    return path


@pytest.fixture(scope="module")
def in_qgis(file: Path, db: sqlite3.Connection, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A copy as read by the system's QGIS, which opens files for writing and changes their header."""
    copy = shutil.copy(file, tmp_path_factory.mktemp("qgis"))
    query = "SELECT f_table_name, styleSLD FROM layer_styles WHERE useAsDefault"
    precisions = ",".join(row.key for row in PRECISIONS)
    descriptors = json.dumps(dict(db.execute(query).fetchall()))
    process = subprocess.run(
        [SYSTEM_PYTHON, "-c", IN_QGIS, str(copy), ",".join(COLLECTIONS), descriptors, precisions], check=True, capture_output=True, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, timeout=300,
    )  # fmt: skip
    return json.loads(process.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def db(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as connection:
        yield connection


def test_gdal_opens_every_layer_without_a_word_of_complaint(file: Path, real_atlas: Atlas) -> None:
    process = subprocess.run(["ogrinfo", "-ro", "-so", "-al", str(file)], check=True, capture_output=True, text=True)
    assert process.stderr == ""
    for layer, count in real_atlas.counts().items():
        _, _, after = process.stdout.partition(f"Layer name: {layer}\n")
        assert f"Feature Count: {count}\n" in after.partition("Layer name:")[0]


def test_the_file_is_whole_and_every_table_is_registered(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert not db.execute("PRAGMA foreign_key_check").fetchall()
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"layer_styles", "qgis_projects"} <= tables
    tables = {name for (name,) in db.execute("SELECT table_name FROM gpkg_contents")}
    assert tables == {*COLLECTIONS, "layer_styles"}
    assert len({at for (at,) in db.execute("SELECT last_change FROM gpkg_contents")}) == 1


def test_each_layer_has_its_licence_in_the_files_metadata(db: sqlite3.Connection) -> None:
    text = " ".join(text for (text,) in db.execute("SELECT metadata FROM gpkg_metadata"))
    assert text.count("LICENCE") >= len(COLLECTIONS)


def test_each_layer_has_a_style_in_each_language_and_one_is_applied(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT f_table_name, styleName, useAsDefault FROM layer_styles").fetchall()
    assert {(name, style) for name, style, _ in rows} == {
        (n, s) for n in COLLECTIONS for s in ("Tiếng Việt", "English")
    }
    assert {(name, style) for name, style, is_default in rows if is_default} == {(n, "Tiếng Việt") for n in COLLECTIONS}


def test_qgis_opens_every_layer_with_its_records(in_qgis: Any, real_atlas: Atlas) -> None:
    for layer, count in real_atlas.counts().items():
        assert (in_qgis[layer]["valid"], in_qgis[layer]["count"]) == (True, count), layer


@pytest.mark.parametrize("layer", ["products", "producers", "villages", "sites"])
def test_qgis_draws_a_class_for_each_code_under_its_words(in_qgis: Any, layer: str) -> None:
    spec, layer_in_qgis = COLLECTIONS[layer], in_qgis[layer]
    codes = CODE_LISTS[spec.field(spec.symbol or "").codes or ""].codes
    rows = [(value, label) for value, label, _ in layer_in_qgis["classes"]]
    assert rows == [
        *((code.key, code.label.vi) for code in codes),
        ("", "Chưa rõ loại"),
        ("(legend)", "Viền đứt: vị trí gần đúng"),
    ]
    assert {colour for *_, colour in layer_in_qgis["classes"]} == {STYLES[layer].color}
    assert (layer_in_qgis["shape"], layer_in_qgis["fill"]) == (STYLES[layer].shape, STYLES[layer].color)
    assert layer_in_qgis["parts"] == ["SimpleMarker", "SimpleMarker", "SvgMarker"]  # ring, shape, icon
    assert layer_in_qgis["labels"]
    for field in (field for field in spec.fields if field.table and field.name != spec.title):
        assert field.label.vi in layer_in_qgis["tip"]


def test_every_icon_of_the_map_is_in_the_styles(db: sqlite3.Connection) -> None:
    for layer, style in STYLES.items():
        if COLLECTIONS[layer].symbol is None or not style.icons:
            continue
        (qml,) = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = ?", (layer,)).fetchone()
        codes = [*CODE_LISTS[COLLECTIONS[layer].field(COLLECTIONS[layer].symbol or "").codes or ""].keys(), None]
        for code in codes:
            assert embed(icon_of(layer, code), "#ffffff") in qml


def test_qgis_says_that_outlines_of_zones_are_no_survey(in_qgis: Any) -> None:
    codes = CODE_LISTS["extent_kind"].codes
    assert [row[:2] for row in in_qgis["zones"]["classes"][:-1]] == [[code.key, code.label.vi] for code in codes]
    assert codes[0].key == "surveyed" and not in_qgis["zones"]["dashed"]


def test_qgis_reads_the_descriptor_for_other_programs(in_qgis: Any) -> None:
    products = in_qgis["products"]["sld"]
    groups = CODE_LISTS["product_group"].codes
    assert [label for label, _ in products] == [
        *(code.label.vi for code in groups),
        "Chưa rõ loại",
        "Viền đứt: vị trí gần đúng",
    ]
    assert products[0][1].replace(" ", "") == "group='food'"
    assert all(f"'{row.key}'" in products[-1][1] for row in PRECISIONS if row.approximate)
    for layer, spec in COLLECTIONS.items():
        assert spec.geometry is None or isinstance(in_qgis[layer]["sld"], list), in_qgis[layer]["sld"]


def test_qgis_reads_fields_and_codes_in_words(in_qgis: Any) -> None:
    for layer, spec in COLLECTIONS.items():
        for field in spec.fields:
            assert in_qgis[layer]["aliases"][field.name] == field.label.vi, (layer, field.name)
            if field.kind == "code":
                expected = [[code.label.vi, code.key] for code in CODE_LISTS[field.codes or ""].codes]
                assert in_qgis[layer]["codes"][field.name] == expected


def test_qgis_draws_outlines_in_the_colours_of_the_map(in_qgis: Any) -> None:
    for layer, has_dashes in (("zones", False), ("communes", False), ("districts", True), ("province", False)):
        layer_in_qgis, style = in_qgis[layer], STYLES[layer]
        assert (layer_in_qgis["colour"], layer_in_qgis["dashed"]) == (style.color, has_dashes)
        assert layer_in_qgis["opacity"] == pytest.approx(style.fill_opacity, abs=0.01)
    assert in_qgis["communes"]["renderer"] == "singleSymbol"
    for layer in ("products", "zones", "communes"):
        assert in_qgis[layer]["painted"] > 100


@pytest.mark.parametrize("precision", PRECISIONS, ids=lambda row: row.key)
def test_only_an_approximate_place_wears_a_ring(in_qgis: Any, precision: Precision) -> None:
    around = in_qgis["ringed"][precision.key]
    assert around > 40 if precision.approximate else around == 0


# --- downloads ---------------------------------------------------------------------------------------------


def test_it_is_downloaded_from_the_page_of_all_layers(built: Settings, real_atlas: Atlas, tmp_path: Path) -> None:
    client = create_app(built, FixedSource(real_atlas), templates=ROOT / "templates").test_client()
    for lang in ("vi", "en"):
        assert f"/export/all.gpkg{'?lang=en' if lang == 'en' else ''}" in client.get(f"/layers?lang={lang}").text
    with client.get("/export/all.gpkg") as answer:
        assert answer.data[:15] == b"SQLite format 3"
        assert answer.headers["X-Feature-Count"] == str(sum(real_atlas.counts().values()))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="ocop-v1.gpkg"'
    assert client.get("/export/all.gpkg?crs=EPSG:1").status_code == 400
    assert client.get("/export/all.gpkg?layer=products").status_code == 400


def test_it_comes_in_the_states_system(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "state.gpkg"
    with path.open("wb") as out:
        write_province(Whole(real_atlas, "en", "EPSG:9205"), out)
    output = subprocess.run(
        ["ogrinfo", "-ro", "-so", str(path), "communes"], check=True, capture_output=True, text=True
    ).stdout
    assert 'ID["EPSG",9205]' in output
    with closing(sqlite3.connect(path)) as db:
        (qml,) = db.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'products' AND useAsDefault"
        ).fetchone()
    assert ">Group<" in qml or COLLECTIONS["products"].field("group").label.en in qml


def test_the_command_writes_it_and_refuses_other_endings(run_app: Any, tmp_path: Path) -> None:
    path = tmp_path / "whole.gpkg"
    assert run_app("export", "all", str(path)).returncode == 0 and path.stat().st_size > 500_000
    for words in (
        [str(tmp_path / "whole.csv")],
        [str(tmp_path / "b.gpkg"), "--q", "che"],
        [str(tmp_path / "c.gpkg"), "--crs", "EPSG:1"],
        [str(tmp_path / "d.qgz"), "--url", "https://ocop.example", "--crs", "EPSG:9205"],
    ):
        process = run_app("export", "all", *words)
        assert process.returncode == 1 and "Traceback" not in process.stderr and process.stderr.count("\n") > 1
    assert [one.name for one in tmp_path.iterdir()] == ["whole.gpkg"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.extension)
def test_the_same_version_is_the_same_bytes(kind: Kind, real_atlas: Atlas) -> None:
    contents = []
    for _ in range(2):
        out = io.BytesIO()
        kind.write(Whole(real_atlas, url="https://ocop.example"), out)
        contents.append(out.getvalue())
    assert contents[0] == contents[1] and len(contents[0]) > 10_000


def test_two_layers_with_one_title_are_told_apart_by_their_names(tmp_path: Path) -> None:
    about = {"title": {"vi": "Địa điểm", "en": "Places"}}
    notes = Notes(metadata={"sites": about, "villages": about})
    with publish_atlas(world(), tmp_path, notes=notes) as atlas, (tmp_path / "all.gpkg").open("wb") as out:
        write_province(Whole(atlas, "vi", "EPSG:4326"), out)
    with closing(sqlite3.connect(tmp_path / "all.gpkg")) as db:
        named = dict(db.execute("SELECT table_name, identifier FROM gpkg_contents"))
    assert (named["sites"], named["villages"]) == ("Địa điểm (sites)", "Địa điểm (villages)")


def test_a_layer_that_is_short_of_records_is_an_error(real_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    from geo.errors import GeoError
    from geo.views import whole_province

    monkeypatch.setattr(whole_province, "write_layer", lambda job, path: job.total_count - 1)
    with pytest.raises(GeoError, match=f"of {real_atlas.count(Query('products'))} records"):
        write_province(Whole(real_atlas), io.BytesIO())

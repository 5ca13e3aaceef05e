"""The whole province in one GeoPackage: what GDAL, SQLite and QGIS make of it, and how it is asked for."""

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

from geo.atlas import Atlas, Query
from geo.codes import CODE_LISTS, PRECISIONS
from geo.collections import COLLECTIONS
from geo.settings import Settings
from geo.styles import STYLES
from geo.views.export.province import write_province
from geo.web import create_app
from tests.conftest import ROOT

SYSTEM_PYTHON = "/usr/bin/python3"
IN_QGIS = """
import json, os, sys
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
            one["shape"] = symbol.symbolLayer(symbol.symbolLayerCount() - 1).properties()["name"]
        else:
            symbol = renderer.symbol().clone()
            one["colour"] = symbol.symbolLayer(0).strokeColor().name() if layer.geometryType() == 2 else ""
    found[name] = one


def painted(layer, west, south, east, north):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(QgsRectangle(west, south, east, north))
    settings.setOutputSize(QSize(200, 200))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return sum(image.pixelColor(x, y) != QColor("white") for x in range(200) for y in range(200))


for name in ("products", "zones", "communes"):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    found[name]["painted"] = painted(layer, 102.0, 20.9, 103.7, 22.6)
sites = QgsVectorLayer(f"{path}|layername=sites", "sites", "ogr")
found["by precision"] = {}
for precision in sys.argv[3].split(","):
    layer = QgsVectorLayer("Point?crs=EPSG:4326&field=kind:string&field=precision:string", "one", "memory")
    one = QgsFeature(layer.fields())
    one.setAttributes(["historic", precision])
    one.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(103, 21)))
    layer.dataProvider().addFeatures([one])
    layer.setRenderer(sites.renderer().clone())
    found["by precision"][precision] = painted(layer, 102.99, 20.99, 103.01, 21.01)
print(json.dumps(found), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def file(real_atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("province") / "province.gpkg"
    with path.open("wb") as out:
        assert write_province(real_atlas, out) == sum(real_atlas.counts().values())
    return path


@pytest.fixture(scope="module")
def in_qgis(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What QGIS itself, of Debian, makes of a copy: it opens files for writing and notes so in their head."""
    copy = shutil.copy(file, tmp_path_factory.mktemp("qgis"))
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", IN_QGIS, str(copy), ",".join(COLLECTIONS), ",".join(row.key for row in PRECISIONS)], check=True, capture_output=True, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, timeout=300,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def db(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as opened:
        yield opened


def test_gdal_opens_every_layer_without_a_word_of_complaint(file: Path, real_atlas: Atlas) -> None:
    done = subprocess.run(["ogrinfo", "-ro", "-so", "-al", str(file)], check=True, capture_output=True, text=True)
    assert done.stderr == ""
    for layer, count in real_atlas.counts().items():
        _, _, after = done.stdout.partition(f"Layer name: {layer}\n")
        assert f"Feature Count: {count}\n" in after.partition("Layer name:")[0]


def test_the_file_is_whole_and_every_table_is_registered(db: sqlite3.Connection) -> None:
    assert db.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert not db.execute("PRAGMA foreign_key_check").fetchall()
    registered = {name for (name,) in db.execute("SELECT table_name FROM gpkg_contents")}
    assert registered == {*COLLECTIONS, "layer_styles"}
    assert len({at for (at,) in db.execute("SELECT last_change FROM gpkg_contents")}) == 1


def test_each_layer_has_its_licence_in_the_files_metadata(db: sqlite3.Connection) -> None:
    told = " ".join(text for (text,) in db.execute("SELECT metadata FROM gpkg_metadata"))
    assert told.count("LICENCE") >= len(COLLECTIONS)


def test_each_layer_has_a_style_in_each_language_and_one_is_applied(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT f_table_name, styleName, useAsDefault FROM layer_styles").fetchall()
    assert {(name, style) for name, style, _ in rows} == {
        (n, s) for n in COLLECTIONS for s in ("Tiếng Việt", "English")
    }
    assert {(name, style) for name, style, applied in rows if applied} == {(n, "Tiếng Việt") for n in COLLECTIONS}


def test_qgis_opens_every_layer_with_its_records(in_qgis: Any, real_atlas: Atlas) -> None:
    for layer, count in real_atlas.counts().items():
        assert (in_qgis[layer]["valid"], in_qgis[layer]["count"]) == (True, count), layer


@pytest.mark.parametrize("layer", ["products", "producers", "villages", "sites"])
def test_qgis_draws_a_class_for_each_code_under_its_words(in_qgis: Any, layer: str) -> None:
    spec = COLLECTIONS[layer]
    codes = CODE_LISTS[spec.field(spec.symbol or "").codes or ""].codes
    classes = in_qgis[layer]["classes"]
    assert [(value, label) for value, label, _ in classes[:-1]] == [(code.key, code.label.vi) for code in codes]
    assert classes[0][2] == STYLES[layer].color
    assert in_qgis[layer]["shape"] == STYLES[layer].shape
    assert in_qgis[layer]["labels"] and spec.title in in_qgis[layer]["tip"]


def test_qgis_reads_fields_and_codes_in_words(in_qgis: Any) -> None:
    for layer, spec in COLLECTIONS.items():
        for field in spec.fields:
            assert in_qgis[layer]["aliases"][field.name] == field.label.vi, (layer, field.name)
            if field.kind == "code":
                expected = [[code.label.vi, code.key] for code in CODE_LISTS[field.codes or ""].codes]
                assert in_qgis[layer]["codes"][field.name] == expected


def test_qgis_draws_outlines_in_the_colours_of_the_map(in_qgis: Any) -> None:
    for layer in ("zones", "communes", "districts", "province"):
        assert in_qgis[layer]["colour"] == STYLES[layer].color
        assert in_qgis[layer]["renderer"] == "singleSymbol"
    for layer in ("products", "zones", "communes"):
        assert in_qgis[layer]["painted"] > 100


def test_an_approximate_place_wears_a_ring(in_qgis: Any) -> None:
    painted = in_qgis["by precision"]
    plain = painted["exact"]
    assert plain > 20
    for row in PRECISIONS:
        assert (painted[row.key] > 2 * plain) == row.approximate, painted


# --- how it is asked for ----------------------------------------------------------------------------------


def test_it_is_downloaded_from_the_page_of_all_layers(built: Settings, real_atlas: Atlas, tmp_path: Path) -> None:
    client = create_app(built, lambda: real_atlas, templates=ROOT / "templates").test_client()
    for lang in ("vi", "en"):
        assert f"/export/all.gpkg{'?lang=en' if lang == 'en' else ''}" in client.get(f"/layers?lang={lang}").text
    answer = client.get("/export/all.gpkg")
    assert answer.data[:15] == b"SQLite format 3"
    assert answer.headers["X-Feature-Count"] == str(sum(real_atlas.counts().values()))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ocop-v1.gpkg"'
    assert client.get("/export/all.gpkg?crs=EPSG:1").status_code == 400
    assert client.get("/export/all.gpkg?layer=products").status_code == 400


def test_it_comes_in_the_states_system(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "state.gpkg"
    with path.open("wb") as out:
        write_province(real_atlas, out, crs="EPSG:9205", lang="en")
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", str(path), "communes"], check=True, capture_output=True, text=True
    ).stdout
    assert 'ID["EPSG",9205]' in told
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
    ):
        refused = run_app("export", "all", *words)
        assert refused.returncode == 1 and "gpkg" in refused.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["whole.gpkg"]


def test_a_layer_that_is_short_of_records_is_an_error(real_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from geo.errors import GeoError
    from geo.views.export import province

    monkeypatch.setattr(province, "write_layer", lambda job, path: job.matched - 1)
    with pytest.raises(GeoError, match=f"of {real_atlas.count(Query('products'))} records"):
        write_province(real_atlas, io.BytesIO())


def test_the_same_version_gives_the_same_file(real_atlas: Atlas, file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    write_province(real_atlas, again)
    assert again.read_bytes() == file.read_bytes()

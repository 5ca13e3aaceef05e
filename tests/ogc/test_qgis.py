"""QGIS reads the running service by its OAPIF provider: every collection, its values, a part of the map, a filter."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import shapely

from geo.atlas import Atlas, Query, open_atlases
from geo.atlas.cql2.parse import parse
from geo.ocop.collections import COLLECTIONS
from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.ogc.test_clients import Recorder
from tests.server import serving

BOX = (102.93, 21.33, 103.07, 21.47)
FILTERS = {"products": '"stars" = 4', "communes": "\"name\" = 'Mường Phăng'"}
IN_QGIS = """
import json, os, sys
from qgis.core import QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

server, layers, box, filters = sys.argv[1], *map(json.loads, sys.argv[2:])
EXACT = QgsFeatureRequest.ExactIntersect
app = QgsApplication([], False)
app.initQgis()
said = []
app.messageLog().messageReceived.connect(lambda text, tag, level: level and said.append(f"{tag}: {text}"))
found = {}
for name in layers:
    # What the dialogue "Add WFS / OGC API - Features Layer" writes.
    uri = f"pagingEnabled='true' pageSize='7' typename='{name}' url='{server}' version='OGC_API_FEATURES'"
    layer = QgsVectorLayer(uri, name, "OAPIF")
    rows = {}
    for feature in layer.getFeatures():
        values = {name: value for name, value in feature.attributeMap().items() if isinstance(value, (str, int, float))}
        shape = feature.geometry()
        rows[feature["id"]] = [values, None if shape.isNull() else bytes(shape.asWkb()).hex()]
    one = found[name] = {
        "valid": layer.isValid(), "crs": layer.crs().authid(), "count": layer.featureCount(), "rows": rows,
        "spatial": layer.isSpatial(),
    }
    if layer.isSpatial():
        part = QgsVectorLayer(uri + " restrictToRequestBBOX='1'", name, "OAPIF")
        inside = part.getFeatures(QgsFeatureRequest().setFilterRect(QgsRectangle(*box)).setFlags(EXACT))
        one["inside"] = sorted(feature["id"] for feature in inside if not feature.geometry().isNull())
    if name in filters:
        some = QgsVectorLayer(uri, name, "OAPIF")
        one["set"] = some.setSubsetString(filters[name])
        one["some"] = sorted(feature["id"] for feature in some.getFeatures())
found["said"] = said
print(json.dumps(found), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def atlas(built: Settings) -> Iterator[Atlas]:
    source = open_atlases(built)
    yield source()
    source.close()


@pytest.fixture(scope="module")
def recorder(built: Settings) -> Iterator[tuple[str, Recorder]]:
    source = open_atlases(built)
    recording = Recorder(create_app(built, source, templates=ROOT / "templates"))
    with serving(recording) as address:
        yield address, recording
    source.close()


@pytest.fixture(scope="module")
def qgis(recorder: tuple[str, Recorder], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What QGIS, of Debian, makes of every collection."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    words = [recorder[0], *map(json.dumps, ([*COLLECTIONS], BOX, FILTERS))]
    done = subprocess.run(
        ["/usr/bin/python3", "-c", IN_QGIS, *words], check=False, capture_output=True, text=True, timeout=300,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    body: Any = json.loads(done.stdout.strip().splitlines()[-1])
    assert body.pop("said") == []
    return body


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_a_collection_is_loaded_whole_with_its_values_and_places(qgis: Any, atlas: Atlas, layer: str) -> None:
    result, spec = qgis[layer], COLLECTIONS[layer]
    records = {one.id: one for one in atlas.find(Query(layer)).records}
    assert result["valid"] and result["count"] == len(records) and set(result["rows"]) == set(records)
    # A layer that has places is a map, also where its first records have none.
    assert (result["spatial"], result["crs"]) == (bool(spec.geometry), "EPSG:4326" if spec.geometry else "")
    features = {one["id"]: one for one in map(json.loads, atlas.features(Query(layer)))}
    dates = {field.name for field in spec.fields if field.kind == "date"}  # QGIS makes dates of them
    for key, (values, shape) in result["rows"].items():
        truth = features[key]
        for name in set(truth["properties"]) - dates:
            value = truth["properties"][name]
            if isinstance(value, int | float):
                # A field that none of the first records has is text to QGIS 3.22.
                assert float(values[name]) == pytest.approx(value), (key, name)
            elif isinstance(value, str):
                assert values[name] == value, (key, name)
        assert (shape is None) == (truth["geometry"] is None)
        if shape is not None:
            wkbs, rest = shapely.from_wkb(shape), shapely.from_geojson(json.dumps(truth["geometry"]))
            assert shapely.equals_exact(shapely.normalize(wkbs), shapely.normalize(rest), 1e-9), key


@pytest.mark.parametrize("layer", [name for name, spec in COLLECTIONS.items() if spec.geometry])
def test_only_what_is_looked_at_is_asked_for(
    qgis: Any, recorder: tuple[str, Recorder], atlas: Atlas, layer: str
) -> None:
    box = shapely.box(*BOX)
    shapes = {one["id"]: one["geometry"] for one in map(json.loads, atlas.features(Query(layer)))}
    truth = [key for key, one in shapes.items() if one and shapely.from_geojson(json.dumps(one)).intersects(box)]
    assert qgis[layer]["inside"] == sorted(truth)
    boxes = [page["bbox"] for page in recorder[1].pages(layer) if "bbox" in page]
    assert boxes and all([float(side) for side in one.split(",")] == pytest.approx(BOX) for one in boxes)


@pytest.mark.parametrize("layer", FILTERS)
def test_a_filter_of_qgis_keeps_what_ours_keeps(qgis: Any, atlas: Atlas, layer: str) -> None:
    where = parse(FILTERS[layer].replace('"', ""), "cql2-text", layer)
    truth = sorted(one.id for one in atlas.find(Query(layer, where=where)).records)
    assert qgis[layer]["set"] and qgis[layer]["some"] == truth and truth

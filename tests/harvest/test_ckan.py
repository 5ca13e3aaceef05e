"""A portal with CKAN reads the catalogue: the real ckanext-dcat, over HTTP."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape

from geo.atlas import Atlas, open_atlases
from geo.ocop.collections import COLLECTIONS
from geo.settings import Settings
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.server import serving

HERE = Path(__file__).parent
PYTHON = HERE / ".venv" / "bin" / "python"
"""CKAN needs other releases of Flask than the service: it has an environment of its own."""
HARVEST = """
import json, sys, urllib.request
from ckanext.dcat.processors import RDFParser
parser = RDFParser()
with urllib.request.urlopen(sys.argv[1], timeout=60) as answer:
    parser.parse(answer.read().decode(), _format="xml")
print(json.dumps(list(parser.datasets())))
"""


@pytest.fixture(scope="module")
def datasets(built: Settings) -> Iterator[dict[str, Any]]:
    """The data sets that CKAN would store, by their layer."""
    assert PYTHON.exists(), "CKAN is not here: run `make test-setup`"
    source = open_atlases(built)
    with serving(create_app(built, source, templates=ROOT / "templates")) as address:
        done = subprocess.run(
            [str(PYTHON), "-c", HARVEST, f"{address}/catalog.rdf"],
            check=False, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    source.close()
    assert done.returncode == 0, done.stderr
    yield {extra(one, "identifier"): one for one in json.loads(done.stdout)}


def extra(dataset: Any, key: str) -> Any:
    """A value that CKAN keeps beside its own fields."""
    return next((row["value"] for row in dataset["extras"] if row["key"] == key), None)


def test_every_layer_is_a_data_set_with_its_files_described(datasets: dict[str, Any]) -> None:
    assert set(datasets) == set(COLLECTIONS)
    for layer, dataset in datasets.items():
        assert dataset["title"] and dataset["notes"] and dataset["tags"], layer
        assert len(dataset["resources"]) > 5
        assert [file["name"] for file in dataset["resources"] if not file["description"]] == []


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_every_place_is_read(datasets: dict[str, Any], real_atlas: Atlas, layer: str) -> None:
    box = real_atlas.bounds(layer) if COLLECTIONS[layer].geometry else None
    for key in ("spatial", "spatial_bbox"):
        text = extra(datasets[layer], key)
        assert (text is not None) == (box is not None), key
        if box is not None:
            assert shape(json.loads(text)).bounds == pytest.approx(tuple(box))

"""Every GeoJSON of ours by the letter of RFC 7946: a linter from npm reads it, and what that leaves out is checked here."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient

from geo.ocop.collections import COLLECTIONS
from tests.conftest import ROOT
from tests.ogc.conftest import Service

LINTER = ROOT / "tests" / "node" / "lint.mjs"


def linted(folder: Path, answers: dict[str, bytes]) -> dict[str, list[str]]:
    """What the linter says of each answer."""
    assert (LINTER.parent / "node_modules").is_dir(), "the linter is not here: run `make test-setup`"
    paths = {}
    for number, (name, body) in enumerate(answers.items()):
        path = folder / f"{number}.geojson"
        path.write_bytes(body)
        paths[str(path)] = name
    words = ["node", str(LINTER), *paths]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=LINTER.parent, timeout=120)
    return {paths[path]: output for path, output in json.loads(done.stdout).items()}


def answers(client: FlaskClient, layer: str) -> Iterator[tuple[str, bytes]]:
    """Every GeoJSON that a collection is answered in."""
    page = f"/collections/{layer}/items?limit=1000"
    first = client.get(page).get_json()["features"][0]["id"]
    for path in (page, f"/collections/{layer}/items/{first}", f"{page}&properties=name", f"/export/{layer}.geojson"):
        response = client.get(path)
        assert response.status_code in {200, 400}, response.text
        if response.status_code == 200:
            yield path, response.data
    yield f"{layer} by POST", client.post(f"/collections/{layer}/search", json={"limit": 10}).data
    for number, line in enumerate(client.get(f"/export/{layer}.geojsons").data.split(b"\x1e")[1:50]):
        yield f"record {number} of {layer}.geojsons", line


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_the_linter_finds_nothing_in_a_collection(service: Service, layer: str, tmp_path: Path) -> None:
    result = dict(answers(service.client, layer))
    assert len(result) > 4
    assert {name: output for name, output in linted(tmp_path, result).items() if output} == {}


def test_the_linter_finds_nothing_in_the_catalogue(service: Service, tmp_path: Path) -> None:
    paths = ("/catalogue/items", "/catalogue/items/products")
    assert set(map(len, linted(tmp_path, {path: service.client.get(path).data for path in paths}).values())) == {0}


def test_the_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    open_ring = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}
    bad = {"ring": open_ring, "type": {"type": "Punkt", "coordinates": [0, 0]}, "member": {"type": "FeatureCollection"}}
    assert all(linted(tmp_path, {name: json.dumps(one).encode() for name, one in bad.items()}).values())


def shapes(node: Any) -> Iterator[Any]:
    """The geometries of a FeatureCollection."""
    for feature in node["features"]:
        if feature["geometry"] is not None:
            yield shapely.from_geojson(json.dumps(feature["geometry"]))


@pytest.mark.parametrize("layer", [name for name, spec in COLLECTIONS.items() if spec.geometry == "MultiPolygon"])
def test_rings_follow_the_right_hand_rule(service: Service, layer: str) -> None:
    """RFC 7946, 3.1.6: exterior rings counterclockwise, holes clockwise. The linter does not look."""
    for path in (f"/collections/{layer}/items?limit=1000", f"/export/{layer}.geojson"):
        parts = shapely.get_parts(list(shapes(service.client.get(path).get_json(force=True))))
        assert len(parts) and all(part.exterior.is_ccw for part in parts), path
        assert not any(ring.is_ccw for part in parts for ring in part.interiors), path


def test_nothing_of_the_2008_draft_is_left(service: Service) -> None:
    """RFC 7946, 4: a `crs` member is no more; and positions have no more digits than a centimetre needs (11.2)."""
    for layer in ("products", "communes"):
        text = service.client.get(f"/collections/{layer}/items?limit=1000").text
        assert '"crs"' not in text
        positions = shapely.get_coordinates(list(shapes(json.loads(text))))
        assert (abs(positions * 1e7 - (positions * 1e7).round()) < 1e-3).all()

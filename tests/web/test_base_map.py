"""The base map over HTTP: small files that are cached for a year, and whose data they are on every map."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.basemap.ground import Ground, GroundSource, ShadeTile, write_ground
from geo.settings import Settings
from geo.web.application import create_app
from tests.basemap.test_ground import ORIGIN, small_world
from tests.conftest import ROOT
from tests.frozen import FixedSource

MOST_BYTES = 300_000


@pytest.fixture
def client(built: Settings, real_atlas: Atlas) -> FlaskClient:
    return create_app(built, FixedSource(real_atlas), templates=ROOT / "templates").test_client()


@pytest.fixture
def ground(built: Settings) -> Ground:
    current = GroundSource(built.basemap_dir)()
    assert current is not None
    return current


def html(client: FlaskClient, address: str) -> str:
    return client.get(address, headers={"Accept": "text/html"}).text


def view_of(page: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="view">(.*?)</script>', page, re.DOTALL)
    assert match
    view: dict[str, Any] = json.loads(match[1])
    return view


def addresses(terrain: dict[str, Any]) -> list[str]:
    return [
        terrain["urls"]["file"].format(band=band["zoom"], name=name)
        for band in terrain["bands"]
        for name, *_ in band["files"]
    ]


def test_the_map_names_its_files_which_are_small_and_cached_for_a_year(client: FlaskClient, ground: Ground) -> None:
    terrain = view_of(html(client, "/"))["terrain"]
    for address in addresses(terrain):
        assert ground.name in address
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200 and answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert len(gzip.decompress(answer.data)) < MOST_BYTES
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        assert plain.json == json.loads(gzip.decompress(answer.data)) and "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]
        again = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_the_first_view_costs_one_file(client: FlaskClient) -> None:
    terrain = view_of(html(client, "/"))["terrain"]
    first = terrain["bands"][0]
    assert first["zoom"] == 8 and len(first["files"]) == 1


def test_every_layer_that_is_drawn_has_a_style(client: FlaskClient, ground: Ground) -> None:
    terrain = view_of(html(client, "/"))["terrain"]
    rows = {(row["layer"], row["kind"]) for row in terrain["style"]["rows"]}
    for address in addresses(terrain):
        content = client.get(address).json
        for key in set(content) - {"o"}:
            assert {(key, feature["k"]) for feature in content[key]} <= rows
    symbols = {row["symbol"] for row in terrain["style"]["rows"] if "symbol" in row}
    assert symbols == set(terrain["style"]["symbols"])


@pytest.mark.parametrize("address", ["/", "/embed", "/about"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_say_whose_the_base_map_is(client: FlaskClient, ground: Ground, address: str, lang: str) -> None:
    page = html(client, f"{address}?lang={lang}")
    for notes in ground.layers:
        for origin in notes.origins:
            expected = origin.licence.partition(" / ")[0 if lang == "vi" else 2] or origin.licence
            assert (expected if address == "/about" else origin.attribution.of(lang)) in page


def test_a_saved_map_holds_the_same_files_and_their_sources(client: FlaskClient, ground: Ground) -> None:
    page = client.get("/save-map?layers=sites").text
    view = view_of(page)
    saved = view["terrain"]
    online = view_of(html(client, "/"))["terrain"]
    assert saved["style"] == online["style"] and saved["bands"] == online["bands"]
    for address in addresses(online):
        band, name = address.removesuffix(".json").split("/")[-2:]
        assert saved["files"][f"{band}/{name}"] == client.get(address).json
    assert all(origin.attribution.vi in page for notes in ground.layers for origin in notes.origins)
    assert view["with_terrain"] is True
    assert view_of(client.get("/save-map?layers=sites&terrain=off").text)["with_terrain"] is False


@pytest.mark.parametrize(
    "path", ["8/r9.json", "9/r.json", "8/..%2fmanifest.json", "hillshade/8/1/1.png", "../CURRENT", "8/r.json?x=1"]
)
def test_what_does_not_exist_is_refused(client: FlaskClient, ground: Ground, path: str) -> None:
    assert client.get(f"/base-map/{ground.name}/{path}").status_code in {400, 404}


def test_an_unknown_version_says_to_load_the_page_again(client: FlaskClient) -> None:
    answer = client.get("/base-map/ground-000000000000/8/r.json?lang=en", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and "Load the page again" in answer.json["description"]


def test_the_whole_is_downloaded_by_ranges(client: FlaskClient, ground: Ground) -> None:
    with client.get(f"/base-map/{ground.name}/layers.gpkg", headers={"Range": "bytes=0-15"}) as answer:
        assert answer.status_code == 206 and answer.data == b"SQLite format 3\x00"


def test_a_new_ground_is_served_without_a_restart(real_atlas: Atlas, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    client = create_app(settings, FixedSource(real_atlas), templates=ROOT / "templates").test_client()
    assert "terrain" not in view_of(html(client, "/"))
    source = GroundSource(settings.basemap_dir)
    origins = dict.fromkeys([*small_world(), "hillshade"], (ORIGIN,))
    shades = [ShadeTile(8, 201, 113, b"\x89PNG")]
    source.publish(write_ground(source.folder, small_world(), origins, maker="osm.pbf", hillshade=shades))
    terrain = view_of(html(client, "/"))["terrain"]
    assert (terrain["hillshade"]["from"], terrain["hillshade"]["to"]) == (8, 8)
    shade = client.get(terrain["urls"]["hillshade"].format(z=8, x=201, y=113))
    assert shade.status_code == 200 and shade.mimetype == "image/png"
    assert all(client.get(address).status_code == 200 for address in addresses(terrain))
    assert "Made-up data" in html(client, "/?lang=en")

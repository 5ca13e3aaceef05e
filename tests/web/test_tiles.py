"""OGC API - Tiles over HTTP: documents, tiles, how both may be kept, and what is refused."""

import gzip
import html
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.settings import Settings
from geo.views.tiles import tile
from geo.views.tiles.cache import CachedTile, TileCache
from geo.views.tiles.mvt import MEDIA_TYPE
from geo.views.tiles.tilesets import MATRIX_SET
from geo.web.application import create_app
from tests.conftest import ROOT
from tests.frames import world
from tests.frozen import VERSION, FixedSource, publish_atlas
from tests.ogc.requirement import requirement
from tests.views.hostile import IMG, hostile_atlas
from tests.web.conftest import application

AT = tile.tile_at(103.1, 21.1, 9)
TILE = f"{MATRIX_SET}/{AT.z}/{AT.row}/{AT.col}"
BETWEEN = tile.tile_at(103.2, 21.1, 16)
"""Between the products R1 and R3: within the limits of their tiles, with nothing in it."""
EMPTY = f"/collections/products/tiles/{MATRIX_SET}/{BETWEEN.z}/{BETWEEN.row}/{BETWEEN.col}"
ONE, ALL = f"/collections/products/tiles/{TILE}", f"/tiles/{TILE}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def client(small_atlas: Atlas, folder: Path) -> FlaskClient:
    return application(small_atlas, data_dir=folder).test_client()


def document(client: FlaskClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/json"), answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def links(body: dict[str, Any]) -> dict[str, str]:
    return {link["rel"].rpartition("/")[2]: link["href"].removeprefix("http://localhost") for link in body["links"]}


# --- documents ---------------------------------------------------------------------------------------


@requirement("tiles/tileset/tileset-description")
def test_the_matrix_set_is_the_registered_one(client: FlaskClient) -> None:
    (entry,) = document(client, "/tileMatrixSets")["tileMatrixSets"]
    assert entry["id"] == MATRIX_SET
    body = document(client, links(entry)["self"])
    assert [row["id"] for row in body["tileMatrices"]] == [str(zoom) for zoom in range(25)]
    first, last = body["tileMatrices"][0], body["tileMatrices"][24]
    # OGC 17-083r4, annex D.1
    assert first["scaleDenominator"] == pytest.approx(559_082_264.028717, rel=1e-12)
    assert first["cellSize"] == pytest.approx(156_543.033928041, rel=1e-12)
    assert last["scaleDenominator"] == pytest.approx(33.3238997476528, rel=1e-12)
    assert (last["matrixWidth"], last["matrixHeight"]) == (16_777_216, 16_777_216)
    assert first["pointOfOrigin"] == pytest.approx([-20_037_508.3427892, 20_037_508.3427892])


@requirement(
    "tiles/core/tc-op",
    "tiles/core/tc-success",
    "tiles/tileset/tileset-description",
    "tiles/tilesets-list/tileset-links",
)
@pytest.mark.parametrize("prefix", ["", "/collections/products", "/collections/communes"])
def test_from_a_list_to_a_tile_by_links_alone(client: FlaskClient, prefix: str) -> None:
    (entry,) = document(client, f"{prefix}/tiles")["tilesets"]
    assert links(entry)["self"] == f"{prefix}/tiles/{MATRIX_SET}"
    document(client, links(entry)["tiling-scheme"])
    body = document(client, links(entry)["self"])
    (template,) = (link for link in body["links"] if link["rel"] == "item")
    assert template["templated"] is True and template["type"] == MEDIA_TYPE
    assert (body["dataType"], body["tileMatrixSetURI"]) == ("vector", entry["tileMatrixSetURI"])
    document(client, links(body)["tiling-scheme"])
    limits = {row["tileMatrix"]: row for row in body["tileMatrixSetLimits"]}
    assert list(limits) == [str(zoom) for zoom in range(17)]
    assert body["tileMatrixSetLimits"] == entry["tileMatrixSetLimits"]
    assert body["tileMatrixSetId"] == entry["tileMatrixSetId"] == MATRIX_SET
    row = limits["9"]
    assert row["minTileRow"] <= AT.row <= row["maxTileRow"] and row["minTileCol"] <= AT.col <= row["maxTileCol"]
    item = links(body)["item"].format(tileMatrix=AT.z, tileRow=AT.row, tileCol=AT.col)
    answer = client.get(item)
    assert (answer.status_code, answer.content_type) == (200, MEDIA_TYPE)
    assert set(mapbox_vector_tile.decode(answer.data)) <= {layer["id"] for layer in body["layers"]}


@pytest.mark.parametrize("prefix", ["", "/collections/zones"])
def test_tilejson_names_every_layer_and_field_and_the_tile_in_its_order(client: FlaskClient, prefix: str) -> None:
    body = document(client, f"{prefix}/tiles/{MATRIX_SET}?f=tilejson")
    assert (body["tilejson"], body["scheme"], body["minzoom"], body["maxzoom"]) == ("3.0.0", "xyz", 0, 16)
    (template,) = body["tiles"]
    assert "/{z}/{y}/{x}?" in template
    address = template.removeprefix("http://localhost").format(z=AT.z, y=AT.row, x=AT.col)
    answer = client.get(address)
    assert "immutable" in answer.headers["Cache-Control"]
    described = {layer["id"]: layer["fields"] for layer in body["vector_layers"]}
    for name, layer in mapbox_vector_tile.decode(answer.data).items():
        for feature in layer["features"]:
            for key, value in feature["properties"].items():
                assert described[name][key] == ("String" if isinstance(value, str) else "Number")
    west, south, east, north = body["bounds"]
    assert west < 103.1 < east and south < 21.1 < north


@requirement("tiles/dataset-tilesets/operation")
def test_the_tile_of_all_layers_holds_them_all(client: FlaskClient) -> None:
    together = mapbox_vector_tile.decode(client.get(ALL).data)
    assert {"products", "zones", "sites", "communes", "districts", "province"} <= set(together)
    for layer in together:
        alone = client.get(f"/collections/{layer}/tiles/{TILE}")
        assert mapbox_vector_tile.decode(alone.data)[layer] == together[layer]


@requirement("tiles/geodata-tilesets/operation")
@pytest.mark.parametrize("layer", [name for name, spec in COLLECTIONS.items() if spec.geometry])
def test_every_layer_with_places_has_tiles(client: FlaskClient, layer: str) -> None:
    assert document(client, f"/collections/{layer}/tiles/{MATRIX_SET}")["layers"][0]["id"] == layer
    assert client.get(f"/collections/{layer}/tiles/{TILE}").status_code in {200, 204}


# --- tiles -------------------------------------------------------------------------------------------


def test_a_tile_says_how_much_of_what_it_shows(client: FlaskClient) -> None:
    assert client.get(ONE).headers["X-Tile-Features"] == "2/2"
    nothing = client.get(EMPTY)
    assert (nothing.status_code, nothing.data, nothing.headers["X-Tile-Features"]) == (204, b"", "0/0")
    assert nothing.headers["ETag"]


@pytest.mark.parametrize("path", [ONE, ALL, EMPTY])
@pytest.mark.parametrize("coding", ["", "gzip", "br, gzip", "gzip;q=0"])
def test_a_tile_is_not_sent_again_to_a_caller_that_holds_it(client: FlaskClient, path: str, coding: str) -> None:
    request_headers = {"Accept-Encoding": coding}
    first = client.get(path, headers=request_headers)
    again = client.get(path, headers={**request_headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert not first.headers["ETag"].startswith("W/")
    assert "Accept-Encoding" in first.headers["Vary"] and "Accept-Encoding" in again.headers["Vary"]
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"]
    assert first.headers["Cache-Control"].startswith("public, max-age=60,")
    head = client.head(path, headers=request_headers)
    assert (head.status_code, head.data, head.headers["ETag"]) == (first.status_code, b"", first.headers["ETag"])
    assert head.headers["X-Tile-Features"] == first.headers["X-Tile-Features"]


def test_a_tile_is_the_same_compressed_and_plain_under_two_tags(client: FlaskClient) -> None:
    packed = client.get(ALL, headers={"Accept-Encoding": "gzip"})
    plain = client.get(ALL)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_pages_of_other_sites_may_read_tiles(client: FlaskClient) -> None:
    for path in ("/tiles", f"/tiles/{MATRIX_SET}", ALL, ONE, f"/tiles/{MATRIX_SET}/1/9/9"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Tile-Features" in client.get(ALL).headers["Access-Control-Expose-Headers"]
    assert "X-Request-ID" in client.get(f"/tiles/{MATRIX_SET}/1/9/9").headers["Access-Control-Expose-Headers"]


@requirement("tiles/core/tc-error")
@pytest.mark.parametrize("prefix", ["", "/collections/products", "/collections/zones"])
def test_the_limits_of_a_tileset_hold_all_its_tiles_and_no_others(client: FlaskClient, prefix: str) -> None:
    (entry,) = document(client, f"{prefix}/tiles")["tilesets"]
    for limits in entry["tileMatrixSetLimits"][:13:4]:
        zoom, rows = int(limits["tileMatrix"]), (limits["minTileRow"], limits["maxTileRow"])
        cols = (limits["minTileCol"], limits["maxTileCol"])
        for row in range(max(rows[0] - 1, 0), min(rows[1] + 2, 2**zoom)):
            for col in range(max(cols[0] - 1, 0), min(cols[1] + 2, 2**zoom)):
                answer = client.get(f"{prefix}/tiles/{MATRIX_SET}/{zoom}/{row}/{col}?lang=en")
                is_inside = rows[0] <= row <= rows[1] and cols[0] <= col <= cols[1]
                assert (answer.status_code != 404) == is_inside, (zoom, row, col)
                assert is_inside or "limits" in answer.get_json()["detail"]


# --- refusals ----------------------------------------------------------------------------------------


@requirement("tiles/core/tc-error")
@pytest.mark.parametrize(
    "path",
    [
        f"/tiles/{MATRIX_SET}/17/0/0",
        f"/tiles/{MATRIX_SET}/9/0/0",
        f"/collections/products/tiles/{MATRIX_SET}/9/0/0",
        f"/tiles/{MATRIX_SET}/1/2/0",
        f"/tiles/{MATRIX_SET}/1/0/2",
        f"/tiles/{MATRIX_SET}/-1/0/0",
        f"/tiles/{MATRIX_SET}/a/0/0",
        f"/tiles/{MATRIX_SET}/1/0/0.5",
        f"/tiles/{MATRIX_SET}/1/0/{'9' * 500}",
        f"/tiles/{MATRIX_SET}/1/0/%D9%A0",
        "/tiles/WorldCRS84Quad/1/0/0",
        "/tiles/WorldCRS84Quad",
        "/tileMatrixSets/x",
        f"/collections/nowhere/tiles/{TILE}",
        "/collections/nowhere/tiles",
        f"/collections/sources/tiles/{TILE}",
        "/collections/sources/tiles",
    ],
)
def test_what_does_not_exist_is_told_in_json(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.get_json()["code"] == "NotFound" and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/tiles", f"/tiles/{MATRIX_SET}", ALL, ONE, "/tileMatrixSets", f"/tileMatrixSets/{MATRIX_SET}"]
)
def test_unknown_parameters_are_refused_in_json(client: FlaskClient, path: str) -> None:
    for query in ("stars=3", "f=png", "V=1"):
        answer = client.get(f"{path}?{query}")
        assert (answer.status_code, answer.get_json()["code"]) == (400, "BadQuery"), query
    assert client.get(f"{path}?lang=en").status_code == 200


def test_the_landing_page_leads_to_tilesets_and_to_what_they_are_cut_by(client: FlaskClient) -> None:
    """By the relations of OGC API - Tiles: without the second, other clients take a layer with tiles for broken."""
    named = {link["rel"].rpartition("/")[2]: link["href"] for link in document(client, "/?f=json")["links"]}
    assert document(client, named["tilesets-vector"])["tilesets"]
    assert document(client, named["tiling-schemes"])["tileMatrixSets"]


def test_tiles_are_only_read(client: FlaskClient) -> None:
    assert client.post(ALL).status_code == 405
    assert client.get(f"{ALL}?f=mvt", headers={"Accept": "image/png"}).status_code == 200


def test_hostile_names_stay_words(tmp_path: Path) -> None:
    with hostile_atlas(tmp_path) as atlas:
        caller = application(atlas, data_dir=tmp_path / "var").test_client()
        result = mapbox_vector_tile.decode(caller.get(ALL).data)
        assert IMG in {feature["properties"]["title"] for feature in result["products"]["features"]}
        credit = document(caller, f"/tiles/{MATRIX_SET}?f=tilejson")["attribution"]
    # Viewers put it into a page as it is.
    assert credit == html.escape("Nguồn: Sở Nông nghiệp & Môi trường")


# --- what is kept ------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The tiles that were made, not taken from the cache."""
    calls: list[str] = []
    make = tile.make

    def noted(atlas: Atlas, layers: Any, at: tile.Address) -> tile.Tile:
        calls.append(f"{at.z}/{at.row}/{at.col}")
        return make(atlas, layers, at)

    monkeypatch.setattr(tile, "make", noted)
    yield calls


def versioned(folder: Path, number: int, digest: str, *, name: str = "") -> Atlas:
    frames = world()
    frames["products"].loc[0, "name"] = name or f"Mật ong {number}"
    return publish_atlas(frames, folder, version=VERSION._replace(number=number, digest=digest * 64))


def test_a_tile_is_made_once_also_by_another_process(
    client: FlaskClient, small_atlas: Atlas, folder: Path, counted: list[str]
) -> None:
    first, second = client.get(ALL), client.get(f"{ALL}?v=1")
    restarted = application(small_atlas, data_dir=folder).test_client().get(ALL)
    assert first.data == second.data == restarted.data
    assert len(counted) == 1


def test_a_new_version_has_new_tiles_and_the_old_ones_go(tmp_path: Path, counted: list[str]) -> None:
    folder = tmp_path / "var"
    with versioned(tmp_path, 1, "a") as old, versioned(tmp_path, 2, "b") as new:
        source = FixedSource(old)
        client = create_app(Settings(data_dir=folder), source, templates=ROOT / "templates").test_client()
        first = client.get(ONE)
        source.current = new
        second = client.get(ONE)
    names = [
        {f["properties"]["title"] for f in mapbox_vector_tile.decode(a.data)["products"]["features"]}
        for a in (first, second)
    ]
    assert "Mật ong 1" in names[0] and "Mật ong 2" in names[1]
    assert first.headers["ETag"] != second.headers["ETag"]
    assert {path.name.partition(".")[0] for path in (folder / "tiles").glob("*.sqlite*")} == {new.key}
    assert [path.name.startswith(new.key) for path in (folder / "tiles" / "layers").iterdir()] == [True]


def test_a_version_that_is_frozen_anew_has_its_own_tiles(tmp_path: Path, counted: list[str]) -> None:
    for name in ("Mật ong rừng", "Mật ong nhà"):
        with versioned(tmp_path, 1, "a", name=name) as atlas:
            answer = application(atlas, data_dir=tmp_path / "var").test_client().get(ONE)
        assert name in str(mapbox_vector_tile.decode(answer.data))


@pytest.mark.parametrize("damage", [b"", b"no database" * 1000])
def test_a_damaged_cache_is_begun_again(
    client: FlaskClient, small_atlas: Atlas, folder: Path, damage: bytes, counted: list[str]
) -> None:
    (folder / "tiles").mkdir(parents=True)
    (folder / "tiles" / f"{small_atlas.key}.sqlite").write_bytes(damage)
    # Asked under three addresses, which the memory of answers does not know to be one.
    assert {client.get(f"{ALL}?v={n}").status_code for n in range(3)} == {200}
    assert client.get(ALL).data and len(counted) <= 2


def test_without_a_place_for_the_cache_tiles_are_served_all_the_same(
    small_atlas: Atlas, tmp_path: Path, counted: list[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    caller = application(small_atlas, data_dir=blocked).test_client()
    assert [caller.get(f"{ALL}?v={n}").status_code for n in range(2)] == [200, 200]
    assert len(counted) == 2


def test_nothing_is_kept_of_tiles_where_nothing_lies(client: FlaskClient, small_atlas: Atlas, folder: Path) -> None:
    for col in range(15):
        assert client.get(EMPTY.replace(f"/{BETWEEN.col}", f"/{BETWEEN.col - 10 + col}")).status_code == 204
    path = folder / "tiles" / f"{small_atlas.key}.sqlite"
    assert sqlite3.connect(path).execute("SELECT count(*) FROM tile").fetchone() == (0,)


def test_a_thread_that_turns_to_another_atlas_leaves_the_connections_of_others(tmp_path: Path) -> None:
    """Between finding that its connection is the right one and using it, a thread may be interrupted by another."""
    cache, key, tile = TileCache(tmp_path, max_bytes=2_000_000), ("zones", 8, 1, 1), CachedTile(b"x", 1, 1)
    cache.put("a", "stamp", key, tile)
    own = cache._local.__dict__.copy()

    def turn() -> None:
        cache.put("b", "stamp", key, tile)
        cache.close()

    other = threading.Thread(target=turn)
    other.start()
    other.join()
    assert cache._local.__dict__ == own and own["database"].execute("SELECT 1").fetchone() == (1,)


def test_the_cache_stays_within_its_bound(small_atlas: Atlas, tmp_path: Path) -> None:
    bound = 2_000_000
    cache = TileCache(tmp_path, max_bytes=bound)
    for number in range(400):
        cache.put(small_atlas.key, "s", ("x", 0, 0, number), CachedTile(bytes(20_000), 1, 1))
        assert sum(path.stat().st_size for path in tmp_path.glob("*.sqlite")) <= bound
    assert cache.get(small_atlas.key, "s", ("x", 0, 0, 399)) == CachedTile(bytes(20_000), 1, 1)
    assert cache.get(small_atlas.key, "s", ("x", 0, 0, 0)) is None
    assert cache.get(small_atlas.key, "other", ("x", 0, 0, 399)) is None
    cache.close()


def _work(folder: str, atlas: str, seed: int) -> int:
    cache, good = TileCache(Path(folder), max_bytes=2_000_000), 0
    for number in range(80):
        body = bytes([seed]) * 5_000
        cache.put(atlas, "s", ("x", seed, 0, number), CachedTile(body, seed, number))
        entry = cache.get(atlas, "s", ("x", seed, 0, number))
        good += entry == CachedTile(body, seed, number)
    return good


def test_several_processes_share_a_cache(small_atlas: Atlas, tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        good = pool.starmap(_work, [(str(tmp_path), small_atlas.key, seed) for seed in range(3)])
    assert good == [80] * 3

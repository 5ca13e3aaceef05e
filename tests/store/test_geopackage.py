"""The GeoPackage engine of the store: its file as GDAL and QGIS see it, its spatial index, and what may befall it."""

import json
import shutil
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import fiona
import geopandas as gpd
import pyogrio
import pytest
import shapely
from shapely import MultiPolygon, Point, box

from geo.crs import STORE_CRS
from geo.errors import BadSource, Conflict
from geo.ocop.layers import LAYERS
from geo.report import Issue, Report
from geo.store.geopackage import GeoPackageStore
from tests.frames import compare, frame, world
from tests.store.conftest import Publish, publisher
from tests.worlds import records


@pytest.fixture
def store(tmp_path: Path) -> GeoPackageStore:
    """An empty store of its own."""
    return GeoPackageStore(tmp_path / "var" / "store.gpkg", create=True)


@pytest.fixture
def publish(store: GeoPackageStore) -> Publish:
    """Publish the small province, or other frames, to the store."""
    return publisher(store)


@pytest.fixture
def file(store: GeoPackageStore, publish: Publish) -> Path:
    """The file of a store that holds the small province."""
    publish()
    return store.path


@pytest.fixture
def sql(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else to that file."""
    with closing(sqlite3.connect(file)) as connection:
        yield connection


def test_gdal_lists_the_layers_and_nothing_of_the_stores_own(file: Path) -> None:
    kinds = dict(pyogrio.list_layers(file))
    expected = {"Point": "Point", "MultiPolygon": "MultiPolygon", None: None}
    assert kinds == {name: expected[spec.geometry] for name, spec in LAYERS.items()}
    assert set(fiona.listlayers(file)) == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS)
def test_gdal_reads_each_layer_as_it_was_published(file: Path, layer: str) -> None:
    spec, meant = LAYERS[layer], world()[layer]
    read = pyogrio.read_dataframe(file, layer=layer)
    assert len(read) == len(meant)
    assert list(read.columns.drop("geometry", errors="ignore")) == [field.name for field in spec.fields]
    assert read[spec.key].tolist() == sorted(meant[spec.key].tolist())
    if spec.geometry is not None:
        assert read.crs == "EPSG:4326"
        for ours, theirs in zip(read.geometry, meant.geometry, strict=True):
            assert (ours is None and theirs is None) or ours.equals(theirs)


def test_names_keep_their_diacritics_and_types_are_typed(file: Path) -> None:
    products = gpd.read_file(file, layer="products", engine="fiona")
    assert products["name"].tolist()[:2] == ["Mật ong Hoa Ban", "Chè Shan tuyết"]
    with fiona.open(file, layer="zones") as zones:
        assert zones.schema["properties"]["area_ha"] == "float"
        assert zones.schema["properties"]["households"] == "int"
        assert zones.crs.to_epsg() == 4326


def test_ogrinfo_opens_it_without_a_word_of_complaint(file: Path) -> None:
    done = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-so", str(file)], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stderr == ""
    assert "Sản phẩm OCOP" in done.stdout and "Feature Count: 3" in done.stdout and 'ID["EPSG",4326]]' in done.stdout


def test_gdal_finds_records_by_the_spatial_index(file: Path) -> None:
    assert pyogrio.read_info(file, layer="products")["capabilities"]["fast_spatial_filter"]
    frames = pyogrio.read_dataframe(file, layer="products", bbox=(103.25, 21.0, 103.4, 21.2))
    assert frames["product_id"].tolist() == ["R3"]


def test_the_header_says_geopackage(sql: sqlite3.Connection) -> None:
    [(application,)] = sql.execute("PRAGMA application_id")
    assert struct.pack(">i", application) == b"GPKG"
    assert sql.execute("PRAGMA user_version").fetchone() == (10300,)
    assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sql.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_reference_systems_that_the_standard_asks_for_are_there(sql: sqlite3.Connection) -> None:
    rows = dict(sql.execute("SELECT srs_id, organization FROM gpkg_spatial_ref_sys"))
    assert rows == {-1: "NONE", 0: "NONE", 4326: "EPSG", 9205: "EPSG"}


def test_each_layer_is_registered_with_its_vietnamese_name_and_its_box(sql: sqlite3.Connection) -> None:
    rows = {
        row[0]: row[1:]
        for row in sql.execute("SELECT table_name, data_type, identifier, min_x, max_y FROM gpkg_contents")
    }
    assert {name: row[:2] for name, row in rows.items()} == {
        name: ("features" if spec.geometry else "attributes", spec.label.vi) for name, spec in LAYERS.items()
    }
    assert rows["communes"][2:] == (103.0, 21.2) and rows["outlines_2009"][2:] == (None, None)


def test_the_index_holds_what_has_a_place_and_nothing_else(sql: sqlite3.Connection) -> None:
    rows = sql.execute("SELECT product_id FROM products JOIN rtree_products_geom ON id = fid ORDER BY 1").fetchall()
    assert rows == [("R1",), ("R3",)]
    assert sql.execute("SELECT count(*) FROM gpkg_extensions").fetchone() == (
        sum(spec.geometry is not None for spec in LAYERS.values()),
    )


def test_the_index_follows_the_records_of_the_next_version(
    store: GeoPackageStore, publish: Publish, file: Path
) -> None:
    publish(world() | {"products": frame("products", *records("products", at=Point(103.01, 21.01)))})
    frames = pyogrio.read_dataframe(file, layer="products", bbox=(103.0, 21.0, 103.02, 21.02))
    assert frames["product_id"].tolist() == ["R1"]
    publish(world() | {"products": frame("products")})
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM rtree_products_geom").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM gpkg_extensions").fetchone() == (
            sum(spec.geometry is not None for spec in LAYERS.values()),
        )


def editing(file: Path) -> sqlite3.Connection:
    """A connection with the functions that QGIS and GDAL bring to the triggers."""
    connection = sqlite3.connect(file)

    def side(place: int):  # type: ignore[no-untyped-def]
        return lambda blob: struct.unpack_from("<4d", blob, 8)[place]

    connection.create_function("ST_IsEmpty", 1, lambda blob: blob is None or bool(blob[3] & 0b10000))
    for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, side(place))
    return connection


def test_the_triggers_keep_the_index_right_for_whoever_edits_a_copy(file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path / "copy.gpkg"))
    with closing(editing(copy)) as connection:
        geom = connection.execute("SELECT geom FROM sites WHERE site_id = 'H2'").fetchone()[0]
        boxes = "SELECT id FROM rtree_sites_geom ORDER BY id"
        connection.execute("UPDATE sites SET geom = NULL WHERE site_id = 'H1'")
        assert connection.execute(boxes).fetchall() == [(2,)]
        connection.execute("UPDATE sites SET geom = ? WHERE site_id = 'H1'", (geom,))
        connection.execute("INSERT INTO sites (geom, site_id) VALUES (?, 'H3')", (geom,))
        assert connection.execute(boxes).fetchall() == [(1,), (2,), (3,)]
        connection.execute("UPDATE sites SET fid = 9 WHERE site_id = 'H3'")
        connection.execute("DELETE FROM sites WHERE site_id = 'H2'")
        assert connection.execute(boxes).fetchall() == [(1,), (9,)]
        connection.execute("UPDATE sites SET fid = 10, geom = NULL WHERE site_id = 'H3'")
        assert connection.execute(boxes).fetchall() == [(1,)]


def test_gdal_can_edit_a_copy(file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path / "copy.gpkg"))
    more = gpd.GeoDataFrame(
        {"site_id": ["H9"], "name": ["Suối khoáng Hua Pe"]}, geometry=[Point(103.02, 21.02)], crs=4326
    )
    pyogrio.write_dataframe(more, copy, layer="sites", append=True)
    frames = pyogrio.read_dataframe(copy, layer="sites", bbox=(103.0, 21.0, 103.05, 21.05))
    assert frames["site_id"].tolist() == ["H9"]


def test_a_geometry_is_stored_with_its_envelope(sql: sqlite3.Connection) -> None:
    [(blob,)] = sql.execute("SELECT geom FROM communes WHERE code = '00001'")
    assert blob[:2] == b"GP" and blob[3] == 0b11 and struct.unpack_from("<i", blob, 4) == (4326,)
    assert struct.unpack_from("<4d", blob, 8) == (103.0, 103.2, 21.0, 21.2)
    assert shapely.from_wkb(blob[40:]).equals(box(103.0, 21.0, 103.2, 21.2))


def test_an_empty_geometry_is_stored_as_one(store: GeoPackageStore, publish: Publish, file: Path) -> None:
    publish(world() | {"zones": frame("zones", *records("zones", at=MultiPolygon()))})
    assert pyogrio.read_dataframe(file, layer="zones").geometry[0].is_empty
    assert store.frames()["zones"].geometry[0].is_empty


def test_layers_without_a_difference_are_not_written_again(
    store: GeoPackageStore, publish: Publish, sql: sqlite3.Connection
) -> None:
    stamp = "UPDATE gpkg_contents SET last_change = '2020-01-01T00:00:00.000Z'"
    sql.execute(stamp)
    sql.commit()
    publish(world() | {"products": frame("products", *records("products", stars=5))})
    changed = sql.execute("SELECT table_name FROM gpkg_contents WHERE last_change NOT LIKE '2020%'").fetchall()
    assert changed == [("products",)]


def test_a_table_of_columns_that_are_no_longer_declared_is_made_anew(publish: Publish, sql: sqlite3.Connection) -> None:
    sql.execute("ALTER TABLE sites ADD COLUMN colour TEXT")
    sql.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('roads', 'attributes')")
    sql.execute("CREATE TABLE roads (fid INTEGER PRIMARY KEY)")
    sql.commit()
    publish(world() | {"products": frame("products", *records("products", stars=5))})
    assert "colour" not in [row[1] for row in sql.execute("PRAGMA table_info(sites)")]
    assert sql.execute("SELECT name FROM sqlite_master WHERE name = 'roads'").fetchall() == []


def test_a_report_that_version_0_1_0_stored_is_read(store: GeoPackageStore, sql: sqlite3.Connection) -> None:
    message = {"vi": "thừa ô", "en": "too many cells"}
    issue = {"layer": "sites", "record": "row 12", "field": None, "kind": "ragged_row", "value": "", "message": message}
    old = {"issues": [{**issue, "severity": "warning", "remedy": message}], "changes": []}
    sql.execute("DROP TABLE geo_seal")  # which version 0.1.0 did not have
    sql.execute("UPDATE geo_version SET report = ?", (json.dumps(old),))
    sql.commit()
    assert store.report(1) == Report([Issue.of("sites", "ragged_row", *message.values(), row=12)])


def test_the_log_of_a_published_report_is_readable_by_hand(store: GeoPackageStore, sql: sqlite3.Connection) -> None:
    [(who, report)] = sql.execute("SELECT who, report FROM geo_version")
    assert who == "lan" and Report.from_json(json.loads(report)) == store.report(1)
    text = sql.execute("SELECT properties FROM geo_log WHERE layer = 'sites' AND id = 'H1'").fetchone()[0]
    assert "Đồi A1" in text


def test_a_layer_that_is_not_given_has_an_empty_table(publish: Publish, sql: sqlite3.Connection) -> None:
    publish({name: rows for name, rows in world().items() if name != "zones"})
    assert sql.execute("SELECT count(*) FROM zones").fetchone() == (0,)


def test_a_writer_that_finds_another_at_work_is_told_to_come_back(store: GeoPackageStore, publish: Publish) -> None:
    publish()
    hasty = GeoPackageStore(store.path, wait_s=0.05)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict, match="Try again"):
            hasty.restore(1, who="x", why="y")
        assert hasty.current() == store.current()


def test_a_file_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "other.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE trees (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(BadSource, match="not a store"):
        GeoPackageStore(path, create=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "store.gpkg"
    path.write_bytes(data)
    with pytest.raises(BadSource, match="backup"):
        GeoPackageStore(path, create=True)
    assert path.read_bytes() == data


def test_opening_a_store_does_not_wait_for_its_writer(store: GeoPackageStore, publish: Publish) -> None:
    publish()
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert GeoPackageStore(store.path, wait_s=0).current() == store.current()


@pytest.mark.parametrize("layer", [name for name in LAYERS if len(world()[name])])
def test_a_file_that_is_written_and_read_again_has_no_difference(tmp_path: Path, layer: str) -> None:
    spec, rows = LAYERS[layer], world()[layer]
    store = GeoPackageStore(tmp_path / "other.gpkg", create=True)
    store.publish({layer: rows}, who="", why="", metadata={}, report=Report())
    read = pyogrio.read_dataframe(store.path, layer=layer)
    if spec.geometry is None:
        read = gpd.GeoDataFrame(read, geometry=gpd.GeoSeries([None] * len(read), crs=STORE_CRS))
    assert compare(spec, rows, read.to_crs(STORE_CRS)) == []

"""GeoParquet, FlatGeobuf and GeoJSONSeq have the data of the atlas, read back by other software."""

import io
import json
import os
import sqlite3
import subprocess
import sys
import unicodedata
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from pyogrio.errors import DataSourceError
from shapely.geometry import shape

from geo.atlas import Atlas, Query
from geo.errors import GeoError
from geo.ocop.collections import COLLECTIONS
from geo.views.export import job, parquet, vector
from geo.views.export.download import write_export
from geo.views.formats import FORMATS
from geo.vn2000.systems import HOME, Reading
from tests.shipped import count_of
from tests.views.export_files import by_pyogrio, export_layer, truth
from tests.views.hostile import IMG, SCRIPT, STORY, TEMPLATE, hostile_atlas

NEW = ("parquet", "fgb", "jsonfg", "geojsonseq")
ROOT = Path(__file__).resolve().parents[2]


# --- GeoParquet -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [name for name, spec in COLLECTIONS.items() if spec.geometry])
def test_geopandas_reads_from_parquet_what_the_atlas_holds(real_atlas: Atlas, tmp_path: Path, layer: str) -> None:
    path = tmp_path / "layer.parquet"
    path.write_bytes(export_layer(real_atlas, layer, "parquet"))
    frame, expected = gpd.read_parquet(path), truth(real_atlas, layer)
    assert frame.crs.to_string() == "OGC:CRS84"
    key = COLLECTIONS[layer].key
    assert list(frame[key]) == list(expected)
    for row in frame.to_dict("records"):
        feature = expected[row[key]]
        for name, value in feature["properties"].items():
            cell = row[name]
            assert pd.isna(cell) if value is None else cell == value, (name, cell, value)
        place = None if feature["geometry"] is None else shape(feature["geometry"])
        assert (row["geometry"] is None) == (place is None)
        assert place is None or place.equals_exact(row["geometry"], 0)


def test_parquet_says_what_geoparquet_asks(real_atlas: Atlas) -> None:
    meta = pq.read_metadata(io.BytesIO(export_layer(real_atlas, "zones", "parquet"))).metadata
    geo = json.loads(meta[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0" and geo["primary_column"] == "geometry"
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiPolygon"])
    assert column["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    assert column["covering"]["bbox"] == {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    box = real_atlas.bounds("zones")
    assert box is not None and np.allclose(column["bbox"], box, atol=1e-9)
    assert "CC BY 4.0" in meta[b"licence"].decode() and meta[b"version"] == b"1"
    assert meta[b"title"].decode() == "Vùng nguyên liệu" and meta[b"attribution_en"]


@pytest.mark.parametrize("crs", [None, "EPSG:9205"])
def test_parquet_rings_turn_as_its_metadata_says(real_atlas: Atlas, crs: str | None) -> None:
    file = io.BytesIO(export_layer(real_atlas, "communes", "parquet", crs=crs))
    geo = json.loads(pq.read_metadata(file).metadata[b"geo"])
    assert geo["columns"]["geometry"]["orientation"] == "counterclockwise"
    for polygon in gpd.read_parquet(file).geometry.explode():
        assert polygon.exterior.is_ccw and not any(hole.is_ccw for hole in polygon.interiors)


def test_parquet_goes_out_in_row_groups(hostile: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "BATCH", 3)
    assert pq.read_metadata(io.BytesIO(export_layer(hostile, "products", "parquet"))).num_row_groups == 1
    monkeypatch.setattr(parquet, "_GROUP_BYTES", 1)
    file = pq.ParquetFile(io.BytesIO(export_layer(hostile, "products", "parquet")))
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [3, 1]
    assert file.read().column("product_id").to_pylist() == ["R01", "R02", "R03", "R04"]


def test_parquet_has_no_box_for_what_has_no_place(hostile: Atlas) -> None:
    rows = pq.read_table(io.BytesIO(export_layer(hostile, "zones", "parquet"))).to_pylist()
    assert rows[0]["bbox"] == {"xmin": 103.0, "ymin": 21.0, "xmax": 103.4, "ymax": 21.2}
    assert rows[1]["bbox"] is None and rows[1]["geometry"] is None
    out = io.BytesIO()
    assert write_export(hostile, Query("zones", place="unplaced"), "parquet", out) == 1
    column = json.loads(pq.read_metadata(out).metadata[b"geo"])["columns"]["geometry"]
    assert "bbox" not in column and column["geometry_types"] == ["MultiPolygon"]
    assert list(gpd.read_parquet(out).geometry) == [None]


def test_a_box_reads_only_what_lies_in_it(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "sites.parquet"
    path.write_bytes(export_layer(real_atlas, "sites", "parquet"))
    box = (102.93, 21.33, 103.07, 21.47)
    frame = gpd.read_parquet(path, bbox=box)
    area = shapely.box(*box)
    ids = [
        key
        for key, one in truth(real_atlas, "sites").items()
        if one["geometry"] and shape(one["geometry"]).intersects(area)
    ]
    assert list(frame["site_id"]) == ids and ids


def test_a_table_without_places_is_plain_parquet(real_atlas: Atlas) -> None:
    file = io.BytesIO(export_layer(real_atlas, "sources", "parquet"))
    assert b"geo" not in (pq.read_metadata(file).metadata or {})
    assert len(pd.read_parquet(file)) == real_atlas.count(Query("sources"))


# --- FlatGeobuf -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["products", "zones", "links", "sources"])
def test_gdal_reads_from_flatgeobuf_what_the_atlas_holds(real_atlas: Atlas, tmp_path: Path, layer: str) -> None:
    path = tmp_path / "layer.fgb"
    path.write_bytes(export_layer(real_atlas, layer, "fgb"))
    converted_path = tmp_path / "read.geojson"
    subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", str(converted_path), str(path), "-lco", "COORDINATE_PRECISION=15"], check=True
    )
    expected, key = truth(real_atlas, layer), COLLECTIONS[layer].key
    features = json.loads(converted_path.read_text(encoding="utf-8"))["features"]
    assert {one["properties"][key] for one in features} == set(expected)
    for one in features:
        feature = expected[one["properties"][key]]
        # FlatGeobuf leaves out null values.
        assert dict.fromkeys(feature["properties"]) | one["properties"] == feature["properties"]
        assert (one["geometry"] is None) == (feature["geometry"] is None)
        assert feature["geometry"] is None or shape(one["geometry"]).equals_exact(shape(feature["geometry"]), 0)


def test_a_box_is_found_by_the_index_where_every_record_has_a_place(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "communes.fgb"
    path.write_bytes(export_layer(real_atlas, "communes", "fgb"))
    output = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", "-spat", "102.93", "21.33", "103.07", "21.47", str(path)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    area = shapely.box(102.93, 21.33, 103.07, 21.47)
    count = sum(shape(one["geometry"]).intersects(area) for one in truth(real_atlas, "communes").values())
    assert f"Feature Count: {count}" in output
    assert path.read_bytes()[:4] == b"fgb\x03"


def test_flatgeobuf_carries_the_notice(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "zones.fgb"
    path.write_bytes(export_layer(real_atlas, "zones", "fgb", lang="en"))
    code = "import sys, json, pyogrio; print(json.dumps(pyogrio.read_info(sys.argv[1])['layer_metadata']))"
    process = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    metadata = json.loads(process.stdout)
    assert metadata["TITLE"] == "Raw-material zones"
    assert "Data: the public sources" in metadata["DESCRIPTION"] and "CC BY 4.0" in metadata["DESCRIPTION"]
    assert f"v1 ({real_atlas.version.published_at})" in metadata["DESCRIPTION"]


# --- in the state's system --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["parquet", "fgb"])
def test_files_in_the_states_system_are_east_before_north(real_atlas: Atlas, tmp_path: Path, key: str) -> None:
    path = tmp_path / f"sites.{FORMATS[key].extension}"
    path.write_bytes(export_layer(real_atlas, "sites", key, crs="EPSG:9205"))
    frame = gpd.read_parquet(path) if key == "parquet" else gpd.read_file(path)
    assert frame.crs.to_epsg() == 9205
    shapes = {one: shape(f["geometry"]) for one, f in truth(real_atlas, "sites").items() if f["geometry"]}
    for row in frame[frame.geometry.notna()].to_dict("records"):
        here = shapes[row["site_id"]]
        east, north = Reading(HOME).from_lnglat(np.array([here.x]), np.array([here.y]))
        assert abs(row["geometry"].x - east[0]) < 1e-3 and abs(row["geometry"].y - north[0]) < 1e-3


@pytest.mark.parametrize("key", ["parquet", "fgb", "gpkg", "shp", "jsonfg"])
def test_a_place_that_a_system_cannot_hold_is_our_own_error(
    real_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(Reading, "from_lnglat", lambda _, lng, lat: (np.full(len(lng), np.inf), lat))
    with pytest.raises(GeoError, match="have no coordinates in EPSG:9205"):
        write_export(real_atlas, Query("sites"), key, io.BytesIO(), crs="EPSG:9205")


# --- GeoJSONSeq -------------------------------------------------------------------------------------------


def test_a_sequence_is_one_text_a_record(real_atlas: Atlas, tmp_path: Path) -> None:
    body = export_layer(real_atlas, "products", "geojsonseq")
    parts = body.split(b"\x1e")
    assert parts[0] == b"" and all(part.endswith(b"\n") for part in parts[1:])
    assert [json.loads(part) for part in parts[1:]] == list(truth(real_atlas, "products").values())
    path = tmp_path / f"products.{FORMATS['geojsonseq'].extension}"
    path.write_bytes(body)
    output = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert "GeoJSONSeq" in output and f"Feature Count: {count_of('products')}" in output


# --- all of them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", NEW)
def test_awkward_text_and_what_is_missing_arrive_as_they_are(hostile: Atlas, tmp_path: Path, key: str) -> None:
    path = tmp_path / f"products.{FORMATS[key].extension}"
    path.write_bytes(export_layer(hostile, "products", key))
    rows = pq.read_table(path).to_pylist() if key == "parquet" else by_pyogrio(path)["rows"]
    first, second, third, fourth = sorted(rows, key=lambda row: str(row["product_id"]))
    assert [first["name"], second["name"], third["name"]] == [IMG, SCRIPT, TEMPLATE]
    assert fourth["name"] == 'Chè Shan tuyết\r\nTủa Chùa, "loại 1"'
    assert first["story_vi"] == STORY and unicodedata.is_normalized("NFC", first["story_vi"])
    assert (first["stars"], third["stars"], third["year"], third["precision"]) == (4, None, None, None)
    assert first["commune_code"] == "00001"


def test_what_gdal_lost_on_the_way_is_noticed(hostile: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(reader: Any, path: Path, **options: Any) -> None:
        whole = reader.read_all()
        write_arrow(whole.slice(0, whole.num_rows - 1), path, **options)

    write_arrow = vector.write_arrow
    monkeypatch.setattr(vector, "write_arrow", losing)
    for key in ("gpkg", "shp", "fgb"):
        with pytest.raises(GeoError, match="3 of 4 records"):
            write_export(hostile, Query("products"), key, io.BytesIO())


_DIGESTS = """
import hashlib, io, json, sys
from pathlib import Path
from geo.atlas import Query, open_atlases
from geo.settings import Settings
from geo.views.export.download import write_export
from geo.views.formats import FORMATS
found = {}
with open_atlases(Settings(data_dir=Path(sys.argv[1])))() as atlas:
    for key, row in FORMATS.items():
        for layer in ("products", "zones", "links", "sources"):
            for crs in row.crs[:2]:
                write_export(atlas, Query(layer), key, out := io.BytesIO(), crs=crs)
                found[f"{layer}.{key} {crs}"] = hashlib.sha256(out.getvalue()).hexdigest()
print(json.dumps(found))
"""


def test_the_same_version_gives_the_same_bytes_in_another_process_on_another_day(tmp_path: Path) -> None:
    hostile_atlas(tmp_path).close()

    def digests(zone: str, seed: str) -> dict[str, str]:
        process = subprocess.run(
            [sys.executable, "-c", _DIGESTS, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        by_format: dict[str, str] = json.loads(process.stdout)
        return by_format

    here = digests("UTC", "1")
    assert len(here) == 4 * (len(FORMATS) + sum(len(row.crs) > 1 for row in FORMATS.values()))
    assert digests("AHEAD-23", "2") == here  # in a time zone with another date


def test_dates_inside_files_are_those_of_the_version(hostile: Atlas, tmp_path: Path) -> None:
    day = (2026, 11, 23, 8, 30, 0)
    with zipfile.ZipFile(io.BytesIO(export_layer(hostile, "products", "shp"))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {day}
        assert tuple(archive.read("products.dbf")[1:4]) == (126, 11, 23)
    with zipfile.ZipFile(io.BytesIO(export_layer(hostile, "products", "xlsx"))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {day}
    path = tmp_path / "products.gpkg"
    path.write_bytes(export_layer(hostile, "products", "gpkg"))
    with closing(sqlite3.connect(path)) as db:
        (last_change,) = db.execute("SELECT last_change FROM gpkg_contents").fetchone()
        (timestamp,) = db.execute("SELECT DISTINCT timestamp FROM gpkg_metadata_reference").fetchone()
    assert last_change == timestamp == "2026-11-23T08:30:00.000Z"


@pytest.mark.parametrize("key", FORMATS)
def test_a_page_of_every_format_holds_the_page(real_atlas: Atlas, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "BATCH", 4)
    count = count_of("sites")
    for limit, offset, expected in ((10, 5, 10), (10, count - 2, 2), (10, count + 8, 0), (None, 20, count - 20)):
        out = io.BytesIO()
        assert write_export(real_atlas, Query("sites", limit=limit, offset=offset), key, out, page=True) == expected


@pytest.mark.parametrize("key", NEW)
def test_the_command_line_knows_the_format_by_its_ending(
    real_atlas: Atlas, run_app: Any, tmp_path: Path, key: str
) -> None:
    path = tmp_path / f"zones.{FORMATS[key].extension}"
    process = run_app("export", "zones", str(path), "--lang", "en")
    assert process.returncode == 0 and process.stderr.strip().endswith(f": {count_of('zones')}"), process.stderr
    assert path.read_bytes() == export_layer(real_atlas, "zones", key, lang="en")


@pytest.mark.parametrize("layer", ["zones", "products"])
def test_a_file_that_a_full_disk_cut_off_is_an_error(
    real_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    """GDAL reports no error when the disk is full at closing; the header then has a larger count than the file."""
    whole = vector.write_arrow

    def write_part(batches: Any, path: Path, **options: Any) -> None:
        whole(batches, path, **options)
        os.truncate(path, path.stat().st_size - 100)

    monkeypatch.setattr(vector, "write_arrow", write_part)
    with pytest.raises((GeoError, OSError, DataSourceError)):
        write_export(real_atlas, Query(layer), "fgb", io.BytesIO())


@pytest.mark.parametrize("damage", ['DROP TABLE "{}"', 'DELETE FROM "{}" WHERE id = 1'])
def test_a_geopackage_whose_index_is_not_whole_is_an_error(
    real_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """The index is written last: on a full disk it is missing, and GDAL reports no error."""
    whole = vector.write_arrow

    def lacking(batches: Any, path: Path, **options: Any) -> None:
        whole(batches, path, **options)
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(damage.format("rtree_sites_geom"))

    monkeypatch.setattr(vector, "write_arrow", lacking)
    with pytest.raises(GeoError, match="spatial index is incomplete"):
        write_export(real_atlas, Query("sites"), "gpkg", io.BytesIO())

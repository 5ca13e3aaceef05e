"""GeoParquet, FlatGeobuf, JSON-FG and GeoJSONSeq hold what the atlas holds, read back by others' software."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from geo.atlas import Atlas, Query
from geo.collections import COLLECTIONS
from geo.views.export import FORMATS, job, write_export
from geo.views.export.jsonfg import time_of
from geo.vn2000 import HOME, Reading

NEW = ("parquet", "fgb", "jsonfg", "geojsonseq")


def written(atlas: Atlas, layer: str, key: str, **options: Any) -> bytes:
    out = io.BytesIO()
    assert write_export(atlas, Query(layer), key, out, **options) == atlas.count(Query(layer))
    return out.getvalue()


def truth(atlas: Atlas, layer: str) -> dict[str, Any]:
    """The GeoJSON features of a layer by id."""
    return {feature["id"]: feature for feature in map(json.loads, atlas.features(Query(layer)))}


def by_pyogrio(path: Path) -> dict[str, Any]:
    """What pyogrio's own GDAL reads, in a process that our reading of foreign files has not touched."""
    code = (
        "import sys, json, pyogrio; f = pyogrio.read_dataframe(sys.argv[1]); g = f.geometry.dropna();"
        "print(json.dumps({'crs': f.crs.to_string(), 'records': len(f), 'east': [p.x for p in g], 'north': [p.y for p in g]}))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# --- GeoParquet -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [name for name, spec in COLLECTIONS.items() if spec.geometry])
def test_geopandas_reads_from_parquet_what_the_atlas_holds(real_atlas: Atlas, tmp_path: Path, layer: str) -> None:
    path = tmp_path / "layer.parquet"
    path.write_bytes(written(real_atlas, layer, "parquet"))
    frame, expected = gpd.read_parquet(path), truth(real_atlas, layer)
    assert frame.crs.to_string() == "OGC:CRS84"
    key = COLLECTIONS[layer].key
    assert list(frame[key]) == list(expected)
    for row in frame.to_dict("records"):
        feature = expected[row[key]]
        for name, value in feature["properties"].items():
            read = row[name]
            assert pd.isna(read) if value is None else read == value, (name, value, read)
        place = None if feature["geometry"] is None else shape(feature["geometry"])
        assert (row["geometry"] is None) == (place is None)
        assert place is None or place.equals_exact(row["geometry"], 0)


def test_parquet_says_what_geoparquet_asks(real_atlas: Atlas) -> None:
    meta = pq.read_metadata(io.BytesIO(written(real_atlas, "zones", "parquet"))).metadata
    geo = json.loads(meta[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.1.0" and geo["primary_column"] == "geometry"
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiPolygon"])
    assert column["crs"]["id"] == {"authority": "OGC", "code": "CRS84"}
    assert column["covering"]["bbox"] == {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    box = real_atlas.bounds("zones")
    assert box is not None and np.allclose(column["bbox"], box, atol=1e-9)
    assert "CC BY 4.0" in meta[b"licence"].decode() and meta[b"version"] == b"1"


def test_a_box_reads_only_what_lies_in_it(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "sites.parquet"
    path.write_bytes(written(real_atlas, "sites", "parquet"))
    box = (102.93, 21.33, 103.07, 21.47)
    found = gpd.read_parquet(path, bbox=box)
    area = shapely.box(*box)
    wanted = [
        key
        for key, one in truth(real_atlas, "sites").items()
        if one["geometry"] and shape(one["geometry"]).intersects(area)
    ]
    assert list(found["site_id"]) == wanted and wanted


def test_a_table_without_places_is_plain_parquet(real_atlas: Atlas) -> None:
    made = io.BytesIO(written(real_atlas, "sources", "parquet"))
    assert b"geo" not in (pq.read_metadata(made).metadata or {})
    assert len(pd.read_parquet(made)) == real_atlas.count(Query("sources"))


# --- FlatGeobuf -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["products", "zones", "links", "sources"])
def test_gdal_reads_from_flatgeobuf_what_the_atlas_holds(real_atlas: Atlas, tmp_path: Path, layer: str) -> None:
    path = tmp_path / "layer.fgb"
    path.write_bytes(written(real_atlas, layer, "fgb"))
    made = tmp_path / "read.geojson"
    subprocess.run(["ogr2ogr", "-f", "GeoJSON", str(made), str(path), "-lco", "COORDINATE_PRECISION=15"], check=True)
    expected, key = truth(real_atlas, layer), COLLECTIONS[layer].key
    features = json.loads(made.read_text(encoding="utf-8"))["features"]
    assert {one["properties"][key] for one in features} == set(expected)
    for one in features:
        feature = expected[one["properties"][key]]
        # FlatGeobuf leaves out what is null.
        assert dict.fromkeys(feature["properties"]) | one["properties"] == feature["properties"]
        assert (one["geometry"] is None) == (feature["geometry"] is None)
        assert feature["geometry"] is None or shape(one["geometry"]).equals_exact(shape(feature["geometry"]), 0)


def test_a_box_is_found_by_the_index_where_every_record_has_a_place(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "communes.fgb"
    path.write_bytes(written(real_atlas, "communes", "fgb"))
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", "-spat", "102.93", "21.33", "103.07", "21.47", str(path)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    area = shapely.box(102.93, 21.33, 103.07, 21.47)
    wanted = sum(shape(one["geometry"]).intersects(area) for one in truth(real_atlas, "communes").values())
    assert f"Feature Count: {wanted}" in told
    assert path.read_bytes()[:4] == b"fgb\x03"


# --- in the state's system --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["parquet", "fgb"])
def test_files_in_the_states_system_are_east_before_north(real_atlas: Atlas, tmp_path: Path, key: str) -> None:
    path = tmp_path / f"sites.{FORMATS[key].extension}"
    path.write_bytes(written(real_atlas, "sites", key, crs="EPSG:9205"))
    frame = gpd.read_parquet(path) if key == "parquet" else gpd.read_file(path)
    assert frame.crs.to_epsg() == 9205
    placed = {one: shape(f["geometry"]) for one, f in truth(real_atlas, "sites").items() if f["geometry"]}
    for row in frame[frame.geometry.notna()].to_dict("records"):
        here = placed[row["site_id"]]
        east, north = Reading(HOME).from_lnglat(np.array([here.x]), np.array([here.y]))
        assert abs(row["geometry"].x - east[0]) < 1e-3 and abs(row["geometry"].y - north[0]) < 1e-3


def test_jsonfg_has_the_place_in_the_states_system_and_in_wgs_84(real_atlas: Atlas) -> None:
    body = json.loads(written(real_atlas, "sites", "jsonfg", crs="EPSG:9205"))
    assert body["coordRefSys"] == "http://www.opengis.net/def/crs/EPSG/0/9205"
    back = Transformer.from_crs("EPSG:9205", "EPSG:4756")  # both in the order of their own axes: north, then east
    for feature in body["features"]:
        assert (feature["place"] is None) == (feature["geometry"] is None)
        if feature["place"]:
            lng, lat = feature["geometry"]["coordinates"]
            # VN-2000 and WGS 84 lie some 200 m apart here.
            north, east = back.transform(*feature["place"]["coordinates"])
            assert abs(north - lat) < 0.005 and abs(east - lng) < 0.005


# --- JSON-FG ----------------------------------------------------------------------------------------------


def test_jsonfg_is_geojson_with_a_head_and_times(real_atlas: Atlas) -> None:
    body, expected = json.loads(written(real_atlas, "villages", "jsonfg")), truth(real_atlas, "villages")
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in body["conformsTo"]
    assert (body["type"], body["featureType"], body["geometryDimension"]) == ("FeatureCollection", "villages", 0)
    assert body["coordRefSys"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    for feature in body["features"]:
        known = expected[feature["id"]]
        assert feature["geometry"] == known["geometry"] and feature["properties"] == known["properties"]
        assert feature["place"] is None
        assert (feature["time"] is None) == (known["properties"]["recognised"] is None)
    assert any(feature["time"] for feature in body["features"])


def test_pyogrios_gdal_reads_jsonfg(real_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    path.write_bytes(written(real_atlas, "sites", "jsonfg", crs="EPSG:9205"))
    read = by_pyogrio(path)
    assert read["crs"] == "EPSG:9205" and read["records"] == 32
    places = [shape(one["geometry"]) for one in truth(real_atlas, "sites").values() if one["geometry"]]
    east, north = Reading(HOME).from_lnglat(np.array([p.x for p in places]), np.array([p.y for p in places]))
    assert np.allclose(read["east"], east, atol=1e-3) and np.allclose(read["north"], north, atol=1e-3)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2019-03-01", "2022-02-28", {"interval": ["2019-03-01", "2022-02-28"]}),
        ("2019", None, {"interval": ["2019-01-01", ".."]}),
        (None, "2020-06", {"interval": ["..", "2020-06-30"]}),
        (None, "2020-02", {"interval": ["..", "2020-02-29"]}),
        ("2021-05-31", "2021-05-31", {"date": "2021-05-31"}),
        ("2014/2015", "2014/2015", {"interval": ["2014-01-01", "2015-12-31"]}),
        (None, None, None),
    ],
)
def test_a_time_is_a_date_an_interval_or_unknown(first: str | None, last: str | None, expected: Any) -> None:
    assert time_of(("a", "b"), {"a": first, "b": last}) == expected


# --- GeoJSONSeq -------------------------------------------------------------------------------------------


def test_a_sequence_is_one_text_a_record(real_atlas: Atlas, tmp_path: Path) -> None:
    body = written(real_atlas, "products", "geojsonseq")
    parts = body.split(b"\x1e")
    assert parts[0] == b"" and all(part.endswith(b"\n") for part in parts[1:])
    assert [json.loads(part) for part in parts[1:]] == list(truth(real_atlas, "products").values())
    path = tmp_path / "products.geojsonl"
    path.write_bytes(body)
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert "GeoJSONSeq" in told and "Feature Count: 45" in told


# --- all of them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", NEW)
def test_the_same_version_gives_the_same_bytes(real_atlas: Atlas, key: str) -> None:
    assert written(real_atlas, "links", key) == written(real_atlas, "links", key)


@pytest.mark.parametrize("key", FORMATS)
def test_a_page_of_every_format_holds_the_page(real_atlas: Atlas, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "BATCH", 4)
    for limit, offset, expected in ((10, 5, 10), (10, 30, 2), (10, 40, 0), (None, 20, 12)):
        out = io.BytesIO()
        assert write_export(real_atlas, Query("sites", limit=limit, offset=offset), key, out, page=True) == expected

"""JSON-FG: what the standard asks, the place in both systems, and times."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from shapely.geometry import shape

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.views.export.jsonfg import time_of
from geo.vn2000.systems import SYSTEMS, Reading
from tests.views.export_files import by_pyogrio, export_layer, truth


@pytest.mark.parametrize("crs", ["EPSG:9205", "EPSG:3405"])
def test_jsonfg_has_the_place_in_the_states_system_and_in_wgs_84(real_atlas: Atlas, crs: str) -> None:
    body = json.loads(export_layer(real_atlas, "sites", "jsonfg", crs=crs))
    assert body["coordRefSys"] == f"http://www.opengis.net/def/crs/EPSG/0/{crs.removeprefix('EPSG:')}"
    expected = truth(real_atlas, "sites")
    for feature in body["features"]:
        assert feature["geometry"] == expected[feature["id"]]["geometry"]
        assert (feature["place"] is None) == (feature["geometry"] is None)
        if feature["place"]:
            (east,), (north,) = Reading(SYSTEMS[crs]).from_lnglat(
                *map(np.array, zip(feature["geometry"]["coordinates"]))
            )
            assert np.allclose(feature["place"]["coordinates"], (east, north), atol=1e-3, rtol=0)


@pytest.mark.parametrize("crs", ["EPSG:9205", "EPSG:4756"])  # axes east, north and axes north, east
def test_pyogrios_gdal_reads_the_place_of_jsonfg_where_it_is(real_atlas: Atlas, tmp_path: Path, crs: str) -> None:
    path = tmp_path / "sites.json"
    path.write_bytes(export_layer(real_atlas, "sites", "jsonfg", crs=crs))
    layer, expected = by_pyogrio(path), truth(real_atlas, "sites")
    assert layer["crs"] == crs
    assert len(layer["rows"]) == len(expected)
    for row in layer["rows"]:
        geometry = expected[row["site_id"]]["geometry"]
        assert (row["place"] is None) == (geometry is None)
        if geometry:
            (x,), (y,) = Reading(SYSTEMS[crs]).from_lnglat(*map(np.array, zip(geometry["coordinates"])))
            assert np.allclose(row["place"], (x, y), atol=1e-3 if x > 180 else 1e-8, rtol=0)


def test_jsonfg_is_geojson_with_a_head_and_times(real_atlas: Atlas) -> None:
    body, expected = json.loads(export_layer(real_atlas, "villages", "jsonfg")), truth(real_atlas, "villages")
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in body["conformsTo"]
    assert (body["type"], body["featureType"], body["geometryDimension"]) == ("FeatureCollection", "villages", 0)
    assert body["coordRefSys"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    for feature in body["features"]:
        record = expected[feature["id"]]
        assert feature["geometry"] == record["geometry"] and feature["properties"] == record["properties"]
        assert feature["place"] is None
        assert (feature["time"] is None) == (record["properties"]["recognised"] is None)
    assert any(feature["time"] for feature in body["features"])


_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}

_POSITION = {"type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "number"}}


def _shape(kind: str, depth: int) -> dict[str, Any]:
    coordinates: dict[str, Any] = _POSITION
    for _ in range(depth):
        coordinates = {"type": "array", "items": coordinates}
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"const": kind}, "coordinates": coordinates},
    }


_SHAPES = {"oneOf": [{"type": "null"}, _shape("Point", 0), _shape("LineString", 1), _shape("MultiPolygon", 3)]}

_TIME = {
    "oneOf": [
        {"type": "null"},
        {
            "type": "object",
            "minProperties": 1,
            "properties": {
                "date": _DAY,
                "interval": {
                    "type": "array", "minItems": 2, "maxItems": 2, "items": {"oneOf": [_DAY, {"const": ".."}]},
                },
            },
            "additionalProperties": False,
        },
    ]
}  # fmt: skip

JSONFG = {
    "type": "object",
    "required": ["type", "features", "conformsTo"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "conformsTo": {
            "type": "array", "items": {"type": "string"}, "uniqueItems": True,
            "contains": {"const": "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"},
        },
        "featureType": {"type": "string"},
        "geometryDimension": {"type": "integer", "minimum": 0, "maximum": 3},
        "coordRefSys": {"type": "string", "format": "uri"},
        "links": {
            "type": "array",
            "items": {"required": ["href", "rel"], "properties": {"href": {"type": "string"}, "rel": {"type": "string"}}},
        },
        "crs": False,
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "time", "place", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"}, "id": {"type": ["string", "number"]}, "time": _TIME,
                    "place": _SHAPES, "geometry": _SHAPES, "properties": {"type": ["object", "null"]},
                },
            },
        },
    },
}  # fmt: skip
"""The published schema of OGC 21-045r1 (JSON-FG 1.0), limited to our three geometry types."""


@pytest.mark.parametrize("crs", [None, "EPSG:9205"])
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_jsonfg_is_what_the_standard_asks(real_atlas: Atlas, layer: str, crs: str | None) -> None:
    body = json.loads(export_layer(real_atlas, layer, "jsonfg", crs=crs))
    Draft202012Validator(JSONFG).validate(body)
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas" in body["conformsTo"]
    assert body["featureType"] == layer
    (profile,) = (link["href"] for link in body["links"] if link["rel"] == "profile")
    assert profile == "http://www.opengis.net/def/profile/OGC/0/jsonfg-plus"
    for feature in body["features"]:
        place, geometry, time = feature["place"], feature["geometry"], feature["time"]
        if crs is None:
            assert place is None  # /req/core/place: not WGS 84, longitude and latitude
        assert place is None or (geometry is not None and place != geometry)  # /req/core/fallback, the profile
        if geometry is not None:  # /req/core/geometry-wgs84
            west, south, east, north = shape(geometry).bounds
            assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
        assert place is None or shape(place).is_valid  # /req/core/geom-valid
        if time and "interval" in time:
            first, last = (None if end == ".." else dt.date.fromisoformat(end) for end in time["interval"])
            assert first is None or last is None or first <= last
        elif time:
            dt.date.fromisoformat(time["date"])


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

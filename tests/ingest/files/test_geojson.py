"""GeoJSON: every property and position arrives or is a finding."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.errors import BadSource
from geo.ingest.files.table import Table
from tests.ingest.cases import PLACES, case, findings, new_records, staged, table_of, words


def feature(geometry: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"ten": "a"}, "geometry": geometry} | more


def collection(work: Path, *features: Any, **more: Any) -> Table:
    path = work / "x.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | more, ensure_ascii=False))
    return table_of(work, path)


def shape(work: Path, kind: str, coordinates: Any) -> tuple[str | None, str]:
    """The geometry of a one-record file as WKT, None when it has none, and the kinds of the findings."""
    table = collection(work, feature({"type": kind, "coordinates": coordinates}))
    assert table.shapes is not None
    wkt = None if table.shapes[0] is None else shapely.to_wkt(table.shapes[0], rounding_precision=4)
    return wkt, ", ".join(issue.kind for issue in table.issues)


@pytest.mark.parametrize("name", ["geojson_string_coords", "geojson_one_string_coord"])
def test_coordinates_written_as_text_are_numbers(tmp_path: Path, name: str) -> None:
    table = case(tmp_path, f"{name}.geojson")
    assert table.shapes is not None
    assert [tuple(shapely.get_coordinates(one)[0]) for one in table.shapes] == PLACES
    assert "read as numbers in records: " in words(table)
    records = new_records(staged(table, "sites"))
    assert [(point.x, point.y) for point in records.geometry] == PLACES


def test_a_part_with_a_number_in_quotes_is_a_part(tmp_path: Path) -> None:
    table = case(tmp_path, "geojson_multipolygon_part_string.geojson")
    assert table.shapes is not None and shapely.get_num_geometries(table.shapes[0]) == 2
    assert shapely.get_num_geometries(new_records(staged(table, "zones")).geometry.iloc[0]) == 2


SQUARE = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("kind", "coordinates", "wkt", "found"),
    [
        ("Point", ["103,5", " 21.25 "], "POINT (103.5 21.25)", ""),
        ("Point", [103.5, 21.25, 900], "POINT (103.5 21.25)", ""),
        ("Point", [103.5], None, "bad_coordinate"),
        ("Point", [103.5, "hai mươi mốt"], None, "bad_coordinate"),
        ("Point", [103.5, None], None, "bad_coordinate"),
        ("Point", [[103.5, 21]], None, "bad_coordinate"),
        ("Point", {"x": 1, "y": 2}, None, "bad_coordinate"),
        ("Piont", [103.5, 21.25], None, "bad_coordinate"),
        ("MultiPoint", [[1, 2], [3, "4"]], "MULTIPOINT ((1 2), (3 4))", ""),
        ("LineString", [[1, 2], [3, 4, 5], [5, 6]], "LINESTRING (1 2, 3 4, 5 6)", ""),
        ("LineString", [[1, 2]], None, "bad_coordinate"),
        ("LineString", [[1, 2], [3]], None, "bad_coordinate"),
        ("MultiLineString", [SQUARE], "MULTILINESTRING ((0 0, 1 0, 1 1, 0 0))", ""),
        ("Polygon", [SQUARE[:3]], "POLYGON ((0 0, 1 0, 1 1, 0 0))", "invalid_geometry"),
        ("Polygon", [SQUARE, []], None, "bad_coordinate"),
        ("Polygon", [[[0, 0], [0, 0], [0, 0]]], None, "bad_coordinate"),
        ("Polygon", SQUARE, None, "bad_coordinate"),
        ("MultiPolygon", [[SQUARE], [SQUARE[:2]]], None, "bad_coordinate"),
        ("Polygon", [], "POLYGON EMPTY", ""),
    ],
)  # fmt: skip
def test_a_geometry_is_whole_or_a_finding(
    tmp_path: Path, kind: str, coordinates: Any, wkt: str | None, found: str
) -> None:
    assert shape(tmp_path, kind, coordinates) == (wkt, found)


def test_a_collection_of_geometries_needs_each_of_them(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    good = feature({"type": "GeometryCollection", "geometries": [point, point]})
    bad = feature({"type": "GeometryCollection", "geometries": [point, {"type": "Point", "coordinates": ["?", 2]}]})
    table = collection(tmp_path, good, bad)
    assert table.shapes is not None and shapely.get_num_geometries(table.shapes[0]) == 2 and table.shapes[1] is None
    assert findings(table) == [("bad_coordinate", 2, "geometry")]


def test_what_stands_beside_properties_is_named_with_how_often(tmp_path: Path) -> None:
    table = collection(tmp_path, feature(name="x"), feature(name="y", geometri=None), feature())
    assert "2 records have 'name' outside" in words(table) and "1 records have 'geometri' outside" in words(table)
    assert "nằm ngoài" in words(table, "vi")


def test_items_that_are_no_feature_are_findings_with_their_place(tmp_path: Path) -> None:
    table = collection(tmp_path, feature(), {**feature(), "type": "Featur"}, 5, feature())
    assert list(table.row_numbers) == [1, 4]
    assert findings(table) == [("unreadable_row", 2, None), ("unreadable_row", 3, None)]


def test_values_come_as_they_stand(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "ngay": "2024-02-31", "co": True, "so": 12345678901234567890123, "ty": 2.5, "tron": 3.0, "chu": "0012",
        "ten": "x\0y", "TEN": "hoa",
    }  # fmt: skip
    table = collection(tmp_path, feature(properties={"ngay": "2024-01-31"}), feature(properties=values))
    assert {name: cells[1] for name, cells in table.columns.items()} == values
    assert table.columns["ngay"] == ["2024-01-31", "2024-02-31"] and table.columns["so"][0] is None


def test_an_id_is_a_column_where_it_is_text(tmp_path: Path) -> None:
    assert collection(tmp_path, feature(id="H1"), feature()).columns == {"id": ["H1", None], "ten": ["a", "a"]}
    assert list(collection(tmp_path, feature(id=1), feature(id=2)).columns) == ["ten"]
    own = collection(tmp_path, feature(id="x", properties={"id": "H7"}))
    assert own.columns == {"id": ["H7"]}


def test_members_of_the_collection_may_come_in_any_order(tmp_path: Path) -> None:
    content = '{"features": [%s] , "name": {"a": []}, "type": "FeatureCollection"}'
    (tmp_path / "x.json").write_text(content % json.dumps(feature({"type": "Point", "coordinates": [1, 2]})))
    assert len(table_of(tmp_path, tmp_path / "x.json")) == 1


@pytest.mark.parametrize("member", ["Feature", "geometry"])
def test_a_file_of_one_object_is_one_record(tmp_path: Path, member: str) -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    (tmp_path / "x.json").write_text(json.dumps(feature(point) if member == "Feature" else point))
    table = table_of(tmp_path, tmp_path / "x.json")
    assert table.shapes is not None and table.shapes[0] == shapely.Point(1, 2)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_refused_in_the_readers_language(tmp_path: Path, cut: float) -> None:
    content = json.dumps({"type": "FeatureCollection", "features": [feature()] * 5})
    (tmp_path / "x.json").write_text(content[: int(len(content) * cut)])
    with pytest.raises(BadSource) as refused:
        table_of(tmp_path, tmp_path / "x.json")
    assert "damaged" in refused.value.en and "bị hỏng" in refused.value.vi
    assert "GDAL" not in refused.value.vi


def test_a_thousand_findings_of_a_kind_are_listed_and_the_rest_said(tmp_path: Path) -> None:
    table = collection(tmp_path, *[feature({"type": "Point", "coordinates": ["x", 1]})] * 1_200)
    assert len(table.issues) == 1_001 and "there are more" in table.issues[-1].message.en

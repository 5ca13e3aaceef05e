"""What the base map draws of an extract of OpenStreetMap, and what it leaves out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, box

from geo.basemap.declaration import BASE_LAYERS
from geo.basemap.operator.base_features import Reading
from geo.basemap.operator.classes import RULES, WORDS
from geo.basemap.operator.clip_area import MARGIN_M, ClipArea, clip_area_around
from geo.basemap.operator.osm_extract import Extract, is_extract, read_extract
from geo.crs import geodesic_distance_m, to_metric
from geo.errors import BadSource
from tests.basemap.extracts import ExtractWriter, square

PROVINCE = box(103.0, 21.0, 103.4, 21.4)
ROADS = {
    "motorway": "motorway", "trunk": "national", "primary": "national", "secondary": "provincial",
    "tertiary": "district", "unclassified": "local", "residential": "street", "track": "track", "path": "path",
}  # fmt: skip


@pytest.fixture(scope="module")
def area() -> ClipArea:
    return clip_area_around(np.array([PROVINCE], dtype=object))


@pytest.fixture
def writer() -> ExtractWriter:
    return ExtractWriter()


def read(writer: ExtractWriter, area: ClipArea, folder: Path) -> Extract:
    return read_extract(writer.write(folder / "extract.osm.pbf"), area, folder)


def rows(reading: Reading, layer: str) -> list[Mapping[str, Any]]:
    """The features of a layer, with missing values as None."""
    if layer not in reading.layers:
        return []
    frame = reading.layers[layer].astype(object)
    return list(frame.where(frame.notna(), None).to_dict("records"))


def only(reading: Reading, layer: str) -> Mapping[str, Any]:
    (row,) = rows(reading, layer)
    return row


def test_every_row_names_a_class_that_the_base_map_draws_and_every_word_a_row() -> None:
    for rule in RULES:
        layer = BASE_LAYERS[rule.layer]
        assert layer.base_class(rule.kind)
        assert {"Point": 0, "MultiLineString": 1, "MultiPolygon": 2}[layer.geometry] in rule.dimensions
    assert set(WORDS.values()) <= {(rule.key, rule.value) for rule in RULES}


@pytest.mark.parametrize(("tag", "kind"), ROADS.items())
def test_a_road_is_of_the_class_of_its_tag(
    tag: str, kind: str, writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    writer.line([(103.1, 21.1), (103.2, 21.2), (103.3, 21.1)], highway=tag, name="Đường Mường Thanh", ref="")
    road = only(read(writer, area, tmp_path).reading, "roads")
    assert (road["kind"], road["name"], road["ref"]) == (kind, "Đường Mường Thanh", None)
    assert shapely.get_coordinates(road["geometry"]).tolist() == [[103.1, 21.1], [103.2, 21.2], [103.3, 21.1]]


def test_the_number_of_a_road_says_its_class_more_surely_than_its_tag(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    for tag, ref in (("secondary", "QL12"), ("primary", "ĐT.139"), ("unclassified", "ĐH 05"), ("track", "QL279")):
        writer.line([(103.1, 21.1), (103.2, 21.2)], highway=tag, ref=ref)
    kinds = {row["ref"]: row["kind"] for row in rows(read(writer, area, tmp_path).reading, "roads")}
    assert kinds == {"QL12": "national", "ĐT.139": "provincial", "ĐH 05": "district", "QL279": "track"}


def test_a_way_has_the_name_and_the_number_of_its_relation_where_it_has_none_of_its_own(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    ways = [writer.line([(103.1, 21.1), (103.2, 21.1)], waterway="river") for _ in range(2)]
    own = writer.line([(103.2, 21.1), (103.3, 21.1)], waterway="river", name="Nậm Núa")
    road = writer.line([(103.1, 21.2), (103.2, 21.2)], highway="secondary")
    writer.relation([("w", way, "main_stream") for way in (*ways, own)], type="waterway", name="Nậm Rốm")
    writer.relation([("w", road, "")], type="route", route="road", ref="QL279")
    reading = read(writer, area, tmp_path).reading
    assert sorted(row["name"] for row in rows(reading, "rivers")) == ["Nậm Núa", "Nậm Rốm", "Nậm Rốm"]
    assert (only(reading, "roads")["ref"], only(reading, "roads")["kind"]) == ("QL279", "national")


def test_a_lake_of_several_ways_keeps_its_island(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    ring = square(103.1, 21.1, 0.02)
    corners = [writer.point(*corner) for corner in ring[:4]]
    halves = [writer.way(corners[:3]), writer.way([*corners[2:], corners[0]])]
    island = writer.line(square(103.105, 21.105, 0.005))
    members = [("w", way, "outer") for way in halves] + [("w", island, "inner")]
    writer.relation(members, type="multipolygon", natural="water", water="reservoir", name="Hồ Pá Khoang")
    lake = only(read(writer, area, tmp_path).reading, "water")
    assert (lake["kind"], lake["name"]) == ("reservoir", "Hồ Pá Khoang")
    assert len(shapely.get_rings(shapely.get_parts(lake["geometry"]))) == 2
    assert lake["geometry"].area == pytest.approx(0.02**2 - 0.005**2)


@pytest.mark.parametrize(
    ("tags", "layer", "kind", "height_m"),
    [
        ({"place": "town"}, "places", "town", None),
        ({"place": "village"}, "places", "village", None),
        ({"place": "hamlet"}, "places", "hamlet", None),
        ({"place": "city", "capital": "4"}, "places", "seat", None),
        ({"natural": "peak", "ele": "1886 m"}, "summits", "peak", 1886.0),
        ({"natural": "peak", "ele": "1.886"}, "summits", "peak", 1.886),
        ({"natural": "peak", "ele": "high"}, "summits", "peak", None),
        ({"mountain_pass": "yes", "ele": "1648,5"}, "summits", "pass", 1648.5),
        ({"amenity": "fuel"}, "services", "fuel", None),
        ({"amenity": "hospital"}, "services", "hospital", None),
        ({"amenity": "clinic"}, "services", "health_post", None),
        ({"amenity": "marketplace"}, "services", "market", None),
        ({"amenity": "bus_station"}, "services", "bus_station", None),
        ({"highway": "bus_stop"}, "services", "bus_stop", None),
        ({"tourism": "viewpoint"}, "services", "viewpoint", None),
    ],
)
def test_a_point_is_of_the_class_of_its_tags(
    tags: dict[str, str], layer: str, kind: str, height_m: float | None,
    writer: ExtractWriter, area: ClipArea, tmp_path: Path,
) -> None:  # fmt: skip
    writer.point(103.2, 21.2, name="Pha Đin", **tags)
    row = only(read(writer, area, tmp_path).reading, layer)
    assert (row["kind"], row["name"], row["height_m"]) == (kind, "Pha Đin", height_m)
    assert row["geometry"].coords[0] == (103.2, 21.2)


def test_a_hospital_that_is_mapped_as_an_area_is_a_point_inside_it(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    writer.line(square(103.1, 21.1), amenity="hospital", building="yes", name="Bệnh viện Tuần Giáo")
    hospital = only(read(writer, area, tmp_path).reading, "services")
    assert shapely.Polygon(square(103.1, 21.1)).contains(hospital["geometry"])
    assert hospital["geometry"].geom_type == "Point"


def test_names_are_composed_and_in_latin_letters(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    writer.point(103.1, 21.1, place="village", name="Bản  Mường Pho\u0302\u0301n")
    writer.point(103.1, 21.2, place="village", name="ບ້ານ", name__fr="Ban Na", name__en="Ban Na Village")
    writer.point(103.1, 21.3, place="village", name="ບ້ານ", name__vi="Bản Na", name__fr="Ban Na")
    writer.point(103.1, 21.3, place="village", name="ບ້ານ")
    names = {(row["name"], row["name_en"]) for row in rows(read(writer, area, tmp_path).reading, "places")}
    assert names == {("Bản Mường Phốn", None), ("Ban Na Village", None), ("Bản Na", "Ban Na"), (None, None)}


def test_what_lies_more_than_20_km_away_is_counted_and_left_out(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    near, far = 21.4 + 19_900 / 110_700, 21.4 + 20_100 / 110_700
    writer.point(103.2, near, place="village", name="gần")
    writer.point(103.2, far, place="village", name="xa")
    writer.line([(103.1, 22.5), (103.2, 22.6)], highway="primary")
    writer.line(square(103.1, 22.5), natural="water")
    reading = read(writer, area, tmp_path).reading
    assert only(reading, "places")["name"] == "gần"
    assert set(reading.layers) == {"places"}
    assert reading.left_out["outside"] == 3


def test_a_road_across_the_edge_ends_at_the_edge(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    writer.line([(103.2, 21.3), (103.2, 22.0)], highway="primary")
    road = only(read(writer, area, tmp_path).reading, "roads")
    (start, end) = shapely.get_coordinates(road["geometry"]).tolist()
    assert start == pytest.approx([103.2, 21.3], abs=1e-7)
    assert geodesic_distance_m(103.2, 21.4, *end) == pytest.approx(MARGIN_M, rel=1e-3)


def test_a_place_beyond_the_province_is_told_from_one_inside(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    writer.point(103.2, 21.2, place="town", name="trong")
    writer.point(103.2, 21.5, place="town", name="ngoài")
    writer.point(103.1, 21.5, place="hamlet", name="xóm ngoài")
    kinds = {row["name"]: row["kind"] for row in rows(read(writer, area, tmp_path).reading, "places")}
    assert kinds == {"trong": "town", "ngoài": "town_beyond", "xóm ngoài": "village_beyond"}


def test_of_a_way_with_missing_points_the_pieces_between_them_are_drawn(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path
) -> None:
    ids = [writer.point(103.1 + number / 100, 21.1) for number in range(4)]
    writer.way([*ids[:2], 999_999, *ids[2:]], highway="primary")
    writer.way([999_998, 999_997], highway="primary")
    reading = read(writer, area, tmp_path).reading
    lines = sorted((row["geometry"] for row in rows(reading, "roads")), key=lambda line: line.bounds)
    assert lines == [LineString([(103.1, 21.1), (103.11, 21.1)]), LineString([(103.12, 21.1), (103.13, 21.1)])]
    assert reading.left_out["incomplete"] == 1


def test_a_lake_whose_ring_does_not_close_is_counted(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    half = writer.line(square(103.1, 21.1)[:3])
    writer.relation([("w", half, "outer"), ("w", 999_999, "outer")], type="multipolygon", natural="water")
    writer.point(103.2, 21.2, place="village")
    reading = read(writer, area, tmp_path).reading
    assert set(reading.layers) == {"places"}
    assert reading.left_out["incomplete"] == 1


def test_what_is_no_class_of_the_base_map_is_not_read(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    writer.line([(103.1, 21.1), (103.2, 21.1)], highway="construction")
    writer.line([(103.1, 21.1), (103.2, 21.1)], power="line")
    writer.line(square(103.1, 21.1), highway="pedestrian", area="yes")
    writer.line(square(103.1, 21.1), building="yes")
    writer.point(103.1, 21.1, amenity="bench")
    assert read(writer, area, tmp_path).reading.layers == {}


def test_the_day_of_the_data_is_the_one_of_the_header(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    writer.point(103.2, 21.2, place="village")
    assert read(writer, area, tmp_path).as_of == "2026-11-28"


def test_positions_in_a_file_give_the_same_as_positions_in_memory(
    writer: ExtractWriter, area: ClipArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.line([(103.1, 21.1), (103.2, 21.2)], highway="primary")
    in_memory = read(writer, area, tmp_path).reading.layers["roads"]
    monkeypatch.setattr("geo.basemap.operator.osm_extract._LARGE", 0)
    in_file = read(writer, area, tmp_path).reading.layers["roads"]
    assert (tmp_path / "positions").stat().st_size > 0
    assert in_file.to_json() == in_memory.to_json()


def test_an_extract_is_told_by_its_content(writer: ExtractWriter, tmp_path: Path) -> None:
    writer.point(103.2, 21.2, place="village")
    other = tmp_path / "roads.osm.pbf"
    other.write_bytes(b"PK\3\4" + bytes(100))
    assert is_extract(writer.write(tmp_path / "a.osm.pbf")) and is_extract(writer.write(tmp_path / "a.osm"))
    assert not is_extract(other)


def test_a_damaged_extract_is_refused_in_both_languages(writer: ExtractWriter, area: ClipArea, tmp_path: Path) -> None:
    for number in range(1_000):
        writer.point(103.2, 21.2, place="village", name=f"Bản {number}")
    path = writer.write(tmp_path / "cut.osm.pbf")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BadSource, match=r"extract cut\.osm\.pbf cannot be read") as caught:
        read_extract(path, area, tmp_path)
    assert "Hãy tải lại tệp" in caught.value.vi


def test_the_area_reaches_20_km_beyond_the_province(area: ClipArea) -> None:
    edge = shapely.get_coordinates(area.area_m)
    outline = to_metric([shapely.segmentize(PROVINCE, 0.001)])[0]
    distances = shapely.distance(shapely.points(edge), outline)
    assert np.abs(distances - MARGIN_M).max() < 100  # a round corner is drawn with few points

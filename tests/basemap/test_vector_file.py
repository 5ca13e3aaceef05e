"""Files with a column of classes as layers of the base map: the column, the coordinate system, the encoding."""

import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, Point, box

from geo.basemap.operator.clip_area import ClipArea, clip_area_around
from geo.basemap.operator.vector_file import VectorOptions, VectorReading, read_vector_file
from geo.encodings import encode
from geo.errors import BadSource
from geo.vn2000.systems import SYSTEMS, Reading

LINE = [(103.1, 21.1), (103.2, 21.2)]


@pytest.fixture(scope="module")
def area() -> ClipArea:
    return clip_area_around(np.array([box(103.0, 21.0, 103.4, 21.4)], dtype=object))


def read(path: Path, area: ClipArea, **options: str) -> VectorReading:
    work = path.parent / "work"
    work.mkdir()
    return read_vector_file(path, area, work, VectorOptions(**options))


def write_geojson(path: Path, columns: Mapping[str, list[Any]], shapes: list[Any]) -> Path:
    pyogrio.write_dataframe(gpd.GeoDataFrame(columns, geometry=shapes, crs=4326), path, driver="GeoJSON")
    return path


def by_name(reading: VectorReading, layer: str) -> dict[str, str]:
    frame = reading.reading.layers[layer]
    return dict(zip(frame["name"], frame["kind"], strict=True))


def test_words_of_offices_and_values_of_tags_are_classes(area: ClipArea, tmp_path: Path) -> None:
    columns = {
        "Tên": ["Quốc lộ 12", "ĐT 139", "Nậm Rốm", "đường gì"],
        "Loại": ["Quốc lộ", "secondary", "SÔNG", "đường sắt"],
        "Số hiệu": ["QL12", "ĐT139", None, None],
    }
    path = write_geojson(tmp_path / "duong.geojson", columns, [LineString(LINE)] * 4)
    reading = read(path, area)
    assert by_name(reading, "roads") == {"Quốc lộ 12": "national", "ĐT 139": "provincial"}
    assert by_name(reading, "rivers") == {"Nậm Rốm": "river"}
    assert reading.reading.left_out["unclassified"] == 1
    assert sorted(reading.reading.layers["roads"]["ref"]) == ["QL12", "ĐT139"]


def test_a_dot_in_heights_groups_thousands_where_the_decimal_would_be_no_height(area: ClipArea, tmp_path: Path) -> None:
    columns = {"Tên": ["Pu Pha Đin", "Đỉnh B", "Đỉnh C"], "Loại": ["đỉnh núi"] * 3, "Độ cao": ["1.648", "978,5 m", "?"]}
    path = write_geojson(tmp_path / "dinh.geojson", columns, [Point(103.1, 21.4)] * 3)
    heights = read(path, area).reading.layers["summits"]["height_m"]
    assert heights[:2].tolist() == [1648.0, 978.5] and math.isnan(heights[2])


def test_the_shape_decides_what_a_word_with_two_meanings_is(area: ClipArea, tmp_path: Path) -> None:
    shapes = [LineString(LINE), box(103.1, 21.1, 103.2, 21.2)]
    path = write_geojson(tmp_path / "a.geojson", {"type": ["residential"] * 2, "name": ["a", "b"]}, shapes)
    reading = read(path, area)
    assert (by_name(reading, "roads"), by_name(reading, "land")) == ({"a": "street"}, {"b": "built_up"})


def test_columns_that_are_keys_of_openstreetmap_are_read_as_its_tags(area: ClipArea, tmp_path: Path) -> None:
    columns = {"osm_id": ["1", "2"], "highway": ["primary", None], "waterway": [None, "stream"], "name": ["a", "b"]}
    reading = read(write_geojson(tmp_path / "lines.geojson", columns, [LineString(LINE)] * 2), area)
    assert (by_name(reading, "roads"), by_name(reading, "rivers")) == ({"a": "national"}, {"b": "stream"})
    assert reading.is_openstreetmap


def test_only_files_with_the_columns_of_openstreetmap_are_credited_to_it(area: ClipArea, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", {"fclass": ["primary"], "name": ["a"]}, [LineString(LINE)])
    assert not read(path, area).is_openstreetmap


def test_a_shapefile_in_vn2000_and_tcvn3_is_read_with_the_files_beside_it(area: ClipArea, tmp_path: Path) -> None:
    reading = Reading(SYSTEMS["EPSG:9205"])
    names = ["Đường Mường Ảng", "Đường Tủa Chùa", "Đường Điện Biên Đông", "Đường Mường Nhé"]
    text = [encode(name, "tcvn3", "lower").decode("latin1") for name in names]
    word = encode("đường huyện", "tcvn3", "lower").decode("latin1")
    line = LineString(np.column_stack(reading.from_lnglat(*np.array(LINE).T)))
    frame = gpd.GeoDataFrame({"TEN": text, "LOAI": [word] * 4}, geometry=[line] * 4, crs="EPSG:9205")
    path = tmp_path / "duong.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    roads = read(path, area).reading.layers["roads"]
    assert [name.lower() for name in roads["name"]] == [name.lower() for name in names]
    assert set(roads["kind"]) == {"district"}
    assert shapely.get_coordinates(roads.geometry.iloc[0]) == pytest.approx(np.array(LINE), abs=1e-7)


def test_a_file_without_a_coordinate_system_needs_the_option(area: ClipArea, tmp_path: Path) -> None:
    reading = Reading(SYSTEMS["EPSG:9205"])
    line = LineString(np.column_stack(reading.from_lnglat(*np.array(LINE).T)))
    path = tmp_path / "a.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(gpd.GeoDataFrame({"class": ["primary"]}, geometry=[line]), path)
    with pytest.raises(BadSource, match=r"coordinate system .* is not certain.*--crs") as caught:
        read(path, area)
    assert "--crs" in caught.value.vi
    (tmp_path / "work").rename(tmp_path / "before")
    placed = read(path, area, crs="EPSG:9205").reading.layers["roads"].geometry.iloc[0]
    assert shapely.get_coordinates(placed) == pytest.approx(np.array(LINE), abs=1e-7)


def test_a_table_without_geometry_is_refused(area: ClipArea, tmp_path: Path) -> None:
    path = tmp_path / "duong.csv"
    path.write_text("loai,ten\nQuốc lộ,Quốc lộ 12\n", encoding="utf-8")
    with pytest.raises(BadSource, match=r"duong\.csv has no layer of points, lines or areas") as caught:
        read(path, area)
    assert "Hãy xuất lại có hình học" in caught.value.vi


def test_a_wrong_name_of_a_coordinate_system_is_refused(area: ClipArea, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", {"class": ["primary"]}, [LineString(LINE)])
    with pytest.raises(BadSource, match="'EPSG:1' is not supported"):
        read(path, area, crs="EPSG:1")


def test_without_a_column_of_classes_the_columns_are_named(area: ClipArea, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", {"ma": ["x1"], "hang": ["đường sắt"]}, [LineString(LINE)])
    with pytest.raises(BadSource, match=r"--class-column NAME\. Its columns: ma, hang") as caught:
        read(path, area)
    assert "Các cột: ma, hang" in caught.value.vi


def test_a_column_can_be_named_and_must_hold_a_class(area: ClipArea, tmp_path: Path) -> None:
    columns = {"hang": ["tỉnh lộ"], "ma": ["x1"]}
    path = write_geojson(tmp_path / "a.geojson", columns, [LineString(LINE)])
    assert set(read(path, area, class_column="hang").reading.layers["roads"]["kind"]) == {"provincial"}
    (tmp_path / "work").rename(tmp_path / "before")
    with pytest.raises(BadSource, match="column 'ma' is missing, or holds no class"):
        read(path, area, class_column="ma")


def test_every_layer_of_a_file_is_read_or_the_one_that_is_named(area: ClipArea, tmp_path: Path) -> None:
    path = tmp_path / "base.gpkg"
    roads = gpd.GeoDataFrame({"fclass": ["primary"], "name": ["a"]}, geometry=[LineString(LINE)], crs=4326)
    points = gpd.GeoDataFrame(
        {"fclass": ["fuel", "atm"], "name": ["b", "c"]}, geometry=[Point(103.1, 21.1)] * 2, crs=4326
    )
    buildings = gpd.GeoDataFrame({"fclass": ["building"]}, geometry=[box(103.1, 21.1, 103.2, 21.2)], crs=4326)
    for name, frame in (("roads", roads), ("pois", points), ("buildings", buildings)):
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    reading = read(path, area)
    assert (by_name(reading, "roads"), by_name(reading, "services")) == ({"a": "national"}, {"b": "fuel"})
    (tmp_path / "work").rename(tmp_path / "before")
    assert set(read(path, area, part="pois").reading.layers) == {"services"}


def test_what_has_no_shape_is_counted(area: ClipArea, tmp_path: Path) -> None:
    columns = {"class": ["primary", "primary"], "name": ["a", "b"]}
    path = write_geojson(tmp_path / "a.geojson", columns, [LineString(LINE), None])
    reading = read(path, area).reading
    assert (len(reading.layers["roads"]), reading.left_out["empty"]) == (1, 1)


def test_what_is_no_layer_is_refused_with_what_it_is(area: ClipArea, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(BadSource, match="PDF"):
        read(path, area)

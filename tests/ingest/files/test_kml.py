"""KML: every ring, column and record arrives or is a finding."""

from pathlib import Path

import pytest
import shapely

from geo.errors import BadSource
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import look
from geo.ingest.files.table import Table
from tests.ingest.cases import PLACES, case, findings, new_records, staged, table_of, words

HEAD = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'


def document(work: Path, inner: str) -> Path:
    path = work / "Bản đồ.kml"
    path.write_text(f"{HEAD}<Document><name>Bản đồ thử</name>{inner}</Document></kml>", encoding="utf-8")
    return path


def placemark(inner: str, name: str = "a") -> str:
    return f"<Placemark><name>{name}</name>{inner}</Placemark>"


def one(work: Path, inner: str) -> Table:
    """A file of one Placemark."""
    return table_of(work, document(work, placemark(inner)))


def place(coordinates: str) -> str:
    return f"<Point><coordinates>{coordinates}</coordinates></Point>"


def ring(coordinates: str) -> str:
    return f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"


OUTER = f"<outerBoundaryIs>{ring('0,0 9,0 9,9 0,9 0,0')}</outerBoundaryIs>"
HOLES = [ring("1,1 2,1 2,2 1,1"), ring("3,3 4,3 4,4 3,3"), ring("5,5 6,5 6,6 5,5")]


def test_two_rings_of_one_inner_boundary_are_two_holes(tmp_path: Path) -> None:
    table = case(tmp_path, "kml_poly_two_rings_in_one_inner.kml")
    assert table.shapes is not None and shapely.get_num_interior_rings(table.shapes[0]) == 2
    outline = new_records(staged(table, "zones")).geometry.iloc[0]
    assert outline.contains(shapely.Point(103.101, 21.451)) and not outline.contains(shapely.Point(103.1035, 21.4525))
    assert not outline.contains(shapely.Point(103.1075, 21.4565))


@pytest.mark.parametrize("grouped", ["<innerBoundaryIs>{0}{1}{2}</innerBoundaryIs>", "<innerBoundaryIs>{0}</innerBoundaryIs><innerBoundaryIs>{1}{2}</innerBoundaryIs>"])  # fmt: skip
def test_holes_are_counted_however_they_are_grouped(tmp_path: Path, grouped: str) -> None:
    table = one(tmp_path, f"<Polygon>{OUTER}{grouped.format(*HOLES)}</Polygon>")
    assert table.shapes is not None and shapely.get_num_interior_rings(table.shapes[0]) == 3 and table.issues == ()


@pytest.mark.parametrize(
    ("geometry", "wkt"),
    [
        (place("103.1,21.4,512"), "POINT (103.1 21.4)"),
        (place("103.1, 21.4, 0"), "POINT (103.1 21.4)"),
        (place("103.1 21.4"), "POINT (103.1 21.4)"),
        ("<LineString><coordinates>1,2 3,4,0\n5,6</coordinates></LineString>", "LINESTRING (1 2, 3 4, 5 6)"),
        ("<gx:Track><when>2024</when><gx:coord>1 2 9</gx:coord><gx:coord>3 4 9</gx:coord></gx:Track>", "LINESTRING (1 2, 3 4)"),
        (f"<MultiGeometry>{place('1,2')}<MultiGeometry>{place('3,4')}</MultiGeometry></MultiGeometry>", "MULTIPOINT ((1 2), (3 4))"),
        (f"{place('1,2')}{place('3,4')}", "MULTIPOINT ((1 2), (3 4))"),
        (f"<MultiGeometry>{place('1,2')}<Polygon>{OUTER}</Polygon></MultiGeometry>", "GEOMETRYCOLLECTION (POINT (1 2), POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0)))"),
        ("<Polygon><extrude>1</extrude><outerBoundaryIs>" + ring("0,0 9,0 9,9 0,0") + "</outerBoundaryIs></Polygon>", "POLYGON ((0 0, 9 0, 9 9, 0 0))"),
        ("", None),
    ],
)  # fmt: skip
def test_places_of_every_kind(tmp_path: Path, geometry: str, wkt: str | None) -> None:
    table = one(tmp_path, geometry)
    assert table.shapes is not None and table.issues == ()
    assert (None if table.shapes[0] is None else shapely.to_wkt(table.shapes[0], rounding_precision=6)) == wkt


@pytest.mark.parametrize(
    "geometry",
    [
        place("103.1;21.4"), place("103,1 21,4"), place("1,2 3,4"), place("x,21.4"), place("103.1,"),
        f"<Polygon>{OUTER}{OUTER}</Polygon>", f"<Polygon><innerBoundaryIs>{HOLES[0]}</innerBoundaryIs></Polygon>",
        f"<Polygon>{OUTER}<inerBoundaryIs>{HOLES[0]}</inerBoundaryIs></Polygon>",
        f"<Polygon>{OUTER}<innerBoundaryIs><LinearRin/></innerBoundaryIs></Polygon>",
        f"<MultiGeometry>{place('1,2')}<Piont/></MultiGeometry>", "<Model/>", "<Point><coordinate>1,2</coordinate></Point>",
        f"<Polygon>{OUTER}<innerBoundaryIs>{ring('1,1 2,2')}</innerBoundaryIs></Polygon>",
    ],
)  # fmt: skip
def test_a_geometry_with_a_part_that_is_none_is_a_finding(tmp_path: Path, geometry: str) -> None:
    table = one(tmp_path, geometry)
    assert table.shapes is not None and table.shapes[0] is None
    assert findings(table) == [("bad_coordinate", 1, "geometry")]


def test_an_open_ring_is_closed_and_named(tmp_path: Path) -> None:
    table = one(tmp_path, f"<Polygon><outerBoundaryIs>{ring('0,0 9,0 9,9 0,9')}</outerBoundaryIs></Polygon>")
    assert table.shapes is not None and shapely.area(table.shapes[0]) == 81
    assert findings(table) == [("invalid_geometry", 1, "geometry")]


# --- what is not in the file, or no record -----------------------------------------------------------


def test_a_link_to_further_data_is_a_finding_with_its_address(tmp_path: Path) -> None:
    table = case(tmp_path, "kml_networklink_mixed.kml")
    assert len(table) == 1 and "1 network links: the rest of the data is behind them" in words(table)
    assert table.issues[0].value == "https://www.google.com/maps/d/kml?mid=abc"
    assert "nằm sau liên kết" in words(table, "vi")


def test_a_file_of_nothing_but_a_link_says_what_to_export(tmp_path: Path) -> None:
    link = "<NetworkLink><name>x</name><Link><href>https://maps/kml?mid=abc</href></Link></NetworkLink>"
    with pytest.raises(BadSource, match=r"only a link .*mid=abc.*untick") as refused:
        table_of(tmp_path, document(tmp_path, link))
    assert "bỏ chọn" in refused.value.vi


def test_overlays_and_unknown_elements_are_named(tmp_path: Path) -> None:
    inner = placemark("<giaChi>x</giaChi>") + "<GroundOverlay><name>ảnh</name></GroundOverlay><Placemrak/><Placemrak/>"
    said = words(table_of(tmp_path, document(tmp_path, inner)))
    assert "1 ground overlays" in said and "2 elements 'Placemrak'" in said and "1 elements 'giaChi'" in said


def test_an_address_is_a_column_that_places_the_record(tmp_path: Path) -> None:
    table = case(tmp_path, "kml_address_only.kml")
    assert table.columns["address"] == ["xã Thanh Nưa, huyện Điện Biên", "xã Quài Nưa, huyện Tuần Giáo"]
    records = new_records(staged(table, "producers"))
    assert records["old_commune_code"].notna().all() and not records.geometry.isna().any()


# --- columns -----------------------------------------------------------------------------------------


def test_names_of_data_keep_their_letters(tmp_path: Path) -> None:
    table = case(tmp_path, "mymaps_vn_fields.kml")
    assert list(table.columns) == ["Name", "Loại hình", "Địa chỉ", "Số hộ", "Năm thành lập", "Ghi chú"]
    records = new_records(staged(table, "producers"))
    assert list(records["households"]) == [12, 13, 14] and set(records["founded"]) == {"2019"}
    assert set(records["note"]) == {"chăn nuôi ong"} and set(records["address"]) == {"xã Thanh Xương, huyện Điện Biên"}


def test_fields_of_a_schema_have_their_types_and_a_value_that_has_none_stays_text(tmp_path: Path) -> None:
    schema = '<Schema name="s" id="s"><SimpleField name="số hộ" type="int"/><SimpleField name="tỷ lệ" type="double"/></Schema>'
    data = '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="số hộ">{}</SimpleData><SimpleData name="tỷ lệ">2.5</SimpleData></SchemaData></ExtendedData>'
    table = table_of(
        tmp_path, document(tmp_path, schema + placemark(data.format(12)) + placemark(data.format("12 hộ")))
    )
    assert table.columns == {"Name": ["a", "a"], "số hộ": [12, "12 hộ"], "tỷ lệ": [2.5, 2.5]}


def test_data_of_one_name_twice_are_two_columns(tmp_path: Path) -> None:
    data = "<Data name='Xã'><value>x</value></Data><Data name='Xã'><value>y</value></Data><Data><value>z</value></Data>"
    table = one(tmp_path, f"<ExtendedData>{data}</ExtendedData><TimeStamp><when>2024-02-31</when></TimeStamp>")
    assert table.columns == {"Name": ["a"], "timestamp": ["2024-02-31"], "Xã": ["x"], "Xã (2)": ["y"], "Data": ["z"]}


def test_a_description_is_plain_text_behind_the_files_own_columns(tmp_path: Path) -> None:
    table = case(tmp_path, "mymaps_one_folder.kml")
    records = new_records(staged(table, "sites"))
    assert records["note"].iloc[0] == "ghi chú của di tích lịch sử"
    assert [(point.x, point.y) for point in records.geometry] == PLACES
    assert table.columns["description"][0] == "Loại di tích: di tích lịch sử\nGhi chú: xem ảnh https://x/y.jpg"
    assert "HTML tags removed from the descriptions of records: 1, 2, 3." in words(table)


ROWS = "<table><tr><td>TEN</td><td>Rừng {0}</td></tr><tr><td>Diện tích (ha)</td><td>{0},5</td></tr></table>"


def test_a_table_in_the_descriptions_becomes_columns(tmp_path: Path) -> None:
    inner = "".join(
        placemark(f"<description><![CDATA[<html><body>{ROWS.format(n)}</body></html>]]></description>") for n in (1, 2)
    )
    table = table_of(tmp_path, document(tmp_path, inner))
    assert table.columns == {"Name": ["a", "a"], "TEN": ["Rừng 1", "Rừng 2"], "Diện tích (ha)": ["1,5", "2,5"]}
    assert "Columns out of the tables in descriptions: TEN, Diện tích (ha)." in words(table)


def test_a_description_of_words_stays_one(tmp_path: Path) -> None:
    table = one(tmp_path, "<description>Lưu ý: đường xấu, số hộ &lt; 5</description>")
    assert table.columns["description"] == ["Lưu ý: đường xấu, số hộ < 5"] and table.notes == ()


# --- folders -----------------------------------------------------------------------------------------


def folder(name: str, inner: str) -> str:
    return f"<Folder><name>{name}</name>{inner}</Folder>"


def test_records_of_every_folder_are_offered(tmp_path: Path) -> None:
    p = placemark("")
    inner = folder("A", p + folder("B", p + p) + p) + folder("A", p) + folder("trống", "") + p + folder("", p)
    parts = look([document(tmp_path, inner)], tmp_path / "work", Limits())
    assert [(part.name, part.rows) for part in parts] == [
        ("A", 2), ("B", 2), ("A (2)", 1), ("Bản đồ thử", 1), ("ban_do", 1), ("*", 7),
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "kml:"])
def test_a_prefix_of_the_namespace_does_not_matter(tmp_path: Path, prefix: str) -> None:
    body = f"<{prefix}kml xmlns:kml='http://earth.google.com/kml/2.1'><{prefix}Placemark><{prefix}name>Mường Ảng</{prefix}name></{prefix}Placemark></{prefix}kml>"
    (tmp_path / "x").write_text(body, encoding="utf-8")
    assert table_of(tmp_path, tmp_path / "x").columns == {"Name": ["Mường Ảng"]}


# --- folders -----------------------------------------------------------------------------------------


def folders(work: Path) -> Path:
    """Two folders, of two Placemarks and one, and one Placemark outside them."""
    inner = (
        f"<Folder><name>Di tích</name>{placemark(place('1,2'))}{placemark(place('3,4'), 'b')}</Folder>"
        f"<Folder><name>*</name>{placemark(place('5,6'), 'c')}</Folder>{placemark(place('7,8'), 'd')}"
    )
    return document(work, inner)


def test_several_folders_are_offered_one_by_one_and_together(tmp_path: Path) -> None:
    parts = look([folders(tmp_path)], tmp_path / "work", Limits())
    assert [(part.name, part.rows) for part in parts] == [("Di tích", 2), ("* (2)", 1), ("Bản đồ thử", 1), ("*", 4)]
    assert parts[0].label.en == "Di tích" and parts[-1].label.en == "all folders, with a column of their names"


def test_all_folders_together_have_the_name_of_the_folder_as_a_column(tmp_path: Path) -> None:
    table = table_of(tmp_path, folders(tmp_path), part="*")
    assert table.columns == {"folder": ["Di tích", "Di tích", "* (2)", "Bản đồ thử"], "Name": ["a", "b", "c", "d"]}
    assert list(table.row_numbers) == [1, 2, 3, 4] and table.issues == () and table.shapes is not None
    assert [shapely.get_x(shape) for shape in table.shapes] == [1, 3, 5, 7]


def test_one_folder_is_not_offered_twice(tmp_path: Path) -> None:
    path = document(tmp_path, f"<Folder><name>A</name>{placemark(place('1,2'))}</Folder>")
    assert [part.name for part in look([path], tmp_path / "work", Limits())] == ["A"]
    assert "folder" not in table_of(tmp_path, path).columns


def test_a_column_called_folder_stands_beside_that_of_the_folders(tmp_path: Path) -> None:
    data = "<ExtendedData><Data name='folder'><value>x</value></Data></ExtendedData>"
    inner = f"<Folder><name>A</name>{placemark(place('1,2') + data)}</Folder>{placemark(place('3,4'))}"
    columns = table_of(tmp_path, document(tmp_path, inner), part="*").columns
    assert columns["folder"] == ["A", "Bản đồ thử"] and columns["folder (2)"] == ["x", None]

"""Formats of other programs: read where a library reads them well, else named with what to do."""

import json
import zipfile
from pathlib import Path

import pytest
import shapely

from geo.errors import BadSource
from geo.ingest.files.limits import Limits
from geo.ingest.files.sniff import sniff
from tests.ingest import samples
from tests.ingest.cases import FOLDER, PLACES, case, new_records, staged, table_of, words
from tests.ingest.files.workbooks import ods, ods_cell, xlsb

ROWS: list[list[object]] = [["Tên", "Xã", "Số"], ["Gạo", "Thanh Yên", 9.5], ["Chè", "Sín Chải", 8]]


def refused(path: Path, work: Path) -> BadSource:
    with pytest.raises(BadSource) as caught:
        table_of(work, path)
    assert path.name in caught.value.en and path.name in caught.value.vi and caught.value.en != caught.value.vi
    return caught.value


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- delimited text ----------------------------------------------------------------------------------


def test_commas_in_quotes_part_no_cells(tmp_path: Path) -> None:
    table = case(tmp_path, "quoted_commas.csv")
    assert len(table) == 3
    addresses = new_records(staged(table, "producers"))["address"]
    assert addresses.iloc[0] == "bản Noong Nhai, xã Thanh Xương, huyện Điện Biên, tỉnh Điện Biên"


def test_a_title_above_a_csv(tmp_path: Path) -> None:
    assert len(case(tmp_path, "csv_title_first.csv")) == 2


def test_utf_16_without_a_mark_is_text(tmp_path: Path) -> None:
    points = new_records(staged(case(tmp_path, "utf16le_tab_nobom.txt"), "sites")).geometry
    assert [(point.x, point.y) for point in points] == PLACES


@pytest.mark.parametrize(
    "text",
    [
        "a|b|c\n1|2|3\n4|5|6\n", "SỞ NÔNG NGHIỆP\nDANH SÁCH\n(kèm công văn)\n\na;b\n1;2\n3;4\n5;6\n",
        '"x,y","z"\n"1,2,3","4"\n"5","6"\n', 'a,b\n"nhiều\ndòng, có phẩy",1\n"x",2\n', "a,b\n1,2\n",
        'a,"b\nb"\n1,"' + "x, y" * 3_000 + '"\n2,3\n',
    ],
)  # fmt: skip
def test_delimited_text_is_recognised(tmp_path: Path, text: str) -> None:
    assert sniff(written(tmp_path / "x", text)) == "csv"


@pytest.mark.parametrize("text", ["Kính gửi các xã\nđề nghị báo cáo\nsố liệu\n", "một dòng", "Xin chào,\nđây là thư\nkhông phải bảng\ncảm ơn\n"])  # fmt: skip
def test_prose_is_no_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSource, match="not known"):
        sniff(written(tmp_path / "x", text))


# --- archives ----------------------------------------------------------------------------------------


def test_folders_parted_by_backslashes(tmp_path: Path) -> None:
    table = case(tmp_path, "zip_backslash.zip")
    assert table.shapes is not None and [(point.x, point.y) for point in table.shapes] == PLACES


def test_an_empty_folder_by_backslash_is_none_of_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    content = samples.SAMPLES["geojson"](tmp_path).read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Dữ liệu\\", b"")
        archive.writestr("Dữ liệu\\xa.geojson", content)
    assert len(table_of(tmp_path, path)) == 3


# --- read --------------------------------------------------------------------------------------------


def geodatabase(folder: Path) -> list[Path]:
    """The files of a File Geodatabase that GDAL of the system writes."""
    source = samples.SAMPLES["geojson"](folder)
    made = samples.ogr2ogr(folder / "Dữ liệu xã.gdb", source, "-f", "OpenFileGDB", "-nln", "xa")
    return sorted(made.iterdir())


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_geodatabase_is_read_packed_or_as_its_files(tmp_path: Path, packed: bool) -> None:
    files = geodatabase(tmp_path)
    if packed:
        files = [samples.zipped(tmp_path / "x.zip", *files, into="Dữ liệu xã.gdb/")]
    table = table_of(tmp_path, *files)
    assert (table.kind, table.columns["ten"]) == ("gdb", samples.NAMES) and table.shapes is not None
    assert "4326" in str(table.crs)


def test_a_damaged_geodatabase_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"Esri File Geodatabase.*GeoPackage or Shapefile") as caught:
        case(tmp_path, "ditich.gdb.zip")
    assert "ditich.gdb" in caught.value.vi and "Hãy xuất lớp sang GeoPackage hoặc Shapefile" in caught.value.vi
    assert "/" not in caught.value.vi


TOPOLOGY = {
    "type": "Topology",
    "objects": {"xa": {"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "arcs": [[0]], "properties": {"ten": "a"}}, {"type": "Point", "coordinates": [103.5, 21.5], "properties": {"ten": "b"}},
    ]}},
    "arcs": [[[103, 21], [103.25, 21], [103.25, 21.5], [103, 21]]],
}  # fmt: skip


def test_topojson_is_read(tmp_path: Path) -> None:
    table = case(tmp_path, "topo.topojson")
    assert table.kind == "topojson" and table.columns["name"] == ["Đồi A1 thử"]
    assert table.shapes is not None and table.shapes[0] == shapely.Point(103.0186, 21.3865)
    table = table_of(tmp_path, written(tmp_path / "x.json", json.dumps(TOPOLOGY)))
    assert table.shapes is not None and shapely.area(table.shapes[0]) == 0.0625 and table.issues == ()


@pytest.mark.parametrize(("good", "bad"), [("103.5", '"103.5"'), ("103.25, 21.5", "null, 21.5"), ("[[0]]", "[[7]]")])
def test_a_number_of_a_topojson_that_is_none_is_not_read_as_0(tmp_path: Path, good: str, bad: str) -> None:
    content = json.dumps(TOPOLOGY).replace(good, bad, 1)
    error = refused(written(tmp_path / "Bản đồ.topojson", content), tmp_path)
    assert "Export the layer again as GeoJSON" in error.en or "is damaged" in error.en


def test_a_geometry_of_a_topojson_that_gdal_drops_is_counted(tmp_path: Path) -> None:
    content = json.dumps(TOPOLOGY).replace('"Point"', '"Piont"')
    assert "1 geometries cannot be read" in words(table_of(tmp_path, written(tmp_path / "x.json", content)))


def test_a_damaged_topojson_keeps_its_own_name(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "Bản đồ.topojson", '{"type": "Topology", "objects": {'), tmp_path)
    assert "thành GeoJSON" in error.vi


@pytest.mark.parametrize("name", ["bảng.ods", "bảng.xlsx"])
def test_an_opendocument_sheet_is_read(tmp_path: Path, name: str) -> None:
    table = table_of(tmp_path, ods(tmp_path / name, ROWS))
    assert (table.kind, table.layer) == ("ods", "Danh sách")
    assert table.columns == {"Tên": ["Gạo", "Chè"], "Xã": ["Thanh Yên", "Sín Chải"], "Số": [9.5, 8]}


def test_merged_cells_and_formulas_of_an_opendocument_sheet(tmp_path: Path) -> None:
    covered = "<table:covered-table-cell/>"
    rows = [
        ROWS[0],
        ["Gạo", ods_cell("Thanh Yên", number_rows_spanned=2), ods_cell(3, formula="of:=1+2")],
        ["Chè", covered, 8],
    ]
    table = table_of(tmp_path, ods(tmp_path / "a.ods", rows))
    assert table.columns["Xã"] == ["Thanh Yên", "Thanh Yên"] and table.columns["Số"] == [3, 8]
    assert "B2:B3" in words(table) and "1 cells hold a formula" in words(table)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('<table:table-row table:number-rows-repeated="1000000">' + ods_cell("x") * 2 + "</table:table-row>", "rows"),
        (("<table:table-row>" + ods_cell("x", number_columns_repeated=16_000) + "</table:table-row>") * 2, "columns"),
    ],
)
def test_cells_repeated_beyond_the_limits_are_refused_before_they_are_read(
    tmp_path: Path, body: str, what: str
) -> None:
    with pytest.raises(BadSource, match=f"{what}; at most"):
        table_of(tmp_path, ods(tmp_path / "a.ods", [], body=body), limits=Limits(max_rows=1_000))


def test_entities_in_an_opendocument_sheet_are_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", ROWS)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content.replace(b"?><office", b'?><!DOCTYPE a [<!ENTITY b "c">]><office'))
    with pytest.raises(BadSource, match="DOCTYPE"):
        table_of(tmp_path, path)


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    table = table_of(tmp_path, xlsb(tmp_path / "a.xlsb", ROWS))
    assert (table.kind, table.columns["Tên"], table.columns["Số"]) == ("xlsb", ["Gạo", "Chè"], [9.5, 8])
    assert "formulas cannot be seen" in words(table)


def test_a_damaged_opendocument_sheet_says_what_to_do(tmp_path: Path) -> None:
    error = refused(FOLDER / "bang.ods", tmp_path)
    assert "LibreOffice" in error.en and "lưu thành .xlsx" in error.vi


# --- named -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "en", "vi"),
    [
        (b"\0\1\0\0Standard Jet DB\0" + bytes(50), "Access database", "Personal Geodatabase"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip", "bung ra"), (b"{\\rtf1\\ansi x}", "RTF", "chép bảng"),
        (b"%PDF-1.7", "PDF", "dữ liệu gốc"), (b"AC1027", "DWG", "DXF"), (b"MM\0*" + bytes(20), "TIFF", "số hoá"),
        ("<!DOCTYPE html><html><body>x</body></html>", "web page", "trang web"),
        ("\ufeff<html xmlns:x='urn:x'><table><tr><td>a</td></tr></table></html>", "web page", "lưu thành sổ tính Excel"),
        ("<table><tr><td>a</td></tr></table>", "web page", "trang web"),
        ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "Excel 2003", "Excel 2003"),
        ('<?xml version="1.0"?><ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"/>', "Excel 2003", ".xlsx"),
        ('<?xml version="1.0"?><gml:FeatureCollection/>', "GML", "GeoPackage"),
        ("<!DOCTYPE qgis PUBLIC 'x'><qgis/>", "QGIS project", "tệp dữ liệu"), ("MIME-Version: 1.0\nX: y\n", "MHTML", "Excel"),
        ('{"displayFieldName": "", "geometryType": "esriGeometryPoint", "features": [{"attributes": {}}]}', "Esri JSON", "f=geojson"),
        ('[{"ten": "a"}, {"ten": "b"}]', "not GeoJSON", "CSV"), ("!Workspace\n!Version 300\n", "MapInfo workspace", ".wor"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password", "mật khẩu"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", [".xls", ".json"])
def test_a_file_is_named_with_what_to_do(tmp_path: Path, content: str | bytes, en: str, vi: str, ending: str) -> None:
    error = refused(written(tmp_path / f"Tệp{ending}", content), tmp_path)
    assert en in error.en and vi in error.vi


@pytest.mark.parametrize(
    ("member", "mimetype", "words"),
    [
        ("word/document.xml", "", "Word"), ("ppt/presentation.xml", "", "PowerPoint"), ("Index/Document.iwa", "", "Numbers"),
        ("dự án.qgs", "", "QGIS project"), ("content.xml", "application/vnd.oasis.opendocument.text", "no spreadsheet"),
    ],
)  # fmt: skip
def test_an_archive_of_another_program_is_named(tmp_path: Path, member: str, mimetype: str, words: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(member, "x")
        if mimetype:
            archive.writestr("mimetype", mimetype)
    assert words in refused(tmp_path / "x.zip", tmp_path).en


def test_a_project_beside_its_layers_does_not_hide_them(tmp_path: Path) -> None:
    (tmp_path / "x.qgs").write_text("<qgis/>")
    path = samples.zipped(tmp_path / "x.zip", samples.SAMPLES["gpkg"](tmp_path), tmp_path / "x.qgs")
    assert len(table_of(tmp_path, path)) == 3


def test_one_file_of_a_geodatabase_says_what_to_send(tmp_path: Path) -> None:
    assert "folder .gdb" in refused(written(tmp_path / "a00000009.gdbtable", b"\3\0\0\0" + bytes(60)), tmp_path).en


def test_a_page_named_xls_is_a_page(tmp_path: Path) -> None:
    assert "lưu thành sổ tính Excel (.xlsx)" in refused(FOLDER / "html_as.xls", tmp_path).vi


def test_a_refusal_names_the_file_as_it_was_sent(tmp_path: Path) -> None:
    error = refused(written(tmp_path / "Bản đồ xã.geojson", '{"type": "FeatureCollection", "features": [}'), tmp_path)
    assert "ban_do_xa" not in error.en

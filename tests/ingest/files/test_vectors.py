"""Every kind of vector file, under a wrong name too: the same records, coordinates, bytes of text, and words on its CRS."""

import json
import shutil
import sqlite3
import struct
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import MultiPolygon, Point

from geo.errors import BadSource
from geo.ingest.files.opening import choose, look, read
from tests.ingest import samples
from tests.ingest.files.vector_tables import LIMITS, opened, same, utf8
from tests.ingest.samples import NAMES, NUMBERS, SHAPES, VN2000, copied, frame, group, ogr2ogr, points, write, zipped

# --- every kind, under every name --------------------------------------------------------------------


@pytest.mark.parametrize("name", [None, "odd.bin", "odd.shp", "odd.json", "Bản đồ xã.kml"])
@pytest.mark.parametrize("kind", samples.SAMPLES)
def test_the_content_decides_whatever_the_name(tmp_path: Path, kind: str, name: str | None) -> None:
    path = samples.SAMPLES[kind](tmp_path)
    table = opened(tmp_path, copied(path, name) if name else path)
    assert (table.kind, len(table), list(table.row_numbers)) == (kind, 3, [1, 2, 3])
    order = [2, 1, 0] if kind == "flatgeobuf" else [0, 1, 2]  # its index puts them in an order of its own
    places = points().geometry.tolist() if kind == "gpx" else SHAPES
    assert same(table, [places[row] for row in order])
    if kind in {"dxf", "dgn"}:
        return
    names = table.columns["name" if kind == "gpx" else "ten"]
    assert (utf8(names) if kind in {"shapefile", "tab", "mif"} else names) == [NAMES[row] for row in order]
    if kind != "gpx":
        assert [int(str(so)) for so in table.columns["so"]] == [NUMBERS[row] for row in order]
    assert "WGS" in str(table.crs) or table.crs == "EPSG:4326"


# --- Shapefile ---------------------------------------------------------------------------------------


def test_loose_files_with_capital_endings_belong_together(tmp_path: Path) -> None:
    samples.loose(tmp_path)
    files = [path.rename(path.with_name("Xã Mường Ảng" + path.suffix.upper())) for path in group(tmp_path / "xa.shp")]
    table = opened(tmp_path, *files)
    assert utf8(table.columns["ten"]) == NAMES and same(table, SHAPES)
    assert table.cpg == "UTF-8" and table.issues == ()


def test_the_prj_is_kept_as_it_stands_in_the_file(tmp_path: Path) -> None:
    path = samples.loose(tmp_path)
    path.with_suffix(".prj").write_text(VN2000)
    assert opened(tmp_path, *group(path)).crs == VN2000


@pytest.mark.parametrize(
    ("ending", "columns", "issue"),
    [(".shx", ["ten", "so"], "xa.shx is missing"), (".dbf", [], "xa.dbf is missing"), (".prj", ["ten", "so"], None), (".cpg", ["ten", "so"], None)],
)  # fmt: skip
@pytest.mark.parametrize("as_zip", [True, False])
def test_what_a_shapefile_can_do_without_is_told(
    tmp_path: Path, ending: str, columns: list[str], issue: str | None, as_zip: bool
) -> None:
    path = samples.loose(tmp_path)
    path.with_suffix(ending).unlink()
    table = opened(tmp_path, *([zipped(tmp_path / "x.zip", *group(path))] if as_zip else group(path)))
    assert same(table, SHAPES) and [name for name in table.columns if name != "FID"] == columns
    assert all(issue and issue in one.message.en for one in table.issues)
    assert len(table.issues) == (issue is not None)
    assert (table.crs is None) == (ending == ".prj") and (table.cpg is None) == (ending == ".cpg")


@pytest.mark.parametrize("ending", [".shx", ".prj"])
def test_a_part_without_the_shp_says_what_belongs_together(tmp_path: Path, ending: str) -> None:
    path = samples.loose(tmp_path)
    with pytest.raises(BadSource, match=r"xa\.shp is missing"):
        opened(tmp_path, path.with_suffix(ending))


def test_files_of_two_shapefiles_do_not_belong_together(tmp_path: Path) -> None:
    path = samples.loose(tmp_path)
    other = write(tmp_path / "two" / "xa.shp", "ESRI Shapefile", frame()[:2])
    shutil.copyfile(other.with_suffix(".dbf"), path.with_suffix(".dbf"))
    with pytest.raises(BadSource, match="do not belong together"):
        opened(tmp_path, *group(path))


@pytest.mark.parametrize("name", ["xa.dbf", "xa.DBF", "bang.bin"])
def test_a_dbf_alone_is_a_table_without_places(tmp_path: Path, name: str) -> None:
    table = opened(tmp_path, samples.loose(tmp_path).with_suffix(".dbf").rename(tmp_path / name))
    assert utf8(table.columns["ten"]) == NAMES and table.shapes is None and table.crs is None


def test_bytes_of_old_encodings_come_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "x.shp", "ESRI Shapefile", frame(ma=["aaaaaaaaaa", "bbbb", "c"]), encoding="utf-8")
    old = "§iÖn Biªn".encode("latin-1").ljust(10)  # TCVN3
    path.with_suffix(".dbf").write_bytes(path.with_suffix(".dbf").read_bytes().replace(b"aaaaaaaaaa", old))
    for cpg in ("1258", "UTF-8", "no such thing"):
        path.with_suffix(".cpg").write_text(cpg)
        table = opened(tmp_path, *group(path))
        assert table.columns["ma"] == ["§iÖn Biªn", "bbbb", "c"] and table.cpg == cpg


def test_folders_of_an_archive_hold_layers_of_their_own(tmp_path: Path) -> None:
    one = group(write(tmp_path / "a" / "xa.shp", "ESRI Shapefile", frame()[:1], encoding="utf-8"))
    two = group(write(tmp_path / "b" / "xa.shp", "ESRI Shapefile", frame()[1:], encoding="utf-8"))
    path = zipped(tmp_path / "x.zip", *one, into="Huyện Mường Ảng/Xã 2024/")
    zipped(path, *two, into="Huyện Tủa Chùa/", mode="a")
    parts = look([path], tmp_path / "work", LIMITS)
    assert [(part.name, part.rows) for part in parts] == [("xa.shp/xa", 1), ("xa.shp/xa (2)", 2)]
    assert choose(parts, None) is None and choose(parts, "xa.shp/xa (2)") == parts[1]
    assert [utf8(read(part, LIMITS).columns["ten"]) for part in parts] == [NAMES[:1], NAMES[1:]]
    with pytest.raises(BadSource, match="no layer 'thon'"):
        choose(parts, "thon")


def test_names_that_differ_by_their_marks_only_are_two_layers(tmp_path: Path) -> None:
    one = group(write(tmp_path / "Vùng.shp", "ESRI Shapefile", frame()[:1]))
    two = group(write(tmp_path / "Vung.shp", "ESRI Shapefile", frame()[1:]))
    parts = look([zipped(tmp_path / "x.zip", *one, *two)], tmp_path / "work", LIMITS)
    assert [len(read(part, LIMITS)) for part in parts] == [1, 2]


def test_an_empty_layer_beside_another_is_passed_over_and_alone_is_named(tmp_path: Path) -> None:
    full = group(write(tmp_path / "xa.shp", "ESRI Shapefile", encoding="utf-8"))
    empty = group(write(tmp_path / "thon.shp", "ESRI Shapefile", frame()[:0], geometry_type="Polygon"))
    assert len(opened(tmp_path, zipped(tmp_path / "two.zip", *empty, *full))) == 3
    with pytest.raises(BadSource, match=r"thon\.shp .* holds no record"):
        opened(tmp_path, zipped(tmp_path / "one.zip", *empty))


def test_layers_of_several_kinds_in_one_archive(tmp_path: Path) -> None:
    files = [
        *group(samples.loose(tmp_path)), *group(write(tmp_path / "bang" / "ban.tab", "MapInfo File", frame()[:2])),
        write(tmp_path / "diem.kml", "LIBKML", points()), write(tmp_path / "kho.gpkg", "GPKG"),
    ]  # fmt: skip
    parts = look([zipped(tmp_path / "x.zip", *files)], tmp_path / "work", LIMITS)
    assert [(part.kind, part.name, part.rows) for part in parts] == [
        ("shapefile", "xa", 3), ("tab", "ban", 2), ("kml", "diem", 3), ("gpkg", "kho", 3)
    ]  # fmt: skip


def test_what_an_archive_holds_instead_of_a_layer_is_named(tmp_path: Path) -> None:
    (tmp_path / "quy hoạch.dwg").write_bytes(b"AC1027" + b"\0" * 100)
    with pytest.raises(BadSource, match="AutoCAD DWG drawing"):
        opened(tmp_path, zipped(tmp_path / "x.zip", tmp_path / "quy hoạch.dwg"))


def test_a_shapefile_in_three_dimensions_loses_heights_only(tmp_path: Path) -> None:
    high = frame().set_geometry([shapely.force_3d(shape, 900) for shape in SHAPES], crs=4326)
    path = write(tmp_path / "xa.shp", "ESRI Shapefile", high)
    table = opened(tmp_path, *group(path))
    assert same(table, SHAPES) and not shapely.has_z(table.shapes).any()


# --- GeoPackage --------------------------------------------------------------------------------------


def test_layers_of_a_geopackage_are_chosen_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "kho.gpkg", "GPKG", layer="xã")
    write(path, "GPKG", points(), layer="điểm dân cư", append=True)
    write(path, "GPKG", frame()[:0], layer="trống", append=True, geometry_type="Polygon")
    parts = look([path], tmp_path / "work", LIMITS)
    assert [(part.name, part.rows, part.geometry) for part in parts] == [
        ("xã", 3, "Polygon"),
        ("điểm dân cư", 3, "Point"),
    ]
    assert same(opened(tmp_path, path, layer="điểm dân cư"), points().geometry.tolist())
    assert opened(tmp_path, path, layer="xã").columns["ten"] == NAMES


def test_a_geopackage_of_the_provinces_own_zone_keeps_its_words(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('WKT,ten\n"POINT(501234.5 2368000.25)",a\n')
    table = opened(tmp_path, ogr2ogr(tmp_path / "x.gpkg", tmp_path / "x.csv", "-f", "GPKG", "-a_srs", VN2000))
    assert same(table, [Point(501234.5, 2368000.25)])
    assert (
        table.crs is not None
        and 'PARAMETER["central_meridian",103]' in table.crs
        and VN2000.split("TOWGS84")[1].split("]")[0] in table.crs
    )


def test_curves_of_a_geopackage_become_lines(tmp_path: Path) -> None:
    text = "CURVEPOLYGON(COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,2 0),(2 0,0 0)))"
    (tmp_path / "x.csv").write_text(f'WKT,ten\n"{text}",a\n"POLYGON((5 5,6 5,6 6,5 5))",b\n')
    path = ogr2ogr(tmp_path / "x.gpkg", tmp_path / "x.csv", "-f", "GPKG", "-a_srs", "EPSG:9210", "-nlt", "CURVEPOLYGON")
    table = opened(tmp_path, path)
    assert table.shapes is not None and table.columns["ten"] == ["a", "b"]
    assert {shape.geom_type for shape in table.shapes.tolist()} <= {"Polygon", "MultiPolygon"}
    assert shapely.area(table.shapes[0]) == pytest.approx(np.pi / 2, rel=1e-3)
    assert "9210" in str(table.crs)


def test_a_table_of_a_geopackage_has_no_places(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gpkg", "GPKG", frame().drop(columns="geometry"), layer="bang")
    table = opened(tmp_path, path)
    assert table.shapes is None and table.columns["ten"] == NAMES


def test_dates_and_numbers_come_as_plain_values(tmp_path: Path) -> None:
    more = {"ngay": np.array(["2024-01-31", "NaT", "1999-12-01"], "datetime64[D]"), "ty": [1.5, np.nan, 2.0], "co": [True, False, True]}  # fmt: skip
    table = opened(tmp_path, write(tmp_path / "x.gpkg", "GPKG", frame(**more)))
    assert table.columns["ngay"] == ["2024-01-31", None, "1999-12-01"]
    assert table.columns["ty"] == [1.5, None, 2] and table.columns["co"] == [True, False, True]


@pytest.mark.parametrize(
    ("column", "text", "others"),
    [("so", "12 hộ", [7, 305]), ("ty", "1,5", [1.5, 3.5]), ("ngay", "2024-02-31", ["2024-01-31", "1999-12-01"])],
)
def test_text_in_a_column_of_numbers_or_dates_arrives(
    tmp_path: Path, column: str, text: str, others: list[object]
) -> None:
    days = np.array(["2024-01-31", "2024-01-30", "1999-12-01"], "datetime64[D]")
    path = write(tmp_path / "x.gpkg", "GPKG", frame(ngay=days, ty=[1.5, 2.5, 3.5]))
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(f"UPDATE x SET {column} = ? WHERE fid = 2", (text,))
    connection.close()
    table = opened(tmp_path, path)
    assert table.columns[column] == [others[0], text, others[1]]
    assert list(table.columns) == ["ten", "so", "ngay", "ty"] and same(table, SHAPES)


# --- GeoJSON -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_a_sequence_of_features_with_or_without_separators(tmp_path: Path, mark: str) -> None:
    lines = [
        json.dumps({"type": "Feature", "properties": {"ten": name}, "geometry": shapely.geometry.mapping(shape)}, ensure_ascii=False)
        for name, shape in zip(NAMES, SHAPES, strict=True)
    ]  # fmt: skip
    (tmp_path / "x.txt").write_text("".join(f"{mark}{line}\n" for line in lines), encoding="utf-8")
    table = opened(tmp_path, tmp_path / "x.txt")
    assert (table.kind, table.columns["ten"]) == ("geojsonseq", NAMES) and same(table, SHAPES)


def test_a_geojson_with_a_mark_of_its_encoding_and_a_crs_of_its_own(tmp_path: Path) -> None:
    text = samples.SAMPLES["geojson"](tmp_path).read_text(encoding="utf-8")
    data = json.loads(text) | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3405"}}}
    (tmp_path / "x").write_text(json.dumps(data), encoding="utf-8-sig")
    table = opened(tmp_path, tmp_path / "x")
    assert "VN-2000 / UTM zone 48N" in str(table.crs) and same(table, SHAPES)


def test_lists_and_objects_in_a_geojson_are_text(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"a": ["chè", "cà phê"], "b": {"c": 1}, "d": None, "e": 1e999},
        "geometry": None,
    }
    (tmp_path / "x").write_text(json.dumps(feature, ensure_ascii=False).replace("Infinity", "1e999"), encoding="utf-8")
    columns = opened(tmp_path, tmp_path / "x").columns
    assert json.loads(str(columns["a"][0])) == ["chè", "cà phê"] and json.loads(str(columns["b"][0])) == {"c": 1}
    assert columns["d"] == [None] and columns["e"] == [None]


# --- KML and GPX -------------------------------------------------------------------------------------

KML = """<?xml version="1.0" encoding="UTF-8"?><!-- Google Earth --><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<name>Bản đồ</name>
<Folder><name>Vùng chè</name><Placemark><name>Điện Biên</name><description><![CDATA[<!DOCTYPE html><b>x</b>]]></description>
<Polygon><outerBoundaryIs><LinearRing><coordinates>103,21,0 103.25,21,0 103.25,21.5,0 103,21,0</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>
<Folder><name>Cơ sở</name><Placemark><name>HTX 1</name><Point><coordinates>103.1,21.4</coordinates></Point></Placemark>
<Placemark><name>HTX 2</name><Point><coordinates>103.2,21.4</coordinates></Point></Placemark></Folder>
</Document></kml>"""


@pytest.mark.parametrize("packed", [False, True])
def test_folders_of_a_kml_are_layers(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "doc.kml"
    path.write_text(KML, encoding="utf-8")
    path = zipped(tmp_path / "x.kmz", path) if packed else path
    parts = look([path], tmp_path / "work", LIMITS)
    assert [(part.name, part.rows, part.kind) for part in parts] == [
        ("Vùng chè", 1, path.suffix[1:]), ("Cơ sở", 2, path.suffix[1:]), ("*", 3, path.suffix[1:])
    ]  # fmt: skip
    table = read(parts[0], LIMITS)
    assert table.columns["Name"] == ["Điện Biên"] and same(table, SHAPES[:1]) and table.crs == "EPSG:4326"
    assert same(read(parts[1], LIMITS), [Point(103.1, 21.4), Point(103.2, 21.4)])


def test_a_kmz_that_gdal_writes_is_read_through_its_links(tmp_path: Path) -> None:
    table = opened(tmp_path, write(tmp_path / "xa.kmz", "LIBKML"))
    assert table.columns["ten"] == NAMES and same(table, SHAPES)


GPX = """<?xml version="1.0"?><gpx version="1.1" creator="Garmin" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="21.4" lon="103.1"><ele>480.5</ele><name>HTX Mường Ảng</name></wpt>
<trk><name>Ranh vùng chè</name><trkseg><trkpt lat="21" lon="103"/><trkpt lat="21" lon="103.25"/><trkpt lat="21.5" lon="103.25"/><trkpt lat="21" lon="103"/></trkseg></trk>
</gpx>"""


def test_waypoints_and_tracks_of_a_gpx_are_layers(tmp_path: Path) -> None:
    (tmp_path / "x.gpx").write_text(GPX, encoding="utf-8")
    parts = look([tmp_path / "x.gpx"], tmp_path / "work", LIMITS)
    assert [(part.name, part.rows) for part in parts] == [("waypoints", 1), ("tracks", 1), ("track_points", 4)]
    table = opened(tmp_path, tmp_path / "x.gpx", layer="waypoints")
    assert (
        table.columns["name"] == ["HTX Mường Ảng"]
        and table.columns["ele"] == [480.5]
        and same(table, [Point(103.1, 21.4)])
    )
    track = opened(tmp_path, tmp_path / "x.gpx", layer="tracks").shapes
    assert track is not None and shapely.get_coordinates(track[0]).tolist() == [
        [103, 21],
        [103.25, 21],
        [103.25, 21.5],
        [103, 21],
    ]


# --- drawings ----------------------------------------------------------------------------------------


def test_a_geometry_that_has_no_ring_to_close_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    table = opened(
        tmp_path,
        write(
            tmp_path / "x.gpkg",
            "GPKG",
            frame().set_geometry([MultiPolygon([SHAPES[0]]), None, MultiPolygon()], crs=4326),
        ),
    )
    assert table.shapes is not None and table.shapes[1] is None and shapely.is_empty(table.shapes[2])


def test_a_database_header_is_of_one_layer_only(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gpkg", "GPKG")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE rieng (a)")
    assert [part.name for part in look([path], tmp_path / "work", LIMITS)] == ["x"]


def test_deleted_rows_of_a_dbf_are_not_records(tmp_path: Path) -> None:
    path = samples.loose(tmp_path)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    (start, width) = struct.unpack_from("<HH", data, 8)
    data[start + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(data)
    table = opened(tmp_path, *group(path))
    assert utf8(table.columns["ten"]) == [NAMES[0], NAMES[2]] and same(table, [SHAPES[0], SHAPES[2]])


def test_gdal_of_the_process_has_no_driver_that_reads_elsewhere(tmp_path: Path) -> None:
    opened(tmp_path, samples.SAMPLES["geojson"](tmp_path))
    assert not {"OGR_VRT", "GDALG", "WFS", "OAPIF", "HTTP", "OGCAPI", "SQLite", "GML"} & set(pyogrio.list_drivers())


@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_a_sequence_that_lost_a_record_is_refused(tmp_path: Path, mark: str) -> None:
    lines = samples.SAMPLES["geojsonseq"](tmp_path).read_text(encoding="utf-8").splitlines()
    (tmp_path / "x").write_text("\n".join(mark + line for line in lines)[:-5], encoding="utf-8")
    with pytest.raises(BadSource, match="3 records but only 2"):
        opened(tmp_path, tmp_path / "x")


@pytest.mark.parametrize("prj", [b"", b"PROJCS[", b"\xff\xff\xff", b"EPSG:3405", b"\0" * 50])
def test_a_prj_that_is_no_definition_does_not_keep_the_layer_out(tmp_path: Path, prj: bytes) -> None:
    path = samples.loose(tmp_path)
    path.with_suffix(".prj").write_bytes(prj)
    table = opened(tmp_path, *group(path))
    assert same(table, SHAPES) and table.crs == (prj.decode("latin-1").strip() or None)

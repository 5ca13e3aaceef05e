"""Files that mean harm, or whose authors did not know better: refused with what is wrong, or read rightly, and soon."""

import json
import os
import sqlite3
import stat
import struct
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from geo.errors import BadSource
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import look, read
from geo.ingest.files.table import Table
from tests.ingest import samples
from tests.ingest.samples import NAMES, frame, group, points, write

LIMITS = Limits()
SECONDS = 10.0
SECRET = "mat-khau-cua-quan-tri"


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < SECONDS


def opened(work: Path, *files: Path, limits: Limits = LIMITS) -> Table:
    """The first part of an upload, as the service reads it."""
    return read(look(files, work / "opened", limits)[0], limits)


def refused(work: Path, words: str, *files: Path, limits: Limits = LIMITS) -> None:
    """The upload is refused in both languages, and the English says `words`."""
    with pytest.raises(BadSource, match=words) as caught:
        opened(work, *files, limits=limits)
    assert caught.value.vi and caught.value.vi != caught.value.en
    assert str(work) not in caught.value.en + caught.value.vi


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def archive(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members:
            out.writestr(name, content)
    return path


# --- archives ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["xa.shp", "doc.kml", "a/b/doc.kml"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, name: str) -> None:
    refused(tmp_path, "unpacks to", archive(tmp_path / "x.zip", (name, b"\0" * 50_000_000)))
    assert sum(file.stat().st_size for file in (tmp_path / "opened").rglob("*") if file.is_file()) == 0


@pytest.mark.parametrize("name", ["../../doc.kml", "/etc/doc.kml", "C:/doc.kml", "..\\doc.kml"])
def test_no_member_leads_out(tmp_path: Path, name: str) -> None:
    refused(tmp_path, "leads out", archive(tmp_path / "x.kmz", ("doc.kml", b"<kml/>"), (name, b"<kml/>")))
    assert not (tmp_path.parent / "doc.kml").exists()


@pytest.mark.parametrize("name", ["inner.zip", "inner.kmz", "xa.tab", "ban-do", "xa.json"])
def test_an_archive_in_an_archive_is_refused_whatever_its_name(tmp_path: Path, name: str) -> None:
    inner = archive(
        tmp_path / "inner", ("doc.kml" if name.endswith(("kmz", "do")) else "xa.shp", b"<kml/>")
    ).read_bytes()
    refused(tmp_path, "archive inside the archive", archive(tmp_path / "x.zip", ("a.shp", b"x"), (name, inner)))


@pytest.mark.parametrize("ending", ["zip", "kmz"])
def test_a_link_in_an_archive_is_refused(tmp_path: Path, ending: str) -> None:
    info = zipfile.ZipInfo("doc.kml" if ending == "kmz" else "xa.dbf")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / f"x.{ending}", "w") as out:
        out.writestr(info, "/etc/passwd")
    refused(tmp_path, "link", tmp_path / f"x.{ending}")


def test_more_bytes_than_are_taken(tmp_path: Path) -> None:
    path = samples.SAMPLES["shapefile"](tmp_path)
    refused(tmp_path, "bytes", path, limits=Limits(max_bytes=100))
    refused(tmp_path, "bytes unpacked", path, limits=Limits(max_unpacked_bytes=500))


def test_vietnamese_names_with_spaces_in_an_archive_of_windows(tmp_path: Path) -> None:
    files = group(samples.loose(tmp_path))
    names = [f"Bản đồ huyện Mường Ảng (2024)/Vùng chè & cà phê{file.suffix}" for file in files]
    path = archive(tmp_path / "Dữ liệu số 1.zip", *zip(names, [file.read_bytes() for file in files], strict=True))
    assert len(opened(tmp_path, path)) == 3
    old = archive(tmp_path / "cu.zip", *[(f"BanAAA/VungAAA{file.suffix}", file.read_bytes()) for file in files])
    old.write_bytes(old.read_bytes().replace(b"AAA", "ế".encode()))  # without the flag that says UTF-8
    (tmp_path / "two").mkdir()
    assert len(opened(tmp_path / "two", old)) == 3


def test_names_in_an_archive_that_are_not_what_they_say(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", ("Vùngế.shp", b"x"))
    path.write_bytes(path.read_bytes().replace("ế".encode(), b"\xff\xff\xff"))
    refused(tmp_path, "damaged", path)


# --- XML ---------------------------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?>%s<!DOCTYPE kml [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><kml><Document><Placemark><name>&m;</name></Placemark></Document></kml>"
)


@pytest.mark.parametrize("before", ["", "<!-- <kml> -->", "<!--" + "x" * 20_000 + "-->", "\n" * 100])
@pytest.mark.parametrize("kind", ["kml", "gpx", "kmz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_entities_are_not_defined(tmp_path: Path, kind: str, before: str, encoding: str) -> None:
    bomb = (BOMB % before).replace("kml", "gpx" if kind == "gpx" else "kml").encode(encoding)
    (tmp_path / "x").write_bytes(bomb)
    refused(tmp_path, "DOCTYPE", archive(tmp_path / "x.kmz", ("a.kml", bomb)) if kind == "kmz" else tmp_path / "x")


@pytest.mark.parametrize("before", ["<!--" + "x" * 100_000 + "-->", "<!-- kml", "<?kml"])
def test_a_beginning_without_end_is_not_read_on(tmp_path: Path, before: str) -> None:
    refused(tmp_path, "not known", text(tmp_path / "x", BOMB % before))


def test_what_lies_beside_the_kml_in_a_kmz_is_not_read(tmp_path: Path) -> None:
    kml = samples.SAMPLES["kml"](tmp_path).read_bytes()
    path = archive(tmp_path / "x.kmz", ("doc.kml", kml), ("files/icon.png", b"\x89PNG"), ("style.xml", BOMB.encode()))
    assert opened(tmp_path, path).columns["ten"] == NAMES


def test_a_kml_deep_in_folders(tmp_path: Path) -> None:
    deep = "<Folder>" * 50_000 + "</Folder>" * 50_000
    refused(tmp_path, "record|damaged|layers", text(tmp_path / "x.kml", f"<kml><Document>{deep}</Document></kml>"))


def test_a_kml_of_more_folders_than_anyone_chooses_from(tmp_path: Path) -> None:
    folder = "<Folder><name>a</name><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></Folder>"
    refused(tmp_path, "layers", text(tmp_path / "x.kml", f"<kml><Document>{folder * 3_000}</Document></kml>"))


# --- files that make GDAL read other files -----------------------------------------------------------

VRT = "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>%s</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"


@pytest.mark.parametrize(
    "content",
    ['<kml/>%s', '{"type": "%s"}', "!table %s", "Version 300 %s", "0\nSECTION\n%s", "<!-- <kml> -->%s", "999\n%s\n0\nSECTION\n"],
)  # fmt: skip
def test_a_vrt_in_disguise_reads_nothing(tmp_path: Path, content: str) -> None:
    secret = text(
        tmp_path / "secret.geojson", json.dumps({"type": "Feature", "properties": {SECRET: 1}, "geometry": None})
    )
    refused(tmp_path, "damaged|not known|no record|MapInfo", text(tmp_path / "x", content % (VRT % secret)))


def test_a_pipeline_in_disguise_reads_nothing(tmp_path: Path) -> None:
    secret = text(
        tmp_path / "secret.geojson", json.dumps({"type": "Feature", "properties": {SECRET: 1}, "geometry": None})
    )
    order = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}", "features": []}
    refused(tmp_path, "damaged|no record", text(tmp_path / "x", json.dumps(order)))


TAB = "!table\n!version 300\n!charset Neutral\n\nDefinition Table\n  Type %s\n%s  Fields 1\n    ten Char (20) ;\n"


@pytest.mark.parametrize(
    ("head", "words"),
    [(TAB % ("ODBC", '  File "/etc/passwd"\n'), "type ODBC"), (TAB % ("SEAMLESS", ""), "type SEAMLESS"), (TAB % ("WMS", ""), "type WMS"),
     (TAB % ("LINKED Charset \"Neutral\"", ""), "type LINKED"), (TAB % ("DBF Charset \"Neutral\"", ""), "type DBF"),
     (TAB % ("NATIVE", "") + 'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n', "type SEAMLESS"),
     ("!table\n Type NATIVE\n" + TAB % ("FME", ""), "type FME"), (TAB.replace("\n", "\r") % ("ODBC", ""), "type ODBC"),
     ('!table\nOpen Table "xa" Hide\nCreate View a As Select ten from xa, b where a = b\n', "type VIEW"), ("!table\n", "type ?"), ("!table" + "\n" * 3_000 + TAB[6:] % ("ODBC", ""), "type ODBC")],
)  # fmt: skip
def test_a_tab_of_records_elsewhere_is_refused(tmp_path: Path, head: str, words: str) -> None:
    path = write(tmp_path / "xa.tab", "MapInfo File")
    path.write_text(head, encoding="latin-1", newline="")
    refused(tmp_path, words.replace("?", r"\?"), *group(path))


def test_a_tab_reads_only_what_was_sent_with_it(tmp_path: Path) -> None:
    path = write(tmp_path / "xa.tab", "MapInfo File")
    other = write(tmp_path / "mat" / "secret.tab", "MapInfo File", frame().rename(columns={"ten": "bimat"}))
    content = path.read_text().replace("Type NATIVE", f'File "{other.with_suffix("")}"\n  Type NATIVE')
    path.write_text(content)
    assert list(opened(tmp_path, *group(path)).columns) == ["ten", "so"]


# --- Shapefiles --------------------------------------------------------------------------------------


def patched(path: Path, at: int, value: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[at : at + len(value)] = value
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("at", "value"), [(4, b"\xff\xff\xff\xff"), (4, b"\xff\xff\xff\x7f"), (8, b"\xff\xff"), (10, b"\xff\xff"), (10, b"\0\0"), (8, b"\0\0"), (4, b"\0\0\0\x10")]
)  # fmt: skip
@pytest.mark.parametrize("alone", [True, False])
def test_a_dbf_that_claims_more_than_it_holds(tmp_path: Path, at: int, value: bytes, alone: bool) -> None:
    path = samples.loose(tmp_path)
    patched(path.with_suffix(".dbf"), at, value)
    files = [path.with_suffix(".dbf")] if alone else group(path)
    refused(tmp_path, "damaged|cut short|records|no record", *files)


@pytest.mark.parametrize("at", [24, 104, 144, 148])
@pytest.mark.parametrize("value", [b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\x10\0\0\0"])
@pytest.mark.parametrize("with_index", [True, False])
def test_a_shp_whose_records_claim_more_than_it_holds(tmp_path: Path, at: int, value: bytes, with_index: bool) -> None:
    path = samples.loose(tmp_path)
    patched(path, at, value)
    if not with_index:
        path.with_suffix(".shx").unlink()
    try:
        table = opened(tmp_path, *group(path))
    except BadSource as error:
        assert any(word in error.en for word in ("damaged", "cut short", "no record"))
    else:  # the claim is one that nothing depends on, or the record is said to be without a shape
        assert table.shapes is not None and (len(table) == 3 or table.issues)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_numbers_that_are_no_place_in_a_shp_come_as_they_are(tmp_path: Path, value: float) -> None:
    path = write(tmp_path / "xa.shp", "ESRI Shapefile", points())
    patched(path, 112, struct.pack("<d", value))
    table = opened(tmp_path, *group(path))
    assert table.shapes is not None and len(table) == 3
    found = shapely.get_coordinates(table.shapes[0])
    assert found.size == 0 or found[0, 0] == value or np.isnan(found[0, 0])


# --- GeoJSON -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "1e300", '"103"', "null"])
def test_numbers_that_are_no_place_in_a_geojson(tmp_path: Path, number: str) -> None:
    path = text(
        tmp_path / "x",
        '{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[@,21]}}'.replace("@", number),
    )
    try:
        table = opened(tmp_path, path)
    except BadSource as error:
        assert "damaged" in error.en
        return
    assert table.columns["a"] == [1] and table.shapes is not None
    found = shapely.get_coordinates(table.shapes)
    assert found.size == 0 or not np.isfinite(found).all() or found[0, 0] in {1e300, 103.0}


@pytest.mark.parametrize("before", ['{"type":"Feature","geometry":null,"properties":', '{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":', ""])  # fmt: skip
@pytest.mark.parametrize("nest", ["[]", ('{"a":', "}")])
def test_a_geojson_nested_a_hundred_thousand_deep(tmp_path: Path, before: str, nest: str | tuple[str, str]) -> None:
    left, right = nest
    deep = before + left * 100_000 + "1" + right * 100_000 + "}" * before.count("{")
    refused(tmp_path, "damaged|not known", text(tmp_path / "x.geojson", deep))


def test_collections_of_collections(tmp_path: Path) -> None:
    deep = '{"type":"GeometryCollection","geometries":[' * 5_000 + "]}" * 5_000
    try:
        table = opened(
            tmp_path, text(tmp_path / "x", '{"type":"Feature","properties":{},"geometry":@}'.replace("@", deep))
        )
    except BadSource as error:
        assert "damaged" in error.en
    else:
        assert len(table) == 1


def test_lines_of_999_are_looked_through_at_once(tmp_path: Path) -> None:
    refused(tmp_path, "not known", text(tmp_path / "x", "999\n\n\n" * 600))


# --- limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", samples.SAMPLES)
def test_more_rows_than_are_read(tmp_path: Path, kind: str) -> None:
    refused(tmp_path, "3 records; at most 2", samples.SAMPLES[kind](tmp_path), limits=Limits(max_rows=2))


@pytest.mark.parametrize("kind", [kind for kind in samples.SAMPLES if kind != "gpx"])
def test_more_vertices_than_are_read(tmp_path: Path, kind: str) -> None:
    refused(tmp_path, "13 vertices; at most 12", samples.SAMPLES[kind](tmp_path), limits=Limits(max_vertices=12))


@pytest.mark.parametrize("kind", [kind for kind in samples.SAMPLES if kind not in {"dxf", "dgn", "gpx"}])
def test_more_columns_and_more_text_than_are_read(tmp_path: Path, kind: str) -> None:
    path = samples.SAMPLES[kind](tmp_path)
    refused(tmp_path, "columns; at most 1", path, limits=Limits(max_columns=1))
    (tmp_path / "text").mkdir()
    refused(tmp_path / "text", "characters in one cell; at most 4", path, limits=Limits(max_text=4))


def test_a_long_line_and_a_long_text_within_the_limits(tmp_path: Path) -> None:
    long = gpd.GeoDataFrame(
        {"ten": ["ệ" * 32_767]}, geometry=[LineString(np.arange(200_000.0).reshape(-1, 2))], crs=3405
    )
    table = opened(tmp_path, write(tmp_path / "x.gpkg", "GPKG", long))
    assert table.columns["ten"] == ["ệ" * 32_767] and table.vertices == 100_000


# --- GeoPackage --------------------------------------------------------------------------------------


def changed(path: Path, *orders: str) -> Path:
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for order in orders:
            connection.execute(order)
    connection.close()
    return path


@pytest.mark.parametrize(
    "blob", ["X''", "X'00'", "X'4750'", "X'475000010000000001030000000100000004000000'", "X'47500001000000000103000000FFFFFF7F'", "X'4750000100000000'", "'chữ'", "17",
             "X'4750000100000000" + "0107000000FFFFFFFF'", "X'4750FFFF00000000'"],
)  # fmt: skip
def test_a_broken_geometry_in_a_geopackage(tmp_path: Path, blob: str) -> None:
    path = changed(write(tmp_path / "x.gpkg", "GPKG"), f"UPDATE x SET geom = {blob} WHERE fid = 2")
    try:
        table = opened(tmp_path, path)
    except BadSource as error:
        assert "damaged" in error.en
        return
    assert len(table) == 3 and table.shapes is not None and table.columns["ten"] == NAMES
    assert shapely.is_missing(table.shapes[1]) or shapely.is_empty(table.shapes[1])
    assert [one.message.en for one in table.issues] == ["1 geometries cannot be read"]


def test_triggers_of_a_geopackage_do_not_run(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON gpkg_contents BEGIN DELETE FROM x; END"
    path = changed(write(tmp_path / "x.gpkg", "GPKG"), trigger)
    before = path.read_bytes()
    assert opened(tmp_path, path).columns["ten"] == NAMES and path.read_bytes() == before


def test_a_view_of_a_geopackage_is_a_layer_like_another(tmp_path: Path) -> None:
    orders = (
        "CREATE VIEW v AS SELECT fid, geom, 'Xã ' || ten AS ten FROM x",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)",
    )
    path = changed(write(tmp_path / "x.gpkg", "GPKG"), *orders)
    parts = look([path], tmp_path / "work", Limits())
    assert [(part.name, part.rows) for part in parts] == [("x", 3), ("v", 3)]
    assert read(parts[1], Limits()).columns["ten"] == [f"Xã {name}" for name in NAMES]


@pytest.mark.parametrize("view", ["SELECT load_extension('/tmp/x.so') AS fid", "SELECT * FROM nichts", "SELECT writefile('/tmp/x', 'y') AS fid", "SELECT fid FROM v"])  # fmt: skip
def test_a_view_that_reaches_out_is_refused(tmp_path: Path, view: str) -> None:
    orders = (
        "DELETE FROM gpkg_contents", "DELETE FROM gpkg_geometry_columns", f"CREATE VIEW v AS {view}",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')",
    )  # fmt: skip
    refused(tmp_path, "damaged|no record|no layer", changed(write(tmp_path / "x.gpkg", "GPKG"), *orders))


@pytest.mark.parametrize("count", [0, 2, 1_000_000_000, -1, 2**62])
def test_a_geopackage_that_lies_about_its_contents(tmp_path: Path, count: int) -> None:
    path = changed(write(tmp_path / "x.gpkg", "GPKG"), f"UPDATE gpkg_ogr_contents SET feature_count = {count}")
    assert len(opened(tmp_path, path)) == 3
    changed(path, "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('ma', 'attributes', 'ma')")
    (tmp_path / "two").mkdir()
    try:
        assert len(opened(tmp_path / "two", path)) == 3
    except BadSource as error:
        assert "damaged" in error.en


# --- nothing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["x.shp", "x.dbf", "x.zip", "x.gpkg", "x.geojson", "x.kml", "x.kmz", "x.tab", "x.dgn", "x"]
)
@pytest.mark.parametrize("content", [b"", b"\n\n", b" " * 5_000])
def test_an_empty_file_is_called_empty(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    refused(tmp_path, "empty", tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.geojson", '{"type":"FeatureCollection","features":[]}'), ("a.kml", "<kml><Document/></kml>"), ("a.gpx", "<gpx version='1.1' creator='x'></gpx>"),
     ("a.dxf", "0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n"), ("a.mif", "Version 300\nColumns 1\n a Char(3)\nData\n")],
)  # fmt: skip
def test_a_file_without_a_record_says_so(tmp_path: Path, name: str, content: str) -> None:
    text(tmp_path / "a.mid", "")
    files = [tmp_path / "a.mid"] if name == "a.mif" else []
    refused(tmp_path, "holds no record|no layer|damaged", text(tmp_path / name, content), *files)


@pytest.mark.parametrize("members", [(), (("doc.txt", b"x"),), (("a/", b""),), (("__MACOSX/._xa.shp", b"x"),)])
def test_an_archive_without_a_layer_says_so(tmp_path: Path, members: tuple[tuple[str, bytes], ...]) -> None:
    refused(tmp_path, "no layer", archive(tmp_path / "x.zip", *members))


def test_noise_is_refused_whatever_its_name(tmp_path: Path) -> None:
    for number, ending in enumerate((".shp", ".dbf", ".shx", ".tab", ".gpkg", ".zip", ".kml", ".dgn", ".fgb", "")):
        (tmp_path / f"x{ending}").write_bytes(b"\x07" + os.urandom(20_000))
        (tmp_path / str(number)).mkdir()
        refused(tmp_path / str(number), "not known|missing|damaged", tmp_path / f"x{ending}")


def test_points_without_a_shape_are_rows_without_a_place(tmp_path: Path) -> None:
    table = opened(tmp_path, write(tmp_path / "x.fgb", "FlatGeobuf", points().set_geometry([None, Point(), Point(1, 2)], crs=4326), SPATIAL_INDEX="NO"))  # fmt: skip
    assert (
        table.shapes is not None
        and len(table) == 3
        and np.flatnonzero(~shapely.is_missing(table.shapes) & ~shapely.is_empty(table.shapes)).tolist() == [2]
    )

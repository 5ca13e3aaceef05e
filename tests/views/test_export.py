"""Every format holds every record, and other people's software reads the same values back."""

import csv
import io
import json
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely

from geo.atlas import Atlas, Query, Record
from geo.crs import METRIC_CRS, LngLatBbox
from geo.errors import BadQuery, GeoError, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.derived import derived_fields
from geo.views import formats
from geo.views.export import job
from geo.views.export.csv_file import places_of
from geo.views.export.download import write_export
from geo.views.export.shapefile import CUT_MARK
from geo.views.formats import FORMATS, format_of
from geo.vn2000.systems import Reading
from tests.views.export_files import export, export_to, ogr
from tests.views.hostile import ADDRESS, IMG, SCRIPT, STORY, TEMPLATE

UNKNOWN_TO_GDAL = {"parquet"}
"""Formats for which neither the system's GDAL nor pyogrio's has a driver."""
SILENT_WHEN_EMPTY = {"kml", "xlsx", "geojsonseq", "jsonfg"}
"""Formats without records in which GDAL reads no layer, or reads the header as a record."""


@pytest.fixture
def atlas(hostile: Atlas) -> Atlas:
    return hostile


def unzip(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.parent)
    return path.parent


def table(atlas: Atlas, query: Query, lang: str = "vi") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(atlas, query, "csv", lang=lang).decode("utf-8-sig"), newline="")))


# --- every format ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FORMATS)
@pytest.mark.parametrize("layer", COLLECTIONS)
def test_every_layer_can_be_written_in_every_format_and_read_by_gdal(
    atlas: Atlas, tmp_path: Path, layer: str, key: str
) -> None:
    count = write_export(atlas, Query(layer), key, path := tmp_path / f"{layer}.{FORMATS[key].extension}", lang="vi")
    assert count == atlas.counts()[layer]
    where = f"/vsizip/{path}" if key == "shp" else path
    if key in UNKNOWN_TO_GDAL:  # tests/views/test_formats.py reads them
        return
    if count or key not in SILENT_WHEN_EMPTY:
        # If all columns are text, GDAL reads the header as a record unless an option says otherwise.
        assert f"Feature Count: {count}" in ogr("-so", "-al", where, "--config", "OGR_XLSX_HEADERS", "FORCE")
        pyogrio.set_gdal_config_options({"OGR_XLSX_HEADERS": "FORCE"})
        options = {"layer": layer} if key == "xlsx" else {}
        info = pyogrio.read_info(
            f"/vsizip/{path}/{_main(layer)}" if key == "shp" else path, force_feature_count=True, **options
        )
        assert info["features"] == count


def _main(layer: str) -> str:
    return f"{layer}.{'shp' if COLLECTIONS[layer].geometry else 'dbf'}"


@pytest.mark.parametrize("key", FORMATS)
def test_the_page_of_a_query_does_not_cut_the_export(atlas: Atlas, key: str) -> None:
    page = Query("products", limit=1, offset=1)
    assert write_export(atlas, page, key, io.BytesIO()) == 4


@pytest.mark.parametrize("key", FORMATS)
def test_filters_box_and_text_choose_what_is_written(atlas: Atlas, key: str) -> None:
    assert write_export(atlas, Query("products", filters=(("group", ("beverage",)),)), key, io.BytesIO()) == 2
    box = LngLatBbox(103.29, 21.0, 103.31, 21.1)
    assert write_export(atlas, Query("products", bbox=box, place="placed"), key, io.BytesIO()) == 1
    assert write_export(atlas, Query("products", text="che shan"), key, io.BytesIO()) == 1


@pytest.mark.parametrize("key", FORMATS)
def test_batches_smaller_than_the_layer_lose_and_repeat_nothing(
    atlas: Atlas, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = export(atlas, Query("products", sort="-name"), key)
    monkeypatch.setattr(job, "BATCH", 3)
    assert export(atlas, Query("products", sort="-name"), key) == whole


@pytest.mark.parametrize("key", FORMATS)
def test_the_same_version_gives_the_same_bytes(atlas: Atlas, key: str) -> None:
    assert export(atlas, Query("products"), key) == export(atlas, Query("products"), key)


def test_a_writer_that_loses_a_record_is_an_error_and_leaves_no_file(
    atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lossy = replace_write("csv", lambda work, out: work.total_count - 1)
    monkeypatch.setitem(FORMATS, "csv", lossy)
    monkeypatch.setattr(formats, "_FORMATS", tuple(FORMATS.values()))
    with pytest.raises(GeoError, match="3 of 4 records"):
        write_export(atlas, Query("products"), "csv", tmp_path / "products.csv")
    assert list(tmp_path.iterdir()) == []


def replace_write(key: str, write: Any) -> formats.Format:
    return FORMATS[key]._replace(write=write)


def test_unknown_formats_and_systems_are_named(atlas: Atlas) -> None:
    with pytest.raises(NotFound, match=r"No format 'dwg'\. Formats: geojson, gpkg, shp, kml, csv"):
        format_of("dwg")
    with pytest.raises(BadQuery, match="kml cannot be written in crs='EPSG:9205'"):
        write_export(atlas, Query("products"), "kml", io.BytesIO(), crs=METRIC_CRS)


def test_a_format_is_found_by_key_and_by_extension() -> None:
    assert format_of("zip") is format_of("shp") is FORMATS["shp"]


# --- GeoJSON --------------------------------------------------------------------------------------------


def test_geojson_is_rfc_7946_with_ids_and_the_notice(atlas: Atlas) -> None:
    collection = json.loads(export(atlas, Query("products"), "geojson", lang="en"))
    assert "crs" not in collection
    assert collection["numberReturned"] == len(collection["features"]) == 4
    assert [feature["id"] for feature in collection["features"]] == ["R01", "R02", "R03", "R04"]
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [103.1234567, 21.1]}
    assert collection["features"][2]["geometry"] is None
    assert (collection["licence"], collection["version"]) == ("CC BY 4.0", 3)
    assert collection["attribution"] == "Source: the department"
    assert collection["timeStamp"] == atlas.version.published_at


def test_geojson_rings_follow_the_right_hand_rule(atlas: Atlas) -> None:
    collection = json.loads(export(atlas, Query("zones"), "geojson"))
    for polygon in collection["features"][0]["geometry"]["coordinates"]:
        outer, *holes = (shapely.LinearRing(ring) for ring in polygon)
        assert outer.is_ccw
        assert not any(hole.is_ccw for hole in holes)


def test_geojson_goes_out_feature_by_feature(atlas: Atlas) -> None:
    class Sink(io.BytesIO):
        longest = 0

        def write(self, chunk: Any, /) -> int:
            Sink.longest = max(Sink.longest, len(chunk))
            return super().write(chunk)

    sink = Sink()
    write_export(atlas, Query("products"), "geojson", sink)
    assert Sink.longest <= max(len(feature) for feature in atlas.features(Query("products")))


# --- GeoPackage -----------------------------------------------------------------------------------------


def test_geopackage_keeps_names_types_nulls_and_text(atlas: Atlas, tmp_path: Path) -> None:
    path = export_to(atlas, tmp_path, Query("products"), "gpkg")
    info = pyogrio.read_info(path)
    spec = COLLECTIONS["products"]
    assert list(info["fields"]) == [field.name for field in (*spec.fields, *derived_fields(spec))]
    kinds = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert (kinds["stars"], kinds["name"], kinds["certified_from"]) == ("OFTInteger64", "OFTString", "OFTString")
    assert (info["layer_name"], info["crs"], info["geometry_type"]) == ("products", "EPSG:4326", "Point")
    frame = pyogrio.read_dataframe(path)
    assert list(frame["name"])[:3] == [IMG, SCRIPT, TEMPLATE]
    assert frame["story_vi"][0] == STORY
    assert frame["note"][1] == "\x0bmột\N{REPLACEMENT CHARACTER}hai"
    assert list(frame["stars"].isna()) == [False, False, True, True]
    assert frame.geometry[0].equals(shapely.Point(103.1234567, 21.1))
    assert frame.geometry[2] is None


def test_geopackage_carries_the_notice_in_its_metadata(atlas: Atlas, tmp_path: Path) -> None:
    output = ogr("-so", "-al", export_to(atlas, tmp_path, Query("products"), "gpkg"))
    assert "IDENTIFIER=Sản phẩm OCOP của tỉnh" in output
    assert "Nguồn: Sở Nông nghiệp & Môi trường" in output
    assert "LICENCE=CC BY 4.0" in output


def test_geopackage_keeps_holes_and_parts(atlas: Atlas, tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(export_to(atlas, tmp_path, Query("zones"), "gpkg"))
    assert frame.geometry[0].normalize().equals_exact(atlas.get("zones", "Z1").geometry.normalize(), 0)
    assert (frame["area_ha"][0], frame["households"][0]) == (1234.5, 12)
    assert frame["measured_area_ha"][0] == atlas.get("zones", "Z1").properties["measured_area_ha"]


@pytest.mark.parametrize("layer", COLLECTIONS)
def test_geopackage_of_one_layer_has_no_other_table_that_programs_ask_about(
    atlas: Atlas, tmp_path: Path, layer: str
) -> None:
    """With a table of styles ogr2ogr writes no GeoJSON from the file, and geopandas warns of a second layer."""
    path, out = export_to(atlas, tmp_path, Query(layer), "gpkg"), tmp_path / "out.geojson"
    assert pyogrio.list_layers(path)[:, 0].tolist() == [layer]
    subprocess.run(["ogr2ogr", out, path], check=True)
    assert len(json.loads(out.read_bytes())["features"]) == atlas.count(Query(layer))


def test_geopackage_of_unplaced_records_has_null_geometry(atlas: Atlas, tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(export_to(atlas, tmp_path, Query("zones", place="unplaced"), "gpkg"))
    assert list(frame.geometry) == [None]


# --- shapefile ------------------------------------------------------------------------------------------


def test_shapefile_has_short_names_and_reads_back_equal(atlas: Atlas, tmp_path: Path) -> None:
    folder = unzip(export_to(atlas, tmp_path, Query("products"), "shp"))
    info = pyogrio.read_info(folder / "products.shp")
    assert list(info["fields"]) == [field.short for field in COLLECTIONS["products"].fields]
    assert info["encoding"] == "UTF-8"
    assert (folder / "products.cpg").read_text() == "UTF-8"
    frame = pyogrio.read_dataframe(folder / "products.shp")
    assert list(frame["name"])[:3] == [IMG, SCRIPT, TEMPLATE]
    assert list(frame["stars"].isna()) == [False, False, True, True]
    assert frame.geometry[0].equals(shapely.Point(103.1234567, 21.1))
    assert frame.geometry[2] is None
    assert list(frame["precision"])[:2] == ["commune", "exact"]


def test_shapefile_cuts_at_a_character_and_keeps_the_whole_text_beside(atlas: Atlas, tmp_path: Path) -> None:
    folder = unzip(export_to(atlas, tmp_path, Query("products"), "shp"))
    short = pyogrio.read_dataframe(folder / "products.shp").set_index("product_id")
    for column, whole in (("story_vi", STORY), ("address", ADDRESS)):
        text = short.loc["R01", column]
        assert text.endswith(CUT_MARK)
        assert whole.startswith(text.removesuffix(CUT_MARK))
        assert 248 <= len(text.encode()) <= 254
    with (folder / "products.text.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["product_id"]: row for row in csv.DictReader(file)}
    assert rows["R01"]["story_vi"] == STORY
    assert rows["R01"]["address"] == ADDRESS
    assert rows["R01"]["note"] == '=HYPERLINK("http://x")'
    assert "R03" not in rows


@pytest.mark.parametrize("crs", [None, METRIC_CRS])
def test_shapefile_says_where_its_places_are_when_the_first_has_none(
    atlas: Atlas, tmp_path: Path, crs: str | None
) -> None:
    """GDAL alone extends the box of the file to 0, 0, so programs would open the map there."""
    query = Query("products", ids=("R03", "R04"))
    folder = unzip(export_to(atlas, tmp_path, query, "shp", crs=crs))
    frame = pyogrio.read_dataframe(folder / "products.shp")
    assert frame.geometry[0] is None and frame.geometry[1] is not None
    for part in ("products.shp", "products.shx"):
        assert struct.unpack_from("<4d", (folder / part).read_bytes(), 36) == frame.geometry[1].bounds
    x, y, *_ = frame.geometry[1].bounds
    assert f"Extent: ({x:.6f}, {y:.6f}) - ({x:.6f}, {y:.6f})" in ogr("-so", "-al", folder / "products.shp")


def test_shapefile_without_any_place_has_an_empty_box(atlas: Atlas, tmp_path: Path) -> None:
    folder = unzip(export_to(atlas, tmp_path, Query("products", ids=("R03",)), "shp"))
    assert struct.unpack_from("<4d", (folder / "products.shp").read_bytes(), 36) == (0, 0, 0, 0)


def test_shapefile_without_long_text_has_no_text_file(atlas: Atlas, tmp_path: Path) -> None:
    folder = unzip(export_to(atlas, tmp_path, Query("zones"), "shp"))
    assert not (folder / "zones.text.csv").exists()


def test_shapefile_explains_its_columns_and_its_rights(atlas: Atlas, tmp_path: Path) -> None:
    folder = unzip(export_to(atlas, tmp_path, Query("products"), "shp"))
    with (folder / "products.fields.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["short"]: row for row in csv.DictReader(file)}
    assert rows["cert_from"]["name"] == "certified_from"
    assert rows["stars"]["label_vi"] == "Hạng sao"
    assert "food = Thực phẩm / Food" in rows["group"]["codes"]
    readme = (folder / "README.txt").read_text(encoding="utf-8-sig")
    for words in (
        "CC BY 4.0",
        "Nguồn: Sở Nông nghiệp & Môi trường",
        "Source: the department",
        "https://example.org/tinh",
    ):
        assert words in readme
    assert "S1: Báo Điện Biên Phủ <https://example.org/a?b=1&c=2>" in readme
    assert "S9: S9" in readme
    for layer, names in (
        ("products", "commune_code, commune_name, expected_until, validity_basis"),
        ("zones", "measured_area_ha"),
        ("sources", ""),
    ):
        text = (unzip(export_to(atlas, tmp_path, Query(layer), "shp")) / "README.txt").read_text(encoding="utf-8-sig")
        assert ("Left out, as each version computes them anew" in text) == bool(names)
        assert not names or f": {names};" in text


@pytest.mark.parametrize("key", ["shp", "gpkg"])
def test_files_in_vn2000_say_so_and_come_back_to_the_same_place(atlas: Atlas, tmp_path: Path, key: str) -> None:
    path = export_to(atlas, tmp_path, Query("products"), key, crs=METRIC_CRS)
    source = unzip(path) / "products.shp" if key == "shp" else path
    frame = pyogrio.read_dataframe(source)
    assert frame.crs.to_epsg() == 9205
    assert 400_000 < frame.geometry[0].x < 600_000
    back = frame.to_crs("OGC:CRS84").geometry[0]
    assert (back.x, back.y) == pytest.approx((103.1234567, 21.1), abs=1e-7)


# --- CSV ------------------------------------------------------------------------------------------------


def test_csv_opens_in_excel_with_crlf_and_a_bom(atlas: Atlas) -> None:
    body = export(atlas, Query("communes"), "csv")
    assert body.startswith(b"\xef\xbb\xbfcode,name,")
    assert body.count(b"\r\n") == body.count(b"\n") == 3


def test_csv_keeps_unit_codes_as_text_and_labels_beside_codes(atlas: Atlas) -> None:
    rows = table(atlas, Query("communes"))
    assert [row["code"] for row in rows] == ["00001", "00002"]
    assert (rows[0]["kind"], rows[0]["kind_label"]) == ("commune", "Xã")
    assert table(atlas, Query("communes"), "en")[0]["kind_label"] == "Commune"


def test_csv_gives_coordinates_in_both_systems_and_how_well_they_are_known(atlas: Atlas) -> None:
    first, _, third, _ = table(atlas, Query("products"))
    assert (first["lon"], first["lat"]) == ("103.1234567", "21.1")
    assert (first["x_vn2000"], first["y_vn2000"]) == ("512629.76", "2334025.78")
    assert (first["precision"], first["uncertainty_m"]) == ("commune", "8000")
    assert {third[name] for name in ("lon", "lat", "x_vn2000", "y_vn2000", "uncertainty_m")} == {""}


def test_csv_moves_places_of_a_batch_at_once(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """Projecting one position at a time took most of the time for 100,000 records."""
    sizes = []
    whole = Reading.from_lnglat

    def count_points(reading: Reading, lng: Any, lat: Any) -> Any:
        sizes.append(len(lng))
        return whole(reading, lng, lat)

    monkeypatch.setattr(Reading, "from_lnglat", count_points)
    assert len(table(atlas, Query("products"))) == 4 and sizes == [4]


def test_csv_leaves_metres_empty_where_the_grid_has_none() -> None:
    """A position too far from the meridian has empty cells instead of infinite metres."""
    nowhere = Record("sites", "T1", "Xa", None, None, None, 13.0, 0.0, None, None, None, {}, b"", None)
    ((lon, lat, *metres, _),) = places_of([nowhere])
    assert (lon, lat, metres) == ("13.0", "0.0", ["", ""])


def test_csv_disarms_formulas_in_text_but_not_numbers(atlas: Atlas) -> None:
    rows = table(atlas, Query("products"))
    assert rows[0]["note"] == '\'=HYPERLINK("http://x")'
    assert rows[1]["decision"] == "'-1+1"
    assert rows[2]["address"] == "'@SUM(A1)"
    assert rows[0]["stars"] == "4"


def test_csv_keeps_line_ends_quotes_and_accents(atlas: Atlas) -> None:
    assert table(atlas, Query("products"))[3]["name"] == 'Chè Shan tuyết\r\nTủa Chùa, "loại 1"'


def test_csv_names_producers_and_gives_the_addresses_of_sources(atlas: Atlas) -> None:
    row = table(atlas, Query("products"))[0]
    assert (row["producer_id"], row["producer_id_label"]) == ("P1", "Hợp tác xã Ong mật")
    assert row["source_ids"] == "S1;S2"
    assert row["sources"].startswith("Báo Điện Biên Phủ <https://example.org/a?b=1&c=2>; ")


def test_columns_are_exactly_what_the_atlas_holds(atlas: Atlas) -> None:
    for layer, spec in COLLECTIONS.items():
        for record in atlas.find(Query(layer)).records:
            names = [field.name for field in (*spec.fields, *derived_fields(spec))]
            assert sorted(record.properties) == sorted(names)

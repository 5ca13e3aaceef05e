"""A file is what its content says."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import Point

from geo.errors import BadSource
from geo.ingest.files.sniff import sniff

FRAME = gpd.GeoDataFrame({"ten": ["Điện Biên", "Mường Ảng"]}, geometry=[Point(103, 21.4), Point(103.2, 21.5)], crs=4326)


@pytest.mark.parametrize(
    ("driver", "ending", "kind"),
    [("GPKG", "gpkg", "gpkg"), ("GeoJSON", "geojson", "geojson"), ("GeoJSONSeq", "geojsonl", "geojsonseq"), ("KML", "kml", "kml"),
     ("GPX", "gpx", "gpx"), ("FlatGeobuf", "fgb", "flatgeobuf"), ("MapInfo File", "tab", "tab"), ("MapInfo File", "mif", "mif"),
     ("CSV", "csv", "csv"), ("ESRI Shapefile", "shp", "shapefile"), ("DXF", "dxf", "dxf")],
)  # fmt: skip
def test_what_gdal_writes_is_recognised_under_a_wrong_name(tmp_path: Path, driver: str, ending: str, kind: str) -> None:
    frame = FRAME
    if driver == "DXF":
        frame = FRAME[["geometry"]]
    if driver == "GPX":
        frame = FRAME.rename(columns={"ten": "name"})
    more = {"layer_options": {"GEOMETRY": "AS_XY"}} if driver == "CSV" else {}
    pyogrio.write_dataframe(frame, tmp_path / f"x.{ending}", driver=driver, **more)
    disguised = tmp_path / "x.bin"
    disguised.write_bytes((tmp_path / f"x.{ending}").read_bytes())
    assert sniff(disguised) == kind


def test_excel_new_is_recognised(tmp_path: Path) -> None:
    pyogrio.write_dataframe(pd.DataFrame(FRAME.drop(columns="geometry")), tmp_path / "x.xlsx", driver="XLSX")
    assert sniff(tmp_path / "x.xlsx") == "xlsx"


@pytest.mark.parametrize(
    ("members", "kind"), [(["doc.kml"], "kmz"), (["a.shp", "a.dbf"], "zip"), (["xl/workbook.xml"], "xlsx")]
)
def test_zips_are_told_apart_by_what_they_hold(tmp_path: Path, members: list[str], kind: str) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        for name in members:
            archive.writestr(name, "x")
    assert sniff(tmp_path / "x") == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7", "PDF"), (b"Rar!\x1a\x07", "RAR"), (b"AC1027", "DWG"), (b"", "empty"), (b"  \n", "empty"), (b"\x00\x01\x02\x03" * 50, "not known"),
     (b"\xd0\xcf\x11\xe0" + "Dgn~H".encode("utf-16-le") * 3, "MicroStation V8"), (b"SQLite format 3\0" + b"\0" * 100, "database"),
     (b"PK\x03\x04broken", "damaged zip"), (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><kml/>", "DOCTYPE"), (b"hello", "not known")],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.shp").write_bytes(content)
    with pytest.raises(BadSource, match=words) as caught:
        sniff(tmp_path / "x.shp")
    assert caught.value.vi and caught.value.vi != caught.value.en


@pytest.mark.parametrize("text", ["ten;x;y\nĐiện Biên;1;2\n", "\ufeffname,lat,lon\na,1,2\n", "a\tb\n1\t2\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tables_of_any_mark_and_unicode_are_csv(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "x").write_bytes(text.encode(encoding))
    assert sniff(tmp_path / "x") == "csv"


def test_a_feature_alone_is_geojson(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(json.dumps({"type": "Feature", "geometry": None, "properties": {}}))
    assert sniff(tmp_path / "x") == "geojson"

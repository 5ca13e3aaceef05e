"""A shapefile given back as it came: VN-2000 to the millimetre, old encodings to the byte, read by others than us."""

import csv
import io
import struct
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon

from geo.atlas import Atlas, Query
from geo.crs import METRIC_CRS, STORE_CRS
from geo.encodings import ENCODINGS, encode, fit
from geo.encodings.cpg import claim_of
from geo.encodings.letters import LETTERS
from geo.errors import BadQuery, GeoError
from geo.views.export import job
from geo.views.export.download import write_export
from geo.views.export.shapefile import CUT_MARK, TEXT_BYTES, TEXT_IN, truncate
from geo.views.formats import FORMATS
from geo.vn2000.systems import SYSTEMS, Reading
from geo.web.words.site import word
from tests.frames import frame, world
from tests.frozen import frozen
from tests.web.conftest import application

ZONES = ["EPSG:9205", "EPSG:3405", "EPSG:5897"]
ALPHABET = "".join(LETTERS)
PLACES = {"R1": (103.0169, 21.3860), "R2": (102.1447, 22.7926), "R3": (103.5871, 20.9001)}
NAMES = {
    "R1": "Mường Ảng – “Chè Shan tuyết” Tủa Chùa…",
    "R2": ALPHABET[:67],
    "R3": "BẢN NÀ TẤU: 5 → 7 sản phẩm",
}
NOTE = {"R1": "Điện Biên Phủ, mật ong rừng. " * 20, "R2": "ữ" * 300, "R3": "Ổ" * TEXT_BYTES}
OUTLINE = MultiPolygon([Polygon([(103.0, 21.0), (103.2, 21.0), (103.2, 21.2), (103.0, 21.0)])])


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    rows = (
        {"product_id": key, "name": NAMES[key], "note": NOTE[key], "group": "food", "stars": 4, "precision": "exact",
         "at": Point(PLACES[key])}
        for key in PLACES
    )  # fmt: skip
    nowhere = {"product_id": "R4", "name": "Không rõ", "group": "food"}
    zones = {"zone_id": "Z1", "name": ALPHABET[67:], "crop": "tea", "extent_kind": "surveyed", "at": OUTLINE}
    frames = world() | {"products": frame("products", *rows, nowhere), "zones": frame("zones", zones)}
    with frozen(frames, tmp_path_factory.mktemp("atlas") / "atlas") as hostile:
        yield hostile


def export_and_unzip(atlas: Atlas, folder: Path, layer: str = "products", **options: Any) -> Path:
    """The folder of an unzipped shapefile."""
    out = io.BytesIO()
    write_export(atlas, Query(layer), "shp", out, **options)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    return folder


def dbf(path: Path) -> dict[str, dict[str, bytes]]:
    """The records of a .dbf by their first column, every value as its bytes; read by hand, as dBASE III lays them."""
    data = path.read_bytes()
    count, head, size = struct.unpack_from("<IHH", data, 4)
    columns = [data[at : at + 32] for at in range(32, head - 1, 32)]
    names = [column[:11].rstrip(b"\0").decode("ascii") for column in columns]
    widths = [column[16] for column in columns]
    assert data[head - 1] == 0x0D
    assert size == 1 + sum(widths)
    rows = {}
    for number in range(count):
        at = head + number * size + 1
        values = []
        for width in widths:
            values.append(data[at : at + width].rstrip(b" "))
            at += width
        rows[values[0].decode("ascii")] = dict(zip(names, values, strict=True))
    return rows


def beside(folder: Path, layer: str = "products") -> dict[str, dict[str, str]]:
    with (folder / f"{layer}.text.csv").open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


def readme(folder: Path) -> str:
    return (folder / "README.txt").read_text(encoding="utf-8-sig")


# --- text -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letters", ["lower", "plain"])
@pytest.mark.parametrize("encoding", TEXT_IN)
def test_the_bytes_are_those_of_the_encoding(atlas: Atlas, tmp_path: Path, encoding: str, letters: Any) -> None:
    rows = dbf(export_and_unzip(atlas, tmp_path, encoding=encoding, letters=letters) / "products.dbf")
    assert {key: rows[key]["name"] for key in NAMES} == {
        key: encode(name, encoding, letters) for key, name in NAMES.items()
    }


@pytest.mark.parametrize("encoding", TEXT_IN)
def test_every_letter_of_the_alphabet_comes_back(atlas: Atlas, tmp_path: Path, encoding: str) -> None:
    folder = export_and_unzip(atlas, tmp_path, encoding=encoding)
    export_and_unzip(atlas, tmp_path, "zones", encoding=encoding)
    text = ENCODINGS[encoding].read(dbf(folder / "products.dbf")["R2"]["name"])
    text += ENCODINGS[encoding].read(dbf(folder / "zones.dbf")["Z1"]["name"])
    assert text == (fit(ALPHABET, encoding, "lower").text if encoding == "tcvn3" else ALPHABET)
    assert text.lower() == ALPHABET.lower()


def test_python_reads_cp1258_as_we_wrote_it(atlas: Atlas, tmp_path: Path) -> None:
    rows = dbf(export_and_unzip(atlas, tmp_path, encoding="cp1258") / "products.dbf")
    assert unicodedata.normalize("NFC", rows["R1"]["name"].decode("cp1258")) == NAMES["R1"]


@pytest.mark.parametrize("encoding", TEXT_IN)
def test_long_text_is_cut_at_a_letter_of_the_encoding(atlas: Atlas, tmp_path: Path, encoding: str) -> None:
    folder = export_and_unzip(atlas, tmp_path, encoding=encoding)
    for key, row in dbf(folder / "products.dbf").items():
        whole = NOTE.get(key, "")
        if len(encode(whole, encoding, "lower")) <= TEXT_BYTES:
            assert row["note"] == encode(whole, encoding, "lower")
            continue
        assert TEXT_BYTES - 4 <= len(row["note"]) <= TEXT_BYTES
        text = ENCODINGS[encoding].read(row["note"])
        assert text.endswith(CUT_MARK)
        assert fit(whole, encoding, "lower").text.startswith(text.removesuffix(CUT_MARK))
        assert beside(folder)[key]["note"] == whole


@pytest.mark.parametrize("encoding", TEXT_IN)
def test_a_cut_never_exceeds_the_column_nor_parts_a_letter_from_its_tone(encoding: str) -> None:
    for letter in ("a", "đ", "ề", "Ữ", "e\u0323\u0302", "x\u0323"):
        for before in range(4):
            for length in (*range(79, 87), *range(123, 129), *range(250, 258)):
                text = "b" * before + letter * length
                short = truncate(text, encoding)
                assert len(encode(short, encoding, "lower")) <= TEXT_BYTES
                beginning = short.removesuffix(CUT_MARK)
                assert short == text or (short.endswith(CUT_MARK) and (len(beginning) - before) % len(letter) == 0)


def test_batches_keep_the_bytes(atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dbf(export_and_unzip(atlas, tmp_path / "whole", encoding="tcvn3") / "products.dbf")
    monkeypatch.setattr(job, "BATCH", 1)
    assert dbf(export_and_unzip(atlas, tmp_path / "pieces", encoding="tcvn3") / "products.dbf") == whole


@pytest.mark.parametrize("encoding", TEXT_IN)
def test_the_cpg_names_the_encoding_and_is_understood_on_the_way_in(
    atlas: Atlas, tmp_path: Path, encoding: str
) -> None:
    cpg = (export_and_unzip(atlas, tmp_path, encoding=encoding) / "products.cpg").read_text(encoding="ascii")
    assert cpg == {"utf-8": "UTF-8", "tcvn3": "TCVN3", "cp1258": "1258"}[encoding]
    assert claim_of(cpg) == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "tcvn3"])
def test_gdal_keeps_the_last_letter_and_the_names_of_columns(atlas: Atlas, tmp_path: Path, encoding: str) -> None:
    folder = export_and_unzip(atlas, tmp_path, encoding=encoding)
    output = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-q", str(folder / "products.shp")], capture_output=True, check=True
    ).stdout
    assert b"name (String) = " + encode(NAMES["R3"], encoding, "lower") + b"\n" in output


def test_letters_that_are_lacking_are_listed_and_stand_beside(atlas: Atlas, tmp_path: Path) -> None:
    folder = export_and_unzip(atlas, tmp_path, encoding="tcvn3")
    text = readme(folder)
    assert "TCVN3 (ABC, phông .VnTime)" in text
    assert "TCVN3 (ABC, .VnTime fonts)" in text
    for replacement in ("Ổ → ổ (254)", "→ → ? (1)", "Ả → ả (2)"):
        assert replacement in text
    assert {key: row["name"] for key, row in beside(folder).items() if row["name"]} == {
        key: NAMES[key] for key in ("R1", "R3")
    }
    assert "Chữ mà bảng mã không có" not in readme(export_and_unzip(atlas, tmp_path / "utf8"))


def test_strict_refuses_and_names_the_letters_of_the_whole_layer(atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match=r"TCVN3.* lacks these letters: Ổ \(254\), Ả \(2\)") as error:
        export_and_unzip(atlas, tmp_path, encoding="tcvn3", letters="strict")
    assert "→ (1)" in error.value.en
    assert "letters=lower" in error.value.vi
    with pytest.raises(BadQuery, match=r"Windows-1258 .*: → \(1\)\."):
        export_and_unzip(atlas, tmp_path, encoding="cp1258", letters="strict")
    assert export_and_unzip(atlas, tmp_path, encoding="utf-8", letters="strict")


# --- places ---------------------------------------------------------------------------------------------


def expected(crs: str, key: str) -> tuple[float, float]:
    x, y = Reading(SYSTEMS[crs]).from_lnglat(*PLACES[key])
    return float(x[0]), float(y[0])


def points(path: Path) -> list[tuple[float, float] | None]:
    """The points of a .shp, read by hand."""
    data, at, coordinates = path.read_bytes(), 100, []
    while at < len(data):
        (kind,) = struct.unpack_from("<i", data, at + 8)
        coordinates.append(struct.unpack_from("<2d", data, at + 12) if kind == 1 else None)
        at += 8 + 2 * struct.unpack_from(">i", data, at + 4)[0]
    return coordinates


@pytest.mark.parametrize("encoding", TEXT_IN)
@pytest.mark.parametrize("crs", ZONES)
def test_places_are_those_of_the_state_parameters(atlas: Atlas, tmp_path: Path, crs: str, encoding: str) -> None:
    coordinates = points(export_and_unzip(atlas, tmp_path, crs=crs, encoding=encoding) / "products.shp")
    for key, place in zip(PLACES, coordinates, strict=False):
        assert place == pytest.approx(expected(crs, key), abs=0.001)
    assert coordinates[3] is None


@pytest.mark.parametrize("crs", ZONES)
def test_the_registrys_operation_takes_them_back_within_a_millimetre(atlas: Atlas, tmp_path: Path, crs: str) -> None:
    coordinates = points(export_and_unzip(atlas, tmp_path, crs=crs) / "products.shp")
    grid = pyproj.Transformer.from_crs(crs, "EPSG:4756", always_xy=True)
    datum = pyproj.Transformer.from_pipeline("urn:ogc:def:coordinateOperation:EPSG::6960")
    for key, place in zip(PLACES, coordinates, strict=False):
        assert place is not None
        lng, lat = grid.transform(*place)
        lat, lng = datum.transform(lat, lng)
        assert pyproj.Geod(ellps="WGS84").inv(lng, lat, *PLACES[key])[2] < 0.001


@pytest.mark.parametrize("crs", [crs for crs in FORMATS["shp"].crs if crs in SYSTEMS])
def test_the_prj_is_esris_and_gdal_knows_the_zone(atlas: Atlas, tmp_path: Path, crs: str) -> None:
    path = export_and_unzip(atlas, tmp_path, crs=crs) / "products.prj"
    assert path.read_text(encoding="ascii") == pyproj.CRS(crs).to_wkt("WKT1_ESRI")
    assert "D_Vietnam_2000" in path.read_text(encoding="ascii")
    text = subprocess.run(["gdalsrsinfo", "-o", "epsg", str(path)], capture_output=True, check=True).stdout
    assert text.split()[0].decode() == crs


def test_outlines_are_moved_point_by_point(atlas: Atlas, tmp_path: Path) -> None:
    path = export_and_unzip(atlas, tmp_path, "zones", crs="EPSG:3405") / "zones.shp"
    exported = shapely.get_coordinates(pyogrio.read_dataframe(path).geometry[0])
    original = shapely.get_coordinates(atlas.get("zones", "Z1").geometry)
    back = np.column_stack(Reading(SYSTEMS["EPSG:3405"]).to_lnglat(exported[:, 0], exported[:, 1]))
    assert {tuple(row) for row in back.round(8)} == {tuple(row) for row in original.round(8)}


@pytest.mark.parametrize("crs", ZONES)
def test_a_geopackage_goes_the_same_way(atlas: Atlas, tmp_path: Path, crs: str) -> None:
    write_export(atlas, Query("products"), "gpkg", tmp_path / "products.gpkg", crs=crs)
    frame = pyogrio.read_dataframe(tmp_path / "products.gpkg").set_index("product_id")
    assert frame.crs.to_epsg() == int(crs.removeprefix("EPSG:"))
    for key in PLACES:
        assert (frame.geometry[key].x, frame.geometry[key].y) == pytest.approx(expected(crs, key), abs=0.001)
    assert frame.geometry["R4"] is None


def test_the_systems_are_those_in_use_and_the_provinces_own_is_the_first(atlas: Atlas) -> None:
    for key in ("shp", "gpkg"):
        codes = FORMATS[key].crs
        assert codes[:2] == ("EPSG:4326", METRIC_CRS)
        assert set(codes[1:]) == {s.code for s in SYSTEMS.values() if s.family == "vn2000" and s.standing < 2}
    with pytest.raises(BadQuery, match="shp cannot be written in crs='EPSG:6957'"):
        write_export(atlas, Query("products"), "shp", io.BytesIO(), crs="EPSG:6957")


def test_the_stores_own_name_of_wgs84_is_understood(atlas: Atlas, tmp_path: Path) -> None:
    coordinates = points(export_and_unzip(atlas, tmp_path, crs=STORE_CRS) / "products.shp")
    assert coordinates[0] == PLACES["R1"]
    assert (tmp_path / "products.prj").read_text(encoding="ascii").startswith('GEOGCS["GCS_WGS_1984"')


def test_a_place_that_a_zone_cannot_hold_is_an_error() -> None:
    with pytest.raises(GeoError, match="have no coordinates in EPSG:9205"):
        job.in_crs(np.array([Point(13.0, 0.0), None], dtype=object), METRIC_CRS)


def test_the_readme_names_the_system_and_how_it_was_reached(atlas: Atlas, tmp_path: Path) -> None:
    text = readme(export_and_unzip(atlas, tmp_path, crs="EPSG:3405"))
    assert "VN-2000 / UTM 48N, kinh tuyến trục 105°00′, k 0,9996 (EPSG:3405)" in text
    assert "the inverse of: EPSG:6960 VN-2000 to WGS 84 (2)" in text
    assert "EPSG:6960" not in readme(export_and_unzip(atlas, tmp_path))
    assert "Hệ toạ độ" not in readme(export_and_unzip(atlas, tmp_path / "table", "sources", encoding="tcvn3"))


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "options", "words"),
    [
        ("shp", {"encoding": "vni"}, r"shp cannot be written in encoding='vni'\. Possible: utf-8, tcvn3, cp1258"),
        ("shp", {"letters": "upper"}, r"letters='upper'\. Possible: strict, lower, plain"),
        ("gpkg", {"encoding": "tcvn3"}, r"gpkg is always UTF-8: encoding can be chosen for shp only"),
        ("csv", {"letters": "plain"}, r"csv is always UTF-8: letters can be chosen for shp only"),
    ],
)
def test_what_cannot_be_is_refused_in_words(atlas: Atlas, key: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(BadQuery, match=words):
        write_export(atlas, Query("products"), key, io.BytesIO(), **options)  # type: ignore[arg-type]


# --- over HTTP, and on the page -------------------------------------------------------------------------


def test_a_download_takes_system_encoding_and_letters(atlas: Atlas, tmp_path: Path) -> None:
    client = application(atlas).test_client()
    url = "/export/products.zip?crs=EPSG:5897&encoding=tcvn3"
    first, plain = client.get(url), client.get(f"{url}&letters=plain")
    assert (first.status_code, first.headers["X-Feature-Count"]) == (200, "4")
    assert first.headers["ETag"] != plain.headers["ETag"]
    with zipfile.ZipFile(io.BytesIO(plain.data)) as archive:
        archive.extractall(tmp_path)
    assert dbf(tmp_path / "products.dbf")["R3"]["name"] == encode(NAMES["R3"], "tcvn3", "plain")
    assert points(tmp_path / "products.shp")[0] == pytest.approx(expected("EPSG:5897", "R1"), abs=0.001)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/export/products.zip?encoding=latin1", "encoding='latin1'. Possible: utf-8, tcvn3, cp1258"),
        ("/export/products.csv?encoding=tcvn3", "csv is always UTF-8: encoding can be chosen for shp only"),
        ("/export/products.zip?encoding=tcvn3&letters=strict", "lacks these letters: Ổ (254), Ả (2)"),
        ("/export/products.zip?encoding=tcvn3&letters=big", "letters='big'. Possible: strict, lower, plain"),
        ("/export/products.zip?encodings=tcvn3", "Did you mean 'encoding'?"),
        ("/export/products.gpkg?crs=EPSG:3857", "gpkg cannot be written in crs='EPSG:3857'"),
    ],
)
def test_a_bad_wish_is_answered_with_what_would_be_right(atlas: Atlas, address: str, words: str) -> None:
    answer = application(atlas).test_client().get(f"{address}&lang=en")
    assert answer.status_code == 400
    assert words in str(answer.json)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_of_a_layer_offers_the_way_back(atlas: Atlas, lang: str) -> None:
    client = application(atlas).test_client()
    page = client.get(f"/products?group=food&lang={lang}").text
    for encoding in TEXT_IN:
        assert f"crs=EPSG:9205&amp;encoding={encoding}" in page.replace("%3A", ":")
    assert word("layer.state_files", lang) in page
    assert word("layer.state_files", lang) not in client.get(f"/sources?lang={lang}").text

"""What a .prj, a .tab or a code says, and what it really is: every shape that VN-2000 comes in."""

from pathlib import Path

import pyogrio
import pytest
from pyproj import CRS, Transformer

from geo.crs import STORE_CRS, geodesic_distance_m
from geo.ingest.crs.recognise import CENTRE, Recognition, recognise
from geo.vn2000.systems import HOME, SHIFTS, SYSTEMS, Reading, System, systems_of

ESRI = (
    'PROJCS["{name}",GEOGCS["{gcs}",DATUM["{datum}",SPHEROID["WGS_1984",6378137.0,298.257223563]{towgs84}],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
    'PARAMETER["Scale_Factor",{k}],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
RIGHT = ",".join(map(str, SHIFTS["state"].towgs84()))
WRONG_SIGN = ",".join(map(str, SHIFTS["state"].parameters))


def prj(
    datum: str = "D_WGS_1984",
    *,
    name: str = "x",
    gcs: str = "GCS_Custom",
    meridian: float = 103,
    k: float = 0.9999,
    towgs84: str = "",
) -> str:
    clause = f",TOWGS84[{towgs84}]" if towgs84 else ""
    return ESRI.format(name=name, gcs=gcs, datum=datum, meridian=meridian, k=k, towgs84=clause)


def words(found: Recognition) -> str:
    return " ".join(label.en for label in found.evidence)


SHAPES: dict[str, tuple[CRS | str, str]] = {
    "EPSG code": ("EPSG:9205", "named"),
    "number": (CRS.from_epsg(9205), "named"),
    "ESRI WKT": (CRS.from_epsg(9205).to_wkt("WKT1_ESRI"), "named"),
    "GDAL WKT": (CRS.from_epsg(9205).to_wkt("WKT1_GDAL"), "named"),
    "WKT2": (CRS.from_epsg(9205).to_wkt(), "named"),
    "custom name on D_Vietnam_2000": (prj("D_Vietnam_2000", name="HTD_DB"), "named"),
    "datum VN-2000": (prj("VN-2000", name="unnamed"), "named"),
    "datum VN-2000, TOWGS84 zero": (prj("VN-2000", towgs84="0,0,0,0,0,0,0"), "named"),
    "datum VN-2000, TOWGS84 wrong": (prj("VN-2000", towgs84=WRONG_SIGN), "named"),
    "with heights": ("EPSG:9205+5773", "named"),
    "D_WGS_1984": (prj(), "mislabelled"),
    "D_WGS_1984, name VN-2000": (prj(name="VN_2000_DB"), "mislabelled"),
    "unnamed, no TOWGS84": (prj("D_unknown", name="unnamed", gcs="unnamed"), "equivalent"),
    "unknown with TOWGS84": (prj("unknown", name="unnamed", gcs="unnamed", towgs84=RIGHT), "equivalent"),
    "PROJ string": (
        f"+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84={RIGHT} +units=m +type=crs",
        "equivalent",
    ),
    "PROJ string without towgs84": (
        "+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +type=crs",
        "equivalent",
    ),
}  # fmt: skip


TWO_THINGS = {
    "datum VN-2000, TOWGS84 zero", "D_WGS_1984", "D_WGS_1984, name VN-2000", "unnamed, no TOWGS84",
    "PROJ string without towgs84",
}  # fmt: skip
"""Shapes that VN-2000 coordinates with a wrong label have, and GPS positions on the same grid as well."""


@pytest.mark.parametrize("shape", SHAPES)
def test_the_provinces_system_is_recognised_in_every_shape(shape: str) -> None:
    claim, kind = SHAPES[shape]
    found = recognise(claim)
    assert (found.kind, found.decision) == (kind, "ask" if shape in TWO_THINGS else "sure")
    assert (Reading(HOME, slip="null_shift") in found.alternatives) == (shape in TWO_THINGS)
    assert found.crs == CRS.from_epsg(9205)
    assert "EPSG:6960" in words(found)
    assert all(label.vi and label.en for label in found.evidence)


@pytest.mark.parametrize("system", list(systems_of("vn2000")), ids=lambda system: system.code)
@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_every_vn2000_system_is_recognised_in_every_wkt(system: System, version: str) -> None:
    found = recognise(CRS.from_user_input(system.code).to_wkt(version))
    assert found.reading == Reading(system)
    assert found.decision == ("ask" if system.successor else "sure")


@pytest.mark.parametrize(
    "system", [s for s in systems_of("vn2000") if s.grid and not s.successor], ids=lambda s: s.code
)
@pytest.mark.parametrize("datum", ["D_unknown", "D_WGS_1984"])
def test_every_grid_is_recognised_without_its_datum(system: System, datum: str) -> None:
    assert system.grid is not None
    found = recognise(prj(datum, meridian=system.grid.meridian, k=system.grid.scale))
    readings = (found.reading, *found.alternatives)
    assert Reading(system) in readings
    assert found.error_m is not None
    # The word "WGS 84" may well be meant, and so may VN-2000: that is asked, not corrected.
    assert found.decision == "ask"


@pytest.mark.parametrize(
    ("shape", "metres"),
    [
        ("D_WGS_1984", 222.7),
        ("unnamed, no TOWGS84", 222.7),
        ("unknown with TOWGS84", 222.7),
        ("datum VN-2000, TOWGS84 zero", 222.7),
        ("PROJ string without towgs84", 222.7),
        ("PROJ string", 0.0),
        ("ESRI WKT", 0.0),
    ],
)
def test_the_error_of_the_files_own_word_is_stated(shape: str, metres: float) -> None:
    found = recognise(SHAPES[shape][0])
    assert found.error_m == pytest.approx(metres, abs=0.05)
    assert ("222.7 m off" in words(found)) == (metres > 1)
    assert any("222,7 m" in label.vi for label in found.evidence) == (metres > 1)


def test_to_epsg_answers_9205_for_a_file_that_is_then_read_222_metres_off() -> None:
    # The trap that this module exists for.
    claim = CRS.from_user_input(prj("unknown", name="unnamed", gcs="unnamed").replace("D_unknown", "unknown"))
    east, north = Reading(SYSTEMS["EPSG:9205"]).from_lnglat(*CENTRE)
    there = Transformer.from_crs(claim, STORE_CRS, always_xy=True).transform(east[0], north[0])
    assert geodesic_distance_m(*CENTRE, *there) == pytest.approx(222.7, abs=0.1)
    assert recognise(claim).crs == CRS.from_epsg(9205)


def test_a_wrong_rotation_sign_is_named() -> None:
    assert "wrong in sign" in words(recognise(SHAPES["datum VN-2000, TOWGS84 wrong"][0]))
    assert "TOWGS84 is right" in words(recognise(SHAPES["unknown with TOWGS84"][0]))
    assert "all zeros" in words(recognise(SHAPES["datum VN-2000, TOWGS84 zero"][0]))
    assert "not the state's: -100" in words(recognise(prj("VN-2000", towgs84="-100,-39,-111,0,0,0,0")))


def test_a_wgs84_label_on_a_vn2000_grid_names_the_other_explanation() -> None:
    found = recognise(prj())
    assert [(one.system.code, one.slip) for one in found.alternatives] == [("EPSG:9205", "null_shift")]
    assert "about 223 m apart" in words(found)


@pytest.mark.parametrize("datum", ["D_WGS_1984", "D_unknown", "VN-2000"])
def test_k_09996_on_a_meridian_of_three_degrees_is_named_and_asked(datum: str) -> None:
    found = recognise(prj(datum, k=0.9996))
    assert (found.decision, found.crs) == ("ask", CRS.from_epsg(9205))
    assert "Scale factor 0.9996 is not used with the central meridian 103°00′" in words(found)
    assert {one.slip for one in found.alternatives} >= {"scale", "scale_null"}
    assert found.error_m == pytest.approx(710 if datum == "VN-2000" else 838.6, abs=2)


def test_an_unknown_meridian_is_reported_and_still_read_as_vn2000() -> None:
    found = recognise(prj("D_unknown", meridian=103.5))
    assert found.decision == "ask"
    assert "103°30′, k 0.9999, E 500000 is on no list of VN-2000 systems" in words(found)
    assert found.reading is not None and "+proj=helmert" in found.reading.pipeline


def test_a_deprecated_code_asks_whether_its_exchanged_constants_are_meant() -> None:
    found = recognise("EPSG:6956")
    assert (found.kind, found.decision) == ("named", "ask")
    assert found.alternatives == (Reading(SYSTEMS["EPSG:5896"]),)
    assert "exchanges false easting and false northing" in words(found)


def test_utm_on_wgs84_is_believed_and_its_vn2000_twin_is_named() -> None:
    found = recognise("EPSG:32648")
    assert (found.kind, found.decision) == ("named", "sure")
    assert found.alternatives == (Reading(SYSTEMS["EPSG:3405"]),)
    assert recognise(prj(name="VN2000_105", meridian=105, k=0.9996)).crs == CRS.from_epsg(3405)


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("EPSG:3148", "EPSG:3148"),
        (CRS.from_epsg(3148).to_wkt("WKT1_ESRI"), "EPSG:3148"),
        ("EPSG:4131", "EPSG:4131"),
        ("EPSG:2044", "EPSG:2044"),
        (CRS.from_epsg(2044).to_wkt("WKT1_GDAL"), "EPSG:2044"),
        ("EPSG:4147", "EPSG:4147"),
    ],
)
def test_the_old_systems_are_recognised_and_pinned(claim: str, code: str) -> None:
    found = recognise(claim)
    assert (found.kind, found.decision) == ("old", "sure")
    assert found.reading == Reading(SYSTEMS[code])
    assert "would not shift it at all" in words(found)
    assert found.error_m is not None and found.error_m > 40


def test_an_old_datum_on_a_grid_of_ones_own_is_asked() -> None:
    claim = prj("D_Hanoi_1972", gcs="GCS_Hanoi_1972").replace(
        '"WGS_1984",6378137.0,298.257223563', '"Krasovsky_1940",6378245.0,298.3'
    )
    found = recognise(claim)
    assert (found.kind, found.decision) == ("old", "ask")
    assert found.reading is not None and "+ellps=krass" in found.reading.pipeline


@pytest.mark.parametrize(
    ("claim", "code", "decision"),
    [
        ("EPSG:4326", STORE_CRS, "sure"),
        ("OGC:CRS84", STORE_CRS, "sure"),
        ("EPSG:4756", "EPSG:4756", "sure"),
        (CRS.from_epsg(4756).to_wkt("WKT1_ESRI"), "EPSG:4756", "sure"),
        ("EPSG:3857", "EPSG:3857", "sure"),
        ('GEOGCS["unnamed",DATUM["unknown",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
         'UNIT["degree",0.0174532925199433]]', STORE_CRS, "ask"),
        ('GEOGCS["VN_2000_DD",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],'
         'UNIT["degree",0.0174532925199433]]', "EPSG:4756", "ask"),
        (f"+proj=longlat +ellps=WGS84 +towgs84={RIGHT} +type=crs", "EPSG:4756", "sure"),
    ],
)  # fmt: skip
def test_degrees_and_web_mercator(claim: str, code: str, decision: str) -> None:
    found = recognise(claim)
    assert found.reading == Reading(SYSTEMS[code])
    assert found.decision == decision


@pytest.mark.parametrize("claim", ["EPSG:27700", "EPSG:4269", "EPSG:32647", "EPSG:32633", "EPSG:2093"])
def test_any_other_system_is_named_and_asked(claim: str) -> None:
    found = recognise(claim)
    assert found.decision == "ask"
    assert found.reading is not None
    lng, lat = found.reading.to_lnglat(*found.reading.from_lnglat(*CENTRE))
    if claim == "EPSG:32647":
        assert geodesic_distance_m(*CENTRE, lng[0], lat[0]) < 0.001


@pytest.mark.parametrize("claim", [None, "", "  ", 'LOCAL_CS["Nonearth",UNIT["metre",1]]'])
def test_no_word_is_a_question(claim: str | None) -> None:
    found = recognise(claim)
    assert (found.kind, found.decision, found.reading, found.crs) == ("missing", "ask", None, None)


@pytest.mark.parametrize("claim", ['PROJCS["broken', "EPSG:1", "rubbish", "\x00\x01"])
def test_damaged_words_are_a_question(claim: str) -> None:
    found = recognise(claim)
    assert (found.kind, found.decision, found.reading) == ("unreadable", "ask", None)


@pytest.mark.parametrize("driver", ["GeoJSON", "KML", "LIBKML", "GPX", "GeoJSONSeq"])
def test_formats_that_allow_one_system_only_are_in_it(driver: str) -> None:
    found = recognise(None, driver)
    assert (found.reading, found.decision, found.error_m) == (Reading(SYSTEMS[STORE_CRS]), "sure", 0.0)


def test_a_projected_geojson_is_taken_at_its_word() -> None:
    assert recognise("EPSG:9205", "GeoJSON").crs == CRS.from_epsg(9205)


# --- through GDAL ----------------------------------------------------------------------------------

MIF = {
    "official numbers": ('8, 9999, 28, -191.90441429, -39.30318279, -111.45032835, -0.00928836, 0.01975479, -0.00427372,'
                         ' 0.252906278, 0, "m", 103, 0, 0.9999, 500000, 0', "equivalent"),
    "flipped rotations": ('8, 9999, 28, -191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372,'
                          ' 0.252906278, 0, "m", 103, 0, 0.9999, 500000, 0', "equivalent"),
    "all zero": ('8, 9999, 28, 0, 0, 0, 0, 0, 0, 0, 0, "m", 103, 0, 0.9999, 500000, 0', "mislabelled"),
    "datum 104": ('8, 104, "m", 103, 0, 0.9999, 500000, 0', "mislabelled"),
    "datum 0": ('8, 0, "m", 103, 0, 0.9999, 500000, 0', "equivalent"),
}  # fmt: skip


@pytest.mark.parametrize("shape", MIF)
def test_mapinfo_files_as_gdal_reads_them(shape: str, tmp_path: Path) -> None:
    coordsys, kind = MIF[shape]
    path = tmp_path / "a.mif"
    path.write_text(
        f'Version 300\nCharset "Neutral"\nDelimiter ","\nCoordSys Earth Projection {coordsys}\n'
        "Columns 1\n  a Char(5)\nData\n\nPoint 501877.6 2365683.6\n",
        encoding="ascii",
    )
    path.with_suffix(".mid").write_text('"x"\n', encoding="ascii")
    found = recognise(pyogrio.read_info(path)["crs"], "MapInfo File")
    decision = "sure" if shape in {"official numbers", "flipped rotations"} else "ask"
    assert (found.kind, found.decision, found.crs) == (kind, decision, CRS.from_epsg(9205))
    if shape == "flipped rotations":
        assert "wrong in sign" in words(found)

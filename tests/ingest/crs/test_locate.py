"""The file's words weighed against its positions, and the move into the store and back."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS
from shapely import LineString, MultiPolygon, Point, Polygon

from geo.crs import METRIC_CRS, STORE_CRS, geodesic_distance_m
from geo.errors import BadSource
from geo.ingest.crs.candidates import candidates, decide, sample
from geo.ingest.crs.locate import from_store, locate, to_store
from geo.ingest.crs.recognise import recognise
from geo.vn2000.systems import HOME, SYSTEMS, Reading
from tests.ingest.province import PROVINCE, UNITS, WIDE, along_the_borders

MISLABELLED = CRS.from_epsg(9205).to_wkt("WKT1_ESRI").replace("D_Vietnam_2000", "D_WGS_1984")
MISLABELLED = MISLABELLED.replace("GCS_VN_2000", "GCS_WGS_1984").replace("VN-2000_TM-3_103-00", "TM_103")


def written(reading: Reading, places: NDArray[np.float64] = WIDE) -> NDArray[np.float64]:
    return np.column_stack(reading.from_lnglat(*places.T))


HOME_NUMBERS = written(Reading(HOME))


def test_a_file_whose_word_and_positions_agree_is_used() -> None:
    found = locate("EPSG:9205", HOME_NUMBERS, PROVINCE)
    assert (found.advice, found.reading) == ("use", Reading(HOME))


NULL_SHIFT = Reading(HOME, slip="null_shift")
NAMELESS = MISLABELLED.replace("D_WGS_1984", "D_Unknown").replace("GCS_WGS_1984", "GCS_unknown")
ZEROS = CRS.from_epsg(9205).to_wkt("WKT1_GDAL")
ZEROS = ZEROS.replace('AUTHORITY["EPSG","7030"]]', 'AUTHORITY["EPSG","7030"]],TOWGS84[0,0,0,0,0,0,0]', 1)
assert "TOWGS84" in ZEROS


@pytest.mark.parametrize("claim", [MISLABELLED, NAMELESS, ZEROS])
@pytest.mark.parametrize("made_as", [Reading(HOME), NULL_SHIFT])
def test_a_grid_without_its_datum_is_a_choice_of_two_places(claim: str, made_as: Reading) -> None:
    found = locate(claim, written(made_as), PROVINCE)
    assert (found.advice, found.reading) == ("choose", Reading(HOME))
    assert {Reading(HOME), NULL_SHIFT} <= set(found.choices)
    assert any("222.7 m" in line.en for line in found.evidence)
    assert Reading(HOME, slip="null_shift") in found.choices


def test_known_borders_can_contradict_the_correction_of_a_mislabelled_file() -> None:
    drawn_on_wgs84 = written(Reading(HOME, slip="null_shift"), along_the_borders())
    found = locate(MISLABELLED, drawn_on_wgs84, PROVINCE, reference=UNITS)
    assert (found.advice, found.reading) == ("confirm", Reading(HOME, slip="null_shift"))
    drawn_on_vn2000 = written(Reading(HOME), along_the_borders())
    found = locate(MISLABELLED, drawn_on_vn2000, PROVINCE, reference=UNITS)
    assert (found.advice, found.reading) == ("confirm", Reading(HOME))
    assert any("known borders" in line.en for line in found.evidence)


def test_a_neighbouring_zone_in_the_prj_is_found_out() -> None:
    found = locate("EPSG:9206", HOME_NUMBERS, PROVINCE)
    assert (found.advice, found.reading) == ("confirm", Reading(HOME))
    assert any("In the system that the file states, only 0% of the points" in line.en for line in found.evidence)
    assert found.choices[0] == Reading(HOME)


def test_a_word_that_half_fits_is_not_believed_when_another_reading_fits_wholly() -> None:
    numbers = written(Reading(SYSTEMS["EPSG:9207"]))
    found = locate("EPSG:9208", numbers, PROVINCE)
    assert found.reading == Reading(SYSTEMS["EPSG:9207"])
    assert found.advice == "confirm"


@pytest.mark.parametrize("claim", ["EPSG:4326", "EPSG:9205", None])
def test_exchanged_axes_are_found_out_whatever_the_word(claim: str | None) -> None:
    found = locate(claim, written(Reading(HOME, swapped=True)), PROVINCE)
    assert (found.advice, found.reading) == ("confirm", Reading(HOME, swapped=True))


def test_latitude_before_longitude_is_found_out() -> None:
    found = locate("EPSG:4326", WIDE[:, ::-1], PROVINCE, driver="GeoJSON")
    assert (found.advice, found.reading) == ("confirm", Reading(SYSTEMS[STORE_CRS], swapped=True))


def test_metres_in_a_format_of_degrees_are_found_out() -> None:
    found = locate(None, HOME_NUMBERS, PROVINCE, driver="KML")
    assert (found.advice, found.reading) == ("confirm", Reading(HOME))


def test_a_file_without_a_word_is_proposed_never_used() -> None:
    found = locate(None, HOME_NUMBERS, PROVINCE)
    assert (found.advice, found.reading) == ("confirm", Reading(HOME))
    asked = locate(None, written(Reading(SYSTEMS["EPSG:3405"])), PROVINCE)
    assert asked.advice == "choose"
    assert {Reading(SYSTEMS[code]) for code in ("EPSG:3405", "EPSG:5897", "EPSG:32648")} <= set(asked.choices)


def test_a_deprecated_code_is_settled_by_the_positions() -> None:
    for code in ("EPSG:6956", "EPSG:5896"):
        found = locate("EPSG:6956", written(Reading(SYSTEMS[code])), PROVINCE)
        assert (found.advice, found.reading) == ("confirm", Reading(SYSTEMS[code]))


def test_k_09996_on_103_degrees_is_a_choice_until_borders_settle_it() -> None:
    claim = CRS.from_epsg(9205).to_wkt("WKT1_ESRI").replace("0.9999", "0.9996")
    assert locate(claim, HOME_NUMBERS, PROVINCE).advice == "choose"
    for slip in ("", "scale"):
        numbers = written(Reading(HOME, slip=slip), along_the_borders())
        found = locate(claim, numbers, PROVINCE, reference=UNITS)
        assert (found.advice, found.reading) == ("confirm", Reading(HOME, slip=slip))


def test_numbers_that_nothing_explains_are_refused() -> None:
    for claim in (None, "EPSG:9205"):
        found = locate(claim, [(1.0, 2.0), (3.0, 4.0)], PROVINCE)
        assert (found.advice, found.reading) == ("refuse", None)


def test_a_true_word_about_data_outside_the_province_is_confirmed_by_a_person() -> None:
    found = locate("EPSG:9205", written(Reading(HOME), np.array([(103.9, 22.4), (104.0, 22.5)])), PROVINCE)
    assert (found.advice, found.reading) == ("confirm", Reading(HOME))
    assert any("outside it" in line.en for line in found.evidence)


def test_a_file_without_coordinates_goes_by_its_word() -> None:
    assert locate("EPSG:9205", np.empty((0, 2)), PROVINCE).advice == "use"
    assert locate("EPSG:6956", [(np.nan, np.nan)], PROVINCE).advice == "choose"
    assert locate(None, [], PROVINCE).advice == "refuse"


# --- the move --------------------------------------------------------------------------------------


def places() -> gpd.GeoDataFrame:
    square = Polygon(
        [(102.9, 21.3), (103.0, 21.3), (103.0, 21.4), (102.9, 21.4)],
        [[(102.94, 21.34), (102.95, 21.34), (102.95, 21.35)]],
    )
    shapes = [
        Point(103.0165, 21.386),
        MultiPolygon([square]),
        LineString([(102.3, 22.3, 900.0), (102.4, 22.4, 950.0)]),
        None,
        Point(),
    ]
    return gpd.GeoDataFrame({"name": list("abcde")}, index=[5, 3, 9, 1, 7], geometry=shapes, crs=STORE_CRS)


@pytest.mark.parametrize(
    "code", ["EPSG:9205", "EPSG:3405", "EPSG:4756", "EPSG:5896", "EPSG:3148", "EPSG:3857", STORE_CRS]
)
def test_out_of_the_store_and_back_nothing_moves_by_a_tenth_of_a_millimetre(code: str) -> None:
    before = places()
    out = from_store(before, code)
    assert out.frame.crs == CRS.from_user_input(code)
    back = to_store(out.frame, Reading(SYSTEMS[code])).frame
    assert back.crs == CRS.from_user_input(STORE_CRS)
    assert list(back.index) == [5, 3, 9, 1, 7] and list(back["name"]) == list("abcde")
    assert back.geometry.loc[1] is None and back.geometry.loc[7].is_empty
    for one, other in zip(before.geometry.dropna(), back.geometry.dropna(), strict=True):
        moved = [
            geodesic_distance_m(*a, *b)
            for a, b in zip(shapely.get_coordinates(one), shapely.get_coordinates(other), strict=True)
        ]
        assert max(moved, default=0) < 1e-4


def test_heights_stay_as_they_are_and_flat_shapes_stay_flat() -> None:
    moved = to_store(from_store(places(), "EPSG:9205").frame, Reading(HOME)).frame.geometry
    assert [z for _, _, z in moved.loc[9].coords] == [900.0, 950.0]
    assert not moved.loc[3].has_z and not moved.loc[5].has_z


def test_the_frame_that_was_given_is_left_alone() -> None:
    before = places()
    from_store(before, "EPSG:9205")
    assert before.geometry.loc[5] == Point(103.0165, 21.386)


def test_the_move_agrees_with_the_pinned_operation_to_a_centimetre() -> None:
    east, north = from_store(places(), METRIC_CRS).frame.geometry.loc[5].coords[0]
    assert (east, north) == pytest.approx((501_514.712, 2_365_683.527), abs=0.01)


def test_the_report_names_the_transformation_and_its_accuracy() -> None:
    report = to_store(from_store(places(), "EPSG:9205").frame, Reading(HOME)).report
    for text in report:
        assert "EPSG:9205" in text and "EPSG:6960" in text and "1 m" in text
    assert "seven parameters" in from_store(places(), "EPSG:9205").report.en


def test_every_kind_of_answer_moves_a_frame() -> None:
    numbers = from_store(places(), "EPSG:9205").frame.set_crs(4326, allow_override=True)
    points = sample(numbers.geometry)
    found = locate(None, points, PROVINCE)
    best = decide(candidates(points, PROVINCE)).candidate
    assert best is not None
    for answer in (Reading(HOME), recognise("EPSG:9205"), best, found):
        moved = to_store(numbers, answer).frame.geometry.loc[5]
        assert geodesic_distance_m(moved.x, moved.y, 103.0165, 21.386) < 1e-4


def test_a_frame_without_a_crs_and_with_a_name_of_its_own_for_the_geometry_is_moved() -> None:
    named = gpd.GeoDataFrame({"shape": [Point(501_514.712, 2_365_683.527)]}, geometry="shape")
    moved = to_store(named, Reading(HOME)).frame
    assert moved.geometry.name == "shape"
    assert geodesic_distance_m(moved.geometry.x.iloc[0], moved.geometry.y.iloc[0], 103.0165, 21.386) < 0.01


def test_nothing_moves_without_an_answer() -> None:
    with pytest.raises(BadSource, match="not known"):
        to_store(places(), recognise(None))


def test_coordinates_without_a_place_are_refused() -> None:
    broken = gpd.GeoDataFrame(geometry=[Point(np.inf, 1.0), Point(501_514.7, 2_365_683.5)])
    with pytest.raises(BadSource, match="1 geometries") as refused:
        to_store(broken, Reading(HOME))
    assert "1 đối tượng" in refused.value.vi


@pytest.mark.parametrize("code", ["EPSG:27700", "nonsense"])
def test_only_systems_of_the_table_are_written(code: str) -> None:
    with pytest.raises(BadSource, match="one of"):
        from_store(places(), code)


def test_only_frames_of_the_store_are_written() -> None:
    with pytest.raises(BadSource, match="OGC:CRS84"):
        from_store(from_store(places(), "EPSG:9205").frame, "EPSG:9205")


@given(st.floats(102.14, 103.61), st.floats(20.88, 22.56))
def test_a_shapefile_sent_out_and_brought_in_lies_where_it_lay(lng: float, lat: float) -> None:
    frame = gpd.GeoDataFrame(geometry=[Point(lng, lat)], crs=STORE_CRS)
    there = from_store(frame, "EPSG:9205").frame
    back = to_store(there, recognise(there.crs.to_wkt("WKT1_ESRI"))).frame.geometry.iloc[0]
    assert geodesic_distance_m(lng, lat, back.x, back.y) < 1e-4


def test_a_tab_written_by_gdal_loses_its_datum_and_leaves_the_choice_to_a_person(tmp_path: Path) -> None:
    # GDAL has no MapInfo datum for VN-2000: a TAB of EPSG:9205 comes back as WGS 84, 222.7 m off.
    path = tmp_path / "a.tab"
    pyogrio.write_dataframe(from_store(places().loc[[5]], "EPSG:9205").frame, path, driver="MapInfo File")
    frame = pyogrio.read_dataframe(path)
    assert "VN-2000" not in frame.crs.to_wkt()
    found = locate(frame.crs.to_wkt(), sample(frame.geometry), PROVINCE, driver="MapInfo File")
    assert (found.advice, found.reading) == ("choose", Reading(HOME)) and NULL_SHIFT in found.choices
    moved = to_store(frame, found).frame.geometry.iloc[0]
    assert geodesic_distance_m(moved.x, moved.y, 103.0165, 21.386) < 0.05  # a TAB keeps whole centimetres

"""VN-2000 under a wrong label and GPS on the same grid: both places, and what published places say of them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import MultiPolygon, Point

from geo.crs import geodesic_distance_m
from geo.ingest.columns.values import Value
from geo.ingest.crs.candidates import sample
from geo.ingest.crs.locate import Location, locate
from geo.ingest.decisions import Answers
from geo.ingest.known_places import Elsewhere, weigh
from geo.vn2000.systems import HOME, Reading
from tests.frames import frame
from tests.ingest.cases import PLACES, case, new_records, shipped, staged
from tests.ingest.crs.test_locate import MISLABELLED, NAMELESS, ZEROS
from tests.ingest.province import PROVINCE, UNITS, along_the_borders

NULL_SHIFT = Reading(HOME, slip="null_shift")
NAMES = ["Đồi thử", "Hang thử", "Suối thử"]


def communes() -> gpd.GeoDataFrame:
    return frame("communes", *({"code": f"{n:05}", "name": f"Xã {n}", "at": unit} for n, unit in enumerate(UNITS)))


def sites(*precisions: str) -> gpd.GeoDataFrame:
    return frame("sites", *(
        {"site_id": f"H{n}", "name": name, "kind": "historic", "precision": precision, "at": Point(place)}
        for n, (name, precision, place) in enumerate(zip(NAMES, precisions, PLACES, strict=False))
    ))  # fmt: skip


def weighed(
    claim: str, made_as: Reading, frames: dict[str, gpd.GeoDataFrame], titles: list[Value] | None = None
) -> tuple[Location, tuple[Elsewhere, ...]]:
    east, north = made_as.from_lnglat(*np.array(PLACES).T)
    numbers = np.array([Point(xy) for xy in zip(east, north, strict=True)], dtype=object)
    location = locate(claim, sample(numbers.tolist()), PROVINCE)
    return weigh(location, numbers, titles, {"communes": communes(), **frames})


@pytest.mark.parametrize("claim", [MISLABELLED, NAMELESS, ZEROS])
@pytest.mark.parametrize("made_as", [Reading(HOME), NULL_SHIFT])
def test_surveyed_records_of_the_same_name_propose_the_reading_that_meets_them(claim: str, made_as: Reading) -> None:
    location, elsewhere = weighed(claim, made_as, {"sites": sites("exact", "exact")}, list(NAMES))
    assert (location.advice, location.reading) == ("confirm", made_as)
    lines = [line.en for line in location.evidence if line.en.startswith("Against 2 published records")]
    assert [line.split(": ")[1].split(" under")[0] for line in lines] == (
        ["0 m off", "223 m off"] if made_as == Reading(HOME) else ["223 m off", "0 m off"]
    )
    [other] = elsewhere
    assert {other.reading, location.reading} == {Reading(HOME), NULL_SHIFT}
    shape = other.shapes[0]
    assert isinstance(shape, Point)
    assert geodesic_distance_m(shape.x, shape.y, *PLACES[0]) == pytest.approx(222.7, abs=0.5)


@pytest.mark.parametrize(
    ("frames", "titles"),
    [({}, list(NAMES)), ({"sites": sites("village", "commune")}, list(NAMES)), ({"sites": sites("exact")}, ["Khác"] * 3),
     ({"sites": sites("exact")}, None)],
)  # fmt: skip
def test_without_a_known_place_both_are_offered_and_the_report_says_so(
    frames: dict[str, gpd.GeoDataFrame], titles: list[Value] | None
) -> None:
    location, elsewhere = weighed(MISLABELLED, NULL_SHIFT, frames, titles)
    assert location.advice == "choose" and [one.reading for one in elsewhere] == [NULL_SHIFT]
    assert "No record of the same name" in location.evidence[-1].en


def test_names_that_several_places_have_say_nothing() -> None:
    twice = gpd.pd.concat([sites("exact"), sites("exact").set_geometry([Point(103.3, 21.7)], crs="OGC:CRS84")])
    location, _ = weighed(MISLABELLED, Reading(HOME), {"sites": twice}, list(NAMES))
    assert location.advice == "choose"


@pytest.mark.parametrize("made_as", [Reading(HOME), NULL_SHIFT])
def test_borders_speak_for_outlines_that_follow_them(made_as: Reading) -> None:
    east, north = made_as.from_lnglat(*along_the_borders().T)
    points = np.column_stack([east, north])
    numbers = np.array([MultiPolygon([(list(map(tuple, part)), [])]) for part in np.split(points, 4)], dtype=object)
    location = locate(MISLABELLED, sample(numbers.tolist()), PROVINCE)
    location, _ = weigh(location, numbers, None, {"communes": communes()})
    assert (location.advice, location.reading) == ("confirm", made_as)
    assert any("borders of communes" in line.en for line in location.evidence)


@pytest.mark.parametrize("claim", ["EPSG:9205", "EPSG:4326", "EPSG:9206"])
def test_a_statement_without_a_rival_stays_as_it_is(claim: str) -> None:
    numbers = np.array(
        [Point(xy) for xy in np.column_stack(Reading(HOME).from_lnglat(*np.array(PLACES).T))], dtype=object
    )
    location = locate(claim, sample(numbers.tolist()), PROVINCE)
    assert weigh(location, numbers, list(NAMES), {"sites": sites("exact"), "communes": communes()}) == (location, ())


@pytest.mark.parametrize("name", ["shp_qgis_nullshift_esri_prj.zip", "shp_wgs84_tm103_true_wgs84.zip"])
def test_a_grid_made_of_gps_positions_is_a_question_with_both_places(tmp_path: Path, name: str) -> None:
    table = case(tmp_path, name)
    result = staged(table, "sites")
    assert [question.key for question in result.open] == ["crs"] and not result.publishable
    assert set(result.elsewhere) == {NULL_SHIFT}
    assert set(result.elsewhere[NULL_SHIFT]) == set(result.touched)
    answered = staged(table, "sites", Answers(crs=NULL_SHIFT.key))
    at = [(point.x, point.y) for point in new_records(answered).geometry]
    assert np.abs(np.array(at) - np.array(PLACES)).max() < 1e-7
    assert answered.open == [] and answered.elsewhere == {}
    assert set(shipped().frames) >= {"communes", "sites"}

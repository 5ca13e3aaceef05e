"""Answers that a profile keeps for the next file of the same sender, and the files for which they do not count."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from geo.crs import geodesic_distance_m
from geo.drafts import Jobs, Profiles
from geo.drafts.command import with_mapping
from geo.errors import BadQuery, NotFound
from geo.ingest.decisions import Answers
from geo.settings import Settings
from tests.drafts.uploads import READ, draft_of, publish
from tests.office import write_vn2000_zones


def test_a_profile_reads_the_next_file_without_asking(jobs: Jobs, office: Settings, tmp_path: Path) -> None:
    write_vn2000_zones(tmp_path / "vung.shp", prj=False)
    draft = jobs.read(draft_of(jobs, tmp_path / "vung.shp", "zones", READ))
    review = jobs.drafts.review(draft)
    assert review is not None
    profiles = Profiles(office.profiles_dir)
    profiles.save("Vùng trồng  hằng tháng", "zones", with_mapping(draft.answers, review))
    answers = profiles.get("vung trong hang thang", "zones").answers
    assert answers.crs == "EPSG:9205" and answers.mapping is not None and answers.mapping["TEN_VUNG"] == "name"
    next_month = jobs.read(draft_of(jobs, tmp_path / "vung.shp", "zones", answers))
    again = jobs.drafts.review(next_month)
    assert again is not None and again["questions"] == [] and again["publishable"]
    with pytest.raises(BadQuery):
        profiles.get("Vùng trồng hằng tháng", "sites")
    with pytest.raises(BadQuery):
        profiles.save("  ", "zones", answers)
    profiles.delete("Vùng trồng hằng tháng")
    with pytest.raises(NotFound):
        profiles.get("Vùng trồng hằng tháng", "zones")


def test_the_system_of_a_published_file_is_remembered_for_its_sender_alone(
    jobs: Jobs, office: Settings, tmp_path: Path
) -> None:
    path = write_vn2000_zones(tmp_path / "vung.shp")
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text().replace("D_Vietnam_2000", "D_WGS_1984").replace("VN-2000", "x"), encoding="ascii")
    profiles = Profiles(office.profiles_dir)
    profiles.save("Vùng trồng", "zones", Answers(), "Chi cục")
    draft = jobs.drafts.change(jobs.read(draft_of(jobs, path, "zones", Answers())), profile="Vùng trồng")
    review = jobs.drafts.review(draft)
    assert review is not None and [question["key"] for question in review["questions"]] == ["crs"]
    assert len(review["location"]["elsewhere"]) == 1
    draft = jobs.read(jobs.drafts.answer(draft, Answers(crs="EPSG:9205+null_shift")))
    assert profiles.get("Vùng trồng", "zones", "Chi cục").answers.crs is None  # an answer of a draft may still change
    publish(jobs, draft)
    remembered = [profiles.get("Vùng trồng", "zones", sender).answers.crs for sender in ("chi cuc", "UBND xã")]
    assert remembered == ["EPSG:9205+null_shift", None]


def test_a_file_that_states_another_system_is_not_read_in_the_usual_one(jobs: Jobs, tmp_path: Path) -> None:
    usual = Answers(crs="EPSG:9205+null_shift", crs_is_usual=True)
    path = write_vn2000_zones(tmp_path / "vung.shp")
    review = jobs.drafts.review(jobs.read(draft_of(jobs, path, "zones", usual)))
    assert review is not None and review["location"]["advice"] == "use" and review["questions"] == []
    assert moved_from(jobs, path, replace(usual, crs_is_usual=False)) == pytest.approx(222.7, abs=1)
    assert moved_from(jobs, path, usual) == 0
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text().replace("D_Vietnam_2000", "D_WGS_1984").replace("VN-2000", "x"), encoding="ascii")
    assert moved_from(jobs, path, usual) == pytest.approx(222.7, abs=1)  # the file's word is doubtful: as usual


def moved_from(jobs: Jobs, path: Path, answers: Answers) -> float:
    """Metres between the first zone as it is read with these answers and as VN-2000 103°00' with its official shift."""
    places: list[float] = []
    for one in (answers, Answers(crs="EPSG:9205")):
        draft = jobs.read(draft_of(jobs, path, "zones", one))
        preview = json.loads(jobs.drafts.file(draft, "preview.geojson").read_bytes())
        places += shapely.geometry.shape(preview["features"][0]["geometry"]).centroid.coords[0]
    return geodesic_distance_m(*places)

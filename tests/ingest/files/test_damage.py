"""Every kind of finding, provoked by a real folder that is damaged in that way and no other."""

import shutil
import struct
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point

from geo.ingest.checks.check import check
from geo.ingest.checks.mend import mend
from geo.ingest.seed.folder import load_seed
from geo.ingest.seed.layer import read_layer
from geo.ocop.layers import LAYERS
from geo.report import ISSUE_KINDS, Report
from tests.frames import WEST, frame
from tests.ingest import import_cases
from tests.ingest.files.damage import (
    CASES,
    CUT,
    FULL,
    LONG,
    Case,
    Damage,
    as_lines,
    at_no_number,
    change,
    cut,
    encoded,
    file_of,
    swap,
)
from tests.worlds import records, write_seed


def load(seed: Path) -> Report:
    return load_seed(seed, lambda _: None)[1]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_seed(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def seed(sound: Path, tmp_path: Path) -> Path:
    """A sound seed of the test's own."""
    return Path(shutil.copytree(sound, tmp_path / "seed"))


class Loaded(NamedTuple):
    case: Case
    layers: set[str]
    report: Report
    folder: str


@pytest.fixture(scope="module")
def loads() -> dict[Case, Loaded]:
    """What was loaded already: three tests look at each case, in any order."""
    return {}


@pytest.fixture(params=CASES, ids=[f"{row}-{case.kind}" for row, case in enumerate(CASES)])
def loaded(request: pytest.FixtureRequest, sound: Path, tmp_path: Path, loads: dict[Case, Loaded]) -> Loaded:
    """What comes of a seed that one case has damaged."""
    case: Case = request.param
    if case not in loads:
        folder = Path(shutil.copytree(sound, tmp_path / "seed"))
        case.damage(folder)
        frames, report, _ = load_seed(folder, lambda _: None)
        loads[case] = Loaded(case, set(frames), report, str(folder))
    return loads[case]


def test_damage_is_found_and_named(loaded: Loaded) -> None:
    case = loaded.case
    record, row = (None, case.record) if isinstance(case.record, int) else (case.record, None)
    issues = [(one.layer, *one.subject, one.field) for one in loaded.report.issues if one.kind == case.kind]
    assert (case.layer, record, row, case.field) in issues, loaded.report.issues


def test_only_what_makes_a_layer_untrustworthy_keeps_the_seed_out(loaded: Loaded) -> None:
    fatal = ISSUE_KINDS[loaded.case.kind].severity == "fatal"
    assert loaded.report.fatal == fatal
    assert loaded.layers >= set(LAYERS) - ({loaded.case.layer} if fatal else set())


def test_findings_speak_both_languages_and_name_no_path_of_this_machine(loaded: Loaded) -> None:
    for issue in loaded.report.issues:
        for words in (issue.message, issue.remedy):
            assert words.vi and words.en and loaded.folder not in words.vi + words.en


def test_every_kind_of_finding_has_a_damage_that_provokes_it() -> None:
    assert {case.kind for case in CASES} | set(import_cases.CASES) == set(ISSUE_KINDS)


def test_a_whole_seed_has_no_finding_but_the_places_that_nobody_knows(seed: Path) -> None:
    assert [(issue.kind, issue.record) for issue in load(seed).issues] == [("null_geometry", "R2")]


def test_a_finding_says_what_is_there_and_what_is_wanted(seed: Path) -> None:
    as_lines(seed)
    [issue] = [issue for issue in load(seed).issues if issue.severity == "fatal"]
    assert issue.message.en == "geometry is LineString, expected MultiPolygon"
    assert issue.message.vi == "hình học là LineString, cần MultiPolygon"


@pytest.mark.parametrize(("encoding", "name"), [("cp1258", "1258"), ("tcvn3", "TCVN3")])
def test_a_table_in_an_old_encoding_is_told_what_it_looks_like(seed: Path, encoding: str, name: str) -> None:
    encoded(encoding)(seed)
    [issue] = [issue for issue in load(seed).issues if issue.kind == "wrong_table_encoding"]
    assert name in issue.message.en


def value(seed: Path, layer: str, record: str, field: str) -> Any:
    frames, _, _ = load_seed(seed, lambda _: None)
    rows = frames[layer]
    return rows.loc[rows[LAYERS[layer].key] == record, field].iloc[0]


@pytest.mark.parametrize(
    ("damage", "layer", "record", "field", "left"),
    [
        (change("products", stars=6), "products", "R1", "stars", None),
        (change("sites", kind="hill"), "sites", "H1", "kind", None),
        (change("villages", craft="weaving;welding"), "villages", "V1", "craft", "weaving"),
        (change("zones", old_commune_codes="99999;00011"), "zones", "Z1", "old_commune_codes", "00011"),
        (change("sites", source_ids="S9"), "sites", "H1", "source_ids", None),
        (change("sites", at=Point(105.8, 21.0)), "sites", "H1", "geometry", None),
        (change("sites", at=Point(105.8, 21.0)), "sites", "H1", "precision", None),
        (change("villages", recognised="26/10/2022"), "villages", "V1", "recognised", None),
        (at_no_number, "sites", "H1", "geometry", None),
    ],
)
def test_a_wrong_value_is_kept_out_and_the_rest_of_its_cell_stays(
    seed: Path, damage: Damage, layer: str, record: str, field: str, left: object
) -> None:
    damage(seed)
    assert value(seed, layer, record, field) == left


def test_a_suspicious_value_is_kept_for_a_person_to_judge(seed: Path) -> None:
    change("sites", name="Đồi Điện Biên".encode().decode("latin-1"))(seed)
    [issue] = [issue for issue in load(seed).issues if issue.kind == "mojibake"]
    assert "Đồi Điện Biên" in issue.message.vi
    assert value(seed, "sites", "H1", "name") == issue.value


def test_text_beside_the_shapefile_heals_a_cut_cell(seed: Path) -> None:
    swap("sites", ".dbf", "Đồi A1".encode().ljust(80), CUT)(seed)
    file_of(seed, "sites", ".text.csv").write_text(f"site_id,name\nH1,{FULL}\n", encoding="utf-8")
    frames, report, _ = load_seed(seed, lambda _: None)
    assert frames["sites"]["name"][0] == FULL
    assert {issue.kind for issue in report.issues} == {"null_geometry"}


def test_a_record_that_was_deleted_but_not_packed_is_gone_without_a_finding(seed: Path) -> None:
    path = file_of(seed, "sites", ".dbf")
    data = bytearray(path.read_bytes())
    start, width = struct.unpack("<HH", data[8:12])
    data[start + width] = ord("*")
    path.write_bytes(bytes(data))
    swap("sites", ".json", '"records": 2', '"records": 1')(seed)
    frames, report, _ = load_seed(seed, lambda _: None)
    assert list(frames["sites"]["site_id"]) == ["H1"] and {issue.kind for issue in report.issues} == {"null_geometry"}


def test_a_layer_that_cannot_be_read_leaves_the_others_readable(seed: Path) -> None:
    cut("zones", ".shp", 0)(seed)
    frames, report, _ = load_seed(seed, lambda _: None)
    assert set(frames) == set(LAYERS) - {"zones"}
    assert [issue.layer for issue in report.issues if issue.severity == "fatal"] == ["zones"]


SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".text.csv")


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seed whose products have every kind of file."""
    return write_seed(tmp_path_factory.mktemp("torn"), {"products": records("products", story_vi=LONG)})


@given(
    layer=st.sampled_from(["products", "communes"]),
    suffix=st.sampled_from(SUFFIXES),
    place=st.floats(0, 1, exclude_max=True),
    noise=st.binary(min_size=1, max_size=8),
    shorten=st.booleans(),
)
def test_no_damage_to_a_file_escapes_as_an_exception(
    torn: Path, layer: str, suffix: str, place: float, noise: bytes, shorten: bool
) -> None:
    path, spec = file_of(torn, layer, suffix), LAYERS[layer]
    if not path.exists():
        return
    whole = path.read_bytes()
    at = int(place * len(whole))
    try:
        path.write_bytes(whole[:at] if shorten else whole[:at] + noise + whole[at + len(noise) :])
        rows, issues = read_layer(torn / layer, spec)
    finally:
        path.write_bytes(whole)
    assert (rows is None) == any(issue.severity == "fatal" for issue in issues)
    if rows is not None:
        check({"province": frame("province", *records("province")), layer: mend(rows, spec)[0]})


def test_a_csv_saved_by_a_spreadsheet_with_a_byte_order_mark_reads_the_same(seed: Path) -> None:
    path = file_of(seed, "sources", ".csv")
    before = load_seed(seed, lambda _: None)[0]["sources"]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert (
        load_seed(seed, lambda _: None)[0]["sources"].drop(columns="geometry").equals(before.drop(columns="geometry"))
    )


def test_shapes_that_cannot_be_measured_do_not_stop_the_check(seed: Path) -> None:
    far = shapely.transform(WEST, lambda xy: xy * 100)
    change("communes", at=MultiPolygon([far]))(seed)
    assert any(issue.kind == "outside_province" and issue.record == "00001" for issue in load(seed).issues)

"""Profiles: what is kept of an answer, under which name, and what a damaged one does to the others."""

import json

import pytest

from geo.drafts import Profiles
from geo.errors import BadQuery, BadSource, NotFound
from geo.ingest.decisions import Answers
from geo.settings import Settings

EVERYTHING = Answers(
    part="Sheet1", crs="EPSG:9205", encodings={"*": "tcvn3"}, mapping={"TEN": "name", "STT": ""},
    constants={"kind": "cooperative"}, addresses={"xã Sam Mứn": "old_communes:03355"}, precision="commune",
    whole=True, incomplete="leave_out", source={"source_id": "S1"},
)  # fmt: skip


@pytest.fixture
def profiles(tmp_path) -> Profiles:  # type: ignore[no-untyped-def]
    """No profiles yet; their folder does not exist either."""
    return Profiles(Settings(data_dir=tmp_path).profiles_dir)


def test_only_what_the_next_file_can_use_is_kept(profiles: Profiles) -> None:
    assert profiles.all() == []
    profiles.save("Hằng tháng", "producers", EVERYTHING)
    saved_answers = profiles.get("Hằng tháng", "producers").answers
    assert saved_answers == Answers(
        crs="EPSG:9205", crs_is_usual=True, encodings={"*": "tcvn3"}, mapping={"TEN": "name", "STT": ""},
        constants={"kind": "cooperative"}, precision="commune",
    )  # fmt: skip


def test_a_name_is_the_same_however_it_is_typed(profiles: Profiles) -> None:
    profiles.save(" Xã   gửi ", "sites", Answers(crs="EPSG:9205"))
    profiles.save("XÃ GỬI", "sites", Answers(crs="EPSG:9208"))
    assert [(one.name, one.answers.crs) for one in profiles.all()] == [("XÃ GỬI", "EPSG:9208")]
    assert profiles.get("xa gui", "sites").answers.crs == "EPSG:9208"


def test_long_names_that_end_otherwise_are_two_profiles(profiles: Profiles) -> None:
    name = "Danh sách các cơ sở tham gia chương trình OCOP của huyện Mường"
    for end, crs in (("Ảng", "EPSG:9205"), ("Nhé", "EPSG:9208")):
        profiles.save(f"{name} {end}", "zones", Answers(crs=crs))
    assert profiles.get(f"{name} Ảng", "zones").answers.crs == "EPSG:9205"
    profiles.delete(f"{name} Nhé")
    assert [one.name for one in profiles.all()] == [f"{name} Ảng"]


def test_each_sender_has_a_coordinate_system_of_its_own(profiles: Profiles) -> None:
    profiles.save("Hằng tháng", "zones", Answers(crs="EPSG:9205", precision="exact"), "Chi cục Kiểm lâm")
    assert profiles.get("Hằng tháng", "zones", "CHI CỤC  KIỂM LÂM").answers.crs == "EPSG:9205"
    assert profiles.get("Hằng tháng", "zones", "UBND xã").answers == Answers(precision="exact")
    profiles.save("Hằng tháng", "zones", Answers(crs="EPSG:9205+null_shift"), "UBND xã")
    crs = {who: profiles.get("Hằng tháng", "zones", who).answers.crs for who in ("Chi cục Kiểm lâm", "UBND xã", "Sở")}
    assert crs == {"Chi cục Kiểm lâm": "EPSG:9205", "UBND xã": "EPSG:9205+null_shift", "Sở": None}


def test_an_answer_given_later_is_remembered_for_its_sender_alone(profiles: Profiles) -> None:
    profiles.save("Hằng tháng", "zones", Answers(mapping={"A": "name"}), "Chi cục")
    profiles.remember("Hằng tháng", "zones", Answers(crs="EPSG:9205"), "UBND xã")
    expected = Answers(crs="EPSG:9205", crs_is_usual=True, mapping={"A": "name"})
    assert profiles.get("Hằng tháng", "zones", "UBND xã").answers == expected
    assert profiles.get("Hằng tháng", "zones", "Chi cục").answers.crs is None
    profiles.remember("Không có", "zones", Answers(crs="EPSG:9205"), "UBND xã")
    assert [one.name for one in profiles.all()] == ["Hằng tháng"]


def test_a_profile_of_an_earlier_release_has_one_system_for_all(profiles: Profiles) -> None:
    profiles.save("Cũ", "zones", Answers())
    body = {"name": "Cũ", "layer": "zones", "answers": Answers(crs="EPSG:9205").to_json()}
    (profiles.directory / "cu.json").write_text(json.dumps(body), encoding="utf-8")
    assert profiles.get("Cũ", "zones", "bất kỳ").answers.crs == "EPSG:9205"


@pytest.mark.parametrize("name", ["", "   ", "…", "a" * 81])
def test_a_profile_needs_a_name(profiles: Profiles, name: str) -> None:
    with pytest.raises(BadQuery):
        profiles.save(name, "sites", Answers())
    assert profiles.all() == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "C:\\x"])
def test_a_name_never_leaves_the_folder(profiles: Profiles, name: str) -> None:
    try:
        profiles.save(name, "sites", Answers())
    except BadQuery:
        return
    (path,) = profiles.directory.rglob("*")
    assert path.parent == profiles.directory and path.suffix == ".json"


def test_a_profile_of_another_layer_and_one_that_is_not_there(profiles: Profiles) -> None:
    profiles.save("Có", "sites", Answers())
    with pytest.raises(BadQuery, match="is for layer sites"):
        profiles.get("Có", "zones")
    with pytest.raises(NotFound, match="Profiles: Có"):
        profiles.get("Không", "sites")
    with pytest.raises(NotFound):
        profiles.delete("Không")


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"{}", b"\xff", b'{"name": "x", "layer": "sites", "answers": {"crs": 7}}']
)
def test_a_damaged_profile_hides_no_other(profiles: Profiles, content: bytes) -> None:
    profiles.save("Tốt", "sites", Answers())
    (profiles.directory / "hong.json").write_bytes(content)
    assert [one.name for one in profiles.all()] == ["Tốt"]
    with pytest.raises(BadSource, match=r"hong\.json"):
        profiles.get("hỏng", "sites")

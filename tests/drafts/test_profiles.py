"""Profiles: what is kept of an answer, under which name, and what a damaged one does to the others."""

import pytest

from geo.drafts import Profiles
from geo.errors import BadQuery, BadSource, NotFound
from geo.ingest.decisions import Answers
from geo.settings import Settings

EVERYTHING = Answers(
    part="Sheet1", crs="EPSG:9205", encodings={"*": "tcvn3"}, mapping={"TEN": "name", "STT": ""},
    constants={"kind": "cooperative"}, addresses={"xã Sam Mứn": "old_communes:03355"}, precision="commune",
    whole=True, source={"source_id": "S1"},
)  # fmt: skip


@pytest.fixture
def profiles(tmp_path) -> Profiles:  # type: ignore[no-untyped-def]
    """No profiles yet; their folder does not exist either."""
    return Profiles(Settings(data_dir=tmp_path).profiles_dir)


def test_only_what_the_next_file_can_use_is_kept(profiles: Profiles) -> None:
    assert profiles.all() == []
    profiles.save("Hằng tháng", "producers", EVERYTHING)
    saved_answers = profiles.get("Hằng tháng", "producers").answers
    assert (saved_answers.part, saved_answers.addresses, saved_answers.source, saved_answers.whole) == (
        None,
        {},
        {},
        False,
    )
    assert (saved_answers.crs, saved_answers.encodings, saved_answers.mapping) == (
        "EPSG:9205",
        {"*": "tcvn3"},
        {"TEN": "name", "STT": ""},
    )
    assert (saved_answers.constants, saved_answers.precision) == ({"kind": "cooperative"}, "commune")


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

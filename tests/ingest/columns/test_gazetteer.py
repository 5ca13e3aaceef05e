"""What an address means, and when it is a question."""

import pytest

from geo.ingest.columns.gazetteer import Gazetteer, Unit

UNITS = [
    Unit("communes", "03352", "Thanh An", "commune", None, "03352"),
    Unit("communes", "03356", "Sam Mứn", "commune", None, "03356"),
    Unit("communes", "03316", "Nà Tấu", "commune", None, "03316"),
    Unit("communes", "03127", "Điện Biên Phủ", "ward", None, "03127"),
    Unit("communes", "03172", "Na Sang", "commune", None, "03172"),
    Unit("communes", "03166", "Mường Chà", "commune", None, "03166"),
    Unit("districts", "094", "Điện Biên Phủ", "city", "094", None),
    Unit("districts", "097", "Mường Chà", "district", "097", None),
    Unit("districts", "098", "Tủa Chùa", "district", "098", None),
    Unit("districts", "100", "Điện Biên", "district", "100", None),
    Unit("districts", "101", "Điện Biên Đông", "district", "101", None),
    Unit("old_communes", "03355", "Sam Mứn", "commune", "100", "03352"),
    Unit("old_communes", "03356", "Pom Lót", "commune", "100", "03356"),
    Unit("old_communes", "03316", "Nà Tấu", "commune", "094", "03316"),
    Unit("old_communes", "03172", "Mường Chà", "township", "097", "03172"),
    Unit("old_communes", "03201", "Na Sang", "commune", "097", "03172"),
    Unit("old_communes", "03241", "Sính Phình", "commune", "098", "03241"),
    Unit("old_communes", "03217", "Tủa Chùa", "township", "098", "03217"),
    Unit("old_communes", "03367", "Núa Ngam", "commune", "100", "03367"),
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(UNITS)


@pytest.mark.parametrize(
    ("address", "frame", "code"),
    [
        ("đội 10, xã Sam Mứn, huyện Điện Biên", "old_communes", "03355"),
        ("doi 10, xa Sam Mun, huyen Dien Bien", "old_communes", "03355"),
        ("Xã Sam Mứn - H. Điện Biên", "old_communes", "03355"),
        ("bản Nà Tấu 1, xã Nà Tấu, TP Điện Biên Phủ", "old_communes", "03316"),
        ("bản Nà Tấu 1, xã Nà Tấu, TP. Điện Biên Phủ, tỉnh Điện Biên", "old_communes", "03316"),
        ("xã Nà Tấu, huyện Điện Biên", "old_communes", "03316"),
        ("Sính Phình, huyện Tủa Chùa", "old_communes", "03241"),
        ("xã Sính Phìn, huyện Tủa Chùa", "old_communes", "03241"),
        ("Xã Xính Phình, H.Tủa Chùa", "old_communes", "03241"),
        ("thị trấn Mường Chà, huyện Mường Chà", "old_communes", "03172"),
        ("TT. Mường Chà", "old_communes", "03172"),
        ("huyện Điện Biên", "districts", "100"),
        ("huyện Điện Biên Đông", "districts", "101"),
        ("xã Thanh An", "communes", "03352"),
        ("phường Điện Biên Phủ", "communes", "03127"),
        ("bản Na Sang 2 xã Núa Ngam huyện Điện Biên", "old_communes", "03367"),
    ],
)
def test_an_address_that_leaves_one_unit_is_sure(gazetteer: Gazetteer, address: str, frame: str, code: str) -> None:
    found = gazetteer.resolve(address)
    assert found.decision == "sure", found
    assert found.unit is not None and (found.unit.frame, found.unit.code) == (frame, code)


@pytest.mark.parametrize(
    ("address", "codes"),
    [
        ("xã Sam Mứn", {"03355", "03356"}),
        ("xã Na Sang", {"03172", "03201"}),
        ("xã Na Sang, huyện Điện Biên", {"03201"}),
        ("xã Mường Chà", {"03166", "03172"}),
    ],
)
def test_a_name_that_two_frames_use_is_a_question_with_its_candidates(
    gazetteer: Gazetteer, address: str, codes: set[str]
) -> None:
    found = gazetteer.resolve(address)
    assert found.decision == "ask" and found.unit is None
    assert {candidate.unit.code for candidate in found.candidates} == codes


def test_an_address_that_names_two_units_is_a_question(gazetteer: Gazetteer) -> None:
    resolution = gazetteer.resolve("xã Núa Ngam và xã Pom Lót, huyện Điện Biên")
    assert resolution.decision == "ask"
    assert {candidate.unit.name for candidate in resolution.candidates} == {"Núa Ngam", "Pom Lót"}


@pytest.mark.parametrize("address", ["", "  ", "Paris", "bản Bắc II", "số 5", "123", "a" * 5000, ",,,;;"])
def test_an_address_that_names_no_unit_is_none(gazetteer: Gazetteer, address: str) -> None:
    assert gazetteer.resolve(address).decision == "none"


def test_a_district_in_the_wrong_company_is_a_question(gazetteer: Gazetteer) -> None:
    """Bản Na Sang 2 is in Núa Ngam; a paper that writes "xã Na Sang, huyện Điện Biên" is not believed."""
    found = gazetteer.resolve("xã Na Sang, huyện Điện Biên")
    assert found.decision == "ask"


def test_precision_follows_the_unit(gazetteer: Gazetteer) -> None:
    assert gazetteer.resolve("huyện Điện Biên").precision == "district"
    assert gazetteer.resolve("xã Thanh An").precision == "commune"
    assert gazetteer.resolve("xã Sam Mứn").precision is None


def test_a_misspelt_name_says_how_alike_it_is(gazetteer: Gazetteer) -> None:
    (candidate,) = gazetteer.resolve("xã Sính Phìn, huyện Tủa Chùa").candidates
    assert 84 <= candidate.likeness < 100 and "%" in candidate.why.vi

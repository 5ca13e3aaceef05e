"""A .cpg file is believed when the text agrees with it, and decides when the text is ambiguous."""

import pytest

from geo.encodings import believe, convert, detect, encode
from geo.encodings.cpg import CPG_NAMES, claim_of
from geo.schema import LANGS
from tests.encodings.corpus import ACCENTED_UNITS, NOT_VIETNAMESE


def column(encoding: str) -> list[str]:
    return [encode(name, encoding, "lower").decode("latin1") for name in ACCENTED_UNITS]


@pytest.mark.parametrize(
    ("cpg", "encoding"), [("UTF-8\r\n", "utf-8"), ("1258", "cp1258"), ("ANSI 1258", "cp1258"), ("TCVN", "tcvn3")]
)
def test_a_true_claim_is_believed(cpg: str, encoding: str) -> None:
    detection = believe(cpg, column(encoding))
    assert (detection.encoding, detection.sure) == (encoding, True)
    for lang in LANGS:
        assert cpg.strip() in detection.notes[-1].of(lang)
    assert "agrees" in detection.notes[-1].en


@pytest.mark.parametrize("cpg", ["UTF-8", "1258", "1252", "ISO 8859-1"])
@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "mojibake"])
def test_a_false_claim_is_named_and_the_text_believed(cpg: str, encoding: str) -> None:
    detection = believe(cpg, column(encoding))
    assert detection.encoding == encoding
    assert "the text is believed" in detection.notes[-1].en
    assert cpg in detection.notes[-1].vi


def test_a_claim_decides_between_readings_that_are_about_as_good() -> None:
    before = [encode("Bộn", "viscii").decode("latin1")]
    assert detect(before).encoding == "tcvn3"
    detection = believe("VISCII", before)
    assert convert(before, detection) == ["Bộn"]
    assert detection.runner_up == "tcvn3"


def test_a_western_claim_agrees_with_western_text() -> None:
    values = list(NOT_VIETNAMESE["French"])
    detection = believe("1252", values)
    assert detection.encoding == "none"
    assert "agrees" in detection.notes[-1].en
    assert convert(values, detection) == values


def test_a_column_that_tells_nothing_contradicts_nothing() -> None:
    assert "agrees" in believe("UTF-8", ["A1", "B2"]).notes[-1].en


def test_an_unknown_name_is_noted_and_the_text_judged() -> None:
    detection = believe("GB18030", column("vni"))
    assert detection.encoding == "vni"
    assert "GB18030" in detection.notes[-1].en


def test_every_name_of_the_table_is_found_however_it_is_written() -> None:
    assert all(claim_of(name.upper() + "\n") == encoding for name, encoding in CPG_NAMES.items())
    assert claim_of("Windows-1258") == "cp1258"
    assert claim_of("") is None

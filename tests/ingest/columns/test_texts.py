"""The text of a column is read by the evidence of its whole file; a file that stores Unicode stays as it is."""

from pathlib import Path
from typing import get_args

import pytest

from geo.encodings import encode
from geo.encodings.detect import kind_of
from geo.ingest.columns.texts import _OF_CHARACTERS, read_texts
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Table
from tests.encodings.corpus import UNITS
from tests.ingest.cases import case, new_records, shipped, staged

SHORT = ["Vùng kèm nhãn", "Chè Tà Lèng", "Chè xanh", "Mèn mén", "Gà đồi", "Mã", "Bò khô", "Xôi", "Thóc tẻ râu"]
"""Names of which every letter, or all but one, is a byte of a legacy encoding too."""


def table(kind: Kind, **columns: list[object]) -> Table:
    return Table(kind, "D", "L", columns, range(1, 1 + len(next(iter(columns.values())))))


def names_of_the_seed() -> list[str]:
    """Every name of the shipped layers whose letters are all bytes of legacy encodings."""
    frames = shipped().frames
    names = {str(name) for frame in frames.values() if "name" in frame for name in frame["name"] if name}
    return sorted(name for name in names if kind_of(name) == "legacy")


def test_a_file_of_one_name_in_unicode_leaves_no_question() -> None:
    names = [*SHORT, *names_of_the_seed()]
    assert len(names) > 26
    for name in names:
        for heading in ("name", "Tên", "Mã"):
            read, [text] = read_texts(table("kml", **{heading: [name]}), {}, UNITS)
            assert not text.open and read.columns == {heading: [name]}, (name, text)


@pytest.mark.parametrize("kind", sorted(_OF_CHARACTERS))
def test_many_short_names_in_unicode_stay_as_they_are(kind: Kind) -> None:
    names: list[object] = [name for name in SHORT if kind_of(name) == "legacy"]
    read, [text] = read_texts(table(kind, name=names), {}, ())
    assert (text.read_as, text.open, read.columns["name"]) == ("unicode", False, names)


def test_the_same_bytes_in_a_file_of_bytes_leave_a_question() -> None:
    assert set(get_args(Kind)) > _OF_CHARACTERS
    _, [text] = read_texts(table("shapefile", name=["Vùng kèm nhãn"]), {}, ())
    assert text.open


def test_one_word_that_is_no_vietnamese_as_it_stands_brings_the_file_back_to_the_detector() -> None:
    names: list[object] = [encode(name, "tcvn3", "lower").decode("latin1") for name in ("Điện Biên", "Tủa Chùa")]
    doubtful: list[object] = [encode(name, "tcvn3", "lower").decode("latin1") for name in ("Vựng kốm", "nhón")]
    assert doubtful == ["Vùng kèm", "nhãn"]
    read, texts = read_texts(table("xlsx", name=names, note=doubtful), {}, UNITS)
    assert [text.read_as for text in texts] == ["tcvn3", "tcvn3"]
    assert read.columns == {"name": ["Điện Biên", "Tủa Chùa"], "note": ["Vựng kốm", "nhón"]}


@pytest.mark.parametrize("name", ["Pú Nhung", "Búng Lao", "Núa Ngam", "Pú Xi"])
def test_names_of_places_tell_tcvn3_that_is_vietnamese_as_it_stands(name: str) -> None:
    before = encode(name, "tcvn3", "lower").decode("latin1")
    read, [text] = read_texts(table("xlsx", name=[before]), {}, UNITS)
    assert text.open or read.columns["name"] == [name]


def test_a_file_in_utf8_is_imported_without_a_question_about_its_text(tmp_path: Path) -> None:
    result = staged(case(tmp_path, "kml_multi_poly_point.kml"), "zones")
    assert [question.key for question in result.questions] == []
    assert list(new_records(result)["name"]) == ["Vùng kèm nhãn"]

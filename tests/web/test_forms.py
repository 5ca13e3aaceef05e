"""What the forms of /manage mean, field by field."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from geo.errors import BadQuery
from geo.ingest.decisions import Answers
from geo.web.http import forms

BEFORE = Answers(
    part="A", crs="EPSG:9205", encodings={"TEN": "tcvn3"}, mapping={"TEN": "name"},
    constants={"stars": "3", "kind": "x"}, addresses={"xã A": "communes:1"}, precision="commune", whole=True, incomplete="leave_out",
    source={"publisher": "Sở"},
)  # fmt: skip


def parse(*fields: tuple[str, str], before: Answers = BEFORE) -> Answers:
    return forms.answers(MultiDict(fields), before)


def test_what_the_form_does_not_hold_stays() -> None:
    assert parse() == BEFORE


def test_what_the_form_holds_is_taken() -> None:
    result = parse(
        ("part", "B"), ("crs", "EPSG:9208"), ("encoding:LOAI", "vni"), ("encoding:TEN", ""), ("map:TEN", ""),
        ("map:LOAI", "kind"), ("address:xã B", "communes:2"), ("reference:producer_id:HTX A", "add"), ("precision", "exact"), ("whole-shown", "yes"),
        ("source:what", " Tờ trình "), ("source:date", ""),
    )  # fmt: skip
    assert result == Answers(
        part="B", crs="EPSG:9208", encodings={"LOAI": "vni"}, mapping={"TEN": "", "LOAI": "kind"},
        constants=BEFORE.constants, addresses={"xã A": "communes:1", "xã B": "communes:2"},
        references={"producer_id:HTX A": "add"}, precision="exact",
        whole=False, incomplete="leave_out", source={"what": "Tờ trình"},
    )  # fmt: skip


def test_another_system_than_those_offered_is_taken_first() -> None:
    assert parse(("crs", "EPSG:9205"), ("crs_other", "EPSG:9218")).crs == "EPSG:9218"
    assert parse(("crs", "EPSG:9208"), ("crs_other", "")).crs == "EPSG:9208"


def test_constants_without_a_field_in_the_form_are_kept_and_emptied_ones_go() -> None:
    assert parse(("set:kind", "HTX")).constants == {"stars": "3", "kind": "HTX"}
    assert parse(("set:kind", "")).constants == {"stars": "3"}


def test_what_becomes_of_incomplete_records_is_one_of_two_answers() -> None:
    assert parse(("incomplete", "publish")).incomplete == "publish"
    with pytest.raises(BadQuery, match="publish, leave_out"):
        parse(("incomplete", "later"))


def test_what_becomes_of_reused_keys_is_one_of_two_answers() -> None:
    assert parse(("reused_keys", "add")).reused_keys == "add"
    with pytest.raises(BadQuery, match="replace, add"):
        parse(("reused_keys", "later"))


@pytest.mark.parametrize("name", forms.AUTOMATIC)
def test_each_answer_can_be_taken_back_alone(name: str) -> None:
    before = replace(BEFORE, numbers={"a": "point"}, references={"producer_id:x": "-"}, reused_keys="add")
    assert name in forms.answered(before)
    after = parse(("automatic", name), before=before)
    assert after == replace(before, **{name: getattr(Answers(), name)})
    assert name not in forms.answered(after)


def test_all_answers_can_be_taken_back_together_and_only_those_that_are_answers() -> None:
    after = parse(("automatic", "all"))
    assert forms.answered(after) == []
    assert after == Answers(whole=True, source=BEFORE.source)
    with pytest.raises(BadQuery, match="automatic='who'"):
        parse(("automatic", "who"))


def test_a_precision_that_is_none_is_refused() -> None:
    with pytest.raises(BadQuery, match="precision"):
        parse(("precision", "roughly"))


def test_files_of_one_name_are_all_kept(tmp_path: Path) -> None:
    names = ["2-a.csv", "a.csv", "a.csv", "", "a.csv"]
    files = MultiDict(("files", FileStorage(io.BytesIO(f"{n}".encode()), name)) for n, name in enumerate(names))
    saved = forms.uploads(files, tmp_path)
    assert sorted(path.read_text() for path in saved.values()) == ["0", "1", "2", "4"]
    with pytest.raises(BadQuery):
        forms.uploads(MultiDict([("files", FileStorage(io.BytesIO(b""), ""))]), tmp_path)

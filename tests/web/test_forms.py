"""What the forms of /manage mean, field by field."""

import io
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from geo.errors import BadQuery
from geo.ingest.decisions import Answers
from geo.web.http import forms

BEFORE = Answers(
    part="A", crs="EPSG:9205", encodings={"TEN": "tcvn3"}, mapping={"TEN": "name"},
    constants={"stars": "3", "kind": "x"}, addresses={"xã A": "communes:1"}, precision="commune", whole=True,
    source={"publisher": "Sở"},
)  # fmt: skip


def parse(*fields: tuple[str, str], before: Answers = BEFORE) -> Answers:
    return forms.answers(MultiDict(fields), before)


def test_what_the_form_does_not_hold_stays() -> None:
    assert parse() == BEFORE


def test_what_the_form_holds_is_taken() -> None:
    result = parse(
        ("part", "B"), ("crs", "EPSG:9208"), ("encoding:LOAI", "vni"), ("encoding:TEN", ""), ("map:TEN", ""),
        ("map:LOAI", "kind"), ("address:xã B", "communes:2"), ("precision", "exact"), ("whole-shown", "yes"),
        ("source:what", " Tờ trình "), ("source:date", ""),
    )  # fmt: skip
    assert result == Answers(
        part="B", crs="EPSG:9208", encodings={"TEN": "tcvn3", "LOAI": "vni"}, mapping={"TEN": "", "LOAI": "kind"},
        constants=BEFORE.constants, addresses={"xã A": "communes:1", "xã B": "communes:2"}, precision="exact",
        whole=False, source={"what": "Tờ trình"},
    )  # fmt: skip


def test_another_system_than_those_offered_is_taken_first() -> None:
    assert parse(("crs", "EPSG:9205"), ("crs_other", "EPSG:9218")).crs == "EPSG:9218"
    assert parse(("crs", "EPSG:9208"), ("crs_other", "")).crs == "EPSG:9208"


def test_constants_without_a_field_in_the_form_are_kept_and_emptied_ones_go() -> None:
    assert parse(("set:kind", "HTX")).constants == {"stars": "3", "kind": "HTX"}
    assert parse(("set:kind", "")).constants == {"stars": "3"}


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

"""What the options of `app.py import` mean."""

from pathlib import Path
from typing import Any

import pytest

from geo.drafts.command import Import, Order, parse_decisions
from geo.drafts.profiles import Profiles
from geo.errors import BadQuery
from geo.ingest.decisions import Answers
from geo.settings import Settings

NOTHING: dict[str, Any] = {
    "part": None, "crs": None, "encodings": (), "constants": (), "addresses": (), "precision": "", "whole": False,
    "source": "", "mapping": (), "incomplete": "", "reused_keys": "", "references": (), "numbers": (),
}  # fmt: skip


def decisions_of(**options: object):  # type: ignore[no-untyped-def]
    return parse_decisions({**NOTHING, **options})


def test_equals_signs_stand_where_they_may() -> None:
    result = decisions_of(
        constants=("address=https://ocop.vn/?id=5",), addresses=("bản A = B=old_communes:03316",),
        mapping=("Số = hộ=households", "Ghi chú="), encodings=("A=B=tcvn3", "vni"),
    )  # fmt: skip
    assert result.answers.constants == {"address": "https://ocop.vn/?id=5"}
    assert result.answers.addresses == {"bản A = B": "old_communes:03316"}
    assert result.mapping == {"Số = hộ": "households", "Ghi chú": ""}
    assert result.answers.encodings == {"A=B": "tcvn3", "*": "vni"}


def test_what_becomes_of_incomplete_records_is_decided_for_each_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    settings = Settings(data_dir=tmp_path)
    Profiles(settings.profiles_dir).save("P", "producers", Answers(precision="commune", incomplete="publish"))
    order = Order("producers", {"a.csv": tmp_path / "a.csv"}, "A", "b", profile="P")
    answers = [Import(settings, order, decisions, progress=lambda _: None).draft.answers
               for decisions in (decisions_of(), decisions_of(incomplete="leave_out"))]  # fmt: skip
    assert [(one.precision, one.incomplete) for one in answers] == [("commune", ""), ("commune", "leave_out")]


@pytest.mark.parametrize("option", ["constants", "addresses", "mapping"])
def test_a_row_without_an_equals_sign_is_refused(option: str) -> None:
    with pytest.raises(BadQuery, match="expected NAME=VALUE"):
        decisions_of(**{option: ("x",)})


def test_a_field_that_the_layer_lacks_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    order = Order("producers", {"a.csv": tmp_path / "a.csv"}, "A", "b")
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(BadQuery, match=r"no 'knd'.*kind"):
        Import(settings, order, decisions_of(constants=("knd=HTX",)), progress=lambda _: None)
    assert not settings.drafts_dir.exists()


def test_a_column_that_the_file_lacks_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    order = Order("producers", {"a.csv": tmp_path / "a.csv"}, "A", "b")
    job = Import(Settings(data_dir=tmp_path), order, decisions_of(mapping=("Tn=name",)), progress=lambda _: None)
    monkeypatch.setattr(Import, "_read", lambda _: {"columns": [{"column": "Tên", "target": ""}]})
    with pytest.raises(BadQuery, match=r"no 'Tn'.*Tên"):
        job.read()

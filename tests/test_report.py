"""Findings and repairs: what they are about, and reports that were stored as JSON, also by version 0.1.0."""

import json

import pytest

from geo.report import WHOLE_LAYER, Change, Issue, Report, Subject, subjects_of
from geo.schema import Label

ISSUES = [
    Issue.of("sites", "bad_code", "sai", "wrong", record="H1", field="kind", value="hill"),
    Issue.of("sites", "ragged_row", "thừa ô", "too many cells", row=12),
    Issue.of("sites", "wrong_count", "thiếu", "too few"),
]
CHANGES = [
    Change("sites", "H1", None, "name", " Đồi A1", "Đồi A1", Label("bỏ khoảng trắng", "spaces removed")),
    Change("sites", None, 3, "name", " Đồi", "Đồi", Label("bỏ khoảng trắng", "spaces removed")),
]


def test_a_finding_is_about_a_key_else_about_a_row() -> None:
    assert subjects_of(["R1", None, "", 7]) == [Subject("R1"), Subject(row=2), Subject(row=3), Subject("7")]
    assert [issue.subject for issue in ISSUES] == [Subject("H1"), Subject(row=12), WHOLE_LAYER]


@pytest.mark.parametrize(
    ("subject", "vi", "en"),
    [(Subject("R1"), "R1", "R1"), (Subject(row=12), "dòng 12", "row 12"), (WHOLE_LAYER, "", "")],
)
def test_a_subject_has_words_in_both_languages(subject: Subject, vi: str, en: str) -> None:
    assert subject.label == Label(vi, en)


def test_a_report_survives_being_kept_as_json() -> None:
    report = Report(ISSUES, CHANGES)
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_rows_of_a_report_of_version_0_1_0_become_numbers() -> None:
    old = Report(ISSUES, CHANGES).to_json()
    for finding in [*old["issues"], *old["changes"]]:
        row = finding.pop("row")
        finding["record"] = f"row {row}" if row is not None else finding["record"]
    assert [issue["record"] for issue in old["issues"]] == ["H1", "row 12", None]
    assert Report.from_json(old) == Report(ISSUES, CHANGES)


def test_a_record_may_be_called_like_a_row() -> None:
    report = Report([Issue.of("sites", "bad_code", "sai", "wrong", record="row 12")])
    assert Report.from_json(report.to_json()).issues[0].subject == Subject("row 12")

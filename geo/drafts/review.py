"""The review of a draft as JSON for pages and programs, with the preview map and the complete lists as files."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import orjson

from geo.drafts.differences import Plain, diff_features, field_label, plain_diff, rival_features
from geo.drafts.draft import Draft
from geo.drafts.reading import DraftReading, changed_layers
from geo.drafts.value_words import ValueWords
from geo.ingest.columns.mapping import targets_of
from geo.ingest.columns.texts import ColumnText
from geo.ingest.decisions import Question
from geo.ingest.stage import Staged
from geo.ocop.layers import LAYERS
from geo.part_files import part_of
from geo.report import SEVERITIES, Issue
from geo.schema import LayerSpec
from geo.store.diff import RecordDiff
from geo.text import inert

MAX_ROWS = 500
"""Most differences and findings in a review; the CSV files have all."""


def write(folder: Path, draft: Draft, reading: DraftReading) -> Plain:
    """Write review.json, preview.geojson, changes.csv and findings.csv into `folder`; return the review."""
    staged = reading.staged
    body: Plain = {
        "draft": draft.id,
        "layer": draft.layer,
        "base": reading.base,
        "digest": reading.digest,
        "parts": [
            {
                "name": part.name,
                "label": part.label._asdict(),
                "kind": part.kind,
                "rows": part.rows,
                "geometry": part.geometry,
            }
            for part in reading.parts
        ],
        "part": reading.part.name if reading.part is not None else None,
        "questions": [_question(question) for question in reading.questions],
        "publishable": staged is not None and staged.publishable,
    }
    if staged is not None:
        words = ValueWords(reading.published, changed_layers(staged))
        body |= _describe(staged, reading.diff, words)
        preview = diff_features(reading.diff)
        preview["features"] += rival_features(staged)
        _write_file(folder / "preview.geojson", orjson.dumps(preview))
        _write_csv(folder / "changes.csv", _change_rows(reading.diff))
        _write_file(folder / "remarks.json", orjson.dumps(_remarks(staged), option=orjson.OPT_NON_STR_KEYS))
        _write_csv(folder / "findings.csv", _finding_rows(staged))
    _write_file(folder / "review.json", orjson.dumps(body))
    return body


def _write_file(path: Path, content: bytes) -> None:
    part = part_of(path)
    part.write_bytes(content)
    part.replace(path)


def _describe(staged: Staged, diff: Sequence[RecordDiff], words: ValueWords) -> Plain:
    table, report = staged.table, staged.report
    severities = Counter(issue.severity for issue in report.issues)
    return {
        "file": {
            "kind": table.kind, "driver": table.driver, "layer": table.layer, "rows": len(table),
            "header_row": table.header_row, "crs": table.crs, "cpg": table.cpg, "vertices": table.vertices,
        },
        "columns": list(_columns(staged)),
        "targets": [{"key": key, "label": label._asdict()} for key, label in targets_of(staged.spec)],
        "location": _location(staged),
        "notes": [note._asdict() for note in staged.notes],
        "translations": [
            {**row._asdict(), "rule": row.rule._asdict()} for row in staged.translations[:MAX_ROWS]
        ],
        "issues": [_issue(issue, staged.rows) for issue in worst_first(report.issues)[:MAX_ROWS]],
        "severities": {severity: severities[severity] for severity in SEVERITIES},
        "changes": [{**vars(change), "rule": change.rule._asdict()} for change in report.changes[:MAX_ROWS]],
        "source": staged.source,
        "counts": counts(staged, diff),
        "diff": [plain_diff(record, words, _row_in_file(record, staged)) for record in diff[:MAX_ROWS]],
    }  # fmt: skip


def _row_in_file(record: RecordDiff, staged: Staged) -> int | None:
    return staged.rows.get(record.record) if record.layer == staged.spec.name else None


def counts(staged: Staged, diff: Sequence[RecordDiff]) -> dict[str, int]:
    """The number of rows, differences of the layer and of other layers, findings and repairs."""
    own = [record for record in diff if record.layer == staged.spec.name]
    ops = Counter(record.op for record in own)
    return {
        "rows": len(staged.table),
        "added": ops["added"],
        "changed": ops["changed"],
        "moved": sum(record.moved_m is not None for record in own),
        "removed": ops["removed"],
        "unchanged": len(staged.touched) - ops["added"] - ops["changed"],
        "left_out": staged.left_out,
        "other_layers": len(diff) - len(own),
        "issues": len(staged.report.issues),
        "changes": len(staged.report.changes),
    }


def worst_first(issues: Iterable[Issue]) -> list[Issue]:
    """The findings ordered by severity, fatal ones first."""
    return sorted(issues, key=lambda issue: SEVERITIES.index(issue.severity))


def _columns(staged: Staged) -> Iterator[Plain]:
    texts = {text.column: text for text in staged.texts}
    for choice in staged.choices:
        cells = staged.table.columns.get(choice.column, [])
        yield {
            "column": choice.column,
            "target": choice.target,
            "sure": round(choice.sure, 2),
            "why": choice.why._asdict(),
            "examples": _examples(staged, choice.column, cells),
            "text": _text(texts.get(choice.column)),
        }


def _examples(staged: Staged, column: str, cells: Sequence[object]) -> list[str]:
    text = next((text for text in staged.texts if text.column == column), None)
    if text is not None and text.detection.samples:
        return [sample.after[:80] for sample in text.detection.samples[:3]]
    values = dict.fromkeys(str(cell)[:80] for cell in cells[:200] if cell not in (None, ""))
    return list(values)[:3]


def _text(text: ColumnText | None) -> Plain | None:
    if text is None:
        return None
    detection = text.detection
    return {
        "read_as": text.read_as, "label": detection.label._asdict(), "confidence": detection.confidence,
        "open": text.open, "samples": [sample._asdict() for sample in detection.samples],
        "notes": [note._asdict() for note in detection.notes],
        "candidates": [candidate.encoding for candidate in detection.candidates],
    }  # fmt: skip


def _location(staged: Staged) -> Plain | None:
    location = staged.location
    if location is None:
        return None
    return {
        "advice": location.advice,
        "reading": staged.reading.key if staged.reading is not None else None,
        "label": staged.reading.label._asdict() if staged.reading is not None else None,
        "evidence": [line._asdict() for line in location.evidence],
        "choices": [{"key": choice.key, "label": choice.label._asdict()} for choice in location.choices],
        "elsewhere": [{"key": reading.key, "label": reading.label._asdict()} for reading in staged.elsewhere],
    }


def _question(question: Question) -> Plain:
    return {
        "key": question.key,
        "label": question.label._asdict(),
        "choices": [{"key": choice.key, "label": choice.label._asdict()} for choice in question.choices],
        "proposed": question.proposed,
        "blocking": question.blocking,
        "evidence": [line._asdict() for line in question.evidence],
        "rows": question.rows,
    }


def _issue(issue: Issue, rows: Mapping[str, int]) -> Plain:
    return {
        "layer": issue.layer, "record": issue.record, "row": _row_of(issue, rows), "field": issue.field,
        "label": _label(LAYERS[issue.layer], issue.field), "kind": issue.kind, "severity": issue.severity,
        "value": issue.value, "message": issue.message._asdict(), "remedy": issue.remedy._asdict(),
    }  # fmt: skip


def _row_of(issue: Issue, rows: Mapping[str, int]) -> int | None:
    """The row of the file of a finding; None for a record that is not in the file and for a whole layer."""
    return issue.row if issue.record is None else rows.get(issue.record)


def _label(spec: LayerSpec, name: str | None) -> dict[str, str] | None:
    return None if name is None else field_label(spec, name)._asdict()


# --- the lists ---------------------------------------------------------------------------------------


def _change_rows(diff: Sequence[RecordDiff]) -> Iterator[Sequence[object]]:
    yield "record", "title", "op", "field", "before", "after", "moved_m"
    for record in diff:
        if not record.fields:
            yield record.record, record.title, record.op, "", "", "", record.moved_m
        for change in record.fields:
            yield record.record, record.title, record.op, change.field, change.before, change.after, record.moved_m


def _finding_rows(staged: Staged) -> Iterator[Sequence[object]]:
    yield "row", "record", "field", "severity", "kind", "value", "vi", "en", "remedy_vi", "remedy_en"
    for issue in worst_first(staged.report.issues):
        row = _row_of(issue, staged.rows)
        yield (
            row, issue.record, issue.field, issue.severity, issue.kind, issue.value, *issue.message, *issue.remedy,
        )  # fmt: skip


def _remarks(staged: Staged) -> dict[int, list[tuple[str, str, str]]]:
    """Row of the file -> (severity, finding, remedy) in Vietnamese, for the marked workbook."""
    columns = {choice.target: choice.column for choice in staged.choices if choice.target}
    remarks: dict[int, list[tuple[str, str, str]]] = {}
    for issue in worst_first(staged.report.issues):
        row = _row_of(issue, staged.rows)
        if row is not None:
            column = columns.get(issue.field or "")
            words = f"{column}: {issue.message.vi}" if column else issue.message.vi
            remarks.setdefault(row, []).append((issue.severity, words, issue.remedy.vi))
    return remarks


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file in UTF-8 with the byte order mark that spreadsheets expect, and without formulas."""
    part = part_of(path)
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([inert(cell) if type(cell) is str else cell for cell in row] for row in rows)
    part.replace(path)

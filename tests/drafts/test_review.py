"""What an import says and leaves behind: its source, its ids, its findings; and text that no program runs."""

import csv
import io
import json
from pathlib import Path

from openpyxl import Workbook

from geo.drafts import Draft, Jobs
from geo.drafts.work import carry_findings
from geo.ingest.decisions import Answers
from geo.ingest.stage import Context, stage
from geo.report import Issue, Report
from geo.settings import Settings
from geo.store import open_store
from tests.frames import world
from tests.ingest.import_cases import Columns, sheet

HEADER = ["Tên chủ thể", "Loại hình", "Số hộ", "Địa chỉ"]
PLACE = "xã Sam Mứn, huyện Điện Biên"
FORMULA = "=cmd|'/c calc'!A1"
SCRIPT = "<img src=x onerror=alert(1)>"


def imported(jobs: Jobs, tmp_path: Path, *rows: list[object]) -> Draft:
    """The rows read."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *rows):
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    path = tmp_path / f"{len(jobs.drafts.all())}.xlsx"
    book.save(path)
    return jobs.read(jobs.drafts.create("producers", {path.name: path}, who="Chi cục", answers=Answers()))


def published(jobs: Jobs, draft: Draft) -> int | None:
    review = jobs.drafts.review(draft)
    assert review is not None and review["publishable"], review["questions"]
    return jobs.publish(draft, who="A", why="b", digest=review["digest"]).published


def test_an_import_leaves_the_findings_of_other_records_rows_and_layers() -> None:
    columns: Columns = {"Mã": ["P1"], "Tên chủ thể": ["HTX Một"], "Loại hình": ["HTX"], "Số hộ": ["mười"]}
    frames = world()
    source = {"source_id": "S1", "file": "ds.xlsx"}
    staged = stage(sheet(columns), "producers", Answers(), Context(frames), source=source, progress=lambda _: None)
    other, row, replaced, layer, elsewhere = (
        Issue.of("producers", "bad_code", "sai", "wrong", record="P8", field="kind"),
        Issue.of("producers", "ragged_row", "thừa ô", "too many cells", row=12),
        Issue.of("producers", "bad_code", "sai", "wrong", record="P1", field="kind"),
        Issue.of("producers", "wrong_count", "thiếu", "too few"),
        Issue.of("sites", "wrong_count", "thiếu", "too few"),
    )
    old = Report([other, row, replaced, layer, elsewhere])
    report = carry_findings(old, staged)
    assert [issue for issue in report.issues if issue in old.issues] == [other, row, elsewhere]
    assert ("P1", "bad_number") in [(issue.record, issue.kind) for issue in report.issues]


def test_two_imports_keep_their_ids_sources_and_findings_apart(jobs: Jobs, office: Settings, tmp_path: Path) -> None:
    one: list[object] = ["HTX Một", "HTX", 7, PLACE]
    two: list[object] = ["HTX Hai", "Hợp tác xã", "mười", PLACE]
    store = open_store(office)
    seed = {(issue.layer, issue.record, issue.kind) for issue in store.report(1).issues}
    sources = list(store.frames()["sources"]["source_id"])

    assert published(jobs, imported(jobs, tmp_path, one, two)) == 2
    first = store.frames()["producers"].set_index("name")
    ids = {name: first.loc[name, "producer_id"] for name in ("HTX Một", "HTX Hai")}
    results = {(issue.layer, issue.record, issue.kind) for issue in store.report(2).issues}
    assert seed <= results and ("producers", ids["HTX Hai"], "bad_number") in results
    assert {record for _, record, _ in results - seed} <= {*ids.values(), None}

    one[2] = 8
    draft = imported(jobs, tmp_path, one, ["HTX Ba", "HTX", 3, PLACE])
    review = jobs.drafts.review(draft)
    assert review is not None
    assert [(row["op"], row["title"]) for row in review["diff"]] == [("changed", "HTX Một"), ("added", "HTX Ba")]
    assert [change["field"] for change in review["diff"][0]["fields"]] == ["households", "source_ids"]
    assert published(jobs, draft) == 3

    second = store.frames()["producers"].set_index("name")
    assert {name: second.loc[name, "producer_id"] for name in ids} == ids
    calls = [key for key in store.frames()["sources"]["source_id"] if key not in sources]
    assert len(calls) == 2, "one record of layer sources for each file"
    cited = {name: str(second.loc[name, "source_ids"]).split(";") for name in ("HTX Một", "HTX Hai", "HTX Ba")}
    assert (calls[1] in cited["HTX Một"], cited["HTX Hai"], cited["HTX Ba"]) == (True, [calls[0]], [calls[1]])
    assert [entry["file"] for entry in store.metadata(3)["producers"]["imports"]] == ["0.xlsx", "1.xlsx"]
    # A record that the second file does not name keeps what was found of it.
    again = {(issue.layer, issue.record, issue.kind) for issue in store.report(3).issues}
    assert ("producers", ids["HTX Hai"], "bad_number") in again and seed <= again
    assert len([issue for issue in store.report(3).issues if issue.record == ids["HTX Hai"]]) == len(
        [issue for issue in store.report(2).issues if issue.record == ids["HTX Hai"]]
    )


def test_hostile_text_stays_text_in_everything_that_is_left(jobs: Jobs, tmp_path: Path) -> None:
    draft = imported(jobs, tmp_path, [FORMULA, "HTX", "@SUM(1)", PLACE], [SCRIPT, "HTX", 1, PLACE])
    for name in ("changes.csv", "findings.csv"):
        text = jobs.drafts.file(draft, name).read_bytes().decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text)):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")], name
    assert f"'{FORMULA}" in jobs.drafts.file(draft, "changes.csv").read_text(encoding="utf-8-sig")
    assert "'@SUM(1)" in jobs.drafts.file(draft, "findings.csv").read_text(encoding="utf-8-sig")
    signs = imported(jobs, tmp_path, ["-2+3", "HTX", 1, PLACE], ["+84 215", "HTX", 1, PLACE])
    text = jobs.drafts.file(signs, "changes.csv").read_text(encoding="utf-8-sig")
    assert "'-2+3" in text and "'+84 215" in text
    preview = json.loads(jobs.drafts.file(draft, "preview.geojson").read_bytes())
    assert {one["properties"]["title"] for one in preview["features"]} == {FORMULA, SCRIPT}
    assert preview["shown"] == preview["of"] == 2

"""Imports from upload to version: read in a process of their own, published once, undone, killed and still whole."""

import json
import os
import random
import signal
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from openpyxl import load_workbook

from geo.atlas import open_atlases
from geo.drafts import Draft, DraftStore, Jobs, work
from geo.drafts.marked_workbook import mark
from geo.errors import BadQuery, BadSource, Conflict, GeoError, NotFound
from geo.ingest.decisions import Answers
from geo.settings import Settings
from geo.store import open_store
from tests.drafts.uploads import READ, draft_of, publish, sheet
from tests.effort import Effort
from tests.office import write_vn2000_zones


def versions(office: Settings) -> list[int]:
    return [version.number for version in open_store(office).versions()]


# --- drafts ------------------------------------------------------------------------------------------


def test_uploads_keep_their_names_and_leave_their_folder_never(office: Settings, tmp_path: Path) -> None:
    store = DraftStore(office.drafts_dir)
    source = tmp_path / "a"
    source.write_text("x")
    draft = store.create(
        "zones", {"../../vùng trồng.csv": source, "C:\\x\\VÙNG TRỒNG.csv": source}, who="", answers=Answers()
    )
    assert draft.files == ("vùng trồng.csv", "_VÙNG TRỒNG.csv")
    assert all(path.parent == office.drafts_dir / draft.id / "files" for path in store.uploads(draft))
    assert store.get(draft.id) == draft
    for wrong in ("../x", "20261124-000000-abcdef", ""):
        with pytest.raises(NotFound):
            store.get(wrong)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ệ" * 120 + ".shp", "ệ" * 65 + ".shp"),  # 364 bytes, more than a file system takes
        ("..", "file"),
        (" . ", "file"),
        ("a\x00b\nc.csv", "a_b_c.csv"),
        ("d\udcd6 li\udcd6u.tab", "d_ li_u.tab"),  # bytes of an old encoding, as Python reads them from a disk
    ],
)
def test_every_name_is_one_that_a_disk_can_hold(office: Settings, tmp_path: Path, name: str, expected: str) -> None:
    store, source = DraftStore(office.drafts_dir), tmp_path / "a"
    source.write_text("x")
    draft = store.create("zones", {name: source}, who="", answers=Answers())
    assert draft.files == (expected,)
    assert [path.read_text() for path in store.uploads(store.get(draft.id))] == ["x"]


def test_a_draft_that_nobody_works_on_any_more_is_interrupted(office: Settings, tmp_path: Path) -> None:
    store = DraftStore(office.drafts_dir)
    draft = store.create("zones", {"a.csv": sheet(tmp_path / "a.xlsx")}, who="", answers=Answers())
    with store.lock(draft.id):
        store.change(draft, state="working")
        working = store.get(draft.id)
        assert working.activity.busy and not working.activity.interrupted
        with pytest.raises(Conflict):
            store.delete(working)
        with pytest.raises(Conflict):
            store.answer(working, Answers())
    dead = store.get(draft.id)
    assert dead.activity.interrupted and not dead.activity.busy
    store.delete(dead)
    assert store.all() == []


def test_a_draft_needs_a_file_and_a_layer(office: Settings) -> None:
    store = DraftStore(office.drafts_dir)
    with pytest.raises(BadQuery):
        store.create("zones", {}, who="", answers=Answers())
    with pytest.raises(NotFound):
        store.create("none", {"a": Path("a")}, who="", answers=Answers())
    assert store.all() == []


# --- reading -----------------------------------------------------------------------------------------


def test_reading_leaves_a_review_a_preview_and_lists(jobs: Jobs, tmp_path: Path) -> None:
    messages: list[str] = []
    draft = jobs.read(draft_of(jobs, sheet(tmp_path / "ds.xlsx")), messages.append)
    assert draft.state == "ready" and draft.base == 1
    assert messages[0] == "open" and messages[-1] == "write"
    review = jobs.drafts.review(draft)
    assert review is not None and review["publishable"]
    assert review["counts"] | {"issues": 0} == {
        "rows": 2, "added": 2, "changed": 0, "moved": 0, "removed": 0, "unchanged": 0, "left_out": 0, "issues": 0,
        "changes": 0, "other_layers": 0,
    }  # fmt: skip
    preview = json.loads(jobs.drafts.file(draft, "preview.geojson").read_bytes())
    assert [one["properties"]["status"] for one in preview["features"]] == ["added", "added"]
    assert all(one["properties"]["approximate"] for one in preview["features"])
    findings = jobs.drafts.file(draft, "findings.csv").read_text(encoding="utf-8-sig")
    assert "mười" in findings
    assert "HTX Mới" in jobs.drafts.file(draft, "changes.csv").read_text(encoding="utf-8-sig")


def test_a_file_with_several_layers_asks_which(jobs: Jobs, tmp_path: Path) -> None:
    path = sheet(tmp_path / "ds.xlsx")
    book = load_workbook(path)
    for row in (["Tên", "x"], ["a", "b"]):
        book["Ghi chú"].append(row)
    book.save(path)
    draft = jobs.read(jobs.drafts.create("producers", {"ds.xlsx": path}, who="", answers=Answers()))
    review = jobs.drafts.review(draft)
    assert review is not None
    assert [question["key"] for question in review["questions"]] == ["part"]
    assert {"DS", "Ghi chú"} == {choice["key"] for choice in review["questions"][0]["choices"]}
    with pytest.raises(BadQuery, match="Which layer"):
        jobs.publish(draft, who="A", why="b", digest=None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"import_seconds": 1}, "longer than the limit"), ({"import_memory_mb": 350}, "memory")],
)
def test_a_file_that_takes_too_much_ends_as_a_message(
    office: Settings, tmp_path: Path, settings: dict[str, int], message: str
) -> None:
    import geopandas as gpd
    import numpy as np
    import pyogrio

    count = 60_000
    at = np.column_stack([np.linspace(102.9, 103.3, count), np.linspace(21.3, 21.8, count)])
    ring = np.linspace(0, 2 * np.pi, 60)
    shapes = shapely.polygons(at[:, None, :] + 1e-4 * np.stack([np.cos(ring), np.sin(ring)], -1))
    frame = gpd.GeoDataFrame({"name": [f"v{n}" for n in range(count)]}, geometry=shapes, crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "big.gpkg")
    jobs = Jobs(replace(office, **settings))  # type: ignore[arg-type]
    draft = draft_of(jobs, tmp_path / "big.gpkg", "zones", Answers())
    with pytest.raises(BadSource, match=message):
        jobs.read(draft)
    current = jobs.drafts.get(draft.id)
    assert current.state == "failed" and current.error is not None
    assert versions(office) == [1]


def test_a_damaged_file_fails_with_its_reason_and_can_be_deleted(jobs: Jobs, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bytes(200))
    draft = draft_of(jobs, path, "zones", Answers())
    with pytest.raises(GeoError, match=r"x\.gpkg"):
        jobs.read(draft)
    assert jobs.drafts.get(draft.id).state == "failed"
    jobs.drafts.delete(jobs.drafts.get(draft.id))


# --- publishing --------------------------------------------------------------------------------------


def test_what_was_seen_is_published_once(jobs: Jobs, office: Settings, tmp_path: Path) -> None:
    draft = publish(jobs, jobs.read(draft_of(jobs, sheet(tmp_path / "ds.xlsx"))), "danh sách tháng 11")
    assert draft.published == 2
    store = open_store(office)
    assert (store.versions()[-1].who, store.versions()[-1].why) == ("A", "danh sách tháng 11")
    calls = store.frames()["producers"].set_index("producer_id")
    assert calls.loc["P2", "name"] == "HTX Mới" and calls.loc["P2", "precision"] == "commune"
    source = store.frames()["sources"].set_index("source_id").loc[calls.loc["P2", "source_ids"]]
    assert source["publisher"] == "Chi cục" and draft.sha256 in source["what"]
    entry = store.metadata(2)["producers"]["imports"][-1]
    assert entry["file"] == "ds.xlsx" and entry["records"] == 2
    results = {(issue.record, issue.kind) for issue in store.report(2).issues if issue.layer == "producers"}
    assert ("P3", "bad_number") in results
    atlas = open_atlases(office)
    assert atlas().version.number == 2 and atlas().get("producers", "P2").title == "HTX Mới"
    atlas.close()

    again = jobs.read(draft_of(jobs, sheet(tmp_path / "ds.xlsx")))
    review = jobs.drafts.review(again)
    assert review is not None and review["diff"] == []
    assert publish(jobs, again).published == 2
    assert versions(office) == [1, 2]


def test_publishing_needs_a_name_and_a_reason(jobs: Jobs, tmp_path: Path) -> None:
    draft = jobs.read(draft_of(jobs, sheet(tmp_path / "ds.xlsx")))
    for who, why in (("", "x"), ("x", " ")):
        with pytest.raises(BadQuery, match="who"):
            jobs.publish(draft, who=who, why=why, digest=None)


def test_an_open_question_keeps_a_file_out(jobs: Jobs, office: Settings, tmp_path: Path) -> None:
    write_vn2000_zones(tmp_path / "vung.shp", prj=False)
    draft = jobs.read(draft_of(jobs, tmp_path / "vung.shp", "zones"))
    with pytest.raises(BadQuery, match="coordinate system"):
        jobs.publish(draft, who="A", why="b", digest=None)
    answered = jobs.read(jobs.drafts.answer(jobs.drafts.get(draft.id), READ))
    assert publish(jobs, answered).published == 2
    zones = open_store(office).frames()["zones"]
    assert "Vùng cà phê Mường Ảng" in set(zones["name"])


def test_what_changed_since_the_preview_is_looked_at_again(jobs: Jobs, office: Settings, tmp_path: Path) -> None:
    first = jobs.read(draft_of(jobs, sheet(tmp_path / "a.xlsx")))
    second = jobs.read(draft_of(jobs, sheet(tmp_path / "b.xlsx", [["HTX Khác", "HTX", 3, "Sam Mứn", "Điện Biên"]])))
    publish(jobs, first)
    with pytest.raises(Conflict, match="changed since you saw"):
        publish(jobs, second)
    assert versions(office) == [1, 2]
    assert publish(jobs, jobs.read(second)).published == 3
    names = list(open_store(office).frames()["producers"]["name"])
    assert {"HTX Mới", "HTX Khác"} <= set(names)


def test_a_version_that_another_program_publishes_meanwhile_is_not_overwritten(
    jobs: Jobs, office: Settings, tmp_path: Path
) -> None:
    draft = jobs.read(draft_of(jobs, sheet(tmp_path / "a.xlsx")))
    store = open_store(office)

    def publish_another(step: str) -> None:
        if step == "publish":
            frames = store.frames()
            frames["sites"].loc[0, "name"] = "Đồi A1 (sửa)"
            store.publish(frames, who="B", why="sửa", metadata=store.metadata(1), report=store.report(1))

    values = {"who": "A", "why": "thử", "digest": None}
    with pytest.raises(Conflict, match="B has published version 2"):
        work.publish(office, jobs.drafts, draft, **values, progress=publish_another)  # type: ignore[arg-type]
    assert versions(office) == [1, 2] and store.frames()["sites"]["name"][0] == "Đồi A1 (sửa)"


def test_the_same_file_cites_the_same_source_again_and_another_file_another(jobs: Jobs, tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx")
    first = jobs.read(draft_of(jobs, path))
    publish(jobs, first)
    other = sheet(tmp_path / "b.xlsx", [["HTX Khác", "HTX", 3, "Sam Mứn", "Điện Biên"]])
    reviews = [
        jobs.drafts.review(draft) for draft in (first, *(jobs.read(draft_of(jobs, one)) for one in (path, other)))
    ]
    sources = [review["source"]["source_id"] for review in reviews if review is not None]
    assert sources[0] == sources[1] != sources[2] and len(sources) == 3


def test_a_file_that_can_no_longer_be_read_has_failed_though_it_has_a_review(jobs: Jobs, tmp_path: Path) -> None:
    draft = jobs.read(draft_of(jobs, sheet(tmp_path / "a.xlsx")))
    (path,) = jobs.drafts.uploads(draft)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(BadSource):
        jobs.read(draft)
    assert jobs.drafts.get(draft.id).state == "failed"


def test_two_at_once_are_published_one_after_the_other_or_one_looks_again(
    jobs: Jobs, office: Settings, tmp_path: Path
) -> None:
    drafts = [
        jobs.read(draft_of(jobs, sheet(tmp_path / f"{n}.xlsx", [[f"HTX số {n}", "HTX", n, "Sam Mứn", "Điện Biên"]])))
        for n in range(3)
    ]
    others = [Jobs(office) for _ in drafts]  # as separate processes have them
    outcomes: list[object] = []

    def go(worker: Jobs, draft: Draft) -> None:
        try:
            outcomes.append(publish(worker, draft).published)
        except Conflict as error:
            outcomes.append(error)

    threads = [threading.Thread(target=go, args=pair) for pair in zip(others, drafts, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = sorted(one for one in outcomes if isinstance(one, int))
    assert done and done == list(range(2, 2 + len(done)))
    assert len(open_store(office).frames()["producers"]) == 1 + len(done)


def test_a_process_killed_at_any_moment_leaves_the_last_good_version(
    jobs: Jobs, real_jobs: Jobs, office: Settings, tmp_path: Path, effort: Effort
) -> None:
    """The publishing process is killed at many instants, also while it writes the store and the atlas."""
    store = open_store(office)
    chance = random.Random(7)
    first = jobs.read(draft_of(jobs, sheet(tmp_path / "0.xlsx")))
    started = time.monotonic()
    publish(real_jobs, first)
    whole = time.monotonic() - started
    killed = 0
    for turn in range(effort.deaths):
        rows: list[list[object]] = [[f"HTX lần {turn} số {n}", "HTX", n, "Sam Mứn", "Điện Biên"] for n in range(5)]
        draft = jobs.read(draft_of(jobs, sheet(tmp_path / f"turn-{turn}.xlsx", rows)))
        before = store.versions()[-1].number
        # Importing the libraries takes the larger part of the time and writes nothing: most deaths come after it.
        killer = threading.Timer(whole * (turn + chance.random()) ** 0.5 / effort.deaths**0.5, _kill_children)
        killer.start()
        started = time.monotonic()
        try:
            publish(real_jobs, draft)
            whole = min(whole, time.monotonic() - started)  # the first one may have taken longer than the others
        except GeoError:
            killed += 1
        finally:
            killer.cancel()
            killer.join()
        after = store.versions()[-1].number
        assert after in {before, before + 1}
        with closing(sqlite3.connect(office.data_dir / "store.gpkg")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = set(store.frames()["producers"]["name"])
        assert ({row[0] for row in rows} <= names) == (after == before + 1)
        assert ({row[0] for row in rows} & names == set()) == (after == before)
        atlas = open_atlases(office)
        assert atlas().version.number <= after  # the pointer names a whole file
        assert atlas().counts()["producers"] >= 1
        atlas.close()
        assert jobs.drafts.get(draft.id).state in {"ready", "published"}
    assert killed >= effort.deaths // 4


def _kill_children() -> None:
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if entry.name.isdigit() and int(status[1]) == os.getpid() and b"geo.drafts.child" in command:
            os.kill(int(entry.name), signal.SIGKILL)


# --- tables given back ----------------------------------------------------------------------------------


def test_a_list_comes_back_with_its_findings(jobs: Jobs, tmp_path: Path) -> None:
    path = sheet(tmp_path / "ds.xlsx")
    draft = jobs.read(draft_of(jobs, path))
    out = tmp_path / "back.xlsx"
    out.write_bytes(mark(jobs.drafts, draft))
    book = load_workbook(out)
    assert book.sheetnames == ["DS", "Ghi chú"]
    rows = [[cell.value for cell in row] for row in book["DS"].iter_rows()]
    assert rows[1][5:] == ["Kết quả kiểm tra", "Gợi ý sửa"]
    assert rows[2][5:] == [None, None]
    assert "Số hộ" in str(rows[3][5]) and "mười" in str(rows[3][5]) and rows[3][6]


def test_a_csv_in_old_text_comes_back_as_a_workbook(jobs: Jobs, tmp_path: Path) -> None:
    from geo.encodings import encode

    path = tmp_path / "ds.csv"
    text = "Tên chủ thể;Loại hình;Số hộ\n=HYPERLINK(1);Hợp tác xã;năm\nHợp tác xã Mường;Tổ hợp tác;5\n"
    path.write_bytes(encode(text, "tcvn3", "lower"))
    draft = jobs.read(draft_of(jobs, path))
    out = tmp_path / "back.xlsx"
    out.write_bytes(mark(jobs.drafts, draft))
    sheet_ = load_workbook(out).active
    assert sheet_ is not None
    assert sheet_.cell(2, 1).value == "=HYPERLINK(1)" and sheet_.cell(2, 1).data_type == "s"
    assert sheet_.cell(3, 1).value == "Hợp tác xã Mường"
    assert "năm" in str(sheet_.cell(2, 4).value)


def test_what_is_no_table_is_not_given_back(jobs: Jobs, tmp_path: Path) -> None:
    write_vn2000_zones(tmp_path / "vung.shp")
    draft = jobs.read(draft_of(jobs, tmp_path / "vung.shp", "zones"))
    with pytest.raises(BadQuery, match="Only an uploaded table"):
        mark(jobs.drafts, draft)

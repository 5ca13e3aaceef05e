"""The process that reads: killed, out of time, printing rubbish; the service killed over it. Never anything half."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from geo.atlas import open_atlases
from geo.drafts import Draft, Jobs, Preparation
from geo.drafts import jobs as jobs_module
from geo.errors import BadQuery, BadSource, Conflict, GeoError
from geo.ingest.decisions import Answers
from geo.settings import Settings
from geo.store import open_store
from tests.conftest import ROOT
from tests.effort import Effort

# The child with one step replaced; what is printed as progress is heard by the parent.
CHILD = """
import json, os, sys, time
sys.path.insert(0, sys.argv[1])
import geo.drafts.reading as reading
import geo.drafts.work as work
from geo.drafts.child import main
def die(*_, **__):
    os.kill(os.getpid(), 9)
def hang(*_, **__):
    print(json.dumps({"progress": "hangs"}), flush=True)
    time.sleep(600)
"""

# A service that publishes a draft and says what it is at.
SERVICE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from geo.drafts import Jobs
from geo.settings import Settings
jobs = Jobs(Settings.from_json(json.load(sys.stdin)))
draft = jobs.drafts.get(sys.argv[2])
say = lambda step: print(step, flush=True)
jobs.publish(draft, who="A", why="b", digest=jobs.drafts.review(draft)["digest"], progress=say)
"""

# Another process of the service, which reads a draft and says what it is at.
OTHER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from geo.drafts import Jobs, jobs as module
from geo.settings import Settings
jobs = Jobs(Settings.from_json(json.load(sys.stdin)))
module._CODE = sys.argv[3]
jobs.read(jobs.drafts.get(sys.argv[2]), lambda step: print(step, flush=True))
"""


def workbook(path: Path, *names: str) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Tên chủ thể", "Loại hình", "Số hộ"], *([name, "HTX", 5] for name in names)):
        sheet.append(row)
    book.save(path)
    return path


def draft_of(jobs: Jobs, tmp_path: Path, *names: str) -> Draft:
    path = workbook(tmp_path / "ds.xlsx", *(names or ("HTX Mới",)))
    return jobs.drafts.create("producers", {"ds.xlsx": path}, who="Chi cục", answers=Answers())


def left_of(jobs: Jobs, draft: Draft) -> list[str]:
    """What lies in the folders of drafts that should not."""
    names = {
        "files",
        "draft.json",
        "review.json",
        "preview.geojson",
        "changes.csv",
        "findings.csv",
        "remarks.json",
        "publication.jsonl",
        "job.lock",
    }
    beside = {path.name for path in jobs.drafts.directory.iterdir()} - {draft.id}
    inside = {path.name for path in jobs.drafts.folder(draft.id).iterdir()} - names
    return sorted(beside | {name for name in inside if not name.endswith(".part")})


def served(office: Settings) -> int:
    source = open_atlases(office)
    try:
        assert source().counts()["producers"] >= 1
        return source().version.number
    finally:
        source.close()


# --- one process, one mishap -------------------------------------------------------------------------


def test_a_process_that_dies_at_work_leaves_a_message_and_no_rubbish(
    real_jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", f"{CHILD}reading.look = die; main()")
    draft = draft_of(real_jobs, tmp_path)
    with pytest.raises(BadSource, match="was killed"):
        real_jobs.read(draft)
    assert real_jobs.drafts.get(draft.id).state == "failed"
    assert left_of(real_jobs, draft) == []
    monkeypatch.undo()
    assert real_jobs.read(real_jobs.drafts.get(draft.id)).state == "ready"
    assert left_of(real_jobs, draft) == []


def test_the_temporary_files_of_a_process_that_dies_are_deleted(
    real_jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    leave = "import os, tempfile; os.write(tempfile.mkstemp()[0], b'x' * 1000); print(tempfile.gettempdir()); "
    monkeypatch.setattr(jobs_module, "_CODE", f"{leave} os.kill(os.getpid(), 9)")
    with pytest.raises(BadSource, match="was killed"):
        real_jobs.read(draft_of(real_jobs, tmp_path))
    assert list(temporary.iterdir()) == []


def test_a_process_that_hangs_is_stopped_and_its_folder_goes(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", f"{CHILD}reading.look = hang; main()")
    messages: list[str] = []
    for seconds in (5, 10, 20, 40, 80):  # a busy machine may need longer until the process gets so far as to hang
        jobs = Jobs(replace(office, import_seconds=seconds))
        draft = draft_of(jobs, tmp_path)
        started = time.monotonic()
        with pytest.raises(BadSource, match="longer than the limit"):
            jobs.read(draft, messages.append)
        assert time.monotonic() - started < seconds + 24
        assert jobs.drafts.get(draft.id).state == "failed" and left_of(jobs, draft) == []
        jobs.drafts.delete(jobs.drafts.get(draft.id))
        if messages[-1:] == ["hangs"]:
            break
    assert messages[-1] == "hangs", "the machine was too slow to begin"


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.write(2, b'\\xff\\xfe b\\xb8o l\\xe7i\\n' * 50_000); os.write(1, b'\\xff\\n'); raise SystemExit(3)",
        "raise SystemExit(0)",
        "print('no JSON'); raise RuntimeError('unforeseen')",
        "import ctypes; ctypes.string_at(0)",
    ],
    ids=["bytes of an old encoding", "nothing", "trace", "segmentation fault"],
)
def test_whatever_the_process_prints_the_draft_fails_with_a_message(
    real_jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", program)
    draft = draft_of(real_jobs, tmp_path)
    with pytest.raises(GeoError):
        real_jobs.read(draft)
    current = real_jobs.drafts.get(draft.id)
    assert current.state == "failed" and not current.activity.busy and current.error is not None and all(current.error)


def test_a_version_whose_atlas_was_never_frozen_is_published_and_served_as_soon_as_it_can_be(
    jobs: Jobs, real_jobs: Jobs, office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = jobs.read(draft_of(jobs, tmp_path))
    review = jobs.drafts.review(draft)
    assert review is not None
    monkeypatch.setattr(jobs_module, "_CODE", f"{CHILD}work.prepare_atlas = die; main()")
    published = real_jobs.publish(draft, who="A", why="b", digest=review["digest"])
    store = open_store(office)
    assert (len(store.versions()), served(office), published.state, published.published) == (2, 1, "published", 2)
    monkeypatch.undo()
    source = open_atlases(office)
    Preparation(office, source, Jobs(office)).work()
    source.close()
    assert (len(store.versions()), served(office)) == (2, 2)


def test_an_import_waits_while_another_process_is_at_work_and_goes_on_when_that_one_dies(
    jobs: Jobs, office: Settings, tmp_path: Path
) -> None:
    first, second = draft_of(jobs, tmp_path), draft_of(jobs, tmp_path, "HTX Khác")
    hangs = f"{CHILD}reading.look = hang; main()"
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(ROOT), first.id, hangs],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert other.stdin is not None and other.stdout is not None
        with other.stdin:
            other.stdin.write(json.dumps(office.to_json()))
        assert "hangs\n" in iter(other.stdout.readline, "")
        waiting = threading.Thread(target=jobs.read, args=(second,))
        waiting.start()
        waiting.join(timeout=1)
        assert jobs.drafts.get(second.id).state == second.state
    finally:
        os.killpg(other.pid, signal.SIGKILL)
        other.wait()
    other.stdout.close()
    waiting.join(timeout=60)
    assert jobs.drafts.get(second.id).state == "ready"


def test_answers_that_do_not_fit_are_corrected_beside_the_last_review(jobs: Jobs, tmp_path: Path) -> None:
    draft = jobs.read(draft_of(jobs, tmp_path))
    with pytest.raises(BadQuery, match="S999"):
        jobs.read(jobs.drafts.answer(draft, Answers(source={"source_id": "S999"})))
    wrong = jobs.drafts.get(draft.id)
    assert wrong.state == "ready" and wrong.error is not None and jobs.drafts.review(wrong) is not None
    with pytest.raises(BadQuery, match="S999"):  # the review shown does not belong to these answers
        jobs.publish(wrong, who="A", why="b", digest=None)
    assert jobs.read(jobs.drafts.answer(wrong, Answers())).error is None


# --- the threads of the service ----------------------------------------------------------------------


def test_only_a_ready_draft_is_published_and_only_with_a_name(jobs: Jobs, tmp_path: Path) -> None:
    draft = draft_of(jobs, tmp_path)
    with pytest.raises(Conflict, match="not ready"):
        jobs.start_publish(draft, who="A", why="b", digest="x")
    ready = jobs.drafts.change(draft, state="ready")
    for who, why in ((" ", "b"), ("A", "")):
        with pytest.raises(BadQuery):
            jobs.start_publish(ready, who=who, why=why, digest="x")
    assert jobs.drafts.get(draft.id).state == "ready"


def test_drafts_that_come_at_once_are_read_one_after_another(jobs: Jobs, tmp_path: Path) -> None:
    drafts = [draft_of(jobs, tmp_path, f"HTX {n}") for n in range(2)]
    assert all(jobs.start_read(draft).activity.busy for draft in drafts)
    with pytest.raises(Conflict):
        jobs.drafts.delete(jobs.drafts.get(drafts[1].id))
    most = 0
    for _ in range(600):
        current = [jobs.drafts.get(draft.id) for draft in drafts]
        most = max(most, sum(one.state == "working" for one in current))
        if not any(one.activity.busy for one in current):
            break
        time.sleep(0.05)
    assert [one.state for one in current] == ["ready", "ready"] and most == 1


# --- killed at any moment ----------------------------------------------------------------------------


def test_reading_killed_at_many_instants_leaves_the_file_to_be_read_again(
    real_jobs: Jobs, office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, effort: Effort
) -> None:
    jobs = real_jobs
    draft = draft_of(jobs, tmp_path, *(f"HTX {n}" for n in range(30)))
    started = time.monotonic()
    draft = jobs.read(draft)
    whole, first = time.monotonic() - started, jobs.drafts.review(draft)
    before = (office.data_dir / "store.gpkg").read_bytes()
    began: list[subprocess.Popen[str]] = []

    class Noted(subprocess.Popen[str]):
        def __init__(self, *args: object, **more: object) -> None:
            super().__init__(*args, **more)  # type: ignore[call-overload]
            began.append(self)

    monkeypatch.setattr(jobs_module.subprocess, "Popen", Noted)
    killed, chance = 0, random.Random(3)
    for moment in range(effort.deaths):
        after_s = whole * (moment + chance.random()) / effort.deaths
        timer = threading.Timer(after_s, lambda: [process.kill() for process in began[-1:]])
        timer.start()
        started = time.monotonic()
        try:
            jobs.read(draft)
            whole = min(whole, time.monotonic() - started)  # the first one may have taken longer than the others
        except BadSource:
            killed += 1
        finally:
            timer.cancel()
            timer.join()
        current = jobs.drafts.get(draft.id)
        assert current.state in {"ready", "failed"} and (current.state == "failed") == (current.error is not None)
        # The review is the earlier one or the new one, which are the same; the file beside it is never half.
        assert json.loads((jobs.drafts.folder(draft.id) / "review.json").read_bytes()) == first
        assert left_of(jobs, draft) == []
    assert killed >= effort.deaths // 2
    assert (office.data_dir / "store.gpkg").read_bytes() == before and served(office) == 1
    assert jobs.drafts.review(jobs.read(draft)) == first


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("step", ["open", "publish", "freeze"])
def test_a_service_killed_while_it_publishes_leaves_an_import_that_can_be_taken_up_again(
    jobs: Jobs, office: Settings, tmp_path: Path, step: str
) -> None:
    draft = jobs.read(draft_of(jobs, tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(ROOT), draft.id], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, start_new_session=True,
    ) as service:  # fmt: skip
        assert service.stdin is not None and service.stdout is not None
        service.stdin.write(json.dumps(office.to_json()))
        service.stdin.close()
        for line in service.stdout:
            if line.strip() == step:
                break
        service.kill()
    _wait_for_session(service.pid)
    store = open_store(office)
    with closing(sqlite3.connect(office.data_dir / "store.gpkg")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(store.versions()) in {1, 2} and served(office) <= len(store.versions())

    current = jobs.draft(draft.id)
    if len(store.versions()) == 2:  # it was killed after it had published, which the store shows
        assert (current.state, current.published) == ("published", 2)
        source = open_atlases(office)
        Preparation(office, source, Jobs(office)).work()
        source.close()
        assert served(office) == 2
        return
    assert current.state == "publishing" and current.activity.interrupted
    ready = jobs.read(jobs.drafts.answer(current, current.answers))
    review = jobs.drafts.review(ready)
    assert review is not None
    assert jobs.publish(ready, who="A", why="b", digest=review["digest"]).published == 2
    assert list(store.frames()["producers"]["name"]).count("HTX Mới") == 1
    assert (len(store.versions()), served(office)) == (2, 2)


def _wait_for_session(session: int) -> None:
    """Until the process that the dead service has left behind is gone too."""
    for _ in range(600):
        if not any(_is_of(path, session) for path in Path("/proc").iterdir() if path.name.isdigit()):
            return
        time.sleep(0.05)
    os.killpg(session, signal.SIGKILL)


def _is_of(process: Path, session: int) -> bool:
    try:
        state, _, _, its_session = (process / "stat").read_text().rpartition(") ")[2].split()[:4]
    except OSError:
        return False
    return int(its_session) == session and state != "Z"

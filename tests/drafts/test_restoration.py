"""Restoring a version as a job: at once, twice, out of time, killed before and after the version is written."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from geo.atlas import open_atlases
from geo.drafts import Jobs, Preparation, Restoration, RestorationStore
from geo.drafts import jobs as jobs_module
from geo.drafts import restoration as restoration_module
from geo.errors import BadQuery, BadSource, Conflict, GeoError, NotFound
from geo.pipeline import build_atlas
from geo.settings import Settings
from geo.store import open_store

# The child process with a step replaced.
CHILD = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
import geo.drafts.work as work
from geo.drafts.child import main
def die(*_, **__):
    os.kill(os.getpid(), 9)
def hang(*_, **__):
    time.sleep(600)
"""


@pytest.fixture
def office(office: Settings) -> Settings:
    """Settings of a store whose second version lacks a record of the first."""
    store, source = open_store(office), open_atlases(office)
    frames = store.frames(1)
    frames["sites"] = frames["sites"].iloc[1:].reset_index(drop=True)
    store.publish(frames, who="A", why="thiếu", metadata=store.metadata(1), report=store.report(1))
    build_atlas(office, source, progress=lambda _: None)
    source.close()
    return office


@pytest.fixture
def jobs(office: Settings) -> Jobs:
    """The jobs over that store."""
    return Jobs(office)


def served(office: Settings) -> int:
    source = open_atlases(office)
    try:
        return source().version.number
    finally:
        source.close()


def versions(office: Settings) -> int:
    return len(open_store(office).versions())


def waiting(jobs: Jobs, version: int = 1) -> Restoration:
    return jobs.restorations.create(version, who="Chi cục", why="nhầm")


def test_a_version_is_restored_and_restoring_it_again_changes_nothing(jobs: Jobs, office: Settings) -> None:
    steps: list[str] = []
    restoration = jobs.restore(waiting(jobs), steps.append)
    assert (restoration.state, restoration.published, restoration.activity.busy) == ("published", 3, False)
    assert steps[0] == "publish" and "freeze" in steps
    store = open_store(office)
    assert store.compare(1, 3) == [] and (store.versions()[-1].who, store.versions()[-1].why) == ("Chi cục", "nhầm")
    assert served(office) == 3
    assert jobs.restore(waiting(jobs)).published == 3 and versions(office) == 3


def test_two_that_begin_at_once_are_done_one_after_the_other(jobs: Jobs, office: Settings) -> None:
    with FileLock(office.data_dir / "imports.lock"):  # held as by a job of another process
        both = [jobs.start_restore(1, who="A", why="b") for _ in range(2)]
        time.sleep(0.5)
        assert [jobs.restorations.get(one.id).state for one in both] == ["waiting", "waiting"]
        assert all(jobs.restorations.get(one.id).activity.busy for one in both) and versions(office) == 2
    states = [ended(jobs, one) for one in both]
    assert [(one.state, one.published) for one in states] == [("published", 3), ("published", 3)]
    assert (versions(office), served(office)) == (3, 3)


def ended(jobs: Jobs, restoration: Restoration) -> Restoration:
    for _ in range(1_200):
        if not (current := jobs.restorations.get(restoration.id)).activity.busy:
            return current
        time.sleep(0.1)
    raise AssertionError("the restoration never ends")


def test_a_killed_child_leaves_the_last_good_version_and_an_error_in_words(
    jobs: Jobs, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", f"{CHILD}die(); main()")
    restoration = waiting(jobs)
    with pytest.raises(BadSource, match="nothing is done twice"):
        jobs.restore(restoration)
    failed = jobs.restorations.get(restoration.id)
    assert (failed.state, failed.activity) == ("failed", (False, False))
    assert failed.error is not None and "bị dừng đột ngột" in failed.error[0] and "killed" in failed.error[1]
    assert (versions(office), served(office)) == (2, 2)
    monkeypatch.undo()
    assert jobs.restore(waiting(jobs)).published == 3
    assert (versions(office), served(office)) == (3, 3)


def test_a_child_that_is_killed_after_it_has_published_has_published(
    jobs: Jobs, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", f"{CHILD}work.prepare_atlas = die; main()")
    restoration = jobs.restore(waiting(jobs))
    assert (restoration.state, restoration.published) == ("published", 3)
    assert (versions(office), served(office)) == (3, 2)
    monkeypatch.undo()
    source = open_atlases(office)
    preparation = Preparation(office, source, Jobs(office))
    assert preparation.waiting() is not None
    preparation.work()
    assert (preparation.failure, preparation.waiting(), source().version.number) == (None, None, 3)
    source.close()


def test_a_child_that_takes_too_long_is_stopped(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", f"{CHILD}hang()")
    jobs = Jobs(replace(office, import_seconds=1))
    restoration = waiting(jobs)
    with pytest.raises(BadSource, match="Restoring took longer"):
        jobs.restore(restoration)
    failed = jobs.restorations.get(restoration.id)
    assert failed.error is not None and "Khôi phục lâu hơn" in failed.error[0]
    assert (versions(office), served(office)) == (2, 2)


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("raise MemoryError", "needs more memory"),
        ('print(\'{"outcome": {"starved": true}}\')', "needs more memory"),
        ("import ctypes; ctypes.string_at(0)", "The restoring process crashed"),
        ("raise RuntimeError('unforeseen')", "Restoring failed: RuntimeError: unforeseen"),
    ],
)
def test_the_error_of_a_restoration_speaks_of_no_file(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, program: str, error: str
) -> None:
    monkeypatch.setattr(jobs_module, "_CODE", program)
    restoration = waiting(jobs)
    with pytest.raises(GeoError, match=error):
        jobs.restore(restoration)
    failed = jobs.restorations.get(restoration.id)
    assert failed.error is not None and "tệp" not in failed.error[0].lower()


def test_a_restoration_needs_a_person_a_reason_and_a_version(jobs: Jobs, office: Settings) -> None:
    for version, who, why, kind in ((1, " ", "b", BadQuery), (1, "A", "", BadQuery), (9, "A", "b", NotFound)):
        with pytest.raises(kind):
            jobs.start_restore(version, who=who, why=why)
    assert jobs.restorations.all() == [] and versions(office) == 2


def test_a_restoration_is_busy_as_long_as_its_lock_is_held(jobs: Jobs) -> None:
    restoration = waiting(jobs)
    with jobs.restorations.lock(restoration.id):
        jobs.restorations.change(restoration, state="working")
        assert jobs.restorations.get(restoration.id).activity == (True, False)
        with pytest.raises(Conflict):
            jobs.restore(restoration)
    assert jobs.restorations.get(restoration.id).activity == (False, True)


def test_only_the_last_restorations_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoration_module, "_MOST", 3)
    restorations = RestorationStore(tmp_path)
    busy = restorations.create(1, who="A", why="busy")
    with restorations.lock(busy.id):
        for _ in range(5):
            restorations.create(1, who="A", why="ended")
        assert sorted(one.why for one in restorations.all()) == ["busy", "ended", "ended", "ended"]
        assert restorations.get(busy.id) == busy


@pytest.mark.parametrize("name", ["none", "20260101-000000-abcdef", "../drafts"])
def test_a_restoration_that_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "20260101-000000-abcdee.json").write_text("cut")
    with pytest.raises(NotFound):
        RestorationStore(tmp_path).get(name)
    assert RestorationStore(tmp_path).all() == []

"""The job that changes a cohort: what became of it stays readable, also when it failed or was killed."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from geo.drafts import CohortChange, CohortChanges, Jobs
from geo.drafts.child import carry_out
from geo.errors import BadQuery, Conflict
from geo.plan.cohorts import Cohort
from geo.report import Report
from geo.schema import Label
from geo.settings import Settings
from geo.store import create_store, open_store
from tests.frames import world

COHORT = Cohort("nhóm/1", Label("Nhóm", "Group"), frozenset({"R1"}), frozenset({"R2"}), 11, "Công văn 12", ("S1",))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    create_store(settings).publish(world(), who="Sở", why="lần đầu", metadata={}, report=Report())
    return settings


def ended(jobs: Jobs, key: str) -> CohortChange:
    for _ in range(300):
        change = jobs.cohorts.get(key)
        if change is not None and not change.activity.busy and change.state != "working":
            return change
        time.sleep(0.05)
    raise AssertionError(change)


def test_a_change_is_saved_and_read_back_with_its_outcome(settings: Settings) -> None:
    jobs = Jobs(settings, work=carry_out)
    assert jobs.cohorts.get(COHORT.key) is None
    jobs.start_cohort(COHORT, who=" Sở ", why="danh sách", base=1)
    change = ended(jobs, COHORT.key)
    assert (change.cohort, change.state, change.published, change.who) == (COHORT, "published", 2, "Sở")
    newest = open_store(settings).current()
    assert newest is not None and (newest.number, newest.who, newest.why) == (2, "Sở", "danh sách")


def test_a_change_that_fails_says_why_and_publishes_nothing(settings: Settings) -> None:
    jobs = Jobs(settings, work=carry_out)
    for who, base, error in (("", 1, BadQuery), ("Sở", 9, Conflict)):
        with pytest.raises(error):
            jobs.start_cohort(COHORT, who=who, why="danh sách", base=base)
    jobs.start_cohort(replace(COHORT, members=frozenset({"R9"})), who="Sở", why="danh sách", base=1)
    change = ended(jobs, COHORT.key)
    assert change.state == "failed" and change.error is not None and "R9" in change.error[0]
    newest = open_store(settings).current()
    assert newest is not None and newest.number == 1


def test_a_change_whose_process_was_killed_is_interrupted(tmp_path: Path) -> None:
    changes = CohortChanges(tmp_path)
    changes.save(CohortChange(COHORT, 1, "Sở", "danh sách"))
    change = changes.get(COHORT.key)
    assert change is not None and change.activity.interrupted
    with changes.lock(COHORT.key):
        change = changes.get(COHORT.key)
        assert change is not None and change.activity.busy

"""Cohorts are records: saving one publishes a version, every version keeps its own, and the history says who and why."""

from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import BadQuery, Conflict
from geo.plan import Records
from geo.plan.cohorts import Cohort, Revision, cohort_of, cohorts, history, save
from geo.report import Report
from geo.schema import Label
from geo.settings import Settings
from geo.store import Store, create_store
from tests.frames import world


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(Settings(data_dir=tmp_path))
    store.publish(world(), who="Sở", why="lần đầu", metadata={}, report=Report())
    return store


def records_at(store: Store, version: int) -> Records:
    return Records(version, store.frames(version))


def test_a_saved_cohort_is_a_version_and_the_version_before_stays(store: Store) -> None:
    before = cohort_of(records_at(store, 1), "G1")
    assert before.members == {"R1"} and before.candidates == {"R3"} and before.is_assumed
    confirmed = replace(before, members=frozenset({"R1", "R2"}), candidates=frozenset())
    version = save(store, confirmed, who="Sở Nông nghiệp", why="danh sách của Sở", base=1)
    assert version.number == 2
    assert cohort_of(records_at(store, 2), "G1") == confirmed
    assert cohort_of(records_at(store, 1), "G1") == before
    first, second = history(store, "G1")
    assert first == Revision(1, first.at, "Sở", "lần đầu", ("R1", "R3"), (), ("R1",))
    assert second == Revision(
        2, version.published_at, "Sở Nông nghiệp", "danh sách của Sở", ("R2",), ("R3",), ("R2",)
    )  # fmt: skip
    assert store.counts(2) == store.counts(1)  # nothing else changed


def test_a_new_cohort_stands_beside_the_others(store: Store) -> None:
    cohort = Cohort("moi", Label("Nhóm mới", "New group"), frozenset({"R2"}), frozenset(), None, "", ("S1",))
    save(store, cohort, who="Sở", why="theo dõi", base=1)
    assert cohorts(records_at(store, 2)) == {"G1": cohort_of(records_at(store, 1), "G1"), "moi": cohort}


@pytest.mark.parametrize(
    ("members", "candidates", "base", "error"),
    [({"R9"}, set(), 1, BadQuery), ({"R1"}, {"R1"}, 1, BadQuery), ({"R1"}, set(), 2, Conflict)],
    ids=["no such product", "member and candidate", "a newer version"],
)
def test_a_cohort_that_cannot_be_is_refused(
    store: Store, members: set[str], candidates: set[str], base: int, error: type[Exception]
) -> None:
    cohort = cohort_of(records_at(store, 1), "G1")
    if base == 2:
        save(store, replace(cohort, note="khác"), who="Sở", why="ghi chú", base=1)
        base = 1
    with pytest.raises(error):
        save(
            store,
            replace(cohort, members=frozenset(members), candidates=frozenset(candidates)),
            who="Sở", why="thử", base=base,
        )  # fmt: skip

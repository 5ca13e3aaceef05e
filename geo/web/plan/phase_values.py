"""What the page /plan/phase shows beside its computed content: the history of a cohort, and the form of an officer."""

from contextlib import suppress
from typing import Any

from flask import g

from geo.drafts import Jobs
from geo.errors import BadSource
from geo.plan.cohorts import Cohort, cohort_of, cohorts, history
from geo.settings import Settings
from geo.store import open_store
from geo.text import sort_key
from geo.views.plan.desk import Desk
from geo.views.plan.phase_page import history_table
from geo.views.plan.table import Table


class PhaseValues:
    """The values for the template, from the store and from the jobs."""

    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        self._settings, self._jobs = settings, jobs

    def __call__(self, desk: Desk) -> dict[str, Any]:
        """The history for everyone; the members, the last change and whether it is at work for who may manage."""
        key = desk.parameters.cohort or next(iter(cohorts(desk.records)), None)
        if key is None:
            return {"history": None, "is_saving": False}
        values: dict[str, Any] = {"history": self._history(desk, key), "is_saving": False}
        if g.may_manage:
            change = self._jobs.cohorts.get(key)
            members = _members(desk, cohort_of(desk.records, key))
            is_saving = change is not None and change.activity.busy
            values |= {"change": change, "is_saving": is_saving, "members": members}
        return values

    def _history(self, desk: Desk, key: str) -> Table | None:
        """The changes of a cohort up to the version of the desk; None where the store cannot be read."""
        with suppress(BadSource):
            revisions = history(open_store(self._settings), key)
            until = [row for row in revisions if row.version <= desk.parameters.version]
            return history_table(desk.atlas, until, key, with_names=g.may_manage)
        return None


def _members(desk: Desk, cohort: Cohort) -> list[tuple[str, str, str]]:
    """Code, name and membership of the products of a cohort, members first, then by name."""
    keys = cohort.members | cohort.candidates
    titles = desk.atlas.titles("products", keys)
    rows = [(key, titles[key][0], "member" if key in cohort.members else "candidate") for key in keys if key in titles]
    return sorted(rows, key=lambda row: (row[2] != "member", sort_key(row[1])))

"""The last change of each cohort, a job that publishes a version with other members; a JSON file for each cohort."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from geo.drafts.job_lock import IDLE, Activity, JobLock, with_activity
from geo.drafts.json_files import write_json
from geo.plan.cohorts import Cohort
from geo.schema import Label

ChangeState: TypeAlias = Literal["working", "failed", "published"]
"""working: being published. failed: `error` says why. published: done."""


@dataclass(frozen=True)
class CohortChange:
    """A cohort as it is to be, the version that it was made from, who changes it and why.

    `error` is (vi, en) of a failure. `published` is the number of the new version. `activity` is what its job was doing
    when the change was read; it is not saved.
    """

    cohort: Cohort
    base: int
    who: str
    why: str
    state: ChangeState = "working"
    error: tuple[str, str] | None = None
    published: int | None = None
    activity: Activity = field(default=IDLE, compare=False)


class CohortChanges:
    """The changes of a folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def get(self, key: str) -> CohortChange | None:
        """The last change of a cohort; None for one that was never changed here."""
        if not self._path(key).is_file():
            return None
        change, activity = with_activity(lambda: self._read(key), lambda one: one.state == "working", self.lock(key))
        return replace(change, activity=activity)

    def _read(self, key: str) -> CohortChange:
        plain = json.loads(self._path(key).read_text(encoding="utf-8"))
        error = tuple(plain.pop("error") or ()) or None
        return CohortChange(cohort=cohort_of_json(plain.pop("cohort")), error=error, **plain)

    def save(self, change: CohortChange, **values: Any) -> CohortChange:
        """The change with other values, saved."""
        self.directory.mkdir(parents=True, exist_ok=True)
        new = replace(change, **values)
        plain = {name: getattr(new, name) for name in ("base", "who", "why", "state", "error", "published")}
        write_json(self._path(new.cohort.key), {"cohort": cohort_json(new.cohort), **plain})
        return new

    def lock(self, key: str) -> JobLock:
        """The lock that the job of a cohort's change holds."""
        self.directory.mkdir(parents=True, exist_ok=True)
        return JobLock(self._path(key).with_suffix(".lock"))

    def _path(self, key: str) -> Path:
        # A key is text of an office, which need not be usable as a file name.
        return self.directory / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"


def cohort_json(cohort: Cohort) -> dict[str, Any]:
    """A cohort as plain values, its products in order."""
    lists = {name: sorted(getattr(cohort, name)) for name in ("members", "candidates", "source_ids")}
    return {**asdict(cohort), "name": [cohort.name.vi, cohort.name.en], **lists}


def cohort_of_json(plain: dict[str, Any]) -> Cohort:
    """The cohort of the plain values of `cohort_json`."""
    return Cohort(
        key=plain["key"],
        name=Label(*plain["name"]),
        members=frozenset(plain["members"]),
        candidates=frozenset(plain["candidates"]),
        stated_size=plain["stated_size"],
        note=plain["note"],
        source_ids=tuple(plain["source_ids"]),
    )

"""Restorations, the jobs that publish the content of an earlier version again; a JSON file for each."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from geo.drafts.job_lock import IDLE, Activity, JobLock, with_activity
from geo.drafts.json_files import ID, new_id, write_json
from geo.errors import NotFound

RestorationState: TypeAlias = Literal["waiting", "working", "failed", "published"]
"""waiting: for the job before it. working: being published. failed: `error` says why. published: done."""

_WORKING: tuple[RestorationState, ...] = ("waiting", "working")
_MOST = 100
"""How many restorations are kept; the oldest that have ended are deleted first."""


@dataclass(frozen=True)
class Restoration:
    """One restoration of version `version`.

    `error` is (vi, en) of a failure. `published` is the number of the new version. `activity` is what its job was doing
    when the restoration was read or changed; it is not saved.
    """

    id: str
    version: int
    who: str
    why: str
    state: RestorationState = "waiting"
    progress: str = ""
    error: tuple[str, str] | None = None
    published: int | None = None
    activity: Activity = field(default=IDLE, compare=False)


_SAVED = {field.name for field in fields(Restoration)} - {"activity"}


class RestorationStore:
    """The restorations of a folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def create(self, version: int, *, who: str, why: str) -> Restoration:
        """A new restoration, saved, that waits for its job."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for old in [restoration for restoration in self.all() if not restoration.activity.busy][_MOST - 1 :]:
            for path in (self._path(old.id), self._lock_path(old.id)):
                path.unlink(missing_ok=True)
        return self.change(Restoration(new_id(), version, who, why))

    def get(self, restoration_id: str) -> Restoration:
        """The restoration; NotFound when there is none."""
        restoration, activity = with_activity(
            lambda: self._read(restoration_id), lambda one: one.state in _WORKING, self.lock(restoration_id)
        )
        return replace(restoration, activity=activity)

    def _read(self, restoration_id: str) -> Restoration:
        try:
            plain = json.loads(self._path(restoration_id).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise _no_such(restoration_id) from None
        plain["error"] = tuple(plain["error"]) if plain["error"] else None
        return Restoration(**{name: plain[name] for name in _SAVED if name in plain})  # others are of earlier releases

    def all(self) -> list[Restoration]:
        """Every restoration, the newest first."""
        restorations = []
        for path in sorted(self.directory.glob("*.json"), reverse=True):
            with suppress(NotFound):  # deleted meanwhile by another process
                restorations.append(self.get(path.stem))
        return restorations

    def change(self, restoration: Restoration, **values: Any) -> Restoration:
        """The restoration with other values, saved."""
        new = replace(restoration, **values)
        plain = asdict(new)
        del plain["activity"]
        write_json(self._path(restoration.id), plain)
        return replace(new, activity=Activity(busy=new.state in _WORKING))  # only its job saves that it is at work

    def lock(self, restoration_id: str) -> JobLock:
        """The lock that the job of a restoration holds."""
        return JobLock(self._lock_path(restoration_id))

    def _lock_path(self, restoration_id: str) -> Path:
        return self._path(restoration_id).with_suffix(".lock")

    def _path(self, restoration_id: str) -> Path:
        if not ID.fullmatch(restoration_id):
            raise _no_such(restoration_id)
        return self.directory / f"{restoration_id}.json"


def _no_such(restoration_id: str) -> NotFound:
    return NotFound(f"No restoration {restoration_id[:40]!r}.", f"Không có lần khôi phục {restoration_id[:40]!r}.")

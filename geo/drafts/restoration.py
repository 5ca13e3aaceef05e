"""Restorations, the jobs that publish the content of an earlier version again; a JSON file for each."""

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from geo.drafts.json_files import ID, new_id, write_json
from geo.errors import NotFound

RestorationState: TypeAlias = Literal["waiting", "working", "failed", "published"]
"""waiting: for the job before it. working: being published. failed: `error` says why. published: done."""

_BUSY: tuple[RestorationState, ...] = ("waiting", "working")
_MOST = 100
"""How many restorations are kept; the oldest that have ended are deleted first."""


@dataclass(frozen=True)
class Restoration:
    """One restoration of version `version`.

    `deadline` is when the job is ended at the latest, in seconds since 1970. `error` is (vi, en) of a failure.
    `published` is the number of the new version.
    """

    id: str
    version: int
    who: str
    why: str
    state: RestorationState = "waiting"
    deadline: float = 0.0
    progress: str = ""
    error: tuple[str, str] | None = None
    published: int | None = None

    @property
    def busy(self) -> bool:
        """Whether a job works on it or is about to."""
        return self.state in _BUSY and time.time() < self.deadline

    @property
    def interrupted(self) -> bool:
        """Whether the job has not ended by its deadline: its process was killed."""
        return self.state in _BUSY and not self.busy


class RestorationStore:
    """The restorations of a folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def create(self, version: int, *, who: str, why: str, deadline: float) -> Restoration:
        """A new restoration, saved, that waits for its job."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for old in [restoration for restoration in self.all() if not restoration.busy][_MOST - 1 :]:
            self._path(old.id).unlink(missing_ok=True)
        restoration = Restoration(new_id(), version, who, why, deadline=deadline)
        write_json(self._path(restoration.id), asdict(restoration))
        return restoration

    def get(self, restoration_id: str) -> Restoration:
        """The restoration; NotFound when there is none."""
        try:
            plain = json.loads(self._path(restoration_id).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise _no_such(restoration_id) from None
        plain["error"] = tuple(plain["error"]) if plain["error"] else None
        return Restoration(**plain)

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
        write_json(self._path(restoration.id), asdict(new))
        return new

    def _path(self, restoration_id: str) -> Path:
        if not ID.fullmatch(restoration_id):
            raise _no_such(restoration_id)
        return self.directory / f"{restoration_id}.json"


def _no_such(restoration_id: str) -> NotFound:
    return NotFound(f"No restoration {restoration_id[:40]!r}.", f"Không có lần khôi phục {restoration_id[:40]!r}.")

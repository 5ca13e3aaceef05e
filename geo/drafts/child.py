"""The child process of a job: no network, and limited memory, so that no uploaded file can exhaust that of the service.

jobs.py starts it with one order, a JSON object on its standard input. It writes lines of JSON to its standard output:
{"progress": step} for each step, and finally {"outcome": ...}. The number of a new version is an outcome as soon as it
is published, before its atlas is built: a process that is killed in between has published.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from geo import ending_signals
from geo.drafts import work
from geo.drafts.cohort_change import cohort_of_json
from geo.drafts.draft import DraftStore
from geo.drafts.marked_workbook import mark
from geo.drafts.reading import Progress
from geo.drafts.socket_filter import close_network
from geo.errors import BadSource, GeoError, disk_full
from geo.freezing import NewVersion
from geo.part_files import part_of
from geo.pipeline import collect_seldom
from geo.settings import Settings

Plain = dict[str, Any]
Task = Callable[[Settings, Plain, Progress], Plain | NewVersion]

_LOWEST = 19
"""The lowest priority of a process."""

try:
    import resource
except ImportError:  # Windows has no such limit; the time limit of jobs.py applies there too
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Carry out the order on the standard input; write the outcome as the last line of the standard output.

    The outcome is that of carry_out, or {"starved": true} when memory ran out.
    """
    ending_signals.receive_as_usual()
    order = json.load(sys.stdin)
    collect_seldom()
    gc.enable()
    close_network()
    limit = limit_memory(order["settings"]["import_memory_mb"] * 1024 * 1024)
    if order.get("number") is not None and hasattr(os, "nice"):
        os.nice(_LOWEST)  # an earlier version is built for whoever asks for it: everything else goes first
    try:
        outcome = carry_out(
            order, lambda step: _write({"progress": step}), lambda outcome: _write({"outcome": outcome})
        )
        # A library that cannot allocate memory may report a damaged file instead.
        if outcome.get("kind") == BadSource.__name__ and _is_starved(limit):
            outcome = {"starved": True}
    except MemoryError:
        outcome = {"starved": True}
    _write({"outcome": outcome})


def carry_out(order: Plain, progress: Progress, announce: Callable[[Plain], None] = lambda _: None) -> Plain:
    """The outcome of an order of jobs.py, carried out in this process.

    It has the values of the task, or "error" (vi, en) and "kind" (the name of a class of geo.errors). A version is
    given to `announce` when it is published; "unprepared" (vi, en) says why its atlas could not be built afterwards.
    """
    settings = Settings.from_json(order["settings"])
    outcome, published = _try(_TASKS[order["task"]], settings, order, progress)
    if "version" in outcome:
        announce(outcome)
        preparation, _ = _try(partial(_prepare, published=published), settings, {}, progress)
        if "error" in preparation:
            outcome = {**outcome, "unprepared": preparation["error"]}
    return outcome


def _try(task: Task, settings: Settings, order: Plain, progress: Progress) -> tuple[Plain, NewVersion | None]:
    """The outcome of a task, and what it published if it says so."""
    try:
        outcome = task(settings, order, progress)
        if isinstance(outcome, NewVersion):
            return {"version": outcome.version.number}, outcome
        return outcome, None
    except (GeoError, OSError) as error:
        problem = disk_full(error) or error
        if not isinstance(problem, GeoError):
            raise
        return {"error": [problem.vi, problem.en], "kind": type(problem).__name__}, None


def _is_starved(limit: int) -> bool:
    """Whether this process has used more than 90 % of `limit` (bytes of address space); False without /proc."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmPeak:")), 0)
    return peak * 1024 > 0.9 * limit


def _read(settings: Settings, order: Plain, progress: Progress) -> Plain:
    drafts = DraftStore(settings.drafts_dir)
    reading = work.prepare(settings, drafts, drafts.get(order["draft"]), progress)
    return {"base": reading.base}


def _mark(settings: Settings, order: Plain, _: Progress) -> Plain:
    drafts = DraftStore(settings.drafts_dir)
    draft = drafts.get(order["draft"])
    workbook = drafts.folder(draft.id) / "returned.xlsx"
    part = part_of(workbook)
    part.write_bytes(mark(drafts, draft))
    part.replace(workbook)
    return {}


def _publish(settings: Settings, order: Plain, progress: Progress) -> NewVersion:
    drafts = DraftStore(settings.drafts_dir)
    return work.publish(
        settings, drafts, drafts.get(order["draft"]), who=order["who"], why=order["why"], digest=order["seen"],
        progress=progress,
    )  # fmt: skip


def _restore(settings: Settings, order: Plain, progress: Progress) -> NewVersion:
    return work.restore(settings, order["version"], who=order["who"], why=order["why"], progress=progress)


def _save_cohort(settings: Settings, order: Plain, progress: Progress) -> Plain:
    cohort = cohort_of_json(order["cohort"])
    version = work.save_cohort(
        settings, cohort, who=order["who"], why=order["why"], base=order["base"], progress=progress
    )
    return {"version": version.number}


def _prepare(settings: Settings, order: Plain, progress: Progress, published: NewVersion | None = None) -> Plain:
    work.prepare_served(settings, number=order.get("number"), published=published, progress=progress)
    return {}


_TASKS: dict[str, Task] = {
    "read": _read, "mark": _mark, "publish": _publish, "restore": _restore, "prepare": _prepare,
    "cohort": _save_cohort,
}  # fmt: skip


def _write(line: Plain) -> None:
    print(json.dumps(line), flush=True)


def limit_memory(size: int) -> int:
    """Limit the address space of this process to `size` bytes, and return the limit that holds.

    It is lower than `size` where the process was started under a lower one (`ulimit -v`), which only root may raise.
    """
    if resource is None:
        return size
    limits = [limit for limit in resource.getrlimit(resource.RLIMIT_AS) if limit != resource.RLIM_INFINITY]
    lowest = min([size, *limits])
    resource.setrlimit(resource.RLIMIT_AS, (lowest, lowest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return lowest


def folder() -> Path:
    """The folder that contains the package `geo`; jobs.py adds it to the child's sys.path."""
    return Path(__file__).resolve().parent.parent.parent


if __name__ == "__main__":
    main()

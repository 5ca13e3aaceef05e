"""The process that reads foreign files: bounded in memory and thrown away, so that no file takes the service down.

Started by jobs.py with one JSON object on its standard input; says its progress as lines on its standard output.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geo.drafts import work
from geo.drafts.draft import DraftStore
from geo.drafts.marked_workbook import returned
from geo.errors import BadSource, GeoError
from geo.settings import Settings

try:
    import resource
except ImportError:  # Windows has no such limit; the time limit of jobs.py holds there too
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Do what the order on the standard input says; the last line on the standard output is the outcome."""
    order = json.load(sys.stdin)
    memory_mb = order["settings"]["import_memory_mb"]
    _bound(memory_mb * 1024 * 1024)
    try:
        outcome = carry_out(order, lambda step: _say({"progress": step}))
        if outcome.get("kind") == BadSource.__name__ and _is_starved(memory_mb):
            outcome["error"] = list(_TOO_LARGE)
    except MemoryError:
        outcome = {"error": list(_TOO_LARGE), "kind": BadSource.__name__}
    _say({"outcome": outcome})


def carry_out(order: dict[str, Any], progress: Callable[[str], None]) -> dict[str, Any]:
    """The outcome of an order of jobs.py, carried out in this process; a GeoError becomes its message and its kind."""
    settings = Settings.from_json(order["settings"])
    try:
        return _do(settings, DraftStore(settings.drafts_dir), order, progress)
    except GeoError as error:
        return {"error": [error.vi, error.en], "kind": type(error).__name__}


def _is_starved(memory_mb: int) -> bool:
    """Whether this process has reached its limit: a library that gets no memory says that the file is damaged."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmPeak:")), 0)
    return peak > 0.9 * memory_mb * 1024


_TOO_LARGE = (
    "Tệp cần nhiều bộ nhớ hơn mức cho phép. Hãy tách nhỏ tệp.",
    "The file needs more memory than is allowed. Split it.",
)


def _do(
    settings: Settings, drafts: DraftStore, order: dict[str, Any], progress: Callable[[str], None]
) -> dict[str, Any]:
    draft = drafts.get(order["draft"])
    if order["task"] == "read":
        prepared = work.prepare(settings, drafts, draft, progress)
        return {"base": prepared.base}
    if order["task"] == "return":
        part = drafts.folder(draft.id) / "returned.part"
        part.write_bytes(returned(drafts, draft))
        part.replace(part.with_suffix(".xlsx"))
        return {}
    version = work.publish(
        settings, drafts, draft, who=order["who"], why=order["why"], seen=order["seen"], progress=progress
    )
    return {"version": version.number}


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


def _bound(memory: int) -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def folder() -> Path:
    """The folder that `geo` is imported from, for the process that starts this one."""
    return Path(__file__).resolve().parent.parent.parent


if __name__ == "__main__":
    main()

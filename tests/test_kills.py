"""A service that is killed at any instant of an import, a restoration, a backup or its return keeps the whole history."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from geo.atlas import open_atlases
from geo.pipeline import build_atlas
from geo.settings import Settings
from geo.store import Version, open_store, verify_store
from tests.conftest import ROOT
from tests.effort import Effort
from tests.office import write_vn2000_zones

# Carries out each order of its standard input in a child process of its own session, says the number of that process
# first and "done" at the end, and waits until it is killed.
VICTIMS = """
import json, os, sys, time, traceback
from pathlib import Path
from geo.atlas import open_atlases
from geo.drafts import Jobs
from geo.drafts.child import carry_out
from geo.ingest.decisions import Answers
from geo.pipeline import restore_backup
from geo.settings import Settings
from geo.store import open_store

def import_file(settings, jobs, folder):
    files = {path.name: path for path in (folder / "files").iterdir()}
    draft = jobs.drafts.create("zones", files, who="A", answers=Answers())
    draft = jobs.read(draft)
    jobs.publish(draft, who="A", why="bản đồ", digest=None)

def restore(settings, jobs, folder):
    restoration = jobs.restorations.create(1, who="A", why="trả lại")
    jobs.restore(restoration)

def backup(settings, jobs, folder):
    open_store(settings).backup(Path(settings.data_dir).parent / "backup.gpkg")

def put_back(settings, jobs, folder):
    restore_backup(settings, open_atlases(settings), folder / "first.gpkg", replace=True, progress=lambda _: None)

actions = {"import": import_file, "restore": restore, "backup": backup, "restore-backup": put_back}
for line in sys.stdin:
    order = json.loads(line)
    settings = Settings(seed_dir=Path(order["seed"]), data_dir=Path(order["data"]))
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            print(os.getpid(), flush=True)
            actions[order["action"]](settings, Jobs(settings, work=carry_out), Path(order["folder"]))
            print("done", flush=True)
            time.sleep(60)
        except BaseException:
            traceback.print_exc()
            print("failed", flush=True)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
"""
ACTIONS = ("import", "restore", "backup", "restore-backup")


class Case(NamedTuple):
    """The service before an action: its settings, the folder of what the action needs, and its versions."""

    settings: Settings
    folder: Path
    versions: list[Version]

    def copy(self, folder: Path) -> Settings:
        """The settings of a copy of its data, in `folder`."""
        shutil.copytree(self.settings.data_dir, folder / "var")
        return Settings(seed_dir=self.settings.seed_dir, data_dir=folder / "var")


@pytest.fixture
def case(built_office: Settings, tmp_path: Path) -> Case:
    """Two versions that are served, a backup of the first, and a file to be imported."""
    folder = tmp_path / "case"
    (folder / "files").mkdir(parents=True)
    write_vn2000_zones(folder / "files" / "vung.shp")
    shutil.copytree(built_office.data_dir, folder / "var")
    settings = Settings(seed_dir=built_office.seed_dir, data_dir=folder / "var")
    store = open_store(settings)
    store.backup(folder / "first.gpkg")
    frames = store.frames()
    frames["sites"].loc[0, "name"] = "Đồi A1 mới"
    store.publish(frames, who="A", why="tên", metadata=store.metadata(1), report=store.report(1))
    build(settings)
    return Case(settings, folder, store.versions())


@pytest.fixture
def victims() -> Iterator["subprocess.Popen[str]"]:
    """The process that begins one action after another."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", VICTIMS], cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        yield parent
        assert parent.stdin is not None
        parent.stdin.close()


def begin(parent: "subprocess.Popen[str]", case: Case, settings: Settings, action: str) -> int:
    """Begin an action on the data of some settings; return the number of its process."""
    assert parent.stdin is not None and parent.stdout is not None
    order = {
        "seed": str(settings.seed_dir),
        "data": str(settings.data_dir),
        "action": action,
        "folder": str(case.folder),
    }
    parent.stdin.write(json.dumps(order) + "\n")
    parent.stdin.flush()
    return int(next(line for line in parent.stdout if line != "done\n"))


def kill(process: int) -> None:
    """Kill a process with all that it started; return when the system has forgotten it, as before a restart."""
    os.killpg(process, signal.SIGKILL)
    while Path(f"/proc/{process}").exists():
        time.sleep(0.005)


def build(settings: Settings) -> tuple[int, str]:
    """Start as the service does; return number and digest of the version that it serves."""
    source = open_atlases(settings)
    try:
        version = build_atlas(settings, source, progress=lambda _: None).version
        return version.number, version.digest
    finally:
        source.close()


def outcome(settings: Settings) -> tuple[int, ...]:
    """The numbers of the versions after an action was killed and the service started again, every one verified.

    The version that is served is the newest, and nothing that the dead process was making lies about.
    """
    served = build(settings)
    assert [verdict for verdict in verify_store(settings) if verdict.damage is not None] == []
    versions = open_store(settings).versions()
    assert served == (versions[-1].number, versions[-1].digest)
    names = {path.name for path in settings.data_dir.iterdir()}
    left = {name for name in names if name.endswith((".part", "-journal", "-wal")) or name == "store-replacement"}
    assert left == set()
    return tuple(version.number for version in versions)


def test_a_death_at_any_instant_keeps_the_last_good_version_and_the_whole_history(
    case: Case, victims: "subprocess.Popen[str]", tmp_path: Path, effort: Effort
) -> None:
    chance, outcomes = random.Random(20), {action: set() for action in ACTIONS}
    takes_s = {}
    for action in ACTIONS:  # once without a death
        settings = case.copy(tmp_path / action)
        began = time.perf_counter()
        process = begin(victims, case, settings, action)
        assert victims.stdout is not None and next(victims.stdout) == "done\n", action
        takes_s[action] = time.perf_counter() - began
        kill(process)
        outcomes[action].add(outcome(settings))
    after = {"import": (1, 2, 3), "restore": (1, 2, 3), "backup": (1, 2), "restore-backup": (1,)}
    assert outcomes == {action: {numbers} for action, numbers in after.items()}
    for turn in range(effort.kills):
        action, folder = ACTIONS[turn % len(ACTIONS)], tmp_path / str(turn)
        settings = case.copy(folder)
        process = begin(victims, case, settings, action)
        time.sleep(takes_s[action] * chance.random())
        kill(process)
        numbers = outcome(settings)
        assert numbers in {(1, 2), after[action]}, (turn, action)
        assert open_store(settings).versions()[: min(2, len(numbers))] == case.versions[: min(2, len(numbers))]
        assert_backup_is_whole_or_missing(case, settings)
        outcomes[action].add(numbers)
        shutil.rmtree(folder)
    if effort.kills >= 100:
        assert all(len(outcomes[action]) == 2 for action in ACTIONS if action != "backup"), outcomes


def assert_backup_is_whole_or_missing(case: Case, settings: Settings) -> None:
    """A backup that was killed left no file or one of every version, and the next backup removes what it left."""
    file = settings.data_dir.parent / "backup.gpkg"
    if file.exists():
        assert [verdict for verdict in verify_store(settings, file) if verdict.damage is not None] == []
    versions = open_store(settings).backup(file, replace=True)
    assert versions[: len(case.versions)] == case.versions[: len(versions)]
    assert list(file.parent.glob("*.part*")) == []

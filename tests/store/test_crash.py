"""A process that is killed while it publishes leaves the last good version, whole and readable."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyogrio
import pytest

from geo.layers import LAYERS
from geo.store import GeoPackageStore
from geo.store.content import digest_of, state_of
from tests.conftest import ROOT

# Each round publishes 400 producers under another name. "die N" kills the process at the N-th layer it writes.
WRITER = """
import os, signal, sys
from pathlib import Path
from geo.ingest.report import Report
from geo.store import GeoPackageStore, geopackage
from tests.frames import frame, world

def frames(turn):
    rows = ({"producer_id": f"P{i}", "name": f"Hợp tác xã {turn} {i}", "source_ids": "S1"} for i in range(400))
    return world() | {"producers": frame("producers", *rows)}

store = GeoPackageStore(Path(sys.argv[1]))
publish = lambda turn: store.publish(frames(turn), who="w", why=str(turn), metadata={}, report=Report())
if sys.argv[2] == "die":
    left, make = int(sys.argv[3]), geopackage.make_layer
    def make_or_die(connection, spec, records, now):
        global left
        make(connection, spec, records, now)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    publish(1)
    geopackage.make_layer = make_or_die
    world_before = world
    def world():
        return {name: rows.iloc[1:] if name in ("products", "sites") else rows for name, rows in world_before().items()}
    publish(2)
else:
    for turn in range(1, 10_000):
        publish(turn)
        print(turn, flush=True)
"""


def start(path: Path, *words: str) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )


def assert_whole(store: GeoPackageStore) -> None:
    """The current version is what its digest says, in the log and in the tables that others read."""
    version = store.current()
    assert version is not None
    frames = store.frames()
    assert digest_of({name: state_of(spec, frames[name]) for name, spec in LAYERS.items()}, "{}") == version.digest
    assert len(frames["producers"]) == 400
    for layer, rows in frames.items():
        read = pyogrio.read_dataframe(store.path, layer=layer)
        assert read[LAYERS[layer].key].tolist() == rows[LAYERS[layer].key].tolist()
    names = pyogrio.read_dataframe(store.path, layer="producers")["name"]
    assert all(name.startswith(f"Hợp tác xã {version.why} ") for name in names)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_death_between_two_layers_undoes_the_whole_version(tmp_path: Path, layers: int) -> None:
    path = tmp_path / "store.gpkg"
    with start(path, "die", str(layers)) as writer:
        assert writer.wait(30) == -signal.SIGKILL
    store = GeoPackageStore(path)
    assert [version.number for version in store.versions()] == [1]
    assert_whole(store)


@pytest.mark.parametrize("seed", range(4))
def test_a_death_at_any_moment_leaves_the_last_good_version(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "store.gpkg"
    with start(path, "run") as writer:
        assert writer.stdout is not None
        announced = int(writer.stdout.readline())
        time.sleep(random.Random(seed).uniform(0.0, 0.5))
        writer.kill()
        announced = max([announced, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    store = GeoPackageStore(path)
    assert_whole(store)
    # The version that was announced last, or the next one, done but not announced any more.
    assert len(store.versions()) in {announced, announced + 1}


def test_the_store_can_be_published_to_after_a_death(tmp_path: Path) -> None:
    path = tmp_path / "store.gpkg"
    with start(path, "die", "2") as writer:
        writer.wait(30)
    store = GeoPackageStore(path)
    before = store.frames()
    version = store.publish(
        before | {"sites": before["sites"].iloc[:1]}, who="h", why="1", metadata={}, report=store.report(1)
    )
    assert version.number == 2
    assert_whole(store)


def test_two_processes_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "store.gpkg"
    with start(path, "run") as one, start(path, "run") as two:
        for writer in (one, two):
            assert writer.stdout is not None
            for _ in range(3):
                assert writer.stdout.readline()
        for writer in (one, two):
            writer.kill()
    store = GeoPackageStore(path)
    numbers = [version.number for version in store.versions()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert_whole(store)

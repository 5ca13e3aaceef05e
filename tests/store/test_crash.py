"""A process that is killed while it publishes leaves the last good version, whole and readable."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyogrio
import pytest

from geo.ocop.layers import LAYERS
from geo.store.content import digest_of, state_of
from geo.store.geopackage import GeoPackageStore
from tests.conftest import ROOT
from tests.effort import Effort

# Each round publishes 400 producers under another name. "die N" kills the process at the N-th layer it writes.
WRITER = """
import os, signal, sys
from pathlib import Path
from geo.report import Report
from geo.store import geopackage
from geo.store.geopackage import GeoPackageStore
from tests.frames import frame, world

def frames(turn):
    rows = ({"producer_id": f"P{i}", "name": f"Hợp tác xã {turn} {i}", "source_ids": "S1"} for i in range(400))
    return world() | {"producers": frame("producers", *rows)}

store = GeoPackageStore(Path(sys.argv[1]), create=True)
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


# Copies a store of 3,000 producers and 1,500 outlines into folders 0, 1, ... of its own; a child process for each
# publishes another state to the copy and waits to be killed. Says how many seconds that takes when nobody dies, and
# then the number of each process as it begins and "done" when it has published.
VICTIMS = """
import os, shutil, sys, time
from pathlib import Path
import numpy as np
from shapely import MultiPolygon, Point
from geo.report import Report
from geo.store.geopackage import GeoPackageStore
from tests.frames import frame, world

def frames(turn):
    rows = ({"producer_id": f"P{i:04}", "name": f"Hợp tác xã {turn} {i}", "source_ids": "S1",
             "at": Point(103 + i / 1e5, 21 + turn / 1e3)} for i in range(3000))
    ring = [(np.cos(angle) / 1e3, np.sin(angle) / 1e3) for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False)]
    zones = ({"zone_id": f"Z{i:04}", "name": f"Vùng {turn} {i}", "crop": "honey", "source_ids": "S1",
              "at": MultiPolygon([([(103 + i / 1e4 + x, 21 + turn / 1e3 + y) for x, y in ring], [])])}
             for i in range(1500 - turn))
    return world() | {"producers": frame("producers", *rows), "zones": frame("zones", *zones)}

def publish(path, turn):
    GeoPackageStore(path, create=True).publish(states[turn], who="w", why=str(turn), metadata={}, report=Report())

states, folder = {turn: frames(turn) for turn in (1, 2)}, Path(sys.argv[1])
publish(folder / "first.gpkg", 1)
shutil.copy(folder / "first.gpkg", folder / "second.gpkg")
began = time.perf_counter()
publish(folder / "second.gpkg", 2)
print(time.perf_counter() - began, flush=True)
for number in range(int(sys.argv[2])):
    home = folder / str(number)
    home.mkdir()
    shutil.copy(folder / "first.gpkg", home / "store.gpkg")
    child = os.fork()
    if child == 0:
        try:
            print(os.getpid(), flush=True)
            publish(home / "store.gpkg", 2)
            print("done", flush=True)
            time.sleep(60)  # alive until it is killed
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
"""

# What a process that knows nothing of the dead one finds in each store: the digest that the content has, and the rest.
WITNESS = """
import json, sqlite3, sys
from pathlib import Path
from geo.ocop.layers import LAYERS
from geo.store.geopackage import GeoPackageStore
from geo.store.content import digest_of, state_of

for path in map(Path, sys.argv[1:]):
    store = GeoPackageStore(path)
    frames = store.frames()
    print(json.dumps({
        "versions": [version.why for version in store.versions()],
        "announced": store.current().digest,
        "digest": digest_of({name: state_of(spec, frames[name]) for name, spec in LAYERS.items()}, "{}"),
        "counts": [len(frames["producers"]), len(frames["zones"])],
        "names": sorted({name.split()[-2] for layer in ("producers", "zones") for name in frames[layer]["name"]}),
        "integrity": sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall(),
    }), flush=True)
"""


def start(path: Path, *words: str, program: str = WRITER) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path), *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
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


def test_deaths_at_many_moments_of_a_large_publish_leave_the_old_state_or_the_new_one(
    tmp_path: Path, effort: Effort
) -> None:
    moments, chance = effort.deaths, random.Random(20)
    with start(tmp_path, str(moments), program=VICTIMS) as parent:
        assert parent.stdout is not None
        takes_s = float(parent.stdout.readline())
        for moment in range(moments):
            victim = int(next(line for line in parent.stdout if line != "done\n"))
            if moment < moments - 1:
                time.sleep(takes_s * 1.3 * (moment + chance.random()) / moments)
            else:  # on a machine that has become slower nobody else may come so far
                assert next(parent.stdout) == "done\n"
            os.kill(victim, signal.SIGKILL)
    assert parent.returncode == 0
    stores = [tmp_path / str(moment) / "store.gpkg" for moment in range(moments)]
    torn = [path for path in stores if path.with_name("store.gpkg-journal").exists()]
    with start(tmp_path / "first.gpkg", *map(str, [tmp_path / "second.gpkg", *stores]), program=WITNESS) as witness:
        assert witness.stdout is not None
        first, second, *body = map(json.loads, witness.stdout)
    assert (first["versions"], second["versions"]) == (["1"], ["1", "2"])
    assert all(one["announced"] == one["digest"] and one["integrity"] == [["ok"]] for one in (first, second))
    assert len(body) == moments and all(one in (first, second) for one in body)
    assert torn and first in body and second in body, "no process died while it wrote, or none before, or none after"
    for path, one in zip(stores, body, strict=True):
        output = subprocess.run(
            ["ogrinfo", "-ro", "-so", path, "producers", "zones"],
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        counted = [
            int(line.partition(": ")[2]) for line in output.stdout.splitlines() if line.startswith("Feature Count")
        ]
        assert output.stderr == "" and counted == one["counts"]


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

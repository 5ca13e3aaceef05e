"""Backups: written while others publish, verified, refused when damaged, and put back with every version."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from geo.errors import BadQuery, BadSource, Conflict
from geo.store.copies import put_back, sweep
from geo.store.geopackage import GeoPackageStore
from tests.conftest import ROOT
from tests.frames import frame, world
from tests.store.conftest import publisher
from tests.store.test_crash import WRITER
from tests.store.test_damage import everything, make_history


@pytest.fixture
def store(tmp_path: Path) -> GeoPackageStore:
    """A store of four versions."""
    return make_history(tmp_path / "var" / "store.gpkg")


def test_a_backup_put_into_an_empty_folder_holds_every_version(store: GeoPackageStore, tmp_path: Path) -> None:
    backup = tmp_path / "backup.gpkg"
    assert store.backup(backup) == store.versions()
    newest, aside = put_back(backup, tmp_path / "new" / "store.gpkg", replace=False)
    assert (newest, aside) == (store.current(), None)
    assert everything(tmp_path / "new" / "store.gpkg") == everything(store.path)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "backup.gpkg",
        "store.gpkg",
        "store.gpkg",
    ]


def test_every_backup_beside_a_busy_writer_is_one_state_of_the_store(tmp_path: Path) -> None:
    path, env = tmp_path / "store.gpkg", {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), "run"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    ) as writer:
        try:
            assert writer.stdout is not None and writer.stdout.readline()
            store = GeoPackageStore(path)
            counts = [len(store.backup(tmp_path / f"{turn}.gpkg")) for turn in range(8)]
            published = len(store.versions())
        finally:
            writer.kill()
    assert counts == sorted(counts) and counts[0] >= 1
    assert published > counts[0], "the writer did not publish meanwhile"
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_takes_no_other_files_place_unless_told(store: GeoPackageStore, tmp_path: Path) -> None:
    backup = tmp_path / "backup.gpkg"
    backup.write_bytes(b"mine")
    with pytest.raises(Conflict, match="--replace"):
        store.backup(backup)
    assert backup.read_bytes() == b"mine"
    assert len(store.backup(backup, replace=True)) == 4


def test_the_store_is_not_its_own_backup(store: GeoPackageStore, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="itself"):
        store.backup(store.path, replace=True)
    with pytest.raises(BadQuery, match="itself"):
        put_back(store.path, store.path, replace=True)
    with pytest.raises(BadQuery, match="no folder"):
        store.backup(tmp_path / "nowhere" / "backup.gpkg")


def test_a_damaged_store_is_not_backed_up_over_a_good_backup(store: GeoPackageStore, tmp_path: Path) -> None:
    backup = tmp_path / "backup.gpkg"
    store.backup(backup)
    good = backup.read_bytes()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("UPDATE geo_log SET properties = '{}' WHERE id = 'R2'")
        connection.commit()
    with pytest.raises(BadSource, match="version 1 is damaged"):
        store.backup(backup, replace=True)
    assert backup.read_bytes() == good
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.gpkg", "var"]


def test_a_damaged_backup_is_not_put_back(store: GeoPackageStore, tmp_path: Path) -> None:
    backup = tmp_path / "backup.gpkg"
    store.backup(backup)
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE geo_version SET who = 'khác' WHERE number = 1")
        connection.commit()
    before = store.path.read_bytes()
    with pytest.raises(BadSource, match=r"backup\.gpkg"):
        put_back(backup, store.path, replace=True)
    assert store.path.read_bytes() == before


def test_the_store_that_was_there_is_moved_aside_with_the_versions_that_the_backup_lacks(
    store: GeoPackageStore, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.gpkg"
    store.backup(backup)
    publisher(store)(world() | {"sites": frame("sites")}, who="mới")
    with pytest.raises(Conflict, match="5 versions"):
        put_back(backup, store.path, replace=False)
    newest, aside = put_back(backup, store.path, replace=True)
    assert newest.number == 4 and aside is not None
    assert [version.who for version in GeoPackageStore(aside).versions()][-1] == "mới"
    assert everything(store.path) == everything(backup)


@pytest.mark.parametrize("data", [b"not a database at all" * 100, b""])
def test_a_store_that_cannot_be_read_gives_its_place_to_a_backup(
    store: GeoPackageStore, tmp_path: Path, data: bytes
) -> None:
    backup = tmp_path / "backup.gpkg"
    store.backup(backup)
    store.path.write_bytes(data)
    journal = store.path.with_name("store.gpkg-journal")
    journal.write_bytes(b"of the damaged file")
    _, aside = put_back(backup, store.path, replace=bool(data))
    assert everything(store.path) == everything(backup)
    assert (aside is not None and aside.read_bytes() == data) if data else aside is None
    assert not journal.exists()


def test_what_a_writer_that_waited_would_write_does_not_go_to_the_store_that_was_moved_aside(
    store: GeoPackageStore, tmp_path: Path
) -> None:
    from geo.store.connection import writing

    backup = tmp_path / "backup.gpkg"
    store.backup(backup)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict), writing(store.path, 0.05):
            raise AssertionError("two writers at once")
        shutil.copy(backup, tmp_path / "new")
        (tmp_path / "new").replace(store.path)
        assert GeoPackageStore(store.path, wait_s=0).current() == store.current()


def test_what_a_dead_process_left_beside_a_backup_is_removed(store: GeoPackageStore, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    left = tmp_path / f"monday.gpkg.{process.pid}.part"
    others = tmp_path / f"tuesday.gpkg.{os.getpid()}.part", tmp_path / "letter.part"
    for path in (left, *others):
        path.write_bytes(b"x")
    store.backup(tmp_path / "backup.gpkg")
    assert not left.exists() and all(path.exists() for path in others)


DIES = """
import os, sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("PRAGMA cache_size = 1")
store.execute("BEGIN IMMEDIATE")
store.execute("CREATE TABLE half AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000) SELECT x, hex(zeroblob(99)) FROM n")
os._exit(1)
"""


def test_the_journal_of_a_dead_process_is_rolled_back_or_removed_at_the_next_start(store: GeoPackageStore) -> None:
    journal, before = store.path.with_name("store.gpkg-journal"), everything(store.path)
    subprocess.run([sys.executable, "-c", DIES, str(store.path)], check=False)
    hot = journal.read_bytes()
    assert hot[0] != 0
    sweep(store.path)
    assert everything(store.path) == before and not journal.exists()
    journal.write_bytes(bytes(512) + hot[512:])  # as of a process that died after its COMMIT
    assert everything(store.path) == before and journal.exists()
    sweep(store.path)
    assert everything(store.path) == before and not journal.exists()


def test_the_journal_of_a_process_at_work_stays(store: GeoPackageStore) -> None:
    journal = store.path.with_name("store.gpkg-journal")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("CREATE TABLE half (x)")
        assert journal.exists()
        sweep(store.path)
        assert journal.exists()
        writer.execute("ROLLBACK")

"""The files of downloads that are kept: how many, for which atlases, and written once by many who ask."""

import gzip
import hashlib
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from geo.errors import TooCostly
from geo.views.export import file_cache
from geo.views.export.file_cache import ExportCache


@pytest.fixture
def keys() -> set[str]:
    """The keys of the atlases that there are, for a cache that asks whether its own is still there."""
    return {"v1"}


@pytest.fixture
def cache(tmp_path: Path, keys: set[str]) -> ExportCache:
    """A cache with room for two files of 100 bytes."""
    return ExportCache(tmp_path / "exports", 250, lambda: keys)


def was_written(cache: ExportCache, atlas: str, key: str, *, size: int = 100, keep: bool = True) -> bool:
    """Ask for an export and tell whether it had to be written."""
    writes = []

    def write(out: Any) -> int:
        writes.append(out.write(b"x" * size))
        return 1

    with cache.open(atlas, key, write, keep=keep).file:
        return bool(writes)


def names_in(cache: ExportCache) -> set[str]:
    """The versions and keys of what is kept."""
    return {f"{path.parent.name}/{path.name.split('-')[0]}" for path in cache.folder.glob("*/*")}


def test_the_longest_unused_leave_first(cache: ExportCache) -> None:
    for now, key in enumerate(("a", "b"), start=1_000_000):
        assert was_written(cache, "v1", key)
        (path,) = cache.folder.glob(f"v1/{key}-*")
        os.utime(path, (now, now))
    assert not was_written(cache, "v1", "a")  # used now, so "b" is the longest unused
    assert was_written(cache, "v1", "c")
    assert names_in(cache) == {"v1/a", "v1/c"}


def test_large_selections_are_kept_and_small_ones_are_not(cache: ExportCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_cache, "_IN_MEMORY", 50)
    for size, again in ((50, True), (51, False)):
        for expected in (True, again):
            assert was_written(cache, "v1", f"s{size}", size=size, keep=False) is expected
    assert names_in(cache) == {"v1/s51"}


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_what_is_too_large_is_refused_when_it_is_known_to_be_and_then_before(tmp_path: Path, coding: Any) -> None:
    cache = ExportCache(tmp_path / "exports", 10_000_000, lambda: {"v1"}, largest=1_000)
    noise, written = random.Random(1), []

    def write(out: Any) -> int:
        for _ in range(100):
            written.append(out.write(noise.randbytes(100)))
        return 1

    for calls in (10, 10) if not coding else (100, 100):
        with pytest.raises(TooCostly, match="at most 1,000 are sent"):
            cache.open("v1", "k", write, coding=coding)
        assert len(written) == calls
    with cache.open("v1", "few", lambda out: out.write(bytes(1_000)), coding=coding).file as file:
        assert file.read()


def test_a_file_that_compressed_is_small_enough_is_sent(tmp_path: Path) -> None:
    cache = ExportCache(tmp_path / "exports", 10_000_000, lambda: {"v1"}, largest=1_000)
    with cache.open("v1", "k", lambda out: out.write(bytes(10_000)), coding="gzip").file as file:
        assert gzip.decompress(file.read()) == bytes(10_000)


def test_what_was_made_from_an_atlas_that_is_gone_goes_too(cache: ExportCache, keys: set[str]) -> None:
    was_written(cache, "v1", "a")
    keys.add("v2")
    was_written(cache, "v2", "b")
    assert names_in(cache) == {"v1/a", "v2/b"}
    keys.remove("v1")
    was_written(cache, "v2", "c")
    assert names_in(cache) == {"v2/b", "v2/c"}
    keys.add("v3")
    keys.remove("v2")
    was_written(cache, "v2", "d")  # for a request that keeps the atlas it began with
    assert names_in(cache) == {"v2/c", "v2/d"}
    was_written(cache, "v3", "b")
    assert names_in(cache) == {"v3/b"}
    assert not (cache.folder / "v1").exists()


def test_half_written_files_of_the_dead_are_removed_and_of_the_living_are_not(cache: ExportCache) -> None:
    (cache.folder / "v1").mkdir(parents=True)
    dead, living = cache.folder / "v1" / "dead.part", cache.folder / "v1" / "living.part"
    dead.touch(), living.touch()
    os.utime(dead, (1_000_000, 1_000_000))
    was_written(cache, "v1", "a")
    assert not dead.exists() and living.exists()


@pytest.mark.parametrize("damage", ["cut", "emptied", "flipped"])
@pytest.mark.parametrize("is_same_process", [True, False], ids=["same process", "after a restart"])
def test_a_stored_download_that_was_damaged_is_made_again(
    cache: ExportCache, keys: set[str], damage: str, is_same_process: bool
) -> None:
    assert was_written(cache, "v1", "a", size=5_000)
    [path] = (cache.folder / "v1").iterdir()
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:2_000], "emptied": b"", "flipped": b"?" + whole[1:]}[damage])
    again = cache if is_same_process else ExportCache(cache.folder, cache.most_bytes, lambda: keys)
    assert was_written(again, "v1", "a", size=5_000)
    assert [file.read_bytes() for file in (cache.folder / "v1").iterdir()] == [whole]
    assert not was_written(again, "v1", "a", size=5_000)


@pytest.mark.parametrize("coding", ["", "gzip", "br"])
def test_of_many_who_ask_at_once_one_writes_and_all_get_the_same_whole_file(tmp_path: Path, coding: Any) -> None:
    cache, writes = ExportCache(tmp_path / "exports", 10**9, set), []

    def write(out: Any) -> int:
        writes.append(1)
        for _ in range(50):
            out.write(os.urandom(1000))  # never twice the same: what is kept must be what was told
            time.sleep(0.001)
        return 50

    def download(_: int) -> tuple[str, str]:
        export = cache.open("v1", "k", write, coding=coding)
        with export.file as file:
            return hashlib.sha256(file.read()).hexdigest(), export.content_sha256

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(download, range(16)))
    assert all(digest == answer for digest, answer in answers)
    assert len(set(answers)) == len(writes) == 1


def test_two_processes_do_not_harm_each_other(tmp_path: Path) -> None:
    def write(out: Any) -> int:
        for _ in range(20):
            out.write(os.urandom(1000))
            time.sleep(0.001)
        return 20

    def download(_: int) -> bool:
        # A cache of its own for each is what another process has: no lock of one is known to the other.
        export = ExportCache(tmp_path / "exports", 30_000, set).open("v1", "k", write, coding="gzip")
        with export.file as file:
            return hashlib.sha256(file.read()).hexdigest() == export.content_sha256

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(download, range(24)))

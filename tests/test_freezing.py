"""The content of an atlas is computed by a second process while the store writes the version."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from geo.atlas import Notes, VersionInfo, open_atlases
from geo.atlas.sqlite import frozen_file
from geo.errors import Conflict
from geo.freezing import publish_computing
from geo.ocop.layers import LAYERS
from geo.settings import Settings
from geo.store import Version
from geo.store.content import State, state_of
from tests.frames import world

VERSION = Version(1, "2026-01-02T03:04:05Z", "An", "thử", "0123456789abcdef" * 4)


def alone(function: Callable[[Path], None], folder: Path) -> None:
    """Call a function in a process with one thread, where records are computed by a second process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(function, folder).result()


def records() -> State:
    frozen_file._MANY = 0
    return {name: state_of(LAYERS[name], frame) for name, frame in world().items()}


def publish(folder: Path) -> None:
    state, beside = records(), []
    source = open_atlases(Settings(data_dir=folder))

    def write() -> Version:
        beside.extend(multiprocessing.active_children())
        return VERSION

    published = publish_computing(source, state, write)
    assert len(beside) == 1  # it was at work before the version was written
    assert published.computation is not None
    assert state["products"]  # the other process has emptied its own copy
    source.freeze_computed(published.computation, Notes(), version=VersionInfo(*VERSION))
    assert not multiprocessing.active_children()
    with source.built(VersionInfo(*VERSION)) as atlas:
        assert atlas.counts()["products"] == len(state["products"]) and atlas.counts()["links"]


def test_the_content_is_computed_while_the_version_is_written(tmp_path: Path) -> None:
    alone(publish, tmp_path)


def fail_to_publish(folder: Path) -> None:
    def write() -> Version:
        raise Conflict("Another version was published.", "Đã có phiên bản khác.")

    with pytest.raises(Conflict):
        publish_computing(open_atlases(Settings(data_dir=folder)), records(), write)
    assert not multiprocessing.active_children()


def test_the_other_process_ends_where_the_version_is_not_published(tmp_path: Path) -> None:
    alone(fail_to_publish, tmp_path)

"""Fixtures of all tests: seeds that are built once into a store and an atlas, and the number of repetitions."""

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from filelock import FileLock

from geo.atlas import Atlas, open_atlases
from geo.settings import Settings
from tests.commands import ROOT, run_command, run_process
from tests.effort import LONG, SHORT, Effort
from tests.office import write_office_seed

SHIPPED_SEED = ROOT / "data" / "shapefiles"

GROUPS = {
    "tests/test_load.py": "servers",
    "tests/test_serving.py": "servers",
    "tests/test_connections.py": "servers",
    "tests/test_long_processes.py": "servers",
    "tests/test_lost_atlas.py": "processes",
    "tests/test_full_disk.py": "processes",
    "tests/drafts/test_jobs.py": "processes",
    "tests/store/test_crash.py": "processes",
    "tests/test_durability.py": "processes",
    "tests/test_kills.py": "processes",
    "tests/test_leftovers.py": "processes",
    "tests/test_signing_in.py": "processes",
    "tests/ogc/test_qgis.py": "qgis",
    "tests/test_qgis_project.py": "qgis",
}
"""Files that one worker tests one after another, by the beginnings of their paths; every other file is a group of its own.

What the tests of a file or a group share (a server, a damaged seed, QGIS) is made once. Tests that put servers under load
("servers"), or kill processes and wait for them ("processes"), would starve others of their kind. The groups, which take
longest, are begun first.
"""

SLOW_FILES = (
    "tests/browser/test_pages.py",
    "tests/browser/test_manage.py",
    "tests/browser/test_base_map.py",
    "tests/browser/test_proxies.py",
    "tests/browser/test_map.py",
    "tests/browser/test_accessibility.py",
    "tests/ogc/test_clients.py",
    "tests/test_new_layer.py",
    "tests/web/test_pages.py",
    "tests/ingest/files/test_damage.py",
    "tests/drafts/test_drafts.py",
    "tests/drafts/test_offline.py",
    "tests/search/test_ranking.py",
    "tests/views/test_tiles.py",
    "tests/ogc/test_in_step.py",
    "tests/ingest/files/test_sheets.py",
    "tests/test_base_command.py",
    "tests/browser/test_map_filters.py",
    "tests/plan/test_bounds.py",
    "tests/ogc/test_contract.py",
    "tests/drafts/test_restoration.py",
    "tests/test_docs.py",
    "tests/browser/test_first_view.py",
    "tests/browser/test_first_visit.py",
)
"""The files that take longest besides, in seconds by the clock; begun late, one would keep the others waiting."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help=f"repeat what is left to chance often: {LONG}")


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until pytest_collection_finish: nothing that is collected or imported is garbage
    # No deadline: how long an example takes says more about the machine than about the code.
    hypothesis.settings.register_profile("effort", max_examples=effort_of(config).examples, deadline=None)
    hypothesis.settings.load_profile("effort")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than there are processors: many tests wait for servers, processes and pages that they start."""
    return (os.cpu_count() or 1) + 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How `--dist loadgroup` deals the tests out.

    pytest-xdist 3.8 reads its xdist_group marks from a changed node id, which pytest 9.2 does not let it change
    (https://github.com/pytest-dev/pytest-xdist/issues/1386): the marks would be passed over in silence.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid) or nodeid.partition("::")[0]

    return ByGroup(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first: the groups, then the files whose tests are in SLOW_FILES."""
    order = [*dict.fromkeys(GROUPS.values()), *SLOW_FILES]
    places = {name: place for place, name in enumerate(order)}

    def place_of(item: pytest.Item) -> int:
        return places.get(group_of(item.nodeid) or item.nodeid.partition("::")[0], len(order))

    items.sort(key=place_of)


def group_of(nodeid: str) -> str | None:
    """The group of a test, None for one that goes with its file alone."""
    return next((group for path, group in GROUPS.items() if nodeid.startswith(path)), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    more = "--long" if config.getoption("--long") else f"with --long: {LONG}"
    terminalreporter.write_line(f"Effort: {effort_of(config)} ({more}).")


def effort_of(config: pytest.Config) -> Effort:
    """The number of repetitions of randomised tests in this run."""
    return LONG if config.getoption("--long") else SHORT


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> Effort:
    """The number of repetitions of randomised tests in this run."""
    return effort_of(pytestconfig)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker of the run who asks for it makes, and all of them read."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            part = folder.with_suffix(".part")
            part.mkdir()
            make(part)
            part.rename(folder)
    return folder


def build(seed_dir: Path, data_dir: Path) -> None:
    """Fill a data folder from a seed."""
    from geo.basemap.ground import GroundSource
    from geo.basemap.shipped_files import FOLDER, publish_shipped
    from geo.pipeline import build_atlas

    settings = Settings(seed_dir=seed_dir, data_dir=data_dir)
    source = open_atlases(settings)
    build_atlas(settings, source, progress=lambda _: None)
    source.close()
    publish_shipped(seed_dir / FOLDER, GroundSource(settings.basemap_dir))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the shipped seed, built; the data folder is this worker's own, since a service writes to it."""
    settings = once(tmp_path_factory, "shipped", lambda folder: build(SHIPPED_SEED, folder / "var"))
    data_dir = shutil.copytree(settings / "var", tmp_path_factory.mktemp("shipped") / "var")
    return Settings(seed_dir=SHIPPED_SEED, data_dir=data_dir)


@pytest.fixture(scope="session")
def built_office(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the small province that imports are tested on, built; tests that publish copy the data folder."""

    def make(folder: Path) -> None:
        build(write_office_seed(folder / "seed"), folder / "var")

    settings = once(tmp_path_factory, "office", make)
    return Settings(seed_dir=settings / "seed", data_dir=settings / "var")


@pytest.fixture
def office(built_office: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the small province's data folder, for a test that publishes."""
    data_dir = shutil.copytree(built_office.data_dir, tmp_path / "var")
    return Settings(seed_dir=built_office.seed_dir, data_dir=data_dir)


@pytest.fixture(scope="session")
def real_atlas(built: Settings) -> Iterator[Atlas]:
    """The atlas of the shipped seed."""
    source = open_atlases(built)
    yield source()
    source.close()


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a process that uses the seed and the data folder of the settings."""
    folders = {"GEO_DATA_DIR": str(settings.data_dir), "GEO_SEED_DIR": str(settings.seed_dir)}
    return {**os.environ, **folders, "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def built_env(built: Settings) -> dict[str, str]:
    """The environment of a process that uses the shipped seed's store."""
    return environment(built)


@pytest.fixture(scope="session")
def run_app(built_env: dict[str, str]):  # type: ignore[no-untyped-def]
    """Run a command of `app.py` over the shipped seed's store."""

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return run_command(words, {**built_env, **env})

    return run


@pytest.fixture(scope="session")
def run_app_process(built_env: dict[str, str]):  # type: ignore[no-untyped-def]
    """The same in a process of its own, as a user does."""

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return run_process(words, {**built_env, **env})

    return run


@pytest.fixture(scope="session")
def server(built_env: dict[str, str]) -> Iterator[str]:
    """The address of `app.py serve` over the built store."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "app.py", "serve", "--port", str(port)], cwd=ROOT, env=built_env, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(f"{address}/healthz", process)
            yield address
        finally:
            process.terminate()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, f"serve ended with {process.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The browser. There is one for all tests of a worker: Playwright's sync API runs once in a thread."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import chromium

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield launched
        launched.close()


def pytest_collection_finish() -> None:
    """Exclude the tests and modules that were collected from garbage collection: they stay until the end."""
    gc.collect()
    gc.freeze()
    gc.enable()

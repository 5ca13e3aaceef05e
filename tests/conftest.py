"""What tests of several rooms share: the real seed, built once into a store and an atlas."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.atlas import Atlas, open_atlases
from geo.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the shipped seed, built."""
    from geo.pipeline import build_atlas

    settings = Settings(seed_dir=ROOT / "data" / "shapefiles", data_dir=tmp_path_factory.mktemp("var"))
    source = open_atlases(settings)
    build_atlas(settings, source, progress=lambda _: None)
    source.close()
    return settings


@pytest.fixture(scope="session")
def real_atlas(built: Settings) -> Iterator[Atlas]:
    """The atlas of the shipped seed."""
    source = open_atlases(built)
    yield source()
    source.close()


@pytest.fixture(scope="session")
def built_env(built: Settings) -> dict[str, str]:
    """The environment of a process that uses the built store."""
    return {**os.environ, "GEO_DATA_DIR": str(built.data_dir), "GEO_SEED_DIR": str(built.seed_dir), "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def run_app(built_env: dict[str, str]):  # type: ignore[no-untyped-def]
    """Run `app.py` with arguments, as a user does."""

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "app.py", *words], check=False, cwd=ROOT, env={**built_env, **env}, capture_output=True,
            text=True, encoding="utf-8", timeout=300,
        )  # fmt: skip

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

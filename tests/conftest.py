"""What tests of several rooms share: the real seed, built once into a store and an atlas."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.atlas import Atlas, AtlasSource
from geo.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the shipped seed, built."""
    from geo.pipeline import build_atlas

    settings = Settings(seed_dir=ROOT / "data" / "shapefiles", data_dir=tmp_path_factory.mktemp("var"))
    source = AtlasSource(settings.atlas_dir)
    build_atlas(settings, source, progress=lambda _: None)
    source.close()
    return settings


@pytest.fixture(scope="session")
def real_atlas(built: Settings) -> Iterator[Atlas]:
    """The atlas of the shipped seed."""
    source = AtlasSource(built.atlas_dir)
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

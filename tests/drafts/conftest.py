"""A store of its own for each test that publishes, copied from the built one."""

import shutil
from pathlib import Path

import pytest

from geo.drafts import Jobs
from geo.settings import Settings


@pytest.fixture
def office(built: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the built store."""
    data_dir = tmp_path / "var"
    shutil.copytree(built.data_dir, data_dir, ignore=shutil.ignore_patterns("drafts", "profiles"))
    return Settings(seed_dir=built.seed_dir, data_dir=data_dir)


@pytest.fixture
def jobs(office: Settings) -> Jobs:
    """The work on drafts over that store."""
    return Jobs(office)

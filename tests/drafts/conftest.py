"""A small store of its own for each test that publishes, and the work on drafts over it."""

import shutil
from pathlib import Path

import pytest

from geo.drafts import Jobs
from geo.drafts.child import carry_out
from geo.settings import Settings


@pytest.fixture
def office(built_office: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the small province's store."""
    data_dir = shutil.copytree(built_office.data_dir, tmp_path / "var")
    return Settings(seed_dir=built_office.seed_dir, data_dir=data_dir)


@pytest.fixture
def jobs(office: Settings) -> Jobs:
    """The work on drafts over that store, carried out in this process: for what it means, not for how it dies."""
    return Jobs(office, work=carry_out)


@pytest.fixture
def real_jobs(office: Settings) -> Jobs:
    """The work on drafts over that store as the service does it: each piece in a process of its own."""
    return Jobs(office)

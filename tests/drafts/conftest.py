"""The work on drafts over a small province of the test's own (`office` of tests/conftest.py)."""

import pytest

from geo.drafts import Jobs
from geo.drafts.child import carry_out
from geo.settings import Settings


@pytest.fixture
def jobs(office: Settings) -> Jobs:
    """The work on drafts over that store, carried out in this process: for what it means, not for how it dies."""
    return Jobs(office, work=carry_out)


@pytest.fixture
def real_jobs(office: Settings) -> Jobs:
    """The work on drafts over that store as the service does it: each piece in a process of its own."""
    return Jobs(office)

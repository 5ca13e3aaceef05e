"""One atlas of the small province for all tests of the room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.atlas import Atlas
from tests.frames import world
from tests.frozen import frozen


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    path: Path = tmp_path_factory.mktemp("atlas") / "small.sqlite"
    with Atlas(frozen(world(), path)) as opened:
        yield opened

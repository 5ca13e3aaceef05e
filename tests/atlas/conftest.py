"""The engines of the atlas, and one atlas of the small province for all tests of the room, in each engine."""

from collections.abc import Iterator

import pytest

from geo.atlas import Atlas
from tests.engines import ATLASES, OpenAtlases
from tests.frames import world
from tests.frozen import frozen


@pytest.fixture(scope="session", params=ATLASES)
def atlases(request: pytest.FixtureRequest) -> OpenAtlases:
    """The function that opens the atlases in a folder; the tests run once for each engine."""
    return ATLASES[request.param]


@pytest.fixture(scope="session")
def atlas(atlases: OpenAtlases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    with frozen(world(), tmp_path_factory.mktemp("atlas"), atlases=atlases) as opened:
        yield opened

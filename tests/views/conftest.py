"""Fixtures of the views' tests: the URL of a site, the small province and the hostile one."""

from collections.abc import Iterator

import pytest

from geo.atlas import Atlas
from geo.schema import Label
from geo.views.catalogue import Site
from tests.frames import world
from tests.frozen import frozen
from tests.views.hostile import hostile_atlas

SITE = Site("https://ocop.example/a", Label("Bản đồ OCOP", "OCOP map"), Label("Về bản đồ", "About the map"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    with frozen(world(), tmp_path_factory.mktemp("catalogue") / "small") as atlas:
        yield atlas


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    with hostile_atlas(tmp_path_factory.mktemp("hostile")) as atlas:
        yield atlas

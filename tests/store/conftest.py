"""The engines of the store, and a store in each of them with what the tests of this room publish to it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from geopandas import GeoDataFrame

from geo.report import Report
from geo.store import Store, Version
from tests.engines import STORES, OpenStore
from tests.frames import world

Publish = Callable[..., Version]


@pytest.fixture(scope="session", params=STORES)
def open_in(request: pytest.FixtureRequest) -> OpenStore:
    """The function that opens the store in a folder; the tests run once for each engine."""
    return STORES[request.param]


@pytest.fixture
def store(open_in: OpenStore, tmp_path: Path) -> Store:
    """An empty store of its own."""
    return open_in(tmp_path / "var")


def publisher(store: Store) -> Publish:
    """What publishes the small province, or other frames, to a store."""

    def now(frames: Mapping[str, GeoDataFrame] | None = None, **options: Any) -> Version:
        values: dict[str, Any] = {"who": "lan", "why": "tests", "metadata": {}, "report": Report()}
        return store.publish(world() if frames is None else frames, **(values | options))

    return now


@pytest.fixture
def publish(store: Store) -> Publish:
    """Publish the small province, or other frames, to the store."""
    return publisher(store)

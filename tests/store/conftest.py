"""A store and what the tests of this room publish to it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from geopandas import GeoDataFrame

from geo.report import Report
from geo.store import GeoPackageStore, Version
from tests.frames import world

Publish = Callable[..., Version]


@pytest.fixture
def store(tmp_path: Path) -> GeoPackageStore:
    """An empty store of its own."""
    return GeoPackageStore(tmp_path / "var" / "store.gpkg")


@pytest.fixture
def publish(store: GeoPackageStore) -> Publish:
    """Publish the small province, or other frames, to the store."""

    def now(frames: Mapping[str, GeoDataFrame] | None = None, **options: Any) -> Version:
        told: dict[str, Any] = {"who": "lan", "why": "tests", "metadata": {}, "report": Report()}
        return store.publish(world() if frames is None else frames, **(told | options))

    return now

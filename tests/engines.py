"""The engines that the suites of the store and of the atlas run over, each opened in a folder; a new one is one row."""

from collections.abc import Callable
from pathlib import Path

from geo.atlas import AtlasSource, open_atlases
from geo.settings import Settings
from geo.store import Store, create_store

OpenStore = Callable[[Path], Store]
OpenAtlases = Callable[[Path], AtlasSource]

STORES: dict[str, OpenStore] = {"geopackage": lambda folder: create_store(Settings(data_dir=folder))}
ATLASES: dict[str, OpenAtlases] = {"sqlite": lambda folder: open_atlases(Settings(data_dir=folder))}

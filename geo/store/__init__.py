"""Where truth lies: versions of the layers, with who published each, when and why."""

from geo.store.engine import open_store
from geo.store.protocol import LogRow, Store, Version

__all__ = ["LogRow", "Store", "Version", "open_store"]

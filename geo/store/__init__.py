"""The store of record: every published version of the layers, with who published it, when and why."""

from geo.store.engine import open_store
from geo.store.protocol import LogRow, Store, Version

__all__ = ["LogRow", "Store", "Version", "open_store"]

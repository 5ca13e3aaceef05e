"""Where truth lies: versions of the layers, with who published each, when and why."""

from geo.store.engine import create_store, open_store, restore_backup, sweep_store, verify_store
from geo.store.protocol import LogRow, Store, Verdict, Version

__all__ = [
    "LogRow",
    "Store",
    "Verdict",
    "Version",
    "create_store",
    "open_store",
    "restore_backup",
    "sweep_store",
    "verify_store",
]

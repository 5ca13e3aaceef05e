"""The store of record: every published version of the layers, with who published it, when and why."""

from geo.store.engine import create_store, open_store, restore_backup, sweep_store, verify_store
from geo.store.protocol import SEED, SEED_REASON, LogRow, Store, Verdict, Version

__all__ = [
    "SEED",
    "SEED_REASON",
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

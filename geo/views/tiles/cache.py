"""Tiles that were made once, kept in one SQLite file per atlas, which is named by its key; losing it loses nothing."""

import logging
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger("geo.views.tiles.cache")

MAX_BYTES = 512 * 1024 * 1024
"""Most that one file may hold; at three quarters of it the oldest quarter of the tiles goes."""

_PAGE = 4096
_BUSY_S = 2.0
_TABLE = """
CREATE TABLE IF NOT EXISTS tile (
    layer TEXT, z INTEGER, row INTEGER, col INTEGER, stamp TEXT, body BLOB, shown INTEGER, matched INTEGER,
    PRIMARY KEY (layer, z, row, col)
)
"""
_FIND = "SELECT body, shown, matched FROM tile WHERE layer = ? AND z = ? AND row = ? AND col = ? AND stamp = ?"


class Kept(NamedTuple):
    """A tile compressed with gzip, how many features it shows, and how many lie in it."""

    body: bytes
    shown: int
    matched: int


class TileCache:
    """The kept tiles of the atlas that is current; files of other versions are deleted when it changes.

    Safe for several threads and processes. A cache that cannot be read or written is as good as an empty one:
    no failure of it reaches a caller.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self._local = threading.local()
        self._lock = threading.Lock()
        self._current = ""

    def get(self, atlas: str, stamp: str, key: tuple[str, int, int, int]) -> Kept | None:
        """The tile of layer, zoom, row and column that was kept for an atlas, named by its key; None for no tile.

        `stamp` names what else tiles are made from.
        """
        try:
            found = self._open(atlas).execute(_FIND, (*key, stamp)).fetchone()
        except (sqlite3.Error, OSError) as error:
            self._give_up(atlas, error)
            return None
        return None if found is None else Kept(*found)

    def put(self, atlas: str, stamp: str, key: tuple[str, int, int, int], tile: Kept) -> None:
        """Keep a tile, in the place of an older one."""
        try:
            database = self._open(atlas)
            if self._used(database) + len(tile.body) > self.max_bytes * 3 // 4:
                database.execute(
                    "DELETE FROM tile WHERE rowid IN (SELECT rowid FROM tile ORDER BY rowid"
                    " LIMIT (SELECT count(*) / 4 + 1 FROM tile))"
                )
            database.execute("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*key, stamp, *tile))
        except (sqlite3.Error, OSError) as error:
            self._give_up(atlas, error)

    def close(self) -> None:
        """Close this thread's file."""
        database: sqlite3.Connection | None = getattr(self._local, "database", None)
        if database is not None:
            database.close()
        self._local = threading.local()

    def _path(self, atlas: str) -> Path:
        return self.folder / f"{atlas}.sqlite"

    def _open(self, atlas: str) -> sqlite3.Connection:
        """This thread's connection to the file of an atlas; the first one of an atlas deletes the other files."""
        if getattr(self._local, "atlas", None) == atlas:
            kept: sqlite3.Connection = self._local.database
            return kept
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            if self._current != atlas:
                self._forget_others(atlas)
                self._current = atlas
            database = sqlite3.connect(self._path(atlas), timeout=_BUSY_S, isolation_level=None)
            try:
                database.execute(f"PRAGMA page_size = {_PAGE}")
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = OFF")
                database.execute(f"PRAGMA journal_size_limit = {self.max_bytes // 16}")
                database.execute(f"PRAGMA max_page_count = {max(self.max_bytes // _PAGE, 16)}")
                database.execute(_TABLE)
            except sqlite3.Error:
                database.close()
                raise
        self._local.atlas, self._local.database = atlas, database
        return database

    def _forget_others(self, atlas: str) -> None:
        for path in self.folder.glob("*.sqlite*"):
            if path.name.partition(".sqlite")[0] != atlas:
                with suppress(OSError):
                    path.unlink()

    @staticmethod
    def _used(database: sqlite3.Connection) -> int:
        whole, free = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        return int(whole - free) * _PAGE

    def _give_up(self, atlas: str, error: Exception) -> None:
        """Note a failure; a file that is no database any more is deleted and begun again."""
        log.warning("tiles of %s: %s", atlas, error)
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        if damaged:
            with suppress(sqlite3.Error):
                self.close()
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    self._path(atlas).with_name(f"{self._path(atlas).name}{suffix}").unlink()

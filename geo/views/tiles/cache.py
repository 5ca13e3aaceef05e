"""A tile cache: one SQLite file for each atlas, named by the atlas's key. It can be deleted at any time."""

import logging
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger("geo.views.tiles.cache")

_PAGE = 4096
_CACHE_KB = 256
"""Memory for pages of the file in the connection of each thread."""
_OF_THE_SYSTEM = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR,
}  # fmt: skip
"""Errors that do not mean that the file is damaged."""
_BUSY_S = 2.0
_TABLE = """
CREATE TABLE IF NOT EXISTS tile (
    layer TEXT, z INTEGER, row INTEGER, col INTEGER, stamp TEXT, body BLOB, shown INTEGER, matched INTEGER,
    PRIMARY KEY (layer, z, row, col)
)
"""
_FIND = "SELECT body, shown, matched FROM tile WHERE layer = ? AND z = ? AND row = ? AND col = ? AND stamp = ?"


class CachedTile(NamedTuple):
    """A tile compressed with gzip, the number of features drawn in it, and the number of features in its area."""

    body: bytes
    drawn_count: int
    total_count: int


class TileCache:
    """The cached tiles of the current atlas; files of other atlases are deleted when it changes.

    A file has at most `max_bytes`; at three quarters of that the oldest quarter of the tiles is deleted.

    It may be used by several threads and processes. Read and write errors are logged and count as cache misses;
    they never reach the caller.
    """

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self.folder, self.max_bytes = folder, max_bytes
        self._local = threading.local()
        self._lock = threading.Lock()
        self._current = ""

    def get(self, atlas: str, stamp: str, key: tuple[str, int, int, int]) -> CachedTile | None:
        """The cached tile of (layer, zoom, row, column) for the atlas with the key `atlas`; None on a miss.

        `stamp` identifies the other inputs of tiles, such as the code version.
        """
        try:
            row = self._open(atlas).execute(_FIND, (*key, stamp)).fetchone()
        except (sqlite3.Error, OSError) as error:
            self._give_up(atlas, error)
            return None
        return None if row is None else CachedTile(*row)

    def put(self, atlas: str, stamp: str, key: tuple[str, int, int, int], tile: CachedTile) -> None:
        """Store a tile; it replaces an older one with the same key."""
        try:
            database = self._open(atlas)
            if self._bytes_in_use(database) + len(tile.body) > self.max_bytes * 3 // 4:
                database.execute(
                    "DELETE FROM tile WHERE rowid IN (SELECT rowid FROM tile ORDER BY rowid"
                    " LIMIT (SELECT count(*) / 4 + 1 FROM tile))"
                )
            database.execute("INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*key, stamp, *tile))
        except (sqlite3.Error, OSError) as error:
            self._give_up(atlas, error)

    def close(self) -> None:
        """Close this thread's connection; those of other threads stay, which may be at work with them."""
        own = self._local.__dict__
        own.pop("atlas", None)
        database: sqlite3.Connection | None = own.pop("database", None)
        if database is not None:
            database.close()

    def _path(self, atlas: str) -> Path:
        return self.folder / f"{atlas}.sqlite"

    def _open(self, atlas: str) -> sqlite3.Connection:
        """This thread's connection to the file of an atlas; the first connection deletes the files of other atlases."""
        if getattr(self._local, "atlas", None) == atlas:
            connection: sqlite3.Connection = self._local.database
            return connection
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            if self._current != atlas:
                self._forget_others(atlas)
                self._current = atlas
            database = sqlite3.connect(self._path(atlas), timeout=_BUSY_S, isolation_level=None)
            try:
                database.execute(f"PRAGMA page_size = {_PAGE}")
                database.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
                # Not WAL: a process that reads its shared memory, a mapped file, after somebody truncated it is ended.
                database.execute("PRAGMA journal_mode = TRUNCATE")
                database.execute("PRAGMA synchronous = OFF")
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
    def _bytes_in_use(database: sqlite3.Connection) -> int:
        whole, free = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        return int(whole - free) * _PAGE

    def _give_up(self, atlas: str, error: Exception) -> None:
        """Log an error; a damaged file is deleted, to be created again at the next access."""
        log.warning("tiles of %s: %s", atlas, error)
        is_corrupt = isinstance(error, sqlite3.DatabaseError) and _code_of(error) not in _OF_THE_SYSTEM
        if is_corrupt:
            with suppress(sqlite3.Error):
                self.close()
            for suffix in ("", "-journal"):
                with suppress(OSError):
                    self._path(atlas).with_name(f"{self._path(atlas).name}{suffix}").unlink()


def _code_of(error: sqlite3.DatabaseError) -> int:
    """The primary result code of SQLite; that of a busy file for errors of Python's module, which have none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF

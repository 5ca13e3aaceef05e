"""Connections to the store's file, which never make it, and SQLite's errors in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from geo.errors import BadSource, Conflict, disk_full
from geo.schema import Label
from geo.store.damage import damaged, missing

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FILE = Label("tệp", "the file")


def is_missing(path: Path) -> bool:
    """Whether there is no store to open: no file, or one without a byte."""
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def connect(path: Path, wait_s: float, *, create: bool = False) -> sqlite3.Connection:
    """A connection that waits `wait_s` seconds for a lock; without `create`, a file that is missing stays missing."""
    mode = "rwc" if create else "rw"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=wait_s, isolation_level=None)


@contextmanager
def reading(path: Path, wait_s: float) -> Iterator[sqlite3.Connection]:
    """A connection inside one read transaction: all its queries see the same state."""
    with errors_in_words(path), closing(connect(path, wait_s)) as connection:
        connection.execute("BEGIN")
        yield connection


@contextmanager
def writing(path: Path, wait_s: float, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection inside one write transaction.

    Conflict when another writer does not finish in time, or when a backup has taken the file's place meanwhile.
    """
    with errors_in_words(path), closing(connect(path, wait_s, create=create)) as connection:
        inode = path.stat().st_ino
        # The rollback journal, not WAL: the store stays one file that can be copied and put on a share.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        if path.stat().st_ino != inode:  # what is written now would go to the file that was moved aside
            raise Conflict(
                f"{path.name} was replaced by a backup while this waited. Try again.",
                f"{path.name} vừa được thay bằng bản sao lưu. Hãy thử lại.",
            )
        yield connection
        connection.execute("COMMIT")  # without it, closing rolls back


@contextmanager
def errors_in_words(path: Path) -> Iterator[None]:
    """SQLite's errors about the file as Conflict (locked), DiskFull, or BadSource (missing, not writable, damaged)."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _BUSY:
            raise Conflict(
                f"{path.name} is being written by someone else ({error}). Try again in a moment.",
                f"{path.name} đang được người khác ghi ({error}). Hãy thử lại sau.",
            ) from error
        full = disk_full(error)
        if full is not None:
            raise full from error
        if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM}:
            raise _unusable(path, error) from error
        if is_missing(path):
            raise missing(path) from error
        if code == sqlite3.SQLITE_CANTOPEN:
            raise _unusable(path, error) from error
        raise damaged(path, _FILE, Label(str(error), str(error))) from error


def _unusable(path: Path, error: sqlite3.Error) -> BadSource:
    return BadSource(
        f"{path} cannot be written or read ({error}). Check the disk, and the rights of {path.parent}.",
        f"Không ghi hoặc đọc được {path} ({error}). Hãy kiểm tra đĩa và quyền của {path.parent}.",
    )

"""Sessions, sign-in links and failed attempts in one SQLite file that only the service's own user can read.

Every process of the service uses the same file, and it outlives a restart. Losing it signs everybody out, no more: a
damaged file is therefore replaced by an empty one. It holds digests of secrets, never a secret.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from geo.errors import BadSource

_TABLES = """
CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, proof TEXT NOT NULL, network TEXT NOT NULL,
  ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS link (digest TEXT PRIMARY KEY, ends REAL NOT NULL);
CREATE TABLE IF NOT EXISTS failure (network TEXT PRIMARY KEY, wrong INTEGER NOT NULL, last REAL NOT NULL,
  refused INTEGER NOT NULL);
"""
_MOST_ROWS = 1_000
"""Rows that a table keeps; beyond, those go first that would end first."""
_BUSY_S = 10.0
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SessionRow(NamedTuple):
    """A session: digest of its id, what it was opened with, from which network, and when it ends (Unix time)."""

    digest: str
    proof: str
    network: str
    ends: float


class Failures(NamedTuple):
    """How many wrong secrets came in a row, when the last came (Unix time), and attempts refused unchecked since."""

    wrong: int = 0
    last: float = 0.0
    refused: int = 0


class PrivateDatabase:
    """The file. Safe for several threads and processes: each method is one transaction on a connection of its own.

    Every method raises BadSource when the file cannot be written, as on a full or read-only disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add_session(self, row: SessionRow, now: float) -> None:
        """Keep a session, and forget those that have ended."""
        with self._transaction() as database:
            database.execute("DELETE FROM session WHERE ends <= ?", (now,))
            database.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)
            _trim(database, "session", "ends")

    def session(self, digest: str) -> SessionRow | None:
        """The session with the digest of an id, also one that has ended."""
        if not self._path.is_file():
            return None
        with self._transaction(write=False) as database:
            row = database.execute("SELECT * FROM session WHERE digest = ?", (digest,)).fetchone()
        return SessionRow(*row) if row else None

    def end_session(self, digest: str) -> None:
        """Forget a session."""
        with self._transaction() as database:
            database.execute("DELETE FROM session WHERE digest = ?", (digest,))

    def add_link(self, digest: str, ends: float, now: float) -> None:
        """Keep a sign-in link until it is used or ends."""
        with self._transaction() as database:
            database.execute("DELETE FROM link WHERE ends <= ?", (now,))
            database.execute("INSERT INTO link VALUES (?, ?)", (digest, ends))
            _trim(database, "link", "ends")

    def has_link(self, digest: str, now: float) -> bool:
        """Whether a link with this digest can still be used."""
        with self._transaction(write=False) as database:
            query = "SELECT 1 FROM link WHERE digest = ? AND ends > ?"
            return database.execute(query, (digest, now)).fetchone() is not None

    def take_link(self, digest: str, now: float) -> bool:
        """Use up a link; False when it was used already, has ended or never was. Only one caller gets True."""
        with self._transaction() as database:
            done = database.execute("DELETE FROM link WHERE digest = ? AND ends > ?", (digest, now))
            return done.rowcount == 1

    @contextmanager
    def failures(self) -> Iterator["FailureTable"]:
        """The failed attempts, for one decision: no other attempt is looked at until the block ends."""
        with self._transaction() as database:
            yield FailureTable(database)

    @contextmanager
    def _transaction(self, *, write: bool = True) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connect()) as database:
                database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield database
                database.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                self._path.unlink(missing_ok=True)
            raise _unusable(self._path, error) from error
        except OSError as error:
            raise _unusable(self._path, error) from error

    def _connect(self) -> sqlite3.Connection:
        """A connection; a file that is no database any more is replaced."""
        try:
            return self._opened()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
            self._path.unlink(missing_ok=True)
            return self._opened()

    def _opened(self) -> sqlite3.Connection:
        if not self._path.is_file():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # SQLite gives its journal the permissions of the file.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        try:
            # What a power failure takes away is replaced: no attempt waits for the disk.
            database.execute("PRAGMA synchronous = OFF")
            if database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone() != (3,):
                database.executescript(_TABLES)
        except BaseException:
            database.close()
            raise
        return database


class FailureTable:
    """The failed attempts of one transaction, by network."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def get(self, network: str) -> Failures:
        """The failures of a network; none when it has none."""
        query = "SELECT wrong, last, refused FROM failure WHERE network = ?"
        row = self._database.execute(query, (network,)).fetchone()
        return Failures(*row) if row else Failures()

    def put(self, network: str, failures: Failures) -> None:
        """Keep the failures of a network; of too many networks the oldest are forgotten."""
        self._database.execute("INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?)", (network, *failures))
        _trim(self._database, "failure", "last")

    def forget(self, network: str) -> None:
        """Forget the failures of a network."""
        self._database.execute("DELETE FROM failure WHERE network = ?", (network,))

    def forget_before(self, time: float) -> None:
        """Forget all networks whose last failure was before a time."""
        self._database.execute("DELETE FROM failure WHERE last < ?", (time,))

    def has_session(self, network: str, now: float) -> bool:
        """Whether somebody has signed in from a network and that session has not ended."""
        query = "SELECT 1 FROM session WHERE network = ? AND ends > ?"
        return self._database.execute(query, (network, now)).fetchone() is not None


def _trim(database: sqlite3.Connection, table: str, column: str) -> None:
    database.execute(
        f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} ORDER BY {column} DESC LIMIT -1 OFFSET ?)",
        (_MOST_ROWS,),
    )


def _unusable(path: Path, error: Exception) -> BadSource:
    return BadSource(
        f"{path.name} in the data folder cannot be written ({error}): nobody can sign in. Tell the administrator.",
        f"Không ghi được {path.name} trong thư mục dữ liệu ({error}): chưa thể đăng nhập. Hãy báo cho quản trị viên.",
    )

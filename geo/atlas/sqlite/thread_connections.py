"""The connections to an atlas file, one for each thread, opened only while the file is the one that was verified."""

import sqlite3
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from weakref import WeakSet

from geo import spare_memory
from geo.atlas.sqlite.metered import unreadable
from geo.atlas.sqlite.tables import connect


def key_of(path: Path) -> str:
    """The key of the atlas in a file: its name, size and time of modification."""
    status = path.stat()
    return f"{path.stem}-{status.st_size}-{status.st_mtime_ns}"


class ThreadConnections:
    """A connection to the file `path` for each thread, until the thread ends: servers start and end threads.

    Unprepared when the file is not there or has another key than `key`.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key
        self._local = threading.local()
        self._opened: WeakSet[_Connection] = WeakSet()
        self._ended: deque[sqlite3.Connection] = deque()
        self._lock = threading.Lock()
        spare_memory.register(self)

    def of_this_thread(self) -> sqlite3.Connection:
        """The connection of the calling thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._close_ended()
            own = self._local.own = _Connection(self._path, self._key, self._ended)
            connection = self._local.connection = own.db
            with self._lock:
                self._opened.add(own)
        return connection

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for own in list(self._opened):
                own.db.close()
            self._opened.clear()
            self._local = threading.local()
            self._close_ended()

    def drop_unused(self, idle_s: float) -> bool:
        """Close the connections of threads that have ended: each has pages of the file in memory."""
        return self._close_ended()

    def _close_ended(self) -> bool:
        has_closed = False
        with suppress(IndexError):  # there are no more
            while True:
                self._ended.popleft().close()
                has_closed = True
        return has_closed


class _Connection:
    """The connection of one thread, appended to `ended` when the thread ends.

    It is closed by another thread: SQLite calls Python while it closes, which crashes in a thread that is ending.
    """

    def __init__(self, path: Path, key: str, ended: deque[sqlite3.Connection]) -> None:
        self._ended = ended
        try:
            is_same = key_of(path) == key
        except OSError as error:
            raise unreadable() from error
        if not is_same:
            raise unreadable()
        self.db = connect(path)

    def __del__(self) -> None:
        if hasattr(self, "db"):  # not when it could not be opened
            self._ended.append(self.db)

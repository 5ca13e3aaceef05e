"""The connection of one thread to an atlas file, which is opened only while the file is the one that was verified."""

import sqlite3
from collections import deque
from pathlib import Path

from geo.atlas.sqlite.metered import unreadable
from geo.atlas.sqlite.tables import connect


def key_of(path: Path) -> str:
    """The key of the atlas in a file: its name, size and time of modification."""
    status = path.stat()
    return f"{path.stem}-{status.st_size}-{status.st_mtime_ns}"


class ThreadConnection:
    """The connection of one thread, appended to `ended` when the thread ends: servers start and end threads.

    It is closed by another thread: SQLite calls Python while it closes, which crashes in a thread that is ending.
    Unprepared when the file is not there or has another key than `key`.
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

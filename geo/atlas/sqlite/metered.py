"""Connections that count the rows they return and end statements of a request that may not go on (see geo/budget.py).

A file that cannot be read any more, because it was truncated, damaged or deleted, raises Unprepared.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from geo import budget
from geo.errors import Unprepared

_STEPS = 4_000
"""Instructions of SQLite's virtual machine between two looks at the budget: about 0.5 ms without Python functions."""


_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def unreadable() -> Unprepared:
    """The error of an atlas file that is missing or is not as it was written."""
    return Unprepared(
        "The data that are served cannot be read and are being prepared again from the store. Try again soon.",
        "Không đọc được dữ liệu đang phục vụ; dữ liệu đang được chuẩn bị lại từ kho. Hãy thử lại sau giây lát.",
    )


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Raise errors of SQLite inside as `in_words` gives them."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise in_words(error) from None


def in_words(error: sqlite3.DatabaseError) -> BaseException:
    """Unprepared for a file that cannot be read, what the budget says for "interrupted", or the error itself."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _UNREADABLE:
        return unreadable()
    refusal = budget.refusal() if code == sqlite3.SQLITE_INTERRUPT else None
    return error if refusal is None else refusal


class MeteredCursor(sqlite3.Cursor):
    """A cursor that raises TooCostly or Busy where its statement was interrupted, Unprepared where it cannot read."""

    # A context manager would take a microsecond each time, and one record is read in fifty.

    def execute(self, *args: Any) -> "MeteredCursor":
        """Run a statement up to its first row."""
        try:
            return super().execute(*args)
        except sqlite3.DatabaseError as error:
            raise in_words(error) from None

    def __next__(self) -> Any:
        """The next row."""
        try:
            row = super().__next__()
        except sqlite3.DatabaseError as error:
            raise in_words(error) from None
        budget.count_rows(1)
        return row

    def fetchone(self) -> Any:
        """The next row; None after the last."""
        try:
            row = super().fetchone()
        except sqlite3.DatabaseError as error:
            raise in_words(error) from None
        budget.count_rows(1)
        return row

    def fetchmany(self, *args: Any) -> list[Any]:
        """Some rows."""
        try:
            rows = super().fetchmany(*args)
        except sqlite3.DatabaseError as error:
            raise in_words(error) from None
        budget.count_rows(len(rows))
        return rows

    def fetchall(self) -> list[Any]:
        """All other rows."""
        try:
            rows = super().fetchall()
        except sqlite3.DatabaseError as error:
            raise in_words(error) from None
        budget.count_rows(len(rows))
        return rows


class MeteredConnection(sqlite3.Connection):
    """A connection whose statements look at the budget of the thread that runs them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.set_progress_handler(_is_refused, _STEPS)

    def cursor(self, factory: Callable[..., sqlite3.Cursor] | None = None) -> Any:
        """A metered cursor."""
        return super().cursor(MeteredCursor if factory is None else factory)

    def execute(self, *args: Any) -> MeteredCursor:
        """The rows of a statement."""
        cursor: MeteredCursor = self.cursor()
        return cursor.execute(*args)


def _is_refused() -> bool:
    return budget.refusal() is not None

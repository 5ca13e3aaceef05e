"""Connections whose statements end when the request that runs them may not go on (see geo/budget.py)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from geo import budget

_STEPS = 4_000
"""Instructions of SQLite's virtual machine between two looks at the budget: about 0.5 ms without Python functions."""


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what the budget says in the place of SQLite's "interrupted"."""
    try:
        yield
    except sqlite3.OperationalError as error:
        refusal = budget.refusal() if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT else None
        if refusal is None:
            raise
        raise refusal from None


class MeteredCursor(sqlite3.Cursor):
    """A cursor that raises TooCostly or Busy where its statement was interrupted."""

    def execute(self, *args: Any) -> "MeteredCursor":
        """Run a statement up to its first row."""
        with _translated():
            return super().execute(*args)

    def __next__(self) -> Any:
        """The next row."""
        try:
            return super().__next__()
        except sqlite3.OperationalError:
            with _translated():
                raise

    def fetchone(self) -> Any:
        """The next row; None after the last."""
        with _translated():
            return super().fetchone()

    def fetchmany(self, *args: Any) -> list[Any]:
        """Some rows."""
        with _translated():
            return super().fetchmany(*args)

    def fetchall(self) -> list[Any]:
        """All other rows."""
        with _translated():
            return super().fetchall()


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

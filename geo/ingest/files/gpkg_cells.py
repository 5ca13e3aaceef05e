"""Cells of a GeoPackage as SQLite stores them: a column of numbers or dates may hold any text, which GDAL cuts."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from geo.ingest.files.shapefile import Inventory
from geo.ingest.files.table import Cells

_DATES = ("DATE", "DATETIME")
_TEXTS = ("TEXT", "CHAR", "VARCHAR", "BLOB", "JSON")


def in_table(path: Path, layer: str) -> Inventory:
    """How many records a table holds, and how many of them a place; what its contents say may be of another day."""
    with _opened(path) as connection:
        find = "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)"
        try:
            column = connection.execute(find, (layer,)).fetchone()
        except sqlite3.OperationalError:  # no such table: nothing in the file has places
            column = None
        placed = f"count({_quoted(column[0])})" if column else "0"
        return Inventory(*connection.execute(f"SELECT count(*), {placed} FROM {_quoted(layer)}").fetchone())


def dates_in(path: Path, layer: str) -> list[str]:
    """The names of the columns that are declared as dates."""
    with _opened(path) as connection:
        return [name for name, kind in _declared(connection, layer) if kind in _DATES]


def with_texts(path: Path, layer: str, columns: dict[str, Cells], dates: Sequence[str]) -> dict[str, Cells]:
    """`columns` as GDAL reads them, with the stored text in cells of numbers that hold one, and all of `dates`."""
    with _opened(path) as connection:
        for name, kind in _declared(connection, layer):
            if name in dates:
                columns[name] = [_day(cell) for cell in _column(connection, layer, name)]
            elif name in columns and not kind.startswith((*_TEXTS, *_DATES)) and _has_text(connection, layer, name):
                stored = _column(connection, layer, name)
                columns[name] = [
                    text if isinstance(text, str) else cell for text, cell in zip(stored, columns[name], strict=True)
                ]
    return columns


def _day(cell: object) -> object:
    """A date without the midnight that a column of times writes behind it."""
    return re.sub(r"T00:00:00(?:\.0+)?Z?\Z", "", cell) if isinstance(cell, str) else cell


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, closed at the end; a failure of SQLite is a ValueError like those of GDAL."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise ValueError(str(error)) from error


def _declared(connection: sqlite3.Connection, layer: str) -> list[tuple[str, str]]:
    return [(str(row[1]), str(row[2]).upper()) for row in connection.execute(f"PRAGMA table_info({_quoted(layer)})")]


def _has_text(connection: sqlite3.Connection, layer: str, name: str) -> bool:
    find = f"SELECT EXISTS (SELECT 1 FROM {_quoted(layer)} WHERE typeof({_quoted(name)}) = 'text')"
    return bool(connection.execute(find).fetchone()[0])


def _column(connection: sqlite3.Connection, layer: str, name: str) -> Cells:
    """The cells of a column in the order in which GDAL reads the rows; without ORDER BY, SQLite may follow an index."""
    select = f"SELECT {_quoted(name)} FROM {_quoted(layer)}"
    try:
        rows = connection.execute(f"{select} ORDER BY rowid").fetchall()
    except sqlite3.OperationalError:  # a view has no rowid
        rows = connection.execute(select).fetchall()
    return [cell for (cell,) in rows]


def _quoted(name: object) -> str:
    return '"' + str(name).replace('"', '""') + '"'

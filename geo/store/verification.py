"""Verifying a store: SQLite's own check, the chain of versions, every version's digests, and the tables for QGIS."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from geo.errors import BadSource
from geo.ocop.layers import LAYERS
from geo.schema import Label
from geo.store import seals
from geo.store.connection import errors_in_words, is_missing, reading
from geo.store.damage import damaged, missing, version_part
from geo.store.gpkg_tables import holds, is_as_declared, is_ready
from geo.store.protocol import Verdict
from geo.store.states import state_of_version

_WAIT_S = 30.0
_FILE = Label("cấu trúc tệp", "the structure of the file")
_CHAIN = Label("chuỗi phiên bản", "the chain of versions")


def verify_file(path: Path) -> Iterator[Verdict]:
    """The state of each part of a store's file, a version at a time; BadSource when it is no store at all."""
    if is_missing(path):
        raise missing(path)
    with reading(path, _WAIT_S) as connection:
        if not is_ready(connection, path):
            raise missing(path)
        yield _judge(path, _FILE, lambda: _require_structure(connection, path))
        yield _judge(path, _CHAIN, lambda: seals.read_versions(connection, path))
        numbers = _numbers(connection, path)
        for number in numbers:
            yield _judge(path, version_part(number), lambda: _require_version(connection, path, number))  # noqa: B023
        if numbers:
            for layer in LAYERS:
                part = Label(f"bảng {layer} (cho QGIS)", f"table {layer} (for QGIS)")
                yield _judge(path, part, lambda: _require_table(connection, path, layer, numbers[-1]))  # noqa: B023


def _judge(path: Path, part: Label, check: Callable[[], object]) -> Verdict:
    try:
        with errors_in_words(path):
            check()
    except BadSource as error:
        return Verdict(part, error)
    return Verdict(part, None)


def _require_structure(connection: sqlite3.Connection, path: Path) -> None:
    problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    if problems != ["ok"]:
        raise damaged(path, _FILE, Label("; ".join(problems), "; ".join(problems)))


def _numbers(connection: sqlite3.Connection, path: Path) -> list[int]:
    with errors_in_words(path):
        return [number for (number,) in connection.execute("SELECT number FROM geo_version ORDER BY number")]


def _require_version(connection: sqlite3.Connection, path: Path, number: int) -> None:
    """Compare everything that a version brought with the digests that were stored with it."""
    state_of_version(connection, path, number)
    row = connection.execute("SELECT metadata, report FROM geo_version WHERE number = ?", (number,)).fetchone()
    for column, text in zip(("metadata", "report"), row, strict=True):
        seals.require_text(connection, path, number, column, text)
    seals.require_log(connection, path, number, after=number - 1)


def _require_table(connection: sqlite3.Connection, path: Path, layer: str, newest: int) -> None:
    """Compare a table of current records with the log; one of columns that are no longer declared is left out."""
    spec = LAYERS[layer]
    if not is_as_declared(connection, spec):
        return
    if not holds(connection, spec, state_of_version(connection, path, newest).get(layer, {})):
        raise damaged(
            path,
            Label(f"bảng {layer}", f"table {layer}"),
            Label(
                f"nội dung khác phiên bản {newest}; tệp đã bị sửa bằng chương trình khác, hoặc hỏng",
                f"its content is not that of version {newest}; another program edited the file, or it is damaged",
            ),
        )

"""The writer of an atlas file: the frames, links and findings of one version."""

import json
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import TypeAlias

from geo.atlas.model import Content, Notes, VersionInfo
from geo.atlas.sqlite import alphabet, feed, link_layer
from geo.atlas.sqlite.checksum import append_checksum
from geo.atlas.sqlite.layer_parts import Conflicts, Links, Part, RecordsEnd, Summary, content_parts
from geo.atlas.sqlite.lookup import index_of_layers
from geo.atlas.sqlite.related import Related
from geo.atlas.sqlite.rows import Batch
from geo.atlas.sqlite.second_process import Beside, computed_beside
from geo.atlas.sqlite.tables import (
    RECORD_COLUMNS,
    column_of,
    create,
    create_indexes,
    create_link_indexes,
    folded_columns,
    related_of,
    rtree_of,
    table_of,
)
from geo.errors import disk_full
from geo.link import ConflictRow, links_metadata
from geo.ocop.collections import COLLECTIONS, LINK_LAYER
from geo.part_files import part_of

_PRAGMAS = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF;
PRAGMA page_size = 8192; PRAGMA cache_size = -131072; PRAGMA threads = 2;
"""
"""An incomplete file is deleted, so no journal is needed. The cache holds 128 MB, the unique indexes."""

_SEARCH_OPTIONS = {"hashsize": 64 << 20, "automerge": 0}
"""FTS5 writes a part of its index for each 64 MB of words, and merges them once, when it is optimised at the end."""

_ANALYSED = 10_000
"""Entries of an index from which SQLite estimates how many rows share a value; all of them would take a second."""

_MANY = 10_000
"""Records above which a second process saves more time than its start takes."""


Parts: TypeAlias = Generator[Part] | Beside[Part]


def compute_parts(content: Callable[[], Content], records: int) -> Parts:
    """The parts of an atlas, of which those of many records are computed by a second process that begins at once."""
    parts = content_parts(content)
    return computed_beside(parts) if records > _MANY else parts


def write_atlas(
    parts: Parts,
    notes: Notes,
    *,
    version: VersionInfo,
    path: Path,
    progress: Callable[[str], None],
) -> None:
    """Write an atlas of `parts` with its checksum to `path`, atomically; `parts` are closed.

    Records are stored in the order of rows.batches. DiskFull when there is no room for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path)
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.executescript(_PRAGMAS)
            create(connection)
            link_layer.create(connection)
            alphabet.create(connection)
            for option, value in _SEARCH_OPTIONS.items():
                connection.execute("INSERT INTO search(search, rank) VALUES (?, ?)", (option, value))
            connection.execute("BEGIN")
            connection.execute("INSERT INTO meta VALUES ('version', ?)", (json.dumps(version._asdict()),))
            _write_notes(connection, notes)
            _write_layers(connection, parts, notes, progress)
            alphabet.create_indexes(connection)
            connection.execute("COMMIT")
            connection.execute(f"PRAGMA analysis_limit = {_ANALYSED}")
            connection.execute("ANALYZE")
        append_checksum(part)
        part.replace(path)
    except (sqlite3.Error, OSError) as error:
        full = disk_full(error)
        if full is not None:
            raise full from error
        raise
    finally:
        parts.close()
        part.unlink(missing_ok=True)


def _write_layers(
    connection: sqlite3.Connection, parts: Iterable[Part], notes: Notes, progress: Callable[[str], None]
) -> None:
    about = {**notes.metadata, LINK_LAYER.name: links_metadata(notes.metadata)}
    layer = ""
    for part in parts:
        if isinstance(part, Batch):
            if part.layer != layer:
                progress(part.layer)
            layer = part.layer
            _write_records(connection, part)
        elif isinstance(part, Links):
            connection.executemany(f"INSERT INTO link VALUES ({_marks(13)})", zip(*part.columns, strict=True))
        elif isinstance(part, Conflicts):
            _write_conflicts(connection, part.rows)
        elif isinstance(part, Related):
            connection.executemany(f"INSERT INTO {related_of(part.layer)} VALUES (?, ?)", part.rows)
        elif isinstance(part, RecordsEnd):
            _index_records(connection)
        else:
            _write_summary(connection, part, json.dumps(about.get(part.layer, {}), ensure_ascii=False))


def _write_records(connection: sqlite3.Connection, batch: Batch) -> None:
    table, columns = _target(batch.layer)
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({_marks(len(columns))})", zip(*batch.columns, strict=True)
    )
    connection.executemany(
        "INSERT INTO search (names, more, layer, row) VALUES (?, ?, ?, ?)",
        zip(batch.names, batch.more, repeat(batch.layer), batch.numbers, strict=False),
    )
    connection.executemany("INSERT OR IGNORE INTO facet_value VALUES (?, ?, ?, ?)", batch.facets)


def _target(layer: str) -> tuple[str, Sequence[str]]:
    """The table that holds a layer's records, and its columns in the order of a batch's."""
    if layer == LINK_LAYER.name:
        return link_layer.TABLE, link_layer.COLUMNS
    fields = [column_of(field) for field in COLLECTIONS[layer].fields]
    return table_of(layer), (*RECORD_COLUMNS, *fields, *folded_columns(layer))


def _write_summary(connection: sqlite3.Connection, summary: Summary, metadata: str) -> None:
    connection.execute("INSERT INTO layer_meta VALUES (?, ?, ?)", (summary.layer, metadata, summary.overview))
    alphabet.write(connection, summary.layer, summary.places)
    for suffix, rows in summary.tree._asdict().items():
        connection.executemany(f"REPLACE INTO {rtree_of(summary.layer)}_{suffix} VALUES (?, ?)", rows)


def _index_records(connection: sqlite3.Connection) -> None:
    """Make the indexes over all records, while the other process computes the summaries of the layers."""
    _write_index(connection)
    create_link_indexes(connection)
    create_indexes(connection)
    link_layer.create_indexes(connection)
    connection.execute("INSERT INTO search(search) VALUES ('optimize')")


def _write_index(connection: sqlite3.Connection) -> None:
    body = index_of_layers(connection)
    connection.executemany("INSERT INTO search_index VALUES (?)", [] if body is None else [(body,)])


def _write_notes(connection: sqlite3.Connection, notes: Notes) -> None:
    feed.write(connection, notes.versions, notes.log)
    _write_conflicts(connection, notes.conflicts)
    connection.executemany(
        f"INSERT INTO issue VALUES ({_marks(8)})",
        ((one.layer, *one.subject, one.field, one.kind, one.value, *one.message) for one in notes.issues),
    )
    connection.executemany(
        f"INSERT INTO change VALUES ({_marks(8)})",
        ((one.layer, *one.subject, one.field, one.before, one.after, *one.rule) for one in notes.changes),
    )


def _write_conflicts(connection: sqlite3.Connection, conflicts: Sequence[ConflictRow]) -> None:
    connection.executemany(f"INSERT INTO conflict VALUES ({_marks(6)})", conflicts)


def _marks(count: int) -> str:
    return ", ".join("?" * count)

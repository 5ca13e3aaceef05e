"""The writer of an atlas file: the frames, links and findings of one version."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import repeat
from pathlib import Path

from geopandas import GeoDataFrame

from geo.atlas.model import Notes, Value, VersionInfo
from geo.atlas.overview import overview
from geo.atlas.sqlite import alphabet, feed, related
from geo.atlas.sqlite.checksum import append_checksum
from geo.atlas.sqlite.rows import Batch, Units, batches
from geo.atlas.sqlite.tables import (
    RECORD_COLUMNS,
    column_of,
    create,
    create_indexes,
    create_link_indexes,
    folded_columns,
    folded_values,
    rtree_of,
    table_of,
)
from geo.errors import disk_full
from geo.link import Pair, link_lines, links_metadata
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS, LINK_LAYER
from geo.ocop.filters import FILTERS
from geo.part_files import part_of
from geo.schema import Filter, LayerSpec

Frames = Mapping[str, GeoDataFrame]


def write_atlas(
    frames: Frames,
    pairs: Sequence[Pair],
    notes: Notes,
    *,
    version: VersionInfo,
    path: Path,
    progress: Callable[[str], None],
) -> None:
    """Write an atlas with its checksum to `path`, atomically.

    Frames must be in STORE_CRS. Records are stored in the order of rows.batches. DiskFull when there is no room for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(path)
    part.unlink(missing_ok=True)
    try:
        # An incomplete file is deleted, so no journal is needed.
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;")
            create(connection)
            connection.execute("BEGIN")
            _write(connection, frames, pairs, notes, version, progress)
            create_indexes(connection)
            connection.execute("COMMIT")
            connection.execute("ANALYZE")
            connection.execute("INSERT INTO search(search) VALUES ('optimize')")
        append_checksum(part)
        part.replace(path)
    except (sqlite3.Error, OSError) as error:
        full = disk_full(error)
        if full is not None:
            raise full from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _write(
    connection: sqlite3.Connection,
    frames: Frames,
    pairs: Sequence[Pair],
    notes: Notes,
    version: VersionInfo,
    progress: Callable[[str], None],
) -> None:
    connection.execute("INSERT INTO meta VALUES ('version', ?)", (json.dumps(version._asdict()),))
    codes, names = _units(pairs), _unit_names(frames)
    about = {**notes.metadata, LINK_LAYER.name: links_metadata(notes.metadata)}
    for layer in (*frames, LINK_LAYER.name):
        progress(layer)
        frame = link_lines(frames, pairs) if layer == LINK_LAYER.name else frames[layer]
        units = Units(codes.get(layer, {}), names)
        for batch in batches(frame, COLLECTIONS[layer], units):
            _write_records(connection, COLLECTIONS[layer], batch)
            connection.executemany("INSERT OR IGNORE INTO facet VALUES (?, ?, ?, ?)", _facets(layer, batch, units))
        body = overview(frame, COLLECTIONS[layer]) if COLLECTIONS[layer].geometry == "MultiPolygon" else None
        connection.execute(
            "INSERT INTO layer_meta VALUES (?, ?, ?)",
            (layer, json.dumps(about.get(layer, {}), ensure_ascii=False), body),
        )
    connection.executemany(f"INSERT INTO link VALUES ({_marks(13)})", pairs)
    create_link_indexes(connection)
    related.write(connection)
    alphabet.write(connection)
    feed.write(connection, notes.versions, notes.log)
    connection.executemany(f"INSERT INTO conflict VALUES ({_marks(6)})", notes.conflicts)
    connection.executemany(
        f"INSERT INTO issue VALUES ({_marks(8)})",
        ((one.layer, *one.subject, one.field, one.kind, one.value, *one.message) for one in notes.issues),
    )
    connection.executemany(
        f"INSERT INTO change VALUES ({_marks(8)})",
        ((one.layer, *one.subject, one.field, one.before, one.after, *one.rule) for one in notes.changes),
    )


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _write_records(connection: sqlite3.Connection, spec: LayerSpec, batch: Batch) -> None:
    columns = (*RECORD_COLUMNS, *(column_of(field) for field in spec.fields), *folded_columns(spec.name))
    values = (*batch.columns, *folded_values(spec.name, batch.properties))
    connection.executemany(
        f"INSERT INTO {table_of(spec.name)} ({', '.join(columns)}) VALUES ({_marks(len(columns))})",
        zip(*values, strict=True),
    )
    connection.executemany(f"INSERT INTO {rtree_of(spec.name)} VALUES (?, ?, ?, ?, ?)", batch.boxes)
    connection.executemany(
        "INSERT INTO search (names, more, layer, row) VALUES (?, ?, ?, ?)",
        zip(batch.names, batch.more, repeat(spec.name), batch.numbers, strict=False),
    )


def _units(pairs: Iterable[Pair]) -> dict[str, dict[str, dict[str, list[str]]]]:
    """layer -> record -> parameter of a unit filter -> codes of the units that the record lies in.

    The links of a filter are alternatives: the first in their declared order that the record has counts. A record
    that is located by its district only has its district.
    """
    order = {link: (row.param, position) for row in FILTERS for position, link in enumerate(row.links)}
    candidates: dict[str, dict[str, dict[str, tuple[int, list[str]]]]] = {}
    for pair in pairs:
        if pair.link in order:
            param, position = order[pair.link]
            by_param = candidates.setdefault(pair.source_layer, {}).setdefault(pair.source_id, {})
            best = by_param.get(param)
            if best is None or position < best[0]:
                by_param[param] = (position, [pair.target_id])
            elif position == best[0]:
                best[1].append(pair.target_id)
    return {
        layer: {record: {param: units for param, (_, units) in params.items()} for record, params in records.items()}
        for layer, records in candidates.items()
    }


def _unit_names(frames: Frames) -> dict[str, dict[str, str]]:
    """layer of units -> code -> name."""
    return {
        layer: dict(zip(map(str, frames[layer][COLLECTIONS[layer].key]), map(str, frames[layer]["name"]), strict=True))
        for layer in ("communes", "districts", "old_communes")
        if layer in frames
    }


def _facets(layer: str, batch: Batch, units: Units) -> Iterator[tuple[str, str, str, int]]:
    for spec in FILTERS:
        if layer in spec.fields:
            for number, value in zip(batch.numbers, batch.properties.get(spec.fields[layer], ()), strict=False):
                for part in _parts(spec, value):
                    yield spec.param, layer, part, number
        elif units.codes:
            for number, key in zip(batch.numbers, batch.ids, strict=True):
                for code in units.codes.get(key, {}).get(spec.param, ()):
                    yield spec.param, layer, code, number


def _parts(spec: Filter, value: Value) -> Sequence[str]:
    """The values of a field that a filter compares: several where it holds several codes."""
    if value is None:
        return ()
    return str(value).split(";") if spec.codes in CODE_LISTS else (str(value),)

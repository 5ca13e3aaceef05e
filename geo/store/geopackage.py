"""The embedded store: one GeoPackage with the current layers, which QGIS opens, and the log of all versions.

A version is written through sqlite3 in one transaction over several tables, which GDAL's writers do not offer.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame

from geo.errors import BadSource, Conflict, NotFound
from geo.ocop.layers import LAYERS
from geo.report import Report
from geo.store.content import State, digest_of, frame_of, state_of
from geo.store.diff import RecordDiff, differences
from geo.store.gpkg_tables import DDL, drop_layer, is_as_declared, is_ready, make_layer
from geo.store.protocol import LogRow, Version

_LOG = """
SELECT l.layer, l.id, l.properties, l.geometry FROM geo_log l
JOIN (SELECT layer, id, max(version) AS version FROM geo_log WHERE version <= ? GROUP BY layer, id) last
  ON last.layer = l.layer AND last.id = l.id AND last.version = l.version
WHERE l.op <> 'removed'
"""
_OPERATIONS = """
SELECT version, layer, id, op FROM (
    SELECT version, layer, id, op, lead(op) OVER (PARTITION BY layer, id ORDER BY version) AS following
    FROM geo_log WHERE version <= ?
) WHERE op <> 'changed' OR following IS NULL ORDER BY version, layer, id
"""


class GeoPackageStore:
    """A Store in one file. Every call opens a connection of its own; writers wait for each other up to `wait_s`."""

    def __init__(self, path: Path, *, wait_s: float = 30.0) -> None:
        self.path = path
        self._wait_s = wait_s
        if not self._is_ready():
            with self._writing() as connection:
                for statement in DDL:
                    connection.execute(statement)

    def _is_ready(self) -> bool:
        """Whether all tables exist; only reads, as opening a store must not wait for a writer."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return False
        with self._reading() as connection:
            return is_ready(connection, self.path)

    def versions(self) -> list[Version]:
        """Every version, oldest first."""
        with self._reading() as connection:
            rows = connection.execute("SELECT number, published_at, who, why, digest FROM geo_version ORDER BY number")
            return [Version(*row) for row in rows]

    def current(self) -> Version | None:
        """The newest version; None in an empty store."""
        versions = self.versions()
        return versions[-1] if versions else None

    def frames(self, version: int | None = None) -> dict[str, GeoDataFrame]:
        """The layers of a version (the current one unless named), in STORE_CRS, ordered by key."""
        with self._reading() as connection:
            state = self._state(connection, self._number(connection, version))
        return {name: frame_of(spec, state.get(name, {})) for name, spec in LAYERS.items()}

    def metadata(self, version: int) -> dict[str, dict[str, Any]]:
        """Each layer's metadata as of a version."""
        body: dict[str, dict[str, Any]] = json.loads(self._column(version, "metadata"))
        return body

    def report(self, version: int) -> Report:
        """The findings and repairs of a version."""
        return Report.from_json(json.loads(self._column(version, "report")))

    def publish(
        self,
        frames: Mapping[str, GeoDataFrame],
        *,
        who: str,
        why: str,
        metadata: Mapping[str, Mapping[str, Any]],
        report: Report,
        base: int | None = None,
    ) -> Version:
        """Make `frames` the current state; the current version, untouched, when nothing differs from it.

        Frames must be in STORE_CRS with unique keys; a layer without a frame becomes empty. `base` is the number of the
        version that the frames were made from (0 for none): Conflict when another has been published since. All is
        one transaction: a process that dies during it leaves the last version as it was.
        """
        state = _state_of(frames)
        metadata_text = json.dumps(metadata, ensure_ascii=False, sort_keys=True)
        report_text = json.dumps(report.to_json(), ensure_ascii=False, sort_keys=True)
        digest = digest_of(state, metadata_text)
        with self._writing() as connection:
            last = _newest(connection)
            if base is not None and base != (last.number if last else 0):
                raise _newer_version(base, last)
            if last is not None and last.digest == digest:
                return last
            now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            version = Version(last.number + 1 if last else 1, now, who, why, digest)
            row = (*version, metadata_text, report_text)
            connection.execute("INSERT INTO geo_version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            before = self._state(connection, version.number - 1)
            rows = _differences(version.number, before, state)
            connection.executemany("INSERT INTO geo_log VALUES (?, ?, ?, ?, ?, ?)", rows)
            _write_current(connection, before, state, now)
        return version

    def history(self, layer: str, record: str) -> list[LogRow]:
        """The log of one record, oldest first."""
        with self._reading() as connection:
            return list(_log(connection, "layer = ? AND id = ?", (layer, record)))

    def changes(self, after: int, until: int) -> list[LogRow]:
        """The log of the versions after `after` up to and including `until`, in order."""
        with self._reading() as connection:
            return list(_log(connection, "version > ? AND version <= ?", (after, until)))

    def log(self, until: int) -> list[tuple[int, str, str, str]]:
        """Version, layer, record and operation of every version up to and including `until`, in order.

        A "changed" that is followed by another entry of the same record is left out: for a client of the change feed
        the later entry is enough. So a record has few entries, however often it changed.
        """
        with self._reading() as connection:
            return connection.execute(_OPERATIONS, (until,)).fetchall()

    def compare(self, before: int, after: int) -> list[RecordDiff]:
        """The records that differ between two versions, in the order of LAYERS and by key; 0 is before the first."""
        with self._reading() as connection:
            old, new = (
                self._state(connection, self._number(connection, version)) if version else {}
                for version in (before, after)
            )
        return [one for name, spec in LAYERS.items() for one in differences(spec, old.get(name, {}), new.get(name, {}))]

    def tallies(self) -> dict[int, dict[str, int]]:
        """How many records each version added, changed and removed."""
        tallies: dict[int, dict[str, int]] = {}
        with self._reading() as connection:
            for version, op, count in connection.execute("SELECT version, op, count(*) FROM geo_log GROUP BY 1, 2"):
                tallies.setdefault(version, {})[op] = count
        return tallies

    def counts(self, version: int) -> dict[str, int]:
        """How many records each layer has in a version."""
        with self._reading() as connection:
            state = self._state(connection, self._number(connection, version))
        return {name: len(state.get(name, {})) for name in LAYERS}

    def used_ids(self, layer: str) -> set[str]:
        """Every id that a record of the layer ever had, so that none is assigned again."""
        with self._reading() as connection:
            return {key for (key,) in connection.execute("SELECT DISTINCT id FROM geo_log WHERE layer = ?", (layer,))}

    def restore(self, version: int, *, who: str, why: str) -> Version:
        """Publish the content of an earlier version as a new one."""
        return self.publish(
            self.frames(version), who=who, why=why, metadata=self.metadata(version), report=self.report(version)
        )

    def _number(self, connection: sqlite3.Connection, version: int | None) -> int:
        newest = connection.execute("SELECT max(number) FROM geo_version").fetchone()[0] or 0
        if version is None:
            return int(newest)
        if not 1 <= version <= newest:
            raise NotFound(
                f"No version {version}. Versions: 1 to {newest}.",
                f"Không có phiên bản {version}. Các phiên bản: 1 đến {newest}.",
            )
        return version

    def _column(self, version: int, column: str) -> str:
        with self._reading() as connection:
            number = self._number(connection, version)
            row = connection.execute(f"SELECT {column} FROM geo_version WHERE number = ?", (number,)).fetchone()
            return str(row[0])

    @staticmethod
    def _state(connection: sqlite3.Connection, version: int) -> State:
        state: State = {}
        for layer, key, properties, geometry in connection.execute(_LOG, (version,)):
            state.setdefault(layer, {})[key] = (properties, geometry)
        return state

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._translate_errors(), closing(sqlite3.connect(self.path, timeout=self._wait_s)) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction; Conflict when another writer does not finish in time."""
        with (
            self._translate_errors(),
            closing(sqlite3.connect(self.path, timeout=self._wait_s, isolation_level=None)) as connection,
        ):
            # A rollback journal, not WAL: the store stays one file, which can be copied and lie on a network share.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")  # without it, closing rolls back

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Raise SQLite's errors about the file as Conflict (locked) or BadSource (damaged)."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise Conflict(
                    f"Another program is writing to {self.path.name} ({error}). Try again in a moment.",
                    f"Chương trình khác đang ghi vào {self.path.name} ({error}). Hãy thử lại sau.",
                ) from error
            if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise BadSource(
                    f"{self.path} is not a GeoPackage, or it is damaged ({error}). Restore it from a backup.",
                    f"{self.path} không phải GeoPackage hoặc đã hỏng ({error}). Hãy khôi phục từ bản sao lưu.",
                ) from error
            raise


def _state_of(frames: Mapping[str, GeoDataFrame]) -> State:
    """The records of every declared layer; none for a layer without a frame."""
    unknown = sorted(frames.keys() - LAYERS.keys())
    if unknown:
        raise Conflict(
            f"No layer {unknown[0]!r}. Layers: {', '.join(LAYERS)}.",
            f"Không có lớp {unknown[0]!r}. Các lớp: {', '.join(LAYERS)}.",
        )
    return {name: state_of(spec, frames[name]) if name in frames else {} for name, spec in LAYERS.items()}


def _newest(connection: sqlite3.Connection) -> Version | None:
    row = connection.execute(
        "SELECT number, published_at, who, why, digest FROM geo_version ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return None if row is None else Version(*row)


def _newer_version(base: int, last: Version | None) -> Conflict:
    number, who = (last.number, last.who) if last else (0, "-")
    return Conflict(
        f"This change is based on version {base}, but {who} has published version {number} since. Review it and try"
        " again.",
        f"Thay đổi này dựa trên phiên bản {base}, nhưng {who} đã công bố phiên bản {number}. Hãy xem lại rồi thử lại.",
    )


def _write_current(connection: sqlite3.Connection, before: State, after: State, now: str) -> None:
    """Update the tables of the current records; tables of layers that did not change are not touched."""
    tables = {name for (name,) in connection.execute("SELECT table_name FROM gpkg_contents")}
    for layer in sorted(tables - after.keys()):
        drop_layer(connection, layer)
    for layer, records in after.items():
        spec = LAYERS[layer]
        if before.get(layer, {}) != records or not is_as_declared(connection, spec):
            make_layer(connection, spec, records, now)


def _differences(number: int, before: State, after: State) -> Iterator[tuple[object, ...]]:
    for layer in dict.fromkeys([*after, *before]):
        old, new = before.get(layer, {}), after.get(layer, {})
        for key in sorted(old.keys() | new.keys()):
            if key not in new:
                yield number, layer, key, "removed", None, None
            elif old.get(key) != new[key]:
                yield number, layer, key, "changed" if key in old else "added", *new[key]


def _log(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> Iterator[LogRow]:
    rows = connection.execute(
        f"SELECT version, layer, id, op, properties, geometry FROM geo_log WHERE {where} ORDER BY version, layer, id",
        values,
    )
    for version, layer, key, op, properties, geometry in rows.fetchall():
        earlier = connection.execute(
            "SELECT properties, geometry FROM geo_log WHERE layer = ? AND id = ? AND version < ? "
            "ORDER BY version DESC LIMIT 1",
            (layer, key, version),
        ).fetchone() or (None, None)
        yield LogRow(version, layer, key, op, _properties(earlier[0]), _properties(properties), geometry != earlier[1])


def _properties(properties: str | None) -> dict[str, Any] | None:
    return None if properties is None else json.loads(properties)

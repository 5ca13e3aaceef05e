"""The embedded store: one GeoPackage with the current layers, which QGIS opens, and the log of all versions.

A version is written through sqlite3 in one transaction over several tables, which GDAL's writers do not offer.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame

from geo.errors import Conflict, NotFound
from geo.ocop.layers import LAYERS
from geo.report import Report
from geo.schema import LayerSpec
from geo.store import seals
from geo.store.connection import is_missing, reading, writing
from geo.store.content import Records, State, digest_of, frames_of, state_of
from geo.store.copies import write_backup
from geo.store.damage import missing
from geo.store.diff import RecordDiff, differences
from geo.store.gpkg_tables import DDL, drop_layer, is_as_declared, is_ready, make_layer
from geo.store.protocol import LogRow, Version
from geo.store.states import state_of_version

_OPERATIONS = """
SELECT version, layer, id, op FROM (
    SELECT version, layer, id, op, lead(op) OVER (PARTITION BY layer, id ORDER BY version) AS following
    FROM geo_log WHERE version <= ?
) WHERE op <> 'changed' OR following IS NULL ORDER BY version, layer, id
"""


class GeoPackageStore:
    """A Store in one file. Every call opens its own connection; writers wait for one another.

    BadSource when the file is missing or is no store; with `create`, a store without versions is made where none is.
    """

    def __init__(self, path: Path, *, create: bool = False, wait_s: float = 30.0) -> None:
        self.path = path
        self._wait_s = wait_s
        if not self._is_ready():
            if not create:
                raise missing(path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with writing(self.path, self._wait_s, create=True) as connection:
                for statement in (*DDL, seals.DDL):
                    connection.execute(statement)

    def _is_ready(self) -> bool:
        """Whether there is nothing to make; opening a store must not wait for whoever writes to it."""
        if is_missing(self.path):
            return False
        with self._reading() as connection:
            return is_ready(connection, self.path)

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return reading(self.path, self._wait_s)

    def versions(self) -> list[Version]:
        """Every version, oldest first."""
        with self._reading() as connection:
            return seals.read_versions(connection, self.path)

    def current(self) -> Version | None:
        """The newest version; None in an empty store."""
        versions = self.versions()
        return versions[-1] if versions else None

    def state(self, version: int) -> State:
        """The records of each layer of a version in canonical form, ordered by key."""
        with self._reading() as connection:
            state = self._state(connection, self._number(connection, version))
        return {name: state.get(name, {}) for name in LAYERS}

    def frames(self, version: int | None = None) -> dict[str, GeoDataFrame]:
        """The layers of a version (the current one unless named), in STORE_CRS, ordered by key."""
        with self._reading() as connection:
            state = self._state(connection, self._number(connection, version))
        return frames_of(state)

    def metadata(self, version: int) -> dict[str, dict[str, Any]]:
        """Each layer's metadata as of a version."""
        body: dict[str, dict[str, Any]] = json.loads(self._column(version, "metadata"))
        return body

    def report(self, version: int) -> Report:
        """The findings and repairs of a version."""
        return Report.from_json(json.loads(self._column(version, "report")))

    def publish(
        self,
        layers: Mapping[str, GeoDataFrame | Records],
        *,
        who: str,
        why: str,
        metadata: Mapping[str, Mapping[str, Any]],
        report: Report,
        base: int | None = None,
    ) -> Version:
        """Make `layers` the current state; the current version, untouched, when nothing differs from it.

        A layer is a frame in STORE_CRS with unique keys, or what `state` gives; one that is not given becomes empty.
        `base` is the number of the version that they were made from (0 for none): Conflict when another has been
        published since.
        One transaction: a process that dies in the middle leaves the last version as it was. The time of the version
        is now, or a second after the newest earlier publication where the clock says less.
        """
        state = _state_of(layers)
        metadata_text = json.dumps(metadata, ensure_ascii=False, sort_keys=True)
        report_text = json.dumps(report.to_json(), ensure_ascii=False, sort_keys=True)
        digest = digest_of(state, metadata_text)
        with writing(self.path, self._wait_s) as connection:
            versions = seals.read_versions(connection, self.path)
            last = versions[-1] if versions else None
            if base is not None and base != (last.number if last else 0):
                raise _newer_version(base, last)
            if last is not None and last.digest == digest:
                return last
            now = _time_after(versions)
            version = Version(last.number + 1 if last else 1, now, who, why, digest)
            row = (*version, metadata_text, report_text)
            connection.execute("INSERT INTO geo_version VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            before = self._state(connection, version.number - 1)
            rows = _differences(version.number, before, state)
            connection.executemany("INSERT INTO geo_log VALUES (?, ?, ?, ?, ?, ?)", rows)
            seals.seal_new(connection)
            _write_current(connection, before, state, now)
        return version

    def history(self, layer: str, record: str) -> list[LogRow]:
        """The log of one record, oldest first."""
        with self._reading() as connection:
            seals.require_log(connection, self.path, self._number(connection, None))
            return list(_log(connection, "layer = ? AND id = ?", (layer, record)))

    def changes(self, after: int, until: int) -> list[LogRow]:
        """The log of the versions after `after` up to and including `until`, in order."""
        with self._reading() as connection:
            seals.require_log(connection, self.path, until)
            return list(_log(connection, "version > ? AND version <= ?", (after, until)))

    def log(self, until: int) -> list[tuple[int, str, str, str]]:
        """Version, layer, record and operation of every version up to and including `until`, in order.

        A "changed" that is followed by another entry of the same record is left out: for a client of the change feed
        the later entry is enough. So a record has few entries, however often it changed.
        """
        with self._reading() as connection:
            seals.require_log(connection, self.path, until)
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
            seals.require_log(connection, self.path, self._number(connection, None))
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
            seals.require_log(connection, self.path, self._number(connection, None))
            return {key for (key,) in connection.execute("SELECT DISTINCT id FROM geo_log WHERE layer = ?", (layer,))}

    def restore(self, version: int, *, who: str, why: str, state: State | None = None) -> Version:
        """Publish the content of an earlier version as a new one; `state` are its records where they are at hand."""
        records = self.state(version) if state is None else state
        return self.publish(records, who=who, why=why, metadata=self.metadata(version), report=self.report(version))

    def backup(self, file: Path, *, replace: bool = False) -> list[Version]:
        """Write a verified copy of the whole store to `file`, complete or not at all, while others read and publish.

        Return the versions that it holds. Conflict when `file` exists and `replace` was not given.
        """
        return write_backup(self.path, file, replace=replace, wait_s=self._wait_s)

    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def _number(self, connection: sqlite3.Connection, version: int | None) -> int:
        newest = len(seals.read_versions(connection, self.path))
        if version is None:
            return newest
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
            return seals.require_text(connection, self.path, number, column, row[0])

    def _state(self, connection: sqlite3.Connection, version: int) -> State:
        """The records of a version; BadSource when they are not those that were published."""
        return state_of_version(connection, self.path, version)


def _state_of(layers: Mapping[str, GeoDataFrame | Records]) -> State:
    """The records of every declared layer; none for a layer that is not given."""
    unknown = sorted(layers.keys() - LAYERS.keys())
    if unknown:
        raise Conflict(
            f"No layer {unknown[0]!r}. Layers: {', '.join(LAYERS)}.",
            f"Không có lớp {unknown[0]!r}. Các lớp: {', '.join(LAYERS)}.",
        )
    return {name: _records_of(spec, layers.get(name, {})) for name, spec in LAYERS.items()}


def _records_of(spec: LayerSpec, layer: GeoDataFrame | Records) -> Records:
    return state_of(spec, layer) if isinstance(layer, GeoDataFrame) else layer


def _time_after(versions: list[Version]) -> str:
    """Now, or a second after the newest publication where the clock was set back or the second is the same.

    If-Modified-Since and the change feed tell versions apart by whole seconds.
    """
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    last = max((dt.datetime.fromisoformat(version.published_at) for version in versions), default=None)
    later = now if last is None else max(now, last + dt.timedelta(seconds=1))
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")


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

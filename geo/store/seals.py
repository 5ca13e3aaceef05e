"""Seals of versions: digests of all that a version brought, each chained to the seal of the version before it.

The digest of a version covers the records and their metadata as they are in that version. Its seal also covers who
published it, when and why, its findings, and its part of the log; a version that is altered, exchanged or taken out
breaks the chain. Stores that release 0.1.0 wrote have no seals; their versions get them with the next publication.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from geo.schema import Label
from geo.store.damage import damaged, version_part
from geo.store.protocol import Version

DDL = """
CREATE TABLE IF NOT EXISTS geo_seal (
    version INTEGER PRIMARY KEY, metadata TEXT NOT NULL, report TEXT NOT NULL, log TEXT NOT NULL, seal TEXT NOT NULL
)"""

_VERSION = Label("dòng của phiên bản khác với khi công bố", "its row is not the one that was published")
_COUNT = Label("thiếu hoặc thừa phiên bản", "a version is missing or there is one too many")
_LOG = Label("nhật ký thay đổi khác với khi công bố", "its log of changes is not the one that was published")
_TEXTS = {
    "metadata": Label("siêu dữ liệu khác với khi công bố", "its metadata are not those that were published"),
    "report": Label("báo cáo khác với khi công bố", "its report is not the one that was published"),
}


class Seal(NamedTuple):
    """Digests of a version's metadata, report and part of the log, and the seal over them and the version before."""

    metadata: str
    report: str
    log: str
    seal: str


def digest_of_values(values: Iterable[object]) -> str:
    """SHA-256 over values of SQLite with their types and lengths, in hex."""
    digest = hashlib.sha256()
    for value in values:
        raw = value if isinstance(value, bytes) else str(value).encode()
        digest.update(b"%b:%d:%b" % (type(value).__name__.encode(), len(raw), raw))
    return digest.hexdigest()


def seal_new(connection: sqlite3.Connection) -> None:
    """Seal every version that has no seal yet, in order, inside the transaction of the caller."""
    connection.execute(DDL)
    newest = connection.execute("SELECT version, seal FROM geo_seal ORDER BY version DESC LIMIT 1").fetchone()
    number, previous = newest or (0, "")
    rows = connection.execute(
        "SELECT number, published_at, who, why, digest, metadata, report FROM geo_version WHERE number > ?"
        " ORDER BY number",
        (number,),
    )
    for *version, metadata, report in rows.fetchall():
        log = connection.execute(
            "SELECT version, layer, id, op, properties, geometry FROM geo_log WHERE version = ? ORDER BY layer, id",
            (version[0],),
        )
        parts = [digest_of_values([metadata]), digest_of_values([report]), _digest_of_log(log)]
        previous = _chained(previous, Version(*version), parts)
        connection.execute("INSERT INTO geo_seal VALUES (?, ?, ?, ?, ?)", (version[0], *parts, previous))


def read_versions(connection: sqlite3.Connection, path: Path) -> list[Version]:
    """Every version, oldest first; BadSource names the first that is not as it was published."""
    rows = connection.execute("SELECT number, published_at, who, why, digest FROM geo_version ORDER BY number")
    versions, seals, previous = [Version(*row) for row in rows], read_seals(connection), ""
    for number, version in enumerate(versions, start=1):
        if version.number != number:
            raise damaged(path, version_part(number), _COUNT)
        seal = seals.get(number)
        if seal is not None:
            previous = _chained(previous, version, seal[:3])
        if seals and (seal is None or seal.seal != previous):
            raise damaged(path, version_part(number), _VERSION)
    logged = connection.execute("SELECT max(version) FROM geo_log").fetchone()[0] or 0
    if max(logged, len(seals)) > len(versions):
        raise damaged(path, version_part(len(versions) + 1), _COUNT)
    return versions


def read_seals(connection: sqlite3.Connection) -> dict[int, Seal]:
    """The seals by version; none in a store of an earlier release."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'geo_seal'").fetchone() is None:
        return {}
    rows = connection.execute("SELECT version, metadata, report, log, seal FROM geo_seal")
    return {number: Seal(*parts) for number, *parts in rows}


def require_text(connection: sqlite3.Connection, path: Path, number: int, column: str, text: object) -> str:
    """The metadata or the report of a version as it was stored; BadSource when it is not the one that was published."""
    seal = read_seals(connection).get(number)
    if not isinstance(text, str) or (seal is not None and getattr(seal, column) != digest_of_values([text])):
        raise damaged(path, version_part(number), _TEXTS[column])
    return text


def require_log(connection: sqlite3.Connection, path: Path, until: int, *, after: int = 0) -> None:
    """BadSource for the first version in (`after`, `until`] whose part of the log is not the one that was published."""
    rows = connection.execute(
        "SELECT version, layer, id, op, properties, geometry FROM geo_log WHERE version > ? AND version <= ?"
        " ORDER BY version, layer, id",
        (after, until),
    )
    digests = {number: _digest_of_log(part) for number, part in groupby(rows, key=itemgetter(0))}
    for number, seal in sorted(read_seals(connection).items()):
        if after < number <= until and digests.get(number, _digest_of_log([])) != seal.log:
            raise damaged(path, version_part(number), _LOG)


def _digest_of_log(rows: Iterable[tuple[object, ...]]) -> str:
    return digest_of_values(value for row in rows for value in row)


def _chained(previous: str, version: Version, parts: Iterable[str]) -> str:
    return digest_of_values([previous, *version, *parts])

"""The change feed of an atlas: ids of the records that were added, changed and removed since an earlier version."""

import sqlite3
from collections.abc import Iterable

from geo.atlas.model import Changes, LogEntry, PublishedVersion
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS


def write(db: sqlite3.Connection, versions: Iterable[PublishedVersion], log: Iterable[LogEntry]) -> None:
    """Write the history of the store into a new atlas."""
    db.executemany("INSERT INTO published VALUES (?, ?)", versions)
    db.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", log)


def version_at(db: sqlite3.Connection, since: str) -> PublishedVersion:
    """The version of a number, or the one that was current at an RFC 3339 time in UTC.

    BadQuery for a number that was never published. A time before the first version is version 0. Of several versions
    that were published in that second it is the first, so that a client may get a change twice but misses none.
    """
    if since.isdigit():
        newest = db.execute("SELECT max(number) FROM published").fetchone()[0] or 0
        row = db.execute("SELECT number, published_at FROM published WHERE number = ?", (int(since[:9]),)).fetchone()
        if row is None and since.strip("0"):
            raise BadQuery(
                f"since={since}: there is no such version. Versions: 0 (before the first) to {newest}.",
                f"since={since}: không có phiên bản này. Các phiên bản: 0 (trước phiên bản đầu) đến {newest}.",
            )
    else:
        row = db.execute(
            "SELECT number, published_at FROM published WHERE published_at <= ?1"
            " ORDER BY published_at = ?1 DESC, iif(published_at = ?1, number, -number) LIMIT 1",
            (since,),
        ).fetchone()
    return PublishedVersion(0, None) if row is None else PublishedVersion(row[0], row[1])


def changes(db: sqlite3.Connection, since: int) -> dict[str, Changes]:
    """The records that were added, changed and removed since version `since`, by layer in the order of LAYERS.

    A record that was added and removed again is left out; one that was removed and added again counts as changed.
    """
    # SQLite takes the bare columns of a group from the row that holds its min() or max().
    rows = db.execute(
        "SELECT a.layer, a.record, a.op, z.op FROM"
        " (SELECT layer, record, op, min(version) FROM log WHERE version > ? GROUP BY layer, record) a JOIN"
        " (SELECT layer, record, op, max(version) FROM log WHERE version > ? GROUP BY layer, record) z"
        " ON z.layer = a.layer AND z.record = a.record ORDER BY a.layer, a.record",
        (since, since),
    )
    by_layer = {layer: Changes([], [], []) for layer in LAYERS}
    for layer, record, first, last in rows:
        if layer in by_layer and (what := _net(first, last)):
            getattr(by_layer[layer], what).append(record)
    return by_layer


def _net(first: str, last: str) -> str:
    if first == "added":
        return "" if last == "removed" else "added"
    return "removed" if last == "removed" else "changed"

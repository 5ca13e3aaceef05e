"""What changed since an earlier version: the ids of the records that were added, changed and removed."""

import sqlite3
from collections.abc import Iterable

from geo.atlas.model import Changes, LogEntry, Published
from geo.errors import BadQuery
from geo.ocop.layers import LAYERS


def write(db: sqlite3.Connection, versions: Iterable[Published], log: Iterable[LogEntry]) -> None:
    """Put the history of the store into an atlas that is being made."""
    db.executemany("INSERT INTO published VALUES (?, ?)", versions)
    db.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", log)


def point(db: sqlite3.Connection, since: str) -> Published:
    """The version that `since` means: its number, or the one that was current at an RFC 3339 time in UTC.

    BadQuery for a number that was never published; a time before the first version is version 0. Of versions
    published in that very second it is the first: a change told twice does no harm, one that is not told does.
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
    return Published(0, None) if row is None else Published(row[0], row[1])


def changes(db: sqlite3.Connection, since: int) -> dict[str, Changes]:
    """What became of every record since version `since`, by layer in the order of LAYERS.

    A record that came and went in between is not told; one that went and came back counts as changed.
    """
    # SQLite takes the bare columns of a group from the row that holds its min() or max().
    rows = db.execute(
        "SELECT a.layer, a.record, a.op, z.op FROM"
        " (SELECT layer, record, op, min(version) FROM log WHERE version > ? GROUP BY layer, record) a JOIN"
        " (SELECT layer, record, op, max(version) FROM log WHERE version > ? GROUP BY layer, record) z"
        " ON z.layer = a.layer AND z.record = a.record ORDER BY a.layer, a.record",
        (since, since),
    )
    found = {layer: Changes([], [], []) for layer in LAYERS}
    for layer, record, first, last in rows:
        if layer in found and (what := _net(first, last)):
            getattr(found[layer], what).append(record)
    return found


def _net(first: str, last: str) -> str:
    if first == "added":
        return "" if last == "removed" else "added"
    return "removed" if last == "removed" else "changed"

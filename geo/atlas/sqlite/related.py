"""The `links` of every record to its related records, stored as JSON for the features of OGC API - Features.

Root URL and query of a link (such as ?lang=en) depend on the request. In the stored JSON the bytes 01, 02 and 03 stand
for them, as no JSON text holds unescaped control characters; fill_addresses replaces them.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import quote

import orjson

from geo.atlas.model import UrlAffixes
from geo.atlas.sqlite.tables import related_of, table_of
from geo.ocop.collections import COLLECTIONS, ENDS, LINK_LAYER
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS
from geo.schema import KeyLink, LinkSpec

MOST = 50
"""Most links of one kind in a record, as a unit may have thousands; one link more leads to the list of all."""

_BEGIN, _END, _MORE = b"\x01", b"\x02", b"\x03"
"""Placeholders of the root URL, of the query, and of the query behind a path that has parameters of its own."""
_SPECS = {spec.name: spec for spec in LINKS}

_TIES = """
WITH ties AS (
    SELECT f.row, l.link, 0 AS back, l.target_layer AS layer, l.target_id AS id, l.rank,
        coalesce(l.distance_m, 0) AS far, l.rowid AS turn
    FROM link l JOIN {table} f ON f.id = l.source_id WHERE l.source_layer = :layer
    UNION ALL
    SELECT f.row, l.link, 1, l.source_layer, l.source_id, 0, coalesce(l.distance_m, 0), l.rowid
    FROM link l JOIN {table} f ON f.id = l.target_id WHERE l.target_layer = :layer
)
SELECT row, link, back, layer, id,
    row_number() OVER (PARTITION BY row, link, back ORDER BY rank, far, id, turn) AS place,
    count(*) OVER (PARTITION BY row, link, back) AS many
FROM ties ORDER BY row, back, rank, far, id, turn
"""


def write(connection: sqlite3.Connection) -> None:
    """Write the tables of related links of an atlas whose records and links are written."""
    ends = {layer: _ends(connection, layer) for layer in LAYERS}
    for layer in COLLECTIONS:
        rows = _of_links(connection, ends) if layer == LINK_LAYER.name else _of_records(connection, layer, ends)
        connection.executemany(f"INSERT INTO {related_of(layer)} VALUES (?, ?)", rows)


def fill_addresses(related: bytes | None, affixes: UrlAffixes) -> bytes:
    """The members of a record's array `links` with complete URLs; empty for a record without links."""
    if related is None:
        return b""
    more = affixes.end.replace(b"?", b"&")
    return related.replace(_BEGIN, affixes.begin).replace(_END, affixes.end).replace(_MORE, more)


class _End(NamedTuple):
    """A record as the end of a link: the percent-encoded path of its page, and its title as JSON without quotes."""

    path: bytes
    title: bytes


_Ends = Mapping[str, Mapping[str, _End]]


def _ends(connection: sqlite3.Connection, layer: str) -> dict[str, _End]:
    begin = f"/collections/{layer}/items/"
    rows = connection.execute(f"SELECT id, title FROM {table_of(layer)}")
    return {key: _End(f"{begin}{quote(key, safe='')}".encode(), orjson.dumps(title)[1:-1]) for key, title in rows}


def _of_records(connection: sqlite3.Connection, layer: str, ends: _Ends) -> Iterator[tuple[int, bytes]]:
    keys = dict(connection.execute(f"SELECT row, id FROM {table_of(layer)}").fetchall())
    rows = connection.execute(_TIES.format(table=table_of(layer)), {"layer": layer})
    for row, ties in groupby(rows, key=itemgetter(0)):
        entries: list[bytes] = []
        longer: dict[tuple[str, int], bytes | None] = {}
        for _, name, back, other, record, place, many in ties:
            if many > MOST and (name, back) not in longer:
                longer[name, back] = _entry_of_all(_SPECS[name], bool(back), keys[row], many)
            end = ends[other].get(record)
            if end is not None and (place <= MOST or longer.get((name, back)) is None):
                entries.append(_tie(end, *_words(name, bool(back))))
        yield row, b",".join([*entries, *filter(None, longer.values())])


def _of_links(connection: sqlite3.Connection, ends: _Ends) -> Iterator[tuple[int, bytes]]:
    """For each record of the layer of links: its row, and links to the two records that it connects."""
    columns = ", ".join(f"p_{name}" for names in ENDS.values() for name in names)
    for row, link, *names in connection.execute(f"SELECT row, p_link, {columns} FROM {table_of(LINK_LAYER.name)}"):
        _, kind = _words(link, False)
        pairs = zip(names[::2], names[1::2], strict=True)
        yield row, b",".join([_tie(ends[layer][record], b"", kind) for layer, record in pairs])


@lru_cache
def _words(name: str, back: bool) -> tuple[bytes, bytes]:
    """The beginning of the titles of links of one kind, as JSON without quotes, and the kind as JSON."""
    return orjson.dumps(f"{_label(_SPECS[name], back)}: ")[1:-1], orjson.dumps(name)


def _label(spec: LinkSpec, back: bool) -> str:
    label = spec.inverse if back else spec.label
    return f"{label.vi} / {label.en}"


def _tie(end: _End, label: bytes, kind: bytes) -> bytes:
    return _entry(end.path + _END, label + end.title, kind)


def _entry(path: bytes, title: bytes, kind: bytes) -> bytes:
    """A link as JSON text with placeholders, which orjson would escape; a percent-encoded path needs no escaping."""
    return b'{"rel":"related","type":"application/geo+json","href":"%b%b","title":"%b","link":%b}' % (
        _BEGIN, path, title, kind,
    )  # fmt: skip


def _entry_of_all(spec: LinkSpec, back: bool, record: str, many: int) -> bytes | None:
    """The link to the list of all records that a record has one kind of link to; None without such a list."""
    path = _all_of(spec, back, record)
    title = orjson.dumps(f"{_label(spec, back)}: tất cả {many} / all {many}")[1:-1]
    return None if path is None else _entry(path, title, orjson.dumps(spec.name))


def _all_of(spec: LinkSpec, back: bool, record: str) -> bytes | None:
    """The path and query of that list."""
    end = "target_id" if back else "source_id"
    if spec.visible:
        return f"/collections/{LINK_LAYER.name}/items?link={spec.name}&{end}={quote(record, safe='')}".encode() + _MORE
    if back and isinstance(spec, KeyLink):
        literal = record.replace("'", "''")
        holds = quote(f"A_CONTAINS({spec.field},('{literal}'))", safe="")
        return f"/collections/{spec.source}/items?filter={holds}".encode() + _MORE
    return None

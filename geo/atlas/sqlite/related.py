"""The `links` of every record to its related records, stored as JSON for the features of OGC API - Features.

Root URL and query of a link (such as ?lang=en) depend on the request. In the stored JSON the bytes 01, 02 and 03 stand
for them, as no JSON text holds unescaped control characters; fill_addresses replaces them.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from urllib.parse import quote

import orjson

from geo.atlas.model import UrlAffixes
from geo.atlas.sqlite.tables import related_of, table_of
from geo.ocop.collections import COLLECTIONS, ENDS, LINK_LAYER
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
    titles = {
        layer: dict(connection.execute(f"SELECT id, title FROM {table_of(layer)}").fetchall()) for layer in COLLECTIONS
    }
    for layer in COLLECTIONS:
        rows = _of_links(connection, titles) if layer == LINK_LAYER.name else _of_records(connection, layer, titles)
        connection.executemany(f"INSERT INTO {related_of(layer)} VALUES (?, ?)", rows)


def fill_addresses(related: bytes | None, affixes: UrlAffixes) -> bytes:
    """The members of a record's array `links` with complete URLs; empty for a record without links."""
    if related is None:
        return b""
    more = affixes.end.replace(b"?", b"&")
    return related.replace(_BEGIN, affixes.begin).replace(_END, affixes.end).replace(_MORE, more)


_Titles = Mapping[str, Mapping[str, str]]


def _of_records(connection: sqlite3.Connection, layer: str, titles: _Titles) -> Iterator[tuple[int, bytes]]:
    keys = dict(connection.execute(f"SELECT row, id FROM {table_of(layer)}").fetchall())
    rows = connection.execute(_TIES.format(table=table_of(layer)), {"layer": layer})
    for row, ties in groupby(rows, key=itemgetter(0)):
        entries: list[bytes] = []
        longer: dict[tuple[str, int], bytes] = {}
        for _, name, back, other, record, place, many in ties:
            spec = _SPECS[name]
            more = _all_of(spec, bool(back), keys[row]) if many > MOST else None
            if more:
                longer[name, back] = _entry(more, f"{_label(spec, bool(back))}: tất cả {many} / all {many}", name)
            if record in titles[other] and (more is None or place <= MOST):
                entries.append(_tie(other, record, f"{_label(spec, bool(back))}: {titles[other][record]}", name))
        yield row, b",".join([*entries, *longer.values()])


def _of_links(connection: sqlite3.Connection, titles: _Titles) -> Iterator[tuple[int, bytes]]:
    """For each record of the layer of links: its row, and links to the two records that it connects."""
    columns = ", ".join(f"p_{name}" for ends in ENDS.values() for name in ends)
    for row, link, *ends in connection.execute(f"SELECT row, p_link, {columns} FROM {table_of(LINK_LAYER.name)}"):
        pairs = zip(ends[::2], ends[1::2], strict=True)
        yield row, b",".join([_tie(layer, record, titles[layer][record], link) for layer, record in pairs])


def _label(spec: LinkSpec, back: bool) -> str:
    label = spec.inverse if back else spec.label
    return f"{label.vi} / {label.en}"


def _tie(layer: str, record: str, title: str, link: str) -> bytes:
    return _entry(f"/collections/{layer}/items/{quote(record, safe='')}".encode() + _END, title, link)


def _entry(path: bytes, title: str, link: str) -> bytes:
    """A link as JSON text with placeholders, which orjson would escape; a percent-encoded path needs no escaping."""
    members = b'","title":' + orjson.dumps(title) + b',"link":' + orjson.dumps(link)
    return b'{"rel":"related","type":"application/geo+json","href":"' + _BEGIN + path + members + b"}"


def _all_of(spec: LinkSpec, back: bool, record: str) -> bytes | None:
    """The path and query of the list of all records that a record has one kind of link to; None without such a list."""
    end = "target_id" if back else "source_id"
    if spec.visible:
        return f"/collections/{LINK_LAYER.name}/items?link={spec.name}&{end}={quote(record, safe='')}".encode() + _MORE
    if back and isinstance(spec, KeyLink):
        literal = record.replace("'", "''")
        holds = quote(f"A_CONTAINS({spec.field},('{literal}'))", safe="")
        return f"/collections/{spec.source}/items?filter={holds}".encode() + _MORE
    return None

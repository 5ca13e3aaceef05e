"""Queries to an open atlas file in SQLite; geo.atlas.protocol.Atlas documents them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from geo import budget
from geo.atlas.model import (
    Changes,
    Completeness,
    Hit,
    LinkedFeatures,
    LinkRow,
    Numbers,
    Page,
    Part,
    PublishedVersion,
    Query,
    Record,
    Shapes,
    UrlAffixes,
    Value,
    VersionInfo,
)
from geo.atlas.sqlite import feed, sql, tile_columns, value_counts
from geo.atlas.sqlite.checksum import is_sound
from geo.atlas.sqlite.lookup import SEARCHED, candidates, relatives
from geo.atlas.sqlite.metered import unreadable
from geo.atlas.sqlite.related_entries import fill_addresses
from geo.atlas.sqlite.statement import Statement
from geo.atlas.sqlite.tables import related_of, table_of, tuples
from geo.atlas.sqlite.thread_connections import ThreadConnections, key_of
from geo.crs import LngLatBbox
from geo.errors import NotFound
from geo.link import ConflictRow
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import COUNTED, applies
from geo.report import Change, Issue
from geo.schema import Label
from geo.search.ranking import Index, Match

_MAX_COUNTS = 1_000
_MAX_FACETS = 100
_MAX_STATEMENT = 5_000
"""Most counts and facets in the cache, and most characters of a statement or query for which they are cached."""


class SqliteAtlas:
    """An Atlas in one immutable SQLite file. Each thread has its own connection, until the thread ends.

    Unprepared when the file is missing or does not agree with its checksum, and by any query that cannot read it.
    A file that was `verified`, and has not changed since, is not read for its checksum again.
    """

    def __init__(self, path: Path, *, verified: bool = False) -> None:
        if not verified and not is_sound(path):
            raise unreadable()
        self.key = key_of(path)
        self._connections = ThreadConnections(path, self.key)
        self._counts: dict[Statement, int] = {}
        self._facets: dict[Query, dict[str, dict[str, int]]] = {}
        self._bounds: dict[str, LngLatBbox | None] = {}
        self._indexes: list[Index | None] = []
        self._completeness: dict[str, Completeness] = {}
        row = self._db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        self.version = VersionInfo(**json.loads(row[0]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every thread's connection; the atlas cannot be queried afterwards."""
        self._connections.close()

    def __del__(self) -> None:
        if hasattr(self, "_connections"):  # not when its file is damaged
            self.close()

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.of_this_thread()

    def _tuples(self, statement: Statement) -> Iterator[tuple[Any, ...]]:
        return tuples(self._db, statement.text, statement.values)

    # --- records ---------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """How many records each layer has."""
        with budget.unlimited():
            return {name: self.count(Query(name)) for name in COLLECTIONS}

    def count(self, query: Query) -> int:
        """How many records a query matches; `limit` and `offset` are ignored."""
        sql.check(query)
        statement = sql.count(query)
        # Each page of a result needs the same count, and an atlas never changes.
        number = self._counts.get(statement)
        if number is None:
            number = int(self._db.execute(statement.text, statement.values).fetchone()[0])
            if len(self._counts) >= _MAX_COUNTS:
                self._counts.clear()
            if len(repr(statement)) <= _MAX_STATEMENT:
                self._counts[statement] = number
        return number

    def completeness(self, layer: str) -> Completeness:
        """How many values the fields of a layer have; counted once."""
        if layer not in self._completeness:
            with budget.unlimited():
                self._completeness[layer] = value_counts.count(self._db, layer)
        return self._completeness[layer]

    def find(self, query: Query) -> Page:
        """One page of the records that a query matches, in order, with the number of all of them."""
        sql.check(query)
        statement = sql.select(query)
        records = [_record(query.layer, row) for row in self._db.execute(statement.text, statement.values)]
        whole = query.limit is None and not query.offset
        return Page(query.layer, records, len(records) if whole else self.count(query), query.offset)

    def features(self, query: Query) -> Iterator[bytes]:
        """The GeoJSON Feature of every record that a query matches, in order, read one at a time."""
        sql.check(query)
        return (feature for (feature,) in self._tuples(sql.features(query)))

    def linked_features(self, query: Query, affixes: UrlAffixes) -> LinkedFeatures:
        """The same features joined in memory, each with `links` to its related records."""
        sql.check(query)
        ((count, features),) = self._tuples(sql.linked_features(query))
        return LinkedFeatures(count, fill_addresses(features, affixes))

    def parts(self, query: Query, affixes: UrlAffixes | None = None) -> Iterator[Part]:
        """Key, WKB (STORE_CRS), properties as JSON and members of `links` of every record of a query, in order.

        `affixes` complete the URLs of the links; without it the links are left out (empty bytes).
        """
        sql.check(query)
        if affixes is None:
            return ((*row, b"") for row in self._tuples(sql.columns(query, "id", "geom", "properties")))
        rows = self._tuples(sql.columns(query, "id", "geom", "properties", sql.RELATED))
        return ((*row, fill_addresses(related, affixes)) for *row, related in rows)

    def period(self, layer: str) -> tuple[str | None, str | None] | None:
        """The first and the last date of the layer's records, ISO 8601; None when no record has a date."""
        statement = sql.period(layer)
        if statement is None:
            return None
        first, last = self._db.execute(statement.text).fetchone()
        return None if first is None and last is None else (first, last)

    def tile_shapes(self, layer: str) -> Iterator[tuple[Numbers, Shapes]]:
        """Row numbers and geometries (STORE_CRS) of the layer's records that have one, in batches ordered by row."""
        return tile_columns.shapes(self._db, layer)

    def tile_columns(self, layer: str) -> dict[str, list[Value]]:
        """The attributes of vector tiles, each as a list over the records of `tile_shapes` in the same order."""
        return tile_columns.columns(self._db, layer)

    def get(self, layer: str, record: str) -> Record:
        """One record; NotFound when the layer or the record does not exist."""
        page = self.find(Query(layer, ids=(record,)))
        if not page.records:
            raise _no_record(layer, record)
        return page.records[0]

    def feature(self, layer: str, record: str) -> bytes:
        """The GeoJSON Feature of one record; NotFound when there is none."""
        row = self._db.execute(f"SELECT feature FROM {table_of(layer)} WHERE id = ?", (record,)).fetchone()
        if row is None:
            raise _no_record(layer, record)
        body: bytes = row[0]
        return body

    def linked_feature(self, layer: str, record: str, affixes: UrlAffixes) -> tuple[bytes, bytes]:
        """The GeoJSON Feature of one record, and the members of the JSON array of links to its related records."""
        table = f"{table_of(layer)} f LEFT JOIN {related_of(layer)} x ON x.row = f.row"
        row = self._db.execute(f"SELECT f.feature, x.links FROM {table} WHERE f.id = ?", (record,)).fetchone()
        if row is None:
            raise _no_record(layer, record)
        return row[0], fill_addresses(row[1], affixes)

    def neighbours(self, layer: str, record: str) -> tuple[str | None, str | None]:
        """The keys before and after a record in the order of keys."""
        table = table_of(layer)
        before = self._db.execute(f"SELECT max(id) FROM {table} WHERE id < ?", (record,)).fetchone()[0]
        after = self._db.execute(f"SELECT min(id) FROM {table} WHERE id > ?", (record,)).fetchone()[0]
        return before, after

    def titles(self, layer: str, records: Iterable[str]) -> dict[str, tuple[str, str | None]]:
        """Name and English name of each of the records that exist."""
        keys = tuple(records)
        marks = ", ".join("?" * len(keys))
        rows = self._db.execute(f"SELECT id, title, title_en FROM {table_of(layer)} WHERE id IN ({marks})", keys)
        return {row["id"]: (row["title"], row["title_en"]) for row in rows}

    def facets(self, query: Query) -> dict[str, dict[str, int]]:
        """For each filter of the layer: value -> how many records have it and meet the query's other conditions."""
        sql.check(query)
        # The map and the lists need the same facets for every view and page of one selection.
        selection = replace(query, limit=None, offset=0, sort="")
        counts = self._facets.get(selection)
        if counts is None:
            # What every first page needs is counted once, whoever asks first.
            with budget.unlimited() if selection == Query(query.layer) else nullcontext():
                counts = self._count_facets(selection)
            if len(self._facets) >= _MAX_FACETS:
                self._facets.clear()
            if selection.where is None and len(repr(selection)) <= _MAX_STATEMENT:
                self._facets[selection] = counts
        return {param: dict(values) for param, values in counts.items()}

    def _count_facets(self, query: Query) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {param: {} for param in COUNTED if applies(param, query.layer)}
        if not query.filters and query != Query(query.layer):
            statement = sql.facets(query)
            for param, value, count in self._db.execute(statement.text, statement.values):
                counts[param][value] = count
            return counts
        for param in counts:
            statement = sql.facet(query, param)
            counts[param] = {row[0]: row[1] for row in self._db.execute(statement.text, statement.values)}
        return counts

    # --- links -----------------------------------------------------------------------------------------

    def links(self, layer: str, record: str) -> list[LinkRow]:
        """Every link from and to a record, each row with the record at the other end; nearest first."""
        forward = self._db.execute("SELECT * FROM link WHERE source_layer = ? AND source_id = ?", (layer, record))
        rows = [(row, True, row["target_layer"], row["target_id"]) for row in forward]
        backward = self._db.execute("SELECT * FROM link WHERE target_layer = ? AND target_id = ?", (layer, record))
        rows += [(row, False, row["source_layer"], row["source_id"]) for row in backward]
        ends = self._ends((other_layer, other) for _, _, other_layer, other in rows)
        links = [_link(row, is_forward, ends[end, key]) for row, is_forward, end, key in rows if (end, key) in ends]
        return sorted(
            links,
            key=lambda link: (not link.forward, link.rank if link.forward else 0, link.distance_m or 0.0, link.id),
        )

    def _ends(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, sqlite3.Row]]:
        by_layer: dict[str, set[str]] = {}
        for layer, key in keys:
            by_layer.setdefault(layer, set()).add(key)
        ends: dict[tuple[str, str], tuple[str, sqlite3.Row]] = {}
        for layer, ids in by_layer.items():
            marks = ", ".join("?" * len(ids))
            rows = self._db.execute(
                f"SELECT id, title, title_en, symbol, precision, lng, lat FROM {table_of(layer)} WHERE id IN ({marks})",
                tuple(ids),
            )
            ends |= {(layer, row["id"]): (layer, row) for row in rows}
        return ends

    def link_counts(self) -> dict[str, tuple[int, int]]:
        """For each link: how many pairs, and how many of them are certain."""
        rows = self._db.execute("SELECT link, count(*), sum(certain) FROM link GROUP BY link")
        return {row[0]: (row[1], row[2]) for row in rows}

    # --- quality ---------------------------------------------------------------------------------------

    def conflicts(self, layer: str | None = None, record: str | None = None) -> list[ConflictRow]:
        """Disagreements between attributes and geometry: all of them, or those of a layer or of one record."""
        where, values = _subject_condition(layer, record)
        return [ConflictRow(*row) for row in self._db.execute(f"SELECT * FROM conflict WHERE {where}", values)]

    def issues(self, layer: str | None = None, record: str | None = None) -> list[Issue]:
        """The findings of the checks: all of them, or those of a layer or of one record."""
        where, values = _subject_condition(layer, record)
        rows = self._db.execute(f"SELECT * FROM issue WHERE {where}", values)
        return [_issue(row) for row in rows]

    def changes(self, layer: str | None = None) -> list[Change]:
        """The repairs that were made when the data were read."""
        where, values = _subject_condition(layer, None)
        rows = self._db.execute(f"SELECT * FROM change WHERE {where}", values)
        return [_change(row) for row in rows]

    # --- history ---------------------------------------------------------------------------------------

    def version_at(self, since: str) -> PublishedVersion:
        """The version of a number, or the one that was current at an RFC 3339 time in UTC; see feed.version_at."""
        return feed.version_at(self._db, since)

    def first_published_at(self) -> str:
        """When the first version was published, ISO 8601 in UTC."""
        first: str | None = self._db.execute("SELECT min(published_at) FROM published").fetchone()[0]
        return first or self.version.published_at

    def changes_since(self, version: int) -> dict[str, Changes]:
        """The records that were added, changed and removed since a version, by layer; see feed.changes."""
        return feed.changes(self._db, version)

    # --- whole layers ----------------------------------------------------------------------------------

    def metadata(self, layer: str) -> Mapping[str, Any]:
        """The layer's title, source, licence, lineage and date, as its metadata file gives them."""
        row = self._db.execute("SELECT body FROM layer_meta WHERE layer = ?", (layer,)).fetchone()
        body: Mapping[str, Any] = {} if row is None else json.loads(row[0])
        return body

    def overview(self, layer: str) -> bytes:
        """The whole layer as simplified GeoJSON for small scales; NotFound for a layer without polygons."""
        row = self._db.execute("SELECT overview FROM layer_meta WHERE layer = ?", (layer,)).fetchone()
        if row is None or row[0] is None:
            raise NotFound(
                f"Layer {layer!r} has no overview; layers of polygons have one.",
                f"Lớp {layer!r} không có bản khái quát; chỉ các lớp vùng mới có.",
            )
        return bytes(row[0])

    def bounds(self, layer: str = "province") -> LngLatBbox | None:
        """The bounding box of a layer in degrees; None when no record has a geometry."""
        if layer not in self._bounds:
            columns = "min(west), min(south), max(east), max(north)"
            with budget.unlimited():
                row = self._db.execute(f"SELECT {columns} FROM {table_of(layer)}").fetchone()
            self._bounds[layer] = None if row[0] is None else LngLatBbox(*row)
        return self._bounds[layer]

    def search(self, text: str, *, layers: Iterable[str] | None = None, limit: int = 20) -> list[Hit]:
        """The records that match, best first, in the order of geo/search/rules.py."""
        names = SEARCHED if layers is None else tuple(layers)
        index = self._index_of(names) or candidates(self._db, text, names)
        return [self._hit(match.layer, match.id, match) for match in index.search(text, layers=names, limit=limit)]

    def suggest(self, text: str, *, layers: Iterable[str] | None = None) -> list[Hit]:
        """The few records whose names are spelled most like the text, for a search that found nothing."""
        names = SEARCHED if layers is None else tuple(layers)
        index = self._index_of(names) or relatives(self._db, text, names)
        return [self._hit(layer, key) for layer, key in index.suggest(text, layers=names)]

    def search_index(self) -> bytes | None:
        """The index file of the searched layers (geo/search/index_file.py); None where they have too many records."""
        row = self._db.execute("SELECT body FROM search_index").fetchone()
        return None if row is None else bytes(row[0])

    def _index_of(self, layers: Iterable[str]) -> Index | None:
        """The index of all searched layers, read once; None where a layer or the whole is not in an index file."""
        if not set(layers) <= set(SEARCHED):
            return None
        if not self._indexes:
            with budget.unlimited():
                body = self.search_index()
                self._indexes.append(None if body is None else Index(orjson.loads(body)))
        return self._indexes[0]

    def _hit(self, layer: str, key: str, match: Match | None = None) -> Hit:
        row = self._db.execute(
            f"SELECT f.id, f.title, f.title_en, f.symbol, c.title AS place, f.lng, f.lat "
            f"FROM {table_of(layer)} f LEFT JOIN {table_of('communes')} c ON c.id = f.commune WHERE f.id = ?",
            (key,),
        ).fetchone()
        return Hit(layer, *row)._replace(match=match)


def _no_record(layer: str, record: str) -> NotFound:
    return NotFound(
        f"No record {record!r} in layer {layer!r}. The list is at /{layer}.",
        f"Không có bản ghi {record!r} trong lớp {layer!r}. Xem danh sách tại /{layer}.",
    )


def _subject_condition(layer: str | None, record: str | None) -> tuple[str, tuple[str, ...]]:
    parts = [(name, value) for name, value in (("layer", layer), ("record", record)) if value is not None]
    return " AND ".join(["1", *(f"{name} = ?" for name, _ in parts)]), tuple(value for _, value in parts)


def _record(layer: str, row: sqlite3.Row) -> Record:
    has_place = row["west"] is not None
    return Record(
        layer=layer,
        id=row["id"],
        title=row["title"],
        title_en=row["title_en"],
        symbol=None if row["symbol"] is None else str(row["symbol"]),
        precision=row["precision"],
        lng=row["lng"],
        lat=row["lat"],
        bbox=LngLatBbox(row["west"], row["south"], row["east"], row["north"]) if has_place else None,
        commune=row["commune"],
        district=row["district"],
        properties=orjson.loads(row["properties"]),
        feature=row["feature"],
        wkb=row["geom"],
    )


def _issue(cells: sqlite3.Row) -> Issue:
    layer, record, row, field, kind, value, *message = cells
    return Issue(layer, record, row, field, kind, value, Label(*message))


def _change(cells: sqlite3.Row) -> Change:
    layer, record, row, field, before, after, *rule = cells
    return Change(layer, record, row, field, before, after, Label(*rule))


def _link(row: sqlite3.Row, forward: bool, end: tuple[str, sqlite3.Row]) -> LinkRow:
    layer, other = end
    return LinkRow(
        link=row["link"],
        forward=forward,
        layer=layer,
        id=other["id"],
        title=other["title"],
        title_en=other["title_en"],
        symbol=other["symbol"],
        precision=other["precision"],
        lng=other["lng"],
        lat=other["lat"],
        reason=row["reason"],
        distance_m=row["distance_m"],
        uncertainty_m=row["uncertainty_m"],
        area_ha=row["area_ha"],
        share=row["share"],
        certain=bool(row["certain"]),
        rank=row["rank"],
        source_ids=row["source_ids"],
    )

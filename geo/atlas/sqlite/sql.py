"""The SQL of a Query. Identifiers come from the declared layers, values are bound; conditions.py compiles CQL2."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import shapely

from geo.atlas.cql2.properties import sortables_of
from geo.atlas.model import Query
from geo.atlas.sqlite.alphabet import alphabetical_fields
from geo.atlas.sqlite.conditions import ATLAS_COLUMNS, compile_where
from geo.atlas.sqlite.rows import DECIMALS
from geo.atlas.sqlite.search import match_expression
from geo.atlas.sqlite.statement import Statement
from geo.atlas.sqlite.tables import RECORD_COLUMNS, column_of, places_of, related_of, rtree_of, table_of
from geo.errors import BadQuery, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import PARAMS, applies

RELATED = "x.links"
"""The column of a record's links, in a table of its own; see related.py."""

_ROUNDING = 10.0**-DECIMALS
"""Degrees; twice the most by which rounding moves a label point along an axis."""

_MEETS = (
    "(f.lng BETWEEN ? AND ? AND f.lat BETWEEN ? AND ?)"
    " OR (f.west >= ? AND f.east <= ? AND (f.south BETWEEN ? AND ? OR f.north BETWEEN ? AND ?))"
    " OR (f.south >= ? AND f.north <= ? AND (f.west BETWEEN ? AND ? OR f.east BETWEEN ? AND ?))"
    " OR meets(f.geom, ?, ?, ?, ?)"
)
"""Condition: a candidate intersects a box; see _place."""

_EVERYTHING = "1"
"""Condition: always true."""


def check(query: Query) -> None:
    """Raise NotFound for an unknown layer, BadQuery for an unknown sort field or filter, or one that SQLite refuses."""
    if query.layer not in COLLECTIONS:
        names = ", ".join(COLLECTIONS)
        raise NotFound(
            f"No layer {query.layer!r}. Layers: {names}.", f"Không có lớp {query.layer!r}. Các lớp: {names}."
        )
    sortables = sortables_of(query.layer)
    name = next(
        (name for name in (part.removeprefix("-") for part in _sort_keys(query)) if name not in sortables), None
    )
    if name is not None:
        names = ", ".join(sortables)
        raise BadQuery(
            f"Cannot sort {query.layer} by {name!r}. Fields: {names}.",
            f"Không sắp xếp được {query.layer} theo {name!r}. Các trường: {names}.",
        )
    for param, _ in query.filters:
        if param not in PARAMS:
            raise BadQuery(
                f"No filter {param!r}. Filters: {', '.join(PARAMS)}.",
                f"Không có bộ lọc {param!r}. Các bộ lọc: {', '.join(PARAMS)}.",
            )
    _check_where(query)


def _check_where(query: Query) -> None:
    if query.where is None:
        return
    if query.where.layer != query.layer:
        raise BadQuery(
            f"The filter is for layer {query.where.layer}, not for {query.layer}.",
            f"Bộ lọc này dành cho lớp {query.where.layer}, không phải lớp {query.layer}.",
        )
    compile_where(query.where)  # SQLite's limits are checked here, before the first bytes of a response are sent


def select(query: Query) -> Statement:
    """All columns of the records that a query matches, in order, one page of them when it has a limit."""
    return columns(query, *RECORD_COLUMNS, "properties")


def features(query: Query) -> Statement:
    """The GeoJSON Features of the records that a query matches, in order, one page of them when it has a limit."""
    return columns(query, "feature")


def linked_features(query: Query) -> Statement:
    """One row: the number of records of a page, and the JSON of their features with `links`, joined by commas.

    SQLite joins them in one step; one step for each feature would release and take Python's global lock each time.
    """
    page = columns(query, "feature", RELATED)
    feature = "substr(feature, 1, length(feature) - 1) || ',\"links\":[' || coalesce(links, '') || ']}'"
    return Statement(f"SELECT count(*), CAST(group_concat({feature}, ',') AS BLOB) FROM ({page.text})", page.values)


def columns(query: Query, *names: str) -> Statement:
    """Some columns of the records that a query matches, in order, one page of them when it has a limit.

    RELATED, one of the names, is in another table.
    """
    where = _where(query)
    select_list = ", ".join(name if name == RELATED else f"f.{name}" for name in names)
    alphabet = f" JOIN {places_of(query.layer)} o ON o.row = f.row" if _is_alphabetical(query) else ""
    related = f" LEFT JOIN {related_of(query.layer)} x ON x.row = f.row" if RELATED in names else ""
    table = f"{table_of(query.layer)} f{alphabet}{related}"
    if where.text == _EVERYTHING and not query.sort and query.limit is not None:
        # Rows are numbered from 1 without gaps: a condition on the row finds the page without skipping rows by OFFSET.
        return Statement(
            f"SELECT {select_list} FROM {table} WHERE f.row > ? ORDER BY f.row LIMIT ?",
            (query.offset, query.limit),
        )
    if query.sort and query.limit is not None:
        # Only the numbers of the rows are sorted, or read from an index, and not whole features.
        page = (
            f"SELECT f.row FROM {table_of(query.layer)} f{alphabet} WHERE {where.text} ORDER BY {_order(query)}"
            " LIMIT ? OFFSET ?"
        )
        return Statement(
            f"SELECT {select_list} FROM ({page}) page CROSS JOIN {table_of(query.layer)} f ON f.row = page.row"
            f"{alphabet}{related} ORDER BY {_order(query)}",
            (*where.values, query.limit, query.offset),
        )
    text = f"SELECT {select_list} FROM {table} WHERE {where.text} ORDER BY {_order(query)}"
    if query.limit is not None or query.offset:
        return Statement(
            f"{text} LIMIT ? OFFSET ?", (*where.values, -1 if query.limit is None else query.limit, query.offset)
        )
    return Statement(text, where.values)


def count(query: Query) -> Statement:
    """How many records a query matches; `limit` and `offset` are ignored."""
    where = _where(query)
    return Statement(f"SELECT count(*) FROM {table_of(query.layer)} f WHERE {where.text}", where.values)


def facet(query: Query, param: str) -> Statement:
    """(value, count) of one filter over the records that meet all other conditions."""
    others = replace(query, filters=tuple(row for row in query.filters if row[0] != param))
    where = _where(others)
    if where.text == _EVERYTHING:
        return Statement(
            "SELECT value, count(*) FROM facet WHERE param = ? AND layer = ? GROUP BY value", (param, query.layer)
        )
    return Statement(
        f"SELECT a.value, count(*) FROM facet a JOIN {table_of(query.layer)} f ON f.row = a.row "
        f"WHERE a.param = ? AND a.layer = ? AND {where.text} GROUP BY a.value",
        (param, query.layer, *where.values),
    )


def facets(query: Query) -> Statement:
    """(parameter, value, count) of every filter over the records of a query, which are searched once.

    The plus sign keeps SQLite from looking up each record in the facets: one pass over the layer's facets takes less.
    """
    where = _where(query)
    params = [param for param in PARAMS if applies(param, query.layer)]
    return Statement(
        f"SELECT a.param, a.value, count(*) FROM facet a WHERE a.param IN ({', '.join('?' * len(params))}) "
        f"AND a.layer = ? AND +a.row IN (SELECT f.row FROM {table_of(query.layer)} f WHERE {where.text}) "
        "GROUP BY a.param, a.value",
        (*params, query.layer, *where.values),
    )


def _order(query: Query) -> str:
    return ", ".join([*(_direction(query.layer, name) for name in _sort_keys(query)), "f.row"])


def _sort_keys(query: Query) -> list[str]:
    return [name for name in query.sort.split(",") if name]


def _direction(layer: str, name: str) -> str:
    """Records without a value come last in both directions."""
    return f"{_order_column(layer, name.removeprefix('-'))} {'DESC' if name.startswith('-') else 'ASC'} NULLS LAST"


def _order_column(layer: str, name: str) -> str:
    if name in _alphabetical_names(layer):
        return f"o.{name}"
    spec = COLLECTIONS[layer]
    return f"f.{column_of(spec.field(name)) if spec.has(name) else ATLAS_COLUMNS[name]}"


def _is_alphabetical(query: Query) -> bool:
    names = _alphabetical_names(query.layer)
    return any(part.removeprefix("-") in names for part in _sort_keys(query))


@lru_cache(maxsize=64)
def _alphabetical_names(layer: str) -> frozenset[str]:
    return frozenset(field.name for field in alphabetical_fields(layer))


def period(layer: str) -> Statement | None:
    """The first and the last date of a layer's records; None for a layer without dates."""
    spec = COLLECTIONS[layer]
    if not spec.time:
        return None
    first, last = _ends(layer)
    # '~' sorts after every character of a date, so that 2019 counts as later than 2019-05: a year ends after its days.
    return Statement(f"SELECT min({first}), rtrim(max({last} || '~'), '~') FROM {table_of(layer)} f", ())


def _ends(layer: str) -> tuple[str, str]:
    """SQL of the first and the last date of a record: of two fields, or of one that may hold an interval."""
    columns = [f"f.{column_of(COLLECTIONS[layer].field(name))}" for name in COLLECTIONS[layer].time]
    first, last = columns[0], columns[-1]
    return (
        f"CASE instr({first}, '/') WHEN 0 THEN {first} ELSE substr({first}, 1, instr({first}, '/') - 1) END",
        f"CASE instr({last}, '/') WHEN 0 THEN {last} ELSE substr({last}, instr({last}, '/') + 1) END",
    )


def _time(query: Query) -> list[Statement]:
    """Records whose time intersects that of the query; records and layers without dates match every time.

    Dates of any precision compare as ISO 8601 text: a coarser date is the prefix of every finer one, so it sorts first
    as a start, and with '~' behind it, which sorts after every digit, last as an end.
    """
    if query.time is None or not COLLECTIONS[query.layer].time:
        return []
    first, last = _ends(query.layer)
    begin, end = query.time
    parts = [Statement(f"({first} IS NULL OR {first} <= ?)", (end,))] if end is not None else []
    if begin is not None:
        parts.append(Statement(f"({last} IS NULL OR {last} || '~' >= ?)", (begin,)))
    return parts


def _area(query: Query) -> list[Statement]:
    """Records that intersect a polygon; records without a geometry match every polygon, as they match every box."""
    if query.area is None:
        return []
    west, south, east, north = shapely.from_wkb(query.area).bounds
    candidates = _among_candidates(query.layer, 1, unplaced=True)
    return [
        Statement(
            f"({candidates} AND (f.west IS NULL OR meets_area(f.geom, ?)))", (east, west, north, south, query.area)
        )
    ]


def _where(query: Query) -> Statement:
    parts = [Statement(_EVERYTHING, ()), *_place(query), *_area(query), *_time(query), *_filters(query)]
    if query.text.strip():
        parts.append(
            Statement(
                "f.row IN (SELECT row FROM search WHERE search MATCH ? AND layer = ?)",
                (match_expression(query.text), query.layer),
            )
        )
    if query.ids:
        parts.append(_ids(query))
    if query.where is not None:
        parts.append(compile_where(query.where))
    return Statement(" AND ".join(part.text for part in parts), tuple(value for part in parts for value in part.values))


def _ids(query: Query) -> Statement:
    """Records by their keys. A key with a comma is looked up whole first: many callers encode the commas of a list."""
    plain = [key for key in query.ids if "," not in key]
    conditions = [Statement(f"f.id IN ({_marks(plain)})", tuple(plain))] if plain else []
    for key in query.ids:
        if "," in key:
            items = [item for part in key.split(",") if (item := part.strip())]
            is_absent = f"NOT EXISTS (SELECT 1 FROM {table_of(query.layer)} WHERE id = ?)"
            text = f"f.id = ? OR (f.id IN ({_marks(items)}) AND {is_absent})"
            conditions.append(Statement(text, (key, *items, key)))
    return Statement(
        f"({' OR '.join(part.text for part in conditions)})", tuple(v for part in conditions for v in part.values)
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _place(query: Query) -> list[Statement]:
    """Records that intersect the box: candidates by their envelope; the geometry is tested only when it is necessary.

    A candidate whose label point lies in the box intersects it, as that point lies on the geometry; the box is shrunk
    by _ROUNDING, so that the point before rounding lies in it too. A geometry touches each side of its envelope: when
    the box contains the width of the envelope and its south or north side, or its height and its west or east side,
    it contains such a point. Only the other candidates, mostly at the corners of the box, need their WKB.
    """
    if query.place == "unplaced":
        return [Statement("f.west IS NULL", ())]
    if query.bbox is None:
        return [Statement("f.west IS NOT NULL", ())] if query.place == "placed" else []
    boxes, values = query.bbox.parts(), []
    for west, south, east, north in boxes:
        values += [east, west, north, south]
    for west, south, east, north in boxes:
        values += [west + _ROUNDING, east - _ROUNDING, south + _ROUNDING, north - _ROUNDING]
        values += [west, east, *(south, north) * 2, south, north, *(west, east) * 2, west, south, east, north]
    return [Statement(_in_boxes(query.layer, len(boxes), unplaced=query.place == "any"), tuple(values))]


@lru_cache(maxsize=256)
def _in_boxes(layer: str, boxes: int, *, unplaced: bool) -> str:
    exact = " OR ".join([*["f.west IS NULL"] * unplaced, *[_MEETS] * boxes])
    return f"({_among_candidates(layer, boxes, unplaced=unplaced)} AND ({exact}))"


def _among_candidates(layer: str, boxes: int, *, unplaced: bool) -> str:
    """Records whose envelope meets one of the boxes (bound as east, west, north, south) or, if `unplaced`, have none.

    The rows are one UNION of the R*Tree and of the index of records without a geometry: with OR instead, SQLite would
    scan the whole table.
    """
    parts = [f"SELECT row FROM {rtree_of(layer)} WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?"] * boxes
    if unplaced:
        parts.append(f"SELECT row FROM {table_of(layer)} WHERE west IS NULL")
    return f"f.row IN ({' UNION ALL '.join(parts)})"


def _filters(query: Query) -> list[Statement]:
    parts = []
    for param, values in query.filters:
        if values and applies(param, query.layer):
            marks = ", ".join("?" * len(values))
            parts.append(
                Statement(
                    f"f.row IN (SELECT row FROM facet WHERE param = ? AND layer = ? AND value IN ({marks}))",
                    (param, query.layer, *values),
                )
            )
    return parts

"""The SQL of a Query. Identifiers come from the declared layers, values are bound; conditions.py compiles CQL2."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import shapely

from geo.atlas.cql2.properties import sortables_of
from geo.atlas.filter_values import check_values, number_of, record_of
from geo.atlas.model import Query
from geo.atlas.sqlite.alphabet import alphabetical_fields
from geo.atlas.sqlite.conditions import ATLAS_COLUMNS, compile_where
from geo.atlas.sqlite.rows import DECIMALS
from geo.atlas.sqlite.search import match_expression
from geo.atlas.sqlite.statement import Statement
from geo.atlas.sqlite.tables import RECORD_COLUMNS, column_of, places_of, related_of, rtree_of, table_of
from geo.errors import BadQuery, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import BY_PARAM, COUNTED, PARAMS, applies
from geo.ocop.links import LINKS
from geo.schema import Filter

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
    for param, values in query.filters:
        if param not in BY_PARAM:
            raise BadQuery(
                f"No filter {param!r}. Filters: {', '.join(PARAMS)}.",
                f"Không có bộ lọc {param!r}. Các bộ lọc: {', '.join(PARAMS)}.",
            )
        check_values(BY_PARAM[param], values)
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
    params = [param for param in COUNTED if applies(param, query.layer)]
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
    parts = [
        Statement(_EVERYTHING, ()),
        *_place(query),
        *_area(query),
        *_time(query),
        *_filters(query),
        *_linked(query),
    ]
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
    return [
        _condition(BY_PARAM[param], query.layer, values)
        for param, values in query.filters
        if values and applies(param, query.layer)
    ]


def _condition(row: Filter, layer: str, values: tuple[str, ...]) -> Statement:
    """What one filter keeps. Filters with a list of values are read from the facets, the others from the columns."""
    columns = (
        [f"f.{column_of(COLLECTIONS[layer].field(name))}" for name in row.fields_of(layer)]
        if row.param not in COUNTED
        else []
    )
    if row.kind == "most":
        return Statement(f"{columns[0]} <= ?", ((number_of(values[0]) or 0.0) * row.scale,))
    if row.kind == "record":
        source_layer, source_id, target_layer, target_id = columns
        is_end = f"({source_layer} = ? AND {source_id} = ?) OR ({target_layer} = ? AND {target_id} = ?)"
        ends = [end for value in values if (end := record_of(value)) is not None]
        return Statement(f"({' OR '.join([is_end] * len(ends))})", tuple(part for end in ends for part in (*end, *end)))
    return Statement(
        f"f.row IN (SELECT row FROM facet WHERE param = ? AND layer = ? AND value IN ({_marks(values)}))",
        (row.param, layer, *values),
    )


def _linked(query: Query) -> list[Statement]:
    """Records that a visible link, in either direction, joins to a record that one of the other queries matches."""
    if not query.linked_to:
        return []
    parts = [part for other in query.linked_to for part in _joined_to(query.layer, other)]
    if not parts:
        return [Statement("0", ())]
    text = " UNION ALL ".join(part.text for part in parts)
    return [Statement(f"f.id IN ({text})", tuple(value for part in parts for value in part.values))]


def _joined_to(layer: str, other: Query) -> list[Statement]:
    """The keys of the records of `layer` at one end of a link, by direction; a match of `other` is at its other end."""
    matches = _where(other)
    chosen = f"SELECT f.id FROM {table_of(other.layer)} f WHERE {matches.text}"
    parts = []
    for here, there in (("source", "target"), ("target", "source")):
        ends = {here: layer, there: other.layer}
        names = [
            row.name for row in LINKS if row.visible and (row.source, row.target) == (ends["source"], ends["target"])
        ]
        conditions = (
            f"link IN ({_marks(names)}) AND {here}_layer = ? AND {there}_layer = ? AND {there}_id IN ({chosen})"
        )
        if names:
            values = (*names, layer, other.layer, *matches.values)
            parts.append(Statement(f"SELECT {here}_id FROM link WHERE {conditions}", values))
    return parts

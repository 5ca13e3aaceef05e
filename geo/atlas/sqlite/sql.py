"""Query -> SQL. Identifiers come from the declaration of the layers, values are bound; see conditions.py for CQL2."""

from dataclasses import replace
from functools import lru_cache

import shapely

from geo.atlas.model import Query
from geo.atlas.sqlite.conditions import compile_where
from geo.atlas.sqlite.rows import DECIMALS
from geo.atlas.sqlite.search import match_expression
from geo.atlas.sqlite.statement import Statement
from geo.atlas.sqlite.tables import RECORD_COLUMNS, column_of, related_of, rtree_of, table_of
from geo.errors import BadQuery, NotFound
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import PARAMS, applies

RELATED = "x.links"
"""The links from a record to others."""

_ROUNDING = 10.0**-DECIMALS
"""Degrees; rounding moves a label point by at most half of it along each axis."""

_MEETS = (
    "(f.lng BETWEEN ? AND ? AND f.lat BETWEEN ? AND ?)"
    " OR (f.west >= ? AND f.east <= ? AND (f.south BETWEEN ? AND ? OR f.north BETWEEN ? AND ?))"
    " OR (f.south >= ? AND f.north <= ? AND (f.west BETWEEN ? AND ? OR f.east BETWEEN ? AND ?))"
    " OR meets(f.geom, ?, ?, ?, ?)"
)
"""Whether a candidate meets a box; see _place."""

_EVERYTHING = "1"
"""The condition that every record meets."""


def check(query: Query) -> None:
    """Raise NotFound for an unknown layer, BadQuery for a sort field or filter that does not exist or is too much."""
    if query.layer not in COLLECTIONS:
        known = ", ".join(COLLECTIONS)
        raise NotFound(
            f"No layer {query.layer!r}. Layers: {known}.", f"Không có lớp {query.layer!r}. Các lớp: {known}."
        )
    spec = COLLECTIONS[query.layer]
    name = next((name for name in (part.removeprefix("-") for part in _sorted_by(query)) if not spec.has(name)), None)
    if name is not None:
        fields = ", ".join(field.name for field in spec.fields)
        raise BadQuery(
            f"Cannot sort {query.layer} by {name!r}. Fields: {fields}.",
            f"Không sắp xếp được {query.layer} theo {name!r}. Các trường: {fields}.",
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
            f"The filter was read for {query.where.layer}, not for {query.layer}.",
            f"Bộ lọc được đọc cho lớp {query.where.layer}, không phải cho lớp {query.layer}.",
        )
    compile_where(query.where)  # refuses here what is too much for SQLite, before a caller sends the first bytes


def select(query: Query) -> Statement:
    """The records of a query, in order, one page of them when it has a limit."""
    return columns(query, *RECORD_COLUMNS)


def features(query: Query) -> Statement:
    """The ready bytes of every feature of a query, in order, one page of them when it has a limit."""
    return columns(query, "feature")


def linked(query: Query) -> Statement:
    """How many records a page has, and the bytes of all their features with links, a comma between two; one row.

    As one value they cost one step of the database instead of one each, between which other threads would want their
    turn.
    """
    page = columns(query, "feature", RELATED)
    feature = "substr(feature, 1, length(feature) - 1) || ',\"links\":[' || coalesce(links, '') || ']}'"
    return Statement(f"SELECT count(*), CAST(group_concat({feature}, ',') AS BLOB) FROM ({page.text})", page.values)


def columns(query: Query, *names: str) -> Statement:
    """Some columns of every record of a query, in order, one page of them when it has a limit.

    RELATED is one of them that another table holds.
    """
    where = _where(query)
    listed = ", ".join(name if name == RELATED else f"f.{name}" for name in names)
    table = f"{table_of(query.layer)} f"
    if RELATED in names:
        table += f" LEFT JOIN {related_of(query.layer)} x ON x.row = f.row"
    if where.text == _EVERYTHING and not query.sort and query.limit is not None:
        # Rows are numbered from 1 without a gap, so that the page is found at once however far in it lies.
        return Statement(
            f"SELECT {listed} FROM {table} WHERE f.row > ? ORDER BY f.row LIMIT ?",
            (query.offset, query.limit),
        )
    text = f"SELECT {listed} FROM {table} WHERE {where.text} ORDER BY {_order(query)}"
    if query.limit is not None or query.offset:
        return Statement(
            f"{text} LIMIT ? OFFSET ?", (*where.values, -1 if query.limit is None else query.limit, query.offset)
        )
    return Statement(text, where.values)


def count(query: Query) -> Statement:
    """How many records a query has, page ignored."""
    where = _where(query)
    return Statement(f"SELECT count(*) FROM {table_of(query.layer)} f WHERE {where.text}", where.values)


def facet(query: Query, param: str) -> Statement:
    """(value, count) of one filter over the records that all the other filters keep."""
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
    return ", ".join([*(_direction(query.layer, name) for name in _sorted_by(query)), "f.row"])


def _sorted_by(query: Query) -> list[str]:
    return [name for name in query.sort.split(",") if name]


def _direction(layer: str, name: str) -> str:
    column = f"f.{column_of(COLLECTIONS[layer].field(name.removeprefix('-')))}"
    return f"{column} IS NULL, {column}{' DESC' if name.startswith('-') else ''}"


def period(layer: str) -> Statement | None:
    """The first and the last date of a layer's records; None for a layer without dates."""
    spec = COLLECTIONS[layer]
    if not spec.time:
        return None
    first, last = _ends(layer)
    # A year ends after each of its days: '~' comes after every letter of a date.
    return Statement(f"SELECT min({first}), rtrim(max({last} || '~'), '~') FROM {table_of(layer)} f", ())


def _ends(layer: str) -> tuple[str, str]:
    """SQL for the first and the last date of a record: of its two fields, or of the one, which may be a span."""
    columns = [f"f.{column_of(COLLECTIONS[layer].field(name))}" for name in COLLECTIONS[layer].time]
    first, last = columns[0], columns[-1]
    return (
        f"CASE instr({first}, '/') WHEN 0 THEN {first} ELSE substr({first}, 1, instr({first}, '/') - 1) END",
        f"CASE instr({last}, '/') WHEN 0 THEN {last} ELSE substr({last}, instr({last}, '/') + 1) END",
    )


def _time(query: Query) -> list[Statement]:
    """Records whose time meets the asked one; a record or a layer without dates meets every time.

    ISO text of any precision compares as text: a coarser date is the beginning of every finer one, so a first
    date is compared as it stands and a last one with a letter behind it that no digit reaches.
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
    """Records that meet a polygon; one without a place meets every area, as it meets every box."""
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
        marks = ", ".join("?" * len(query.ids))
        parts.append(Statement(f"f.id IN ({marks})", query.ids))
    if query.where is not None:
        parts.append(compile_where(query.where))
    return Statement(" AND ".join(part.text for part in parts), tuple(value for part in parts for value in part.values))


def _place(query: Query) -> list[Statement]:
    """Records that meet the box: candidates by the envelope, of which only those are tested that need it.

    A candidate whose label point lies in the box meets it, as that point lies on the geometry; the box is narrowed by
    _ROUNDING for it, so that the point before rounding lies in it too. A geometry touches each side of its envelope
    somewhere: where the box holds the envelope's whole width and its south or north side, or its whole height and its
    west or east side, it holds such a point. The WKB is read of the rest alone, most of it around the box's corners.
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
    """Records whose envelope meets one of some boxes (east, west, north, south) or, when `unplaced`, have none.

    One list of row numbers, so that the R*Tree and the index of the unplaced find them: an OR beside the R*Tree would
    read the whole table.
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

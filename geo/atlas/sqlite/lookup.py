"""What a search reads from an atlas file: entries of records, and the candidates for a query among many records."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from geo.atlas.sqlite.search import (
    forgiving_expression,
    match_expression,
    some_words_expression,
)
from geo.atlas.sqlite.tables import column_of, table_of, tuples
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import icon_of
from geo.search.index_file import Entry, index_file, index_of
from geo.search.ranking import Index
from geo.search.record_texts import UNIT_FILTERS, fields_read, texts_of, unit_name
from geo.search.rules import MOST_RECORDS

SEARCHED = tuple(name for name, spec in COLLECTIONS.items() if spec.searched)
"""The layers of a search that names none."""

_CANDIDATES = 200
"""Records that are ranked: those that FTS5 finds best by BM25, in which words of names weigh ten times."""

_UnitNames = dict[str, dict[str, tuple[str, ...]]]
"""Parameter of a filter by unit -> code of the unit -> its name with its kind, in both languages."""


def index_of_layers(connection: sqlite3.Connection) -> bytes | None:
    """The index file of all searched layers; None where they have more than MOST_RECORDS."""
    counts = [connection.execute(f"SELECT count(*) FROM {table_of(layer)}").fetchone()[0] for layer in SEARCHED]
    if sum(counts) > MOST_RECORDS:
        return None
    names = _unit_names(connection)
    return index_file(entry for layer in SEARCHED for entry in _entries(connection, layer, names))


def candidates(connection: sqlite3.Connection, text: str, layers: Collection[str]) -> Index:
    """An index of the records that may match a query.

    With wrong letters only where no name matches without; with some of its words where none has all of them.
    """
    exact = _index(connection, match_expression(text), layers)
    if exact.has_names(text):
        return exact
    forgiven = _index(connection, forgiving_expression(connection, text), layers)
    return forgiven if forgiven.search(text, limit=1) else relatives(connection, text, layers)


def relatives(connection: sqlite3.Connection, text: str, layers: Collection[str]) -> Index:
    """An index of the records that have at least one word of a query, from which names are suggested."""
    return _index(connection, some_words_expression(connection, text), layers)


def _index(connection: sqlite3.Connection, expression: str, layers: Collection[str]) -> Index:
    marks = ", ".join("?" * len(layers))
    rows = tuples(
        connection,
        f"SELECT layer, row FROM search WHERE search MATCH ? AND layer IN ({marks}) "
        f"ORDER BY bm25(search, 10.0, 1.0) LIMIT ?",
        (expression, *layers, _CANDIDATES),
    )
    numbers: dict[str, list[int]] = defaultdict(list)
    for layer, number in rows:
        numbers[layer].append(number)
    names = _unit_names(connection)
    return Index(
        index_of(entry for layer, some in numbers.items() for entry in _entries(connection, layer, names, some))
    )


def _unit_names(connection: sqlite3.Connection) -> _UnitNames:
    names: _UnitNames = {}
    for row in UNIT_FILTERS:
        units = tuples(connection, f"SELECT id, title, p_kind FROM {table_of(row.unit or '')}")
        names[row.param] = {str(code): unit_name(str(title), str(kind or "")) for code, title, kind in units}
    return names


def _entries(
    connection: sqlite3.Connection, layer: str, names: _UnitNames, numbers: Sequence[int] | None = None
) -> Iterator[Entry]:
    """The entries of a layer's records, or of those with the given row numbers."""
    spec, fields = COLLECTIONS[layer], fields_read(layer)
    columns = ", ".join(f"f.{column_of(spec.field(name))}" for name in fields)
    some = "" if numbers is None else f"WHERE f.row IN ({', '.join('?' * len(numbers))})"
    units = _units(connection, layer, names, numbers)
    rows = tuples(
        connection,
        f"SELECT f.row, f.id, f.title, f.title_en, f.symbol, c.title, f.lng, f.lat, {columns} "
        f"FROM {table_of(layer)} f LEFT JOIN {table_of('communes')} c ON c.id = f.commune {some}",
        numbers or (),
    )
    for number, key, title, title_en, symbol, place, lng, lat, *values in rows:
        texts = texts_of(layer, dict(zip(fields, values, strict=True)), units[number])
        point = None if lng is None else (lng, lat)
        yield Entry(layer, key, title, title_en, icon_of(layer, symbol), place, point, tuple(texts))


def _units(
    connection: sqlite3.Connection, layer: str, names: _UnitNames, numbers: Sequence[int] | None
) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """For each row number the parameter and the name of every unit that the record lies in."""
    units: dict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    some = "" if numbers is None else f"AND row IN ({', '.join('?' * len(numbers))})"
    for param, by_code in names.items():
        # With the codes named, the primary key of the table leads to single rows.
        rows = tuples(
            connection,
            f"SELECT row, value FROM facet WHERE param = ? AND layer = ? "
            f"AND value IN ({', '.join('?' * len(by_code))}) {some} ORDER BY row, value",
            (param, layer, *by_code, *(numbers or ())),
        )
        for number, code in rows:
            units[number].append((param, by_code[code]))
    return units

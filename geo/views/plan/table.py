"""A table of the planners' part: typed columns and cells in both languages, from which pages and files are made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from geo.plan.figures import Interval
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.text import sort_key
from geo.views.values import Source, Urls, format_apart, format_date, format_number

Kind: TypeAlias = Literal["text", "integer", "number", "date", "interval", "change", "link"]
"""An interval has the bounds of a figure, a change those of the difference of two figures."""
_MOST_SORTED = 5_000
"""Rows up to which a page offers another order: a table that is sorted is made whole."""
NOTHING = Label("Không có mục nào.", "Nothing here.")
_RIGHT: frozenset[Kind] = frozenset({"integer", "number", "interval", "change"})
_FROM_TO = Label("từ {least} đến {most}", "from {least} to {most}")
_TO_POSSIBLE = Label("{sure} chắc chắn, tối đa {possible}", "{sure} certain, at most {possible}")


Query: TypeAlias = tuple[tuple[str, str], ...]
"""The parameters of an address, in their order."""


class Link(NamedTuple):
    """A cell that leads to a page of the site; `path` is percent-encoded, `query` is not and has no language."""

    text: Label
    path: str
    query: Query = ()


class FigureCell(NamedTuple):
    """The bounds of a figure with the page that it opens as; where they are None, `without` says why."""

    value: Interval | None
    without: Label
    path: str
    query: Query


class Distance(NamedTuple):
    """A distance in metres, and how far the true one may be from it. Programs read kilometres with one decimal."""

    metres: float
    uncertainty_m: float

    @property
    def km(self) -> float:
        """Kilometres with one decimal."""
        return round(self.metres / 1_000, 1)


Cell: TypeAlias = str | int | float | Label | Interval | Link | FigureCell | Distance | None
"""A date is text in ISO 8601, of a day, a month or a year. None is a value that no source gives."""


class Column(NamedTuple):
    """One column: a key for programs, its label, and the kind of its cells. `unit` is written after each number."""

    key: str
    label: Label
    kind: Kind = "text"
    unit: str = ""


class Definition(NamedTuple):
    """A term that a table uses, and its meaning."""

    term: Label
    meaning: Label


@dataclass(frozen=True)
class Table:
    """Rows of cells, one for each column.

    `records` names the record that each row is about, in the order of the rows, None for a row that is about none; it
    is empty for a table that is not about records. `note` is one sentence below the title; `empty` stands in the place
    of a table without rows. `total` is how many rows there are, where `rows` are only the first of them. `rests_on` are
    other records that the rows rest on, whose sources are those of the table where it names none.
    """

    key: str
    title: Label
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    records: tuple[RecordKey | None, ...] = ()
    sources: tuple[Source, ...] = ()
    definitions: tuple[Definition, ...] = ()
    note: Label | None = None
    empty: Label = NOTHING
    total: int | None = None
    rests_on: tuple[RecordKey, ...] = ()

    @property
    def count(self) -> int:
        """How many rows there are, those included that are not here."""
        return len(self.rows) if self.total is None else self.total

    def head(self, most: int | None) -> "Table":
        """The same table with its first `most` rows; with all for None."""
        if most is None or len(self.rows) <= most:
            return self
        return replace(self, rows=self.rows[:most], records=self.records[:most], total=self.count)

    @property
    def has_records(self) -> bool:
        """Whether a row is about a record, so that the table can be drawn on a map."""
        return any(record is not None for record in self.records)

    @property
    def column_keys(self) -> tuple[str, ...]:
        """The keys of the columns."""
        return tuple(column.key for column in self.columns)

    def ordered(self, column: str, *, descending: bool = False, lang: str = "vi") -> "Table":
        """The same table ordered by a column: names as in a Vietnamese dictionary, rows without a value last.

        KeyError for a column that the table does not have.
        """
        if column not in self.column_keys:
            raise KeyError(column)
        place = self.column_keys.index(column)
        filled = [number for number, row in enumerate(self.rows) if not _is_empty(row[place])]
        empty = [number for number, row in enumerate(self.rows) if _is_empty(row[place])]
        filled.sort(key=lambda number: _order_of(self.rows[number][place], lang), reverse=descending)
        return replace(self._picked([*filled, *empty]), total=self.total)

    def where(self, holds: Callable[[tuple[Cell, ...]], bool]) -> "Table":
        """The same table with the rows that a condition holds for."""
        return self._picked([number for number, row in enumerate(self.rows) if holds(row)])

    def _picked(self, numbers: Iterable[int]) -> "Table":
        picks = list(numbers)
        records = tuple(self.records[number] for number in picks) if self.records else ()
        return replace(self, rows=tuple(self.rows[number] for number in picks), records=records, total=None)


FILES = ("csv", "xlsx", "geojson")
"""The formats of tables; GeoJSON for those that are about records."""


def files_of(table: Table) -> tuple[str, ...]:
    """The formats that a table can be had in."""
    return FILES if table.has_records else FILES[:2]


def _is_empty(cell: Cell) -> bool:
    """Whether a cell holds no value."""
    return cell is None or cell == "" or (isinstance(cell, FigureCell) and cell.value is None)


def bounds_of(cell: Cell) -> Interval | None:
    """The interval of a cell; None for a cell that holds none."""
    if isinstance(cell, FigureCell):
        return cell.value
    return cell if isinstance(cell, Interval) else None


def _order_of(cell: Cell, lang: str) -> tuple[float, float, str]:
    """What a cell is sorted by; intervals by what is certain, then by what is possible."""
    bounds = bounds_of(cell)
    if bounds is not None:
        return bounds.sure, bounds.possible, ""
    if isinstance(cell, Distance):
        return cell.metres, 0, ""
    if isinstance(cell, Link | Label):
        return 0, 0, sort_key((cell.text if isinstance(cell, Link) else cell).of(lang))
    if isinstance(cell, str):
        return 0, 0, sort_key(cell)
    return cell if isinstance(cell, int | float) else 0, 0, ""


def interval_text(interval: Interval, unit: str, lang: str) -> str:
    """An interval in words; one number where it depends on nothing uncertain.

    >>> interval_text(Interval(5, 23), "", "vi"), interval_text(Interval(5, 5), "ha", "en")
    ('5 chắc chắn, tối đa 23', '5\\xa0ha')
    """
    sure, possible = (number_text(value, unit, lang) for value in interval)
    return sure if interval.is_exact else _TO_POSSIBLE.of(lang).format(sure=sure, possible=possible)


def change_text(change: Interval, unit: str, lang: str) -> str:
    """A difference with its sign, as one number or from the least to the greatest.

    >>> change_text(Interval(-2, 3), "", "vi"), change_text(Interval(9, 9), "", "en")
    ('từ −2 đến +3', '+9')
    """
    least, most = (_signed(bound, unit, lang) for bound in change)
    return least if change.is_exact else _FROM_TO.of(lang).format(least=least, most=most)


def _signed(value: float, unit: str, lang: str) -> str:
    sign = "" if not value else "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{number_text(abs(value), unit, lang)}"


def number_text(value: float, unit: str, lang: str) -> str:
    """A number with grouped digits, at most two decimals, and its unit.

    >>> number_text(12345.678, "ha", "vi"), number_text(3.0, "", "en")
    ('12.345,68\\xa0ha', '3')
    """
    rounded = round(value, 2) if isinstance(value, float) else value
    return format_number(rounded, unit or " ", lang).rstrip("\N{NO-BREAK SPACE} ")


def cell_text(cell: Cell, column: Column, lang: str) -> str | None:
    """A cell as a person reads it; None for a value that no source gives."""
    if isinstance(cell, FigureCell) and cell.value is None:
        return cell.without.of(lang)
    bounds = bounds_of(cell)
    if bounds is not None:
        return (change_text if column.kind == "change" else interval_text)(bounds, column.unit, lang)
    if isinstance(cell, Distance):
        return format_apart(cell.metres, cell.uncertainty_m, lang)
    if isinstance(cell, Link | Label):
        return (cell.text if isinstance(cell, Link) else cell).of(lang)
    if isinstance(cell, str):
        return (format_date(cell, lang) if column.kind == "date" else cell) or None
    return None if not isinstance(cell, int | float) else number_text(cell, column.unit, lang)


def table_view(table: Table, lang: str, urls: Urls) -> dict[str, Any]:
    """The table as the template templates/plan/tables.html writes it."""
    return {
        "key": table.key,
        "title": table.title.of(lang),
        "note": table.note.of(lang) if table.note else "",
        "empty": table.empty.of(lang),
        "files": files_of(table),
        "count": number_text(table.count, "", lang),
        "is_cut": table.count > len(table.rows),
        "is_sortable": 1 < table.count <= _MOST_SORTED,
        "columns": [
            {"key": one.key, "label": one.label.of(lang), "number": one.kind in _RIGHT} for one in table.columns
        ],
        "rows": [
            [_cell_view(cell, column, lang, urls) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ],
    }


def _cell_view(cell: Cell, column: Column, lang: str, urls: Urls) -> dict[str, Any]:
    bounds = bounds_of(cell)
    return {
        "text": cell_text(cell, column, lang),
        "url": urls.page(cell.path, **dict(cell.query)) if isinstance(cell, Link | FigureCell) else "",
        "uncertain": bounds is not None and not bounds.is_exact,
    }


def record_path(layer: str, record: str) -> str:
    """The path of the page of a record, percent-encoded.

    >>> record_path("products", "R 1/2")
    '/products/R%201%2F2'
    """
    return f"/{layer}/{quote(record, safe='')}"

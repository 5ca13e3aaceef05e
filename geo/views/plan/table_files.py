"""A table of the planners' part as CSV, as an Excel workbook and as GeoJSON, with the version and date it holds for."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import urlencode

import orjson

from geo.atlas import Atlas, Record
from geo.atlas.model import Value
from geo.schema import Label
from geo.text import inert
from geo.views.export.book import NARROW, WIDE, cell, date_cell, header_cell, set_filter, set_widths, write_book
from geo.views.export.csv_file import BOM
from geo.views.export.geojson import write_collection
from geo.views.plan.figure_view import records_by_key
from geo.views.plan.table import Cell, Column, Distance, Link, Table, bounds_of, cell_text
from geo.views.values import precision_of

SOURCES, DEFINITIONS = Label("Nguồn", "Sources"), Label("Định nghĩa", "Definitions")
_BOUNDS = {
    "interval": (Label("chắc chắn", "certain"), Label("tối đa", "at most")),
    "change": (Label("ít nhất", "at least"), Label("nhiều nhất", "at most")),
}
_ENDINGS = {"interval": ("sure", "possible"), "change": ("least", "most"), "link": ("", "url")}
"""Kind of a column -> the endings of the names of its two columns in files."""
_ADDRESS = Label("địa chỉ", "address")
_SHEET_MOST = 31  # characters of a sheet's name (Excel specifications and limits)
_NO_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_BATCH = 500
"""Records that are read at a time."""


class Edition(NamedTuple):
    """What a file holds for: the version of the data, its publication (ISO 8601, UTC), the day, and where it is from.

    `root` begins the addresses of records; `address` is that of the page or figure.
    """

    version: int
    published_at: str
    on: date
    root: str
    address: str


def write_table_csv(table: Table, edition: Edition, lang: str, out: BinaryIO) -> int:
    """Write the table in UTF-8 with a BOM and CRLF, and return its number of rows.

    Columns have their keys as names. An interval has two columns, `<key>_sure` and `<key>_possible`, a change has
    `<key>_least` and `<key>_most`; a link has a second column `<key>_url`. Text that a spreadsheet would take for a
    formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([name for column in table.columns for name in _names_of(column)])
    for row in table.rows:
        writer.writerow([_plain(value) for value in _values_of(row, table, edition, lang)])
    out.write(BOM + text.getvalue().encode())
    return len(table.rows)


def _names_of(column: Column) -> tuple[str, ...]:
    endings = _ENDINGS.get(column.kind, ("",))
    return tuple(f"{column.key}_{ending}" if ending else column.key for ending in endings)


def _values_of(row: Iterable[Cell], table: Table, edition: Edition, lang: str) -> Iterator[Value]:
    """The cells of a row as plain values, two for an interval and for a link."""
    for value, column in zip(row, table.columns, strict=True):
        if column.kind in _BOUNDS:
            yield from (_number(bound) for bound in bounds_of(value) or (None, None))
        elif column.kind == "link":
            yield cell_text(value, column, lang)
            yield _address_of(value, edition) if isinstance(value, Link) else None
        elif isinstance(value, Distance):
            yield value.km
        else:
            yield value if isinstance(value, int | float | str) else cell_text(value, column, lang)


def _address_of(link: Link, edition: Edition) -> str:
    query = urlencode(link.query, safe="/,:")
    return f"{edition.root}{link.path}{'?' if query else ''}{query}"


def _number(value: float | None) -> float | None:
    """A bound of an interval: a count is written without decimals."""
    return int(value) if value is not None and value == int(value) else value


def _plain(value: Value) -> str:
    if value is None:
        return ""
    return inert(value) if isinstance(value, str) else str(value)


def write_table_xlsx(table: Table, edition: Edition, lang: str, out: BinaryIO) -> int:
    """Write a workbook and return the number of rows of its first sheet.

    The first sheet holds the table: whole days as dates, numbers as numbers, text never as a formula. Two more hold the
    sources, and the definitions with the version, the day and the address that the table holds for.
    """

    def fill(book: Any) -> int:
        _write_rows(book.create_sheet(_sheet_name(table.title.of(lang))), table, edition, lang)
        _write_sources(book.create_sheet(SOURCES.of(lang)), table, lang)
        _write_definitions(book.create_sheet(DEFINITIONS.of(lang)), table, edition, lang)
        return len(table.rows)

    return write_book(fill, edition.published_at, out)


def _sheet_name(title: str) -> str:
    """A title as the name of a sheet: without the characters that Excel does not allow, and not too long."""
    return title.translate(_NO_SHEET_NAME).strip(" '")[:_SHEET_MOST].rstrip(" '")


def _headers_of(column: Column, lang: str) -> tuple[str, ...]:
    label = f"{column.label.of(lang)} ({column.unit})" if column.unit else column.label.of(lang)
    if column.kind in _BOUNDS:
        return tuple(f"{label}: {bound.of(lang)}" for bound in _BOUNDS[column.kind])
    return (label, f"{label}: {_ADDRESS.of(lang)}") if column.kind == "link" else (label,)


def _write_rows(sheet: Any, table: Table, edition: Edition, lang: str) -> None:
    kinds = [column.kind for column in table.columns for _ in _names_of(column)]
    set_widths(sheet, [WIDE if kind in {"text", "link"} else NARROW for kind in kinds])
    set_filter(sheet, len(kinds), len(table.rows))
    sheet.append([header_cell(sheet, text) for column in table.columns for text in _headers_of(column, lang)])
    for row in table.rows:
        values = _values_of(row, table, edition, lang)
        sheet.append([_typed(sheet, value, kind) for value, kind in zip(values, kinds, strict=True)])


def _typed(sheet: Any, value: Value, kind: str) -> Any:
    return date_cell(sheet, value) if kind == "date" and isinstance(value, str) else cell(sheet, value)


def _write_sources(sheet: Any, table: Table, lang: str) -> None:
    _write_texts(
        sheet,
        [Label("Mã", "Code"), Label("Nguồn", "Publisher"), Label("Địa chỉ", "Address")],
        [tuple(source) for source in table.sources],
        lang,
    )


def _write_definitions(sheet: Any, table: Table, edition: Edition, lang: str) -> None:
    rows = [(row.term.of(lang), row.meaning.of(lang)) for row in table.definitions]
    about = [
        (Label("Bảng", "Table").of(lang), table.title.of(lang)),
        *([(Label("Ghi chú", "Note").of(lang), table.note.of(lang))] if table.note else []),
        (Label("Phiên bản dữ liệu", "Data version").of(lang), f"{edition.version} ({edition.published_at})"),
        (Label("Tính đến ngày", "As of").of(lang), edition.on.isoformat()),
        (Label("Địa chỉ", "Address").of(lang), edition.address),
    ]
    _write_texts(sheet, [Label("Mục", "Term"), Label("Ý nghĩa", "Meaning")], [*rows, *about], lang)


def _write_texts(sheet: Any, heads: list[Label], rows: Iterable[tuple[str, ...]], lang: str) -> None:
    set_widths(sheet, [NARROW, *([2 * WIDE] * (len(heads) - 1))])
    sheet.append([header_cell(sheet, label.of(lang)) for label in heads])
    for row in rows:
        sheet.append([cell(sheet, text) for text in row])


def write_table_geojson(atlas: Atlas, table: Table, edition: Edition, lang: str, out: BinaryIO) -> int:
    """Write the records of the table as one FeatureCollection (RFC 7946) and return the number of features.

    Each feature has the cells of its row as properties, named as in CSV, and how precisely its place is known:
    `precision`, `uncertainty_m` and `approximate`. A record without a place has a null geometry.
    """
    head = {
        "name": table.key,
        "title": table.title.of(lang),
        "version": edition.version,
        "timeStamp": edition.published_at,
        "date": edition.on.isoformat(),
        "about": edition.address,
    }
    return write_collection(head, _features(atlas, table, edition, lang), out)


def _features(atlas: Atlas, table: Table, edition: Edition, lang: str) -> Iterator[bytes]:
    names = [name for column in table.columns for name in _names_of(column)]
    rows = list(zip(table.records, table.rows, strict=True))
    for begin in range(0, len(rows), _BATCH):
        batch = rows[begin : begin + _BATCH]
        records = records_by_key(atlas, (key for key, _ in batch if key is not None))
        for key, row in batch:
            if key is not None and key in records:
                values = dict(zip(names, _values_of(row, table, edition, lang), strict=True))
                yield _feature(records[key], values, lang)


def _feature(record: Record, values: Mapping[str, Value], lang: str) -> bytes:
    precision = precision_of(record)
    geometry = orjson.loads(record.feature)["geometry"]
    properties = {
        "layer": record.layer,
        "id": record.id,
        "title": record.title_in(lang),
        **values,
        "precision": precision.key if precision else None,
        "uncertainty_m": precision.uncertainty_m if precision else None,
        "approximate": precision.approximate if precision else None,
    }
    return orjson.dumps(
        {"type": "Feature", "id": f"{record.layer}/{record.id}", "geometry": geometry, "properties": properties}
    )

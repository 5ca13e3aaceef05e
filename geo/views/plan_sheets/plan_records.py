"""What the sheets of the planners' part have in common: records by layer, tables as texts, the window, words."""

from collections.abc import Iterable, Mapping, Sequence

import shapely

from geo.atlas import Atlas, Record
from geo.crs import to_metric
from geo.plan.records import RecordKey
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.desk import Desk
from geo.views.plan.figure_view import records_by_key
from geo.views.plan.table import Column, Table, cell_text
from geo.views.sheets.grids import Grid, Group
from geo.views.sheets.map_window import MapWindow, metric_box, window_around
from geo.views.sheets.page_layout import Form, map_size
from geo.views.sheets.subject import province_box
from geo.views.values import format_date

LIST = Label("Danh sách", "List")
NO_DATA = Label("chưa có số liệu", "no data yet")
_DAY = Label("ngày {day}", "on {day}")
_KM = Label("trong {km} km", "within {km} km")
_NARROW = ("integer", "number", "date", "interval", "change")
_LEAST_HALF_M = 3_000.0


def records_of_layers(
    atlas: Atlas, keys: Iterable[RecordKey], layers: Sequence[str], lang: str
) -> dict[str, list[Record]]:
    """The records of some keys, by layer in the order of `layers`, those of each by name."""
    records = records_by_key(atlas, dict.fromkeys(keys))
    by_layer = {layer: [record for record in records.values() if record.layer == layer] for layer in layers}
    return {layer: sorted(rows, key=lambda one: sort_key(one.title_in(lang))) for layer, rows in by_layer.items()}


def province_window(desk: Desk, form: Form) -> MapWindow:
    """The map of a paper that shows the whole province."""
    return window_around(province_box(desk.atlas), *map_size(form))


def window_of_records(records: Mapping[str, Sequence[Record]], desk: Desk, form: Form) -> MapWindow:
    """The map of a paper that shows all records that have a place; that of the province for none."""
    placed = [record.geometry for rows in records.values() for record in rows if record.wkb is not None]
    if not placed:
        return province_window(desk, form)
    west, south, east, north = shapely.total_bounds(to_metric(placed)).tolist()
    around = shapely.box(west - _LEAST_HALF_M, south - _LEAST_HALF_M, east + _LEAST_HALF_M, north + _LEAST_HALF_M)
    return window_around(metric_box(around), *map_size(form))


def grid_of_table(table: Table, lang: str) -> Grid:
    """A table of the planners' part as texts, its definitions as the note below it."""
    without = NO_DATA.of(lang)
    rows = tuple(
        tuple(cell_text(cell, column, lang) or without for cell, column in zip(row, table.columns, strict=True))
        for row in table.rows
    )
    heads = tuple(column.label.of(lang) for column in table.columns)
    numbers = tuple(place for place, column in enumerate(table.columns) if column.kind in {"integer", "number"})
    shares = tuple(_share(column, [row[place] for row in rows]) for place, column in enumerate(table.columns))
    note = " ".join(f"{row.term.of(lang)}: {row.meaning.of(lang)}" for row in table.definitions)
    empty = (table.empty.of(lang), *("",) * (len(heads) - 1))
    return Grid(LIST.of(lang), heads, (Group("", rows or (empty,)),), shares, numbers, note)


def _share(column: Column, texts: Sequence[str]) -> float:
    """The share of a column of texts in the width that the numbers leave, by its longest text."""
    if column.kind in _NARROW:
        return 0.0
    return float(min(max((len(text) for text in texts), default=0), 40) + 4)


def circumstances(desk: Desk, lang: str, *more: str, with_km: bool) -> str:
    """For what a sheet holds, in words: the distance, the day and more."""
    day = format_date(desk.parameters.on.isoformat(), lang)
    distance = [_KM.of(lang).format(km=km_text(desk, lang))] if with_km else []
    return " · ".join([*filter(None, more), *distance, _DAY.of(lang).format(day=day)])


def km_text(desk: Desk, lang: str) -> str:
    """The distance of a desk in kilometres."""
    text = f"{desk.parameters.km:g}"
    return text.replace(".", ",") if lang == "vi" else text

"""What a sheet is about: the province, a unit, a record with its surroundings, or a selection; and its records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas import Atlas, Query, Record
from geo.crs import LngLatBbox, to_metric
from geo.errors import BadQuery, NotFound
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import FILTERS, applies
from geo.ocop.layers import ON_MAP, THEMATIC
from geo.schema import Label
from geo.views.sheets.map_window import MapWindow, MetricBox, metric_box, metric_box_of, window_around
from geo.views.sheets.page_layout import Orientation
from geo.views.sheets.unit_drawing import units_of
from geo.views.values import precision_of

PROVINCE, SELECTION = "province", "selection"
"""The areas that are no record; every other area is written layer/key."""
UNIT_FILTERS = {row.unit: row.param for row in FILTERS if row.unit}
"""Layer of units -> the filter that selects the records of one."""
MOST_RECORDS = 5_000
"""Most records on a sheet; more could not be read."""

_AROUND_M = 4_000.0
"""Metres around a record that its sheet shows at least."""
_LEAST_SELECTION_M = 3_000.0

_TITLE = Label("Bản đồ OCOP {name}", "OCOP map of {name}")
_PROVINCE_NAME = Label("tỉnh {name}", "{name} province")
_DISTRICT_NAME = Label("{name} (đơn vị hành chính cấp huyện đến 30/6/2025)", "{name} (district until 30 June 2025)")
_RECORD_TITLE = Label("{kind}: {name}", "{kind}: {name}")
_SELECTION_TITLE = Label("Bản đồ OCOP: {layers}", "OCOP map: {layers}")


@dataclass(frozen=True)
class SheetOrder:
    """A sheet as somebody orders it.

    `area` is PROVINCE, SELECTION (what the filters keep), or layer/key of a record. `layers` are layers of the map,
    `filters` and `text` select their records as in a Query.
    """

    area: str = PROVINCE
    layers: tuple[str, ...] = THEMATIC
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    text: str = ""
    paper: Literal["a3", "a4"] = "a3"
    orientation: Orientation = "landscape"
    lang: str = "vi"


def query_of(order: SheetOrder) -> dict[str, str]:
    """The parameters in the URL of the page of a sheet, those with another value than the default.

    >>> query_of(SheetOrder(area="communes/03127", paper="a4", filters=(("stars", ("3", "4")),)))
    {'area': 'communes/03127', 'paper': 'a4', 'stars': '3,4'}
    """
    default = SheetOrder()
    values = {"area": order.area, "paper": order.paper, "orientation": order.orientation}
    query = {name: value for name, value in values.items() if value != getattr(default, name)}
    if order.layers != default.layers:
        query["layers"] = ",".join(order.layers)
    query |= {name: ",".join(keys) for name, keys in order.filters}
    return {**query, **({"q": order.text} if order.text else {})}


class Subject(NamedTuple):
    """What a sheet is about: its title, its area in METRIC_CRS, the outline or the record in it, the layer of units."""

    title: str
    box: MetricBox
    outline: BaseGeometry | None
    record: Record | None
    units: str


def subject_of(atlas: Atlas, order: SheetOrder) -> Subject:
    """The subject of an order; NotFound for an area that is no record, BadQuery for one without a place."""
    if order.area == PROVINCE:
        return Subject(_province_title(atlas, order.lang), province_box(atlas), None, None, "communes")
    if order.area == SELECTION:
        return _selection(atlas, order)
    layer, _, key = order.area.partition("/")
    if layer not in COLLECTIONS or not key:
        raise NotFound(
            f"area={order.area!r}: expected province, selection, or layer/key such as communes/03127.",
            f"area={order.area!r}: cần province, selection, hoặc lớp/mã như communes/03127.",
        )
    record = atlas.get(layer, key)
    if record.wkb is None:
        raise BadQuery(
            f"{order.area} has no location yet, so there is no map of it.",
            f"{order.area} chưa có vị trí nên không lập được bản đồ.",
        )
    metric = to_metric([record.geometry])[0]
    if layer in UNIT_FILTERS:
        return Subject(_unit_title(record, order.lang), metric_box(metric), metric, None, _drawn_units(layer))
    return Subject(_record_title(record, order.lang), _surroundings(record, metric), None, record, "communes")


def records_of(atlas: Atlas, order: SheetOrder, subject: Subject, window: MapWindow) -> dict[str, list[Record]]:
    """The records of the sheet by layer, sorted by name; BadQuery when there are more than MOST_RECORDS."""
    queries = list(_queries(order, subject, window))
    number = sum(atlas.count(query) for query in queries)
    if number > MOST_RECORDS:
        raise BadQuery(
            f"{number} records are too many for one sheet; at most {MOST_RECORDS}. Choose a smaller area, fewer layers"
            " or a filter.",
            f"{number} bản ghi là quá nhiều cho một tờ bản đồ; tối đa {MOST_RECORDS}. Hãy chọn khu vực nhỏ hơn, ít lớp"
            " hơn hoặc thêm bộ lọc.",
        )
    return {query.layer: atlas.find(query).records for query in queries}


def window_of(subject: Subject, width_mm: float, height_mm: float) -> MapWindow:
    """The map of a size that shows the subject."""
    return window_around(subject.box, width_mm, height_mm)


def filters_of(order: SheetOrder) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters that apply: a unit as the area replaces a filter by units of its layer."""
    layer, _, _ = order.area.partition("/")
    return tuple(row for row in order.filters if row[0] != UNIT_FILTERS.get(layer))


def _queries(order: SheetOrder, subject: Subject, window: MapWindow) -> Iterator[Query]:
    layer, _, key = order.area.partition("/")
    for name in order.layers:
        query = Query(name, filters=filters_of(order), text=order.text, sort=COLLECTIONS[name].title)
        if layer in UNIT_FILTERS and applies(UNIT_FILTERS[layer], name):
            yield replace(query, filters=(*query.filters, (UNIT_FILTERS[layer], (key,))))
        elif order.area in {PROVINCE, SELECTION}:
            yield query
        else:
            yield replace(query, bbox=window.degrees(), place="placed")


# --- areas -------------------------------------------------------------------------------------------


def province_box(atlas: Atlas) -> MetricBox:
    """The box around the province in METRIC_CRS; BadQuery where the data has no outline of it."""
    shapes = units_of(atlas, "province").shapes
    if not len(shapes):
        raise BadQuery(
            "The data has no outline of the province, so there is no map of it.",
            "Dữ liệu chưa có đường bao tỉnh nên không lập được bản đồ.",
        )
    return metric_box(shapely.union_all(shapes))


def _selection(atlas: Atlas, order: SheetOrder) -> Subject:
    names = ", ".join(COLLECTIONS[name].label.of(order.lang) for name in order.layers)
    title = _SELECTION_TITLE.of(order.lang).format(layers=names)
    boxes = [box for name in order.layers if (box := _bounds(atlas, order, name))]
    if not boxes:
        raise BadQuery(
            "No record of this selection has a location. Remove a filter or choose another layer.",
            "Không bản ghi nào trong phần đã chọn có vị trí. Hãy bỏ bớt bộ lọc hoặc chọn lớp khác.",
        )
    edges = np.array(boxes)
    bounds = LngLatBbox(*edges[:, :2].min(axis=0).tolist(), *edges[:, 2:].max(axis=0).tolist())
    return Subject(title, _at_least(metric_box_of(bounds), _LEAST_SELECTION_M), None, None, "communes")


def _bounds(atlas: Atlas, order: SheetOrder, layer: str) -> LngLatBbox | None:
    query = Query(layer, filters=order.filters, text=order.text, place="placed", limit=MOST_RECORDS)
    boxes = [record.bbox for record in atlas.find(query).records if record.bbox is not None]
    if not boxes:
        return None
    edges = np.array(boxes)
    return LngLatBbox(*edges[:, :2].min(axis=0).tolist(), *edges[:, 2:].max(axis=0).tolist())


def _surroundings(record: Record, shape: BaseGeometry) -> MetricBox:
    """The box around a record with _AROUND_M metres, or with its uncertainty where that is larger."""
    precision = precision_of(record)
    around = max(_AROUND_M, 1.3 * precision.uncertainty_m if precision and shape.geom_type == "Point" else 0.0)
    west, south, east, north = shape.bounds
    return MetricBox(west - around, south - around, east + around, north + around)


def _at_least(box: MetricBox, half_m: float) -> MetricBox:
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    across, along = max(half_m, (box.east - box.west) / 2), max(half_m, (box.north - box.south) / 2)
    return MetricBox(x - across, y - along, x + across, y + along)


# --- words -------------------------------------------------------------------------------------------


def _province_title(atlas: Atlas, lang: str) -> str:
    records: Sequence[Record] = units_of(atlas, "province").records
    name = records[0].title if records else ""
    return _TITLE.of(lang).format(name=_PROVINCE_NAME.of(lang).format(name=name))


def _unit_title(record: Record, lang: str) -> str:
    codes = COLLECTIONS[record.layer].field("kind").codes or ""
    label = CODE_LISTS[codes].label_of(str(record.properties.get("kind") or ""), lang) if codes else ""
    kind, _, _ = label.partition(" (")
    name = f"{kind.lower()} {record.title}" if lang == "vi" else f"{record.title} {kind.lower()}"
    if record.layer == "districts":
        name = _DISTRICT_NAME.of(lang).format(name=name.strip())
    return _TITLE.of(lang).format(name=name.strip())


def _record_title(record: Record, lang: str) -> str:
    kind = COLLECTIONS[record.layer].article.of(lang)
    return _RECORD_TITLE.of(lang).format(kind=kind, name=record.title_in(lang))


def _drawn_units(layer: str) -> str:
    """The layer of units that a unit's sheet draws: districts on that of a former district, else communes."""
    return "districts" if layer == "districts" else "communes"


def layers_for(names: Sequence[str]) -> tuple[str, ...]:
    """Layers in the order of the declaration, each once.

    >>> layers_for(["zones", "products", "zones"])
    ('products', 'zones')
    """
    return tuple(name for name in ON_MAP if name in names)

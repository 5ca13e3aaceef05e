"""The values of the page where a sheet is chosen: areas, layers, papers and directions, with the present choice."""

from typing import Any

from geo.atlas import Atlas
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import ON_MAP
from geo.ocop.styles import icon_of
from geo.schema import Label
from geo.text import sort_key
from geo.views.sheets.map_sheet import filter_words
from geo.views.sheets.page_layout import ORIENTATIONS, PAPERS
from geo.views.sheets.subject import PROVINCE, SELECTION, UNIT_FILTERS, SheetOrder, subject_of
from geo.views.sheets.unit_drawing import units_of

_PROVINCE = Label("Toàn tỉnh", "Whole province")
_SELECTION = Label("Vừa khít các bản ghi được chọn", "Just the selected records")


def order_view(atlas: Atlas, order: SheetOrder) -> dict[str, Any]:
    """The choices of the form, each with whether it is the present one, and the title of the sheet."""
    lang = order.lang
    return {
        "title": subject_of(atlas, order).title,
        "filters": filter_words(atlas, order),
        "areas": _areas(atlas, order),
        "layers": [
            {"value": name, "label": COLLECTIONS[name].label.of(lang), "icon": icon_of(name, None),
             "chosen": name in order.layers}
            for name in ON_MAP
        ],
        "papers": [{"value": key, "label": key.upper(), "chosen": key == order.paper} for key in PAPERS],
        "orientations": [
            {"value": key, "label": label.of(lang), "chosen": key == order.orientation}
            for key, label in ORIENTATIONS.items()
        ],
    }  # fmt: skip


def _areas(atlas: Atlas, order: SheetOrder) -> list[dict[str, Any]]:
    """The areas in groups: the province and the selection, the units of each layer, and a record that was asked for."""
    lang = order.lang
    general = [(PROVINCE, _PROVINCE.of(lang)), (SELECTION, _SELECTION.of(lang))]
    groups = [("", general)]
    for layer in UNIT_FILTERS:
        units = sorted(units_of(atlas, layer).records, key=lambda record: sort_key(record.title))
        rows = [(f"{layer}/{unit.id}", unit.title_in(lang)) for unit in units]
        groups.append((COLLECTIONS[layer].label.of(lang), rows))
    if not any(value == order.area for _, rows in groups for value, _ in rows):
        layer, _, key = order.area.partition("/")
        record = atlas.get(layer, key)
        groups.insert(1, (COLLECTIONS[layer].article.of(lang), [(order.area, record.title_in(lang))]))
    return [
        {"label": label, "options": [_option(value, name, order) for value, name in rows]} for label, rows in groups
    ]


def _option(value: str, name: str, order: SheetOrder) -> dict[str, Any]:
    return {"value": value, "label": name, "chosen": value == order.area}

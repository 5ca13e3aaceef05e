"""A sheet with the records of an order: the province, a unit, a record with its surroundings, or a selection."""

from typing import BinaryIO

from geo.atlas import Atlas
from geo.basemap.ground import Ground
from geo.ocop.filters import FILTERS
from geo.views.map.map_page import filter_labels
from geo.views.sheets.map_drawing import MapContent
from geo.views.sheets.page_layout import PAPERS, Form, map_size
from geo.views.sheets.records_table import records_listing
from geo.views.sheets.sheet_document import Sheet, SheetContent, compose_sheet, write_document
from geo.views.sheets.subject import PROVINCE, SheetOrder, filters_of, records_of, subject_of, window_of


def write_sheet(atlas: Atlas, ground: Ground | None, order: SheetOrder, address: str, out: BinaryIO) -> int:
    """Write the PDF of a sheet and return its number of records; errors as in `subject_of` and `records_of`.

    `address` is the URL of the sheet, which its QR code holds; without one there is no QR code.
    """
    return write_document(draw_sheet(atlas, ground, order, address), atlas, order.lang, out)


def draw_sheet(atlas: Atlas, ground: Ground | None, order: SheetOrder, address: str, *, has_list: bool = True) -> Sheet:
    """A sheet with the values of its template; without `has_list` no pages with the list of records follow it."""
    subject, lang = subject_of(atlas, order), order.lang
    form = Form(PAPERS[order.paper], order.orientation)
    window = window_of(subject, *map_size(form))
    records = records_of(atlas, order, subject, window)
    content = SheetContent(
        subject.title, filter_words(atlas, order), window,
        MapContent(subject.units, records, subject.outline, subject.record), records_listing(atlas, records, lang),
        credited=order.layers, shows_province=order.area == PROVINCE, has_pages=has_list,
    )  # fmt: skip
    return compose_sheet(atlas, ground, content, form, lang, address)


def filter_words(atlas: Atlas, order: SheetOrder) -> str:
    """The filters and the search text of an order in words."""
    rows = {row.param: row for row in FILTERS}
    texts = []
    for param, values in filters_of(order):
        labels = filter_labels(atlas, rows[param], dict.fromkeys(values, 0), order.lang)
        texts.append(f"{rows[param].label.of(order.lang)}: {', '.join(labels.get(key, key) for key in values)}")
    if order.text:
        texts.append(f"“{order.text}”")
    return " · ".join(texts)

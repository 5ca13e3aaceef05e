"""Sheets as other programs read their PDF: runs of text and pictures by their place, in millimetres on the map or page."""

from typing import Any, NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
import shapely
from numpy.typing import NDArray

from geo.atlas import Atlas
from geo.basemap.ground import Ground
from geo.views.sheets.map_sheet import draw_sheet
from geo.views.sheets.sheet_document import Sheet
from geo.views.sheets.subject import SheetOrder
from geo.views.sheets.typesetting import typeset

MM = 72 / 25.4
ADDRESS = "https://ocop.example/sheet?area=communes/03127"


class PrintedSheet(NamedTuple):
    """A sheet, its bytes, and its document as another program reads it."""

    sheet: Sheet
    data: bytes
    document: Any
    boxes: list[tuple[str, Any]]
    """The runs of text on the map and at its frame: the text, and the outline of its glyphs in millimetres on the map."""


def printed(atlas: Atlas, ground: Ground | None, order: SheetOrder) -> PrintedSheet:
    """The sheet of an order."""
    return printed_sheet(draw_sheet(atlas, ground, order, ADDRESS), atlas, order.lang)


def printed_sheet(sheet: Sheet, atlas: Atlas, lang: str) -> PrintedSheet:
    """A sheet as it is printed."""
    values = {"lang": lang, "title": sheet.title, "sheets": [sheet.values]}
    data = typeset("sheet.typ", values, atlas.version.published_at)
    document = pypdfium2.PdfDocument(data)
    return PrintedSheet(sheet, data, document, map_texts(sheet, document[0]))


def map_texts(sheet: Sheet, page: Any) -> list[tuple[str, Any]]:
    """The runs of text on the map and at its frame, in millimetres on the map."""
    at = sheet.layout.map
    inner = shapely.box(-5, -5, at.w + 5, at.h + 5)
    shifted = ((text, shapely.transform(shape, lambda xy: xy - (at.x, at.y))) for text, shape in page_texts(page))
    return [(text, shape) for text, shape in shifted if inner.contains(shape)]


def page_texts(page: Any) -> list[tuple[str, Any]]:
    """The runs of text of a page with the outlines of their glyphs, in millimetres from its upper left corner."""
    text_page, height = page.get_textpage(), page.get_height()
    runs = []
    for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=4):
        corners = np.array(item.get_quad_points())
        corners = np.column_stack([corners[:, 0], height - corners[:, 1]]) / MM
        runs.append((_extract(item, text_page), shapely.MultiPoint(corners).convex_hull))
    return runs


def _extract(item: Any, text_page: Any) -> str:
    length = pdfium_c.FPDFTextObj_GetText(item.raw, text_page.raw, None, 0)
    buffer = (pdfium_c.FPDF_WCHAR * (length // 2 + 1))()
    pdfium_c.FPDFTextObj_GetText(item.raw, text_page.raw, buffer, length)
    return bytes(buffer)[: length - 2].decode("utf-16-le")


def pixels(page: Any, dots_per_mm: float) -> NDArray[np.uint8]:
    """A page as pixels: row, column, red, green and blue."""
    image: NDArray[np.uint8] = page.render(scale=dots_per_mm * 25.4 / 72).to_numpy()[..., 2::-1]
    return image

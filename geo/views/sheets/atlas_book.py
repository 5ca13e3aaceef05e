"""The atlas: the whole province, a list of contents, and a sheet for each commune, in one PDF with bookmarks."""

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from geo.atlas import Atlas
from geo.basemap.ground import Ground
from geo.schema import Label
from geo.text import sort_key
from geo.views.sheets.map_sheet import draw_sheet
from geo.views.sheets.subject import SheetOrder
from geo.views.sheets.typesetting import typeset
from geo.views.sheets.unit_drawing import units_of

_TITLE = Label("Tập bản đồ OCOP theo xã, phường", "Atlas of OCOP maps by commune and ward")
_CONTENTS = Label("Mục lục", "Contents")


def write_book(
    atlas: Atlas, ground: Ground | None, lang: str, address_of: Callable[[SheetOrder], str], out: BinaryIO
) -> int:
    """Write the atlas as PDF on A4 and return its number of maps; `address_of` gives the URL of the page of a sheet."""
    province = SheetOrder(paper="a4", lang=lang)
    units = sorted(units_of(atlas, "communes").records, key=lambda record: sort_key(record.title))
    orders = [province, *(replace(province, area=f"communes/{unit.id}") for unit in units)]
    sheets = [draw_sheet(atlas, ground, order, address_of(order)).values for order in orders]
    values = {"lang": lang, "title": _TITLE.of(lang), "contents": _CONTENTS.of(lang), "sheets": sheets}
    out.write(typeset("book.typ", values, atlas.version.published_at))
    return len(sheets)

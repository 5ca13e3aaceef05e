"""A sheet as a PDF: the map with its title, legend, grid, inset, table, sources and places for signatures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import segno

from geo.atlas import Atlas
from geo.basemap.ground import Ground
from geo.schema import Label
from geo.views.map.credits import credits_of
from geo.views.map.terrain_view import terrain_credits
from geo.views.qgis import LEGAL
from geo.views.sheets import legend as legends
from geo.views.sheets.grid import LABEL_POINTS, convergence_deg, system_name
from geo.views.sheets.grids import Grid, Listing, height_mm
from geo.views.sheets.inset import draw_inset, inset_ratio
from geo.views.sheets.label_placement import PlacedName
from geo.views.sheets.map_drawing import MapContent, MapDrawing, draw_map
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.page_layout import Form, Needs, PageLayout, Rect, page_layout
from geo.views.sheets.typesetting import typeset
from geo.views.values import format_moment, format_number, format_scale

_COLUMNS = (2, 3)
"""Numbers of columns that the legend may have; more only where fewer would be too tall."""
_MOST_TABLE = 0.36
"""Most that the table of records may take of the height of the map; a longer one stands on pages of its own."""
_MOST_SPLIT = 6
"""Columns of a table up to which a wide page has two of it side by side."""
_LEGEND_HEAD_MM = 6.0
_READABLE, _SQUEEZE = 0.74, 0.5
"""Shares of the height of the legend's rows: one that is well read, and the least."""

_WORDS: dict[str, Label] = {
    "legend": Label("Chú giải", "Legend"),
    "scale": Label("Tỷ lệ 1 : {n}", "Scale 1 : {n}"),
    "grid": Label(
        "Lưới toạ độ {system}, cách nhau {km} km; số ở khung là mét: Y (đông) trên và dưới, X (bắc) hai bên.",
        "Grid {system}, every {km} km; figures at the frame are metres: eastings above and below, northings beside.",
    ),
    "north": Label("Bắc lưới chiếu", "Grid north"),
    "east": Label("lệch {deg}° về phía đông so với bắc thực", "{deg}° east of true north"),
    "west": Label("lệch {deg}° về phía tây so với bắc thực", "{deg}° west of true north"),
    "same": Label("trùng với bắc thực", "the same as true north"),
    "next_page": Label("Danh sách từng bản ghi ở các trang sau.", "The list of records is on the following pages."),
    "sources": Label("Nguồn", "Sources"),
    "version": Label("Dữ liệu phiên bản {n}, công bố {at}.", "Data version {n}, published {at}."),
    "border": Label(
        "Bản đồ chỉ vẽ phạm vi tỉnh Điện Biên và không vẽ biên giới quốc gia.",
        "The map draws Điện Biên province only and does not draw the national border.",
    ),
    "address": Label("Mở tờ bản đồ này trên mạng", "Open this sheet online"),
    "maker": Label("Người lập", "Prepared by"),
    "head": Label("Thủ trưởng đơn vị", "Head of the unit"),
    "sign": Label("(Ký, ghi rõ họ tên)", "(Signature, full name)"),
    "seal": Label("(Ký, đóng dấu)", "(Signature, seal)"),
    "day": Label("………, ngày …… tháng …… năm ………", "………, date ……………………"),
    "map_alt": Label(
        "Bản đồ tỷ lệ 1 : {n}, hệ {system}: {what}.",
        "Map at a scale of 1 : {n} in {system}: {what}.",
    ),
    "map_list": Label(
        " Nội dung của bản đồ có trong danh sách bản ghi.", " The list of records has the contents of the map."
    ),
    "page": Label("Trang", "Page"),
}  # fmt: skip


@dataclass(frozen=True)
class SheetContent:
    """What a sheet holds, whatever it is about.

    `credited` are the layers whose sources are named. A sheet that `shows_province` has a larger inset, since that
    shows the former districts. `has_pages` says that the list of records follows where it has no room beside the map.
    """

    title: str
    subtitle: str
    window: MapWindow
    map: MapContent
    listing: Listing
    credited: tuple[str, ...]
    shows_province: bool = True
    has_pages: bool = True


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, its map, its layout, and the values of its template."""

    title: str
    drawing: MapDrawing
    layout: PageLayout
    values: dict[str, Any]


def write_document(sheet: Sheet, atlas: Atlas, lang: str, out: BinaryIO) -> int:
    """Write the PDF of a sheet and return its number of records."""
    values = {"lang": lang, "title": sheet.title, "sheets": [sheet.values]}
    out.write(typeset("sheet.typ", values, atlas.version.published_at))
    return int(sheet.values["count"])


def compose_sheet(
    atlas: Atlas, ground: Ground | None, content: SheetContent, form: Form, lang: str, address: str
) -> Sheet:
    """A sheet with the values of its template; `address` is the URL in its QR code, "" for none."""
    layout, listing = page_layout(form, Needs()), content.listing
    drawing = draw_map(atlas, ground, content.map, content.window, lang, text=layout.text)
    rows = legends.legend_rows(content.map.records, drawing, content.map.units, lang)
    needs = Needs(0.0, 0.0, inset_ratio(atlas), 0.24 if content.shows_province else 0.19)
    for table in filter(None, (_beside(listing, layout), listing.summary)):
        needed_mm = height_mm(table, layout.table.w, layout.text)
        layout, columns, is_readable = _layout_with_legend(form, needs._replace(table=needed_mm), rows)
        if is_readable:
            break
    is_beside = table is not listing.summary
    has_pages = content.has_pages and not is_beside and bool(listing.pages.rows)
    is_listed = has_pages or is_beside
    values = {
        **_frame_values(layout, content.title, content.subtitle),
        "map": _map_values(drawing, layout.map, content.title, lang, names_list=is_listed),
        "legend": _legend_values(columns, layout.legend, layout.text, lang),
        "scale": _scale_values(content.window, layout, lang) | {"grid": _grid_note(drawing, lang)},
        "inset": _inset_values(atlas, content.window, layout.inset, lang),
        "notes": _notes_values(atlas, ground, content.credited, layout.notes, lang, address),
        "signature": _signature_values(layout.signature, lang),
        "count": len(listing.pages.rows),
        "table": {"at": layout.table._asdict(), "next": _WORDS["next_page"].of(lang) if has_pages else ""}
        | _grid_values(table),
        "list": _grid_values(listing.pages) | {"page": _WORDS["page"].of(lang)} if has_pages else None,
    }
    return Sheet(content.title, drawing, layout, values)


def _layout_with_legend(
    form: Form, needs: Needs, rows: Sequence[legends.LegendRow]
) -> tuple[PageLayout, list[list[legends.LegendRow]], bool]:
    """The layout with as few columns in its legend as fit at a readable size, these columns, and whether they do."""
    for count in _COLUMNS:
        layout = page_layout(form, needs)
        columns = legends.in_columns(rows, count, (layout.legend.w / count - 2.0) / layout.text)
        needed = legends.height_mm(columns) * layout.text
        layout = page_layout(form, needs._replace(legend=needed + _LEGEND_HEAD_MM))
        is_readable = layout.legend.h - _LEGEND_HEAD_MM >= _READABLE * needed
        if is_readable:
            break
    return layout, columns, is_readable


def _frame_values(layout: PageLayout, title: str, subtitle: str) -> dict[str, Any]:
    return {
        "width": layout.width, "height": layout.height, "text": layout.text, "title": title, "subtitle": subtitle,
        "title_at": layout.title._asdict(),
    }  # fmt: skip


def _beside(listing: Listing, layout: PageLayout) -> Grid | None:
    """The table of records beside the map where it has room there; None where it needs pages of its own."""
    grid = listing.beside
    most_mm = min(_MOST_TABLE * layout.map.h, layout.table.h)
    return grid if grid is not None and height_mm(grid, layout.table.w, layout.text) <= most_mm else None


def _grid_values(grid: Grid) -> dict[str, Any]:
    return {
        "title": grid.title, "heads": grid.heads, "columns": grid.columns, "numbers": grid.numbers, "note": grid.note,
        "groups": [{"kind": group.kind, "rows": group.rows} for group in grid.groups],
        "split": len(grid.columns) <= _MOST_SPLIT,
    }  # fmt: skip


# --- the map -----------------------------------------------------------------------------------------


def _map_values(drawing: MapDrawing, at: Rect, title: str, lang: str, *, names_list: bool) -> dict[str, Any]:
    """The map; `names_list` says that its alternative text names the list of records."""
    alt = (
        _WORDS["map_alt"].of(lang).format(n=format_scale(drawing.window.scale, lang), system=system_name(), what=title)
    )
    return {
        "at": at._asdict(),
        "svg": drawing.svg,
        "alt": alt + (_WORDS["map_list"].of(lang) if names_list else ""),
        "texts": text_values(drawing.texts),
        "eastings": [[one.at_mm, one.text] for one in drawing.grid.eastings],
        "northings": [[one.at_mm, one.text] for one in drawing.grid.northings],
        "grid_points": LABEL_POINTS,
    }


def text_values(texts: Sequence[PlacedName]) -> list[dict[str, Any]]:
    """Placed names for a template: the beginning of the baseline in millimetres, degrees clockwise, and the type."""
    rows = []
    for placed in texts:
        name, (x, y) = placed.name, placed.baseline
        rows.append({
            "x": round(x, 3), "y": round(y, 3), "turn": round(placed.spot.turn, 2), "text": name.text,
            "points": round(name.points, 2), "color": name.color, "bold": name.bold, "italic": name.italic,
            "tracking": round(name.tracking, 3), "width": round(name.width + 0.5, 3),
        })  # fmt: skip
    return rows


def _legend_values(columns: Sequence[Sequence[legends.LegendRow]], at: Rect, text: float, lang: str) -> dict[str, Any]:
    needed = legends.height_mm(columns) * text
    squeeze = min(1.0, max(_SQUEEZE, (at.h - _LEGEND_HEAD_MM) / needed)) if needed else 1.0
    return {
        "at": at._asdict(),
        "title": _WORDS["legend"].of(lang),
        "columns": [
            [{"text": row.text, "svg": row.svg, "height": row.height * text * squeeze} for row in column]
            for column in columns
        ],
        "swatch": [legends.SWATCH_MM[0] * text * squeeze, legends.SWATCH_MM[1] * text * squeeze],
        "squeeze": squeeze,
    }


def _scale_values(window: MapWindow, layout: PageLayout, lang: str) -> dict[str, Any]:
    """The scale bar in four parts of a round length, and the arrow to the north of the grid."""
    most_m = layout.scale.w * 0.55 / 1000 * window.scale / 4
    power = 10 ** math.floor(math.log10(most_m))
    part_m = max(step * power for step in (1, 2, 5) if step * power <= most_m)
    unit, size = ("km", 1000.0) if part_m >= 500 else ("m", 1.0)
    deg = convergence_deg(window)
    return {
        "at": layout.scale._asdict(),
        "text": _WORDS["scale"].of(lang).format(n=format_scale(window.scale, lang)),
        "part": part_m / window.scale * 1000,
        "marks": [format_number(float(f"{number * part_m / size:g}"), None, lang) for number in range(5)],
        "unit": unit,
        "north": _WORDS["north"].of(lang),
        "convergence": convergence_words(deg, lang),
    }


def convergence_words(deg: float, lang: str) -> str:
    """Where the north of the grid lies as seen from true north, `deg` degrees clockwise of it, to the minute of arc.

    >>> convergence_words(0.254, "vi"), convergence_words(-0.5, "en"), convergence_words(0.001, "en")
    ('lệch 0,25° về phía đông so với bắc thực', '0.5° west of true north', 'the same as true north')
    """
    rounded = round(deg, 2)
    side = "east" if rounded > 0 else "west" if rounded < 0 else "same"
    return _WORDS[side].of(lang).format(deg=format_number(abs(rounded), None, lang))


def _grid_note(drawing: MapDrawing, lang: str) -> str:
    km = format_number(drawing.grid.interval_m / 1000, None, lang)
    return _WORDS["grid"].of(lang).format(system=system_name(), km=km)


def _inset_values(atlas: Atlas, window: MapWindow, at: Rect, lang: str) -> dict[str, Any] | None:
    if at.h < 12.0:
        return None
    inset = draw_inset(atlas, window, lang, at.w, at.h - 4.0)
    return {
        "at": at._asdict(), "title": inset.title.of(lang), "svg": inset.svg, "width": inset.width,
        "height": inset.height, "texts": text_values(inset.texts),
    }  # fmt: skip


# --- beside the map ----------------------------------------------------------------------------------


def _notes_values(
    atlas: Atlas, ground: Ground | None, layers: Sequence[str], at: Rect, lang: str, address: str
) -> dict[str, Any]:
    version = atlas.version
    of_records = credits_of(atlas, [*layers, "communes", "province"], lang)
    of_base = terrain_credits(ground, lang)
    texts = [
        *of_records["attributions"],
        *(f"{row['licence']}: {row['layers']}." for row in of_records["licences"]),
        *(f"{row['layers']}: {row['attribution']} ({row['licence']})." for row in of_base),
    ]
    published = format_moment(version.published_at, lang)
    return {
        "at": at._asdict(),
        "sources_title": _WORDS["sources"].of(lang),
        "sources": " ".join(texts),
        "version": _WORDS["version"].of(lang).format(n=version.number, at=published),
        "legal": f"{LEGAL.of(lang)} {_WORDS['border'].of(lang)}",
        "address": address,
        "address_title": _WORDS["address"].of(lang),
        "qr": qr_svg(address) if address else "",
    }


def _signature_values(at: Rect, lang: str) -> dict[str, Any]:
    return {"at": at._asdict()} | {key: _WORDS[key].of(lang) for key in ("maker", "head", "sign", "seal", "day")}


def qr_svg(text: str) -> str:
    """A QR code (ISO/IEC 18004, error correction M) as SVG, with its quiet zone of four modules."""
    return str(segno.make(text, error="m", micro=False).svg_inline(border=4, omitsize=True))

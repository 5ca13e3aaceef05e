"""A sheet as a PDF: the map with its title, legend, grid, inset, table, sources and places for signatures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO

import segno

from geo.atlas import Atlas
from geo.basemap.ground import Ground
from geo.ocop.filters import FILTERS
from geo.schema import Label
from geo.views.map.credits import credits_of
from geo.views.map.map_page import filter_labels
from geo.views.map.terrain_view import terrain_credits
from geo.views.qgis import LEGAL
from geo.views.sheets import legend as legends
from geo.views.sheets.grid import LABEL_POINTS, convergence_deg, system_name
from geo.views.sheets.inset import draw_inset, inset_ratio
from geo.views.sheets.label_placement import PlacedName
from geo.views.sheets.map_drawing import MapContent, MapDrawing, draw_map
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.page_layout import PAPERS, Needs, Orientation, PageLayout, Paper, Rect, page_layout
from geo.views.sheets.records_table import HEADS, SHORT_HEADS, SUMMARY_HEADS, TableRow, summary_rows, table_rows
from geo.views.sheets.subject import PROVINCE, SheetOrder, filters_of, records_of, subject_of, window_of
from geo.views.sheets.typefaces import width_mm
from geo.views.sheets.typesetting import typeset
from geo.views.values import format_moment, format_number

_COLUMNS = (2, 3)
"""Numbers of columns that the legend may have; more only where fewer would be too tall."""
_TABLE_ROW_MM, _TABLE_LINE_MM, _TABLE_POINTS = 3.7, 2.4, 5.8
"""Height of a row of the table, height of one more line in it, size of its type."""
_OTHER_COLUMNS_MM = 52.0
"""Width of the columns of the table beside the map without that of the names."""
_MOST_TABLE = 0.36
"""Most that the table of records may take of the height of the map; a longer one stands on pages of its own."""
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
    "convergence": Label("lệch {deg}° so với bắc thực", "{deg}° from true north"),
    "table": Label("Danh sách bản ghi", "Records"),
    "summary": Label("Số bản ghi", "Number of records"),
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
class Sheet:
    """A sheet: its title, its map, its layout, and the values of its template."""

    title: str
    drawing: MapDrawing
    layout: PageLayout
    values: dict[str, Any]


def write_sheet(atlas: Atlas, ground: Ground | None, order: SheetOrder, address: str, out: BinaryIO) -> int:
    """Write the PDF of a sheet and return its number of records; errors as in `subject_of` and `records_of`.

    `address` is the URL of the sheet, which its QR code holds; without one there is no QR code.
    """
    sheet = draw_sheet(atlas, ground, order, address)
    out.write(typeset("sheet.typ", {"lang": order.lang, "title": sheet.title, "sheets": [sheet.values]},
                      atlas.version.published_at))  # fmt: skip
    return int(sheet.values["count"])


def draw_sheet(atlas: Atlas, ground: Ground | None, order: SheetOrder, address: str, *, has_list: bool = True) -> Sheet:
    """A sheet with the values of its template; without `has_list` no pages with the list of records follow it."""
    subject, lang = subject_of(atlas, order), order.lang
    paper = PAPERS[order.paper]
    layout = page_layout(paper, order.orientation, Needs())
    window = window_of(subject, layout.map.w, layout.map.h)
    records = records_of(atlas, order, subject, window)
    content = MapContent(subject.units, records, subject.outline, subject.record)
    drawing = draw_map(atlas, ground, content, window, lang, text=layout.text)
    table, summary = table_rows(atlas, records, lang), summary_rows(records, lang)
    rows = legends.legend_rows(records, drawing, subject.units, lang)
    fits = _table_mm(table, layout) <= _MOST_TABLE * layout.map.h
    table_mm = _table_mm(table, layout) if fits else (len(summary) + 1) * _TABLE_ROW_MM * layout.text + 5.0
    needs = Needs(0.0, table_mm + 8.0, inset_ratio(atlas), 0.24 if order.area == PROVINCE else 0.19)
    layout, columns = _layout_with_legend(paper, order.orientation, needs, rows)
    values = {
        **_frame_values(layout, subject.title, filter_words(atlas, order)),
        "map": _map_values(drawing, layout.map, subject.title, lang, names_list=fits or has_list),
        "legend": _legend_values(columns, layout.legend, layout.text, lang),
        "scale": _scale_values(window, layout, lang) | {"grid": _grid_note(drawing, lang)},
        "inset": _inset_values(atlas, window, layout.inset, lang),
        "notes": _notes_values(atlas, ground, order, layout.notes, address),
        "signature": _signature_values(layout.signature, lang),
        "count": len(table),
        **_table_values(table, summary, layout, lang, fits=fits, has_list=has_list),
    }
    return Sheet(subject.title, drawing, layout, values)


def _layout_with_legend(
    paper: Paper, orientation: Orientation, needs: Needs, rows: Sequence[legends.LegendRow]
) -> tuple[PageLayout, list[list[legends.LegendRow]]]:
    """The layout with as few columns in its legend as fit at a readable size, and these columns."""
    for count in _COLUMNS:
        layout = page_layout(paper, orientation, needs)
        columns = legends.in_columns(rows, count, (layout.legend.w / count - 2.0) / layout.text)
        needed = legends.height_mm(columns) * layout.text
        layout = page_layout(paper, orientation, needs._replace(legend=needed + _LEGEND_HEAD_MM))
        if layout.legend.h - _LEGEND_HEAD_MM >= _READABLE * needed:
            break
    return layout, columns


def _frame_values(layout: PageLayout, title: str, subtitle: str) -> dict[str, Any]:
    return {
        "width": layout.width, "height": layout.height, "text": layout.text, "title": title, "subtitle": subtitle,
        "title_at": layout.title._asdict(),
    }  # fmt: skip


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


# --- the map -----------------------------------------------------------------------------------------


def _map_values(drawing: MapDrawing, at: Rect, title: str, lang: str, *, names_list: bool) -> dict[str, Any]:
    """The map; `names_list` says that its alternative text names the list of records."""
    alt = _WORDS["map_alt"].of(lang).format(n=_scale_text(drawing.window, lang), system=system_name(), what=title)
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


def _scale_text(window: MapWindow, lang: str) -> str:
    return f"{int(window.scale):,}".replace(",", "." if lang == "vi" else ",")


def _scale_values(window: MapWindow, layout: PageLayout, lang: str) -> dict[str, Any]:
    """The scale bar in four parts of a round length, and the arrow to the north of the grid."""
    most_m = layout.scale.w * 0.55 / 1000 * window.scale / 4
    power = 10 ** math.floor(math.log10(most_m))
    part_m = max(step * power for step in (1, 2, 5) if step * power <= most_m)
    unit, size = ("km", 1000.0) if part_m >= 500 else ("m", 1.0)
    deg = convergence_deg(window)
    return {
        "at": layout.scale._asdict(),
        "text": _WORDS["scale"].of(lang).format(n=_scale_text(window, lang)),
        "part": part_m / window.scale * 1000,
        "marks": [format_number(float(f"{number * part_m / size:g}"), None, lang) for number in range(5)],
        "unit": unit,
        "north": _WORDS["north"].of(lang),
        "convergence": _WORDS["convergence"].of(lang).format(deg=format_number(abs(round(deg, 2)), None, lang)),
    }


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


def _table_mm(rows: Sequence[TableRow], layout: PageLayout) -> float:
    """The height of the table of records beside the map in millimetres; a long name takes several lines."""
    room = layout.table.w - _OTHER_COLUMNS_MM * layout.text
    lines = [math.ceil(width_mm(row.name, _TABLE_POINTS * layout.text) / room) for row in rows]
    return sum(_TABLE_ROW_MM + (count - 1) * _TABLE_LINE_MM for count in [1, *lines]) * layout.text


def _table_values(
    rows: Sequence[TableRow], summary: list[list[str]], layout: PageLayout, lang: str, *, fits: bool, has_list: bool
) -> dict[str, Any]:
    """The table beside the map where it has room there; else a summary, and the table on pages of its own."""
    return {
        "table": {
            "at": layout.table._asdict(),
            "title": _WORDS["table" if fits else "summary"].of(lang),
            "heads": [head.of(lang) for head in (SHORT_HEADS if fits else SUMMARY_HEADS)],
            "rows": [row.short for row in rows] if fits else summary,
            "note": "" if fits or not has_list else _WORDS["next_page"].of(lang),
            "short": fits,
        },
        "list": None if fits or not has_list else {
            "title": _WORDS["table"].of(lang), "heads": [head.of(lang) for head in HEADS],
            "groups": [
                {"kind": kind, "rows": [list(row.values) for row in members]}
                for kind, members in groupby(rows, key=lambda row: row.layer)
            ],
            "page": _WORDS["page"].of(lang),
        },
    }  # fmt: skip


def _notes_values(atlas: Atlas, ground: Ground | None, order: SheetOrder, at: Rect, address: str) -> dict[str, Any]:
    lang, version = order.lang, atlas.version
    of_records = credits_of(atlas, [*order.layers, "communes", "province"], lang)
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

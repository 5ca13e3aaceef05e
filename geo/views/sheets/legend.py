"""The legend of a sheet: the symbols that its map has, with their words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely

from geo.atlas import Record
from geo.basemap.declaration import BASE_LAYERS
from geo.basemap.style import BASE_STYLES, BOX, LAND, SYMBOLS, BaseStyle
from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import STYLES, icon_of
from geo.schema import Label
from geo.views.qgis.base_layers import PX_MM
from geo.views.qgis.symbols import APPROXIMATE, CLUSTERS
from geo.views.sheets.map_drawing import MapDrawing
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.overlay import SIGNS, Overlay, hatching_svg, sign_svg
from geo.views.sheets.record_symbols import RING_DASH_MM, swatch
from geo.views.sheets.typefaces import width_mm
from geo.views.sheets.vector_drawing import PER_MM, document, element, line, placed_path, rectangle

SWATCH_MM = (8.0, 5.6)
"""Width and height of the picture of a row."""
ROW_MM, HEAD_MM = 4.9, 5.6
ROW_POINTS, HEAD_POINTS = 6.3, 6.6
_LINE_MM = 2.5
"""What one more line of text adds to the height of a row."""
_BASE = Label("Bản đồ nền", "Base map")
_HEIGHTS = Label("Độ cao từ 300 đến trên 2.100 m", "Elevation from 300 to above 2,100 m")
_SIGNS = Label("Ký hiệu chung", "Other signs")
_UNKNOWN = Label("Chưa rõ loại", "Type unknown")
_COUNT = Label("{name} ({n})", "{name} ({n})")
_INK = "#1d2b2c"
_RIVERS = "rivers"


class LegendRow(NamedTuple):
    """A row: its text, and its picture as SVG; a heading has none."""

    text: str
    svg: str = ""
    lines: int = 1

    @property
    def height(self) -> float:
        """Its height in millimetres."""
        return (ROW_MM if self.svg else HEAD_MM) + (self.lines - 1) * _LINE_MM


def legend_rows(records: Mapping[str, Sequence[Record]], drawing: MapDrawing, units: str, lang: str) -> list[LegendRow]:
    """The rows of a map: each layer with its number of records and its symbols, the signs, the base map."""
    rows = [row for layer, members in records.items() for row in _layer_rows(layer, members, lang)]
    return [*rows, *_overlay_rows(drawing.overlay), *_signs(drawing, lang), *_base_rows(drawing, units, lang)]


def _lines(row: LegendRow, width: float) -> int:
    """The lines that the text of a row takes, a word at a time."""
    points, room = (ROW_POINTS, width - SWATCH_MM[0] - 1.4) if row.svg else (HEAD_POINTS, width)
    lines, line_text = 1, ""
    for word in row.text.split():
        longer = f"{line_text} {word}".strip()
        if line_text and width_mm(longer, points, bold=not row.svg) > room:
            lines, line_text = lines + 1, word
        else:
            line_text = longer
    return lines


def in_columns(rows: Sequence[LegendRow], count: int, width: float) -> list[list[LegendRow]]:
    """The rows in columns of about equal height, none of which ends with a heading.

    `width` is that of a column in millimetres, divided by the factor of the sizes of type.
    """
    columns: list[list[LegendRow]] = []
    rest = [row._replace(lines=_lines(row, width)) for row in rows]
    for number in range(count, 0, -1):
        share = sum(row.height for row in rest) / number
        column: list[LegendRow] = []
        while rest and (number == 1 or sum(row.height for row in column) + rest[0].height / 2 <= share):
            column.append(rest.pop(0))
        if rest and column and not column[-1].svg:
            rest.insert(0, column.pop())
        columns.append(column)
    return columns


def height_mm(columns: Iterable[Iterable[LegendRow]]) -> float:
    """The height of the tallest column in millimetres."""
    return max((sum(row.height for row in column) for column in columns), default=0.0)


def _layer_rows(layer: str, records: Sequence[Record], lang: str) -> Iterator[LegendRow]:
    spec = COLLECTIONS[layer]
    head = _COUNT.of(lang).format(name=spec.label.of(lang), n=len(records))
    if not any(record.wkb for record in records):
        return
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if codes is None or spec.dimension != 0:
        yield LegendRow(head, _picture(swatch(layer, STYLES[layer].icon, *SWATCH_MM)))
        return
    yield LegendRow(head)
    present = {record.symbol or "" for record in records if record.wkb}
    words = {code.key: code.label.of(lang) for code in CODE_LISTS[codes].codes}
    by_icon: dict[str, list[str]] = {}  # kinds with one icon share a row: two rows would look alike
    for key in [*(key for key in words if key in present), *([""] if present - words.keys() else [])]:
        by_icon.setdefault(icon_of(layer, key), []).append(words.get(key, _UNKNOWN.of(lang)))
    for icon, texts in by_icon.items():
        yield LegendRow("; ".join(texts), _picture(swatch(layer, icon, *SWATCH_MM)))


def _signs(drawing: MapDrawing, lang: str) -> Iterator[LegendRow]:
    if not (drawing.has_approximate or drawing.has_clusters):
        return
    yield LegendRow(_SIGNS.of(lang))
    x, y = round(SWATCH_MM[0] / 2 * PER_MM), round(SWATCH_MM[1] / 2 * PER_MM)
    if drawing.has_approximate:
        dashes = " ".join(str(round(part * PER_MM)) for part in RING_DASH_MM)
        ring = element("circle", cx=x, cy=y, r=240, fill="none", stroke=_INK, stroke_width=28, stroke_dasharray=dashes)
        yield LegendRow(APPROXIMATE.of(lang), _picture(ring))
    if drawing.has_clusters:
        disc = element("circle", cx=x, cy=y, r=210, fill=_INK)
        # A numeral of one stroke: pictures of the legend hold no text.
        two = element("path", d=f"M{x - 75} {y - 50}q0 -75 75 -75q80 0 80 72q0 55 -60 105l-100 78h165", fill="none",
                      stroke="#ffffff", stroke_width=40)  # fmt: skip
        yield LegendRow(CLUSTERS.of(lang), _picture(disc + two))


def _overlay_rows(overlay: Overlay) -> Iterator[LegendRow]:
    """The rows of what a map shows beside its records, those of signs first."""
    width, height = SWATCH_MM
    present = set(overlay.signs.values())
    rows = [
        LegendRow(overlay.sign_words[key], _picture(sign_svg(key, width / 2, height / 2)))
        for key in SIGNS
        if key in present
    ]
    for stroke in filter(lambda one: one.shapes, overlay.strokes):
        across = [shapely.LineString([(0.2, height / 2), (width - 0.2, height / 2)])]
        rows.append(
            LegendRow(stroke.words, _picture(line(across, stroke.color, stroke.width_mm, dash_mm=stroke.dash_mm)))
        )
    for hatching in overlay.hatchings:
        box = np.array([shapely.box(0.5, 0.7, width - 0.5, height - 0.7)], dtype=object)
        rows.append(
            LegendRow(hatching.words, _picture(hatching_svg(box, crossed=hatching.crossed, color=hatching.color)))
        )
    if rows:
        yield LegendRow(overlay.title)
        yield from rows


def _base_rows(drawing: MapDrawing, units: str, lang: str) -> Iterator[LegendRow]:
    yield LegendRow(_BASE.of(lang))
    for layer in dict.fromkeys(("province", units)):
        yield LegendRow(COLLECTIONS[layer].label.of(lang), _picture(swatch(layer, "", *SWATCH_MM)))
    styles = [BASE_STYLES[key] for key in reversed(drawing.base_classes)]
    for group in _group_alike(style for style in styles if style.layer != "heights"):
        texts = (BASE_LAYERS[style.layer].base_class(style.kind).label.of(lang) for style in group)
        yield LegendRow("; ".join(texts), _picture(_base_swatch(group[0], drawing.window)))
    heights = [style for style in reversed(styles) if style.layer == "heights"]
    if heights:
        yield LegendRow(_HEIGHTS.of(lang), _picture(_ramp(heights)))


def _group_alike(styles: Iterable[BaseStyle]) -> list[list[BaseStyle]]:
    """The styles in groups that look the same on paper: those of rivers, which differ a little in width."""
    groups: list[list[BaseStyle]] = []
    for style in styles:
        if groups and style.layer == groups[-1][0].layer == _RIVERS:
            groups[-1].append(style)
        else:
            groups.append([style])
    return groups


def _base_swatch(style: BaseStyle, window: MapWindow) -> str:
    width, height = SWATCH_MM
    if style.symbol:
        size = window.steps(style.size) * PX_MM * 1.3
        fill = style.fill.light if style.fill else _INK
        return placed_path(SYMBOLS[style.symbol], width / 2, height / 2, size, BOX, fill=fill, fill_rule="evenodd")
    if style.line is None:
        fill = style.fill.light if style.fill else LAND.light
        return rectangle(0.4, 0.8, width - 0.8, height - 1.6, fill, stroke="#9a9a90", stroke_width=8)
    across = [
        _wave(width, height)
        if style.layer == _RIVERS
        else shapely.LineString([(0.3, height / 2), (width - 0.3, height / 2)])
    ]
    stroke = window.steps(style.width) * PX_MM
    casing = line(across, style.casing.light, stroke + 2 * style.edge * PX_MM) if style.casing else ""
    dashes = [float(part) * PX_MM for part in style.dash.split()]
    return casing + line(across, style.line.light, stroke, dash_mm=dashes)


def _wave(width: float, height: float) -> shapely.LineString:
    """A winding line, as a river is told from a road and a border without colour."""
    x = np.linspace(0.3, width - 0.3, 33)
    return shapely.LineString(np.column_stack([x, height / 2 + 0.17 * height * np.sin(x / width * 4 * np.pi)]))


def _ramp(styles: Sequence[BaseStyle]) -> str:
    """The classes of heights side by side in one frame."""
    width, height = SWATCH_MM
    each = (width - 0.8) / len(styles)
    fills = [
        rectangle(0.4 + number * each, 0.8, each, height - 1.6, style.fill.light)
        for number, style in enumerate(styles)
        if style.fill
    ]
    return "".join(fills) + rectangle(0.4, 0.8, width - 0.8, height - 1.6, "none", stroke="#9a9a90", stroke_width=8)


def _picture(content: str) -> str:
    return document([content], *SWATCH_MM)

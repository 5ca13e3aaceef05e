"""The map of a sheet: an SVG drawing without text, and the texts that are typeset over it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas import Atlas, Record
from geo.basemap.ground import Ground
from geo.basemap.style import LAND, SHIELD, SHIELD_EDGE
from geo.crs import Shapes, to_metric
from geo.views.sheets.base_drawing import draw_base
from geo.views.sheets.grid import Grid, grid_of
from geo.views.sheets.label_placement import PlacedName, place_names
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.overlay import Overlay, draw_strokes
from geo.views.sheets.record_drawing import draw_records
from geo.views.sheets.typefaces import MM_PER_POINT
from geo.views.sheets.unit_drawing import draw_units
from geo.views.sheets.vector_drawing import PER_MM, document, element, line, rectangle
from geo.views.values import precision_of

_GRID_INK, _GRID_MM = "#5f7480", 0.1
_FRAME_INK, _FRAME_MM = "#1d2b2c", 0.35
_HALO_OPACITY = 0.62
_MARK_INK = "#b3261e"
_RECORD_NAMES_FIRST, _RECORD_NAMES_LATER = 20.0, 52.0


@dataclass(frozen=True)
class MapContent:
    """What a map shows: units, records by layer, the outline (METRIC_CRS) or record that it is about, an overlay."""

    units: str
    records: Mapping[str, Sequence[Record]]
    outline: BaseGeometry | None = None
    record: Record | None = None
    overlay: Overlay = field(default_factory=Overlay)


class MapDrawing(NamedTuple):
    """A drawn map: its window, its SVG, its texts, its grid, and what a legend has to explain."""

    window: MapWindow
    svg: str
    texts: tuple[PlacedName, ...]
    grid: Grid
    base_classes: tuple[tuple[str, str], ...]
    has_clusters: bool
    has_approximate: bool
    overlay: Overlay


def draw_map(
    atlas: Atlas, ground: Ground | None, content: MapContent, window: MapWindow, lang: str, *, text: float = 1.0
) -> MapDrawing:
    """The map of a window; `text` is the factor of the sizes of names."""
    units = draw_units(atlas, window, content.units, lang, subject=content.outline, text=text)
    base = draw_base(ground, window, lang, units.beyond)
    is_close = content.outline is not None or content.record is not None
    records = draw_records(
        content.records, window, lang, text=text, priority=_RECORD_NAMES_FIRST if is_close else _RECORD_NAMES_LATER,
        signs=content.overlay.signs,
    )  # fmt: skip
    grid = grid_of(window)
    names = place_names(
        [*base.names, *units.names, *records.names], [*records.obstacles, *base.obstacles], window.width_mm,
        window.height_mm,
    )  # fmt: skip
    parts = (
        rectangle(0, 0, window.width_mm, window.height_mm, LAND.light), *base.ground, *units.lines, *records.shapes,
        *_grid_lines(grid, window), *draw_strokes(content.overlay, window), *base.symbols, *_halos(names),
        *_mark(content.record, window), *records.symbols, _frame(window),
    )  # fmt: skip
    return MapDrawing(
        window, document(parts, window.width_mm, window.height_mm), (*names, *records.numbers), grid,
        base.classes, records.has_clusters, records.has_approximate, content.overlay,
    )  # fmt: skip


def _grid_lines(grid: Grid, window: MapWindow) -> Iterable[str]:
    upright = [shapely.LineString([(one.at_mm, 0), (one.at_mm, window.height_mm)]) for one in grid.eastings]
    level = [shapely.LineString([(0, one.at_mm), (window.width_mm, one.at_mm)]) for one in grid.northings]
    yield line([*upright, *level], _GRID_INK, _GRID_MM, opacity=0.6)


def _frame(window: MapWindow) -> str:
    half = _FRAME_MM / 2
    return rectangle(
        half, half, window.width_mm - _FRAME_MM, window.height_mm - _FRAME_MM, "none", stroke=_FRAME_INK,
        stroke_width=round(_FRAME_MM * PER_MM),
    )  # fmt: skip


def _halos(names: Iterable[PlacedName]) -> Iterable[str]:
    """A light stroke below each name, so that it is read over lines; a plate below the number of a road."""
    for name, spot in names:
        if name.plate:
            width, height = name.width + 1.1, name.height * 0.92
            yield rectangle(
                spot.x - width / 2, spot.y - height / 2, width, height, SHIELD.light, stroke=SHIELD_EDGE.light,
                stroke_width=14, rx=45,
            )  # fmt: skip
        elif name.halo:
            turn, half = math.radians(spot.turn), name.width / 2 - 0.3
            dx, dy = half * math.cos(turn), half * math.sin(turn)
            across = shapely.LineString([(spot.x - dx, spot.y - dy), (spot.x + dx, spot.y + dy)])
            yield line([across], LAND.light, name.points * MM_PER_POINT * 0.95, opacity=_HALO_OPACITY)


def _mark(record: Record | None, window: MapWindow) -> Iterable[str]:
    """A mark for the record that the sheet is about: a circle of its uncertainty, or a ring around its symbol."""
    if record is None or record.wkb is None:
        return
    shapes: Shapes = window.drawn(to_metric([record.geometry]))
    if shapes[0].geom_type != "Point":
        yield line(shapes, _MARK_INK, 1.2, opacity=0.45)
        return
    precision = precision_of(record)
    where: dict[str, Any] = {"cx": round(shapes[0].x * PER_MM), "cy": round(shapes[0].y * PER_MM)}
    if precision is not None and precision.approximate:
        radius = round(precision.uncertainty_m / window.scale * 1000 * PER_MM)
        yield element("circle", **where, r=radius, fill=_MARK_INK, fill_opacity=0.06, stroke=_MARK_INK,
                      stroke_width=25, stroke_dasharray="140 90")  # fmt: skip
    yield element("circle", **where, r=520, fill="none", stroke=_MARK_INK, stroke_width=60)

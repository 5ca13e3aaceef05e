"""The inset of a sheet: the province with the area of the map, or the former districts of a map that shows it all."""

from typing import NamedTuple

import shapely

from geo.atlas import Atlas
from geo.basemap.style import LAND
from geo.ocop.styles import STYLES
from geo.schema import Label
from geo.views.sheets.label_placement import Name, PlacedName, place_names, spots_around
from geo.views.sheets.map_window import MapWindow, metric_box
from geo.views.sheets.typefaces import printable
from geo.views.sheets.unit_drawing import units_of
from geo.views.sheets.vector_drawing import Pen, area, document, line

WHERE = Label("Vị trí trong tỉnh", "Location in the province")
DISTRICTS = Label("Đơn vị hành chính cấp huyện đến 30/6/2025", "Districts until 30 June 2025")
_MARGIN_MM = 1.0
_MARK_INK = "#b3261e"
_NAME_POINTS = 4.6
_COARSER = 1.6
"""How much further lines may be moved than on the map."""


class Inset(NamedTuple):
    """A drawn inset: its title, its SVG, its texts, and its size in millimetres."""

    title: Label
    svg: str
    texts: tuple[PlacedName, ...]
    width: float
    height: float


def inset_ratio(atlas: Atlas) -> float:
    """The height of the province divided by its width; 0 without an outline."""
    shapes = units_of(atlas, "province").shapes
    if not len(shapes):
        return 0.0
    west, south, east, north = metric_box(shapely.union_all(shapes))
    return (north - south) / (east - west)


def draw_inset(atlas: Atlas, window: MapWindow, lang: str, width: float, height: float) -> Inset:
    """The inset in at most this size in millimetres."""
    province = units_of(atlas, "province").shapes
    west, south, east, north = metric_box(shapely.union_all(province))
    scale = max((east - west) / (width - 2 * _MARGIN_MM), (north - south) / (height - 2 * _MARGIN_MM)) * 1000
    own = MapWindow((west + east) / 2, (south + north) / 2, scale, width, height)
    tolerance_m = _COARSER * own.tolerance_m
    light = shapely.simplify(province, tolerance_m)
    shows_all = shapely.box(*window.box).contains(shapely.box(west, south, east, north))
    layer = "districts" if shows_all else "communes"
    borders = shapely.simplify(units_of(atlas, layer).borders, tolerance_m)
    parts = [
        area(own.drawn(light), LAND.light, edge=Pen(STYLES["province"].color, 0.3)),
        line(own.drawn(borders), STYLES[layer].color, 0.12),
    ]
    if shows_all:
        return Inset(DISTRICTS, document(parts, width, height), tuple(_district_names(atlas, own, lang)), width, height)
    here = own.drawn([shapely.box(*window.box)])
    parts += [area(here, _MARK_INK, opacity=0.14), line(shapely.boundary(here), _MARK_INK, 0.5)]
    return Inset(WHERE, document(parts, width, height), (), width, height)


def _district_names(atlas: Atlas, window: MapWindow, lang: str) -> list[PlacedName]:
    units = units_of(atlas, "districts")
    names = []
    for record, shape in zip(units.records, window.drawn(units.shapes), strict=True):
        at = shapely.point_on_surface(shape)
        name = Name(printable(record.title_in(lang)), _NAME_POINTS, "#3a362c", -shape.area, spots_around(at.x, at.y))
        names.append(name)
    return place_names(names, [], window.width_mm, window.height_mm)

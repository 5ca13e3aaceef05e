"""The province and its units on paper: borders, the veil over what lies outside, and the names of units."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.atlas import Atlas, Query, Record
from geo.basemap.style import VEIL, VEIL_OPACITY
from geo.crs import Shapes, to_metric
from geo.ocop.styles import STYLES
from geo.views.qgis.base_layers import PX_MM
from geo.views.sheets.label_placement import Name, spots_around, spots_in
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.record_symbols import dash_mm
from geo.views.sheets.typefaces import printable
from geo.views.sheets.vector_drawing import area, line

_OTHERS_OPACITY = 0.42
"""Opacity of the veil over the rest of the province beside the unit that a sheet is about."""
_OUTLINE_MM = 0.75
_LEAST_POINTS = 5.4
_PRIORITY = {"communes": 45.0, "districts": 18.0}


class Units(NamedTuple):
    """The units of a layer: records, geometries in METRIC_CRS, and all borders as lines, each once."""

    records: tuple[Record, ...]
    shapes: Shapes
    borders: Shapes


class UnitDrawing(NamedTuple):
    """SVG above the base map, what lies outside the province in millimetres, and the names of units."""

    lines: tuple[str, ...]
    beyond: BaseGeometry
    names: tuple[Name, ...]


@lru_cache(maxsize=8)  # the layers of the current version
def units_of(atlas: Atlas, layer: str) -> Units:
    """The units of a layer that have an outline."""
    records = tuple(record for record in atlas.find(Query(layer)).records if record.wkb is not None)
    shapes = to_metric(np.array([record.geometry for record in records], dtype=object))
    borders = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(shapes))))
    return Units(records, shapes, borders)


def draw_units(
    atlas: Atlas, window: MapWindow, layer: str, lang: str, *, subject: BaseGeometry | None = None, text: float = 1.0
) -> UnitDrawing:
    """The borders and names of the units of `layer` in a window.

    `subject` is the outline in METRIC_CRS of what the sheet is about: all else is veiled. `text` is the factor of the
    sizes of names.
    """
    frame = shapely.box(*window.box)
    province = _simplified(units_of(atlas, "province").shapes, window)
    beyond = frame.difference(province)
    veils = [area(window.drawn([beyond]), VEIL.light, opacity=VEIL_OPACITY["light"])]
    outline = ""
    if subject is not None:
        light = shapely.simplify(subject, window.tolerance_m)
        rest = province.intersection(frame).difference(light)
        veils.append(area(window.drawn([rest]), VEIL.light, opacity=_OTHERS_OPACITY))
        outline = line(_on_paper(shapely.boundary([light]), window), STYLES["province"].color, _OUTLINE_MM)
    borders = [_border(units_of(atlas, name).borders, name, window) for name in dict.fromkeys((layer, "province"))]
    names = tuple(_names(units_of(atlas, layer), window, layer, lang, text))
    return UnitDrawing((*veils, *borders, outline), window.drawn([beyond])[0], names)


def _simplified(shapes: Shapes, window: MapWindow) -> BaseGeometry:
    """The union of areas, simplified for the scale."""
    return shapely.simplify(shapely.union_all(shapes), window.tolerance_m)


def _border(borders: Shapes, layer: str, window: MapWindow) -> str:
    style = STYLES[layer]
    return line(_on_paper(borders, window), style.color, style.stroke_width * PX_MM, dash_mm=dash_mm(layer))


def _on_paper(lines: Shapes, window: MapWindow) -> Shapes:
    reach = window.scale * 0.002
    west, south, east, north = window.box
    clipped = shapely.clip_by_rect(lines, west - reach, south - reach, east + reach, north + reach)
    return window.drawn(shapely.simplify(clipped, window.tolerance_m))


def _names(units: Units, window: MapWindow, layer: str, lang: str, text: float) -> Iterator[Name]:
    """The names of units in view, the larger units first."""
    names = STYLES[layer].names
    if names is None or not len(units.shapes):
        return
    frame = shapely.box(*window.box)
    visible = shapely.intersection(units.shapes, frame)
    sizes = shapely.area(visible)
    for number in np.argsort(-sizes, kind="stable").tolist():
        if sizes[number] <= 0:
            continue
        room = window.drawn([visible[number]])[0]
        at = shapely.maximum_inscribed_circle(max(shapely.get_parts(room), key=shapely.area), tolerance=0.5).coords[0]
        yield Name(
            printable(units.records[number].title_in(lang)), max(names.size * text, _LEAST_POINTS), names.color,
            _PRIORITY.get(layer, 45.0) + number / 10_000, spots_in(room, spots_around(*at)), bold=names.bold,
            within=room,
        )  # fmt: skip

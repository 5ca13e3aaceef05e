"""The base map on paper, drawn by the style table of the site in its light theme from the ground's full detail."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyogrio
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geo.basemap.declaration import BASE_LAYERS, BaseLayer
from geo.basemap.generalisation import simplify_areas
from geo.basemap.ground import Ground
from geo.basemap.style import BASE_STYLES, BOX, LAND, SYMBOLS, BaseStyle, Names
from geo.crs import Shapes, to_metric
from geo.views.qgis.base_layers import PX_MM, PX_POINT
from geo.views.sheets.label_placement import (
    Name,
    Spot,
    spots_along,
    spots_around,
    spots_beside,
    spots_on,
)
from geo.views.sheets.map_window import MapWindow
from geo.views.sheets.typefaces import printable
from geo.views.sheets.vector_drawing import area, line, placed_path

_LEAST_POINTS = 5.0
_TINT_TOLERANCE = 2.0
"""How much further the edges of tints of heights may be moved than lines: they are no objects of their own."""
_LEAST_MM2 = 0.5
"""Square millimetres of the smallest area that is drawn."""
_BEYOND_MM = 2.0
"""How far lines and areas reach over the edge of the map, so that no stroke ends in view."""


class BaseDrawing(NamedTuple):
    """The base map of a window: SVG below the borders, SVG of its symbols, their boxes, names, the classes drawn."""

    ground: tuple[str, ...]
    symbols: tuple[str, ...]
    obstacles: tuple[BaseGeometry, ...]
    names: tuple[Name, ...]
    classes: tuple[tuple[str, str], ...]


class _Class(NamedTuple):
    """The features of one class in a window: geometries in millimetres, and their attributes."""

    style: BaseStyle
    shapes: Shapes
    rows: GeoDataFrame


def draw_base(ground: Ground | None, window: MapWindow, lang: str, beyond: BaseGeometry | None) -> BaseDrawing:
    """The base map of a window; empty without a ground.

    `beyond` is what lies outside the province, in millimetres on the map: names of neighbours stand there.
    """
    classes = list(_classes(ground, window)) if ground else []
    lines = [one for one in classes if one.style.line]
    below = [_fill(one, window) for one in classes if one.style.fill and not one.style.symbol]
    casings = [_stroke(one, window, casing=True) for one in lines if one.style.casing]
    strokes = [_stroke(one, window, casing=False) for one in lines]
    points = [one for one in classes if one.style.symbol]
    return BaseDrawing(
        (*below, *casings, *strokes),
        tuple(svg for one in points for svg in _symbols(one, window)),
        tuple(box for one in points for box in _boxes(one, window)),
        tuple(name for one in classes for name in _names(one, window, lang, beyond)),
        tuple((one.style.layer, one.style.kind) for one in classes if one.style.fill or one.style.line),
    )


# --- features ----------------------------------------------------------------------------------------


def _classes(ground: Ground, window: MapWindow) -> Iterator[_Class]:
    """The classes that are drawn at the scale and occur in the window, in the order of drawing."""
    present = {notes.key for notes in ground.layers}
    for key, layer in BASE_LAYERS.items():
        kinds = [style.kind for (of, _), style in BASE_STYLES.items() if of == key]
        if key not in present:
            continue
        features = _features(ground, layer, window)
        shapes = _on_paper(layer, features, window)
        for kind in kinds:
            is_drawn = (features["kind"] == kind).to_numpy(bool) & ~shapely.is_empty(shapes)
            if is_drawn.any():
                yield _Class(BASE_STYLES[key, kind], shapes[is_drawn], features[is_drawn])


def _features(ground: Ground, layer: BaseLayer, window: MapWindow) -> GeoDataFrame:
    """The features of a layer in a window that begin at a zoom of the scale or below, by rank."""
    kinds = ", ".join(f"'{one.key}'" for one in layer.classes if one.from_zoom <= window.zoom + 1)
    features = pyogrio.read_dataframe(
        ground.package, layer=layer.key, bbox=tuple(window.degrees()), where=f"kind IN ({kinds})" if kinds else "0"
    )
    begins = features["min_zoom"].fillna(features["kind"].map({one.key: one.from_zoom for one in layer.classes}))
    drawn = features[begins.to_numpy(float) <= window.zoom]
    return drawn.sort_values(["rank", "name", "ref"], kind="stable", na_position="last").reset_index(drop=True)


def _on_paper(layer: BaseLayer, features: GeoDataFrame, window: MapWindow) -> Shapes:
    """The geometries clipped to the window and simplified for its scale, in millimetres; empty where too small."""
    shapes = to_metric(np.asarray(features.geometry.array, dtype=object))
    if layer.geometry == "Point":
        return window.drawn(shapes)
    reach = _BEYOND_MM / 1000 * window.scale
    west, south, east, north = window.box
    clipped = shapely.clip_by_rect(shapes, west - reach, south - reach, east + reach, north + reach)
    if layer.geometry == "MultiLineString":
        return window.drawn(shapely.simplify(clipped, window.tolerance_m))
    polygonal = np.array([_polygons(shape) for shape in clipped], dtype=object)
    is_area = ~shapely.is_empty(polygonal)
    tolerance_m = window.tolerance_m * (_TINT_TOLERANCE if layer.key == "heights" else 1.0)
    polygonal[is_area] = simplify_areas(polygonal[is_area], tolerance_m)
    drawn = window.drawn(polygonal)
    drawn[shapely.area(drawn) < _LEAST_MM2] = shapely.MultiPolygon()
    return drawn


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """The areas of a clipped shape: an area that only touches the edge leaves a line there."""
    polygons: BaseGeometry = shapely.multipolygons(
        [part for part in shapely.get_parts(shapely.get_parts([shape])) if part.area > 0]
    )
    return polygons


# --- symbols -----------------------------------------------------------------------------------------


def _fill(one: _Class, window: MapWindow) -> str:
    style = one.style
    opacity = window.steps(style.opacity) if style.opacity else 1.0
    return area(one.shapes, style.fill.light, opacity=opacity) if style.fill and opacity else ""


def _stroke(one: _Class, window: MapWindow, *, casing: bool) -> str:
    style = one.style
    width = window.steps(style.width) * PX_MM
    if casing and style.casing:
        return line(one.shapes, style.casing.light, width + 2 * style.edge * PX_MM)
    dashes = [float(part) * PX_MM for part in style.dash.split()]
    return line(one.shapes, style.line.light if style.line else "", width, dash_mm=dashes)


def _size_mm(style: BaseStyle, window: MapWindow) -> float:
    return window.steps(style.size) * PX_MM


def _symbols(one: _Class, window: MapWindow) -> Iterator[str]:
    size = _size_mm(one.style, window)
    color = one.style.fill.light if one.style.fill else "#000000"
    for x, y in _positions(one):
        yield placed_path(
            SYMBOLS[one.style.symbol], x, y, size, BOX, fill=color, fill_rule="evenodd", stroke=LAND.light,
            stroke_width=1.5, paint_order="stroke",
        )  # fmt: skip


def _boxes(one: _Class, window: MapWindow) -> Iterator[BaseGeometry]:
    half = _size_mm(one.style, window) / 2
    for x, y in _positions(one):
        yield shapely.box(x - half, y - half, x + half, y + half)


def _positions(one: _Class) -> Iterable[Sequence[float]]:
    positions: list[list[float]] = shapely.get_coordinates(one.shapes).tolist()
    return positions


# --- names -------------------------------------------------------------------------------------------


def _names(one: _Class, window: MapWindow, lang: str, beyond: BaseGeometry | None) -> Iterator[Name]:
    names = one.style.names
    if names is None or window.zoom < names.from_zoom:
        return
    if names.rule in {"along", "shield"}:
        yield from _line_names(one, names, lang)
        return
    for number, (text, shape) in enumerate(zip(_texts(one, names, lang), one.shapes, strict=True)):
        if not text:
            continue
        name = _name(text, names, number)
        yield _with_spots(name, _spots(one.style, names, shape, name, window, beyond))


def _spots(
    style: BaseStyle, names: Names, shape: BaseGeometry, name: Name, window: MapWindow, beyond: BaseGeometry | None
) -> tuple[Spot, ...]:
    if names.rule == "beside":
        at = shape.centroid
        return spots_beside(at.x, at.y, _size_mm(style, window) / 2, name.width, name.height)
    room = shape.intersection(shapely.box(0, 0, window.width_mm, window.height_mm))
    if names.rule == "border" and beyond is not None:
        room = room.intersection(beyond)
    if room.is_empty:
        return ()
    parts = sorted(shapely.get_parts(room), key=shapely.area, reverse=True)
    middle = shapely.maximum_inscribed_circle(parts[0], tolerance=1.0).coords[0]
    return tuple(spot for spot in spots_around(*middle) if room.contains(name.box(spot, -0.2)))


def _line_names(one: _Class, names: Names, lang: str) -> Iterator[Name]:
    """A name for each text of the lines, as often as it has room; the rank of its first line orders it."""
    groups: dict[str, list[BaseGeometry]] = {}
    for text, shape in zip(_texts(one, names, lang), one.shapes, strict=True):
        if text:
            groups.setdefault(text, []).append(shape)
    for number, (text, shapes) in enumerate(groups.items()):
        merged = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(np.array(shapes, dtype=object))))
        lines = [shapely.get_coordinates(part) for part in shapely.get_parts(merged)]
        name = _name(text, names, number)
        spots = spots_on(lines) if name.plate else spots_along(lines, name.width, name.height * 0.42)
        for _ in range(3 if names.rule == "shield" else 2):
            yield _with_spots(name, spots)


def _name(text: str, names: Names, number: int) -> Name:
    points = max(names.size * PX_POINT, _LEAST_POINTS)
    return Name(
        printable(text.upper() if names.caps else text), points, names.ink.light, names.priority + number / 10_000, (),
        bold=names.bold, italic=names.italic, tracking=0.08 * points if names.caps else 0.0,
        apart=names.apart * PX_MM, plate=names.rule == "shield", halo=names.rule != "shield",
    )  # fmt: skip


def _with_spots(name: Name, spots: tuple[Spot, ...]) -> Name:
    return replace(name, spots=spots)


def _texts(one: _Class, names: Names, lang: str) -> list[str]:
    columns = one.rows.drop(columns="geometry").astype(object)
    rows: list[dict[str, Any]] = columns.where(columns.notna(), None).to_dict("records")
    return [_text(row, names, lang) for row in rows]


def _text(row: dict[str, Any], names: Names, lang: str) -> str:
    if names.rule == "shield":
        return row["ref"] or ""
    name = (row["name_en"] if lang == "en" else None) or row["name"] or ""
    height = row["height_m"]
    return f"{name} {height:.0f} m" if name and names.rule == "beside" and height is not None else name

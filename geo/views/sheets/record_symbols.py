"""The symbols of records on paper: shape, colour, icon, number, and a dashed ring for an approximate position."""

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

import shapely

from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import BOX, SHAPES, STYLES, Style
from geo.views.map.assets import static_dir
from geo.views.qgis.base_layers import PX_MM
from geo.views.sheets.vector_drawing import PER_MM, element, line, rectangle

_SVG = "http://www.w3.org/2000/svg"
_ICON_BOX = 24
_WHITE = "#ffffff"
_EDGE = 1.6
"""Width of the white edge of a symbol, in units of its shape."""
RING_DASH_MM = (0.9, 0.6)
_DASH_MM = {"communes": (1.8, 0.55, 0.35, 0.55)}
"""Dashes of layers on paper that have none on the screen: without colour a thin grey border looks like a river."""


def size_mm(layer: str) -> float:
    """The width of a layer's symbol in millimetres."""
    return STYLES[layer].marker.size


def ring_mm(layer: str) -> float:
    """The width of the ring of an approximate position in millimetres."""
    return STYLES[layer].marker.ring


def symbol(
    layer: str, icon: str, x: float, y: float, *, size: float = 1.0, approximate: bool = False, blank: bool = False
) -> str:
    """SVG of a symbol around a position in millimetres; `size` is the factor of its size.

    A `blank` one has no icon, since a number stands on it.
    """
    style = STYLES[layer]
    shape = SHAPES.get(style.shape, SHAPES["square"])
    scale = style.marker.size * size * PER_MM / BOX
    left, top = x * PER_MM - BOX / 2 * scale, y * PER_MM - BOX / 2 * scale
    outline = element("path", d=shape.path, fill=style.color, stroke=_WHITE, stroke_width=_EDGE, paint_order="stroke")
    picture = ""
    if style.marker.icon and not blank:
        at_x, at_y, side = shape.icon
        picture = element(
            "g", _icon(icon), transform=f"translate({at_x:g} {at_y:g}) scale({side / _ICON_BOX:.4g})", fill="none",
            stroke=_WHITE, stroke_width=2.1, stroke_linecap="round", stroke_linejoin="round", color=_WHITE,
        )  # fmt: skip
    whole = element("g", outline + picture, transform=f"translate({left:.1f} {top:.1f}) scale({scale:.4g})")
    return (_ring(style, x, y, size) if approximate else "") + whole


def _ring(style: Style, x: float, y: float, size: float) -> str:
    dashes = " ".join(str(round(part * PER_MM)) for part in RING_DASH_MM)
    where: dict[str, Any] = {
        "cx": round(x * PER_MM),
        "cy": round(y * PER_MM),
        "r": round(style.marker.ring * size / 2 * PER_MM),
    }
    under = element("circle", **where, fill=_WHITE, fill_opacity=0.55)
    return under + element("circle", **where, fill="none", stroke=style.color, stroke_width=28, stroke_dasharray=dashes)


def swatch(layer: str, icon: str, width: float, height: float) -> str:
    """SVG of a layer's symbol in a legend: a marker in the middle, an area, or a line."""
    style = STYLES[layer]
    dimension = COLLECTIONS[layer].dimension
    if dimension == 0:
        return symbol(layer, icon, width / 2, height / 2)
    dashes = dash_mm(layer)
    stroke = max(style.stroke_width * PX_MM, 0.2)
    if dimension == 2 and style.fill_opacity:
        shape = shapely.box(0.4, 0.5, width - 0.4, height - 0.5)
        fill = rectangle(0.4, 0.5, width - 0.8, height - 1.0, style.color, fill_opacity=style.fill_opacity)
        return fill + line([shape.exterior], style.color, stroke, dash_mm=dashes)
    across = shapely.LineString([(0.2, height / 2), (width - 0.2, height / 2)])
    return line([across], style.color, stroke, dash_mm=dashes)


def dash_mm(layer: str) -> tuple[float, ...]:
    """The dashes of a layer's lines in millimetres; none for a continuous line."""
    return _DASH_MM.get(layer) or tuple(float(part) * PX_MM for part in STYLES[layer].dash.split())


@lru_cache
def _icon(name: str) -> str:
    """The elements of an icon of icons.svg as SVG text."""
    return "".join(ET.tostring(_plain(child), encoding="unicode") for child in _icons()[name])


@lru_cache(maxsize=1)
def _icons() -> dict[str, ET.Element]:
    root = ET.parse(static_dir() / "img" / "icons.svg").getroot()  # noqa: S314 (our own file)
    return {one.attrib["id"]: one for one in root.iter(f"{{{_SVG}}}symbol")}


def _plain(child: ET.Element) -> ET.Element:
    """A copy of an element without its namespace, coloured white where it is filled."""
    copy = ET.Element(
        child.tag.removeprefix(f"{{{_SVG}}}"),
        {key: _WHITE if value == "currentColor" else value for key, value in child.attrib.items()},
    )
    copy.extend(_plain(grandchild) for grandchild in child)
    return copy

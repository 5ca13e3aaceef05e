"""Lines, areas and symbols of a map as SVG, in hundredths of a millimetre."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import Shapes

Array: TypeAlias = NDArray[Any]

PER_MM = 100
"""Units of a drawing in a millimetre: whole numbers make a file small."""
_GRAIN = 4
"""Units that the points of lines and areas are rounded to: 0.04 mm, finer than a printer's dot, compresses better."""


def path_data(shapes: Shapes | Iterable[Any]) -> str:
    """SVG path data of lines and areas, given in millimetres; points and empty geometries are left out."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(list(shapes), dtype=object)))
    dimensions = shapely.get_dimensions(parts)
    rings, lines = shapely.get_rings(parts[dimensions == 2]), parts[dimensions == 1]
    return "".join([*_paths(rings, "z"), *_paths(lines, "")])


def _paths(lines: Array, end: str) -> Iterable[str]:
    points, owners = shapely.get_coordinates(lines, return_index=True)
    units = np.rint(points * PER_MM / _GRAIN).astype(np.int64) * _GRAIN
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    for line in np.split(units, begins[1:]) if len(units) else ():
        steps = np.diff(line, axis=0)
        steps = steps[steps.any(axis=1)]
        if len(steps):
            x, y = line[0].tolist()
            yield f"M{x} {y}l{' '.join(map(str, steps.ravel().tolist()))}{end}"


def element(name: str, content: str = "", **attributes: Any) -> str:
    """An SVG element; `_` in the name of an attribute is written `-`, a number in units is rounded."""
    written = "".join(f" {key.replace('_', '-')}={quoteattr(_text(value))}" for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


class Pen(NamedTuple):
    """How a line is drawn: its colour, its width and its dashes in millimetres, its opacity."""

    color: str
    width_mm: float
    dash_mm: tuple[float, ...] = ()
    opacity: float = 1.0

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of an SVG element that is drawn so."""
        dashes = " ".join(str(round(part * PER_MM)) for part in self.dash_mm)
        return {
            "stroke": self.color, "stroke_width": self.width_mm * PER_MM,
            "stroke_linecap": "butt" if dashes else "round", "stroke_linejoin": "round",
            **({"stroke_dasharray": dashes} if dashes else {}),
            **({"stroke_opacity": self.opacity} if self.opacity < 1 else {}),
        }  # fmt: skip


def area(shapes: Shapes | Iterable[Any], fill: str, *, opacity: float = 1.0, edge: Pen | None = None) -> str:
    """Areas in one colour, their outlines drawn with a pen; nothing for none."""
    data = path_data(shapes)
    more: dict[str, Any] = {} if opacity >= 1 else {"fill_opacity": opacity}
    return (
        element("path", d=data, fill=fill, fill_rule="evenodd", **more, **(edge.attributes if edge else {}))
        if data
        else ""
    )


def line(
    shapes: Shapes | Iterable[Any], color: str, width_mm: float, *, dash_mm: Iterable[float] = (), opacity: float = 1.0
) -> str:
    """Lines in one colour and width; nothing for none."""
    data = path_data(shapes)
    pen = Pen(color, width_mm, tuple(dash_mm), opacity)
    return element("path", d=data, fill="none", **pen.attributes) if data else ""


def rectangle(x: float, y: float, width: float, height: float, fill: str, **attributes: Any) -> str:
    """A rectangle; its edges are in millimetres."""
    edges = zip(("x", "y", "width", "height"), (x, y, width, height), strict=True)
    values: dict[str, Any] = {name: round(value * PER_MM) for name, value in edges}
    return element("rect", **values, fill=fill, **attributes)


def placed_path(data: str, x: float, y: float, size_mm: float, box: float, **attributes: Any) -> str:
    """Path data from a square of `box` units, drawn `size_mm` wide around a position in millimetres."""
    scale = size_mm * PER_MM / box
    left, top = round((x - size_mm / 2) * PER_MM, 1), round((y - size_mm / 2) * PER_MM, 1)
    return element("path", d=data, transform=f"translate({left:g} {top:g}) scale({scale:.4g})", **attributes)


def document(content: Iterable[str], width_mm: float, height_mm: float) -> str:
    """An SVG document of a size in millimetres; what lies beyond its edges is cut off."""
    width, height = round(width_mm * PER_MM), round(height_mm * PER_MM)
    return element(
        "svg", "".join(content) or "<g/>", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}",
        width=width, height=height,
    )  # fmt: skip

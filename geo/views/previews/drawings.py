"""The drawings in a preview image as SVG: the province with the records on it, a symbol, the sign of the site."""

from collections.abc import Iterable, Iterator
from functools import cache
from xml.etree import ElementTree as ET

from geo.atlas import Atlas, Record
from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import BOX, SHAPES, STYLES
from geo.views.map.assets import static_dir
from geo.views.map.sketch import Canvas, canvas_of, outline
from geo.views.map.themes import TOKENS
from geo.views.values import precision_of

_NAMESPACE = "http://www.w3.org/2000/svg"
_MARGIN = 30
_MARK = {True: 2.6, False: 0.75}
"""Size of a symbol by whether it is the only one, in the units of SHAPES."""


def map_of(atlas: Atlas, records: list[Record]) -> str:
    """The province with these records: as outlines, and as symbols where they are points; empty without a province."""
    drawing, canvas = outline(atlas, "vi"), canvas_of(atlas)
    if drawing is None or canvas is None:
        return _svg("0 0 10 10", [])
    land, edge, border = (TOKENS[f"map-{name}"].light for name in ("land", "edge", "border"))
    parts = [
        f'<path d="{drawing.land}" fill="{land}" stroke="{edge}" stroke-width="3" stroke-linejoin="round"/>',
        f'<path d="{drawing.borders}" fill="none" stroke="{border}" stroke-width="1.6"/>',
    ]
    alone = len(records) == 1
    parts += [part for record in records for part in _marks(canvas, record, alone=alone)]
    box = f"{-_MARGIN} {-_MARGIN} {drawing.width + 2 * _MARGIN} {drawing.height + 2 * _MARGIN}"
    return _svg(box, parts)


def _marks(canvas: Canvas, record: Record, *, alone: bool) -> Iterator[str]:
    """The record as SVG elements; none where it has no place."""
    if record.lng is None or record.lat is None:
        return
    style, (x, y) = STYLES[record.layer], canvas.at(record.lng, record.lat)
    geometry = record.geometry
    if alone and geometry is not None and geometry.geom_type != "Point":
        is_area = COLLECTIONS[record.layer].dimension == 2
        fill = f'fill="{style.color}" fill-opacity="0.35"' if is_area else 'fill="none"'
        yield f'<path d="{canvas.path(geometry)}" {fill} stroke="{style.color}" stroke-width="4"/>'
        if is_area:
            return
    precision = precision_of(record)
    if alone and precision and precision.approximate and precision.uncertainty_m:
        radius = precision.uncertainty_m * canvas.units_per_m
        yield (
            f'<circle cx="{x}" cy="{y}" r="{radius:.0f}" fill="{style.color}" fill-opacity="0.15"'
            f' stroke="{style.color}" stroke-width="2.5" stroke-dasharray="10 8"/>'
        )
    size, half = _MARK[alone], BOX / 2
    shape = SHAPES.get(style.shape, SHAPES["square"])
    yield (
        f'<path d="{shape.path}" transform="translate({x} {y}) scale({size}) translate({-half} {-half})"'
        f' fill="{style.color}" stroke="#ffffff" stroke-width="2"/>'
    )


def symbol(layer: str, icon: str) -> str:
    """The symbol of a record as the pages draw it: the shape of its layer with an icon."""
    style = STYLES[layer]
    shape = SHAPES.get(style.shape, SHAPES["square"])
    x, y, side = shape.icon
    drawn = f'<g transform="translate({x} {y}) scale({side / 24})" {_LINES}>{_icons()[icon]}</g>'
    return _svg(f"0 0 {BOX} {BOX}", [f'<path d="{shape.path}" fill="{style.color}"/>', drawn])


_LINES = (
    'color="#ffffff" fill="none" stroke="#ffffff" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"'
)


@cache
def _icons() -> dict[str, str]:
    """The elements of each icon of the site by its name."""
    ET.register_namespace("", _NAMESPACE)
    root = ET.parse(static_dir() / "img" / "icons.svg").getroot()  # noqa: S314 (our own file)
    return {
        str(icon.get("id")): "".join(ET.tostring(part, encoding="unicode") for part in icon)
        for icon in root.iter(f"{{{_NAMESPACE}}}symbol")
    }


@cache
def brand() -> str:
    """The sign of the site."""
    return (static_dir() / "img" / "favicon.svg").read_text(encoding="utf-8")


def _svg(box: str, parts: Iterable[str]) -> str:
    return f'<svg xmlns="{_NAMESPACE}" viewBox="{box}">{"".join(parts)}</svg>'

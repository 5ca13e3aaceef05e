"""Shapes and colours of the layers for the browser: SVG path data for its scripts, and a style sheet."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from geo.ocop.collections import COLLECTIONS
from geo.ocop.styles import SHAPES, STYLES, Style
from geo.views.map.themes import theme_sheet

_LONGEST_DOT_PX = 2.0  # shorter dashes are drawn as dots


def shapes() -> dict[str, dict[str, Any]]:
    """Shape -> its SVG path data in a box of 32 by 32, and left, top and side of the icon in that box."""
    return {name: {"path": shape.path, "icon": shape.icon} for name, shape in SHAPES.items()}


@cache
def style_sheet() -> str:
    """The style sheet of the themes, of the layers' colours as `--layer-<name>`, and of the classes that use them.

    `.symbol--<name>` is the marker on a page, `.swatch--<name>` a line or an area in a legend, `.locator--<name>` a
    record on the small map of its page, `.sketch--<name>` one on the drawn province. It is loaded after base.css.
    """
    colors = "".join(f"  --layer-{style.layer}: {style.color};\n" for style in STYLES.values())
    rules = "\n".join(rule for style in STYLES.values() for rule in _rules(style))
    return f"{theme_sheet()}:root {{\n{colors}}}\n{rules}\n"


def _rules(style: Style) -> Iterator[str]:
    dimension, color = COLLECTIONS[style.layer].dimension, f"var(--layer-{style.layer})"
    if dimension in {1, 2}:
        yield f".swatch.swatch--{style.layer} {{ {_swatch(style, color, is_area=dimension == 2)} }}"
    if dimension == 2 and style.shape == "line":
        return  # white icons lack contrast on the colours of units, whose symbols stay grey
    shape = SHAPES.get(style.shape, SHAPES["square"])
    yield f".symbol--{style.layer} {{ background: {color}; {shape.css}; }}"
    if shape.css_icon:
        yield f".symbol--{style.layer} .icon {{ {shape.css_icon}; }}"
    own = f"color-mix(in srgb, {color}, var(--ink) var(--own-mix))"
    yield f".locator .locator--{style.layer} {{ color: {color}; color: {own}; }}"
    yield f".sketch--{style.layer} {{ --mark: {color}; }}"


def _swatch(style: Style, color: str, *, is_area: bool) -> str:
    """The CSS of a legend swatch: a box with the layer's border and fill, or a line."""
    dashes = [float(part) for part in style.dash.split()]
    border_style = "solid" if not dashes else "dotted" if dashes[0] <= _LONGEST_DOT_PX else "dashed"
    if not is_area:
        return f"height: 0; border-top: 3px {border_style} {color}; border-radius: 0;"
    fill = (
        f"background: color-mix(in srgb, {color} {style.fill_opacity:.0%}, var(--paper)); "
        if style.fill_opacity
        else ""
    )
    return f"{fill}border: 2px {border_style} {color};"

"""Colours that can be distinguished and have enough contrast, and icons that exist."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from geo.ocop.codes import CODE_LISTS
from geo.ocop.collections import COLLECTIONS
from geo.ocop.layers import THEMATIC
from geo.ocop.styles import SHAPES, STYLES, icon_of

ICONS = Path(__file__).resolve().parents[2] / "geo" / "static" / "img" / "icons.svg"

# Viénot, Brettel and Mollon 1999, linear RGB, for the two red-green deficiencies; Brettel et al. 1997 as
# simplified in the same literature for tritanopia.
DEFICIENCIES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deuteranopia": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
    "tritanopia": ((1, 0.14461, -0.14461), (0, 0.85924, 0.14076), (0, 0.85924, 0.14076)),
}


def linear(color: str) -> tuple[float, ...]:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)


def luminance(color: str) -> float:
    r, g, b = linear(color)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def lab(color: str, deficiency: str) -> tuple[float, float, float]:
    rgb = linear(color)
    channels = [
        max(0.0, min(1.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in DEFICIENCIES[deficiency]
    ]
    x = 0.4124 * channels[0] + 0.3576 * channels[1] + 0.1805 * channels[2]
    y = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    z = 0.0193 * channels[0] + 0.1192 * channels[1] + 0.9505 * channels[2]
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x / 0.9505, y, z / 1.089))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("layer", list(THEMATIC))
def test_white_icons_read_on_a_layers_colour(layer: str) -> None:
    assert contrast(STYLES[layer].color, "#ffffff") >= 4.5


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_layers_that_share_a_shape_differ_in_colour_for_everyone(deficiency: str) -> None:
    """No two layers have both the same shape and hues that can be confused."""
    for a, b in combinations(THEMATIC, 2):
        distance = (
            sum(
                (p - q) ** 2
                for p, q in zip(lab(STYLES[a].color, deficiency), lab(STYLES[b].color, deficiency), strict=True)
            )
            ** 0.5
        )
        assert STYLES[a].shape != STYLES[b].shape or distance > 20, (a, b, deficiency, distance)
        assert distance > 5, (a, b, deficiency, distance)


def test_the_shape_of_a_layer_fits_its_geometry() -> None:
    for layer, style in STYLES.items():
        fitting = {None: set(SHAPES), 0: set(SHAPES), 1: {"line"}, 2: {"line", "area"}}[COLLECTIONS[layer].dimension]
        assert style.shape in fitting, layer


def test_every_icon_that_a_style_names_is_drawn() -> None:
    icons = set(re.findall(r'<symbol[^>]*\bid="([^"]+)"', ICONS.read_text(encoding="utf-8")))
    names = {style.icon for style in STYLES.values()} | {i for style in STYLES.values() for i in style.icons.values()}
    assert names <= icons


def test_every_class_of_a_layers_symbol_field_has_an_icon() -> None:
    for layer, style in STYLES.items():
        symbol = COLLECTIONS[layer].symbol
        if symbol and style.shape not in {"area", "line"}:
            keys = CODE_LISTS[COLLECTIONS[layer].field(symbol).codes or ""].keys()
            assert set(keys) <= style.icons.keys(), layer


def test_an_unknown_class_gets_the_layers_own_icon() -> None:
    assert icon_of("products", None) == "product" and icon_of("products", "nothing") == "product"

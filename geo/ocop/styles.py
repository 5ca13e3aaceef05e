"""Colour, symbol and shape per layer and class, as rows: map, legend, print and export agree.

The five hues keep apart under deuteranopia, protanopia and tritanopia (tests/ocop/test_styles.py simulates
them), each carries white icons at 4.5:1 or better, and shape tells the layers apart without colour.
"""

from typing import Literal, NamedTuple, TypeAlias

Shape: TypeAlias = Literal["circle", "square", "pentagon", "diamond", "area", "line"]


class Style(NamedTuple):
    """How a layer is drawn. `icons` maps a value of the layer's symbol field to an icon of icons.svg."""

    layer: str
    color: str
    shape: Shape
    icon: str
    icons: dict[str, str]
    fill_opacity: float = 1.0
    stroke_width: float = 1.5
    dash: str = ""


_STYLES = (
    Style("products", "#b3400e", "circle", "product", {
        "food": "food", "beverage": "beverage", "herbal": "herbal",
        "handicraft": "handicraft", "ornamental": "ornamental", "tourism": "tourism",
    }),
    Style("producers", "#6a3d8f", "square", "producer", {
        "cooperative": "cooperative", "cooperative_group": "cooperative", "company": "company",
        "household_business": "household", "farm": "farm",
    }),
    Style("zones", "#2f7d32", "area", "zone", {}, fill_opacity=0.22, stroke_width=2.0, dash="6 4"),
    Style("villages", "#0b6a99", "pentagon", "village", {
        "craft_village": "craft", "traditional_craft_village": "craft", "traditional_craft": "craft",
        "craft_place": "craft", "community_tourism": "homestay",
    }),
    Style("sites", "#7a5c00", "diamond", "site", {
        "historic": "historic", "architecture": "tower", "archaeology": "historic", "scenic": "scenic",
        "museum": "museum", "spring": "spring", "heritage_tree": "tree",
    }),
    Style("communes", "#8a8f98", "line", "unit", {}, fill_opacity=0.0, stroke_width=0.8),
    Style("districts", "#5b616b", "line", "unit", {}, fill_opacity=0.0, stroke_width=1.6, dash="8 3"),
    Style("old_communes", "#5b616b", "circle", "unit", {}, stroke_width=1.0),
    Style("outlines_2009", "#a58a5a", "line", "unit", {}, fill_opacity=0.0, stroke_width=0.8, dash="2 3"),
    Style("province", "#3c4149", "line", "unit", {}, fill_opacity=0.0, stroke_width=2.4),
    Style("links", "#4a5568", "line", "share", {}, fill_opacity=0.0, stroke_width=1.0),
    Style("sources", "#5b616b", "circle", "source", {}),
)  # fmt: skip

STYLES: dict[str, Style] = {style.layer: style for style in _STYLES}


def icon_of(layer: str, symbol: str | None) -> str:
    """The icon of a record of `layer` whose symbol field holds `symbol`; the layer's own where unknown."""
    style = STYLES[layer]
    return style.icons.get(symbol or "", style.icon)

"""Shapes, colours and symbols of the layers as rows, the only source for the site, saved maps, QGIS, SLD and KML.

The five hues keep apart under deuteranopia, protanopia and tritanopia (tests/ocop/test_styles.py simulates
them), each carries white icons at 4.5:1 or better, and shape tells the layers apart without colour.
"""

from typing import NamedTuple

BOX = 32
"""Width and height of the square that the paths of SHAPES are drawn in."""


class Shape(NamedTuple):
    """The outline of a marker, drawn the same way by every program.

    `path` is SVG path data in a square of BOX units, `icon` the left, top and side of the icon in that square. `css`
    cuts an element of a page to the shape, and `css_icon` fits the icon into it. `qgis` is the name of QGIS's simple
    marker; `sld` the well-known name of SLD 1.1 and the degrees that it is turned by.
    """

    path: str
    icon: tuple[float, float, float]
    css: str
    css_icon: str
    qgis: str
    sld: tuple[str, int]


SHAPES: dict[str, Shape] = {
    "circle": Shape(
        "M16 3a13 13 0 1 1 0 26a13 13 0 1 1 0-26z", (7.5, 7.5, 17),
        "border-radius: 50%", "", "circle", ("circle", 0),
    ),
    "square": Shape(
        "M7.5 4h17A3.5 3.5 0 0 1 28 7.5v17a3.5 3.5 0 0 1-3.5 3.5h-17A3.5 3.5 0 0 1 4 24.5v-17A3.5 3.5 0 0 1 7.5 4z", (7.5, 7.5, 17),
        "border-radius: 22%", "", "square", ("square", 0),
    ),
    "pentagon": Shape(
        "M14.8 2.6a2 2 0 0 1 2.4 0l12.1 8.8a2 2 0 0 1 .7 2.2l-4.6 14.2a2 2 0 0 1-1.9 1.4H8.5a2 2 0 0 1-1.9-1.4L2 13.6a2 2 0 0 1 .7-2.2z", (8, 9, 16),
        "border-radius: 0; clip-path: polygon(50% 0, 100% 36%, 84% 100%, 16% 100%, 0 36%)",
        "margin-top: 14%; width: 52%; height: 52%", "pentagon", ("pentagon", 0),
    ),
    "triangle": Shape(
        "M14.3 3.6a2 2 0 0 1 3.4 0l12.3 21.4a2 2 0 0 1-1.7 3H3.7a2 2 0 0 1-1.7-3z", (9.5, 13, 13),
        "border-radius: 0; clip-path: polygon(50% 4%, 100% 94%, 0 94%)",
        "margin-top: 38%; width: 42%; height: 42%", "triangle", ("triangle", 0),
    ),
    "diamond": Shape(
        "M14.5 1.3a2.1 2.1 0 0 1 3 0l13.2 13.2a2.1 2.1 0 0 1 0 3L17.5 30.7a2.1 2.1 0 0 1-3 0L1.3 17.5a2.1 2.1 0 0 1 0-3z", (8.5, 8.5, 15),
        "border-radius: 0; clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%)",
        "width: 52%; height: 52%", "diamond", ("square", 45),
    ),
}  # fmt: skip
"""The shapes of markers; a record of a layer of lines or areas has a square where it needs a marker."""


class Marker(NamedTuple):
    """Millimetres in QGIS of a marker, of the icon on it (0: a bare dot) and of the ring around an approximate one."""

    size: float = 5.0
    icon: float = 3.0
    ring: float = 7.0


class Names(NamedTuple):
    """How QGIS writes the names of a layer: the scale that they begin at, size in points, colour and slant.

    The colour "" is the layer's own.
    """

    from_scale: int = 250_000
    size: float = 8.0
    color: str = "#1d2b2c"
    bold: bool = False
    italic: bool = False


class Style(NamedTuple):
    """How a layer is drawn.

    `shape` is a key of SHAPES for points, else "line" (only the line is drawn) or "area". `icons` maps a value of the
    layer's symbol field to an icon of icons.svg, `icon` stands for all others. `stroke_width` and `dash` are in pixels.
    `stroke_opacity` is for lines. `ink` is the colour of names that the map of the site writes on an area or along a line; "" is `color`. `marker`
    and `names` are for QGIS; a layer without `names` is not labelled there.
    """

    layer: str
    color: str
    shape: str
    icon: str
    icons: dict[str, str]
    fill_opacity: float = 1.0
    stroke_width: float = 1.5
    dash: str = ""
    stroke_opacity: float = 1.0
    ink: str = ""
    marker: Marker = Marker()
    names: Names | None = Names()


_DOT = Marker(1.6, 0.0, 2.8)
_EVERYWHERE = 1_500_000

_STYLES = (
    Style("products", "#b3400e", "circle", "product", {
        "food": "food", "beverage": "beverage", "herbal": "herbal",
        "handicraft": "handicraft", "ornamental": "ornamental", "tourism": "tourism",
    }, marker=Marker(5.0, 3.1, 7.0)),
    # A product has its producer's position, so the producer's square is larger and frames the product.
    Style("producers", "#6a3d8f", "square", "producer", {
        "cooperative": "cooperative", "cooperative_group": "cooperative", "company": "company",
        "household_business": "household", "farm": "farm",
    }, marker=Marker(6.2, 3.4, 8.4)),
    Style("zones", "#2f7d32", "area", "zone", {}, fill_opacity=0.1, stroke_width=2.0, dash="6 4", ink="#1f5a22",
          names=Names(600_000, color="", italic=True)),
    Style("villages", "#0b6a99", "pentagon", "village", {
        "craft_village": "craft", "traditional_craft_village": "craft", "traditional_craft": "craft",
        "craft_place": "craft", "community_tourism": "homestay",
    }, marker=Marker(5.4, 2.9, 7.4)),
    Style("sites", "#7a5c00", "diamond", "site", {
        "historic": "historic", "architecture": "tower", "archaeology": "historic", "scenic": "scenic",
        "museum": "museum", "spring": "spring", "heritage_tree": "tree", "transport": "route",
    }, marker=Marker(5.4, 2.9, 7.4)),
    Style("markets", "#9c1f5c", "triangle", "market", {"market": "market", "festival": "festival"}, marker=Marker(5.8, 2.4, 7.8)),
    Style("communes", "#8a8f98", "line", "unit", {}, fill_opacity=0.0, stroke_width=0.8,
          names=Names(_EVERYWHERE, 7.5, "#6e6856")),
    Style("districts", "#5b616b", "line", "unit", {}, fill_opacity=0.0, stroke_width=1.6, dash="8 3",
          names=Names(_EVERYWHERE, 9.0, "#5a513b", bold=True)),
    Style("old_communes", "#5b616b", "circle", "unit", {}, stroke_width=1.0, marker=_DOT,
          names=Names(250_000, 7.0, "#6e6856", italic=True)),
    Style("outlines_2009", "#a58a5a", "line", "unit", {}, fill_opacity=0.0, stroke_width=0.8, dash="2 3", ink="#1f5a22",
          names=Names(250_000, 7.0, "", italic=True)),
    Style("province", "#3c4149", "line", "unit", {}, fill_opacity=0.0, stroke_width=2.4, names=None),
    Style("links", "#4a5568", "line", "share", {}, fill_opacity=0.0, stroke_width=1.0, stroke_opacity=0.45, names=None),
    Style("figures", "#5b616b", "circle", "unit", {}),
    Style("cohorts", "#5b616b", "circle", "product", {}),
    Style("sources", "#5b616b", "circle", "source", {}),
)  # fmt: skip

STYLES: dict[str, Style] = {style.layer: style for style in _STYLES}


def icon_of(layer: str, symbol: str | None) -> str:
    """The icon of a record of `layer` whose symbol field holds `symbol`; the layer's own where unknown."""
    style = STYLES[layer]
    return style.icons.get(symbol or "", style.icon)

"""Symbols and legends of QGIS for each layer: its shape and colour, a class a line, approximate places ringed."""

from xml.etree import ElementTree as ET

from geo.codes import CODE_LISTS, PRECISIONS
from geo.schema import LayerSpec
from geo.styles import STYLES, Style
from geo.views.qgis.xml import add, defined_by, one_of, properties

_APPROXIMATE = [row.key for row in PRECISIONS if row.approximate]
_SIZES_MM = {"programme": "3.4", "places": "3.4", "units": "1.6"}
_WHITE = "255,255,255,255"
_OTHER = {"vi": "chưa rõ loại", "en": "kind unknown"}
_LIGHTER = (0.0, 0.28, -0.22, 0.48, 0.14, -0.36)
"""How far the classes of a layer stand from its colour, to white or (below zero) to black: they differ in print too."""


def renderer(parent: ET.Element, spec: LayerSpec, lang: str) -> None:
    """The <renderer-v2> of a layer: a class for each code of its symbol field, or one symbol."""
    style = STYLES[spec.name]
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if codes is None or spec.symbol is None or spec.geometry != "Point":
        made = add(parent, "renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0", forceraster="0")
        _symbol(add(made, "symbols"), "0", spec, style, style.color)
        return
    made = add(
        parent, "renderer-v2", type="categorizedSymbol", attr=spec.symbol, symbollevels="0", enableorderby="0",
        forceraster="0",
    )  # fmt: skip
    categories, symbols = add(made, "categories"), add(made, "symbols")
    rows = [(code.key, code.label.of(lang)) for code in CODE_LISTS[codes].codes] + [("", _OTHER[lang])]
    for number, (value, label) in enumerate(rows):
        add(categories, "category", value=value, label=label, symbol=str(number), render="true")
        _symbol(symbols, str(number), spec, style, shade(style.color, _LIGHTER[number % len(_LIGHTER)]))


def shade(color: str, towards: float) -> str:
    """A colour nearer to white (above zero) or to black (below).

    >>> shade("#b3400e", 0.0), shade("#000000", 0.5), shade("#ffffff", -1.0)
    ('#b3400e', '#808080', '#000000')
    """
    parts = [int(color[at : at + 2], 16) for at in (1, 3, 5)]
    end = 255 if towards > 0 else 0
    return "#" + "".join(f"{round(part + (end - part) * abs(towards)):02x}" for part in parts)


def rgba(color: str, opacity: float = 1.0) -> str:
    """A colour as QGIS writes it.

    >>> rgba("#b3400e", 0.5)
    '179,64,14,128'
    """
    return ",".join([*(str(int(color[at : at + 2], 16)) for at in (1, 3, 5)), str(round(255 * opacity))])


def _symbol(parent: ET.Element, name: str, spec: LayerSpec, style: Style, color: str) -> None:
    kinds = {"Point": "marker", "LineString": "line"}
    kind = kinds.get(spec.geometry or "", "fill")
    symbol = add(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    if kind == "marker":
        _marker(symbol, spec, style, color)
        return
    if kind == "line":
        layer = _layer(symbol, "SimpleLine")
        properties(layer, {"line_color": rgba(color, 0.4), "line_width": "0.2", "line_width_unit": "MM"})
        # A link that is to be checked is drawn with gaps, as an approximate place is.
        defined_by(layer, {"outlineStyle": "if(\"certain\" = 'yes', 'solid', 'dash')"})
        return
    filled = style.fill_opacity > 0
    properties(
        _layer(symbol, "SimpleFill"),
        {
            "color": rgba(color, style.fill_opacity),
            "style": "solid" if filled else "no",
            "outline_color": rgba(color),
            "outline_style": "dash" if style.dash else "solid",
            "outline_width": f"{style.stroke_width * 0.26:.2f}",
            "outline_width_unit": "MM",
        },
    )


def _marker(symbol: ET.Element, spec: LayerSpec, style: Style, color: str) -> None:
    size = _SIZES_MM.get(spec.group, "2.4")
    if spec.has("precision"):
        ring = _layer(symbol, "SimpleMarker")
        properties(
            ring,
            {
                "name": "circle", "color": rgba(color, 0.0), "outline_color": rgba(style.color), "size": "6",
                "outline_style": "dash", "outline_width": "0.35", "outline_width_unit": "MM", "size_unit": "MM",
            },
        )  # fmt: skip
        defined_by(ring, {"enabled": one_of("precision", _APPROXIMATE)})
    properties(
        _layer(symbol, "SimpleMarker"),
        {
            "name": style.shape, "color": rgba(color), "outline_color": _WHITE, "outline_style": "solid",
            "outline_width": "0.3", "outline_width_unit": "MM", "size": size, "size_unit": "MM",
        },
    )  # fmt: skip


def _layer(symbol: ET.Element, kind: str) -> ET.Element:
    return ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})

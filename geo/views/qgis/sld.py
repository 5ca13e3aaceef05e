"""The style of one layer as a Styled Layer Descriptor 1.1, for programs that do not read QML."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.styles import SHAPES, STYLES, Style
from geo.schema import LayerSpec
from geo.views.qgis.symbols import APPROXIMATE, UNKNOWN

_SLD, _SE, _OGC = "http://www.opengis.net/sld", "http://www.opengis.net/se", "http://www.opengis.net/ogc"
_MARKER_PX, _RING_PX, _SMALL_PX = 16, 25, 6


def sld_of(spec: LayerSpec, lang: str) -> str:
    """The SLD of a layer with a rule for each class, texts in `lang`; "" for a layer without geometry."""
    if spec.geometry is None:
        return ""
    root = ET.Element("StyledLayerDescriptor", {
        "version": "1.1.0", "xmlns": _SLD, "xmlns:se": _SE, "xmlns:ogc": _OGC,
    })  # fmt: skip
    layer = ET.SubElement(root, "NamedLayer")
    _se(layer, "Name", spec.name)
    style = ET.SubElement(layer, "UserStyle")
    _se(style, "Name", spec.name)
    rules = _se(style, "FeatureTypeStyle")
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if codes is None or spec.symbol is None:
        _symbolizer(_rule(rules, spec.name, spec.label.of(lang)), spec, "")
    else:
        for code in CODE_LISTS[codes].codes:
            rule = _rule(rules, code.key, code.label.of(lang))
            _equal(_filter(rule), spec.symbol, code.key)
            _symbolizer(rule, spec, code.key)
        rule = _rule(rules, "unknown", UNKNOWN.of(lang))
        ET.SubElement(ET.SubElement(_filter(rule), "ogc:PropertyIsNull"), "ogc:PropertyName").text = spec.symbol
        _symbolizer(rule, spec, "")
    if spec.geometry == "Point" and spec.has("precision"):
        rule = _rule(rules, "approximate", APPROXIMATE.of(lang))
        _any_of(_filter(rule), "precision", [row.key for row in PRECISIONS if row.approximate])
        look = STYLES[spec.name]
        _ring(rule, look, _RING_PX if look.marker.icon else 2 * _SMALL_PX)
    return ET.tostring(root, encoding="unicode")


def _se(parent: ET.Element, tag: str, text: str = "", **attrs: str) -> ET.Element:
    element = ET.SubElement(parent, f"se:{tag}", attrs)
    element.text = text or None
    return element


def _rule(parent: ET.Element, name: str, title: str) -> ET.Element:
    rule = _se(parent, "Rule")
    _se(rule, "Name", name)
    _se(_se(rule, "Description"), "Title", title)
    return rule


def _filter(rule: ET.Element) -> ET.Element:
    return ET.SubElement(rule, "ogc:Filter")


def _equal(parent: ET.Element, field: str, value: str) -> None:
    test = ET.SubElement(parent, "ogc:PropertyIsEqualTo")
    ET.SubElement(test, "ogc:PropertyName").text = field
    ET.SubElement(test, "ogc:Literal").text = value


def _any_of(parent: ET.Element, field: str, values: Sequence[str]) -> None:
    either = ET.SubElement(parent, "ogc:Or") if len(values) > 1 else parent
    for value in values:
        _equal(either, field, value)


def _symbolizer(rule: ET.Element, spec: LayerSpec, value: str) -> None:
    style = STYLES[spec.name]
    if spec.geometry == "Point":
        name, rotation = SHAPES[style.shape].sld
        graphic = _se(_se(rule, "PointSymbolizer"), "Graphic")
        mark = _se(graphic, "Mark")
        _se(mark, "WellKnownName", name)
        _fill(mark, style.color, 1.0)
        _stroke(mark, "#ffffff", 1.0)
        _se(graphic, "Size", str(_MARKER_PX if style.marker.icon else _SMALL_PX))
        if rotation:
            _se(graphic, "Rotation", str(rotation))
        return
    if spec.dimension == 1:
        line = _se(rule, "LineSymbolizer")
        _stroke(line, style.color, style.stroke_width, dash=style.dash, opacity=style.stroke_opacity)
        return
    area = _se(rule, "PolygonSymbolizer")
    if style.fill_opacity > 0:
        _fill(area, style.color, style.fill_opacity)
    own = spec.outline is not None and value in spec.outline[1]
    _stroke(area, style.color, style.stroke_width, dash="" if own else style.dash)


def _ring(rule: ET.Element, style: Style, size: int) -> None:
    graphic = _se(_se(rule, "PointSymbolizer"), "Graphic")
    mark = _se(graphic, "Mark")
    _se(mark, "WellKnownName", "circle")
    _stroke(mark, style.color, 1.2, dash="4 2")
    _se(graphic, "Size", str(size))


def _fill(parent: ET.Element, color: str, opacity: float) -> None:
    fill = _se(parent, "Fill")
    _se(fill, "SvgParameter", color, name="fill")
    if opacity < 1:
        _se(fill, "SvgParameter", f"{opacity:g}", name="fill-opacity")


def _stroke(parent: ET.Element, color: str, width: float, *, dash: str = "", opacity: float = 1.0) -> None:
    stroke = _se(parent, "Stroke")
    _se(stroke, "SvgParameter", color, name="stroke")
    if opacity < 1:
        _se(stroke, "SvgParameter", f"{opacity:g}", name="stroke-opacity")
    _se(stroke, "SvgParameter", f"{width:g}", name="stroke-width")
    if dash:
        _se(stroke, "SvgParameter", dash, name="stroke-dasharray")

"""The layers of the base map in a QGIS project, drawn by the style table of the site in its light theme."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

from geo.basemap.declaration import BASE_LAYERS, MIN_ZOOM, BaseLayer
from geo.basemap.ground import Ground, LayerNotes
from geo.basemap.style import BASE_STYLES, BOX, LAND, SHIELD, SHIELD_EDGE, SYMBOLS, BaseStyle, Names, Steps, Tint
from geo.schema import Label
from geo.views.notice import in_language
from geo.views.qgis.fonts import FONTS
from geo.views.qgis.icons import embed_path
from geo.views.qgis.symbols import rgba
from geo.views.qgis.xml import add, add_expressions, properties, quote

GROUP = Label("Bản đồ nền", "Base map")

SCALE_AT_ZOOM_0 = 559_082_264.0
"""Scale denominator of zoom 0, for pixels of 0.28 mm."""
PX_MM = 0.2
"""Millimetres on paper for a pixel of the style table; a screen pixel is 0.26 mm, but paper is read from nearer."""
_SYMBOL_MM = 0.26
"""Millimetres in QGIS for a pixel of the size of a symbol, which has to be seen among those of the records."""
PX_POINT = 0.62
"""Points on paper for a pixel of the size of a name."""
_ZOOM = f"(ln({SCALE_AT_ZOOM_0:.0f} / @map_scale) / ln(2))"
_PASSES = {"casing": 0, "line": 1}
_GEOMETRIES = {"Point": "Point", "MultiLineString": "Line", "MultiPolygon": "Polygon"}


class BaseEntry(NamedTuple):
    """One base layer of a project: its declaration, its id, and whose data it is."""

    layer: BaseLayer
    id: str
    notes: LayerNotes

    def label(self, lang: str) -> str:
        """The name of the layer in the tree."""
        return self.layer.label.of(lang)

    @property
    def has_names_only(self) -> bool:
        """Whether nothing of the layer is drawn but names, so that a legend has nothing to explain."""
        return not any(style.fill or style.line for style in _styles(self.layer))


def entries(ground: Ground | None) -> list[BaseEntry]:
    """The base layers of a ground from the top of the drawing order to its bottom; none without a ground."""
    notes = {one.key: one for one in ground.layers} if ground else {}
    order = [key for key in reversed(BASE_LAYERS) if key in notes]
    return [BaseEntry(BASE_LAYERS[key], f"ocop_base_{key}", notes[key]) for key in order]


def add_base_layer(parent: ET.Element, entry: BaseEntry, address: str, srs: ET.Element, lang: str) -> None:
    """Add the <maplayer> of a base layer that OGR reads at `address`."""
    styles = _styles(entry.layer)
    layer = add(
        parent, "maplayer", type="vector", geometry=_GEOMETRIES[entry.layer.geometry], labelsEnabled="1",
        styleCategories="AllStyleCategories", readOnly="1", hasScaleBasedVisibilityFlag="0", autoRefreshEnabled="0",
        simplifyDrawingHints="1", simplifyDrawingTol="1", simplifyLocal="1", simplifyAlgorithm="0",
        simplifyMaxScale="1", symbologyReferenceScale="-1",
    )  # fmt: skip
    add(layer, "id", entry.id)
    add(layer, "datasource", address)
    add(layer, "shortname", f"base_{entry.layer.key}")
    add(layer, "title", entry.label(lang))
    add(layer, "layername", entry.label(lang))
    add(layer, "srs").append(srs)
    _metadata(layer, entry, lang)
    add(layer, "provider", "ogr", encoding="UTF-8")
    add(layer, "layerOpacity", "1")
    add(layer, "blendMode", "0")
    _renderer(layer, entry.layer, styles, lang)
    _labeling(layer, entry.layer, styles, lang)
    add(layer, "previewExpression", '"name"')


def _styles(layer: BaseLayer) -> list[BaseStyle]:
    return [style for (key, _), style in BASE_STYLES.items() if key == layer.key]


def _metadata(layer: ET.Element, entry: BaseEntry, lang: str) -> None:
    about = add(layer, "resourceMetadata")
    add(about, "identifier", entry.id)
    add(about, "type", "dataset")
    add(about, "title", entry.label(lang))
    links = add(about, "links")
    for origin in entry.notes.origins:
        add(links, "link", name=origin.name, type="WWW:LINK", url=origin.address, description="", format="",
            mimeType="", size="")  # fmt: skip
    for licence in dict.fromkeys(origin.licence for origin in entry.notes.origins):
        add(about, "license", in_language(licence, lang))
    for origin in entry.notes.origins:
        add(about, "rights", origin.attribution.of(lang))


# --- symbols -----------------------------------------------------------------------------------------


def _renderer(parent: ET.Element, layer: BaseLayer, styles: Sequence[BaseStyle], lang: str) -> None:
    """A rule for each class, drawn from the zoom that the class begins at; casings lie below all lines."""
    element = add(
        parent, "renderer-v2", type="RuleRenderer", symbollevels="1", enableorderby="0", forceraster="0",
        referencescale="-1",
    )  # fmt: skip
    rules, symbols = add(element, "rules", key=f"{layer.key}-rules"), add(element, "symbols")
    for number, style in enumerate(reversed(styles)):
        one = layer.base_class(style.kind)
        rule = add(
            rules, "rule", key=f"{layer.key}-{style.kind}", filter=_filter(style), label=one.label.of(lang),
            symbol=str(number),
        )  # fmt: skip
        rule.attrib |= _scales(one.from_zoom)
        _symbol(symbols, str(number), layer, style)


def _filter(style: BaseStyle) -> str:
    return f'"kind" = {quote(style.kind)}'


def _scales(from_zoom: float) -> dict[str, str]:
    if from_zoom <= MIN_ZOOM:
        return {}
    return {"scalemindenom": "1", "scalemaxdenom": f"{SCALE_AT_ZOOM_0 / 2**from_zoom:.0f}"}


def _symbol(parent: ET.Element, name: str, layer: BaseLayer, style: BaseStyle) -> None:
    kind = {"Point": "marker", "MultiLineString": "line", "MultiPolygon": "fill"}[layer.geometry]
    whole = add(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    if style.symbol:
        _marker(whole, style)
    elif style.line:
        if style.casing:
            _line(whole, style, style.casing, 2 * style.edge, "casing")
        _line(whole, style, style.line, 0.0, "line")
    else:
        _area(whole, style)


def _area(parent: ET.Element, style: BaseStyle) -> None:
    color = rgba(style.fill.light) if style.fill else "0,0,0,0"
    fill = _layer(parent, "SimpleFill")
    properties(fill, {"color": color, "style": "solid" if style.fill else "no", "outline_style": "no"})
    if style.opacity:
        add_expressions(
            fill, {"fillColor": f"set_color_part({quote(color)}, 'alpha', 255 * {size_expression(style.opacity)})"}
        )


def _line(parent: ET.Element, style: BaseStyle, color: Tint, more_px: float, part: str) -> None:
    dashes = [float(one) * PX_MM for one in style.dash.split()] if part == "line" else []
    width = style.width[0][1] + more_px
    line = _layer(parent, "SimpleLine", _PASSES[part])
    properties(
        line,
        {
            "line_color": rgba(color.light), "capstyle": "round", "joinstyle": "round",
            "line_width": f"{width * PX_MM:.2f}", "line_width_unit": "MM", "use_custom_dash": str(int(bool(dashes))),
            "customdash": ";".join(f"{one:.2f}" for one in dashes) or "5;2", "customdash_unit": "MM",
        },
    )  # fmt: skip
    add_expressions(line, {"outlineWidth": f"({size_expression(style.width)} + {more_px:g}) * {PX_MM:g}"})


def _marker(parent: ET.Element, style: BaseStyle) -> None:
    color = style.fill.light if style.fill else "#000000"
    svg = _layer(parent, "SvgMarker")
    properties(
        svg,
        {
            "name": embed_path(SYMBOLS[style.symbol], BOX, color, LAND.light), "color": rgba(color),
            "size": f"{style.size[-1][1] * _SYMBOL_MM:.2f}", "size_unit": "MM",
        },
    )  # fmt: skip
    add_expressions(svg, {"size": f"{size_expression(style.size)} * {_SYMBOL_MM:g}"})


def size_expression(steps: Steps) -> str:
    """The QGIS expression of `steps` at the scale of the map; that of the first step where no scale is known."""
    pieces = " ".join(
        f"WHEN {_ZOOM} >= {low:g} THEN scale_linear({_ZOOM}, {low:g}, {high:g}, {less:g}, {more:g})"
        for (low, less), (high, more) in reversed(list(pairwise(steps)))
    )
    first = f"{steps[0][1]:g}"
    return f"(CASE {pieces} ELSE {first} END)" if pieces else first


def _layer(parent: ET.Element, kind: str, at_level: int = 0) -> ET.Element:
    return ET.SubElement(parent, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(at_level)})


# --- names -------------------------------------------------------------------------------------------


def _labeling(parent: ET.Element, layer: BaseLayer, styles: Iterable[BaseStyle], lang: str) -> None:
    rules = add(add(parent, "labeling", type="rule-based"), "rules", key=f"{layer.key}-names")
    for style in styles:
        if style.names is None:
            continue
        rule = add(rules, "rule", key=f"{layer.key}-{style.kind}-names", filter=_filter(style))
        rule.attrib |= _scales(style.names.from_zoom)
        _settings(rule, layer, style.names, lang)


def _settings(parent: ET.Element, layer: BaseLayer, names: Names, lang: str) -> None:
    is_shield = names.rule == "shield"
    settings = add(parent, "settings", calloutType="simple")
    text = add(
        settings, "text-style", fieldName=_text(layer, names, lang), isExpression="1",
        fontSize=f"{names.size * PX_POINT:.1f}", fontSizeUnit="Point", textColor=rgba(names.ink.light),
        fontFamily=FONTS[0], fontWeight="75" if names.bold else "50", fontItalic=str(int(names.italic)),
        fontLetterSpacing="1.2" if names.caps else "0",
    )  # fmt: skip
    families = add(text, "families")
    for family in FONTS[1:]:
        add(families, "family", name=family)
    add(
        text, "text-buffer", bufferDraw=str(int(not is_shield)), bufferSize="0.7", bufferSizeUnits="MM",
        bufferColor=rgba(LAND.light, 0.85), bufferNoFill="1", bufferJoinStyle="128",
    )  # fmt: skip
    if is_shield:
        add(
            text, "background", shapeDraw="1", shapeType="0", shapeSizeType="0", shapeSizeX="0.6", shapeSizeY="0.3",
            shapeSizeUnit="MM", shapeFillColor=rgba(SHIELD.light), shapeBorderColor=rgba(SHIELD_EDGE.light),
            shapeBorderWidth="0.15", shapeBorderWidthUnit="MM", shapeRadiiX="0.5", shapeRadiiY="0.5",
            shapeRadiiUnit="MM", shapeOpacity="1",
        )  # fmt: skip
    _placement(settings, names)
    add(settings, "rendering", scaleVisibility="0", obstacle="1", obstacleType="1", obstacleFactor="0.5",
        drawLabels="1", mergeLines="1", fontLimitPixelSize="0")  # fmt: skip


def _placement(settings: ET.Element, names: Names) -> None:
    priority = str(max(0, 9 - names.priority // 10))
    if names.rule == "beside":
        add(settings, "placement", placement="6", dist="0.5", distUnits="MM", priority=priority, offsetType="1",
            predefinedPositionOrder="R,L,TR,BR,TL,BL,TSR,BSR")  # fmt: skip
    elif names.rule == "along":
        add(settings, "placement", placement="3", placementFlags="2", dist="0.4", distUnits="MM", priority=priority,
            repeatDistance="90", repeatDistanceUnits="MM", maxCurvedCharAngleIn="22",
            maxCurvedCharAngleOut="-22")  # fmt: skip
    elif names.rule == "shield":
        add(settings, "placement", placement="4", priority=priority, repeatDistance="60", repeatDistanceUnits="MM")
    else:
        add(settings, "placement", placement="4", priority=priority, centroidInside="1", centroidWhole="0")


def _text(layer: BaseLayer, names: Names, lang: str) -> str:
    if names.rule == "shield":
        return '"ref"'
    name = 'coalesce("name_en", "name")' if lang == "en" else '"name"'
    if layer.key == "summits":
        return f"{name} || coalesce(' ' || round(\"height_m\") || ' m', '')"
    return f"upper({name})" if names.caps else name

"""QGIS symbols and legends of the layers: shape, colour, icons, and a dashed ring for approximate positions."""

from xml.etree import ElementTree as ET

from geo.basemap.style import VEIL, VEIL_OPACITY
from geo.ocop.codes import CODE_LISTS, PRECISIONS
from geo.ocop.styles import SHAPES, STYLES, Marker, Style, icon_of
from geo.schema import Label, LayerSpec
from geo.views.qgis.icons import embed
from geo.views.qgis.xml import add, add_expressions, one_of, properties

APPROXIMATE = Label("Viền đứt: vị trí gần đúng", "Dashed ring: approximate location")
"""Legend entry of the ring."""

CLUSTERS = Label("Ký hiệu có số: nhiều bản ghi ở gần nhau", "Symbol with a number: several records close together")
"""Legend entry of symbols that stand for several records."""

UNKNOWN = Label("Chưa rõ loại", "Type unknown")
"""Legend entry of records without a code."""

_ROUGH = [row.key for row in PRECISIONS if row.approximate]
_LEGEND_ONLY = "(legend)"  # no code has brackets, so no record has this class
_PX_MM = 0.2646
_WHITE, _LAND, _INK = "255,255,255,255", "#fdfbf6", "#1d2b2c"
_NEAR_MM = 4.0
_LINE_MM = 0.2  # line width on paper for a pixel on the screen
_SOLID = {"outline_style": "solid", "joinstyle": "round"}


def renderer(
    parent: ET.Element, spec: LayerSpec, lang: str, *, in_project: bool = False, over_base: bool = False
) -> None:
    """The <renderer-v2> of a layer: a class for each code of its symbol field, or one symbol.

    In a project, records at the same position are clustered, as on the site, and the province is filled as land,
    since it is below all other layers there. Over a base map the land beyond the province is veiled instead.
    """
    style, land = STYLES[spec.name], in_project and spec.name == "province"
    if land and over_base:
        _veil(parent, spec, style)
        return
    if in_project and spec.geometry == "Point" and style.marker.icon:
        parent = _cluster_renderer(parent, style)
    codes = spec.field(spec.symbol).codes if spec.symbol else None
    if codes is None or spec.symbol is None:
        element = add(parent, "renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0", forceraster="0")
        symbol(add(element, "symbols"), "0", spec, style, land=land)
        return
    element = add(
        parent, "renderer-v2", type="categorizedSymbol", attr=spec.symbol, symbollevels="0", enableorderby="0",
        forceraster="0",
    )  # fmt: skip
    categories, symbols = add(element, "categories"), add(element, "symbols")
    rows = [(code.key, code.label.of(lang)) for code in CODE_LISTS[codes].codes] + [("", UNKNOWN.of(lang))]
    for number, (value, label) in enumerate(rows):
        add(categories, "category", value=value, label=label, symbol=str(number), render="true", type="string")
        symbol(symbols, str(number), spec, style, value)
    if spec.geometry == "Point" and spec.has("precision"):
        add(
            categories, "category", value=_LEGEND_ONLY, label=APPROXIMATE.of(lang), symbol=str(len(rows)),
            render="true", type="string",
        )  # fmt: skip
        _ring(_whole(symbols, str(len(rows)), "marker"), style.marker, style.color)


def _veil(parent: ET.Element, spec: LayerSpec, style: Style) -> None:
    """An inverted polygon renderer: everything outside the outline is covered with the veil of the site."""
    outside = add(
        parent, "renderer-v2", type="invertedPolygonRenderer", symbollevels="0", enableorderby="0", forceraster="0",
        preprocessing="0",
    )  # fmt: skip
    inner = add(outside, "renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0", forceraster="0")
    veil = _whole(add(inner, "symbols"), "0", "fill")
    color = rgba(VEIL.light, VEIL_OPACITY["light"])
    properties(_layer(veil, "SimpleFill"), {"color": color, "style": "solid", "outline_style": "no"})
    edge = {"line_color": rgba(style.color), "line_style": "solid", "joinstyle": "round"}
    properties(_layer(veil, "SimpleLine"), {**edge, **_mm("line_width", style.stroke_width * _PX_MM)})


def _cluster_renderer(parent: ET.Element, style: Style) -> ET.Element:
    """A point cluster renderer: records that would overlap are drawn as one symbol with their number."""
    element = add(
        parent, "renderer-v2", type="pointCluster", symbollevels="0", enableorderby="0", forceraster="0",
        tolerance=f"{_NEAR_MM:g}", toleranceUnit="MM",
    )  # fmt: skip
    size = style.marker.size * 1.2
    whole = _whole(element, "centerSymbol", "marker")
    properties(
        _layer(whole, "SimpleMarker"),
        {
            "name": SHAPES[style.shape].qgis, "color": _WHITE, "outline_color": rgba(style.color), **_SOLID,
            **_mm("outline_width", 0.9), **_mm("size", size),
        },
    )  # fmt: skip
    number = _layer(whole, "FontMarker")
    properties(
        number,
        {"font": "Arial", "font_style": "Bold", "chr": "2", "color": rgba(_INK), **_mm("size", size * 0.5)},
    )
    add_expressions(number, {"char": "@cluster_size"})
    return element


def symbol(
    parent: ET.Element, name: str, spec: LayerSpec, style: Style, value: str = "", *, land: bool = False
) -> None:
    """The <symbol> of a layer for records whose symbol field holds `value`."""
    if spec.geometry == "Point":
        _marker(_whole(parent, name, "marker"), spec, style, value)
    elif spec.dimension == 1:
        _line(_whole(parent, name, "line"), spec, style)
    else:
        _area(_whole(parent, name, "fill"), spec, style, value, land=land)


def rgba(color: str, opacity: float = 1.0) -> str:
    """A colour as QGIS writes it.

    >>> rgba("#102030", 0.5)
    '16,32,48,128'
    """
    return ",".join([*(str(int(color[at : at + 2], 16)) for at in (1, 3, 5)), str(round(255 * opacity))])


def _whole(parent: ET.Element, name: str, kind: str) -> ET.Element:
    return add(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0")


def _marker(parent: ET.Element, spec: LayerSpec, style: Style, value: str) -> None:
    if spec.has("precision"):
        # The legend has no record to evaluate the expression for and draws the static value: no ring.
        ring = {"outlineStyle": f"if({one_of('precision', _ROUGH)}, 'dash', 'no')"}
        add_expressions(_ring(parent, style.marker, style.color, "no"), ring)
    properties(
        _layer(parent, "SimpleMarker"),
        {
            "name": SHAPES[style.shape].qgis, "color": rgba(style.color), "outline_color": _WHITE, **_SOLID,
            **_mm("outline_width", 0.3), **_mm("size", style.marker.size),
        },
    )  # fmt: skip
    if style.marker.icon:
        picture = embed(icon_of(spec.name, value), "#ffffff")
        properties(
            _layer(parent, "SvgMarker"),
            {"name": picture, "color": _WHITE, "outline_color": _WHITE, **_mm("size", style.marker.icon)},
        )


def _ring(parent: ET.Element, marker: Marker, color: str, line_style: str = "dash") -> ET.Element:
    ring = _layer(parent, "SimpleMarker")
    properties(
        ring,
        {
            "name": "circle", "color": rgba(color, 0.0), "outline_color": rgba(color),
            "outline_style": line_style, **_mm("outline_width", 0.3), **_mm("size", marker.ring),
        },
    )  # fmt: skip
    return ring


def _line(parent: ET.Element, spec: LayerSpec, style: Style) -> None:
    line = _layer(parent, "SimpleLine")
    properties(
        line,
        {
            "line_color": rgba(style.color, style.stroke_opacity), "capstyle": "round",
            **_mm("line_width", style.stroke_width * _LINE_MM), **_dash_settings(style.dash),
        },
    )  # fmt: skip
    if spec.has("certain"):
        # An uncertain link is dashed, like the ring of an approximate position.
        add_expressions(line, {"outlineStyle": "if(\"certain\" = 'yes', 'solid', 'dash')"})


def _area(parent: ET.Element, spec: LayerSpec, style: Style, value: str, *, land: bool) -> None:
    """A fill, and its edge as a line layer: only line layers support custom dashes."""
    fills, on_land = style.fill_opacity > 0, land and style.fill_opacity == 0
    properties(
        _layer(parent, "SimpleFill"),
        {
            "color": rgba(_LAND) if on_land else rgba(style.color, style.fill_opacity),
            "style": "solid" if fills or on_land else "no", "outline_color": rgba(style.color), "outline_style": "no",
        },
    )  # fmt: skip
    own = spec.outline is not None and value in spec.outline[1]
    properties(
        _layer(parent, "SimpleLine"),
        {
            "line_color": rgba(style.color), "line_style": "solid", "joinstyle": "round", "capstyle": "flat",
            **_mm("line_width", style.stroke_width * _PX_MM), **_dash_settings("" if own else style.dash),
        },
    )  # fmt: skip


def _dash_settings(dash: str) -> dict[str, str]:
    """The dash settings of a line, from the format of ocop/styles.py."""
    parts = [float(part) * _PX_MM for part in dash.split()]
    return {
        "use_custom_dash": str(int(bool(parts))),
        "customdash": ";".join(f"{part:.2f}" for part in parts) or "5;2",
        "customdash_unit": "MM",
    }


def _mm(name: str, value: float) -> dict[str, str]:
    return {name: f"{value:.2f}", f"{name}_unit": "MM"}


def _layer(parent: ET.Element, kind: str) -> ET.Element:
    return ET.SubElement(parent, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})

"""A print layout in the project: the province with its legend, grid and an inset on A3."""

import base64
import math
import uuid
from typing import NamedTuple
from xml.etree import ElementTree as ET

from geo.crs import LngLatBbox
from geo.schema import Label
from geo.views.qgis.symbols import APPROXIMATE, CLUSTERS
from geo.views.qgis.xml import add, properties

NAME = Label("Bản đồ A3", "Map on A3")

_PAGE_MM = (420.0, 297.0)
_MAP_MM = (174.0, 10.0, 236.0, 277.0)
_LEFT_MM, _LEFT_WIDTH_MM = 12.0, 156.0
_SIGNS_WIDTH_MM = 136.0
"""Beside them, and beside the scale bar, stands the arrow to the north."""
_ROUND_SCALE = 50_000
INSET_MM = 84.0
INSET_SCALE = 120_000
_INSET = (_MAP_MM[0] + 4, _MAP_MM[1] + _MAP_MM[3] - 4 - INSET_MM, INSET_MM, INSET_MM)
"""The lower left corner of the map, where no part of the province lies."""
GRID_M = 20_000
_PAGE, _MAP, _PICTURE, _LABEL, _LEGEND, _SCALE_BAR = "65638", "65639", "65640", "65641", "65642", "65646"
_PLAIN, _BOLD = "50", "75"
_INK, _PAPER, _OUTSIDE = (29, 43, 44), (255, 253, 248), (231, 225, 211)
_FONTS = {
    "title": (11, _BOLD),
    "group": (10, _BOLD),
    "subgroup": (8, _BOLD),
    "symbol": (8, _PLAIN),
    "symbolLabel": (8, _PLAIN),
}
_MARGINS = {"group": "3", "subgroup": "1.5", "symbol": "0.3", "symbolLabel": "1"}
_NORTH = Label("B", "N")
_ARROW = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 28"><path d="M12 0 21 27 12 21z" fill="#1d2b2c"/>'
    '<path d="M12 0 3 27l9-6z" fill="#fffdf8" stroke="#1d2b2c" stroke-width="1"/></svg>'
)


class Words(NamedTuple):
    """The texts of the sheet beside the map."""

    title: str
    state: str
    notes: str
    inset: str


def sheet(
    parent: ET.Element,
    box: LngLatBbox,
    words: Words,
    lang: str,
    *,
    inset: LngLatBbox | None = None,
    outside: tuple[int, int, int] | None = None,
) -> None:
    """Add the sheet to the <Layouts> of a project. `box` is the area to be printed, in the project CRS (metres).

    `inset` is an area to be shown once more, at INSET_SCALE. `outside` is the colour below all layers where a base
    map lies there.
    """
    layout = add(parent, "Layout", name=NAME.of(lang), units="mm", printResolution="300", worldFileMap="")
    _paper(_item(add(layout, "PageCollection"), "page", _PAGE, (0.0, 0.0, *_PAGE_MM), background=_PAPER))
    _map(layout, box, outside or _OUTSIDE, has_inset=inset is not None)
    if inset is not None:
        _inset(layout, inset, words.inset, outside or _OUTSIDE)
    _label(layout, "title", words.title, 9.0, 11.5, points=22, weight=_BOLD)
    _label(layout, "state", words.state, 21.0, 8.0, points=9)
    _legend(layout)
    signs = f"\N{DOTTED CIRCLE}  {APPROXIMATE.of(lang)}\n\N{CIRCLED DIGIT TWO}  {CLUSTERS.of(lang)}"
    _label_item(layout, "signs", signs, (_LEFT_MM, 213.0, _SIGNS_WIDTH_MM, 11.0), font=_font(8, _PLAIN))
    _scale_bar(layout)
    _north(layout, lang)
    _label(layout, "notes", words.notes, 240.0, 48.0, points=6)


def _extent(box: LngLatBbox) -> dict[str, str]:
    """The extent of the map item: the box widened to the item's proportions, at a round scale."""
    width, height = _MAP_MM[2] / 1000, _MAP_MM[3] / 1000
    least_scale = max((box.east - box.west) / width, (box.north - box.south) / height) * 1.02
    scale = math.ceil(least_scale / _ROUND_SCALE) * _ROUND_SCALE
    x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
    across, along = width * scale / 2, height * scale / 2
    corners = {"xmin": x - across, "ymin": y - along, "xmax": x + across, "ymax": y + along}
    return {name: f"{value:.1f}" for name, value in corners.items()}


def _map(layout: ET.Element, box: LngLatBbox, outside: tuple[int, int, int], *, has_inset: bool) -> None:
    item = _map_item(layout, "map", _MAP_MM, _extent(box), outside)
    _grid(item)
    if has_inset:
        overview = add(
            item, "ComposerMapOverview", uuid=_uuid("overview"), name="", show="1", position="3", blendMode="0",
            centered="0", inverted="0", frameMap=_uuid("inset"),
        )  # fmt: skip
        outline = {"style": "no", "outline_style": "solid", "outline_color": _rgba(_INK), "outline_width": "0.4"}
        _symbol(overview, "fill", "SimpleFill", outline)


def _inset(layout: ET.Element, box: LngLatBbox, text: str, outside: tuple[int, int, int]) -> None:
    """Add the crowded area at a larger scale, with its title above it."""
    left, top, width, _ = _INSET
    corners = {"xmin": box.west, "ymin": box.south, "xmax": box.east, "ymax": box.north}
    _map_item(layout, "inset", _INSET, {name: f"{value:.1f}" for name, value in corners.items()}, outside, level=2)
    place = (left, top - 5.5, width, 5.5)
    _label_item(layout, "inset-title", text, place, font=_font(7.5, _BOLD), background=_PAPER, level=3)


def _map_item(
    layout: ET.Element,
    key: str,
    place: tuple[float, float, float, float],
    extent: dict[str, str],
    outside: tuple[int, int, int],
    *,
    level: int = 1,
) -> ET.Element:
    item = _item(
        layout, key, _MAP, place, background=outside, level=level, frame="true", keepLayerSet="false",
        drawCanvasItems="true", mapRotation="0", followPreset="false",
    )  # fmt: skip
    _color(item, "FrameColor", _INK)
    add(item, "Extent", **extent)
    add(item, "LayerSet")
    return item


def _grid(item: ET.Element) -> None:
    """Add crosses every GRID_M of the project CRS, VN-2000, with their coordinates left of the map and below it."""
    hidden, outside, vertical = "3", "1", "1"
    grid = add(
        item, "ComposerMapGrid", uuid=_uuid("grid"), name="VN-2000", show="1", position="3", blendMode="0",
        gridStyle="1", crossLength="1.6", intervalX=str(GRID_M), intervalY=str(GRID_M),
        offsetX="0", offsetY="0", unit="0", gridFrameStyle="2",
        gridFrameSideFlags="15", gridFrameWidth="1.5", gridFramePenThickness="0.2",
        gridFramePenColor=_rgba(_INK), showAnnotation="1", annotationFormat="0", annotationPrecision="0",
        frameAnnotationDistance="0.8", rightAnnotationDisplay=hidden, topAnnotationDisplay=hidden,
        leftAnnotationDisplay="0", bottomAnnotationDisplay="0", leftAnnotationPosition=outside,
        bottomAnnotationPosition=outside, leftAnnotationDirection=vertical, bottomAnnotationDirection="0",
    )  # fmt: skip
    line = {"line_color": _rgba(_INK), "line_width": "0.15", "line_style": "solid", "line_width_unit": "MM"}
    _symbol(add(grid, "lineStyle"), "line", "SimpleLine", line)
    add(
        grid, "text-style", fontFamily="Arial", fontSize="6", fontSizeUnit="Point", textColor=_rgba(_INK),
        fontWeight=_PLAIN,
    )  # fmt: skip


def _north(layout: ET.Element, lang: str) -> None:
    """Add an arrow to the grid's north with its letter."""
    picture = f"base64:{base64.b64encode(_ARROW.encode()).decode()}"
    _item(
        layout, "north", _PICTURE, (_LEFT_MM + 140, 219.0, 12.0, 14.0), file=picture, mode="0", resizeMode="0",
        anchorPoint="0", pictureRotation="0", northMode="0", northOffset="0", mapUuid=_uuid("map"),
    )  # fmt: skip
    place = (_LEFT_MM + 140, 213.0, 12.0, 6.0)
    _label_item(layout, "north-letter", _NORTH.of(lang), place, font=_font(10, _BOLD), align="4")


def _label(
    layout: ET.Element, key: str, text: str, top: float, height: float, *, points: float, weight: str = _PLAIN
) -> None:
    """Add a text to the column beside the map."""
    _label_item(layout, key, text, (_LEFT_MM, top, _LEFT_WIDTH_MM, height), font=_font(points, weight))


def _label_item(
    layout: ET.Element,
    key: str,
    text: str,
    place: tuple[float, float, float, float],
    *,
    font: str,
    align: str = "1",
    background: tuple[int, int, int] | None = None,
    level: int = 1,
) -> None:
    item = _item(
        layout, key, _LABEL, place, background=background, level=level, labelText=text, htmlState="0", halign=align,
        valign="32", marginX="0" if background is None else "1", marginY="0" if background is None else "1",
    )  # fmt: skip
    add(item, "LabelFont", style="", description=font)
    _color(item, "FontColor", _INK)


def _legend(layout: ET.Element) -> None:
    """Add the legend, without classes that do not occur on the map."""
    item = _item(
        layout, "legend", _LEGEND, (_LEFT_MM - 2, 29.0, _LEFT_WIDTH_MM, 175.0), map_uuid=_uuid("map"), title="",
        resizeToContents="1", legendFilterByMap="1", columnCount="2", splitLayer="1", symbolWidth="7",
        symbolHeight="4.5", boxSpace="2", columnSpace="4", fontColor="#1d2b2c", wrapChar="", lineSpacing="1",
        symbolAlignment="1", titleAlignment="1",
    )  # fmt: skip
    styles = add(item, "styles")
    for name, (points, weight) in _FONTS.items():
        style = add(
            styles, "style", name=name, alignment="1", indent="0", marginTop=_MARGINS.get(name, "0"), marginBottom="0.6"
        )
        if name == "symbolLabel":
            style.attrib["marginLeft"] = "2"
        add(style, "styleFont", style="", description=_font(points, weight))


def _scale_bar(layout: ET.Element) -> None:
    item = _item(
        layout, "scale", _SCALE_BAR, (_LEFT_MM - 1, 225.0, 100.0, 12.0), mapUuid=_uuid("map"), style="Single Box",
        unitType="km", unitLabel="km", numMapUnitsPerScaleBarUnit="1", numSegments="2", numSegmentsLeft="0",
        numUnitsPerSegment="20", segmentSizeMode="0", height="2", labelBarSpace="1.5", boxContentSpace="1",
        alignment="0", outlineWidth="0.3",
    )  # fmt: skip
    add(
        item, "text-style", fontFamily="Arial", fontSize="8", fontSizeUnit="Point", textColor="29,43,44,255",
        fontWeight=_PLAIN,
    )  # fmt: skip


def _item(
    parent: ET.Element,
    key: str,
    kind: str,
    place: tuple[float, float, float, float],
    *,
    background: tuple[int, int, int] | None = None,
    level: int = 1,
    frame: str = "false",
    **attrs: str,
) -> ET.Element:
    """Add an item at left, top, width and height in millimetres; items of a higher `level` cover others."""
    left, top, width, height = (f"{value:g}" for value in place)
    name = _uuid(key)
    item = add(
        parent, "LayoutItem", type=kind, uuid=name, templateUuid=name, id=key, position=f"{left},{top},mm",
        positionOnPage=f"{left},{top},mm", size=f"{width},{height},mm", referencePoint="0", visibility="1",
        opacity="1", zValue=str(level), frame=frame, background=str(background is not None).lower(), itemRotation="0",
        outlineWidthM="0.3,mm", excludeFromExports="0", blendMode="0", **attrs,
    )  # fmt: skip
    _color(item, "BackgroundColor", background or (255, 255, 255))
    return item


def _paper(page: ET.Element) -> None:
    _symbol(page, "fill", "SimpleFill", {"color": _rgba(_PAPER), "outline_style": "no", "style": "solid"})


def _symbol(parent: ET.Element, kind: str, of_layer: str, values: dict[str, str]) -> None:
    symbol = add(parent, "symbol", name="", type=kind, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": of_layer, "enabled": "1", "locked": "0", "pass": "0"})
    properties(layer, values)


def _rgba(color: tuple[int, int, int]) -> str:
    return f"{','.join(map(str, color))},255"


def _color(parent: ET.Element, tag: str, color: tuple[int, int, int]) -> None:
    red, green, blue = map(str, color)
    add(parent, tag, red=red, green=green, blue=blue, alpha="255")


def _font(points: float, weight: str) -> str:
    return f"Arial,{points:g},-1,5,{weight},0,0,0,0,0"


def _uuid(key: str) -> str:
    """A constant id, by which items of the layout refer to each other."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, f'ocop-sheet:{key}')}}}"

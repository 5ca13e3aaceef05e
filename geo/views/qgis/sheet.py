"""A print layout in the project: the province with its legend on A3."""

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
_ROUND_SCALE = 50_000
_PAGE, _MAP, _LABEL, _LEGEND, _SCALE_BAR = "65638", "65639", "65641", "65642", "65646"
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


class Words(NamedTuple):
    """The texts of the sheet beside the map."""

    title: str
    state: str
    notes: str


def sheet(
    parent: ET.Element, box: LngLatBbox, words: Words, lang: str, *, outside: tuple[int, int, int] | None = None
) -> None:
    """Add the sheet to the <Layouts> of a project. `box` is the area to be printed, in the project CRS (metres).

    `outside` is the colour below all layers where a base map lies there.
    """
    layout = add(parent, "Layout", name=NAME.of(lang), units="mm", printResolution="300", worldFileMap="")
    _paper(_item(add(layout, "PageCollection"), "page", _PAGE, (0.0, 0.0, *_PAGE_MM), background=_PAPER))
    _map(layout, box, outside or _OUTSIDE)
    _label(layout, "title", words.title, 10.0, 14.0, points=22, weight=_BOLD)
    _label(layout, "state", words.state, 21.0, 8.0, points=9)
    _legend(layout)
    signs = f"\N{DOTTED CIRCLE}  {APPROXIMATE.of(lang)}\n\N{CIRCLED DIGIT TWO}  {CLUSTERS.of(lang)}"
    _label(layout, "signs", signs, 213.0, 11.0, points=8)
    _scale_bar(layout)
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


def _map(layout: ET.Element, box: LngLatBbox, outside: tuple[int, int, int]) -> None:
    item = _item(
        layout, "map", _MAP, _MAP_MM, background=outside, keepLayerSet="false", drawCanvasItems="true",
        mapRotation="0", followPreset="false",
    )  # fmt: skip
    add(item, "Extent", **_extent(box))
    add(item, "LayerSet")


def _label(
    layout: ET.Element, key: str, text: str, top: float, height: float, *, points: float, weight: str = _PLAIN
) -> None:
    item = _item(
        layout, key, _LABEL, (_LEFT_MM, top, _LEFT_WIDTH_MM, height), labelText=text, htmlState="0", halign="1",
        valign="32", marginX="0", marginY="0",
    )  # fmt: skip
    add(item, "LabelFont", style="", description=_font(points, weight))
    _color(item, "FontColor", _INK)


def _legend(layout: ET.Element) -> None:
    """Add the legend, without classes that do not occur on the map."""
    item = _item(
        layout, "legend", _LEGEND, (_LEFT_MM - 2, 29.0, _LEFT_WIDTH_MM, 175.0), map_uuid=_uuid("map"), title="",
        resizeToContents="1", legendFilterByMap="1", columnCount="2", splitLayer="0", symbolWidth="7",
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
    **attrs: str,
) -> ET.Element:
    """Add an item at left, top, width and height in millimetres."""
    left, top, width, height = (f"{value:g}" for value in place)
    name = _uuid(key)
    item = add(
        parent, "LayoutItem", type=kind, uuid=name, templateUuid=name, id=key, position=f"{left},{top},mm",
        positionOnPage=f"{left},{top},mm", size=f"{width},{height},mm", referencePoint="0", visibility="1",
        opacity="1", zValue="1", frame="false", background=str(background is not None).lower(), itemRotation="0",
        outlineWidthM="0.3,mm", excludeFromExports="0", blendMode="0", **attrs,
    )  # fmt: skip
    _color(item, "BackgroundColor", background or (255, 255, 255))
    return item


def _paper(page: ET.Element) -> None:
    symbol = add(page, "symbol", name="", type="fill", alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    color = ",".join(map(str, _PAPER))
    properties(layer, {"color": f"{color},255", "outline_style": "no", "style": "solid"})


def _color(parent: ET.Element, tag: str, color: tuple[int, int, int]) -> None:
    red, green, blue = map(str, color)
    add(parent, tag, red=red, green=green, blue=blue, alpha="255")


def _font(points: float, weight: str) -> str:
    return f"Arial,{points:g},-1,5,{weight},0,0,0,0,0"


def _uuid(key: str) -> str:
    """A constant id, by which items of the layout refer to each other."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, f'ocop-sheet:{key}')}}}"

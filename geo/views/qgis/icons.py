"""The icons of the site embedded in QGIS styles, so that a project needs no other file."""

import base64
from functools import lru_cache
from xml.etree import ElementTree as ET

from geo.views.map.assets import static_dir

_SVG = "http://www.w3.org/2000/svg"


@lru_cache
def embed(icon: str, color: str) -> str:
    """The icon in `color` as a base64 path of a QGIS SVG marker; KeyError for an unknown icon."""
    symbol = _symbols()[icon]
    svg = ET.Element(
        "svg", {name: value for name, value in symbol.attrib.items() if name != "id"} | {"stroke": color, "xmlns": _SVG}
    )
    svg.extend(_plain(child) for child in symbol)
    return f"base64:{base64.b64encode(ET.tostring(svg)).decode()}"


def embed_path(path: str, box: int, color: str, halo: str) -> str:
    """Path data in a square of `box` units as a base64 path of a QGIS SVG marker, filled in `color` with a halo."""
    edge = box / 8
    svg = ET.Element("svg", {"viewBox": f"{-edge:g} {-edge:g} {box + 2 * edge:g} {box + 2 * edge:g}", "xmlns": _SVG})
    drawing = {"d": path, "fill-rule": "evenodd"}
    ET.SubElement(svg, "path", {**drawing, "fill": halo, "stroke": halo, "stroke-width": f"{edge:g}"})
    ET.SubElement(svg, "path", {**drawing, "fill": color})
    return f"base64:{base64.b64encode(ET.tostring(svg)).decode()}"


@lru_cache(maxsize=1)
def _symbols() -> dict[str, ET.Element]:
    root = ET.parse(static_dir() / "img" / "icons.svg").getroot()  # noqa: S314 (our own file)
    return {symbol.attrib["id"]: symbol for symbol in root.iter(f"{{{_SVG}}}symbol")}


def _plain(element: ET.Element) -> ET.Element:
    """A copy of the element and its children without the namespace."""
    copy = ET.Element(element.tag.removeprefix(f"{{{_SVG}}}"), element.attrib)
    copy.extend(_plain(child) for child in element)
    return copy

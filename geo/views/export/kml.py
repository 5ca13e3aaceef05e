"""KML 2.2, written one placemark at a time: names, labelled values, and the colours of the map."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree as ET

from shapely import get_parts
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.atlas import Record
from geo.schema import Field, Label
from geo.styles import STYLES
from geo.views.export.job import Job, derived
from geo.views.export.values import Reader, caution, precision_of

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
_VERSION = Label("Phiên bản dữ liệu", "Data version")
_CAUTION = Label("Lưu ý về vị trí", "About the place")
_STYLE = "layer"
# XML 1.0 section 2.2: characters that cannot stand in a document at all, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_kml(job: Job, out: BinaryIO) -> int:
    """Write one Document and return how many placemarks it has. Coordinates are longitude, latitude.

    Missing values are left out. A record without a place is a placemark without geometry.
    """
    reader = Reader(job.atlas, job.lang)
    out.write(f"{_HEAD}<Document>\n".encode())
    for element in _document(job):
        out.write(_bytes(element))
    written = 0
    for batch in job.batches():
        reader.learn(job.query.layer, batch)
        for record in batch:
            out.write(_bytes(_placemark(job, record, reader)))
            written += 1
    out.write(b"</Document>\n</kml>\n")
    return written


def _bytes(element: ET.Element) -> bytes:
    return ET.tostring(element, encoding="unicode").encode() + b"\n"


def _text(tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.Element(tag, attributes)
    element.text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _document(job: Job) -> Iterator[ET.Element]:
    made = job.notice()
    yield _text("name", made.title.of(job.lang))
    rights = (
        made.attribution.of(job.lang),
        made.licence,
        f"{_VERSION.of(job.lang)} {made.version} ({made.published_at})",
    )
    yield _text("description", "\n".join(text for text in rights if text))
    yield _style(job.query.layer)


def _style(layer: str) -> ET.Element:
    row = STYLES[layer]
    style = ET.Element("Style", {"id": _STYLE})
    icon = ET.SubElement(style, "IconStyle")
    icon.append(_text("color", _color(row.color, 1.0)))
    line = ET.SubElement(style, "LineStyle")
    line.append(_text("color", _color(row.color, 1.0)))
    line.append(_text("width", f"{row.stroke_width:g}"))
    fill = ET.SubElement(style, "PolyStyle")
    fill.append(_text("color", _color(row.color, row.fill_opacity)))
    return style


def _color(css: str, opacity: float) -> str:
    """A CSS colour as KML writes it: alpha, blue, green, red.

    >>> _color("#b3400e", 1.0)
    'ff0e40b3'
    """
    return f"{round(opacity * 255):02x}{css[5:7]}{css[3:5]}{css[1:3]}"


def _placemark(job: Job, record: Record, reader: Reader) -> ET.Element:
    placemark = ET.Element("Placemark")
    placemark.append(_text("name", record.title_in(job.lang)))
    placemark.append(_text("styleUrl", f"#{_STYLE}"))
    values = ET.SubElement(placemark, "ExtendedData")
    for name, label, text in _values(job, record, reader):
        data = ET.SubElement(values, "Data", {"name": name})
        data.append(_text("displayName", label))
        data.append(_text("value", text))
    geometry = record.geometry
    if geometry is not None:
        placemark.append(_geometry(geometry))
    return placemark


def _values(job: Job, record: Record, reader: Reader) -> Iterator[tuple[str, str, str]]:
    """(field, label, text) of every value that is not missing, and a caution for an approximate place."""
    fields: tuple[Field, ...] = (*job.spec.fields, *derived(job.spec))
    for field in fields:
        text = reader.shown(field, record.properties.get(field.name))
        if text is not None:
            yield field.name, field.label.of(job.lang), text
    warning = caution(precision_of(record), job.lang)
    if warning is not None:
        yield "place_caution", _CAUTION.of(job.lang), warning


def _geometry(geometry: BaseGeometry) -> ET.Element:
    if geometry.geom_type == "Point":
        point = ET.Element("Point")
        point.append(_coordinates(geometry))
        return point
    if isinstance(geometry, LineString):
        line = ET.Element("LineString")
        line.append(_coordinates(geometry))
        return line
    if isinstance(geometry, Polygon):
        return _polygon(geometry)
    several = ET.Element("MultiGeometry")
    several.extend(_geometry(part) for part in get_parts(geometry))
    return several


def _polygon(geometry: Polygon) -> ET.Element:
    polygon = ET.Element("Polygon")
    for tag, rings in (("outerBoundaryIs", [geometry.exterior]), ("innerBoundaryIs", geometry.interiors)):
        for ring in rings:
            boundary = ET.SubElement(ET.SubElement(polygon, tag), "LinearRing")
            boundary.append(_coordinates(ring))
    return polygon


def _coordinates(geometry: BaseGeometry) -> ET.Element:
    return _text("coordinates", " ".join(f"{lng!r},{lat!r}" for lng, lat, *_ in geometry.coords))

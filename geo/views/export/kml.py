"""KML 2.2, written one placemark at a time: names, labelled values, and the colours of the map."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from shapely import get_coordinates, get_parts
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.atlas import Record
from geo.ocop.derived import derived_fields
from geo.ocop.styles import STYLES
from geo.schema import Field, Label
from geo.views.export.job import Job
from geo.views.values import Reader, caution, precision_of

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n'
_VERSION = Label("Phiên bản dữ liệu", "Data version")
_CAUTION = Label("Lưu ý về vị trí", "About the location")
_STYLE = "layer"
_ON_GROUND = "<tessellate>1</tessellate>"
# XML 1.0 section 2.2: characters that a document may not contain, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_kml(job: Job, out: BinaryIO) -> int:
    """Write one Document and return how many placemarks it has. Coordinates are longitude, latitude.

    Missing values are left out. A record without a place is a placemark without geometry.
    """
    reader = Reader(job.atlas, job.lang)
    out.write(f"{_HEAD}<Document>\n".encode())
    for element in _document(job):
        out.write(_bytes(element))
    count, columns = 0, _columns(job)
    for batch in job.batches():
        reader.learn(job.query.layer, batch)
        out.write("".join(_placemark(job, record, reader, columns) for record in batch).encode())
        count += len(batch)
    out.write(b"</Document>\n</kml>\n")
    return count


def _bytes(element: ET.Element) -> bytes:
    return ET.tostring(element, encoding="unicode").encode() + b"\n"


def _text(tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.Element(tag, attributes)
    element.text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return element


def _document(job: Job) -> Iterator[ET.Element]:
    notice = job.notice()
    yield _text("name", notice.title.of(job.lang))
    rights = (
        notice.attribution.of(job.lang),
        notice.licence,
        f"{_VERSION.of(job.lang)} {notice.version} ({notice.published_at})",
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

    >>> _color("#102030", 1.0)
    'ff302010'
    """
    return f"{round(opacity * 255):02x}{css[5:7]}{css[3:5]}{css[1:3]}"


class _ValueColumn(NamedTuple):
    """A column of values in the placemarks: its field, and the markup before each value."""

    field: Field
    head: str


def _columns(job: Job) -> list[_ValueColumn]:
    fields = (*job.spec.fields, *derived_fields(job.spec))
    return [_ValueColumn(field, _head(field.name, field.label.of(job.lang))) for field in fields]


def _head(name: str, label: str) -> str:
    return f'<Data name="{_safe(name)}"><displayName>{_safe(label)}</displayName><value>'


def _safe(text: str) -> str:
    """`text` escaped, without characters that XML does not allow.

    >>> _safe("A & <B>")
    'A &amp; &lt;B&gt;'
    """
    return escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _placemark(job: Job, record: Record, reader: Reader, columns: Iterable[_ValueColumn]) -> str:
    """The markup of one record, composed as text: an element tree took most of the time of a large layer."""
    values = "".join(f"{head}{_safe(text)}</value></Data>" for head, text in _values(job, record, reader, columns))
    geometry = record.geometry
    shape = "" if geometry is None else _geometry(geometry)
    return (
        f"<Placemark><name>{_safe(record.title_in(job.lang))}</name><styleUrl>#{_STYLE}</styleUrl>"
        f"<ExtendedData>{values}</ExtendedData>{shape}</Placemark>\n"
    )


def _values(job: Job, record: Record, reader: Reader, columns: Iterable[_ValueColumn]) -> Iterator[tuple[str, str]]:
    """Markup and text of every value that is not missing, and a caution for an approximate position."""
    for field, head in columns:
        text = reader.format_value(field, record.properties.get(field.name))
        if text is not None:
            yield head, text
    warning = caution(precision_of(record), job.lang)
    if warning is not None:
        yield _head("place_caution", _CAUTION.of(job.lang)), warning


def _geometry(geometry: BaseGeometry) -> str:
    """The geometry in KML; lines and outlines follow the terrain, or mountains would hide them (tessellate)."""
    if isinstance(geometry, Polygon):
        inner = "".join(f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in geometry.interiors)
        return f"<Polygon>{_ON_GROUND}<outerBoundaryIs>{_ring(geometry.exterior)}</outerBoundaryIs>{inner}</Polygon>"
    if isinstance(geometry, LineString):
        return f"<LineString>{_ON_GROUND}{_coordinates(geometry)}</LineString>"
    if isinstance(geometry, Point):
        return f"<Point>{_coordinates(geometry)}</Point>"
    return f"<MultiGeometry>{''.join(map(_geometry, get_parts(geometry)))}</MultiGeometry>"


def _ring(ring: BaseGeometry) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(geometry: BaseGeometry) -> str:
    pairs = get_coordinates(geometry).tolist()
    return f"<coordinates>{' '.join([f'{lng!r},{lat!r}' for lng, lat in pairs])}</coordinates>"

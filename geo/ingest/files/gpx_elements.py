"""The elements of a GPX file compared with the records that GDAL read of it."""

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder

import shapely

from geo.ingest.files.strict_xml import doctype_refused, local, strict_parser
from geo.ingest.files.table import Records, finding
from geo.report import Issue

_PATHS = {
    "waypoints": ("wpt",), "routes": ("rte",), "tracks": ("trk",), "route_points": ("rte", "rtept"),
    "track_points": ("trk", "trkseg", "trkpt"),
}  # fmt: skip
"""GDAL's name of a layer -> the elements that its records are, below the root."""
_POINTS = {"rtept", "trkpt"}
_PARTS = {*_POINTS, "trkseg"}
_TOP = {"metadata", "wpt", "rte", "trk", "extensions"}
_MOMENT = "time"
_IN_DETAIL = "link"


def losses_of_gpx(path: Path, layer: str, records: Records) -> Iterator[Issue]:
    """A finding for each element, coordinate and text of the layer that is in no record."""
    root = _tree(path)
    unknown = [local(one.tag) for one in root if local(one.tag) not in _TOP]
    for name in dict.fromkeys(unknown):
        words = (
            f"{unknown.count(name)} phần tử <{name}> không có trong GPX: không đọc",
            f"{unknown.count(name)} elements <{name}>, which GPX does not have: not read",
        )
        yield finding("reader_warning", *words, value=name)
    elements = _elements(root, _PATHS[layer])
    if len(elements) != len(records.row_numbers):
        raise ValueError(f"{len(elements)} elements in the text, {len(records.row_numbers)} read")
    for row, element in enumerate(elements):
        yield from _of_places(row, element, records)
        yield from _of_texts(row, element, records)


def _tree(path: Path) -> Element:
    parser, builder = strict_parser(doctype_refused()), TreeBuilder()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    with path.open("rb") as file:
        parser.ParseFile(file)
    return builder.close()


def _elements(root: Element, tags: tuple[str, ...]) -> list[Element]:
    elements = [root]
    for tag in tags:
        elements = [child for element in elements for child in element if local(child.tag) == tag]
    return elements


def _of_places(row: int, element: Element, records: Records) -> Iterator[Issue]:
    points = [one for one in element.iter() if one.get("lat") is not None or local(one.tag) in {*_POINTS, "wpt"}]
    for point in points:
        lat, lon = point.get("lat"), point.get("lon")
        if not (_is_within(lat, 90) and _is_within(lon, 180)):
            words = (
                f"lat={lat!r}, lon={lon!r} không phải vĩ độ và kinh độ",
                f"lat={lat!r}, lon={lon!r} are no latitude and longitude",
            )
            yield finding("bad_coordinate", *words, row=row + 1, field="geometry", value=f"{lat}, {lon}")
    shape = records.shapes[row] if records.shapes is not None else None
    read = 0 if shape is None else int(shapely.get_num_coordinates(shape))
    if read < len(points):
        words = (
            f"có {len(points)} điểm nhưng chỉ đọc được {read}",
            f"has {len(points)} points, of which {read} are read",
        )
        yield finding("bad_coordinate", *words, row=row + 1, field="geometry", value=str(len(points)))


def _is_within(text: str | None, most: float) -> bool:
    number = _number(text or "")
    return number is not None and abs(number) <= most


def _number(text: str) -> float | None:
    with suppress(ValueError):
        number = float(text)
        return number if math.isfinite(number) else None
    return None


def _of_texts(row: int, element: Element, records: Records) -> Iterator[Issue]:
    """Each text of the element that none of its cells holds; the points of a line are records of another layer."""
    cells = [column[row] for column in records.columns.values() if column[row] is not None]
    texts, numbers = {" ".join(str(cell).split()) for cell in cells}, {cell for cell in cells if _is_number(cell)}
    for tag, text in _texts(element):
        is_number = _number(text) is not None
        arrived = (
            text in texts or (is_number and _number(text) in numbers) or (tag == _MOMENT and _has_moment(records, row))
        )
        if not arrived:
            words = f"không đọc được {text!r} trong <{tag}>", f"{text!r} in <{tag}> is not read"
            yield finding("reader_warning", *words, row=row + 1, field=tag, value=text)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _has_moment(records: Records, row: int) -> bool:
    return _MOMENT in records.columns and records.columns[_MOMENT][row] is not None


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    """Tag and text of every element below, and of the address of a link, which is an attribute."""
    for child in element:
        tag = local(child.tag)
        if tag in _PARTS:
            continue
        if tag == _IN_DETAIL and child.get("href"):
            yield tag, str(child.get("href"))
        text = " ".join((child.text or "").split())
        if text:
            yield tag, text
        yield from _texts(child)

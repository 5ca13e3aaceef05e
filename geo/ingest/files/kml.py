"""KML read from its own elements: folders as layers, Placemarks as records, and by name what is neither.

GDAL's reader takes one ring of several in an inner boundary, writes names of Data letter by letter as underscores,
and says nothing of addresses, links to further files, or elements that it does not know.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.html_text import has_markup, plain_text
from geo.ingest.files.kml_geometry import GEOMETRIES, KmlGeometry
from geo.ingest.files.positions import RING_CLOSED, UnreadableGeometry
from geo.ingest.files.strict_xml import doctype_refused, local, strict_parser
from geo.ingest.files.table import Cells, Records, distinct, finding, listed
from geo.report import Issue, at_most
from geo.schema import Label

ALL_FOLDERS = "*"
"""The name of the layer that is all folders of a file together."""
_FOLDER = "folder"
_CONTAINERS = {"kml", "Document", "Folder"}
_COLUMNS = {
    "name": "Name",
    "address": "address",
    "phoneNumber": "phoneNumber",
    "Snippet": "Snippet",
    "snippet": "Snippet",
}
_TIMES = {"when": "timestamp", "begin": "begin", "end": "end"}
_LEADING = ("folder", "id", "Name", "address", "phoneNumber", *_TIMES.values(), "Snippet")
_LAST = "description"
_STYLING = {
    "Style", "StyleMap", "styleUrl", "visibility", "open", "LookAt", "Camera", "Region", "balloonVisibility", "author",
    "link", "Schema", "drawOrder", "Tour", "rights", "TimeStamp", "TimeSpan", "ExtendedData", "Metadata", "description",
    "name", "Snippet", "snippet", "address", "phoneNumber", "AddressDetails",
}  # fmt: skip
"""What stands in folders and Placemarks beside records and is not a part of one, or is read elsewhere."""
_ELSEWHERE = {
    "NetworkLink": ("liên kết mạng (NetworkLink): phần dữ liệu còn lại nằm sau liên kết, không có trong tệp", "network links: the rest of the data is behind them, not in the file"),
    "GroundOverlay": ("ảnh phủ (GroundOverlay): ảnh không phải bản ghi", "ground overlays: images are no records"),
    "ScreenOverlay": ("ảnh màn hình (ScreenOverlay): ảnh không phải bản ghi", "screen overlays: images are no records"),
    "PhotoOverlay": ("ảnh chụp (PhotoOverlay): ảnh không phải bản ghi", "photo overlays: images are no records"),
    "NetworkLinkControl": ("lệnh cập nhật (NetworkLinkControl)", "updates (NetworkLinkControl)"),
}  # fmt: skip
_TYPES: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("int", "uint", "short", "ushort"), int), **dict.fromkeys(("float", "double"), float),
}  # fmt: skip


class KmlLayer(NamedTuple):
    """One folder: its name, and how many Placemarks stand right in it."""

    name: str
    rows: int


def kml_layers(path: Path) -> list[KmlLayer]:
    """The folders of a file that hold Placemarks, in the file's order, then of several all together as ALL_FOLDERS.

    ExpatError for what is no XML.
    """
    reading = _Reading(path.stem, set())
    reading.parse(path)
    folders = [KmlLayer(*name_and_count) for name_and_count in zip(_folder_names(reading), reading.counts, strict=True)]
    return [*folders, KmlLayer(ALL_FOLDERS, sum(reading.counts))] if len(folders) > 1 else folders


def _folder_names(reading: "_Reading") -> list[str]:
    """The names of the folders, each different from the others and from ALL_FOLDERS."""
    return distinct([ALL_FOLDERS, *reading.names])[1:]


def links_of(path: Path) -> list[str]:
    """The addresses that the network links of a file name, where the rest of its data is."""
    reading = _Reading(path.stem, set())
    reading.parse(path)
    return reading.links


def read_kml(path: Path, layer: str) -> Records:
    """The Placemarks of one layer of `kml_layers`, numbered from 1 in the order of the file.

    Columns are the standard elements of a Placemark, its Data, and the keys of a table in its description; another
    description is one column of plain text. With ALL_FOLDERS the
    first column is the name of the folder of each Placemark. A geometry of which
    a part cannot be read is None, and a finding says why.
    """
    reading = _Reading(
        path.stem, None if layer == ALL_FOLDERS else {[folder.name for folder in kml_layers(path)].index(layer)}
    )
    reading.parse(path)
    names = _folder_names(reading)
    records = _Placemarks(reading.types)
    for number, (folder, placemark) in enumerate(reading.placemarks, start=1):
        records.add(number, placemark, names[folder] if layer == ALL_FOLDERS else None)
    return records.records(list(reading.beside()))


# --- the document ------------------------------------------------------------------------------------


class _Reading:
    """A document as a stream, with the Placemarks of some of its folders and counts of everything else.

    `wanted` are the folders by their order in the file, None for all. `placemarks` has the folder of each.
    """

    def __init__(self, stem: str, wanted: set[int] | None) -> None:
        self.names: list[str] = []
        self.counts: list[int] = []
        self.placemarks: list[tuple[int, Element]] = []
        self.types: dict[str, str] = {}
        self.links: list[str] = []
        self.elsewhere: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self._stem, self._wanted = stem, wanted
        self._stack: list[tuple[str, int]] = []  # containers with the depth that they stand at
        self._containers: list[str | None] = []  # the name of each open one
        self._layers: list[int | None] = []  # the layer of each open one, once a Placemark stands in it
        self._depth = 0
        self._naming = self._linking = False
        self._builder: TreeBuilder | None = None
        self._inside = 0

    def parse(self, path: Path) -> None:
        parser = strict_parser(doctype_refused())
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        with path.open("rb") as source:
            parser.ParseFile(source)

    def beside(self) -> Iterator[Issue]:
        """Findings for what the file holds beside Placemarks."""
        for name, count in self.elsewhere.items():
            vi, en = _ELSEWHERE[name]
            links = ", ".join(link for link in self.links if link) if name == "NetworkLink" else name
            yield finding("reader_warning", f"{count} {vi}", f"{count} {en}", value=links or name)
        yield from _not_kml(self.unknown)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        self._depth += 1
        if self._builder is not None:
            self._inside += 1
            self._builder.start(name, attributes)
        elif name == "Placemark":
            self._open_placemark(attributes)
        elif name in _CONTAINERS:
            self._stack.append((name, self._depth))
            self._containers.append(None if name != "kml" else self._stem)
            self._layers.append(None)
        elif self._stack and self._depth == self._stack[-1][1] + 1:
            self._member(name)
        elif name == "href" and self.elsewhere["NetworkLink"] > len(self.links):
            self._linking = True
            self.links.append("")
        elif name == "SimpleField" and attributes.get("name"):
            self.types[attributes["name"]] = attributes.get("type", "")

    def _member(self, name: str) -> None:
        if name == "name" and self._containers[-1] is None:
            self._containers[-1], self._naming = "", True
        elif name in _ELSEWHERE:
            self.elsewhere[name] += 1
        elif name not in _STYLING:
            self.unknown[name] += 1

    def _open_placemark(self, attributes: dict[str, str]) -> None:
        if not self._stack:
            raise ValueError("a Placemark outside <kml>")
        layer = self._layers[-1]
        if layer is None:
            layer = self._layers[-1] = len(self.names)
            self.names.append("")
            self.counts.append(0)
        self.counts[layer] += 1
        self._builder, self._inside = TreeBuilder(), 1
        self._builder.start("Placemark", attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._naming = self._linking = False
        if self._builder is not None:
            self._builder.end(local(tag))
            self._inside -= 1
            if self._inside == 0:
                placemark = self._builder.close()
                self._builder = None
                folder = self._layers[-1]
                if folder is not None and (self._wanted is None or folder in self._wanted):
                    self.placemarks.append((folder, placemark))
        elif self._stack and self._depth == self._stack[-1][1] - 1:
            self._stack.pop()
            name, layer = self._containers.pop(), self._layers.pop()
            if layer is not None:
                self.names[layer] = " ".join((name or "").split()) or self._stem

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)
        elif self._linking:
            self.links[-1] += text.strip()
        elif self._naming:
            self._containers[-1] = (self._containers[-1] or "") + text


def _not_kml(elements: Counter[str]) -> Iterator[Issue]:
    for name, count in elements.items():
        words = (
            f"{count} phần tử {name!r} không có trong KML: không đọc",
            f"{count} elements {name!r} are no KML: not read",
        )
        yield finding("reader_warning", *words, value=name)


# --- records -----------------------------------------------------------------------------------------


@dataclass
class _Placemarks:
    """Placemarks turned into columns, one at a time."""

    types: dict[str, str]
    columns: dict[tuple[str, int], dict[int, object]] = field(default_factory=dict)
    shapes: list[BaseGeometry | None] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    issues: list[Issue] = field(default_factory=list)

    def add(self, number: int, placemark: Element, folder: str | None) -> None:
        times: Counter[str] = Counter()
        if folder is not None:
            self.columns.setdefault((_FOLDER, 0), {})[number] = folder
            times[_FOLDER] = 1
        for name, value in self._values(placemark):
            if value not in (None, ""):
                self.columns.setdefault((name, times[name]), {})[number] = value
                times[name] += 1
        self.shapes.append(self._shape(number, placemark))

    def _values(self, placemark: Element) -> Iterator[tuple[str, object]]:
        if placemark.get("id"):
            yield "id", placemark.get("id")
        for element in placemark:
            tag = element.tag
            if tag in _COLUMNS:
                yield _COLUMNS[tag], _text(element)
            elif tag == "description":
                yield _LAST, _text(element)
            elif tag in {"TimeStamp", "TimeSpan"}:
                yield from ((_TIMES[time.tag], _text(time)) for time in element if time.tag in _TIMES)
            elif tag == "ExtendedData":
                yield from self._extended(element)
            elif tag not in GEOMETRIES and tag not in _STYLING:
                self.unknown[tag] += 1

    def _extended(self, data: Element) -> Iterator[tuple[str, object]]:
        for element in data:
            if element.tag == "Data":
                values = [_text(child) for child in element if child.tag == "value"]
                shown = next((_text(child) for child in element if child.tag == "displayName"), None)
                self._count_unknown(element, {"value", "displayName"})
                yield _column(element.get("name") or shown), "; ".join(value for value in values if value)
            elif element.tag == "SchemaData":
                self._count_unknown(element, {"SimpleData"})
                for child in element:
                    if child.tag == "SimpleData":
                        yield _column(child.get("name")), self._typed(child)
            else:
                yield element.tag, _text(element)

    def _count_unknown(self, element: Element, tags: set[str]) -> None:
        self.unknown.update(child.tag for child in element if child.tag not in tags)

    def _typed(self, data: Element) -> object:
        text = _text(data)
        convert = _TYPES.get(self.types.get(data.get("name") or "", ""), str)
        try:
            return convert(text)
        except ValueError:
            return text

    def _shape(self, number: int, placemark: Element) -> BaseGeometry | None:
        geometry = KmlGeometry()
        try:
            shape = geometry.shape(placemark)
        except UnreadableGeometry as error:
            value = next((child.tag for child in placemark if child.tag in GEOMETRIES), "")
            self.issues.append(finding("bad_coordinate", *error.label, row=number, field="geometry", value=value))
            return None
        if geometry.closed:
            self.issues.append(finding("invalid_geometry", *RING_CLOSED, row=number, field="geometry"))
        return shape

    def records(self, beside: list[Issue]) -> Records:
        count = len(self.shapes)
        notes = tuple(self._described())
        order = sorted(self.columns, key=lambda key: (_place_of(key[0]), key[1] > 0 and key[0] == _LAST))
        names = distinct(name for name, _ in order)
        columns: dict[str, Cells] = {
            name: [self.columns[key].get(number) for number in range(1, count + 1)]
            for name, key in zip(names, order, strict=True)
        }
        shapes = np.array([*self.shapes, None], dtype=object)[:-1]
        kinds = ("bad_coordinate", "invalid_geometry")
        issues = [issue for kind in kinds for issue in at_most(row for row in self.issues if row.kind == kind)]
        return Records(columns, range(1, count + 1), shapes, notes, (*beside, *_not_kml(self.unknown), *issues))

    def _described(self) -> Iterator[Label]:
        """Descriptions as plain text, and the keys that they are tables of as columns; says what was done."""
        described = self.columns.get((_LAST, 0), {})
        marked = [number for number, text in described.items() if has_markup(str(text))]
        for number in marked:
            described[number] = plain_text(str(described[number]))
        if marked:
            yield Label(
                f"Đã bỏ thẻ HTML trong mô tả của các bản ghi: {listed(marked)}.",
                f"HTML tags removed from the descriptions of records: {listed(marked)}.",
            )
        keys = _keys_of(described)
        added = [key for key in keys if not self._holds(key)]
        for number, text in described.items():
            for key, value in _pairs(str(text)):
                if key in added:
                    self.columns.setdefault((key, 0), {}).setdefault(number, value)
        if added:
            yield Label(
                f"Cột lấy từ bảng trong mô tả: {', '.join(added)}.",
                f"Columns out of the tables in descriptions: {', '.join(added)}.",
            )
        if keys and all(self._is_in_columns(number, str(text)) for number, text in described.items()):
            del self.columns[_LAST, 0]

    def _holds(self, key: str) -> bool:
        return any(name.casefold() == key.casefold() for name, _ in self.columns)

    def _is_in_columns(self, number: int, text: str) -> bool:
        """Whether every line of a description is a cell of a column as well."""
        cells = {name.casefold(): str(by_row.get(number)) for (name, _), by_row in self.columns.items()}
        pairs = dict(_pairs(text))
        return len(pairs) == len(text.splitlines()) and all(
            cells.get(key.casefold()) == value for key, value in pairs.items()
        )


def _place_of(name: str) -> int:
    """Where a column stands: what a Placemark says of itself, then its data, then the description."""
    return _LEADING.index(name) if name in _LEADING else len(_LEADING) + (name == _LAST)


def _column(name: str | None) -> str:
    return " ".join((name or "").split()) or "Data"


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The lines "key: value" of a description."""
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon and 0 < len(key.strip()) <= 40 and value.strip() and not value.startswith("//"):
            yield " ".join(key.split()), value.strip()


def _keys_of(described: dict[int, object]) -> list[str]:
    """The keys that at least half of the descriptions have; none unless there are two of them."""
    counts = Counter(key for text in described.values() for key, _ in dict(_pairs(str(text))).items())
    keys = [key for key, count in counts.items() if count * 2 >= len(described)]
    return keys if len(keys) > 1 else []

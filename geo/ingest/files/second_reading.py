"""What GDAL leaves out of a file without a word, seen by reading the file a second way.

Each reader here counts or compares: the records and geometries that the file holds by its own structure against those
that GDAL handed over, and the values in the text of the file against the cells. It never replaces a geometry.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import shapely

from geo.ingest.files.dbf import complete, read_dbf
from geo.ingest.files.dxf_entities import losses_of_dxf
from geo.ingest.files.gpx_elements import losses_of_gpx
from geo.ingest.files.mif_objects import losses_of_mif
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Records, finding
from geo.report import Issue, at_most


def losses(path: Path, kind: Kind, layer: str, records: Records) -> list[Issue]:
    """The findings on what the file holds and `records`, as GDAL read them, do not; cells of numbers are completed.

    ValueError where the structure of the file cannot be followed at all.
    """
    reader = _READERS.get(kind)
    # All findings are made before the first ones are taken: the readers complete cells on their way.
    return [] if reader is None else list(at_most(list(reader(path, layer, records))))


# --- MapInfo TAB: one .dat row and one .id entry for each record ---------------------------------------


def _losses_of_tab(path: Path, _: str, records: Records) -> Iterator[Issue]:
    table, index = (_beside(path, ending) for ending in (".dat", ".id"))
    stored = read_dbf(table) if table is not None else []
    count = len(records.row_numbers)
    for column in stored:
        if column.name in records.columns and len(column.cells) == count:
            records.columns[column.name] = complete(column, records.columns[column.name])
    if stored and len(stored[0].cells) != count:
        yield _fewer(len(stored[0].cells), count)
    if index is not None and records.shapes is not None:
        entries = index.read_bytes()
        offsets = [entries[at : at + 4] for at in range(0, len(entries) - 3, 4)]
        placed = sum(offset != bytes(4) for offset in offsets)
        yield from _unplaced(placed - _count_placed(records))


def _beside(path: Path, ending: str) -> Path | None:
    names = {one.name.lower(): one for one in path.parent.iterdir()}
    return names.get(f"{path.stem}{ending}".lower())


# --- FlatGeobuf: features one after another, each with its length --------------------------------------

_MAGIC = 8
_COUNT_FIELD, _NODE_SIZE_FIELD = 8, 9  # in the table Header of flatgeobuf.org/header.fbs
_NODE_BYTES = 40


class _Header(NamedTuple):
    """Where the features begin, and how many there should be (0: not stated)."""

    start: int
    features: int


def _losses_of_flatgeobuf(path: Path, _: str, records: Records) -> Iterator[Issue]:
    data = path.read_bytes()
    header = _flatgeobuf_header(data)
    at, features = header.start, 0
    while at + 4 <= len(data):
        at += 4 + int.from_bytes(data[at : at + 4], "little")
        features += 1
    if at != len(data):
        raise ValueError("Unexpected end of file")
    for stated in {features, header.features} - {0, len(records.row_numbers)}:
        yield _fewer(stated, len(records.row_numbers))


def _flatgeobuf_header(data: bytes) -> _Header:
    size = int.from_bytes(data[_MAGIC : _MAGIC + 4], "little")
    base = _MAGIC + 4
    table = base + int.from_bytes(data[base : base + 4], "little")
    features = _scalar(data, table, _COUNT_FIELD, 8, 0)
    node_size = _scalar(data, table, _NODE_SIZE_FIELD, 2, 16)
    return _Header(base + size + (_index_bytes(features, node_size) if features and node_size else 0), features)


def _scalar(data: bytes, table: int, field: int, width: int, default: int) -> int:
    """A number in a table of FlatBuffers; `default` where the table does not store the field."""
    fields = table - int.from_bytes(data[table : table + 4], "little", signed=True)
    entry = 4 + 2 * field
    if entry + 2 > int.from_bytes(data[fields : fields + 2], "little"):
        return default
    offset = int.from_bytes(data[fields + entry : fields + entry + 2], "little")
    return int.from_bytes(data[table + offset : table + offset + width], "little") if offset else default


def _index_bytes(features: int, node_size: int) -> int:
    """The size of the packed R-tree over that many features.

    >>> _index_bytes(3, 16)  # three leaves and the root
    160
    """
    nodes = level = features
    while True:  # the root is written even over a single leaf
        level = -(-level // max(node_size, 2))
        nodes += level
        if level <= 1:
            return nodes * _NODE_BYTES


# --- Esri File Geodatabase: every table counts its rows ------------------------------------------------


def _losses_of_gdb(path: Path, layer: str, records: Records) -> Iterator[Issue]:
    tables = [table for table in _tables_of(path) if _is_called(table, layer)]
    rows = [int.from_bytes(table.read_bytes()[4:8], "little") for table in tables]
    if len(rows) == 1 and rows[0] != len(records.row_numbers):
        yield _fewer(rows[0], len(records.row_numbers))


def _tables_of(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.suffix.lower() == ".gdbtable")


def _is_called(table: Path, layer: str) -> bool:
    """Whether a table of the geodatabase is the one whose name its catalogue (a00000001) lists at its number."""
    catalogue = table.with_name(f"a00000001{table.suffix}")
    number = int(table.stem[1:], 16)
    names = _names_in(catalogue.read_bytes()) if catalogue.is_file() else []
    return number <= len(names) and names[number - 1] == layer


def _names_in(catalogue: bytes) -> list[str]:
    """The names of the tables in the order of their numbers; each row is its length and the name with its length.

    The row of a table that was deleted has a negative length and keeps its place.
    """
    start = int.from_bytes(catalogue[32:40], "little")
    at = start + 4 + int.from_bytes(catalogue[start : start + 4], "little")
    names = []
    while at + 5 <= len(catalogue):
        size = int.from_bytes(catalogue[at : at + 4], "little", signed=True)
        length = catalogue[at + 4]
        names.append(catalogue[at + 5 : at + 5 + length].decode("utf-8", "replace") if size > 0 else "")
        at += 4 + abs(size)
    return names


# --- DGN V7: elements one after another, each with its length ------------------------------------------

_DRAWN = {3, 4, 6, 11, 15, 16, 17}
"""Types of elements that are one geometry or text: line, line string, shape, curve, ellipse, arc, text."""
_UNREAD = {18: "3D surface", 19: "3D solid", 23: "cone", 27: "B-spline curve", 24: "B-spline surface"}


def _losses_of_dgn(path: Path, _: str, records: Records) -> Iterator[Issue]:
    elements, whole = _elements_of(path.read_bytes())
    if not whole:
        words = "bản vẽ không có dấu kết thúc: có thể bị cắt", "the drawing has no end mark: it may be cut short"
        yield finding("reader_warning", *words, value=path.name)
    drawn = sum(kind in _DRAWN for kind in elements)
    if drawn > len(records.row_numbers):
        yield _fewer(drawn, len(records.row_numbers))
    for kind, name in _UNREAD.items():
        if count := elements.count(kind):
            words = f"{count} đối tượng loại {name}: không đọc", f"{count} elements of type {name}: not read"
            yield finding("reader_warning", *words, value=name)


def _elements_of(drawing: bytes) -> tuple[list[int], bool]:
    """The types of elements that are neither deleted nor part of another, and whether the end mark is there."""
    kinds = []
    at = 0
    while at + 4 <= len(drawing) and drawing[at : at + 2] != b"\xff\xff":
        level, kind = drawing[at], drawing[at + 1]
        if not kind & 0x80 and not level & 0x80:
            kinds.append(kind & 0x7F)
        at += 4 + 2 * int.from_bytes(drawing[at + 2 : at + 4], "little")
    return kinds, drawing[at : at + 2] == b"\xff\xff"


# --- words ---------------------------------------------------------------------------------------------


def _count_placed(records: Records) -> int:
    return 0 if records.shapes is None else int((~shapely.is_missing(records.shapes)).sum())


def _unplaced(count: int) -> Iterator[Issue]:
    if count > 0:
        words = f"không đọc được {count} hình học", f"{count} geometries cannot be read"
        yield finding("reader_warning", *words, value=str(count))


def _fewer(stored: int, read: int) -> Issue:
    words = (
        f"tệp chứa {stored} đối tượng nhưng chỉ đọc được {read}",
        f"the file holds {stored} features, but {read} can be read",
    )
    return finding("reader_warning", *words, value=str(stored))


_READERS: dict[Kind, Callable[[Path, str, Records], Iterator[Issue]]] = {
    "tab": _losses_of_tab, "mif": losses_of_mif, "gpx": losses_of_gpx, "flatgeobuf": _losses_of_flatgeobuf,
    "gdb": _losses_of_gdb, "dxf": losses_of_dxf, "dgn": _losses_of_dgn,
}  # fmt: skip

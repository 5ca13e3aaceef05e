"""Any file of points, lines or areas with a column of classes, as layers of the base map.

A file is opened as in an import, so Shapefiles in VN-2000 with text in TCVN3 are read too. What an import would ask a
person is an option of the command here: the column, the coordinate system, the encoding.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

from geo.basemap.operator.base_features import Feature, Reading, clip_features, merge
from geo.basemap.operator.classes import KEYS, Dimension, Rule, rule_of_tags, rule_of_word
from geo.basemap.operator.clip_area import ClipArea
from geo.crs import Shapes
from geo.errors import BadSource
from geo.ingest.columns.number_notation import Plausible, decide, read_number
from geo.ingest.columns.texts import read_texts
from geo.ingest.crs.recognise import recognise
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import SHEETS, Part, choose, look, read
from geo.ingest.files.table import Cells, Table
from geo.text import fold
from geo.vn2000.systems import Reading as CrsReading
from geo.vn2000.systems import reading_of

LIMITS = Limits(
    max_bytes=2**32, max_unpacked_bytes=2**33, max_rows=2_000_000, max_vertices=100_000_000, max_columns=500
)
"""An operator's own file may be larger than what a visitor uploads: it is bounded by the memory of the machine."""

_CLASS_COLUMNS = (
    "fclass", "highway", "waterway", "class", "type", "kind", "loai", "loai duong", "cap duong", "cap", "loai hinh",
    "phan loai", "nhom",
)  # fmt: skip
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name:vi", "name vi", "ten", "ten duong", "ten song", "name", "ten goi"),
    "name_en": ("name:en", "name en", "ten tieng anh"),
    "ref": ("ref", "so hieu", "so hieu duong", "ma duong", "so duong"),
    "height_m": ("ele", "height", "height m", "do cao", "cao do"),
}
"""Attribute of a feature -> folded names of the column that holds it, the best first."""

_HEIGHTS = Plausible(minimum=10, maximum=4_000)
"""Metres of a summit or a place with a height: "1.200" is then 1,200 m and not 1.2 m."""

_OF_OPENSTREETMAP = ({"osm_id", "fclass"}, {"osm_id", "highway"})
"""Columns that files made from OpenStreetMap have, such as the Shapefiles of Geofabrik."""


class VectorOptions(NamedTuple):
    """Options of the command: the layer to read, the column of classes, the coordinate system and the encoding."""

    part: str | None = None
    class_column: str | None = None
    crs: str | None = None
    encoding: str | None = None


class VectorReading(NamedTuple):
    """The layers of a file, and whether its columns are those of data from OpenStreetMap."""

    reading: Reading
    is_openstreetmap: bool


def read_vector_file(path: Path, area: ClipArea, work: Path, options: VectorOptions) -> VectorReading:
    """The layers of a file inside `area`; `work` is an empty folder for copies.

    BadSource when the file cannot be read, when no layer of it has a column of classes, and when its coordinate system
    or its encoding is not certain.
    """
    parts = [part for part in _parts(path, work) if part.kind not in SHEETS]
    if options.part is not None and parts:
        parts = [part for part in (choose(parts, options.part),) if part is not None]
    tables = [table for part in parts if (table := _table(part, options)).shapes is not None]
    if not tables:
        raise BadSource(
            f"{path.name} has no layer of points, lines or areas. Export it with geometry, for example as GeoPackage.",
            f"{path.name} không có lớp điểm, đường hoặc vùng. Hãy xuất lại có hình học, chẳng hạn thành GeoPackage.",
        )
    readings = [reading for table in tables if (reading := _classify(table, area, options)) is not None]
    if not readings:
        raise _no_classes(path, tables, options)
    columns = [set(table.columns) for table in tables]
    return VectorReading(merge(readings), any(names <= own for own in columns for names in _OF_OPENSTREETMAP))


def _parts(path: Path, work: Path) -> list[Part]:
    """The layers and sheets of a file; BadSource that names the other kinds of files of a base map, too."""
    try:
        return look(_with_companions(path), work, LIMITS)
    except BadSource as error:
        raise BadSource(
            f"{error.en} A base map is also made of OpenStreetMap extracts (.osm.pbf) and heights (.hgt, GeoTIFF).",
            f"{error.vi} Bản đồ nền còn nhận tệp trích OpenStreetMap (.osm.pbf) và độ cao (.hgt, GeoTIFF).",
        ) from error


def _with_companions(path: Path) -> list[Path]:
    """A file, and of a Shapefile or a MapInfo table the files beside it that belong to it."""
    if path.suffix.lower() not in {".shp", ".tab", ".mif"}:
        return [path]
    return sorted(one for one in path.parent.iterdir() if one.is_file() and one.stem == path.stem)


def _table(part: Part, options: VectorOptions) -> Table:
    """A layer of the file with its text in Unicode; BadSource when its encoding is not certain."""
    table, texts = read_texts(read(part, LIMITS), {"*": options.encoding} if options.encoding else {}, ())
    unsure = [text.column for text in texts if text.open]
    if unsure:
        raise BadSource(
            f"{part.file}: the encoding of {', '.join(unsure)} is not certain. Name it: --encoding tcvn3, utf-8, ...",
            f"{part.file}: chưa rõ bảng mã của {', '.join(unsure)}. Hãy ghi rõ: --encoding tcvn3, utf-8, ...",
        )
    return table


def _classify(table: Table, area: ClipArea, options: VectorOptions) -> Reading | None:
    """The features of a table; None where it has no column of classes, or one without any class of the base map."""
    shapes = _to_store_crs(table, options)
    has_shape = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    rules = {row: rule for row, rule in enumerate(_rules(table, shapes, has_shape.tolist(), options)) if rule}
    if not rules:
        return None
    names, names_en, refs = (_texts(_cells(table, _COLUMNS[name])) for name in ("name", "name_en", "ref"))
    heights = _heights(_cells(table, _COLUMNS["height_m"]))
    left_out = Counter(empty=int((~has_shape).sum()), unclassified=int(has_shape.sum()) - len(rules))
    features = [Feature(rule, names[row], names_en[row], refs[row], heights[row]) for row, rule in rules.items()]
    return clip_features(features, shapes[list(rules)], area, left_out)


def _rules(table: Table, shapes: Shapes, has_shape: Sequence[bool], options: VectorOptions) -> Iterator[Rule | None]:
    """The row of RULES (classes.py) for each record; None for one that is not drawn."""
    names = {fold(name.replace("_", " ")): name for name in table.columns}
    keys = [key for key in KEYS if key in table.columns] if options.class_column is None else []
    column = options.class_column or next((names[name] for name in _CLASS_COLUMNS if name in names), None)
    cells: Cells = table.columns.get(column or "", [None] * len(table))
    dimensions: list[Dimension] = shapely.get_dimensions(shapes).tolist()
    for row, (dimension, cell) in enumerate(zip(dimensions, cells, strict=True)):
        tags = {key: str(value) for key in keys if (value := table.columns[key][row])}
        rule = rule_of_word(str(cell), dimension) if cell is not None else None
        yield (rule_of_tags(tags, dimension) or rule) if has_shape[row] else None


def _cells(table: Table, names: Sequence[str]) -> Cells:
    columns = {fold(name.replace("_", " ")): cells for name, cells in table.columns.items()}
    return next((columns[name] for name in names if name in columns), [None] * len(table))


def _texts(cells: Cells) -> list[str | None]:
    return [None if cell is None else str(cell) for cell in cells]


def _heights(cells: Cells) -> list[float | None]:
    """The heights in a column, in metres; None for a cell that begins with no number.

    >>> _heights(["1.200", "978 m", 1_648, "-"])
    [1200.0, 978.0, 1648.0, None]
    """
    style = decide(cells, _HEIGHTS, whole_numbers=False).style
    numbers = (read_number(str(cell).strip(), style) for cell in cells)
    return [None if number is None else number.value for number in numbers]


def _to_store_crs(table: Table, options: VectorOptions) -> Shapes:
    """The shapes in STORE_CRS; BadSource when their coordinate system is not certain."""
    reading = _crs(table, options)
    shapes = shapely.force_2d(np.asarray(table.shapes, dtype=object))

    def move(points: Any) -> Any:
        return np.column_stack(reading.to_lnglat(points[:, 0], points[:, 1]))

    transformed: Shapes = np.asarray(shapely.transform(shapes, move), dtype=object)
    return transformed


def _crs(table: Table, options: VectorOptions) -> CrsReading:
    if options.crs is not None:
        chosen = reading_of(options.crs)
        if chosen is None:
            raise BadSource(
                f"--crs {options.crs!r} is not supported. Expected for example EPSG:4326, EPSG:9205 or EPSG:3405.",
                f"--crs {options.crs!r}: hệ toạ độ không được hỗ trợ. Cần ví dụ EPSG:4326, EPSG:9205 hoặc EPSG:3405.",
            )
        return chosen
    stated = recognise(table.crs, table.driver)
    if stated.reading is None or stated.decision != "sure":
        words = " ".join(one.en for one in stated.evidence), " ".join(one.vi for one in stated.evidence)
        raise BadSource(
            f"The coordinate system of {table.layer!r} is not certain. {words[0]} Name it, such as: --crs EPSG:9205.",
            f"Chưa rõ hệ toạ độ của {table.layer!r}. {words[1]} Hãy ghi rõ, ví dụ: --crs EPSG:9205.",
        )
    return stated.reading


def _no_classes(path: Path, tables: Sequence[Table], options: VectorOptions) -> BadSource:
    names = ", ".join(dict.fromkeys(name for table in tables for name in table.columns)) or "-"
    if options.class_column is not None:
        return BadSource(
            f"{path.name}: column {options.class_column!r} is missing, or holds no class of the base map such as"
            f" primary, river, village, quốc lộ. Its columns: {names}.",
            f"{path.name}: không có cột {options.class_column!r}, hoặc cột không chứa loại nào của bản đồ nền như"
            f" primary, river, village, quốc lộ. Các cột: {names}.",
        )
    return BadSource(
        f"{path.name} has no column of classes that the base map knows (primary, river, village, quốc lộ, ...). Name"
        f" it: --class-column NAME. Its columns: {names}.",
        f"{path.name} không có cột phân loại mà bản đồ nền nhận ra (primary, river, village, quốc lộ, ...). Hãy ghi tên"
        f" cột: --class-column TÊN. Các cột: {names}.",
    )

"""Files that GDAL reads, as Tables: bytes of text kept, the file's own words about its coordinate system kept.

GDAL drops letters when it recodes some Vietnamese charsets and mends definitions of coordinate systems unasked,
so MapInfo files are read as of charset "Neutral", a .prj as its own text, and both are understood by ours.
"""

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import fiona
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.core import _register_drivers

from geo.errors import BadSource
from geo.ingest.files.dbf import complete, dates_of, memos, overflows, read_dbf
from geo.ingest.files.gdal_messages import EXPORT_AGAIN, FAILURES, collected, refusing, warned
from geo.ingest.files.geojson import read_geojson
from geo.ingest.files.gpkg_cells import dates_in, in_table, with_texts
from geo.ingest.files.kml import kml_layers, links_of, read_kml
from geo.ingest.files.limits import Limits
from geo.ingest.files.linked_crs import refuse_linked_crs
from geo.ingest.files.mif_objects import count_objects
from geo.ingest.files.second_reading import losses
from geo.ingest.files.shapefile import PARTS, Inventory, inventory
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Cells, Records, Table, distinct, finding
from geo.ingest.files.topojson import in_topology
from geo.report import Issue, at_most
from geo.schema import Label

_AS_GEOPACKAGE = Label("Hãy xuất lớp sang GeoPackage hoặc Shapefile.", "Export the layer as GeoPackage or Shapefile.")
_AS_GEOJSON = Label("Hãy xuất lớp thành GeoJSON.", "Export the layer as GeoJSON.")


class Driver(NamedTuple):
    """How one kind of file is read: GDAL's name, the ending that GDAL knows it by, and whether bytes are kept."""

    name: str
    ending: str
    keeps_bytes: bool = False
    companions: tuple[str, ...] = ()
    title: str = ""
    remedy: Label = EXPORT_AGAIN

    @property
    def called(self) -> str:
        """What people call the format."""
        return self.title or self.name

    @property
    def encoding(self) -> dict[str, str]:
        """How text is read, for pyogrio."""
        return {"encoding": "latin1"} if self.keeps_bytes else {}

    @property
    def taken_for(self) -> set[str]:
        """The drivers that GDAL may choose for it: KML has two."""
        return {self.name, self.name.removeprefix("LIB")}


DRIVERS: dict[Kind, Driver] = {
    "shapefile": Driver("ESRI Shapefile", ".shp", True, (".shx", ".dbf", ".prj", ".cpg")),
    "tab": Driver("MapInfo File", ".tab", True, (".dat", ".map", ".id", ".ind")),
    "mif": Driver("MapInfo File", ".mif", True, (".mid",)),
    "gpkg": Driver("GPKG", ".gpkg"),
    "geojson": Driver("GeoJSON", ".geojson"),
    "geojsonseq": Driver("GeoJSONSeq", ".geojsonl"),
    "kml": Driver("LIBKML", ".kml"),
    "kmz": Driver("LIBKML", ".kml"),  # the .kml that was in it
    "gpx": Driver("GPX", ".gpx"),
    "dxf": Driver("DXF", ".dxf"),
    "dgn": Driver("DGN", ".dgn"),
    "flatgeobuf": Driver("FlatGeobuf", ".fgb"),
    "topojson": Driver("TopoJSON", ".topojson", remedy=_AS_GEOJSON),
    "gdb": Driver("OpenFileGDB", ".gdb", title="Esri File Geodatabase", remedy=_AS_GEOPACKAGE),
}

_JSON = {"geojson", "geojsonseq"}
_KML = {"kml", "kmz"}
_KML_CRS = "EPSG:4326"  # the only one that KML has
_MOST_LAYERS = 1_000
Layer = TypeVar("Layer")
_REBUILT = ".no-shx"
OWN_PRJ = ".own-prj"
"""What a .prj is called in the working folder: GDAL reads the layer without it, whatever stands in it."""
_BESIDE = {"CSV", "XLSX", "KML", "MEM"}  # drivers that are harmless and of use to others in the process


class LayerOf(NamedTuple):
    """One layer of a file: its name, how many records it holds, and GDAL's word for its geometry ("" for none)."""

    name: str
    rows: int
    geometry: str


def layers_of(path: Path, kind: Kind) -> list[LayerOf]:
    """The layers of a file that hold records, in the file's order; BadSource when it cannot be read."""
    driver = DRIVERS[kind]
    _only_known_drivers()
    _check(path, kind)
    layers = []
    with refusing(path, driver.called, driver.remedy), collected():
        if kind in _KML:
            return [LayerOf(*layer, "") for layer in _few(kml_layers(path))]
        for name, geometry in _few(pyogrio.list_layers(path)):
            info = pyogrio.read_info(path, layer=name, force_feature_count=True, **driver.encoding)
            if info["driver"] not in driver.taken_for:
                raise ValueError(f"GDAL takes it for {info['driver']}")
            count = _count(path, kind, str(name), int(info["features"]))
            layers.append(LayerOf(str(name), count, str(geometry or "")))
    return [layer for layer in layers if layer.rows > 0]


def _few(layers: Sequence[Layer]) -> Sequence[Layer]:
    if len(layers) > _MOST_LAYERS:
        raise ValueError(f"{len(layers)} layers, at most {_MOST_LAYERS}")
    return layers


def no_records(path: Path, kind: Kind) -> BadSource:
    """What is wrong with a file whose layers are empty."""
    links = links_of(path) if kind in _KML else []
    if links:
        return BadSource(
            f"{path.name} holds no record, only a link to where they are ({links[0]})."
            " Export the data themselves: in Google My Maps untick “keep data up to date with network link”.",
            f"{path.name} không có bản ghi nào, chỉ có liên kết tới nơi chứa dữ liệu ({links[0]})."
            " Hãy xuất chính dữ liệu: trong Google My Maps bỏ chọn “luôn cập nhật bằng liên kết mạng”.",
        )
    return BadSource(
        f"{path.name} ({DRIVERS[kind].called}) holds no record. Export the layer again with its records.",
        f"{path.name} ({DRIVERS[kind].called}) không có bản ghi nào. Hãy xuất lại lớp kèm dữ liệu.",
    )


def read_vector(path: Path, kind: Kind, layer: str | None, limits: Limits) -> Table:
    """One layer of a file, the first that holds records unless named, within `limits`.

    BadSource when the file is damaged, its records are not all there, or it is over a limit.
    """
    driver = DRIVERS[kind]
    layers = {filled.name: filled for filled in layers_of(path, kind)}
    if not layers:
        raise no_records(path, kind)
    issues = list(_whole_shapefile(path)) if kind == "shapefile" else []
    chosen = layers.get(layer) if layer else next(iter(layers.values()))
    if chosen is None:
        raise BadSource(
            f"{path.name} has no layer {layer!r} with records. Its layers: {', '.join(layers)}.",
            f"{path.name} không có lớp {layer!r} có dữ liệu. Các lớp: {', '.join(layers)}.",
        )
    limits.hold("bản ghi", "records", chosen.rows, limits.max_rows)
    with refusing(path, driver.called, driver.remedy), collected() as warnings:
        if kind in _KML:
            records, crs = read_kml(path, chosen.name), _KML_CRS
        else:
            info = pyogrio.read_info(path, layer=chosen.name, **driver.encoding)
            limits.hold("cột", "columns", len(info["fields"]), limits.max_columns)
            records = read_geojson(path, kind) if kind in _JSON else _from_gdal(path, kind, chosen.name)
            crs = info.get("crs")
    count = len(records.row_numbers)
    if count < chosen.rows:
        raise BadSource(
            f"{path.name} says {chosen.rows} records but only {count} can be read: it is cut short or damaged.",
            f"{path.name} ghi {chosen.rows} bản ghi nhưng chỉ đọc được {count}: tệp bị cắt hoặc hỏng.",
        )
    _bound(records, limits)
    with refusing(path, driver.called, driver.remedy):
        issues += _unreadable(path, kind, chosen.name, records.shapes)
        issues += losses(path, kind, chosen.name, records)
    issues += [*records.issues, *(warned(text) for text in dict.fromkeys(warnings))]
    claim, cpg = _words(path, kind, chosen.name, crs)
    return Table(
        kind, driver.name, chosen.name, records.columns, records.row_numbers, records.shapes, claim, cpg,
        notes=records.notes, issues=tuple(issues),
    )  # fmt: skip


def _from_gdal(path: Path, kind: Kind, layer: str) -> Records:
    """The records as GDAL reads them; cells of a Shapefile that it makes nothing of as they are stored."""
    stored = read_dbf(path.with_suffix(".dbf")) if kind == "shapefile" and path.with_suffix(".dbf").is_file() else []
    dates = {column.name for column in stored if column.is_date}
    undated = [column.name for column in stored if column.name not in dates]
    options: dict[str, Any] = {"columns": undated} if dates else {}
    if kind == "gpkg":
        return _from_geopackage(path, layer)
    meta, _, wkb, cells = pyogrio.raw.read(path, layer=layer, **DRIVERS[kind].encoding, **options)
    shapes = None if wkb is None else _shapes(wkb)
    columns = [(str(name), _cells(column)) for name, column in zip(meta["fields"], cells, strict=True)]
    if [name for name, _ in columns] == undated:
        rest = iter(columns)
        columns = [(dbf.name, dates_of(dbf) if dbf.name in dates else complete(dbf, next(rest)[1])) for dbf in stored]
    elif dates:
        raise ValueError("the columns of the table cannot be told apart")
    count = len(columns[0][1]) if columns else len(shapes) if shapes is not None else 0
    named = dict(zip(distinct(name for name, _ in columns), (column for _, column in columns), strict=True))
    return Records(named, range(1, count + 1), shapes, issues=(*memos(stored), *at_most(overflows(stored))))


def _from_geopackage(path: Path, layer: str) -> Records:
    """The records of a table; where a date is none, its column as SQLite stores it."""
    fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
    dates: list[str] = []
    # With a condition GDAL counts the rows of a GeoPackage, and believes no number that it finds written.
    try:
        meta, _, wkb, cells = pyogrio.raw.read(path, layer=layer, where="1 = 1")
    except ValueError:
        dates = dates_in(path, layer)
        rest = [name for name in fields if name not in dates]
        meta, _, wkb, cells = pyogrio.raw.read(path, layer=layer, where="1 = 1", columns=rest)
    columns = {str(name): _cells(column) for name, column in zip(meta["fields"], cells, strict=True)}
    columns = with_texts(path, layer, columns, dates)
    shapes = None if wkb is None else _shapes(wkb)
    count = len(next(iter(columns.values()))) if columns else len(shapes) if shapes is not None else 0
    return Records({name: columns[name] for name in fields}, range(1, count + 1), shapes)


@cache
def _only_known_drivers() -> None:
    """Unload from GDAL, for the whole process, every driver that no kind of file here is read with.

    GDAL asks all of them by content, so that a "GeoJSON" could be a GDALG pipeline and a "KML" a VRT: files that
    make GDAL read other files of the computer, or of the network.
    """
    wanted_names = {driver.name for driver in DRIVERS.values()} | _BESIDE
    skip = ",".join(sorted(set(pyogrio.list_drivers()) - wanted_names))
    pyogrio.set_gdal_config_options({"GDAL_SKIP": skip})
    _register_drivers()  # what is to be skipped is looked at here only
    pyogrio.set_gdal_config_options({"GDAL_SKIP": None})


def _shapes(wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    """Two-dimensional shapes; a curve that GEOS has no kind for, or a broken ring, is told by `_bound`'s caller."""
    shapes: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="fix")
    flat: NDArray[np.object_] = shapely.force_2d(shapes)
    return flat


def _bound(records: Records, limits: Limits) -> None:
    if records.shapes is not None:
        vertices = int(shapely.get_num_coordinates(records.shapes).sum())
        limits.hold("đỉnh", "vertices", vertices, limits.max_vertices)
    limits.hold("cột", "columns", len(records.columns), limits.max_columns)
    longest = max(
        (len(cell) for column in records.columns.values() for cell in column if isinstance(cell, str)), default=0
    )
    limits.hold("ký tự trong một ô", "characters in one cell", longest, limits.max_text)


def _cells(column: NDArray[Any]) -> Cells:
    """Plain values: numpy's numbers as Python's, what is missing as None, calendar values as ISO 8601."""
    if column.dtype.kind == "M":
        texts = np.datetime_as_string(column, unit="s" if column.dtype != "datetime64[D]" else "D")
        return [None if text == "NaT" else str(text).removesuffix("T00:00:00") for text in texts]
    return [_plain(cell) for cell in column.tolist()]


def _plain(cell: Any) -> object:
    if cell is None or isinstance(cell, str | bool | int):
        return cell
    if isinstance(cell, float):
        return None if not math.isfinite(cell) else int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat().removesuffix("T00:00:00")
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, bytes):
        return None
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, list | dict) else str(cell)


# --- what a file says beside its records -------------------------------------------------------------


def _words(path: Path, kind: Kind, layer: str, crs: str | None) -> tuple[str | None, str | None]:
    """The file's own definition of its coordinate system, and what it says about its encoding."""
    if kind == "shapefile":
        return _text_beside(path, OWN_PRJ) or _text_beside(path, ".prj"), _text_beside(path, ".cpg")
    if kind in {"tab", "mif"}:
        return _wkt(path, DRIVERS[kind].name, layer) or crs, _charset(path)
    if kind in {"gpkg", "flatgeobuf", "geojson"}:
        return _wkt(path, DRIVERS[kind].name, layer) or crs, None
    return crs, None


def _text_beside(path: Path, ending: str) -> str | None:
    beside = path.with_suffix(ending)
    if not beside.is_file():
        return None
    return beside.read_bytes()[:20_000].decode("latin-1").strip() or None


def _wkt(path: Path, driver: str, layer: str) -> str | None:
    """The definition as fiona hands it over, without pyogrio's search for a code that might be it."""
    try:
        # GDAL leaves out the parameters of a datum that it knows; those of the file are wanted.
        with fiona.Env(OSR_STRIP_TOWGS84="NO"), fiona.open(path, layer=layer, enabled_drivers=[driver]) as source:
            return source.crs_wkt or None
    except FAILURES:
        return None


_CHARSET = re.compile(rb'(!charset\s+|charset\s+")([\w-]+)', re.IGNORECASE)
_CHARSETS = {"windowsvietnamese": "1258", "utf-8": "UTF-8"}
"""MapInfo's names for encodings, as a .cpg would say them; the others say Western or nothing."""


def neutral_charset(path: Path) -> None:
    """Make a copied .tab or .mif say that its text has no charset, and keep what it said in a .cpg beside it."""
    content = path.read_bytes()
    charset = _CHARSET.search(content[:2_000])
    if charset is None:
        return
    name = charset[2].decode("ascii", "replace").lower()
    if name in _CHARSETS:
        path.with_suffix(".cpg").write_text(_CHARSETS[name], encoding="ascii")
    path.write_bytes(content[: charset.start(2)] + b"Neutral" + content[charset.end(2) :])


def _charset(path: Path) -> str | None:
    return _text_beside(path, ".cpg")


def _check(path: Path, kind: Kind) -> None:
    """BadSource for what GDAL must not open: it would read on in other files, or find none."""
    if kind == "tab":
        _check_mapinfo(path)
    if kind in {"geojson", "geojsonseq"}:
        refuse_linked_crs(path)
    if kind == "shapefile" and not path.is_file():
        raise BadSource(
            f"{path.name} is missing: a Shapefile is .shp, .shx, .dbf (and .prj) together. Zip all of them.",
            f"Thiếu {path.name}: một Shapefile gồm .shp, .shx, .dbf (và .prj). Hãy nén tất cả vào một tệp ZIP.",
        )
    if kind == "shapefile" and path.suffix == ".shp" and not path.with_suffix(".shx").is_file():
        path.with_suffix(_REBUILT).touch()  # GDAL leaves an index there that looks like the office's own
        with refusing(path, DRIVERS[kind].called):
            _rebuild_index(path)


_TABLE_OF = re.compile(rb"^[\s\"(),;=]*(?:type|format:)[\s\"(),;=]+(\w+)", re.IGNORECASE | re.MULTILINE)
_ELSEWHERE = re.compile(rb"create\s+view|isseamless\"?\s*=\s*\"?true", re.IGNORECASE)
_OWN = {"native"}
_COLUMNS = {"char", "integer", "smallint", "largeint", "decimal", "float", "date", "datetime", "time", "logical"}
"""What stands after "Type" where that is the name of a column."""


def _rebuild_index(path: Path) -> None:
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        pyogrio.list_layers(path)
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def _check_mapinfo(path: Path) -> None:
    """Only tables of their own records: others name files elsewhere, which GDAL would read."""
    content = path.read_bytes().replace(b"\r", b"\n")
    kinds = [kind.decode("latin-1") for kind in _TABLE_OF.findall(content)]
    other = next((kind for kind in kinds if kind.lower() not in _OWN | _COLUMNS), None)
    view = _ELSEWHERE.search(content)
    if view is not None:
        other = "SEAMLESS" if b"=" in view[0] else "VIEW"
    elif not _OWN & {kind.lower() for kind in kinds}:
        other = other or "?"
    if other is not None:
        raise BadSource(
            f"{path.name} is a MapInfo table of type {other}, not of its own records (NATIVE)."
            " Save it as a new MapInfo table.",
            f"{path.name} là bảng MapInfo kiểu {other}, không chứa dữ liệu riêng (NATIVE)."
            " Hãy lưu thành bảng MapInfo mới.",
        )


def _count(path: Path, kind: Kind, layer: str, features: int) -> int:
    """The records of a layer; of some kinds GDAL does not count what there is."""
    if kind == "gpkg":
        return in_table(path, layer).records
    if kind == "geojsonseq":  # GDAL passes over lines that it cannot read
        content = path.read_bytes()
        mark = b"\x1e" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"\x1e") else b"\n"
        return max(features, sum(not line.isspace() for line in content.split(mark) if line.strip(b"\xef\xbb\xbf")))
    if kind == "mif" and path.with_suffix(".mid").is_file():  # and stops where the places are cut short
        lines = path.with_suffix(".mid").read_bytes().splitlines()
        return max(count_objects(path), sum(bool(line.strip()) for line in lines)) if features else 0
    return features - (_deleted(path) if kind == "shapefile" else 0)


def _unreadable(path: Path, kind: Kind, layer: str, shapes: NDArray[np.object_] | None) -> Iterator[Issue]:
    """GDAL passes over a geometry that it cannot read; say so."""
    whole = None
    if kind == "gpkg":
        whole = in_table(path, layer)
    elif kind == "shapefile" and all(path.with_suffix(part).is_file() for part in PARTS):
        whole = inventory(path)
    elif kind == "topojson":
        whole = Inventory(*in_topology(path, layer))
    lost = whole.placed - int((~shapely.is_missing(shapes)).sum()) if whole and shapes is not None else 0
    if lost > 0:
        words = f"không đọc được {lost} hình học", f"{lost} geometries cannot be read"
        yield finding("reader_warning", *words, value=str(lost))


def _deleted(path: Path) -> int:
    """How many rows of the .dbf are marked as deleted: GDAL counts them, and reads them not."""
    table = path.with_suffix(".dbf")
    if not table.is_file():
        return 0
    data = table.read_bytes()
    count, start, width = (int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    return data[start : start + count * width : width or 1].count(b"*")


def _whole_shapefile(path: Path) -> Iterator[Issue]:
    """What of a Shapefile is missing but not needed; BadSource when its files do not belong together."""
    if path.suffix == ".dbf":
        return
    lacking = not path.with_suffix(".dbf").is_file()
    if lacking:
        words = (
            f"thiếu {path.stem}.dbf: không có thuộc tính nào",
            f"{path.stem}.dbf is missing: there are no attributes",
        )
        yield finding("reader_warning", *words, value=f"{path.stem}.dbf")
    if path.with_suffix(_REBUILT).is_file():
        words = f"thiếu {path.stem}.shx: đã dựng lại chỉ mục", f"{path.stem}.shx is missing: the index was rebuilt"
        yield finding("reader_warning", *words, value=f"{path.stem}.shx")
    elif not lacking and inventory(path) is None:
        raise BadSource(
            f"{path.stem}.shp, .shx and .dbf do not belong together, are cut short or damaged. Copy all of them again.",
            f"{path.stem}.shp, .shx và .dbf không khớp nhau, bị cắt hoặc hỏng. Hãy chép lại cả bộ tệp.",
        )

"""One layer's folder into a frame: attribute bytes decoded cell by cell, long text joined, CRS84.

GDAL guesses Latin-1 where a .cpg is missing and drops letters when it recodes some charsets, so the bytes
are read as Latin-1, which keeps each one, and decoded here.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.crs import STORE_CRS
from geo.ingest.report import Issue
from geo.schema import Field, Label, LayerSpec

_TEXT_SUFFIX = ".text.csv"


def read_layer(folder: Path, spec: LayerSpec) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    """The frame of a seed folder, columns as declared, and what was found on the way.

    None when nothing can be read; the reason is a fatal issue. Values that cannot be understood are None
    and an issue each.
    """
    path = folder / f"{spec.name}.{'csv' if spec.geometry is None else 'shp'}"
    if not path.exists():
        return None, [_whole(spec, "missing_layer", path.name, f"không có tệp {path.name}", f"there is no {path.name}")]
    try:
        raw, issues = _read_table(path, spec) if spec.geometry is None else _read_shapefile(path, spec)
    except (pyogrio.errors.DataSourceError, fiona.errors.FionaError, shapely.errors.ShapelyError, OSError,
            ValueError, csv.Error) as error:  # fmt: skip
        return None, [
            _whole(
                spec,
                "unreadable",
                path.name,
                f"không đọc được {path.name}: {error}",
                f"cannot read {path.name}: {error}",
            )
        ]
    if raw is None:
        return None, issues
    if not len(raw):
        return None, [
            *issues,
            _whole(spec, "empty_layer", path.name, f"{path.name} không có bản ghi", f"{path.name} holds no record"),
        ]
    text, more = _read_long_text(folder / f"{spec.name}{_TEXT_SUFFIX}", spec)
    frame, columns = _declared(raw, spec, text)
    return frame, [*issues, *more, *columns]


def _whole(spec: LayerSpec, kind: str, value: str, vi: str, en: str) -> Issue:
    return Issue(spec.name, None, None, kind, value, Label(vi, en))


def _read_table(path: Path, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    names = list(rows[0]) if rows else []
    by_name = {field.name: field.short for field in spec.fields}
    data = {by_name.get(name, name): pd.Series([row[name] or None for row in rows], dtype=object) for name in names}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries([None] * len(rows), crs=STORE_CRS), crs=STORE_CRS), []


def _read_shapefile(path: Path, spec: LayerSpec) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    for part in (".dbf", ".shx"):
        if not path.with_suffix(part).exists():
            name = path.with_suffix(part).name
            return None, [_whole(spec, "missing_layer", name, f"thiếu tệp {name}", f"{name} is missing")]
    with fiona.open(path, encoding="latin-1") as source:
        kind, count = source.schema["geometry"], len(source)
    wanted = {"Point"} if spec.geometry == "Point" else {"Polygon", "MultiPolygon"}
    if kind.removeprefix("3D ") not in wanted:
        return None, [
            _whole(
                spec,
                "wrong_geometry_type",
                kind,
                f"hình học là {kind}, cần {spec.geometry}",
                f"geometry is {kind}, expected {spec.geometry}",
            )
        ]
    raw = pyogrio.read_dataframe(path, encoding="latin1", fid_as_index=False)
    if len(raw) != count or not _complete(path, len(raw)):
        return None, [_whole(spec, "unreadable", path.name, f"{path.name} bị cắt cụt", f"{path.name} is cut short")]
    placed, issues = _to_store(raw, path, spec)
    if placed is None:
        return None, issues
    for name in placed.columns.drop("geometry"):
        placed[name] = _decoded(placed[name], name, spec, issues)
    return placed, issues


def _complete(path: Path, count: int) -> bool:
    """Whether the .shp and .dbf are as long as their headers say (ESRI 1998; dBASE III)."""
    head = path.read_bytes()[:100]
    table = path.with_suffix(".dbf").read_bytes()
    if len(head) < 100 or len(table) < 32:
        return False
    whole = int.from_bytes(head[24:28], "big") * 2 <= path.stat().st_size
    rows, start, width = (int.from_bytes(table[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    return whole and rows == count and len(table) >= start + rows * width


def _to_store(raw: gpd.GeoDataFrame, path: Path, spec: LayerSpec) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    """`raw` in CRS84; a layer without a .prj is taken for degrees only where its numbers can be degrees."""
    crs = raw.crs
    if crs is None:
        west, south, east, north = raw.total_bounds
        if not (np.isnan(west) or (-180 <= west <= east <= 180 and -90 <= south <= north <= 90)):
            return None, [
                _whole(
                    spec,
                    "unknown_crs",
                    path.name,
                    "không có .prj và toạ độ không phải là độ",
                    "no .prj, and the coordinates are not degrees",
                )
            ]
        return raw.set_crs(STORE_CRS), []
    try:
        same = CRS.from_user_input(crs).equals(CRS.from_user_input(STORE_CRS), ignore_axis_order=True)
    except CRSError as error:
        return None, [
            _whole(spec, "unknown_crs", path.name, f".prj không hiểu được: {error}", f".prj not understood: {error}")
        ]
    placed = raw if same else raw.to_crs(STORE_CRS)
    return placed.set_crs(STORE_CRS, allow_override=True), []


def _decoded(column: "pd.Series[Any]", name: str, spec: LayerSpec, issues: list[Issue]) -> "pd.Series[Any]":
    """The column's bytes as UTF-8; a cell that is not becomes None and an issue."""
    if not (pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)):
        return column
    cells: list[object] = []
    for row, value in enumerate(column):
        try:
            cells.append(value.encode("latin-1").decode("utf-8") if isinstance(value, str) else None)
        except UnicodeError:
            cells.append(None)
            issues.append(
                Issue(spec.name, f"row {row + 1}", _name_of(spec, name), "wrong_encoding", repr(value),
                      Label(f"{value!r} không phải UTF-8", f"{value!r} is not UTF-8"))
            )  # fmt: skip
    return pd.Series(cells, index=column.index, dtype=object)


def _name_of(spec: LayerSpec, short: str) -> str:
    return next((field.name for field in spec.fields if field.short == short), short)


def _read_long_text(path: Path, spec: LayerSpec) -> tuple[dict[str, dict[str, str]], list[Issue]]:
    """key -> field -> text of the table beside the shapefile."""
    if not path.exists():
        return {}, []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        return {row[spec.key]: {name: text for name, text in row.items() if text and name} for row in rows}, []
    except (UnicodeDecodeError, csv.Error, KeyError) as error:
        return {}, [
            _whole(
                spec,
                "wrong_encoding",
                path.name,
                f"không đọc được {path.name}: {error}",
                f"cannot read {path.name}: {error}",
            )
        ]


def _declared(
    raw: gpd.GeoDataFrame, spec: LayerSpec, text: dict[str, dict[str, str]]
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """`raw` with the declared columns under their names, every value a str, int, float or None."""
    issues = [
        _whole(
            spec, "unknown_column", name, f"cột {name!r} không có trong khai báo", f"column {name!r} is not declared"
        )
        for name in raw.columns.drop("geometry")
        if name not in {field.short for field in spec.fields}
    ]
    keys = _cells(raw, spec.field(spec.key))
    data: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        beside = [text.get(str(key), {}).get(field.name) for key in keys]
        if field.short not in raw.columns and not any(beside) and field.kind != "longtext":
            issues.append(
                _whole(
                    spec,
                    "missing_column",
                    field.short,
                    f"thiếu cột {field.short!r} ({field.label.vi})",
                    f"column {field.short!r} ({field.label.en}) is missing",
                )
            )
        cells = [long or cell for long, cell in zip(beside, _cells(raw, field), strict=True)]
        data[field.name] = pd.Series(cells, dtype=object)
    lost = [key for key in text if key not in {str(key) for key in keys}]
    issues += [
        Issue(
            spec.name,
            key,
            None,
            "unknown_text_row",
            key,
            Label(f"không có bản ghi {key!r}", f"there is no record {key!r}"),
        )
        for key in lost
    ]
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(list(raw.geometry), crs=STORE_CRS), crs=STORE_CRS), issues


def _cells(raw: gpd.GeoDataFrame, field: Field) -> Sequence[object]:
    if field.short not in raw.columns:
        return [None] * len(raw)
    return [None if pd.isna(value) else _plain(value) for value in raw[field.short]]


def _plain(value: object) -> object:
    """Numpy scalars end here; a whole float is an int again when it is written as text or compared."""
    return value.item() if isinstance(value, np.generic) else value

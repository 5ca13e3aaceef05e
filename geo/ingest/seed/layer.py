"""One layer's folder read into a frame in CRS84: files checked, cells decoded, long text joined.

GDAL assumes Latin-1 where a .cpg is missing and loses letters when it recodes some encodings. So the
attributes are read as Latin-1, which keeps every byte, and decoded in cells.py.
"""

import csv
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.encodings.cpg import claim_of
from geo.ingest.crs.prj import crs_of, is_text, not_understood, to_store
from geo.ingest.files.shapefile import PARTS, inventory
from geo.ingest.seed.cells import Columns, decode
from geo.ingest.seed.csv_files import Beside, disagreements, orphan_rows, read_beside, read_csv
from geo.report import Issue
from geo.schema import Field, Label, LayerSpec

_UNREADABLE = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, fiona.errors.FionaError,
    shapely.errors.ShapelyError, OSError, ValueError, csv.Error,
)  # fmt: skip
_NUMBERS = {"integer", "real"}
_FITTING = {
    "Point": {"Point"},
    "MultiLineString": {"LineString", "MultiLineString"},
    "MultiPolygon": {"Polygon", "MultiPolygon"},
}
"""Geometry type of a layer -> the types that GDAL may report for its shapefile."""


class _Raw(NamedTuple):
    """A layer as read: columns by the file's names, each str being bytes read as Latin-1, shapes in STORE_CRS."""

    columns: Columns
    shapes: Sequence[BaseGeometry | None]
    widths: dict[str, int]


def read_layer(folder: Path, spec: LayerSpec) -> tuple[gpd.GeoDataFrame | None, list[Issue]]:
    """The frame of a layer's folder, with the declared columns, and the issues of reading it.

    The frame is None when the layer cannot be used; the reason is then a fatal issue, not an exception.
    """
    path = folder / f"{spec.name}.{'csv' if spec.geometry is None else 'shp'}"
    parts = [path] if spec.geometry is None else [path.with_suffix(part) for part in PARTS]
    for file in parts:
        if not file.is_file():
            words = f"không có tệp {file.name}", f"there is no {file.name}"
            return None, [Issue.of(spec.name, "missing_layer", *words, value=file.name)]
    try:
        raw, issues = _read_table(path, spec) if spec.geometry is None else _read_shapes(path, spec)
        beside = read_beside(folder / f"{spec.name}.text.csv", spec)
    except _UNREADABLE as error:
        reason = str(error).replace(str(folder), "…")[:300]
        return None, [_unreadable(spec, path.name, Label(reason, reason))]
    if raw is None:
        return None, issues
    if not raw.shapes:
        words = f"{path.name} không có bản ghi", f"{path.name} holds no record"
        return None, [*issues, Issue.of(spec.name, "empty_layer", *words, value=path.name)]
    frame, frame_issues = _frame(raw, beside, spec)
    return None if any(issue.severity == "fatal" for issue in frame_issues) else frame, [*issues, *frame_issues]


def _unreadable(spec: LayerSpec, file: str, why: Label) -> Issue:
    words = f"không đọc được {file}: {why.vi}", f"cannot read {file}: {why.en}"
    return Issue.of(spec.name, "unreadable", *words, value=file)


def _read_table(path: Path, spec: LayerSpec) -> tuple[_Raw, list[Issue]]:
    columns, issues = read_csv(path, spec)
    count = max(map(len, columns.values()), default=0)
    return _Raw(columns, [None] * count, {}), issues


def _read_shapes(path: Path, spec: LayerSpec) -> tuple[_Raw | None, list[Issue]]:
    counts = inventory(path)
    if counts is None:
        return None, [_unreadable(spec, path.name, Label("bị cắt cụt hoặc hỏng", "cut short or damaged"))]
    if not counts.records:
        return _Raw({}, [], {}), []
    refusal, widths = _sniff(path, spec)
    if refusal is not None:
        return None, [refusal]
    with warnings.catch_warnings(record=True) as warnings_by_gdal:
        warnings.simplefilter("always")
        meta, _, wkb, cells = pyogrio.raw.read(path, encoding="latin1")
        shapes = shapely.from_wkb(wkb, on_invalid="fix")  # closes open rings; GDAL has issued a warning
    if (len(shapes), int((~shapely.is_missing(shapes)).sum())) != counts:
        return None, [_unreadable(spec, path.name, Label("có bản ghi hỏng", "some of its records are damaged"))]
    in_store_crs, issues = to_store(shapes, meta["crs"], path.with_suffix(".prj"), spec)
    issues += [Issue.of(spec.name, "reader_warning", text, text, value=path.name) for text in _texts(warnings_by_gdal)]
    if in_store_crs is None:
        return None, issues
    columns = {name: [_plain(cell) for cell in column] for name, column in zip(meta["fields"], cells, strict=True)}
    return _Raw(columns, list(in_store_crs), widths), [*issues, *_cpg(path.with_suffix(".cpg"), spec)]


def _texts(messages: Sequence[warnings.WarningMessage]) -> list[str]:
    """The texts of GDAL's warnings, without repetitions."""
    return list(dict.fromkeys(str(warning.message).partition(". ")[0] for warning in messages))


def _sniff(path: Path, spec: LayerSpec) -> tuple[Issue | None, dict[str, int]]:
    """The issue that makes a shapefile unusable for the layer, and the widths of its text columns in bytes."""
    with fiona.open(path, encoding="latin-1") as source:
        kind, properties = source.schema["geometry"], source.schema["properties"]
    if kind.removeprefix("3D ") not in _FITTING[spec.geometry or ""]:
        words = f"hình học là {kind}, cần {spec.geometry}", f"geometry is {kind}, expected {spec.geometry}"
        return Issue.of(spec.name, "wrong_geometry_type", *words, value=kind), {}
    if not is_text(path.with_suffix(".prj")):  # otherwise pyogrio raises its own error
        return not_understood(path.with_suffix(".prj"), spec, "UTF-8"), {}
    return None, {name: int(width[4:]) for name, width in properties.items() if width.startswith("str:")}


def _plain(value: Any) -> object:
    """`value` as a plain Python value: str, int, float or None."""
    if pd.isna(value):
        return None
    if isinstance(value, np.datetime64):
        return str(value)[:10]  # a .dbf keeps days only
    return value.item() if isinstance(value, np.generic) else value


def _cpg(path: Path, spec: LayerSpec) -> list[Issue]:
    """An issue when the .cpg would make other programs read the attributes in another encoding than UTF-8."""
    claim = path.read_text(encoding="latin-1").strip() if path.exists() else ""
    if claim_of(claim) == "utf-8":
        return []
    words = f"{path.name} ghi {claim!r}, cần UTF-8", f"{path.name} says {claim!r}, expected UTF-8"
    return [Issue.of(spec.name, "wrong_cpg", *words, value=claim)]


def _frame(raw: _Raw, beside: Beside, spec: LayerSpec) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """The declared columns under their names, every value a str, int, float or None."""
    by_header = {(field.name if spec.geometry is None else field.short).lower(): field for field in spec.fields}
    header_of = {by_header[name.lower()].name: name for name in raw.columns if name.lower() in by_header}
    columns_by_field = {name: raw.columns[header] for name, header in header_of.items()}
    widths = {name: raw.widths[header] for name, header in header_of.items() if header in raw.widths}
    columns, issues = decode(columns_by_field, spec, widths)
    issues = [issue for issue in issues if not beside.has(issue.record, issue.field)]
    issues += [_unknown_column(name, spec) for name in raw.columns if name not in header_of.values()]
    keys = columns.get(spec.key, [None] * len(raw.shapes))
    data: dict[str, pd.Series[Any]] = {}
    for field in spec.fields:
        cells, cell_issues = _join_text(columns.get(field.name), field, beside, keys, spec)
        data[field.name] = pd.Series(cells, dtype=object)
        issues += cell_issues
    frame = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(list(raw.shapes), crs=crs_of(STORE_CRS)))
    return frame, [*issues, *beside.issues, *orphan_rows(beside, keys, spec)]


def _unknown_column(header: str, spec: LayerSpec) -> Issue:
    name = header.encode("latin-1", "replace").decode("utf-8", "replace")
    words = f"cột {name!r} không có trong khai báo", f"column {name!r} is not declared"
    return Issue.of(spec.name, "unknown_column", *words, value=name)


def _join_text(
    cells: list[object] | None, field: Field, beside: Beside, keys: Sequence[object], spec: LayerSpec
) -> tuple[list[object], list[Issue]]:
    """The cells of one field; text of the CSV file takes precedence over the shapefile's."""
    issues: list[Issue] = []
    long = [beside.texts.get(str(key), {}).get(field.name) for key in keys]
    if cells is None:
        if not any(long) and field.kind != "longtext":
            words = (
                f"thiếu cột {field.short!r} ({field.label.vi})",
                f"column {field.short!r} ({field.label.en}) is missing",
            )
            issues.append(Issue.of(spec.name, "missing_column", *words, value=field.short))
        return list(long), issues
    if field.kind not in _NUMBERS and any(isinstance(cell, int | float) for cell in cells):
        if field.kind != "date":
            words = f"cột {field.short!r} chứa số, cần chữ", f"column {field.short!r} holds numbers, expected text"
            issues.append(Issue.of(spec.name, "bad_type", *words, value=field.short))
        cells = [_as_text(cell) for cell in cells]
    issues += disagreements(beside, field.name, keys, cells, spec.name)
    return [text or cell for text, cell in zip(long, cells, strict=True)], issues


def _as_text(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if cell is None else str(cell)

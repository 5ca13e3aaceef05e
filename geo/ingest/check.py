"""Frames to findings: required values, types, codes, ranges, dates, ids, references, geometry, province."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.codes import CODE_LISTS
from geo.crs import METRIC_CRS
from geo.ingest.report import Issue
from geo.layers import LAYERS
from geo.schema import Field, Label, LayerSpec

Frames = Mapping[str, gpd.GeoDataFrame]
OUTSIDE_M = 500.0
"""How far outside the province's generalised outline a place may lie before it is reported."""
_OVERLAP_HA = 1.0
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_NUMBERS: dict[str, type] = {"integer": int, "real": float}


def check(frames: Frames) -> list[Issue]:
    """Everything wrong with the frames of one seed, layer by layer in their order; changes nothing.

    Frames must be in STORE_CRS and mended.
    """
    ids = {name: {str(key) for key in frame[LAYERS[name].key] if key is not None} for name, frame in frames.items()}
    province = _outline(frames)
    issues: list[Issue] = []
    for name, frame in frames.items():
        spec = LAYERS[name]
        issues += _keys(frame, spec)
        for field in spec.fields:
            issues += _values(frame, spec, field, ids)
        if spec.geometry is not None:
            issues += _places(frame, spec, province)
        if spec.tiling:
            issues += _overlaps(frame, spec)
    return issues


def _outline(frames: Frames) -> BaseGeometry | None:
    """The province in METRIC_CRS, widened by OUTSIDE_M; None when its layer is not at hand."""
    if "province" not in frames or not len(frames["province"]):
        return None
    outline: BaseGeometry = frames["province"].geometry.to_crs(METRIC_CRS).union_all().buffer(OUTSIDE_M)
    shapely.prepare(outline)
    return outline


def _rows(frame: gpd.GeoDataFrame, spec: LayerSpec) -> list[str]:
    """What each record is called in a finding: its key, or its row where it has none."""
    return [str(key) if key is not None else f"row {row}" for row, key in enumerate(frame[spec.key], start=1)]


def _keys(frame: gpd.GeoDataFrame, spec: LayerSpec) -> Iterator[Issue]:
    for row, key in enumerate(frame[spec.key], start=1):
        if key is None:
            yield Issue(
                spec.name,
                f"row {row}",
                spec.key,
                "missing_key",
                "",
                Label(f"dòng {row} không có mã", f"row {row} has no id"),
            )
    for key, count in Counter(key for key in frame[spec.key] if key is not None).items():
        if count > 1:
            yield Issue(
                spec.name,
                str(key),
                spec.key,
                "duplicate_id",
                str(key),
                Label(f"mã {key!r} dùng {count} lần", f"id {key!r} is used {count} times"),
            )


def _values(frame: gpd.GeoDataFrame, spec: LayerSpec, field: Field, ids: Mapping[str, set[str]]) -> Iterator[Issue]:
    for record, value in zip(_rows(frame, spec), frame[field.name], strict=True):
        if value is None:
            if field.required and field.name != spec.key:
                yield Issue(
                    spec.name,
                    record,
                    field.name,
                    "required_missing",
                    "",
                    Label(f"thiếu {field.label.vi}", f"{field.label.en} is missing"),
                )
            continue
        for kind, words in _RULES.get(field.kind, _free)(field, value, ids):
            yield Issue(spec.name, record, field.name, kind, str(value), words)


Finding = tuple[str, Label]
Rule = Callable[[Field, object, Mapping[str, set[str]]], Iterator[Finding]]


def _free(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    yield from ()


def _number(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    try:
        number = float(str(value))
    except ValueError:
        yield "bad_number", Label(f"{value!r} không phải số", f"{value!r} is not a number")
        return
    if not np.isfinite(number) or (field.kind == "integer" and not number.is_integer()):
        yield "bad_number", Label(f"{value!r} không phải số nguyên hữu hạn", f"{value!r} is not a finite whole number")
        return
    low, high = field.minimum, field.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        asked = f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
        yield "out_of_range", Label(f"{value!r} ngoài khoảng {asked}", f"{value!r} is outside {asked}")


def _date(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    ends = str(value).split("/")
    if len(ends) > 2 or not all(_is_date(end) for end in ends) or ends != sorted(ends):
        yield "bad_date", Label(f"{value!r} không phải ngày", f"{value!r} is not a date")


def _is_date(text: str) -> bool:
    match = _DATE.match(text)
    if match is None:
        return False
    try:
        dt.date(*(int(part) for part in match.groups(default="1")))
    except ValueError:
        return False
    return True


def _code(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    known = CODE_LISTS[field.codes or ""].keys()
    for key in str(value).split(";") if field.kind == "codes" else [str(value)]:
        if key not in known:
            listed = ", ".join(known)
            yield (
                "bad_code",
                Label(f"{key!r} không có trong danh mục: {listed}", f"{key!r} is not in the list: {listed}"),
            )


def _reference(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    target = field.target or ""
    for key in str(value).split(";") if field.kind == "refs" else [str(value)]:
        if target in ids and key not in ids[target]:
            yield (
                "unknown_reference",
                Label(f"không có {key!r} trong lớp {target}", f"there is no {key!r} in layer {target}"),
            )


_RULES: dict[str, Rule] = {
    "integer": _number,
    "real": _number,
    "date": _date,
    "code": _code,
    "codes": _code,
    "ref": _reference,
    "refs": _reference,
}


def _places(frame: gpd.GeoDataFrame, spec: LayerSpec, province: BaseGeometry | None) -> Iterator[Issue]:
    metric = frame.geometry.to_crs(METRIC_CRS)
    known = frame["precision"] if spec.has("precision") else [None] * len(frame)
    for record, shape, there, precision in zip(_rows(frame, spec), frame.geometry, metric, known, strict=True):
        if shape is None:
            kind = "null_geometry" if spec.may_be_unplaced else "missing_geometry"
            yield Issue(spec.name, record, "geometry", kind, "", Label("không có hình học", "there is no geometry"))
        elif shape.is_empty:
            yield Issue(
                spec.name, record, "geometry", "empty_geometry", "", Label("hình học rỗng", "the geometry is empty")
            )
        else:
            if not shape.is_valid:
                why = shapely.is_valid_reason(shape)
                yield Issue(
                    spec.name,
                    record,
                    "geometry",
                    "invalid_geometry",
                    why,
                    Label(f"hình học không hợp lệ: {why}", f"geometry invalid: {why}"),
                )
            if province is not None and not province.intersects(there):
                at = f"{shape.representative_point().x:.5f}, {shape.representative_point().y:.5f}"
                yield Issue(
                    spec.name,
                    record,
                    "geometry",
                    "outside_province",
                    at,
                    Label(f"({at}) nằm ngoài tỉnh", f"({at}) lies outside the province"),
                )
            if precision is None and spec.has("precision"):
                yield Issue(
                    spec.name,
                    record,
                    "precision",
                    "place_without_precision",
                    "",
                    Label("có vị trí mà không ghi độ chính xác", "has a place but no precision"),
                )


def _overlaps(frame: gpd.GeoDataFrame, spec: LayerSpec) -> Iterator[Issue]:
    """Pairs of units of a tiling layer that share more than a hectare."""
    placed = frame[frame.geometry.notna()]
    shapes = np.asarray(placed.geometry.to_crs(METRIC_CRS).array, dtype=object)
    rows = _rows(placed, spec)
    here, there = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in sorted((int(h), int(t)) for h, t in zip(here, there, strict=True) if h < t):
        if not (shapes[a].is_valid and shapes[b].is_valid):
            continue
        shared_ha = shapely.area(shapely.intersection(shapes[a], shapes[b])) / 10_000
        if shared_ha > _OVERLAP_HA:
            words = Label(f"chồng lên {rows[b]} {shared_ha:.1f} ha", f"overlaps {rows[b]} by {shared_ha:.1f} ha")
            yield Issue(spec.name, rows[a], "geometry", "tiling_overlap", rows[b], words)

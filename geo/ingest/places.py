"""What is wrong with places: missing, empty, not numbers, outside the province, overlapping units and gaps."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import METRIC_CRS, STORE_CRS, transformer
from geo.ingest.cells import names_of
from geo.ingest.report import Issue
from geo.schema import LayerSpec

OUTSIDE_M = 500.0
"""How far outside the province's generalised outline a place may lie before it is reported."""
GAP_M = 500.0
"""How wide a strip that no unit covers must be to be reported; borders of two sources differ by less."""
_LARGEST = 1e9
_LEAST_HA = 1.0  # smaller overlaps and holes are what is left of drawing one border twice


def is_finite(shape: BaseGeometry) -> bool:
    """Whether every coordinate, in degrees or metres, is a number that can be one; GEOS fails on others."""
    return bool((np.abs(shapely.get_coordinates(shape)) < _LARGEST).all())


def outline_of(province: gpd.GeoDataFrame | None) -> BaseGeometry | None:
    """The province in METRIC_CRS, widened by OUTSIDE_M; None when its layer is not at hand."""
    outline = None if province is None else _union(province)
    if outline is None:
        return None
    wide: BaseGeometry = outline.buffer(OUTSIDE_M)
    shapely.prepare(wide)
    return wide


def check_places(frame: gpd.GeoDataFrame, spec: LayerSpec, province: BaseGeometry | None) -> Iterator[Issue]:
    """The findings of each place of a layer in STORE_CRS; `province` is what `outline_of` gave."""
    known = frame["precision"] if spec.has("precision") else [None] * len(frame)
    for record, shape, precision in zip(names_of(list(frame[spec.key])), frame.geometry, known, strict=True):
        if shape is None:
            yield _unplaced(spec, record)
            if precision is not None:
                said = f"ghi {precision!r} mà không có vị trí", f"says {precision!r} but has no place"
                yield Issue.of(spec.name, "precision_without_place", *said, record=record, field="precision")
            continue
        fault = _fault(shape, province)
        if fault is not None:
            kind, value, vi, en = fault
            yield Issue.of(spec.name, kind, vi, en, record=record, field="geometry", value=value)
        elif precision is None and spec.has("precision"):
            said = "có vị trí mà không ghi độ chính xác", "has a place but no precision"
            yield Issue.of(spec.name, "place_without_precision", *said, record=record, field="precision")


def _unplaced(spec: LayerSpec, record: str) -> Issue:
    kind = "null_geometry" if spec.may_be_unplaced else "missing_geometry"
    return Issue.of(spec.name, kind, "không có hình học", "there is no geometry", record=record, field="geometry")


def _fault(shape: BaseGeometry, province: BaseGeometry | None) -> tuple[str, str, str, str] | None:
    """Kind, value and words of what is wrong with one shape; None when nothing is."""
    if shape.is_empty:
        return "empty_geometry", shape.wkt, "hình học rỗng", "the geometry is empty"
    if not is_finite(shape):
        return (
            "not_finite",
            shape.wkt[:80],
            "có toạ độ không phải số hay quá lớn",
            "has a coordinate that is no number or too large",
        )
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        return "invalid_geometry", why, f"hình học không hợp lệ: {why}", f"geometry invalid: {why}"
    if province is not None and not _reaches(province, _metric(shape)):
        point = shape.representative_point()
        at = f"{point.x:.5f}, {point.y:.5f}"
        return "outside_province", at, f"({at}) nằm ngoài tỉnh", f"({at}) lies outside the province"
    return None


def _reaches(province: BaseGeometry, shape: BaseGeometry) -> bool:
    return is_finite(shape) and bool(province.intersects(shape))


def _metric(shape: BaseGeometry) -> BaseGeometry:
    """The shape in METRIC_CRS; coordinates that the projection cannot hold become infinite."""
    project = transformer(STORE_CRS, METRIC_CRS)
    return shapely.transform(shape, lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1])))


def check_tiling(frame: gpd.GeoDataFrame, spec: LayerSpec, province: gpd.GeoDataFrame | None) -> Iterator[Issue]:
    """Units of a layer in STORE_CRS that overlap, and land of the province that no unit covers."""
    records, shapes = _sound(frame, spec)
    if not records:
        return
    for a, b in _touching(shapes):
        shared_ha = shapely.area(shapely.intersection(shapes[a], shapes[b])) / 10_000
        if shared_ha > _LEAST_HA:
            said = f"chồng lên {records[b]} {shared_ha:.1f} ha", f"overlaps {records[b]} by {shared_ha:.1f} ha"
            yield Issue.of(spec.name, "tiling_overlap", *said, record=records[a], field="geometry", value=records[b])
    covered = shapely.union_all(shapes)
    whole = None if province is None else _union(province)
    for gap in [*_holes(covered), *(() if whole is None else _bare(whole, covered))]:
        west, south = transformer(METRIC_CRS, STORE_CRS).transform(
            gap.representative_point().x, gap.representative_point().y
        )
        size, at = gap.area / 10_000, f"{west:.5f}, {south:.5f}"
        said = f"{size:.1f} ha quanh ({at}) không thuộc đơn vị nào", f"no unit covers {size:.1f} ha around ({at})"
        yield Issue.of(spec.name, "tiling_gap", *said, value=at)


def _sound(frame: gpd.GeoDataFrame, spec: LayerSpec) -> tuple[list[str], NDArray[np.object_]]:
    """Names and shapes in METRIC_CRS of the units whose shapes can be measured."""
    named = zip(names_of(list(frame[spec.key])), map(_measurable, frame.geometry), strict=True)
    good = [(name, shape) for name, shape in named if shape is not None]
    return [name for name, _ in good], np.array([shape for _, shape in good], dtype=object)


def _measurable(shape: BaseGeometry | None) -> BaseGeometry | None:
    """The shape in METRIC_CRS; None for one that GEOS would answer nothing sensible about."""
    if shape is None or shape.is_empty or not is_finite(shape) or not shape.is_valid:
        return None
    metric = _metric(shape)
    return metric if is_finite(metric) and metric.is_valid else None


def _touching(shapes: NDArray[np.object_]) -> list[tuple[int, int]]:
    here, there = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return sorted((int(a), int(b)) for a, b in zip(here, there, strict=True) if a < b)


def _union(frame: gpd.GeoDataFrame) -> BaseGeometry | None:
    """The frame's land in METRIC_CRS; None when it has none."""
    sound = [shape for shape in map(_measurable, frame.geometry) if shape is not None]
    return shapely.union_all(sound) if sound else None


def _holes(covered: BaseGeometry) -> list[BaseGeometry]:
    rings = shapely.get_parts(covered)
    holes = [shapely.Polygon(hole) for part in rings for hole in getattr(part, "interiors", ())]
    return [hole for hole in holes if hole.area / 10_000 > _LEAST_HA]


def _bare(whole: BaseGeometry, covered: BaseGeometry) -> list[BaseGeometry]:
    """The parts of the province farther than GAP_M from every unit, outside the holes, each grown back to its size."""
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(covered)])
    bare = shapely.difference(whole, shapely.buffer(filled, GAP_M))
    return [shapely.buffer(part, GAP_M) for part in shapely.get_parts(bare) if not part.is_empty]

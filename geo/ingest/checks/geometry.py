"""What is wrong with places: missing, empty, not numbers, outside the province, overlapping units and gaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import Shapes, to_degrees, to_metric, widened
from geo.report import Issue, Subject, subjects_of
from geo.schema import Label, LayerSpec

Mask: TypeAlias = NDArray[np.bool_]
OUTSIDE_M = 500.0
"""How far outside the province's generalised outline a place may lie before it is reported."""
GAP_M = 500.0
"""How wide a strip that no unit covers must be to be reported; borders of two sources differ by less."""
_LARGEST = 1e9
_LEAST_HA = 1.0  # smaller overlaps and holes are what is left of drawing one border twice


def finite(shapes: Shapes) -> Mask:
    """Which shapes have only coordinates, in degrees or metres, that can be one; GEOS fails on others."""
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    good = np.ones(len(shapes), dtype=bool)
    good[owners[~(np.abs(coordinates) < _LARGEST).all(axis=1)]] = False
    return good


@dataclass(frozen=True)
class Places:
    """The shapes of a layer, looked at once for all checks; what each is about, in the order of the frame.

    `metric` are the valid shapes in METRIC_CRS, None for the others and for those that it cannot hold.
    `sound` are the rows whose `metric` can be measured: GEOS would answer nothing sensible about the others.
    """

    subjects: list[Subject]
    shapes: Shapes
    metric: Shapes
    finite: Mask
    valid: Mask
    sound: Mask

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, spec: LayerSpec) -> Self:
        """The places of a frame in STORE_CRS."""
        shapes = np.asarray(frame.geometry.array, dtype=object)
        good = finite(shapes)
        valid = _valid(shapes, good & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
        metric = np.full(len(shapes), None, dtype=object)
        metric[valid] = to_metric(shapes[valid])
        measurable = valid & finite(metric)
        metric[~measurable] = None
        return cls(subjects_of(list(frame[spec.key])), shapes, metric, good, valid, _valid(metric, measurable))


def _valid(shapes: Shapes, among: Mask) -> Mask:
    valid = among.copy()
    valid[among] = shapely.is_valid(shapes[among])
    return valid


def outline_of(province: Places | None) -> BaseGeometry | None:
    """The province in METRIC_CRS, widened by OUTSIDE_M; None when its layer is not at hand."""
    outline = None if province is None else _union(province)
    return None if outline is None else widened(outline, OUTSIDE_M)


def check_places(
    places: Places, frame: gpd.GeoDataFrame, spec: LayerSpec, province: BaseGeometry | None
) -> Iterator[Issue]:
    """The findings of each place of a layer; `province` is what `outline_of` gave."""
    precisions = frame["precision"] if spec.has("precision") else [None] * len(frame)
    faults = dict(_faults(places, province))
    for row, (subject, shape, precision) in enumerate(zip(places.subjects, places.shapes, precisions, strict=True)):
        if shape is None:
            yield _unplaced(spec, subject)
            if precision is not None:
                words = Label(f"ghi {precision!r} mà không có vị trí", f"says {precision!r} but has no place")
                yield Issue(spec.name, *subject, "precision", "precision_without_place", "", words)
        elif row in faults:
            kind, value, vi, en = faults[row]
            yield Issue(spec.name, *subject, "geometry", kind, value, Label(vi, en))
        elif precision is None and spec.has("precision"):
            words = Label("có vị trí mà không ghi độ chính xác", "has a place but no precision")
            yield Issue(spec.name, *subject, "precision", "place_without_precision", "", words)


def _unplaced(spec: LayerSpec, subject: Subject) -> Issue:
    kind = "null_geometry" if spec.may_be_unplaced else "missing_geometry"
    return Issue(spec.name, *subject, "geometry", kind, "", Label("chưa có vị trí", "there is no location"))


Fault: TypeAlias = tuple[str, str, str, str]
"""Kind, value and words of what is wrong with one shape."""


def _faults(places: Places, province: BaseGeometry | None) -> Iterator[tuple[int, Fault]]:
    """Row number and fault of each faulty geometry; one outside the province counts as faulty."""
    empty = shapely.is_empty(places.shapes)  # False for None
    bad = ~shapely.is_missing(places.shapes) & ~places.valid
    for row in np.flatnonzero(bad):
        yield int(row), _fault(places.shapes[row], bool(empty[row]), bool(places.finite[row]))
    if province is None:
        return
    outside = np.flatnonzero(places.valid & ~shapely.intersects(province, places.metric))
    for row, point in zip(outside, shapely.point_on_surface(places.shapes[outside]), strict=True):
        at = f"{point.x:.5f}, {point.y:.5f}"
        yield int(row), ("outside_province", at, f"({at}) nằm ngoài tỉnh", f"({at}) lies outside the province")


def _fault(shape: BaseGeometry, is_empty: bool, is_finite: bool) -> Fault:
    if is_empty:
        return "empty_geometry", shape.wkt, "hình học rỗng", "the geometry is empty"
    if not is_finite:
        return (
            "not_finite",
            shape.wkt[:80],
            "có toạ độ không phải số hay quá lớn",
            "has a coordinate that is no number or too large",
        )
    why = shapely.is_valid_reason(shape)
    return "invalid_geometry", why, f"hình học không hợp lệ: {why}", f"geometry invalid: {why}"


def check_tiling(places: Places, spec: LayerSpec, province: Places | None) -> Iterator[Issue]:
    """Units of a layer that overlap, and land of the province that no unit covers."""
    rows = np.flatnonzero(places.sound)
    if not len(rows):
        return
    subjects, shapes = [places.subjects[row] for row in rows], places.metric[rows]
    for a, b in _touching(shapes):
        shared_ha = shapely.area(shapely.intersection(shapes[a], shapes[b])) / 10_000
        if shared_ha > _LEAST_HA:
            other = subjects[b].label
            words = Label(f"chồng lên {other.vi} {shared_ha:.1f} ha", f"overlaps {other.en} by {shared_ha:.1f} ha")
            yield Issue(spec.name, *subjects[a], "geometry", "tiling_overlap", other.en, words)
    covered = shapely.union_all(shapes)
    whole = None if province is None else _union(province)
    gaps = np.array([*_holes(covered), *(() if whole is None else _bare(whole, covered))], dtype=object)
    for gap, inside in zip(gaps, to_degrees(shapely.point_on_surface(gaps)), strict=True):
        size, at = gap.area / 10_000, f"{inside.x:.5f}, {inside.y:.5f}"
        gap_words = f"{size:.1f} ha quanh ({at}) không thuộc đơn vị nào", f"no unit covers {size:.1f} ha around ({at})"
        yield Issue.of(spec.name, "tiling_gap", *gap_words, value=at)


def _touching(shapes: Shapes) -> list[tuple[int, int]]:
    here, there = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return sorted((int(a), int(b)) for a, b in zip(here, there, strict=True) if a < b)


def _union(places: Places) -> BaseGeometry | None:
    """The layer's land in METRIC_CRS; None when it has none."""
    return shapely.union_all(places.metric[places.sound]) if places.sound.any() else None


def _holes(covered: BaseGeometry) -> list[BaseGeometry]:
    rings = shapely.get_parts(covered)
    holes = [shapely.Polygon(hole) for part in rings for hole in getattr(part, "interiors", ())]
    return [hole for hole in holes if hole.area / 10_000 > _LEAST_HA]


def _bare(whole: BaseGeometry, covered: BaseGeometry) -> list[BaseGeometry]:
    """The parts of the province farther than GAP_M from every unit, outside the holes, each grown back to its size."""
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(covered)])
    bare = shapely.difference(whole, shapely.buffer(filled, GAP_M))
    return [shapely.buffer(part, GAP_M) for part in shapely.get_parts(bare) if not part.is_empty]

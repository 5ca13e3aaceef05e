"""Foreign shapes as the kind of geometry that a layer holds; what cannot be is left out and reported."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Shapes, geodesic_distance_m
from geo.report import Change, Issue
from geo.schema import Label, LayerSpec

_KINDS = {"Point": {0}, "MultiLineString": {1, 5}, "MultiPolygon": {3, 6}}  # shapely's type ids
_CLOSED = Label("đường khép kín thành vùng", "closed line taken as a polygon")
_JOINED = Label("nối hai đầu đường gần khép kín thành vùng", "nearly closed line joined and taken as a polygon")
_SINGLE = Label("nhóm một điểm thành điểm", "group of one point taken as the point")
_LINES = Label("chỉ giữ các đường của nhóm hình học", "lines of a collection kept, the rest left out")
_PARTS = Label("chỉ giữ các vùng của nhóm hình học", "polygons of a collection kept, the rest left out")
_LINE_TYPES = {"LineString", "LinearRing"}
_NEARLY_M, _NEARLY_SHARE = 1.0, 0.001
"""Ends of a line as near as this, in metres and as a share of its length, were meant to be one point."""


def shape_up(shapes: Shapes, spec: LayerSpec, rows: Sequence[int]) -> tuple[Shapes, list[Change], list[Issue]]:
    """`shapes` as points, lines or polygons; None where one is of another kind, empty, or has no finite coordinates.

    `rows` are the numbers of the rows in what is reported.
    """
    wanted = _KINDS[spec.geometry or "Point"]
    kinds = shapely.get_type_id(shapes)
    out: Shapes = shapes.copy()
    changes: list[Change] = []
    issues: list[Issue] = []
    for row in np.flatnonzero(~np.isin(kinds, [-1, *wanted])).tolist():
        fitted, rule = _as_wanted(shapes[row], spec)
        out[row] = fitted
        what = f"{shapes[row].geom_type}"
        if fitted is None:
            words = _why_not(shapes[row], spec)
            issues.append(Issue.of(spec.name, "wrong_shape", *words, row=rows[row], field="geometry", value=what))
        elif rule is not None:
            changes.append(Change(spec.name, None, rows[row], "geometry", what, fitted.geom_type, rule))
        if rule is _JOINED:
            gap = _metres(max(map(_gap_m, _lines(shapes[row]))))
            words = (
                f"hai đầu đường cách nhau {gap.vi} m: đã nối lại",
                f"the ends of a line are {gap.en} m apart: joined",
            )
            issues.append(
                Issue.of(spec.name, "invalid_geometry", *words, row=rows[row], field="geometry", value=gap.en)
            )
    issues += _unusable(out, spec, rows)
    return out, changes, issues


def _as_wanted(shape: BaseGeometry, spec: LayerSpec) -> tuple[BaseGeometry | None, Label | None]:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)).tolist() if not part.is_empty]
    if spec.geometry == "Point":
        single = len(parts) == 1 and parts[0].geom_type == "Point"
        return (parts[0], _SINGLE) if single else (None, None)
    lines = [part for part in parts if part.geom_type in _LINE_TYPES]
    if spec.geometry == "MultiLineString":
        return (shapely.MultiLineString(lines), _LINES) if lines else (None, None)
    areas = [part for part in parts if part.geom_type == "Polygon"]
    if areas:
        return shapely.MultiPolygon(areas), _PARTS
    rings = [line for line in lines if _is_ring(line)]
    if not rings or len(rings) != len(parts):
        return None, None
    closed = all(bool(ring.is_closed) for ring in rings)
    return shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings]), _CLOSED if closed else _JOINED


def _is_ring(line: BaseGeometry) -> bool:
    """Whether a line is closed, or so nearly that it was meant to be."""
    if line.is_closed:
        return int(shapely.get_num_coordinates(line)) >= 4
    return int(shapely.get_num_coordinates(line)) >= 3 and _is_nearly_closed(line)


def _is_nearly_closed(line: BaseGeometry) -> bool:
    ends, length = shapely.Point(line.coords[0]).distance(shapely.Point(line.coords[-1])), float(line.length)
    return ends <= length * _NEARLY_SHARE and _gap_m(line) <= _NEARLY_M


def _lines(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(shapely.get_parts(shape)).tolist()
    return [part for part in parts if part.geom_type in _LINE_TYPES and not part.is_empty]


def _gap_m(line: BaseGeometry) -> float:
    """How far the ends of a line are apart, in metres: of degrees along the ellipsoid, of other numbers as metres."""
    (x1, y1), (x2, y2) = line.coords[0][:2], line.coords[-1][:2]
    if max(abs(x1), abs(x2)) <= 180 and max(abs(y1), abs(y2)) <= 90:
        return geodesic_distance_m(x1, y1, x2, y2)
    return float(np.hypot(x1 - x2, y1 - y2))


def _metres(length: float) -> Label:
    text = f"{length:.2f}" if length < 100 else f"{length:.0f}"
    return Label(text.replace(".", ","), text)


def _why_not(shape: BaseGeometry, spec: LayerSpec) -> tuple[str, str]:
    """Why a shape is no geometry of the layer; of a line that is not closed also how far its ends are apart."""
    kind = shape.geom_type
    vi, en = f"hình học là {kind}, cần {spec.geometry}", f"the geometry is a {kind}, expected a {spec.geometry}"
    gaps = [gap for gap in map(_gap_m, _lines(shape)) if np.isfinite(gap) and gap > 0]
    if spec.geometry != "MultiPolygon" or not gaps:
        return vi, en
    gap = _metres(max(gaps))
    return (
        f"{vi}: hai đầu đường cách nhau {gap.vi} m; hãy khép kín đường trong tệp nguồn",
        f"{en}: the ends of the line are {gap.en} m apart; close it in the source file",
    )


def _unusable(shapes: Shapes, spec: LayerSpec, rows: Sequence[int]) -> Iterator[Issue]:
    """Make shapes without usable coordinates None, and say which."""
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    broken = set(owners[~np.isfinite(coordinates).all(axis=1)].tolist())
    empty = set(np.flatnonzero(shapely.is_empty(shapes)).tolist())
    for row in sorted(broken | empty):
        kind, *words = _NOT_FINITE if row in broken else _EMPTY
        shapes[row] = None
        yield Issue.of(spec.name, kind, *words, row=rows[row], field="geometry")


_NOT_FINITE = ("not_finite", "toạ độ không phải số", "a coordinate is no number")
_EMPTY = ("empty_geometry", "hình học rỗng", "geometry empty")

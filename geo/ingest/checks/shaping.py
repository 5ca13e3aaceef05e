"""Foreign shapes as the kind of geometry that a layer holds; what cannot be is left out and reported."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Shapes
from geo.report import Change, Issue
from geo.schema import Label, LayerSpec

_KINDS = {"Point": {0}, "MultiLineString": {1, 5}, "MultiPolygon": {3, 6}}  # shapely's type ids
_CLOSED = Label("đường khép kín thành vùng", "closed line taken as a polygon")
_SINGLE = Label("nhóm một điểm thành điểm", "group of one point taken as the point")
_LINES = Label("chỉ giữ các đường của nhóm hình học", "lines of a collection kept, the rest left out")
_PARTS = Label("chỉ giữ các vùng của nhóm hình học", "polygons of a collection kept, the rest left out")


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
        made, rule = _as_wanted(shapes[row], spec)
        out[row] = made
        what = f"{shapes[row].geom_type}"
        if made is None:
            words = f"hình học là {what}, cần {spec.geometry}", f"the geometry is a {what}, expected a {spec.geometry}"
            issues.append(Issue.of(spec.name, "wrong_shape", *words, row=rows[row], field="geometry", value=what))
        elif rule is not None:
            changes.append(Change(spec.name, None, rows[row], "geometry", what, made.geom_type, rule))
    issues += _unusable(out, spec, rows)
    return out, changes, issues


def _as_wanted(shape: BaseGeometry, spec: LayerSpec) -> tuple[BaseGeometry | None, Label | None]:
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)).tolist() if not part.is_empty]
    if spec.geometry == "Point":
        single = len(parts) == 1 and parts[0].geom_type == "Point"
        return (parts[0], _SINGLE) if single else (None, None)
    lines = [part for part in parts if part.geom_type in {"LineString", "LinearRing"}]
    if spec.geometry == "MultiLineString":
        return (shapely.MultiLineString(lines), _LINES) if lines else (None, None)
    areas = [part for part in parts if part.geom_type == "Polygon"]
    if areas:
        return shapely.MultiPolygon(areas), _PARTS
    rings = [line for line in lines if _is_closed(line)]
    if rings and len(rings) == len(parts):
        return shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings]), _CLOSED
    return None, None


def _is_closed(line: BaseGeometry) -> bool:
    return bool(line.is_closed) and int(shapely.get_num_coordinates(line)) >= 4


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

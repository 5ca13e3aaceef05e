"""Differences between two states of a layer by record: fields, distance moved in metres, area in hectares."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import orjson
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.crs import GEOD, Shapes, geodesic_distance_m, to_metric
from geo.schema import LayerSpec
from geo.store.content import Content, Records


class FieldChange(NamedTuple):
    """One field of a record, before and after."""

    field: str
    before: object
    after: object


class RecordDiff(NamedTuple):
    """The difference of one record between two states.

    `moved_m` is the distance by which its geometry moved: geodesic for points, the Hausdorff distance in METRIC_CRS
    for others; None when it did not move or one state has no geometry. `area_ha` is the geodesic area before and after
    of a polygon that changed. `before` and `after` are the geometries in STORE_CRS. `precision` is the key of the
    location's precision after the change (before it for a removed record), None when the layer has no such field.
    """

    layer: str
    record: str
    op: Literal["added", "changed", "removed"]
    fields: tuple[FieldChange, ...]
    moved_m: float | None
    area_ha: tuple[float, float] | None
    title: str
    before: BaseGeometry | None
    after: BaseGeometry | None
    precision: str | None = None


class Counts(NamedTuple):
    """How many records of a layer were added, changed, removed, and how many of the changed ones moved."""

    added: int
    changed: int
    removed: int
    moved: int


def differences(spec: LayerSpec, old: Records, new: Records) -> Iterator[RecordDiff]:
    """The records that differ between two states of a layer in canonical form (see content.py), ordered by key."""
    keys = [key for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)]
    before, after = (_shapes([records.get(key) for key in keys]) for records in (old, new))
    names = [field.name for field in spec.fields]
    for key, shape, other in zip(keys, before, after, strict=True):
        diff = _difference(spec, names, key, old.get(key), new.get(key), (shape, other))
        # 5 and 5.0 are equal values, though their JSON differs.
        if diff.op != "changed" or diff.fields or diff.moved_m is not None:
            yield diff


def summary(diffs: list[RecordDiff]) -> dict[str, Counts]:
    """The counts of each layer that differs."""
    by_layer: dict[str, list[RecordDiff]] = {}
    for diff in diffs:
        by_layer.setdefault(diff.layer, []).append(diff)
    return {
        layer: Counts(
            added=sum(one.op == "added" for one in rows),
            changed=sum(one.op == "changed" for one in rows),
            removed=sum(one.op == "removed" for one in rows),
            moved=sum(one.moved_m is not None for one in rows),
        )
        for layer, rows in by_layer.items()
    }


def _difference(
    spec: LayerSpec,
    names: Sequence[str],
    key: str,
    old: Content | None,
    new: Content | None,
    shapes: tuple[BaseGeometry | None, BaseGeometry | None],
) -> RecordDiff:
    before, after = _values(old), _values(new)
    op: Literal["added", "changed", "removed"] = "added" if old is None else "removed" if new is None else "changed"
    fields = [
        FieldChange(name, value, other) for name in names if (value := before.get(name)) != (other := after.get(name))
    ]
    distance_m, area = None, None
    if op == "changed" and (old is None or new is None or old[1] != new[1]):
        if shapes[0] is None or shapes[1] is None:
            kinds = [None if shape is None else shape.geom_type for shape in shapes]
            fields += [FieldChange("geometry", *kinds)] if kinds[0] != kinds[1] else []
        else:
            distance_m, area = _distance_moved_m(shapes[0], shapes[1]), _areas(shapes[0], shapes[1])
    title = after.get(spec.title) or before.get(spec.title) or key
    precision = _precision(after or before)
    return RecordDiff(spec.name, key, op, tuple(fields), distance_m, area, str(title), *shapes, precision)


def _precision(values: Mapping[str, object]) -> str | None:
    precision = values.get("precision")
    return None if precision is None else str(precision)


def _values(content: Content | None) -> Mapping[str, object]:
    values: dict[str, object] = orjson.loads(content[0]) if content is not None else {}
    return values


def _shapes(contents: Sequence[Content | None]) -> Shapes:
    """The records' geometries; None for one that has none or an empty one, and where there is no record."""
    shapes: Shapes = shapely.from_wkb(np.array([content and content[1] for content in contents], dtype=object))
    shapes[shapely.is_empty(shapes)] = None
    return shapes


def _distance_moved_m(before: BaseGeometry, after: BaseGeometry) -> float:
    if isinstance(before, Point) and isinstance(after, Point):
        return geodesic_distance_m(before.x, before.y, after.x, after.y)
    return float(shapely.hausdorff_distance(*to_metric([before, after])))


def _areas(before: BaseGeometry, after: BaseGeometry) -> tuple[float, float] | None:
    if not before.geom_type.endswith("Polygon"):
        return None
    # GEOD subtracts holes only if they run opposite to the outer ring, which files do not guarantee.
    shapes = (shapely.orient_polygons(shape) for shape in (before, after))
    first, second = (abs(GEOD.geometry_area_perimeter(shape)[0]) / 10_000 for shape in shapes)
    return first, second

"""Areas that numbers of a table are compared with: those of the records' own outlines, and that of the province."""

from collections.abc import Mapping, Sequence

from shapely.geometry.base import BaseGeometry

from geo.crs import GEOD
from geo.ingest.checks.outlines import M2_PER
from geo.ingest.columns.number_notation import Plausible
from geo.schema import Field, LayerSpec


def plausible_areas(
    spec: LayerSpec, field: Field, province: BaseGeometry, shapes: Sequence[BaseGeometry | None],
    values: Mapping[str, Sequence[object]],
) -> Plausible | None:  # fmt: skip
    """What the numbers of an area may be, by the province and the records' own outlines; None for other fields.

    `shapes` and `province` are in STORE_CRS, `values` are those of the fields that were read before.
    """
    if field.measures != "area":
        return None
    outlines = _outlines(spec, shapes, values)
    return Plausible(field.minimum, field.maximum or _area(province, field), lambda row: _area(outlines[row], field))


def _outlines(
    spec: LayerSpec, shapes: Sequence[BaseGeometry | None], values: Mapping[str, Sequence[object]]
) -> list[BaseGeometry | None]:
    """The shapes that are the record's own outline by its values, and not that of the units that it lies in."""
    if spec.outline is None:
        return list(shapes)
    name, own = spec.outline
    extents = values.get(name, [None] * len(shapes))
    return [shape if extent in own else None for shape, extent in zip(shapes, extents, strict=True)]


def _area(shape: BaseGeometry | None, field: Field) -> float | None:
    """The geodesic area in the unit of the field; None where there is none."""
    if shape is None or field.unit not in M2_PER:
        return None
    return abs(float(GEOD.geometry_area_perimeter(shape)[0])) / M2_PER[field.unit]

"""What is wrong with outlines as drawn: slivers, overlaps within a layer, areas that differ from the published ones."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import GEOD, Shapes, to_degrees
from geo.ingest.checks.geometry import Mask, Places
from geo.report import Issue, at_most
from geo.schema import Field, Label, LayerSpec

SLIVER_M = 5.0
"""A part or a hole whose mean width is less was hardly meant."""
SLIVER_HA = 1.0
"""So large a part was meant, however narrow: a road's or a river's edge."""
OVERLAP_HA = 0.1
"""Smaller overlaps are what is left of drawing one border twice."""
AREA_HA = 1.0
"""Areas that differ by less say nothing of the outline."""
M2_PER = {"ha": 10_000.0, "km²": 1_000_000.0}
"""Square metres in the units of fields that measure an area."""
_ROWS = 16  # records whose neighbours are looked for at a time: the shapes of a bad file may all lie on one spot
_PAIRS = 4_096  # neighbours that are intersected at a time

Rows = NDArray[np.intp]


def check_outlines(places: Places, frame: gpd.GeoDataFrame, spec: LayerSpec) -> Iterator[Issue]:
    """The findings of a layer of polygons, kind by kind."""
    if spec.geometry != "MultiPolygon":
        return
    own = places.sound & _own(frame, spec)
    yield from at_most(_slivers(places, spec))
    if spec.apart is not None and not spec.tiling:
        large = own & (shapely.area(places.metric) > OVERLAP_HA * 10_000)
        yield from at_most(_overlaps(places, spec, _groups(list(frame[spec.apart]), large)))
    for field in spec.fields:
        if field.measures == "area":
            yield from at_most(_areas(places, spec, field, _numbers(list(frame[field.name]), field), own))


def _own(frame: gpd.GeoDataFrame, spec: LayerSpec) -> Mask:
    """The rows whose geometry is the record's own outline."""
    if spec.outline is None:
        return np.ones(len(frame), dtype=bool)
    name, values = spec.outline
    return np.array([value in values for value in frame[name]], dtype=bool)


def _slivers(places: Places, spec: LayerSpec) -> Iterator[Issue]:
    rows = np.flatnonzero(places.sound)
    parts, owners = shapely.get_parts(places.metric[rows], return_index=True)
    holes, around = _holes(parts)
    shapes, rows = np.concatenate([parts, holes]), rows[np.concatenate([owners, owners[around]])]
    is_hole = np.arange(len(shapes)) >= len(parts)
    area, border = shapely.area(shapes), shapely.length(shapes)
    narrow = np.flatnonzero((area < SLIVER_HA * 10_000) & (2 * area < SLIVER_M * border))
    narrow = narrow[np.argsort(rows[narrow], kind="stable")]
    centres = to_degrees(shapely.point_on_surface(shapes[narrow]))
    for row, centre in zip(narrow, centres, strict=True):
        at, size, width = f"{centre.x:.5f}, {centre.y:.5f}", area[row], 2 * area[row] / border[row]
        what = ("khe", "narrow gap") if is_hole[row] else ("mảnh", "sliver")
        vi = f"{what[0]} rộng trung bình {width:.1f} m, diện tích {size:.0f} m² tại ({at})"
        en = f"{what[1]} with a mean width of {width:.1f} m and an area of {size:.0f} m² at ({at})"
        yield Issue(spec.name, *places.subjects[int(rows[row])], "geometry", "sliver", at, Label(vi, en))


def _holes(parts: Shapes) -> tuple[Shapes, Rows]:
    """The holes of polygons as polygons, and which part each is a hole of."""
    rings, owners = shapely.get_rings(parts, return_index=True)
    inner = np.concatenate([[False], owners[1:] == owners[:-1]])[: len(owners)]  # the outer ring comes first
    return shapely.polygons(rings[inner]), owners[inner]


def _groups(values: list[object], among: Mask) -> list[Rows]:
    """The rows that share a value; rows without one are in no group."""
    rows_of: dict[object, list[int]] = {}
    for row in np.flatnonzero(among):
        if values[row] is not None:
            rows_of.setdefault(values[row], []).append(int(row))
    return [np.array(rows) for rows in rows_of.values() if len(rows) > 1]


def _overlaps(places: Places, spec: LayerSpec, groups: list[Rows]) -> Iterator[Issue]:
    for rows in groups:
        shapes = places.metric[rows]
        for here, there in _touching(shapes):
            shared_ha = shapely.area(shapely.intersection(shapes[here], shapes[there])) / 10_000
            for pair in np.flatnonzero(shared_ha > OVERLAP_HA):
                subject, other = places.subjects[int(rows[here[pair]])], places.subjects[int(rows[there[pair]])].label
                vi = f"chồng lên {other.vi} {shared_ha[pair]:.1f} ha"
                en = f"overlaps {other.en} by {shared_ha[pair]:.1f} ha"
                yield Issue(spec.name, *subject, "geometry", "overlap", other.en, Label(vi, en))


def _touching(shapes: Shapes) -> Iterator[tuple[Rows, Rows]]:
    """Every pair of shapes that meet, once, in order; a few at a time."""
    tree = shapely.STRtree(shapes)
    shapely.prepare(shapes)
    for start in range(0, len(shapes), _ROWS):
        here, there = tree.query(shapes[start : start + _ROWS])  # by their boxes
        here = here + start
        here, there = here[there > here], there[there > here]
        order = np.lexsort((there, here))
        for first in range(0, len(order), _PAIRS):
            some = order[first : first + _PAIRS]
            some = some[shapely.intersects(shapes[here[some]], shapes[there[some]])]
            yield here[some], there[some]


def _numbers(values: list[object], field: Field) -> NDArray[np.float64]:
    """The cells as numbers, not-a-number where there is none or it is below what the field allows."""
    numbers = np.array([_number(value) for value in values], dtype=float)
    numbers[~np.isfinite(numbers) | (numbers < (field.minimum or 0.0))] = np.nan
    return numbers


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def _areas(places: Places, spec: LayerSpec, field: Field, declared: NDArray[np.float64], own: Mask) -> Iterator[Issue]:
    unit = field.unit or "ha"
    # The projection's areas are quick and good to a few thousandths: only what they doubt goes on the ellipsoid.
    apart = np.abs(shapely.area(places.metric) / M2_PER[unit] - declared)
    for row in np.flatnonzero(own & (apart > field.tolerance / 2 * declared)):
        published, drawn = declared[row], abs(GEOD.geometry_area_perimeter(places.shapes[row])[0]) / M2_PER[unit]
        differs = abs(drawn - published)
        if differs > field.tolerance * published and differs * M2_PER[unit] > AREA_HA * 10_000:
            vi = f"công bố {published:.1f} {unit}, đo trên ranh giới {drawn:.1f} {unit}"
            en = f"published as {published:.1f} {unit}, the outline measures {drawn:.1f} {unit}"
            words = Label(vi, en)
            yield Issue(spec.name, *places.subjects[row], field.name, "area_differs", f"{published:g}", words)

"""Places that a table holds a second time in other columns, compared with those that are imported."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.crs import geodesic_distance_m
from geo.ingest.crs.candidates import sample
from geo.ingest.crs.locate import locate
from geo.ingest.files.table import Table
from geo.ingest.places.coordinates import read_coordinates
from geo.ingest.places.notations import Reference
from geo.ingest.places.weights import Candidate
from geo.report import Issue, at_most
from geo.schema import Label
from geo.vn2000.systems import Reading

_SAME_M = 100.0
"""Places nearer to each other may be one place in two systems, or rounded."""


class Comparison(NamedTuple):
    """What the other columns hold, in words, and the rows whose two places differ."""

    notes: list[Label]
    issues: list[Issue]


def compare(
    table: Table, layer: str, shapes: Sequence[BaseGeometry | None], others: Sequence[Candidate],
    province: BaseGeometry, reference: Reference,
) -> Comparison:  # fmt: skip
    """The places in the columns of `others` beside `shapes`, the imported points in STORE_CRS, row by row.

    The other places are read in the system that puts most of them into the province.
    """
    comparison = Comparison([], [])
    for other in others:
        coordinates = read_coordinates(table.columns, other.columns, reference=reference)
        reading = locate(coordinates.crs, sample(coordinates.shapes), province).reading
        if reading is not None:
            names = " | ".join(other.columns.names)
            distances = dict(_distances(shapes, coordinates.shapes, reading))
            comparison.notes.append(_note(names, max(distances.values(), default=0.0)))
            issues = (
                _issue(layer, table.row_numbers[row], names, distance)
                for row, distance in distances.items()
                if distance > _SAME_M
            )
            comparison.issues.extend(at_most(issues))
    return comparison


def _distances(
    shapes: Sequence[BaseGeometry | None], places: Sequence[BaseGeometry | None], reading: Reading
) -> Iterator[tuple[int, float]]:
    """Row and distance in metres of its two points, where it has both; `places` are in the system of `reading`."""
    for row, (shape, place) in enumerate(zip(shapes, places, strict=True)):
        if isinstance(shape, Point) and isinstance(place, Point):
            lng, lat = reading.to_lnglat(place.x, place.y)
            if np.isfinite((lng[0], lat[0])).all():
                yield row, geodesic_distance_m(shape.x, shape.y, float(lng[0]), float(lat[0]))


def _note(names: str, farthest_m: float) -> Label:
    metres = f"{farthest_m:.1f}"
    return Label(
        f"Cột {names} cũng ghi vị trí, không dùng: lệch nhiều nhất {metres.replace('.', ',')} m.",
        f"Columns {names} give the location too and are not used: they differ by at most {metres} m.",
    )


def _issue(layer: str, row: int, names: str, distance_m: float) -> Issue:
    vi = f"vị trí ở cột {names} cách vị trí được nhập {distance_m:.0f} m"
    en = f"the place in columns {names} is {distance_m:.0f} m from the imported one"
    return Issue.of(layer, "places_differ", vi, en, row=row, field="geometry", value=f"{distance_m:.0f}")

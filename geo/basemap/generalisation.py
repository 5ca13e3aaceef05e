"""Areas simplified for a scale: no outline moves further than a tolerance, and shared borders stay shared."""

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

Shapes: TypeAlias = NDArray[np.object_]
Indexes: TypeAlias = NDArray[np.int64]

_ATTEMPTS = 6
"""How often a tolerance is halved before the areas of a group are left as they are."""


def simplify_areas(areas: Shapes, tolerance: float) -> Shapes:
    """The areas with fewer vertices, no vertex further than `tolerance` from the new outline, in their units.

    Areas that touch are simplified together, so that a border between two of them stays one line. Areas that overlap
    have no border in common, and are simplified each by itself.

    >>> west = shapely.Polygon([(0, 0), (9, 0), (10, 5), (9, 10), (0, 10)])
    >>> east = shapely.Polygon([(9, 0), (10, 5), (9, 10), (20, 10), (20, 0)])
    >>> [area.wkt for area in simplify_areas(np.array([west, east]), 3.0)]
    ['POLYGON ((9 0, 9 10, 0 10, 0 0, 9 0))', 'POLYGON ((9 0, 9 10, 20 10, 20 0, 9 0))']
    """
    simplified = areas.copy()
    for group in _groups(areas):
        is_coverage = len(group) > 1 and shapely.coverage_is_valid(areas[group])
        for members in [group] if is_coverage else group[:, None]:
            simplified[members] = _within_tolerance(areas[members], tolerance)
    return simplified


def _within_tolerance(areas: Shapes, tolerance: float) -> Shapes:
    """The areas of a group, simplified as far as no vertex lies further than `tolerance` from the new outline.

    `coverage_simplify` takes the square root of an area as its tolerance (Visvalingam-Whyatt): it may cut off a long
    and narrow corner, so the distance is measured, and a smaller tolerance tried where it is too large.
    """
    outlines, root = shapely.boundary(areas), tolerance
    for _ in range(_ATTEMPTS):
        simplified: Shapes = np.asarray(shapely.coverage_simplify(areas, root), dtype=object)
        if _largest_distance(outlines, shapely.boundary(simplified)) <= tolerance:
            return simplified
        root /= 2
    return areas


def _largest_distance(outlines: Shapes, simplified: Shapes) -> float:
    """The distance of the vertex that lies furthest from the outline that replaces its own."""
    shapely.prepare(simplified)
    vertices, owners = shapely.get_coordinates(outlines, return_index=True)
    return float(shapely.distance(simplified[owners], shapely.points(vertices)).max())


def _groups(areas: Shapes) -> list[Indexes]:
    """The indexes of the areas that touch each other, directly or through others."""
    if not len(areas):
        return []
    first, second = STRtree(areas).query(areas, predicate="intersects")
    labels = np.arange(len(areas))
    while True:  # each area takes the smallest label of those that it touches, until none changes
        smallest = labels.copy()
        np.minimum.at(smallest, first, labels[second])
        smallest = smallest[smallest]
        if (smallest == labels).all():
            break
        labels = smallest
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)

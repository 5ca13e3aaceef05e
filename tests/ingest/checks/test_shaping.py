"""Lines: foreign shapes made to fit a layer of lines, repaired, and compared."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ingest.checks.mend import mend
from geo.ingest.checks.shaping import shape_up
from geo.ocop.layers import LAYERS
from geo.store.diff import compare
from tests.frames import frame
from tests.worlds import records

LINES = replace(LAYERS["zones"], geometry="MultiLineString")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("LINESTRING (0 0, 1 1)", "LINESTRING (0 0, 1 1)"),
        ("MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))", "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"),
        ("GEOMETRYCOLLECTION (POINT (5 5), LINESTRING (0 0, 1 1))", "MULTILINESTRING ((0 0, 1 1))"),
        ("LINEARRING (0 0, 1 1, 1 0, 0 0)", "MULTILINESTRING ((0 0, 1 1, 1 0, 0 0))"),
        ("POINT (5 5)", None),
        ("POLYGON ((0 0, 1 1, 1 0, 0 0))", None),
        ("LINESTRING EMPTY", None),
    ],
)
def test_a_shape_for_a_layer_of_lines(given: str, expected: str | None) -> None:
    (shape,), _, issues = shape_up(np.array([shapely.from_wkt(given)], dtype=object), LINES, ["row"])
    assert (shape is None and len(issues) == 1) if expected is None else shape.equals_exact(shapely.from_wkt(expected))


@pytest.mark.parametrize(
    ("given", "expected", "listed"),
    [
        (shapely.LineString([(0, 0), (1, 1)]), "MULTILINESTRING ((0 0, 1 1))", 0),
        (shapely.LineString([(0, 0, 5), (1, 1, 7)]), "MULTILINESTRING ((0 0, 1 1))", 1),
        (shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (2, 2)]]), "MULTILINESTRING ((0 0, 1 1))", 1),
    ],
)
def test_a_line_is_mended_to_one_of_several_parts(given: BaseGeometry, expected: str, listed: int) -> None:
    rows, changes = mend(frame("zones", *records("zones", at=given)), LINES)
    assert rows.geometry[0].equals_exact(shapely.from_wkt(expected)) and len(changes) == listed


def test_a_line_that_moved_has_a_distance_and_no_area() -> None:
    before, after = (
        frame("zones", *records("zones", at=shapely.MultiLineString([[(103.1, lat), (103.2, lat)]])))
        for lat in (21.1, 21.11)
    )
    (one,) = compare(LINES, before, after)
    assert one.moved_m == pytest.approx(1_107, rel=0.01) and one.area_ha is None

"""Foreign shapes as the layer's kind of geometry: outlines drawn as lines, and layers of lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from geo.ingest.checks.mend import mend
from geo.ingest.checks.shaping import shape_up
from geo.ocop.layers import LAYERS
from geo.report import Issue
from tests.frames import compare, frame
from tests.ingest.cases import case, new_records, staged
from tests.worlds import records

LINES = replace(LAYERS["zones"], geometry="MultiLineString")
SQUARE = [(500_000.0, 2_370_000.0), (501_000.0, 2_370_000.0), (501_000.0, 2_371_000.0), (500_000.0, 2_371_000.0)]


def shaped(line: LineString | MultiLineString) -> tuple[object, list[Issue], list[str]]:
    shapes = np.array([line, None], dtype=object)[:1]
    made, changes, issues = shape_up(shapes, LAYERS["zones"], [1])
    return made[0], issues, [change.rule.en for change in changes]


def test_a_drawing_that_ends_two_centimetres_from_its_start_is_an_outline(tmp_path: Path) -> None:
    result = staged(case(tmp_path, "dxf_almost_closed.dxf"), "zones")
    found = [issue for issue in result.report.issues if issue.kind in {"invalid_geometry", "wrong_shape"}]
    assert [issue.message.vi for issue in found] == ["hai đầu đường cách nhau 0,02 m: đã nối lại"]
    assert not result.report.fatal and new_records(result).geometry.notna().all()


@pytest.mark.parametrize(
    ("end", "gap"),
    [((500_000.0, 2_370_000.5), "0.50"), ((500_000.0, 2_370_025.0), "25.00"), ((500_400.0, 2_370_000.0), "400")],
)
def test_the_gap_of_an_open_line_is_said_in_metres(end: tuple[float, float], gap: str) -> None:
    made, issues, rules = shaped(LineString([*SQUARE, end]))
    assert f"{gap} m apart" in issues[0].message.en and f"{gap.replace('.', ',')} m" in issues[0].message.vi
    joined = gap == "0.50"
    assert isinstance(made, MultiPolygon) is joined and bool(rules) is joined
    assert issues[0].kind == ("invalid_geometry" if joined else "wrong_shape")


def test_degrees_are_measured_on_the_ellipsoid() -> None:
    _, issues, _ = shaped(LineString([(103.0, 21.0), (103.1, 21.0), (103.1, 21.1), (103.0, 21.001)]))
    assert "111 m apart" in issues[0].message.en


def test_each_part_must_be_nearly_closed() -> None:
    near, far = [*SQUARE, (500_000.0, 2_370_000.1)], [*SQUARE, (500_000.0, 2_370_100.0)]
    assert isinstance(shaped(MultiLineString([near, near]))[0], MultiPolygon)
    assert shaped(MultiLineString([near, far]))[0] is None


def test_a_closed_line_is_an_outline_without_a_finding() -> None:
    made, issues, rules = shaped(LineString([*SQUARE, SQUARE[0]]))
    assert isinstance(made, MultiPolygon) and issues == [] and rules == ["closed line taken as a polygon"]


def test_a_line_is_no_point() -> None:
    shapes = np.array([LineString([(0, 0), (1, 1)]), Point(1, 2)], dtype=object)
    made, _, issues = shape_up(shapes, LAYERS["sites"], [1, 2])
    assert made[0] is None and [issue.message.en for issue in issues] == [
        "the geometry is a LineString, expected a Point"
    ]


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
    (shape,), _, issues = shape_up(np.array([shapely.from_wkt(given)], dtype=object), LINES, [1])
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

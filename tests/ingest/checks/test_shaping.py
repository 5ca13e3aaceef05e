"""Foreign shapes as the layer's kind: lines that were meant to be closed, and how far the others are from it."""

from pathlib import Path

import numpy as np
import pytest
from shapely import LineString, MultiLineString, MultiPolygon, Point

from geo.ingest.checks.shaping import shape_up
from geo.ocop.layers import LAYERS
from geo.report import Issue
from tests.ingest.cases import case, new_records, staged

SQUARE = [(500_000.0, 2_370_000.0), (501_000.0, 2_370_000.0), (501_000.0, 2_371_000.0), (500_000.0, 2_371_000.0)]


def shaped(line: LineString | MultiLineString) -> tuple[object, list[Issue], list[str]]:
    shapes = np.array([line, None], dtype=object)[:1]
    made, changes, issues = shape_up(shapes, LAYERS["zones"], ["row 1"])
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
    made, _, issues = shape_up(shapes, LAYERS["sites"], ["row 1", "row 2"])
    assert made[0] is None and [issue.message.en for issue in issues] == [
        "the geometry is a LineString, expected a Point"
    ]

"""Areas simplified for a scale: how far an outline moves, and that shared borders stay shared."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from geo.basemap.bands import BANDS, Band, generalise, to_units
from geo.basemap.declaration import BASE_LAYERS
from geo.basemap.generalisation import simplify_areas


def mosaic(seed: int, side: int = 6) -> np.ndarray:
    """A coverage of irregular areas: the cells of random points, their borders made crooked and shared exactly."""
    random = np.random.default_rng(seed)
    points = shapely.multipoints(random.uniform(0, 1_000, (side * side, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 1_000, 1_000)))
    dense = shapely.segmentize(shapely.intersection(cells, shapely.box(0, 0, 1_000, 1_000)), 10.0)

    def crooked(xy: np.ndarray) -> np.ndarray:
        return np.round(xy + 4 * np.column_stack([np.sin(xy[:, 1] / 7), np.cos(xy[:, 0] / 9)]), 3)

    return np.asarray(shapely.transform(dense, crooked), dtype=object)


def moved(before: np.ndarray, after: np.ndarray) -> float:
    """The furthest that a vertex lies from the outline that replaces it."""
    return float(shapely.hausdorff_distance(shapely.boundary(before), shapely.boundary(after)).max())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), tolerance=st.sampled_from([1.0, 5.0, 20.0]))
def test_a_coverage_stays_one_and_no_vertex_moves_further_than_the_tolerance(seed: int, tolerance: float) -> None:
    areas = mosaic(seed)
    assert shapely.coverage_is_valid(areas)
    simplified = simplify_areas(areas, tolerance)
    assert shapely.coverage_is_valid(simplified)
    assert moved(areas, simplified) <= tolerance
    assert shapely.is_valid(simplified).all()


def test_vertices_become_fewer() -> None:
    areas = mosaic(1)
    assert shapely.get_num_coordinates(simplify_areas(areas, 20.0)).sum() < shapely.get_num_coordinates(areas).sum() / 2


def test_a_narrow_corner_is_not_cut_off_further_than_the_tolerance() -> None:
    """Its area is small, which is all that the simplification of coverages looks at."""
    spike = Polygon([(0, 0), (100, 0), (100, 49), (150, 50), (100, 51), (100, 100), (0, 100)])
    areas = np.array([spike], dtype=object)
    assert moved(areas, np.asarray(shapely.coverage_simplify(areas, 10.0), dtype=object)) > 10
    assert moved(areas, simplify_areas(areas, 10.0)) <= 10


def test_areas_that_overlap_are_simplified_each_by_itself() -> None:
    circles = shapely.buffer(shapely.points([[0, 0], [60, 0], [500, 0]]), 50.0, quad_segs=64)
    simplified = simplify_areas(circles, 5.0)
    assert moved(circles, simplified) <= 5
    assert (shapely.get_num_coordinates(simplified) < 60).all()
    assert shapely.area(simplified) == pytest.approx(math.pi * 50**2, rel=0.1)


def test_no_areas_and_a_single_triangle_stay_as_they_are() -> None:
    triangle = np.array([Polygon([(0, 0), (1, 0), (0, 1)])], dtype=object)
    assert len(simplify_areas(triangle[:0], 5.0)) == 0
    assert simplify_areas(triangle, 50.0)[0].equals(triangle[0])


@pytest.mark.parametrize("band", BANDS[1:], ids=lambda band: str(band.zoom))
def test_land_cover_of_a_ground_has_no_gaps_and_moves_no_further_than_the_tolerance_of_its_band(band: Band) -> None:
    """Borders are simplified by at most two units, and then rounded to the grid of the band: another 0.7 units."""
    areas = shapely.transform(mosaic(5), lambda xy: np.array([103.0, 21.3]) + xy * 0.0002)
    frame = gpd.GeoDataFrame({"kind": ["forest"] * len(areas), "min_zoom": np.nan, "rank": np.nan, "height_m": np.nan})
    frame = frame.assign(**dict.fromkeys(("name", "name_en", "ref"))).set_geometry(list(areas), crs=4326)
    drawn = np.asarray(generalise(frame, BASE_LAYERS["land"], band).geometry.array, dtype=object)
    assert len(drawn) == len(areas)
    assert shapely.coverage_is_valid(drawn)
    assert moved(to_units(areas, band), drawn) <= 2.0 + math.sqrt(0.5)

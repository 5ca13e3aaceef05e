"""Links and hectares anywhere in Viet Nam equal those of brute force with geodesics on the ellipsoid (pyproj.Geod)."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import MultiLineString, MultiPolygon, Point

from geo.crs import GEOD, geodesic_areas_m2, geodesic_distance_m, geodesic_lengths_m, transformer
from geo.link import Pair, link_all
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.ocop.links import LINKS, NEAR_SITES_M
from geo.schema import Label, LinkSpec, Near, NearestOfKind, Overlap, Precision, Within
from tests.frames import frame

WORDS = Label("", "")
MIDDLES = (102.2, 105.0, 107.3, 109.2)
"""Longitudes from the western tip of the country to its islands in the east."""


def at(lng: float) -> st.SearchStrategy[Point]:
    """Places around a longitude, at any latitude of the country."""
    return st.tuples(st.floats(lng - 0.3, lng + 0.3), st.floats(8.5, 23.4)).map(lambda xy: Point(*xy))


def crowd(lng: float) -> st.SearchStrategy[list[Point]]:
    """Places around one centre, so that many of them are near each other."""
    near = st.tuples(st.floats(0, 360), st.floats(0, 60_000))
    return st.tuples(at(lng), st.lists(near, min_size=1, max_size=12)).map(
        lambda both: [moved(both[0], *one) for one in both[1]]
    )


def moved(place: Point, azimuth: float, metres: float) -> Point:
    lng, lat, _ = GEOD.fwd(place.x, place.y, azimuth, metres)
    return Point(lng, lat)


def metres(one: Point, other: Point) -> float:
    return geodesic_distance_m(one.x, one.y, other.x, other.y)


def points(layer: str, places: list[Point], **fields: list[str]) -> gpd.GeoDataFrame:
    key = LAYERS[layer].key
    rows = [
        {
            key: f"{row:03}",
            "name": "x",
            "precision": "exact",
            "at": place,
            **{name: of[row] for name, of in fields.items()},
        }
        for row, place in enumerate(places)
    ]
    return frame(layer, *rows)


def polygons(layer: str, shapes: list[MultiPolygon]) -> gpd.GeoDataFrame:
    key = LAYERS[layer].key
    return frame(layer, *({key: f"{row:03}", "name": "x", "at": shape} for row, shape in enumerate(shapes)))


def ends(pairs: list[Pair]) -> set[tuple[int, int]]:
    return {(int(pair.source_id), int(pair.target_id)) for pair in pairs}


@pytest.mark.parametrize("lng", [103.02, *MIDDLES])
@pytest.mark.parametrize(("apart_m", "is_linked"), [(9_990, True), (9_999.99, True), (10_000.01, False)])
@pytest.mark.parametrize("azimuth", [0, 90])
def test_ten_kilometres_are_ten_kilometres_everywhere(
    lng: float, apart_m: float, is_linked: bool, azimuth: float
) -> None:
    spec = next(link for link in LINKS if link.name == "village_near_site")
    assert isinstance(spec, Near)
    assert spec.distance_m == NEAR_SITES_M
    village = Point(lng, 21.0)
    frames = {"villages": points("villages", [village]), "sites": points("sites", [moved(village, azimuth, apart_m)])}
    assert ends(link_all(frames, [spec])) == ({(0, 0)} if is_linked else set())


@pytest.mark.parametrize("lng", MIDDLES)
@given(data=st.data(), distance_m=st.sampled_from([1_000.0, 10_000.0, 60_000.0]))
def test_near_equals_measuring_every_pair(lng: float, data: st.DataObject, distance_m: float) -> None:
    here = data.draw(crowd(lng))
    # Some places lie a centimetre on either side of the distance.
    beside = st.tuples(st.sampled_from(here), st.floats(0, 360), st.sampled_from([-0.01, 0.01]))
    there = data.draw(crowd(lng)) + [
        moved(place, azimuth, distance_m + by) for place, azimuth, by in data.draw(st.lists(beside, max_size=6))
    ]
    frames = {"villages": points("villages", here), "sites": points("sites", there)}
    pairs = link_all(frames, [Near("n", "villages", "sites", distance_m, WORDS, WORDS)])
    near = {(i, j): metres(a, b) for i, a in enumerate(here) for j, b in enumerate(there)}
    assert ends(pairs) == {ids for ids, apart in near.items() if apart <= distance_m}
    for source in {pair.source_id for pair in pairs}:
        of_source = [pair for pair in pairs if pair.source_id == source]
        assert [pair.rank for pair in of_source] == list(range(1, len(of_source) + 1))
        assert of_source == sorted(of_source, key=lambda pair: (pair.distance_m, pair.target_id))
    for pair in pairs:
        assert pair.distance_m == near[int(pair.source_id), int(pair.target_id)]


@pytest.mark.parametrize("lng", MIDDLES)
@given(data=st.data())
def test_a_layer_is_near_itself_but_no_record_is(lng: float, data: st.DataObject) -> None:
    sites = data.draw(crowd(lng))
    pairs = link_all({"sites": points("sites", sites)}, [Near("n", "sites", "sites", 10_000.0, WORDS, WORDS)])
    assert ends(pairs) == {
        (i, j) for i, a in enumerate(sites) for j, b in enumerate(sites) if i != j and metres(a, b) <= 10_000
    }


@pytest.mark.parametrize("lng", MIDDLES)
@given(data=st.data())
def test_the_nearest_of_each_kind_is_the_nearest_on_the_ellipsoid(lng: float, data: st.DataObject) -> None:
    here = data.draw(crowd(lng))
    # Two places equally far to the west and to the east: on the map, the eastern one seems farther.
    pair = data.draw(st.floats(1_000, 300_000))
    there = [*data.draw(crowd(lng)), moved(here[0], 270, pair), moved(here[0], 90, pair - 0.01)]
    kinds = data.draw(st.lists(st.sampled_from(["historic", "scenic"]), min_size=len(there), max_size=len(there)))
    frames = {"villages": points("villages", here), "sites": points("sites", there, kind=kinds)}
    pairs = link_all(frames, [NearestOfKind("n", "villages", "sites", "kind", WORDS, WORDS)])
    expected = {
        (i, min((metres(place, there[j]), j) for j, other in enumerate(kinds) if other == kind)[1])
        for i, place in enumerate(here)
        for kind in set(kinds)
    }
    assert ends(pairs) == expected


@pytest.mark.parametrize("lng", MIDDLES)
@given(data=st.data(), side=st.floats(0.01, 0.3))
def test_hectares_in_common_are_geodesic(lng: float, data: st.DataObject, side: float) -> None:
    shapes = [star(data, place, side) for place in data.draw(st.lists(at(lng), min_size=2, max_size=4))]
    # One in the first, so that shapes without a common border are tried too, and one with a hole.
    shapes += [MultiPolygon([shapely.affinity.scale(shapes[0].geoms[0], 0.4, 0.4)]), ring(shapes[1])]
    assume(all(shape.is_valid for shape in shapes))
    frames = {"zones": polygons("zones", shapes), "communes": polygons("communes", shapes[::-1])}
    spec: LinkSpec = Overlap("o", "zones", "communes", WORDS, WORDS)
    pairs = {(int(pair.source_id), int(pair.target_id)): pair for pair in link_all(frames, [spec])}
    for i, here in enumerate(shapes):
        for j, there in enumerate(shapes[::-1]):
            common, whole = area_ha(shapely.intersection(here, there)), area_ha(here)
            if common < 0.0099 * whole:
                assert (i, j) not in pairs
            elif common > 0.0101 * whole:
                # pyproj itself is good to a tenth of a square centimetre for each edge.
                assert pairs[i, j].area_ha == pytest.approx(common, rel=1e-9, abs=1e-7)
                assert pairs[i, j].share == pytest.approx(common / whole, rel=1e-9, abs=1e-7 / whole)


def star(data: st.DataObject, middle: Point, side: float) -> MultiPolygon:
    """A polygon around a place, whose corners lie in the order of their directions."""
    far = np.array(data.draw(st.lists(st.floats(0.3, 1.0), min_size=3, max_size=12))) * side
    turn = np.linspace(0, 2 * np.pi, len(far), endpoint=False)
    return MultiPolygon(
        [shapely.Polygon(np.column_stack([middle.x + far * np.cos(turn), middle.y + far * np.sin(turn)]))]
    )


def ring(shape: MultiPolygon) -> MultiPolygon:
    inner = shapely.affinity.scale(shape.geoms[0], 0.5, 0.5).exterior
    return MultiPolygon([shapely.Polygon(shape.geoms[0].exterior, [inner.coords[::-1]])])


def area_ha(shape: shapely.Geometry) -> float:
    """The area by pyproj, which subtracts holes that run opposite to the outer ring."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    oriented = [shapely.orient_polygons(part, exterior_cw=False) for part in parts]
    return float(sum(GEOD.geometry_area_perimeter(part)[0] for part in oriented)) / 10_000


@pytest.mark.parametrize("side", [0.3, 0.004])  # degrees: edges too long for the series, and short ones
@pytest.mark.parametrize("lng", MIDDLES)
@given(data=st.data())
def test_areas_and_lengths_are_those_of_pyproj(lng: float, side: float, data: st.DataObject) -> None:
    shape = star(data, data.draw(at(lng)), side)
    shapes = [MultiPolygon([*shape.geoms, *ring(shape).geoms]), None, ring(shape), shape]
    of_shapes = [0.0 if one is None else area_ha(one) for one in shapes]
    assert geodesic_areas_m2(np.array(shapes, dtype=object)) / 10_000 == pytest.approx(of_shapes, rel=1e-9, abs=1e-7)
    lines = [MultiLineString([part.exterior for part in shape.geoms]), None, shape.geoms[0].exterior]
    lengths = [0.0 if one is None else GEOD.geometry_length(one) for one in lines]
    assert geodesic_lengths_m(np.array(lines, dtype=object)) == pytest.approx(lengths, rel=1e-9)


@pytest.mark.parametrize("lng", MIDDLES)
@given(data=st.data(), precision=st.sampled_from([one for one in PRECISIONS if one.key != "district"]))
def test_a_place_is_certainly_inside_if_its_circle_is(lng: float, data: st.DataObject, precision: Precision) -> None:
    shape = shapely.segmentize(star(data, data.draw(at(lng)), 0.3), 0.01)
    share, azimuth = data.draw(st.floats(0, 1)), data.draw(st.floats(0, 360))
    radius_m = precision.uncertainty_m
    on_border = shape.boundary.interpolate(share, normalized=True)
    place = moved(on_border, azimuth, radius_m * data.draw(st.floats(0.5, 1.5)))
    border_m = metres_to(shape, place)
    assume(shape.contains(place) and abs(border_m - radius_m) > 0.002 * radius_m)
    zones = frame("zones", {"zone_id": "0", "name": "x", "extent_kind": "surveyed", "at": shape})
    producers = points("producers", [place], precision=[precision.key])
    (pair,) = link_all(
        {"producers": producers, "zones": zones}, [Within("w", "producers", "zones", WORDS, WORDS, each="any")]
    )
    assert pair.certain == (border_m >= radius_m)


def metres_to(shape: MultiPolygon, place: Point) -> float:
    """Metres from a place to the border of a shape: in the azimuthal equidistant projection these are geodesic."""
    equidistant = transformer("OGC:CRS84", f"+proj=aeqd +lat_0={place.y} +lon_0={place.x} +datum=WGS84")
    around = shapely.transform(shape, lambda xy: np.column_stack(equidistant.transform(xy[:, 0], xy[:, 1])))
    return float(around.boundary.distance(Point(0, 0)))

"""Vector tiles keep to the letter of the Mapbox Vector Tile specification, whatever they hold."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from shapely import Point

from geo.atlas import Atlas, Query
from geo.ocop.layers import LAYERS
from geo.views.tiles import mvt, zoom_layers
from geo.views.tiles.mvt import EXTENT
from geo.views.tiles.tile import TOGETHER, tile_at
from tests.ogc.requirement import requirement
from tests.views.hostile import IMG, SCRIPT, hostile_atlas
from tests.views.tile_geometry import decode, encode, make


def raw(body: bytes) -> Any:
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(body)
    return tile


def rings_of(feature: Any) -> Iterator[list[tuple[int, int]]]:
    """The rings of a polygon feature, decoded from its commands as the specification says."""
    numbers, cursor, ring = iter(feature.geometry), (0, 0), []  # type: ignore[var-annotated]
    for command in numbers:
        kind, count = command & 7, command >> 3
        if kind == 7:
            assert count == 1
            yield ring
            ring = []
            continue
        assert kind == (2 if ring else 1) and (count == 1 or kind == 2) and count > 0
        for _ in range(count):
            step = [(n >> 1) ^ -(n & 1) for n in (next(numbers), next(numbers))]
            assert kind == 1 or step != [0, 0]
            cursor = (cursor[0] + step[0], cursor[1] + step[1])
            ring.append(cursor)
    assert not ring


def area_of(ring: list[tuple[int, int]]) -> float:
    """The signed area by the surveyor's formula."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]])) / 2


@requirement("tiles/mvt/content")
@pytest.mark.parametrize("zoom", [5, 9, 12])
def test_tiles_keep_to_the_letter_of_the_specification(real_atlas: Atlas, zoom: int) -> None:
    tile = raw(make(real_atlas, TOGETHER, tile_at(103.02, 21.39, zoom)).body)
    assert len({layer.name for layer in tile.layers}) == len(tile.layers) > 3
    for layer in tile.layers:
        assert (layer.version, layer.extent) == (2, EXTENT)
        assert len(set(layer.keys)) == len(layer.keys)
        values = [value.SerializeToString() for value in layer.values]
        assert len(set(values)) == len(values)
        assert len({f.id for f in layer.features}) == len(layer.features) > 0
        for feature in layer.features:
            assert len(feature.tags) % 2 == 0 and len(set(feature.tags[::2])) == len(feature.tags) / 2
            if feature.type == vector_tile_pb2.tile.Polygon:
                areas = [area_of(ring) for ring in rings_of(feature)]
                assert areas[0] > 0 and 0 not in areas
            else:
                assert feature.geometry[0] == 9 and len(feature.geometry) == 3


def test_a_hole_is_wound_against_its_polygon_and_follows_it(tmp_path: Path) -> None:
    with hostile_atlas(tmp_path) as atlas:
        (layer,) = raw(make(atlas, ["zones"], tile_at(103.1, 21.1, 8)).body).layers
    (feature,) = layer.features
    assert [area_of(ring) > 0 for ring in rings_of(feature)] == [True, False, True]


def test_properties_are_the_record_but_for_long_texts(tmp_path: Path) -> None:
    with hostile_atlas(tmp_path) as atlas:
        features = decode(make(atlas, ["products"], tile_at(103.2, 21.1, 9)).body, "products")
        records = {record.id: record for record in atlas.find(Query("products")).records}
    assert {p["title"] for _, p in features.values()} >= {IMG, SCRIPT}
    for _, properties in features.values():
        record = records[properties["id"]]
        values = {f.name: record.properties[f.name] for f in LAYERS["products"].fields if f.kind != "longtext"}
        filled_values = {name: value for name, value in values.items() if value is not None}
        assert properties == {"id": record.id, "title": record.title, **filled_values}
    assert any(field.kind == "longtext" for field in LAYERS["products"].fields)


VALUES = st.none() | st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)


@given(st.lists(st.tuples(st.integers(-64, 4160), st.integers(-64, 4160), VALUES, VALUES), min_size=1, max_size=20))
@example([(0, 0, 1, 1.0), (1, 1, 2.0, 2)])
def test_any_points_and_values_are_read_back_as_they_were(rows: list[tuple[int, int, Any, Any]]) -> None:
    shapes = np.array([Point(x, y) for x, y, _, _ in rows], dtype=object)
    columns = {"một": [row[2] for row in rows], "hai": [row[3] for row in rows]}
    features = decode(encode("lớp", mvt.POINT, shapes, list(range(1, len(rows) + 1)), columns), "lớp")
    for number, (x, y, first, second) in enumerate(rows, start=1):
        shape, properties = features[number]
        expected = {k: v for k, v in (("một", first), ("hai", second)) if v is not None}
        assert (shape.x, shape.y, properties) == (x, y, expected)
        assert {k: type(v) for k, v in properties.items()} == {k: type(v) for k, v in expected.items()}


# A position in a tile is the difference of two positions in the world, which is 2**28 units wide at zoom 16: doubles of
# that size lie 2**-25 apart. Subnormal floats (1e-310) cannot come of coordinates, and GEOS loses such rings.
POSITIONS = st.integers(-200 << 25, 4300 << 25).map(lambda number: number / (1 << 25))


@given(st.lists(st.lists(st.tuples(POSITIONS, POSITIONS), min_size=3, max_size=12), min_size=1, max_size=8))
def test_any_rings_become_valid_polygons_of_nearly_the_same_area(rings: list[list[tuple[float, float]]]) -> None:
    valid = shapely.make_valid(shapely.polygons([shapely.linearrings(ring) for ring in rings]), method="structure")
    on_grid = zoom_layers._on_grid(mvt.POLYGON, np.asarray(valid, dtype=object))
    nonempty = np.flatnonzero(~shapely.is_empty(on_grid))
    again = mvt.shapes_of(mvt.paths_of(mvt.POLYGON, on_grid[nonempty]))
    assert shapely.equals(again, on_grid[nonempty]).all()
    features = decode(
        encode("a", mvt.POLYGON, on_grid[nonempty], [int(k) for k in nonempty], {"one": [1] * len(nonempty)}), "a"
    )
    assert sorted(features) == nonempty.tolist()
    for number, (shape, _) in features.items():
        assert shape.is_valid and shape.equals(on_grid[number])
        assert abs(shape.area - valid[number].area) <= valid[number].length + 1

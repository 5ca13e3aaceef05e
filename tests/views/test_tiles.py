"""Vector tiles, read with independent decoders and compared with the geometry of the atlas."""

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path
from weakref import ref

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from geo.atlas import Atlas, Query
from geo.errors import NotFound
from geo.ocop.layers import LAYERS
from geo.views.tiles import mvt, tile
from geo.views.tiles.mvt import EXTENT
from geo.views.tiles.tile import BUFFER, MAX_FEATURES, TOGETHER, Address, tile_at
from geo.views.tiles.zoom_layers import MAX_ZOOM, PreparedLayers
from tests.frames import frame
from tests.ogc.requirement import requirement
from tests.views.tile_geometry import (
    around,
    decode,
    frame_of,
    make,
    make_atlas,
    mercator,
    metres_of,
    pixel_m,
    shapes_of,
)

LAYERS_WITH_GEOMETRY = tuple(name for name, spec in LAYERS.items() if spec.geometry)
AREAS = tuple(name for name in LAYERS_WITH_GEOMETRY if LAYERS[name].geometry == "MultiPolygon")


# --- every feature, in its place ---------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS_WITH_GEOMETRY)
def test_every_placed_record_is_in_a_tile_of_zoom_14(real_atlas: Atlas, layer: str) -> None:
    records = real_atlas.find(Query(layer, place="placed")).records
    addresses = {tile_at(r.lng, r.lat, 14) for r in records if r.lng is not None and r.lat is not None}
    ids = {p["id"] for at in addresses for _, p in decode(make(real_atlas, [layer], at).body, layer).values()}
    assert ids >= {r.id for r in records}


@pytest.mark.parametrize("zoom", [0, 5, 8, 10, 11])
@pytest.mark.parametrize("layer", AREAS)
def test_polygons_lie_within_a_pixel_of_the_atlas(real_atlas: Atlas, layer: str, zoom: int) -> None:
    truth = shapes_of(real_atlas, layer)
    for at in around(real_atlas, zoom)[:16]:
        window = frame_of(at, BUFFER)
        for geometry, properties in decode(make(real_atlas, [layer], at).body, layer).values():
            outline = truth[properties["id"]]
            assert geometry.is_valid
            # Each vertex is near the true outline or the edge of the tile, and the interiors agree.
            real = metres_of(geometry, at)
            assert shapely.difference(real, outline.buffer(1.5 * pixel_m(zoom))).area == pytest.approx(0, abs=1e-3)
            deep = outline.buffer(-2 * pixel_m(zoom)).intersection(window.buffer(-pixel_m(zoom)))
            assert shapely.difference(deep, real).area <= 0.002 * max(deep.area, pixel_m(zoom) ** 2)


@requirement("tiles/mvt/content")
@pytest.mark.parametrize("zoom", [3, 9, 16])
def test_points_lie_within_half_a_unit_of_the_atlas(real_atlas: Atlas, zoom: int) -> None:
    unit = pixel_m(zoom) / 16
    for layer in ("products", "old_communes"):
        truth = shapes_of(real_atlas, layer)
        for record in real_atlas.find(Query(layer, place="placed")).records[::9]:
            at = tile_at(record.lng or 0, record.lat or 0, zoom)
            for geometry, properties in decode(make(real_atlas, [layer], at).body, layer).values():
                assert metres_of(geometry, at).distance(truth[properties["id"]]) <= 0.75 * unit


@pytest.mark.parametrize("layer", ["communes", "districts", "zones", "outlines_2009"])
def test_nothing_is_lost_between_neighbours(real_atlas: Atlas, layer: str) -> None:
    truth, parts, share = shapes_of(real_atlas, layer), {}, {}  # type: ignore[var-annotated]
    for at in around(real_atlas, 9):
        for geometry, properties in decode(make(real_atlas, [layer], at).body, layer).values():
            parts.setdefault(properties["id"], set()).add(at)
            inner = metres_of(geometry, at).intersection(frame_of(at))
            share[properties["id"]] = share.get(properties["id"], 0.0) + inner.area
    for key, outline in truth.items():
        # The polygon is in each tile that it intersects, and its parts cover all of it.
        tiles = {at for at in around(real_atlas, 9) if outline.buffer(-pixel_m(9)).intersects(frame_of(at))}
        assert parts[key] >= tiles
        assert share[key] == pytest.approx(outline.area, rel=0.02, abs=outline.length * pixel_m(9) / 4)
    assert sum(share.values()) == pytest.approx(sum(o.area for o in truth.values()), rel=0.002)


def test_a_polygon_across_an_edge_is_in_both_tiles_and_drawn_into_the_buffer(tmp_path: Path) -> None:
    edge = 402 * 360 / 512 - 180  # the west side of column 402 at zoom 9
    zone = {"zone_id": "Z1", "name": "x", "crop": "honey", "extent_kind": "surveyed", "source_ids": "S1"}
    across = frame("zones", {**zone, "at": MultiPolygon([box(edge - 0.1, 21.4, edge + 0.1, 21.5)])})
    with make_atlas(tmp_path / "a", zones=across) as atlas:
        at = tile_at(edge + 0.05, 21.45, 9)
        east = decode(make(atlas, ["zones"], at).body, "zones")
        west = decode(make(atlas, ["zones"], at._replace(col=at.col - 1)).body, "zones")
    assert (east[1][0].bounds[0], west[1][0].bounds[2]) == (-BUFFER, EXTENT + BUFFER)
    assert east[1][0].bounds[1::2] == west[1][0].bounds[1::2]


def test_units_that_border_on_each_other_do_so_in_tiles_too(real_atlas: Atlas) -> None:
    at = tile_at(103.0, 21.5, 8)
    units = [shape for shape, _ in decode(make(real_atlas, ["communes"], at).body, "communes").values()]
    overlap = sum(shape.area for shape in units) - shapely.union_all(units).area
    holes = sum(Polygon(ring).area for part in shapely.get_parts(shapely.union_all(units)) for ring in part.interiors)
    assert (overlap + holes) / sum(shape.area for shape in units) < 2e-4


# --- what is left out is counted ---------------------------------------------------------------------


def test_many_points_are_thinned_evenly_and_the_numbers_say_so(tmp_path: Path) -> None:
    places = np.random.default_rng(3).uniform([103.0, 21.0], [103.4, 21.4], (MAX_FEATURES * 3, 2))
    product_ = {"name": "x", "group": "food", "source_ids": "S1", "precision": "exact"}
    many = frame("products", *({"product_id": f"R{i:05}", "at": Point(xy), **product_} for i, xy in enumerate(places)))
    with make_atlas(tmp_path / "a", products=many) as atlas:
        crowded_address, sparse = tile_at(103.2, 21.2, 8), tile_at(103.2, 21.2, 12)
        crowded_tile = make(atlas, ["products"], crowded_address)
        whole = make(atlas, ["products"], sparse)
    features = decode(crowded_tile.body, "products")
    assert crowded_tile.total_count == len(places)
    assert MAX_FEATURES / 8 < crowded_tile.drawn_count == len(features) <= MAX_FEATURES
    assert whole.drawn_count == whole.total_count == len(decode(whole.body, "products"))
    at = crowded_address.units(*places.T)
    gaps = shapely.distance(shapely.points(at), shapely.multipoints([shape for shape, _ in features.values()]))
    assert gaps.max() <= 16 * 16  # no area with points is left empty


def test_specks_are_left_out_of_small_scales_and_counted(tmp_path: Path) -> None:
    zone = {"name": "x", "crop": "honey", "extent_kind": "surveyed", "source_ids": "S1"}
    side = 0.0005
    specks = frame(
        "zones",
        *(
            {
                "zone_id": f"Z{i}",
                "at": MultiPolygon([box(103.1 + i * 0.002, 21.1, 103.1 + i * 0.002 + side, 21.1 + side)]),
                **zone,
            }
            for i in range(10)
        ),
    )
    field = frame("zones", {"zone_id": "Z99", "at": MultiPolygon([box(103.2, 21.1, 103.3, 21.2)]), **zone})
    with make_atlas(tmp_path / "b", zones=pd.concat([specks, field], ignore_index=True)) as atlas:
        both = make(atlas, ["zones"], tile_at(103.1, 21.1, 7))
    assert (both.drawn_count, both.total_count) == (1, 11)
    with make_atlas(tmp_path / "a", zones=specks) as atlas:
        small, large = (
            make(atlas, ["zones"], tile_at(103.1, 21.1, 7)),
            make(atlas, ["zones"], tile_at(103.105, 21.1, 11)),
        )
    assert (small.body, small.drawn_count, small.total_count) == (b"", 0, 10)
    assert (large.drawn_count, large.total_count) == (10, 10)


# --- edges of the world, and of the grid -------------------------------------------------------------


def test_the_antimeridian_and_the_poles_are_answered(tmp_path: Path) -> None:
    ends = [(180, 0), (-180, 0), (179.9999999, 80), (0, 90), (0, -90), (10, 89.5), (20, 85.0), (30, -85.0)]
    product_ = {"name": "x", "group": "food", "source_ids": "S1", "precision": "exact"}
    points = frame("products", *({"product_id": f"R{i}", "at": Point(xy), **product_} for i, xy in enumerate(ends)))
    zone = {"name": "x", "crop": "honey", "extent_kind": "surveyed", "source_ids": "S1"}
    shapes = [
        MultiPolygon([box(170, -10, 180, 10), box(-180, -10, -170, 10)]),
        MultiPolygon([box(-180, 60, 180, 90)]),
        MultiPolygon([box(-180, -90, 180, 90)]),
    ]
    zones = frame("zones", *({"zone_id": f"Z{i}", "at": at, **zone} for i, at in enumerate(shapes)))
    with make_atlas(tmp_path / "a", products=points, zones=zones) as atlas:
        ids: set[str] = set()
        for zoom in range(3):
            every = [Address(zoom, *at) for at in product(range(2**zoom), repeat=2)]
            ids = {p["id"] for at in every for _, p in decode(make(atlas, ["products"], at).body, "products").values()}
            # A point beyond 85.06° is on no tile; the others are in a tile at every zoom.
            assert ids == {"R0", "R1", "R2", "R6", "R7"}
            assert all(
                "Z2" in {p["id"] for _, p in decode(make(atlas, ["zones"], at).body, "zones").values()} for at in every
            )
        west, east = (decode(make(atlas, ["zones"], Address(2, 1, col)).body, "zones") for col in (0, 3))
        assert {1, 3} <= set(west) and {1, 3} <= set(east)


@pytest.mark.parametrize(
    "words",
    [
        ("17", "0", "0"),
        ("-1", "0", "0"),
        ("1", "2", "0"),
        ("1", "0", "2"),
        ("a", "0", "0"),
        ("1.0", "0", "0"),
        ("", "0", "0"),
        ("٣", "0", "0"),
        ("9" * 40, "0", "0"),
        ("1", " 0", "0"),
    ],
)
def test_no_such_tile_is_not_found(words: tuple[str, str, str]) -> None:
    with pytest.raises(NotFound, match="expected zoom 0"):
        tile.address(*words)


def test_the_tile_of_a_place_holds_it() -> None:
    for zoom, (lng, lat) in product(range(MAX_ZOOM + 1), [(103.02, 21.39), (-179.9, -60.0), (0.0001, 0.0001)]):
        at = tile_at(lng, lat, zoom)
        x, y = at.units(np.array([lng]), np.array([lat]))[0]
        assert 0 <= x <= EXTENT and 0 <= y <= EXTENT
        assert at.box().west <= lng <= at.box().east and at.box().south <= lat <= at.box().north


# --- GDAL ---------------------------------------------------------------------------------


def in_a_process_of_its_own(path: Path, layer: str, **options: str) -> gpd.GeoDataFrame:
    """A tile as read by pyogrio's GDAL in a new process; imports may have unloaded the driver in this one."""
    code = (
        "import sys, pyogrio\n"
        "options = dict(word.split('=', 1) for word in sys.argv[4:])\n"
        "pyogrio.write_dataframe(pyogrio.read_dataframe(sys.argv[1], layer=sys.argv[2], **options), sys.argv[3])\n"
    )
    target = path.with_suffix(f".{layer}.gpkg")
    words = [f"{name}={value}" for name, value in options.items()]
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(path), layer, str(target), *words], check=True)
    return pyogrio.read_dataframe(target)


@pytest.mark.parametrize(("layer", "zoom"), [("communes", 8), ("zones", 10), ("products", 9), ("old_communes", 7)])
def test_gdal_reads_a_tile_and_finds_everything_in_its_place(
    real_atlas: Atlas, tmp_path: Path, layer: str, zoom: int
) -> None:
    at = tile_at(103.02, 21.39, zoom)
    tile_at_place = make(real_atlas, TOGETHER, at)
    path = tmp_path / "tile.mvt"
    path.write_bytes(tile_at_place.body)
    layer_in_gdal = in_a_process_of_its_own(path, layer, X=str(at.col), Y=str(at.row), Z=str(at.z), CLIP="NO")
    truth = shapes_of(real_atlas, layer)
    assert layer_in_gdal.crs.to_epsg() == 3857
    ours = decode(tile_at_place.body, layer)
    assert set(layer_in_gdal["id"]) == {p["id"] for _, p in ours.values()} and len(layer_in_gdal) == len(ours) > 0
    for key, shape in zip(layer_in_gdal["id"], layer_in_gdal.geometry, strict=True):
        assert shapely.difference(shape, truth[key].buffer(1.5 * pixel_m(zoom))).area == pytest.approx(0, abs=1e-3)
        if shape.geom_type == "Point":
            assert shape.distance(truth[key]) < pixel_m(zoom)


# --- lines, thinning and caching --------------------------------------------------------------------


def test_links_are_drawn_as_lines_between_their_ends(real_atlas: Atlas) -> None:
    truth = {record.id: mercator(record.geometry) for record in real_atlas.find(Query("links", place="placed")).records}
    lengths: dict[str, float] = {}
    for at in around(real_atlas, 9):
        tile = make(real_atlas, ["links"], at)
        features = decode(tile.body, "links")
        assert len(features) == tile.drawn_count
        for geometry, properties in features.values():
            real = metres_of(geometry, at)
            assert real.difference(truth[properties["id"]].buffer(pixel_m(9))).length == pytest.approx(0, abs=1e-3)
            inside = real.intersection(frame_of(at)).length
            lengths[properties["id"]] = lengths.get(properties["id"], 0.0) + inside
    long = {key: line for key, line in truth.items() if line.length > 20 * pixel_m(9)}
    assert len(long) > 20
    for key, line in long.items():
        assert lengths[key] == pytest.approx(line.length, rel=0.05)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 2**28), st.integers(0, 2**28)), min_size=2, max_size=9, unique=True),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(0, 4), min_size=1, max_size=4),
)
def test_paths_give_back_the_lines_that_they_were_made_of(
    lines: list[list[tuple[int, int]]], indexes: list[int]
) -> None:
    shapes = np.array([shapely.multilinestrings([line, line[::-1]]) for line in lines], dtype=object)
    rows = np.array([row % len(lines) for row in indexes])
    again = mvt.shapes_of(mvt.paths_of(mvt.LINE, shapes)[rows])
    assert shapely.equals_identical(again, shapes[rows]).all()


def crowd(path: Path) -> Atlas:
    """An atlas with more small fields than a tile may have, and one large field."""
    zone = {"name": "x", "crop": "honey", "extent_kind": "surveyed", "source_ids": "S1"}
    corners = np.random.default_rng(5).uniform([103.0, 21.0], [103.6, 21.6], (MAX_FEATURES + 1_000, 2))
    rows = [
        {"zone_id": f"Z{i:05}", "at": MultiPolygon([box(x, y, x + 0.003, y + 0.003)]), **zone}
        for i, (x, y) in enumerate(corners)
    ]
    rows.append({"zone_id": "Z99999", "at": MultiPolygon([box(103.1, 21.1, 103.5, 21.5)]), **zone})
    return make_atlas(path, zones=frame("zones", *rows))


def test_of_too_many_fields_small_ones_are_thinned_and_large_ones_stay(tmp_path: Path) -> None:
    with crowd(tmp_path / "a.sqlite") as atlas:
        crowded_tile = make(atlas, ["zones"], tile_at(103.3, 21.3, 8))
        sparse = make(atlas, ["zones"], tile_at(103.3, 21.3, 12))
    features = decode(crowded_tile.body, "zones")
    assert (
        MAX_FEATURES / 8
        < crowded_tile.drawn_count
        == len(features)
        <= MAX_FEATURES
        < crowded_tile.total_count
        == MAX_FEATURES + 1_001
    )
    assert "Z99999" in {properties["id"] for _, properties in features.values()}
    assert sparse.drawn_count == sparse.total_count == len(decode(sparse.body, "zones"))


def test_prepared_layers_are_kept_shared_and_made_again_when_they_are_damaged(
    real_atlas: Atlas, tmp_path: Path
) -> None:
    at, folder = tile_at(103.02, 21.39, 9), tmp_path / "kept"
    truth = make(real_atlas, TOGETHER, at)
    assert tile.make(PreparedLayers(real_atlas, folder), TOGETHER, at) == truth
    files = sorted(path.relative_to(folder) for path in folder.iterdir())
    assert {path.stem for path in files} == {name for layer in TOGETHER for name in (layer, f"{layer}-9")}

    class UnusableAtlas:
        """An atlas that fails on every access."""

    assert tile.make(PreparedLayers(UnusableAtlas(), folder), TOGETHER, at) == truth  # type: ignore[arg-type]
    for path, size in zip(files, (0, 50, 2_000), strict=False):
        (folder / path).write_bytes((folder / path).read_bytes()[:size])
    assert tile.make(PreparedLayers(real_atlas, folder), TOGETHER, at) == truth
    assert sorted(path.relative_to(folder) for path in folder.iterdir()) == files


def test_layers_that_no_tile_is_made_from_leave_the_memory_when_they_are_stored(
    real_atlas: Atlas, tmp_path: Path
) -> None:
    layers = PreparedLayers(real_atlas, tmp_path / "kept")
    numbers = ref(layers.zoom_layer("zones", 9).numbers)
    assert not layers.drop_unused(60) and numbers() is not None
    assert layers.drop_unused(0) and numbers() is None
    assert layers.zoom_layer("zones", 9).numbers.size == real_atlas.count(Query("zones", place="placed"))
    shutil.rmtree(tmp_path / "kept")
    assert not layers.drop_unused(0)  # what was prepared would be lost


def test_a_folder_that_cannot_be_written_is_as_good_as_none(real_atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    at = tile_at(103.02, 21.39, 9)
    body = tile.make(PreparedLayers(real_atlas, tmp_path / "file" / "kept"), TOGETHER, at)
    assert body == make(real_atlas, TOGETHER, at)

"""Grounds: what is written is read back, files stay small, the current one is replaced without a restart."""

import gzip
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, Point, box

from geo.basemap.bands import BANDS, UNITS, generalise, to_units
from geo.basemap.declaration import BASE_LAYERS, Origin
from geo.basemap.ground import Ground, GroundSource, ShadeTile, write_ground
from geo.basemap.publications import KEPT
from geo.basemap.quadtree import MAX_BYTES
from geo.errors import BadSource, NotFound
from geo.schema import Label

ORIGIN = Origin("Made up", "https://example.org/", "CC0", Label("Dữ liệu thử", "Made-up data"))


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, crs=4326)


def small_world() -> dict[str, gpd.GeoDataFrame]:
    """A road in two halves, a lake with an island, a town."""
    return {
        "roads": frame(
            [
                {"kind": "national", "ref": "QL6", "geometry": LineString([(103.0, 21.4), (103.1, 21.45)])},
                {"kind": "national", "ref": "QL6", "geometry": LineString([(103.1, 21.45), (103.3, 21.5)])},
            ]
        ),
        "water": frame(
            [
                {
                    "kind": "lake",
                    "name": "Pá Khoang",
                    "geometry": box(103.1, 21.4, 103.2, 21.5) - box(103.14, 21.44, 103.16, 21.46),
                }
            ]
        ),
        "places": frame([{"kind": "seat", "name": "Điện Biên Phủ", "rank": 1, "geometry": Point(103.023, 21.386)}]),
    }


def town(name: str) -> gpd.GeoDataFrame:
    return frame([{"kind": "seat", "name": name, "geometry": Point(103.023, 21.386)}])


def publish(folder: Path, layers: dict[str, gpd.GeoDataFrame], **more: Any) -> Ground:
    source = GroundSource(folder)
    origins = dict.fromkeys([*layers, "hillshade"], (ORIGIN,))
    source.publish(write_ground(folder, layers, origins, maker="test", **more))
    ground = source()
    assert ground is not None
    return ground


def contents(ground: Ground, zoom: int) -> list[dict[str, Any]]:
    band = next(row for row in ground.manifest["bands"] if row["zoom"] == zoom)
    return [json.loads(gzip.decompress(ground.file(zoom, name))) for name, *_ in band["files"]]


def positions(content: dict[str, Any], part: list[int]) -> np.ndarray[Any, Any]:
    """The vertices of a part in units of its band."""
    return np.cumsum(np.array(part).reshape(-1, 2), axis=0) + content["o"][:2]


def test_every_band_gives_back_what_was_written(tmp_path: Path) -> None:
    ground = publish(tmp_path, small_world(), as_of="2026-11-01")
    for band in BANDS:
        (content,) = contents(ground, band.zoom)
        (town,) = content["places"]
        assert town["k"] == "seat" and town["n"] == "Điện Biên Phủ"
        expected = to_units(np.array([Point(103.023, 21.386)]), band)[0]
        assert positions(content, town["g"][0])[0] == pytest.approx([expected.x, expected.y], abs=1)
    assert ground.as_of == "2026-11-01" and [one.key for one in ground.layers] == ["water", "roads", "places"]


def test_lines_that_continue_each_other_are_joined_and_rings_keep_their_holes(tmp_path: Path) -> None:
    (content,) = contents(publish(tmp_path, small_world()), 12)
    (road,) = content["roads"]
    ends = to_units(np.array([Point(103.0, 21.4), Point(103.3, 21.5)]), BANDS[2])
    drawn = positions(content, road["g"][0])
    assert {tuple(drawn[0]), tuple(drawn[-1])} == {(round(end.x), round(end.y)) for end in ends}
    (lake,) = content["water"]
    assert len(lake["g"]) == 2


def test_a_class_is_left_out_of_the_bands_below_its_zoom_and_its_own_zoom_counts_more() -> None:
    tracks = frame(
        [
            {"kind": "track", "name": name, "min_zoom": zoom, "geometry": LineString([(103, 21), (103.2, 21.1)])}
            for name, zoom in (("early", 9.0), ("usual", None))
        ]
    ).assign(name_en=None, ref=None, rank=None, height_m=None)
    drawn = {band.zoom: set(generalise(tracks, BASE_LAYERS["roads"], band)["name"]) for band in BANDS}
    assert drawn == {8: {"early"}, 10: {"early"}, 12: {"early", "usual"}, 14: {"early", "usual"}}


def test_a_crowded_area_is_divided_into_files_of_limited_size_without_loss(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    at = np.column_stack([random.uniform(102.2, 103.6, 8_000), random.uniform(20.9, 22.5, 8_000)])
    at[:4_000] = at[:4_000] * 0.01 + np.array([103.0, 21.3]) * 0.99
    villages = frame([{"kind": "village", "name": f"Bản {n}", "geometry": Point(*xy)} for n, xy in enumerate(at)])
    ground = publish(tmp_path, {"places": villages})
    files = contents(ground, 12)
    assert len(files) > 4
    assert sorted(town["n"] for content in files for town in content["places"]) == sorted(villages["name"])
    assert max(len(json.dumps(content, separators=(",", ":")).encode()) for content in files) <= MAX_BYTES * 1.2


def test_a_line_over_several_files_meets_itself_at_their_edges(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    points = [Point(*xy) for xy in random.uniform((102.2, 20.9), (103.6, 22.5), (8_000, 2))]
    river = LineString([(102.2, 21.0), (102.9, 21.7), (103.6, 22.4)])
    layers = {
        "places": frame([{"kind": "village", "name": "Bản", "geometry": point} for point in points]),
        "rivers": frame([{"kind": "river", "name": "Nậm Rốm", "geometry": river}]),
    }
    files = [one for one in contents(publish(tmp_path, layers), 12) if "rivers" in one]
    assert len(files) > 1
    parts = [
        LineString(positions(content, part)) for content in files for row in content["rivers"] for part in row["g"]
    ]
    (whole,) = to_units(np.array([river]), BANDS[2])
    assert shapely.difference(whole, shapely.union_all(parts).buffer(3)).length == 0


def test_the_same_content_has_the_same_name_and_other_content_another(tmp_path: Path) -> None:
    one, same = (publish(tmp_path / name, small_world()).name for name in ("a", "b"))
    moved = small_world()
    moved["places"] = frame([{"kind": "seat", "name": "Điện Biên Phủ", "geometry": Point(103.0, 21.386)}])
    assert one == same != publish(tmp_path / "c", moved).name


def test_the_name_depends_on_what_is_drawn_and_not_on_the_words_of_the_legend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, places = publish(tmp_path / "a", small_world()).name, BASE_LAYERS["places"]
    classes = tuple(one._replace(label=Label("lời khác", "other words")) for one in places.classes)
    monkeypatch.setitem(BASE_LAYERS, "places", places._replace(label=Label("x", "y"), classes=classes))
    assert publish(tmp_path / "b", small_world()).name == before
    monkeypatch.setitem(
        BASE_LAYERS, "places", places._replace(classes=(classes[0]._replace(from_zoom=9), *classes[1:]))
    )
    assert publish(tmp_path / "c", small_world()).name != before


def test_a_running_server_sees_the_next_ground_and_may_still_read_the_last_ones(tmp_path: Path) -> None:
    source = GroundSource(tmp_path)
    assert source() is None
    first = publish(tmp_path, small_world())
    assert source() == first
    later = [publish(tmp_path, {"places": town(f"A{number}")}) for number in range(KEPT)]
    assert source() == later[-1]
    assert [ground.name for ground in source.former()] == [ground.name for ground in later[-2::-1]]
    assert source.at(later[0].name).file(8, "r")
    for name in (first.name, "../etc"):
        with pytest.raises(NotFound, match="Load the page again"):
            source.at(name)
    (tmp_path / "ORDER").unlink()  # in a folder of an earlier release the times of the folders stand for it
    assert [ground.name for ground in source.former()] == [ground.name for ground in later[-2::-1]]


@pytest.mark.parametrize("name", ["../manifest", "r9", "x", "r0123"])
def test_a_file_that_does_not_exist_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        publish(tmp_path, small_world()).file(8, name)


def test_the_hillshade_is_read_by_its_address(tmp_path: Path) -> None:
    ground = publish(tmp_path, small_world(), hillshade=[ShadeTile(9, 402, 226, b"png"), ShadeTile(8, 201, 113, b"p")])
    assert ground.shade(9, 402, 226) == b"png" and ground.manifest["hillshade"]["from"] == 8
    assert ground.layers[0].key == "hillshade"
    assert ground.manifest["hillshade"]["box"] == [402 / 512, 226 / 512, 403 / 512, 227 / 512]
    with pytest.raises(NotFound):
        ground.shade(9, 1, 1)


def test_the_package_holds_every_layer_in_full_detail(tmp_path: Path) -> None:
    ground = publish(tmp_path, small_world())
    assert {name for name, _ in pyogrio.list_layers(ground.package)} == {"roads", "water", "places"}
    lake = pyogrio.read_dataframe(ground.package, layer="water")
    assert lake.geometry[0].equals(small_world()["water"].geometry[0]) and lake["name"].tolist() == ["Pá Khoang"]


@pytest.mark.parametrize(
    ("key", "rows", "message"),
    [
        ("railways", [{"kind": "rail", "geometry": Point(103, 21)}], "not one of"),
        ("places", [{"kind": "city", "geometry": Point(103, 21)}], "unknown classes \\['city'\\]"),
        ("places", [{"geometry": Point(103, 21)}], "no kind"),
        ("roads", [{"kind": "national", "geometry": Point(103, 21)}], "not MultiLineString"),
    ],
)
def test_what_is_not_as_declared_is_refused(tmp_path: Path, key: str, rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(BadSource, match=message):
        write_ground(tmp_path, {key: frame(rows)}, {key: (ORIGIN,)}, maker="test")
    assert not list(tmp_path.iterdir())


def test_a_layer_without_a_source_or_in_another_system_is_refused(tmp_path: Path) -> None:
    places = small_world()["places"]
    with pytest.raises(BadSource, match="no source"):
        write_ground(tmp_path, {"places": places}, {}, maker="test")
    with pytest.raises(BadSource, match="EPSG:4326"):
        write_ground(tmp_path, {"places": places.to_crs(9205)}, {"places": (ORIGIN,)}, maker="test")


def test_units_are_those_of_the_tiles_of_the_bands_zoom() -> None:
    corner = to_units(np.array([Point(0.0, 0.0)]), BANDS[0])[0]
    assert (corner.x, corner.y) == pytest.approx((UNITS * 2**7, UNITS * 2**7))

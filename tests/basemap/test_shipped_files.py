"""The base map that the project brings: whole, with source and licence of every layer, replaced by an operator's."""

import shutil
from pathlib import Path

import orjson
import pytest
import shapely

from geo.basemap.declaration import BASE_LAYERS, SHIPPED
from geo.basemap.ground import GroundSource, write_ground
from geo.basemap.shipped_files import FOLDER, publish_shipped, read_shipped
from geo.console.grounds import publish_base_map
from geo.errors import BadSource
from geo.settings import Settings
from tests.basemap.test_ground import ORIGIN, small_world
from tests.conftest import SHIPPED_SEED

SHIPPED_BASE = SHIPPED_SEED / FOLDER


def test_every_layer_is_there_with_source_licence_and_attribution() -> None:
    files = read_shipped(SHIPPED_BASE)
    assert set(files.layers) == set(files.origins) == set(SHIPPED)
    for key, origins in files.origins.items():
        for origin in origins:
            assert origin.name and origin.address.startswith("https://") and origin.licence, key
            assert origin.attribution.vi and origin.attribution.en, key
    assert files.as_of == "2026-11-23"


def test_the_read_me_tells_of_every_layer_and_licence() -> None:
    text = (SHIPPED_BASE / "README.md").read_text(encoding="utf-8")
    for key, origins in read_shipped(SHIPPED_BASE).origins.items():
        assert f"| `{key}` |" in text
        for origin in origins:
            assert origin.licence.partition(" / ")[0] in text, (key, origin.licence)


def test_roads_and_dams_are_layers_of_their_own_under_share_alike() -> None:
    origins = read_shipped(SHIPPED_BASE).origins
    alike = {key for key, rows in origins.items() if any("BY-SA" in row.licence for row in rows)}
    assert alike == {"roads", "dams"}
    for key in alike:
        assert {row.licence for row in origins[key]} == {"CC BY-SA 4.0"}


def test_names_are_those_of_the_place(tmp_path: Path) -> None:
    layers = read_shipped(SHIPPED_BASE).layers
    seat = layers["places"][layers["places"]["kind"] == "seat"]
    assert seat["name"].tolist() == ["Điện Biên Phủ"]
    assert {"QL6", "QL12", "QL279"} <= set(layers["roads"]["ref"].dropna())
    assert {"Sông Đà", "Sông Mã", "Nậm U"} <= set(layers["rivers"]["name"])
    assert not any(name.startswith("Thị Trấn") for name in layers["places"]["name"])


def test_heights_lie_in_one_another() -> None:
    heights = read_shipped(SHIPPED_BASE).layers["heights"].sort_values("height_m")
    for low, high in zip(heights.geometry, heights.geometry[1:], strict=False):
        assert shapely.difference(high, low.buffer(0.01)).is_empty


def test_the_names_of_classes_are_declared() -> None:
    for key, features in read_shipped(SHIPPED_BASE).layers.items():
        assert set(features["kind"]) <= {one.key for one in BASE_LAYERS[key].classes}


def test_what_is_shipped_is_published_once_and_never_over_an_operators_ground(tmp_path: Path) -> None:
    source = GroundSource(tmp_path / "grounds")
    publish_shipped(SHIPPED_BASE, source)
    shipped = source()
    assert shipped is not None and shipped.maker == "shipped" and [one.key for one in shipped.layers] == list(SHIPPED)
    publish_shipped(SHIPPED_BASE, source)
    assert source() == shipped
    source.publish(write_ground(source.folder, small_world(), dict.fromkeys(small_world(), (ORIGIN,)), maker="osm.pbf"))
    publish_shipped(SHIPPED_BASE, source)
    ground = source()
    assert ground is not None and ground.maker == "osm.pbf"


def test_a_ground_with_the_format_of_another_release_gives_way_to_the_shipped_one_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, seed_dir=SHIPPED_SEED)
    source = GroundSource(settings.basemap_dir)
    name = write_ground(source.folder, small_world(), dict.fromkeys(small_world(), (ORIGIN,)), maker="xã.osm.pbf")
    source.publish(name)
    manifest = source.folder / name / "manifest.json"
    manifest.write_bytes(orjson.dumps(orjson.loads(manifest.read_bytes()) | {"form": 0}))
    publish_base_map(settings)
    ground = GroundSource(settings.basemap_dir)()
    assert ground is not None and ground.maker == "shipped"
    message = capsys.readouterr().err
    assert "xã.osm.pbf" in message and "another release" in message and "bản phát hành khác" in message
    publish_base_map(settings)
    assert capsys.readouterr().err == ""


def test_a_folder_without_a_base_map_publishes_none(tmp_path: Path) -> None:
    source = GroundSource(tmp_path / "grounds")
    publish_shipped(tmp_path, source)
    assert source() is None


def test_a_layer_without_its_sources_is_refused_by_name(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_BASE / "dams", tmp_path / "dams")
    (tmp_path / "dams" / "dams.json").unlink()
    with pytest.raises(BadSource, match="dams"):
        read_shipped(tmp_path)

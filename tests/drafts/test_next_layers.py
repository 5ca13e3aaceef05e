"""The layers that tiles are made from are there when a version becomes current: nobody waits for them."""

from pathlib import Path

from geo.atlas import Atlas, open_atlases
from geo.drafts.work import prepare_served
from geo.pipeline import prepare_atlas
from geo.settings import Settings
from geo.views.tiles.zoom_layers import PreparedLayers, folder_for
from tests.service import own_office, publish_name, quiet


def prepared(settings: Settings) -> dict[int, set[str]]:
    """The files of prepared layers, by the number of the version."""
    return {int(path.name[:6]): {file.stem for file in path.iterdir()} for path in settings.zoom_layers_dir.iterdir()}


def draw(settings: Settings, layer: str, zoom: int) -> None:
    """Prepare or load a layer as a process that makes a tile of the current version."""
    source = open_atlases(settings)
    atlas = source()
    layers = PreparedLayers(atlas, folder_for(atlas, settings.zoom_layers_dir))
    layers.zoom_layer(layer, zoom)
    layers.properties(layer)
    source.close()


def test_a_version_becomes_current_with_the_layers_that_tiles_were_made_from(
    built_office: Settings, tmp_path: Path
) -> None:
    own = own_office(built_office, tmp_path)
    source = open_atlases(own)
    draw(own, "zones", 9)
    draw(own, "sites", 10)
    publish_name(own, "Đồi A1 lần ba")
    prepare_served(own, number=None, progress=quiet)
    assert source.current_number() == 3
    names = {"zones", "zones-9", "sites", "sites-10"}
    assert prepared(own) == {2: names, 3: names}
    draw(own, "zones", 9)  # no tile of the sites is made in version 3
    publish_name(own, "Đồi A1 lần tư")
    order = []

    def look(atlas: Atlas) -> None:
        order.append((source.current_number(), atlas.version.number))

    prepare_atlas(own, source, progress=quiet, before_current=look)
    assert order == [(3, 4)] and source.current_number() == 4
    publish_name(own, "Đồi A1 lần năm")
    prepare_served(own, number=None, progress=quiet)
    assert prepared(own) == {3: names, 5: {"zones", "zones-9"}}
    source.close()

"""The prepared layers of a version that is not current yet, so that no tile waits for them when it becomes so."""

import logging
import shutil

from shapely.errors import GEOSException

from geo.atlas import Atlas
from geo.part_files import part_of
from geo.settings import Settings
from geo.views.tiles.zoom_layers import PreparedLayers, folder_of, folders_in, mark_unused, used_in

log = logging.getLogger("geo.views.tiles.next_layers")


def prepare_next(settings: Settings, atlas: Atlas) -> None:
    """Prepare those layers and zooms of an atlas that tiles of the version before were made from.

    Their folder gets its name when everything is there, as a process that serves the version before deletes those of
    other atlases. Where that fails, the first tiles of the version wait as they would have done.
    """
    folder = settings.zoom_layers_dir
    own = folder_of(atlas, folder)
    former = [path for path in folders_in(folder) if path != own]
    used = used_in(former[0]) if former else []
    if own.exists() or not used:
        return
    part = part_of(own)
    layers = PreparedLayers(atlas, part, max_bytes=settings.tiles_bytes)
    try:
        for layer, zoom in used:
            layers.zoom_layer(layer, zoom)
            layers.properties(layer)
        mark_unused(part)
        part.rename(own)
    except (OSError, MemoryError, GEOSException) as error:  # the version becomes current all the same
        log.warning("%s: %s", own, error)
    finally:
        shutil.rmtree(part, ignore_errors=True)

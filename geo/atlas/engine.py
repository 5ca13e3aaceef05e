"""The one place that chooses what atlases are kept in."""

from geo.atlas.protocol import AtlasSource
from geo.atlas.sqlite.source import SqliteAtlasSource
from geo.settings import Settings


def open_atlases(settings: Settings) -> AtlasSource:
    """What gives the current atlas and earlier ones: SQLite files in the folder `atlas` of the data folder."""
    return SqliteAtlasSource(settings.data_dir / "atlas")

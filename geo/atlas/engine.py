"""The choice of the database engine for atlases, made in this one place."""

from geo.atlas.protocol import AtlasSource
from geo.atlas.sqlite.source import SqliteAtlasSource
from geo.settings import Settings


def open_atlases(settings: Settings) -> AtlasSource:
    """The source of the current and earlier atlases: SQLite files in the folder `atlas` of the data folder."""
    return SqliteAtlasSource(settings.data_dir / "atlas")

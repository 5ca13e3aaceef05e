"""One published version, frozen into an immutable SQLite file and ready to answer."""

from geo.atlas.model import Hit, Linked, LinkRow, Page, Part, Query, Record, VersionInfo
from geo.atlas.sqlite.feed import Changes, LogEntry, Published
from geo.atlas.sqlite.frozen_file import Notes, freeze
from geo.atlas.sqlite.query import Atlas
from geo.atlas.sqlite.related import Around
from geo.atlas.sqlite.source import AtlasSource, atlas_name
from geo.link import ConflictRow

__all__ = [
    "Around",
    "Atlas",
    "AtlasSource",
    "Changes",
    "ConflictRow",
    "Hit",
    "LinkRow",
    "Linked",
    "LogEntry",
    "Notes",
    "Page",
    "Part",
    "Published",
    "Query",
    "Record",
    "VersionInfo",
    "atlas_name",
    "freeze",
]

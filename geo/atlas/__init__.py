"""One published version, frozen into an immutable SQLite file and ready to answer."""

from geo.atlas.feed import Changes, LogEntry, Published
from geo.atlas.freeze import Notes, freeze
from geo.atlas.model import ChangeRow, Hit, IssueRow, Linked, LinkRow, Page, Part, Query, Record, VersionInfo
from geo.atlas.query import Atlas
from geo.atlas.related import Around
from geo.atlas.source import AtlasSource, atlas_name
from geo.link import ConflictRow

__all__ = [
    "Around",
    "Atlas",
    "AtlasSource",
    "ChangeRow",
    "Changes",
    "ConflictRow",
    "Hit",
    "IssueRow",
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

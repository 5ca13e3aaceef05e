"""One published version, frozen and ready to answer: the questions, the answers, and the door to an engine."""

from geo.atlas.engine import open_atlases
from geo.atlas.model import (
    Around,
    Changes,
    Hit,
    Linked,
    LinkRow,
    LogEntry,
    Notes,
    Numbers,
    Page,
    Part,
    Published,
    Query,
    Record,
    Shapes,
    Value,
    VersionInfo,
)
from geo.atlas.protocol import Atlas, AtlasSource
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
    "Numbers",
    "Page",
    "Part",
    "Published",
    "Query",
    "Record",
    "Shapes",
    "Value",
    "VersionInfo",
    "open_atlases",
]

"""A published version as a read-only database: queries, result types, and `open_atlases`, which opens the engine."""

from geo.atlas.engine import open_atlases
from geo.atlas.model import (
    Changes,
    Completeness,
    Content,
    Hit,
    LinkedFeatures,
    LinkRow,
    LogEntry,
    Notes,
    Numbers,
    Page,
    Part,
    PublishedVersion,
    Query,
    Record,
    Shapes,
    UrlAffixes,
    Value,
    VersionInfo,
)
from geo.atlas.protocol import Atlas, AtlasSource, Computation
from geo.link import ConflictRow

__all__ = [
    "Atlas",
    "AtlasSource",
    "Changes",
    "Completeness",
    "Computation",
    "ConflictRow",
    "Content",
    "Hit",
    "LinkRow",
    "LinkedFeatures",
    "LogEntry",
    "Notes",
    "Numbers",
    "Page",
    "Part",
    "PublishedVersion",
    "Query",
    "Record",
    "Shapes",
    "UrlAffixes",
    "Value",
    "VersionInfo",
    "open_atlases",
]

"""Frames frozen into an atlas in one call, for the tests of every room that asks one."""

from collections.abc import Mapping
from pathlib import Path

from geopandas import GeoDataFrame

from geo.atlas import Notes, VersionInfo, freeze
from geo.link import disagreements, link_all
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.report import Issue

VERSION = VersionInfo(7, "2026-01-02T03:04:05Z", "tests", "a small province", "0123456789abcdef" * 4)
ISSUE = Issue.of("products", "null_geometry", "Chưa có vị trí", "No place", record="R2", field="geometry")


def frozen(frames: Mapping[str, GeoDataFrame], path: Path) -> Path:
    """The path of an atlas that holds `frames`, linked, with one issue."""
    pairs = link_all(frames, LINKS)
    notes = Notes(
        conflicts=disagreements(pairs, DISAGREEMENTS),
        issues=[ISSUE],
        metadata={"products": {"licence": "CC BY 4.0", "title": {"vi": "Sản phẩm", "en": "Products"}}},
    )
    return freeze(frames, pairs, notes, version=VERSION, path=path)

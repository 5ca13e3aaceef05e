"""Helpers that freeze frames into an atlas, for all tests that query one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from geopandas import GeoDataFrame

from geo.atlas import Atlas, Notes, VersionInfo
from geo.errors import NotFound
from geo.link import Pair, disagreements, link_all
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.report import Issue
from tests.engines import ATLASES, OpenAtlases

VERSION = VersionInfo(7, "2026-01-02T03:04:05Z", "tests", "a small province", "0123456789abcdef" * 4)
ISSUE = Issue.of("products", "null_geometry", "Chưa có vị trí", "No place", record="R2", field="geometry")


def frozen(frames: Mapping[str, GeoDataFrame], folder: Path, *, atlases: OpenAtlases = ATLASES["sqlite"]) -> Atlas:
    """An atlas in `folder` that holds `frames`, linked, with one issue."""
    pairs = link_all(frames, LINKS)
    notes = Notes(
        conflicts=disagreements(pairs, DISAGREEMENTS),
        issues=[ISSUE],
        metadata={"products": {"licence": "CC BY 4.0", "title": {"vi": "Sản phẩm", "en": "Products"}}},
    )
    return publish_atlas(frames, folder, pairs, notes, atlases=atlases)


def publish_atlas(
    frames: Mapping[str, GeoDataFrame],
    folder: Path,
    pairs: Sequence[Pair] = (),
    notes: Notes | None = None,
    *,
    version: VersionInfo = VERSION,
    atlases: OpenAtlases = ATLASES["sqlite"],
) -> Atlas:
    """The atlas of a version, frozen in `folder` and published as the current one; the caller closes it."""
    source = atlases(folder)
    source.freeze(frames, pairs, notes or Notes(), version=version)
    source.publish(version)
    return source()


class FixedSource:
    """An AtlasSource for a site, over open atlases: `current` and earlier ones."""

    def __init__(self, current: Atlas, *earlier: Atlas) -> None:
        self.current, self._earlier = current, earlier

    def __call__(self) -> Atlas:
        return self.current

    def at(self, number: int) -> Atlas:
        for atlas in (self.current, *self._earlier):
            if atlas.version.number == number:
                return atlas
        raise NotFound(f"Version {number} is no longer available.", f"Phiên bản {number} không còn được giữ.")

    def keys(self) -> set[str]:
        return {atlas.key for atlas in (self.current, *self._earlier)}

"""The interface of a store of versions, independent of the database engine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from geopandas import GeoDataFrame

from geo.errors import BadSource
from geo.report import Report
from geo.schema import Label
from geo.store.content import Records, State
from geo.store.diff import RecordDiff

SEED = "seed"
"""The `who` of versions read from the seed. A changed seed replaces only these, unless --over-imports is given."""
SEED_REASON = "data/shapefiles"
"""The `why` of such a version where nobody states another."""


class Version(NamedTuple):
    """One published state of all layers. `published_at` is ISO 8601 in UTC, `digest` a SHA-256 of the content."""

    number: int
    published_at: str
    who: str
    why: str
    digest: str


class LogRow(NamedTuple):
    """The change of one record by one version; `before` is None for an added one, `after` for a removed one.

    `moved` is whether its geometry changed.
    """

    version: int
    layer: str
    record: str
    op: Literal["added", "changed", "removed"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    moved: bool


class Verdict(NamedTuple):
    """One part of a store after it was verified: a version, or what all versions share; `damage` is None when sound."""

    part: Label
    damage: BadSource | None


class Store(Protocol):
    """Versions of frames, each published in one transaction: readers see the old state or the new one.

    What is read is compared with the digests that were stored when it was published: BadSource names the version that
    is damaged, and the way back.
    """

    def versions(self) -> list[Version]:
        """Every version, oldest first."""

    def current(self) -> Version | None:
        """The newest version; None in an empty store."""

    def state(self, version: int) -> State:
        """The records of each layer of a version in canonical form, ordered by key."""

    def frames(self, version: int | None = None) -> dict[str, GeoDataFrame]:
        """The layers of a version (the current one unless named), in STORE_CRS, ordered by key."""

    def metadata(self, version: int) -> dict[str, dict[str, Any]]:
        """Each layer's metadata as of a version."""

    def report(self, version: int) -> Report:
        """The findings and repairs of a version."""

    def publish(
        self,
        layers: Mapping[str, GeoDataFrame | Records],
        *,
        who: str,
        why: str,
        metadata: Mapping[str, Mapping[str, Any]],
        report: Report,
        base: int | None = None,
    ) -> Version:
        """Make `layers` the current state; the current version, untouched, when nothing differs from it.

        Its time is now, or a second after the newest earlier publication where the clock says less. A layer is a frame
        in STORE_CRS with unique keys, or what `state` gives; one that is not given becomes empty. `base` is the number
        of the version that they were made from (0 for none): Conflict when another has been published since.
        """

    def history(self, layer: str, record: str) -> list[LogRow]:
        """The log of one record, oldest first."""

    def changes(self, after: int, until: int) -> list[LogRow]:
        """The log of the versions after `after` up to and including `until`, in order."""

    def log(self, until: int) -> list[tuple[int, str, str, str]]:
        """Version, layer, record and operation of every version up to and including `until`, in order.

        A "changed" that is followed by another entry of the same record is left out.
        """

    def compare(self, before: int, after: int) -> list[RecordDiff]:
        """The records that differ between two versions, in the order of LAYERS and by key; 0 is before the first."""

    def tallies(self) -> dict[int, dict[str, int]]:
        """How many records each version added, changed and removed."""

    def counts(self, version: int) -> dict[str, int]:
        """How many records each layer has in a version."""

    def used_ids(self, layer: str) -> set[str]:
        """Every id that a record of the layer ever had, so that none is assigned again."""

    def restore(self, version: int, *, who: str, why: str, state: State | None = None) -> Version:
        """Publish the content of an earlier version as a new one; `state` are its records where they are at hand."""

    def backup(self, file: Path, *, replace: bool = False) -> list[Version]:
        """Write a verified copy of the whole store to `file`, complete or not at all, while others read and publish.

        Return the versions that it holds. Conflict when `file` exists and `replace` was not given.
        """

    def size(self) -> int:
        """Bytes on the disk."""

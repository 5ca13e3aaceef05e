"""The interfaces of an atlas and of the source that opens atlases, independent of the database engine."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from geopandas import GeoDataFrame

from geo.atlas.model import (
    Changes,
    Completeness,
    Content,
    Hit,
    LinkedFeatures,
    LinkRow,
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
from geo.crs import LngLatBbox
from geo.link import ConflictRow, Pair
from geo.report import Change, Issue


class Computation(Protocol):
    """What an atlas source has begun to compute."""

    def close(self) -> None:
        """End it, because its result is not wanted."""


class Atlas(Protocol):
    """The read-only database of one published version, which never changes. Safe to share between threads.

    A query raises NotFound for an unknown layer, and BadQuery for a sort field or a filter that does not exist, or for
    a CQL2 filter that exceeds the limits of the engine.
    """

    @property
    def version(self) -> VersionInfo:
        """The version of the store that it holds."""

    @property
    def key(self) -> str:
        """The cache key of this content, usable as a file name.

        An atlas that is built again for the same version has another key.
        """

    def __hash__(self) -> int:
        """The hash of the object's identity, so that caches can use the atlas itself as a key."""

    def close(self) -> None:
        """Close all connections; the atlas cannot be queried afterwards."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    # --- records ---------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """How many records each layer has."""

    def count(self, query: Query) -> int:
        """How many records a query matches; `limit` and `offset` are ignored."""

    def completeness(self, layer: str) -> Completeness:
        """How many values the fields of a layer have; counted once."""

    def find(self, query: Query) -> Page:
        """One page of the records that a query matches, in order, with the number of all of them."""

    def features(self, query: Query) -> Iterator[bytes]:
        """The GeoJSON Feature of every record that a query matches, in order, read one at a time."""

    def linked_features(self, query: Query, affixes: UrlAffixes) -> LinkedFeatures:
        """The same features joined in memory, each with `links` to its related records."""

    def parts(self, query: Query, affixes: UrlAffixes | None = None) -> Iterator[Part]:
        """Key, WKB (STORE_CRS), properties as JSON and members of `links` of every record of a query, in order.

        `affixes` complete the URLs of the links; without it the links are left out (empty bytes).
        """

    def period(self, layer: str) -> tuple[str | None, str | None] | None:
        """The first and the last date of the layer's records, ISO 8601; None when no record has a date."""

    def tile_shapes(self, layer: str) -> Iterator[tuple[Numbers, Shapes]]:
        """Row numbers and geometries (STORE_CRS) of the layer's records that have one, in batches ordered by row."""

    def tile_columns(self, layer: str) -> dict[str, list[Value]]:
        """The attributes that vector tiles carry, each as a list over the records of `tile_shapes` in the same order.

        They are `id`, `title` and the fields of geo.ocop.collections.tile_fields.
        """

    def get(self, layer: str, record: str) -> Record:
        """One record; NotFound when the layer or the record does not exist."""

    def feature(self, layer: str, record: str) -> bytes:
        """The GeoJSON Feature of one record; NotFound when there is none."""

    def linked_feature(self, layer: str, record: str, affixes: UrlAffixes) -> tuple[bytes, bytes]:
        """The GeoJSON Feature of one record, and the members of the JSON array of links to its related records.

        The second is empty when it has none. NotFound when there is no such record.
        """

    def neighbours(self, layer: str, record: str) -> tuple[str | None, str | None]:
        """The keys before and after a record in the order of keys."""

    def titles(self, layer: str, records: Iterable[str]) -> dict[str, tuple[str, str | None]]:
        """Name and English name of each of the records that exist."""

    def facets(self, query: Query) -> dict[str, dict[str, int]]:
        """For each filter of the layer: value -> how many records have it and meet the query's other conditions."""

    def search(self, text: str, *, layers: Iterable[str] | None = None, limit: int = 20) -> list[Hit]:
        """The records that match, best first, in the order of geo/search/rules.py.

        Without `layers`, all layers that are `searched` are searched.
        """

    def suggest(self, text: str, *, layers: Iterable[str] | None = None) -> list[Hit]:
        """The few records whose names are spelled most like the text, for a search that found nothing."""

    def search_index(self) -> bytes | None:
        """The index file of the searched layers (geo/search/index_file.py); None where they have too many records."""

    # --- links -----------------------------------------------------------------------------------------

    def links(self, layer: str, record: str) -> list[LinkRow]:
        """Every link from and to a record, each row with the record at the other end; nearest first."""

    def link_counts(self) -> dict[str, tuple[int, int]]:
        """For each link: how many pairs, and how many of them are certain."""

    # --- quality ---------------------------------------------------------------------------------------

    def conflicts(self, layer: str | None = None, record: str | None = None) -> list[ConflictRow]:
        """Disagreements between attributes and geometry: all of them, or those of a layer or of one record."""

    def issues(self, layer: str | None = None, record: str | None = None) -> list[Issue]:
        """The findings of the checks: all of them, or those of a layer or of one record."""

    def changes(self, layer: str | None = None) -> list[Change]:
        """The repairs that were made when the data were read."""

    # --- history ---------------------------------------------------------------------------------------

    def version_at(self, since: str) -> PublishedVersion:
        """The version of a number, or the one that was current at an RFC 3339 time in UTC.

        BadQuery for a number that was never published. A time before the first version is version 0; of several
        versions that were published in that second it is the first.
        """

    def first_published_at(self) -> str:
        """When the first version was published, ISO 8601 in UTC."""

    def changes_since(self, version: int) -> dict[str, Changes]:
        """The records that were added, changed and removed since a version, by layer in the order of LAYERS.

        A record that was added and removed again is left out; one that was removed and added again counts as changed.
        """

    # --- whole layers ----------------------------------------------------------------------------------

    def metadata(self, layer: str) -> Mapping[str, Any]:
        """The layer's title, source, licence, lineage and date, as its metadata file gives them."""

    def overview(self, layer: str) -> bytes:
        """The whole layer as simplified GeoJSON for small scales; NotFound for a layer without polygons."""

    def bounds(self, layer: str = "province") -> LngLatBbox | None:
        """The bounding box of a layer in degrees; None when no record has a geometry."""


class AtlasSource(Protocol):
    """Opens the current atlas and earlier ones, builds new ones, and sets which is current.

    Requests in progress keep the atlas that they started with. Unprepared is raised for an atlas that is missing or
    damaged, also by a query to an open one.
    """

    def __call__(self) -> Atlas:
        """The current atlas; NotFound when none was ever published."""

    def at(self, number: int) -> Atlas:
        """The atlas of a published version, Unprepared when it was deleted; NotFound for any other number."""

    def has(self, version: VersionInfo) -> bool:
        """Whether the atlas of a version is there and sound, built from the present declaration of the layers."""

    def is_current(self, version: VersionInfo) -> bool:
        """Whether a version is the current one and its atlas is sound."""

    def compute(self, content: Callable[[], Content], *, records: int) -> Computation:
        """Begin to compute what the atlas of a version holds of its content, for `freeze_computed`.

        `content` is called, and of many `records` everything is computed, by a second process where the system has one.
        """

    def freeze_computed(
        self,
        computation: Computation,
        notes: Notes,
        *,
        version: VersionInfo,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Build the atlas of a version as `freeze` does, from what `compute` has begun."""

    def freeze(
        self,
        frames: Mapping[str, GeoDataFrame],
        pairs: Sequence[Pair],
        notes: Notes,
        *,
        version: VersionInfo,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Build the atlas of a version, atomically, without making it current.

        Frames must be in STORE_CRS; `progress` is called with the name of each layer before it is written.
        """

    def built(self, version: VersionInfo) -> Atlas:
        """The atlas of a version that need not be current yet, which the caller closes; Unprepared without one."""

    def publish(self, version: VersionInfo) -> None:
        """Make a version whose atlas exists the current one, atomically, for every process that shares the source."""

    def current_number(self) -> int:
        """The number of the version that is current, without opening its atlas; 0 when none ever was."""

    def keys(self) -> Collection[str]:
        """The keys of all atlases that exist; cached files with any other key are obsolete."""

    def verify_again(self) -> None:
        """Read the atlases again the next time that one must be sound: a query could not read one."""

    def largest(self) -> int:
        """Bytes of the largest atlas that exists, to estimate those of the next one."""

    def delete_all_but(self, count: int) -> None:
        """Delete all atlases but the current one and those that were built last, `count` together."""

    def close(self) -> None:
        """Close the open atlases, if any."""

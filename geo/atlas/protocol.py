"""What an atlas answers, and what gives the current atlas and earlier ones, whatever engine keeps them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from geopandas import GeoDataFrame

from geo.atlas.model import (
    Around,
    Changes,
    Hit,
    Linked,
    LinkRow,
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
from geo.crs import LngLatBbox
from geo.link import ConflictRow, Pair
from geo.report import Change, Issue


class Atlas(Protocol):
    """A frozen version, which never changes. Safe to share between threads.

    A query raises NotFound for an unknown layer, and BadQuery for a sort field or a filter that does not exist, or for
    a CQL2 filter that is more than the engine can take.
    """

    @property
    def version(self) -> VersionInfo:
        """Which version of the store it holds."""

    @property
    def key(self) -> str:
        """A name of exactly this content, in letters that a file name may have: what is made from it is cached by it.

        A version that is frozen anew has a key of its own.
        """

    def __hash__(self) -> int:
        """By identity, so that what is worked out from an atlas can be remembered with it."""

    def close(self) -> None:
        """Give back what is open; the atlas answers nothing afterwards."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    # --- records ---------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """How many records each layer has."""

    def count(self, query: Query) -> int:
        """How many records a query has, its page ignored."""

    def find(self, query: Query) -> Page:
        """One page of a query's records, in order, with the number of the whole answer."""

    def features(self, query: Query) -> Iterator[bytes]:
        """The ready GeoJSON Feature of every record of a query, in order, one at a time."""

    def linked(self, query: Query, around: Around) -> Linked:
        """The same as one, each with `links` to the records that it is tied to; all of them are in memory."""

    def parts(self, query: Query, around: Around | None = None) -> Iterator[Part]:
        """Key, WKB (STORE_CRS), properties as JSON of every record of a query, in order; and the inside of `links`.

        The last is empty without `around`, which says what addresses begin and end with.
        """

    def period(self, layer: str) -> tuple[str | None, str | None] | None:
        """The first and the last day that the layer's records speak of, ISO 8601; None when none is dated."""

    def tile_shapes(self, layer: str) -> Iterator[tuple[Numbers, Shapes]]:
        """Numbers and geometries (STORE_CRS) of a layer's placed records in the order of their numbers, by parts."""

    def tile_columns(self, layer: str) -> dict[str, list[Value]]:
        """The properties of the same records that tiles carry, each as a list in the same order.

        They are `id`, `title` and the fields of geo.ocop.collections.tile_fields.
        """

    def get(self, layer: str, record: str) -> Record:
        """One record; NotFound when the layer or the record does not exist."""

    def feature(self, layer: str, record: str) -> bytes:
        """The ready GeoJSON Feature of one record; NotFound when there is none."""

    def related(self, layer: str, record: str, around: Around) -> bytes:
        """The inside of a JSON array: links from a record to those that it is tied to. Empty where there are none."""

    def neighbours(self, layer: str, record: str) -> tuple[str | None, str | None]:
        """The keys before and after a record in the order of keys."""

    def titles(self, layer: str, records: Iterable[str]) -> dict[str, tuple[str, str | None]]:
        """Name and English name of each of the records that exist."""

    def facets(self, query: Query) -> dict[str, dict[str, int]]:
        """For each filter that knows the layer, how many records every value would give, other filters kept."""

    def search(self, text: str, *, layers: Iterable[str] | None = None, limit: int = 20) -> list[Hit]:
        """Records found by name, best first: the same name, names that begin so, then the rest."""

    # --- links -----------------------------------------------------------------------------------------

    def links(self, layer: str, record: str) -> list[LinkRow]:
        """Every link of a record, from it and to it, each row naming the other end; nearest first."""

    def link_counts(self) -> dict[str, tuple[int, int]]:
        """For each link: how many pairs, and how many of them are certain."""

    # --- quality ---------------------------------------------------------------------------------------

    def conflicts(self, layer: str | None = None, record: str | None = None) -> list[ConflictRow]:
        """Where record and geometry disagree, for everything, a layer or one record."""

    def issues(self, layer: str | None = None, record: str | None = None) -> list[Issue]:
        """What the checks found, for everything, a layer or one record."""

    def changes(self, layer: str | None = None) -> list[Change]:
        """What was mended on the way in."""

    # --- history ---------------------------------------------------------------------------------------

    def published(self, since: str) -> Published:
        """The version that `since` means: its number, or the one that was current at an RFC 3339 time in UTC.

        BadQuery for a number that was never published; a time before the first version is version 0, and of versions
        published in that very second it is the first.
        """

    def changed_since(self, version: int) -> dict[str, Changes]:
        """What became of every record since a version, by layer in the order of LAYERS.

        A record that came and went in between is left out; one that went and came back counts as changed.
        """

    # --- whole layers ----------------------------------------------------------------------------------

    def metadata(self, layer: str) -> Mapping[str, Any]:
        """The layer's title, source, licence, lineage and date, as its metadata file gives them."""

    def overview(self, layer: str) -> bytes:
        """The whole layer as light GeoJSON for small scales; NotFound for a layer without polygons."""

    def bounds(self, layer: str = "province") -> LngLatBbox | None:
        """The box around everything in a layer; None when nothing in it has a place."""


class AtlasSource(Protocol):
    """Gives the current atlas, freezes new ones, and says which is current.

    Requests in flight keep the atlas they began with.
    """

    def __call__(self) -> Atlas:
        """The current atlas; NotFound when none was ever published."""

    def at(self, number: int) -> Atlas:
        """The atlas of an earlier version that is still kept; NotFound for any other."""

    def has(self, version: VersionInfo) -> bool:
        """Whether the atlas of a version is there, frozen as the layers are declared now."""

    def freeze(
        self,
        frames: Mapping[str, GeoDataFrame],
        pairs: Sequence[Pair],
        notes: Notes,
        *,
        version: VersionInfo,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make the atlas of a version, complete or not at all; what is current stays so.

        Frames must be in STORE_CRS; `progress` is called with the name of each layer as its turn comes.
        """

    def publish(self, version: VersionInfo) -> None:
        """Make a version that was frozen the current one, for every process that shares the source, at once."""

    def pointed(self) -> int:
        """The number of the version that is current, without opening its atlas; 0 when none ever was."""

    def keys(self) -> Collection[str]:
        """The keys of all atlases that are kept: what was made from another is of no use any more."""

    def close(self) -> None:
        """Close the open atlases, if any."""

"""Queries to an atlas and the records, links and changes that it returns, as plain values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self, TypeAlias

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.atlas.cql2.tree import Where
from geo.crs import LngLatBbox
from geo.link import ConflictRow, Pair
from geo.report import Change, Issue
from geo.search.ranking import Match

Value: TypeAlias = str | int | float | None
Part: TypeAlias = tuple[str, bytes | None, bytes, bytes]
"""Key, WKB (STORE_CRS), properties as JSON, and the members of the array `links`; see Atlas.parts."""
Numbers: TypeAlias = NDArray[np.int64]
Shapes: TypeAlias = NDArray[np.object_]
"""Geometries of shapely."""


def plain(value: object) -> Value:
    """`value` as str, int, float or None; NaN, NaT and the empty string are None.

    >>> plain(np.int64(4)), plain(float("nan")), plain(""), plain("Điện Biên")
    (4, None, None, 'Điện Biên')
    """
    if value is None or (isinstance(value, float | np.floating) and not math.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        text = str(value)
        return None if text in {"NaT", "<NA>", "None"} else text
    return value if value != "" else None


class VersionInfo(NamedTuple):
    """Which version of the store an atlas holds. `published_at` is ISO 8601 in UTC."""

    number: int
    published_at: str
    who: str
    why: str
    digest: str


@dataclass(frozen=True)
class Query:
    """A question to one layer.

    All conditions are joined by AND. `filters` are (parameter of FILTERS, values): the values of one parameter are
    joined by OR, and a filter that does not apply to the layer is ignored. `text` matches records that have, for each
    of its words, a word that begins so, diacritics ignored. `place` decides about records without a geometry: "any"
    lets them match every bbox (OGC API - Features), "placed" excludes them, "unplaced" selects only them.
    `sort` is a field name, with '-' before it for descending order, or several joined by commas; ties and the default
    are ordered by key. `area` is a polygon (WKB, STORE_CRS) that records must intersect; `time` is a first and a last
    day (ISO 8601, None for no bound) that their own time must intersect; records without a geometry or a date match
    every area or time. `linked_to`, where it names queries, keeps records that a visible link joins to a record that
    one of these matches. `where` is a CQL2 filter that was checked for this layer. One of `ids` that holds a comma and
    that no record has stands for the ids that its commas separate.
    """

    layer: str
    bbox: LngLatBbox | None = None
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    text: str = ""
    ids: tuple[str, ...] = ()
    place: Literal["any", "placed", "unplaced"] = "any"
    limit: int | None = None
    offset: int = 0
    sort: str = ""
    area: bytes | None = None
    time: tuple[str | None, str | None] | None = None
    where: Where | None = None
    linked_to: tuple["Query", ...] = ()


class LinkedFeatures(NamedTuple):
    """The features of a page, each with its member `links`: their number, and their JSON joined by commas."""

    returned: int
    features: bytes


class UrlAffixes(NamedTuple):
    """The root URL of a site and the query, such as ?lang=en, that its links carry; both escaped for a JSON string."""

    begin: bytes
    end: bytes

    @classmethod
    def of(cls, begin: str, end: str) -> Self:
        """The affixes of plain, unescaped text."""
        return cls(orjson.dumps(begin)[1:-1], orjson.dumps(end)[1:-1])


@dataclass(frozen=True)
class Record:
    """One record. `lng` and `lat` are its label point in degrees; None when it has no geometry.

    `commune` and `district` are the codes of the one unit that it lies in, None when there are several or none.
    `feature` is its GeoJSON Feature as JSON, `wkb` its geometry in STORE_CRS.
    """

    layer: str
    id: str
    title: str
    title_en: str | None
    symbol: str | None
    precision: str | None
    lng: float | None
    lat: float | None
    bbox: LngLatBbox | None
    commune: str | None
    district: str | None
    properties: dict[str, Value]
    feature: bytes
    wkb: bytes | None

    def title_in(self, lang: str) -> str:
        """The name in `lang`; the Vietnamese one when there is none in `lang`."""
        return self.title if lang == "vi" or not self.title_en else self.title_en

    @property
    def geometry(self) -> BaseGeometry | None:
        """The geometry in STORE_CRS; None when the record has none."""
        return None if self.wkb is None else shapely.from_wkb(self.wkb)


class Page(NamedTuple):
    """One page of the records that a query matches, in order; `matched` is the number of all of them."""

    layer: str
    records: list[Record]
    matched: int
    offset: int

    @property
    def returned(self) -> int:
        """How many records this page holds."""
        return len(self.records)


class LinkRow(NamedTuple):
    """A link of a record: the record at its other end, and the reason for the link.

    `forward` is True when the link leads from the record to the other end. Distances are geodesic metres.
    """

    link: str
    forward: bool
    layer: str
    id: str
    title: str
    title_en: str | None
    symbol: str | None
    precision: str | None
    lng: float | None
    lat: float | None
    reason: str
    distance_m: float | None
    uncertainty_m: float | None
    area_ha: float | None
    share: float | None
    certain: bool
    rank: int
    source_ids: str


class Hit(NamedTuple):
    """One result of a search by name, or a name that is suggested instead.

    `place` is the name of the commune that it lies in, `match` how it matches; None for a suggestion.
    """

    layer: str
    id: str
    title: str
    title_en: str | None
    symbol: str | None
    place: str | None
    lng: float | None
    lat: float | None
    match: Match | None = None


class PublishedVersion(NamedTuple):
    """A version of the store and when it was published (ISO 8601, UTC); number 0 is before the first."""

    number: int
    published_at: str | None


class LogEntry(NamedTuple):
    """What one version did to one record; `op` is "added", "changed" or "removed"."""

    version: int
    layer: str
    record: str
    op: str


class Completeness(NamedTuple):
    """How many records a layer has, how many have a value in each field, how many a place, by precision (or None)."""

    records: int
    values: dict[str, int]
    placed: dict[str | None, int]


class Changes(NamedTuple):
    """The ids of one layer's records that were added, changed or removed between two versions; an id is in one list."""

    added: list[str]
    changed: list[str]
    removed: list[str]


class Content(NamedTuple):
    """The layers of a version in STORE_CRS, the links between their records, and the conflicts of the links."""

    frames: Mapping[str, GeoDataFrame]
    pairs: Sequence[Pair]
    conflicts: Sequence[ConflictRow]


@dataclass(frozen=True)
class Notes:
    """What an atlas holds beside its content: findings, repairs, metadata of layers, history; further conflicts."""

    conflicts: Sequence[ConflictRow] = ()
    issues: Sequence[Issue] = ()
    changes: Sequence[Change] = ()
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: Sequence[PublishedVersion] = ()
    log: Sequence[LogEntry] = ()

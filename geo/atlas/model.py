"""What is asked of an atlas and what it answers: values only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self, TypeAlias

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.atlas.cql2.tree import Where
from geo.crs import LngLatBbox
from geo.link import ConflictRow
from geo.report import Change, Issue

Value: TypeAlias = str | int | float | None
Part: TypeAlias = tuple[str, bytes | None, bytes, bytes]
"""Key, WKB (STORE_CRS), properties as JSON, and the inside of `links`; see Atlas.parts."""
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

    `filters` are (parameter of FILTERS, values): values of one parameter are alternatives, parameters
    add up; a filter that does not know the layer leaves it alone. `text` keeps records whose words begin
    with each of its words, without diacritics. `place` says what a missing geometry means: "any" lets it
    match every bbox (OGC API - Features), "placed" leaves it out, "unplaced" asks for nothing else.
    `sort` is a field name, with '-' before it for the reverse, or several joined by commas; ties and the default
    go by key. `area` is a polygon (WKB, STORE_CRS) that records meet, `time` the first and the last day (ISO 8601,
    None for no bound) that their own time meets; records without a place or a date meet every one. `where` is a
    CQL2 filter, read and checked for this layer, that records must meet too.
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


class Linked(NamedTuple):
    """Features of a page that have links: how many, and their bytes with a comma between two."""

    returned: int
    features: bytes


class Around(NamedTuple):
    """What addresses of a site begin with, its root, and end with, such as ?lang=en; as JSON has them in a text."""

    begin: bytes
    end: bytes

    @classmethod
    def of(cls, begin: str, end: str) -> Self:
        """From plain text."""
        return cls(orjson.dumps(begin)[1:-1], orjson.dumps(end)[1:-1])


@dataclass(frozen=True)
class Record:
    """One record, ready to show. `lng` and `lat` are a point on it; None when it has no place.

    `commune` and `district` are the codes of the units it lies in, by the link rows of their filters.
    `feature` is the GeoJSON Feature in bytes, `wkb` its geometry.
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
        """The name in `lang`, Vietnamese where there is no other."""
        return self.title if lang == "vi" or not self.title_en else self.title_en

    @property
    def geometry(self) -> BaseGeometry | None:
        """The geometry in STORE_CRS; None when the record has no place."""
        return None if self.wkb is None else shapely.from_wkb(self.wkb)


class Page(NamedTuple):
    """Some records of an answer, in order, and how many the whole answer has."""

    layer: str
    records: list[Record]
    matched: int
    offset: int

    @property
    def returned(self) -> int:
        """How many records this page holds."""
        return len(self.records)


class LinkRow(NamedTuple):
    """The other end of a link of the record that was asked about, and the reason for the link.

    `forward` is True when the asked record is the link's source. Distances are geodesic metres.
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
    """One answer to a search by name; `place` is the name of the commune it lies in."""

    layer: str
    id: str
    title: str
    title_en: str | None
    symbol: str | None
    place: str | None
    lng: float | None
    lat: float | None


class Published(NamedTuple):
    """A version of the store and when it was published (ISO 8601, UTC); number 0 is before the first."""

    number: int
    published_at: str | None


class LogEntry(NamedTuple):
    """What one version did to one record; `op` is "added", "changed" or "removed"."""

    version: int
    layer: str
    record: str
    op: str


class Changes(NamedTuple):
    """The ids of one layer's records, by what became of them between two versions; each id is in one list only."""

    added: list[str]
    changed: list[str]
    removed: list[str]


@dataclass(frozen=True)
class Notes:
    """What is frozen beside the records: conflicts, findings, repairs, metadata of layers, and the store's history."""

    conflicts: Sequence[ConflictRow] = ()
    issues: Sequence[Issue] = ()
    changes: Sequence[Change] = ()
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: Sequence[Published] = ()
    log: Sequence[LogEntry] = ()

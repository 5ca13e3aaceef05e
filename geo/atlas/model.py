"""What is asked of an atlas and what it answers: values only."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import LngLatBbox

Value: TypeAlias = str | int | float | None
Part: TypeAlias = tuple[str, bytes | None, bytes, bytes]
"""Key, WKB (STORE_CRS), properties as JSON, and the inside of `links`; see Atlas.parts."""


class VersionInfo(NamedTuple):
    """Which version of the store an atlas holds. `published_at` is ISO 8601 in UTC."""

    number: int
    published_at: str
    who: str
    why: str
    digest: str


@dataclass(frozen=True)
class Where:
    """A filter of one layer, read and checked by cql2.parse: SQL over the alias f, and the values bound to it."""

    layer: str
    text: str
    values: tuple[str | int | float | bytes, ...] = ()


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
    CQL2 filter that records must answer too.
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

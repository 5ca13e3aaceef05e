"""One export at work: which records, in which language and system, and the notice that goes with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely

from geo.atlas import Atlas, Query, Record
from geo.collections import COLLECTIONS
from geo.crs import STORE_CRS
from geo.encodings import Errors
from geo.errors import GeoError
from geo.schema import Field, Label, LayerSpec
from geo.vn2000 import SYSTEMS, Reading

Array: TypeAlias = np.ndarray[Any, Any]

WGS84 = "EPSG:4326"
"""What files call STORE_CRS: desktop systems read longitude first from them whatever the authority says."""

BATCH = 1_000
"""Records in memory at once."""

_COMMUNE = (
    Field("commune_code", "comm_code", Label("Mã xã, phường (từ 1/7/2025)", "Code of the commune (since 1 July 2025)")),
    Field("commune_name", "comm_name", Label("Xã, phường (từ 1/7/2025)", "Commune or ward (since 1 July 2025)")),
)
_MEASURED = Field(
    "measured_area_ha", "meas_ha", Label("Diện tích đo trên ranh giới", "Area measured on the outline"), "real",
    unit="ha",
)  # fmt: skip


class Notice(NamedTuple):
    """What must go with the data: its title, licence and attribution, and the version it was taken from."""

    title: Label
    licence: str
    attribution: Label
    sources: tuple[tuple[str, str, str], ...]
    version: int
    published_at: str


@dataclass(frozen=True)
class Job:
    """A selection to be written. `matched` is how many records the atlas says it has.

    `encoding` is what the text of the file is in, `letters` what becomes of the letters that it lacks.
    """

    atlas: Atlas
    query: Query
    lang: str
    crs: str
    matched: int
    encoding: str = "utf-8"
    letters: Errors = "lower"

    @property
    def spec(self) -> LayerSpec:
        """The declaration of the layer."""
        return COLLECTIONS[self.query.layer]

    def batches(self) -> Iterator[list[Record]]:
        """The records in the query's order, at most BATCH at a time."""
        first = self.query.offset
        for done in range(0, self.matched, BATCH):
            limit = min(BATCH, self.matched - done)
            yield self.atlas.find(replace(self.query, limit=limit, offset=first + done)).records

    def notice(self) -> Notice:
        """The notice of the layer; the declared name where its metadata has no title."""
        return notice(self.atlas, self.query.layer)


def derived(spec: LayerSpec) -> tuple[Field, ...]:
    """What the atlas works out for records of the layer beside the declared fields."""
    units = _COMMUNE if spec.geometry == "Point" and spec.has("old_commune_code") else ()
    return (*units, _MEASURED) if spec.geometry == "MultiPolygon" else units


def notice(atlas: Atlas, layer: str) -> Notice:
    """What must go with records of `layer`, from its metadata."""
    about = atlas.metadata(layer)
    return Notice(
        title=_label(about.get("title"), COLLECTIONS[layer].label),
        licence=str(about.get("licence") or ""),
        attribution=_label(about.get("attribution"), Label("", "")),
        sources=tuple(
            (str(row.get("name") or ""), str(row.get("address") or ""), str(row.get("licence") or ""))
            for row in about.get("source") or ()
        ),
        version=atlas.version.number,
        published_at=atlas.version.published_at,
    )


def _label(words: Mapping[str, Any] | None, default: Label) -> Label:
    words = words or {}
    return Label(str(words.get("vi") or default.vi), str(words.get("en") or default.en))


def reading_in(crs: str) -> Reading:
    """How the numbers of a file in `crs` (WGS84 or a system of geo.vn2000) are made: east before north."""
    return Reading(SYSTEMS[STORE_CRS if crs == WGS84 else crs])


def in_crs(shapes: Array, crs: str) -> Array:
    """Geometries of the atlas in `crs`, the exact inverse of how such a file is read in; None stays None.

    GeoError for a place that `crs` has no coordinates for.
    """
    if crs == WGS84:
        return shapes
    reading = reading_in(crs)

    def moved(points: Array) -> Array:
        return np.column_stack(reading.from_lnglat(points[:, 0], points[:, 1]))

    return written_in(crs, shapely.transform(shapes, moved))


def written_in(crs: str, made: Array) -> Array:
    """Geometries that were moved to `crs`; GeoError when one of them has no coordinates there."""
    if not np.isfinite(shapely.get_coordinates(made)).all():
        raise GeoError(
            f"Some places cannot be written in {crs}: they lie too far from its meridian.",
            f"Có vị trí không ghi được trong {crs}: quá xa kinh tuyến trục.",
        )
    return made

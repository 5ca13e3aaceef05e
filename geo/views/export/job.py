"""One export: the selected records, the language, the CRS and the notice of the layer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import shapely

from geo.atlas import Atlas, Query, Record
from geo.crs import STORE_CRS
from geo.encodings import Errors
from geo.errors import GeoError
from geo.ocop.collections import COLLECTIONS
from geo.schema import LayerSpec
from geo.views.notice import WGS84, Notice, notice
from geo.vn2000.systems import SYSTEMS, Reading

Array: TypeAlias = np.ndarray[Any, Any]


BATCH = 1_000
"""Records in memory at once."""


@dataclass(frozen=True)
class Job:
    """A selection to be written. `total_count` is the number of its records in the atlas.

    `encoding` is the text encoding of the file, `letters` how letters that it lacks are replaced.
    """

    atlas: Atlas
    query: Query
    lang: str
    crs: str
    total_count: int
    encoding: str = "utf-8"
    letters: Errors = "lower"

    @property
    def spec(self) -> LayerSpec:
        """The declaration of the layer."""
        return COLLECTIONS[self.query.layer]

    def batches(self) -> Iterator[list[Record]]:
        """The records in the query's order, at most BATCH at a time."""
        first = self.query.offset
        for position in range(0, self.total_count, BATCH):
            limit = min(BATCH, self.total_count - position)
            yield self.atlas.find(replace(self.query, limit=limit, offset=first + position)).records

    def notice(self) -> Notice:
        """The notice of the layer."""
        return notice(self.atlas, self.query.layer)


def reading_in(crs: str) -> Reading:
    """The reading of coordinates in `crs` (WGS84 or a system of geo.vn2000): easting before northing."""
    return Reading(SYSTEMS[STORE_CRS if crs == WGS84 else crs])


def in_crs(shapes: Array, crs: str) -> Array:
    """Geometries of the atlas transformed to `crs`, exactly inverse to the import of such a file; None stays None.

    GeoError for a position outside the area where `crs` has finite coordinates.
    """
    if crs == WGS84:
        return shapes
    reading = reading_in(crs)

    def project(points: Array) -> Array:
        return np.column_stack(reading.from_lnglat(points[:, 0], points[:, 1]))

    return require_coordinates(crs, shapely.transform(shapes, project))


def require_coordinates(crs: str, shapes: Array) -> Array:
    """Return `shapes`, already in `crs`; GeoError when one of them has infinite coordinates."""
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise GeoError(
            f"Some positions have no coordinates in {crs}: they are too far from its central meridian.",
            f"Có vị trí không có toạ độ trong {crs}: quá xa kinh tuyến trục.",
        )
    return shapes

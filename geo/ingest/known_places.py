"""What published places say about the readings of a file's coordinates that put it some 200 m apart.

The file alone cannot tell VN-2000 coordinates under a wrong label from GPS positions on the same grid. A record of the
same name that is surveyed, and the borders of communes, can.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.ingest.columns.values import Value, folded
from geo.ingest.crs.borders import Borders, fitting
from geo.ingest.crs.candidates import BORDER_SAMPLE, HOME_READING, SAME_PLACE_M, sample
from geo.ingest.crs.locate import Location, to_store
from geo.ingest.crs.prj import crs_of
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.schema import Label
from geo.vn2000.systems import Reading

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

_SURVEYED = {precision.key for precision in PRECISIONS if not precision.approximate}
_MOST_RIVALS = 3
_CLEARLY = 0.5
"""A reading is proposed when it is at most half as far from the known places as each other one."""
_NEAR_M = 100.0
"""And at most this far: the readings lie 223 m apart."""


class Elsewhere(NamedTuple):
    """Where a file would lie under another reading: its geometries in STORE_CRS, row by row."""

    reading: Reading
    shapes: Sequence[BaseGeometry | None]


@dataclass(frozen=True)
class Testimony:
    """What one kind of known place says: for each reading, how far off the file lies (median, in metres)."""

    what: Label
    distances_m: Mapping[Reading, float]

    @property
    def fit(self) -> Reading | None:
        """The reading that it speaks for; None when it does not tell them apart."""
        ranked = sorted(self.distances_m, key=lambda reading: self.distances_m[reading])
        first, second = (self.distances_m[reading] for reading in ranked[:2])
        return ranked[0] if first <= _NEAR_M and first <= _CLEARLY * second else None

    @property
    def lines(self) -> Iterator[Label]:
        """One line of evidence for each reading."""
        for reading, distance_m in self.distances_m.items():
            metres = f"{distance_m:.0f}"
            yield Label(
                f"{self.what.vi}: theo “{reading.label.vi}” lệch {metres} m.",
                f"{self.what.en}: {metres} m off under “{reading.label.en}”.",
            )


def weigh(
    location: Location, numbers: Shapes, titles: Sequence[Value] | None, frames: Mapping[str, gpd.GeoDataFrame]
) -> tuple[Location, tuple[Elsewhere, ...]]:
    """`location` with what published places say of its rival readings, and where those would put the file.

    `numbers` are the geometries in the file's coordinates, `titles` the names of its records. The reading that known
    places speak for is proposed, never used without a person's answer. Where no two readings of the file's own
    statement rival each other, `location` comes back as it is, with nothing elsewhere.
    """
    rivals = _rivals_of(location, numbers)
    if not rivals or location.reading is None:
        return location, ()
    readings = (location.reading, *rivals)
    by_kind = (_of_names(readings, numbers, titles or (), frames), _of_borders(readings, numbers, frames))
    testimonies = [testimony for testimony in by_kind if testimony is not None]
    lines = [line for testimony in testimonies for line in testimony.lines]
    fits = {testimony.fit for testimony in testimonies} - {None}
    reading = fits.pop() if len(fits) == 1 else None
    if reading is not None:
        location = replace(location, advice="confirm", reading=reading)
    location = replace(location, evidence=(*location.evidence, *(lines or [_NOTHING_KNOWN])))
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(numbers, crs=crs_of(STORE_CRS)))
    others = [one for one in readings if one != location.reading]
    return location, tuple(Elsewhere(one, list(to_store(frame, one).frame.geometry)) for one in others)


_NOTHING_KNOWN = Label(
    "Không có bản ghi cùng tên nào có vị trí chính xác, cũng không có ranh giới để so: hãy xem cả hai vị trí trên"
    " bản đồ xem trước, hoặc hỏi người lập tệp.",
    "No record of the same name has an exact location, and there is no border to compare with: look at both places on"
    " the preview map, or ask who made the file.",
)


def _rivals_of(location: Location, numbers: Shapes) -> tuple[Reading, ...]:
    """What else the file's statement or its numbers may mean, within SAME_PLACE_M of the proposed reading."""
    if location.advice not in {"confirm", "choose"} or location.reading is None:
        return ()
    by_position = [one.rivals for one in location.candidates if one.reading == location.reading]
    meant = [location.recognition.reading, *location.recognition.alternatives]
    meant += [twin.reading for rivals in by_position for twin in rivals]
    others = [reading for reading in dict.fromkeys(meant) if reading is not None and reading != location.reading]
    points = sample(numbers.tolist())
    own = _places_m(location.reading, points)
    return tuple([one for one in others if _apart_m(own, _places_m(one, points)) < SAME_PLACE_M][:_MOST_RIVALS])


def _of_names(
    readings: Sequence[Reading], numbers: Shapes, titles: Sequence[Value], frames: Mapping[str, gpd.GeoDataFrame]
) -> Testimony | None:
    surveyed = _surveyed(frames)
    pairs = [
        (shapely.point_on_surface(shape), surveyed[folded(str(title))])
        for shape, title in zip(numbers, titles, strict=False)
        if shape is not None and title is not None and folded(str(title)) in surveyed
    ]
    if not pairs:
        return None
    in_file, lnglat = (shapely.get_coordinates(np.array(points, dtype=object)) for points in zip(*pairs, strict=True))
    surveyed_m = np.column_stack(HOME_READING.from_lnglat(*lnglat.T))
    distances_m = {reading: _apart_m(_places_m(reading, in_file), surveyed_m) for reading in readings}
    what = Label(
        f"So với {len(pairs)} bản ghi cùng tên đã có vị trí chính xác",
        f"Against {len(pairs)} published records of the same name with an exact location",
    )
    return Testimony(what, distances_m)


def _surveyed(frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, BaseGeometry]:
    """Folded name -> point of the one record of that name whose location is surveyed; ambiguous names are left out."""
    points: dict[str, list[BaseGeometry]] = {}
    for name, frame in frames.items():
        if "precision" in frame and LAYERS[name].geometry == "Point":
            exact = frame[frame["precision"].isin(_SURVEYED) & ~frame.geometry.isna()]
            for title, point in zip(exact[LAYERS[name].title], exact.geometry, strict=True):
                points.setdefault(folded(str(title)), []).append(point)
    return {title: same[0] for title, same in points.items() if len({point.wkb for point in same}) == 1}


def _of_borders(
    readings: Sequence[Reading], numbers: Shapes, frames: Mapping[str, gpd.GeoDataFrame]
) -> Testimony | None:
    """The borders speak of outlines that follow them only, as `fitting` decides."""
    drawn = numbers[~shapely.is_missing(numbers)]
    if not (shapely.get_dimensions(drawn) > 0).any():
        return None
    points = sample(drawn.tolist(), BORDER_SAMPLE)
    places_m = {reading: _places_m(reading, points) for reading in readings}
    borders = Borders(list(frames["communes"].geometry))
    residuals_m = {reading: borders.residual_m(places) for reading, places in places_m.items()}
    if fitting(residuals_m, places_m) is None:
        return None
    what = Label("So với ranh giới xã đã biết (trung vị)", "Against the known borders of communes (median)")
    return Testimony(what, residuals_m)


def _places_m(reading: Reading, points: Any) -> Floats:
    lng, lat = reading.to_lnglat(*points.T)
    return np.column_stack(HOME_READING.from_lnglat(lng, lat))


def _apart_m(one: Floats, other: Floats) -> float:
    apart = np.hypot(*(one - other).T)
    return float(np.median(np.where(np.isfinite(apart), apart, np.inf))) if len(apart) else float("inf")

"""Which systems would put bare numbers into the province: every plausible reading tried, ranked, and told apart.

A box tells zones apart (103.7 km), never the datum (223 m) or the signs of the rotations (0.8 m): readings that
put the data in the same place are twins of one candidate, and only known borders can tell those apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import LngLatBbox, widened
from geo.ingest.crs.borders import Borders, fitting
from geo.schema import Label
from geo.vn2000.provinces import PROVINCES
from geo.vn2000.systems import HOME, SLIPS, SYSTEMS, Reading

Floats: TypeAlias = NDArray[np.float64]

SAMPLE = 2_000
"""Most points that are tried; a larger file is thinned evenly."""

_MARGIN_DEG = 0.01
"""The box of the province is widened by this: edges that are straight in degrees are bent in metres."""

MARGIN_M = 500.0
"""How far outside the province a point still counts as inside: borders are generalised, and twins lie 223 m off."""

SAME_PLACE_M = 2_000.0
"""Readings that put the data closer together than this are twins."""

EQUAL_SHARE = 0.2
"""Shares of points inside the province that differ by no more than this are equally good."""

FEW = 0.5
"""With a smaller share inside the province, no reading explains the data."""

MOST = 0.8
"""With a smaller share inside the province, the best reading still leaves a question."""

BORDER_SAMPLE = 500
"""Most points that are compared with known borders."""


class Twin(NamedTuple):
    """Another reading that puts the data in the same place, `distance_m` (median) from the candidate's own.

    `mistake`: it is a known slip or a superseded system, not a system in use that would be just as right.
    `residual_m`: median distance to the nearest known border, None when no borders were given.
    """

    reading: Reading
    distance_m: float
    mistake: bool
    residual_m: float | None = None


@dataclass(frozen=True)
class Candidate:
    """One place that the data may lie in, under its best reading.

    `inside` and `in_region` are shares of the tried points. `fits_borders`: the known borders single out `reading`.
    """

    reading: Reading
    inside: float
    in_region: float
    twins: tuple[Twin, ...] = ()
    residual_m: float | None = None
    fits_borders: bool = False

    @property
    def rivals(self) -> tuple[Twin, ...]:
        """The twins that are as right as the reading itself as far as anyone can tell."""
        return () if self.fits_borders else tuple(twin for twin in self.twins if not twin.mistake)

    @property
    def evidence(self) -> tuple[Label, ...]:
        """Why this candidate, and what cannot be told, one line each."""
        return tuple(_evidence(self))


class Decision(NamedTuple):
    """ "sure": one candidate explains the data; "ask": none does, or several do equally well."""

    answer: Literal["sure", "ask"]
    candidate: Candidate | None
    evidence: tuple[Label, ...]


def sample(geometries: Iterable[BaseGeometry | None], most: int = SAMPLE) -> Floats:
    """Coordinates (n, 2) of `geometries`, evenly thinned to at most `most`; without what is missing or not finite."""
    shapes = np.array([shape for shape in geometries if shape is not None], dtype=object)
    return thinned(shapely.get_coordinates(shapes), most)


def thinned(points: ArrayLike, most: int = SAMPLE) -> Floats:
    """`points` as (n, 2) numbers, evenly thinned to at most `most`; without what is not finite."""
    numbers: Floats = np.asarray(points, dtype=float).reshape(-1, 2)
    numbers = numbers[np.isfinite(numbers).all(axis=1)]
    step = max(1, -(-len(numbers) // most))
    return numbers[::step]


def candidates(
    points: ArrayLike,
    province: BaseGeometry,
    *,
    region: LngLatBbox | None = None,
    reference: Sequence[BaseGeometry] | None = None,
) -> list[Candidate]:
    """Every place that `points` (n, 2; as the file holds them) may lie in, best first; empty when there is none.

    `province` and `reference` (a layer whose borders are known, such as the communes) are in STORE_CRS. `region` is
    what a candidate must touch: by default the province and a degree around it.
    """
    numbers = thinned(points)
    if not len(numbers):
        return []
    ground = Ground(province, region)
    trials = [trial for reading in _READINGS if (trial := ground.trial(reading, numbers)).in_region > 0]
    places = [_Place(group, ground, numbers) for group in _grouped(sorted(trials, key=Trial.rank))]
    explanations = [place.candidate() for place in places]
    if reference:
        borders = Borders(reference)
        explanations = [
            place.told_apart(one, borders) if one.inside >= FEW else one
            for place, one in zip(places, explanations, strict=True)
        ]
    return sorted(explanations, key=_order)


def most_inside(points: ArrayLike, ground: "Ground") -> float:
    """The largest share of `points` (n, 2; as the file holds them) that any system puts into the province."""
    numbers = thinned(points)
    if not len(numbers):
        return 0.0
    in_degrees = bool((np.abs(numbers) <= 180).all())
    readings = [reading for reading in _READINGS if reading.system.in_degrees == in_degrees]
    return max(ground.trial(reading, numbers).inside for reading in readings)


def decide(explanations: Sequence[Candidate]) -> Decision:
    """Whether the first of `explanations` is the only good one. Nothing may be imported on "ask" without an answer."""
    if not explanations or explanations[0].inside < FEW:
        share = f"{explanations[0].inside:.0%}" if explanations else "0%"
        return Decision(
            "ask",
            explanations[0] if explanations else None,
            (
                Label(
                    f"Không hệ nào đưa dữ liệu vào địa bàn tỉnh (nhiều nhất {share} số điểm).",
                    f"No system puts the data into the province ({share} of the points at best).",
                ),
            ),
        )
    best = explanations[0]
    equal = [] if best.fits_borders else [one for one in explanations[1:] if one.inside >= best.inside - EQUAL_SHARE]
    names = [one.reading.label for one in (best, *equal)] + [twin.reading.label for twin in best.rivals]
    if len(names) > 1:
        line = Label(
            "Có nhiều cách đọc hợp lý như nhau, cần người chọn: " + " | ".join(name.vi for name in names),
            "Several readings are equally good and a person must choose: " + " | ".join(name.en for name in names),
        )
        return Decision("ask", best, (line, *best.evidence))
    if best.inside < MOST:
        outside = f"{1 - best.inside:.0%}"
        line = Label(
            f"Theo cách đọc tốt nhất vẫn còn {outside} số điểm nằm ngoài địa bàn tỉnh.",
            f"Under the best reading {outside} of the points are still outside the province.",
        )
        return Decision("ask", best, (line, *best.evidence))
    return Decision("sure", best, best.evidence)


# --- trying a reading ------------------------------------------------------------------------------


_READINGS: tuple[Reading, ...] = tuple(
    Reading(system, swapped) for swapped in (False, True) for system in SYSTEMS.values()
)


class Trial(NamedTuple):
    """How the points lie under one reading; `places_m` (n, 2) is in METRIC_CRS, NaN outside the region."""

    reading: Reading
    inside: float
    in_region: float
    places_m: Floats

    def rank(self) -> tuple[float, float, int, bool]:
        """Best first: inside the province, inside the region, then the systems in use, then east before north."""
        return (-self.inside, -self.in_region, self.reading.system.standing, self.reading.swapped)

    def distance_m(self, other: "Trial") -> float:
        """Median distance between the two; inf where they have no place in common."""
        apart = np.hypot(*(self.places_m - other.places_m).T)
        return float(np.median(np.where(np.isfinite(apart), apart, np.inf)))


class Ground:
    """The province with its margin, prepared for many questions, and the region around it."""

    def __init__(self, province: BaseGeometry, region: LngLatBbox | None = None) -> None:
        in_metres = shapely.transform(province, lambda xy: np.column_stack(HOME_READING.from_lnglat(*xy.T)))
        self._near = widened(in_metres, MARGIN_M)
        west, south, east, north = province.bounds
        self._region = region or LngLatBbox(west - 1, south - 1, east + 1, north + 1)
        self._box = LngLatBbox(west, south, east, north)

    @cached_property
    def east_ranges(self) -> list[tuple[float, float]]:
        """Least and greatest first number of the province's box in each system, east before north."""
        return [(float(east.min()), float(east.max())) for east, _ in self._corners()]

    @cached_property
    def north_ranges(self) -> list[tuple[float, float]]:
        """Least and greatest second number of the province's box in each system, east before north."""
        return [(float(north.min()), float(north.max())) for _, north in self._corners()]

    def _corners(self) -> list[tuple[Floats, Floats]]:
        """The corners of the box, with a margin, in every system."""
        west, south, east, north = self._box
        lng = np.array([west, east, west, east]) + np.array([-1, 1, -1, 1]) * _MARGIN_DEG
        lat = np.array([south, south, north, north]) + np.array([-1, -1, 1, 1]) * _MARGIN_DEG
        return [reading.from_lnglat(lng, lat) for reading in _READINGS if not reading.swapped]

    def trial(self, reading: Reading, points: Floats) -> Trial:
        """`points` as `reading` reads them."""
        with np.errstate(invalid="ignore"):
            lng, lat = reading.to_lnglat(*points.T)
            box = self._region
            in_region = (box.west <= lng) & (lng <= box.east) & (box.south <= lat) & (lat <= box.north)
            places = np.full(points.shape, np.nan)
            if in_region.any():
                places[in_region] = np.column_stack(HOME_READING.from_lnglat(lng[in_region], lat[in_region]))
        inside = np.zeros(len(points), dtype=bool)
        inside[in_region] = shapely.contains_xy(self._near, *places[in_region].T)
        return Trial(reading, float(inside.mean()), float(in_region.mean()), places)


HOME_READING = Reading(HOME)


# --- twins -----------------------------------------------------------------------------------------


def _grouped(trials: Iterable[Trial]) -> list[list[Trial]]:
    """Trials that put the data in the same place together, in the order given."""
    groups: list[list[Trial]] = []
    for trial in trials:
        near = next((group for group in groups if trial.distance_m(group[0]) < SAME_PLACE_M), None)
        if near is None:
            groups.append([trial])
        else:
            near.append(trial)
    return groups


class _Place:
    """One place with every reading that leads there, mistakes included; the best reading first."""

    def __init__(self, group: list[Trial], ground: Ground, points: Floats) -> None:
        enough = max(one.inside for one in group) - EQUAL_SHARE
        lead = min((one for one in group if one.inside >= enough), key=lambda one: one.reading.system.standing)
        keys = {one.reading.pipeline + str(one.reading.swapped) for one in group}
        slips = []
        for one in group:
            for reading in _slipped(one.reading):
                key = reading.pipeline + str(reading.swapped)
                if key not in keys:
                    keys.add(key)
                    slips.append(ground.trial(reading, points))
        self.lead = lead
        self.others = [one for one in (*group, *slips) if one is not lead and one.distance_m(lead) < SAME_PLACE_M]
        self.inside = max(one.inside for one in (lead, *self.others))

    def candidate(self) -> Candidate:
        """The place under its best reading, with its twins in order of distance."""
        twins = [self._twin(one) for one in self.others]
        return Candidate(
            self.lead.reading, self.inside, self.lead.in_region, tuple(sorted(twins, key=lambda twin: twin.distance_m))
        )

    def _twin(self, other: Trial) -> Twin:
        mistake = bool(other.reading.slip) or other.reading.system.standing > self.lead.reading.system.standing
        return Twin(other.reading, other.distance_m(self.lead), mistake)

    def told_apart(self, candidate: Candidate, borders: Borders) -> Candidate:
        """`candidate` with its residuals, under the reading that the known borders single out, if they do."""
        step = max(1, len(self.lead.places_m) // BORDER_SAMPLE)
        trials = {one.reading: one.places_m[::step] for one in (self.lead, *self.others)}
        residuals = {reading: borders.residual_m(places) for reading, places in trials.items()}
        fit = fitting(residuals, trials)
        if fit is not None and fit != self.lead.reading:
            old = self.lead
            self.lead = next(one for one in self.others if one.reading == fit)
            self.others = [old, *(one for one in self.others if one.reading != fit)]
            candidate = self.candidate()
        twins = tuple(twin._replace(residual_m=residuals[twin.reading]) for twin in candidate.twins)
        return replace(candidate, twins=twins, residual_m=residuals[candidate.reading], fits_borders=fit is not None)


def _slipped(reading: Reading) -> list[Reading]:
    grid = reading.system.grid
    if reading.system.family != "vn2000" or grid is None:
        return []
    return [replace(reading, slip=slip) for slip in SLIPS]


def _order(one: Candidate) -> tuple[bool, float, float, int, bool]:
    return (
        not one.fits_borders, -round(one.inside, 2), -round(one.in_region, 2), one.reading.system.standing,
        one.reading.swapped,
    )  # fmt: skip


def _evidence(one: Candidate) -> Iterable[Label]:
    yield one.reading.label
    yield Label(
        f"{one.inside:.0%} số điểm rơi vào địa bàn tỉnh, {one.in_region:.0%} vào vùng lân cận.",
        f"{one.inside:.0%} of the points fall in the province, {one.in_region:.0%} in the region around it.",
    )
    yield one.reading.transformation
    provinces = PROVINCES.get(one.reading.system.code)
    if provinces:
        names = ", ".join(provinces)
        yield Label(
            f"Kinh tuyến trục này dùng cho: {names} (tên tỉnh trước 7/2025).",
            f"This meridian is used by: {names} (provinces before July 2025).",
        )
    if one.fits_borders and one.residual_m is not None:
        yield Label(
            f"So với ranh giới đã biết, lệch trung vị {_metres(one.residual_m).replace('.', ',')} m.",
            f"Median distance to the known borders: {_metres(one.residual_m)} m.",
        )
    for twin in one.twins:
        seen = "" if twin.residual_m is None else _metres(twin.residual_m)
        yield Label(
            f"Không phân biệt được bằng vị trí: {twin.reading.label.vi}; lệch"
            f" {_metres(twin.distance_m).replace('.', ',')} m"
            + (f"; cách ranh giới đã biết {seen.replace('.', ',')} m" if seen else "")
            + ".",
            f"Position alone cannot tell: {twin.reading.label.en}; {_metres(twin.distance_m)} m away"
            + (f"; {seen} m from the known borders" if seen else "")
            + ".",
        )


def _metres(distance: float) -> str:
    return f"{distance:.2f}" if distance < 10 else f"{distance:.1f}"

"""Which coordinate system a file is in: its own words weighed against where they put the data; and the move itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS, LngLatBbox
from geo.errors import BadSource
from geo.ingest.crs.borders import Borders, fitting
from geo.ingest.crs.candidates import EQUAL_SHARE, FEW, Candidate, Ground, Trial, candidates, decide, thinned
from geo.ingest.crs.recognise import Recognition, recognise
from geo.schema import Label
from geo.vn2000.systems import SYSTEMS, Reading

Advice: TypeAlias = Literal["use", "confirm", "choose", "refuse"]
"""use: the file says it and its data agree. confirm: one good explanation that the file does not state; a person says
yes. choose: several; a person picks one of `choices`. refuse: none; only a person who knows the file can name one."""


@dataclass(frozen=True)
class Location:
    """The coordinate system of a file, as far as it can be known. Only "use" may go on without a person's answer."""

    advice: Advice
    reading: Reading | None
    recognition: Recognition
    candidates: tuple[Candidate, ...]
    evidence: tuple[Label, ...]

    @property
    def choices(self) -> tuple[Reading, ...]:
        """Every reading worth offering, the proposed one first, each once."""
        offered = [self.reading, self.recognition.reading, *self.recognition.alternatives]
        for candidate in self.candidates:
            if candidate.inside >= FEW:
                offered += [candidate.reading, *(twin.reading for twin in candidate.twins)]
        return tuple(dict.fromkeys(reading for reading in offered if reading is not None))


def locate(
    claim: CRS | str | None,
    points: ArrayLike,
    province: BaseGeometry,
    *,
    driver: str = "",
    region: LngLatBbox | None = None,
    reference: Sequence[BaseGeometry] | None = None,
) -> Location:
    """Where a file whose CRS is `claim` and whose coordinates are `points` (n, 2) lies, and what to do about it.

    `province`, `region` and `reference` (units whose borders are known) are in STORE_CRS; see `candidates`.
    """
    stated = recognise(claim, driver)
    places = candidates(points, province, region=region, reference=reference)
    if stated.reading is None:
        return _by_position(stated, places, ())
    return _Weighing(stated, places, Ground(province, region), thinned(points)).outcome(reference)


class _Weighing:
    """The file's words on one side, the positions that they lead to on the other."""

    def __init__(
        self, stated: Recognition, places: list[Candidate], ground: Ground, points: NDArray[np.float64]
    ) -> None:
        meant = [reading for reading in (stated.reading, *stated.alternatives) if reading is not None]
        self.stated = stated
        self.places = places
        self.trials = [ground.trial(reading, points) for reading in meant] if len(points) else []
        self.best = places[0].inside if places else 0.0

    def outcome(self, reference: Sequence[BaseGeometry] | None) -> Location:
        if not self.trials:
            return self._answer("use" if self.stated.decision == "sure" else "choose", self.stated.reading)
        enough = max(FEW, self.best - EQUAL_SHARE)
        good = [trial for trial in self.trials if trial.inside >= enough]
        if not good:
            return self._contradicted()
        fit = _by_borders(good, reference)
        if fit is not None:
            as_stated = fit == self.stated.reading and self.stated.decision == "sure"
            return self._answer("use" if as_stated else "confirm", fit, _FITS)
        if good[0].reading == self.stated.reading and self.stated.decision == "sure":
            return self._answer("use", self.stated.reading)
        return self._answer("confirm" if len(good) == 1 else "choose", good[0].reading)

    def _contradicted(self) -> Location:
        stated = self.trials[0]
        if self.best < FEW and stated.in_region >= FEW:
            line = Label(
                "Theo hệ toạ độ ghi trong tệp, dữ liệu nằm gần nhưng ngoài địa bàn tỉnh.",
                "In the system that the file states, the data lie near the province but outside it.",
            )
            return self._answer("confirm", stated.reading, line)
        line = Label(
            f"Theo hệ toạ độ ghi trong tệp, chỉ có {stated.inside:.0%} số điểm rơi vào địa bàn tỉnh: tệp ghi sai hệ toạ"
            " độ hoặc dữ liệu hỏng.",
            f"In the system that the file states, only {stated.inside:.0%} of the points fall in the province: it"
            " states the wrong system, or the data are damaged.",
        )
        return _by_position(self.stated, self.places, (*self.stated.evidence, line))

    def _answer(self, advice: Advice, reading: Reading | None, *more: Label) -> Location:
        return Location(advice, reading, self.stated, tuple(self.places), (*self.stated.evidence, *more))


_FITS = Label(
    "So với ranh giới đã biết, cách đọc này khớp hơn hẳn các cách khác.",
    "Against the known borders this reading fits clearly better than the others.",
)


def _by_borders(trials: Sequence[Trial], reference: Sequence[BaseGeometry] | None) -> Reading | None:
    if not reference or len(trials) < 2:
        return None
    borders = Borders(reference)
    residuals = {trial.reading: borders.residual_m(trial.places_m) for trial in trials}
    return fitting(residuals, {trial.reading: trial.places_m for trial in trials})


def _by_position(stated: Recognition, places: list[Candidate], before: tuple[Label, ...]) -> Location:
    decision = decide(places)
    evidence = (*(before or stated.evidence), *decision.evidence)
    best = decision.candidate
    if best is None or best.inside < FEW:
        return Location("refuse", None, stated, tuple(places), evidence)
    advice: Advice = "confirm" if decision.answer == "sure" else "choose"
    return Location(advice, best.reading, stated, tuple(places), evidence)


# --- the move --------------------------------------------------------------------------------------


class Moved(NamedTuple):
    """A frame in its new system, and the line of the report that names the transformation and its accuracy."""

    frame: GeoDataFrame
    report: Label


def to_store(frame: GeoDataFrame, answer: Reading | Recognition | Candidate | Location) -> Moved:
    """`frame` in STORE_CRS, whatever CRS it claimed; heights stay as they are, missing geometries stay missing.

    BadSource when `answer` names no reading, or when a coordinate has no place under it.
    """
    reading = answer if isinstance(answer, Reading) else answer.reading
    if reading is None:
        raise BadSource(
            "The coordinate system is not known: choose one of the proposed systems first.",
            "Chưa biết hệ toạ độ của dữ liệu: hãy chọn một trong các hệ được đề xuất trước.",
        )
    label, how = reading.label, reading.transformation
    report = Label(f"{label.vi} → WGS 84. {how.vi}", f"{label.en} → WGS 84. {how.en}")
    return Moved(_moved(frame, reading, STORE_CRS, inverse=False), report)


def from_store(frame: GeoDataFrame, code: str) -> Moved:
    """`frame` (in STORE_CRS) in the system `code` of SYSTEMS, east before north: the exact inverse of `to_store`.

    BadSource for a code that is not in the table or a frame in another CRS.
    """
    system = SYSTEMS.get(code)
    if system is None or frame.crs is None or CRS.from_user_input(frame.crs) != CRS.from_user_input(STORE_CRS):
        raise BadSource(
            f"Cannot write {code!r} from {frame.crs}: expected a frame in {STORE_CRS} and one of {', '.join(SYSTEMS)}.",
            f"Không ghi được {code!r} từ {frame.crs}: cần dữ liệu ở {STORE_CRS} và một hệ trong danh sách.",
        )
    reading = Reading(system)
    label, how = reading.label, reading.transformation
    report = Label(f"WGS 84 → {label.vi}. Ngược của: {how.vi}", f"WGS 84 → {label.en}. Inverse of: {how.en}")
    return Moved(_moved(frame, reading, system.crs(), inverse=True), report)


def _moved(frame: GeoDataFrame, reading: Reading, crs: str | CRS, *, inverse: bool) -> GeoDataFrame:
    move = reading.from_lnglat if inverse else reading.to_lnglat
    shapes = np.asarray(frame.geometry.array, dtype=object)
    out: NDArray[Any] = shapes.copy()
    for has_z in (False, True):
        rows = shapely.has_z(shapes) == has_z
        # A missing geometry has no z either: shapely.transform leaves it as it is.
        out[rows] = shapely.transform(shapes[rows], lambda c: _first_two(c, move), include_z=has_z)
    coordinates, owners = shapely.get_coordinates(out, return_index=True)
    lost = len(np.unique(owners[~np.isfinite(coordinates).all(axis=1)]))
    if lost:
        raise BadSource(
            f"{lost} geometries have coordinates outside {reading.label.en}.",
            f"{lost} đối tượng có toạ độ không thuộc {reading.label.vi}.",
        )
    places = GeoSeries(out, index=frame.index, crs=crs)
    return frame.set_geometry(places.rename(frame.geometry.name))


def _first_two(coordinates: NDArray[np.float64], move: Any) -> NDArray[np.float64]:
    x, y = move(coordinates[:, 0], coordinates[:, 1])
    return np.column_stack([x, y, *coordinates[:, 2:].T])

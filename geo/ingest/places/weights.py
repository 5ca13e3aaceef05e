"""Which columns of a table hold its places: weighed by what their cells hold and by what their names say."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.ingest.crs.candidates import FEW, Ground, most_inside
from geo.ingest.places.angles import NO_VALUE, NOT_A_PAIR, Angle, read_angle
from geo.ingest.places.coordinates import Columns, Coordinates, columns_of, read_coordinates
from geo.ingest.places.header_words import Meaning, is_amount, is_part_of_angle, meaning_of
from geo.ingest.places.notations import Reading, Reference, read_place
from geo.schema import Label

SAMPLE = 200
"""So many filled cells of a column tell what it holds."""

_DISTINCT_DECIMALS = 3
"""Degrees with fewer decimals may be any number; a thousandth of a degree is 111 m."""

_ROUND_M = 100
"""Metres that are all multiples of this may be an amount of money."""

_NOTICEABLE = 0.2
"""A share of cells in a notation for places that is no chance."""

_MOST_PAIRS = 30
"""So many pairs of columns are weighed, those with the right names and those that stand together first."""

_NO_PLACE = (NO_VALUE, NOT_A_PAIR)
"""What read_place says of a cell in none of the notations."""

_OPPOSITE = {"lat": "lng", "lng": "lat", "x": "y", "y": "x"}


@dataclass(frozen=True)
class Candidate:
    """Columns that may hold the places.

    `inside` is the share of the sampled places that fall into the province under the best system, `legible` that of
    the filled rows that can be read. `worded`: the names say so too; `declared`: they say so for sure. `distinct`:
    the cells are written as only places are. `stated`: the notation states its coordinate system. `dimension` is
    that of most geometries, `form` how they are written.
    """

    columns: Columns
    inside: float
    legible: float
    worded: bool
    declared: bool
    distinct: bool
    stated: bool
    dimension: int
    form: Label

    @property
    def sure(self) -> bool:
        """Whether the columns are taken unless a person says otherwise."""
        if self.inside >= FEW:
            return self.worded or (self.distinct and self.legible >= FEW)
        return self.declared and self.legible >= FEW

    def rank(self) -> tuple[bool, bool, bool, bool, float, float]:
        """Best first."""
        return (
            self.inside < FEW, not self.worded, not self.distinct, not self.stated, -round(self.inside, 1),
            -round(self.legible, 1),
        )  # fmt: skip


class Suspect(NamedTuple):
    """A column that seems to hold places: the first filled cell, and why a cell could not be read."""

    example: str
    why: Label | None


@dataclass(frozen=True)
class Weighed:
    """The columns that hold the places of a table, and all that seem to.

    `best` fits the geometry of the layer; None when no columns do for sure. `others` hold points a second time.
    """

    best: Candidate | None
    suspects: Mapping[str, Suspect]
    others: tuple[Candidate, ...] = ()


def weigh(columns: Mapping[str, Sequence[object]], ground: Ground, reference: Reference, *, dimension: int) -> Weighed:
    """Which of `columns` hold the places of a layer with geometries of `dimension` (0 points, 1 lines, 2 areas).

    `ground` is the province, `reference` finds the places that short plus codes are near.
    """
    table = _Sampled(columns, ground, reference)
    candidates = sorted((*table.whole(), *table.pairs()), key=Candidate.rank)
    fitting = [one for one in candidates if one.sure and (one.dimension > 0) == (dimension > 0)]
    names = [name for one in candidates if one.inside >= FEW for name in one.columns.names]
    suspects = {name: table.suspect(name) for name in dict.fromkeys([*names, *table.suspicious()])}
    best = fitting[0] if fitting else None
    others = _apart(fitting) if dimension == 0 else ()
    return Weighed(best, suspects, tuple(one for one in others if one is not best and one.inside >= FEW))


def _apart(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates, without those that share a column with a better one."""
    taken: set[str] = set()
    for candidate in candidates:
        if not taken & set(candidate.columns.names):
            taken.update(candidate.columns.names)
            yield candidate


class _Sampled:
    """The columns of a table that are not empty, and what samples of their cells hold."""

    def __init__(self, columns: Mapping[str, Sequence[object]], ground: Ground, reference: Reference) -> None:
        rows = {name: [row for row, cell in enumerate(cells) if not _is_empty(cell)] for name, cells in columns.items()}
        self.columns = {name: columns[name] for name, filled in rows.items() if filled}
        self.rows = {name: _thinned(filled) for name, filled in rows.items() if filled}
        self.ground, self.reference = ground, reference
        self.split = any(is_part_of_angle(name) for name in self.columns)

    def suspect(self, name: str) -> Suspect:
        """A column with its first filled cell, and what is wrong with the first cell that is a damaged place."""
        wrong = next((reading for reading in self._readings(name) if isinstance(reading, Label)), None)
        return Suspect(str(self.columns[name][self.rows[name][0]])[:60], wrong)

    def whole(self) -> Iterator[Candidate]:
        """Columns with a place in each cell."""
        for name in self.columns:
            legible = any(isinstance(reading, Reading) for reading in self._readings(name))
            candidate = self._candidate(columns_of(name, None), self.rows[name]) if legible else None
            if candidate is not None:
                meaning = meaning_of(name)
                worded = meaning is not None and meaning.axis == "both"
                yield replace(candidate, worded=worded, declared=worded and meaning is not None and meaning.sure)

    def pairs(self) -> Iterator[Candidate]:
        """Two columns with a number each: those whose names belong together, and those whose values do."""
        meanings = {name: meaning_of(name) for name in self.columns}
        place = {name: number for number, name in enumerate(self.columns)}
        numeric = {name: angles for name in self.columns if (angles := self._angles(name))}
        norths, easts = (
            [name for name, angles in numeric.items() if not is_amount(name) and self._may_be(angles, north=north)]
            for north in (True, False)
        )
        by_values = {(one, other) if place[one] < place[other] else (other, one)
                     for one, other in product(norths, easts) if one != other}  # fmt: skip
        by_words = {
            (one, other)
            for one, other in product(numeric, numeric)
            if place[one] < place[other] and _belong_together(meanings[one], meanings[other])
        }
        near_first = sorted(
            by_values | by_words,
            key=lambda pair: (pair not in by_words, place[pair[1]] - place[pair[0]], place[pair[0]]),
        )
        for one, other in near_first[:_MOST_PAIRS]:
            candidate = self._candidate(columns_of(one, other), _thinned(sorted({*self.rows[one], *self.rows[other]})))
            if candidate is not None:
                worded = (one, other) in by_words and (candidate.distinct or not self.split)
                sure = all(meaning is not None and meaning.sure for meaning in (meanings[one], meanings[other]))
                yield replace(candidate, worded=worded, declared=worded and sure)

    def suspicious(self) -> Iterator[str]:
        """Columns whose names or cells speak of places, whether they can be read or not."""
        for name in self.columns:
            meaning = meaning_of(name)
            cells = [str(self.columns[name][row]) for row in self.rows[name]]
            with_numbers = sum(bool(re.search(r"\d{2}", cell)) for cell in cells) >= FEW * len(cells)
            if (meaning is not None and meaning.sure and with_numbers) or self._is_noticeable(name):
                yield name

    def _readings(self, name: str) -> list[Reading | Label]:
        """What the cells of text of a column hold that are written as a whole place, or as a damaged one."""
        cells = [self.columns[name][row] for row in self.rows[name]]
        readings = (read_place(cell, self.reference) for cell in cells if isinstance(cell, str))
        return [reading for reading in readings if reading not in _NO_PLACE]

    def _is_noticeable(self, name: str) -> bool:
        """Whether so many cells are written in a notation for places that it is no chance."""
        distinct = [
            reading for reading in self._readings(name) if isinstance(reading, Label) or not reading.notation.plain
        ]
        return len(distinct) >= max(1, _NOTICEABLE * len(self.rows[name]))

    def _angles(self, name: str) -> list[Angle]:
        """The numbers of a column that holds mostly numbers; none for any other."""
        cells = [self.columns[name][row] for row in self.rows[name]]
        angles = [angle for cell in cells if isinstance(angle := read_angle(cell), Angle)]
        return angles if len(angles) >= FEW * len(cells) else []

    def _may_be(self, angles: Sequence[Angle], *, north: bool) -> bool:
        """Whether most numbers are in the range of the province's box in some system."""
        ranges = self.ground.north_ranges if north else self.ground.east_ranges
        plain = np.array([angle.value for angle in angles])
        grouped = np.array([angle.value if angle.grouped is None else angle.grouped for angle in angles])
        return any(
            ((low <= values) & (values <= high)).mean() >= FEW for values in (plain, grouped) for low, high in ranges
        )

    def _candidate(self, columns: Columns, rows: Sequence[int]) -> Candidate | None:
        """What the cells of some columns amount to; None when not one of them is a place."""
        cells = {name: [self.columns[name][row] for row in rows] for name in columns.names}
        coordinates = read_coordinates(cells, columns, reference=self.reference)
        shapes = [shape for shape in coordinates.shapes if shape is not None]
        if not shapes:
            return None
        starts = np.array([shapely.get_coordinates(shape)[0] for shape in shapes])
        dimensions = sorted(shapely.get_dimensions(np.array(shapes, dtype=object)).tolist())
        return Candidate(
            columns, most_inside(starts, self.ground), len(shapes) / len(rows), False, False,
            self._is_distinct(coordinates, starts), coordinates.crs is not None, dimensions[len(dimensions) // 2],
            coordinates.form,
        )  # fmt: skip

    def _is_distinct(self, coordinates: Coordinates, starts: NDArray[np.float64]) -> bool:
        """Whether the cells are written as only places are; whole degrees beside minutes are half of a place."""
        if any(not notation.plain for notation in coordinates.notations):
            return True
        if coordinates.kind == "metres":
            return bool((starts % _ROUND_M != 0).any(axis=1).mean() >= FEW)
        fine = starts * 10 ** (_DISTINCT_DECIMALS - 1)
        return bool((np.abs(fine - np.round(fine)) > 1e-6).all(axis=1).mean() >= FEW)


def _belong_together(one: Meaning | None, other: Meaning | None) -> bool:
    return one is not None and other is not None and _OPPOSITE.get(one.axis) == other.axis


def _is_empty(cell: object) -> bool:
    return (
        cell is None or (isinstance(cell, str) and not cell.strip()) or (isinstance(cell, float) and math.isnan(cell))
    )


def _thinned(rows: Sequence[int]) -> list[int]:
    return list(rows[:: max(1, -(-len(rows) // SAMPLE))])

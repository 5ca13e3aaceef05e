"""In which administrative units the records of a layer surely and possibly lie.

A recorded unit is sure, as long as the uncertainty circle of the place reaches it. Where none is recorded, the circle
decides: a unit that holds all of it is sure, each that it touches is possible. A record without either is undecided.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import NamedTuple, Self, TypeAlias

import numpy as np
from shapely import STRtree

from geo.crs import to_metric
from geo.link.places import Places, Rows
from geo.ocop.layers import LAYERS
from geo.plan.figures import Frame, Parameters
from geo.plan.records import Records
from geo.plan.selections import Mask, Numbers, Selection, everything
from geo.schema import Overlap

_LEAST_OVERLAP = Overlap.min_share
"""Share of a surveyed zone from which a unit surely has a part of it, as in the rows Overlap of LINKS."""
_SLACK = 1.005
"""Circles on the map are drawn larger by this factor, more than the scale of METRIC_CRS varies over 25 km."""

UnitsOf: TypeAlias = Callable[[str], Collection[str]]


class Pairs(NamedTuple):
    """Pairs of a record and a unit, each once: the rows of the records, and the places of the units in `Codes`."""

    rows: Rows
    units: Rows

    @classmethod
    def of(cls, keys: Rows, width: int) -> Self:
        """The pairs of `keys`, in order."""
        return cls(*np.divmod(np.unique(keys), width))

    def keys(self, width: int) -> Rows:
        """One number for each pair, smaller rows first; there are at most `width` units."""
        keys: Rows = self.rows * width + self.units
        return keys

    def only(self, chosen: Mask) -> Self:
        """Those of the pairs that a mask of the pairs selects."""
        return type(self)(self.rows[chosen], self.units[chosen])

    def among(self, records: Mask) -> Self:
        """The pairs of the records that a mask of the records selects."""
        return self.only(records[self.rows])

    def of_records(self, count: int) -> Mask:
        """The records that are in a pair, of `count`."""
        mask: Mask = np.zeros(count, bool)
        mask[self.rows] = True
        return mask


class Codes:
    """The codes of the units of a frame, and of others that records name, each with a place."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.places = {code: place for place, code in enumerate(codes)}

    def place(self, code: str) -> int:
        """The place of a code; a new one for one that was not there."""
        return self.places.setdefault(code, len(self.places))


class Memberships:
    """The units of a frame that each record of a layer lies in, surely or possibly.

    `pairs` are ordered by record; `is_sure` says which of them are sure. `places` gives the place of a unit's code.
    """

    def __init__(self, layer: str, count: int, codes: Codes, possible: Rows, sure: Rows) -> None:
        width = _width(codes)
        self.layer, self.count, self.places = layer, count, dict(codes.places)
        self.pairs = Pairs.of(possible, width)
        self.is_sure: Mask = np.isin(self.pairs.keys(width), sure)
        self.known: Mask = self.pairs.of_records(count)
        self.unknown: Mask = ~self.known

    @cached_property
    def sure_pairs(self) -> Pairs:
        """The pairs that are sure."""
        return self.pairs.only(self.is_sure)

    @cached_property
    def _begins(self) -> Rows:
        return np.searchsorted(self.pairs.rows, np.arange(self.count + 1))

    def units_of(self, row: int) -> tuple[Rows, Mask]:
        """The places of the units of one record, and which of them are sure."""
        own = slice(self._begins[row], self._begins[row + 1])
        return self.pairs.units[own], self.is_sure[own]

    def in_unit(self, code: str) -> Selection:
        """The records in a unit; of areas, those that have a part in it."""
        here = self.pairs.units == self.places.get(code, -1)
        sure, possible = (self._mask(self.pairs.rows[chosen]) for chosen in (here & self.is_sure, here))
        return Selection(self.layer, sure, possible, self.unknown)

    def wholly_in_unit(self, code: str) -> Mask:
        """The records that surely lie in no other unit."""
        is_only_one: Mask = np.bincount(self.pairs.rows, minlength=self.count) == 1
        return self.in_unit(code).sure & is_only_one

    def with_any(self, units: Mask) -> Mask:
        """The records that may lie in one of the units that a mask of the places selects."""
        return self._mask(self.pairs.rows[units[self.pairs.units]])

    def _mask(self, rows: Rows) -> Mask:
        mask: Mask = np.zeros(self.count, bool)
        mask[rows] = True
        return mask


def memberships(records: Records, layer: str, frame: Frame) -> Memberships:
    """The units of `frame` that the records of a layer lie in; computed once for a version."""
    read = _of_areas if LAYERS[layer].dimension == 2 else _of_points
    return records.once(("memberships", layer, frame), lambda: read(records, layer, frame))


def scope(records: Records, layer: str, parameters: Parameters) -> Selection:
    """The records of a layer in the unit of the parameters; all of them where no unit is chosen."""
    if parameters.unit is None:
        return everything(records, layer)
    return memberships(records, layer, parameters.frame).in_unit(parameters.unit)


class _Crosswalk:
    """The former communes: the unit of a frame that each belongs to, and the former communes of each other unit."""

    def __init__(self, records: Records, frame: Frame) -> None:
        codes, communes, districts = (
            records.column("old_communes", name) for name in ("code", "commune_code", "district_code")
        )
        into = {Frame.COMMUNES: communes, Frame.DISTRICTS: districts, Frame.OLD_COMMUNES: codes}[frame]
        self._unit = {str(code): (str(unit),) for code, unit in zip(codes, into, strict=True) if unit}
        self.parts: dict[str, set[str]] = defaultdict(set)
        for code, *units in zip(codes, communes, districts, strict=True):
            for unit in filter(None, units):
                self.parts[str(unit)].add(str(code))

    def of(self, code: str) -> Collection[str]:
        """The unit that a former commune belongs to, if any."""
        return self._unit.get(code, ())

    def of_district(self, code: str) -> Collection[str]:
        """The units that the former communes of a former district belong to."""
        return {unit for part in self.parts.get(code, ()) for unit in self.of(part)}


def _width(codes: Codes) -> int:
    return max(1, len(codes.places))


def _of_points(records: Records, layer: str, frame: Frame) -> Memberships:
    count, crosswalk = records.count(layer), _Crosswalk(records, frame)
    codes = Codes(map(str, records.ids(frame.value)))
    recorded = _units_of_field(records, layer, "old_commune_code", crosswalk.of, codes)
    of_district = _units_of_field(records, layer, "district_code", crosswalk.of_district, codes)
    if frame is Frame.DISTRICTS:
        districts = _units_of_field(records, layer, "district_code", lambda code: (code,), codes)
        recorded = _joined(recorded, districts.among(~recorded.of_records(count)))
    touched, inside = _circles(records, layer, frame, crosswalk, codes)
    width = _width(codes)
    is_recorded, is_placed = recorded.of_records(count), np.zeros(count, bool)
    is_placed[_places(records, layer).rows] = True
    keys = recorded.keys(width)
    denies = ~np.isin(keys, touched.keys(width)) & is_placed[recorded.rows]
    # The record and the place contradict each other: both are possible.
    is_contradicted = recorded.only(denies).of_records(count)
    around = _around(touched.among(~is_recorded), of_district.among(~is_recorded), count, width)
    beside = touched.among(is_contradicted)
    possible = np.concatenate([keys, beside.keys(width), around])
    sure = [recorded.among(~is_contradicted).keys(width), np.intersect1d(inside.keys(width), around)]
    return Memberships(layer, count, codes, possible, np.concatenate(sure))


def _around(touched: Pairs, of_district: Pairs, count: int, width: int) -> Rows:
    """The units that records without a recorded one may lie in, as keys of pairs.

    Those that the circle touches, limited to those of the recorded district where the circle touches one of them.
    """
    both = Pairs.of(np.intersect1d(touched.keys(width), of_district.keys(width)), width)
    parts = (
        both,
        touched.among(~both.of_records(count)),
        of_district.among(~touched.of_records(count)),
    )
    return np.concatenate([part.keys(width) for part in parts])


def _joined(one: Pairs, other: Pairs) -> Pairs:
    return Pairs(np.concatenate([one.rows, other.rows]), np.concatenate([one.units, other.units]))


def _places(records: Records, layer: str) -> Places:
    return records.joins.places(layer, at_least="district")


def _units_of_field(records: Records, layer: str, field: str, units_of: UnitsOf, codes: Codes) -> Pairs:
    """The units that a field of codes joined by ';' means; `units_of` gives those of one code."""
    values, place = records.distinct(layer, field)
    units = [
        sorted({codes.place(unit) for code in str(value).split(";") if code for unit in units_of(code)})
        for value in values
    ]
    return _spread(np.flatnonzero(place >= 0), place[place >= 0], units)


def _spread(rows: Rows, choice: Rows, lists: list[list[int]]) -> Pairs:
    """Every row with each number of the list that it chooses."""
    sizes = np.array([len(one) for one in lists], np.intp)
    flat = np.array([number for one in lists for number in one], np.intp)
    if not len(flat):
        return Pairs(np.empty(0, np.intp), flat)
    own, begins = sizes[choice], (np.cumsum(sizes) - sizes)[choice]
    offsets = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
    return Pairs(np.repeat(rows, own), flat[np.repeat(begins, own) + offsets])


def _drawn(frame: Frame) -> Frame:
    """The frame whose outlines stand for it: former communes have none, those that they went into do."""
    return Frame.COMMUNES if frame is Frame.OLD_COMMUNES else frame


def _units_on_map(rows: Rows, drawn: Rows, shape_ids: Iterable[str], parts_of: UnitsOf | None, codes: Codes) -> Pairs:
    """Rows with the units drawn by some shapes, or with those that `parts_of` gives for each."""
    units = [[codes.place(unit) for unit in (parts_of(str(key)) if parts_of else (str(key),))] for key in shape_ids]
    return _spread(rows, drawn, units)


def _circles(records: Records, layer: str, frame: Frame, crosswalk: _Crosswalk, codes: Codes) -> tuple[Pairs, Pairs]:
    """The units that the uncertainty circle of each row with a place touches, and the one that holds all of it.

    Former communes have no outlines: the circle touches those that went into a commune that it touches.
    """
    places, shapes = _places(records, layer), records.joins.shapes(_drawn(frame).value)
    radii = places.uncertainty_m * places.scale * _SLACK + 1.0
    place, shape = STRtree(to_metric(shapes.degrees)).query(places.metric, predicate="dwithin", distance=radii)
    if frame is Frame.OLD_COMMUNES:
        touched = _units_on_map(places.rows[place], shape, shapes.ids, lambda code: crosswalk.parts[code], codes)
        none = np.empty(0, np.intp)
        return touched, Pairs(none, none)
    touched = _units_on_map(places.rows[place], shape, shapes.ids, None, codes)
    place, shape, _ = shapes.holding(places)
    sure = shapes.cover_circles(places, place, shape)  # the rule of the links
    return touched, _units_on_map(places.rows[place[sure]], shape[sure], shapes.ids, None, codes)


def _of_areas(records: Records, layer: str, frame: Frame) -> Memberships:
    """The units of zones: those that the record names; else, and of surveyed outlines also, those on the map."""
    count, crosswalk = records.count(layer), _Crosswalk(records, frame)
    codes = Codes(map(str, records.ids(frame.value)))
    names = _recorded_units(records, layer, frame, crosswalk, codes)
    cuts = overlaps(records, layer, _drawn(frame))
    parts_of = (lambda code: crosswalk.parts[code]) if frame is Frame.OLD_COMMUNES else None
    on_map = _units_on_map(cuts.rows, cuts.units, cuts.codes, parts_of, codes)
    large = cuts.share >= _LEAST_OVERLAP
    large_on_map = _units_on_map(cuts.rows[large], cuts.units[large], cuts.codes, parts_of, codes)
    width = _width(codes)
    is_surveyed = _surveyed(records, layer) & (frame is not Frame.OLD_COMMUNES)
    sure = np.concatenate([names.keys(width), large_on_map.among(is_surveyed).keys(width)])
    seen = on_map.among(is_surveyed | ~names.of_records(count))
    return Memberships(layer, count, codes, np.concatenate([sure, seen.keys(width)]), sure)


def _surveyed(records: Records, layer: str) -> Mask:
    """The records whose outline is their own."""
    own, values = LAYERS[layer].outline or (None, ())
    if own is None:
        return np.ones(records.count(layer), bool)
    return records.distinct(layer, own).where(lambda kind: kind in values)


def _recorded_units(records: Records, layer: str, frame: Frame, crosswalk: _Crosswalk, codes: Codes) -> Pairs:
    """The units that each record of a layer of areas names."""
    names = _units_of_field(records, layer, "old_commune_codes", crosswalk.of, codes)
    if frame is Frame.COMMUNES:
        present = _units_of_field(records, layer, "commune_codes_since_2025", lambda code: (code,), codes)
        return _joined(names, present)
    if frame is Frame.DISTRICTS:
        districts = _units_of_field(records, layer, "district_code", lambda code: (code,), codes)
        return _joined(names, districts.among(~names.of_records(records.count(layer))))
    return names


class Cuts(NamedTuple):
    """The parts of areas that lie in units: rows of the areas, places of the units in `codes`, shares of the area."""

    rows: Rows
    units: Rows
    share: Numbers
    codes: tuple[str, ...]


def overlaps(records: Records, layer: str, frame: Frame) -> Cuts:
    """The parts of a layer's areas in the units of a frame with outlines; computed once for a version."""
    return records.once(("overlaps", layer, frame), lambda: _overlaps(records, layer, frame))


def _overlaps(records: Records, layer: str, frame: Frame) -> Cuts:
    here, there = records.joins.shapes(layer), records.joins.shapes(frame.value)
    (shape, unit, share, _), _ = here.overlapping(there, min_share=0.0)
    return Cuts(records.shape_rows(layer)[shape], unit, share, tuple(map(str, there.ids)))

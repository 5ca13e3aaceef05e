"""In which administrative units the records of a layer surely and possibly lie.

A recorded unit is sure, as long as the uncertainty circle of the place reaches it. Where none is recorded, the circle
decides: a unit that holds all of it is sure, each that it touches is possible. A record without either is undecided.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from shapely import STRtree

from geo.crs import to_metric
from geo.link.places import Joins, Places
from geo.ocop.layers import LAYERS
from geo.plan.figures import Frame, Parameters
from geo.plan.records import Records
from geo.plan.selections import Mask, Selection, everything
from geo.schema import Overlap

Units: TypeAlias = set[str]

_LEAST_OVERLAP = Overlap.min_share
"""Share of a surveyed zone from which a unit surely has a part of it, as in the rows Overlap of LINKS."""
_SLACK = 1.005
"""Circles on the map are drawn larger by this factor, more than the scale of METRIC_CRS varies over 25 km."""


@dataclass(frozen=True)
class Membership:
    """The units of one record: those that it surely lies in and those, these among them, that it may lie in."""

    sure: frozenset[str]
    possible: frozenset[str]


class Memberships:
    """The units of a frame that each record of a layer lies in, in the order of the layer's records."""

    def __init__(self, layer: str, rows: Sequence[Membership]) -> None:
        self.layer, self.rows = layer, rows
        self.unknown: Mask = np.array([not row.possible for row in rows], bool)
        self._sure, self._possible = self._rows_by_unit("sure"), self._rows_by_unit("possible")

    def in_unit(self, code: str) -> Selection:
        """The records in a unit; of areas, those that have a part in it."""
        return Selection(self.layer, self._mask(self._sure[code]), self._mask(self._possible[code]), self.unknown)

    def wholly_in_unit(self, code: str) -> Mask:
        """The records that surely lie in no other unit."""
        return self._mask([row for row in self._sure[code] if len(self.rows[row].possible) == 1])

    def _mask(self, rows: Iterable[int]) -> Mask:
        mask: Mask = np.zeros(len(self.rows), bool)
        mask[list(rows)] = True
        return mask

    def _rows_by_unit(self, side: str) -> Mapping[str, list[int]]:
        by_unit: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            for code in getattr(row, side):
                by_unit[code].append(number)
        return by_unit


def memberships(records: Records, layer: str, frame: Frame) -> Memberships:
    """The units of `frame` that the records of a layer lie in; computed once for a version."""
    read = _of_areas if LAYERS[layer].dimension == 2 else _of_points
    return records.once(("memberships", layer, frame), lambda: Memberships(layer, read(records, layer, frame)))


def scope(records: Records, layer: str, parameters: Parameters) -> Selection:
    """The records of a layer in the unit of the parameters; all of them where no unit is chosen."""
    if parameters.unit is None:
        return everything(records, layer)
    return memberships(records, layer, parameters.frame).in_unit(parameters.unit)


class _Crosswalk:
    """The former communes: the present commune that each went into, and its former district."""

    def __init__(self, records: Records) -> None:
        codes, communes, districts = (
            records.column("old_communes", name) for name in ("code", "commune_code", "district_code")
        )
        self.communes = {str(code): {str(into)} for code, into in zip(codes, communes, strict=True) if into}
        self.districts = {str(code): {str(of)} for code, of in zip(codes, districts, strict=True) if of}
        self.own = {str(code): {str(code)} for code in codes}
        self.parts: dict[str, Units] = defaultdict(set)
        for code in self.own:
            for unit in (*self.communes.get(code, ()), *self.districts.get(code, ())):
                self.parts[unit].add(code)

    def of(self, frame: Frame) -> Mapping[str, Units]:
        """Former commune -> its unit in a frame."""
        return {Frame.COMMUNES: self.communes, Frame.DISTRICTS: self.districts, Frame.OLD_COMMUNES: self.own}[frame]

    def units_of(self, codes: Iterable[str], frame: Frame) -> Units:
        """The units of a frame that any of these former communes belongs to."""
        into = self.of(frame)
        return {unit for code in codes for unit in into.get(code, ())}


def _of_points(records: Records, layer: str, frame: Frame) -> list[Membership]:
    crosswalk = _Crosswalk(records)
    old_communes, districts = records.column(layer, "old_commune_code"), records.column(layer, "district_code")
    touched, inside = _circles(records, layer, frame, crosswalk)
    rows = []
    for row, (old, district) in enumerate(zip(old_communes, districts, strict=True)):
        recorded = crosswalk.units_of([str(old)], frame) if old else set()
        if not recorded and district and frame is Frame.DISTRICTS:
            recorded = {str(district)}
        around = touched.get(row)
        if not recorded and district:
            in_district = crosswalk.units_of(crosswalk.parts[str(district)], frame)
            around = in_district if not around else (around & in_district) or around
        rows.append(_membership(recorded, around, inside.get(row, set())))
    return rows


def _membership(recorded: Units, around: Units | None, inside: Units) -> Membership:
    """The units of a point from the recorded one, those that its circle touches, and the one that holds the circle.

    `around` is None where there is no place.
    """
    if recorded and (around is None or recorded <= around):
        return Membership(frozenset(recorded), frozenset(recorded))
    touched = around or set()
    if recorded:  # the record and the place contradict each other
        return Membership(frozenset(), frozenset(recorded | touched))
    return Membership(frozenset(inside & touched), frozenset(touched))


def _circles(
    records: Records, layer: str, frame: Frame, crosswalk: _Crosswalk
) -> tuple[dict[int, Units], dict[int, Units]]:
    """The units that the uncertainty circle of each row with a place touches, and those that hold all of it.

    Former communes have no outlines: the circle touches those that went into a commune that it touches.
    """
    drawn = Frame.COMMUNES if frame is Frame.OLD_COMMUNES else frame
    places, shapes = records.joins.places(layer, at_least="district"), records.joins.shapes(drawn.value)
    touched: dict[int, Units] = {int(row): set() for row in places.rows}
    radii = places.uncertainty_m * places.scale * _SLACK + 1.0
    place, shape = STRtree(to_metric(shapes.degrees)).query(places.metric, predicate="dwithin", distance=radii)
    for row, code in zip(places.rows[place].tolist(), shapes.ids[shape].tolist(), strict=True):
        touched[row] |= {code} if drawn is frame else crosswalk.parts[code]
    return touched, _holding(records.joins, places, drawn) if drawn is frame else {}


def _holding(joins: Joins, places: Places, frame: Frame) -> dict[int, Units]:
    """The unit that holds the whole uncertainty circle of each row, where there is one; the rule of the links."""
    shapes = joins.shapes(frame.value)
    place, shape, _ = shapes.holding(places)
    sure = shapes.cover_circles(places, place, shape)
    return {int(row): {str(code)} for row, code in zip(places.rows[place[sure]], shapes.ids[shape[sure]], strict=True)}


def _of_areas(records: Records, layer: str, frame: Frame) -> list[Membership]:
    """The units of zones: those that the record names; else, and of surveyed outlines also, those on the map."""
    crosswalk = _Crosswalk(records)
    units_of_rows = _recorded_units(records, layer, frame, crosswalk)
    large, small = _overlaps(records, layer, frame, crosswalk)
    own, values = LAYERS[layer].outline or (None, ())
    kinds = records.column(layer, own) if own else [None] * records.count(layer)
    rows = []
    for row, (names, kind) in enumerate(zip(units_of_rows, kinds, strict=True)):
        is_surveyed = (own is None or kind in values) and frame is not Frame.OLD_COMMUNES
        sure = names | (large.get(row, set()) if is_surveyed else set())
        on_map = large.get(row, set()) | small.get(row, set())
        possible = sure | (on_map if is_surveyed or not names else set())
        rows.append(Membership(frozenset(sure), frozenset(possible)))
    return rows


def _recorded_units(records: Records, layer: str, frame: Frame, crosswalk: _Crosswalk) -> list[Units]:
    """The units that each record of a layer of areas names."""
    columns = [
        records.column(layer, name) for name in ("old_commune_codes", "commune_codes_since_2025", "district_code")
    ]
    units_of_rows = []
    for old, new, district in zip(*columns, strict=True):
        units = crosswalk.units_of(_codes(old), frame)
        if frame is Frame.COMMUNES:
            units |= set(_codes(new))
        if frame is Frame.DISTRICTS and not units:
            units |= set(_codes(district))
        units_of_rows.append(units)
    return units_of_rows


def _overlaps(
    records: Records, layer: str, frame: Frame, crosswalk: _Crosswalk
) -> tuple[dict[int, Units], dict[int, Units]]:
    """The units that hold a share of at least _LEAST_OVERLAP of each row's area, and those that hold less."""
    drawn = Frame.COMMUNES if frame is Frame.OLD_COMMUNES else frame
    here, there = records.joins.shapes(layer), records.joins.shapes(drawn.value)
    (shape, unit, share, _), _ = here.overlapping(there, min_share=0.0)
    place = {str(key): row for row, key in enumerate(records.ids(layer))}
    large: dict[int, Units] = defaultdict(set)
    small: dict[int, Units] = defaultdict(set)
    ends = zip(here.ids[shape].tolist(), there.ids[unit].tolist(), share.tolist(), strict=True)
    for key, code, part in ends:
        units = {code} if drawn is frame else crosswalk.parts[code]
        (large if part >= _LEAST_OVERLAP else small)[place[key]] |= units
    return large, small


def _codes(value: object) -> list[str]:
    """The codes of a field that joins them by ';'."""
    return [code for code in str(value).split(";") if code] if value else []

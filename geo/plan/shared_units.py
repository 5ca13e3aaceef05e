"""Conditions on records of two layers that lie in the same unit, and on units that hold records."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from geo.plan.figures import Frame, Parameters
from geo.plan.memberships import memberships
from geo.plan.records import Cells, Records
from geo.plan.selections import Condition, Mask, Selection


class Ends(NamedTuple):
    """The layer of a condition, and the other layer, each with the field whose values must be equal, if any."""

    layer: str
    other: str
    field: str | None = None
    other_field: str | None = None


def same_unit(ends: Ends, frame: Frame) -> Condition:
    """A record of the other layer lies in the same unit of a frame, and agrees in the fields.

    Sure where both surely lie in it. Undecided for a record without a unit or a value, and where only records without
    a unit could be meant.
    """

    def condition(records: Records, _: Parameters) -> Selection:
        key = "same unit", ends, frame
        if key not in records.derived:
            records.derived[key] = _same_unit(records, ends, frame)
        derived = records.derived[key]
        assert isinstance(derived, Selection)  # noqa: S101 - the key names what is kept under it
        return derived

    return condition


def _same_unit(records: Records, ends: Ends, frame: Frame) -> Selection:
    here, there = memberships(records, ends.layer, frame), memberships(records, ends.other, frame)
    values, others = _values(records, ends.layer, ends.field), _values(records, ends.other, ends.other_field)
    sure_at: dict[object, set[str]] = defaultdict(set)
    possible_at: dict[object, set[str]] = defaultdict(set)
    anywhere: set[object] = set()
    for row, value in zip(there.rows, others, strict=True):
        sure_at[value] |= row.sure
        possible_at[value] |= row.possible
        anywhere |= {value} if not row.possible else set()
    count = len(here.rows)
    sure, possible, unknown = (np.zeros(count, bool) for _ in range(3))
    for number, (row, value) in enumerate(zip(here.rows, values, strict=True)):
        sure[number] = bool(row.sure & sure_at[value])
        possible[number] = bool(row.possible & possible_at[value])
        is_open = not row.possible or (value in anywhere and not possible[number])
        unknown[number] = value is None or is_open
    possible &= ~unknown
    return Selection(ends.layer, sure & possible, possible, unknown)


def _values(records: Records, layer: str, field: str | None) -> list[object]:
    """The values that must be equal; the same for all where no field is named."""
    return list(records.column(layer, field)) if field else [""] * records.count(layer)


def holding(records: Records, layer: str, frame: Frame) -> Selection:
    """The units of a frame that hold a record of a layer; never undecided: records without a unit are left out."""
    codes = records.ids(frame.value)
    rows = memberships(records, layer, frame).rows
    sure, possible = ({code for row in rows for code in getattr(row, side)} for side in ("sure", "possible"))
    return Selection(frame.value, _among(codes, sure), _among(codes, possible), np.zeros(len(codes), bool))


def _among(codes: Cells, some: set[str]) -> Mask:
    return np.array([str(code) in some for code in codes], bool)

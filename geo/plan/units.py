"""An indicator for every unit of a frame, and sums of areas split between the units that an area lies in."""

from dataclasses import dataclass, replace

import numpy as np

from geo.plan.figures import Figure, Frame, Parameters
from geo.plan.indicators import compute
from geo.plan.memberships import memberships, overlaps
from geo.plan.records import Records
from geo.plan.selections import Numbers, numbers

SPLIT: dict[str, str] = {"zones_area": "area_ha"}
"""Indicator -> the field of zones that it sums and that can be split by area: hectares, which an area has everywhere.

Households are not split: where in a zone they live is not recorded.
"""
OUTLINED = (Frame.COMMUNES, Frame.DISTRICTS)
"""The frames whose units have outlines; of former communes only a point is known."""


@dataclass(frozen=True)
class UnitFigure:
    """The figure of one unit, and an estimate that splits areas by their share in the unit; None where there is none.

    The interval of the figure holds whatever the split truly is; the estimate supposes that the value is spread evenly.
    """

    code: str
    figure: Figure
    estimate: float | None = None


def by_unit(records: Records, indicator: str, parameters: Parameters) -> list[UnitFigure]:
    """The figure of each unit of the frame of the parameters, in the order of the codes."""
    frame = parameters.frame
    estimates = split_by_area(records, SPLIT[indicator], frame, parameters) if _is_split(indicator, frame) else {}
    return [
        UnitFigure(code, compute(records, indicator, replace(parameters, unit=code)), estimates.get(code))
        for code in map(str, records.ids(frame.value))
    ]


def _is_split(indicator: str, frame: Frame) -> bool:
    return indicator in SPLIT and frame in OUTLINED


def split_by_area(records: Records, field: str, frame: Frame, parameters: Parameters) -> dict[str, float]:
    """The values of zones summed for each unit, each value by the share of the zone's area that lies in the unit.

    Areas are geodesic. A zone without an outline counts in the one unit that it surely lies in, if any. Zones of
    another crop than that of the parameters, and those without a value, are left out.
    """
    values, cuts = _values(records, field, parameters), overlaps(records, "zones", frame)
    sums = np.bincount(cuts.units, weights=cuts.share * values[cuts.rows], minlength=len(cuts.codes))
    totals = dict.fromkeys(map(str, records.ids(frame.value)), 0.0) | dict(zip(cuts.codes, sums.tolist(), strict=True))
    members = memberships(records, "zones", frame)
    has_outline = ~records.frames["zones"].geometry.isna().to_numpy()
    for code in totals:
        totals[code] += float(values[members.wholly_in_unit(code) & ~has_outline].sum())
    return totals


def _values(records: Records, field: str, parameters: Parameters) -> Numbers:
    """The values of a field of zones of the crop of the parameters; 0 for all others."""
    values = np.nan_to_num(numbers(records, "zones", field))
    if parameters.crop is None:
        return values
    return np.where(records.column("zones", "crop") == parameters.crop, values, 0.0)

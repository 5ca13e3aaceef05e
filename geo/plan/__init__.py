"""Figures of the plan: indicators as rows; a figure is an interval that opens as the records and the rule behind it."""

from geo.plan.figures import Figure, Frame, Indicator, Interval, Parameters
from geo.plan.indicators import INDICATORS, compute, indicator_of
from geo.plan.records import RecordKey, Records, records_of

__all__ = [
    "INDICATORS",
    "Figure",
    "Frame",
    "Indicator",
    "Interval",
    "Parameters",
    "RecordKey",
    "Records",
    "compute",
    "indicator_of",
    "records_of",
]

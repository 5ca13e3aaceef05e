"""Certificates on a day: which products hold a valid one, whose has lapsed, and whose lapses within some days."""

from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.atlas import Value
from geo.ocop.validity import LAPSED, VALIDITY_FIELDS, Period, Span, periods_of, validity_of
from geo.plan.records import Records
from geo.plan.selections import Mask, Selection

Days: TypeAlias = NDArray[np.int64]
"""Days as ordinals of the Gregorian calendar (date.toordinal)."""

LAYER = "products"
RECOGNISED = frozenset({"certified", "reassessed", *LAPSED})
"""The values of a product's status under which it surely was certified at some time."""
_DOUBTFUL = frozenset({"assessed"})
"""The values under which it may have been: of ten products of one assessment nine were recognised."""


class Certificate(NamedTuple):
    """A certificate of a product: the row of the product, and its period."""

    row: int
    product: str
    period: Period


class _Term(NamedTuple):
    """What the dates and years of a product say: the periods of its certificates, and what they rest on."""

    periods: tuple[Period, ...]
    basis: str


def _term(row: tuple[Value, ...]) -> _Term:
    values = dict(zip(VALIDITY_FIELDS, row, strict=True))
    return _Term(tuple(periods_of(values)), validity_of(values).basis)


class Calendar:
    """All certificates of a version, as columns."""

    def __init__(self, records: Records) -> None:
        self.count = records.count(LAYER)
        rows = list(zip(*(records.column(LAYER, name) for name in VALIDITY_FIELDS), strict=True))
        terms = {row: _term(row) for row in dict.fromkeys(rows)}  # many products have the same dates
        ids = records.ids(LAYER)
        self.certificates = [
            Certificate(row, str(ids[row]), period) for row, one in enumerate(rows) for period in terms[one].periods
        ]
        self.basis = np.array([terms[row].basis for row in rows], dtype=object)
        self.row = np.array([one.row for one in self.certificates], np.intp)
        self.begins = _columns([one.period.begins for one in self.certificates])
        self.ends = _columns([one.period.ends for one in self.certificates])
        status = records.distinct(LAYER, "status")
        # A year or a date of recognition says the same as the status where that is not recorded.
        has_no_status = (status.place < 0) & ~self.undated
        sure = status.where(lambda value: value in RECOGNISED) | has_no_status
        possible = status.where(lambda value: value in _DOUBTFUL) | sure
        self.was_certified = Selection(LAYER, sure, possible, ~possible)

    def any_of(self, certificates: Mask) -> Mask:
        """The products that have one of the certificates which `certificates` selects."""
        mask: Mask = np.zeros(self.count, bool)
        mask[self.row[certificates]] = True
        return mask

    @property
    def undated(self) -> Mask:
        """The products of whose certificate neither a date nor a year is known."""
        return ~self.any_of(np.ones(len(self.row), bool))


def calendar_of(records: Records) -> Calendar:
    """The certificates of a version; read once."""
    return records.once("calendar", lambda: Calendar(records))


def valid(records: Records, on: date) -> Selection:
    """The products with a valid certificate on a day.

    Between the first and the last day on which a certificate may begin or end, it is possible only.
    """
    calendar, day = calendar_of(records), on.toordinal()
    sure = calendar.any_of((calendar.begins.last <= day) & (day <= calendar.ends.first))
    possible = calendar.any_of((calendar.begins.first <= day) & (day <= calendar.ends.last))
    return Selection(LAYER, sure, possible, calendar.undated) & calendar.was_certified


def lapsed(records: Records, on: date) -> Selection:
    """The products whose certificate has ended before a day, without a new one that is valid on it."""
    calendar, day = calendar_of(records), on.toordinal()
    ended, may_have_ended = (
        calendar.any_of(last_days < day) for last_days in (calendar.ends.last, calendar.ends.first)
    )
    before = Selection(LAYER, ended, may_have_ended, calendar.undated)
    return before & ~valid(records, on) & calendar.was_certified


def lapsing(records: Records, first: date, last: date) -> Selection:
    """The products with a certificate whose last day lies from `first` to `last`."""
    calendar, begin, end = calendar_of(records), first.toordinal(), last.toordinal()
    sure = calendar.any_of((calendar.ends.first >= begin) & (calendar.ends.last <= end))
    possible = calendar.any_of((calendar.ends.last >= begin) & (calendar.ends.first <= end))
    return Selection(LAYER, sure, possible, calendar.undated) & calendar.was_certified


def quarter(on: date) -> Span:
    """The first and the last day of the quarter of the year that a day lies in.

    >>> [day.isoformat() for day in quarter(date(2026, 12, 1))]
    ['2026-10-01', '2026-12-31']
    """
    first = date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
    after = date(on.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)
    return Span(first, after - timedelta(days=1))


def based_on(records: Records, *bases: str) -> Selection:
    """The products whose validity rests on one of these keys of the list "validity_basis"; never undecided."""
    return Selection.of(LAYER, np.isin(calendar_of(records).basis, bases))


def reassessed_late(records: Records) -> Selection:
    """The products with days between two certificates on which they had none."""
    calendar = calendar_of(records)
    sure, possible = np.zeros(calendar.count, bool), np.zeros(calendar.count, bool)
    for before, after in zip(calendar.certificates, calendar.certificates[1:], strict=False):
        if before.row == after.row:
            sure[before.row] |= after.period.begins.first > before.period.ends.last + timedelta(days=1)
            possible[before.row] |= after.period.begins.last > before.period.ends.first + timedelta(days=1)
    return Selection(LAYER, sure, possible | sure, np.zeros(calendar.count, bool))


class _Spans(NamedTuple):
    first: Days
    last: Days


def _columns(spans: list[Span]) -> _Spans:
    first, last = ([getattr(span, side).toordinal() for span in spans] for side in ("first", "last"))
    return _Spans(np.array(first, np.int64), np.array(last, np.int64))

"""Dates and times of CQL2 as spans of time, and the temporal relations between two spans.

A date is the span from its first to its last day. Dates are texts as the fields hold them: 2019, 2019-02, 2019-02-14,
2014/2015. Instants and intervals of a filter are texts of the same form.
"""

import calendar
import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple


class Span(NamedTuple):
    """First and last day, or instants to the microsecond, as ISO 8601 texts, which sort by time.

    An open start is "", an open end "~", which sort before and after every date.
    """

    first: str
    last: str


_PIECE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d+))?Z)?)?)?")
_DAWN, _DUSK = "T00:00:00.000000", "T23:59:59.999999"


def _ends(piece: str) -> Span | None:
    """The first and last day of a year, month or day; twice the same for an instant."""
    match = _PIECE.fullmatch(piece)
    if match is None:
        return None
    year, month, day, clock, fraction = match.groups()
    try:
        if clock:
            datetime.fromisoformat(f"{year}-{month}-{day}T{clock}")
            instant = f"{year}-{month}-{day}T{clock}.{(fraction or '')[:6]:0<6}"
            return Span(instant, instant)
        last = day or f"{calendar.monthrange(int(year), int(month or 12))[1]:02}"
        datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}")
        return Span(f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{last}")
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def span(text: str) -> Span | None:
    """The time that `text` covers; None when it is no date, instant or interval.

    >>> span("2019-02"), span("2014/2015-06"), span("../2015"), span("soon")
    (Span(first='2019-02-01', last='2019-02-28'), Span(first='2014-01-01', last='2015-06-30'), Span(first='', last='2015-12-31'), None)
    """  # noqa: E501
    if "/" not in text:
        return _ends(text)
    start, _, end = text.partition("/")
    first = Span("", "") if start in {"", ".."} else _ends(start)
    last = Span("~", "~") if end in {"", ".."} else _ends(end)
    return None if first is None or last is None else Span(first.first, last.last)


def _alike(a: Span, b: Span) -> tuple[Span, Span]:
    """Both spans at one precision: in days when both are, otherwise in instants, a day from 0:00 to 24:00."""
    if all(len(end) < 11 for end in (*a, *b)):
        return a, b
    return _instants(a), _instants(b)


def _instants(days: Span) -> Span:
    first, last = (clock if len(end) == 10 else "" for end, clock in zip(days, (_DAWN, _DUSK), strict=True))
    return Span(days.first + first, days.last + last)


TIMES: dict[str, Callable[[Span, Span], bool]] = {
    "<": lambda a, b: a.last < b.first,
    "<=": lambda a, b: a.last <= b.last,
    ">": lambda a, b: a.first > b.last,
    ">=": lambda a, b: a.first >= b.first,
    "=": operator.eq,
    "<>": operator.ne,
    "t_after": lambda a, b: a.first > b.last,
    "t_before": lambda a, b: a.last < b.first,
    "t_disjoint": lambda a, b: a.last < b.first or a.first > b.last,
    "t_equals": operator.eq,
    "t_intersects": lambda a, b: a.last >= b.first and a.first <= b.last,
    "t_contains": lambda a, b: a.first < b.first and a.last > b.last,
    "t_during": lambda a, b: a.first > b.first and a.last < b.last,
    "t_finishedby": lambda a, b: a.first < b.first and a.last == b.last,
    "t_finishes": lambda a, b: a.first > b.first and a.last == b.last,
    "t_meets": lambda a, b: a.last == b.first,
    "t_metby": lambda a, b: a.first == b.last,
    "t_overlappedby": lambda a, b: b.first < a.first < b.last < a.last,
    "t_overlaps": lambda a, b: a.first < b.first < a.last < b.last,
    "t_startedby": lambda a, b: a.first == b.first and a.last > b.last,
    "t_starts": lambda a, b: a.first == b.first and a.last < b.last,
}
"""Operator -> its test of two spans: T_* as in the W3C Time Ontology in OWL; comparisons as parse.py states them."""

BOTH = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
"""The relations that are defined for instants too; the rest of T_* are for intervals only."""


def compare_spans(op: str, a: str | None, b: str | None) -> bool | None:
    """Whether `a op b` holds for two spans; None when one is missing or is no date.

    >>> compare_spans("t_during", "2019-02", "2019"), compare_spans("<", "2019", "2019-06")
    (True, False)
    """
    first, second = None if a is None else span(a), None if b is None else span(b)
    return None if first is None or second is None else TIMES[op](*_alike(first, second))


def span_between(value: str | None, low: str | None, high: str | None) -> bool | None:
    """BETWEEN for dates: whether `value` begins no earlier than `low` and ends no later than `high`."""
    begins, ends = compare_spans(">=", value, low), compare_spans("<=", value, high)
    return None if begins is None or ends is None else begins and ends


def interval(start: str | None, end: str | None) -> str | None:
    """The interval from the start of `start` to the end of `end` as text; None when one is missing or is no date."""
    if start is None or end is None:
        return None
    first, last = span(f"{start.split('/')[0]}/.."), span(f"../{end.split('/')[-1]}")
    return None if first is None or last is None else f"{start.split('/')[0]}/{end.split('/')[-1]}"


def canonical_span(text: str | None) -> str | None:
    """The one text of a span: equal spans, however written, have equal texts.

    >>> canonical_span("2019-02") == canonical_span("2019-02-01/2019-02-28")
    True
    """
    days = None if text is None else span(text)
    return None if days is None else "/".join(_instants(days))

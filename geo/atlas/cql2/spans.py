"""Dates and times of CQL2: every date is a span from its first day to its last, and spans stand to each other.

Dates are texts as the fields hold them (2019, 2019-02, 2019-02-14, 2014/2015); a literal instant or interval is the
same text with other ends.
"""

import calendar
import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple


class Span(NamedTuple):
    """First and last moment as texts that sort by time: days, or instants to the microsecond; open ends "" and "~"."""

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
    """The time that `text` covers; None when it is no date, instant or span of them.

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
    """Both in days where both are; otherwise both in instants, a day being all of it."""
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
"""How two spans stand to each other (W3C Time Ontology in OWL). Comparisons ask it of all of the first span."""

BOTH = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
"""The relations that an instant takes part in too; the rest of T_* are for intervals."""


def stands(op: str, a: str | None, b: str | None) -> bool | None:
    """Whether span `a` stands to span `b` as `op` says; None where one is missing or is no date.

    >>> stands("t_during", "2019-02", "2019"), stands("t_meets", "2014/2015", "2016"), stands("<", "2019", "2019-06")
    (True, False, False)
    """
    first, second = None if a is None else span(a), None if b is None else span(b)
    return None if first is None or second is None else TIMES[op](*_alike(first, second))


def lasts(value: str | None, low: str | None, high: str | None) -> bool | None:
    """`between` of dates: begins no earlier than `low` and ends no later than `high`."""
    begins, ends = stands(">=", value, low), stands("<=", value, high)
    return None if begins is None or ends is None else begins and ends


def interval(start: str | None, end: str | None) -> str | None:
    """From the first moment of `start` to the last of `end`, as one text; None where one is missing or is no date."""
    if start is None or end is None:
        return None
    first, last = span(f"{start.split('/')[0]}/.."), span(f"../{end.split('/')[-1]}")
    return None if first is None or last is None else f"{start.split('/')[0]}/{end.split('/')[-1]}"


def whole(text: str | None) -> str | None:
    """A span written one way only, so that equal spans are equal texts.

    >>> whole("2019-02") == whole("2019-02-01/2019-02-28")
    True
    """
    found = None if text is None else span(text)
    return None if found is None else "/".join(_instants(found))

"""What CQL2 asks of a value that SQLite cannot tell by itself: the SQL functions of a connection.

Every function gives NULL for NULL. Dates are texts as the fields hold them (2019, 2019-02, 2019-02-14, 2014/2015), so
each is a span from its first day to its last; a literal instant or interval is the same text with other ends.
"""

import calendar
import json
import math
import operator
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.text import fold, nfc

# --- text -------------------------------------------------------------------------------------------


def casei(text: str | None) -> str | None:
    """`text` without case.

    >>> casei("Đồi A1")
    'đồi a1'
    """
    return None if text is None else nfc(nfc(text).casefold())


def accenti(text: str | None) -> str | None:
    """`text` without diacritics, Đ as D; case and spaces stay.

    >>> accenti("Đồi  Ý")
    'Doi  Y'
    """
    if text is None:
        return None
    bare = (letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(_letter(letter) for letter in bare))


def _letter(letter: str) -> str:
    """The letters whose stroke no decomposition takes off, as geo.text.fold reads them."""
    if letter not in "ĐđÐð":
        return letter
    return fold(letter).upper() if letter in "ĐÐ" else fold(letter)


@lru_cache(maxsize=256)
def _pattern(like: str) -> re.Pattern[str]:
    """A LIKE pattern: % any text, _ one letter, backslash before either for itself. Atomic groups: linear per piece."""
    pieces, piece, letters = [], "", iter(like)
    for letter in letters:
        if letter == "%":
            pieces.append(piece)
            piece = ""
        elif letter == "_":
            piece += "."
        else:
            piece += re.escape(next(letters, letter) if letter == "\\" else letter)
    if not pieces:
        return re.compile(piece, re.DOTALL)
    inner = "".join(f"(?>.*?{part})" for part in pieces[1:] if part)
    return re.compile(f"{pieces[0]}{inner}.*{piece}", re.DOTALL)


def like(text: str | None, pattern: str | None) -> bool | None:
    """Whether the whole of `text` has the pattern; letters count by case and diacritics.

    >>> like("Mật ong", "M_t%"), like("mật ong", "M%"), like("100%", r"100\\%")
    (True, False, True)
    """
    return None if text is None or pattern is None else _pattern(pattern).fullmatch(text) is not None


def between(value: Any, low: Any, high: Any) -> bool | None:
    """Whether low <= value <= high. SQL would say FALSE where one bound is missed and the other missing; CQL2 NULL."""
    return None if value is None or low is None or high is None else low <= value <= high


# --- numbers ----------------------------------------------------------------------------------------

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "%": math.fmod,
    "div": lambda a, b: float(math.trunc(a / b)),
    "^": math.pow,
}


def calculate(op: str, a: float | None, b: float | None) -> float | None:
    """`a op b` as a real number; None where there is none (division by zero, a root of what is negative, too large).

    >>> calculate("div", -7, 2), calculate("%", -7, 2), calculate("^", 2, 3), calculate("%", 1, 0)
    (-3.0, -1.0, 8.0, None)
    """
    if a is None or b is None:
        return None
    try:
        result = _ARITHMETIC[op](float(a), float(b))
    except (ArithmeticError, ValueError):
        return None
    return result if math.isfinite(result) else None


# --- time -------------------------------------------------------------------------------------------


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


# --- lists ------------------------------------------------------------------------------------------

ARRAYS: dict[str, Callable[[frozenset[object], frozenset[object]], bool]] = {
    "a_equals": operator.eq,
    "a_contains": operator.ge,
    "a_containedby": operator.le,
    "a_overlaps": lambda a, b: not a.isdisjoint(b),
}


def keys(text: str | None) -> str | None:
    """The keys of a field of several ("a;b") as a JSON array."""
    return None if text is None else json.dumps([key.strip() for key in text.split(";") if key.strip()])


@lru_cache(maxsize=4096)
def _members(array: str) -> frozenset[object]:
    return frozenset((isinstance(value, bool), _hashable(value)) for value in json.loads(array))


def _hashable(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | dict) else value


def sets(op: str, a: str | None, b: str | None) -> bool | None:
    """Whether two JSON arrays, taken as sets, stand to each other as `op` says.

    >>> sets("a_contains", keys("weaving;embroidery"), '["weaving"]'), sets("a_equals", "[1]", "[true]")
    (True, False)
    """
    return None if a is None or b is None else ARRAYS[op](_members(a), _members(b))


# --- places -----------------------------------------------------------------------------------------

SPATIAL: dict[str, Callable[[BaseGeometry, BaseGeometry], object]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
TURNED = {"s_within": "s_contains", "s_contains": "s_within"}
"""What a relation is called from the other side, where it is not the same."""


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that compiled filters call. Geometries of filters are prepared once for it."""

    @lru_cache(maxsize=64)
    def prepared(wkb: bytes) -> BaseGeometry:
        geometry: BaseGeometry = shapely.from_wkb(wkb)
        shapely.prepare(geometry)
        return geometry

    def relates(op: str, wkb: bytes | None, literal: bytes | None) -> bool | None:
        """The relation is asked of the prepared side; what GEOS cannot tell of a broken shape is unknown."""
        if wkb is None or literal is None:
            return None
        try:
            return bool(SPATIAL[TURNED.get(op, op)](prepared(literal), shapely.from_wkb(wkb)))
        except GEOSException:
            return None

    functions: tuple[tuple[str, int, Callable[..., str | float | None]], ...] = (
        ("cql_casei", 1, casei),
        ("cql_accenti", 1, accenti),
        ("cql_like", 2, like),
        ("cql_between", 3, between),
        ("cql_lasts", 3, lasts),
        ("cql_calculate", 3, calculate),
        ("cql_time", 3, stands),
        ("cql_interval", 2, interval),
        ("cql_span", 1, whole),
        ("cql_keys", 1, keys),
        ("cql_sets", 3, sets),
        ("cql_place", 3, relates),
    )
    for name, arguments, function in functions:
        connection.create_function(name, arguments, function, deterministic=True)

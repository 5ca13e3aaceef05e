"""How long a product's certificate is valid: as recorded, or derived from its date or year."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)

MONTHS = 36
"""Validity of a certificate in months, by decisions 1048/QĐ-TTg (2019) and 148/QĐ-TTg (2023)."""

LAPSED = frozenset({"not_renewed"})
"""The values of a product's status under which its stars are no longer valid."""

VALIDITY_FIELDS = ("certified_from", "certified_until", "year", "reassessed")
"""The fields of a product that its validity is derived from."""


class Validity(NamedTuple):
    """The last day, month or year of a certificate (ISO 8601; None when unknown), and a key of `validity_basis`."""

    until: str | None
    basis: str


def validity_of(properties: Mapping[str, Any]) -> Validity:
    """The validity of a product's certificate.

    When only the year is known, the certificate ends by the end of the third year after it at the latest; a later
    assessment counts from its own year.

    >>> validity_of({"year": 2019})
    Validity(until='2022', basis='year')
    >>> validity_of({"year": 2019, "reassessed": 2023})
    Validity(until='2026', basis='year')
    >>> validity_of({"certified_from": "2024-02-29"})
    Validity(until='2027-02-28', basis='date')
    >>> validity_of({"certified_from": "2019-02"})
    Validity(until='2022-02', basis='date')
    >>> validity_of({"certified_until": "2026-05-31", "year": 2023})
    Validity(until='2026-05-31', basis='recorded')
    >>> validity_of({"certified_from": "khoảng 2021", "year": 2021})
    Validity(until='2024', basis='year')
    >>> validity_of({})
    Validity(until=None, basis='unknown')
    """
    if properties.get("certified_until"):
        return Validity(str(properties["certified_until"]), "recorded")
    begin = str(properties.get("certified_from") or "")
    years = [int(year) for year in (properties.get("year"), properties.get("reassessed")) if year]
    if not _DATE.fullmatch(begin):  # a text that is no date, which the checks report, says nothing of the validity
        begin = ""
    if len(begin) > len("2024") and int(begin[:4]) >= max(years, default=0):
        return Validity(_three_years_after(begin), "date")
    years += [int(begin[:4])] if begin else []
    return Validity(str(max(years) + MONTHS // 12), "year") if years else Validity(None, "unknown")


class Span(NamedTuple):
    """The first and the last of the days that a day may be, both included."""

    first: date
    last: date


class Period(NamedTuple):
    """One certificate: the day that it begins and its last day, each as a span, and a key of `validity_basis`."""

    begins: Span
    ends: Span
    basis: str


def periods_of(properties: Mapping[str, Any]) -> list[Period]:
    """The certificates of a product in order, by the same rule as `validity_of`: the first, and that after reassessment.

    A certificate of a year alone begins on any of its days, and ends 36 months later. What is no date is passed over.

    >>> first, second = periods_of({"year": 2019, "reassessed": 2023})
    >>> first.begins.first.isoformat(), first.ends.first.isoformat(), first.ends.last.isoformat(), first.basis
    ('2019-01-01', '2022-01-01', '2022-12-31', 'year')
    >>> second.ends.last.isoformat()
    '2026-12-31'
    >>> [period.ends.last.isoformat() for period in periods_of({"certified_from": "2024-02", "year": 2024})]
    ['2027-02-28']
    >>> periods_of({})
    []
    """
    years = sorted({int(year) for year in (properties.get("year"), properties.get("reassessed")) if year})
    latest = _latest_period(properties, years)
    own = latest.begins.last.year if latest else None
    earlier = [_period_of_year(properties, year) for year in years if own is None or year < own]
    return [period for period in (*earlier, latest) if period is not None]


def _period_of_year(properties: Mapping[str, Any], year: int) -> Period | None:
    """The certificate of a year, by the date on record where that is of this year."""
    begin = str(properties.get("certified_from") or "")
    values = {"certified_from": begin} if begin.startswith(f"{year}-") else {"year": year}
    until, basis = validity_of(values)
    return _period(str(values.get("certified_from", year)), str(until), basis)


def _latest_period(properties: Mapping[str, Any], years: list[int]) -> Period | None:
    """The certificate that `validity_of` speaks of."""
    until, basis = validity_of(properties)
    begin = str(properties.get("certified_from") or "")
    if until is None or not _DATE.fullmatch(until):
        return None
    if not _DATE.fullmatch(begin) or int(begin[:4]) < max(years, default=0):
        begin = str(max(years)) if years else str(int(until[:4]) - MONTHS // 12)
    return _period(begin, until, basis)


def _period(begin: str, until: str, basis: str) -> Period | None:
    begins, ends = span_of(begin), span_of(until)
    return Period(begins, ends, basis) if begins and ends else None


def span_of(text: str) -> Span | None:
    """The days of a year, a month or a day in ISO 8601; None for a text that is no date.

    >>> [day.isoformat() for day in span_of("2024-02")], span_of("2023-02-30")
    (['2024-02-01', '2024-02-29'], None)
    """
    if not _DATE.fullmatch(text):
        return None
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, None, None)[:3]
    try:
        first = date(year or 0, month or 1, day or 1)
        last = date(year or 0, month or 12, day or monthrange(first.year, month or 12)[1])
    except ValueError:
        return None
    return Span(first, last)


def _three_years_after(begin: str) -> str:
    """Three years after a day or a month."""
    year, month_and_day = int(begin[:4]) + MONTHS // 12, begin[4:]
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return f"{year}{'-02-28' if month_and_day == '-02-29' and not is_leap else month_and_day}"

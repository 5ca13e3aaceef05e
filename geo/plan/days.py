"""The days that figures can be asked for, and how one is read from text."""

import re
from datetime import date

from geo.errors import BadQuery

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
"""No certificate and no plan is judged outside these days, and sums of days stay within the calendar."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day_of(name: str, text: str) -> date:
    """The day that the parameter `name` gives; BadQuery for anything but a day from FIRST to LAST, as 2026-12-31."""
    try:
        value = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:  # such as 2026-02-30
        value = None
    if value is None or not FIRST <= value <= LAST:
        raise BadQuery(
            f"{name}={text!r}: expected a day such as 2026-12-31, from {FIRST} to {LAST}.",
            f"{name}={text!r}: cần một ngày như 2026-12-31, từ {FIRST} đến {LAST}.",
        )
    return value

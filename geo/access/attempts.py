"""Delays after wrong secrets: they double from failure to failure, for each address and for all together.

Refused attempts are not checked at all, so that nobody gains by sending many. Counts are kept for all processes.
"""

import ipaddress
import math
import time
from typing import NamedTuple

from geo.access.private_database import Failures, PrivateDatabase
from geo.errors import TooManyAttempts

_ALL = "*"
_MEMORY_S = 3_600.0
"""An address without a failure for so long begins anew."""


class Pace(NamedTuple):
    """How many failures in a row cost nothing, and the longest delay after more, in seconds."""

    free: int
    longest_s: int

    def delay_s(self, failures: int) -> float:
        """The delay after so many failures: 1 second when `free` is reached, then twice as long after each."""
        return 0.0 if failures < self.free else float(min(2 ** min(failures - self.free, 30), self.longest_s))


OF_ONE = Pace(3, 900)
OF_ALL = Pace(30, 60)


class Attempt(NamedTuple):
    """An attempt that was checked: whether the secret was right, and how many were refused unchecked before it."""

    right: bool
    refused: int


class Attempts:
    """Decides on secrets that are offered."""

    def __init__(self, database: PrivateDatabase) -> None:
        self._database = database

    def check(self, address: str, *, right: bool, by_link: bool = False) -> Attempt:
        """Take note of a secret that an address offers; TooManyAttempts when it must wait, right or wrong.

        Those who have a session at that address, and sign-in links, do not wait for the failures of other addresses:
        who guesses from everywhere must not lock out the office.
        """
        place, now = network_of(address), time.time()
        with self._database.failures() as table:
            table.forget_before(now - _MEMORY_S)
            own = table.get(place)
            key, pace = place, OF_ONE
            if not by_link and not table.has_session(place, now) and _wait_s(own, OF_ONE, now) <= 0:
                key, pace = _ALL, OF_ALL
            failures = table.get(key)
            wait_s = _wait_s(failures, pace, now)
            if wait_s > 0:
                table.put(key, failures._replace(last=min(failures.last, now), refused=failures.refused + 1))
            elif right:
                table.forget(place)
            else:
                for key in (place, _ALL):
                    table.put(key, Failures(table.get(key).wrong + 1, now))
        if wait_s > 0:
            raise _too_many(math.ceil(wait_s), first=failures.refused == 0)
        return Attempt(right, own.refused)


def network_of(address: str) -> str:
    """Whose failures count together: an IPv4 address, or the /64 network that one customer has of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _too_many(wait_s: int, *, first: bool) -> TooManyAttempts:
    return TooManyAttempts(
        f"Too many failed attempts to sign in. Try again in {wait_s} s.",
        f"Đăng nhập sai quá nhiều lần. Hãy thử lại sau {wait_s} giây.",
        retry_after_s=wait_s, first=first,
    )  # fmt: skip


def _wait_s(failures: Failures, pace: Pace, now: float) -> float:
    """The seconds that somebody must still wait; a clock that was set back since does not make them more."""
    return min(failures.last, now) + pace.delay_s(failures.wrong) - now

"""The log of acts: one line of JSON for each change of the data and each attempt to sign in."""

import json
import logging
import re
from contextvars import ContextVar

log = logging.getLogger("geo.acts")

Origin = dict[str, str]
"""Origin of an act: `from` (address), `request` (X-Request-ID), `session` (tag of the session, if any)."""

ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)
"""Origin of the current request; None on the command line. A job runs in a copy of the request's context."""

_NEVER_RAW = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters that some viewers take for the end of a line or a change of direction."""


def write_act(act: str, outcome: str, **fields: object) -> None:
    """Log an act and its outcome, with level WARNING unless the outcome is in GOOD. Empty fields are left out.

    Personal data in the line: the address, and the name that the person gave for the history (`who`).
    """
    line = {"act": act, "outcome": outcome, **(ORIGIN.get() or {}), **fields}
    level = logging.INFO if outcome in GOOD else logging.WARNING
    log.log(level, "%s", json_line({name: value for name, value in line.items() if value not in {None, ""}}))


GOOD = {"done", "accepted"}
"""Outcomes of level INFO."""


def json_line(fields: dict[str, object]) -> str:
    """An object as one line of JSON that shows Vietnamese letters as they are."""
    text = json.dumps(fields, ensure_ascii=False)
    return _NEVER_RAW.sub(lambda letter: f"\\u{ord(letter[0]):04x}", text)

"""The log of acts: one line of JSON for each change of the data and each attempt to sign in."""

import json
import logging
import re
from contextvars import ContextVar

log = logging.getLogger("geo.acts")

Origin = dict[str, str]
"""Where an act comes from: `from` (address), `request` (id of the request), `session` (tag of the session, if any)."""

ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)
"""The origin of what runs now; None for a command line. A job that a request starts runs in a copy of its context."""

_NEVER_RAW = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that end a line, or turn its direction, in some viewers."""


def write_act(act: str, outcome: str, **fields: object) -> None:
    """Log an act and its outcome; failures and refusals as warnings. Fields without a value are left out.

    The line holds no personal data but the address, and the name that the person gave for the history (`who`).
    """
    line = {"act": act, "outcome": outcome, **(ORIGIN.get() or {}), **fields}
    level = logging.INFO if outcome in GOOD else logging.WARNING
    log.log(level, "%s", json_line({name: value for name, value in line.items() if value not in {None, ""}}))


GOOD = {"done", "accepted"}
"""Outcomes that no operator needs to look at."""


def json_line(fields: dict[str, object]) -> str:
    """An object as one line of JSON that shows Vietnamese letters as they are."""
    text = json.dumps(fields, ensure_ascii=False)
    return _NEVER_RAW.sub(lambda letter: f"\\u{ord(letter[0]):04x}", text)

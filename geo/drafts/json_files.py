"""JSON files that are written atomically, and the ids of drafts and restorations."""

import json
import os
import re
import secrets
import time
from pathlib import Path

ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")


def new_id() -> str:
    """A new id: the time in UTC to the second, by which ids sort, and random hex digits."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"


def timestamp() -> str:
    """Now in UTC, as ISO 8601 to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def write_json(path: Path, body: object, *, indent: int | None = None) -> None:
    """Write `body` atomically: other processes read the old file or the new one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(body, ensure_ascii=False, indent=indent), encoding="utf-8")
    part.replace(path)

"""JSON files that are written atomically, and the ids of drafts and restorations."""

import json
import re
import secrets
import time
from pathlib import Path

from geo.errors import disk_full
from geo.part_files import part_of

ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")


def new_id() -> str:
    """A new id: the time in UTC to the second, by which ids sort, and random hex digits."""
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"


def timestamp() -> str:
    """Now in UTC, as ISO 8601 to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def write_json(path: Path, body: object, *, indent: int | None = None) -> None:
    """Write `body` atomically: other processes read the old file or the new one.

    On a full disk the old file is overwritten, if its blocks suffice: that a job has failed must be saved above all.
    """
    content = json.dumps(body, ensure_ascii=False, indent=indent).encode("utf-8")
    part = part_of(path)
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        if disk_full(error) is None or not _overwrite(path, content):
            raise
    finally:
        part.unlink(missing_ok=True)


def _overwrite(path: Path, content: bytes) -> bool:
    """Write over a file in place; False when there is none or its blocks do not hold the content."""
    blocks = getattr(path.stat(), "st_blocks", 0) if path.is_file() else 0  # Windows does not count them
    if len(content) > blocks * 512:
        return False
    with path.open("rb+") as file:
        file.write(content)
        file.truncate()
    return True

"""The checksum of an atlas file: its SHA-256, written behind the pages of the database, where SQLite does not read."""

import hashlib
import os
from pathlib import Path

_MARK = b"\nsha256 "
_LENGTH = len(_MARK) + hashlib.sha256().digest_size * 2
_CHUNK = 1 << 20


def append_checksum(path: Path) -> None:
    """Write the checksum of a closed file behind its last byte."""
    with path.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0, os.SEEK_END)
        file.write(_MARK + digest.encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def is_sound(path: Path) -> bool:
    """Whether a file has the length and the bytes with which it was written; False for one that cannot be read."""
    try:
        left = path.stat().st_size - _LENGTH
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while left > 0 and (chunk := file.read(min(left, _CHUNK))):
                digest.update(chunk)
                left -= len(chunk)
            return left == 0 and file.read() == _MARK + digest.hexdigest().encode("ascii")
    except OSError:
        return False

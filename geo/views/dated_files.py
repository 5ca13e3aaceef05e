"""Files with the version's date instead of the current time, so that the same version gives the same bytes."""

import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_CHANGE_COUNTERS = (24, 92)
"""Offsets in the SQLite header of the file change counter and of the version-valid-for number."""


def moment_of(published_at: str) -> datetime:
    """The time when a version was published, in UTC.

    >>> moment_of("2026-11-23T15:30:00+07:00").isoformat()
    '2026-11-23T08:30:00+00:00'
    """
    return datetime.fromisoformat(published_at).astimezone(UTC)


class DatedZip:
    """A zip whose entries all carry one date."""

    def __init__(self, out: BinaryIO, published_at: str) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._date = moment_of(published_at).timetuple()[:6]

    def __enter__(self) -> "DatedZip":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes | BinaryIO) -> None:
        """Add one file to the zip, from bytes or from a binary stream."""
        entry = zipfile.ZipInfo(name, self._date)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        if isinstance(content, bytes):
            self._zip.writestr(entry, content)
            return
        with self._zip.open(entry, "w", force_zip64=True) as inside:
            shutil.copyfileobj(content, inside, 1 << 18)


def date_geopackage(path: Path, published_at: str) -> None:
    """Replace every timestamp that GDAL wrote to a GeoPackage, and the change counters, which vary from run to run."""
    at = moment_of(published_at).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE gpkg_contents SET last_change = ?", (at,))
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_metadata_reference'").fetchone():
            db.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (at,))
    with path.open("r+b") as file:
        for place in _CHANGE_COUNTERS:
            file.seek(place)
            file.write((1).to_bytes(4, "big"))


def date_dbf(path: Path, published_at: str) -> None:
    """Replace the date of the last update in the header of a .dbf: year since 1900, month and day, a byte each."""
    at = moment_of(published_at)
    with path.open("r+b") as file:
        file.seek(1)
        file.write(bytes((at.year - 1900, at.month, at.day)))

"""The order in which the grounds of a folder became current, kept in a file beside them, and which of them stay."""

import re
import shutil
from pathlib import Path

from geo.part_files import part_of

KEPT = 5
"""How many grounds stay on disk: the last ones that became current, so also the one that a page may still read."""

GROUND_NAME = re.compile(r"ground-[0-9a-f]{12}", re.ASCII)
_ORDER = "ORDER"


def read_order(folder: Path) -> list[str]:
    """The names of the grounds on disk, the one that became current last at the end.

    Grounds that the file does not name come first, by the time of their folders.
    """
    folders = [path for path in folder.glob("ground-*") if GROUND_NAME.fullmatch(path.name)]
    on_disk = [path.name for path in sorted(folders, key=lambda path: (path.stat().st_mtime_ns, path.name))]
    try:
        names = (folder / _ORDER).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        names = []
    return [*(name for name in on_disk if name not in names), *(name for name in names if name in on_disk)]


def append(folder: Path, before: str, name: str) -> None:
    """Write the order with the ground `name` at its end, after `before`, which was current until now."""
    names = [one for one in read_order(folder) if one not in {before, name}]
    write_whole(folder / _ORDER, "\n".join([*names, *filter(None, [before]), name]))


def delete_old(folder: Path, staying: set[str]) -> None:
    """Delete the grounds before the last KEPT ones, but none of `staying`."""
    for name in read_order(folder)[:-KEPT]:
        if name not in staying:
            shutil.rmtree(folder / name, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file of ASCII text, which other processes read either as it was or as it is now."""
    part = part_of(path)
    try:
        part.write_text(text, encoding="ascii")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

"""Files and folders that are being written: their names hold the number of the process that writes them.

A process that is killed leaves them behind; by the number they are recognised and deleted.
"""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from geo.errors import BadQuery

_PART = re.compile(r".+\.(\d+)\.part(-journal)?", re.DOTALL)


def part_suffix() -> str:
    """What the name of a file or folder ends in while this process writes it."""
    return f".{os.getpid()}.part"


def part_of(path: Path) -> Path:
    """The path beside `path` to be written by this process and renamed to `path` when it is complete."""
    return path.with_name(f"{path.name}{part_suffix()}")


def require_folder(file: Path) -> None:
    """BadQuery when the folder of a file that is to be written is not there."""
    if not file.parent.is_dir():
        raise BadQuery(
            f"There is no folder {file.parent}. Make it first.",
            f"Không có thư mục {file.parent}. Hãy tạo thư mục trước.",
        )


def is_part(path: Path) -> bool:
    """Whether a file or folder is unfinished, by its name."""
    return _PART.fullmatch(path.name) is not None


def delete_parts(folder: Path, *, deep: bool = False, starting: bool = False) -> None:
    """Delete the unfinished files and folders of dead processes in `folder`, and with `deep` in the folders below it.

    `starting` says that this process has written nothing yet: what bears its number was left by an earlier process of
    the same number, as in a container, where every start counts from the same one.
    """
    for path in sorted(folder.rglob("*.part*") if deep else folder.glob("*.part*")):
        owner = _PART.fullmatch(path.name)
        if owner and not (is_alive(int(owner[1])) and not (starting and int(owner[1]) == os.getpid())):
            _delete(path)


def is_alive(process: int) -> bool:
    """Whether a process runs. On Windows, which refuses to delete what a process has open, always False."""
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to another user
        return True
    return True


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(OSError):
        path.unlink()

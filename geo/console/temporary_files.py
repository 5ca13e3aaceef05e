"""The temporary folder of a command that writes: it lies in the data folder and is deleted at the end."""

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from geo.part_files import part_suffix
from geo.settings import Settings

_VARIABLES = ("TMPDIR", "SQLITE_TMPDIR", "CPL_TMPDIR")
"""Environment variables that name the temporary folder to Python, SQLite and GDAL."""


def with_temporary_folder(config: Settings) -> Settings:
    """The settings, once temporary files go to a folder in the data folder.

    This process, the processes that it starts, SQLite and GDAL have one folder for them. It is deleted at the end; that
    of a process that was killed is deleted by the next start.
    """
    with suppress(OSError):  # where it cannot be made, the temporary folder of the system is used
        config.temporary_dir.mkdir(parents=True, exist_ok=True)
        folder = tempfile.mkdtemp(suffix=part_suffix(), dir=config.temporary_dir)
        os.environ.update(dict.fromkeys(_VARIABLES, folder))
        tempfile.tempdir = folder
        atexit.register(_delete, Path(folder), os.getpid())
    return config


def _delete(folder: Path, owner: int) -> None:
    """Delete the folder when the process that made it ends, not when a process that it forked does."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)

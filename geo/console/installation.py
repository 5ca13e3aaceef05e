"""What app.py hands to every command: how the settings are read, and where the program's files are."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from geo.settings import Settings


class Installation(NamedTuple):
    """A copy of the program on a machine."""

    settings: Callable[[], Settings]
    """Reads the settings; a command that needs none works where they are wrong."""
    templates: Path
    requirements: Path
    """The file of the pinned libraries."""

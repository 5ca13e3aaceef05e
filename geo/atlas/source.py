"""Which atlas is current: a pointer file that is replaced by one rename, and the open atlas behind it."""

import os
import threading
from pathlib import Path

from geo.atlas.model import VersionInfo
from geo.atlas.query import Atlas
from geo.atlas.tables import declaration_digest
from geo.errors import NotFound

_POINTER = "CURRENT"


def atlas_name(version: VersionInfo) -> str:
    """The file name of a version's atlas; it differs when the data or the declaration does."""
    return f"{version.number:06d}-{version.digest[:12]}-{declaration_digest()}.sqlite"


class AtlasSource:
    """Gives the current atlas, opened once and again when `publish` has pointed to another.

    Requests in flight keep the atlas they began with.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._atlas: Atlas | None = None

    def __call__(self) -> Atlas:
        """The current atlas; NotFound when none was ever built."""
        pointer = self.directory / _POINTER
        try:
            status = pointer.stat()
        except FileNotFoundError:
            raise NotFound(
                f"No atlas in {self.directory}. Run `python app.py build` first.",
                f"Chưa có dữ liệu trong {self.directory}. Hãy chạy `python app.py build` trước.",
            ) from None
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if self._atlas is None or stamp != self._stamp:
                self._atlas = Atlas(self.directory / pointer.read_text(encoding="utf-8").strip())
                self._stamp = stamp
            return self._atlas

    def publish(self, path: Path) -> None:
        """Make the atlas at `path`, a file in our directory, the current one."""
        part = self.directory / f"{_POINTER}.{os.getpid()}.part"
        part.write_text(path.name, encoding="utf-8")
        part.replace(self.directory / _POINTER)

    def close(self) -> None:
        """Close the open atlas, if any."""
        with self._lock:
            if self._atlas is not None:
                self._atlas.close()
            self._atlas, self._stamp = None, None

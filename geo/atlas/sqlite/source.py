"""Which atlas is current: a pointer file that is replaced by one rename, and the open atlases behind it."""

import os
import threading
from collections import OrderedDict
from pathlib import Path

from geo.atlas.model import VersionInfo
from geo.atlas.sqlite.query import Atlas
from geo.atlas.sqlite.tables import declaration_digest
from geo.errors import NotFound

_POINTER = "CURRENT"
_EARLIER = 4
"""Earlier versions that are kept open for those who page through them."""


def atlas_name(version: VersionInfo) -> str:
    """The file name of a version's atlas; it differs when the data or the declaration does."""
    return f"{version.number:06d}-{version.digest[:12]}-{declaration_digest()}.sqlite"


class AtlasSource:
    """Gives the current atlas, opened once and again when `publish` has pointed to another.

    Requests in flight keep the atlas they began with.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._pointer = directory / _POINTER
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._atlas: Atlas | None = None
        self._earlier: OrderedDict[int, Atlas] = OrderedDict()

    def __call__(self) -> Atlas:
        """The current atlas; NotFound when none was ever built."""
        try:
            status = self._pointer.stat()
        except FileNotFoundError:
            raise NotFound(
                f"No atlas in {self.directory}. Run `python app.py build` first.",
                f"Chưa có dữ liệu trong {self.directory}. Hãy chạy `python app.py build` trước.",
            ) from None
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if self._atlas is None or stamp != self._stamp:
                self._atlas = Atlas(self.directory / self._pointer.read_text(encoding="utf-8").strip())
                self._stamp = stamp
            return self._atlas

    def at(self, number: int) -> Atlas:
        """The atlas of an earlier version that is still kept; NotFound for any other."""
        current = self()
        if number == current.version.number:
            return current
        # A version later than the pointer's may lie here, made and not yet swapped in.
        kept = sorted(self.directory.glob(f"{number:06d}-*-{declaration_digest()}.sqlite"))
        if number > current.version.number or not kept:
            raise NotFound(
                f"Version {number} is not kept. Begin anew without version; the current one is"
                f" {current.version.number}.",
                f"Phiên bản {number} không còn được giữ. Hãy bắt đầu lại, không dùng version; phiên bản hiện hành là"
                f" {current.version.number}.",
            )
        with self._lock:
            found = self._earlier.pop(number, None) or Atlas(kept[-1])
            self._earlier[number] = found
            while len(self._earlier) > _EARLIER:
                self._earlier.popitem(last=False)  # closed when the last request that asks it has ended
            return found

    def publish(self, path: Path) -> None:
        """Make the atlas at `path`, a file in our directory, the current one."""
        part = self.directory / f"{_POINTER}.{os.getpid()}.part"
        part.write_text(path.name, encoding="utf-8")
        part.replace(self.directory / _POINTER)

    def close(self) -> None:
        """Close the open atlases, if any."""
        with self._lock:
            for atlas in (self._atlas, *self._earlier.values()):
                if atlas is not None:
                    atlas.close()
            self._atlas, self._stamp = None, None
            self._earlier.clear()

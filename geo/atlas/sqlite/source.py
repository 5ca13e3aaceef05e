"""The folder of atlas files: a pointer file names the current one and is replaced atomically by a rename."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from geopandas import GeoDataFrame

from geo.atlas.model import Notes, VersionInfo
from geo.atlas.sqlite.frozen_file import write_atlas
from geo.atlas.sqlite.query import SqliteAtlas, key_of
from geo.atlas.sqlite.tables import declaration_digest
from geo.errors import NotFound
from geo.link import Pair

_POINTER = "CURRENT"
_SUFFIX = ".sqlite"
_EARLIER = 4
"""Most earlier versions that stay open, for clients that page through one while a new one is published."""


def file_name(version: VersionInfo) -> str:
    """The file name of a version's atlas; it differs when the data or the declaration does."""
    return f"{version.number:06d}-{version.digest[:12]}-{declaration_digest()}{_SUFFIX}"


class SqliteAtlasSource:
    """An AtlasSource over a folder: one SQLite file for each version, and a pointer to the current one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pointer = directory / _POINTER
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._atlas: SqliteAtlas | None = None
        self._earlier: OrderedDict[int, SqliteAtlas] = OrderedDict()

    def __call__(self) -> SqliteAtlas:
        """The current atlas, opened again when the pointer has changed; NotFound without a pointer."""
        try:
            status = self._pointer.stat()
        except FileNotFoundError:
            raise NotFound(
                f"No atlas in {self._directory}. Run `python app.py build` first.",
                f"Chưa có dữ liệu trong {self._directory}. Hãy chạy `python app.py build` trước.",
            ) from None
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if self._atlas is None or stamp != self._stamp:
                self._atlas = SqliteAtlas(self._directory / self._pointer.read_text(encoding="utf-8").strip())
                self._stamp = stamp
            return self._atlas

    def at(self, number: int) -> SqliteAtlas:
        """The atlas of a version that has not been deleted; NotFound for any other."""
        current = self()
        if number == current.version.number:
            return current
        # A file of a later version than the pointer's may exist: it was built and is not current yet.
        files = sorted(self._directory.glob(f"{number:06d}-*-{declaration_digest()}{_SUFFIX}"))
        if number > current.version.number or not files:
            raise NotFound(
                f"Version {number} is no longer available. Start again without version; the current one is"
                f" {current.version.number}.",
                f"Phiên bản {number} không còn được giữ. Hãy bắt đầu lại, không dùng version; phiên bản hiện hành là"
                f" {current.version.number}.",
            )
        with self._lock:
            atlas = self._earlier.pop(number, None) or SqliteAtlas(files[-1])
            self._earlier[number] = atlas
            while len(self._earlier) > _EARLIER:
                self._earlier.popitem(last=False)  # closed when the last request that uses it has ended
            return atlas

    def has(self, version: VersionInfo) -> bool:
        """Whether the file of a version exists; it is renamed to its name when it is complete."""
        return (self._directory / file_name(version)).exists()

    def freeze(
        self,
        frames: Mapping[str, GeoDataFrame],
        pairs: Sequence[Pair],
        notes: Notes,
        *,
        version: VersionInfo,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Write the file of a version, atomically; an existing one is replaced."""
        path = self._directory / file_name(version)
        write_atlas(frames, pairs, notes, version=version, path=path, progress=progress)

    def publish(self, version: VersionInfo) -> None:
        """Make the file of a version the current one, atomically."""
        part = self._directory / f"{_POINTER}.{os.getpid()}.part"
        part.write_text(file_name(version), encoding="utf-8")
        part.replace(self._pointer)

    def current_number(self) -> int:
        """The number at the beginning of the name in the pointer file; 0 without one."""
        try:
            number = self._pointer.read_text(encoding="utf-8").partition("-")[0]
        except (FileNotFoundError, UnicodeDecodeError):
            return 0
        return int(number) if number.isascii() and number.isdigit() else 0

    def keys(self) -> Collection[str]:
        """The keys of all atlases in the folder."""
        return {key_of(path) for path in self._directory.glob(f"*{_SUFFIX}")}

    def close(self) -> None:
        """Close the open atlases, if any."""
        with self._lock:
            for atlas in (self._atlas, *self._earlier.values()):
                if atlas is not None:
                    atlas.close()
            self._atlas, self._stamp = None, None
            self._earlier.clear()

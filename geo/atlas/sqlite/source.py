"""The folder of atlas files: a pointer file names the current one and is replaced atomically by a rename."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast

from geopandas import GeoDataFrame

from geo.atlas.model import Content, Notes, VersionInfo
from geo.atlas.protocol import Computation
from geo.atlas.sqlite.checksum import is_sound
from geo.atlas.sqlite.frozen_file import Parts, compute_parts, write_atlas
from geo.atlas.sqlite.metered import unreadable
from geo.atlas.sqlite.query import SqliteAtlas
from geo.atlas.sqlite.tables import declaration_digest
from geo.atlas.sqlite.thread_connections import key_of
from geo.errors import NotFound, Unprepared
from geo.link import Pair
from geo.part_files import part_of

_POINTER = "CURRENT"
_SUFFIX = ".sqlite"
_EARLIER = 4
"""Most earlier versions that stay open, for clients that page through one while a new one is published."""
_PATIENCE_S = 0.4
"""Seconds that a request waits for the next version to be opened before it uses the one before."""
_NAME = re.compile(r"(\d{6,})-([0-9a-f]{12})-[0-9a-f]{12}\.sqlite", re.ASCII)
"""Name of an atlas file: number and digest of the version, digest of the declaration."""


def file_name(version: VersionInfo) -> str:
    """The file name of a version's atlas; it differs when the data or the declaration does."""
    return f"{version.number:06d}-{version.digest[:12]}-{declaration_digest()}{_SUFFIX}"


class _Stamp(NamedTuple):
    """What changes when a file is written to or replaced."""

    size: int
    modified_ns: int
    inode: int


def _stamp_of(path: Path) -> _Stamp | None:
    """The stamp of a file; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _Stamp(status.st_size, status.st_mtime_ns, status.st_ino)


class _Opened(NamedTuple):
    """An open atlas, its file, and the stamps of the pointer and of the file when it was opened."""

    atlas: SqliteAtlas
    path: Path
    pointer: _Stamp | None
    file: _Stamp | None


class SqliteAtlasSource:
    """An AtlasSource over a folder: one SQLite file for each version, and a pointer to the current one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pointer = directory / _POINTER
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._damage: tuple[_Stamp | None, Path, _Stamp | None] | None = None
        self._earlier: OrderedDict[int, SqliteAtlas] = OrderedDict()
        self._sound: dict[Path, _Stamp] = {}

    def __call__(self) -> SqliteAtlas:
        """The current atlas, opened again when the pointer or its file has changed.

        NotFound when nothing was ever published; Unprepared when the file is missing or damaged. An atlas that is open
        goes on being used when its file is deleted, and while the checksum of a large next version is compared.
        """
        opened = self._opened
        if opened is not None and self._is_unchanged(opened):
            return opened.atlas
        if opened is None or self._is_damaged(opened):
            with self._lock:
                return self._open()
        if self._lock.acquire(blocking=False):
            opening = threading.Thread(target=self._open_and_release, name="atlas", daemon=True)
            opening.start()
            opening.join(_PATIENCE_S)
        return (self._opened or opened).atlas

    def _open_and_release(self) -> None:
        try:
            with suppress(NotFound, Unprepared):  # the next request finds out
                self._open()
        finally:
            self._lock.release()

    def _is_unchanged(self, opened: _Opened) -> bool:
        return opened.pointer == _stamp_of(self._pointer) and opened.file == _stamp_of(opened.path)

    @staticmethod
    def _is_damaged(opened: _Opened) -> bool:
        """Whether somebody has written to the file of an open atlas, so that what is read from it now may be wrong."""
        file = _stamp_of(opened.path)
        return file is not None and opened.file is not None and file.inode == opened.file.inode and file != opened.file

    def _open(self) -> SqliteAtlas:
        opened = self._opened
        if opened is not None and self._is_unchanged(opened):
            return opened.atlas  # another thread has opened it meanwhile
        if opened is not None and self._is_damaged(opened):
            opened = self._opened = None
        try:
            self._opened = self._open_current()
        except (NotFound, Unprepared):
            if opened is None:
                raise
            return opened.atlas
        return self._opened.atlas

    def _open_current(self) -> _Opened:
        pointer, name = _stamp_of(self._pointer), self._current_name()
        if pointer is None and not self.keys():
            raise NotFound(
                f"No atlas in {self._directory}. Run `python app.py build` first.",
                f"Chưa có dữ liệu trong {self._directory}. Hãy chạy `python app.py build` trước.",
            )
        path = self._directory / name
        state = pointer, path, _stamp_of(path)
        if not name or state == self._damage:
            raise unreadable()
        try:
            is_verified = state[2] is not None and self._sound.get(path) == state[2]
            return _Opened(SqliteAtlas(path, verified=is_verified), *(path, pointer, state[2]))
        except Unprepared:
            self._damage = state  # so that not every request reads the whole file
            raise

    def _current_name(self) -> str:
        """The file name in the pointer; empty when there is none or it was damaged."""
        try:
            name = self._pointer.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
        return name if _NAME.fullmatch(name) else ""

    def at(self, number: int) -> SqliteAtlas:
        """The atlas of a published version; Unprepared when its file was deleted, NotFound for a later number."""
        current = self()
        if number == current.version.number:
            return current
        if not 1 <= number < current.version.number:
            # A file of a later version than the pointer's may exist: it was built and is not current yet.
            raise NotFound(
                f"There is no version {number}. Start again without version; the current one is"
                f" {current.version.number}.",
                f"Không có phiên bản {number}. Hãy bắt đầu lại, không dùng version; phiên bản hiện hành là"
                f" {current.version.number}.",
            )
        files = sorted(self._directory.glob(f"{number:06d}-*-{declaration_digest()}{_SUFFIX}"))
        if not files:
            raise _put_away(number)
        with self._lock:
            atlas = self._earlier.pop(number, None) or _open_earlier(files[-1], number)
            self._earlier[number] = atlas
            while len(self._earlier) > _EARLIER:
                self._earlier.popitem(last=False)  # closed when the last request that uses it has ended
            return atlas

    def has(self, version: VersionInfo) -> bool:
        """Whether the file of a version exists and agrees with its checksum."""
        return self._is_sound(self._directory / file_name(version))

    def is_current(self, version: VersionInfo) -> bool:
        """Whether the pointer names a sound file of a version, whatever declaration it was built from."""
        name, begin = self._current_name(), f"{version.number:06d}-{version.digest[:12]}-"
        return name.startswith(begin) and self._is_sound(self._directory / name)

    def verify_again(self) -> None:
        """Compare the checksums of all files again when they are asked for."""
        self._sound.clear()

    def _is_sound(self, path: Path) -> bool:
        """Whether a file agrees with its checksum, which is not compared twice for an unchanged file."""
        stamp = _stamp_of(path)
        if stamp is None or self._sound.get(path) == stamp:
            return stamp is not None
        if not is_sound(path):
            return False
        self._sound[path] = stamp
        return True

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
        content = Content(frames, pairs, ())
        computation = self.compute(lambda: content, records=sum(map(len, frames.values())))
        self.freeze_computed(computation, notes, version=version, progress=progress)

    def compute(self, content: Callable[[], Content], *, records: int) -> Parts:
        """Begin to compute the parts of a file, in a second process when there are many records."""
        return compute_parts(content, records)

    def freeze_computed(
        self,
        computation: Computation,
        notes: Notes,
        *,
        version: VersionInfo,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Write the file of a version from the parts that `compute` gave, atomically; an existing one is replaced."""
        path = self._directory / file_name(version)
        write_atlas(cast(Parts, computation), notes, version=version, path=path, progress=progress)
        stamp = _stamp_of(path)
        if stamp is not None:
            self._sound[path] = stamp

    def built(self, version: VersionInfo) -> SqliteAtlas:
        """The atlas of a version that need not be current yet, which the caller closes; Unprepared without one."""
        path = self._directory / file_name(version)
        return SqliteAtlas(path, verified=self._is_sound(path))

    def publish(self, version: VersionInfo) -> None:
        """Make the file of a version the current one, atomically."""
        part = part_of(self._pointer)
        try:
            part.write_text(file_name(version), encoding="utf-8")
            part.replace(self._pointer)
        finally:
            part.unlink(missing_ok=True)

    def current_number(self) -> int:
        """The number at the beginning of the name in the pointer file; 0 without one."""
        return int(self._current_name().partition("-")[0] or 0)

    def keys(self) -> Collection[str]:
        """The keys of all atlases in the folder."""
        keys = set()
        for path in self._directory.glob(f"*{_SUFFIX}"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                keys.add(key_of(path))
        return keys

    def largest(self) -> int:
        """Bytes of the largest atlas; 0 without one."""
        stamps = [_stamp_of(path) for path in self._directory.glob(f"*{_SUFFIX}")]
        return max((stamp.size for stamp in stamps if stamp is not None), default=0)

    def delete_all_but(self, count: int) -> None:
        """Delete the atlases that were built least recently, but `count` and the current one."""
        current = self._directory / self._current_name()
        stamps = {path: _stamp_of(path) for path in self._directory.glob(f"*{_SUFFIX}") if path != current}
        by_age = sorted((stamp.modified_ns, path) for path, stamp in stamps.items() if stamp is not None)
        for _, path in by_age[: max(0, len(by_age) - (count - 1))]:
            with suppress(OSError):  # Windows cannot delete an open file
                path.unlink()

    def close(self) -> None:
        """Close the open atlases, if any."""
        with self._lock:
            for atlas in (self._opened.atlas if self._opened else None, *self._earlier.values()):
                if atlas is not None:
                    atlas.close()
            self._opened = None
            self._earlier.clear()


def _open_earlier(path: Path, number: int) -> SqliteAtlas:
    try:
        return SqliteAtlas(path)
    except Unprepared as error:
        raise _put_away(number) from error


def _put_away(number: int) -> Unprepared:
    return Unprepared(
        f"Version {number} is being prepared again from the store. Try again in a moment.",
        f"Phiên bản {number} đang được chuẩn bị lại từ kho. Hãy thử lại sau giây lát.",
        number=number,
    )

"""A disk cache of exported files, each stored with its number of records and its digests."""

import hashlib
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, TypeAlias, cast
from weakref import WeakValueDictionary

import brotli

from geo import budget
from geo.part_files import part_of
from geo.views.export.bounded_file import BoundedFile, too_large

log = logging.getLogger("geo.views")

Write: TypeAlias = Callable[[BinaryIO], int]
Coding: TypeAlias = Literal["", "gzip", "br"]
_Stamp: TypeAlias = tuple[int, int, int]

_CHUNK = 1 << 18
_IN_MEMORY = 8_000_000
"""Exports of selections up to this many bytes are not cached; larger ones are cached like whole layers."""
_BROTLI, _GZIP = 5, 6  # levels as fast as the disk; higher ones take minutes for a layer of 100,000 records
_MAX_REFUSED = 1_000
"""Most exports that are remembered as too large."""
_STALE_PART_S = 86_400
"""Seconds after which a partial file is considered abandoned."""


class ExportFile(NamedTuple):
    """An export that is open for reading at its first byte; the caller closes `file`.

    `sha256` is the digest of the uncompressed file, `content_sha256` that of the bytes in `file`, which have the
    content coding `coding`; both are hexadecimal. `size` is the number of bytes in `file`.
    """

    file: BinaryIO
    size: int
    records: int
    sha256: str
    content_sha256: str
    coding: Coding


class ExportCache:
    """A least-recently-used cache of exports in `folder`, up to `most_bytes`, with a subfolder for each atlas.

    Any number of processes may share the folder: a file appears by one rename, under a name with its digests.
    `atlas_keys` returns the keys of the existing atlases; files of other atlases are deleted. An export of more than
    `largest` bytes in its content coding is refused: the first time as soon as it has them, then before it is written.
    """

    def __init__(
        self, folder: Path, most_bytes: int, atlas_keys: Callable[[], Collection[str]], *, largest: int = sys.maxsize
    ) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._largest = largest
        self._refused: set[tuple[str, str, Coding]] = set()
        self._atlas_keys = atlas_keys
        self._guard = threading.Lock()
        self._sound: dict[Path, _Stamp] = {}
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()

    def open(
        self,
        atlas: str,
        key: str,
        write: Write,
        *,
        coding: Coding = "",
        keep: bool = True,
        job: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> ExportFile:
        """The export `key` of the atlas with the key `atlas`, from the cache or written now; failures are not cached.

        On a miss, `write` writes the file to the stream that it receives and returns the number of records. With
        `keep` the file is cached whatever its size, else only when it is large. When the folder is full or not
        writable, the file is a temporary one, deleted on close. Of concurrent calls for the same export in this
        process, one writes inside `job` and the others wait: Busy (see geo/budget.py) when they wait too long.
        TooCostly for an export that is too large.
        """
        if (atlas, key, coding) in self._refused:
            raise too_large(self._largest)
        folder = self.folder / atlas
        if cached := self._open_cached(folder, key, coding):
            return cached
        # The place before the lock: who holds the lock must not wait for a place of one who waits for the lock.
        budget.take_place()
        with budget.hold(self._alone(f"{atlas}/{key}")):
            if cached := self._open_cached(folder, key, coding):
                return cached
            with job():
                # Compressed, it is sent with fewer bytes than it has here.
                write_plain = write if coding else self._bounded(write, atlas, key, coding)
                plain = self._open_cached(folder, key, "") or self._write(atlas, key, write_plain, keep=keep)
                return self._compress(atlas, key, plain, coding, keep=keep) if coding else plain

    def _bounded(self, write: Write, atlas: str, key: str, coding: Coding) -> Write:
        """`write`, which is refused and remembered when it writes more than `largest` bytes."""

        def write_bounded(out: BinaryIO) -> int:
            file = BoundedFile(out, self._largest)
            try:
                return write(cast(BinaryIO, file))
            finally:
                if file.has_refused:
                    if len(self._refused) >= _MAX_REFUSED:
                        self._refused.clear()
                    self._refused.add((atlas, key, coding))

        return write_bounded

    def _alone(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())

    def _write(self, atlas: str, key: str, write: Write, *, keep: bool) -> ExportFile:
        if keep:
            return self._store(atlas, key, write) or _temporary(write)
        temporary = _temporary(write)
        cached = self._store(atlas, key, lambda out: _copy(temporary, out)) if temporary.size > _IN_MEMORY else None
        if cached:
            temporary.file.close()
            return cached
        temporary.file.seek(0)
        return temporary

    def _compress(self, atlas: str, key: str, plain: ExportFile, coding: Coding, *, keep: bool) -> ExportFile:
        def pack(out: BinaryIO) -> int:
            return _pack(plain, coding, out)

        write = self._bounded(pack, atlas, key, coding)
        with plain.file:
            cached = None
            if keep or plain.size > _IN_MEMORY:
                cached = self._store(atlas, key, write, coding, plain.sha256)
            return cached or _temporary(write)._replace(sha256=plain.sha256, coding=coding)

    def _store(self, atlas: str, key: str, write: Write, coding: Coding = "", sha256: str = "") -> ExportFile | None:
        """Store the output of `write` and open it; None, with a warning in the log, when the folder is not writable."""
        folder = self.folder / atlas
        part = part_of(folder / uuid.uuid4().hex)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("w+b") as out:
                    records = write(out)
                    content_sha256 = _digest(out)
                    out.flush()
                    stamp = _stamp_of(out)
                path = folder / f"{key}-{records}-{sha256 or content_sha256}-{content_sha256}.{coding or 'file'}"
                part.replace(path)
                self._sound[path] = stamp
            finally:
                part.unlink(missing_ok=True)
            self._tidy(atlas, path)
        except OSError as error:
            log.warning("exports are not kept in %s: %s", self.folder, error)
            return None
        return self._open_cached(folder, key, coding)

    def _open_cached(self, folder: Path, key: str, coding: Coding) -> ExportFile | None:
        """The cached file, its access time set to now; None on a miss. A file that was damaged is deleted."""
        for path in sorted(folder.glob(f"{key}-*.{coding or 'file'}")):
            with suppress(FileNotFoundError):  # deleted by another process meanwhile
                file = path.open("rb")
                _, records, sha256, content_sha256 = path.stem.split("-")
                if self._is_sound(path, file, content_sha256):
                    status = os.fstat(file.fileno())
                    with suppress(OSError):  # the folder may be read-only
                        os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))
                    return ExportFile(file, status.st_size, int(records), sha256, content_sha256, coding)
                file.close()
                log.warning("a stored download was damaged and is made again: %s", path.name)
                path.unlink(missing_ok=True)
        return None

    def _is_sound(self, path: Path, file: BinaryIO, content_sha256: str) -> bool:
        """Whether an open file has the digest in its name; compared once by this process unless the file changes."""
        stamp = _stamp_of(file)
        if self._sound.get(path) != stamp:
            if _digest(file) != content_sha256:
                return False
            file.seek(0)
            self._sound[path] = stamp
        return True

    def _tidy(self, atlas: str, newest: Path) -> None:
        """Delete files of other atlases, abandoned partial files and, over `most_bytes`, the least recently used."""
        files, present = [], {atlas, *self._atlas_keys()}
        for folder in filter(Path.is_dir, self.folder.iterdir()):
            if folder.name not in present:
                shutil.rmtree(folder, ignore_errors=True)
            for path in folder.glob("*"):
                with suppress(FileNotFoundError):  # another process may delete files too
                    status = path.stat()
                    last_use = status.st_mtime if path.suffix == ".part" else status.st_atime
                    files.append((last_use, status.st_size, path))
        total = sum(size for _, size, path in files if path.suffix != ".part")
        for last_use, size, path in sorted(files):
            if path.suffix == ".part":
                remove = last_use < time.time() - _STALE_PART_S
            else:
                remove = total > self.most_bytes and path != newest
                total -= size if remove else 0
            if remove:
                with suppress(OSError):  # Windows cannot delete an open file
                    path.unlink(missing_ok=True)
                self._sound.pop(path, None)


def _stamp_of(file: BinaryIO) -> _Stamp:
    """What changes when a file is written to or replaced, and not when it is read: inode, size, time of the change."""
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns


def _temporary(write: Write) -> ExportFile:
    spool = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 (the caller closes it)
    try:
        records = write(spool)
        digest, size = _digest(spool), spool.seek(0, os.SEEK_END)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return ExportFile(spool, size, records, digest, digest, "")


def _copy(export: ExportFile, out: BinaryIO) -> int:
    shutil.copyfileobj(export.file, out, _CHUNK)
    return export.records


def _pack(plain: ExportFile, coding: Coding, out: BinaryIO) -> int:
    packer: Any = brotli.Compressor(quality=_BROTLI) if coding == "br" else zlib.compressobj(_GZIP, wbits=31)
    pack = packer.process if coding == "br" else packer.compress
    plain.file.seek(0)
    for chunk in _chunks(plain.file):
        out.write(pack(chunk))
    out.write(packer.finish() if coding == "br" else packer.flush())
    return plain.records


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()

"""Exports that are written once and sent many times: files beside the atlas, each with its count and digests."""

import hashlib
import logging
import os
import shutil
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

log = logging.getLogger("geo.views")

Write: TypeAlias = Callable[[BinaryIO], int]
Coding: TypeAlias = Literal["", "gzip", "br"]

_CHUNK = 1 << 18
_IN_MEMORY = 8_000_000
"""Bytes of a selection that is written for one caller and forgotten; a larger one is kept as a whole layer is."""
_BROTLI, _GZIP = 5, 6  # as fast as the disk; higher ones take minutes over a layer of 100,000 records
_ABANDONED_S = 86_400
"""Age of a half-written file that nobody writes any more."""


class Made(NamedTuple):
    """An export that is ready to be sent, open at its first byte; whoever sends it closes `file`.

    `sha256` is of the file itself, `sent_sha256` of the bytes in `file`, which are coded as `coding` says; both in
    hexadecimal. `size` is of the bytes in `file`.
    """

    file: BinaryIO
    size: int
    records: int
    sha256: str
    sent_sha256: str
    coding: Coding


class ExportCache:
    """Keeps exports in `folder`, one folder an atlas, up to `most_bytes`; the longest unused leave first.

    Any number of processes may share the folder: a file appears by one rename under a name that holds its digests.
    What was made from an atlas that is gone goes too: `atlas_keys` gives the keys of those that are there.
    """

    def __init__(self, folder: Path, most_bytes: int, atlas_keys: Callable[[], Collection[str]]) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._atlas_keys = atlas_keys
        self._guard = threading.Lock()
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
    ) -> Made:
        """The export called `key` of an atlas, which is named by its key; nothing is kept of a failure.

        Unless it is there, `write` puts the file into what it is given and returns the number of records. With `keep`
        it is kept whatever its size, else only when it is large. What cannot be kept (a full or closed folder) is
        written to a temporary file that ends with its use. Of those in this process who ask at once, one writes,
        inside `job`, and the others wait for it: Busy (see geo/budget.py) when that takes longer than a request waits.
        """
        folder = self.folder / atlas
        with budget.hold(self._alone(f"{atlas}/{key}")):
            found = _opened(folder, key, coding)
            if found:
                return found
            with job():
                plain = _opened(folder, key, "") or self._written(atlas, key, write, keep=keep)
                return self._coded(atlas, key, plain, coding, keep=keep) if coding else plain

    def _alone(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())

    def _written(self, atlas: str, key: str, write: Write, *, keep: bool) -> Made:
        if keep:
            return self._put(atlas, key, write) or _temporary(write)
        made = _temporary(write)
        kept = self._put(atlas, key, lambda out: _copy(made, out)) if made.size > _IN_MEMORY else None
        if kept:
            made.file.close()
            return kept
        made.file.seek(0)
        return made

    def _coded(self, atlas: str, key: str, plain: Made, coding: Coding, *, keep: bool) -> Made:
        def pack(out: BinaryIO) -> int:
            return _pack(plain, coding, out)

        with plain.file:
            kept = None
            if keep or plain.size > _IN_MEMORY:
                kept = self._put(atlas, key, pack, coding, plain.sha256)
            return kept or _temporary(pack)._replace(sha256=plain.sha256, coding=coding)

    def _put(self, atlas: str, key: str, write: Write, coding: Coding = "", sha256: str = "") -> Made | None:
        """Keep what `write` writes and open it; None, with a line in the log, when the folder does not take it."""
        folder = self.folder / atlas
        part = folder / f"{uuid.uuid4().hex}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("w+b") as out:
                    records = write(out)
                    sent = _digest(out)
                path = folder / f"{key}-{records}-{sha256 or sent}-{sent}.{coding or 'file'}"
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            self._tidy(atlas, path)
        except OSError as error:
            log.warning("exports are not kept in %s: %s", self.folder, error)
            return None
        return _opened(folder, key, coding)

    def _tidy(self, atlas: str, newest: Path) -> None:
        """Remove what belongs to no atlas, what was never finished, and the longest unused over the bound."""
        files, present = [], {atlas, *self._atlas_keys()}
        for folder in filter(Path.is_dir, self.folder.iterdir()):
            if folder.name not in present:
                shutil.rmtree(folder, ignore_errors=True)
            for path in folder.glob("*"):
                with suppress(FileNotFoundError):  # another process tidies too
                    status = path.stat()
                    files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, path in files if path.suffix != ".part")
        for used, size, path in sorted(files):
            if path.suffix == ".part":
                gone = used < time.time() - _ABANDONED_S
            else:
                gone = total > self.most_bytes and path != newest
                total -= size if gone else 0
            if gone:
                with suppress(OSError):  # where a file that is being sent cannot be removed
                    path.unlink(missing_ok=True)


def _opened(folder: Path, key: str, coding: Coding) -> Made | None:
    """The kept file, marked as used now; None where there is none."""
    for path in sorted(folder.glob(f"{key}-*.{coding or 'file'}")):
        with suppress(FileNotFoundError):  # removed by another process just now
            file = path.open("rb")
            with suppress(OSError):  # a folder that may be read only
                os.utime(path)
            _, records, sha256, sent = path.stem.split("-")
            return Made(file, os.fstat(file.fileno()).st_size, int(records), sha256, sent, coding)
    return None


def _temporary(write: Write) -> Made:
    spool = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 (the sender closes it)
    try:
        records = write(spool)
        digest, size = _digest(spool), spool.seek(0, os.SEEK_END)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return Made(spool, size, records, digest, digest, "")


def _copy(made: Made, out: BinaryIO) -> int:
    shutil.copyfileobj(made.file, out, _CHUNK)
    return made.records


def _pack(plain: Made, coding: Coding, out: BinaryIO) -> int:
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

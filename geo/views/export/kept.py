"""Exports that are written once and sent many times: files beside the atlas, each with its count and digests."""

import hashlib
import logging
import os
import tempfile
import uuid
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, TypeAlias, cast

import brotli

log = logging.getLogger("geo.views")

Write: TypeAlias = Callable[[BinaryIO], int]
Coding: TypeAlias = Literal["", "gzip", "br"]

_CHUNK = 1 << 18
_IN_MEMORY = 8_000_000
_BROTLI, _GZIP = 5, 6  # as fast as the disk; higher ones take minutes over a layer of 100,000 records
_DASHES = 3  # key, records, digest of the file, digest of what is sent


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
    """Keeps whole exports in `folder`, one folder a version, up to `most_bytes`; the longest unused leave first.

    Any number of processes may share the folder: a file appears by one rename under a name that holds its digests.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self.most_bytes = most_bytes

    def open(self, version: str, key: str, write: Write, *, coding: Coding = "", keep: bool = True) -> Made:
        """The export called `key` of a version, written by `write` unless it is there; nothing is kept of a failure.

        `write` puts the file into what it is given and returns the number of records. What is not to be kept, and
        what cannot be (a full or closed folder), is written to a temporary file that ends with its use.
        """
        if not keep:
            return _coded(_temporary(write), coding)
        try:
            return self._kept(self.folder / version, key, write, coding)
        except OSError as error:
            log.warning("exports are not kept in %s: %s", self.folder, error)
            return _coded(_temporary(write), coding)

    def _kept(self, folder: Path, key: str, write: Write, coding: Coding) -> Made:
        found = _find(folder, key, coding) or self._made(folder, key, write, coding)
        os.utime(found)
        _, records, sha256, sent = found.name.partition(".")[0].split("-")
        return Made(found.open("rb"), found.stat().st_size, int(records), sha256, sent, coding)

    def _made(self, folder: Path, key: str, write: Write, coding: Coding) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        if not coding:
            return self._put(folder, "", lambda out: f"{key}-{write(out)}")
        plain = _find(folder, key, "") or self._made(folder, key, write, "")
        stem = plain.name.partition(".")[0].rpartition("-")[0]  # all but the digest of what is sent
        with plain.open("rb") as source:
            return self._put(folder, coding, lambda out: _pass(_packed(source, coding), out) or stem)

    def _put(self, folder: Path, coding: Coding, fill: Callable[[BinaryIO], str]) -> Path:
        part = folder / f"{uuid.uuid4().hex}.part"
        try:
            with part.open("w+b") as out:
                stem = fill(out)
                sent = _digest(out)
            path = folder / f"{stem}{'' if coding else f'-{sent}'}-{sent}.{coding or 'file'}"
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        self._tidy(path)
        return path

    def _tidy(self, newest: Path) -> None:
        """Remove the longest unused files over the bound, and nothing of a version that is being written."""
        files = [(path.stat().st_mtime, path) for path in self.folder.glob("*/*") if path.suffix != ".part"]
        total = sum(path.stat().st_size for _, path in files)
        for _, path in sorted(files):
            if total <= self.most_bytes or path == newest:
                break
            total -= path.stat().st_size
            path.unlink(missing_ok=True)


def _find(folder: Path, key: str, coding: Coding) -> Path | None:
    found = sorted(folder.glob(f"{key}-*.{coding or 'file'}"))
    whole = [path for path in found if path.name.partition(".")[0].count("-") == _DASHES]
    return whole[0] if whole else None


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


def _coded(made: Made, coding: Coding) -> Made:
    if not coding:
        return made
    with made.file as source:
        packed = _temporary(lambda out: _pass(_packed(source, coding), out))
    return packed._replace(records=made.records, sha256=made.sha256, coding=coding)


def _packed(source: BinaryIO, coding: Coding) -> Iterator[bytes]:
    packer: Any = brotli.Compressor(quality=_BROTLI) if coding == "br" else zlib.compressobj(_GZIP, wbits=31)
    pack = packer.process if coding == "br" else packer.compress
    for chunk in _chunks(source):
        yield pack(chunk)
    yield packer.finish() if coding == "br" else packer.flush()


def _pass(chunks: Iterator[bytes], out: BinaryIO) -> Literal[0]:
    for chunk in chunks:
        out.write(chunk)
    return 0


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()

"""Archives opened without trusting them: bounded in size, number, ratio and depth; no path leaves the folder."""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo.errors import BadSource

_CHUNK = 1 << 16
_NESTED = {".zip", ".kmz", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".zst"}
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, NotImplementedError, RuntimeError, OSError, ValueError, IndexError, OverflowError,
)  # fmt: skip
"""What zipfile raises for an archive that is damaged."""
_FORBIDDEN = set('<>:"|?*') | {chr(code) for code in range(32)}


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may hold. `max_ratio` is unpacked to packed size of one member."""

    max_members: int = 1_000
    max_bytes: int = 512 * 1024 * 1024
    max_ratio: float = 200.0
    max_depth: int = 8


def unpack(path: Path, into: Path, limits: ArchiveLimits = ArchiveLimits()) -> list[Path]:
    """Unpack a zip archive into the existing folder `into` and return the files, in the archive's order.

    BadSource, before anything is written, for an archive that is broken or encrypted, holds too many or too
    large members, links, other archives, names that lead out of the folder, or two names that fall together on
    a system that ignores case. Sizes are counted while reading too: what the directory claims is not believed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _checked(archive, path, limits)
            left = limits.max_bytes
            files = []
            for member in members:
                target = into.joinpath(*_path_of(member).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _copy(archive, member, target, left, path)
                files.append(target)
            return files
    except DAMAGED as error:
        raise _refused(path, f"it is damaged ({error})", f"tệp bị hỏng ({error})") from error


def inspect(path: Path, limits: ArchiveLimits = ArchiveLimits()) -> None:
    """BadSource for an archive that `unpack` would refuse by its directory; nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            _checked(archive, path, limits)
    except DAMAGED as error:
        raise _refused(path, f"it is damaged ({error})", f"tệp bị hỏng ({error})") from error


def _checked(archive: zipfile.ZipFile, path: Path, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    members = [member for member in archive.infolist() if not _is_folder(member)]
    for problem_en, problem_vi in _problems(members, limits):
        raise _refused(path, problem_en, problem_vi)
    return members


def _problems(members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> Iterator[tuple[str, str]]:
    if len(members) > limits.max_members:
        yield f"{len(members)} files, at most {limits.max_members}", f"{len(members)} tệp, tối đa {limits.max_members}"
    total = sum(member.file_size for member in members)
    if total > limits.max_bytes:
        yield f"{total} bytes unpacked, at most {limits.max_bytes}", f"{total} byte khi bung, tối đa {limits.max_bytes}"
    seen: set[str] = set()
    for member in members:
        yield from _member_problems(member, limits)
        key = str(_path_of(member)).casefold()
        if key in seen:
            yield f"{member.filename!r} is in it twice", f"{member.filename!r} có hai lần"
        seen.add(key)


def _stored(member: zipfile.ZipInfo) -> str:
    """The name as the archive has it: zipfile turns backslashes into slashes on some systems only."""
    return str(getattr(member, "orig_filename", member.filename))


def _is_folder(member: zipfile.ZipInfo) -> bool:
    return member.is_dir() or (member.filename.endswith("\\") and member.file_size == 0)


def _path_of(member: zipfile.ZipInfo) -> PurePosixPath:
    """Where a member belongs: old programs of Windows part folders by backslashes."""
    return PurePosixPath(member.filename.replace("\\", "/"))


def _member_problems(member: zipfile.ZipInfo, limits: ArchiveLimits) -> Iterator[tuple[str, str]]:
    stored, name = _stored(member), _path_of(member)
    absolute = str(name).startswith("/")
    if (
        not name.parts
        or absolute
        or ".." in name.parts
        or _FORBIDDEN & set(stored)
        or len(name.parts) > limits.max_depth
    ):
        yield f"the name {stored!r} leads out of the folder", f"tên {stored!r} dẫn ra ngoài thư mục"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        yield f"{stored!r} is a link or device", f"{stored!r} là liên kết hoặc thiết bị"
    if member.flag_bits & 1:
        yield (
            f"{stored!r} is encrypted; pack it again without a password",
            f"{stored!r} có mật khẩu; hãy nén lại không mật khẩu",
        )
    if name.suffix.lower() in _NESTED:
        yield (
            f"{stored!r} is an archive inside the archive; unpack it first",
            f"{stored!r} là tệp nén bên trong; hãy bung ra trước",
        )
    if member.file_size > limits.max_ratio * max(member.compress_size, 1_000):
        yield (
            f"{stored!r} unpacks to {member.file_size} bytes from {member.compress_size}",
            f"{stored!r} bung ra {member.file_size} byte từ {member.compress_size}",
        )


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, path: Path) -> int:
    written = 0
    with archive.open(member) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left or written > member.file_size:
                raise _refused(
                    path, f"{member.filename!r} holds more than it says", f"{member.filename!r} chứa nhiều hơn ghi nhận"
                )
            out.write(chunk)
    return written


def _refused(path: Path, en: str, vi: str) -> BadSource:
    return BadSource(f"{path.name} is refused: {en}.", f"Không nhận {path.name}: {vi}.")

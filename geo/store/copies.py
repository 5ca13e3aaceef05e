"""Backups of the store: written while it is in use, verified, and put back in its place."""

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from geo.errors import BadQuery, BadSource, Conflict
from geo.part_files import delete_parts, part_of, require_folder
from geo.schema import Label
from geo.store.connection import connect, errors_in_words, is_missing, reading
from geo.store.damage import damaged
from geo.store.protocol import Version
from geo.store.seals import read_versions
from geo.store.verification import verify_file

_WAIT_S = 30.0
_ASIDE = "store-before-"
_OTHER = Label("khác với kho lúc sao chép", "it differs from the store that was copied")


def write_backup(path: Path, file: Path, *, replace: bool, wait_s: float) -> list[Version]:
    """Copy the store at `path` to `file`, complete or not at all; return the versions of the verified copy."""
    _require_place(path, file)
    if file.exists() and not replace:
        raise Conflict(
            f"{file} exists. Name another file, or say --replace.",
            f"{file} đã có. Hãy đặt tên tệp khác, hoặc thêm --replace.",
        )
    with _part_of(file) as part:
        _copy(path, part, wait_s)
        versions = require_sound(part)
        with reading(path, wait_s) as connection:
            if read_versions(connection, path)[: len(versions)] != versions:
                raise damaged(file, Label("bản sao", "the copy"), _OTHER)
        _move(part, file)
    return versions


def put_back(file: Path, path: Path, *, replace: bool) -> tuple[Version, Path | None]:
    """Put the backup `file` in the place of the store at `path`; see geo.store.engine.restore_backup.

    Whoever reads goes on reading the store that was there, whoever waits to write to it gets Conflict.
    """
    _require_place(path, file)
    versions = require_sound(file)
    if not versions:
        raise BadSource(f"{file} holds no version.", f"{file} không có phiên bản nào.")
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path)
    held = _held(path)
    if held is not None and not replace:
        raise Conflict(
            f"{path} is there and {held.en}. With --replace it is moved aside and {file.name} takes its place.",
            f"{path} đang có và {held.vi}. Với --replace, tệp này được chuyển sang bên và {file.name} thay thế nó.",
        )
    with _part_of(path) as part:
        _copy(file, part, _WAIT_S)
        require_sound(part)
        with _locked(path):
            aside = None if held is None else _set_aside(path)
            _move(part, path)
    return versions[-1], aside


def require_sound(path: Path) -> list[Version]:
    """The versions of a store of which every part is as it was published; BadSource for the first that is not."""
    for verdict in verify_file(path):
        if verdict.damage is not None:
            raise verdict.damage
    with reading(path, _WAIT_S) as connection:
        return read_versions(connection, path)


def _require_place(path: Path, file: Path) -> None:
    """BadQuery when `file` is the store itself or its folder is not there."""
    if file.resolve() == path.resolve():
        raise BadQuery(
            f"{file} is the store itself. Name the file of a backup.",
            f"{file} chính là kho dữ liệu. Hãy nêu tệp sao lưu.",
        )
    require_folder(file)


@contextmanager
def _part_of(file: Path) -> Iterator[Path]:
    """A file beside `file` to be written and moved; removed at the end, with those that dead processes left."""
    delete_parts(file.parent)
    part = part_of(file)
    try:
        yield part
    finally:
        _remove(part)


def sweep(path: Path) -> None:
    """Remove what dead processes left beside the store at `path`: unfinished copies, a second name, a used journal.

    A store that was about to be moved aside has two names for a moment.
    """
    delete_parts(path.parent)
    if path.exists():
        _remove_used_journal(path)
        for other in path.parent.glob(f"{_ASIDE}*.gpkg"):
            if other.samefile(path):
                other.unlink()


def _remove_used_journal(path: Path) -> None:
    """Delete the rollback journal of a transaction that was committed or rolled back by a process that then died.

    Its header is zero, so that SQLite passes it over, and deletes it only when it writes the next one. Under an
    exclusive lock no other connection has a journal, and one that was to be rolled back has been.
    """
    journal = path.with_name(f"{path.name}-journal")
    if not journal.exists():
        return
    with (
        suppress(sqlite3.Error),
        closing(connect(path, 0)) as connection,
    ):  # in use or damaged: whoever reads it says so
        connection.execute("BEGIN EXCLUSIVE")
        journal.unlink(missing_ok=True)


def _remove(part: Path) -> None:
    for path in (part, part.with_name(f"{part.name}-journal")):
        path.unlink(missing_ok=True)


def _copy(source: Path, target: Path, wait_s: float) -> None:
    """Copy a store by SQLite's online backup, in one step: one state, whatever is published meanwhile."""
    if is_missing(source):
        with reading(source, wait_s):  # says that it is missing
            return
    with (
        errors_in_words(source),
        closing(connect(source, wait_s)) as origin,
        closing(connect(target, wait_s, create=True)) as copy,
    ):
        origin.backup(copy)


def _move(part: Path, file: Path) -> None:
    """Give a finished file its name; both survive a loss of power afterwards."""
    with part.open("rb+") as finished:
        os.fsync(finished.fileno())
    part.replace(file)
    if os.name == "posix":  # Windows cannot open a folder
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _held(path: Path) -> Label | None:
    """What would be lost with the store at `path`; None when nothing would."""
    if is_missing(path):
        return None
    try:
        with reading(path, _WAIT_S) as connection:
            count = len(read_versions(connection, path))
    except BadSource as error:
        return Label(f"không đọc được ({error.vi})", f"cannot be read ({error.en})")
    return Label(f"có {count} phiên bản", f"holds {count} versions") if count else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The store at `path` kept from being written; one that is damaged or missing has no writer."""
    if is_missing(path):
        yield
        return
    with closing(connect(path, _WAIT_S)) as connection:
        try:
            with errors_in_words(path):
                connection.execute("BEGIN IMMEDIATE")
        except BadSource:
            connection.close()
        yield


def _set_aside(path: Path) -> Path:
    """Give the store at `path` a second name that says when; a journal that belongs to it goes along."""
    now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = next(
        free for number in range(1, 1_000)
        if not (free := path.with_name(f"{_ASIDE}{now}{'' if number == 1 else f'-{number}'}.gpkg")).exists()
    )  # fmt: skip
    try:
        aside.hardlink_to(path)
    except OSError:  # a file system without hard links
        path.rename(aside)
    with suppress(FileNotFoundError):
        path.with_name(f"{path.name}-journal").rename(aside.with_name(f"{aside.name}-journal"))
    return aside

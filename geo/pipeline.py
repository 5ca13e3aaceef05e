"""The steps from the seed folder to the current atlas: read, check, publish, link, freeze, make current.

The only module that imports every package below the views; geo/console and geo/drafts call it. No HTTP in here.
"""

import errno
import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.atlas import Atlas, AtlasSource, VersionInfo
from geo.errors import BadQuery, BadSource, Conflict, DiskFull, GeoError, NotFound
from geo.freezing import NewVersion, conflicts_of, freeze, link_and_freeze
from geo.ingest.seed.folder import load_seed
from geo.link import ConflictRow, link_all
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.report import SEVERITIES, Report
from geo.schema import Label
from geo.settings import Settings
from geo.store import SEED, SEED_REASON, Store, Version, create_store, open_store, sweep_store
from geo.store import restore_backup as put_back

Progress = Callable[[str], None]
BeforeCurrent = Callable[[Atlas], None]
"""What is done with an atlas that was built, while the one before is still current."""
_NEW, _RESTORED = "new", "restored"

_OBJECTS_PER_COLLECTION = 200_000

_MB = 1_000_000
_MARGIN = 1 * _MB
_PER_UPLOADED_BYTE = 4
"""Bytes on the disk for each uploaded byte: the log and the current table of the store, and the atlas."""

_RULES: dict[str, Label] = {rule.name: rule.label for rule in DISAGREEMENTS} | {
    spec.name: Label(
        "Điểm nằm trên ranh giới chung của nhiều đơn vị", "The point lies on the shared border of several units"
    )
    for spec in LINKS
}


def rule_label(rule: str) -> Label:
    """The label of a rule by which attributes and geometry conflict."""
    return _RULES[rule]


@dataclass(frozen=True)
class Findings:
    """The findings and repairs of the seed, and the conflicts of its links."""

    report: Report
    conflicts: list[ConflictRow]

    @property
    def fatal(self) -> bool:
        """Whether the seed cannot be published as it is."""
        return self.report.fatal

    def to_json(self) -> dict[str, Any]:
        """The report and the conflicts as plain values."""
        conflicts = [
            {**row._asdict(), "message": {"vi": rule_label(row.rule).vi, "en": rule_label(row.rule).en}}
            for row in self.conflicts
        ]
        return {**self.report.to_json(), "conflicts": conflicts}

    def lines(self, lang: str) -> Iterator[str]:
        """One line for each issue and conflict, by severity, then the totals."""
        issues = sorted(self.report.issues, key=lambda issue: SEVERITIES.index(issue.severity))
        for issue in issues:
            about = "/".join(part for part in (issue.layer, issue.subject.label.of(lang), issue.field) if part)
            yield f"{issue.severity:<8} {about}: {issue.message.of(lang)} -> {issue.remedy.of(lang)}"
        for row in self.conflicts:
            yield (
                f"conflict {row.layer}/{row.record}: {rule_label(row.rule).of(lang)}: "
                f"{row.recorded or '-'} / {row.derived} ({row.target_layer})"
            )
        sums = ", ".join(f"{severity} {sum(issue.severity == severity for issue in issues)}" for severity in SEVERITIES)
        yield f"{sums}, conflict {len(self.conflicts)}, change {len(self.report.changes)}"


@dataclass(frozen=True)
class BuildResult:
    """The version that is served after a build; `refused` when the seed has fatal issues and was not published."""

    version: VersionInfo
    refused: bool
    counts: dict[str, int]


def collect_seldom() -> None:
    """Let Python look for unreachable cycles seldom in this process: a publication makes millions of other objects."""
    gc.set_threshold(_OBJECTS_PER_COLLECTION)


def check_seed(seed_dir: Path, *, progress: Progress) -> Findings:
    """The findings of `seed_dir`; nothing is written."""
    frames, report, _ = load_seed(seed_dir, progress)
    pairs = link_all(frames, LINKS)
    return Findings(report, conflicts_of(frames, pairs))


def build_atlas(
    settings: Settings,
    source: AtlasSource,
    *,
    progress: Progress,
    who: str = SEED,
    why: str = SEED_REASON,
    reread: bool = False,
    over_imports: bool = True,
    before_current: BeforeCurrent | None = None,
) -> BuildResult:
    """Bring the store and the atlas up to date and make the atlas current.

    The seed is read when there is no version yet, when `reread` is set, or when its files have changed and the current
    version was read from the seed. A seed with a fatal issue changes nothing; BadSource when there is no earlier
    version to serve instead. Conflict when the seed would replace versions that others have published, unless
    `over_imports` is set.

    Without `reread`, a seed that cannot be read or a data folder that cannot be written leaves the last good version
    current, and `progress` reports it. BadSource when the store is missing, or ends before the version that was
    published last; see allow_new_store.

    `before_current` is called with a new atlas before that becomes current.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = _open_or_create_store(settings, source)
    version, is_refused = store.current(), False
    if version is None or reread or (version.who == SEED and _seed_has_changed(settings, progress)):
        if version is not None and not over_imports and version.number > _last_seed_version(settings, store):
            raise _would_replace(version)
        seed_version = _read_seed(settings, store, progress, who, why, required=version is None or reread)
        is_refused = seed_version is None
        version = seed_version or version
    if version is None:
        raise BadSource(
            f"{settings.seed_dir} has fatal issues and there is no earlier version. Run `python app.py check`.",
            f"{settings.seed_dir} có lỗi nghiêm trọng và chưa có phiên bản nào trước đó. Chạy `python app.py check`.",
        )
    try:
        info = _make_current(settings, store, version, source, progress, None, before_current)
    except (OSError, DiskFull) as error:
        has_no_room = isinstance(error, DiskFull)
        if reread or not source.current_number() or (is_writable(settings.data_dir) and not has_no_room):
            raise
        info = _last_good_version(source, error, progress)
    if _marker_file(settings).exists():
        _marker_file(settings).unlink()
    return BuildResult(info, is_refused, source().counts())


def require_room(settings: Settings, store: Store, source: AtlasSource, *, upload_bytes: int = 0) -> None:
    """DiskFull, with figures, when the disk of the data folder may not have the room that a publication takes.

    That is the journal of the transaction, which may grow to the size of the store; what the upload adds to the store
    and to the atlas; the new atlas; and its temporary files.
    """
    needed = store.size() + _PER_UPLOADED_BYTE * upload_bytes + source.largest() * 5 // 4 + _MARGIN
    free = shutil.disk_usage(settings.data_dir).free
    if free < needed:
        raise DiskFull(
            f"The disk of the server has {free / _MB:.1f} MB left, and publishing needs about {needed / _MB:.1f} MB:"
            " nothing was published. Ask the administrator to make room, then try again.",
            f"Đĩa của máy chủ còn {free / _MB:.1f} MB, công bố cần khoảng {needed / _MB:.1f} MB: chưa công bố gì. Hãy"
            " nhờ quản trị viên giải phóng chỗ, rồi làm lại.",
        )


def unprepared_version(settings: Settings, source: AtlasSource) -> Version | None:
    """The version that was published last; None when it is the current one and its atlas is sound."""
    newest = open_store(settings).current()
    return newest if newest is not None and not source.is_current(VersionInfo(*newest)) else None


def prepare_atlas(
    settings: Settings,
    source: AtlasSource,
    *,
    number: int | None = None,
    published: NewVersion | None = None,
    progress: Progress,
    before_current: BeforeCurrent | None = None,
) -> VersionInfo:
    """Build the atlas of the newest version where it is missing or damaged, and make it current.

    `published` is what this process has just published, if anything: its content is being computed already.
    `before_current` is called with the atlas before. With `number` build that of an earlier version; the current one
    stays current. DiskFull when there is no room.
    """
    try:
        return _prepare_atlas(settings, source, number, published, progress, before_current)
    finally:
        if published is not None and published.computation is not None:
            published.computation.close()


def _prepare_atlas(
    settings: Settings,
    source: AtlasSource,
    number: int | None,
    published: NewVersion | None,
    progress: Progress,
    before_current: BeforeCurrent | None,
) -> VersionInfo:
    store = open_complete_store(settings, source)
    newest = store.current()
    if newest is None:
        raise BadSource("The store holds no version yet.", "Kho chưa có phiên bản nào.")
    if number is None or number == newest.number:
        return _make_current(settings, store, newest, source, progress, published, before_current)
    version = next((one for one in store.versions() if one.number == number), None)
    if version is None:
        raise NotFound(f"The store holds no version {number}.", f"Kho không có phiên bản {number}.")
    info = _ensure_frozen(store, version, source, progress)
    source.delete_all_but(max(2, settings.atlases))
    return info


def allow_new_store(settings: Settings, source: AtlasSource) -> None:
    """Let the next build create a store where the data folder has lost its own, or accept one that ends early.

    Conflict when the store has every version that was published: it would have to be moved away first.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    newest = create_store(settings).current()
    if newest is not None and newest.number >= source.current_number() and not _marker_file(settings).exists():
        raise Conflict(
            f"The store in {settings.data_dir} holds versions 1 to {newest.number}; nothing is lost. To begin anew,"
            " move its files away first.",
            f"Kho trong {settings.data_dir} có các phiên bản 1 đến {newest.number}, không mất gì. Muốn bắt đầu lại,"
            " hãy chuyển các tệp của nó đi trước.",
        )
    _marker_file(settings).write_text(_NEW, encoding="ascii")


def restore_backup(
    settings: Settings, source: AtlasSource, file: Path, *, replace: bool, progress: Progress
) -> Path | None:
    """Put a backup in the place of the store and serve its newest version; return where the old store lies now.

    A process that is killed in between leaves the old store or the backup, and the next start goes on with it.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        _marker_file(settings).write_text(_RESTORED, encoding="ascii")
        _, aside = put_back(settings, file, replace=replace)
    except (GeoError, OSError):
        _marker_file(settings).unlink(missing_ok=True)
        raise
    build_atlas(settings, source, progress=progress)
    return aside


def _open_or_create_store(settings: Settings, source: AtlasSource) -> Store:
    """The store, which only the first start creates.

    A data folder that holds atlases or the digest of a seed had a store, and is no place of a first start.
    """
    if is_writable(settings.data_dir):
        sweep_store(settings)
    is_first = not (source.current_number() or source.keys() or _fingerprint_file(settings).exists())
    if is_first or _marker(settings) == _NEW:
        return create_store(settings)
    return open_complete_store(settings, source)


def open_complete_store(settings: Settings, source: AtlasSource) -> Store:
    """The store; BadSource when it is missing or damaged, or ends before the version that is current in the atlas."""
    store = open_store(settings)
    newest = store.current()
    if _marker(settings) != _RESTORED and (newest is None or newest.number < source.current_number()):
        raise _ends_early(settings, newest, source.current_number())
    return store


def _marker(settings: Settings) -> str:
    path = _marker_file(settings)
    return path.read_text(encoding="ascii") if path.exists() else ""


def _ends_early(settings: Settings, newest: Version | None, served: int) -> BadSource:
    number = newest.number if newest else 0
    return BadSource(
        f"The store in {settings.data_dir} ends at version {number}, but version {served} was published. Put back the"
        " newest backup: `python app.py restore-backup FILE --replace`. Only `python app.py build --new` goes on with"
        " what is there.",
        f"Kho trong {settings.data_dir} chỉ đến phiên bản {number}, nhưng phiên bản {served} đã được công bố. Hãy đưa"
        " bản sao lưu mới nhất trở lại: `python app.py restore-backup TỆP --replace`. Chỉ `python app.py build --new`"
        " mới tiếp tục với những gì đang có.",
    )


def _read_seed(
    settings: Settings, store: Store, progress: Progress, who: str, why: str, *, required: bool
) -> Version | None:
    """The version that holds the seed now; None when it is refused, or cannot be read or published and need not be."""
    progress(f"read {settings.seed_dir}")
    try:
        return _publish_seed(settings, store, progress, who, why)
    except (GeoError, OSError) as error:
        if required:
            raise
        progress(f"the last good version is served, the seed was not read: {error}")
        return None


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder: by its rights, and by how its file system is mounted."""
    return os.access(folder, os.W_OK)


def _make_current(
    settings: Settings,
    store: Store,
    version: Version,
    source: AtlasSource,
    progress: Progress,
    published: NewVersion | None,
    before_current: BeforeCurrent | None,
) -> VersionInfo:
    """The version that is current now: the given one, or a newer one that another process published meanwhile."""
    if not source.has(VersionInfo(*version)) and not is_writable(settings.data_dir):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(settings.data_dir))
    info = _ensure_frozen(store, version, source, progress, published)
    # Another process may have published meanwhile: the pointer must not go back to an older version.
    while (newest := store.current()) is not None and newest.number > info.number:
        info = _ensure_frozen(store, newest, source, progress)
    if before_current is not None and not source.is_current(info):
        with source.built(info) as atlas:
            before_current(atlas)
    source.publish(info)
    source.delete_all_but(settings.atlases)
    return info


def _last_good_version(source: AtlasSource, error: OSError | DiskFull, progress: Progress) -> VersionInfo:
    """The version that was current before and stays so, because nothing can be written."""
    served = source().version
    progress(f"version {served.number} is served as it is; nothing can be published or prepared: {error}")
    return served


def _ensure_frozen(
    store: Store, version: Version, source: AtlasSource, progress: Progress, published: NewVersion | None = None
) -> VersionInfo:
    """The version as VersionInfo, after its atlas was built if it was missing."""
    info = VersionInfo(*version)
    if not source.has(info):
        if published is not None and published.version == version and published.computation is not None:
            freeze(store, info, published.computation, source, progress)
        else:
            link_and_freeze(store, info, source, progress)
    return info


def person(who: str, why: str) -> tuple[str, str]:
    """The person who publishes and the reason, without spaces around them; BadQuery for an empty one and for SEED."""
    if not who.strip() or not why.strip():
        raise BadQuery("State who publishes and why.", "Hãy ghi người công bố và lý do.")
    if who.strip() == SEED:
        raise BadQuery(
            f"The name {SEED!r} is reserved for versions read from the seed. Enter the name of a person or an office.",
            f"Tên {SEED!r} dành riêng cho phiên bản đọc từ dữ liệu gốc. Hãy ghi tên người hoặc cơ quan.",
        )
    return who.strip(), why.strip()


def _publish_seed(settings: Settings, store: Store, progress: Progress, who: str, why: str) -> Version | None:
    """The version with the content of the seed; None when the seed has a fatal issue and is not published."""
    frames, report, metadata = load_seed(settings.seed_dir, lambda name: progress(f"  {name}"))
    if report.fatal:
        for line in Findings(report, []).lines("vi"):
            progress(line)
        return None
    version = store.publish(frames, who=who, why=why, metadata=metadata, report=report)
    fingerprint = f"{_fingerprint(settings.seed_dir)} {version.number}"
    _fingerprint_file(settings).write_text(fingerprint, encoding="ascii")
    return version


def _last_seed_version(settings: Settings, store: Store) -> int:
    """The number of the last version that was read from the seed."""
    path = _fingerprint_file(settings)
    fingerprint = path.read_text(encoding="ascii").split() if path.exists() else []
    if len(fingerprint) > 1:
        return int(fingerprint[1])
    return max((version.number for version in store.versions() if version.who == SEED), default=0)


def _would_replace(version: Version) -> Conflict:
    return Conflict(
        f"Version {version.number} was published by {version.who} ({version.why}): the seed would replace it."
        " Keep it, or add --over-imports.",
        f"Phiên bản {version.number} do {version.who} công bố ({version.why}): đọc lại dữ liệu gốc sẽ thay thế."
        " Hãy giữ nguyên, hoặc thêm --over-imports.",
    )


def _seed_has_changed(settings: Settings, progress: Progress) -> bool:
    if not settings.seed_dir.is_dir():
        progress(f"the last good version is served: there is no seed folder {settings.seed_dir} (GEO_SEED_DIR)")
        return False
    path = _fingerprint_file(settings)
    return not path.exists() or path.read_text(encoding="ascii").split()[:1] != [_fingerprint(settings.seed_dir)]


def _marker_file(settings: Settings) -> Path:
    """A file that exists while one store replaces another; its text is _NEW or _RESTORED."""
    return settings.data_dir / "store-replacement"


def _fingerprint_file(settings: Settings) -> Path:
    return settings.data_dir / "seed.sha256"


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()

"""The steps from the seed folder to the current atlas: read, check, publish, link, freeze, make current.

The only module that imports every package below the views; app.py and geo/drafts call it. No HTTP in here.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame

from geo.atlas import AtlasSource, LogEntry, Notes, PublishedVersion, VersionInfo
from geo.errors import BadQuery, BadSource, Conflict
from geo.ingest.seed.folder import load_seed
from geo.link import ConflictRow, Pair, disagreements, link_all, on_borders
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.report import SEVERITIES, Report
from geo.schema import Label
from geo.settings import Settings
from geo.store import Store, Version, open_store

Progress = Callable[[str], None]
SEED = "seed"
"""The `who` of versions read from the seed. A changed seed replaces only these, unless --over-imports is given."""

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


def check_seed(seed_dir: Path, *, progress: Progress) -> Findings:
    """The findings of `seed_dir`; nothing is written."""
    frames, report, _ = load_seed(seed_dir, progress)
    pairs = link_all(frames, LINKS)
    return Findings(report, _conflicts(frames, pairs))


def build_atlas(
    settings: Settings,
    source: AtlasSource,
    *,
    progress: Progress,
    who: str = SEED,
    why: str = "data/shapefiles",
    reread: bool = False,
    over_imports: bool = True,
) -> BuildResult:
    """Bring the store and the atlas up to date and make the atlas current.

    The seed is read when there is no version yet, when `reread` is set, or when its files have changed and the current
    version was read from the seed. A seed with a fatal issue changes nothing; BadSource when there is no earlier
    version to serve instead. Conflict when the seed would replace versions that others have published, unless
    `over_imports` is set.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings)
    version, is_refused = store.current(), False
    if version is None or reread or (version.who == SEED and _seed_has_changed(settings)):
        if version is not None and not over_imports and version.number > _last_seed_version(settings):
            raise _would_replace(version)
        progress(f"read {settings.seed_dir}")
        seed_version = _publish_seed(settings, store, progress, who, why)
        is_refused = seed_version is None
        version = seed_version or version
    if version is None:
        raise BadSource(
            f"{settings.seed_dir} has fatal issues and there is no earlier version. Run `python app.py check`.",
            f"{settings.seed_dir} có lỗi nghiêm trọng và chưa có phiên bản nào trước đó. Chạy `python app.py check`.",
        )
    info = _ensure_frozen(store, version, source, progress)
    # Another process may have published meanwhile: the pointer must not go back to an older version.
    while (newest := store.current()) is not None and newest.number > info.number:
        info = _ensure_frozen(store, newest, source, progress)
    source.publish(info)
    return BuildResult(info, is_refused, source().counts())


def _ensure_frozen(store: Store, version: Version, source: AtlasSource, progress: Progress) -> VersionInfo:
    """The version as VersionInfo, after its atlas was built if it was missing."""
    info = VersionInfo(*version)
    if not source.has(info):
        _freeze(store, info, source, progress)
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


def _last_seed_version(settings: Settings) -> int:
    """The number of the last version read from the seed; 2**62, above every number, when none is recorded."""
    path = _fingerprint_file(settings)
    fingerprint = path.read_text(encoding="ascii").split() if path.exists() else []
    return int(fingerprint[1]) if len(fingerprint) > 1 else 2**62


def _would_replace(version: Version) -> Conflict:
    return Conflict(
        f"Version {version.number} was published by {version.who} ({version.why}): the seed would replace it."
        " Keep it, or add --over-imports.",
        f"Phiên bản {version.number} do {version.who} công bố ({version.why}): đọc lại dữ liệu gốc sẽ thay thế."
        " Hãy giữ nguyên, hoặc thêm --over-imports.",
    )


def _seed_has_changed(settings: Settings) -> bool:
    path = _fingerprint_file(settings)
    return not path.exists() or path.read_text(encoding="ascii").split()[:1] != [_fingerprint(settings.seed_dir)]


def _fingerprint_file(settings: Settings) -> Path:
    return settings.data_dir / "seed.sha256"


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _freeze(store: Store, info: VersionInfo, source: AtlasSource, progress: Progress) -> None:
    progress(f"link version {info.number}")
    frames = store.frames(info.number)
    pairs = link_all(frames, LINKS, progress=lambda name: progress(f"  {name}"))
    report = store.report(info.number)
    notes = Notes(
        conflicts=_conflicts(frames, pairs),
        issues=report.issues,
        changes=report.changes,
        metadata=store.metadata(info.number),
        versions=[
            PublishedVersion(row.number, row.published_at) for row in store.versions() if row.number <= info.number
        ],
        log=[LogEntry(*row) for row in store.log(info.number)],
    )
    progress(f"freeze version {info.number}")
    source.freeze(frames, pairs, notes, version=info, progress=lambda name: progress(f"  {name}"))


def _conflicts(frames: Mapping[str, GeoDataFrame], pairs: list[Pair]) -> list[ConflictRow]:
    return [*disagreements(pairs, DISAGREEMENTS), *on_borders(frames, LINKS)]

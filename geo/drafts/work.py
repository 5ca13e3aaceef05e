"""The tasks of the child process: read a draft, publish what a person looked at, restore a version."""

from collections.abc import Mapping
from typing import Any

from geopandas import GeoDataFrame

from geo.atlas import open_atlases
from geo.drafts import review
from geo.drafts.draft import Draft, DraftStore
from geo.drafts.reading import Prepared, Progress, read_draft
from geo.errors import BadQuery, Conflict
from geo.ingest.checks.check import check
from geo.ingest.questions import with_source
from geo.ingest.stage import Staged
from geo.pipeline import build_atlas, person
from geo.report import WHOLE_LAYER, Change, Issue, Report
from geo.settings import Settings
from geo.store import Store, Version, open_store


def prepare(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> Prepared:
    """Read the draft and leave its review, its preview and its lists beside it."""
    prepared = read_draft(settings, drafts, draft, progress)
    progress("write")
    review.write(drafts.folder(draft.id), draft, prepared)
    return prepared


def publish(
    settings: Settings, drafts: DraftStore, draft: Draft, *, who: str, why: str, seen: str | None, progress: Progress
) -> Version:
    """Make the draft the current version, in one transaction, and freeze its atlas.

    `seen` is the digest of the review that a person looked at: Conflict when the file or the data would now give
    something else. BadQuery while questions are open or an error stands in the way.
    """
    who, why = person(who, why)
    prepared = read_draft(settings, drafts, draft, progress)
    staged = prepared.staged
    if staged is None or not staged.publishable:
        raise _unpublishable(prepared)
    if seen is not None and seen != prepared.digest:
        review.write(drafts.folder(draft.id), draft, prepared)
        raise Conflict(
            "The data have changed since you looked at the preview. Look at it again, then publish.",
            "Dữ liệu đã thay đổi từ khi bạn xem trước. Hãy xem lại rồi công bố.",
        )
    store = open_store(settings)
    if not prepared.diff:
        current = store.current()
        if current is None:
            raise _unpublishable(prepared)
        version = current  # its atlas may be missing: a process may be killed after publishing and before freezing
    else:
        progress("publish")
        version = _publish(store, draft, prepared, staged, who=who, why=why)
    progress("freeze")
    build_atlas(settings, open_atlases(settings), progress=progress)
    return version


def restore(settings: Settings, version: int, *, who: str, why: str, progress: Progress) -> Version:
    """Make the content of an earlier version the current one, in one transaction, and freeze its atlas.

    The current version, untouched, when nothing differs from it; its atlas is frozen when it is missing.
    """
    progress("publish")
    restored = open_store(settings).restore(version, who=who, why=why)
    progress("freeze")
    build_atlas(settings, open_atlases(settings), progress=progress)
    return restored


def _publish(store: Store, draft: Draft, prepared: Prepared, staged: Staged, *, who: str, why: str) -> Version:
    name = staged.spec.name
    before = store.frames(prepared.base)
    frames = {**before, name: staged.frame}
    cited = staged.source.get("source_id", "")
    if staged.spec.has("source_ids") and cited in _all_sources(staged.frame):
        frames["sources"] = with_source(frames["sources"], staged.source)
    metadata = _metadata(store.metadata(prepared.base), draft, staged)
    report = carry_findings(store.report(prepared.base), frames, staged)
    return store.publish(frames, who=who, why=why, metadata=metadata, report=report, base=prepared.base)


def _all_sources(frame: GeoDataFrame) -> set[str]:
    return {part for ids in frame["source_ids"] if ids for part in str(ids).split(";")}


def _metadata(metadata: Mapping[str, Mapping[str, Any]], draft: Draft, staged: Staged) -> dict[str, dict[str, Any]]:
    """Each layer's metadata, with an entry for this import in that of its layer."""
    extended = {layer: dict(body) for layer, body in metadata.items()}
    body = extended.setdefault(staged.spec.name, {})
    body["records"] = len(staged.frame)
    entry = {
        "file": ", ".join(draft.files), "sha256": draft.sha256, "received": draft.created, "from": draft.who,
        "crs": staged.reading.key if staged.reading is not None else None, "records": len(staged.touched),
    }  # fmt: skip
    body["imports"] = [*body.get("imports", []), entry]
    return extended


def carry_findings(old: Report, frames: Mapping[str, GeoDataFrame], staged: Staged) -> Report:
    """The findings and repairs that hold after the import.

    Those of records that it replaced or removed give way to its own, those of the whole layer are found anew.
    """
    name, touched = staged.spec.name, set(staged.touched)
    replaced = touched | set(staged.removed)

    def stands(finding: Issue | Change) -> bool:
        """Whether an old finding is about what the import left alone: another layer, record or row."""
        subject = finding.subject
        return finding.layer != name or (subject != WHOLE_LAYER and subject.record not in replaced)

    return Report(
        [
            *filter(stands, old.issues),
            *(issue for issue in staged.report.issues if issue.record in touched),
            *(issue for issue in check(frames, only=name) if issue.subject == WHOLE_LAYER),
        ],
        [*filter(stands, old.changes), *(change for change in staged.report.changes if change.record in touched)],
    )


def _unpublishable(prepared: Prepared) -> BadQuery:
    issues: list[Issue] = prepared.staged.report.issues if prepared.staged is not None else []
    unanswered = [question.label for question in prepared.questions if question.blocking]
    fatal = [issue.message for issue in issues if issue.severity == "fatal"]
    words = [*unanswered, *fatal][:5]
    vi, en = "; ".join(word.vi for word in words), "; ".join(word.en for word in words)
    return BadQuery(f"This cannot be published yet: {en}", f"Chưa công bố được: {vi}")

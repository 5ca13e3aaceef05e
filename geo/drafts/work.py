"""The tasks of the child process: read a draft, publish it, restore a version."""

from collections.abc import Mapping
from typing import Any

from geopandas import GeoDataFrame

from geo.atlas import open_atlases
from geo.drafts import review
from geo.drafts.draft import Draft, DraftStore
from geo.drafts.reading import DraftReading, Progress, changed_layers, read_draft
from geo.errors import BadQuery, Conflict
from geo.ingest.checks.check import check
from geo.ingest.questions import with_source
from geo.ingest.stage import Staged
from geo.ocop.layers import LAYERS
from geo.pipeline import build_atlas, person
from geo.report import WHOLE_LAYER, Change, Issue, Report
from geo.settings import Settings
from geo.store import Store, Version, open_store


def prepare(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> DraftReading:
    """Read the draft and write its review, preview and lists to its folder."""
    reading = read_draft(settings, drafts, draft, progress)
    progress("write")
    review.write(drafts.folder(draft.id), draft, reading)
    return reading


def publish(
    settings: Settings, drafts: DraftStore, draft: Draft, *, who: str, why: str, digest: str | None, progress: Progress
) -> Version:
    """Publish the draft as the current version, in one transaction, and build its atlas.

    `digest` is that of the review that a person saw (None: not checked): Conflict when reading the draft now gives
    another result. BadQuery while questions are open or errors are fatal.
    """
    who, why = person(who, why)
    reading = read_draft(settings, drafts, draft, progress)
    staged = reading.staged
    if staged is None or not staged.publishable:
        raise _unpublishable(reading)
    if digest is not None and digest != reading.digest:
        review.write(drafts.folder(draft.id), draft, reading)
        raise Conflict(
            "The data have changed since you saw the preview. Review it again, then publish.",
            "Dữ liệu đã thay đổi từ khi bạn xem trước. Hãy xem lại rồi công bố.",
        )
    store = open_store(settings)
    if not reading.diff:
        current = store.current()
        if current is None:
            raise _unpublishable(reading)
        version = current  # its atlas may be missing: a process may be killed between publishing and freezing
    else:
        progress("publish")
        version = _publish(store, draft, reading, staged, who=who, why=why)
    progress("freeze")
    build_atlas(settings, open_atlases(settings), progress=progress)
    return version


def restore(settings: Settings, version: int, *, who: str, why: str, progress: Progress) -> Version:
    """Publish the content of an earlier version as a new one, in one transaction, and build its atlas.

    When nothing differs from the current version, that one is returned; its atlas is built if it is missing.
    """
    progress("publish")
    new = open_store(settings).restore(version, who=who, why=why)
    progress("freeze")
    build_atlas(settings, open_atlases(settings), progress=progress)
    return new


def _publish(store: Store, draft: Draft, reading: DraftReading, staged: Staged, *, who: str, why: str) -> Version:
    before = store.frames(reading.base)
    layers = changed_layers(staged)
    frames = {**before, **layers}
    source_id = staged.source.get("source_id", "")
    if any(source_id in _all_sources(frame) for layer, frame in layers.items() if LAYERS[layer].has("source_ids")):
        frames["sources"] = with_source(frames["sources"], staged.source)
    metadata = _metadata(store.metadata(reading.base), draft, staged)
    report = carry_findings(store.report(reading.base), frames, staged)
    return store.publish(frames, who=who, why=why, metadata=metadata, report=report, base=reading.base)


def _all_sources(frame: GeoDataFrame) -> set[str]:
    return {part for ids in frame["source_ids"] if ids for part in str(ids).split(";")}


def _metadata(metadata: Mapping[str, Mapping[str, Any]], draft: Draft, staged: Staged) -> dict[str, dict[str, Any]]:
    """The metadata of each layer; that of the imported layer has a new entry for this import."""
    by_layer = {layer: dict(body) for layer, body in metadata.items()}
    for layer, frame in changed_layers(staged).items():
        by_layer.setdefault(layer, {})["records"] = len(frame)
    body = by_layer[staged.spec.name]
    entry = {
        "file": ", ".join(draft.files), "sha256": draft.sha256, "received": draft.created, "from": draft.who,
        "crs": staged.reading.key if staged.reading is not None else None, "records": len(staged.touched),
    }  # fmt: skip
    body["imports"] = [*body.get("imports", []), entry]
    return by_layer


def carry_findings(old: Report, frames: Mapping[str, GeoDataFrame], staged: Staged) -> Report:
    """The findings and repairs after the import.

    Those of records that it changed or removed are replaced by its own; those of the whole layer are checked again.
    """
    name, new_ids = staged.spec.name, set(staged.touched)
    other_layers = {*staged.other_layers}
    old_ids = new_ids | set(staged.removed)

    def still_holds(finding: Issue | Change) -> bool:
        """Whether an old finding is about a layer, record or row that the import did not change."""
        subject = finding.subject
        return finding.layer != name or (subject != WHOLE_LAYER and subject.record not in old_ids)

    return Report(
        [
            *filter(still_holds, old.issues),
            *(issue for issue in staged.report.issues if issue.record in new_ids or issue.layer in other_layers),
            *(issue for issue in check(frames, only=name) if issue.subject == WHOLE_LAYER),
        ],
        [*filter(still_holds, old.changes), *(change for change in staged.report.changes if change.record in new_ids)],
    )


def _unpublishable(reading: DraftReading) -> BadQuery:
    issues: list[Issue] = reading.staged.report.issues if reading.staged is not None else []
    open_questions = [question.label for question in reading.questions if question.blocking]
    fatal = [issue.message for issue in issues if issue.severity == "fatal"]
    words = [*open_questions, *fatal][:5]
    vi, en = "; ".join(word.vi for word in words), "; ".join(word.en for word in words)
    return BadQuery(f"This cannot be published yet: {en}", f"Chưa công bố được: {vi}")

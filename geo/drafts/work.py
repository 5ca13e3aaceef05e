"""The tasks of the child process: read a draft, publish it, restore a version, change a cohort, build an atlas."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from geopandas import GeoDataFrame

from geo.atlas import open_atlases
from geo.drafts import publication, review
from geo.drafts.draft import Draft, DraftStore, digest_of
from geo.drafts.publication import Publication
from geo.drafts.reading import DraftReading, Progress, changed_layers, read_draft
from geo.errors import BadQuery, Conflict
from geo.freezing import NewVersion, publish_computing
from geo.ingest.questions import with_source
from geo.ingest.stage import Staged
from geo.ocop.layers import LAYERS
from geo.pipeline import person, prepare_atlas, require_room
from geo.plan.cohorts import Cohort, save
from geo.report import WHOLE_LAYER, Change, Issue, Report
from geo.settings import Settings
from geo.store import Store, Version, open_store
from geo.store.content import state_of
from geo.views.tiles.next_layers import prepare_next


def prepare(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> DraftReading:
    """Read the draft and write its review, preview and lists to its folder, and what publishing it would change."""
    reading = read_draft(settings, drafts, draft, progress)
    progress("write")
    folder = drafts.folder(draft.id)
    review.write(folder, draft, reading)
    if reading.staged is not None and reading.staged.publishable:
        publication.save(folder, draft, _publication(open_store(settings), draft, reading, reading.staged))
    else:
        publication.discard(folder)
    return reading


def publish(
    settings: Settings, drafts: DraftStore, draft: Draft, *, who: str, why: str, digest: str | None, progress: Progress
) -> NewVersion:
    """Publish the draft as the newest version, in one transaction; its atlas is built afterwards.

    What was saved when the draft was read is published as it is; the files are read again only where that does not
    hold any more. `digest` is that of the review that a person saw (None: not checked): Conflict when the result is
    another now. BadQuery while questions are open or errors are fatal, DiskFull when there may not be room.
    """
    who, why = person(who, why)
    store = open_store(settings)
    changes = _changes(settings, drafts, draft, store, digest, progress)
    current = store.current()
    if current is not None and not changes.is_change:
        return NewVersion(current, None)
    progress("publish")
    source = open_atlases(settings)
    require_room(settings, store, source, upload_bytes=draft.size)
    state = {**store.state(changes.base), **changes.layers}
    write = partial(
        store.publish, state, who=who, why=why, metadata=changes.metadata, report=changes.report, base=changes.base
    )
    return publish_computing(source, state, write)


def restore(settings: Settings, version: int, *, who: str, why: str, progress: Progress) -> NewVersion:
    """Publish the content of an earlier version as a new one, in one transaction; its atlas is built afterwards.

    When nothing differs from the current version, that one is returned. DiskFull when there may not be room.
    """
    progress("publish")
    store, source = open_store(settings), open_atlases(settings)
    require_room(settings, store, source)
    state = store.state(version)
    return publish_computing(source, state, partial(store.restore, version, who=who, why=why, state=state))


def save_cohort(settings: Settings, cohort: Cohort, *, who: str, why: str, base: int, progress: Progress) -> Version:
    """Publish a version that differs from version `base` in a cohort; its atlas is built afterwards.

    Conflict when `base` is not the newest version, DiskFull when there may not be room.
    """
    progress("publish")
    store = open_store(settings)
    require_room(settings, store, open_atlases(settings))
    return save(store, cohort, who=who, why=why, base=base)


def prepare_served(
    settings: Settings, *, number: int | None = None, published: NewVersion | None = None, progress: Progress
) -> None:
    """Build the atlas of the newest version and make it current, or build that of the version `number`.

    `published` is what this process has just published, if anything.
    """
    progress("freeze")
    prepare_atlas(
        settings, open_atlases(settings), number=number, published=published, progress=progress,
        before_current=partial(prepare_next, settings),
    )  # fmt: skip


def _changes(
    settings: Settings, drafts: DraftStore, draft: Draft, store: Store, digest: str | None, progress: Progress
) -> Publication:
    """What publishing the draft would change; it is read again where what was saved does not hold any more."""
    current, folder = store.current(), drafts.folder(draft.id)
    changes = None
    if current is not None and digest_of(drafts.uploads(draft)) == draft.sha256:
        changes = publication.load(folder, draft, current.number)
    if changes is None:
        reading = prepare(settings, drafts, draft, progress)
        changes = publication.load(folder, draft, reading.base)
        if changes is None:
            raise _unpublishable(reading)
    if digest is not None and digest != changes.digest:
        raise Conflict(
            "The data have changed since you saw the preview. Review it again, then publish.",
            "Dữ liệu đã thay đổi từ khi bạn xem trước. Hãy xem lại rồi công bố.",
        )
    return changes


def _publication(store: Store, draft: Draft, reading: DraftReading, staged: Staged) -> Publication:
    layers = dict(reading.records)
    source_id = staged.source.get("source_id", "")
    frames = changed_layers(staged)
    if any(source_id in _all_sources(frame) for name, frame in frames.items() if LAYERS[name].has("source_ids")):
        layers["sources"] = state_of(LAYERS["sources"], with_source(reading.published["sources"], staged.source))
    return Publication(
        reading.base,
        bool(reading.diff),
        reading.digest,
        layers,
        _metadata(store.metadata(reading.base), draft, staged),
        carry_findings(store.report(reading.base), staged),
    )


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


def carry_findings(old: Report, staged: Staged) -> Report:
    """The findings and repairs after the import.

    Those of records that it changed or removed, and those of the whole layer, are replaced by its own.
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
            *staged.of_layer,
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

"""Reading a draft against the current version, and publishing what was seen; in a process of its own (jobs.py)."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame

from geo.atlas import AtlasSource
from geo.drafts import review
from geo.drafts.model import Draft, DraftStore
from geo.errors import BadQuery, BadSource, Conflict
from geo.ingest.answers import Choice, Question
from geo.ingest.check import check
from geo.ingest.limits import Limits
from geo.ingest.match import fresh_ids
from geo.ingest.opening import Part, choose, look, read
from geo.ingest.questions import with_source
from geo.ingest.report import Issue, Report
from geo.ingest.stage import Context, Staged, stage
from geo.ingest.table import Table
from geo.ingest.values import folded
from geo.layers import LAYERS
from geo.pipeline import build_atlas, person
from geo.schema import Label
from geo.settings import Settings
from geo.store import GeoPackageStore, Version
from geo.store.content import digest_of, state_of
from geo.store.diff import RecordDiff, compare

Progress = Callable[[str], None]
WORK = ".work-"
"""How the folders begin that a process works in; one that is killed leaves its own behind."""


def limits_of(settings: Settings) -> Limits:
    """How much of a file is read, as the operator set it."""
    megabyte = 1024 * 1024
    return Limits(
        max_bytes=settings.import_mb * megabyte, max_unpacked_bytes=4 * settings.import_mb * megabyte,
        max_rows=settings.import_rows, max_vertices=settings.import_vertices, max_columns=settings.import_columns,
    )  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """A draft read: `staged` is None while a person must choose the layer of the file first."""

    base: int
    parts: list[Part]
    part: Part | None
    staged: Staged | None
    diff: list[RecordDiff]
    digest: str
    questions: list[Question]


def prepare(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> Prepared:
    """Read the draft and leave its review, its preview and its lists beside it."""
    prepared = read_draft(settings, drafts, draft, progress)
    progress("write")
    review.write(drafts.folder(draft.id), draft, prepared)
    return prepared


def read_draft(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> Prepared:
    """Everything that the draft would do to the current version; nothing is written."""
    store = GeoPackageStore(settings.store_path)
    current = store.current()
    if current is None:
        raise BadSource(
            "There is no published data to compare with yet. Run `python app.py build` first.",
            "Chưa có dữ liệu công bố để đối chiếu. Hãy chạy `python app.py build` trước.",
        )
    progress("open")
    with tempfile.TemporaryDirectory(dir=drafts.folder(draft.id), prefix=WORK) as work:
        parts = look(drafts.uploads(draft), Path(work), limits_of(settings))
        part = choose(_fitting(parts, draft.layer), draft.answers.part) or _namesake(parts, draft.layer)
        if part is None:
            return Prepared(current.number, parts, None, None, [], "", [_which_part(parts)])
        progress("read")
        table = read(part, limits_of(settings))
    staged = _staged(store, current, draft, table, progress)
    progress("compare")
    spec = staged.spec
    diff = compare(spec, store.frames(current.number)[spec.name], staged.frame)
    digest = digest_of({spec.name: state_of(spec, staged.frame)}, "") if staged.publishable else ""
    return Prepared(current.number, parts, part, staged, diff, digest, staged.questions)


def _fitting(parts: list[Part], layer: str) -> list[Part]:
    """The parts whose geometry can be the layer's, all when none says so."""
    wanted = LAYERS[layer].geometry
    words = {"Point": ("Point",), "MultiPolygon": ("Polygon", "Surface", "Collection", "Unknown")}.get(wanted or "", ())
    fitting = [part for part in parts if any(word in part.geometry for word in words)] if words else []
    return fitting or parts


def _namesake(parts: list[Part], layer: str) -> Part | None:
    """The only part that is called as the layer is, as our own exports call it."""
    names = {layer, *map(folded, LAYERS[layer].label)}
    same = [part for part in parts if {part.name, folded(part.name)} & names]
    return same[0] if len(same) == 1 else None


def _which_part(parts: list[Part]) -> Question:
    offered = []
    for part in parts:
        size = f"{part.rows}" if part.rows is not None else "?"
        shape = part.geometry or "-"
        offered.append(
            Choice(part.name, Label(f"{part.name}: {size} bản ghi, {shape}", f"{part.name}: {size} records, {shape}"))
        )
    return Question("part", Label("Lớp nào của tệp?", "Which layer of the file?"), tuple(offered))


def _staged(store: GeoPackageStore, current: Version, draft: Draft, table: Table, progress: Progress) -> Staged:
    frames = store.frames(current.number)
    used = {draft.layer: frozenset(store.used_ids(draft.layer)), "sources": frozenset(store.used_ids("sources"))}
    source = _source(draft, frames["sources"], used["sources"])
    return stage(table, draft.layer, draft.answers, Context(frames, used), source=source, progress=progress)


def _source(draft: Draft, sources: GeoDataFrame, used: frozenset[str]) -> dict[str, str]:
    """The record of layer sources that the draft's records cite; `file` is what people call the upload.

    The same file cites the same record when it comes again: its contents are named in `what`.
    """
    given = dict(draft.answers.source)
    known = set(sources["source_id"])
    file = ", ".join(draft.files)
    if given.get("source_id"):
        if given["source_id"] not in known:
            raise BadQuery(
                f"There is no source {given['source_id']!r} in layer sources.",
                f"Không có nguồn {given['source_id']!r} trong lớp nguồn số liệu.",
            )
        return {"source_id": given["source_id"], "file": file}
    mark = f"SHA-256 {draft.sha256}"
    for key, what in zip(sources["source_id"], sources["what"], strict=True):
        if what and mark in str(what):
            return {"source_id": str(key), "file": file}
    words = given.get("what") or "Tệp do cơ quan cung cấp"
    return {
        "source_id": next(fresh_ids("S", known | used)),
        "publisher": given.get("publisher") or draft.who or "-",
        "date": given.get("date") or draft.created[:10],
        "what": f"{words}: {file}. {mark}",
        "file": file,
        **({"address": given["address"]} if given.get("address") else {}),
    }


# --- publication -------------------------------------------------------------------------------------


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
        raise _not_yet(prepared)
    if seen is not None and seen != prepared.digest:
        review.write(drafts.folder(draft.id), draft, prepared)
        raise Conflict(
            "The data have changed since you looked at the preview. Look at it again, then publish.",
            "Dữ liệu đã thay đổi từ khi bạn xem trước. Hãy xem lại rồi công bố.",
        )
    store = GeoPackageStore(settings.store_path)
    if not prepared.diff:
        current = store.current()
        if current is None:
            raise _not_yet(prepared)
        version = current  # whose atlas may be missing: the process that published it was killed
    else:
        progress("publish")
        version = _publish(store, draft, prepared, staged, who=who, why=why)
    progress("freeze")
    build_atlas(settings, AtlasSource(settings.atlas_dir), progress=progress)
    return version


def _publish(
    store: GeoPackageStore, draft: Draft, prepared: Prepared, staged: Staged, *, who: str, why: str
) -> Version:
    name = staged.spec.name
    before = store.frames(prepared.base)
    frames = {**before, name: staged.frame}
    cited = staged.source.get("source_id", "")
    if staged.spec.has("source_ids") and cited in _all_sources(staged.frame):
        frames["sources"] = with_source(frames["sources"], staged.source)
    metadata = _metadata(store.metadata(prepared.base), draft, staged)
    report = _report(store.report(prepared.base), frames, staged)
    return store.publish(frames, who=who, why=why, metadata=metadata, report=report, base=prepared.base)


def _all_sources(frame: GeoDataFrame) -> set[str]:
    return {part for ids in frame["source_ids"] if ids for part in str(ids).split(";")}


def _metadata(metadata: Mapping[str, Mapping[str, Any]], draft: Draft, staged: Staged) -> dict[str, dict[str, Any]]:
    """The layers' descriptions with this import in the layer's own."""
    made = {layer: dict(body) for layer, body in metadata.items()}
    body = made.setdefault(staged.spec.name, {})
    body["records"] = len(staged.frame)
    entry = {
        "file": ", ".join(draft.files), "sha256": draft.sha256, "received": draft.created, "from": draft.who,
        "crs": staged.reading.key if staged.reading is not None else None, "records": len(staged.touched),
    }  # fmt: skip
    body["imports"] = [*body.get("imports", []), entry]
    return made


def _report(old: Report, frames: Mapping[str, GeoDataFrame], staged: Staged) -> Report:
    """What is known to be the matter after the import: the old findings of what stays, the new ones of the rest."""
    name, touched, gone = staged.spec.name, set(staged.touched), set(staged.removed)

    def stays(layer: str, record: str | None) -> bool:
        return layer != name or (record is not None and record not in touched and record not in gone)

    again = [issue for issue in check(frames, only=name) if issue.record is None]
    kept = [issue for issue in staged.report.issues if issue.record in touched]
    return Report(
        [*(one for one in old.issues if stays(one.layer, one.record)), *kept, *again],
        [*(one for one in old.changes if stays(one.layer, one.record)), *_of(staged.report.changes, touched)],
    )


def _of(changes: list[Any], touched: set[str]) -> list[Any]:
    return [change for change in changes if change.record in touched]


def _not_yet(prepared: Prepared) -> BadQuery:
    issues: list[Issue] = prepared.staged.report.issues if prepared.staged is not None else []
    asked = [question.label for question in prepared.questions if question.blocking]
    fatal = [issue.message for issue in issues if issue.severity == "fatal"]
    words = [*asked, *fatal][:5]
    vi, en = "; ".join(word.vi for word in words), "; ".join(word.en for word in words)
    return BadQuery(f"This cannot be published yet: {en}", f"Chưa công bố được: {vi}")

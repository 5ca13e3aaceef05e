"""Reading a draft against the current version: its parts, its staging, its differences. Nothing is published."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geopandas import GeoDataFrame

from geo.drafts.draft import Draft, DraftStore
from geo.errors import BadQuery, BadSource
from geo.ingest.columns.values import folded
from geo.ingest.decisions import Choice, Question
from geo.ingest.files.limits import Limits
from geo.ingest.files.opening import Part, choose, look, read
from geo.ingest.files.table import Table
from geo.ingest.match import fresh_ids
from geo.ingest.stage import Context, Staged, stage
from geo.ocop.layers import LAYERS
from geo.schema import Label
from geo.settings import Settings
from geo.store import Store, Version, open_store
from geo.store.content import digest_of, state_of
from geo.store.diff import RecordDiff, compare

Progress = Callable[[str], None]
WORK = ".work-"
"""The prefix of temporary folders beside a draft; a process that is killed leaves its own behind."""


def limits_of(settings: Settings) -> Limits:
    """The largest file that is read, by the operator's settings."""
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


def read_draft(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> Prepared:
    """The draft read, and how the current version would differ; BadSource when there is no version yet."""
    store = open_store(settings)
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
    staged = _stage(store, current, draft, table, progress)
    progress("compare")
    spec = staged.spec
    diff = compare(spec, store.frames(current.number)[spec.name], staged.frame)
    digest = digest_of({spec.name: state_of(spec, staged.frame)}, "") if staged.publishable else ""
    return Prepared(current.number, parts, part, staged, diff, digest, staged.questions)


_SUITABLE = {
    "Point": ("Point",),
    "MultiLineString": ("Line", "Curve", "Collection", "Unknown"),
    "MultiPolygon": ("Polygon", "Surface", "Collection", "Unknown"),
}
"""Kind of geometry of a layer -> words in what GDAL calls the geometries of a part that can fill it."""


def _fitting(parts: list[Part], layer: str) -> list[Part]:
    """The parts whose geometry can be the layer's, all when none says so."""
    wanted = LAYERS[layer].geometry
    words = _SUITABLE.get(wanted or "", ())
    fitting = [part for part in parts if any(word in part.geometry for word in words)] if words else []
    return fitting or parts


def _namesake(parts: list[Part], layer: str) -> Part | None:
    """The only part that has the name of the layer, as in our own exports; None when there is none or several."""
    names = {layer, *map(folded, LAYERS[layer].label)}
    same = [part for part in parts if {part.name, folded(part.name)} & names]
    return same[0] if len(same) == 1 else None


def _which_part(parts: list[Part]) -> Question:
    offered = []
    for part in parts:
        size = f"{part.rows}" if part.rows is not None else "?"
        shape = part.geometry or "-"
        label = Label(f"{part.label.vi}: {size} bản ghi, {shape}", f"{part.label.en}: {size} records, {shape}")
        offered.append(Choice(part.name, label))
    return Question("part", Label("Lớp nào của tệp?", "Which layer of the file?"), tuple(offered))


def _stage(store: Store, current: Version, draft: Draft, table: Table, progress: Progress) -> Staged:
    frames = store.frames(current.number)
    used = {draft.layer: frozenset(store.used_ids(draft.layer)), "sources": frozenset(store.used_ids("sources"))}
    source = _source(draft, frames["sources"], used["sources"])
    return stage(table, draft.layer, draft.answers, Context(frames, used), source=source, progress=progress)


def _source(draft: Draft, sources: GeoDataFrame, used: frozenset[str]) -> dict[str, str]:
    """The record of layer sources that the draft's records cite; `file` names the uploaded files.

    The same file cites the same record when it comes again: its contents are named in `what`.
    """
    given = dict(draft.answers.source)
    keys = set(sources["source_id"])
    file = ", ".join(draft.files)
    if given.get("source_id"):
        if given["source_id"] not in keys:
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
        "source_id": next(fresh_ids("S", keys | used)),
        "publisher": given.get("publisher") or draft.who or "-",
        "date": given.get("date") or draft.created[:10],
        "what": f"{words}: {file}. {mark}",
        "file": file,
        **({"address": given["address"]} if given.get("address") else {}),
    }

"""Reading a draft: its parts, its staged records, their differences from the current version. Nothing is published."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
from geo.ingest.new_records import can_be_made
from geo.ingest.stage import Context, Staged, stage
from geo.ocop.layers import LAYERS
from geo.part_files import part_suffix
from geo.schema import Label
from geo.settings import Settings
from geo.store import Store, open_store
from geo.store.content import Records, digest_of, state_of
from geo.store.diff import RecordDiff, differences

Progress = Callable[[str], None]
WORK = ".work-"
"""Prefix of the temporary folders in a draft's folder."""


def limits_of(settings: Settings) -> Limits:
    """The limits of uploaded files in the operator's settings."""
    megabyte = 1024 * 1024
    return Limits(
        max_bytes=settings.import_mb * megabyte, max_unpacked_bytes=4 * settings.import_mb * megabyte,
        max_rows=settings.import_rows, max_vertices=settings.import_vertices, max_columns=settings.import_columns,
    )  # fmt: skip


@dataclass(frozen=True)
class DraftReading:
    """The result of reading a draft; `part` and `staged` are None until a person has chosen the layer of the file.

    `records` are those of each layer that publishing would change, whole, in the store's canonical form. `published`
    are the layers of the version `base`.
    """

    base: int
    parts: list[Part]
    part: Part | None
    staged: Staged | None
    records: Mapping[str, Records]
    diff: list[RecordDiff]
    digest: str
    questions: list[Question]
    published: Mapping[str, GeoDataFrame] = field(default_factory=dict)


def read_draft(settings: Settings, drafts: DraftStore, draft: Draft, progress: Progress) -> DraftReading:
    """The draft's records and their differences from the current version; BadSource when there is no version yet."""
    store = open_store(settings)
    current = store.current()
    if current is None:
        raise BadSource(
            "There is no published data to compare with yet. Run `python app.py build` first.",
            "Chưa có dữ liệu công bố để đối chiếu. Hãy chạy `python app.py build` trước.",
        )
    progress("open")
    with tempfile.TemporaryDirectory(dir=drafts.folder(draft.id), prefix=WORK, suffix=part_suffix()) as work:
        parts = look(drafts.uploads(draft), Path(work), limits_of(settings))
        part = choose(_suitable(parts, draft.layer), draft.answers.part) or _namesake(parts, draft.layer)
        if part is None:
            return DraftReading(current.number, parts, None, None, {}, [], "", [_which_part(parts)])
        progress("read")
        table = read(part, limits_of(settings))
    frames = store.frames(current.number)
    staged = _stage(store, frames, draft, table, progress)
    progress("compare")
    records = {name: state_of(LAYERS[name], frame) for name, frame in changed_layers(staged).items()}
    state = store.state(current.number)
    diff = [one for name, new in records.items() for one in differences(LAYERS[name], state[name], new)]
    digest = digest_of(records, "") if staged.publishable else ""
    return DraftReading(current.number, parts, part, staged, records, diff, digest, staged.questions, frames)


def changed_layers(staged: Staged) -> dict[str, GeoDataFrame]:
    """The layers that publishing would change, whole, the imported one first; the sources come with publishing."""
    return {staged.spec.name: staged.frame, **staged.other_layers}


_SUITABLE = {
    "Point": ("Point",),
    "MultiLineString": ("Line", "Curve", "Collection", "Unknown"),
    "MultiPolygon": ("Polygon", "Surface", "Collection", "Unknown"),
}
"""Geometry type of a layer -> words in GDAL's geometry types of the parts of a file that can be imported into it."""


def _suitable(parts: list[Part], layer: str) -> list[Part]:
    """The parts whose geometry type suits the layer; all parts when none does."""
    geometry = LAYERS[layer].geometry
    words = _SUITABLE.get(geometry or "", ())
    suitable = [part for part in parts if any(word in part.geometry for word in words)] if words else []
    return suitable or parts


def _namesake(parts: list[Part], layer: str) -> Part | None:
    """The one part with the name of the layer, as exports of this service have; None for none or several."""
    names = {layer, *map(folded, LAYERS[layer].label)}
    same = [part for part in parts if {part.name, folded(part.name)} & names]
    return same[0] if len(same) == 1 else None


def _which_part(parts: list[Part]) -> Question:
    choices = []
    for part in parts:
        size = f"{part.rows}" if part.rows is not None else "?"
        shape = part.geometry or "-"
        label = Label(f"{part.label.vi}: {size} bản ghi, {shape}", f"{part.label.en}: {size} records, {shape}")
        choices.append(Choice(part.name, label))
    return Question("part", Label("Lớp nào của tệp?", "Which layer of the file?"), tuple(choices))


def _stage(store: Store, frames: Mapping[str, GeoDataFrame], draft: Draft, table: Table, progress: Progress) -> Staged:
    targets = {one.target for one in LAYERS[draft.layer].fields if can_be_made(one) and one.target}
    used_ids = {layer: frozenset(store.used_ids(layer)) for layer in {draft.layer, "sources", *targets}}
    source = _source(draft, frames["sources"], used_ids["sources"])
    return stage(table, draft.layer, draft.answers, Context(frames, used_ids), source=source, progress=progress)


def _source(draft: Draft, sources: GeoDataFrame, used_ids: frozenset[str]) -> dict[str, str]:
    """The record of layer sources that the draft's records cite; `file` lists the uploaded files.

    Its field `what` holds the SHA-256 of the files, so that the same file uploaded again cites the same record.
    """
    answer = dict(draft.answers.source)
    keys = set(sources["source_id"])
    file = ", ".join(draft.files)
    if answer.get("source_id"):
        if answer["source_id"] not in keys:
            raise BadQuery(
                f"There is no source {answer['source_id']!r} in layer sources.",
                f"Không có nguồn {answer['source_id']!r} trong lớp nguồn số liệu.",
            )
        return {"source_id": answer["source_id"], "file": file}
    mark = f"SHA-256 {draft.sha256}"
    for key, what in zip(sources["source_id"], sources["what"], strict=True):
        if what and mark in str(what):
            return {"source_id": str(key), "file": file}
    words = answer.get("what") or "Tệp do cơ quan cung cấp"
    return {
        "source_id": next(fresh_ids("S", keys | used_ids)),
        "publisher": answer.get("publisher") or draft.who or "-",
        "date": answer.get("date") or draft.created[:10],
        "what": f"{words}: {file}. {mark}",
        "file": file,
        **({"address": answer["address"]} if answer.get("address") else {}),
    }

"""Cohorts: groups of products that an office edits. They are records of the store, so that each version has its own."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd

from geo.crs import STORE_CRS
from geo.errors import BadQuery, NotFound
from geo.ocop.layers import LAYERS
from geo.plan.records import Records
from geo.schema import Label
from geo.store.protocol import Store, Version

LAYER = "cohorts"


@dataclass(frozen=True)
class Cohort:
    """A cohort as a version has it: products that are members by a document, and candidates, which are assumed.

    `stated_size` is how many products the programme says it has; None where it does not say. `note` and `source_ids`
    say on what the membership rests.
    """

    key: str
    name: Label
    members: frozenset[str]
    candidates: frozenset[str]
    stated_size: int | None
    note: str
    source_ids: tuple[str, ...]

    @property
    def is_assumed(self) -> bool:
        """Whether some of the membership is assumed."""
        return bool(self.candidates)


class Revision(NamedTuple):
    """What one version changed in a cohort, by whom and why. `at` is ISO 8601 in UTC; the products are keys."""

    version: int
    at: str
    who: str
    why: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    confirmed: tuple[str, ...]


def cohorts(records: Records) -> dict[str, Cohort]:
    """The cohorts of a version by key."""
    names = ("cohort_id", "name", "name_en", "members", "candidates", "stated_size", "note", "source_ids")
    rows = zip(*(records.column(LAYER, name) for name in names), strict=True)
    return {
        str(key): Cohort(
            str(key), Label(str(name), str(name_en or name)), _keys(members), _keys(candidates) - _keys(members),
            None if size is None else int(size), str(note or ""), tuple(sorted(_keys(sources))),
        )
        for key, name, name_en, members, candidates, size, note, sources in rows
    }  # fmt: skip


def cohort_of(records: Records, key: str) -> Cohort:
    """The cohort called `key`; NotFound names those of the version."""
    by_key = cohorts(records)
    if key not in by_key:
        keys = ", ".join(by_key) or "-"
        raise NotFound(
            f"Version {records.version} has no cohort {key!r}. Cohorts: {keys}.",
            f"Phiên bản {records.version} không có nhóm {key!r}. Hiện có: {keys}.",
        )
    return by_key[key]


def save(store: Store, cohort: Cohort, *, who: str, why: str, base: int) -> Version:
    """Publish a version that differs from version `base` in this cohort, which is new or replaces the one of its key.

    The atlas of the new version still has to be built (geo.pipeline.prepare_atlas). BadQuery for a product that the
    version does not have or that is both member and candidate; Conflict when `base` is not the newest version.
    """
    state, frame = store.state(base), store.frames(base)[LAYER]
    _check(cohort, state.get("products", {}))
    spec = LAYERS[LAYER]
    rows = [*frame[frame[spec.key] != cohort.key].to_dict("records"), _row(cohort)]
    columns = {field.name: gpd.pd.Series([row[field.name] for row in rows], dtype=object) for field in spec.fields}
    layer = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([None] * len(rows), crs=STORE_CRS), crs=STORE_CRS)
    layers = {**state, LAYER: layer}
    return store.publish(layers, who=who, why=why, metadata=store.metadata(base), report=store.report(base), base=base)


def history(store: Store, key: str) -> list[Revision]:
    """What each version changed in a cohort, oldest first; empty for a cohort that never was."""
    versions = {version.number: version for version in store.versions()}
    revisions = []
    for row in store.history(LAYER, key):
        before, after = row.before or {}, row.after or {}
        (was_member, was_any), (is_member, is_any) = (
            (_keys(one.get("members")), _keys(one.get("members")) | _keys(one.get("candidates")))
            for one in (before, after)
        )
        version = versions[row.version]
        changes = (is_any - was_any, was_any - is_any, is_member - was_member)
        revisions.append(
            Revision(
                row.version, version.published_at, version.who, version.why, *(tuple(sorted(one)) for one in changes)
            )
        )
    return revisions


def _check(cohort: Cohort, products: Collection[str]) -> None:
    if not cohort.key or not cohort.name.vi:
        raise BadQuery("A cohort needs a key and a name.", "Nhóm cần có mã và tên.")
    lacking = sorted((cohort.members | cohort.candidates) - set(products))
    if lacking:
        keys = ", ".join(lacking)
        raise BadQuery(f"No such products: {keys}. Expected ids of layer products.",
                       f"Không có sản phẩm: {keys}. Cần mã của lớp sản phẩm.")  # fmt: skip
    twice = sorted(cohort.members & cohort.candidates)
    if twice:
        keys = ", ".join(twice)
        raise BadQuery(f"Both member and candidate: {keys}. Choose one for each product.",
                       f"Vừa là thành viên vừa là ứng viên: {keys}. Hãy chọn một cho mỗi sản phẩm.")  # fmt: skip


def _row(cohort: Cohort) -> dict[str, object]:
    return {
        "cohort_id": cohort.key,
        "name": cohort.name.vi,
        "name_en": cohort.name.en or None,
        "stated_size": cohort.stated_size,
        "members": ";".join(sorted(cohort.members)) or None,
        "candidates": ";".join(sorted(cohort.candidates)) or None,
        "note": cohort.note or None,
        "source_ids": ";".join(cohort.source_ids) or None,
    }


def _keys(value: object) -> frozenset[str]:
    return frozenset(key for key in str(value).split(";") if key) if value else frozenset()

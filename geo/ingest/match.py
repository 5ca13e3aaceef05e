"""Which record of a layer a row is: by its id, else by name and place; and ids for records that are new."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.crs import geodesic_distance_m
from geo.errors import BadSource
from geo.ingest.columns.record_keys import may_be_one_name, numbers_of, pattern_of
from geo.ingest.columns.values import folded
from geo.ingest.decisions import REPLACE
from geo.ocop.codes import PRECISIONS
from geo.report import Issue
from geo.schema import LayerSpec

_RADIUS_M = {precision.key: precision.uncertainty_m for precision in PRECISIONS}
_LONGEST_ID = 64


class Namesake(NamedTuple):
    """What tells a record from its namesakes."""

    key: str
    title: str
    unit: str | None
    district: str | None
    at: BaseGeometry | None
    precision: str | None


@dataclass(frozen=True)
class Matched:
    """The id of each row, None for a row that stays out; which of them exist already; and what was found.

    `reused` maps the numbers of rows to the ids in them that belong to a record of another name in another place.
    """

    keys: tuple[str | None, ...]
    existing: frozenset[str]
    issues: tuple[Issue, ...]
    reused: Mapping[int, str]


def match(
    spec: LayerSpec,
    current: gpd.GeoDataFrame,
    rows: Mapping[str, Sequence[object]],
    shapes: Sequence[BaseGeometry | None],
    numbers: Sequence[int],
    used: Collection[str],
    *,
    reused_keys: str = "",
) -> Matched:
    """Ids for the rows of a file; `rows` are its columns by field, `shapes` in STORE_CRS, `numbers` those of the rows.

    A row with an id is that record, or a new one of that id. A row without is the one record of the same name whose
    place does not contradict its own, or a new record with the next free number: `used` are all ids that ever were.
    A row with the id of a record of another name in another place is that record only where `reused_keys` is REPLACE,
    else it counts as a row without id.
    BadSource when the layer needs ids of its own and the file has none.
    """
    ids = rows.get(spec.key)
    if ids is None and spec.group in {"units", "records"}:
        field = spec.field(spec.key)
        raise BadSource(
            f"Layer {spec.name} needs its own ids: no column of the file is mapped to {field.label.en} ({field.name}).",
            f"Lớp {spec.name} phải có mã riêng: chưa có cột nào của tệp gán cho {field.label.vi} ({field.name}).",
        )
    matching = _Matching(spec, current, rows, shapes, used, replaces=reused_keys == REPLACE)
    for row, number in enumerate(numbers):
        matching.add(row, number)
    return matching.matched()


class _Matching:
    """The rows of a file being matched one after another."""

    def __init__(
        self, spec: LayerSpec, current: gpd.GeoDataFrame, rows: Mapping[str, Sequence[object]],
        shapes: Sequence[BaseGeometry | None], used: Collection[str], *, replaces: bool,
    ) -> None:  # fmt: skip
        records = list(_records(spec, current))
        self.spec, self.rows, self.shapes, self.replaces = spec, rows, shapes, replaces
        self.ids = rows.get(spec.key)
        self.by_key = {record.key: record for record in records}
        self.by_name: dict[str, list[Namesake]] = defaultdict(list)
        for record in records:
            self.by_name[folded(record.title)].append(record)
        in_file = (str(key) for key in self.ids or () if key is not None)
        self.fresh = fresh_ids(spec.name[0].upper(), {*self.by_key, *used, *in_file})
        self.keys: list[str | None] = []
        self.issues: list[Issue] = []
        self.taken: dict[str, int] = {}
        self.reused: dict[int, str] = {}

    def add(self, row: int, number: int) -> None:
        """Find the key of a row; `number` is what people see beside it."""
        key = self._key(row, number)
        if key is not None and key in self.taken:
            self.issues.append(_repeated(self.spec, number, key, self.taken[key]))
            key = None
        if key is not None:
            self.taken[key] = number
        self.keys.append(key)

    def _key(self, row: int, number: int) -> str | None:
        key = None if self.ids is None or self.ids[row] is None else str(self.ids[row]).strip()
        if key is not None and (not key or len(key) > _LONGEST_ID or not key.isprintable() or "/" in key):
            self.issues.append(_bad_id(self.spec, number, key))
            return None
        here = _here(self.spec, self.rows, self.shapes, row)
        if key is not None and _is_another(self.by_key.get(key), here):
            self.reused[number] = key
            key = key if self.replaces else None
        if key is not None:
            return key
        twins = [one.key for one in self.by_name.get(folded(here.title), ()) if here.title and _agree(one, here)]
        if len(twins) > 1:
            self.issues.append(_ambiguous(self.spec, number, twins))
            return None
        return twins[0] if twins else next(self.fresh)

    def matched(self) -> Matched:
        """All rows together."""
        existing = frozenset(self.by_key.keys() & self.taken.keys())
        return Matched(tuple(self.keys), existing, tuple(self.issues), self.reused)


def _records(spec: LayerSpec, current: gpd.GeoDataFrame) -> Iterator[Namesake]:
    columns = [
        current[name] if name in current.columns else [None] * len(current)
        for name in (spec.key, spec.title, "old_commune_code", "district_code", "precision")
    ]
    for key, title, unit, district, precision, at in zip(*columns, current.geometry, strict=True):
        yield Namesake(str(key), str(title or ""), unit, district, at, precision)


def _here(
    spec: LayerSpec, rows: Mapping[str, Sequence[object]], shapes: Sequence[BaseGeometry | None], row: int
) -> Namesake:
    """What a row says of its name and place."""
    title, unit, district, precision = (
        _text(rows[name][row]) if name in rows else None
        for name in (spec.title, "old_commune_code", "district_code", "precision")
    )
    return Namesake("", title or "", unit, district, shapes[row], precision)


def _is_another(record: Namesake | None, here: Namesake) -> bool:
    """Whether a row with the id of `record` is about something else: another name, and another place."""
    if record is None or not here.title or not record.title or may_be_one_name(record.title, here.title):
        return False
    return _is_elsewhere(record, here)


def _is_elsewhere(record: Namesake, here: Namesake) -> bool:
    """Whether the two places differ: lines and areas when they have no point in common, others as `_agree` says.

    Where a place is not known, a bare number is no proof that the row is the record of another name.
    """
    points = isinstance(record.at, Point) and isinstance(here.at, Point)
    if record.at is not None and here.at is not None and not points:
        return bool(record.at.disjoint(here.at))
    if points or (record.unit and here.unit) or (record.district and here.district):
        return not _agree(record, here)
    return record.key.isdigit()


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _agree(one: Namesake, other: Namesake) -> bool:
    """Whether nothing known of the two places says that they are different ones."""
    if one.unit and other.unit:
        return one.unit == other.unit
    if one.district and other.district and one.district != other.district:
        return False
    if not isinstance(one.at, Point) or not isinstance(other.at, Point):
        return True
    apart = geodesic_distance_m(one.at.x, one.at.y, other.at.x, other.at.y)
    # Records without a stated precision are held for as vague as a village.
    return apart <= sum(_RADIUS_M.get(place.precision or "village", _RADIUS_M["village"]) for place in (one, other))


def fresh_ids(letter: str, taken: Collection[str]) -> Iterator[str]:
    """Ids in the pattern that most of `taken` have (R01, R02 ...), else `letter` and a number; from the first number
    that was never used.

    >>> next(fresh_ids("R", {"R01", "R44", "other"}))
    'R45'
    """
    pattern = pattern_of(letter, taken)
    number = max(numbers_of(pattern, taken), default=0)
    while True:
        number += 1
        yield f"{pattern.prefix}{number:0{pattern.width}d}"


# --- words -------------------------------------------------------------------------------------------


def _bad_id(spec: LayerSpec, row: int, key: str) -> Issue:
    words = f"mã {key[:80]!r} không dùng được (trống, quá dài hoặc có dấu /)", f"id {key[:80]!r} is unusable"
    return Issue.of(spec.name, "unreadable_row", *words, row=row, field=spec.key, value=key[:80])


def _ambiguous(spec: LayerSpec, row: int, twins: Sequence[str]) -> Issue:
    listed = ", ".join(twins)
    words = f"trùng tên với nhiều bản ghi: {listed}", f"has the name of several records: {listed}"
    return Issue.of(spec.name, "unreadable_row", *words, row=row, field=spec.key, value=listed)


def _repeated(spec: LayerSpec, row: int, key: str, first: int) -> Issue:
    words = f"cùng là bản ghi {key} với dòng {first}", f"is the record {key}, as row {first} is"
    return Issue.of(spec.name, "unreadable_row", *words, row=row, field=spec.key, value=key)

"""Which record of a layer a row is: by its id, else by name and place; and ids for records that are new."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
from shapely import Point
from shapely.geometry.base import BaseGeometry

from geo.crs import geodesic_distance_m
from geo.errors import BadSource
from geo.ingest.columns.values import folded
from geo.ocop.codes import PRECISIONS
from geo.report import Issue
from geo.schema import LayerSpec

_RADIUS_M = {precision.key: precision.uncertainty_m for precision in PRECISIONS}
_ID = re.compile(r"([A-Za-z_-]*)(\d+)")
_LONGEST_ID = 64


class Namesake(NamedTuple):
    """What tells a record from its namesakes."""

    key: str
    unit: str | None
    district: str | None
    at: BaseGeometry | None
    precision: str | None


@dataclass(frozen=True)
class Matched:
    """The id of each row, None for a row that stays out; which of them exist already; and what was found."""

    keys: tuple[str | None, ...]
    existing: frozenset[str]
    issues: tuple[Issue, ...]


def match(
    spec: LayerSpec,
    current: gpd.GeoDataFrame,
    rows: Mapping[str, Sequence[object]],
    shapes: Sequence[BaseGeometry | None],
    numbers: Sequence[int],
    used: Collection[str],
) -> Matched:
    """Ids for the rows of a file; `rows` are its columns by field, `shapes` in STORE_CRS, `numbers` those of the rows.

    A row with an id is that record, or a new one of that id. A row without is the one record of the same name whose
    place does not contradict its own, or a new record with the next free number: `used` are all ids that ever were.
    BadSource when the layer needs ids of its own and the file has none.
    """
    current_keys = {str(key) for key in current[spec.key]}
    given = rows.get(spec.key)
    if given is None and spec.group in {"units", "records"}:
        field = spec.field(spec.key)
        raise BadSource(
            f"Layer {spec.name} needs its own ids: no column of the file is mapped to {field.label.en} ({field.name}).",
            f"Lớp {spec.name} phải có mã riêng: chưa có cột nào của tệp gán cho {field.label.vi} ({field.name}).",
        )
    by_name = _by_name(spec, current)
    fresh = fresh_ids(
        spec.name[0].upper(), {*current_keys, *used, *(str(key) for key in given or () if key is not None)}
    )
    keys: list[str | None] = []
    issues: list[Issue] = []
    taken: dict[str, int] = {}
    for row, number in enumerate(numbers):
        key = None if given is None or given[row] is None else str(given[row]).strip()
        if key is not None and (not key or len(key) > _LONGEST_ID or not key.isprintable() or "/" in key):
            issues.append(_bad_id(spec, number, key))
            keys.append(None)
            continue
        if key is None:
            twins = _twins(spec, by_name, rows, shapes, row)
            if len(twins) > 1:
                issues.append(_ambiguous(spec, number, twins))
                keys.append(None)
                continue
            key = twins[0] if twins else next(fresh)
        if key in taken:
            issues.append(_repeated(spec, number, key, taken[key]))
            keys.append(None)
            continue
        taken[key] = number
        keys.append(key)
    return Matched(tuple(keys), frozenset(current_keys & taken.keys()), tuple(issues))


def _by_name(spec: LayerSpec, current: gpd.GeoDataFrame) -> Mapping[str, list[Namesake]]:
    records: dict[str, list[Namesake]] = defaultdict(list)
    columns = [
        current[name] if name in current.columns else [None] * len(current)
        for name in (spec.key, spec.title, "old_commune_code", "district_code", "precision")
    ]
    for key, title, unit, district, precision, at in zip(*columns, current.geometry, strict=True):
        records[folded(str(title or ""))].append(Namesake(str(key), unit, district, at, precision))
    return records


def _twins(
    spec: LayerSpec,
    by_name: Mapping[str, list[Namesake]],
    rows: Mapping[str, Sequence[object]],
    shapes: Sequence[BaseGeometry | None],
    row: int,
) -> list[str]:
    """The ids of the records that a row without id may be."""
    title = rows.get(spec.title)
    same = by_name.get(folded(str(title[row])), []) if title is not None and title[row] is not None else []
    values = {name: rows[name][row] if name in rows else None for name in ("old_commune_code", "district_code")}
    precision = rows["precision"][row] if "precision" in rows else None
    here = Namesake(
        "", _text(values["old_commune_code"]), _text(values["district_code"]), shapes[row], _text(precision)
    )
    return [one.key for one in same if _agree(one, here)]


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
    matches = [_ID.fullmatch(key) for key in taken]
    prefixes = Counter((id_match[1], len(id_match[2])) for id_match in matches if id_match is not None)
    prefix, width = prefixes.most_common(1)[0][0] if prefixes else (letter, 2)
    number = max(
        (int(id_match[2]) for id_match in matches if id_match is not None and id_match[1] == prefix), default=0
    )
    while True:
        number += 1
        yield f"{prefix}{number:0{width}d}"


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

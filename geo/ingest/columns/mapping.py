"""Which column of a foreign table is which field of a layer: proposed by name and by content, corrected by a person."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rapidfuzz import fuzz

from geo.errors import BadQuery
from geo.ingest.columns.record_keys import are_keys
from geo.ingest.columns.values import Names, folded, read_column
from geo.ingest.files.table import Table
from geo.ingest.places.weights import Candidate
from geo.ocop.codes import CODE_LISTS
from geo.schema import Field, Label, LayerSpec


class Role(NamedTuple):
    """Something beside fields that a column may hold: a part of an address, or a coordinate."""

    key: str
    label: Label
    names: tuple[str, ...]


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("@village", Label("Địa chỉ: bản, thôn, đội", "Address: village"), ("bản", "thôn", "thôn bản", "bản/thôn", "đội", "tổ dân phố", "khu", "village")),
        Role("@commune", Label("Địa chỉ: xã, phường, thị trấn", "Address: commune"), ("xã", "tên xã", "xã phường", "xã/phường", "xã, phường, thị trấn", "phường xã", "đơn vị hành chính", "địa bàn", "commune", "tenxa", "xã phường thị trấn")),
        Role("@district", Label("Địa chỉ: huyện, thị xã, thành phố", "Address: district"), ("huyện", "tên huyện", "huyện thị", "huyện, thị xã, thành phố", "huyện/thành phố", "district", "tenhuyen")),
        Role("@first", Label("Toạ độ: cột thứ nhất", "Coordinates: first column"), ()),
        Role("@second", Label("Toạ độ: cột thứ hai", "Coordinates: second column"), ()),
        Role("@both", Label("Toạ độ hoặc hình học trong một cột", "Coordinates or geometry in one column"), ()),
    )
}  # fmt: skip
"""By key; keys begin with @, which no field does."""

ADDRESS_ROLES = ("@village", "@commune", "@district")
_NUMBERING = {"stt", "tt", "so tt", "so thu tu", "no", "objectid", "fid", "id 0", "gid", "shape leng", "shape area", "shape length"}  # fmt: skip
"""Folded names of columns that only count rows or that a program keeps for itself."""

_ENOUGH = 0.84
_CONTENT = 0.9
_LESS_SURE = 0.1
_PLACES_BY_NAME, _PLACES_BY_CONTENT = 1.05, 0.8


@dataclass(frozen=True)
class Choice:
    """What one column is taken for: a field's name, a role, or "" for nothing; `why` in words, `sure` 0 to 1.

    `doubted` is the key of the layer where the name of the column says so and its values do not; else "".
    """

    column: str
    target: str
    sure: float
    why: Label
    doubted: str = ""


def propose(
    table: Table, spec: LayerSpec, records: Mapping[str, Names], places: Candidate | None = None
) -> list[Choice]:
    """What each column of `table` (in Unicode) probably is, in the file's order; each target at most once.

    `records` are the records that references may name, by layer, and those of the layer itself. `places` are the
    columns that seem to hold the places.
    """
    taken = {column: Choice(column, "", 1.0, _COUNTS) for column in table.columns if _bare(column) in _NUMBERING}
    offers = sorted((*_offers_of_places(places), *_offers(table, spec, records)), key=lambda one: -one.sure)
    targets: set[str] = set()
    for offer in offers:
        if offer.column not in taken and offer.target not in targets:
            taken[offer.column] = offer
            targets.add(offer.target)
    if len(targets & {"@first", "@second"}) == 1:
        taken = {column: one for column, one in taken.items() if one.target not in {"@first", "@second"}}
    doubted = "" if spec.key in targets else spec.key
    return [
        taken.get(column) or (
            Choice(column, "", 0.0, _OTHER_KEYS, doubted) if _is_called_key(column, spec)
            else Choice(column, "", 0.0, _UNKNOWN)
        )
        for column in table.columns
    ]  # fmt: skip


def check_mapping(mapping: Mapping[str, str], table: Table, spec: LayerSpec) -> None:
    """BadQuery when a mapping names a column that the table lacks, no target of the layer, or a target twice."""
    fields = {field.name for field in spec.fields} | set(ROLES)
    for column, target in mapping.items():
        if target and target not in fields:
            names = ", ".join(sorted(fields))
            raise BadQuery(
                f"Column {column!r} cannot be {target!r}: layer {spec.name} has {names}.",
                f"Cột {column!r} không thể là {target!r}: lớp {spec.name} có {names}.",
            )
    for target in set(mapping.values()) - {""}:
        columns = [column for column, one in mapping.items() if one == target and column in table.columns]
        if len(columns) > 1:
            raise BadQuery(
                f"Columns {', '.join(columns)} are all mapped to {target!r}; choose one.",
                f"Các cột {', '.join(columns)} cùng gán cho {target!r}; hãy chọn một cột.",
            )


def corrected(
    proposed: Sequence[Choice], mapping: Mapping[str, str] | None, table: Table, spec: LayerSpec
) -> list[Choice]:
    """The proposal as a person corrected it; columns that `mapping` does not name are left out. None keeps it."""
    if mapping is None:
        return list(proposed)
    check_mapping(mapping, table, spec)
    return [
        replace(one, doubted="") if mapping.get(one.column, "") == one.target
        else Choice(one.column, mapping.get(one.column, ""), 1.0, _CHOSEN)
        for one in proposed
    ]  # fmt: skip


_CHOSEN = Label("do người dùng chọn", "chosen by the user")


def has_addresses(spec: LayerSpec) -> bool:
    """Whether records of a layer can be placed by their address."""
    return spec.geometry == "Point" and spec.has("address")


def targets_of(spec: LayerSpec) -> list[tuple[str, Label]]:
    """Everything that a column may be for a layer, as forms offer it."""
    offered = [(field.name, field.label) for field in spec.fields]
    if has_addresses(spec):
        offered += [(key, ROLES[key].label) for key in ADDRESS_ROLES]
    if spec.geometry == "Point":
        offered += [(key, ROLES[key].label) for key in ("@first", "@second")]
    if spec.geometry is not None:
        offered.append(("@both", ROLES["@both"].label))
    return offered


_UNKNOWN = Label("không khớp trường nào: bỏ qua", "fits no field: left out")
_OTHER_KEYS = Label(
    "mã riêng của tệp, không phải mã của lớp: bỏ qua", "the file's own ids, not codes of the layer: left out"
)
_BY_NAME = Label("theo tên cột", "by its name")
_BY_CONTENT = Label("theo nội dung cột", "by its contents")
_COUNTS = Label("chỉ đếm dòng: bỏ qua", "only counts the rows: left out")


def _offers(table: Table, spec: LayerSpec, records: Mapping[str, Names]) -> Iterator[Choice]:
    computed = {column for _, column in table.formulas}
    empty = {name for name, cells in table.columns.items() if all(cell in (None, "") for cell in cells)} - computed
    lower = Counter(_lower_name(column) for column in table.columns)
    for column, cells in table.columns.items():
        yield from _by_name(column, _bare(column), cells, spec, records)
        if lower[_lower_name(column)] == 1 and _lower_name(column) != column:
            for offer in _by_name(column, _bare(_lower_name(column)), cells, spec, records):
                yield replace(offer, sure=offer.sure - _LESS_SURE)
        if column not in empty:
            yield from _by_content(column, cells, spec, records)


def _lower_name(column: str) -> str:
    """The lower of the names of a heading of two rows, which is that of the column alone: "Địa chỉ / Xã" is "Xã".

    It counts only where no other column has it, since "Kế hoạch / Số hộ" and "Thực hiện / Số hộ" are two things.
    """
    return column.rpartition(" / ")[2]


def _offers_of_places(places: Candidate | None) -> Iterator[Choice]:
    """The columns of the places; where only their values speak for it, a field with the column's name goes before."""
    if places is not None:
        by, sure = (_BY_NAME, _PLACES_BY_NAME) if places.worded else (_BY_CONTENT, _PLACES_BY_CONTENT)
        why = Label(f"{by.vi}: {places.form.vi}", f"{by.en}: {places.form.en}")
        targets = ("@first", "@second") if places.columns.second is not None else ("@both",)
        for column, target in zip(places.columns.names, targets, strict=True):
            yield Choice(column, target, sure, why)


def _by_name(
    column: str, bare: str, cells: Sequence[object], spec: LayerSpec, records: Mapping[str, Names]
) -> Iterator[Choice]:
    own_keys = records.get(spec.name, Names({}, {})).ids
    for order, field in enumerate(spec.fields):
        if field.name == spec.key and not _may_be_key(spec, cells, own_keys):
            continue
        # The declared names themselves go before what a column may be called otherwise.
        own = bare in {_bare(field.name), _bare(field.short)}
        likeness = 1.1 if own else _likeness(bare, _names(field))
        if likeness >= _ENOUGH:
            fit = _fit(field, cells, records)
            if fit > 0 or likeness >= 1 or field.kind in {"text", "longtext", "url"}:
                yield Choice(column, field.name, likeness * (0.8 + 0.2 * fit) - order / 1e4, _BY_NAME)
    if has_addresses(spec):
        for key in ADDRESS_ROLES:
            likeness = _likeness(bare, tuple(map(folded, ROLES[key].names)))
            if likeness >= _ENOUGH:
                yield Choice(column, key, likeness, _BY_NAME)


def _may_be_key(spec: LayerSpec, cells: Sequence[object], keys: Collection[str]) -> bool:
    """Whether a column may be the key by its values; layers of units and of sources have no keys of their own rule."""
    return spec.group not in {"programme", "places"} or are_keys(cells, spec.name[0].upper(), keys)


def _is_called_key(column: str, spec: LayerSpec) -> bool:
    return _likeness(_bare(column), _names(spec.field(spec.key))) >= _ENOUGH


def _by_content(
    column: str, cells: Sequence[object], spec: LayerSpec, records: Mapping[str, Names]
) -> Iterator[Choice]:
    values = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    if not values:
        return
    own = records.get(spec.name)
    if own and sum(value.strip() in own.ids for value in values) >= _CONTENT * len(values):
        yield Choice(column, spec.key, 0.83, _BY_CONTENT)
    for order, field in enumerate(spec.fields):
        if field.kind in {"code", "codes"} and not field.hidden and _fit(field, values, records) >= _CONTENT:
            yield Choice(column, field.name, 0.6 - order / 1e4, _BY_CONTENT)


def _names(field: Field) -> tuple[str, ...]:
    words = [field.name, field.short, *field.label, *field.aliases]
    return tuple(dict.fromkeys(map(_bare, words)))


def _bare(name: str) -> str:
    """The words of a column's name, without what stands in brackets.

    >>> _bare("Diện tích (ha)"), _bare("TEN_XA")
    ('dien tich', 'ten xa')
    """
    without = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", name.replace("_", " "))
    return folded(without) or folded(name)


def _likeness(bare: str, names: Sequence[str]) -> float:
    """How alike two names are, 0 to 1; a name cut at ten letters, as shapefiles cut it, is nearly the whole one."""
    best = 0.0
    tight = bare.replace(" ", "")
    for name in names:
        other = name.replace(" ", "")
        if tight == other:
            return 1.0
        if len(tight) >= 7 and other.startswith(tight):
            best = max(best, 0.93)
        best = max(best, fuzz.ratio(bare, name) / 100 - 0.05 if min(len(tight), len(other)) >= 5 else 0.0)
    return best


def _fit(field: Field, cells: Sequence[object], records: Mapping[str, Names]) -> float:
    """The share of the filled cells that the field can hold."""
    filled = [cell for cell in cells if cell not in (None, "")][:500]
    if not filled:
        return 0.5
    if field.kind in {"code", "codes"} and not CODE_LISTS.get(field.codes or ""):
        return 0.0
    column = read_column(field, filled, records)
    return 1 - len(column.refusals) / len(filled)

"""The indicators of the data themselves: complete records, values still to look up, and how well places are known."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.ocop.layers import LAYERS, POINT_LAYERS
from geo.ocop.tasks import LOCATION, applies_to, is_to_look_up
from geo.plan.figures import Formula, Indicator, Interval, Outcome, Parameters
from geo.plan.formulas import count, in_scope, share
from geo.plan.products import PERCENT
from geo.plan.records import Records
from geo.plan.selections import Condition, Mask, Selection, percent
from geo.schema import Label

Counts: TypeAlias = NDArray[np.int64]

_LAYERS = ("products", "producers", "zones", "villages", "sites", "markets")
_FINE = ("exact", "village")
_UNIT = Label("bản ghi", "records")


def _filled_share(layer: str) -> Formula:
    """The percentage of the values with a task that are recorded; the records that lack none are those it rests on."""

    def formula(records: Records, parameters: Parameters) -> Outcome:
        inside = in_scope(records, layer, parameters)
        due, lacking = _values_due(records, layer)
        sure, perhaps = inside.sure, inside.possible & ~inside.sure
        if not due[inside.possible].sum():
            return Outcome(None, reason="empty")
        low = percent(*_least_share(due - lacking, due, sure, perhaps))
        part_lacking, part_due = _least_share(lacking, due, sure, perhaps)
        high = percent(part_due - part_lacking, part_due)
        complete = Selection.of(layer, lacking == 0) & inside
        keys = records.keys(layer, complete.sure), records.keys(layer, complete.possible & ~complete.sure)
        part, whole = (
            Interval(int(numbers[sure].sum()), int(numbers[inside.possible].sum())) for numbers in (due - lacking, due)
        )
        return Outcome(Interval(low, high), *keys, records.keys(layer, inside.unknown), part, whole)

    return formula


def _least_share(parts: Counts, wholes: Counts, sure: Mask, perhaps: Mask) -> tuple[int, int]:
    """The sums of `parts` and `wholes` over all sure records and those of `perhaps` that make their ratio least."""
    some = np.flatnonzero(perhaps & (wholes > 0))
    some = some[np.argsort(parts[some] / wholes[some], kind="stable")]  # the best choice is a beginning of this order
    part = parts[sure].sum() + np.concatenate([[0], np.cumsum(parts[some])])
    whole = wholes[sure].sum() + np.concatenate([[0], np.cumsum(wholes[some])])
    part, whole = part[whole > 0], whole[whole > 0]
    best = int(np.argmin(part / whole))
    return int(part[best]), int(whole[best])


def _values_due(records: Records, layer: str) -> tuple[Counts, Counts]:
    """How many values with a task each record should have, and how many of them it lacks."""
    key = "values due", layer
    if key not in records.derived:
        fields = [field for field in LAYERS[layer].fields if field.task]
        names = [field.name for field in LAYERS[layer].fields]
        rows = zip(*(records.column(layer, name) for name in names), strict=True)
        pairs = []
        for row in rows:
            values = dict(zip(names, row, strict=True))
            due = [field for field in fields if applies_to(field, values)]
            pairs.append((len(due), sum(is_to_look_up(field, values) for field in due)))
        columns = np.array(pairs, np.int64).reshape(-1, 2).T
        records.derived[key] = columns[0], columns[1]
    derived = records.derived[key]
    assert isinstance(derived, tuple)  # noqa: S101 - the key names what is kept under it
    return derived


def _precise(layer: str) -> Condition:
    def condition(records: Records, _: Parameters) -> Selection:
        is_placed = ~records.frames[layer].geometry.isna().to_numpy()
        fine = np.array([value in _FINE for value in records.column(layer, "precision")], bool)
        return Selection.of(layer, fine & is_placed)

    return condition


def _unplaced(layer: str) -> Condition:
    def condition(records: Records, _: Parameters) -> Selection:
        return Selection.of(layer, records.frames[layer].geometry.isna().to_numpy())

    return condition


def _of_layer(layer: str) -> tuple[Indicator, ...]:
    vi, en = LAYERS[layer].label
    scope = {"products": ("unit", "cohort"), "zones": ("unit", "crop")}.get(layer, ("unit",))
    filled = Indicator(
        f"{layer}_filled_share", Label(f"Mức độ đầy đủ thông tin: {vi}", f"Completeness: {en}"), "P12", PERCENT,
        Label("Số giá trị đã ghi chia cho số giá trị mà cơ quan cần ghi theo danh sách việc cần bổ sung.", "The values on record divided by those that the worklist of missing values asks for."),
        _filled_share(layer), layer, scope, decimals=1,
    )  # fmt: skip
    if layer not in POINT_LAYERS:
        return (filled,)
    precise = Indicator(
        f"{layer}_precise_share", Label(f"Tỷ lệ vị trí chính xác đến bản: {vi}", f"Share of places known to the village: {en}"), "P12", PERCENT,
        Label("Số bản ghi có vị trí chính xác hoặc trong phạm vi bản, chia cho số bản ghi.", "The records whose place is exact or known to the village, divided by all records."),
        share(layer, _precise(layer)), layer, scope, LOCATION.hint, 1,
    )  # fmt: skip
    unplaced = Indicator(
        f"{layer}_unplaced", Label(f"Chưa có vị trí: {vi}", f"Without a place: {en}"), "P12", _UNIT,
        Label("Số bản ghi chưa có vị trí trên bản đồ.", "The records without a place on the map."),
        count(layer, _unplaced(layer)), layer, (), LOCATION.hint,
    )  # fmt: skip
    return filled, precise, unplaced


QUALITY: tuple[Indicator, ...] = tuple(row for layer in _LAYERS for row in _of_layer(layer))

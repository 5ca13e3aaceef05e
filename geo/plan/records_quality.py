"""The indicators of the data themselves: complete records, values still to look up, and how well places are known."""

from datetime import date
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.ocop.layers import LAYERS, POINT_LAYERS
from geo.ocop.tasks import LOCATION, lacks
from geo.plan.figures import FormerRule, Formula, Indicator, Interval, Outcome, Parameters
from geo.plan.formulas import count, in_scope, share
from geo.plan.products import PERCENT
from geo.plan.records import Records
from geo.plan.selections import Condition, Mask, Selection, due, one_of, percent
from geo.schema import LANGS, Label

Counts: TypeAlias = NDArray[np.int64]

_LAYERS = ("products", "producers", "zones", "villages", "sites", "markets")
_FINE = ("exact", "village")
_UNIT = Label("bản ghi", "records")


_LATER_FIELDS = {"products": (("packaging", "labelling"), date(2026, 12, 1))}
"""Layer -> fields with a task that a later release added, and its day: the completeness until then leaves them out."""


def _filled_share(layer: str, without: tuple[str, ...] = ()) -> Formula:
    """The percentage of the values with a task that are recorded; the records that lack none are those it rests on.

    The fields `without` are left out.
    """

    def formula(records: Records, parameters: Parameters) -> Outcome:
        inside = in_scope(records, layer, parameters)
        expected, lacking = _values_due(records, layer, without)
        sure, perhaps = inside.sure, inside.possible & ~inside.sure
        if not expected[inside.possible].sum():
            return Outcome(None, reason="empty")
        low = percent(*_least_share(expected - lacking, expected, sure, perhaps))
        part_lacking, part_due = _least_share(lacking, expected, sure, perhaps)
        high = percent(part_due - part_lacking, part_due)
        complete = Selection.of(layer, lacking == 0) & inside
        keys = records.keys(layer, complete.sure), records.keys(layer, complete.possible & ~complete.sure)
        part, whole = (
            Interval(int(numbers[sure].sum()), int(numbers[inside.possible].sum()))
            for numbers in (expected - lacking, expected)
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


def _values_due(records: Records, layer: str, without: tuple[str, ...]) -> tuple[Counts, Counts]:
    """How many values with a task each record should have, and how many of them it lacks."""
    return records.once(("values due", layer, without), lambda: _count_values(records, layer, without))


def _count_values(records: Records, layer: str, without: tuple[str, ...]) -> tuple[Counts, Counts]:
    expected, lacking = (np.zeros(records.count(layer), np.int64) for _ in range(2))
    for field in LAYERS[layer].fields:
        if field.task is None or field.name in without:
            continue
        is_due = due(records, layer, field.name)
        expected += is_due
        lacking += is_due & records.distinct(layer, field.name).where(partial(lacks, field))
    return expected, lacking


def _precise(layer: str) -> Condition:
    def condition(records: Records, _: Parameters) -> Selection:
        return Selection.of(layer, one_of(records, layer, "precision", _FINE).sure) & ~_without_place(records, layer)

    return condition


def _unplaced(layer: str) -> Condition:
    def condition(records: Records, _: Parameters) -> Selection:
        return _without_place(records, layer)

    return condition


def _without_place(records: Records, layer: str) -> Selection:
    return Selection.of(layer, records.frames[layer].geometry.isna().to_numpy())


_FILLED = Label(
    "Số giá trị đã ghi chia cho số giá trị mà cơ quan cần ghi theo danh sách việc cần bổ sung.",
    "The values on record divided by those that the worklist of missing values asks for.",
)


def _former_filled_share(layer: str) -> tuple[FormerRule, ...]:
    if layer not in _LATER_FIELDS:
        return ()
    names, day = _LATER_FIELDS[layer]
    labels = [LAYERS[layer].field(name).label for name in names]
    vi, en = (", ".join(label.of(lang).lower() for label in labels) for lang in LANGS)
    rule = Label(f"{_FILLED.vi[:-1]}, không kể: {vi}.", f"{_FILLED.en[:-1]}, except for: {en}.")
    return (FormerRule(rule, _filled_share(layer, names), day),)


def _of_layer(layer: str) -> tuple[Indicator, ...]:
    vi, en = LAYERS[layer].label
    scope = {"products": ("unit", "cohort"), "zones": ("unit", "crop")}.get(layer, ("unit",))
    filled = Indicator(
        f"{layer}_filled_share", Label(f"Mức độ đầy đủ thông tin: {vi}", f"Completeness: {en}"), "P12", PERCENT,
        _FILLED, _filled_share(layer), layer, scope, decimals=1, former_rules=_former_filled_share(layer),
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

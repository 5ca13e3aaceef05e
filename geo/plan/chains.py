"""The value chain of each product: its zones, producer, villages and sites, and where the chain has a gap.

A step of the chain is surely there, possibly there, missing, or undecided where nothing is recorded by which to decide.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from geo.link.places import Rows
from geo.ocop.layers import LAYERS
from geo.plan.figures import Frame, Interval, Parameters
from geo.plan.memberships import memberships
from geo.plan.proximity import neighbours_of, places_of, proximity
from geo.plan.reaches import within
from geo.plan.records import RecordKey, Records
from geo.plan.selections import Condition, Mask, Selection
from geo.plan.shared_units import Ends, same_unit
from geo.schema import Label

State: TypeAlias = Literal["sure", "possible", "none", "unknown"]
STATES: tuple[State, ...] = ("none", "possible", "sure", "unknown")
PRODUCTS = "products"


class End(NamedTuple):
    """A record at the end of a step. `distance_m` and `unsure_m` are given where the step is a distance."""

    record: RecordKey
    is_sure: bool
    distance_m: float | None = None
    unsure_m: float | None = None


class Joint(NamedTuple):
    """Pairs of a product and a record at the end of a step, each once: their rows, and which are sure."""

    products: Rows
    others: Rows
    is_sure: Mask


ReadEnds: TypeAlias = Callable[[Records, Parameters, Sequence[int]], list[tuple[End, ...]]]
ReadPairs: TypeAlias = Callable[[Records, Parameters], Joint]
MOST_ENDS = 20
"""Ends of one step that a chain lists; `products_by_record` counts all."""


class Step(NamedTuple):
    """One step of the chain: the layer at its end, which products have it, its ends, and its words.

    `ends` gives the records at the end for the products at some rows, `pairs` all of them that make the condition true.
    `gap` is what the product then is without.
    """

    layer: str
    condition: Condition
    ends: ReadEnds
    pairs: ReadPairs
    gap: Label
    rule: Label


@dataclass(frozen=True)
class Chain:
    """The chain of one product: the state and the ends of each step, by layer.

    Of places within a distance only the nearest is an end, however far; the state says whether any is within it.
    """

    product: RecordKey
    states: dict[str, State]
    ends: dict[str, tuple[End, ...]]

    @property
    def gaps(self) -> tuple[str, ...]:
        """The layers of the steps that surely are missing."""
        return tuple(layer for layer, state in self.states.items() if state == "none")


def states(records: Records, parameters: Parameters) -> dict[str, list[State]]:
    """The state of each step, by layer, for every product in the order of the records."""
    return {step.layer: _states(step.condition(records, parameters)) for step in STEPS}


def _states(selection: Selection) -> list[State]:
    places = np.where(selection.unknown, 3, selection.possible.astype(int) + selection.sure)
    return [STATES[place] for place in places.tolist()]


def chains(records: Records, parameters: Parameters, rows: Sequence[int]) -> list[Chain]:
    """The chains of the products at some rows."""
    by_layer = states(records, parameters)
    ends = {step.layer: step.ends(records, parameters, rows) for step in STEPS}
    ids = records.ids(PRODUCTS)
    return [
        Chain(
            RecordKey(PRODUCTS, str(ids[row])),
            {layer: column[row] for layer, column in by_layer.items()},
            {layer: column[place] for layer, column in ends.items()},
        )
        for place, row in enumerate(rows)
    ]


def products_of(records: Records, parameters: Parameters, record: RecordKey) -> Selection:
    """The products whose chain has a record: those that would have the step if its layer had no other record.

    KeyError when there is no such record, or when its layer is none of a step.
    """
    step = next((step for step in STEPS if step.layer == record.layer), None)
    is_record = records.ids(record.layer) == record.id if step else np.zeros(0, bool)
    if step is None or not is_record.any():
        raise KeyError(record)
    alone = Records(records.version, records.frames | {record.layer: records.frames[record.layer][is_record]})
    return step.condition(alone, parameters)


def products_by_record(records: Records, parameters: Parameters, layer: str) -> list[Interval]:
    """In how many chains of products each record of the layer of a step is, in the order of the records."""
    step = next(step for step in STEPS if step.layer == layer)
    _, others, is_sure = step.pairs(records, parameters)
    size = records.count(layer)
    sure, possible = np.bincount(others[is_sure], minlength=size), np.bincount(others, minlength=size)
    return [Interval(*bounds) for bounds in zip(sure.tolist(), possible.tolist(), strict=True)]


# --- the ends of the steps --------------------------------------------------------------------------------


class _SameUnit:
    """The records of another layer that same_unit pairs with the products at some rows."""

    def __init__(self, records: Records, ends: Ends, frame: Frame) -> None:
        self._here = memberships(records, ends.layer, frame).rows
        self._there = memberships(records, ends.other, frame).rows
        self._values = _values(records, ends.layer, ends.field)
        self._by_place: dict[tuple[object, str], list[int]] = defaultdict(list)
        others = _values(records, ends.other, ends.other_field)
        for number, (row, value) in enumerate(zip(self._there, others, strict=True)):
            for unit in row.possible:
                self._by_place[value, unit].append(number)

    def of(self, row: int) -> list[tuple[int, bool]]:
        """The rows of the other layer, in order, and whether each pair is sure."""
        value, here = self._values[row], self._here[row]
        if value is None:
            return []
        numbers = {number for unit in here.possible for number in self._by_place.get((value, unit), ())}
        return [(number, bool(here.sure & self._there[number].sure)) for number in sorted(numbers)]


def _in_same_unit(ends: Ends, frame: Frame) -> ReadEnds:
    """The ends of a step that same_unit decides."""

    def read(records: Records, _: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        same, ids = _SameUnit(records, ends, frame), records.ids(ends.other)
        return [
            tuple(End(RecordKey(ends.other, str(ids[number])), is_sure) for number, is_sure in same.of(row)[:MOST_ENDS])
            for row in rows
        ]

    return read


def _pairs_in_same_unit(ends: Ends, frame: Frame) -> ReadPairs:
    def read(records: Records, _: Parameters) -> Joint:
        same = _SameUnit(records, ends, frame)
        return _joint((row, *pair) for row in range(records.count(ends.layer)) for pair in same.of(row))

    return read


def _joint(pairs: Iterable[tuple[int, int, bool]]) -> Joint:
    """Pairs as columns; of a pair that occurs twice the sure one counts."""
    by_rows: dict[tuple[int, int], bool] = {}
    for product, other, is_sure in pairs:
        by_rows[product, other] = by_rows.get((product, other), False) or is_sure
    rows = np.array(list(by_rows), np.intp).reshape(-1, 2)
    return Joint(rows[:, 0], rows[:, 1], np.array(list(by_rows.values()), bool))


def _values(records: Records, layer: str, field: str | None) -> Sequence[object]:
    return records.column(layer, field).tolist() if field else [""] * records.count(layer)


def _refers(field: str) -> Condition:
    """A field refers to an existing record."""
    target = LAYERS[PRODUCTS].field(field).target or ""

    def condition(records: Records, _: Parameters) -> Selection:
        keys = set(records.ids(target))
        return Selection.of(PRODUCTS, np.array([cell in keys for cell in records.column(PRODUCTS, field)], bool))

    return condition


def _recorded(field: str) -> ReadEnds:
    """The record that a field refers to."""
    target = LAYERS[PRODUCTS].field(field).target or ""

    def read(records: Records, _: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        cells, keys = records.column(PRODUCTS, field), set(records.ids(target))
        return [(End(RecordKey(target, str(cells[row])), is_sure=True),) if cells[row] in keys else () for row in rows]

    return read


def _recorded_pairs(field: str) -> ReadPairs:
    target = LAYERS[PRODUCTS].field(field).target or ""

    def read(records: Records, _: Parameters) -> Joint:
        rows = {key: row for row, key in enumerate(records.ids(target))}
        cells = records.column(PRODUCTS, field)
        return _joint((row, rows[cell], True) for row, cell in enumerate(cells) if cell in rows)

    return read


def _near_pairs(layer: str) -> ReadPairs:
    """The pairs within the distance; see Pairs.is_complete for the most that are kept."""

    def read(records: Records, parameters: Parameters) -> Joint:
        answer, at_most_m = proximity(records, PRODUCTS, layer), parameters.km * 1_000
        chosen = np.flatnonzero(answer.pairs.least_m <= at_most_m)
        here, there = answer.here.rows[answer.pairs.here[chosen]], answer.there.rows[answer.pairs.there[chosen]]
        return Joint(here, there, answer.pairs.most_m[chosen] <= at_most_m)

    return read


def _all_pairs(*reads: ReadPairs) -> ReadPairs:
    def read(records: Records, parameters: Parameters) -> Joint:
        parts = (zip(*(one.tolist() for one in part(records, parameters)), strict=True) for part in reads)
        return _joint(pair for part in parts for pair in part)

    return read


def _nearest(layer: str) -> ReadEnds:
    """The nearest record of a layer, however far; none for a product without a place."""

    def read(records: Records, parameters: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        here, there = places_of(records, PRODUCTS), places_of(records, layer)
        neighbours, at_most_m = neighbours_of(records, PRODUCTS, layer), parameters.km * 1_000
        places = dict(zip(here.rows.tolist(), count(), strict=False))

        def end(place: int) -> End:
            other = neighbours.first[place]
            metres, unsure_m = float(neighbours.first_m[place]), here.uncertainty_m[place] + there.uncertainty_m[other]
            key = RecordKey(layer, str(there.ids[other]))
            return End(key, bool(metres + unsure_m <= at_most_m), metres, float(unsure_m))

        return [(end(places[row]),) if row in places and len(there.ids) else () for row in rows]

    return read


def _joined(*reads: ReadEnds) -> ReadEnds:
    """The ends of several reads; of a record that is at two of them, the first."""

    def read(records: Records, parameters: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        columns = [one(records, parameters, rows) for one in reads]
        return [
            tuple({end.record: end for ends in reversed(parts) for end in ends}[key] for key in _keys_of(parts))
            for parts in zip(*columns, strict=True)
        ]

    return read


def _keys_of(parts: Sequence[Sequence[End]]) -> list[RecordKey]:
    return list(dict.fromkeys(end.record for ends in parts for end in ends))


def _or(*conditions: Condition) -> Condition:
    def condition(records: Records, parameters: Parameters) -> Selection:
        first, *others = (one(records, parameters) for one in conditions)
        for other in others:
            first |= other
        return first

    return condition


_MATERIAL, _COMMUNE = Ends(PRODUCTS, "zones", "raw_material", "crop"), Ends(PRODUCTS, "villages")

STEPS: tuple[Step, ...] = (
    Step(
        "zones",
        same_unit(_MATERIAL, Frame.DISTRICTS),
        _in_same_unit(_MATERIAL, Frame.DISTRICTS),
        _pairs_in_same_unit(_MATERIAL, Frame.DISTRICTS),
        Label("không có vùng nguyên liệu", "no raw-material zone"),
        Label(
            "Vùng cùng loại nguyên liệu trong cùng huyện cũ; chưa hồ sơ nào ghi vùng của từng sản phẩm.",
            "A zone of the same material in the same former district; no source records the zone of a product.",
        ),
    ),
    Step(
        "producers",
        _refers("producer_id"),
        _recorded("producer_id"),
        _recorded_pairs("producer_id"),
        Label("chưa rõ chủ thể", "producer not known"),
        Label("Chủ thể ghi trong hồ sơ sản phẩm.", "The producer on the product's record."),
    ),
    Step(
        "villages",
        _or(same_unit(_COMMUNE, Frame.OLD_COMMUNES), within(PRODUCTS, "villages")),
        _joined(_nearest("villages"), _in_same_unit(_COMMUNE, Frame.OLD_COMMUNES)),
        _all_pairs(_near_pairs("villages"), _pairs_in_same_unit(_COMMUNE, Frame.OLD_COMMUNES)),
        Label("không có làng nghề gần", "no village near"),
        Label(
            "Làng nghề, bản cùng xã cũ, hoặc trong khoảng cách được chọn theo đường chim bay.",
            "A village in the same former commune, or within the chosen distance as the crow flies.",
        ),
    ),
    Step(
        "sites",
        within(PRODUCTS, "sites"),
        _nearest("sites"),
        _near_pairs("sites"),
        Label("không có di tích, điểm du lịch gần", "no site near"),
        Label(
            "Di tích, điểm du lịch trong khoảng cách được chọn theo đường chim bay.",
            "A site within the chosen distance as the crow flies.",
        ),
    ),
)
"""The steps of a chain in the order of display, beginning at the product."""

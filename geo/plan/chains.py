"""The value chain of each product: its zones, producer, villages and sites, and where the chain has a gap.

A step of the chain is surely there, possibly there, missing, or undecided where nothing is recorded by which to decide.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from geo.ocop.layers import LAYERS
from geo.plan.figures import Frame, Parameters, RecordKey
from geo.plan.memberships import memberships
from geo.plan.proximity import neighbours_of, places_of
from geo.plan.reaches import within
from geo.plan.records import Records
from geo.plan.selections import Condition, Selection
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


ReadEnds: TypeAlias = Callable[[Records, Parameters, Sequence[int]], list[tuple[End, ...]]]


class Step(NamedTuple):
    """One step of the chain: the layer at its end, which products have it, its ends, and its words.

    `ends` gives the records at the end for the products at some rows. `gap` is what the product then is without.
    """

    layer: str
    condition: Condition
    ends: ReadEnds
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


# --- the ends of the steps --------------------------------------------------------------------------------


def _in_same_unit(ends: Ends, frame: Frame) -> ReadEnds:
    """The ends of a step that same_unit decides."""

    def read(records: Records, _: Parameters, rows: Sequence[int]) -> list[tuple[End, ...]]:
        here, there = memberships(records, ends.layer, frame).rows, memberships(records, ends.other, frame).rows
        values, others = _values(records, ends.layer, ends.field), _values(records, ends.other, ends.other_field)
        by_place: dict[tuple[object, str], list[int]] = defaultdict(list)
        for number, (row, value) in enumerate(zip(there, others, strict=True)):
            for unit in row.possible:
                by_place[value, unit].append(number)
        ids = records.ids(ends.other)

        def ends_of(row: int) -> tuple[End, ...]:
            numbers = {number for unit in here[row].possible for number in by_place[values[row], unit]}
            is_null = values[row] is None
            return tuple(
                End(RecordKey(ends.other, str(ids[number])), bool(here[row].sure & there[number].sure))
                for number in sorted(() if is_null else numbers)
            )

        return [ends_of(row) for row in rows]

    return read


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
        Label("chưa rõ chủ thể", "producer not known"),
        Label("Chủ thể ghi trong hồ sơ sản phẩm.", "The producer on the product's record."),
    ),
    Step(
        "villages",
        _or(same_unit(_COMMUNE, Frame.OLD_COMMUNES), within(PRODUCTS, "villages")),
        _joined(_nearest("villages"), _in_same_unit(_COMMUNE, Frame.OLD_COMMUNES)),
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
        Label("không có di tích, điểm du lịch gần", "no site near"),
        Label(
            "Di tích, điểm du lịch trong khoảng cách được chọn theo đường chim bay.",
            "A site within the chosen distance as the crow flies.",
        ),
    ),
)
"""The steps of a chain in the order of display, beginning at the product."""

"""The value chain of each product: its zones, producer, villages and sites, and where the chain has a gap.

A step of the chain is surely there, possibly there, missing, or undecided where nothing is recorded by which to decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.plan.figures import Frame, Parameters
from geo.plan.joints import PRODUCTS, Counts, End, InSameUnit, Joint, Nearest, NearOrSameUnit, OnRecord
from geo.plan.records import RecordKey, Records
from geo.plan.selections import Selection
from geo.plan.shared_units import Ends
from geo.plan.zones import MATERIAL
from geo.schema import Label

State: TypeAlias = Literal["sure", "possible", "none", "unknown"]
STATES: tuple[State, ...] = ("none", "possible", "sure", "unknown")
States: TypeAlias = NDArray[np.intp]
"""The state of a step for each product, as its place in STATES."""


class Step(NamedTuple):
    """One step of the chain: the layer at its end, how products are joined to its records, and its words.

    `gap` is what a product without it is without; `rule` says when a product has it.
    """

    layer: str
    joint: Joint
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


def states(records: Records, parameters: Parameters) -> dict[str, States]:
    """The state of each step, by layer, for every product in the order of the records."""
    return {step.layer: _states(step.joint.condition(records, parameters)) for step in STEPS}


def _states(selection: Selection) -> States:
    places: States = np.where(
        selection.unknown, STATES.index("unknown"), selection.possible.astype(int) + selection.sure
    )
    return places


def chains(records: Records, parameters: Parameters, rows: Sequence[int]) -> list[Chain]:
    """The chains of the products at some rows."""
    by_layer = states(records, parameters)
    ends = {step.layer: step.joint.ends(records, parameters, rows) for step in STEPS}
    ids = records.ids(PRODUCTS)
    return [
        Chain(
            RecordKey(PRODUCTS, str(ids[row])),
            {layer: STATES[column[row]] for layer, column in by_layer.items()},
            {layer: column[place] for layer, column in ends.items()},
        )
        for place, row in enumerate(rows)
    ]


def products_of(records: Records, parameters: Parameters, record: RecordKey) -> Selection:
    """The products whose chain has a record: those that would have the step if its layer had no other record.

    KeyError when there is no such record, or when its layer is none of a step.
    """
    step = next((step for step in STEPS if step.layer == record.layer), None)
    if step is None:
        raise KeyError(record)
    rows = np.flatnonzero(records.ids(record.layer) == record.id)
    if not len(rows):
        raise KeyError(record)
    return step.joint.alone(records, parameters, int(rows[0]))


def products_by_record(records: Records, parameters: Parameters, layer: str) -> Counts:
    """In how many chains of products each record of the layer of a step is, in the order of the records."""
    step = next(step for step in STEPS if step.layer == layer)
    return step.joint.counts(records, parameters)


STEPS: tuple[Step, ...] = (
    Step(
        "zones",
        InSameUnit(MATERIAL, Frame.DISTRICTS),
        Label("không có vùng nguyên liệu", "no raw-material zone"),
        Label(
            "Vùng cùng loại nguyên liệu trong cùng huyện cũ; chỉ là “có thể”, vì chưa hồ sơ nào ghi vùng của từng sản"
            " phẩm.",
            "A zone of the same material in the same former district; “possible” only, since no source records the zone"
            " of a product.",
        ),
    ),
    Step(
        "producers",
        OnRecord("producer_id"),
        Label("chưa rõ chủ thể", "producer not known"),
        Label("Chủ thể ghi trong hồ sơ sản phẩm.", "The producer on the product's record."),
    ),
    Step(
        "villages",
        NearOrSameUnit(Nearest("villages"), InSameUnit(Ends(PRODUCTS, "villages"), Frame.OLD_COMMUNES)),
        Label("không có làng nghề gần", "no village near"),
        Label(
            "Làng nghề, bản cùng xã cũ, hoặc trong khoảng cách được chọn theo đường chim bay.",
            "A village in the same former commune, or within the chosen distance as the crow flies.",
        ),
    ),
    Step(
        "sites",
        Nearest("sites"),
        Label("không có di tích, điểm du lịch gần", "no site near"),
        Label(
            "Di tích, điểm du lịch trong khoảng cách được chọn theo đường chim bay.",
            "A site within the chosen distance as the crow flies.",
        ),
    ),
)
"""The steps of a chain in the order of display, beginning at the product."""

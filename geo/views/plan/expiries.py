"""When the certificates of products end, each with its product, producer and commune, and how far that is known."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from geo.atlas import Atlas, Query, Record
from geo.ocop.codes import CODE_LISTS
from geo.ocop.validity import Span
from geo.plan.certificates import LAYER, calendar_of, valid
from geo.plan.figures import RecordKey
from geo.plan.records import Records
from geo.schema import Label
from geo.text import sort_key

State: TypeAlias = Literal["valid", "may_be_valid", "lapsed", "unknown"]

STATES: dict[State, Label] = {
    "valid": Label("Còn hiệu lực", "Valid"),
    "may_be_valid": Label("Có thể còn hiệu lực", "May be valid"),
    "lapsed": Label("Hết hiệu lực", "Not valid"),
    "unknown": Label("Chưa rõ", "Not known"),
}
"""The state of a certificate on a day; it may be valid where its term, or whether it was given, is not certain."""


class Unit(NamedTuple):
    """A record that products are grouped by: its key and its name."""

    key: RecordKey
    name: Label


class Expiry(NamedTuple):
    """A product and the last day of its latest certificate: the days that it may be, None where nothing is known of it.

    `basis` is a key of the list "validity_basis". `producer` and `commune` are None where they are not recorded, or
    where the place does not tell one commune.
    """

    product: Record
    ends: Span | None
    basis: str
    state: State
    producer: Unit | None
    commune: Unit | None

    @property
    def is_dated(self) -> bool:
        """Whether the end is known to the month at least, and not derived from a year alone."""
        return self.ends is not None and (self.ends.last - self.ends.first).days <= 31

    @property
    def basis_label(self) -> Label:
        """What the end is derived from."""
        code = next(code for code in CODE_LISTS["validity_basis"].codes if code.key == self.basis)
        return code.label

    def surely_ends(self, first: date, last: date) -> bool:
        """Whether the certificate ends on one of the days from `first` to `last`."""
        return self.ends is not None and first <= self.ends.first and self.ends.last <= last

    def may_end(self, first: date, last: date) -> bool:
        """Whether the certificate may end on a day from `first` to `last`."""
        return self.ends is not None and self.ends.first <= last and self.ends.last >= first


def expiries(atlas: Atlas, records: Records, on: date) -> list[Expiry]:
    """Every product with the end of its latest certificate and its state on a day; the earliest end first.

    Those whose end is not known come last. Those of one day are in the order of their names.
    """
    calendar, state = calendar_of(records), valid(records, on)
    ends: dict[str, Span] = {one.product: one.period.ends for one in calendar.certificates}  # the last one stays
    products = {record.id: record for record in atlas.find(Query(LAYER)).records}
    producers = _units(atlas, "producers", (one.properties.get("producer_id") for one in products.values()))
    communes = _units(atlas, "communes", (one.commune for one in products.values()))
    rows = [
        Expiry(
            products[key],
            ends.get(key),
            str(calendar.basis[number]),
            _state(bool(state.sure[number]), bool(state.possible[number]), bool(state.unknown[number])),
            producers.get(str(products[key].properties.get("producer_id"))),
            communes.get(str(products[key].commune)),
        )
        for number, key in enumerate(map(str, records.ids(LAYER)))
    ]
    return sorted(rows, key=_order)


def _state(sure: bool, possible: bool, unknown: bool) -> State:
    if sure:
        return "valid"
    if possible:
        return "may_be_valid"
    return "unknown" if unknown else "lapsed"


def _units(atlas: Atlas, layer: str, keys: Iterable[object]) -> dict[str, Unit]:
    """The records of a layer that the keys name, by key."""
    names = atlas.titles(layer, {str(key) for key in keys if key})
    return {key: Unit(RecordKey(layer, key), Label(vi, en or vi)) for key, (vi, en) in names.items()}


def _order(row: Expiry) -> tuple[bool, date, date, str]:
    ends = row.ends or Span(date.max, date.max)
    return row.ends is None, ends.last, ends.first, sort_key(row.product.title)

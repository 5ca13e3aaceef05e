"""The syntax tree of a checked CQL2 filter: immutable, equal and hashed by its content.

Every node has its kind, so that an engine that translates the tree need not check types. Operators and functions have
the names of CQL2 JSON in lower case; geo.atlas.cql2.operators and geo.atlas.cql2.spans define them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "number", "boolean", "time", "array", "geometry"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal value; of kind "time" it is a text that spans.span reads, or an open end ".."."""

    kind: Literal["text", "number", "boolean", "time"]
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A literal geometry, as WKB in STORE_CRS."""

    kind: ClassVar[Kind] = "geometry"
    wkb: bytes


@dataclass(frozen=True, slots=True)
class Property:
    """A queryable of the layer. A field of keys joined by ';' is of kind "array" inside A_*, and "text" elsewhere."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Array:
    """A list of values, as A_* compare them; of IN it is the list of alternatives."""

    kind: ClassVar[Kind] = "array"
    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or a function applied to its arguments; `kind` is that of its result."""

    kind: Kind
    op: str
    args: tuple["Expression", ...]


Expression: TypeAlias = Constant | Shape | Property | Array | Operation


@dataclass(frozen=True, slots=True)
class Where:
    """A checked filter of one layer: `condition` is of kind "boolean" and names only queryables of `layer`."""

    layer: str
    condition: Expression


def join_filters(filters: Sequence[Where]) -> Where | None:
    """The conjunction (AND) of `filters`; None for none, ValueError for filters of different layers."""
    if len(filters) <= 1:
        return filters[0] if filters else None
    layers = {one.layer for one in filters}
    if len(layers) > 1:
        raise ValueError(f"filters of different layers cannot be joined: {', '.join(sorted(layers))}")
    return Where(filters[0].layer, Operation("boolean", "and", tuple(one.condition for one in filters)))

"""The queryables of a layer: its declared fields, its key, its geometry and the units that it lies in."""

from dataclasses import dataclass
from functools import lru_cache

from geo.atlas.cql2.tree import Kind
from geo.ocop.collections import COLLECTIONS
from geo.ocop.filters import applies
from geo.schema import Field, Label

KINDS: dict[Kind, Label] = {
    "text": Label("chữ", "text"),
    "number": Label("số", "number"),
    "boolean": Label("đúng/sai", "true/false"),
    "time": Label("thời gian", "time"),
    "array": Label("danh sách", "array"),
    "geometry": Label("hình", "geometry"),
}


@dataclass(frozen=True)
class Queryable:
    """A property that filters may name: its kind, and the declared field behind it, if any.

    `several` says that it holds keys joined by ';', which the array operators A_* compare as an array.
    """

    name: str
    kind: Kind
    label: Label
    several: bool = False
    field: Field | None = None


def _of_field(field: Field) -> Queryable:
    kind: Kind = "text"
    if field.kind in {"integer", "real"}:
        kind = "number"
    elif field.kind == "date":
        kind = "time"
    return Queryable(field.name, kind, field.label, field.kind in {"codes", "refs"}, field)


@lru_cache(maxsize=64)
def queryables_of(layer: str) -> dict[str, Queryable]:
    """The queryables of a layer by name: its fields in their declared order, then those that the atlas adds."""
    spec = COLLECTIONS[layer]
    queryables = {field.name: _of_field(field) for field in spec.fields}
    queryables.setdefault("id", Queryable("id", "text", Label("Mã bản ghi", "Id of the record")))
    for param, name, label in (
        ("commune", "commune_code", Label("Xã, phường nơi bản ghi nằm", "Commune or ward that the record lies in")),
        ("district", "district_code", Label("Huyện cũ nơi bản ghi nằm", "Former district that the record lies in")),
    ):
        if applies(param, layer):
            queryables.setdefault(name, Queryable(name, "text", label))
    if spec.geometry is not None:
        queryables["geometry"] = Queryable("geometry", "geometry", Label("Hình", "Geometry"))
    return queryables


@lru_cache(maxsize=64)
def sortables_of(layer: str) -> tuple[str, ...]:
    """The names that a result can be sorted by: every queryable but the geometry."""
    return tuple(name for name, row in queryables_of(layer).items() if row.kind != "geometry")

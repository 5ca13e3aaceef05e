"""What a filter may name in a layer: its declared fields, its key, its geometry, and the units it lies in."""

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
    """One name that filters know: its kind, and the declared field where it is one.

    `several` says that it holds keys joined by ';', which A_* take apart.
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
    """The names of a layer, in the order that people read them: its fields, then what the atlas adds."""
    spec = COLLECTIONS[layer]
    found = {field.name: _of_field(field) for field in spec.fields}
    found.setdefault("id", Queryable("id", "text", Label("Mã bản ghi", "Id of the record")))
    for param, name, label in (
        ("commune", "commune_code", Label("Xã, phường nơi bản ghi nằm", "Commune or ward that the record lies in")),
        ("district", "district_code", Label("Huyện cũ nơi bản ghi nằm", "Former district that the record lies in")),
    ):
        if applies(param, layer):
            found.setdefault(name, Queryable(name, "text", label))
    if spec.geometry is not None:
        found["geometry"] = Queryable("geometry", "geometry", Label("Hình", "Geometry"))
    return found

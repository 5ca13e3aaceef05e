"""The names of the records of a version, and the cells that lead to their pages."""

from geo.ocop.layers import LAYERS
from geo.plan.records import Records
from geo.schema import Label
from geo.views.plan.table import Link, record_path


def titles_of(records: Records, layer: str) -> list[Label]:
    """The name of every record of a layer, in the order of the records; the Vietnamese one where it has no other."""
    spec = LAYERS[layer]
    titles = records.column(layer, spec.title)
    in_english = records.column(layer, spec.title_en) if spec.title_en else titles
    return [Label(str(vi), str(en or vi)) for vi, en in zip(titles, in_english, strict=True)]


def record_cell(records: Records, layer: str, titles: list[Label], row: int) -> Link:
    """The cell that leads to the page of the record at a row; `titles` are those of the layer."""
    return Link(titles[row], record_path(layer, str(records.ids(layer)[row])))

"""The names of the records of a version, and the cells that lead to their pages."""

import numpy as np
from numpy.typing import NDArray

from geo.ocop.layers import LAYERS
from geo.plan.records import Records
from geo.schema import Label
from geo.text import sort_key
from geo.views.plan.table import Link, record_path


def title_at(records: Records, layer: str, row: int) -> Label:
    """The name of the record at a row; the Vietnamese one where it has no other."""
    spec = LAYERS[layer]
    title = str(records.column(layer, spec.title)[row])
    in_english = records.column(layer, spec.title_en)[row] if spec.title_en else None
    return Label(title, str(in_english or title))


def titles_of(records: Records, layer: str) -> list[Label]:
    """The name of every record of a layer, in the order of the records."""
    return [title_at(records, layer, row) for row in range(records.count(layer))]


def rows_by_name(records: Records, layer: str) -> NDArray[np.intp]:
    """The rows of a layer in the order of their Vietnamese names, as in a dictionary; computed once for a version."""

    def order() -> NDArray[np.intp]:
        names = [sort_key(str(title)) for title in records.column(layer, LAYERS[layer].title)]
        return np.array(sorted(range(len(names)), key=names.__getitem__), np.intp)

    return records.once(("rows by name", layer), order)


def record_cell(records: Records, layer: str, row: int) -> Link:
    """The cell that leads to the page of the record at a row."""
    return Link(title_at(records, layer, row), record_path(layer, str(records.ids(layer)[row])))

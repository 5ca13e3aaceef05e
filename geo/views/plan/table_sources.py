"""The sources of a table: those that the records cite which its rows are about or rest on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from geo.atlas import Atlas
from geo.ocop.layers import LAYERS
from geo.plan.figures import Figure
from geo.plan.records import RecordKey, Records
from geo.views.plan.desk import Desk
from geo.views.plan.figure_view import sources_of
from geo.views.plan.table import Table
from geo.views.values import parts


def cite(atlas: Atlas, records: Records, table: Table) -> Table:
    """The table with its sources; one that names its sources itself stays as it is."""
    if table.sources:
        return table
    keys = {*table.rests_on, *(key for key in table.records if key is not None)}
    return replace(table, sources=sources_of(atlas, cited_by(records, keys)))


def cited_by(records: Records, keys: Iterable[RecordKey]) -> set[str]:
    """The ids of the sources that some records cite."""
    by_layer: dict[str, list[str]] = defaultdict(list)
    for layer, key in keys:
        by_layer[layer].append(key)
    sources: set[str] = set()
    for layer, ids in by_layer.items():
        if LAYERS[layer].has("source_ids"):
            values, place = records.distinct(layer, "source_ids")
            chosen = np.unique(place[np.isin(records.ids(layer).astype(str), ids)])
            sources.update(source for number in chosen[chosen >= 0].tolist() for source in parts(values[number]))
    return sources


def for_files(desk: Desk, keys: Iterable[RecordKey]) -> tuple[RecordKey, ...]:
    """The keys, each once, where a table is wanted whole; pages, which have no list of sources, need none."""
    return tuple(dict.fromkeys(keys)) if desk.most is None else ()


def records_of_figures(figures: Iterable[Figure]) -> Iterator[RecordKey]:
    """The records that figures rest on."""
    return (key for one in figures for key in (*one.records, *one.possible_records))

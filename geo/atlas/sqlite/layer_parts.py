"""The content of an atlas, in parts of which each can be computed while the one before it is written."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Self, TypeAlias

import numpy as np
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.atlas.model import Content
from geo.atlas.overview import overview
from geo.atlas.sqlite import link_layer
from geo.atlas.sqlite.alphabet import Places, alphabetical_fields, places_in_order
from geo.atlas.sqlite.related import Named, Related, related
from geo.atlas.sqlite.rows import Batch, Units, batches
from geo.link import ConflictRow, Lines, Pair
from geo.ocop.collections import COLLECTIONS, LINK_LAYER
from geo.ocop.filters import FILTERS
from geo.packed_rtree import PackedRTree, packed

Frames: TypeAlias = Mapping[str, GeoDataFrame]


_PAIRS = 20_000
"""Pairs that are sent to the writing process together."""


class Links(NamedTuple):
    """Some of the links, column by column in the order of the fields of Pair: no class is pickled for each of them."""

    columns: list[tuple[object, ...]]


class Conflicts(NamedTuple):
    """The conflicts of the links."""

    rows: Sequence[ConflictRow]


class Summary(NamedTuple):
    """What is computed from all records of a layer: its overview, R*Tree, and the alphabetical places of names."""

    layer: str
    overview: bytes | None
    tree: PackedRTree
    places: Places


class RecordsEnd(NamedTuple):
    """Stands behind the last record and the last related links: what is computed from all of them can begin."""


Part: TypeAlias = Links | Conflicts | Batch | Related | RecordsEnd | Summary


class _Columns(NamedTuple):
    """What is kept of the records of a layer: their names, their boxes, and their texts by alphabetical field."""

    named: Named
    boxes: list[NDArray[np.float64]]
    texts: list[list[str | None]]

    @classmethod
    def of(cls, layer: str) -> Self:
        return cls(Named({}, []), [], [[] for _ in alphabetical_fields(layer)])


def content_parts(content: Callable[[], Content]) -> Generator[Part]:
    """All parts; `content` is called when the first of them is asked for."""
    frames, pairs, conflicts = content()
    for start in range(0, len(pairs), _PAIRS):
        yield Links(list(zip(*pairs[start : start + _PAIRS], strict=True)))
    yield Conflicts(conflicts)
    yield from _layer_parts(frames, pairs)


def _layer_parts(frames: Frames, pairs: Sequence[Pair]) -> Iterator[Part]:
    """The records of all layers, those of the layer of links, the links of all records, the summary of each layer.

    The summaries are computed before the first of them is given, so that this needs no reader while it lasts.
    """
    codes, unit_names = _units(pairs), _unit_names(frames)
    columns: dict[str, _Columns] = {}
    for layer, frame in frames.items():
        columns[layer] = _Columns.of(layer)
        for batch in batches(frame, COLLECTIONS[layer], Units(codes.get(layer, {}), unit_names)):
            yield _collect(columns[layer], batch)
    named = {layer: of_layer.named for layer, of_layer in columns.items()}
    columns[LINK_LAYER.name] = _Columns.of(LINK_LAYER.name)
    for batch in link_layer.batches(Lines.of(frames, pairs), {layer: records.rows for layer, records in named.items()}):
        yield _collect(columns[LINK_LAYER.name], batch)
    yield from related(pairs, named)
    yield RecordsEnd()
    yield from [_summary(layer, of_layer, frames.get(layer)) for layer, of_layer in columns.items()]


def _summary(layer: str, columns: _Columns, frame: GeoDataFrame | None) -> Summary:
    spec = COLLECTIONS[layer]
    outlines = overview(frame, spec) if frame is not None and spec.geometry == "MultiPolygon" else None
    return Summary(layer, outlines, _tree(columns.boxes), places_in_order(columns.texts))


def _collect(columns: _Columns, batch: Batch) -> Batch:
    """Keep what the parts behind the records need of a batch; the batch without it."""
    columns.named.rows.update(zip(batch.ids, batch.numbers, strict=False))  # a link has none: it is the end of no other
    columns.named.titles.extend(batch.titles)
    columns.boxes.append(batch.boxes)
    for column, field in zip(columns.texts, alphabetical_fields(batch.layer), strict=True):
        column.extend(None if text is None else str(text) for text in batch.properties[field.name])
    return batch._replace(ids=[], titles=[], properties={}, boxes=batch.boxes[:0])


def _tree(boxes: Sequence[NDArray[np.float64]]) -> PackedRTree:
    """The tree over the boxes of a layer's records, which are numbered from 1; boxes of no geometry are left out."""
    of_all = np.concatenate([np.empty((0, 4)), *boxes])
    placed = np.flatnonzero(np.isfinite(of_all).all(axis=1))
    return packed(placed + 1, of_all[placed])


def _units(pairs: Iterable[Pair]) -> dict[str, dict[str, dict[str, list[str]]]]:
    """layer -> record -> parameter of a filter that reads links -> the record's values.

    They are the codes of the units that it lies in, or "yes" where it has one of the links of a filter by links. The
    links of a unit are alternatives: the first in their declared order that the record has counts. A record that is
    located by its district only has its district.
    """
    order = {link: (row, position) for row in FILTERS for position, link in enumerate(row.links)}
    candidates: dict[str, dict[str, dict[str, tuple[int, list[str]]]]] = {}
    for pair in pairs:
        if pair.link in order:
            row, position = order[pair.link]
            value = pair.target_id if row.kind == "unit" else "yes"
            by_param = candidates.setdefault(pair.source_layer, {}).setdefault(pair.source_id, {})
            best = by_param.get(row.param)
            if best is None or position < best[0]:
                by_param[row.param] = (position, [value])
            elif position == best[0] and value not in best[1]:
                best[1].append(value)
    return {
        layer: {record: {param: units for param, (_, units) in params.items()} for record, params in records.items()}
        for layer, records in candidates.items()
    }


def _unit_names(frames: Frames) -> dict[str, dict[str, str]]:
    """layer of units -> code -> name."""
    return {
        layer: dict(zip(map(str, frames[layer][COLLECTIONS[layer].key]), map(str, frames[layer]["name"]), strict=True))
        for layer in ("communes", "districts", "old_communes")
        if layer in frames
    }

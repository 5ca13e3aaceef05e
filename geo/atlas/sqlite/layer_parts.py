"""The content of an atlas' layers, in parts of which each can be computed while the one before it is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from geopandas import GeoDataFrame

from geo.atlas.overview import overview
from geo.atlas.sqlite.alphabet import Places, alphabetical_fields, places_in_order
from geo.atlas.sqlite.rows import Batch, Properties, Units, batches
from geo.link import Pair, link_lines
from geo.ocop.collections import COLLECTIONS, LINK_LAYER
from geo.ocop.filters import FILTERS

Frames: TypeAlias = Mapping[str, GeoDataFrame]


class Summary(NamedTuple):
    """What is computed from all records of a layer: its overview and the alphabetical places of their names."""

    layer: str
    overview: bytes | None
    places: Places


Part: TypeAlias = Batch | Summary | None


def layer_parts(frames: Frames, pairs: Sequence[Pair]) -> Iterator[Part]:
    """The records of all layers and of the layer of links, then None, then the summary of each layer."""
    with_links = {**frames, LINK_LAYER.name: link_lines(frames, pairs)}
    codes, unit_names = _units(pairs), _unit_names(frames)
    texts: dict[str, list[list[str | None]]] = {}
    for layer, frame in with_links.items():
        texts[layer] = [[] for _ in alphabetical_fields(layer)]
        for batch in batches(frame, COLLECTIONS[layer], Units(codes.get(layer, {}), unit_names)):
            _collect(texts[layer], layer, batch.properties)
            yield batch
    yield None
    for layer, frame in with_links.items():
        spec = COLLECTIONS[layer]
        outlines = overview(frame, spec) if spec.geometry == "MultiPolygon" else None
        yield Summary(layer, outlines, places_in_order(texts[layer]))


def _collect(texts: list[list[str | None]], layer: str, properties: Properties) -> None:
    for column, field in zip(texts, alphabetical_fields(layer), strict=True):
        column.extend(None if text is None else str(text) for text in properties[field.name])


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

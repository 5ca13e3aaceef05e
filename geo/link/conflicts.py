"""Conflicts: a recorded link and a spatial one lead to different records, or a point lies in several units."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from geo.link.pairs import Frames, Pair
from geo.link.places import Joins
from geo.schema import Disagreement, LinkSpec, Within


class ConflictRow(NamedTuple):
    """One record whose recorded and derived links disagree; ids of several targets are joined by ';'."""

    rule: str
    layer: str
    record: str
    target_layer: str
    recorded: str
    derived: str


def disagreements(pairs: Iterable[Pair], rules: Sequence[Disagreement]) -> list[ConflictRow]:
    """Every record for which a recorded target is not among the derived ones, in the rules' order.

    A record that lacks one of the two links is never in conflict.
    """
    targets: dict[str, dict[tuple[str, str], list[Pair]]] = defaultdict(lambda: defaultdict(list))
    compared = {link for rule in rules for link in (rule.recorded, rule.derived)}
    for pair in pairs:
        if pair.link in compared:
            targets[pair.link][pair.source_layer, pair.source_id].append(pair)
    rows = []
    for rule in rules:
        derived = targets[rule.derived]
        for (layer, record), recorded in targets[rule.recorded].items():
            on_map = [pair.target_id for pair in derived.get((layer, record), ())]
            missing = [pair.target_id for pair in recorded if pair.target_id not in on_map]
            if on_map and missing:
                ids = ";".join(missing), ";".join(on_map)
                rows.append(ConflictRow(rule.name, layer, record, recorded[0].target_layer, *ids))
    return rows


def on_borders(frames: Frames, links: Sequence[LinkSpec]) -> list[ConflictRow]:
    """A conflict, under the link's name, for every record in several targets of a Within link with each="one"."""
    rows = []
    joins = Joins(frames)
    for spec in links:
        if not isinstance(spec, Within) or spec.each != "one" or not {spec.source, spec.target} <= frames.keys():
            continue
        places, shapes = joins.places(spec.source, at_least=spec.at_least), joins.shapes(spec.target)
        place, shape, rank = shapes.holding(places)
        in_several = np.isin(place, place[rank > 1])
        ids = zip(places.ids[place[in_several]], shapes.ids[shape[in_several]], strict=True)
        for record, holders in groupby(ids, key=itemgetter(0)):
            names = ";".join(holder for _, holder in holders)
            rows.append(ConflictRow(spec.name, spec.source, record, spec.target, "", names))
    return rows

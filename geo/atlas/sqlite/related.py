"""The `links` of every record to its related records, stored as JSON for the features of OGC API - Features.

Those of a record of the layer of links lead to its two ends and are put together when they are read (link_layer.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.atlas.sqlite.related_entries import End, end_of, entry_to, entry_to_all, has_list
from geo.atlas.sqlite.rows import BATCH
from geo.link import Pair

MOST = 50
"""Most links of one kind in a record, as a unit may have thousands; one link more leads to the list of all."""

_Numbers = NDArray[np.int64]


class Named(NamedTuple):
    """The records of a layer in the order of their rows: key -> row, numbered from 1, and their titles."""

    rows: dict[str, int]
    titles: list[str]


class Related(NamedTuple):
    """The JSON of the links of some records of a layer, by row."""

    layer: str
    rows: list[tuple[int, bytes]]


class _Ties(NamedTuple):
    """The links of all records, seen from each end, in the order in which a record lists them.

    `owner` and `other` are numbers of records, `link` numbers of kinds of links; `back` is 1 where the owner is the
    target. `place` counts the links of one kind and direction of an owner from 1, `many` is the number of all of them.
    """

    owner: _Numbers
    link: _Numbers
    back: _Numbers
    other: _Numbers
    place: _Numbers
    many: _Numbers


def related(pairs: Sequence[Pair], records: Mapping[str, Named]) -> Iterator[Related]:
    """The links of all records that have some, layer by layer and some thousand records at a time.

    Those of which a record is the source come first, by rank, then those of which it is the target; of equals the
    nearest and then the smallest key is first.
    """
    ids = [key for named in records.values() for key in named.rows]
    links = list(dict.fromkeys(pair.link for pair in pairs))
    ties = _in_order(pairs, links, records, ids)
    ends = [
        end_of(layer, key, title)
        for layer, named in records.items()
        for key, title in zip(named.rows, named.titles, strict=True)
    ]
    first = 0
    for layer, named in records.items():
        for start in range(first, first + len(named.rows), BATCH):
            stop = min(start + BATCH, first + len(named.rows))
            # The ties are ordered by their owners, who are numbered from 1.
            some = slice(*np.searchsorted(ties.owner, [start + 1, stop + 1]).tolist())
            entries = _entries(_Ties(*(column[some] for column in ties)), links, ids, ends)
            yield Related(layer, [(owner - first, entry) for owner, entry in entries.items()])
        first += len(named.rows)


def _in_order(
    pairs: Sequence[Pair], links: Sequence[str], records: Mapping[str, Named], ids: Sequence[str]
) -> _Ties:  # fmt: skip
    numbers, first = {}, 0
    for layer, named in records.items():
        numbers[layer] = {key: first + row for key, row in named.rows.items()}
        first += len(named.rows)
    number_of_link = {link: number for number, link in enumerate(links)}
    source = np.array([numbers[pair.source_layer][pair.source_id] for pair in pairs], dtype=np.int64)
    target = np.array([numbers[pair.target_layer][pair.target_id] for pair in pairs], dtype=np.int64)
    kind = np.tile(np.array([number_of_link[pair.link] for pair in pairs], dtype=np.int64), 2)
    far = np.tile(np.array([pair.distance_m or 0.0 for pair in pairs]), 2)
    rank = np.array([pair.rank for pair in pairs], dtype=np.int64)
    owner, other = np.concatenate([source, target]), np.concatenate([target, source])
    back = np.repeat([0, 1], len(pairs))
    places = {key: place for place, key in enumerate(sorted(set(ids)))}
    by_key = np.array([0, *(places[key] for key in ids)], dtype=np.int64)
    order = np.lexsort((by_key[other], far, np.concatenate([rank, np.zeros_like(rank)]), back, owner))
    owner, kind, back = owner[order], kind[order], back[order]
    group = (owner * len(links) + kind) * 2 + back
    together = np.argsort(group, kind="stable")
    _, group_of, many = np.unique(group, return_inverse=True, return_counts=True)
    place = np.empty_like(group)
    place[together] = np.arange(len(group)) - np.repeat(np.cumsum(many) - many, many) + 1
    return _Ties(owner, kind, back, other[order], place, many[group_of])


def _entries(ties: _Ties, links: Sequence[str], ids: Sequence[str], ends: Sequence[End]) -> dict[int, bytes]:
    """The joined links of each record that has some."""
    lists = np.array([[has_list(link, back=back) for back in (False, True)] for link in links], dtype=bool)
    shown = ties.place <= MOST
    if len(links):
        shown |= ~lists[ties.link, ties.back]
    entries: dict[int, list[bytes]] = {}
    longer: dict[int, list[bytes]] = {}
    for owner, link, back, other, place, many in zip(*(column[shown].tolist() for column in ties), strict=True):
        entries.setdefault(owner, []).append(entry_to(ends[other - 1], links[link], back=bool(back)))
        if place == 1 and many > MOST and lists[link, back]:
            longer.setdefault(owner, []).append(entry_to_all(links[link], ids[owner - 1], many, back=bool(back)))
    return {owner: b",".join([*some, *longer.get(owner, ())]) for owner, some in entries.items()}

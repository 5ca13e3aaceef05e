"""Every row of LINKS computed over the frames of one version."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import singledispatch
from itertools import repeat
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.crs import STORE_CRS
from geo.errors import BadSource
from geo.link.places import Joins, Numbers, Rows
from geo.ocop.layers import LAYERS
from geo.schema import KeyLink, LinkSpec, MatchLink, Near, NearestOfKind, Overlap, ThroughLink, Within

Reason: TypeAlias = Literal["recorded", "crosswalk", "matched", "inside", "overlap", "near", "nearest"]
Frames: TypeAlias = Mapping[str, GeoDataFrame]


class Pair(NamedTuple):
    """One link between two records, with the reason for it.

    `distance_m` is geodesic; `uncertainty_m` is how far the true distance may be from it, the sum of
    both ends' radii. `area_ha` and `share` (of the source's area) belong to overlaps. `certain` is False
    where the positions are too inaccurate to decide, or where the link was matched by value: such a
    pair is displayed as "to be checked" and not counted. `rank` orders the pairs of one source, 1 first.
    """

    link: str
    source_layer: str
    source_id: str
    target_layer: str
    target_id: str
    reason: Reason
    distance_m: float | None = None
    uncertainty_m: float | None = None
    area_ha: float | None = None
    share: float | None = None
    certain: bool = True
    rank: int = 1
    source_ids: str = ""


def link_all(
    frames: Frames, links: Sequence[LinkSpec], *, progress: Callable[[str], None] = lambda _: None
) -> list[Pair]:
    """The pairs of every row of `links`, in the rows' order; ends of missing layers pair with nothing.

    All frames must be in STORE_CRS; BadSource names the first that is not.
    """
    for name, frame in frames.items():
        if frame.crs is not None and not frame.crs.equals(STORE_CRS, ignore_axis_order=True):
            raise BadSource(
                f"Layer {name!r} is in {frame.crs.name}; links are computed in {STORE_CRS} only.",
                f"Lớp {name!r} đang ở hệ {frame.crs.name}; liên kết chỉ được tính trong {STORE_CRS}.",
            )
    pairs: list[Pair] = []
    joins = Joins(frames)
    for spec in links:
        if spec.source in frames and spec.target in frames:
            progress(spec.name)
            pairs.extend(pairs_of(spec, joins))
    return pairs


@singledispatch
def pairs_of(spec: LinkSpec, joins: Joins) -> Iterator[Pair]:
    """The pairs of one row of LINKS."""
    raise TypeError(f"no rule computes {type(spec).__name__}")


def _keys(value: object) -> list[str]:
    """The keys in a value that holds none, one, or several joined by ';'."""
    return [key for key in str(value).split(";") if key] if isinstance(value, str) else []


def _ids(frame: GeoDataFrame, layer: str) -> list[str]:
    return [str(key) for key in frame[LAYERS[layer].key]]


def _source_ids(frame: GeoDataFrame) -> list[str]:
    """The `source_ids` of each record, "" where it has none; recorded links take them over."""
    if "source_ids" not in frame:
        return [""] * len(frame)
    return [value if isinstance(value, str) else "" for value in frame["source_ids"]]


@pairs_of.register
def _pairs_by_key(spec: KeyLink, joins: Joins) -> Iterator[Pair]:
    frames = joins.frames
    sources, target_ids = frames[spec.source], set(_ids(frames[spec.target], spec.target))
    rows = zip(_ids(sources, spec.source), sources[spec.field], _source_ids(sources), strict=True)
    for source_id, value, sources_of_record in rows:
        existing = (key for key in _keys(value) if key in target_ids)
        for rank, target_id in enumerate(existing, start=1):
            yield Pair(
                spec.name,
                spec.source,
                source_id,
                spec.target,
                target_id,
                "recorded",
                rank=rank,
                source_ids=sources_of_record,
            )


@pairs_of.register
def _pairs_through(spec: ThroughLink, joins: Joins) -> Iterator[Pair]:
    frames = joins.frames
    if spec.via not in frames:
        return
    via, sources = frames[spec.via], frames[spec.source]
    onward = dict(zip(_ids(via, spec.via), via[spec.via_field], strict=True))
    cites = dict(zip(_ids(via, spec.via), _source_ids(via), strict=True))
    target_ids = set(_ids(frames[spec.target], spec.target))
    for source_id, value in zip(_ids(sources, spec.source), sources[spec.field], strict=True):
        source_ids_by_target: dict[str, str] = {}
        for key in _keys(value):
            for target_id in _keys(onward.get(key)):
                if target_id in target_ids:
                    source_ids_by_target.setdefault(target_id, cites.get(key, ""))
        for rank, (target_id, source_ids) in enumerate(source_ids_by_target.items(), start=1):
            yield Pair(
                spec.name, spec.source, source_id, spec.target, target_id, "crosswalk", rank=rank, source_ids=source_ids
            )


@pairs_of.register
def _pairs_by_value(spec: MatchLink, joins: Joins) -> Iterator[Pair]:
    sources, targets = joins.frames[spec.source], joins.frames[spec.target]
    by_value: dict[tuple[str, ...], list[str]] = {}
    for target_id, values in _values(targets, spec.target, [there for _, there in spec.on]):
        by_value.setdefault(values, []).append(target_id)
    for source_id, values in _values(sources, spec.source, [here for here, _ in spec.on]):
        for rank, target_id in enumerate(by_value.get(values, ()), start=1):
            yield Pair(spec.name, spec.source, source_id, spec.target, target_id, "matched", certain=False, rank=rank)


def _values(frame: GeoDataFrame, layer: str, fields: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each record's id and its values of `fields`, leaving out records that lack one of them."""
    for source_id, *values in zip(_ids(frame, layer), *(frame[name] for name in fields), strict=True):
        if all(isinstance(value, str) and value for value in values):
            yield source_id, tuple(values)


@pairs_of.register
def _pairs_within(spec: Within, joins: Joins) -> Iterator[Pair]:
    places, shapes = joins.places(spec.source, at_least=spec.at_least), joins.shapes(spec.target)
    place, shape, rank = shapes.holding(places)
    if spec.each == "one":
        place, shape, rank = place[rank == 1], shape[rank == 1], rank[rank == 1]
    certain = shapes.surveyed[shape] & shapes.cover_circles(places, place, shape)
    radii = places.uncertainty_m[place]
    yield from _pairs(
        spec, "inside", places.ids[place], shapes.ids[shape], certain=certain, rank=rank, uncertainty_m=radii
    )


@pairs_of.register
def _pairs_by_overlap(spec: Overlap, joins: Joins) -> Iterator[Pair]:
    here, there = joins.shapes(spec.source), joins.shapes(spec.target)
    (source, target, share, rank), size = here.overlapping(there, min_share=spec.min_share)
    is_line = LAYERS[spec.source].dimension == 1
    yield from _pairs(
        spec, "overlap", here.ids[source], there.ids[target], certain=here.surveyed[source], rank=rank, share=share,
        area_ha=None if is_line else size / 10_000,
    )  # fmt: skip


@pairs_of.register
def _pairs_near(spec: Near, joins: Joins) -> Iterator[Pair]:
    here = joins.places(spec.source, at_least=spec.at_least)
    there = joins.places(spec.target, at_least=spec.at_least)
    source, target, distance_m, rank = here.near(there, distance_m=spec.distance_m)
    unsure = here.uncertainty_m[source] + there.uncertainty_m[target]
    yield from _pairs(
        spec, "near", here.ids[source], there.ids[target], certain=distance_m + unsure <= spec.distance_m, rank=rank,
        distance_m=distance_m, uncertainty_m=unsure,
    )  # fmt: skip


@pairs_of.register
def _pairs_nearest(spec: NearestOfKind, joins: Joins) -> Iterator[Pair]:
    here = joins.places(spec.source, at_least=spec.at_least)
    there = joins.places(spec.target, at_least=spec.at_least)
    kinds = joins.frames[spec.target][spec.by].to_numpy(dtype=object)[there.rows]
    source, target, distance_m, rank = here.nearest_of_each(there, kinds)
    unsure = here.uncertainty_m[source] + there.uncertainty_m[target]
    yield from _pairs(
        spec, "nearest", here.ids[source], there.ids[target], certain=unsure <= distance_m / 2, rank=rank,
        distance_m=distance_m, uncertainty_m=unsure,
    )  # fmt: skip


def _pairs(
    spec: LinkSpec,
    reason: Reason,
    source_ids: NDArray[np.object_],
    target_ids: NDArray[np.object_],
    *,
    certain: NDArray[np.bool_],
    rank: Rows,
    **measures: Numbers | None,
) -> Iterator[Pair]:
    """Pairs from columns; `measures` are the fields distance_m, uncertainty_m, area_ha and share, where they apply."""
    columns = {name: values.tolist() for name, values in measures.items() if values is not None}
    measured = (columns.get(name, repeat(None)) for name in ("distance_m", "uncertainty_m", "area_ha", "share"))
    return map(
        Pair, repeat(spec.name), repeat(spec.source), source_ids.tolist(), repeat(spec.target), target_ids.tolist(),
        repeat(reason), *measured, certain.tolist(), rank.tolist(),
    )  # fmt: skip

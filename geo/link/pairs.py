"""Every row of LINKS computed over the frames of one version."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Literal, NamedTuple, TypeAlias

from geopandas import GeoDataFrame

from geo.crs import STORE_CRS
from geo.errors import BadSource
from geo.link.places import Places, Shapes
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
    for spec in links:
        if spec.source in frames and spec.target in frames:
            progress(spec.name)
            pairs.extend(pairs_of(spec, frames))
    return pairs


@singledispatch
def pairs_of(spec: LinkSpec, frames: Frames) -> Iterator[Pair]:
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
def _pairs_by_key(spec: KeyLink, frames: Frames) -> Iterator[Pair]:
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
def _pairs_through(spec: ThroughLink, frames: Frames) -> Iterator[Pair]:
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
def _pairs_by_value(spec: MatchLink, frames: Frames) -> Iterator[Pair]:
    sources, targets = frames[spec.source], frames[spec.target]
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
def _pairs_within(spec: Within, frames: Frames) -> Iterator[Pair]:
    places = Places.of(frames[spec.source], spec.source, at_least=spec.at_least)
    shapes = Shapes.of(frames[spec.target], spec.target)
    for place, holders in shapes.holding(places):
        radius = places.uncertainty_m[place]
        selected = holders[:1] if spec.each == "one" else holders
        for rank, (shape, edge_m) in enumerate(selected, start=1):
            yield Pair(
                spec.name, spec.source, places.ids[place], spec.target, shapes.ids[shape], "inside",
                uncertainty_m=radius, certain=edge_m >= radius and shapes.surveyed[shape], rank=rank,
            )  # fmt: skip


@pairs_of.register
def _pairs_by_overlap(spec: Overlap, frames: Frames) -> Iterator[Pair]:
    here = Shapes.of(frames[spec.source], spec.source)
    there = here if spec.source == spec.target else Shapes.of(frames[spec.target], spec.target)
    is_line = LAYERS[spec.source].dimension == 1
    for source, target, common, share, rank in here.overlapping(there, min_share=spec.min_share):
        yield Pair(
            spec.name, spec.source, here.ids[source], spec.target, there.ids[target], "overlap",
            area_ha=None if is_line else common / 10_000, share=share, certain=here.surveyed[source], rank=rank,
        )  # fmt: skip


@pairs_of.register
def _pairs_near(spec: Near, frames: Frames) -> Iterator[Pair]:
    here = Places.of(frames[spec.source], spec.source, at_least=spec.at_least)
    there = Places.of(frames[spec.target], spec.target, at_least=spec.at_least)
    for source, target, distance_m, rank in here.near(there, distance_m=spec.distance_m):
        unsure = here.uncertainty_m[source] + there.uncertainty_m[target]
        yield Pair(
            spec.name, spec.source, here.ids[source], spec.target, there.ids[target], "near",
            distance_m=distance_m, uncertainty_m=unsure, certain=distance_m + unsure <= spec.distance_m, rank=rank,
        )  # fmt: skip


@pairs_of.register
def _pairs_nearest(spec: NearestOfKind, frames: Frames) -> Iterator[Pair]:
    here = Places.of(frames[spec.source], spec.source, at_least=spec.at_least)
    targets = frames[spec.target]
    nearest: dict[int, list[tuple[float, float, str]]] = {}
    for _, group in targets[targets[spec.by].notna()].groupby(spec.by, sort=True):
        there = Places.of(group, spec.target, at_least=spec.at_least)
        for source, target, distance_m in here.nearest(there):
            unsure = here.uncertainty_m[source] + there.uncertainty_m[target]
            nearest.setdefault(source, []).append((distance_m, unsure, there.ids[target]))
    for source in sorted(nearest):
        for rank, (distance_m, unsure, target_id) in enumerate(sorted(nearest[source]), start=1):
            yield Pair(
                spec.name, spec.source, here.ids[source], spec.target, target_id, "nearest",
                distance_m=distance_m, uncertainty_m=unsure, certain=unsure <= distance_m / 2, rank=rank,
            )  # fmt: skip

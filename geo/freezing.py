"""The atlas of a version from its records, linked; of a new version computed while the store still writes them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from geopandas import GeoDataFrame

from geo.atlas import (
    AtlasSource,
    Computation,
    ConflictRow,
    Content,
    LogEntry,
    Notes,
    PublishedVersion,
    VersionInfo,
)
from geo.link import Pair, disagreements, link_all, on_borders
from geo.ocop.links import DISAGREEMENTS, LINKS
from geo.store import Store, Version
from geo.store.content import State, frames_of

Progress = Callable[[str], None]


class NewVersion(NamedTuple):
    """A version that this process has published, and the content of its atlas as far as that is being computed."""

    version: Version
    computation: Computation | None


def publish_computing(source: AtlasSource, state: State, publish: Callable[[], Version]) -> NewVersion:
    """Call `publish`, which publishes the records `state`, while a second process computes the content of the atlas.

    The records are taken over: `state` may be empty afterwards.
    """
    computation = source.compute(partial(_content_of, state), records=sum(map(len, state.values())))
    try:
        return NewVersion(publish(), computation)
    except BaseException:
        computation.close()
        raise


def _content_of(state: State) -> Content:
    frames = frames_of(state)
    for records in state.values():  # the frames hold them now; two copies of a large layer fill the memory
        records.clear()
    pairs = link_all(frames, LINKS)
    return Content(frames, pairs, conflicts_of(frames, pairs))


def conflicts_of(frames: Mapping[str, GeoDataFrame], pairs: Sequence[Pair]) -> list[ConflictRow]:
    """The conflicts between recorded and spatial links, and the points that lie in several units."""
    return [*disagreements(pairs, DISAGREEMENTS), *on_borders(frames, LINKS)]


def link_and_freeze(store: Store, info: VersionInfo, source: AtlasSource, progress: Progress) -> None:
    """Build the atlas of a version from the records that the store has of it."""
    frames = store.frames(info.number)
    progress(f"link version {info.number}")
    pairs = link_all(frames, LINKS, progress=lambda name: progress(f"  {name}"))
    content = Content(frames, pairs, conflicts_of(frames, pairs))
    freeze(store, info, source.compute(lambda: content, records=sum(map(len, frames.values()))), source, progress)


def freeze(store: Store, info: VersionInfo, computation: Computation, source: AtlasSource, progress: Progress) -> None:
    """Build the atlas of a version from its content, which is being computed, and what the store says of it."""
    report = store.report(info.number)
    notes = Notes(
        issues=report.issues,
        changes=report.changes,
        metadata=store.metadata(info.number),
        versions=[
            PublishedVersion(row.number, row.published_at) for row in store.versions() if row.number <= info.number
        ],
        log=[LogEntry(*row) for row in store.log(info.number)],
    )
    progress(f"freeze version {info.number}")
    source.freeze_computed(computation, notes, version=info, progress=lambda name: progress(f"  {name}"))

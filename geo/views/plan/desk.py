"""What a page of the planners' part is composed from, and what it is composed to."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from geo.atlas import Atlas, PublishedVersion
from geo.errors import BadQuery
from geo.plan.figures import Figure, Parameters
from geo.plan.indicators import compute
from geo.plan.records import Records, records_of
from geo.views.plan.table import Table


class Moment(NamedTuple):
    """What figures are compared with: a version of the data, and the day for which certificates are judged."""

    version: int
    on: date


@dataclass(frozen=True)
class Desk:
    """One request to a page: the version and its records, the parameters, and how another version is had.

    `choices` are the page's own parameters as the request gives them; `since` is what the page compares with, None for
    a page that compares nothing. `earlier` is the atlas of a version by its number: NotFound for one that does not
    exist, Unprepared for one that is being made again from the store. `most` is how many rows of each table are wanted,
    None for all: a page shows the first ones, its files have every one. `is_page` says that a page is composed, which
    may leave out rows that its files have.
    """

    atlas: Atlas
    parameters: Parameters
    choices: Mapping[str, str]
    since: Moment | None
    earlier: Callable[[int], Atlas]
    most: int | None = None
    is_page: bool = False

    @property
    def records(self) -> Records:
        """The records of the version."""
        return records_of(self.atlas)

    def figure(self, indicator: str, rule_number: int | None = None, **changes: Any) -> Figure:
        """The figure of an indicator, with some of the parameters changed, by the present or another of its rules."""
        return compute(self.records, indicator, replace(self.parameters, **changes), rule_number)

    def at(self, moment: Moment) -> "Desk":
        """The same desk for another version and day."""
        atlas = self.atlas if moment.version == self.atlas.version.number else self.earlier(moment.version)
        return replace(self, atlas=atlas, parameters=replace(self.parameters, version=moment.version, on=moment.on))

    def before(self) -> "Desk":
        """The desk for what the page compares with."""
        return self if self.since is None else self.at(self.since)


def versions_of(atlas: Atlas, most: int) -> list[PublishedVersion]:
    """The version of an atlas and those that were published before it, the newest first, at most `most`."""
    newest = atlas.version
    versions = [PublishedVersion(newest.number, newest.published_at)]
    for number in range(newest.number - 1, max(0, newest.number - most), -1):
        with suppress(BadQuery):  # a number that was never published
            versions.append(atlas.version_at(str(number)))
    return versions


@dataclass(frozen=True)
class Content:
    """What a page shows: its tables by key, which can be downloaded, and the values of its template."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


def content_of(*tables: Table, **values: Any) -> Content:
    """The content of tables, each under its key, and of values for the template."""
    return Content({table.key: table for table in tables}, values)

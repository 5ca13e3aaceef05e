"""What staging a file needs and gives: the published layers, and what publishing the file would do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ingest.columns.mapping import Choice
from geo.ingest.columns.texts import ColumnText
from geo.ingest.columns.values import Translation
from geo.ingest.crs.locate import Location
from geo.ingest.decisions import Question
from geo.ingest.files.table import Table
from geo.report import Issue, Report
from geo.schema import Label, LayerSpec
from geo.vn2000.systems import Reading

Frames = Mapping[str, gpd.GeoDataFrame]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Context:
    """What a file is compared with: the published layers, and all ids that were ever used in each layer."""

    frames: Frames
    used_ids: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def province(self) -> BaseGeometry:
        """The outline of the province, in STORE_CRS."""
        return shapely.union_all(self.frames["province"].geometry.array)


@dataclass
class Staged:
    """What publishing a file would do. `frame` is the whole layer, `source` the record that it would cite.

    `rows` maps the keys of the file's records to the rows that people see; `left_out` counts rows without a record.
    `location` is None for a file without coordinates. `report` holds the findings of this file alone, `of_layer`
    those of the whole layer. `elsewhere` has
    the geometries of the records, by key, under each reading that rivals the proposed one. `other_layers` are layers
    with records that a person had made for references of the file.
    """

    spec: LayerSpec
    table: Table
    texts: tuple[ColumnText, ...]
    choices: list[Choice]
    location: Location | None
    reading: Reading | None
    notes: list[Label]
    questions: list[Question]
    translations: list[Translation]
    report: Report
    frame: gpd.GeoDataFrame
    touched: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    source: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[Reading, dict[str, BaseGeometry]] = field(default_factory=dict)
    other_layers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    of_layer: list[Issue] = field(default_factory=list)

    @property
    def open(self) -> list[Question]:
        """The questions without whose answers nothing may be published."""
        return [question for question in self.questions if question.blocking]

    @property
    def publishable(self) -> bool:
        """Whether nothing stands in the way of publishing."""
        return not self.open and not self.report.fatal

"""One layer of a foreign file merged with the published layers: interpreted, checked and ready for review.

Nothing here is written to the store. What the file leaves open and nobody has answered is a Question.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import STORE_CRS
from geo.ingest import questions
from geo.ingest.checks.check import check
from geo.ingest.checks.drop_errors import keep_out, make_numbers
from geo.ingest.checks.mend import MADE_VALID, mend
from geo.ingest.columns.addresses import Addresses, Landmarks, joined, resolve
from geo.ingest.columns.gazetteer import Gazetteer
from geo.ingest.columns.mapping import ADDRESS_ROLES, Choice, corrected, has_addresses, propose
from geo.ingest.columns.texts import ColumnText, read_texts
from geo.ingest.columns.values import Names, Translation, Value, read_column
from geo.ingest.completeness import incomplete_records, left_out, of_incomplete
from geo.ingest.crs.candidates import sample
from geo.ingest.crs.locate import Location, locate, to_store
from geo.ingest.crs.prj import crs_of
from geo.ingest.decisions import LEAVE_OUT, Answers, Question
from geo.ingest.files.table import Table
from geo.ingest.known_places import Elsewhere, weigh
from geo.ingest.match import match
from geo.ingest.measured_areas import plausible_areas
from geo.ingest.merge import Merged, Terms, merge, put_back
from geo.ingest.new_records import NewRecords, can_be_made
from geo.ingest.other_places import compare
from geo.ingest.places.weights import Candidate
from geo.ingest.staged import Context, Frames, Progress, Staged
from geo.ingest.table_shapes import (
    NO_RESULT,
    TableShapes,
    computed_places,
    place_columns,
    shapes_of,
    weighed_columns,
)
from geo.ocop.layers import LAYERS
from geo.report import WHOLE_LAYER, Change, Issue, Report
from geo.schema import Label, LayerSpec
from geo.vn2000.systems import Reading, reading_of

__all__ = ["Context", "Staged", "stage"]


def stage(
    table: Table, layer: str, answers: Answers, context: Context, *, source: Mapping[str, str], progress: Progress
) -> Staged:
    """`table` interpreted as records of `layer` and merged with the published ones.

    `source` is the record of layer sources that changed records cite, its `source_id` included. BadQuery for answers
    that do not fit the table, BadSource when the file cannot be this layer at all.
    """
    spec = LAYERS[layer]
    gazetteer = Gazetteer.of(context.frames)
    progress("text")
    read, texts = read_texts(table, answers.encodings, _place_names(gazetteer))
    progress("columns")
    records = _names_of_records(spec, context.frames)
    landmarks = Landmarks(gazetteer, context.frames)
    weighed = weighed_columns(read, spec, context.province, landmarks)
    choices = corrected(propose(read, spec, records, weighed.best), answers.mapping, read, spec)
    columns = {choice.target: choice.column for choice in choices if choice.target}
    job = _Job(spec, read, answers, context, columns, dict(source), landmarks)
    if weighed.best is not None and place_columns(columns) == weighed.best.columns.names:
        job.other_places = weighed.others
    job.report.issues += [replace(issue, layer=layer) for issue in table.issues]
    job.notes += table.notes
    job.questions += questions.of_texts(texts)
    job.questions += questions.of_columns(choices, spec, answers, read)
    job.questions += questions.of_places(choices, weighed, spec, answers)
    job.questions += questions.of_keys(choices, spec, read, records[layer].ids if layer in records else ())
    progress("places")
    job.read_shapes()
    progress("values")
    job.read_values(records)
    job.place(gazetteer)
    progress("records")
    job.match()
    progress("checks")
    job.merge()
    return job.staged(texts, choices)


def _place_names(gazetteer: Gazetteer) -> list[str]:
    return list(dict.fromkeys(unit.name for unit in gazetteer.units))


def _names_of_records(spec: LayerSpec, frames: Frames) -> dict[str, Names]:
    """The records of the layer and of those that its fields refer to, by their names."""
    wanted = {spec.name} | {field.target for field in spec.fields if field.target}
    names = {}
    for layer in wanted & frames.keys():
        target = LAYERS[layer]
        frame = frames[layer]
        titles = ("" if title is None else str(title) for title in frame[target.title])
        names[layer] = Names.of(dict(zip(map(str, frame[target.key]), titles, strict=True)))
    return names


class _Job:
    """The steps of staging one table; each adds to the values, places, questions and findings of those before it."""

    def __init__(
        self, spec: LayerSpec, table: Table, answers: Answers, context: Context, columns: Mapping[str, str],
        source: dict[str, str], landmarks: Landmarks,
    ) -> None:  # fmt: skip
        self.spec, self.table, self.answers, self.context, self.columns = spec, table, answers, context, columns
        self.source, self.landmarks = source, landmarks
        self.rows = list(table.row_numbers)
        self.values: dict[str, list[Value]] = {}
        self.shapes: list[BaseGeometry | None] = [None] * len(table)
        self.location: Location | None = None
        self.reading: Reading | None = None
        self.report = Report()
        self.notes: list[Label] = []
        self.questions: list[Question] = []
        self.translations: list[Translation] = []
        self.own: TableShapes | None = None
        self.other_places: tuple[Candidate, ...] = ()
        self.elsewhere: tuple[Elsewhere, ...] = ()
        self.by_address: set[int] = set()
        self.keys: list[str | None] = []
        self.new_records = NewRecords(context.frames, context.used_ids, answers.references, source.get("source_id", ""))
        self.merged: Merged | None = None

    # --- values ---

    def read_values(self, records: Mapping[str, Names]) -> None:
        """Every mapped field, and the constants; areas last, since they are compared with what is an outline."""
        for field_ in sorted(self.spec.fields, key=lambda one: one.measures == "area"):
            column = self.columns.get(field_.name)
            constant = self.answers.constants.get(field_.name)
            if column is None and not constant:
                continue
            cells = self._cells(column) if column is not None else [constant] * len(self.table)
            plausible = plausible_areas(self.spec, field_, self.context.province, self.shapes, self.values)
            read = read_column(field_, cells, records, plausible=plausible, style=self.answers.style_of(column))
            if can_be_made(field_):
                read = self.new_records.settle(field_, cells, read, records[str(field_.target)])
            self.values[field_.name] = read.values
            self.translations += read.translations
            if column is not None and read.decision is not None:
                self.questions += questions.of_numbers(column, field_, read.decision)
                self.notes += questions.notes_on_numbers(column, read.decision)
            for row, refusal in read.refusals.items():
                self._refuse(row, field_.name, refusal.kind, str(cells[row]), refusal.why, refusal.suggestion)
        self.questions += self.new_records.questions
        self.context = replace(self.context, frames={**self.context.frames, **self.new_records.layers()})

    def _cells(self, column: str) -> Sequence[object]:
        """The cells of a column; those that hold a formula are findings."""
        numbers = {number: row for row, number in enumerate(self.table.row_numbers)}
        for number, name in sorted(self.table.formulas):
            if name == column and number in numbers:
                self._refuse(numbers[number], self._target(column), "formula_cell", "=", NO_RESULT, "")
        return self.table.columns[column]

    def _target(self, column: str) -> str:
        return next((target for target, name in self.columns.items() if name == column), column)

    def _refuse(self, row: int, field_: str, kind: str, value: str, why: Label, suggestion: str) -> None:
        vi, en = why
        if suggestion:
            vi, en = f"{vi}; có phải {suggestion!r}?", f"{en}; did you mean {suggestion!r}?"
        self.report.issues.append(
            Issue.of(self.spec.name, kind, vi, en, row=self.rows[row], field=field_, value=value[:200])
        )

    # --- places ---

    def read_shapes(self) -> None:
        """Shapes from the file, else from its coordinate columns."""
        if self.spec.geometry is not None:
            self.own = self._own_shapes()
            if self.own is not None and (~shapely.is_missing(self.own.shapes)).any():
                self._locate(self.own)

    def _titles(self) -> list[Value] | None:
        """The names of the rows as the file has them; None where no column holds them."""
        column = self.columns.get(self.spec.title)
        return None if column is None else [None if cell is None else str(cell) for cell in self.table.columns[column]]

    def place(self, gazetteer: Gazetteer) -> None:
        """Say how well the file's own places are known; place the others by their addresses."""
        if self.own is not None and self.reading is not None:
            self._how_precise(self.own.shapes)
        if has_addresses(self.spec):
            self._addresses(gazetteer)

    def _own_shapes(self) -> TableShapes | None:
        """The geometries in the file's own numbers; None when it has none."""
        for column in dict.fromkeys((*place_columns(self.columns), *computed_places(self.table))):
            self._cells(column)
        own = shapes_of(self.table, self.spec, self.columns, self.landmarks)
        if own is not None:
            self.report.changes += own.changes
            self.report.issues += own.issues
            self.notes += own.notes
        return own

    def _locate(self, own: TableShapes) -> None:
        shapes = own.shapes
        reference = list(self.context.frames["communes"].geometry) if self.spec.tiling else None
        places = sample(shapes.tolist())
        self.location = locate(own.crs, places, self.context.province, driver=own.driver, reference=reference)
        if self.answers.crs is None or self.answers.crs_is_usual:
            self.location, self.elsewhere = weigh(self.location, shapes, self._titles(), self.context.frames)
        self.reading = self._reading(self.location)
        question = questions.of_location(self.location, self.answers)
        if question is not None:
            self.questions.append(question)
        if self.reading is None:
            return
        frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=crs_of(STORE_CRS)))
        moved = to_store(frame, self.reading)
        self.notes.append(moved.report)
        self.shapes = list(moved.frame.geometry)
        others = compare(
            self.table, self.spec.name, self.shapes, self.other_places, self.context.province, self.landmarks
        )
        self.notes += others.notes
        self.report.issues += others.issues

    def _reading(self, location: Location) -> Reading | None:
        chosen = self.answers.crs
        if chosen is None or (self.answers.crs_is_usual and location.advice == "use"):
            return location.reading
        offered = {reading.key: reading for reading in location.choices}
        return offered.get(chosen) or reading_of(chosen) or questions.no_such_reading(chosen)

    def _how_precise(self, numbers: Any) -> None:
        """Say how well the file's own places are known, and that they are the file's."""
        if not self.spec.has("precision"):
            return
        stated = self.answers.precision or questions.precision_of(numbers, in_degrees=self.reading_in_degrees)
        precisions = self.values.setdefault("precision", [None] * len(self.table))
        sources = self.values.setdefault("position_source", [None] * len(self.table))
        words = f"toạ độ trong {self.source.get('file', 'tệp')}"[:200]
        for row, shape in enumerate(self.shapes):
            if shape is not None:
                precisions[row] = precisions[row] or stated
                sources[row] = sources[row] or words

    @property
    def reading_in_degrees(self) -> bool:
        """Whether the file's numbers are degrees."""
        return self.reading is not None and self.reading.system.in_degrees

    def _addresses(self, gazetteer: Gazetteer) -> None:
        roles = {role: self.table.columns[self.columns[role]] for role in ADDRESS_ROLES if role in self.columns}
        if "address" in self.values:
            roles["address"] = list(self.values["address"])
        if not roles:
            return
        texts = [
            None if is_settled else text
            for is_settled, text in zip(self._settled(), joined(roles, len(self.table), prefixed=True), strict=True)
        ]
        self.values["address"] = list(joined(roles, len(self.table), prefixed=False))
        addresses = resolve(texts, gazetteer, self.context.frames, self.answers.addresses)
        self.questions += questions.of_addresses(addresses, gazetteer)
        columns = {
            name: self.values.setdefault(name, [None] * len(self.table))
            for name in ("old_commune_code", "district_code", "precision", "position_source")
        }
        for row, text in enumerate(addresses.texts):
            if text is not None:
                self._place(row, text, addresses, columns)

    def _settled(self) -> list[bool]:
        """Of each row, whether it leaves nothing to be read out of the words of its address.

        It names its former commune by the code, or its former district and that no more than the district is known.
        """
        none: list[Value] = [None] * len(self.table)
        columns = (self.values.get(name, none) for name in ("old_commune_code", "district_code", "precision"))
        return [
            bool(commune or (district and precision == "district"))
            for commune, district, precision in zip(*columns, strict=True)
        ]

    def _place(self, row: int, text: str, addresses: Addresses, columns: Mapping[str, list[Value]]) -> None:
        placed = addresses.placed.get(text)
        if placed is None:
            if text in addresses.open:
                kind, why = questions.unresolved(text, addresses.open[text])
                self._refuse(row, "address", kind, text, why, "")
            return
        unit = placed.unit
        if unit.frame == "old_communes":
            columns["old_commune_code"][row] = columns["old_commune_code"][row] or unit.code
        if unit.district:
            columns["district_code"][row] = columns["district_code"][row] or unit.district
        if self.shapes[row] is None and placed.at is not None:
            self.shapes[row] = placed.at
            self.by_address.add(row)
            columns["precision"][row] = placed.precision
            columns["position_source"][row] = placed.source

    # --- records ---

    def match(self) -> None:
        """Find the record of each row."""
        current = self.context.frames[self.spec.name]
        used = self.context.used_ids.get(self.spec.name, frozenset())
        matched = match(
            self.spec, current, self.values, self.shapes, self.rows, used, reused_keys=self.answers.reused_keys
        )
        if matched.reused and not self.answers.reused_keys:
            self.questions.append(questions.of_reused_keys(self.spec, matched.reused, current))
        self.keys = list(matched.keys)
        self.report.issues += matched.issues

    def merge(self) -> None:
        """Lay the rows over the records and check the result; without incomplete records where they are to stay out.

        Leaving records out may take from others what they refer to, so that is repeated until all are complete.
        """
        current = self.context.frames[self.spec.name]
        untouched: dict[str, int] = {}
        findings: list[Issue] = []
        while True:
            merged, report = self._checked(untouched)
            incomplete = incomplete_records(self.spec, current, merged.frame, merged.touched)
            rows = {key: row for key, row in zip(self.keys, self.rows, strict=True) if key in incomplete}
            if not incomplete or self.answers.incomplete != LEAVE_OUT:
                break
            findings += [replace(issue, record=None, row=rows[issue.record]) for issue in report.issues
                         if issue.record in rows]  # fmt: skip
            untouched |= rows
            self.keys = [None if key in rows else key for key in self.keys]
        if untouched:
            self.notes.append(left_out(untouched.values()))
        # While a person must still say which columns hold the records, nearly all of them lack something.
        if incomplete and not self.answers.incomplete and not any(entry.key == "mapping" for entry in self.questions):
            self.questions.append(of_incomplete(incomplete, rows))
        self.merged, named = merged, self._with_keys(self.report)
        issues = [*named.issues, *findings, *report.issues, *self._of_new_records()]
        self.report = Report(issues, [*named.changes, *report.changes])

    def _of_new_records(self) -> list[Issue]:
        """What is wrong with the records that were made for references."""
        layers = self.new_records.layers()
        frames = dict(self.context.frames)
        if layers and self.source.get("source_id"):
            frames["sources"] = questions.with_source(frames["sources"], self.source)
        return [
            issue for layer in layers for issue in check(frames, only=layer)
            if issue.record in self.new_records.keys(layer)
        ]  # fmt: skip

    def _with_keys(self, report: Report) -> Report:
        """The findings and repairs of rows as those of the records that the rows are."""
        keys = {row: key for row, key in zip(self.rows, self.keys, strict=True) if key is not None}
        return Report(
            [replace(issue, record=keys[issue.row], row=None) if issue.row in keys else issue
             for issue in report.issues],
            [replace(change, record=keys[change.row], row=None) if change.row in keys else change
             for change in report.changes],
        )  # fmt: skip

    def _checked(self, untouched: Collection[str]) -> tuple[Merged, Report]:
        """The rows laid over the records, mended, and checked as part of the whole, with what that finds.

        What an error names is unknown in the result. `untouched` are records that stay as they are published.
        """
        terms = Terms(
            self.answers.whole, self.source.get("source_id", ""), self.by_address,
            {*self.columns, *self.answers.constants}, untouched,
        )  # fmt: skip
        merged = merge(self.spec, self.context.frames[self.spec.name], self.values, self.shapes, self.keys, terms)
        touched = set(merged.touched)
        own = np.array([str(key) in touched for key in merged.frame[self.spec.key]], dtype=bool)
        mended, changes = mend(merged.frame[own].reset_index(drop=True), self.spec, foreign=True)
        issues = [*merged.issues, *(_made_valid(change) for change in changes if change.rule is MADE_VALID)]
        frame = put_back(merged.frame, own, mended)
        frames = {**self.context.frames, self.spec.name: frame}
        if self.source.get("source_id"):
            frames["sources"] = questions.with_source(frames["sources"], self.source)
        refused = {(issue.record, issue.field) for issue in (*self._with_keys(self.report).issues, *issues)}
        checked = check(frames, only=self.spec.name)
        faults = [
            issue
            for issue in checked
            if _concerns(issue, touched)
            # The finding that refused a value says already why it is missing.
            and not (issue.kind == "required_missing" and (issue.record, issue.field) in refused)
        ]
        keep_out(frame, self.spec, [issue for issue in faults if issue.record in touched])
        make_numbers(frame, self.spec)
        of_layer = [issue for issue in checked if issue.subject == WHOLE_LAYER]
        issues += [*faults, *questions.still_referenced(self.spec, merged.removed, frames)]
        return replace(merged, frame=frame, of_layer=of_layer), Report(issues, changes)

    def staged(self, texts: tuple[ColumnText, ...], choices: list[Choice]) -> Staged:
        """Everything together."""
        if self.merged is None:
            raise RuntimeError("staged() comes after merge()")
        numbered = zip(self.table.row_numbers, self.keys, strict=True)
        return Staged(
            spec=self.spec, table=self.table, texts=texts, choices=choices, location=self.location,
            reading=self.reading, notes=self.notes, questions=self.questions, translations=self.translations,
            report=self.report, frame=self.merged.frame, touched=self.merged.touched, removed=self.merged.removed,
            rows={key: number for number, key in numbered if key is not None}, left_out=self.keys.count(None),
            source=self.source, elsewhere={one.reading: self._by_key(one) for one in self.elsewhere},
            other_layers=self.new_records.layers(), of_layer=self.merged.of_layer,
        )  # fmt: skip

    def _by_key(self, elsewhere: Elsewhere) -> dict[str, BaseGeometry]:
        pairs = zip(self.keys, elsewhere.shapes, strict=True)
        return {key: shape for key, shape in pairs if key is not None and shape is not None}


def _made_valid(change: Change) -> Issue:
    words = Label(f"hình học không hợp lệ: {change.before}", f"geometry invalid: {change.before}")
    return Issue(change.layer, *change.subject, "geometry", "invalid_geometry", change.before, words)


def _concerns(issue: Issue, touched: set[str]) -> bool:
    return issue.record in touched or (issue.record is None and issue.kind.startswith("tiling"))

"""The questions and findings of staging, with their text in both languages."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.encodings import ENCODINGS, label_of
from geo.errors import BadQuery
from geo.ingest.checks.check import parts_of
from geo.ingest.columns.addresses import UNKNOWN_UNIT, Addresses, unit_key, unit_label
from geo.ingest.columns.gazetteer import Candidate, Gazetteer
from geo.ingest.columns.mapping import Choice as ColumnChoice
from geo.ingest.columns.texts import ColumnText
from geo.ingest.crs.locate import Location
from geo.ingest.decisions import Answers, Choice, Question
from geo.ingest.files.table import Table
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.report import Issue
from geo.schema import Label, LayerSpec
from geo.vn2000.systems import SYSTEMS


def of_texts(texts: Sequence[ColumnText]) -> Iterator[Question]:
    """One question for each column whose encoding is not sure."""
    for text in texts:
        if text.open:
            keys = dict.fromkeys(candidate.encoding for candidate in text.detection.candidates)
            choices = tuple(Choice(key, label_of(key)) for key in dict.fromkeys([*keys, *ENCODINGS]))
            sample = text.detection.samples[0]
            words = Label(
                f"Cột {text.column!r} có phải {label_of(text.read_as).vi}? “{sample.before}” → “{sample.after}”",
                f"Is column {text.column!r} in {label_of(text.read_as).en}? “{sample.before}” → “{sample.after}”",
            )
            yield Question(f"encodings:{text.column}", words, choices, text.read_as, evidence=text.detection.notes)


def of_columns(choices: Sequence[ColumnChoice], spec: LayerSpec, answers: Answers, table: Table) -> Iterator[Question]:
    """A question when neither the name nor the id of the records is in any column."""
    targets = {choice.target for choice in choices} | {name for name, value in answers.constants.items() if value}
    if spec.key in targets or spec.title in targets:
        return
    field = spec.field(spec.title)
    offered = tuple(Choice(column, Label(column, column)) for column in table.columns)
    yield Question(
        "mapping",
        Label(
            f"Cột nào là {field.label.vi} ({field.name}), hoặc mã {spec.key}?",
            f"Which column is {field.label.en} ({field.name}), or the id {spec.key}?",
        ),
        offered,
    )


def of_location(location: Location, answers: Answers) -> Question | None:
    """The question of the coordinate system; None when the file and its data agree or it was answered."""
    if answers.crs is not None or location.advice == "use":
        return None
    offered = [Choice(reading.key, reading.label) for reading in location.choices]
    keys = {choice.key for choice in offered}
    offered += [Choice(code, system.label) for code, system in SYSTEMS.items() if code not in keys]
    label = {
        "confirm": Label("Hệ toạ độ có đúng như đề xuất không?", "Is the coordinate system the one proposed?"),
        "choose": Label(
            "Dữ liệu ở hệ toạ độ nào? Có nhiều cách đọc hợp lý.",
            "Which coordinate system are the data in? More than one explains them.",
        ),
        "refuse": Label(
            "Không hệ toạ độ nào đưa dữ liệu vào tỉnh. Dữ liệu ở hệ nào?",
            "No coordinate system puts the data into the province. Which one are they in?",
        ),
    }[location.advice]
    proposed = location.reading.key if location.reading is not None else ""
    return Question("crs", label, tuple(offered), proposed, evidence=location.evidence)


def no_such_reading(key: str) -> NoReturn:
    """Raise BadQuery for a key that names no coordinate system."""
    raise BadQuery(
        f"crs {key!r} is no coordinate system of this service. Known: {', '.join(SYSTEMS)}.",
        f"crs {key!r} không phải hệ toạ độ của dịch vụ. Các hệ: {', '.join(SYSTEMS)}.",
    )


def of_addresses(addresses: Addresses, gazetteer: Gazetteer) -> Iterator[Question]:
    """One question for each address that a person must decide; none of them keeps anything from being published."""
    texts = [text for text in addresses.texts if text is not None]
    for text, candidates in addresses.open.items():
        offered = [Choice(unit_key(candidate.unit), _offer(candidate, gazetteer)) for candidate in candidates]
        offered.append(Choice(UNKNOWN_UNIT, Label("Chưa rõ: để trống vị trí", "Not known: leave without a place")))
        words = Label(f"“{text}” là đơn vị nào?", f"Which unit is “{text}”?")
        yield Question(f"addresses:{text}", words, tuple(offered), blocking=False, rows=texts.count(text))


def _offer(candidate: Candidate, gazetteer: Gazetteer) -> Label:
    name = unit_label(candidate.unit, gazetteer)
    return Label(f"{name.vi} – {candidate.why.vi}", f"{name.en} – {candidate.why.en}")


def unresolved(text: str, candidates: Sequence[Candidate]) -> tuple[str, Label]:
    """The kind and the words of the finding that an address names no unit for sure."""
    if not candidates:
        return "unknown_address", Label(f"không nhận ra {text!r}", f"{text!r} is not recognised")
    names = ", ".join(dict.fromkeys(f"{candidate.unit.name} ({candidate.unit.code})" for candidate in candidates))
    return "ambiguous_address", Label(f"{text!r} có thể là: {names}", f"{text!r} may be: {names}")


def precision_of(numbers: Any, *, in_degrees: bool) -> str:
    """How well a table's coordinates can be known at most, by how many decimals they are written with.

    A degree is 111.3 km here: the half of the last written decimal place is the least uncertainty.
    """
    points = shapely.get_coordinates(numbers[~shapely.is_missing(numbers)])[:2_000]
    decimals = max((_decimals(number) for number in points.ravel().tolist()), default=0)
    half = 0.5 * 10.0**-decimals * (111_320.0 if in_degrees else 1.0)
    fitting = (precision.key for precision in PRECISIONS if half <= precision.uncertainty_m)
    return next(fitting, PRECISIONS[-1].key)


def _decimals(number: float) -> int:
    text = repr(float(number))
    return len(text.partition(".")[2]) if "e" not in text and not math.isnan(number) and not text.endswith(".0") else 0


def with_source(sources: gpd.GeoDataFrame, source: Mapping[str, str]) -> gpd.GeoDataFrame:
    """The layer of sources with the file's own record in it."""
    spec = LAYERS["sources"]
    if source["source_id"] in set(sources[spec.key]):
        return sources
    row = {field.name: source.get(field.name) for field in spec.fields}
    columns = {name: pd.Series([*sources[name], row[name]], dtype=object) for name in row}
    shapes = gpd.GeoSeries(np.array([*sources.geometry, None], dtype=object), crs=sources.crs)
    return gpd.GeoDataFrame(columns, geometry=shapes)


def still_referenced(
    spec: LayerSpec, removed: Sequence[str], frames: Mapping[str, gpd.GeoDataFrame]
) -> Iterator[Issue]:
    """A finding for each removed record that a record of any layer still refers to."""
    gone = set(removed)
    if not gone:
        return
    for name, frame in frames.items():
        other = LAYERS[name]
        for field in other.fields:
            if field.target != spec.name:
                continue
            for key, value in zip(frame[other.key], frame[field.name], strict=True):
                for part in parts_of(field, value) if value is not None else ():
                    if part in gone:
                        words = f"{name}/{key} còn dẫn tới {part}", f"{name}/{key} still refers to {part}"
                        yield Issue.of(spec.name, "still_referenced", *words, record=part, value=f"{name}/{key}")

"""The questions and findings of staging, with their text in both languages."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import geopandas as gpd
import shapely

from geo.encodings import ENCODINGS, label_of
from geo.errors import BadQuery
from geo.ingest.checks.check import parts_of
from geo.ingest.columns.addresses import UNKNOWN_UNIT, Addresses, unit_key, unit_label
from geo.ingest.columns.gazetteer import Candidate, Gazetteer
from geo.ingest.columns.mapping import Choice as ColumnChoice
from geo.ingest.columns.number_notation import Decision, meanings
from geo.ingest.columns.record_keys import texts_of
from geo.ingest.columns.texts import ColumnText
from geo.ingest.crs.locate import Location
from geo.ingest.decisions import ADD, REPLACE, Answers, Choice, Question
from geo.ingest.files.table import Table
from geo.ingest.new_records import with_rows
from geo.ingest.places.weights import Suspect, Weighed
from geo.ocop.codes import PRECISIONS
from geo.ocop.layers import LAYERS
from geo.report import Issue
from geo.schema import Field, Label, LayerSpec
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


def of_places(
    choices: Sequence[ColumnChoice], weighed: Weighed, spec: LayerSpec, answers: Answers
) -> Iterator[Question]:
    """A question when columns seem to hold places, none of them was taken, and nobody has chosen the columns yet."""
    roles = {one.target for one in choices if one.target.startswith("@")}
    if answers.mapping is not None or roles & {"@first", "@second", "@both"} or not weighed.suspects:
        return
    names = ", ".join(weighed.suspects)
    offered = tuple(Choice(name, Label(name, name)) for name in weighed.suspects)
    kind = _SHAPES[spec.geometry or "Point"]
    yield Question(
        "mapping:@places",
        Label(
            f"Bảng có vẻ ghi vị trí ở cột {names} nhưng chưa đọc được {kind.vi}. Hãy chọn cột chứa toạ độ, hoặc xác"
            " nhận bỏ qua.",
            f"The table seems to hold places in {names}, but no {kind.en} could be read. Choose the columns of the"
            " coordinates, or confirm that they are left out.",
        ),
        offered,
        evidence=tuple(_evidence(name, one) for name, one in weighed.suspects.items()),
    )


def _evidence(column: str, suspect: Suspect) -> Label:
    """A column that seems to hold places, with a cell of it and why it was not read."""
    vi, en = (f": {suspect.why.vi}", f": {suspect.why.en}") if suspect.why is not None else ("", "")
    return Label(
        f"Cột {column}, chẳng hạn {suspect.example!r}{vi}", f"Column {column}, for example {suspect.example!r}{en}"
    )


_SHAPES: dict[str, Label] = {
    "Point": Label("toạ độ điểm", "point"),
    "MultiLineString": Label("đường", "line"),
    "MultiPolygon": Label("đường bao vùng", "outline"),
}


def of_numbers(column: str, field: Field, decision: Decision) -> Iterator[Question]:
    """A question when a mark before three digits may group thousands or begin the decimals."""
    if decision.example:
        yield Question(
            f"numbers:{column}",
            Label(
                f"Cột {column!r} ({field.label.vi}): {decision.example} là số nào?",
                f"Column {column!r} ({field.label.en}): which number is {decision.example}?",
            ),
            tuple(Choice(style, label) for style, label in meanings(decision.example)),
            decision.style,
        )


def notes_on_numbers(column: str, decision: Decision) -> Iterator[Label]:
    """What decided between the two meanings of a column's numbers, where the column itself did not."""
    if decision.why is not None:
        mark = Label("dấu phẩy", "comma") if decision.style == "comma" else Label("dấu chấm", "point")
        yield Label(
            f"Cột {column}: {mark.vi} là dấu thập phân, {decision.why.vi}.",
            f"Column {column}: the {mark.en} is the decimal mark, {decision.why.en}.",
        )


def of_keys(
    choices: Sequence[ColumnChoice], spec: LayerSpec, table: Table, keys: Collection[str]
) -> Iterator[Question]:
    """A question for each column that is called like the key of the layer and holds other values; none blocks."""
    example = min(keys, default="")
    for one in choices:
        if one.doubted:
            values = ", ".join(texts_of(table.columns[one.column][:200])[:3])
            such = Label(f" (như {example})", f" (such as {example})") if example else Label("", "")
            yield Question(
                f"mapping:{one.column}",
                Label(
                    f"Cột {one.column!r} chứa {values}: không phải mã của lớp này{such.vi}."
                    " Có dùng làm mã bản ghi không?",
                    f"Column {one.column!r} holds {values}, which are no codes of this layer{such.en}."
                    " Use them as the records' codes?",
                ),
                (
                    Choice("", Label(
                        "Không: cấp mã mới; bản ghi đã có được tìm theo tên và vị trí",
                        "No: give new codes, and find existing records by name and location",
                    )),
                    Choice(one.doubted, Label("Có: đây là mã bản ghi", "Yes: they are the records' codes")),
                ),
                blocking=False,
            )  # fmt: skip


def of_reused_keys(spec: LayerSpec, reused: Mapping[int, str], current: gpd.GeoDataFrame) -> Question:
    """The question whether rows with the key of another record replace it; `reused` maps their numbers to keys."""
    titles = dict(zip(current[spec.key].astype(str), current[spec.title].astype(str), strict=True))
    shown = list(reused.items())[:_SHOWN_KEYS]
    return Question(
        "reused_keys",
        Label(
            f"{len(reused)} dòng mang mã của bản ghi đã có nhưng khác cả tên lẫn vị trí."
            " Thay các bản ghi đó hay thêm mới?",
            f"{len(reused)} rows have the code of a published record with another name in another place."
            " Replace those records, or add new ones?",
        ),
        (
            Choice(ADD, Label("Thêm thành bản ghi mới, cấp mã mới", "Add them as new records with new codes")),
            Choice(REPLACE, Label("Thay bản ghi đã có", "Replace the published records")),
        ),
        ADD,
        evidence=tuple(
            Label(f"Dòng {row}: {key} đang là “{titles[key]}”", f"Row {row}: {key} is “{titles[key]}” now")
            for row, key in shown
        ),
        rows=len(reused),
    )  # fmt: skip


_SHOWN_KEYS = 20


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
        proposed = offered[0].key if len(offered) == 1 else ""
        offered.append(Choice(UNKNOWN_UNIT, Label("Chưa rõ: để trống vị trí", "Not known: leave without a place")))
        words = Label(f"“{text}” là đơn vị nào?", f"Which unit is “{text}”?")
        yield Question(f"addresses:{text}", words, tuple(offered), proposed, blocking=False, rows=texts.count(text))


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
    return with_rows(sources, spec, [{field.name: source.get(field.name) for field in spec.fields}])


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

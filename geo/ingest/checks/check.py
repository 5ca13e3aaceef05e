"""Frames to findings: ids, required values, numbers, dates, codes, ranges, references.

Places are in places.py, what was drawn in outlines.py, what was recorded twice in twins.py.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np

from geo.ingest.checks.duplicates import check_twins
from geo.ingest.checks.geometry import Places, check_places, check_tiling, outline_of
from geo.ingest.checks.outlines import check_outlines
from geo.ocop.codes import CODE_LISTS
from geo.ocop.layers import LAYERS
from geo.report import Issue, Subject, subjects_of
from geo.schema import Field, Label, LayerSpec

Frames = Mapping[str, gpd.GeoDataFrame]
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
_UNADDRESSABLE = re.compile(r"/|\.json\Z|\A\.+\Z")
_LARGEST = 2**53  # beyond it a float, which numbers are on their way through files, skips whole numbers


def check(frames: Frames, *, only: str | None = None) -> list[Issue]:
    """Everything wrong with the frames, layer by layer in their order, or with layer `only`; changes nothing.

    Frames must be in STORE_CRS and mended.
    """
    ids = {name: {str(key) for key in frame[LAYERS[name].key] if key is not None} for name, frame in frames.items()}
    wanted = {name: frame for name, frame in frames.items() if only in {None, name}}
    measured = [name for name in frames if LAYERS[name].geometry and (name in wanted or name == "province")]
    placed = {name: Places.of(frames[name], LAYERS[name]) for name in measured}
    province = placed.get("province")
    wide = outline_of(province)
    issues: list[Issue] = []
    for name, frame in wanted.items():
        spec = LAYERS[name]
        issues += _keys(frame, spec)
        subjects = subjects_of(list(frame[spec.key]))
        for field in spec.fields:
            issues += _values(list(frame[field.name]), subjects, spec, field, ids)
        if name in placed:
            issues += check_places(placed[name], frame, spec, wide)
            if spec.tiling:
                issues += check_tiling(placed[name], spec, province)
            issues += check_outlines(placed[name], frame, spec)
            issues += check_twins(placed[name], frame, spec)
    return issues


def parts_of(field: Field, value: object) -> list[str]:
    """The codes or ids that a cell holds: several in a field of several, else the one.

    >>> parts_of(Field("craft", "craft", Label("", ""), "codes"), "weaving;forging")
    ['weaving', 'forging']
    """
    return str(value).split(";") if field.kind in {"codes", "refs"} else [str(value)]


def _keys(frame: gpd.GeoDataFrame, spec: LayerSpec) -> Iterator[Issue]:
    for row, key in enumerate(frame[spec.key], start=1):
        if key is None:
            words = f"dòng {row} không có mã", f"row {row} has no id"
            yield Issue.of(spec.name, "missing_key", *words, row=row, field=spec.key)
    for key in frame[spec.key]:
        if key is not None and _UNADDRESSABLE.search(str(key)):
            words = Label(
                f"mã {key!r} không lập được địa chỉ trang: không được chứa /, tận cùng là .json hay chỉ gồm dấu chấm",
                f"id {key!r} cannot be part of an address: it must not hold /, end in .json or be dots alone",
            )
            yield Issue.of(spec.name, "unaddressable_id", *words, record=str(key), field=spec.key, value=str(key))
    for key, count in Counter(str(key) for key in frame[spec.key] if key is not None).items():
        if count > 1:
            words = f"mã {key!r} dùng {count} lần", f"id {key!r} is used {count} times"
            yield Issue.of(spec.name, "duplicate_id", *words, record=key, field=spec.key, value=key)


def _values(
    values: Sequence[object], subjects: Sequence[Subject], spec: LayerSpec, field: Field, ids: Mapping[str, set[str]]
) -> Iterator[Issue]:
    rule = _RULES.get(field.kind)
    if rule is None and not field.required:
        return
    findings: dict[tuple[type, object], list[Finding]] = {}  # equal values have equal faults, and most have none
    for row, value in enumerate(values):
        if value is None:
            if field.required and field.name != spec.key:
                words = Label(f"thiếu {field.label.vi}", f"{field.label.en} is missing")
                yield Issue(spec.name, *subjects[row], field.name, "required_missing", "", words)
        elif rule is not None:
            key = type(value), value
            if key not in findings:
                findings[key] = list(rule(field, value, ids))
            for kind, part, words in findings[key]:
                yield Issue(spec.name, *subjects[row], field.name, kind, part, words)


Finding = tuple[str, str, Label]
"""Kind, the value or the part of it that is wrong, and what is wrong with it."""
Rule = Callable[[Field, object, Mapping[str, set[str]]], Iterator[Finding]]


def _number(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    try:
        number = float(str(value))
    except ValueError:
        yield "bad_number", str(value), Label(f"{value!r} không phải số", f"{value!r} is not a number")
        return
    if not np.isfinite(number) or (field.kind == "integer" and not _is_whole(number)):
        expected = Label("số nguyên", "a whole number") if field.kind == "integer" else Label("số", "a number")
        yield "bad_number", str(value), Label(f"{value!r} không phải {expected.vi}", f"{value!r} is not {expected.en}")
        return
    low, high = field.minimum, field.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        asked_range = f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
        words = Label(f"{value!r} ngoài khoảng {asked_range}", f"{value!r} is outside {asked_range}")
        yield "out_of_range", str(value), words


def _is_whole(number: float) -> bool:
    return number.is_integer() and abs(number) < _LARGEST


def _date(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    ends = str(value).split("/")
    if len(ends) > 2 or not all(_is_date(end) for end in ends) or ends != sorted(ends):
        yield "bad_date", str(value), Label(f"{value!r} không phải ngày", f"{value!r} is not a date")


def _is_date(text: str) -> bool:
    match = _DATE.match(text)
    if match is None:
        return False
    try:
        dt.date(*(int(part) for part in match.groups(default="1")))
    except ValueError:
        return False
    return True


def _code(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    codes = CODE_LISTS[field.codes or ""]
    for key in parts_of(field, value):
        if all(key != code.key for code in codes.codes):
            listed = codes.listed()
            words = Label(f"{key!r} không có trong danh mục: {listed.vi}", f"{key!r} is not in the list: {listed.en}")
            yield "bad_code", key, words


def _reference(field: Field, value: object, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    target = field.target or ""
    kind = "unknown_source" if target == "sources" else "unknown_reference"
    for key in parts_of(field, value):
        if target in ids and key not in ids[target]:
            yield kind, key, Label(f"không có {key!r} trong lớp {target}", f"there is no {key!r} in layer {target}")


_RULES: dict[str, Rule] = {
    "integer": _number,
    "real": _number,
    "date": _date,
    "code": _code,
    "codes": _code,
    "ref": _reference,
    "refs": _reference,
}

"""The entities of a DXF drawing compared with the features that GDAL made of them.

GDAL passes over types of entities that it does not draw and reads a number as far as it goes.
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from geo.ingest.files.table import Records, finding
from geo.report import Issue

_COORDINATES = {*range(10, 19), *range(20, 29), *range(30, 39)}
_OTHER_NUMBERS = {
    *range(38, 60), *range(60, 80), *range(90, 100), *range(110, 150), *range(160, 180), *range(210, 240),
    *range(270, 300),
}  # fmt: skip
"""Group codes of numbers in the reference of DXF: heights, radii, angles, flags and counts."""
_PARTS = {"VERTEX", "SEQEND"}
"""Entities that belong to the POLYLINE or INSERT before them."""
_HANDLE, _TEXT = 5, 1
_EXPANDED = {"INSERT"}
"""GDAL puts the entities of the block in place of its reference; these have handles of their own."""


@dataclass
class _Entity:
    """One entity: its type, its handle ("" for none), its text, and pairs (group code, value) that are no numbers."""

    kind: str
    handle: str = ""
    text: str = ""
    strange: list[tuple[int, str]] = field(default_factory=list)


def losses_of_dxf(path: Path, _: str, records: Records) -> Iterator[Issue]:
    """A finding for each type of entities that became no feature, each coordinate that is no number, each lost text."""
    entities = list(_entities(path))
    handles = {str(cell).upper() for cell in records.columns.get("EntityHandle", ()) if cell}
    lost = Counter(
        one.kind for one in entities
        if one.handle and one.handle.upper() not in handles and one.kind not in {*_PARTS, *_EXPANDED, "ATTRIB"}
    )  # fmt: skip
    for kind, count in lost.items():
        words = f"{count} đối tượng {kind}: không đọc", f"{count} entities {kind}: not read"
        yield finding("reader_warning", *words, value=kind)
    whole = [one for one in entities if one.kind not in {*_PARTS, "ATTRIB"}]
    if not lost and len(whole) > len(records.row_numbers):
        words = (
            f"bản vẽ có {len(whole)} đối tượng nhưng chỉ đọc được {len(records.row_numbers)}",
            f"the drawing has {len(whole)} entities, but {len(records.row_numbers)} can be read",
        )
        yield finding("reader_warning", *words, value=str(len(whole)))
    texts = {str(cell) for cell in records.columns.get("Text", ()) if cell}
    for one in entities:
        if one.kind == "ATTRIB" and one.text and one.text not in texts:
            words = f"thuộc tính khối {one.text!r}: không đọc", f"the block attribute {one.text!r} is not read"
            yield finding("reader_warning", *words, value=one.text)
        for code, value in one.strange:
            words = (
                f"{value!r} của {one.kind} {one.handle} không phải số",
                f"{value!r} of {one.kind} {one.handle} is no number",
            )
            yield finding("bad_coordinate" if code in _COORDINATES else "bad_number", *words, value=value)


def _entities(path: Path) -> Iterator[_Entity]:
    """The entities of the section ENTITIES; ValueError for a group code that is no number."""
    section, opening, current = "", False, None
    for code, value in _groups(path):
        if code == 0:
            if current is not None:
                yield current
            opening, current = value == "SECTION", None
            section = "" if value == "ENDSEC" else section
            if section == "ENTITIES" and not opening:
                current = _Entity(value)
        elif opening and code == 2:
            section, opening = value, False
        elif current is not None:
            _take(current, code, value)
    if section == "ENTITIES":
        raise ValueError("Unexpected end of file")


def _take(entity: _Entity, code: int, value: str) -> None:
    if code == _HANDLE:
        entity.handle = value
    elif code == _TEXT:
        entity.text = value
    elif code in _COORDINATES | _OTHER_NUMBERS and not _is_number(value):
        entity.strange.append((code, value))


def _groups(path: Path) -> Iterator[tuple[int, str]]:
    """The pairs of group code and value of a text DXF; nothing for a binary one."""
    with path.open(encoding="latin-1") as file:
        lines = iter(file)
        for code in lines:
            if code.startswith("AutoCAD Binary DXF"):
                return
            if code.strip():
                yield int(code), next(lines, "").strip()


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        return math.isfinite(float(text))
    return False

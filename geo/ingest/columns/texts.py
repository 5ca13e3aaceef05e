"""The text of a table made Unicode, column by column: detected, shown, and converted as a person confirmed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geo.encodings import ENCODINGS, SURE, Detection, believe, convert, detect, fit, is_unicode
from geo.ingest.files.table import Cells, Table
from geo.text import nfc

_TELLING = 5_000
"""Most different values of a column that the detector reads: more tell it nothing new."""

_OF_CHARACTERS = {
    "geojson", "geojsonseq", "kml", "kmz", "gpx", "gpkg", "flatgeobuf", "gdb", "topojson", "xlsx", "xls", "xlsb", "ods",
}  # fmt: skip
"""Kinds of files that store characters: a letter of theirs is a legacy byte only where an older file was converted."""


@dataclass(frozen=True)
class ColumnText:
    """What a column's text is in, as the detector has it, and what it is read as: an answer, or the detection."""

    column: str
    detection: Detection
    read_as: str
    answered: bool

    @property
    def open(self) -> bool:
        """Whether a person must look at the sample first."""
        return not self.answered and not self.detection.sure and _matters(self.detection)


def _matters(detection: Detection) -> bool:
    """Whether the next likely reading of the column would give another text for any of its samples."""
    before = [sample.before for sample in detection.samples]
    after = [sample.after for sample in detection.samples]
    others = [one.encoding for one in detection.candidates[:2] if one.encoding != detection.encoding]
    # Eth becomes Đ in mend.py whatever the column is read as.
    return any([nfc(text or "") for text in convert(before, other)] != after for other in others)


def read_texts(
    table: Table, answers: Mapping[str, str], gazetteer: Sequence[str]
) -> tuple[Table, tuple[ColumnText, ...]]:
    """The table with its names and text in Unicode NFC, and what each column of text was.

    `answers` maps a column (by its Unicode name), or "*" for all, to a key of ENCODINGS or "none". `gazetteer` are
    names of places that the text may hold.
    """
    in_unicode = _is_in_unicode(table, gazetteer)
    names = _names(table, gazetteer, in_unicode=in_unicode)
    columns: dict[str, Cells] = {}
    column_texts: list[ColumnText] = []
    detections = _detections(table, gazetteer, in_unicode=in_unicode)
    leading = _leading(detections)
    capitals = _capitals(gazetteer)
    for raw, cells in table.columns.items():
        name = names[raw]
        detection = detections.get(raw)
        if detection is None:
            columns[name] = cells
            continue
        answer = answers.get(name, answers.get("*"))
        borrowed = leading if answer is None and _may_be(detection, leading) else None
        texts = [cell if isinstance(cell, str) else None for cell in cells]
        read = convert(texts, answer or borrowed or detection)
        if (answer or borrowed or detection.encoding) == "tcvn3":
            read = [text if text is None else _recased(text, capitals) for text in read]
        columns[name] = [text if isinstance(cell, str) else cell for cell, text in zip(cells, read, strict=True)]
        if borrowed:
            detection = replace(detection, encoding=borrowed, confidence=max(detection.confidence, SURE))
        column_texts.append(ColumnText(name, detection, answer or detection.encoding, answer is not None))
    formulas = frozenset((row, names.get(column, column)) for row, column in table.formulas)
    return replace(table, columns=columns, formulas=formulas), tuple(column_texts)


def _is_in_unicode(table: Table, gazetteer: Sequence[str]) -> bool:
    """Whether the whole text of the file, its column names included, is Vietnamese as the file stores it."""
    if table.kind not in _OF_CHARACTERS:
        return False
    texts = [*table.columns, *(text for cells in table.columns.values() for text in _values(cells))]
    return is_unicode(texts, gazetteer=gazetteer)


def _names(table: Table, gazetteer: Sequence[str], *, in_unicode: bool) -> dict[str, str]:
    """The column names in Unicode, unique; they are detected together, since one alone tells little."""
    raw = list(table.columns)
    detection = _detect(table, raw, gazetteer, in_unicode=in_unicode)
    names: dict[str, str] = {}
    for before, after in zip(raw, convert(raw, detection), strict=True):
        name = " ".join((after or before).split()) or before
        while name in names.values():
            name += "_"
        names[before] = name
    return names


def _detections(table: Table, gazetteer: Sequence[str], *, in_unicode: bool) -> dict[str, Detection]:
    return {
        name: _detect(table, values, gazetteer, in_unicode=in_unicode)
        for name, cells in table.columns.items()
        if (values := _values(cells))
    }


def _values(cells: Cells) -> list[str]:
    """The different texts of a column, at most _TELLING."""
    return list(dict.fromkeys(cell for cell in cells if isinstance(cell, str) and cell))[:_TELLING]


def _detect(table: Table, values: Sequence[str], gazetteer: Sequence[str], *, in_unicode: bool) -> Detection:
    if table.cpg:
        return believe(table.cpg, values, gazetteer=gazetteer)
    return detect(values, gazetteer=gazetteer, in_unicode=in_unicode)


def _leading(detections: Mapping[str, Detection]) -> str | None:
    """The encoding that every sure column with letters of its own is in; None when they differ or there is none."""
    sure = {one.encoding for one in detections.values() if one.sure and one.encoding in ENCODINGS}
    return next(iter(sure)) if len(sure) == 1 else None


def _may_be(detection: Detection, leading: str | None) -> bool:
    """Whether an unsure column can be in the encoding that the file's other columns are in."""
    if leading is None or detection.sure or leading not in [one.encoding for one in detection.candidates[:3]]:
        return False
    return {part.kind for part in detection.parts} <= {"ascii", "legacy"}


def _capitals(gazetteer: Sequence[str]) -> tuple[re.Pattern[str], Mapping[str, str]] | None:
    """A pattern of place names as TCVN3 has them, with accented capitals lost, and each such name -> the right one."""
    lost = {_as_tcvn3_has_it(name): name for name in gazetteer if _as_tcvn3_has_it(name) != name}
    if not lost:
        return None
    words = sorted(map(re.escape, lost), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(words)})\b"), lost


def _as_tcvn3_has_it(name: str) -> str:
    return fit(name, "tcvn3", "lower").text


def _recased(text: str, capitals: tuple[re.Pattern[str], Mapping[str, str]] | None) -> str:
    """`text` with the capitals of place names restored: "Mường ảng" becomes "Mường Ảng"."""
    if capitals is None:
        return text
    pattern, names = capitals
    return pattern.sub(lambda match: names[match[0]], text)

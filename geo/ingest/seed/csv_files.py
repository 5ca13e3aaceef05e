"""The CSV files of a seed folder: layers without geometry, and the long text beside a shapefile."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from geo.ingest.seed.cells import Columns, decode
from geo.report import Issue
from geo.schema import Label, LayerSpec

_BOM = b"\xef\xbb\xbf"


class Beside(NamedTuple):
    """The long text beside a shapefile, key -> field -> text, and the issues of its file."""

    texts: dict[str, dict[str, str]]
    issues: list[Issue]

    def has(self, record: str | None, field: str | None) -> bool:
        """Whether the file has a text for this record and field."""
        return bool(self.texts.get(record or "", {}).get(field or ""))


def read_csv(path: Path, spec: LayerSpec) -> tuple[Columns, list[Issue]]:
    """The columns of a CSV file by the names of its header, each str being bytes read as Latin-1 (see cells.py).

    A byte-order mark is skipped, empty cells are None. csv.Error when the quotes do not match.
    """
    text = path.read_bytes().removeprefix(_BOM).decode("latin-1")
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    rows = [row for row in rows if row]
    issues = [
        Issue.of(
            spec.name, "ragged_row", f"{path.name}: {len(row)} ô, cần {len(header)}",
            f"{path.name}: {len(row)} cells, expected {len(header)}", row=number, value=row[-1],
        )
        for number, row in enumerate(rows, start=1) if len(row) > len(header)
    ]  # fmt: skip
    full_rows = [[*row, *[""] * (len(header) - len(row))] for row in rows]
    return {name: [row[place] or None for row in full_rows] for place, name in enumerate(header)}, issues


def read_beside(path: Path, spec: LayerSpec) -> Beside:
    """The long text of a layer, empty when the file does not exist. ValueError when it has no key column."""
    if not path.exists():
        return Beside({}, [])
    raw, row_issues = read_csv(path, spec)
    if spec.key not in raw:
        raise ValueError(f"no column {spec.key!r}")
    columns, issues = decode(raw, spec, {})
    texts: dict[str, dict[str, str]] = {}
    for row, cell in enumerate(columns[spec.key]):
        if cell is None or cell == "":
            issues.append(_keyless(path, row + 1, spec))
            continue
        key = str(cell)
        if key in texts:
            vi, en = (
                f"{path.name} ghi {key!r} hai lần; dùng dòng đầu",
                f"{path.name} has {key!r} twice; the first is used",
            )
            issues.append(Issue.of(spec.name, "duplicate_text_row", vi, en, record=key, value=key))
            continue
        cells_of_row = {name: cells[row] for name, cells in columns.items() if name != spec.key}
        texts[key] = {name: text for name, text in cells_of_row.items() if isinstance(text, str) and text}
    return Beside(texts, [*row_issues, *issues, *_unknown_columns(path, columns, spec)])


def _keyless(path: Path, row: int, spec: LayerSpec) -> Issue:
    words = f"{path.name}: dòng {row} không có mã", f"{path.name}: row {row} has no id"
    return Issue.of(spec.name, "unknown_text_row", *words, row=row)


def _unknown_columns(path: Path, names: Iterable[str], spec: LayerSpec) -> list[Issue]:
    words = Label(f"cột của {path.name} không có trong khai báo", f"column of {path.name} is not declared")
    return [Issue(spec.name, None, None, None, "unknown_column", name, words) for name in names if not spec.has(name)]


def orphan_rows(beside: Beside, keys: Iterable[object], spec: LayerSpec) -> list[Issue]:
    """An issue for each row of long text whose key no record has."""
    orphans = sorted(beside.texts.keys() - {str(key) for key in keys})
    words = {key: (f"không có bản ghi {key!r}", f"there is no record {key!r}") for key in orphans}
    return [Issue.of(spec.name, "unknown_text_row", *words[key], record=key, value=key) for key in orphans]


def disagreements(
    beside: Beside, field: str, keys: Iterable[object], cells: Iterable[object], layer: str
) -> list[Issue]:
    """An issue for each text in the shapefile that is not the beginning of the text in the CSV file."""
    issues = []
    for key, cell in zip(keys, cells, strict=True):
        text = beside.texts.get(str(key), {}).get(field)
        if text and isinstance(cell, str) and cell and not text.startswith(cell):
            vi, en = f"bảng thuộc tính ghi {cell[:40]!r}", f"the attributes say {cell[:40]!r}"
            issues.append(Issue.of(layer, "text_disagrees", vi, en, record=str(key), field=field, value=cell))
    return issues

"""What a foreign file holds, before anything is understood: columns under its own names, shapes in its own numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.ingest.files.sniff import Kind
from geo.report import Issue
from geo.schema import Label

Cells = list[object]
"""One column: str, int, float, bool or None; calendar values as ISO 8601 text."""
_SHOWN = 20  # so many row numbers a note lists


class Records(NamedTuple):
    """The records of one layer as a reader hands them over; the fields mean what they mean in a `Table`."""

    columns: dict[str, Cells]
    row_numbers: Sequence[int]
    shapes: NDArray[np.object_] | None
    notes: tuple[Label, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Table:
    """One layer or sheet of a foreign file.

    `columns` are in the file's order, every one as long as `row_numbers`, which are what people see beside the rows
    (line of the sheet, or record from 1). A str may stand for bytes that were read as Latin-1: see geo.encodings.
    `shapes` are in the file's own coordinates, None for a table without any. `crs` is the file's own definition of
    its coordinate system (the text of the .prj where there is one), `driver` GDAL's name for the format, and `cpg`
    what the file says about its encoding. `header_row` is the line of a sheet that the names stand in, None where
    the format names its columns itself. `formulas` are (row, column) of cells that hold a formula.
    `notes` say what was understood, `issues` what is wrong with the file itself (layer "" until it is known).
    """

    kind: Kind
    driver: str
    layer: str
    columns: dict[str, Cells]
    row_numbers: Sequence[int]
    shapes: NDArray[np.object_] | None = None
    crs: str | None = None
    cpg: str | None = None
    header_row: int | None = None
    formulas: frozenset[tuple[int, str]] = frozenset()
    notes: tuple[Label, ...] = ()
    issues: tuple[Issue, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.row_numbers)

    @property
    def vertices(self) -> int:
        """How many coordinates the shapes have."""
        return 0 if self.shapes is None else int(shapely.get_num_coordinates(self.shapes).sum())


def finding(
    kind: str, vi: str, en: str, *, row: int | None = None, field: str | None = None, value: object = ""
) -> Issue:
    """A finding about a file whose layer is not chosen yet; `row` is the number that people see beside the record."""
    return Issue.of("", kind, vi, en, row=row, field=field, value=str(value)[:200])


def listed(numbers: Iterable[object]) -> str:
    """The first numbers of some rows as a note shows them.

    >>> listed([3, 5])
    '3, 5'
    """
    shown = [str(number) for number in numbers]
    return ", ".join(shown[:_SHOWN]) + ("…" if len(shown) > _SHOWN else "")


def distinct(names: Iterable[str]) -> list[str]:
    """`names` with a number behind each that stood before, as columns of a table need it.

    >>> distinct(["a", "a", "b", "a"])
    ['a', 'a (2)', 'b', 'a (3)']
    """
    taken: set[str] = set()
    unique = []
    for name in names:
        candidate, times = name, 1
        while candidate in taken:
            times += 1
            candidate = f"{name} ({times})"
        taken.add(candidate)
        unique.append(candidate)
    return unique

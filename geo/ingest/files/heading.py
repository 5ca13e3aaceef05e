"""The header of a sheet: which rows name its columns, in one line or several, and where the records begin."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from geo.ingest.files.cell_text import is_blank, is_wordy, tidy
from geo.ingest.files.row_kinds import Row, is_letterhead, is_number_line, is_unit_line, unit_of

WITHIN = 30
"""Number of rows, blank ones not counted, in which the header is looked for."""
BELOW = 50
"""So many rows under a header tell which columns are used."""
_MOST_LINES = 4


class Heading(NamedTuple):
    """The names that stand over the columns ("" for none), and where: index of the row, rows in it, first record.

    `numbers` and `units` are the rows between that count the columns or name their units.
    """

    names: list[str]
    at: int
    lines: int
    first: int
    numbers: tuple[int, ...] = ()
    units: tuple[int, ...] = ()


def find_heading(rows: Sequence[Row]) -> Heading | None:
    """The first of the first rows that names most columns which the rows under it use."""
    for at, row in enumerate(rows[:WITHIN]):
        heading = _heading_at(rows, at)
        if heading is not None and not is_letterhead(row.cells):
            return heading
    return None


def _heading_at(rows: Sequence[Row], at: int) -> Heading | None:
    cells = rows[at].cells
    words = [tidy(cell) for cell in cells if is_wordy(cell)]
    present = sum(not is_blank(cell) for cell in cells)
    if len(words) < 2 or len(words) * 2 < present or len(set(words)) * 2 <= len(words):
        return None
    heading = _below(rows, at, *_lines(rows, at))
    return heading if _is_used(rows, heading) else None


def _lines(rows: Sequence[Row], at: int) -> tuple[list[str], int]:
    """The names out of the row at `at` and of the rows that complete it, and how many rows these are."""
    names, lines = [tidy(cell) for cell in rows[at].cells], 1
    while lines < _MOST_LINES and at + lines < len(rows) and _is_lower(names, rows[at + lines].cells):
        names, lines = _merged(names, rows[at + lines].cells), lines + 1
    return names, lines


def _below(rows: Sequence[Row], at: int, names: list[str], lines: int) -> Heading:
    """The header with the rows under it that count its columns or name their units, which become part of the names."""
    first = at + lines
    numbers: list[int] = []
    units: list[int] = []
    while first < len(rows):
        cells = rows[first].cells
        if is_number_line(cells, names):
            numbers.append(rows[first].number)
        elif is_unit_line(cells):
            units.append(rows[first].number)
            names = [
                _with_unit(name, cells[column] if column < len(cells) else None) for column, name in enumerate(names)
            ]
        else:
            break
        first += 1
    return Heading(names, at, lines, first, tuple(numbers), tuple(units))


def _with_unit(name: str, cell: object) -> str:
    unit = unit_of(tidy(cell))
    return f"{name} ({unit})" if name and unit and not name.endswith(f"({unit})") else name


def _is_used(rows: Sequence[Row], heading: Heading) -> bool:
    """Whether the rows under a header fill the columns that it names."""
    below = [row.cells for row in rows[heading.first : heading.first + BELOW]]
    times = Counter(column for row in below for column, cell in enumerate(row) if not is_blank(cell))
    used = {column for column, count in times.items() if count * 4 >= len(below)}
    named = {column for column, name in enumerate(heading.names) if name}
    if not used or len(used & named) * 5 < len(used) * 3:
        return False
    near = [sum(not is_blank(cell) for cell in row) for row in below[:10]]
    return max(near) * 2 >= min(len(used), len(named))


def _is_lower(upper: Sequence[object], lower: Sequence[object]) -> bool:
    """Whether a row completes the header above: it names what a merged cell spans, and nothing else.

    Under every other name of the row above it is blank, and there is at least one such: cells merged downwards.
    """
    filled = [column for column, cell in enumerate(lower) if not is_blank(cell)]
    over = {column for column, cell in enumerate(upper) if not is_blank(cell)}
    added = [column for column in filled if column not in over]
    if not added or not all(is_wordy(lower[column]) for column in filled):
        return False
    groups = {max((named for named in over if named < column), default=-1) for column in added}
    return -1 not in groups and groups == over & set(filled) and bool(over - groups)


def _merged(upper: Sequence[object], lower: Sequence[object]) -> list[str]:
    names, group = [], ""
    for column in range(max(len(upper), len(lower))):
        above, below = (tidy(row[column]) if column < len(row) else "" for row in (upper, lower))
        group = above or group
        names.append(f"{group} / {below}" if below else above)
    return names

"""Tables on sheets as texts: their columns, their groups of rows, and the room that they take."""

import math
from typing import NamedTuple

from geo.views.sheets.typefaces import width_mm

POINTS = 5.8
"""Size of the type of tables beside a map, on A3."""
_INSET_MM, _CAPITAL_MM, _LINE_MM = 1.5, 1.45, 2.06
"""Of a row: the room above and below its text, the height of a line, what one more line adds."""
_PADDING_MM = 1.7
"""Room beside the text of a cell."""
_TITLE_MM, _NOTE_MM = 6.8, 2.2

Row = tuple[str, ...]


class Group(NamedTuple):
    """Rows below a heading of their own; "" for rows without one."""

    kind: str
    rows: tuple[Row, ...]


class Grid(NamedTuple):
    """A table: its title, the heads of its columns, its rows in groups, and a note below it.

    `columns` has 0 for a column as wide as its longest text, else its share of the width that is left; `numbers` are
    the columns that are aligned to the right.
    """

    title: str
    heads: Row
    groups: tuple[Group, ...]
    columns: tuple[float, ...]
    numbers: tuple[int, ...] = ()
    note: str = ""

    @property
    def rows(self) -> list[Row]:
        """All rows, without the headings of groups."""
        return [row for group in self.groups for row in group.rows]


class Listing(NamedTuple):
    """The records of a sheet as tables: beside the map where the first has room, else the summary and pages."""

    beside: Grid | None
    summary: Grid
    pages: Grid


def height_mm(grid: Grid, room_mm: float, text: float) -> float:
    """The height of a table that is `room_mm` wide, in millimetres; `text` is the factor of the sizes of type."""
    widths = _widths_mm(grid, room_mm, text)
    lines = [_lines(row, widths, text) for row in (grid.heads, *grid.rows)] + [1 for one in grid.groups if one.kind]
    rows_mm = sum(_INSET_MM + (_CAPITAL_MM + (count - 1) * _LINE_MM) * text for count in lines)
    note_lines = math.ceil(1.05 * width_mm(grid.note, POINTS * text) / room_mm) if grid.note else 0
    return rows_mm + (_TITLE_MM + (note_lines + 1) * _NOTE_MM) * text


def _widths_mm(grid: Grid, room_mm: float, text: float) -> list[float]:
    """The widths of the columns without the padding."""
    longest = [
        max((width_mm(row[place], POINTS * text) for row in (grid.heads, *grid.rows)), default=0.0)
        for place in range(len(grid.columns))
    ]
    fixed = sum(width for width, share in zip(longest, grid.columns, strict=True) if not share)
    left = max(room_mm - fixed - _PADDING_MM * text * len(longest), 1.0)
    shares = sum(grid.columns) or 1.0
    return [share / shares * left if share else width for width, share in zip(longest, grid.columns, strict=True)]


def _lines(row: Row, widths: list[float], text: float) -> int:
    """The lines of a row: a long text takes several."""
    pairs = zip(row, widths, strict=True)
    return max(1, *(math.ceil(width_mm(cell, POINTS * text) / max(width, 1.0) - 0.001) for cell, width in pairs))

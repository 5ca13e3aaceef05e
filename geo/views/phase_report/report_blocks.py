"""What a report consists of, as values that every format is written from: the same texts in the same order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from geo.schema import Label
from geo.views.plan.table import Table, cell_text
from geo.views.sheets.typefaces import SERIF, width_mm

TEXT_MM = 160.0
"""Width of the text between the margins."""
TABLE_POINTS = 11.0
"""Size of the type of tables."""
_CELL_MM = 4.0
"""What the edges of a cell take of its width."""
_LONGEST_WORD, _LONGEST_TEXT = 14, 42
NO_DATA = Label("chưa có số liệu", "no data yet")


class Heading(NamedTuple):
    """The heading of a part (level 1) or of a part of it (level 2)."""

    text: str
    level: int = 1


class Paragraph(NamedTuple):
    """One paragraph."""

    text: str


class Grid(NamedTuple):
    """A table: its title (may be empty), the heads of its columns, its rows as texts, the columns of numbers.

    `widths` are the shares of the columns in the width of the page.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]
    widths: tuple[int, ...]


Block: TypeAlias = Heading | Paragraph | Grid


class Appendix(NamedTuple):
    """An appendix, which begins on a new page: its number, its title, what it is attached to, then its blocks."""

    number: str
    title: str
    attached: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A report in the form of administrative documents (decree 30/2020/NĐ-CP, appendix I).

    `head` holds the texts of the first page's head, `foot` those of recipients and signature. `sheet` is the values of
    a map for the template of sheets, `sheet_title` the title of its appendix and what that
    is attached to.
    """

    lang: str
    published_at: str
    head: dict[str, str]
    foot: dict[str, Any]
    body: tuple[Block, ...]
    appendices: tuple[Appendix, ...]
    sheet_title: str
    sheet: dict[str, Any]

    def texts(self) -> Iterator[str]:
        """Every text of the report but those of the map, in the order of reading."""
        yield from (text for text in self.head.values() if text)
        for block in self.body:
            yield from texts_of(block)
        yield from (self.foot["recipients_title"], *self.foot["recipients"])
        yield from (text for text in (self.foot["authority"], self.foot["sign"]) if text)
        for appendix in self.appendices:
            yield from (appendix.number, appendix.title, appendix.attached)
            for block in appendix.blocks:
                yield from texts_of(block)


def texts_of(block: Block) -> Iterator[str]:
    """The texts of a block in the order of reading."""
    if isinstance(block, Grid):
        yield from filter(None, (block.title, *block.heads, *(text for row in block.rows for text in row)))
    else:
        yield block.text


def grid_of(table: Table, lang: str, *, title: bool = True, leave_out: tuple[str, ...] = ()) -> Grid | Paragraph:
    """A table of the planners' part as a block; its sentence about an empty table where it has no rows.

    Columns of the keys `leave_out` are left out.
    """
    places = [number for number, column in enumerate(table.columns) if column.key not in leave_out]
    if not table.rows:
        return Paragraph(f"{table.title.of(lang)}: {table.empty.of(lang)}" if title else table.empty.of(lang))
    columns = [table.columns[number] for number in places]
    rows = tuple(
        tuple(cell_text(row[number], table.columns[number], lang) or NO_DATA.of(lang) for number in places)
        for row in table.rows
    )
    heads = tuple(column.label.of(lang) for column in columns)
    numbers = frozenset(place for place, column in enumerate(columns) if column.kind in {"integer", "number"})
    return Grid(table.title.of(lang) if title else "", heads, rows, numbers, _widths(heads, rows))


def _widths(heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[int, ...]:
    """Shares of the columns: each has room for its longest word, the rest goes by the length of the texts."""
    columns = list(zip(heads, *rows, strict=True))
    least = [_CELL_MM + max(_word_mm(text) for text in column) for column in columns]
    lengths = [min(max(map(len, column)), _LONGEST_TEXT) for column in columns]
    rest = max(TEXT_MM - sum(least), 0.0) / sum(lengths)
    return tuple(round(10 * (one + rest * length)) for one, length in zip(least, lengths, strict=True))


def _word_mm(text: str) -> float:
    """The width of the longest word of a text in bold, those aside that are too long for a column."""
    words = (word for word in text.split() if len(word) <= _LONGEST_WORD)
    return max((width_mm(word, TABLE_POINTS, bold=True, family=SERIF) for word in words), default=0.0)

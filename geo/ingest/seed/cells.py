"""Attribute cells, read as Latin-1 so that each byte is kept, into text: UTF-8 and nothing else.

What is not UTF-8 is named by record and field, or once for a table that is in another encoding altogether.
"""

from collections.abc import Mapping
from typing import NamedTuple

from geo.encodings import ENCODINGS, detect, label_of
from geo.encodings.mojibake import depth, unwrapped
from geo.report import Issue, subjects_of
from geo.schema import Label, LayerSpec

Columns = dict[str, list[object]]
"""Column -> its cells, in the order of the records."""

_SHOWN = 120  # letters of a value that a finding quotes
_FEW = 2  # so many cells in another encoding are slips, never the whole table


class Cell(NamedTuple):
    """A cell's text; `kind` of ISSUE_KINDS when something is the matter, in the words of `message`."""

    text: str | None
    kind: str | None = None
    message: Label = Label("", "")


def read_cell(value: str, width: int | None = None) -> Cell:
    """The text whose UTF-8 bytes `value` stands for; `width` is how many bytes its column holds.

    >>> read_cell("Mu\\xc3\\xb4ng"), read_cell("Mu\\xf4ng").kind
    (Cell(text='Muông', kind=None, message=Label(vi='', en='')), 'wrong_encoding')
    """
    if value.isascii():
        return Cell(value)
    data = value.encode("latin-1")
    try:
        return _doubtful(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        # A letter may end in the middle only where the column does; elsewhere it is another encoding's letter.
        if len(data) == width and error.reason == "unexpected end of data":
            text = data[: error.start].decode("utf-8")
            said = Label(f"bị cắt ở {width} byte: …{text[-20:]!r}", f"cut at {width} bytes: …{text[-20:]!r}")
            return Cell(text, "cut_text", said)
        return Cell(
            None, "wrong_encoding", Label(f"{value[:_SHOWN]!r} không phải UTF-8", f"{value[:_SHOWN]!r} is not UTF-8")
        )


def _doubtful(text: str) -> Cell:
    layers = depth(text)
    begin = text[:_SHOWN]
    if layers:
        meant = unwrapped(text, layers)[:_SHOWN]
        return Cell(text, "mojibake", Label(f"{begin!r} có lẽ là {meant!r}", f"{begin!r} is probably {meant!r}"))
    if "\ufffd" in text:
        return Cell(text, "lost_letters", Label(f"{begin!r} có ký tự đã mất", f"{begin!r} has lost letters"))
    return Cell(text)


def decode(columns: Columns, spec: LayerSpec, widths: Mapping[str, int]) -> tuple[Columns, list[Issue]]:
    """`columns` with every str decoded, and the issues; one fatal issue when the table is not UTF-8 at all."""
    read_by = {
        name: [read_cell(value, widths.get(name)) if isinstance(value, str) else value for value in cells]
        for name, cells in columns.items()
    }
    texts: Columns = {
        name: [cell.text if isinstance(cell, Cell) else cell for cell in cells] for name, cells in read_by.items()
    }
    foreign = _foreign(columns, read_by, spec)
    if foreign is not None:
        return texts, [foreign]
    count = max(map(len, columns.values()), default=0)
    subjects = subjects_of(texts.get(spec.key, [None] * count))
    issues = [
        Issue(spec.name, *subject, name, cell.kind, (cell.text or str(raw))[:_SHOWN], cell.message)
        for name, cells in read_by.items()
        for subject, cell, raw in zip(subjects, cells, columns[name], strict=True)
        if isinstance(cell, Cell) and cell.kind is not None
    ]
    return texts, issues


def _foreign(columns: Columns, cells: Mapping[str, list[object]], spec: LayerSpec) -> Issue | None:
    """The finding that most of a table is in another encoding, with what it looks like."""
    wrong = [
        value
        for name in columns
        for value, cell in zip(columns[name], cells[name], strict=True)
        if isinstance(cell, Cell) and cell.kind == "wrong_encoding" and isinstance(value, str)
    ]
    high = sum(isinstance(value, str) and not value.isascii() for values in columns.values() for value in values)
    if len(wrong) <= _FEW or len(wrong) * 2 <= high:
        return None
    found = detect(wrong).encoding
    guess = label_of(found) if found in ENCODINGS else Label("chưa rõ", "unknown")
    vi = f"{len(wrong)} ô không phải UTF-8, có lẽ là {guess.vi}; ví dụ {wrong[0]!r}"
    en = f"{len(wrong)} cells are not UTF-8, perhaps {guess.en}; for example {wrong[0]!r}"
    return Issue.of(spec.name, "wrong_table_encoding", vi, en, value=found)

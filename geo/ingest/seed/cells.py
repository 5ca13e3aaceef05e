"""Decoding of attribute cells: values are read as Latin-1, which keeps every byte, and decoded as UTF-8.

A cell that is not UTF-8 is an issue of its record and field; a table in another encoding is one fatal issue.
"""

from collections.abc import Mapping
from typing import NamedTuple

from geo.encodings import ENCODINGS, detect, label_of
from geo.encodings.mojibake import depth, unwrap
from geo.report import Issue, subjects_of
from geo.schema import Label, LayerSpec

Columns = dict[str, list[object]]
"""Column -> its cells, in the order of the records."""

_QUOTE_LENGTH = 120  # characters of a value that an issue quotes
_FEW = 2  # up to this number, cells in another encoding are single mistakes, not a table in that encoding


class Cell(NamedTuple):
    """A cell's text and, where it has a fault, the `kind` of issue (see ISSUE_KINDS) and its `message`."""

    text: str | None
    kind: str | None = None
    message: Label = Label("", "")


def read_cell(value: str, width: int | None = None) -> Cell:
    """The text of `value`, UTF-8 bytes read as Latin-1; `width` is the width of its column in bytes.

    >>> read_cell("Mu\\xc3\\xb4ng"), read_cell("Mu\\xf4ng").kind
    (Cell(text='Muông', kind=None, message=Label(vi='', en='')), 'wrong_encoding')
    """
    if value.isascii():
        return Cell(value)
    data = value.encode("latin-1")
    try:
        return _doubtful(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        # An incomplete character at the full width was cut by the column; elsewhere the encoding is another one.
        if len(data) == width and error.reason == "unexpected end of data":
            text = data[: error.start].decode("utf-8")
            message = Label(f"bị cắt ở {width} byte: …{text[-20:]!r}", f"cut at {width} bytes: …{text[-20:]!r}")
            return Cell(text, "cut_text", message)
        return Cell(
            None,
            "wrong_encoding",
            Label(f"{value[:_QUOTE_LENGTH]!r} không phải UTF-8", f"{value[:_QUOTE_LENGTH]!r} is not UTF-8"),
        )


def _doubtful(text: str) -> Cell:
    layers = depth(text)
    begin = text[:_QUOTE_LENGTH]
    if layers:
        intended = unwrap(text, layers)[:_QUOTE_LENGTH]
        return Cell(text, "mojibake", Label(f"{begin!r} có lẽ là {intended!r}", f"{begin!r} is probably {intended!r}"))
    if "\ufffd" in text:
        return Cell(text, "lost_letters", Label(f"{begin!r} có ký tự đã mất", f"{begin!r} has lost letters"))
    return Cell(text)


def decode(columns: Columns, spec: LayerSpec, widths: Mapping[str, int]) -> tuple[Columns, list[Issue]]:
    """`columns` with every str decoded, and the issues; one fatal issue when the table is not UTF-8 at all."""
    cells_by_column = {
        name: [read_cell(value, widths.get(name)) if isinstance(value, str) else value for value in cells]
        for name, cells in columns.items()
    }
    texts: Columns = {
        name: [cell.text if isinstance(cell, Cell) else cell for cell in cells]
        for name, cells in cells_by_column.items()
    }
    foreign = _foreign(columns, cells_by_column, spec)
    if foreign is not None:
        return texts, [foreign]
    count = max(map(len, columns.values()), default=0)
    subjects = subjects_of(texts.get(spec.key, [None] * count))
    issues = [
        Issue(spec.name, *subject, name, cell.kind, (cell.text or str(raw))[:_QUOTE_LENGTH], cell.message)
        for name, cells in cells_by_column.items()
        for subject, cell, raw in zip(subjects, cells, columns[name], strict=True)
        if isinstance(cell, Cell) and cell.kind is not None
    ]
    return texts, issues


def _foreign(columns: Columns, cells: Mapping[str, list[object]], spec: LayerSpec) -> Issue | None:
    """The issue that most of a table is in another encoding, with the probable one; None where it is not."""
    wrong = [
        value
        for name in columns
        for value, cell in zip(columns[name], cells[name], strict=True)
        if isinstance(cell, Cell) and cell.kind == "wrong_encoding" and isinstance(value, str)
    ]
    high = sum(isinstance(value, str) and not value.isascii() for values in columns.values() for value in values)
    if len(wrong) <= _FEW or len(wrong) * 2 <= high:
        return None
    encoding = detect(wrong).encoding
    guess = label_of(encoding) if encoding in ENCODINGS else Label("chưa rõ", "unknown")
    vi = f"{len(wrong)} ô không phải UTF-8, có lẽ là {guess.vi}; ví dụ {wrong[0]!r}"
    en = f"{len(wrong)} cells are not UTF-8, perhaps {guess.en}; for example {wrong[0]!r}"
    return Issue.of(spec.name, "wrong_table_encoding", vi, en, value=encoding)

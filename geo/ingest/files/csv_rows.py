"""Rows of delimited text, with their places in the file; text is Latin-1 for bytes unless the file is UTF-16."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from geo.errors import BadSource
from geo.ingest.files.cell_text import is_blank
from geo.ingest.files.delimiters import delimiter_of
from geo.ingest.files.excel import ROOM
from geo.ingest.files.limits import Limits
from geo.ingest.files.row_kinds import Row
from geo.ingest.files.utf16 import utf_16_of


def read_csv_rows(path: Path, limits: Limits) -> tuple[list[Row], str | None]:
    """The rows that are not blank, and what the byte-order mark says about the encoding.

    Numbers of rows are those that a spreadsheet shows. BadSource when quotes do not match or a limit is passed.
    """
    text, cpg = _text(path, limits)
    mark = re.match(r'"?sep=([^\r\n])"?[ \t;,]*(\r\n|\r|\n|$)', text, re.IGNORECASE)
    first = 1 if mark is None else 2
    if mark is not None:
        text = text[mark.end() :]
    delimiter = mark[1] if mark is not None else delimiter_of(text)
    rows = []
    for number, cells in enumerate(_records(path, text, delimiter, first), start=first):
        if all(map(is_blank, cells)):
            continue
        rows.append(Row(number, [cell or None for cell in cells]))
        if len(rows) > limits.max_rows + ROOM:
            limits.hold("dòng", "rows", text.count("\n") + 1, limits.max_rows)
            limits.hold("dòng", "rows", len(rows), limits.max_rows)
        if len(cells) > limits.max_columns:
            last = max(column for column, cell in enumerate(cells, start=1) if not is_blank(cell))
            limits.hold(f"cột (ở dòng {number})", f"columns (in row {number})", last, limits.max_columns)
    return rows, cpg


def _text(path: Path, limits: Limits) -> tuple[str, str | None]:
    """The text, its bytes as Latin-1 unless it is UTF-16, and what its byte-order mark says about the encoding."""
    limits.hold("byte", "bytes", path.stat().st_size, limits.max_bytes)
    data = path.read_bytes()
    form = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else utf_16_of(data)
    if form is not None:
        try:
            return data.decode(form), None
        except UnicodeDecodeError as error:
            raise BadSource(
                f"{path.name} begins as UTF-16 text but is damaged at byte {error.start}. Export or copy it again.",
                f"{path.name} bắt đầu như văn bản UTF-16 nhưng hỏng ở byte {error.start}. Hãy xuất hoặc chép lại tệp.",
            ) from error
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise BadSource(
            f"{path.name} holds a NUL byte in line {line}: it is not text or is damaged. Export it again as CSV UTF-8.",
            f"{path.name} có byte NUL ở dòng {line}: không phải văn bản hoặc bị hỏng. Hãy xuất lại dạng CSV UTF-8.",
        )
    marked = data.startswith(b"\xef\xbb\xbf")
    return data[3 if marked else 0 :].decode("latin-1"), "UTF-8" if marked else None


def _records(path: Path, text: str, delimiter: str, first: int) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = first
    try:
        for record in reader:
            yield record
            start = reader.line_num + first
    except csv.Error as error:
        raise BadSource(
            f'{path.name}: the quotes (") do not match in the row of line {start} ({error}).'
            " Close the quote, or write a quote inside a cell twice, and send it again.",
            f'{path.name}: dấu nháy kép (") không khớp ở dòng {start} ({error}).'
            " Hãy đóng dấu nháy, hoặc viết đôi dấu nháy nằm trong ô, rồi gửi lại.",
        ) from error

"""What the XML of an OpenDocument sheet says of its cells: how far they go, which are merged, which are formulas."""

from pathlib import Path

from geo.errors import BadSource
from geo.ingest.files.limits import Limits
from geo.ingest.files.strict_xml import local, strict_parser


class OdsScan:
    """The cells of one sheet (of all for None) as a stream, rows and columns counted from 1.

    A cell or row that is repeated by a number counts as many.
    `merged` are (first row, first column, last row, last column), `formulas` (row, column). BadSource as soon as a
    filled cell is over a limit: the sheet need not be read for it.
    """

    def __init__(self, file: Path, sheet: str | None, limits: Limits, refusal: BadSource, room: int) -> None:
        self.merged: list[tuple[int, int, int, int]] = []
        self.formulas: set[tuple[int, int]] = set()
        self._sheet, self._limits, self._room = sheet, limits, room
        self._inside = False
        self._row = self._rows = self._column = 0
        parser = strict_parser(refusal)
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        with file.open("rb") as source:
            parser.ParseFile(source)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name, own = local(tag), {local(key): value for key, value in attributes.items()}
        if name == "table":
            self._inside, self._row, self._rows = self._sheet in {None, own.get("name")}, 0, 0
        elif self._inside and name == "table-row":
            self._row += self._rows
            self._rows, self._column = int(own.get("number-rows-repeated", "1")), 0
        elif self._inside and name in {"table-cell", "covered-table-cell"}:
            self._cell(own)

    def _end(self, tag: str) -> None:
        if local(tag) == "table":
            self._inside = False

    def _cell(self, own: dict[str, str]) -> None:
        repeated = int(own.get("number-columns-repeated", "1"))
        row, column = self._row + 1, self._column + 1
        self._column += repeated
        if "value-type" in own:
            self._hold(self._row + self._rows, self._column)
            if "formula" in own:
                self.formulas |= {(row, column + step) for step in range(repeated)}
        down, right = int(own.get("number-rows-spanned", "1")), int(own.get("number-columns-spanned", "1"))
        if down > 1:
            self.merged.append((row, column, row + down - 1, column + right - 1))

    def _hold(self, row: int, column: int) -> None:
        if row > self._limits.max_rows + self._room:
            self._limits.hold("dòng", "rows", row, self._limits.max_rows)
        self._limits.hold("cột", "columns", column, self._limits.max_columns)

"""Rows of a sheet that are no records: titles, units, numbering, sections, subtotals, signatures, forms left empty.

Each rule looks at a row among its neighbours: what has an ordinal as records have, or as many cells as they have, is
a record whatever its words say.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from statistics import median_high
from typing import Literal, NamedTuple, TypeAlias

from geo.ingest.files.cell_text import BLANK, as_unicode, is_blank, is_wordy, readings, says, tidy
from geo.ingest.files.excel import FORMULA
from geo.ingest.files.table import listed
from geo.schema import Label

Cells: TypeAlias = Sequence[object]


class Row(NamedTuple):
    """A row of a sheet that is not blank: its number in the sheet, its cells from column A on."""

    number: int
    cells: list[object]


RowKind: TypeAlias = Literal["header", "numbers", "unit", "total", "section", "foot", "blank_form"]

LEFT_OUT: dict[RowKind, Label] = {
    "header": Label("Dòng lặp lại tiêu đề cột, không đọc", "Rows that repeat the header, left out"),
    "numbers": Label("Dòng số thứ tự cột, không đọc", "Rows that number the columns, left out"),
    "unit": Label("Dòng đơn vị tính, không đọc", "Rows of units, left out"),
    "section": Label("Dòng tên nhóm, không đọc", "Rows that head a section, left out"),
    "total": Label("Dòng tổng cộng, không đọc", "Rows of totals, left out"),
    "foot": Label(
        "Dòng ký tên, ghi chú cuối bảng, không đọc", "Rows of signatures and notes below the table, left out"
    ),
    "blank_form": Label("Dòng chỉ có số thứ tự, không đọc", "Rows with an ordinal only, left out"),
}
"""What the report says of rows of each kind, in the order that it says it."""

_ORDINAL = re.compile(r"[(\[]?\s*(\d{1,3})\s*[)\]]?(\s*=.*)?")
_COUNTED = re.compile(r"\d{1,6}(?:\.\d{1,3})*[.)]?")
_ENUMERATOR = r"(?:[ivxl]{1,6}|[a-h])"
_ENUMERATED = re.compile(rf"{_ENUMERATOR}\s*[.)/:-]?")
_HEADED = re.compile(rf"{_ENUMERATOR}\s*[.)/:-]\s*\S|(?:phần|mục|nhóm|biểu)\s+(?:{_ENUMERATOR}|\d+)\b")
_UNITS = "huyện|thị xã|thành phố|thị trấn|xã|phường|tỉnh|khu vực|cụm|bản|thôn"
_GROUPED = re.compile(rf"(?:{_UNITS}|nhóm|phần|mục|loại|lĩnh vực|ngành|vùng)\s")
_NUMBERED_COLUMN = re.compile(r"(?:stt|tt|số tt|số thứ tự|so tt|so thu tu|no)\.?")
_TOTAL_WORDS = "tổng cộng|tổng số|tổng|cộng|tong cong|tong so|total|grand total"
_TOTAL = re.compile(rf"(?:{_TOTAL_WORDS})\s*(?:[:(=.\d].*)?\Z", re.DOTALL)
_SUBTOTAL = re.compile(
    rf"(?:{_TOTAL_WORDS}|cộng dồn|trong đó)\s+(?:{_UNITS}|nhóm|phần|mục|toàn|cả|trang|{_ENUMERATOR}\b|\d)"
)
_TOTAL_OF = re.compile(rf"(?:{_TOTAL_WORDS}|cộng dồn|trong đó)\b")
_LETTERHEAD = re.compile(
    "ubnd|ủy ban nhân dân|uỷ ban nhân dân|uy ban nhan dan"
    "|cộng hòa xã hội|cộng hoà xã hội|cong hoa xa hoi|độc lập|doc lap"
)
_UNIT_WORDS = (
    r"ha|m2|m²|km2|km²|km|m|sào|tấn|tạ|kg|tấn/ha|tạ/ha|lít|hộ|người|lao động|khẩu"
    r"|đồng|triệu đồng|tr\.? ?đồng|trđ|tỷ đồng"
    r"|nghìn đồng|1\.000 đồng|1000 đồng|vnđ|%|năm|tháng|ngày|độ|mét|con|cái|cây"
    r"|sản phẩm|cơ sở|sao|điểm|lượt|lượt khách|m3|m³"
)
_UNIT = re.compile(rf"(?:(?:đvt|dvt|đơn vị(?: tính)?|don vi(?: tinh)?)\b.*|\(?\s*(?:{_UNIT_WORDS})\s*\)?)\Z")
_SIGNED = re.compile(
    r"người lập|lập biểu|người tổng hợp|người kiểm|người duyệt|kế toán|thủ trưởng|giám đốc|phó giám đốc|tổng giám đốc"
    r"|chủ tịch|phó chủ tịch|trưởng phòng|phó trưởng phòng|trưởng ban|thủ kho|cán bộ|công chức|tm\.|kt\.|tl\.|tuq\."
    r"|xác nhận|nơi nhận|ghi chú\s*:|lưu ý\s*:|nguồn\s*:|\(?\s*(?:đã )?ký\b|\(?\s*chữ ký|\(?\s*ký,|đóng dấu"
    r"|(?:.{0,40},\s*)?ngày\s*[\d….]*\s*tháng\s*[\d….]*\s*năm"
)
_SHARE = 0.5
_TELLING = 1_000  # rows that are examined to learn how most rows look
_FEW = 2  # the most texts in a row that is not a record, unless most of its cells are empty


def is_letterhead(cells: Cells) -> bool:
    """Whether a row is the head of an official letter, which often lies over several columns."""
    return any(says(cell, _LETTERHEAD) for cell in cells)


def is_number_line(cells: Cells, names: Sequence[str]) -> bool:
    """Whether a row counts the columns: (1) (2) (3), perhaps with A B before, as forms of ministries have it."""
    texts = [str(cell).strip(BLANK) for cell in cells if not is_blank(cell)]
    while texts and re.fullmatch(r"[(\[]?[A-E][)\]]?", texts[0]):
        texts.pop(0)
    numbers = [int(match[1]) for match in map(_ORDINAL.fullmatch, texts) if match]
    if len(numbers) != len(texts) or not numbers or numbers[0] > 2:
        return False
    counted = all(after == before + 1 for before, after in pairwise(numbers))
    count = sum(not is_blank(cell) for cell in cells)
    if any(text.startswith(("(", "[")) or "=" in text for text in texts):
        return counted and count >= 2
    return counted and count >= 3 and count * 5 >= 4 * sum(map(bool, names))


def is_unit_line(cells: Cells) -> bool:
    """Whether a row under the header says nothing but the units of columns."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and all(says(cell, _UNIT) for cell in filled)


def unit_of(text: str) -> str:
    """The unit in a cell of a row of units; "" for none.

    >>> unit_of("ĐVT: ha"), unit_of("(hộ)")
    ('ha', 'hộ')
    """
    return re.sub(r"^.*[:：]|[()]", "", text).strip(BLANK)


def left_out(rows: Sequence[Cells], names: Sequence[str]) -> list[RowKind | None]:
    """For each row under the header what it is where it is no record; `names` are the columns' ("" for none)."""
    table = _Table.of(rows[:_TELLING], names)
    kinds: list[RowKind | None] = []
    below = False  # whether the signatures have begun
    for row in rows:
        kind = table.kind(row, kinds[-1] if kinds else None)
        signs = kind is None and bool(kinds) and table.is_signed(row)
        below = (below or signs) and (kind is not None or table.is_sparse(row))
        kinds.append("foot" if below else kind)
    last = max((at for at, kind in enumerate(kinds) if kind is None), default=-1)
    return [None if kind == "section" and at > last else kind for at, kind in enumerate(kinds)]


class _Table(NamedTuple):
    """How most rows look: where their ordinals are (None for no such column), and how many cells they fill.

    `capitals` and `grouped` say that names of records look as headings of sections do, which then tell nothing."""

    names: Sequence[str]
    ordinal: int | None
    counted: bool
    width: int
    capitals: bool
    grouped: bool

    @classmethod
    def of(cls, rows: Sequence[Cells], names: Sequence[str]) -> "_Table":
        ordinal = next(
            (column for column, name in enumerate(names) if any(map(_NUMBERED_COLUMN.fullmatch, readings(name)))), None
        )
        most = max((len(_filled(row, ordinal)) for row in rows), default=0)
        full = [row for row in rows if len(_filled(row, ordinal)) * 2 > most]
        numbered = [row for row in full if ordinal is not None and _is_counted(row, ordinal)]
        counted = bool(numbered) and len(numbered) >= _SHARE * len(full)
        likely = numbered if counted else full
        widths = [len(_filled(row, ordinal)) for row in likely]
        titles = [text for row in likely for text in _texts(row, ordinal)[:1]]
        capitals = sum(text.isupper() for text in titles) > _SHARE * len(titles)
        grouped = sum(says(text, _GROUPED) for text in titles) > _SHARE * len(titles)
        return cls(names, ordinal, counted, median_high(widths) if widths else 0, capitals, grouped)

    def kind(self, row: Cells, before: RowKind | None) -> RowKind | None:
        """What a row is where it is no record, by itself and by the kind of the row before."""
        if self.is_header(row):
            return "header"
        if before == "header" and is_number_line(row, self.names):
            return "numbers"
        if self.is_blank_form(row):
            return "blank_form"
        if self.is_full(row) or (self.counted and self._has_ordinal(row)):
            return None
        if self.is_total(row):
            return "total"
        return "section" if self.is_section(row) else None

    def is_header(self, row: Cells) -> bool:
        count = 0
        for column, cell in enumerate(row):
            if not is_blank(cell):
                text, name = tidy(cell), self.names[column] if column < len(self.names) else ""
                if not text or not name.endswith(text):
                    return False
                count += 1
        return count > 1

    def is_full(self, row: Cells) -> bool:
        """Whether a row has more texts and more cells than any row that is no record; most rows end here."""
        texts = islice((cell for cell in row if is_wordy(cell)), _FEW + 1)
        return sum(1 for _ in texts) > _FEW and len(_filled(row, self.ordinal)) > max(1, self.width // 2)

    def is_total(self, row: Cells) -> bool:
        """Whether a row sums up others: its first text says so, and it has hardly any other text."""
        texts = [cell for cell in row if is_wordy(cell)]
        if not texts or len(texts) > _FEW:
            return False
        if says(texts[0], _TOTAL):
            return True
        if self._has_ordinal(row) or not says(texts[0], _TOTAL_OF) or len(texts) > 1:
            return False
        return self.counted or says(texts[0], _SUBTOTAL)

    def is_blank_form(self, row: Cells) -> bool:
        return self.ordinal is not None and not _filled(row, self.ordinal) and _is_counted(row, self.ordinal)

    def is_section(self, row: Cells) -> bool:
        """Whether a row only names the group of the rows below it: one text, perhaps with the group's own figures."""
        texts = _texts(row, self.ordinal)
        if self.width < 2 or self._has_ordinal(row):
            return False
        first = row[self.ordinal] if self.ordinal is not None and self.ordinal < len(row) else None
        if not texts:
            return is_wordy(first) and not _filled(row, self.ordinal) and says(first, _HEADED)
        if len(texts) > 1 or not self._is_leading(row, texts[0]):
            return False
        if self.counted and says(first, _ENUMERATED_ALONE):
            return True
        alone = len(_filled(row, self.ordinal)) == 1
        return alone and is_blank(first) and self._is_heading(texts[0])

    def _is_heading(self, text: str) -> bool:
        headed = says(text, _HEADED) or (says(text, _GROUPED) and not self.grouped)
        shouted = text.isupper() and len(text.split()) > 1 and not self.capitals
        return (headed or shouted) and (self.counted or self.width >= 3)

    def _is_leading(self, row: Cells, text: str) -> bool:
        """Whether a text stands in one of the first columns, where names of records are."""
        return any(isinstance(cell, str) and as_unicode(cell) == text for cell in row[: 2 + (self.ordinal or 0)])

    def _has_ordinal(self, row: Cells) -> bool:
        return self.ordinal is not None and _is_counted(row, self.ordinal)

    def is_sparse(self, row: Cells) -> bool:
        """Whether a row has no ordinal and fills less than half of what records fill."""
        return not self._has_ordinal(row) and len(_filled(row, self.ordinal)) <= max(1, self.width // 2)

    def is_signed(self, row: Cells) -> bool:
        """Whether a row is where people sign, or a note below the table."""
        return self.is_sparse(row) and any(says(cell, _SIGNED) for cell in row)


_ENUMERATED_ALONE = re.compile(_ENUMERATED.pattern + r"\Z")


def _is_counted(row: Cells, ordinal: int) -> bool:
    cell = row[ordinal] if ordinal < len(row) else None
    return cell == FORMULA or (not is_blank(cell) and _COUNTED.fullmatch(str(cell).strip(BLANK)) is not None)


def _filled(row: Cells, ordinal: int | None) -> list[int]:
    """The columns that a row fills beside its ordinal."""
    return [column for column, cell in enumerate(row) if column != ordinal and not is_blank(cell)]


def _texts(row: Cells, ordinal: int | None) -> list[str]:
    return [as_unicode(str(row[column])) for column in _filled(row, ordinal) if is_wordy(row[column])]


def _shown(row: Cells) -> str:
    """The words of a row that is left out, as a report lists them; "" for letters that may stand for other ones."""
    text = as_unicode(next((tidy(cell) for cell in row if is_wordy(cell) and not says(cell, _ENUMERATED_ALONE)), ""))
    readable = text.isascii() or any(letter > "\xff" for letter in text)
    return f" “{text[:40]}”" if text and readable else ""


def notes_on(rows: Sequence[Row], kinds: Sequence[RowKind | None]) -> Iterator[Label]:
    """What was left out, kind by kind: numbers of the rows, with their words where they have some of their own."""
    for kind, label in LEFT_OUT.items():
        texts = [
            f"{row.number}{_shown(row.cells) if kind in _WORDED else ''}"
            for row, kind_of_row in zip(rows, kinds, strict=True)
            if kind_of_row == kind
        ]
        if texts:
            yield Label(f"{label.vi}: {listed(texts)}.", f"{label.en}: {listed(texts)}.")


_WORDED = {"section", "foot"}

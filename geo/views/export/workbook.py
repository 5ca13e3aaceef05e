"""An Excel workbook that offices fill in and import again: labels as headers, drop-down lists, cells as text."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from geo.atlas import Record
from geo.atlas.model import Value
from geo.ocop.codes import CODE_LISTS
from geo.schema import Field, Label
from geo.views.export.book import NARROW, WIDE, cell, header_cell, write_book
from geo.views.export.job import Job
from geo.views.values import parts

PLACE = (Label("Kinh độ (WGS 84)", "Longitude (WGS 84)"), Label("Vĩ độ (WGS 84)", "Latitude (WGS 84)"))
_LISTS = Label("Danh mục", "Code lists")
_ABOUT = Label("Thông tin", "About")
_SPARE = 1_000
"""Empty rows below the records that have drop-down lists too."""


def write_xlsx(job: Job, out: BinaryIO) -> int:
    """Write the workbook and return the number of records.

    The sheet of the records has the layer's name. Its headers are the labels of the declared fields in the job's
    language, codes are written as labels, and points as longitude and latitude. The file can be imported again:
    records are matched by their ids. Two more sheets hold the code lists and the notice.
    """

    def fill(book: Any) -> int:
        count = _write_records(book.create_sheet(job.query.layer), job)
        _write_lists(book.create_sheet(_LISTS.of(job.lang)), job)
        _write_about(book.create_sheet(_ABOUT.of(job.lang)), job)
        return count

    return write_book(fill, job.notice().published_at, out)


def _write_records(sheet: Any, job: Job) -> int:
    columns = _columns(job)
    _look(sheet, job, columns)
    sheet.append([header_cell(sheet, label) for label, _ in columns])
    count = 0
    for batch in job.batches():
        for record in batch:
            sheet.append([cell(sheet, value) for value in _values(job, record)])
        count += len(batch)
    return count


def _columns(job: Job) -> list[tuple[str, Field | None]]:
    """The headers of the columns with their fields; the coordinate columns have no field."""
    columns: list[tuple[str, Field | None]] = [
        (f"{field.label.of(job.lang)}{f' ({field.unit})' if field.unit else ''}", field) for field in job.spec.fields
    ]
    return [*columns, *((label.of(job.lang), None) for label in PLACE)] if job.spec.geometry == "Point" else columns


def _values(job: Job, record: Record) -> Iterator[Value]:
    for field in job.spec.fields:
        yield _label_codes(field, record.properties.get(field.name), job.lang)
    if job.spec.geometry == "Point":
        yield record.lng
        yield record.lat


def _label_codes(field: Field, value: Value, lang: str) -> Value:
    if value is None or field.codes is None or field.kind not in {"code", "codes"}:
        return value
    codes = CODE_LISTS[field.codes]
    return "; ".join(codes.label_of(key, lang) for key in parts(value))


def _look(sheet: Any, job: Job, columns: list[tuple[str, Field | None]]) -> None:
    """Set column widths, a frozen header, and drop-down lists for codes."""
    sheet.freeze_panes = "B2"
    rows = job.total_count + _SPARE
    for number, (_, field) in enumerate(columns, start=1):
        letter = get_column_letter(number)
        long = field is not None and field.kind in {"longtext", "text", "code", "codes"}
        sheet.column_dimensions[letter].width = WIDE if long else NARROW
        if field is not None and field.kind == "code" and field.codes is not None:
            column, first, last = _range_of(job, field)
            source = f"'{_LISTS.of(job.lang)}'!${column}${first}:${column}${last}"
            rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
            rule.add(f"{letter}2:{letter}{rows + 1}")
            sheet.data_validations.append(rule)


def _coded_fields(job: Job) -> list[Field]:
    return [field for field in job.spec.fields if field.kind in {"code", "codes"} and field.codes is not None]


def _range_of(job: Job, field: Field) -> tuple[str, int, int]:
    """The range of a field's labels on the sheet of code lists: column, first row, last row."""
    number = 1 + _coded_fields(job).index(field)
    return get_column_letter(number), 2, 1 + len(CODE_LISTS[field.codes or ""].codes)


def _write_lists(sheet: Any, job: Job) -> None:
    """Write a column for each coded field, with the labels of its code list."""
    fields = _coded_fields(job)
    lists = [[code.label.of(job.lang) for code in CODE_LISTS[field.codes or ""].codes] for field in fields]
    for number in range(1, len(fields) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDE
    sheet.append([header_cell(sheet, field.label.of(job.lang)) for field in fields])
    for row in range(max(map(len, lists), default=0)):
        sheet.append([cell(sheet, words[row] if row < len(words) else None) for words in lists])


def _write_about(sheet: Any, job: Job) -> None:
    notice = job.notice()
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = NARROW, 2 * WIDE
    version = f"{notice.version} ({notice.published_at})"
    rows = [
        (Label("Lớp", "Layer"), notice.title.of(job.lang)),
        (Label("Phiên bản", "Version"), version),
        (Label("Giấy phép", "Licence"), notice.licence),
        (Label("Ghi công", "Attribution"), notice.attribution.of(job.lang)),
        (Label("Hệ toạ độ", "Coordinates"), "WGS 84"),
        *((Label("Nguồn", "Source"), " ".join(filter(None, source))) for source in notice.sources),
    ]
    for label, text in rows:
        sheet.append([header_cell(sheet, label.of(job.lang)), cell(sheet, text)])

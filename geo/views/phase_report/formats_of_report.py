"""The formats of the report as rows."""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from geo.views.phase_report.report_blocks import Report
from geo.views.phase_report.report_docx import write_docx
from geo.views.phase_report.report_pdf import write_pdf


class ReportFormat(NamedTuple):
    """A format: the ending of its files, its media type, and what writes a report and returns its appendices."""

    extension: str
    media_type: str
    write: Callable[[Report, BinaryIO], int]


REPORT_FORMATS: dict[str, ReportFormat] = {
    row.extension: row
    for row in (
        ReportFormat("pdf", "application/pdf", write_pdf),
        ReportFormat("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", write_docx),
    )
}
"""Ending -> format."""

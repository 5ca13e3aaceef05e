"""The report as PDF, typeset by typst in a typeface whose letters are as wide as those of Times New Roman."""

from typing import Any, BinaryIO

from geo.views.phase_report.report_blocks import Block, Grid, Heading, Report
from geo.views.sheets.typesetting import typeset


def write_pdf(report: Report, out: BinaryIO) -> int:
    """Write the report as PDF/A-2a and PDF/UA-1 and return its number of appendices, the map among them."""
    values = {
        "lang": report.lang,
        "title": f"{report.head['kind']}: {report.head['abstract']}",
        "head": report.head,
        "foot": report.foot,
        "body": [_plain(block) for block in report.body],
        "appendices": [
            {
                "number": one.number,
                "title": one.title,
                "attached": one.attached,
                "blocks": [_plain(block) for block in one.blocks],
            }
            for one in report.appendices
        ],
        "sheet_title": report.sheet_title,
        "sheet": report.sheet,
    }
    out.write(typeset("report.typ", values, report.published_at))
    return len(report.appendices) + 1


def _plain(block: Block) -> dict[str, Any]:
    if isinstance(block, Grid):
        return {
            "kind": "grid", "title": block.title, "heads": block.heads, "rows": block.rows,
            "numbers": sorted(block.numbers), "widths": block.widths,
        }  # fmt: skip
    if isinstance(block, Heading):
        return {"kind": "heading", "text": block.text, "level": block.level}
    return {"kind": "paragraph", "text": block.text}

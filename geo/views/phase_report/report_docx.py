"""The report as DOCX for editing, in Times New Roman, with sizes and margins of decree 30/2020/NĐ-CP, appendix I."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from geo.views.dated_files import DatedZip, moment_of
from geo.views.phase_report.report_blocks import TABLE_POINTS, TEXT_MM, Block, Grid, Heading, Report
from geo.views.sheets.typefaces import printable
from geo.views.sheets.typesetting import picture

FONT = "Times New Roman"
_MARGINS_MM = {"top_margin": 20, "bottom_margin": 20, "left_margin": 30, "right_margin": 20}
_OFFICE_MM = 62.0
"""Width of the office's part of the head."""
_MOTTO_MM = 56.0
"""Length of the line below the motto: as long as its text."""
_CELL_MM = 3.8
"""What the margins of a cell take of its width."""
_MAP_PPI = 170.0
_CENTRE, _JUSTIFY, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.RIGHT


def write_docx(report: Report, out: BinaryIO) -> int:
    """Write the report as DOCX and return its number of appendices, the map among them; equal reports, equal bytes."""
    document: Any = Document()
    _set_up(document, report)
    _head(document, report.head)
    for block in report.body:
        _block(document, block)
    _foot(document, report.foot)
    for appendix in report.appendices:
        _line(document, appendix.number, 14, bold=True, level=1)
        document.paragraphs[-1].paragraph_format.page_break_before = True
        _line(document, appendix.title, 14, bold=True)
        _line(document, appendix.attached, 13, bold=False, italic=True)
        for block in appendix.blocks:
            _block(document, block)
    _map(document, report)
    packed = io.BytesIO()
    document.save(packed)
    _write_dated(packed, report.published_at, out)
    return len(report.appendices) + 1


def _write_dated(packed: BinaryIO, published_at: str, out: BinaryIO) -> None:
    """The parts of the file in a zip that carries the date of the version instead of the present time."""
    with zipfile.ZipFile(packed) as parts, DatedZip(out, published_at) as dated:
        for name in parts.namelist():
            dated.add(name, parts.read(name))


# --- page, styles ------------------------------------------------------------------------------------


def _set_up(document: Any, report: Report) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, value in _MARGINS_MM.items():
        setattr(section, name, Mm(value))
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    _number_pages(section.header.paragraphs[0])
    for name in ("Normal", "Heading 1", "Heading 2", "Table Grid"):
        _set_font(document.styles[name], report.lang)
    normal = document.styles["Normal"]
    normal.font.size = Pt(13)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    about, moment = document.core_properties, moment_of(report.published_at).replace(tzinfo=None)
    about.title, about.author, about.language = report.head["abstract"], "", report.lang
    about.comments = ""
    about.created = about.modified = moment


def _set_font(style: Any, lang: str) -> None:
    """Times New Roman for every script, in black."""
    style.font.name = FONT
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    for script in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(script), None)
    for color in properties.findall(qn("w:color")):
        properties.remove(color)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN" if lang == "vi" else "en-GB")
    properties.append(language)


def _number_pages(paragraph: Any) -> None:
    """The number of the page in the middle of its header, as a field."""
    paragraph.alignment = _CENTRE
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


# --- parts -------------------------------------------------------------------------------------------


def _head(document: Any, head: dict[str, str]) -> None:
    """Office and state side by side, number and date below them, then the kind of the document and its subject."""
    table = document.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    office, state, number, day = (cell for row in table.rows for cell in row.cells)
    _fill(office, [(head["parent"], 12.5, {}), (head["office"], 12.5, {"bold": True})])
    _fill(state, [(head["state"], 12.5, {"bold": True}), (head["motto"], 13, {"bold": True})])
    _rule(office.add_paragraph(), 22.0, _OFFICE_MM)
    _rule(state.add_paragraph(), _MOTTO_MM, TEXT_MM - _OFFICE_MM)
    _fill(number, [(head["number"], 13, {})])
    _fill(day, [(head["day"], 13, {"italic": True})])
    _set_widths(table, [_OFFICE_MM, TEXT_MM - _OFFICE_MM])
    for column, width in zip(table.columns, (_OFFICE_MM, TEXT_MM - _OFFICE_MM), strict=True):
        for cell in column.cells:
            cell.width = Mm(width)
    _line(document, head["kind"], 14, bold=True, before=12)
    _line(document, head["abstract"], 14, bold=True)
    _rule(document.add_paragraph(), 54.0, TEXT_MM)


def _rule(paragraph: Any, length_mm: float, room_mm: float) -> None:
    """A line in the middle of a room, as the edge of a paragraph without text."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm((room_mm - _CELL_MM - length_mm) / 2)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(0), Pt(4), Pt(3)
    edges, edge = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in {"val": "single", "sz": "6", "space": "1", "color": "000000"}.items():
        edge.set(qn(f"w:{name}"), value)
    edges.append(edge)
    paragraph._p.get_or_add_pPr().insert_element_before(edges, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _set_widths(table: Any, widths_mm: Sequence[float]) -> None:
    """Fix the widths of the columns: LibreOffice goes by them, Word by those of the cells."""
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths_mm, strict=True):
        column.w = Mm(width)


def _foot(document: Any, foot: dict[str, Any]) -> None:
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    lines = [(foot["recipients_title"], 12, {"bold": True, "italic": True})]
    _fill(left, [*lines, *((row, 11, {}) for row in foot["recipients"])], centred=False)
    _fill(right, [(foot["authority"], 13, {"bold": True}), (foot["sign"], 12, {"italic": True})])


def _fill(cell: Any, lines: list[tuple[str, float, dict[str, bool]]], *, centred: bool = True) -> None:
    """The lines of a cell: text, points, and whether it is bold, italic or underlined."""
    for number, (text, points, look) in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        if centred:
            paragraph.alignment = _CENTRE
        run = paragraph.add_run(printable(text))
        run.font.size = Pt(points)
        for name, value in look.items():
            setattr(run.font, name, value)


def _line(
    document: Any, text: str, points: float, *, bold: bool, italic: bool = False, level: int = 0, before: float = 0.0
) -> None:
    """A line in the middle; with a level it is a heading."""
    paragraph = document.add_heading(level=level) if level else document.add_paragraph()
    paragraph.alignment = _CENTRE
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(printable(text))
    run.font.size, run.font.bold, run.font.italic = Pt(points), bold, italic


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Grid):
        _grid(document, block)
        return
    if isinstance(block, Heading):
        paragraph = document.add_heading(level=block.level)
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(6)
    else:
        paragraph = document.add_paragraph()
        if (
            "://" not in block.text
        ):  # an address has no place to break a line, so that justified words would drift apart
            paragraph.alignment = _JUSTIFY
        paragraph.paragraph_format.first_line_indent = Mm(10)
    run = paragraph.add_run(printable(block.text))
    run.font.size = Pt(13)
    if isinstance(block, Heading):
        run.font.bold = True


def _grid(document: Any, grid: Grid) -> None:
    """A table whose head is repeated on every page, and whose rows are not torn."""
    if grid.title:
        paragraph = document.add_paragraph()
        run = paragraph.add_run(printable(grid.title))
        run.font.size, run.font.bold = Pt(12), True
        paragraph.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1 + len(grid.rows), cols=len(grid.heads), style="Table Grid")
    widths_mm = [TEXT_MM * share / sum(grid.widths) for share in grid.widths]
    _set_widths(table, widths_mm)
    for number, (row, texts) in enumerate(zip(table._tbl.tr_lst, (grid.heads, *grid.rows), strict=True)):
        _keep_whole(row, repeated=number == 0)
        # Row.cells computes the grid of the whole table anew for each row.
        for place, (element, text) in enumerate(zip(row.tc_lst, texts, strict=True)):
            cell = _Cell(element, table)
            cell.width = Mm(widths_mm[place])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            run = paragraph.add_run(printable(text))
            run.font.size, run.font.bold = Pt(TABLE_POINTS), number == 0
            if number == 0:
                paragraph.alignment = _CENTRE
            elif place in grid.numbers:
                paragraph.alignment = _RIGHT
    below = document.add_paragraph().paragraph_format
    below.space_after, below.line_spacing = Pt(0), Pt(8)


def _keep_whole(row: Any, *, repeated: bool) -> None:
    properties = row.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if repeated else [])):
        properties.append(OxmlElement(name))


def _map(document: Any, report: Report) -> None:
    """The map on a page of its own: a picture, as DOCX holds no drawing of this kind."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    _line(document, report.sheet_title, 14, bold=True, level=1)
    document.paragraphs[-1].paragraph_format.space_after = Pt(8)
    values = {"lang": report.lang, "title": report.sheet_title, "sheets": [report.sheet]}
    image = picture("sheet.typ", values, report.published_at, _MAP_PPI)
    document.add_picture(io.BytesIO(image), width=Mm(TEXT_MM))
    document.paragraphs[-1].alignment = _CENTRE
    shape = document.inline_shapes[-1]._inline.docPr
    shape.set("descr", printable(str(report.sheet["map"]["alt"])))
    shape.set("title", printable(report.sheet_title))

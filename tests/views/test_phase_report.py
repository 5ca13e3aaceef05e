"""The report of the phase: the same texts as PDF and as DOCX, the same bytes from the same version, the form of offices."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import docx
import pypdfium2
import pytest
from docx.shared import Mm, Pt
from fontTools.ttLib import TTFont

from geo.atlas import Atlas
from geo.plan.clauses import CLAUSES
from geo.plan.figures import Parameters
from geo.plan.indicators import INDICATORS
from geo.views.phase_report.formats_of_report import REPORT_FORMATS
from geo.views.phase_report.report_blocks import Grid, Report
from geo.views.phase_report.report_content import Office, compose_report
from geo.views.plan.desk import Desk, Moment
from geo.views.plan.phase_page import AFTER, BEFORE
from geo.views.sheets.typefaces import FONTS_DIR
from tests.views.archival import assert_archival

OFFICE = Office("UBND tỉnh Điện Biên", "Sở Nông nghiệp #panic() & <b>", "Điện Biên Phủ")


class WrittenReport(NamedTuple):
    """A report and its files."""

    report: Report
    pdf: bytes
    docx: bytes


def report_of(atlas: Atlas, lang: str) -> Report:
    number = atlas.version.number
    desk = Desk(atlas, Parameters(number, AFTER), {}, Moment(number, BEFORE), lambda _: atlas)
    return compose_report(desk, None, OFFICE, "https://ocop.example/plan/phase", lang)


def written(atlas: Atlas) -> WrittenReport:
    report, files = report_of(atlas, "vi"), []
    for row in REPORT_FORMATS.values():
        out = io.BytesIO()
        assert row.write(report, out) == 5
        files.append(out.getvalue())
    return WrittenReport(report, *files)


@pytest.fixture(scope="module")
def vietnamese(small: Atlas) -> WrittenReport:
    return written(small)


def squeezed(text: str) -> str:
    """A text without spaces, hyphens at the ends of lines and numbers of pages, which the two formats break elsewhere."""
    return re.sub(r"[\s\ufffe\u00ad\u2010-]", "", text)


def text_of_pdf(data: bytes) -> str:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)][:-1]  # the last is the map
    return squeezed("".join(re.sub(rf"^\s*{number}\s", "", text) for number, text in enumerate(pages, 1)))


def text_of_docx(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    parts = (element.text for element in document.element.body.iter() if element.tag.endswith("}t"))
    return squeezed("".join(parts))


def assert_in_order(texts: Iterable[str], whole: str) -> None:
    place = 0
    for text in texts:
        found = whole.find(squeezed(text), place)
        assert found >= 0, text
        place = found


def test_pdf_and_docx_have_every_text_of_the_report_in_the_same_order(vietnamese: WrittenReport) -> None:
    for whole in (text_of_pdf(vietnamese.pdf), text_of_docx(vietnamese.docx)):
        body = list(vietnamese.report.texts())[8:]  # the head is laid out side by side
        assert len(body) > 300
        assert_in_order(body, whole)
        assert all(squeezed(text) in whole for text in vietnamese.report.head.values())
    head, _, _ = text_of_docx(vietnamese.docx).partition(squeezed(vietnamese.report.head["kind"]))
    assert squeezed("Sở Nông nghiệp #panic() & <b>".upper()) in head


def test_the_two_formats_have_no_text_that_the_report_has_not(vietnamese: WrittenReport) -> None:
    own = sum(len(squeezed(text)) for text in vietnamese.report.texts())
    assert len(text_of_docx(vietnamese.docx)) == own + len(squeezed(vietnamese.report.sheet_title))
    whole = len(text_of_pdf(vietnamese.pdf))
    blocks = [*vietnamese.report.body, *(block for one in vietnamese.report.appendices for block in one.blocks)]
    heads = {squeezed("".join(block.heads)) for block in blocks if isinstance(block, Grid)}
    pages = pypdfium2.PdfDocument(vietnamese.pdf)
    starts = [squeezed(page.get_textpage().get_text_range()).lstrip("0123456789") for page in pages]
    repeated = sum(max((len(head) for head in heads if start.startswith(head)), default=0) for start in starts)
    assert whole - repeated <= own <= whole, "a table that goes on repeats its head"


def test_the_report_in_english_has_no_word_of_the_other_language(small: Atlas) -> None:
    texts = list(report_of(small, "en").texts())
    assert "REPORT" in texts and "chưa có số liệu" not in texts
    assert [row.rule.en for row in INDICATORS.values() if row.rule.en not in texts] == []


def test_every_indicator_and_clause_is_in_the_report_with_its_rule(vietnamese: WrittenReport) -> None:
    texts = list(vietnamese.report.texts())
    assert [row.name.vi for row in INDICATORS.values() if texts.count(row.name.vi) < 2] == [], (
        "before and after, and its rule"
    )
    assert [row.rule.vi for row in INDICATORS.values() if row.rule.vi not in texts] == []
    assert all(any(clause.words.vi in text for text in texts) for clause in CLAUSES.values())
    assert "31/12/2020" in " ".join(texts) and "31/12/2023" in " ".join(texts)


def test_the_same_version_gives_the_same_bytes(vietnamese: WrittenReport, small: Atlas) -> None:
    again = written(small)
    assert (again.pdf, again.docx) == (vietnamese.pdf, vietnamese.docx)
    with zipfile.ZipFile(io.BytesIO(vietnamese.docx)) as parts:
        assert {part.date_time for part in parts.infolist()} == {
            (2026, 1, 2, 3, 4, 4)
        }  # zip counts in steps of two seconds


def test_the_docx_has_the_form_of_administrative_documents(vietnamese: WrittenReport) -> None:
    document = docx.Document(io.BytesIO(vietnamese.docx))
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    margins = page.top_margin, page.bottom_margin, page.left_margin, page.right_margin
    assert [round(margin.mm) for margin in margins] == [20, 20, 30, 20]
    assert page.different_first_page_header_footer and "PAGE" in page.header._element.xml
    normal = document.styles["Normal"]
    assert (normal.font.name, normal.font.size) == ("Times New Roman", Pt(13))
    office, (*state, motto_line) = (cell.paragraphs for cell in document.tables[0].rows[0].cells)
    subject = next(
        number for number, line in enumerate(document.paragraphs) if line.text == vietnamese.report.head["abstract"]
    )
    lines = office[-1], motto_line, document.paragraphs[subject + 1]
    assert all(line.text == "" and "w:pBdr" in line._p.xml for line in lines), (
        "below the office, the motto, the subject"
    )
    assert [line.text for line in state] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert all(run.font.bold for line in state for run in line.runs)
    for table in (document.tables[0], *(one for one in document.tables if one.style.name == "Table Grid")):
        columns = [column.w for column in table._tbl.tblGrid.gridCol_lst]
        assert [cell.width for cell in table.rows[0].cells] == columns and round(sum(columns) / Mm(1)) == 160
    assert 'w:type="page"' not in document.element.xml, "an empty page would follow a table that ends one"
    assert document.core_properties.created.date() == date(2026, 1, 2)
    (map_picture,) = document.inline_shapes
    assert map_picture._inline.docPr.get("descr").startswith("Bản đồ tỷ lệ 1 :")


def test_the_pdf_has_the_margins_and_sizes_of_the_decree(vietnamese: WrittenReport) -> None:
    page = pypdfium2.PdfDocument(vietnamese.pdf)[1]
    text_page = page.get_textpage()
    boxes = [text_page.get_charbox(n, loose=True) for n in range(text_page.count_chars())]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    assert left / 72 * 25.4 > 29.5 and right / 72 * 25.4 < 190.5


def test_every_column_of_a_table_has_room_for_its_longest_word(vietnamese: WrittenReport) -> None:
    """At 11 points no word is wider than its column, so that dates in neighbouring columns do not run into each other."""
    blocks = [*vietnamese.report.body, *(block for one in vietnamese.report.appendices for block in one.blocks)]
    grids = [block for block in blocks if isinstance(block, Grid)]
    assert any(re.fullmatch(r"\d\d/\d\d/20\d\d", text) for grid in grids for row in grid.rows for text in row)
    with TTFont(FONTS_DIR / "LiberationSerif-Regular.ttf", lazy=True) as font:
        widths, letters, size = font["hmtx"].metrics, font.getBestCmap(), font["head"].unitsPerEm
    for grid in grids:
        for share, *column in zip(grid.widths, grid.heads, *grid.rows, strict=True):
            room_mm = 160 * share / sum(grid.widths) - 2.4
            words = (word for text in column[1:] for word in text.split() if len(word) <= 14)
            ems = max((sum(widths[letters[ord(letter)]][0] for letter in word) / size for word in words), default=0.0)
            assert ems * 11 * 25.4 / 72 < room_mm, (grid.heads, column[0])


def test_the_pdf_is_for_archives_and_for_screen_readers(vietnamese: WrittenReport) -> None:
    assert_archival(vietnamese.pdf, "vi", {"LiberationSerif", "BeVietnamPro"})

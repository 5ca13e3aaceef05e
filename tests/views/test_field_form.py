"""The field form, read back from the PDF: the records of the worklist, by commune, with what is known of them."""

import io

import pypdfium2
import pytest

from geo.atlas import Atlas
from geo.errors import BadQuery
from geo.views.sheets import field_form
from geo.views.sheets.field_form import write_form
from geo.views.worklist import Gaps, count_records
from tests.views.archival import assert_archival

PLACES = Gaps(field="precision")


def text_of(atlas: Atlas, gaps: Gaps, lang: str = "vi") -> tuple[int, list[str]]:
    """The number that is returned, and the text of each page."""
    out = io.BytesIO()
    number = write_form(atlas, gaps, lang, lambda commune: f"https://x.vn/worklist?commune={commune}", out)
    assert_archival(out.getvalue(), lang, {"BeVietnamPro"})
    pages = pypdfium2.PdfDocument(out.getvalue())
    return number, [" ".join(page.get_textpage().get_text_range().split()) for page in pages]


def test_a_form_has_the_records_of_the_worklist_by_commune_with_room_for_coordinates(small: Atlas) -> None:
    number, pages = text_of(small, PLACES)
    assert number == count_records(small, PLACES) == 2
    east, nowhere = pages
    assert east.startswith("Sam Mứn Phiếu thu thập") and "Cà phê <script>alert(1)</script>" in east
    assert "trong phạm vi xã cũ" in east and "Y (đông)" in east and "kinh độ" in east
    assert nowhere.startswith("Chưa rõ xã") and "Chè Shan tuyết" in nowhere and "chưa có vị trí" in nowhere


def test_a_form_of_another_field_asks_for_a_value_in_the_language_of_the_page(small: Atlas) -> None:
    gaps = Gaps(layer="producers", field="founded", communes=("00001",))
    number, pages = text_of(small, gaps, "en")
    assert number == 1 and "Hợp tác xã Ong mật" in pages[0]
    assert "certificate of registration" in pages[0] and "Easting" not in pages[0]


def test_a_form_without_gaps_says_so(small: Atlas) -> None:
    number, pages = text_of(small, Gaps(layer="sites", field="precision", communes=("00002",)))
    assert number == 0 and "Không thiếu thông tin nào" in pages[0]


def test_a_form_of_too_many_records_is_refused(small: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_form, "MOST_RECORDS", 1)
    with pytest.raises(BadQuery, match="at most 1"):
        text_of(small, PLACES)

"""Single cells: UTF-8 or a finding, and no letter guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ingest.seed.cells import read_cell


@given(
    st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd", "Zs", "Po"), max_codepoint=0x1EF9), max_size=30)
)
def test_utf8_reads_as_itself_or_is_pointed_at(text: str) -> None:
    cell = read_cell(text.encode("utf-8").decode("latin-1"))
    assert cell.text == text and cell.kind in {None, "mojibake"}


@pytest.mark.parametrize(
    ("data", "width", "text", "kind"),
    [
        (b"Muong Phang", 80, "Muong Phang", None),
        ("Mường Phăng".encode(), 80, "Mường Phăng", None),
        ("Mường Phăng".encode()[:-4], 10, "Mường Ph", None),
        ("Mường".encode()[:4], 4, "Mư", "cut_text"),
        ("Mường".encode()[:5], 80, None, "wrong_encoding"),
        (b"Qu\xe1n C\xe0", 7, None, "wrong_encoding"),
        (b"C\xe0", 80, None, "wrong_encoding"),
        (b"C\xe0", None, None, "wrong_encoding"),
        (b"", 80, "", None),
    ],
)  # fmt: skip
def test_only_a_full_column_can_have_cut_a_letter(
    data: bytes, width: int | None, text: str | None, kind: str | None
) -> None:
    cell = read_cell(data.decode("latin-1"), width)
    assert (cell.text, cell.kind) == (text, kind)


def test_a_finding_quotes_the_beginning_of_a_long_value() -> None:
    cell = read_cell("\xea" * 5_000)
    assert cell.kind == "wrong_encoding" and len(cell.message.en) < 1_000

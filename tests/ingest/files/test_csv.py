"""CSV as offices and programs write it: delimiters, encodings, rows that are too long."""

from pathlib import Path

import pytest

from geo.encodings import decode, encode
from geo.errors import BadSource
from geo.ingest.files.table import Table
from tests.ingest.files.sheet_files import first, text


def table_of(tmp_path: Path, content: str | bytes) -> Table:
    return first(text(tmp_path / "vùng chè.csv", content), "csv")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_outside_quotes(tmp_path: Path, mark: str) -> None:
    rows = [["ten", "dia chi", "so"], ['"Che, ""Tua; Chua"""', '"a|b\tc"', "1"], ["Gao", "xa, huyen", "2"]]
    if mark == ",":
        rows[2][1] = "xa"
    table = table_of(tmp_path, "\n".join(mark.join(row) for row in rows))
    assert table.columns == {
        "ten": ['Che, "Tua; Chua"', "Gao"], "dia chi": ["a|b\tc", rows[2][1]], "so": ["1", "2"],
    }  # fmt: skip
    assert (table.driver, table.layer, table.cpg, table.header_row) == ("CSV", "vùng chè", None, 1)


def test_decimal_commas_do_not_pass_for_the_delimiter(tmp_path: Path) -> None:
    table = table_of(tmp_path, "ten;x;y\nGao;103,5;21,5\nChe;103,6;21,6\n")
    assert table.columns["x"] == ["103,5", "103,6"]


def test_a_first_line_may_say_the_delimiter(tmp_path: Path) -> None:
    table = table_of(tmp_path, "sep=|\r\nten|so,luong\r\nGao,Che|1,2\r\n")
    assert table.columns == {"ten": ["Gao,Che"], "so,luong": ["1,2"]}
    assert (table.header_row, list(table.row_numbers)) == (2, [3])


@pytest.mark.parametrize("encoding", ["utf-8", "cp1258", "tcvn3"])
def test_bytes_are_kept(tmp_path: Path, encoding: str) -> None:
    content = encode("Tên,Xã\nĐà,Mà\nà,Mơ\n", encoding)
    table = table_of(tmp_path, content)
    names = [decode(name, encoding) for name in table.columns]
    assert names == ["Tên", "Xã"]
    cells = [[decode(str(cell), encoding) for cell in cells] for cells in table.columns.values()]
    assert cells == [["Đà", "à"], ["Mà", "Mơ"]]
    assert table.cpg is None


def test_a_mark_of_utf_8_is_taken_off_and_told(tmp_path: Path) -> None:
    table = table_of(tmp_path, "\ufeffTên,Xã\nChè,Mường Ảng\n")
    assert (next(iter(table.columns)).encode("latin-1").decode(), table.cpg) == ("Tên", "UTF-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_unicode(tmp_path: Path, encoding: str) -> None:
    table = table_of(tmp_path, "\ufeffTên\tXã\nChè\tMường Ảng\n".encode(encoding))
    assert table.columns == {"Tên": ["Chè"], "Xã": ["Mường Ảng"]}


def test_a_cell_of_several_lines_is_one_row(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'a,b\r\n"x\r\ny",1\r\n\r\nz,2\r\n')
    assert table.columns == {"a": ["x\r\ny", "z"], "b": ["1", "2"]}
    assert list(table.row_numbers) == [2, 4]


def test_a_row_with_more_cells_than_the_header_is_kept_and_told(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\nx,1\ny,2,zz\n")
    assert table.columns["column C"] == [None, "zz"]
    assert [(issue.kind, issue.record, issue.row) for issue in table.issues] == [("ragged_row", None, 3)]


def test_an_error_of_a_spreadsheet_in_a_csv_is_a_finding(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\nx,#N/A\ny,2\n")
    assert table.columns["b"] == [None, "2"]
    assert [issue.value for issue in table.issues] == ["#N/A"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'a,b\nx,1\n"y,2\nz,3\n', "line 3"), (b'a,b\n"x"y,1\n', "line 2"), (b"a,b\nx,1\ny\0,2\n", "NUL.*line 3"),
        (b"\xff\xfea\0,\0\x00", "UTF-16"), (b"", "no table"), (b'a,b\n"' + b"x" * 200_000 + b"\n", "line 2"),
    ],
)  # fmt: skip
def test_a_csv_that_cannot_be_read_says_where(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(BadSource, match=said) as refused:
        table_of(tmp_path, content)
    assert "vùng chè.csv" in refused.value.vi

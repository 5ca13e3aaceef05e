"""Tables of Shapefiles: cells that GDAL makes nothing of arrive as they are stored, or are findings."""

import struct
from pathlib import Path

import pytest

from geo.ingest.files.dbf import read_dbf
from geo.ingest.files.table import Table
from tests.ingest import samples
from tests.ingest.cases import case, findings, new_records, staged, table_of, words
from tests.ingest.samples import frame, group, write


def dbf(path: Path, fields: list[tuple[str, str, int]], rows: list[list[str]]) -> Path:
    """A table with cells as they are given, dates and numbers included."""
    width = 1 + sum(length for *_, length in fields)
    head = struct.pack("<4BIHH20x", 3, 124, 1, 1, len(rows), 32 + 32 * len(fields) + 1, width)
    for name, kind, length in fields:
        head += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), length, 0)
    body = b"".join(
        b" " + b"".join(cell.encode().ljust(field[2]) for cell, field in zip(row, fields, strict=True)) for row in rows
    )
    path.write_bytes(head + b"\r" + body + b"\x1a")
    return path


def one(work: Path, kind: str, length: int, *cells: str) -> Table:
    """A table of one column, beside one of numbers."""
    return table_of(work, dbf(work / "x.dbf", [("SO", "N", 4), ("A", kind, length)], [["1", cell] for cell in cells]))


def test_a_date_that_does_not_exist_is_a_finding_of_one_record(tmp_path: Path) -> None:
    result = staged(case(tmp_path, "shp_date_impossible.zip"), "sites")
    assert [None if date is None else str(date) for date in new_records(result)["decided"]] == [
        "2021-06-15",
        None,
        "2020-01-01",
    ]
    assert [issue.field for issue in result.report.issues if issue.kind == "bad_date"] == ["decided"]


def test_columns_of_one_name_are_two(tmp_path: Path) -> None:
    table = case(tmp_path, "shp_dup_fields.zip")
    assert list(table.columns) == ["TEN", "LOAI_DI_TI", "LOAI_DI_TI (2)"]
    assert list(new_records(staged(table, "sites"))["kind"]) == ["historic", "historic", "scenic"]


def test_a_number_that_did_not_fit_its_column_is_a_finding(tmp_path: Path) -> None:
    table = case(tmp_path, "shp_num_stars.zip")
    assert findings(table) == [("bad_number", 1, "DIEN_TICH")] and "độ rộng 8 của cột" in words(table, "vi")
    assert "bad_number" in [issue.kind for issue in staged(table, "zones").report.issues]


def test_measures_are_left_out_with_words_in_both_languages(tmp_path: Path) -> None:
    table = case(tmp_path, "shp_pointz.zip")
    assert "bỏ giá trị đo M" in words(table, "vi") and "measures (M)" in words(table)


@pytest.mark.parametrize(
    ("kind", "length", "cell", "read"),
    [
        ("D", 8, "20240131", "2024-01-31"), ("D", 8, "20240231", "20240231"), ("D", 8, "2024", "2024"),
        ("D", 8, "31/01/24", "31/01/24"), ("D", 8, "", None), ("D", 8, "00000000", None),
        ("N", 6, "12", 12), ("N", 6, "1,5", "1,5"), ("N", 6, "-", "-"), ("N", 6, "", None), ("N", 6, "******", None),
        ("N", 20, "12345678901234567891", "12345678901234567891"), ("N", 18, "123456789012345678", 123456789012345678),
        ("C", 6, "***", "***"), ("L", 1, "?", None),
    ],
)  # fmt: skip
def test_a_cell_arrives_as_it_is_stored(tmp_path: Path, kind: str, length: int, cell: str, read: object) -> None:
    assert one(tmp_path, kind, length, cell).columns["A"] == [read]


def test_memos_in_a_file_of_their_own_are_counted(tmp_path: Path) -> None:
    table = one(tmp_path, "M", 10, "1", "", "7")
    assert "2 cells of column A are memos" in words(table)


def test_deleted_rows_are_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "xa.shp", "ESRI Shapefile", frame(ngay=["2024-01-31", "2023-02-01", "2022-03-04"]))
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    (start, width) = struct.unpack_from("<HH", data, 8)
    data[start + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(data)
    assert [column.cells.tolist()[1].strip() for column in read_dbf(path.with_suffix(".dbf"))][1:2] == [b"305"]
    assert table_of(tmp_path, *group(path)).columns["so"] == [7, 305]


@pytest.mark.parametrize("cut", [0, 20, 40, 100])
def test_a_table_whose_parts_do_not_fit_has_no_columns(tmp_path: Path, cut: int) -> None:
    path = samples.loose(tmp_path).with_suffix(".dbf")
    path.write_bytes(path.read_bytes()[:cut])
    assert read_dbf(path) == []

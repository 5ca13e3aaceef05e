"""MapInfo's MIF and TAB: bytes of text whatever the charset, datums, files that belong together."""

from pathlib import Path

import pytest
from shapely import Point

from geo.errors import BadSource
from tests.ingest.files.vector_tables import opened, same
from tests.ingest.samples import SHAPES, frame, group, write

MIF = """Version 300
Charset "%s"
Delimiter ","
CoordSys Earth Projection 8, 104, "m", 103, 0, 0.9999, 500000, 0
Columns 2
  ten Char(20)
  so Integer
Data

Point 501000.5 2368000.25
Point 502000.5 2369000.25
"""


@pytest.mark.parametrize(
    ("charset", "cpg"), [("WindowsVietnamese", "1258"), ("Neutral", None), ("WindowsLatin1", None), ("UTF-8", "UTF-8")]
)
def test_bytes_of_a_mif_are_kept_whatever_its_charset(tmp_path: Path, charset: str, cpg: str | None) -> None:
    written = "Tủa Chùa".encode("cp1258", "replace"), "§iÖn Biªn".encode("latin-1")
    (tmp_path / "X.MIF").write_text(MIF % charset, encoding="ascii")
    (tmp_path / "X.MID").write_bytes(b"".join(b'"%s",%d\r\n' % (text, row) for row, text in enumerate(written)))
    table = opened(tmp_path, tmp_path / "X.MIF", tmp_path / "X.MID")
    assert [str(cell).encode("latin-1") for cell in table.columns["ten"]] == list(written)
    assert table.columns["so"] == [0, 1] and table.cpg == cpg
    assert same(table, [Point(501000.5, 2368000.25), Point(502000.5, 2369000.25)])
    assert 'PARAMETER["central_meridian",103]' in str(table.crs) and 'PARAMETER["scale_factor",0.9999]' in str(
        table.crs
    )


def test_a_datum_of_its_own_in_a_mif_keeps_its_parameters(tmp_path: Path) -> None:
    own = 'Projection 8, 9999, 28, -191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372, 0.252906278, 0, "m"'
    (tmp_path / "x.mif").write_text((MIF % "Neutral").replace('Projection 8, 104, "m"', own), encoding="ascii")
    (tmp_path / "x.mid").write_text('"a",1\n"b",2\n')
    assert "TOWGS84[-191.90441429,-39.30318279,-111.45032835" in str(
        opened(tmp_path, tmp_path / "x.mif", tmp_path / "x.mid").crs
    )


@pytest.mark.parametrize(
    ("charset", "cpg"), [("WindowsVietnamese", "1258"), ("Neutral", None), ("WindowsLatin1", None)]
)
def test_bytes_of_a_tab_are_kept_whatever_its_charset(tmp_path: Path, charset: str, cpg: str | None) -> None:
    path = write(tmp_path / "xa.tab", "MapInfo File", frame(ma=["aaaaaaaaaa", "bbbbbbbbbb", "c"]))
    old = ["Mường Ảng".encode("cp1258", "replace").ljust(10, b"x"), "§iÖn Biªn!".encode("latin-1")]
    data = path.with_suffix(".dat").read_bytes()
    path.with_suffix(".dat").write_bytes(data.replace(b"aaaaaaaaaa", old[0]).replace(b"bbbbbbbbbb", old[1]))
    head = path.read_text()
    assert '"Neutral"' in head
    path.write_text(head.replace("Neutral", charset))
    files = [one.rename(one.with_suffix(one.suffix.upper())) for one in group(path)]
    table = opened(tmp_path, *files)
    assert [str(cell).encode("latin-1") for cell in table.columns["ma"]] == [*old, b"c"] and table.cpg == cpg
    assert same(table, SHAPES)


def test_a_tab_without_its_other_files_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "xa.tab", "MapInfo File")
    with pytest.raises(BadSource, match="MapInfo"):
        opened(tmp_path, path)


def test_a_tab_may_have_a_column_called_type(tmp_path: Path) -> None:
    path = write(tmp_path / "xa.tab", "MapInfo File", frame(Type=["a", "b", "c"]))
    assert opened(tmp_path, *group(path)).columns["Type"] == ["a", "b", "c"]


def test_a_mif_whose_places_are_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mif").write_text((MIF % "Neutral").replace("Point 502000.5 2369000.25\n", ""), encoding="ascii")
    (tmp_path / "x.mid").write_text('"a",1\n"b",2\n')
    with pytest.raises(BadSource, match="2 records but only 1"):
        opened(tmp_path, tmp_path / "x.mif", tmp_path / "x.mid")

"""What GDAL leaves out of a file is counted a second way: features, vertices, cells, texts."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

from geo.errors import BadSource
from geo.ingest.files.second_reading import _index_bytes, losses
from geo.ingest.files.sniff import Kind
from geo.ingest.files.table import Records, Table
from tests.ingest import samples
from tests.ingest.cases import findings, table_of, words
from tests.ingest.files.test_foreign import geodatabase

CUTS = 25
"""So many places at which each binary file is cut."""


def mif(tmp_path: Path, objects: str, cells: str = '"a",1\n"b",2\n') -> Table:
    header = 'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 2\n  ten Char(9)\n  so Integer\nData\n\n'
    (tmp_path / "x.mif").write_text(header + objects, encoding="ascii")
    (tmp_path / "x.mid").write_text(cells, encoding="ascii")
    return table_of(tmp_path, tmp_path / "x.mif", tmp_path / "x.mid")


TWO_POINTS = "Point 103 21\nPoint 104 22\n"


@pytest.mark.parametrize(
    "objects",
    [
        TWO_POINTS,
        "Point 103 21\n    Symbol (34,0,9)\nNone\n",
        "Line 103 21 104 22\n    Pen (1,2,0)\nPline 3\n103 21\n103 22\n104 22\n",
        "Pline Multiple 2\n  2\n103 21\n103 22\n  2\n104 21\n104 22\nPoint 103 21\n",
        "Region 2\n  3\n103 21\n104 21\n104 22\n  3\n105 21\n106 21\n106 22\n    Center 103.5 21.5\nNone\n",
        "Rect 103 21 104 22\nEllipse 103 21 104 22\n",
        'Text\n    "Vung 1"\n    103 21 104 22\n    Font ("Arial",0,0,0)\nArc 103 21 104 22\n    0 90\n',
        "Multipoint 2\n103 21\n104 22\nPoint 103 21\n",
        "Collection 2\nRegion 1\n  3\n103 21\n104 21\n104 22\nPline 2\n103 21\n103 22\nPoint 103 21\n",
    ],
)
def test_every_object_of_an_exchange_file_is_understood(tmp_path: Path, objects: str) -> None:
    assert mif(tmp_path, objects).issues == ()


@pytest.mark.parametrize(
    ("objects", "cells", "report"),
    [
        ("Point 103 21\nPoint 1x4 22\n", '"a",1\n"b",2\n', "the line 'Point 1x4 22' of the object is not understood"),
        ('Point 103 21\nPline 2\n103 21\n"104" 22\n', '"a",1\n"b",2\n', "is not understood"),
        (TWO_POINTS, '"a",1\n"b",2,3\n', "has 3 cells, expected 2"),
    ],
)
def test_a_line_or_row_that_cannot_be_read_is_named(tmp_path: Path, objects: str, cells: str, report: str) -> None:
    try:
        table = mif(tmp_path, objects, cells)
    except BadSource:
        return
    assert report in words(table)


def test_a_number_that_is_none_stays_as_it_is_written(tmp_path: Path) -> None:
    table = mif(tmp_path, TWO_POINTS, '"a",1\n"b",2x\n')
    assert table.columns["so"] == [1, "2x"]


def test_a_cell_without_an_end_refuses_the_file(tmp_path: Path) -> None:
    rows = '"a,1\n' + f"{'b' * 30_000},2\n" * 6
    with pytest.raises(BadSource, match=r"x\.mif"):
        mif(tmp_path, "Point 103 21\n" * 7, rows)


GPX = '<gpx version="1.1">{}</gpx>'
WAYPOINT = '<wpt lat="21.5" lon="103.5"><name>A</name>{}</wpt>'


@pytest.mark.parametrize(
    ("body", "report"),
    [
        (WAYPOINT.format("<desc>hang</desc><link href='http://a.vn'><text>trang</text></link><ele>512.5</ele>"), None),
        (WAYPOINT.format("<time>2024-05-06T07:08:09+07:00</time><sym>Flag, Blue</sym>"), None),
        (WAYPOINT.format("<cao>512</cao>"), "'512' in <cao> is not read"),
        (WAYPOINT.format("<ele>cao</ele>"), "'cao' in <ele> is not read"),
        (
            WAYPOINT.format("") + '<wpt lat="21,5" lon="103.5"/>',
            "lat='21,5', lon='103.5' are no latitude and longitude",
        ),
        (WAYPOINT.format("") + '<wpt lat="211" lon="103.5"/>', "are no latitude and longitude"),
        (WAYPOINT.format("") + "<point/><point/>", "2 elements <point>, which GPX does not have"),
    ],
)
def test_each_text_and_coordinate_of_a_waypoint_arrives_or_is_named(
    tmp_path: Path, body: str, report: str | None
) -> None:
    path = tmp_path / "x.gpx"
    path.write_text(GPX.format(body), encoding="utf-8")
    table = table_of(tmp_path, path)
    assert words(table) == "" if report is None else report in words(table)


def test_the_points_of_a_track_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.gpx"
    points = "".join(f'<trkpt lat="{21 + n / 9}" lon="103"><ele>{n}</ele></trkpt>' for n in range(4))
    path.write_text(GPX.format(f"<trk><name>T</name><trkseg>{points}</trkseg></trk>"), encoding="utf-8")
    assert table_of(tmp_path, path, part="tracks").issues == ()
    path.write_text(path.read_text().replace('lat="21.0"', 'lat="x"'), encoding="utf-8")
    assert "bad_coordinate" in [kind for kind, *_ in findings(table_of(tmp_path, path, part="tracks"))]


def test_entities_that_are_not_drawn_are_named(tmp_path: Path) -> None:
    groups = ["0", "SECTION", "2", "ENTITIES"]
    for kind, handle in (("POINT", "A1"), ("3DSOLID", "A2"), ("3DSOLID", "A3"), ("ACAD_TABLE", "A4")):
        groups += ["0", kind, "5", handle, "8", "0", "10", "103", "20", "21"]
    path = tmp_path / "x.dxf"
    path.write_text("\n".join([*groups, "0", "ENDSEC", "0", "EOF", ""]), encoding="ascii")
    report = words(table_of(tmp_path, path))
    assert "2 entities 3DSOLID: not read" in report and "1 entities ACAD_TABLE: not read" in report


# --- binary formats ----------------------------------------------------------------------------------


def packed_geodatabase(folder: Path) -> Path:
    return samples.zipped(folder / "x.zip", *geodatabase(folder), into="xa.gdb/")


def table_file(folder: Path) -> list[Path]:
    samples.tab(folder)
    return samples.group(folder / "tab" / "xa.tab")


def of_one(make: Callable[[Path], Path]) -> Callable[[Path], list[Path]]:
    return lambda folder: [make(folder)]


BINARY: dict[str, tuple[Callable[[Path], list[Path]], str]] = {
    "flatgeobuf": (of_one(samples.SAMPLES["flatgeobuf"]), ".fgb"), "tab .dat": (table_file, ".dat"),
    "tab .map": (table_file, ".map"), "tab .id": (table_file, ".id"), "gdb": (geodatabase, "a00000009.gdbtable"),
    "dgn": (of_one(samples.dgn), ".dgn"),
}  # fmt: skip


@pytest.mark.parametrize("name", BINARY)
def test_a_file_that_is_cut_is_refused_reported_or_whole(tmp_path: Path, name: str) -> None:
    make, ending = BINARY[name]
    files = make(tmp_path)
    [path] = [one for one in files if one.name.lower().endswith(ending)]
    content, whole = path.read_bytes(), table_of(tmp_path, *files)
    outcomes: Counter[str] = Counter()
    for seed in range(CUTS):
        path.write_bytes(content[: random.Random(seed).randrange(len(content))])
        try:
            table = table_of(tmp_path, *files)
        except BadSource:
            outcomes["refused"] += 1
            continue
        if table.issues:
            outcomes["reported"] += 1
            continue
        assert table.columns == whole.columns, seed
        assert [str(shape) for shape in table.shapes] == [str(shape) for shape in whole.shapes], seed
        outcomes["whole"] += 1
    assert outcomes["refused"] + outcomes["reported"] > CUTS // 5, outcomes


@pytest.mark.parametrize("name", ["flatgeobuf", "tab .dat", "gdb"])
def test_a_mistyped_text_arrives(tmp_path: Path, name: str) -> None:
    make, ending = BINARY[name]
    files = make(tmp_path)
    [path] = [one for one in files if one.name.lower().endswith(ending)]
    content = path.read_bytes()
    old, new = "Tủa Chùa".encode(), 'Tủa "hùa'.encode()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))
    cells = table_of(tmp_path, *files).columns["ten"]
    texts = [str(cell).encode("latin-1").decode() if name == "tab .dat" else cell for cell in cells]
    assert 'Tủa "hùa' in texts


def test_a_decimal_of_a_mapinfo_table_that_is_no_number_stays_as_text(tmp_path: Path) -> None:
    source, target = tmp_path / "s.mif", tmp_path / "t" / "xa.tab"
    source.write_text('Version 300\nDelimiter ","\nColumns 1\n  dientich Decimal(9,2)\nData\n\nPoint 103 21\n', "ascii")
    source.with_suffix(".mid").write_text("305.25\n", encoding="ascii")
    target.parent.mkdir()
    samples.ogr2ogr(target, source, "-f", "MapInfo File")
    table = target.with_suffix(".dat")
    assert table.read_bytes().count(b"305.25") == 1
    assert table_of(tmp_path, *samples.group(target)).columns["dientich"] == [305.25]
    table.write_bytes(table.read_bytes().replace(b"305.25", b"3x5.25"))
    assert table_of(tmp_path, *samples.group(target)).columns["dientich"] == ["3x5.25"]


@pytest.mark.parametrize(
    ("kind", "make"),
    [("flatgeobuf", samples.SAMPLES["flatgeobuf"]), ("dgn", samples.dgn), ("dxf", samples.dxf), ("gdb", None)],
)
def test_features_that_do_not_come_are_counted(tmp_path: Path, kind: Kind, make: Callable[[Path], Path] | None) -> None:
    path = make(tmp_path) if make is not None else geodatabase(tmp_path)[0].parent
    layer = "xa" if kind in {"gdb", "flatgeobuf"} else "entities"
    one = Records({}, range(1, 2), gpd.GeoSeries([Point(103, 21)]).to_numpy())
    assert [issue.kind for issue in losses(path, kind, layer, one)][-1:] == ["reader_warning"]


def test_the_index_of_a_flatgeobuf_has_the_size_of_its_tree() -> None:
    assert [_index_bytes(count, 16) // 40 for count in (1, 2, 16, 17, 256, 257)] == [2, 3, 17, 20, 273, 277]

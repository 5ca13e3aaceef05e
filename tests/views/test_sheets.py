"""Printed sheets, read back from the PDF: places of grid labels, names without overlap, fonts, standards, hostile text."""

import io
import math
import unicodedata
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo.atlas import Atlas, Query
from geo.basemap.ground import Ground, GroundSource
from geo.errors import BadQuery, NotFound
from geo.ocop.styles import STYLES
from geo.settings import Settings
from geo.views.sheets.atlas_book import write_book
from geo.views.sheets.label_placement import Name, PlacedName, Spot, place_names, spots_beside
from geo.views.sheets.map_sheet import draw_sheet, filter_words, write_sheet
from geo.views.sheets.subject import SheetOrder, filters_of
from geo.views.sheets.typefaces import FACES, FONTS_DIR
from geo.views.values import precision_of
from tests.views.archival import assert_archival, dictionaries
from tests.views.printed_sheets import ADDRESS, PrintedSheet, pixels, printed


@pytest.fixture(scope="module")
def ground(built: Settings) -> Ground | None:
    return GroundSource(built.basemap_dir)()


@pytest.fixture(scope="module")
def province(real_atlas: Atlas, ground: Ground) -> PrintedSheet:
    return printed(real_atlas, ground, SheetOrder())


@pytest.fixture(scope="module")
def commune(real_atlas: Atlas, ground: Ground) -> PrintedSheet:
    return printed(real_atlas, ground, SheetOrder(area="communes/03127", paper="a4", orientation="portrait", lang="en"))


SHEETS = ("province", "commune")


# --- grid --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
def test_every_grid_label_stands_within_a_tenth_of_a_millimetre_of_its_place(
    name: str, request: pytest.FixtureRequest
) -> None:
    one: PrintedSheet = request.getfixturevalue(name)
    window, size, boxes = one.sheet.drawing.window, one.sheet.layout.map, one.boxes
    box, grid = window.box, one.sheet.drawing.grid
    assert len(grid.eastings) >= 2 and len(grid.northings) >= 2
    for value in (line.value for line in grid.eastings):
        place = (value - box.west) / (box.east - box.west) * size.w
        labels = [shape.envelope for text, shape in boxes if digits(text) == str(value)]
        assert len(labels) == 2, "above and below the map"
        assert {label.centroid.y < 0 for label in labels} == {True, False}
        assert all(abs(label.centroid.x - place) < 0.1 for label in labels)
    for value in (line.value for line in grid.northings):
        place = (box.north - value) / (box.north - box.south) * size.h
        labels = [shape.envelope for text, shape in boxes if digits(text) == str(value)]
        assert {label.centroid.x < 0 for label in labels} == {True, False}
        assert all(abs(label.centroid.y - place) < 0.1 for label in labels)


def digits(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").strip()


def test_a_place_is_drawn_where_its_coordinates_say(real_atlas: Atlas, ground: Ground) -> None:
    """The circle around a record is found in the pixels, and read against the grid's printed figures.

    Its place is that which PROJ gives for the record in VN-2000 / TM-3 103-00, its radius the record's uncertainty.
    """
    one = printed(real_atlas, ground, SheetOrder(area="sites/H01", layers=("villages",)))
    record, scale = real_atlas.get("sites", "H01"), one.sheet.drawing.window.scale
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:9205", always_xy=True).transform(record.lng, record.lat)
    x, y, radius_mm = circle(one)
    precision = precision_of(record)
    assert precision is not None and radius_mm / 1000 * scale == pytest.approx(precision.uncertainty_m, rel=0.02)
    assert printed_coordinate(one, x, across=True) == pytest.approx(east, abs=0.15 / 1000 * scale)
    assert printed_coordinate(one, y, across=False) == pytest.approx(north, abs=0.15 / 1000 * scale)


def circle(one: PrintedSheet) -> tuple[float, float, float]:
    """Middle and radius of the red circle on the map in millimetres, found by its colour."""
    dots, at = 10, one.sheet.layout.map
    image = pixels(one.document[0], dots)
    part = image[round(at.y * dots) : round((at.y + at.h) * dots), round(at.x * dots) : round((at.x + at.w) * dots)]
    rows, columns = np.nonzero((np.abs(part.astype(int) - (0xB3, 0x26, 0x1E)) < 12).all(axis=-1))
    width, height = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert abs(int(width) - int(height)) < 4, "a circle"
    return (columns.min() + width / 2) / dots, (rows.min() + height / 2) / dots, float(width) / 2 / dots


def printed_coordinate(one: PrintedSheet, at_mm: float, *, across: bool) -> float:
    """The coordinate at a place of the map, in metres, as a reader takes it from the figures at the frame."""
    labels = [
        (shape.centroid.x if across else shape.centroid.y, int(digits(text)))
        for text, shape in one.boxes
        if digits(text).isdigit() and len(digits(text)) == (6 if across else 7)
        and (shape.centroid.y < 0 if across else shape.centroid.x < 0)
    ]  # fmt: skip
    assert len(labels) >= 2
    slope, begin = np.polyfit(*zip(*labels, strict=True), 1)
    return float(slope * at_mm + begin)


# --- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
def test_no_two_texts_of_a_map_overlap_and_every_name_is_on_it(name: str, request: pytest.FixtureRequest) -> None:
    one: PrintedSheet = request.getfixturevalue(name)
    boxes = [(text, shape) for text, shape in one.boxes if text.strip()]
    expected = [squeezed(placed.name.text) for placed in one.sheet.drawing.texts]
    assert [text_at(placed, boxes) for placed in one.sheet.drawing.texts] == expected and len(expected) > 8
    assert len(boxes) > 12
    overlaps = [
        (text, other)
        for (text, shape), (other, shape_of_other) in combinations(boxes, 2)
        if shape.intersection(shape_of_other).area > 0.02
    ]
    assert overlaps == []


def text_at(placed: PlacedName, boxes: list[tuple[str, Any]]) -> str:
    """What is printed where a name was placed: its runs in the order of reading."""
    turn = math.radians(placed.spot.turn)
    room = placed.name.box(placed.spot, 0.3)
    runs = [(shape.centroid, text) for text, shape in boxes if room.contains(shape.centroid)]
    runs.sort(key=lambda run: run[0].x * math.cos(turn) + run[0].y * math.sin(turn))
    return squeezed("".join(text for _, text in runs))


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(st.integers(0, 10_000))
def test_placed_names_overlap_neither_each_other_nor_what_is_kept_free(seed: int) -> None:
    random = np.random.default_rng(seed)
    obstacles = [shapely.box(x, y, x + 4, y + 4) for x, y in random.uniform(0, 90, (12, 2))]
    names = []
    for x, y, turn in random.uniform(0, 1, (30, 3)):
        name = Name("Mường Phăng", 8.0, "#000000", float(random.integers(9)), ())
        turned = Spot(x * 100, y * 100, (turn - 0.5) * 120)
        names.append(
            Name(
                name.text,
                8.0,
                "#000000",
                name.priority,
                (turned, *spots_beside(x * 100, y * 100, 2.0, name.width, name.height)),
            )
        )
    placed = place_names(names, obstacles, 100.0, 100.0)
    shapes = [one.name.box(one.spot) for one in placed]
    assert placed
    assert not any(a.intersects(b) for a, b in combinations(shapes, 2))
    assert not any(shape.intersects(obstacle) for shape in shapes for obstacle in obstacles)
    assert all(shapely.box(0, 0, 100, 100).contains(shape) for shape in shapes)


def test_the_text_of_a_sheet_is_text_with_its_diacritics(province: PrintedSheet) -> None:
    text = province.document[0].get_textpage().get_text_range()
    assert unicodedata.is_normalized("NFC", text)
    for words in (
        "BẢN ĐỒ OCOP TỈNH ĐIỆN BIÊN",
        "Di tích, danh thắng",
        "Mường Nhé",
        "Tỷ lệ 1 : 900.000",
        "Phiên bản".lower(),
    ):
        assert words in text, words
    listed = " ".join(province.document[n].get_textpage().get_text_range() for n in range(1, len(province.document)))
    assert "Mật ong Hoa Ban Điện Biên" in listed


# --- the file ----------------------------------------------------------------------------------------


def test_a_sheet_is_for_archives_and_for_screen_readers_and_has_no_other_font(
    province: PrintedSheet, commune: PrintedSheet
) -> None:
    for one, lang in ((province, "vi"), (commune, "en")):
        assert_archival(one.data, lang, {"BeVietnamPro"})
    with pikepdf.open(io.BytesIO(province.data)) as pdf:
        tags = [item for item in dictionaries(pdf) if item.get("/Type") == "/StructElem"]
        assert {"/H1", "/Figure", "/Table", "/TH", "/TD"} <= {str(tag.S) for tag in tags}
        figures = [str(tag.Alt) for tag in tags if str(tag.S) == "/Figure"]
        assert any("900.000" in text for text in figures) and ADDRESS in figures


def test_an_a3_sheet_of_the_province_is_small(province: PrintedSheet) -> None:
    assert len(province.data) < 400_000


def test_the_same_version_gives_the_same_bytes_in_another_process(
    run_app_process: Any, real_atlas: Atlas, ground: Ground, tmp_path: Path
) -> None:
    order = SheetOrder(area="selection", layers=("products", "zones"), filters=(("group", ("beverage",)),), paper="a4")
    out = io.BytesIO()
    count = write_sheet(real_atlas, ground, order, "", out)
    path = tmp_path / "sheet.pdf"
    process = run_app_process(
        "sheet", "selection", str(path), "--paper", "a4", "--layer", "zones", "--layer", "products", "--filter", "group=beverage",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert process.stderr.strip().endswith(f": {count}") and count > 5
    assert path.read_bytes() == out.getvalue()


def test_every_typeface_is_shipped_with_its_licence() -> None:
    assert sorted(path.name for path in FONTS_DIR.glob("*.ttf")) == sorted(face.file for face in FACES)
    for name in ("BeVietnamPro-OFL.txt", "Liberation-OFL.txt"):
        assert "SIL OPEN FONT LICENSE" in (FONTS_DIR / name).read_text(encoding="utf-8").upper()


# --- what a sheet shows --------------------------------------------------------------------------------


def test_hostile_text_stays_text(hostile: Atlas) -> None:
    one = printed(hostile, None, SheetOrder())
    text = "".join(page.get_textpage().get_text_range() for page in one.document)
    for words in (
        "<img src=x onerror=alert(1)>",
        "]]></name><script>alert('x')</script>&amp;",
        'Chè Shan tuyết Tủa Chùa, "loại 1"',
    ):
        assert words in " ".join(text.split()), words


def test_markup_of_typst_in_a_record_or_a_filter_stays_text(small: Atlas) -> None:
    words = '#panic("x") $a$ *b* _c_ \\u{41} <d> @e'
    order = SheetOrder(area="communes/00001", text=words, paper="a4")
    text = printed(small, None, order).document[0].get_textpage().get_text_range()
    assert words in text


@pytest.mark.parametrize("layers", [("products", "sites"), ("zones",)])
def test_the_map_and_the_table_have_the_same_records(small: Atlas, layers: tuple[str, ...]) -> None:
    order = SheetOrder(area="communes/00001", layers=layers)
    values = draw_sheet(small, None, order, "").values
    expected = [
        record.title
        for layer in layers
        for record in small.find(Query(layer, filters=(("commune", ("00001",)),), sort="name")).records
    ]
    assert [row[1] for group in values["table"]["groups"] for row in group["rows"]] == expected and expected
    assert values["count"] == len(expected)


def test_a_record_is_shown_with_its_surroundings_and_its_uncertainty(small: Atlas) -> None:
    sheet = draw_sheet(small, None, SheetOrder(area="products/R3", paper="a4"), "")
    window, radius = sheet.drawing.window, 8_000  # "commune" is known to 8 km
    assert window.box.east - window.box.west > 2 * radius and window.box.north - window.box.south > 2 * radius
    assert f'r="{round(radius / window.scale * 100_000)}"' in sheet.drawing.svg
    assert STYLES["products"].color in sheet.drawing.svg


@pytest.mark.parametrize(
    ("area", "kind", "words"),
    [("products/R2", BadQuery, "no location"), ("products/none", NotFound, "none"), ("nowhere", NotFound, "layer/key"),
     ("selection", BadQuery, "No record")],
)  # fmt: skip
def test_an_area_without_a_map_is_refused(small: Atlas, area: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        draw_sheet(small, None, SheetOrder(area=area, text="zzz" if area == "selection" else ""), "")


def test_the_atlas_has_a_bookmark_for_each_commune(small: Atlas) -> None:
    out = io.BytesIO()
    assert write_book(small, None, "vi", lambda order: f"https://ocop.example/{order.area}", out) == 3
    assert_archival(out.getvalue(), "vi", {"BeVietnamPro"})
    document = pypdfium2.PdfDocument(out.getvalue())
    titles = [mark.get_title() for mark in document.get_toc()]
    assert titles == [
        "Bản đồ OCOP tỉnh Điện Biên", "Mục lục", "Bản đồ OCOP xã Sam Mứn", "Bản đồ OCOP xã Thanh An",
    ]  # fmt: skip
    assert all(mark.get_dest() is not None for mark in document.get_toc())


def test_a_unit_as_the_area_replaces_a_filter_by_units_of_its_layer(real_atlas: Atlas) -> None:
    filters = (("commune", ("03127",)), ("stars", ("4",)))
    order = SheetOrder(area="communes/03334", filters=filters, paper="a4", lang="en")
    assert filters_of(order) == (("stars", ("4",)),)
    assert filters_of(SheetOrder(filters=filters)) == filters
    assert "Commune" not in filter_words(real_atlas, order)


def test_the_atlas_takes_no_options_of_one_sheet(run_app: Any, tmp_path: Path) -> None:
    process = run_app("sheet", "atlas", str(tmp_path / "atlas.pdf"), "--paper", "a3")
    assert process.returncode == 1 and "--url" in process.stderr and not (tmp_path / "atlas.pdf").exists()

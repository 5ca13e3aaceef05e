"""The symbols of a sheet's legend, as they are printed: told apart without red or green, and on a black-and-white copy."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.atlas import Atlas
from geo.basemap.ground import GroundSource
from geo.plan.figures import Parameters
from geo.settings import Settings
from geo.views.plan.desk import Desk
from geo.views.plan_sheets.plan_sheet import SHEET_PAGES, draw_plan_sheet
from geo.views.sheets.page_layout import PAPERS, Form
from geo.views.sheets.subject import SheetOrder
from tests.views.colour_vision import ciede2000, lab_of
from tests.views.printed_sheets import PrintedSheet, page_texts, pixels, printed, printed_sheet

DOTS = 8.0
"""Pixels in a millimetre: 200 in an inch, as a fax or an office copier at its coarsest."""
SHIFTS = tuple((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1))
SEEN_AT_A_GLANCE = 8.0
"""CIEDE2000 from which two pixels differ at a glance."""
LEAST_MM2 = 0.3
"""Square millimetres of two symbols, laid over each other, that must differ at a glance: a stroke of an icon."""

Picture = NDArray[np.uint8]
Lab = NDArray[np.float64]

SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425), ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065), ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]  # fmt: skip
"""Pairs of colours with their difference, from table 1 of the paper of CIEDE2000."""


def test_the_measure_of_colours_gives_the_published_differences() -> None:
    one, other, expected = (np.array(column) for column in zip(*SHARMA, strict=True))
    assert ciede2000(one, other) == pytest.approx(expected, abs=1e-4)
    assert ciede2000(other, one) == pytest.approx(expected, abs=1e-4)


def pictures_of_legend(one: PrintedSheet) -> dict[str, Picture]:
    """Words of each row of the legend -> its symbol, cut out of the page."""
    legend, page = one.sheet.values["legend"], one.document[0]
    image, texts = pixels(page, DOTS), page_texts(page)
    at, (width, height) = legend["at"], legend["swatch"]
    count = len(legend["columns"])
    column_mm = (at["w"] - 2 * (count - 1)) / count
    pictures = {}
    for number, column in enumerate(legend["columns"]):
        left = at["x"] + number * (column_mm + 2)
        runs = sorted(
            ((shape.centroid.y, shape.bounds[0], text) for text, shape in texts
             if left - 0.2 <= shape.bounds[0] <= left + column_mm and at["y"] + 3 < shape.centroid.y < at["y"] + at["h"] + 3),
        )  # fmt: skip
        for row in column:
            middle = middle_of(row["text"], runs)
            if row["svg"]:
                top = round((middle - height / 2) * DOTS)
                pictures[row["text"]] = image[
                    top : top + round(height * DOTS), round(left * DOTS) : round(left * DOTS) + round(width * DOTS)
                ]
    return pictures


def middle_of(words: str, runs: list[tuple[float, float, str]]) -> float:
    """The height on the page of the words of a row, whose runs are taken from the beginning of `runs`."""
    heights, rest = [], "".join(words.split())
    while rest:
        height, _, text = runs.pop(0)
        part = "".join(text.split())
        assert rest.startswith(part), (words, part)
        rest = rest.removeprefix(part)
        heights.append(height)
    return (min(heights) + max(heights)) / 2


def alike(pictures: dict[str, Picture], vision: str) -> list[tuple[str, str, float]]:
    """The pairs of symbols of which less than LEAST_MM2 differ, with the square millimetres that do.

    A pixel differs where it is unlike the other picture's pixel at its place and unlike all around that: symbols are not
    cut out more exactly than to a pixel.
    """
    size = min(len(picture) for picture in pictures.values())
    seen = {words: lab_of(picture[:size], vision) for words, picture in pictures.items()}
    near = {words: np.stack([np.roll(lab, shift, (0, 1)) for shift in SHIFTS]) for words, lab in seen.items()}
    areas = (
        (one, other, max(area_between(seen[a], near[b]) for a, b in ((one, other), (other, one))))
        for one, other in combinations(seen, 2)
    )
    return [row for row in areas if row[2] < LEAST_MM2]


def area_between(one: Lab, shifted: Lab) -> float:
    """The square millimetres of a picture that differ from all shifts of another; enough of them where lightness does.

    CIEDE2000 is at least the difference of lightness divided by 1.75, the greatest value of its weight.
    """
    by_lightness = (np.abs(one[..., 0] - shifted[..., 0]).min(axis=0) > 1.75 * SEEN_AT_A_GLANCE).sum() / DOTS**2
    if by_lightness >= LEAST_MM2:
        return float(by_lightness)
    rows, columns = np.nonzero((one != shifted).any(axis=-1).all(axis=0))
    unlike = ciede2000(one[rows, columns], shifted[:, rows, columns]).min(axis=0, initial=np.inf) > SEEN_AT_A_GLANCE
    return float(unlike.sum()) / DOTS**2


@pytest.fixture(scope="module")
def legends(real_atlas: Atlas, built: Settings) -> dict[str, dict[str, Picture]]:
    """The legends of each kind of sheet."""
    ground = GroundSource(built.basemap_dir)()
    orders = {"province": SheetOrder(), "commune": SheetOrder(area="communes/03127", paper="a4", lang="en")}
    sheets = {name: printed(real_atlas, ground, order) for name, order in orders.items()}
    desk = Desk(real_atlas, Parameters(real_atlas.version.number, date(2026, 12, 1)), {}, None, lambda _: real_atlas)
    for page, choices in (("chains", {}), ("gaps", {"gap": "communes_without_anything"}), ("proximity", {})):
        own = replace(desk, choices=choices)
        content = next(one for one in SHEET_PAGES if one.key == page).compose(own)
        form = Form(PAPERS["a3"], "portrait")
        sheets[page] = printed_sheet(draw_plan_sheet(page, own, content, ground, form, "vi", ""), real_atlas, "vi")
    return {name: pictures_of_legend(one) for name, one in sheets.items()}


@pytest.mark.parametrize("vision", ["protanopia", "deuteranopia", "greyscale"])
def test_no_two_symbols_of_a_legend_look_alike(legends: dict[str, dict[str, Picture]], vision: str) -> None:
    assert {name: alike(pictures, vision) for name, pictures in legends.items()} == {name: [] for name in legends}
    assert min(len(pictures) for pictures in legends.values()) > 9


def test_two_pictures_of_one_symbol_are_alike_and_two_greens_of_one_lightness_are_not_told_apart_by_hue() -> None:
    """The measure finds what it is for: an equal symbol cut out a pixel beside, and red and green of equal lightness."""
    blank = np.full((44, 64, 3), 255, np.uint8)
    dot, beside, red, green = (blank.copy() for _ in range(4))
    dot[12:32, 16:36], beside[13:33, 17:37] = 30, 30
    red[12:32, 16:36], green[12:32, 16:36] = (200, 90, 60), (105, 135, 60)
    assert alike({"dot": dot, "beside": beside}, "greyscale") != []
    assert alike({"red": red, "green": green}, "greyscale") != []
    assert alike({"dot": dot, "red": red}, "greyscale") == []

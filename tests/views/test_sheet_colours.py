"""The symbols of a sheet's legend, as they are printed: told apart without red or green, and on a black-and-white copy."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.atlas import Atlas
from geo.basemap.ground import Ground
from geo.views.sheets.subject import SheetOrder
from tests.views.colour_vision import VISIONS, ciede2000, lab_of
from tests.views.printed_sheets import PrintedSheet, page_texts, pixels, printed

DOTS = 6.0
"""Pixels in a millimetre: as sharp as a good office copier."""
SEEN_AT_A_GLANCE = 8.0
"""CIEDE2000 from which two pixels differ at a glance."""
LEAST_MM2 = 0.6
"""Square millimetres of two symbols, laid over each other, that must differ at a glance."""

Picture = NDArray[np.uint8]

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
    """The pairs of symbols of which less than LEAST_MM2 differ, with the square millimetres that do."""
    seen = {words: lab_of(picture, vision) for words, picture in pictures.items()}
    areas = (
        (one, other, float((ciede2000(seen[one], seen[other]) > SEEN_AT_A_GLANCE).sum()) / DOTS**2)
        for one, other in combinations(seen, 2)
    )
    return [row for row in areas if row[2] < LEAST_MM2]


@pytest.fixture(scope="module")
def legends(real_atlas: Atlas, built: Any) -> dict[str, dict[str, Picture]]:
    from geo.basemap.ground import GroundSource

    ground: Ground | None = GroundSource(built.basemap_dir)()
    orders = {"province": SheetOrder(), "commune": SheetOrder(area="communes/03127", paper="a4", lang="en")}
    return {name: pictures_of_legend(printed(real_atlas, ground, order)) for name, order in orders.items()}


@pytest.mark.parametrize("vision", VISIONS)
def test_no_two_symbols_of_a_legend_look_alike(legends: dict[str, dict[str, Picture]], vision: str) -> None:
    for name, pictures in legends.items():
        assert len(pictures) > 12, name
        assert alike(pictures, vision) == [], name
